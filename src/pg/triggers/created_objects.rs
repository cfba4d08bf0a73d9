//! The object that a command has created, if it has created one alone.
//!
//! PostgreSQL's list of what a command did names every object in full, which is a good part of all that is done to log a
//! small command. Its hook for accesses to objects tells of each creation as it happens, by numbers alone. The hook is
//! there from the first event of a session on; before that, and whenever there was more than one creation, it is not
//! known, and the list is asked.

use super::object_access::{self, ObjectAccess};
use crate::pg::event_objects::ObjectAddress;
use pgrx::pg_sys;
use std::cell::Cell;

/// A creation: when it was, and of what.
#[derive(Clone, Copy)]
struct NotedCreation {
    transaction: u64,
    command: u32,
    address: ObjectAddress,
}

thread_local! {
    /// The last two, the latest one last.
    static LATEST: Cell<[Option<NotedCreation>; 2]> = const { Cell::new([None; 2]) };
    static IS_NOTING: Cell<bool> = const { Cell::new(false) };
}

/// The object that was created since the running command began, if it is one alone.
pub(super) fn only_creation() -> Option<ObjectAddress> {
    // SAFETY: plain questions inside of a transaction. The active snapshot is that of the command, which it took before it
    // changed anything.
    let (transaction, began) = unsafe {
        if !pg_sys::ActiveSnapshotSet() {
            return None;
        }
        (current_transaction(), (*pg_sys::GetActiveSnapshot()).curcid)
    };
    let is_of_command =
        |creation: &NotedCreation| creation.transaction == transaction && creation.command >= began;
    let [before, latest] = LATEST.get().map(|creation| creation.filter(is_of_command));
    latest
        .filter(|_| before.is_none())
        .map(|creation| creation.address)
}

fn current_transaction() -> u64 {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetTopFullTransactionIdIfAny().value }
}

/// Notes creations from now on.
pub(super) fn begin_noting() {
    if !IS_NOTING.replace(true) {
        object_access::listen(note_creation);
    }
}

fn note_creation(access: &ObjectAccess) {
    if access.kind != pg_sys::ObjectAccessType::OAT_POST_CREATE {
        return;
    }
    let creation = NotedCreation {
        transaction: current_transaction(),
        // SAFETY: a plain question.
        command: unsafe { pg_sys::GetCurrentCommandId(false) },
        address: ObjectAddress {
            class: access.class.to_u32(),
            object: access.object.to_u32(),
            part: access.part,
        },
    };
    let [_, before] = LATEST.get();
    LATEST.set([before, Some(creation)]);
}
