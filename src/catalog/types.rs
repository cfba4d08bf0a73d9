//! Types: their names, options and modifiers, and the kind of input a client shows for them.

use super::Catalog;
use super::rows::{PgConstraint, PgEnum, PgType};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, deparse, server};
use pgrx::pg_sys;
use serde::Serialize;
use std::rc::Rc;

/// The facts of a type, independent of a column's modifiers.
pub(crate) struct TypeInfo {
    pub(crate) oid: Oid,
    /// As `regtype` prints it.
    pub(crate) name: Rc<str>,
    /// The name under which a column of this type is listed.
    pub(crate) listed_name: Rc<str>,
    pub(crate) category: u8,
    pub(crate) collation: Oid,
    pub(crate) shape: TypeShape,
    pub(crate) ui_type: UiType,
    /// For an enum, a domain over one, or an array of one.
    pub(crate) enum_values: Option<Rc<[String]>>,
    /// Its name in the schema mathesar_types, if it is a type of the extension.
    pub(crate) own_name: Option<&'static str>,
}

/// How values of a type are made up.
pub(crate) enum TypeShape {
    Scalar,
    Enum,
    Array { element: Rc<TypeInfo> },
    Domain(Rc<Domain>),
}

/// A domain, seen down to its base type.
#[derive(Serialize)]
pub(crate) struct Domain {
    base_type: Rc<str>,
    not_null: bool,
    checks: Vec<DomainCheck>,
}

#[derive(Serialize, Clone)]
struct DomainCheck {
    name: String,
    definition: String,
}

/// The kind of input that a client shows for a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UiType {
    Text,
    Number,
    Money,
    Boolean,
    Date,
    Time,
    DateTime,
    Duration,
    Email,
    Uri,
    Enum,
    Array,
    Json,
    Uuid,
    Range,
    Binary,
    /// A column that refers to files, by its metadata; no type by itself is one.
    File,
    Other,
}

impl TypeInfo {
    pub(super) fn look_up(catalog: &Catalog, oid: Oid) -> Result<Self, Error> {
        let row = PgType::by_oid(&catalog.reader, oid).ok_or(Error::Vanished)?;
        let name: Rc<str> = deparse::type_name(oid).ok_or(Error::Vanished)?.into();
        let shape = TypeShape::from_row(catalog, oid, &row)?;
        let base = match row.typtype {
            TYPTYPE_DOMAIN => Some(catalog.type_info(row.typbasetype)?),
            _ => None,
        };
        let ui_type = match own_ui_type(catalog, &row)? {
            Some(own) => own,
            None => match (&shape, &base) {
                (_, Some(base)) => base.ui_type,
                (TypeShape::Array { .. }, None) => UiType::Array,
                _ => UiType::of_base_type(oid, row.typtype, row.typcategory),
            },
        };
        let enum_values = match (&shape, &base) {
            (TypeShape::Enum, _) => {
                let labels = PgEnum::of_type(&catalog.reader, oid);
                Some(labels.into_iter().map(|label| label.enumlabel).collect())
            }
            (TypeShape::Array { element }, _) => element.enum_values.clone(),
            (_, Some(base)) => base.enum_values.clone(),
            _ => None,
        };
        let listed_name = match shape {
            TypeShape::Array { .. } => "_array".into(),
            TypeShape::Enum => "_enum".into(),
            TypeShape::Scalar | TypeShape::Domain(_) => Rc::clone(&name),
        };
        Ok(Self {
            oid,
            name,
            listed_name,
            category: row.typcategory.0,
            collation: row.typcollation,
            shape,
            ui_type,
            enum_values,
            own_name: own_name(catalog, &row)?,
        })
    }

    pub(crate) fn domain(&self) -> Option<Rc<Domain>> {
        match &self.shape {
            TypeShape::Domain(domain) => Some(Rc::clone(domain)),
            _ => None,
        }
    }
}

const TYPTYPE_DOMAIN: Char = Char(pg_sys::TYPTYPE_DOMAIN);
const TYPTYPE_ENUM: Char = Char(pg_sys::TYPTYPE_ENUM);

