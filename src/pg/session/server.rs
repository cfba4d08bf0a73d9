//! Small lookups in the running server.

use crate::pg::memory;
use pgrx::pg_sys::{self, Oid};
use std::ffi::CStr;
use std::time::Duration;

/// Lets a query cancel or a shutdown take effect, or an error for lack of memory.
#[inline]
pub(crate) fn check_for_interrupts() {
    memory::check_reserve();
    pg_sys::check_for_interrupts!();
}

/// Whether this server is a standby, or is being recovered.
pub(crate) fn is_in_recovery() -> bool {
    // SAFETY: a plain question.
    unsafe { pg_sys::RecoveryInProgress() }
}

/// Waits a moment, unless a cancel or a shutdown takes effect.
pub(crate) fn sleep(time: Duration) {
    check_for_interrupts();
    std::thread::sleep(time);
    check_for_interrupts();
}

/// A number that grows when another session's change of the catalogs reaches us; our caches then know of it.
pub(crate) fn catalog_changes() -> u64 {
    // SAFETY: inside of a transaction, as every function call is; the counter is this process's own.
    unsafe {
        pg_sys::AcceptInvalidationMessages();
        (&raw const pg_sys::SharedInvalidMessageCounter).read_volatile()
    }
}

/// The whole number of the transaction that will begin next.
pub(crate) fn next_transaction() -> u64 {
    // SAFETY: a plain question.
    unsafe { pg_sys::ReadNextFullTransactionId().value }
}

/// Whether a subtransaction can begin: in a transaction that has not failed, in no parallel worker.
pub(crate) fn can_begin_subtransaction() -> bool {
    // SAFETY: plain questions.
    unsafe { pg_sys::IsTransactionState() && !pg_sys::IsInParallelMode() }
}

/// Whether a role is a superuser.
pub(crate) fn is_superuser(role: Oid) -> bool {
    // SAFETY: a question about a role.
    unsafe { pg_sys::superuser_arg(role) }
}

/// The database of the session.
pub(crate) fn current_database() -> Oid {
    // SAFETY: set when the session starts.
    unsafe { pg_sys::MyDatabaseId }
}

/// Whether `object` was created by initdb, not by a user or an extension.
pub(crate) fn is_built_in(object: Oid) -> bool {
    object.to_u32() < pg_sys::FirstNormalObjectId
}

/// Keeps names of settings that begin with the prefix and a dot for those that are defined: a misspelt one is reported
/// instead of silently accepted.
pub(crate) fn reserve_setting_prefix(prefix: &CStr) {
    // SAFETY: called once, when the library is loaded; the name is a constant.
    unsafe { pg_sys::MarkGUCPrefixReserved(prefix.as_ptr()) };
}

/// Whether a relation is found by its name alone, by the caller's search_path. An unknown one is an internal error.
pub(crate) fn is_visible_relation(relation: Oid) -> bool {
    // SAFETY: a question about an OID.
    unsafe { pg_sys::RelationIsVisible(relation) }
}

/// Whether each statement of the transaction sees what is committed when it begins.
pub(crate) fn is_read_committed() -> bool {
    // SAFETY: a plain read; a backend has one thread.
    unsafe { pg_sys::XactIsoLevel <= pg_sys::XACT_READ_COMMITTED as i32 }
}

/// The whole number of the transaction, if it has one.
pub(crate) fn transaction_id() -> Option<u64> {
    // SAFETY: a plain question.
    Some(unsafe { pg_sys::GetTopFullTransactionIdIfAny().value }).filter(|&number| number != 0)
}

/// Whether the transaction has a number, as one that has changed something does.
pub(crate) fn has_transaction_id() -> bool {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetTopTransactionIdIfAny() != pg_sys::InvalidTransactionId }
}
