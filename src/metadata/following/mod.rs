//! Metadata follows what it is about.
//!
//! Event triggers tell us of commands that defined or dropped something, but not of what was there before, nor of all
//! that a command touched. So for each relation that may be concerned we read the catalogs twice: as they were before
//! the command, and as they are now. The rows that matched before are made to match again.

mod change;
mod dropped;
mod ended;

pub(crate) use change::State;

use crate::error::Error;
use crate::metadata::store::Store;
use crate::pg::bookkeeping;
use crate::pg::event_trigger::{Event, EventTrigger};
use crate::pg::subtransaction;

/// Does the bookkeeping for an event. The command goes through whatever becomes of it.
pub(crate) fn follow(event: &EventTrigger) -> Result<(), Error> {
    if bookkeeping::is_busy() || is_of_no_concern(event) {
        return Ok(());
    }
    let Some(store) = Store::find() else {
        return Ok(());
    };
    // What is new can only get what is kept aside; what is dropped can only take along what is attached.
    let is_idle = match (event.event, event.tag.starts_with("ALTER")) {
        (Event::Drop, _) => store.has_no_attached(),
        (Event::CommandEnd, false) => store.has_no_detached(),
        (Event::CommandEnd, true) => store.has_no_attached() && store.has_no_detached(),
    };
    let is_unexpected = || match &event.created {
        Some((schema, name)) => !store.awaits(schema, name),
        None => false,
    };
    // What waits may wait for a column.
    let is_harmless = || event.event == Event::CommandEnd && event.alters_nothing_old && !store.has_waiting();
    if is_idle || is_unexpected() || is_harmless() {
        return Ok(());
    }
    subtransaction::or_warn(
        "display metadata was not updated after this command",
        || match event.event {
            Event::CommandEnd => ended::follow(&store, &event.tag),
            Event::Drop => dropped::follow(&store),
        },
    );
    Ok(())
}

/// Whether the command can neither rename, move or create a relation nor give it another owner. (REASSIGN OWNED can, but
/// PostgreSQL tells of it to nobody. ALTER INDEX ... RENAME renames tables as well.)
fn is_of_no_concern(event: &EventTrigger) -> bool {
    if event.event == Event::Drop {
        return false;
    }
    let Some((verb, kind)) = event.tag.split_once(' ') else {
        return true;
    };
    match verb {
        "CREATE" | "SELECT" | "IMPORT" => {
            !is_relation(kind) && !matches!(kind, "SCHEMA" | "INTO" | "FOREIGN SCHEMA")
        }
        "ALTER" => !is_relation(kind) && !matches!(kind, "SCHEMA" | "TYPE" | "EXTENSION" | "INDEX"),
        _ => true,
    }
}

fn is_relation(kind: &str) -> bool {
    matches!(
        kind,
        "TABLE" | "TABLE AS" | "VIEW" | "MATERIALIZED VIEW" | "FOREIGN TABLE"
    )
}
