//! Ends what earlier statements have left in the session, as DISCARD ALL does, but for what makes later ones quick: plans,
//! and the statements that the client has prepared.
//!
//! A function of another user, in a view that the session's user reads, may deallocate a statement of the client's and
//! prepare another one of that name. It can do so by commands alone, and the hook of this file sees these.

use crate::pg::error_fields;
use pgrx::pg_sys;
use pgrx::pg_sys::NodeTag::{T_DeallocateStmt, T_DiscardStmt, T_PrepareStmt};
use pgrx::pg_sys::ffi::pg_guard_ffi_boundary;
use pgrx::prelude::*;
use std::cell::Cell;
use std::ffi::{CStr, c_char};

unsafe extern "C-unwind" {
    // What pgrx leaves out of its declarations.
    fn Async_UnlistenAll();
    fn ResetSequenceCaches();
}

thread_local! {
    static IS_INSTALLED: Cell<bool> = const { Cell::new(false) };
    /// The previous hook.
    static NEXT: Cell<pg_sys::ProcessUtility_hook_type> = const { Cell::new(None) };
    /// The commands so far that may have changed which statements are prepared.
    static COMMANDS: Cell<i64> = const { Cell::new(0) };
    /// Those of them after which all statements have been deallocated. Before the first reset nobody has looked.
    static SETTLED: Cell<i64> = const { Cell::new(-1) };
}

/// Ends what statements have left, and returns how many commands of this session may have changed which statements are
/// prepared. If there are new ones, no statement is prepared any more.
///
/// Refused in a transaction block, and where a function runs with the rights of another role.
pub(crate) fn end_leftovers() -> i64 {
    install_hook();
    error_fields::kept(|| {
        // SAFETY: what DISCARD ALL does, in its order, inside of a transaction as there. The portal of the statement that
        // runs is left alone, and every function copies what it is passed. Those that pgrx does not declare raise errors
        // through the guard.
        unsafe {
            pg_sys::PreventInTransactionBlock(true, c"the reset of a session".as_ptr());
            // An error where it must not be done, before anything is.
            set_default(c"session_authorization");
            // To close a cursor may run code of users.
            pg_sys::PortalHashTableDeleteAll();
            set_default(c"session_authorization");
            // Comes after it: it knows no role that ALTER ROLE has set.
            set_default(c"role");
            pg_sys::ResetAllOptions();
            if SETTLED.replace(COMMANDS.get()) != COMMANDS.get() {
                pg_sys::DropAllPreparedStatements();
            }
            pg_guard_ffi_boundary(|| Async_UnlistenAll());
            pg_sys::LockReleaseAll(pg_sys::USER_LOCKMETHOD as pg_sys::LOCKMETHODID, true);
            pg_sys::ResetTempTableNamespace();
            pg_guard_ffi_boundary(|| ResetSequenceCaches());
        }
    });
    COMMANDS.get()
}

/// # Safety
/// Inside of a transaction.
unsafe fn set_default(name: &CStr) {
    // SAFETY: the caller's; no value is the one that the session began with.
    unsafe { pg_sys::SetPGVariable(name.as_ptr(), std::ptr::null_mut(), false) };
}

fn install_hook() {
    if IS_INSTALLED.replace(true) {
        return;
    }
    // SAFETY: a server process has one thread; the previous hook is called by ours.
    unsafe {
        NEXT.set(pg_sys::ProcessUtility_hook);
        pg_sys::ProcessUtility_hook = Some(on_command);
    }
}

#[pg_guard]
#[allow(clippy::too_many_arguments, reason = "PostgreSQL's")]
unsafe extern "C-unwind" fn on_command(
    command: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    is_read_only: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    parameters: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    receiver: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: PostgreSQL passes a command that is a node of the parser's.
    let tag = unsafe { (*(*command).utilityStmt).type_ };
    // Before it runs, as it may fail halfway.
    if matches!(tag, T_PrepareStmt | T_DeallocateStmt | T_DiscardStmt) {
        COMMANDS.set(COMMANDS.get() + 1);
    }
    // SAFETY: the arguments are passed on as they came.
    unsafe {
        match NEXT.get() {
            Some(next) => pg_guard_ffi_boundary(|| {
                next(
                    command,
                    text,
                    is_read_only,
                    context,
                    parameters,
                    environment,
                    receiver,
                    completion,
                )
            }),
            None => pg_sys::standard_ProcessUtility(
                command,
                text,
                is_read_only,
                context,
                parameters,
                environment,
                receiver,
                completion,
            ),
        }
    }
}
