//! Whole tables as definitions, and many definitions at once.

use crate::catalog::consistent;
use crate::definition::step;
use crate::error::Error;
use crate::explorations::view_keeping::with_views_aside;
use crate::pg::arguments::{JsonArgument, RegClass};
use crate::pg::results::JsonbResult;
use crate::pg::server;
use crate::tables::apply;
use crate::tables::stored_definition;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/table_definitions.sql",
    name = "table_definitions_manual",
    requires = [get_table_definition, apply_definitions]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_table_definition(tab_id: RegClass) -> Result<JsonbResult, ErrorReport> {
    // No lock on the one table: while it is held, another session may want it that has locked a partition.
    let definition =
        consistent::read_consistently(|catalog| stored_definition::read_definition(catalog, tab_id.0))?;
    Ok(JsonbResult::new(&definition)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn apply_definitions(doc: JsonArgument, dry_run: default!(bool, false)) -> Result<JsonbResult, ErrorReport> {
    let steps = step::parse_steps("doc", doc.text(), &server::check_for_interrupts).map_err(Error::from)?;
    let applied = apply::apply_definitions(&steps, dry_run, |table, part, change| {
        with_views_aside(table, part, change)
    })?;
    Ok(JsonbResult::new(&applied)?)
}
