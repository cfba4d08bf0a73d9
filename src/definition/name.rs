//! References to objects by name, and to columns by name or number.

use super::form::string_or_object;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A relation, a collation, an operator class, ... by its name.
///
/// Without a schema it is looked for along the caller's search_path. In short: a string, which is the name as it is,
/// without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct QualifiedName {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QualifiedNameFields {
    schema: Option<String>,
    name: String,
}

impl From<QualifiedNameFields> for QualifiedName {
    fn from(QualifiedNameFields { schema, name }: QualifiedNameFields) -> Self {
        Self { schema, name }
    }
}

string_or_object!(
    QualifiedName,
    QualifiedNameFields,
    |name: &str| Ok(QualifiedName {
        schema: None,
        name: name.to_owned()
    }),
    "a name, or an object with the keys \"schema\" and \"name\""
);

/// As messages show it.
impl fmt::Display for QualifiedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(formatter, "\"{schema}\".\"{}\"", self.name),
            None => write!(formatter, "\"{}\"", self.name),
        }
    }
}

/// A column: a number is its attnum, a string its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum ColumnRef {
    Attnum(i16),
    Name(String),
}

impl<'de> Deserialize<'de> for ColumnRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ColumnRefVisitor;

        impl serde::de::Visitor<'_> for ColumnRefVisitor {
            type Value = ColumnRef;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a column: its attnum or its name")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<ColumnRef, E> {
                i16::try_from(number).map(ColumnRef::Attnum).map_err(|_| {
                    E::invalid_value(serde::de::Unexpected::Signed(number), &"the attnum of a column")
                })
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<ColumnRef, E> {
                self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<ColumnRef, E> {
                Ok(ColumnRef::Name(name.to_owned()))
            }
        }

        deserializer.deserialize_any(ColumnRefVisitor)
    }
}
