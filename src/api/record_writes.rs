//! Records that are added, changed and deleted.

use crate::pg::any_argument::AnyArgument;
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::results::Jsonb;
use crate::record::write;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn add_record_to_table(
    tab_id: Option<pg_sys::Oid>,
    rec_def: Option<JsonbValue>,
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<Jsonb, ErrorReport> {
    let _ = (return_record_summaries, table_record_summary_templates);
    Ok(Jsonb::new(&write::add(tab_id, rec_def)?.returned)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn patch_record_in_table(
    tab_id: Option<pg_sys::Oid>,
    rec_id: Option<AnyArgument>,
    rec_def: Option<JsonbValue>,
    return_record_summaries: default!(Option<bool>, "false"),
    table_record_summary_templates: default!(Option<JsonArgument>, "NULL"),
) -> Result<Jsonb, ErrorReport> {
    let _ = (return_record_summaries, table_record_summary_templates);
    Ok(Jsonb::new(
        &write::patch(tab_id, rec_id.map(|id| id.0), rec_def)?.returned,
    )?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn delete_records_from_table(tab_id: pg_sys::Oid, rec_ids: JsonArgument) -> Result<Jsonb, ErrorReport> {
    let ids = rec_ids.decode("rec_ids", "Pass an array of keys: [1, 2].")?;
    Ok(Jsonb::new(&write::delete(tab_id, ids)?)?)
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
fn add_records(tab_id: RegClass, rows: JsonbValue) -> Result<Jsonb, ErrorReport> {
    Ok(Jsonb::new(&write::add_many(tab_id.0, rows)?)?)
}
