//! The front door: every function that SQL can call, a file a topic. Each one decodes its arguments, calls one
//! function of a floor below, and encodes the result. The COMMENT that `\df+` shows stands beside each function.

mod casts;
mod columns;
mod constraints;
mod definitions;
mod dependents;
mod describe;
mod display;
mod import;
mod infer;
mod keys;
mod listing;
mod metadata;
mod metadata_keeping;
mod previews;
mod record_writes;
mod records;
mod restructure;
mod roles;
mod rpc;
mod schemas;
mod table_definitions;
mod tables;
mod text_parts;
mod value_forms;

use crate::definition;
use crate::error::Error;
use crate::pg::arguments::JsonArgument;
use crate::tables::DdlError;
use serde::de::DeserializeOwned;

/// An argument that the function cannot do without, though it is not declared STRICT.
fn not_null<T>(argument: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| DdlError::NullArgument { argument }.into())
}

/// The definition in an argument.
fn read<T: DeserializeOwned>(argument: &'static str, json: &JsonArgument) -> Result<T, Error> {
    Ok(definition::parse(argument, json.text())?)
}

/// The same, of an argument that may be null, as SQL and as JSON has it.
fn read_optional<T: DeserializeOwned>(
    argument: &'static str,
    json: Option<JsonArgument>,
) -> Result<Option<T>, Error> {
    json.map_or(Ok(None), |json| read(argument, &json))
}
