//! Resolving the definition of a column's type to a type of the server, by its own parser.

use super::error::TablesError;
use crate::definition::type_object::{TypeModifierOptions, TypeObject};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::quote;
use crate::pg::type_name::TypeId;
use pgrx::pg_sys;

/// The type that a definition names; `text` if it names none.
pub(crate) fn resolve_type(definition: Option<&TypeObject>) -> Result<TypeId, Error> {
    let text = TypeId {
        oid: pg_sys::TEXTOID,
        modifier: -1,
    };
    definition.map_or(Ok(text), |definition| resolve_from(definition, text))
}

/// The same; options without a type are for `current`.
pub(crate) fn resolve_from(definition: &TypeObject, current: TypeId) -> Result<TypeId, Error> {
    if let Some(oid) = definition.id {
        return by_id(oid, definition.modifier);
    }
    let named = match (&definition.schema, &definition.name) {
        (Some(schema), Some(name)) => TypeId::parse(&quote::qualified(schema, name)),
        (_, Some(name)) => TypeId::parse(name),
        (_, None) => current,
    };
    match &definition.options {
        Some(options) => with_options(named, options),
        None => Ok(named),
    }
}

/// The type as SQL, with its modifiers.
pub(crate) fn to_sql(type_: TypeId) -> Result<String, Error> {
    Ok(type_
        .to_sql()
        .ok_or_else(|| TablesError::UnknownType(type_.oid.to_u32()))?)
}

fn by_id(oid: u32, modifier: Option<i32>) -> Result<TypeId, Error> {
    let type_ = TypeId {
        oid: Oid::from(oid),
        modifier: -1,
    };
    let name = to_sql(type_)?;
    let Some(modifier) = modifier.filter(|&modifier| modifier >= 0) else {
        return Ok(type_);
    };
    // The only type of PostgreSQL's own that cannot print every number.
    let element = type_.element().unwrap_or(type_);
    if element.oid == pg_sys::INTERVALOID && !interval::is_modifier(modifier) {
        Err(TablesError::WrongTypeOptions {
            type_name: name,
            problem: format!("{modifier} is not a modifier of the type"),
            hint: "Give \"options\" with \"fields\" and \"precision\" instead.",
        })?;
    }
    Ok(TypeId { modifier, ..type_ })
}

/// The type with those of the options that it takes.
fn with_options(type_: TypeId, options: &TypeModifierOptions) -> Result<TypeId, Error> {
    let element = type_.element();
    let scalar = element.unwrap_or(type_);
    let modifiers = modifiers(scalar, options)?;
    let scalar = if modifiers.is_empty() {
        scalar
    } else {
        scalar.with_modifiers(&modifiers).unwrap_or(scalar)
    };
    if element.is_none() && options.array != Some(true) {
        return Ok(scalar);
    }
    match scalar.array() {
        Some(array) => Ok(array),
        None => Err(TablesError::NoArrayType {
            name: to_sql(scalar)?,
        })?,
    }
}

