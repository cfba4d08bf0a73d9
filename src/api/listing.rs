//! Tables and columns in the shapes that clients of Mathesar's SQL layer know.

use crate::catalog::rows::PgClass;
use crate::catalog::{Catalog, consistent, relation};
use crate::describe::Describer;
use crate::describe::table::{self, ColumnInfo, TableInfo};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace};
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

extension_sql_file!(
    "../../sql/manual/listing.sql",
    name = "listing_manual",
    requires = [get_table_info, get_table, get_column_info, get_tab_col_info_map]
);

#[pg_extern(schema = "msar", stable, strict, parallel_safe)]
fn get_table_info(sch_id: RegNamespace) -> Result<JsonbResult, ErrorReport> {
    let catalog = Catalog::of_statement();
    let relations = relation::list_of_schema(&catalog, sch_id.0);
    let infos: Vec<_> = relations
        .iter()
        .filter_map(|row| TableInfo::from_row(&catalog, row))
        .collect();
    Ok(JsonbResult::new(&infos)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_safe)]
fn get_table(tab_id: RegClass) -> Result<Option<JsonbResult>, ErrorReport> {
    Ok(table_info(&Catalog::of_statement(), tab_id.0)
        .map(|info| JsonbResult::new(&info))
        .transpose()?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_column_info(tab_id: RegClass) -> Result<JsonbResult, ErrorReport> {
    let columns =
        consistent::read_relation_by(tab_id.0, |describer| table::list_columns(describer, tab_id.0))?;
    Ok(JsonbResult::new(&columns)?)
}

/// One table, as `msar.get_tab_col_info_map` returns it.
#[derive(Serialize)]
pub(super) struct TableWithColumns {
    table_info: [Option<TableInfo>; 1],
    columns: BTreeMap<i16, ColumnInfo>,
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_tab_col_info_map(tab_col_map: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let wanted: HashMap<u32, Vec<i16>> = tab_col_map.decode(
        "tab_col_map",
        "Pass an object whose keys are table OIDs and whose values are arrays of attnums: {\"16400\": [1, 2]}.",
    )?;
    let map = consistent::read_by(|describer| {
        wanted
            .iter()
            .map(|(&oid, attnums)| Ok((oid, table_with_columns(describer, oid.into(), attnums)?)))
            .collect::<Result<BTreeMap<_, _>, Error>>()
    })?;
    Ok(JsonbResult::new(&map)?)
}

fn table_info(catalog: &Catalog, oid: Oid) -> Option<TableInfo> {
    PgClass::by_oid(&catalog.reader, oid).and_then(|row| TableInfo::from_row(catalog, &row))
}

pub(super) fn table_with_columns(
    describer: &Describer,
    oid: Oid,
    attnums: &[i16],
) -> Result<TableWithColumns, Error> {
    let columns = table::list_columns(describer, oid)?;
    Ok(TableWithColumns {
        table_info: [table_info(&describer.catalog, oid)],
        columns: columns
            .into_iter()
            .filter(|column| attnums.contains(&column.id))
            .map(|column| (column.id, column))
            .collect(),
    })
}
