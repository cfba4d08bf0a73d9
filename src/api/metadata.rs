//! Display metadata of tables and columns.

use crate::catalog::rows::PgClass;
use crate::catalog::{consistent, relation};
use crate::error::Error;
use crate::metadata::{read, triggers, write};
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace};
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::{Map, Value};

extension_sql_file!(
    "../../sql/install/metadata.sql",
    requires = [
        "schemas",
        complete_table_metadata,
        complete_column_metadata,
        announce_metadata_change
    ]
);
extension_sql_file!(
    "../../sql/manual/metadata.sql",
    name = "metadata_manual",
    requires = [
        "metadata",
        get_table_metadata,
        list_table_metadata,
        set_table_metadata,
        get_column_metadata,
        set_column_metadata,
        complete_table_metadata,
        complete_column_metadata,
        unfit_column_options
    ]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_table_metadata(tab_id: RegClass) -> Result<Option<JsonbResult>, ErrorReport> {
    let metadata = consistent::read_relation(tab_id.0, |catalog| {
        match PgClass::by_oid(&catalog.reader, tab_id.0) {
            Some(row) => read::read_table(catalog, &row),
            None => Ok(None),
        }
    })?;
    Ok(metadata.map(|metadata| JsonbResult::new(&metadata)).transpose()?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn list_table_metadata(sch_id: RegNamespace) -> Result<JsonbResult, ErrorReport> {
    let metadata = consistent::read_consistently(|catalog| {
        relation::list_of_schema(catalog, sch_id.0)
            .iter()
            .filter_map(|row| read::read_table(catalog, row).transpose())
            .collect::<Result<Vec<_>, _>>()
    })?;
    Ok(JsonbResult::new(&metadata)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_table_metadata(tab_id: RegClass, patch: JsonArgument) -> Result<Option<JsonbResult>, ErrorReport> {
    let metadata = write::set_table_metadata(tab_id.0, patch.value("patch")?)?;
    Ok(metadata.map(|metadata| JsonbResult::new(&metadata)).transpose()?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_column_metadata(tab_id: RegClass) -> Result<JsonbResult, ErrorReport> {
    let metadata = consistent::read_relation(tab_id.0, |catalog| {
        match PgClass::by_oid(&catalog.reader, tab_id.0) {
            Some(row) => read::read_columns(catalog, &row),
            None => Ok(Vec::new()),
        }
    })?;
    Ok(JsonbResult::new(&metadata)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_column_metadata(tab_id: RegClass, patches: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&write::set_column_metadata(
        tab_id.0,
        patches.value("patches")?,
    )?)?)
}

// Functions that the triggers of the metadata tables call; see sql/install/metadata.sql.

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn complete_table_metadata(
    new_row: JsonArgument,
    old_row: Option<JsonArgument>,
) -> Result<Option<JsonbResult>, ErrorReport> {
    let old_row = old_row.map(|row| row_object(&row, "old_row")).transpose()?;
    let fields = triggers::complete_table(&row_object(&new_row, "new_row")?, old_row.as_ref())?;
    Ok(fields.map(|fields| JsonbResult::new(&fields)).transpose()?)
}

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn complete_column_metadata(
    new_row: JsonArgument,
    old_row: Option<JsonArgument>,
) -> Result<Option<JsonbResult>, ErrorReport> {
    let old_row = old_row.map(|row| row_object(&row, "old_row")).transpose()?;
    let fields = triggers::complete_column(&row_object(&new_row, "new_row")?, old_row.as_ref())?;
    Ok(fields.map(|fields| JsonbResult::new(&fields)).transpose()?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn unfit_column_options(
    tab_id: pg_sys::Oid,
    attnum: i16,
    options: JsonArgument,
) -> Result<Vec<&'static str>, ErrorReport> {
    Ok(triggers::unfit_options(
        tab_id,
        attnum,
        &row_object(&options, "options")?,
    )?)
}

/// A row as its trigger passes it.
fn row_object(row: &JsonArgument, argument: &'static str) -> Result<Map<String, Value>, Error> {
    row.decode(argument, "Triggers pass to_jsonb of a row.")
}
