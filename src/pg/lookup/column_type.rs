//! The facts of a column's type that a statement needs: its name, and how it reads JSON.

use crate::pg::{Oid, text};
use pgrx::pg_sys;

/// A type with its modifiers as SQL text that means the same whatever the search_path.
pub(crate) fn qualified_name(type_oid: Oid, modifiers: i32) -> Option<String> {
    let flags = pg_sys::FORMAT_TYPE_TYPEMOD_GIVEN
        | pg_sys::FORMAT_TYPE_FORCE_QUALIFY
        | pg_sys::FORMAT_TYPE_INVALID_AS_NULL;
    // SAFETY: gives a C string, or null for an unknown type.
    unsafe {
        text::from_server_cstr(pg_sys::format_type_extended(
            type_oid,
            modifiers,
            flags as pg_sys::bits16,
        ))
    }
}

/// The kinds of values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// `json` or `jsonb`, or a domain over one.
    Json,
    /// An array of such, or a domain over one.
    JsonArray,
    /// Rows of a composite type, or of a domain over one.
    Composite,
    Other,
}

impl Content {
    /// For a type that is known to exist.
    pub(crate) fn of_type(type_oid: Oid) -> Self {
        let is_json = |base| base == pg_sys::JSONOID || base == pg_sys::JSONBOID;
        // SAFETY: plain questions about types; domains are resolved first.
        unsafe {
            let base = pg_sys::getBaseType(type_oid);
            let element = pg_sys::get_element_type(base);
            if is_json(base) {
                Content::Json
            } else if element != Oid::INVALID && is_json(pg_sys::getBaseType(element)) {
                Content::JsonArray
            } else if pg_sys::type_is_rowtype(base) {
                Content::Composite
            } else {
                Content::Other
            }
        }
    }
}

/// Whether a type is an enum.
pub(crate) fn is_enum(type_oid: Oid) -> bool {
    // SAFETY: a question about a type.
    unsafe { pg_sys::type_is_enum(type_oid) }
}

/// Whether columns of this type get a value where none is given and none is declared.
pub(crate) fn has_default(type_oid: Oid) -> bool {
    // SAFETY: a question about a type that is known to exist.
    unsafe { !pg_sys::get_typdefault(type_oid).is_null() }
}
