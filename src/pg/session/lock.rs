//! Locks that keep other sessions from altering a relation, or from adding to a schema.

use crate::pg::Oid;
use pgrx::pg_sys;

/// Waits for whoever alters or drops a relation, and keeps others from it until the transaction ends.
pub(crate) fn share_until_commit(relation: Oid) {
    // SAFETY: inside of a transaction, as every function call is.
    unsafe { pg_sys::LockRelationOid(relation, pg_sys::AccessShareLock as i32) }
}

/// Waits for whoever makes or drops something in a schema, and keeps others from it until the transaction ends: the
/// lock that DROP SCHEMA takes.
pub(crate) fn schema_until_commit(schema: Oid) {
    // SAFETY: inside of a transaction, as every function call is. A schema that does not exist can be locked too.
    unsafe {
        pg_sys::LockDatabaseObject(
            pg_sys::NamespaceRelationId,
            schema,
            0,
            pg_sys::AccessExclusiveLock as i32,
        )
    }
}

/// The lock by which one transaction at a time settles the bookkeeping of a table of ours. No command takes it. It is
/// taken last of all, when a transaction is about to commit: so nobody who holds it waits for anybody.
pub(crate) struct SettlingLock(Oid);

impl SettlingLock {
    /// Waits for whoever else settles the bookkeeping of `table`.
    pub(crate) fn acquire(table: Oid) -> Self {
        // SAFETY: inside of a transaction.
        unsafe {
            pg_sys::LockDatabaseObject(pg_sys::RelationRelationId, table, 1, pg_sys::ExclusiveLock as i32)
        }
        Self(table)
    }

    /// Holds the lock until the transaction has ended.
    pub(crate) fn keep_until_commit(self) {
        std::mem::forget(self);
    }
}

impl Drop for SettlingLock {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the transaction lets go of the lock.
        if !std::thread::panicking() {
            // SAFETY: locked by `acquire`, once.
            unsafe {
                pg_sys::UnlockDatabaseObject(
                    pg_sys::RelationRelationId,
                    self.0,
                    1,
                    pg_sys::ExclusiveLock as i32,
                )
            }
        }
    }
}

/// Runs `body`, in which waiting for a lock soon fails with SQLSTATE 55P03, as by the setting `lock_timeout`.
pub(crate) fn without_waiting<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: the setting is put back below; while an error unwinds, by the abort of the (sub)transaction.
    unsafe {
        let settings = pg_sys::NewGUCNestLevel();
        pg_sys::set_config_option(
            c"lock_timeout".as_ptr(),
            c"10ms".as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_SAVE,
            true,
            0,
            false,
        );
        let value = body();
        pg_sys::AtEOXact_GUC(false, settings);
        value
    }
}

/// The lock that a SELECT takes on a relation, held as long as this value lives.
pub(crate) struct RelationLock(Oid);

impl RelationLock {
    /// Waits for whoever alters or drops the relation. One that does not exist can be locked too.
    pub(crate) fn shared(relation: Oid) -> Self {
        // SAFETY: inside of a transaction, as every function call is.
        unsafe { pg_sys::LockRelationOid(relation, pg_sys::AccessShareLock as i32) }
        Self(relation)
    }
}

impl Drop for RelationLock {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction lets go of the lock.
        if !std::thread::panicking() {
            // SAFETY: locked by the constructor, once.
            unsafe { pg_sys::UnlockRelationOid(self.0, pg_sys::AccessShareLock as i32) }
        }
    }
}
