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
