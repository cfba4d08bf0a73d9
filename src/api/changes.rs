//! Changes: staying in step with the database's objects.

use crate::changes::list::{self, ChangeFilter};
use crate::changes::{reconcile, sync, undo};
use crate::error::{Error, ManualPage};
use crate::pg::arguments::{JsonArgument, RegNamespace, TextArgument};
use crate::pg::results::{JsonResult, JsonbResult};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::value::RawValue;

extension_sql_file!("../../sql/install/changes.sql", requires = ["schemas"]);
extension_sql_file!(
    "../../sql/manual/changes.sql",
    name = "changes_manual",
    requires = [
        "changes",
        sync_schema,
        list_changes,
        list_changes_schema,
        get_change_token,
        reconcile_changes,
        undo_changes
    ]
);

// PARALLEL UNSAFE as the functions that describe relations are.
#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn sync_schema(
    sch_id: Option<RegNamespace>,
    token: default!(Option<TextArgument>, "NULL"),
) -> Result<Option<JsonResult>, ErrorReport> {
    let Some(schema) = sch_id else {
        return Ok(None);
    };
    let token = token.map(|token| token.0);
    Ok(Some(JsonResult::from(sync::sync_schema(
        schema.0,
        token.as_deref(),
    )?)))
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn list_changes(
    token: default!(Option<TextArgument>, "NULL"),
    options: default!(Option<JsonArgument>, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    let token = token.map(|token| token.0);
    let filter: Option<ChangeFilter> = super::read_optional(ManualPage::Changes, "options", options)?;
    Ok(JsonbResult::new(&list::list_changes(
        token.as_deref(),
        &filter.unwrap_or_default(),
    )?)?)
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn list_changes_schema() -> Result<JsonbResult, ErrorReport> {
    let schema: &RawValue = serde_json::from_str(list::SCHEMA).map_err(Error::Serialization)?;
    Ok(JsonbResult::new(&schema)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_change_token() -> Result<String, ErrorReport> {
    Ok(sync::current_token()?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn reconcile_changes(sch_id: default!(Option<RegNamespace>, "NULL")) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&reconcile::reconcile(
        sch_id.map(|schema| schema.0),
    )?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn undo_changes(changes: JsonArgument, dry_run: default!(bool, false)) -> Result<JsonbResult, ErrorReport> {
    let changes = undo::read_changes(&changes)?;
    Ok(JsonbResult::new(&undo::undo_changes(&changes, dry_run)?)?)
}
