//! The schema of the session's temporary objects.

use crate::pg::Oid;
use pgrx::pg_sys;

/// `pg_temp`, if this session has made something temporary.
pub(crate) fn schema() -> Option<Oid> {
    let (mut schema, mut toast) = (Oid::INVALID, Oid::INVALID);
    // SAFETY: tells two numbers, and makes nothing.
    unsafe { pg_sys::GetTempNamespaceState(&mut schema, &mut toast) };
    (schema != Oid::INVALID).then_some(schema)
}
