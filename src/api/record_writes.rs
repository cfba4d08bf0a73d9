//! Adding, changing and deleting records.

use crate::error::Error;
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::json_rows::{self, ReadRows, ReadingCall};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter::AnyValue;
use crate::pg::plan::JsonbDatum;
use crate::pg::results::JsonbResult;
use crate::records::error::FILTER_SHAPE;
use crate::records::filter_document::FilterDocument;
use crate::records::write::{self, AddOptions, BulkOptions, WriteResultOptions};
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
        add_records,
        update_records,
        delete_records,
        read_rows,
        read_row,
        at_row
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

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn add_record_to_table(
    tab_id: Option<pg_sys::Oid>,
    rec_def: Option<JsonbValue>,
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let wanted = wanted(return_record_summaries, table_record_summary_templates);
    Ok(write::add_record(tab_id, rec_def, wanted)?)
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
    Ok(write::patch(tab_id, rec_id, rec_def, wanted)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn delete_records_from_table(tab_id: pg_sys::Oid, rec_ids: JsonbValue) -> Result<JsonbResult, ErrorReport> {
    Ok(write::delete_records(tab_id, rec_ids)?.into())
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn form_insert(field_info_list: JsonArgument, values_: JsonArgument) -> Result<(), ErrorReport> {
    let fields: Vec<write::FormField> = field_info_list.decode(
        "field_info_list",
        "Pass an array of objects: {\"key\", \"parent_key\", \"column_attnum\", \"table_oid\", \"depth\"}.",
    )?;
    let values = values_.decode("values_", "Pass an object of the fields' keys and their values.")?;
    Ok(write::insert_form(&fields, &values)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_records(
    tab_id: RegClass,
    rows: JsonbValue,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    const HINT: &str = "Pass {\"on_conflict\": \"error\", \"ignore\" or \"update\", \"key\": [column, ...], \"on_error\": \"raise\" or \"report\", \"input\": \"raw\" or \"display\"}.";
    let options: AddOptions = options.decode("options", HINT)?;
    Ok(JsonbResult::new(&write::add_many(tab_id.0, rows, &options)?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn update_records(
    tab_id: Option<RegClass>,
    filter: Option<JsonArgument>,
    patch: Option<JsonbValue>,
    options: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let relation = super::not_null("tab_id", tab_id)?.0;
    let patch = super::not_null("patch", patch)?;
    let (filter, options) = (bulk_filter(filter)?, bulk_options(options)?);
    Ok(write::update_many(relation, filter, patch, options)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn delete_records(
    tab_id: Option<RegClass>,
    filter: Option<JsonArgument>,
    options: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let relation = super::not_null("tab_id", tab_id)?.0;
    let (filter, options) = (bulk_filter(filter)?, bulk_options(options)?);
    Ok(write::delete_many(relation, filter, options)?)
}

fn bulk_filter(filter: Option<JsonArgument>) -> Result<Option<FilterDocument>, Error> {
    filter.map_or(Ok(None), |filter| filter.decode("filter", FILTER_SHAPE))
}

fn bulk_options(options: Option<JsonArgument>) -> Result<BulkOptions, Error> {
    const HINT: &str = "Pass {\"keys\": [key, ...], \"max_rows\": number, \"return\": \"count\", \"keys\" or \"records\", \"dry_run\": boolean, \"on_error\": \"raise\" or \"report\", \"input\": \"raw\" or \"display\", \"dates\": \"iso\" or \"contract\", \"numbers\": \"json\" or \"text\"}.";
    let options: Option<BulkOptions> = options.map_or(Ok(None), |options| options.decode("options", HINT))?;
    Ok(options.unwrap_or_default())
}

#[pg_extern(
    sql = "CREATE FUNCTION __msar.read_rows(rows jsonb, relation oid, attnums smallint[], set integer, first bigint)
RETURNS SETOF record STABLE PARALLEL UNSAFE ROWS 100 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn read_rows(call: pg_sys::FunctionCallInfo) -> ReadRows {
    ReadingCall::of_rows(call).read_rows()
}

#[pg_extern(
    sql = "CREATE FUNCTION __msar.read_row(document jsonb, relation oid, attnums smallint[])
RETURNS record STABLE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn read_row(call: pg_sys::FunctionCallInfo) -> ReadRows {
    ReadingCall::of_row(call).read_rows()
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn at_row(set: i32, row: i64) -> bool {
    json_rows::set_current_row(set, row);
    true
}