/// The arguments of the type's modifier function; none if no option applies to it.
fn modifiers(type_: TypeId, options: &TypeModifierOptions) -> Result<Vec<String>, Error> {
    let wrong = |problem: &str, hint| TablesError::WrongTypeOptions {
        type_name: type_.to_sql().unwrap_or_default(),
        problem: problem.to_owned(),
        hint,
    };
    let texts = |numbers: &[Option<i32>]| numbers.iter().flatten().map(i32::to_string).collect();
    let TypeModifierOptions {
        length,
        precision,
        scale,
        fields,
        ..
    } = options;
    Ok(match type_.oid {
        pg_sys::INTERVALOID => {
            let mask = match fields.as_deref().filter(|fields| !fields.is_empty()) {
                None => None,
                Some(fields) => Some(interval::mask(fields).ok_or_else(|| {
                    wrong(
                        &format!("\"{fields}\" are not interval fields"),
                        "Fields are year, month, day, hour, minute, second, year to month, day to hour, day to minute, day to second, hour to minute, hour to second and minute to second.",
                    )
                })?),
            };
            match (mask, *precision) {
                (None, None) => Vec::new(),
                (Some(mask), Some(_)) if !interval::has_seconds(mask) => {
                    return Err(wrong(
                        "\"precision\" needs fields that end with seconds",
                        "Give a precision with fields that end with seconds, or without fields.",
                    )
                    .into());
                }
                (mask, precision) => texts(&[Some(mask.unwrap_or(interval::ALL_FIELDS)), precision]),
            }
        }
        pg_sys::TIMEOID | pg_sys::TIMETZOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => {
            texts(&[*precision])
        }
        pg_sys::VARCHAROID | pg_sys::BPCHAROID => texts(&[*length]),
        pg_sys::BITOID | pg_sys::VARBITOID => texts(&[length.or(*precision)]),
        // Numbers above all, but types of users with modifiers as well.
        _ => match (precision, scale) {
            (None, Some(_)) if type_.oid == pg_sys::NUMERICOID => {
                return Err(wrong("a \"scale\" needs a \"precision\"", "Give both.").into());
            }
            (Some(_), _) => texts(&[*precision, *scale]),
            (None, _) if type_.oid == pg_sys::NUMERICOID => Vec::new(),
            (None, _) => texts(&[*length]),
        },
    })
}

/// The modifiers of intervals: a precision, and a mask of fields.
mod interval {
    use crate::catalog::types::INTERVAL_FIELDS;

    const SECOND: i32 = 1 << 12;
    pub(super) const ALL_FIELDS: i32 = 0x7fff;
    const FULL_PRECISION: i32 = 0xffff;

    /// The mask of fields, in upper or lower case and with any blanks between.
    pub(super) fn mask(fields: &str) -> Option<i32> {
        let words: Vec<_> = fields.split_whitespace().map(str::to_lowercase).collect();
        let fields = words.join(" ");
        INTERVAL_FIELDS
            .iter()
            .find(|(name, _)| *name == fields)
            .map(|(_, mask)| *mask)
    }

    pub(super) fn has_seconds(mask: i32) -> bool {
        mask & SECOND != 0
    }

    pub(super) fn is_modifier(modifier: i32) -> bool {
        let (mask, precision) = (modifier >> 16, modifier & FULL_PRECISION);
        let is_mask = mask == ALL_FIELDS || INTERVAL_FIELDS.iter().any(|(_, known)| *known == mask);
        is_mask && (precision <= 6 && has_seconds(mask) || precision == FULL_PRECISION)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const MONTH: i32 = 1 << 1;
        const YEAR: i32 = 1 << 2;
        const DAY: i32 = 1 << 3;
        const HOUR: i32 = 1 << 10;
        const MINUTE: i32 = 1 << 11;

        #[test]
        fn fields_have_masks() {
            assert_eq!(mask("DAY  to second"), Some(DAY | HOUR | MINUTE | SECOND));
            assert_eq!(mask("second to day"), None);
            assert!(has_seconds(ALL_FIELDS) && !has_seconds(YEAR | MONTH));
        }

        #[test]
        fn modifiers_are_masks_with_a_precision() {
            assert!(is_modifier((ALL_FIELDS << 16) | 3) && is_modifier((YEAR << 16) | FULL_PRECISION));
            assert!(
                !is_modifier(7) && !is_modifier((YEAR << 16) | 3) && !is_modifier((ALL_FIELDS << 16) | 7)
            );
        }
    }
}

/// A value as it is assigned to a column of a type, as SQL: what it fails for cannot be stored.
pub(super) fn assigned(value: &str, target: TypeId) -> Result<String, Error> {
    let sql = to_sql(target)?;
    // A cast cuts a text that is too long, where an assignment refuses it unless only blanks are lost, as the input
    // function of the type does.
    let is_cut = [pg_sys::VARCHAROID, pg_sys::BPCHAROID].contains(&target.oid) && target.modifier >= 0;
    Ok(match is_cut {
        true => format!(
            "(SELECT x.value FROM pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('value', \
             ({value})::pg_catalog.text)) AS x(value {sql}))"
        ),
        false => format!("({value})::{sql}"),
    })
}
