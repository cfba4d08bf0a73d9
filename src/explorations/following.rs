//! Stored explorations follow the renames of the tables and columns that they speak of.

use super::store;
use crate::pg::event_trigger::{Event, EventTrigger};
use crate::pg::{bookkeeping, names, relation_size, subtransaction};
use crate::sharing;
use serde_json::json;

/// Does the bookkeeping for an event. The command goes through whatever becomes of it.
pub(crate) fn follow(event: &EventTrigger) {
    let is_concerned = event.event == Event::CommandEnd
        && !event.alters_nothing_old
        && matches!(
            event.tag.as_str(),
            "ALTER TABLE"
                | "ALTER VIEW"
                | "ALTER MATERIALIZED VIEW"
                | "ALTER FOREIGN TABLE"
                | "ALTER INDEX"
                | "ALTER SCHEMA"
                | "ALTER TYPE"
                | "ALTER EXTENSION"
        );
    if !is_concerned || bookkeeping::is_busy() || is_empty() {
        return;
    }
    subtransaction::or_warn("explorations do not follow this command", || {
        store::write(|statements| statements.run(store::FOLLOW_NAMES, &json!({})))?;
        store::write(|statements| statements.run(sharing::store::FOLLOW_NAMES, &json!({})))?;
        store::write(|statements| statements.run(sharing::store::FOLLOW_NAMES_OF_FORMS, &json!({})))
    });
}

/// Whether nothing is stored, or nothing can be.
fn is_empty() -> bool {
    let tables = ["stored_explorations", "stored_shares", "stored_forms"];
    tables
        .into_iter()
        .filter_map(|table| names::relation("msar_catalog", table))
        .all(relation_size::is_zero)
}