impl TypeShape {
    fn from_row(catalog: &Catalog, oid: Oid, row: &PgType) -> Result<Self, Error> {
        // An array type is one that its element names; other types have elements too (point, name, ...).
        if row.typlen == -1 && row.typelem != Oid::INVALID {
            let element = PgType::by_oid(&catalog.reader, row.typelem).ok_or(Error::Vanished)?;
            if element.typarray == oid {
                return Ok(TypeShape::Array {
                    element: catalog.type_info(row.typelem)?,
                });
            }
        }
        match row.typtype {
            TYPTYPE_ENUM => Ok(TypeShape::Enum),
            TYPTYPE_DOMAIN => Ok(TypeShape::Domain(Rc::new(Domain::from_row(catalog, oid, row)?))),
            _ => Ok(TypeShape::Scalar),
        }
    }
}

impl Domain {
    fn from_row(catalog: &Catalog, oid: Oid, row: &PgType) -> Result<Self, Error> {
        let inner = catalog.type_info(row.typbasetype)?.domain();
        let (base_type, inner_not_null, mut checks) = match &inner {
            Some(inner) => (inner.base_type.clone(), inner.not_null, inner.checks.clone()),
            None => (
                catalog.type_name_with_modifiers(row.typbasetype, row.typtypmod)?,
                false,
                Vec::new(),
            ),
        };
        let mut own = PgConstraint::of_domain(&catalog.reader, oid);
        own.retain(|constraint| constraint.contype == Char(b'c'));
        own.sort_by(|a, b| a.conname.cmp(&b.conname));
        for constraint in own {
            let definition = deparse::constraint(constraint.oid).ok_or(Error::Vanished)?;
            checks.push(DomainCheck {
                name: constraint.conname,
                definition,
            });
        }
        Ok(Self {
            base_type,
            not_null: row.typnotnull || inner_not_null,
            checks,
        })
    }
}

/// The types of mathesar_types.
const OWN: [&str; 6] = [
    "email",
    "uri",
    "mathesar_money",
    "multicurrency_money",
    "mathesar_json_array",
    "mathesar_json_object",
];

/// Whether a type belongs to the extension.
fn own_name(catalog: &Catalog, row: &PgType) -> Result<Option<&'static str>, Error> {
    let known = OWN.iter().copied().find(|known| *known == row.typname);
    Ok(match known {
        Some(name) if &*catalog.schema_name(row.typnamespace)? == "mathesar_types" => Some(name),
        _ => None,
    })
}

/// The kinds of our own types, which are known by name.
fn own_ui_type(catalog: &Catalog, row: &PgType) -> Result<Option<UiType>, Error> {
    let kind = match row.typname.as_str() {
        "email" => UiType::Email,
        "uri" => UiType::Uri,
        "mathesar_money" | "multicurrency_money" => UiType::Money,
        _ => return Ok(None),
    };
    let is_ours = &*catalog.schema_name(row.typnamespace)? == "mathesar_types";
    Ok(is_ours.then_some(kind))
}

