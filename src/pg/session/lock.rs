//! Locks that keep other sessions from altering a relation, or from adding to a schema.

use crate::pg::Oid;
use pgrx::pg_sys;

/// Waits for sessions that alter or drop a relation, and keeps others from doing so until the transaction ends.
pub(crate) fn share_until_commit(relation: Oid) {
    // SAFETY: inside of a transaction, as every function call is.
    unsafe { pg_sys::LockRelationOid(relation, pg_sys::AccessShareLock as i32) }
}

/// The same without waiting: false where another session alters or drops the relation just now.
pub(crate) fn try_share_until_commit(relation: Oid) -> bool {
    // SAFETY: as above.
    unsafe { pg_sys::ConditionalLockRelationOid(relation, pg_sys::AccessShareLock as i32) }
}

/// Waits for sessions that create or drop objects of a schema, and keeps others from it until the transaction ends: the
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

/// The lock by which one transaction at a time settles the bookkeeping of a storage table. No command takes it. It is
/// taken last of all, when a transaction is about to commit: so a transaction that holds it waits for no other.
pub(crate) struct SettlingLock(Oid);

impl SettlingLock {
    /// Waits for a transaction that settles the bookkeeping of `table`.
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
///
/// The server's variable is set, and not the setting: it means the same to whoever waits, and bookkeeping runs at each
/// command, where looking up a setting by its name and stacking its value are a good part of all that is done.
pub(crate) fn without_waiting<T>(body: impl FnOnce() -> T) -> T {
    const MILLISECONDS: i32 = 10;
    let _before = LockTimeout::replace(MILLISECONDS);
    body()
}

/// The time after which waiting for a lock ended; it is put back when this value goes, while an error unwinds too.
struct LockTimeout(i32);

impl LockTimeout {
    fn replace(milliseconds: i32) -> Self {
        // SAFETY: a plain variable of the session's process, which is read when it begins to wait.
        unsafe {
            let before = pg_sys::LockTimeout;
            pg_sys::LockTimeout = milliseconds;
            Self(before)
        }
    }
}

impl Drop for LockTimeout {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { pg_sys::LockTimeout = self.0 }
    }
}

/// The lock that a SELECT takes on a relation, held as long as this value lives.
pub(crate) struct RelationLock(Oid);

impl RelationLock {
    /// Waits for sessions that alter or drop the relation. One that does not exist can be locked too.
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
