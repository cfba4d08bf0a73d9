//! How values of a type are compared.

use super::Oid;
use pgrx::pg_sys;

/// The operator by which the type's default index finds equal values; `None` if the type has none.
pub(crate) fn operator(type_oid: Oid) -> Option<Oid> {
    // SAFETY: the entry lives as long as the session.
    let operator = unsafe {
        let entry = pg_sys::lookup_type_cache(type_oid, pg_sys::TYPECACHE_EQ_OPR as i32);
        (*entry).eq_opr
    };
    (operator != Oid::INVALID).then_some(operator)
}