impl UiType {
    /// The word for it in documents.
    pub(crate) fn name(self) -> &'static str {
        match self {
            UiType::Text => "text",
            UiType::Number => "number",
            UiType::Money => "money",
            UiType::Boolean => "boolean",
            UiType::Date => "date",
            UiType::Time => "time",
            UiType::DateTime => "datetime",
            UiType::Duration => "duration",
            UiType::Email => "email",
            UiType::Uri => "uri",
            UiType::Enum => "enum",
            UiType::Array => "array",
            UiType::Json => "json",
            UiType::Uuid => "uuid",
            UiType::Range => "range",
            UiType::Binary => "binary",
            UiType::File => "file",
            UiType::Other => "other",
        }
    }

    /// The kind of a type that is neither an array nor a domain. See the table in docs/describe.md.
    fn of_base_type(oid: Oid, typtype: Char, category: Char) -> Self {
        match typtype.0 {
            pg_sys::TYPTYPE_ENUM => return UiType::Enum,
            pg_sys::TYPTYPE_RANGE | pg_sys::TYPTYPE_MULTIRANGE => return UiType::Range,
            pg_sys::TYPTYPE_BASE => {}
            _ => return UiType::Other,
        }
        match oid {
            pg_sys::BOOLOID => UiType::Boolean,
            pg_sys::INT2OID
            | pg_sys::INT4OID
            | pg_sys::INT8OID
            | pg_sys::FLOAT4OID
            | pg_sys::FLOAT8OID
            | pg_sys::NUMERICOID
            | pg_sys::OIDOID => UiType::Number,
            pg_sys::MONEYOID => UiType::Money,
            pg_sys::DATEOID => UiType::Date,
            pg_sys::TIMEOID | pg_sys::TIMETZOID => UiType::Time,
            pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => UiType::DateTime,
            pg_sys::INTERVALOID => UiType::Duration,
            pg_sys::JSONOID | pg_sys::JSONBOID => UiType::Json,
            pg_sys::UUIDOID => UiType::Uuid,
            pg_sys::BYTEAOID => UiType::Binary,
            _ => Self::of_category(category.0, server::is_built_in(oid)),
        }
    }

    fn of_category(category: u8, built_in: bool) -> Self {
        match (category, built_in) {
            (pg_sys::TYPCATEGORY_STRING, _) => UiType::Text,
            (pg_sys::TYPCATEGORY_NUMERIC, false) => UiType::Number,
            (pg_sys::TYPCATEGORY_BOOLEAN, false) => UiType::Boolean,
            (pg_sys::TYPCATEGORY_DATETIME, false) => UiType::DateTime,
            (pg_sys::TYPCATEGORY_TIMESPAN, false) => UiType::Duration,
            _ => UiType::Other,
        }
    }
}

impl Serialize for UiType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The options of a column's type, in the keys of its kind.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum TypeOptions {
    Scalar(Modifiers),
    Enum {
        original_type: Rc<str>,
        enum_values: Rc<[String]>,
    },
    Array {
        #[serde(flatten)]
        element: Option<Modifiers>,
        item_type: Rc<str>,
    },
}

/// The modifiers in parentheses after a type's name.
#[derive(Serialize, PartialEq, Debug)]
#[serde(untagged)]
pub(crate) enum Modifiers {
    Numeric {
        precision: Option<i32>,
        scale: Option<i32>,
    },
    Interval {
        precision: Option<i32>,
        fields: Option<&'static str>,
    },
    Length {
        length: Option<i32>,
    },
    Precision {
        precision: Option<i32>,
    },
}

impl TypeOptions {
    /// The options of a column of type `info` with the modifiers `typmod`; `None` if the type takes none.
    pub(crate) fn from_modifiers(info: &TypeInfo, typmod: i32) -> Option<Self> {
        match &info.shape {
            TypeShape::Array { element } => {
                let item_type = match element.shape {
                    TypeShape::Enum => "_enum".into(),
                    _ => Rc::clone(&element.name),
                };
                // Character strings, intervals: the contract has no modifiers for arrays of them; see `type_full`.
                let element = Modifiers::from_typmod(element.oid, typmod).filter(|modifiers| {
                    matches!(modifiers, Modifiers::Numeric { .. } | Modifiers::Precision { .. })
                });
                Some(Self::Array { element, item_type })
            }
            TypeShape::Enum => Some(Self::Enum {
                original_type: Rc::clone(&info.name),
                enum_values: info.enum_values.clone().unwrap_or_default(),
            }),
            TypeShape::Scalar | TypeShape::Domain(_) => {
                Modifiers::from_typmod(info.oid, typmod).map(Self::Scalar)
            }
        }
    }
}

