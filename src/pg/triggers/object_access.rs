//! PostgreSQL's hook for accesses to objects, for those here that hear of creations and drops as they happen.
//!
//! The hook stays, once it is there: others may hook in behind it.

use crate::pg::Oid;
use pgrx::pg_sys;
use pgrx::prelude::*;
use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};

/// An access to an object.
pub(super) struct ObjectAccess {
    pub(super) kind: pg_sys::ObjectAccessType::Type,
    pub(super) class: Oid,
    pub(super) object: Oid,
    /// The attnum of a column; 0 for the object itself.
    pub(super) part: c_int,
}

/// Hears of each access; an error that it raises ends the command.
pub(super) type Listener = fn(&ObjectAccess);

thread_local! {
    static LISTENERS: RefCell<Vec<Listener>> = const { RefCell::new(Vec::new()) };
    static IS_INSTALLED: Cell<bool> = const { Cell::new(false) };
    /// The previous hook.
    static NEXT: Cell<pg_sys::object_access_hook_type> = const { Cell::new(None) };
}

/// Calls `listener` from now on, which is not called yet.
pub(super) fn listen(listener: Listener) {
    LISTENERS.with_borrow_mut(|listeners| listeners.push(listener));
    if !IS_INSTALLED.replace(true) {
        // SAFETY: the hook is this process's own, and processes have one thread.
        unsafe {
            NEXT.set(pg_sys::object_access_hook);
            pg_sys::object_access_hook = Some(on_access);
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn on_access(
    kind: pg_sys::ObjectAccessType::Type,
    class: Oid,
    object: Oid,
    part: c_int,
    argument: *mut c_void,
) {
    let access = ObjectAccess {
        kind,
        class,
        object,
        part,
    };
    LISTENERS.with_borrow(|listeners| listeners.iter().for_each(|listener| listener(&access)));
    if let Some(next) = NEXT.get() {
        // SAFETY: the arguments as they came.
        unsafe { next(kind, class, object, part, argument) }
    }
}
