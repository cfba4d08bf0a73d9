//! The attributes of a row type, which PostgreSQL 18 stores in another place.

use pgrx::pg_sys;

/// The attribute at a position, counted from 0.
///
/// # Safety
/// `descriptor` has more than `at` attributes, and outlives the result.
pub(crate) unsafe fn attribute<'a>(
    descriptor: pg_sys::TupleDesc,
    at: usize,
) -> &'a pg_sys::FormData_pg_attribute {
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(feature = "pg18")]
        let attribute = &*pg_sys::TupleDescAttr(descriptor, at as i32);
        #[cfg(not(feature = "pg18"))]
        let attribute = &(*descriptor).attrs.as_slice((*descriptor).natts as usize)[at];
        attribute
    }
}