impl Modifiers {
    /// By the rules of each type's typmod output function.
    fn from_typmod(type_oid: Oid, typmod: i32) -> Option<Self> {
        let given = (typmod >= 0).then_some(typmod);
        match type_oid {
            pg_sys::NUMERICOID => {
                let typmod = given.map(|typmod| typmod - 4);
                Some(Self::Numeric {
                    precision: typmod.map(|typmod| (typmod >> 16) & 0xffff),
                    // 11 bits in two's complement.
                    scale: typmod.map(|typmod| ((typmod & 0x7ff) ^ 0x400) - 0x400),
                })
            }
            pg_sys::INTERVALOID => Some(Self::Interval {
                precision: given
                    .map(|typmod| typmod & 0xffff)
                    .filter(|&precision| precision != 0xffff),
                fields: given.and_then(|typmod| interval_fields((typmod >> 16) & 0x7fff)),
            }),
            pg_sys::VARCHAROID | pg_sys::BPCHAROID => Some(Self::Length {
                length: given.map(|typmod| typmod - 4),
            }),
            pg_sys::BITOID
            | pg_sys::VARBITOID
            | pg_sys::TIMEOID
            | pg_sys::TIMETZOID
            | pg_sys::TIMESTAMPOID
            | pg_sys::TIMESTAMPTZOID => Some(Self::Precision { precision: given }),
            _ => None,
        }
    }
}

/// The masks of an interval's fields by which PostgreSQL's modifiers say which of them it has, each with its words.
pub(crate) const INTERVAL_FIELDS: [(&str, i32); 13] = {
    const MONTH: i32 = 1 << 1;
    const YEAR: i32 = 1 << 2;
    const DAY: i32 = 1 << 3;
    const HOUR: i32 = 1 << 10;
    const MINUTE: i32 = 1 << 11;
    const SECOND: i32 = 1 << 12;
    [
        ("year", YEAR),
        ("month", MONTH),
        ("day", DAY),
        ("hour", HOUR),
        ("minute", MINUTE),
        ("second", SECOND),
        ("year to month", YEAR | MONTH),
        ("day to hour", DAY | HOUR),
        ("day to minute", DAY | HOUR | MINUTE),
        ("day to second", DAY | HOUR | MINUTE | SECOND),
        ("hour to minute", HOUR | MINUTE),
        ("hour to second", HOUR | MINUTE | SECOND),
        ("minute to second", MINUTE | SECOND),
    ]
};

/// The words for an interval's field mask; `None` for all fields.
fn interval_fields(mask: i32) -> Option<&'static str> {
    INTERVAL_FIELDS
        .iter()
        .find(|(_, known)| *known == mask)
        .map(|(words, _)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_modifiers() {
        let typmod = |precision: i32, scale: i32| ((precision << 16) | (scale & 0x7ff)) + 4;
        for (precision, scale) in [(8, 2), (1000, 1000), (5, -3), (3, 0)] {
            assert_eq!(
                Modifiers::from_typmod(pg_sys::NUMERICOID, typmod(precision, scale)),
                Some(Modifiers::Numeric {
                    precision: Some(precision),
                    scale: Some(scale)
                })
            );
        }
        assert_eq!(
            Modifiers::from_typmod(pg_sys::NUMERICOID, -1),
            Some(Modifiers::Numeric {
                precision: None,
                scale: None
            })
        );
    }

    #[test]
    fn interval_modifiers() {
        let of = |typmod| Modifiers::from_typmod(pg_sys::INTERVALOID, typmod);
        let day_to_second = (1 << 3) | (1 << 10) | (1 << 11) | (1 << 12);
        assert_eq!(
            of((day_to_second << 16) | 3),
            Some(Modifiers::Interval {
                precision: Some(3),
                fields: Some("day to second")
            })
        );
        assert_eq!(
            of((0x7fff << 16) | 6),
            Some(Modifiers::Interval {
                precision: Some(6),
                fields: None
            })
        );
        assert_eq!(
            of((4 << 16) | 0xffff),
            Some(Modifiers::Interval {
                precision: None,
                fields: Some("year")
            })
        );
        assert_eq!(
            of(-1),
            Some(Modifiers::Interval {
                precision: None,
                fields: None
            })
        );
    }

    #[test]
    fn unknown_types_take_no_options() {
        assert_eq!(Modifiers::from_typmod(pg_sys::TEXTOID, -1), None);
    }
}
