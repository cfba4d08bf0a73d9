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
