//! Explorations as views in `msar_queries`: for every tool that reads views.
//!
//! A view belongs to the exploration's owner. It has `security_invoker`: whoever reads it needs rights of their own on the
//! tables, as for a run. Nobody may create objects in `msar_queries`: the owner of the schema creates a view of nulls, and
//! the current role puts its query into it. So no right is granted, and no session waits for another.

use super::error::ExplorationError;
use super::store;
use crate::catalog::rows::PgClass;
use crate::catalog::{Catalog, acting};
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::view_query::ViewQuery;
use crate::pg::{caller, names, quote, report, statement};
use pgrx::prelude::PgSqlErrorCode;
use serde::Deserialize;
use serde_json::json;

const SCHEMA: &str = "msar_queries";

fn qualified(name: &str) -> String {
    quote::qualified(SCHEMA, name)
}

/// Creates a view for `owner`, or gives the one that is there another query.
fn define_view(name: &str, sql: &str, owner: &str, replaces: bool) -> Result<(), Error> {
    define_analysed(name, ViewQuery::analyse(sql), owner, replaces)
}

/// The same for a query that was analysed.
fn define_analysed(name: &str, query: ViewQuery, owner: &str, replaces: bool) -> Result<(), Error> {
    if query.uses_temporary_relation() {
        return Err(ExplorationError::Invalid {
            path: "view".into(),
            problem: "a temporary table cannot be shown as a view".into(),
            hint: "Leave \"view\" out, or use a table that stays.",
        }
        .into());
    }
    let view = json!({"name": name, "columns": query.null_columns(), "owner": owner, "replaces": replaces});
    store::define_as_owner(store::PUT_QUERY_VIEW, &view)?;
    let view = names::find_relation(SCHEMA, name).ok_or(Error::Vanished)?;
    query.put_into(view);
    Ok(())
}

/// The current role must have the rights of a view's owner.
fn need_own(name: &str) -> Result<(), Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let row = names::find_relation(SCHEMA, name).and_then(|view| PgClass::by_oid(&catalog.reader, view));
    match row {
        Some(row) if !catalog.role.has_rights_of(row.relowner) => Err(ExplorationError::NotAllowed {
            name: name.to_owned(),
            needed: "owner",
        }
        .into()),
        _ => Ok(()),
    }
}

/// Creates the view, or puts it in the place of the one of before. Grants are kept. What depends on a view whose columns
/// change is in the way: PostgreSQL's own error names it.
pub(super) fn put_view(
    before: Option<&str>,
    name: &str,
    sql: &str,
    owner: &str,
    description: Option<&str>,
) -> Result<(), Error> {
    let mut grants = Vec::new();
    // DROP ... CASCADE may have taken the view along.
    let before = before.filter(|before| exists(before));
    if before != Some(name) {
        check_free(name)?;
    }
    if let Some(before) = before {
        need_own(before)?;
        rename(before, name)?;
        grants = view_grants(name)?;
    }
    let view = qualified(name);
    match before {
        None => define_view(name, sql, owner, false)?,
        // Other columns than before take another view.
        Some(_) => {
            match subtransaction::attempt_body(is_other_columns, || define_view(name, sql, owner, true)) {
                Ok(defined) => defined?,
                Err(_) => {
                    statement::run_statement(&format!("DROP VIEW {view}"))?;
                    define_view(name, sql, owner, false)?;
                }
            }
        }
    }
    comment(&view, description)?;
    grant_again(name, &grants)
}

fn comment(view: &str, description: Option<&str>) -> Result<(), Error> {
    let description = description.map_or("NULL".to_owned(), quote::literal);
    statement::run_statement(&format!("COMMENT ON VIEW {view} IS {description}"))?;
    Ok(())
}

/// Creates a view that belongs to the current role.
pub(super) fn make(
    name: &str,
    sql: &str,
    description: Option<&str>,
    grants: &[ViewGrant],
) -> Result<(), Error> {
    let current = names::of_role(caller::current_role()).unwrap_or_default();
    check_free(name)?;
    define_view(name, sql, &current, false)?;
    comment(&qualified(name), description)?;
    grant_again(name, grants)
}

/// PostgreSQL's refusal to replace a view by one whose columns are not those of before.
fn is_other_columns(sqlstate: PgSqlErrorCode) -> bool {
    sqlstate == PgSqlErrorCode::ERRCODE_INVALID_TABLE_DEFINITION
}

