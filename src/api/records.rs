//! Reading records: pages, single records, search, records ordered by preview, export.

use crate::error::Error;
use crate::pg::arguments::{JsonArgument, RegClass, TextArgument};
use crate::pg::bytes::NewText;
use crate::pg::parameter::AnyValue;
use crate::pg::plan::JsonbDatum;
use crate::pg::results::JsonbResult;
use crate::records::arguments::{self, Extras, Part};
use crate::records::export_query::{ExportOptions, write_query};
use crate::records::key::RecordKey;
use crate::records::linked::{self, LinkedOptions};
use crate::records::options::{self, RecordOptions};
use crate::statements::Values;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::value::RawValue;

extension_sql_file!(
    "../../sql/manual/records.sql",
    name = "records_manual",
    requires = [
        list_records_from_table,
        get_record_from_table,
        search_records_from_table,
        list_by_record_summaries,
        get_table_columns_and_records,
        list_records,
        list_records_schema,
        get_linked_records,
        get_export_query
    ]
);

/// The relation of an argument; NULL means an invalid OID.
fn relation(tab_id: Option<pg_sys::Oid>) -> pg_sys::Oid {
    tab_id.unwrap_or(pg_sys::Oid::INVALID)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
#[allow(clippy::too_many_arguments, reason = "those that clients pass")]
fn list_records_from_table(
    tab_id: Option<pg_sys::Oid>,
    limit_: Option<i32>,
    offset_: Option<i32>,
    order_: Option<JsonArgument>,
    filter_: Option<JsonArgument>,
    group_: Option<JsonArgument>,
    joined_columns: default!(Option<JsonArgument>, "NULL"),
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let part = Part {
        limit: limit_,
        offset: offset_,
    };
    let extras = Extras {
        joined_columns,
        record_summaries: return_record_summaries.unwrap_or(false),
        templates: table_record_summary_templates,
    };
    Ok(arguments::list_records(
        relation(tab_id),
        part,
        order_,
        filter_,
        group_,
        extras,
    )?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_record_from_table(
    tab_id: Option<pg_sys::Oid>,
    rec_id: Option<AnyValue>,
    joined_columns: default!(Option<JsonArgument>, "NULL"),
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let extras = Extras {
        joined_columns,
        record_summaries: return_record_summaries.unwrap_or(false),
        templates: table_record_summary_templates,
    };
    let key = |values: &mut Values| match rec_id {
        Some(value) => RecordKey::of_value(&value.text, value.is_json, values),
        None => RecordKey::null(values),
    };
    Ok(arguments::get_record(relation(tab_id), key, extras)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn search_records_from_table(
    tab_id: Option<pg_sys::Oid>,
    search_: Option<JsonArgument>,
    limit_: Option<i32>,
    offset_: default!(Option<i32>, "0"),
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let part = Part {
        limit: limit_,
        offset: offset_,
    };
    let extras = Extras {
        joined_columns: None,
        record_summaries: return_record_summaries.unwrap_or(false),
        templates: table_record_summary_templates,
    };
    Ok(arguments::search(relation(tab_id), search_, part, extras)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn list_by_record_summaries(
    tab_id: Option<pg_sys::Oid>,
    limit_: Option<i32>,
    offset_: Option<i32>,
    search_: default!(Option<TextArgument>, "NULL"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
    linked_record_path: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    let part = Part {
        limit: limit_,
        offset: offset_,
    };
    Ok(arguments::list_summaries(
        relation(tab_id),
        part,
        search_.as_ref().map(|search| search.0.as_str()),
        table_record_summary_templates,
        linked_record_path,
    )?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_table_columns_and_records(
    tab_id: Option<pg_sys::Oid>,
    limit_: Option<i32>,
    offset_: Option<i32>,
    order_: Option<JsonArgument>,
    filter_: Option<JsonArgument>,
) -> Result<SetOfIterator<'static, JsonbDatum>, ErrorReport> {
    let part = Part {
        limit: limit_,
        offset: offset_,
    };
    let rows = arguments::export(relation(tab_id), part, order_, filter_)?;
    Ok(SetOfIterator::new(rows))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn list_records(
    tab_id: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbDatum, ErrorReport> {
    let mut values = Values::default();
    let options = RecordOptions::parse(options.text())?;
    let request = options.request(tab_id.0, &mut values)?;
    Ok(options::run_request(request, &values)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_export_query(
    tab_id: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<NewText, ErrorReport> {
    const HINT: &str = "Pass {\"filter\": filter, \"order\": [...], \"columns\": [...]}, each as msar.list_records takes it.";
    let options: ExportOptions = options.decode("options", HINT)?;
    Ok(NewText::encode(&write_query(tab_id.0, options)?))
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn list_records_schema() -> Result<JsonbResult, ErrorReport> {
    let schema: &RawValue = serde_json::from_str(options::SCHEMA).map_err(Error::Serialization)?;
    Ok(JsonbResult::new(&schema)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_linked_records(
    tab_id: Option<RegClass>,
    key: Option<AnyValue>,
    options: default!(Option<JsonArgument>, "NULL"),
) -> Result<JsonbDatum, ErrorReport> {
    const HINT: &str =
        "Pass {\"limit\": number, \"count\": \"exact\" or \"none\", \"constraints\": [name, ...]}.";
    let options: Option<LinkedOptions> = match options {
        Some(options) => options.decode("options", HINT)?,
        None => None,
    };
    let key = |values: &mut Values| match key {
        Some(value) => RecordKey::of_value(&value.text, value.is_json, values),
        None => RecordKey::null(values),
    };
    let tab_id = relation(tab_id.map(|relation| relation.0));
    Ok(linked::list_linked_rows(
        tab_id,
        key,
        options.unwrap_or_default(),
    )?)
}
