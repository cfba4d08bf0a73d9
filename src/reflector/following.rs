//! Sources follow what commands do to their tables: partitions come and go, columns are added and renamed.

use super::store;
use crate::error::Error;
use crate::events::Command;
use crate::pg::event_trigger::Event;
use crate::pg::storage::StorageTable;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::{relations, report};
use serde_json::json;

const HINT: &str = "The next ALTER of any table brings them up to date. Until then msar.list_source_tables() says what is missing.";

/// Does the bookkeeping for a command, which goes through whatever becomes of it.
pub(crate) fn follow_reflections(command: &Command) -> Result<(), Error> {
    let is_concerned = command.event() == Event::CommandEnd
        && matches!(
            command.tag(),
            "ALTER TABLE"
                | "CREATE TABLE"
                | "CREATE TABLE AS"
                | "DROP TABLE"
                | "DROP SCHEMA"
                | "DROP OWNED"
                | "DROP EXTENSION"
                | "DROP TYPE"
                | "DROP TRIGGER"
                | "DROP INDEX"
                | "ALTER SCHEMA"
                | "IMPORT FOREIGN SCHEMA"
        );
    if !is_concerned || is_empty() {
        return Ok(());
    }
    let outcome = subtransaction::or_warn("source tables were not updated after this command", HINT, || {
        store::as_owner(|statements| statements.run(store::FOLLOW, &json!({})))
    });
    if outcome == BookkeepingOutcome::Blocked {
        report::warning(
            "source tables were not updated after this command: another session uses them".into(),
            HINT,
        );
    }
    Ok(())
}

/// Whether there are no source tables, or the extension is being created or dropped.
fn is_empty() -> bool {
    store::SOURCES.find().is_none_or(relations::has_no_pages)
        || StorageTable::owner_of(&[&store::SOURCES, &store::REFLECTIONS, &store::DEAD_LETTERS]).is_err()
}
