//! How a JSON value becomes a value of a column's type.
//!
//! By `jsonb_to_recordset`: a string goes through the input function of the type, so that all forms in which we give
//! values can be read back; arrays and objects become SQL arrays and composite values, elements and fields by the same
//! rules. One thing is ours: a string for a json column is JSON *text*, since that is how such a column is given.

use crate::error::Error;
use crate::pg::Oid;
use crate::pg::column_type::{Content, qualified_name};
use crate::pg::quote;

/// The way of the values of one column.
pub(super) struct Input {
    /// The type that the function is told.
    declared: String,
    /// What its result is cast to.
    cast: Option<String>,
}

impl Input {
    pub(super) fn of(type_oid: Oid, modifiers: i32) -> Result<Self, Error> {
        let name = qualified_name(type_oid, modifiers).ok_or(Error::Vanished)?;
        Ok(match Content::of(type_oid) {
            // As text, a JSON string is what it holds, and any other value its JSON text.
            Content::Json => Self::through("pg_catalog.text", name),
            Content::JsonArray => Self::through("pg_catalog.text[]", name),
            Content::Composite | Content::Other => Self {
                declared: name,
                cast: None,
            },
        })
    }

    fn through(declared: &str, name: String) -> Self {
        Self {
            declared: declared.into(),
            cast: Some(name),
        }
    }
}

/// A key of JSON objects whose values go into a column.
pub(super) struct Field<'a> {
    pub(super) key: &'a str,
    pub(super) input: Input,
}

impl Field<'_> {
    /// The value, where `source` is what [`declarations`] describes.
    pub(super) fn value(&self, source: &str) -> String {
        let value = format!("{source}.{}", quote::identifier(self.key));
        match &self.input.cast {
            Some(cast) => format!("CAST({value} AS {cast})"),
            None => value,
        }
    }
}

/// The column definitions that `jsonb_to_recordset` and its like want.
pub(super) fn declarations<'a>(fields: impl IntoIterator<Item = &'a Field<'a>>) -> String {
    let declarations: Vec<_> = fields
        .into_iter()
        .map(|field| format!("{} {}", quote::identifier(field.key), field.input.declared))
        .collect();
    declarations.join(", ")
}
