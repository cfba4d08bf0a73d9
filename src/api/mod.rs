//! The SQL front door: every function that SQL can call, one file per topic. Each function decodes its arguments, calls
//! one function of a room below, and encodes the result.
//!
//! A topic has the same name everywhere: `api/<topic>.rs` has its functions in Rust, `sql/install/<topic>.sql` its
//! other objects, `sql/manual/<topic>.sql` the COMMENT of each, which `\df+` shows. The file here says which SQL file
//! comes after what.

mod caches;
mod casts;
mod changes;
mod columns;
mod constraints;
mod data_files;
mod databases;
mod definitions;
mod dependents;
mod describe;
mod diagram;
mod display;
mod explorations;
mod forms;
mod help;
mod import;
mod infer;
mod joinable_tables;
mod keys;
mod listing;
mod metadata;
mod metadata_keeping;
mod owners;
mod previews;
mod privileges;
mod progress;
mod record_writes;
mod records;
mod reflector;
mod restructure;
mod roles;
mod rpc;
mod schemas;
mod servers;
mod sessions;
mod shares;
mod table_definitions;
mod tables;
mod types;
mod uninstall;
mod users;
mod value_forms;

use crate::definition;
use crate::error::{Error, ManualPage};
use crate::pg::arguments::JsonArgument;
use serde::de::DeserializeOwned;

/// An argument that the function cannot do without, though it is not declared STRICT.
fn not_null<T>(argument: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::NullArgument { argument })
}

/// The definition in an argument, which a page of the documentation describes.
fn parse_definition<T: DeserializeOwned>(
    page: ManualPage,
    argument: &'static str,
    json: &JsonArgument,
) -> Result<T, Error> {
    let parsed = match json.pulsed() {
        Some(reader) => definition::parse_long_argument(argument, reader),
        None => definition::parse_argument(argument, json.text()),
    };
    Ok(parsed.map_err(|problem| problem.on_page(page))?)
}

/// The same, of an argument that may be null, as SQL and as JSON has it.
fn read_optional<T: DeserializeOwned>(
    page: ManualPage,
    argument: &'static str,
    json: Option<JsonArgument>,
) -> Result<Option<T>, Error> {
    json.map_or(Ok(None), |json| parse_definition(page, argument, &json))
}
