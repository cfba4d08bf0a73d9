//! What a caller may ask for: tables, columns, constraints and their changes, as JSON.
//!
//! One form serves for all calls (docs/definitions.md lists its keys): a whole table is written by the same types that
//! read a column of `msar.add_columns`, and what is absent is left out. A key that is not known is an error that names
//! it and those that are. Nothing here calls PostgreSQL: whether names and types mean something is asked by `ddl`.

pub(crate) mod alteration;
pub(crate) mod column;
pub(crate) mod constraint;
pub(crate) mod form;
pub(crate) mod json_text;
pub(crate) mod name;
pub(crate) mod object;
pub(crate) mod partition;
pub(crate) mod privileges;
mod problem;
pub(crate) mod schema;
pub(crate) mod step;
pub(crate) mod table;
pub(crate) mod type_object;

pub(crate) use problem::DefinitionError;
use serde::Deserialize;

/// Reads the argument of that name.
pub(crate) fn parse<'a, T: Deserialize<'a>>(
    argument: &'static str,
    json: &'a str,
) -> Result<T, DefinitionError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        DefinitionError::malformed(argument, &path, &error.into_inner().to_string())
    })
}
