//! The current role and search_path of the session.

use crate::pg::local_setting::LocalSettings;
use crate::pg::{Oid, text};
use pgrx::pg_sys;

/// The current role.
pub(crate) fn current_role() -> Oid {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetUserId() }
}

/// The setting `search_path`.
pub(crate) fn search_path() -> String {
    // SAFETY: a setting of type string, which the server always has a value for.
    unsafe { text::from_server_cstr(pg_sys::namespace_search_path) }.unwrap_or_default()
}

/// Runs `body` with a search_path that has the system's schemas alone: names of others are written with their schemas,
/// and found by them.
pub(crate) fn with_system_path<T>(body: impl FnOnce() -> T) -> T {
    let _setting = LocalSettings::begin(c"search_path", c"pg_catalog, pg_temp");
    body()
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

/// What a role is to the rules that hold for others.
#[derive(Clone, Copy)]
pub(crate) struct RoleRules {
    /// Whether it is a superuser, or bypasses row-level security.
    pub(crate) is_above: bool,
}

/// `None` for a role that is not there.
pub(crate) fn role_rules(role: Oid) -> Option<RoleRules> {
    // SAFETY: a look-up in the cache by its key, which is let go when what is wanted has been read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::AUTHOID as i32, role.into());
        if tuple.is_null() {
            return None;
        }
        let form = pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_authid>(tuple);
        let rules = RoleRules {
            is_above: (*form).rolsuper || (*form).rolbypassrls,
        };
        pg_sys::ReleaseSysCache(tuple);
        Some(rules)
    }
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
    let current = current_role();
    if is_superuser(current) {
        return true;
    }
    may_create_roles(current) && !is_superuser(target) && has_admin_option(current, target)
}

/// Since PostgreSQL 16, CREATEROLE alone does not suffice.
#[cfg(not(feature = "pg15"))]
fn has_admin_option(role: Oid, target: Oid) -> bool {
    // SAFETY: a question about OIDs.
    unsafe { pg_sys::is_admin_of_role(role, target) }
}

#[cfg(feature = "pg15")]
fn has_admin_option(_role: Oid, _target: Oid) -> bool {
    true
}
