//! Metadata follows what it is about.
//!
//! Event triggers report commands that defined or dropped something, but neither the state before, nor everything that a
//! command touched. So for each relation that may be concerned we read the catalogs twice: as they were before
//! the command, and as they are now. The rows that matched before are made to match again.
//!
//! None of this waits for another session: rows that another transaction has written and not yet committed are
//! left out, and looked at again when either transaction commits ([`commit`]).

pub(crate) mod commit;
mod dropped;
mod ended;

use crate::error::Error;
use crate::events::Command;
use crate::metadata::rows::Store;
use crate::pg::event_trigger::Event;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::{Oid, names};
use pgrx::pg_sys;

/// Does the bookkeeping for an event. The command goes through whatever becomes of it.
pub(crate) fn follow_metadata(command: &Command) -> Result<(), Error> {
    if is_of_no_concern(command) {
        return Ok(());
    }
    let Some(store) = Store::find() else {
        return Ok(());
    };
    commit::expect_left(&store);
    // A new relation can only get detached metadata; a dropped one can only take along attached metadata.
    let is_idle = match (command.event(), command.tag().starts_with("ALTER")) {
        (Event::Drop, _) => store.has_no_attached(),
        (Event::CommandEnd, false) => store.has_no_detached(),
        (Event::CommandEnd, true) => store.has_no_attached() && store.has_no_detached(),
    };
    // What waits may wait for a column.
    let is_harmless =
        || command.event() == Event::CommandEnd && command.alters_nothing_old() && !store.has_waiting();
    if is_idle || is_harmless() {
        return Ok(());
    }
    let outcome = subtransaction::or_warn(
        "display metadata was not updated after this command",
        commit::HINT,
        || match command.event() {
            Event::CommandEnd if creates_nothing_awaited(&store, command) => Ok(()),
            Event::CommandEnd => ended::follow_command_end(&store, command),
            Event::Drop => dropped::follow_drop(&store, command),
        },
    );
    if outcome == BookkeepingOutcome::Blocked {
        commit::expect_command(command);
    }
    Ok(())
}

/// Whether the command creates relations, and there is no detached metadata for any of them.
fn creates_nothing_awaited(store: &Store, command: &Command) -> bool {
    let is_awaited = |(schema, name): (String, String)| store.awaits(&schema, &name);
    command.creates_relation()
        && !command
            .defined_addresses()
            .filter(|address| address.class == pg_sys::RelationRelationId.to_u32())
            .filter_map(|address| names::of_relation(Oid::from(address.object)))
            .any(is_awaited)
}

/// Whether the command can neither rename, move or create a relation nor give it another owner. (REASSIGN OWNED can,
/// but it fires no event trigger. ALTER INDEX ... RENAME renames tables as well.)
fn is_of_no_concern(command: &Command) -> bool {
    if command.event() == Event::Drop {
        return false;
    }
    let Some((verb, kind)) = command.tag().split_once(' ') else {
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
