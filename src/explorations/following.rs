//! Stored explorations, shares and forms follow the renames of the tables and columns that they speak of, and what was
//! dropped is marked in them. A table that its owner creates again has new numbers from then on.
//!
//! As metadata does, they wait for no other session: rows that another transaction holds are left out. Each transaction that
//! renamed or dropped something, or stored something, looks again when it commits, so the one that commits last makes the
//! names match. Should it be rolled back, any later command does; until then a number counts before its name (`reference`).

use super::store;
use crate::error::Error;
use crate::events::Command;
use crate::metadata::following::commit;
use crate::pg::bookkeeping::BookkeepingSession;
use crate::pg::event_trigger::Event;
use crate::pg::storage::StorageTable;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::{relations, report};
use pgrx::pg_sys;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const WHAT: &str = "explorations, shares and forms do not follow a command";

const HINT: &str =
    "What is stored still has the old names; the next ALTER of a table brings them up to date.";

/// Does the bookkeeping for a command, which goes through whatever becomes of it.
pub(crate) fn follow_explorations(command: &Command) -> Result<(), Error> {
    let is_concerned = match command.event() {
        Event::CommandEnd => may_rename(command) || may_create(command),
        Event::Drop => true,
    };
    if !is_concerned || is_empty() {
        return Ok(());
    }
    match (command.event(), dropped_relations(command)) {
        (Event::Drop, None) => {}
        (Event::Drop, Some(relations)) => {
            or_warn(|statements| follow_names(statements, &json!({"relations": relations})));
            look_again();
        }
        (Event::CommandEnd, _) if may_rename(command) => {
            follow_all();
            look_again();
        }
        (Event::CommandEnd, _) => or_warn(|statements| statements.run(store::FIND_RETURNED, &json!({}))),
    }
    Ok(())
}

/// Follows once more when the transaction commits. What it stored, or renamed, others could not see before; and rows that
/// another transaction held it left as they were.
pub(crate) fn look_again() {
    commit::expect_work(follow_all);
}

fn follow_all() {
    or_warn(|statements| {
        follow_names(statements, &json!({}))?;
        statements.run(store::FIND_RETURNED, &json!({}))
    });
}

fn or_warn(work: impl FnOnce(&BookkeepingSession) -> Result<(), Error>) {
    let outcome = subtransaction::or_warn(WHAT, HINT, || store::write_as_owner(work));
    if outcome == BookkeepingOutcome::Blocked {
        report::warning(format!("{WHAT}: another session has locked the tables"), HINT);
    }
}

fn follow_names(statements: &BookkeepingSession, argument: &Value) -> Result<(), Error> {
    statements.run(store::FOLLOW_NAMES, argument)?;
    statements.run(store::FOLLOW_NAMES_OF_SHARES, argument)?;
    statements.run(store::FOLLOW_NAMES_OF_FORMS, argument)
}

/// Whether the command can create a relation.
fn may_create(command: &Command) -> bool {
    command.creates_relation() || matches!(command.tag(), "CREATE SCHEMA" | "IMPORT FOREIGN SCHEMA")
}

/// Whether the command can rename a table, a column or a schema.
fn may_rename(command: &Command) -> bool {
    !command.alters_nothing_old()
        && matches!(
            command.tag(),
            "ALTER TABLE"
                | "ALTER VIEW"
                | "ALTER MATERIALIZED VIEW"
                | "ALTER FOREIGN TABLE"
                | "ALTER INDEX"
                | "ALTER SCHEMA"
                | "ALTER TYPE"
                | "ALTER EXTENSION"
        )
}

/// The OIDs, as the keys of references, of the relations that a command dropped or of which it dropped columns.
fn dropped_relations(command: &Command) -> Option<Value> {
    let relations: BTreeSet<String> = command
        .dropped()
        .iter()
        .filter(|object| !object.is_temporary)
        .filter(|object| object.address.class == pg_sys::RelationRelationId.to_u32())
        .map(|object| object.address.object.to_string())
        .collect();
    (!relations.is_empty()).then(|| json!(relations))
}

/// Whether nothing is stored, or nothing can be.
fn is_empty() -> bool {
    [&store::EXPLORATIONS, &store::SHARES, &store::FORMS]
        .into_iter()
        .filter_map(StorageTable::find)
        .all(relations::has_no_pages)
}
