//! Stored explorations follow the renames of the tables and columns that they speak of.

use super::store;
use crate::error::Error;
use crate::events::Command;
use crate::pg::event_trigger::Event;
use crate::pg::storage::StorageTable;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::{relations, report};
use crate::sharing;
use serde_json::json;

const HINT: &str = "What is stored says which table or column it lacks; the next ALTER of a table brings the names up to date.";

/// Does the bookkeeping for a command, which goes through whatever becomes of it.
pub(crate) fn follow(command: &Command) -> Result<(), Error> {
    let is_concerned = command.event() == Event::CommandEnd
        && !command.alters_nothing_old()
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
        );
    if !is_concerned || is_empty() {
        return Ok(());
    }
    let outcome = subtransaction::or_warn("explorations were not updated after this command", HINT, || {
        store::write(|statements| statements.run(store::FOLLOW_NAMES, &json!({})))?;
        store::write(|statements| statements.run(sharing::store::FOLLOW_NAMES, &json!({})))?;
        store::write(|statements| statements.run(sharing::store::FOLLOW_NAMES_OF_FORMS, &json!({})))
    });
    if outcome == BookkeepingOutcome::Blocked {
        report::warning(
            "explorations were not updated after this command: another session is changing them".into(),
            HINT,
        );
    }
    Ok(())
}

/// Whether nothing is stored, or nothing can be.
fn is_empty() -> bool {
    [&store::EXPLORATIONS, &store::SHARES, &store::FORMS]
        .into_iter()
        .filter_map(StorageTable::find)
        .all(relations::has_no_pages)
}
