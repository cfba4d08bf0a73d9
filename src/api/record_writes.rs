//! Adding, changing and deleting records.

use crate::error::Error;
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter::AnyValue;
use crate::pg::plan::JsonbDatum;
use crate::pg::results::JsonbResult;
use crate::records::write::{self, WriteResultOptions};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/record_writes.sql",
    name = "record_writes_manual",
    requires = [
        add_record_to_table,
        patch_record_in_table,
        delete_records_from_table,
        form_insert,
        add_records
    ]
);

/// The parts of the result that the caller of a function with these arguments wants.
fn wanted(record_summaries: Option<bool>, templates: Option<JsonArgument>) -> WriteResultOptions {
    WriteResultOptions {
        record_summaries: record_summaries.unwrap_or_default(),
        templates: templates
            .map(JsonArgument::into_text)
            .filter(|templates| templates != "null"),
    }
}

/// Runs what a function does. PostgreSQL's own errors, which are most that can happen, go to the caller whole.
fn run<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, ErrorReport> {
    Ok(dml::with_whole_errors(body)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn add_record_to_table(
    tab_id: Option<pg_sys::Oid>,
    rec_def: Option<JsonbValue>,
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let wanted = wanted(return_record_summaries, table_record_summary_templates);
    run(|| write::add(tab_id, rec_def, wanted))
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn patch_record_in_table(
    tab_id: Option<pg_sys::Oid>,
    rec_id: Option<AnyValue>,
    rec_def: Option<JsonbValue>,
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let wanted = wanted(return_record_summaries, table_record_summary_templates);
    run(|| write::patch(tab_id, rec_id, rec_def, wanted))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn delete_records_from_table(tab_id: pg_sys::Oid, rec_ids: JsonbValue) -> Result<JsonbResult, ErrorReport> {
    Ok(run(|| write::delete(tab_id, rec_ids))?.into())
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn form_insert(field_info_list: JsonArgument, values_: JsonArgument) -> Result<(), ErrorReport> {
    let fields: Vec<write::FormField> = field_info_list.decode(
        "field_info_list",
        "Pass an array of objects: {\"key\", \"parent_key\", \"column_attnum\", \"table_oid\", \"depth\"}.",
    )?;
    let values = values_.decode("values_", "Pass an object of the fields' keys and their values.")?;
    run(|| write::insert_form(&fields, &values))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_records(tab_id: RegClass, rows: JsonbValue) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&run(|| write::add_many(tab_id.0, rows))?)?)
}
