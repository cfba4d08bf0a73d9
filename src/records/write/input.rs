//! How a JSON value becomes a value of a column's type.
//!
//! By `jsonb_to_recordset`: a string goes through the input function of the type, so that all forms that records return
//! can be written back; arrays and objects become SQL arrays and composite values, elements and fields by the same
//! rules. One rule is added: a string for a json column is JSON *text*, since records return such columns as text.

use crate::error::Error;
use crate::pg::Oid;
use crate::pg::column_type::{Content, qualified_name};
use crate::pg::quote;

/// The way of the values of one column.
pub(super) struct Input {
    /// The type, as SQL.
    pub(super) name: String,
    /// The type that they have on the way.
    between: Option<&'static str>,
    /// How texts are read that are written as the column is displayed: SQL of the type, with [`TEXT`] for the text.
    pub(super) displayed: Option<String>,
}

/// What stands for a text in SQL, in which it cannot occur.
pub(super) const TEXT: &str = "\0";

impl Input {
    pub(super) fn of_type(type_oid: Oid, modifiers: i32) -> Result<Self, Error> {
        Ok(Self {
            name: qualified_name(type_oid, modifiers).ok_or(Error::Vanished)?,
            between: match Content::of_type(type_oid) {
                // As text, a JSON string is what it holds, and any other value its JSON text.
                Content::Json => Some("pg_catalog.text"),
                Content::JsonArray => Some("pg_catalog.text[]"),
                Content::Composite | Content::Other => None,
            },
            displayed: None,
        })
    }
}

/// A key of JSON objects whose values go into a column.
pub(super) struct Field<'a> {
    pub(super) key: &'a str,
    pub(super) attnum: i16,
    pub(super) input: Input,
}

impl Field<'_> {
    /// The value, where `source` is what [`declarations`] describes.
    pub(super) fn value(&self, source: &str) -> String {
        let value = format!("{source}.{}", quote::identifier(self.key));
        if let Some(displayed) = &self.input.displayed {
            let text = format!("({value} OPERATOR(pg_catalog.#>>) '{{}}')");
            return format!(
                "CASE WHEN pg_catalog.jsonb_typeof({value}) OPERATOR(pg_catalog.=) 'string' THEN {} \
                 ELSE {text}::{name} END::{name}",
                displayed.replace(TEXT, &text),
                name = self.input.name
            );
        }
        match self.input.between {
            Some(_) => format!("CAST({value} AS {})", self.input.name),
            None => value,
        }
    }
}

/// The column definitions that `jsonb_to_recordset` and its like want.
pub(super) fn declarations<'a>(fields: impl IntoIterator<Item = &'a Field<'a>>) -> String {
    let declarations: Vec<_> = fields
        .into_iter()
        .map(|field| {
            let declared = match field.input.displayed {
                // A number is not the text of one.
                Some(_) => "pg_catalog.jsonb",
                None => field.input.between.unwrap_or(&field.input.name),
            };
            format!("{} {declared}", quote::identifier(field.key))
        })
        .collect();
    declarations.join(", ")
}
