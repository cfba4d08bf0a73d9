//! The current role and search_path of the session.

use crate::pg::{Oid, text};
use pgrx::pg_sys;

/// The current role.
pub(crate) fn role() -> Oid {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetUserId() }
}

/// The setting `search_path`.
pub(crate) fn search_path() -> String {
    // SAFETY: a setting of type string, which the server always has a value for.
    unsafe { text::from_server_cstr(pg_sys::namespace_search_path) }.unwrap_or_default()
}

/// Whether a role is a superuser.
pub(crate) fn is_superuser(role: Oid) -> bool {
    // SAFETY: a question about an OID.
    unsafe { pg_sys::superuser_arg(role) }
}

/// Whether a role has the attribute CREATEROLE, or is a superuser.
pub(crate) fn may_create_roles(role: Oid) -> bool {
    // SAFETY: a question about an OID.
    unsafe { pg_sys::has_createrole_privilege(role) }
}

/// Whether a role can log in.
pub(crate) fn can_log_in(role: Oid) -> bool {
    // SAFETY: a look-up in the cache by its key, which is let go when what is wanted has been read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::AUTHOID as i32, role.into());
        if tuple.is_null() {
            return false;
        }
        let form = pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_authid>(tuple);
        let can_log_in = (*form).rolcanlogin;
        pg_sys::ReleaseSysCache(tuple);
        can_log_in
    }
}

/// Whether the current role could alter another one by ALTER ROLE.
pub(crate) fn may_alter_role(target: Oid) -> bool {
    let current = role();
    if is_superuser(current) {
        return true;
    }
    may_create_roles(current) && !is_superuser(target) && has_admin_option(current, target)
}

/// Since PostgreSQL 16, CREATEROLE alone does not suffice.
#[cfg(not(any(feature = "pg14", feature = "pg15")))]
fn has_admin_option(role: Oid, target: Oid) -> bool {
    // SAFETY: a question about OIDs.
    unsafe { pg_sys::is_admin_of_role(role, target) }
}

#[cfg(any(feature = "pg14", feature = "pg15"))]
fn has_admin_option(_role: Oid, _target: Oid) -> bool {
    true
}
