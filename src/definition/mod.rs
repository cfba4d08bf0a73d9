//! Definitions: tables, columns, constraints and their changes, as JSON.
//!
//! All calls share one form (docs/definitions.md lists its keys): the types that read a column of `msar.add_columns`
//! also write a whole table, without the keys that are absent. An unknown key is an error that lists the known ones.
//! Nothing here calls PostgreSQL: `tables` checks whether names and types exist.

pub(crate) mod alteration;
pub(crate) mod column;
pub(crate) mod constraint;
mod error;
pub(crate) mod form;
pub(crate) mod json_text;
pub(crate) mod name;
pub(crate) mod nested;
pub(crate) mod object;
pub(crate) mod partition;
pub(crate) mod privileges;
pub(crate) mod schema;
pub(crate) mod step;
pub(crate) mod table;
pub(crate) mod type_object;

pub(crate) use error::DefinitionError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io;

/// Reads the argument of that name.
pub(crate) fn parse_argument<'a, T: Deserialize<'a>>(
    argument: &'static str,
    json: &'a str,
) -> Result<T, DefinitionError> {
    parse_argument_part(argument, "", json)
}

/// The same for a long one.
pub(crate) fn parse_long_argument<T: DeserializeOwned>(
    argument: &'static str,
    json: impl io::Read,
) -> Result<T, DefinitionError> {
    parse_with(argument, "", serde_json::Deserializer::from_reader(json))
}

/// Reads a part of the argument, which is at `place` in it.
fn parse_argument_part<'a, T: Deserialize<'a>>(
    argument: &'static str,
    place: &str,
    json: &'a str,
) -> Result<T, DefinitionError> {
    parse_with(argument, place, serde_json::Deserializer::from_str(json))
}

fn parse_with<'a, T: Deserialize<'a>, R: serde_json::de::Read<'a>>(
    argument: &'static str,
    place: &str,
    mut deserializer: serde_json::Deserializer<R>,
) -> Result<T, DefinitionError> {
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = match (place, error.path().to_string()) {
            ("", path) => path,
            (place, path) if path == "." => place.to_owned(),
            (place, path) => format!("{place}.{path}"),
        };
        DefinitionError::malformed(argument, &path, &error.into_inner().to_string())
    })
}
