//! Casting the values of a column to another type: by `msar.cast_to_<type>` if there is one for the target, otherwise
//! by PostgreSQL's cast.

use crate::definition::alteration::CastOptions;
use crate::error::Error;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, names, quote, server};
use pgrx::pg_sys;

use super::column_type;
use super::error::TablesError;

/// The SQL expression that casts `value`, an SQL expression of type `source`: a name, or something in parentheses.
pub(crate) fn compile_cast(
    value: &str,
    source: Oid,
    target: Oid,
    options: &CastOptions,
) -> Result<String, Error> {
    if source == target {
        return Ok(value.to_owned());
    }
    let source_sql = column_type::to_sql(plain(source))?;
    let target_sql = column_type::to_sql(plain(target))?;
    let no_cast = || TablesError::NoCast {
        source_type: source_sql.clone(),
        target: target_sql.clone(),
    };
    if type_name::is_pseudo(target) {
        return Err(no_cast().into());
    }
    let base = type_name::base(source);
    let is_text = type_name::is_string(base);
    if is_text && let Some(sql) = by_way_of(value, source, target, &target_sql, options)? {
        return Ok(sql);
    }
    let Some(function) = find_cast_function(target, &target_sql) else {
        return Ok(if is_text {
            from_text(value, target, &target_sql)
        } else if type_name::has_own_cast(base, target) {
            format!("{value}::{target_sql}")
        } else {
            format!("{value}::pg_catalog.text::{target_sql}")
        });
    };
    // Arrays, enums and types of users have no `cast_to_*` functions except those to text, so they are cast through
    // text.
    let (argument, argument_type) = if is_known(base) {
        (value.to_owned(), source)
    } else {
        (format!("{value}::pg_catalog.text"), pg_sys::TEXTOID)
    };
    if !names::takes_argument("msar", function, argument_type) {
        return Err(no_cast().into());
    }
    let marks = if is_text {
        marks(target, &target_sql, options)
    } else {
        String::new()
    };
    Ok(format!("msar.{function}({argument}{marks})"))
}

/// Whether texts become values of a type by what is known of how they are written: numbers and dates, and domains over
/// them.
pub(crate) fn needs_options(target: Oid) -> bool {
    let base = type_name::base(target);
    is_number(base) || is_date(base)
}

fn is_number(base: Oid) -> bool {
    const NUMBERS: [Oid; 7] = [
        pg_sys::INT2OID,
        pg_sys::INT4OID,
        pg_sys::INT8OID,
        pg_sys::FLOAT4OID,
        pg_sys::FLOAT8OID,
        pg_sys::NUMERICOID,
        pg_sys::MONEYOID,
    ];
    NUMBERS.contains(&base)
}

fn is_date(base: Oid) -> bool {
    [pg_sys::DATEOID, pg_sys::TIMESTAMPOID, pg_sys::TIMESTAMPTZOID].contains(&base)
}

/// The cast of a text to a type by way of another one: where the options are about numbers, amounts or dates, and the
/// type is one of numbers or dates that has no such cast itself.
fn by_way_of(
    value: &str,
    source: Oid,
    target: Oid,
    target_sql: &str,
    options: &CastOptions,
) -> Result<Option<String>, Error> {
    let base = type_name::base(target);
    let is_set = |option: &Option<String>| option.as_ref().is_some_and(|option| !option.is_empty());
    let has_currency = is_set(&options.curr_pref) || is_set(&options.curr_suff);
    let has_separators = is_set(&options.group_sep) || is_set(&options.decimal_p);
    let is_our_money = target_sql == "mathesar_types.mathesar_money";
    if is_number(base) && !is_our_money && (has_currency || has_separators) {
        let number = if has_currency {
            let CastOptions {
                group_sep,
                decimal_p,
                curr_pref,
                curr_suff,
                ..
            } = options;
            let marks = literals(&[group_sep, decimal_p, curr_pref, curr_suff]);
            format!("msar.cast_to_mathesar_money({value}{marks})::pg_catalog.numeric")
        } else if target == pg_sys::NUMERICOID {
            return Ok(None);
        } else {
            compile_cast(value, source, pg_sys::NUMERICOID, options)?
        };
        let none = CastOptions::default();
        let in_base = compile_cast(&format!("({number})"), pg_sys::NUMERICOID, base, &none)?;
        return Ok(Some(in_type(in_base, base, target, target_sql)));
    }
    if is_date(base) && base != target && options.date_order.is_some() {
        let in_base = compile_cast(value, source, base, options)?;
        return Ok(Some(in_type(in_base, base, target, target_sql)));
    }
    Ok(None)
}

