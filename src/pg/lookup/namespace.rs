//! Schemas, and whether the role may look up names in them.

use crate::pg::Oid;
use pgrx::pg_sys;

/// Whether the current role has USAGE on a schema. One that is gone is PostgreSQL's error 3F000.
pub(crate) fn is_usable(schema: Oid) -> bool {
    // SAFETY: plain questions about a schema and the session's role.
    unsafe {
        let role = pg_sys::GetUserId();
        let privilege = pg_sys::AclMode::from(pg_sys::ACL_USAGE);
        #[cfg(feature = "pg15")]
        let outcome = pg_sys::pg_namespace_aclcheck(schema, role, privilege);
        #[cfg(not(feature = "pg15"))]
        let outcome = pg_sys::object_aclcheck(pg_sys::NamespaceRelationId, schema, role, privilege);
        outcome == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// Whether a schema is that of a session's temporary tables.
pub(crate) fn is_temporary(schema: Oid) -> bool {
    // SAFETY: a look-up; an unknown schema is none.
    unsafe { pg_sys::isTempNamespace(schema) || pg_sys::isOtherTempNamespace(schema) }
}
