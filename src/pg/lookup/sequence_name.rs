//! The names that PostgreSQL gives to sequences of columns.

use crate::pg::text;
use pgrx::pg_sys;
use std::ffi::CString;

/// The name that the sequence of a `serial` column gets, if no relation of the schema has it.
pub(crate) fn of_serial(table: &str, column: &str) -> String {
    let name = |name: &str| CString::new(text::to_server(name)).unwrap_or_default();
    let (table, column) = (name(table), name(column));
    // SAFETY: three C strings; gives a fourth, cut to the length of a name.
    unsafe {
        let name = pg_sys::makeObjectName(table.as_ptr(), column.as_ptr(), c"seq".as_ptr());
        text::from_server_cstr(name).unwrap_or_default()
    }
}
