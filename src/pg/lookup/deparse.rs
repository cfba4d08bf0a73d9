//! Catalog contents as SQL text, written by PostgreSQL's own deparsers.
//!
//! These functions read the newest catalogs, not a snapshot. For an object that was dropped meanwhile they return
//! `None` if PostgreSQL reports that without an error, and otherwise raise an error of class XX or 42: see
//! `catalog::consistent`.

use crate::pg::{Oid, text};
use pgrx::pg_sys::{self, Datum};
use pgrx::{direct_function_call, direct_function_call_as_datum};
use std::ffi::CStr;

/// A type's name without modifiers, as `regtype` prints it.
pub(crate) fn type_name(type_oid: Oid) -> Option<String> {
    format_type(type_oid, -1, 0)
}

/// A type's name with its modifiers.
pub(crate) fn type_name_with_modifiers(type_oid: Oid, modifiers: i32) -> Option<String> {
    format_type(type_oid, modifiers, pg_sys::FORMAT_TYPE_TYPEMOD_GIVEN)
}

fn format_type(type_oid: Oid, modifiers: i32, flags: u32) -> Option<String> {
    let flags = (flags | pg_sys::FORMAT_TYPE_INVALID_AS_NULL) as pg_sys::bits16;
    // SAFETY: gives a C string, or null for an unknown type.
    unsafe { text::from_server_cstr(pg_sys::format_type_extended(type_oid, modifiers, flags)) }
}

/// A stored expression over the columns of `relation`.
pub(crate) fn expression(node_tree: &str, relation: Oid) -> Option<String> {
    // SAFETY: a pg_node_tree is stored as text is.
    unsafe {
        let arguments = [Some(text::to_text_datum(node_tree)), Some(Datum::from(relation))];
        direct_function_call_as_datum(pg_sys::pg_get_expr, &arguments)
            .map(|datum| text::from_text_datum(datum))
    }
}

/// The definition of a constraint.
pub(crate) fn constraint(constraint: Oid) -> Option<String> {
    // SAFETY: the function takes an OID and returns text or null.
    unsafe {
        direct_function_call_as_datum(pg_sys::pg_get_constraintdef, &[Some(Datum::from(constraint))])
            .map(|datum| text::from_text_datum(datum))
    }
}

/// A collation's name, as `regcollation` prints it.
pub(crate) fn collation(collation: Oid) -> Option<String> {
    // SAFETY: the function takes an OID and returns a C string.
    unsafe {
        direct_function_call::<&CStr>(pg_sys::regcollationout, &[Some(Datum::from(collation))])
            .map(|name| text::from_server(name.to_bytes()))
    }
}
