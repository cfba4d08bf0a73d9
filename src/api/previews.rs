//! Previews of rows, and their templates.

use crate::pg::arguments::{JsonArgument, RegClass, TextArgument};
use crate::pg::bytes::NewText;
use crate::pg::plan::JsonbDatum;
use crate::previews::{custom, rows};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/previews.sql",
    name = "previews_manual",
    requires = [
        set_preview_template,
        get_preview_template,
        preview_template_sql,
        preview_rows
    ]
);

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn set_preview_template(
    tab_id: Option<RegClass>,
    template: Option<TextArgument>,
) -> Result<Option<NewText>, ErrorReport> {
    let Some(table) = tab_id else {
        return Ok(None);
    };
    let template = template.map(|template| template.0);
    let in_force = custom::set_template(table.0, template.as_deref())?;
    Ok(in_force.as_deref().map(NewText::encode))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_preview_template(tab_id: RegClass) -> Result<Option<NewText>, ErrorReport> {
    Ok(custom::get_template(tab_id.0)?.as_deref().map(NewText::encode))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn preview_template_sql(tab_id: RegClass) -> Result<NewText, ErrorReport> {
    Ok(NewText::encode(&rows::print_statement(tab_id.0)?))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn preview_rows(tab_id: RegClass, keys: JsonArgument) -> Result<JsonbDatum, ErrorReport> {
    Ok(rows::list_by_keys(tab_id.0, &keys)?)
}
