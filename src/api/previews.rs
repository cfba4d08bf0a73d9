//! Previews of rows, and the templates that say how they read.

use crate::pg::arguments::RegClass;
use crate::record::preview::{custom, rows};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn set_preview_template(
    tab_id: Option<RegClass>,
    template: Option<String>,
) -> Result<Option<String>, ErrorReport> {
    match tab_id {
        Some(table) => Ok(custom::set(table.0, template.as_deref())?),
        None => Ok(None),
    }
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_preview_template(tab_id: RegClass) -> Result<Option<String>, ErrorReport> {
    Ok(custom::get(tab_id.0)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn preview_template_sql(tab_id: RegClass) -> Result<String, ErrorReport> {
    Ok(rows::sql(tab_id.0)?)
}
