//! Moving columns with their values from one table to another, and making links of columns.

use crate::explorations::view_keeping::with_views_aside;
use crate::pg::arguments::{IntegerArray, JsonArgument, RegClass, SmallintArray, TextArgument};
use crate::pg::kept_values::{LookUp, LookUpResult};
use crate::pg::results::JsonbResult;
use crate::tables::link_column::{self, LinkOptions};
use crate::tables::{extract, linked_keys, move_columns};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/restructure.sql",
    name = "restructure_manual",
    requires = [
        extract_columns_from_table,
        move_columns_to_referenced_table,
        link_column,
        linked_key
    ]
);

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn extract_columns_from_table(
    tab_id: Option<Oid>,
    col_ids: Option<IntegerArray>,
    new_tab_name: Option<TextArgument>,
    fk_col_name: Option<TextArgument>,
) -> Result<JsonbResult, ErrorReport> {
    let table = super::not_null("tab_id", tab_id)?;
    let columns: Vec<i32> = super::not_null("col_ids", col_ids)?
        .0
        .into_iter()
        .flatten()
        .collect();
    let (new_table, link) = (new_tab_name.map(|name| name.0), fk_col_name.map(|name| name.0));
    let names = extract::ExtractNames {
        table: new_table.as_deref(),
        column: link.as_deref(),
    };
    let (table, link) = extract::extract_columns(table, &columns, &names)?;
    Ok(JsonbResult::new(&(table.to_u32(), link))?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn move_columns_to_referenced_table(
    source_tab_id: Option<RegClass>,
    target_tab_id: Option<RegClass>,
    move_col_ids: Option<SmallintArray>,
) -> Result<(), ErrorReport> {
    let source = super::not_null("source_tab_id", source_tab_id)?.0;
    let target = super::not_null("target_tab_id", target_tab_id)?.0;
    let columns: Vec<i16> = super::not_null("move_col_ids", move_col_ids)?
        .0
        .into_iter()
        .flatten()
        .collect();
    Ok(move_columns::to_referenced(source, target, &columns)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn link_column(
    tab_id: RegClass,
    column: TextArgument,
    referent: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    const HINT: &str = "Pass {\"by\": column, \"compare\": \"exact\" or \"caseless\", \"on_missing\": \"error\", \"null\" or \"create\", \"name\": text, \"dry_run\": boolean}.";
    let options: LinkOptions = options.decode("options", HINT)?;
    let report = link_column::link_column(
        tab_id.0,
        &column.0,
        referent.0,
        &options,
        |relation, part, change| with_views_aside(relation, part, change),
    )?;
    Ok(JsonbResult::new(&report)?)
}

#[pg_extern(sql = "CREATE FUNCTION __msar.linked_key(value text, key_type anyelement)
RETURNS anyelement STABLE PARALLEL RESTRICTED LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';")]
fn linked_key(call: pg_sys::FunctionCallInfo) -> Result<LookUpResult, ErrorReport> {
    Ok(linked_keys::linked_key(&LookUp::of_call(call))?)
}
