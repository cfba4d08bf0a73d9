//! Creating the target of a reflection where it is missing, here or on another server.

use super::error::ReflectionError;
use super::stored::{SourceFacts, TargetTable};
use super::{compile, remote_facts};
use crate::error::Error;
use crate::pg::{Oid, column_type, names, quote, statement};
use crate::remote::connection::RemoteConnection;

/// The columns that a caller names, each with an expression over the source's columns; `None`: those of the source.
pub(super) type NewFields<'a> = Option<&'a [(String, String)]>;

/// The columns of a new target, and what goes into them.
fn new_columns(source: &SourceFacts, fields: NewFields) -> Vec<(String, String)> {
    match fields {
        Some(fields) => fields
            .iter()
            .map(|(column, expression)| (column.clone(), format!("({expression}\n)")))
            .collect(),
        None => {
            let live = source.columns.iter().filter_map(|column| column.name.clone());
            live.map(|name| (name.clone(), quote::identifier(&name)))
                .collect()
        }
    }
}

/// The columns of a new target that have the source's key, quoted; none where the fields lack it: their check says so.
fn new_key(source: &SourceFacts, columns: &[(String, String)]) -> Result<Option<String>, Error> {
    if !source.has_row_key() {
        return Ok(None);
    }
    let key: Result<Vec<_>, Error> = source
        .key
        .iter()
        .map(|&position| {
            let key = compile::column_name(source, position)?;
            let field = columns
                .iter()
                .find(|(_, value)| *value == key || *value == format!("({key}\n)"));
            Ok(field.map(|(column, _)| quote::identifier(column)))
        })
        .collect();
    let key: Option<Vec<String>> = key?.into_iter().collect();
    Ok(key.map(|key| key.join(", ")))
}

/// A query of what goes into a new target.
fn new_content(source: &SourceFacts, columns: &[(String, String)]) -> String {
    let selected: Vec<_> = columns
        .iter()
        .map(|(column, value)| format!("{value} AS {}", quote::identifier(column)))
        .collect();
    format!("SELECT {} FROM {}", selected.join(", "), source.name)
}

/// Creates the target with the types of the source's columns and expressions, and the source's key as primary key.
pub(super) fn create_target(
    source: &SourceFacts,
    (schema, name): (Option<&str>, &str),
    fields: NewFields,
) -> Result<Oid, Error> {
    let schema = match schema {
        Some(schema) => schema.to_owned(),
        None => names::current_schema().unwrap_or_else(|| "public".into()),
    };
    let qualified = quote::qualified(&schema, name);
    let columns = new_columns(source, fields);
    statement::run_statement(&format!(
        "CREATE TABLE {qualified} AS {} WITH NO DATA",
        new_content(source, &columns)
    ))?;
    if let Some(key) = new_key(source, &columns)? {
        statement::run_statement(&format!("ALTER TABLE {qualified} ADD PRIMARY KEY ({key})"))?;
    }
    names::find_relation(&schema, name)
        .ok_or_else(|| ReflectionError::NoTargetTable { name: qualified }.into())
}

/// The same on another server. Types of users must exist there under the same names.
pub(super) fn create_remote_target(
    connection: &RemoteConnection,
    source: &SourceFacts,
    (schema, name): (Option<&str>, &str),
    fields: NewFields,
) -> Result<TargetTable, Error> {
    let schema = match schema {
        Some(schema) => schema.to_owned(),
        None => remote_facts::current_schema(connection)?,
    };
    let qualified = quote::qualified(&schema, name);
    let columns = new_columns(source, fields);
    let types = statement::result_types(&new_content(source, &columns))?;
    let mut parts: Vec<_> = columns
        .iter()
        .zip(types)
        .map(|((column, _), type_id)| {
            format!(
                "{} {}",
                quote::identifier(column),
                column_type::qualified_name(type_id.oid, type_id.modifier).unwrap_or_default()
            )
        })
        .collect();
    if let Some(key) = new_key(source, &columns)? {
        parts.push(format!("PRIMARY KEY ({key})"));
    }
    connection.batch(&format!("CREATE TABLE {qualified} ({})", parts.join(", ")))?;
    let table = remote_facts::find_table(connection, Some(&schema), name)?;
    table.ok_or_else(|| ReflectionError::NoTargetTable { name: qualified }.into())
}
