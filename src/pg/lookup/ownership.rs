//! Checking that the role may alter a relation, and locking it.

use crate::pg::{Oid, server, text};
use pgrx::pg_sys;
use std::ffi::c_char;

/// The locks of statements that alter a relation.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, reason = "PostgreSQL's names for them")]
pub(crate) enum AlterLock {
    /// That of COMMENT: others may read and write.
    ShareUpdateExclusive,
    /// That of adding a foreign key: others may read.
    ShareRowExclusive,
    /// That of most statements: it conflicts with all other locks.
    AccessExclusive,
}

/// Why a relation cannot be altered.
pub(crate) enum Refusal {
    Missing,
    NotOwner { name: String },
}

/// Takes the lock of a statement that will alter the relation, until the transaction ends. Whoever has no right to
/// alter it gets no lock.
pub(crate) fn lock_for_alter(relation: Oid, lock: AlterLock) -> Result<(), Refusal> {
    let mode = match lock {
        AlterLock::ShareUpdateExclusive => pg_sys::ShareUpdateExclusiveLock,
        AlterLock::ShareRowExclusive => pg_sys::ShareRowExclusiveLock,
        AlterLock::AccessExclusive => pg_sys::AccessExclusiveLock,
    };
    check_owner(relation)?;
    // SAFETY: inside of a transaction, as every function call is. One that does not exist can be locked too.
    unsafe { pg_sys::LockRelationOid(relation, mode as i32) };
    // A session that held the lock before may have dropped it, or changed its owner.
    check_owner(relation)
}

fn check_owner(relation: Oid) -> Result<(), Refusal> {
    let name = relation_name(relation).ok_or(Refusal::Missing)?;
    // SAFETY: a relation that was there just now; otherwise it is an error of PostgreSQL's, of the same SQLSTATE.
    let is_owner = unsafe {
        let role = pg_sys::GetUserId();
        #[cfg(feature = "pg15")]
        let is_owner = pg_sys::pg_class_ownercheck(relation, role);
        #[cfg(not(feature = "pg15"))]
        let is_owner = pg_sys::object_ownercheck(pg_sys::RelationRelationId, relation, role);
        is_owner
    };
    if is_owner {
        Ok(())
    } else {
        Err(Refusal::NotOwner { name })
    }
}

/// The name of a relation, whatever its kind.
fn relation_name(relation: Oid) -> Option<String> {
    // SAFETY: null for an unknown relation.
    unsafe { text::from_server_cstr(pg_sys::get_rel_name(relation).cast::<c_char>()) }
}

/// Whether a role can become another one by SET ROLE.
pub(crate) fn can_set_role(member: Oid, role: Oid) -> bool {
    // SAFETY: plain questions about roles; unknown ones give false.
    unsafe {
        #[cfg(feature = "pg15")]
        let can = pg_sys::is_member_of_role(member, role);
        #[cfg(not(feature = "pg15"))]
        let can = pg_sys::member_can_set_role(member, role);
        can
    }
}

/// Whether a role may run the code of another one: that of superusers, and of roles that can become it anyway.
pub(crate) fn may_run_code_of(role: Oid, owner: Oid) -> bool {
    server::is_superuser(owner) || can_set_role(owner, role)
}

/// Whether the current role may read all columns of a relation.
pub(crate) fn may_select(relation: Oid) -> bool {
    // SAFETY: a question about OIDs; the relation exists.
    unsafe {
        pg_sys::pg_class_aclcheck(
            relation,
            pg_sys::GetUserId(),
            pg_sys::AclMode::from(pg_sys::ACL_SELECT),
        ) == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// Whether the current role sees only some of a table's rows, even as its owner.
pub(crate) fn row_security_applies(relation: Oid) -> bool {
    // SAFETY: a question about a relation that exists. It is asked as if the setting row_security were on.
    unsafe {
        pg_sys::check_enable_rls(relation, Oid::INVALID, true)
            == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32
    }
}

/// Whether the user of the session, whatever role it has taken, has the rights of a table's owner.
pub(crate) fn session_user_owns(table: Oid) -> bool {
    // SAFETY: questions about OIDs.
    unsafe {
        let user = pg_sys::GetSessionUserId();
        #[cfg(feature = "pg15")]
        let answer = pg_sys::pg_class_ownercheck(table, user);
        #[cfg(not(feature = "pg15"))]
        let answer = pg_sys::object_ownercheck(pg_sys::RelationRelationId, table, user);
        answer
    }
}
