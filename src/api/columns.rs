//! Adding, changing and dropping columns.

use crate::definition::alteration::ColumnAlteration;
use crate::definition::column::ColumnDefinition;
use crate::pg::arguments::JsonArgument;
use crate::tables::{add, alter, drop};
use pgrx::datum::VariadicArray;
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/columns.sql",
    name = "columns_manual",
    requires = [add_columns, alter_columns, drop_columns]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_columns(
    tab_id: Oid,
    col_defs: JsonArgument,
    raw_default: default!(bool, false),
) -> Result<Vec<i16>, ErrorReport> {
    let columns: Vec<ColumnDefinition> = super::read("col_defs", &col_defs)?;
    Ok(add::add_columns(tab_id, &columns, raw_default)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn alter_columns(tab_id: Oid, col_alters: JsonArgument) -> Result<Option<Vec<i32>>, ErrorReport> {
    let alterations: Vec<ColumnAlteration> = super::read("col_alters", &col_alters)?;
    let altered = alter::alter_columns(tab_id, &alterations)?;
    let altered: Vec<i32> = altered.into_iter().map(i32::from).collect();
    Ok(Some(altered).filter(|altered| !altered.is_empty()))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_columns(tab_id: Oid, col_ids: VariadicArray<i32>) -> Result<(), ErrorReport> {
    let attnums: Vec<i32> = col_ids.iter().flatten().collect();
    Ok(drop::drop_columns(tab_id, &attnums)?)
}
