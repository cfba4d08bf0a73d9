//! Forms: everybody who knows a token can add rows.

use crate::catalog::rows::{PgAttribute, PgClass};
use crate::catalog::{Catalog, consistent};
use crate::error::Error;
use crate::metadata::read::OfTable;
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, RegNamespace};
use crate::pg::plan::JsonbDatum;
use crate::pg::results::JsonbResult;
use crate::sharing::{form, submission};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

extension_sql_file!(
    "../../sql/install/forms.sql",
    name = "forms",
    requires = ["shares", place_form, new_form_token]
);
extension_sql_file!(
    "../../sql/manual/forms.sql",
    name = "forms_manual",
    requires = [
        "forms",
        add_form,
        get_form,
        list_forms,
        patch_form,
        delete_form,
        set_form_publish,
        new_form_token,
        get_public_form,
        get_form_by_token,
        get_form_source_info,
        list_form_related_records,
        submit_form
    ]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_form(form_def: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&form::add_form(form_def.text())?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_form(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&form::get_form(id)?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn list_forms(sch_id: RegNamespace) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&form::list_forms(sch_id.0)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn patch_form(form_def: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&form::patch_form(form_def.text())?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn delete_form(id: i64) -> Result<i64, ErrorReport> {
    Ok(form::delete_form(id)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_form_publish(id: i64, publish_public: bool) -> Result<bool, ErrorReport> {
    Ok(form::publish_form(id, publish_public)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn new_form_token(id: i64) -> Result<String, ErrorReport> {
    Ok(form::regenerate_token(id)?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn get_form_by_token(token: pgrx::Uuid) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&submission::get_by_token(&token)?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_public_form(token: pgrx::Uuid) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&submission::get_public(&token)?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_form_source_info(token: pgrx::Uuid) -> Result<JsonbResult, ErrorReport> {
    let (mut described, wanted) = submission::get_source_info(&token, describe_sources)?;
    for (oid, attnums) in wanted {
        let Some(columns) = described
            .get_mut(&oid)
            .and_then(|table| table.get_mut("columns"))
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        for attnum in attnums {
            columns.entry(attnum.to_string()).or_insert_with(
                || json!({"error": {"code": -31025, "message": format!("Column {attnum} not found")}}),
            );
        }
    }
    Ok(JsonbResult::new(&described)?)
}

/// The tables and columns, and what metadata says about how the columns are shown.
fn describe_sources(wanted: &BTreeMap<u32, Vec<i16>>) -> Result<BTreeMap<u32, Value>, Error> {
    consistent::read_by(|describer| {
        let mut described = BTreeMap::new();
        for (&oid, attnums) in wanted {
            let table = super::listing::table_with_columns(describer, Oid::from(oid), attnums)?;
            let mut table = serde_json::to_value(table).map_err(Error::Serialization)?;
            if let (Some(row), Some(columns)) = (
                PgClass::by_oid(&describer.catalog.reader, Oid::from(oid)),
                table.get_mut("columns").and_then(Value::as_object_mut),
            ) {
                add_metadata(&describer.catalog, &row, columns)?;
            }
            described.insert(oid, table);
        }
        Ok(described)
    })
}

fn add_metadata(catalog: &Catalog, row: &PgClass, columns: &mut Map<String, Value>) -> Result<(), Error> {
    let stored = OfTable::from_row(catalog, row)?;
    for (attnum, column) in columns {
        let attribute = attnum
            .parse()
            .ok()
            .and_then(|attnum| PgAttribute::by_number(&catalog.reader, row.oid, attnum));
        let Some(attribute) = attribute else {
            continue;
        };
        let ui_type = catalog.type_info(attribute.atttypid)?.ui_type;
        let options: Map<String, Value> = stored
            .column_options(&attribute, ui_type)
            .map(|(option, value)| (option.to_owned(), value.clone()))
            .collect();
        if !options.is_empty() {
            column["metadata"] = Value::Object(options);
        }
    }
    Ok(())
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn list_form_related_records(token: pgrx::Uuid, options: JsonArgument) -> Result<JsonbDatum, ErrorReport> {
    Ok(submission::list_related(&token, options.text())?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn submit_form(token: pgrx::Uuid, values: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&submission::submit_form(
        &token,
        values.text(),
    )?)?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn place_form(stored: JsonArgument, is_restored: bool) -> Result<JsonbResult, ErrorReport> {
    let placed = form::place_row(stored.value("stored")?, is_restored)?;
    Ok(JsonbResult::new(&placed)?)
}