/// A value of what a domain is over as one of the domain; any other as it is.
fn in_type(value: String, base: Oid, target: Oid, target_sql: &str) -> String {
    if base == target {
        value
    } else {
        format!("({value})::{target_sql}")
    }
}

/// The cast of a text for which there is none of ours. Arrays and rows are read as PostgreSQL prints them, and as
/// records have them: as JSON arrays and objects.
fn from_text(value: &str, target: Oid, target_sql: &str) -> String {
    if plain(type_name::base(target)).element().is_some() {
        format!("__msar.array_literal({value}::pg_catalog.text)::{target_sql}")
    } else if type_name::is_composite(target) {
        format!(
            "CASE WHEN {value}::pg_catalog.text OPERATOR(pg_catalog.~) '^\\s*\\{{' \
             THEN pg_catalog.jsonb_populate_record(NULL::{target_sql}, {value}::pg_catalog.jsonb) \
             ELSE {value}::{target_sql} END"
        )
    } else {
        format!("{value}::{target_sql}")
    }
}

fn plain(oid: Oid) -> TypeId {
    TypeId { oid, modifier: -1 }
}

/// Whether our casts take a type as it is.
fn is_known(base: Oid) -> bool {
    let is_array = plain(base).element().is_some();
    let is_ours = || {
        plain(base)
            .to_sql()
            .is_some_and(|name| name.starts_with("mathesar_types."))
    };
    !is_array && (server::is_built_in(base) || is_ours())
}

/// The `cast_to_*` function for a type. A test compares the names with the existing functions.
pub(super) fn find_cast_function(target: Oid, target_sql: &str) -> Option<&'static str> {
    Some(match target {
        pg_sys::BOOLOID => "cast_to_boolean",
        pg_sys::INT2OID => "cast_to_smallint",
        pg_sys::INT4OID => "cast_to_integer",
        pg_sys::INT8OID => "cast_to_bigint",
        pg_sys::FLOAT4OID => "cast_to_real",
        pg_sys::FLOAT8OID => "cast_to_double_precision",
        pg_sys::NUMERICOID => "cast_to_numeric",
        pg_sys::MONEYOID => "cast_to_money",
        pg_sys::DATEOID => "cast_to_date",
        pg_sys::TIMESTAMPOID => "cast_to_timestamp_without_time_zone",
        pg_sys::TIMESTAMPTZOID => "cast_to_timestamp_with_time_zone",
        pg_sys::TIMEOID => "cast_to_time_without_time_zone",
        pg_sys::TIMETZOID => "cast_to_time_with_time_zone",
        pg_sys::INTERVALOID => "cast_to_interval",
        pg_sys::UUIDOID => "cast_to_uuid",
        pg_sys::JSONOID => "cast_to_json",
        pg_sys::JSONBOID => "cast_to_jsonb",
        pg_sys::TEXTOID => "cast_to_text",
        pg_sys::VARCHAROID => "cast_to_character_varying",
        pg_sys::BPCHAROID => "cast_to_character",
        pg_sys::NAMEOID => "cast_to_name",
        pg_sys::CHAROID => "cast_to__double_quote_char_double_quote_",
        _ => match target_sql.strip_prefix("mathesar_types.")? {
            "mathesar_money" => "cast_to_mathesar_money",
            "multicurrency_money" => "cast_to_multicurrency_money",
            "email" => "cast_to_email",
            "uri" => "cast_to_uri",
            "mathesar_json_array" => "cast_to_mathesar_json_array",
            "mathesar_json_object" => "cast_to_mathesar_json_object",
            _ => return None,
        },
    })
}

/// The cast options, as further arguments of a cast from text.
fn marks(target: Oid, target_sql: &str, options: &CastOptions) -> String {
    let CastOptions {
        group_sep,
        decimal_p,
        curr_pref,
        curr_suff,
        date_order,
    } = options;
    let marks: &[&Option<String>] = match target {
        pg_sys::NUMERICOID => &[group_sep, decimal_p],
        pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => &[date_order],
        _ if target_sql == "mathesar_types.mathesar_money" => &[group_sep, decimal_p, curr_pref, curr_suff],
        _ => &[],
    };
    if marks.iter().all(|mark| mark.is_none()) {
        return String::new();
    }
    literals(marks)
}

/// Options as further arguments; an empty string for one that is not set.
fn literals(options: &[&Option<String>]) -> String {
    options
        .iter()
        .map(|option| format!(", {}", quote::literal(option.as_deref().unwrap_or(""))))
        .collect()
}
