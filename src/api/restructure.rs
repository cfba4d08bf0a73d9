//! Moving columns with their values from one table to another.

use crate::pg::arguments::RegClass;
use crate::pg::bytes::TextBytes;
use crate::pg::results::JsonbResult;
use crate::tables::{extract, move_columns};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/restructure.sql",
    name = "restructure_manual",
    requires = [extract_columns_from_table, move_columns_to_referenced_table]
);

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn extract_columns_from_table(
    tab_id: Option<Oid>,
    col_ids: Option<Vec<Option<i32>>>,
    new_tab_name: Option<TextBytes>,
    fk_col_name: Option<TextBytes>,
) -> Result<JsonbResult, ErrorReport> {
    let table = super::not_null("tab_id", tab_id)?;
    let columns: Vec<i32> = super::not_null("col_ids", col_ids)?
        .into_iter()
        .flatten()
        .collect();
    let (new_table, link) = (
        new_tab_name.map(TextBytes::decode),
        fk_col_name.map(TextBytes::decode),
    );
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
    move_col_ids: Option<Vec<Option<i16>>>,
) -> Result<(), ErrorReport> {
    let source = super::not_null("source_tab_id", source_tab_id)?.0;
    let target = super::not_null("target_tab_id", target_tab_id)?.0;
    let columns: Vec<i16> = super::not_null("move_col_ids", move_col_ids)?
        .into_iter()
        .flatten()
        .collect();
    Ok(move_columns::to_referenced(source, target, &columns)?)
}
