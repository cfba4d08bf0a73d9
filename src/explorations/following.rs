//! Stored explorations follow the renames of the tables and columns that they speak of.

use super::store;
use crate::pg::event_trigger::{Event, EventTrigger};
use crate::pg::{bookkeeping, relation_size, subtransaction};
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
    if !is_concerned || bookkeeping::is_busy() || store::table().is_none_or(relation_size::is_zero) {
        return;
    }
    subtransaction::or_warn("explorations do not follow this command", || {
        store::write(|statements| statements.run(store::FOLLOW_NAMES, &json!({})))
    });
}
