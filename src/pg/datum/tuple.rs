//! The attributes of a row type, which PostgreSQL 18 stores in another place.

use crate::pg::{Oid, text};
use pgrx::pg_sys;
use std::ffi::CStr;

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

/// All attributes, in their order.
///
/// # Safety
/// `descriptor` outlives the result.
pub(crate) unsafe fn attributes<'a>(descriptor: pg_sys::TupleDesc) -> &'a [pg_sys::FormData_pg_attribute] {
    // SAFETY: as the caller promises. The attributes lie one behind the other in each version.
    unsafe {
        let natts = (*descriptor).natts as usize;
        if natts == 0 {
            return &[];
        }
        std::slice::from_raw_parts(attribute(descriptor, 0), natts)
    }
}

/// Whether an attribute has a name that the extension's source names: one of ASCII.
pub(crate) fn is_named(attribute: &pg_sys::FormData_pg_attribute, name: &str) -> bool {
    // SAFETY: a name is NUL-terminated.
    unsafe { CStr::from_ptr(attribute.attname.data.as_ptr()) }.to_bytes() == name.as_bytes()
}

/// The fields of a composite type, or of what a domain is over, as they are now.
pub(crate) fn fields(type_oid: Oid) -> Vec<(String, Oid)> {
    // SAFETY: the type is asked first whether it has fields; the descriptor is a copy of ours.
    unsafe {
        let base = pg_sys::getBaseType(type_oid);
        if pg_sys::get_typtype(base) as u8 != pg_sys::TYPTYPE_COMPOSITE {
            return Vec::new();
        }
        let descriptor = pg_sys::lookup_rowtype_tupdesc_copy(base, -1);
        let fields = (0..(*descriptor).natts as usize).filter_map(|at| {
            let attribute = attribute(descriptor, at);
            let name = text::from_server_cstr(attribute.attname.data.as_ptr())?;
            (!attribute.attisdropped).then_some((name, attribute.atttypid))
        });
        fields.collect()
    }
}