/// What is granted on a view, or on one of its columns.
#[derive(Deserialize)]
pub(super) struct ViewGrant {
    column: Option<String>,
    privilege: String,
    /// The statement that grants it again.
    sql: String,
}

/// What is granted to others than the owner of a view.
pub(super) fn view_grants(name: &str) -> Result<Vec<ViewGrant>, Error> {
    let Some(view) = names::find_relation(SCHEMA, name) else {
        return Ok(Vec::new());
    };
    store::write_as_owner(|statements| statements.query(store::VIEW_GRANTS, &json!({"view": view.to_u32()})))
}

/// Grants again what was granted on the view of before. What was granted on a column that it has no longer is gone.
fn grant_again(name: &str, grants: &[ViewGrant]) -> Result<(), Error> {
    let Some(view) = names::find_relation(SCHEMA, name) else {
        return Ok(());
    };
    for grant in grants {
        let is_there = grant
            .column
            .as_ref()
            .is_none_or(|column| names::find_column(view, column).is_some());
        if is_there {
            statement::run_statement(&grant.sql)?;
        }
    }
    Ok(())
}

/// Checks that nothing else has the name: who restores a dump may create objects in the schema.
fn check_free(name: &str) -> Result<(), Error> {
    match names::find_relation(SCHEMA, name) {
        None => Ok(()),
        Some(relation) => {
            let row = PgClass::by_oid(&Reader::new(Snapshot::latest()), relation);
            Err(ExplorationError::ViewNameTaken {
                name: name.to_owned(),
                owner: row
                    .and_then(|row| names::of_role(row.relowner))
                    .unwrap_or_default(),
            }
            .into())
        }
    }
}

/// Whether the view is there.
pub(super) fn exists(name: &str) -> bool {
    names::find_relation(SCHEMA, name).is_some()
}

pub(super) fn drop_view(name: &str) -> Result<(), Error> {
    if exists(name) {
        statement::run_statement(&format!("DROP VIEW {}", qualified(name)))?;
    }
    Ok(())
}

pub(super) fn rename(before: &str, name: &str) -> Result<(), Error> {
    if before == name {
        return Ok(());
    }
    check_free(name)?;
    need_own(before)?;
    let names = json!({"name": before, "new_name": name});
    store::define_as_owner(store::RENAME_QUERY_VIEW, &names)
}

/// Gives a view to another role, which the current role can set: as a new one, made from its exploration. The owner of
/// before may have given the old one another query, or rules and triggers, which would have the rights of the next owner.
///
/// The query is read as the previous owner, who has chosen it. After that, nothing runs that is not PostgreSQL's own. Where
/// the exploration does not run any longer, the view stays away, and a warning says why.
pub(super) fn hand_on(
    name: &str,
    sql: impl FnOnce() -> Result<String, Error>,
    owner: &str,
    description: Option<&str>,
) -> Result<(), Error> {
    let reader = Reader::new(Snapshot::latest());
    let Some(row) = names::find_relation(SCHEMA, name).and_then(|view| PgClass::by_oid(&reader, view)) else {
        return Ok(());
    };
    need_own(name)?;
    let mut grants = view_grants(name)?;
    // Whoever reads needs rights of their own. A trigger would be the grantee's code in a view of the new owner.
    grants.retain(|grant| grant.privilege == "SELECT");
    let before = names::of_role(row.relowner).unwrap_or_default();
    let path = caller::search_path();
    // What depends on the view is in the way: PostgreSQL's own error names it.
    drop_view(name)?;
    let what = format!("view \"{SCHEMA}\".\"{name}\" was dropped and not made again");
    let outcome = subtransaction::or_warn(&what, MADE_BY_SAVING, || {
        let query = acting::act_as(row.relowner, &path, || Ok(ViewQuery::analyse(&sql()?)))?;
        define_analysed(name, query, &before, false)?;
        comment(&qualified(name), description)?;
        grant_again(name, &grants)?;
        store::define_as_owner(store::GIVE_QUERY_VIEW, &json!({"name": name, "owner": owner}))
    });
    warn_if_blocked(outcome, &what);
    Ok(())
}

/// The hint of a warning that a view was not made again.
pub(super) const MADE_BY_SAVING: &str = "Save the exploration again when it runs: that makes its view.";

/// Says of a view that was not made again that locks of another session are why.
pub(super) fn warn_if_blocked(outcome: BookkeepingOutcome, what: &str) {
    if outcome == BookkeepingOutcome::Blocked {
        report::warning(
            format!("{what}: another session is changing explorations"),
            MADE_BY_SAVING,
        );
    }
}
