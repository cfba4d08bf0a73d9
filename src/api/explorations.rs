//! Explorations: running them, the SQL that they are compiled to, and those that are saved.

use crate::error::Error;
use crate::explorations::grants::{self, GrantScope};
use crate::explorations::readable::Titles;
use crate::explorations::{kept_document, reference, run, saving, stored, transfer};
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace, RegRole, TextArgument};
use crate::pg::bytes::NewText;
use crate::pg::plan::JsonDatum;
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::value::RawValue;

extension_sql_file!(
    "../../sql/install/explorations.sql",
    name = "explorations",
    requires = [place_exploration, current_relation]
);
extension_sql_file!(
    "../../sql/manual/explorations.sql",
    name = "explorations_manual",
    requires = [
        "explorations",
        run_exploration,
        run_saved_exploration,
        exploration_sql,
        get_exploration_export_query,
        save_exploration,
        get_exploration,
        list_explorations,
        delete_exploration,
        rename_exploration,
        set_exploration_owner,
        grant_exploration,
        revoke_exploration,
        check_explorations,
        export_explorations,
        import_explorations,
        register_view_as_exploration
    ]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn run_exploration(
    exploration: JsonArgument,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonDatum, ErrorReport> {
    Ok(run::run_exploration(exploration.text(), options.text())?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn run_saved_exploration(id: i64, options: default!(JsonArgument, "'{}'")) -> Result<JsonDatum, ErrorReport> {
    Ok(kept_document::run_saved(id, options.text())?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn exploration_sql(
    exploration: JsonArgument,
    options: default!(JsonArgument, "'{}'"),
) -> Result<NewText, ErrorReport> {
    let (sql, _) = run::sql(exploration.text(), Some(options.text()), Titles::Aliases)?;
    Ok(NewText::encode(&sql))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_exploration_export_query(
    id: i64,
    options: default!(JsonArgument, "'{}'"),
) -> Result<NewText, ErrorReport> {
    let document = stored::find_exploration(id)?.document()?;
    let (sql, _) = run::sql(&document, Some(options.text()), Titles::DisplayNames)?;
    Ok(NewText::encode(&sql))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn save_exploration(exploration: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&saving::save_exploration(exploration.text())?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_exploration(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&stored::get_exploration(id)?)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn list_explorations(sch_id: default!(Option<RegNamespace>, "NULL")) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&stored::list_explorations(
        sch_id.map(|schema| schema.0),
    )?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn delete_exploration(id: i64) -> Result<i64, ErrorReport> {
    Ok(saving::delete_exploration(id)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn rename_exploration(id: i64, name: TextArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&saving::rename_exploration(id, &name.0)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_exploration_owner(id: i64, new_owner: RegRole) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&saving::set_owner(id, new_owner.0)?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn grant_exploration(
    level: Option<TextArgument>,
    grantee: default!(Option<RegRole>, "NULL"),
    exploration_id: default!(Option<i64>, "NULL"),
    sch_id: default!(Option<RegNamespace>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    let level = super::not_null("level", level)?;
    let scope = GrantScope::of_arguments(exploration_id, sch_id.map(|schema| schema.0))?;
    let grantee = grantee.map_or(Oid::INVALID, |role| role.0);
    Ok(JsonbResult::new(&grants::grant_level(
        &scope,
        grantee,
        Some(&level.0),
    )?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn revoke_exploration(
    grantee: default!(Option<RegRole>, "NULL"),
    exploration_id: default!(Option<i64>, "NULL"),
    sch_id: default!(Option<RegNamespace>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    let scope = GrantScope::of_arguments(exploration_id, sch_id.map(|schema| schema.0))?;
    let grantee = grantee.map_or(Oid::INVALID, |role| role.0);
    Ok(JsonbResult::new(&grants::grant_level(&scope, grantee, None)?)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn check_explorations(sch_id: default!(Option<RegNamespace>, "NULL")) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&transfer::check_explorations(
        sch_id.map(|schema| schema.0),
    )?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn export_explorations(sch_id: RegNamespace) -> Result<JsonbResult, ErrorReport> {
    let document =
        RawValue::from_string(transfer::export_explorations(sch_id.0)?).map_err(Error::Serialization)?;
    Ok(JsonbResult::new(&document)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn import_explorations(document: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&transfer::import_explorations(
        document.text(),
    )?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn register_view_as_exploration(
    view_id: Option<RegClass>,
    name: default!(Option<TextArgument>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    let view = super::not_null("view_id", view_id)?;
    let name = name.map(|name| name.0);
    Ok(JsonbResult::new(&transfer::register_view(
        view.0,
        name.as_deref(),
    )?)?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn current_relation(relation: pg_sys::Oid, refs: JsonArgument) -> Option<pg_sys::Oid> {
    let refs = refs.value("refs").ok()?;
    reference::current_relation(relation.to_u32(), refs).map(|relation| pg_sys::Oid::from(relation.to_u32()))
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn place_exploration(stored: JsonArgument, is_restored: bool) -> Result<JsonbResult, ErrorReport> {
    let placed = transfer::place_row(stored.value("stored")?, is_restored)?;
    Ok(JsonbResult::new(&placed)?)
}
