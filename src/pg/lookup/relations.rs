//! Facts about relations that no catalog row has by itself: what an index adds to its key, whether a table has pages, how
//! PostgreSQL names the sequence of a column.

use crate::pg::{Oid, text};
use pgrx::pg_sys;
use std::ffi::CString;

/// Whether the index of a primary or unique key has nothing but the key: no included columns, and nulls are distinct.
pub(crate) fn is_plain_key(index: Oid) -> bool {
    // SAFETY: a look-up in the cache by its key, let go after two plain reads.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::INDEXRELID as i32, index.into());
        if tuple.is_null() {
            return false;
        }
        let row = &*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_index>();
        let is_plain = row.indnatts == row.indnkeyatts && !row.indnullsnotdistinct;
        pg_sys::ReleaseSysCache(tuple);
        is_plain
    }
}

/// Whether a table has no page, and so no row that anybody could see.
pub(crate) fn has_no_pages(table: Oid) -> bool {
    let lock = pg_sys::AccessShareLock as i32;
    // SAFETY: the table is open between the two calls; opening one that is gone raises an error.
    unsafe {
        let relation = pg_sys::table_open(table, lock);
        let pages = pg_sys::RelationGetNumberOfBlocksInFork(relation, pg_sys::ForkNumber::MAIN_FORKNUM);
        pg_sys::table_close(relation, lock);
        pages == 0
    }
}

/// The name that the sequence of a `serial` column gets, if no relation of the schema has it.
pub(crate) fn serial_sequence_name(table: &str, column: &str) -> String {
    let name = |name: &str| CString::new(text::to_server(name)).unwrap_or_default();
    let (table, column) = (name(table), name(column));
    // SAFETY: three C strings; gives a fourth, cut to the length of a name.
    unsafe {
        let name = pg_sys::makeObjectName(table.as_ptr(), column.as_ptr(), c"seq".as_ptr());
        text::from_server_cstr(name).unwrap_or_default()
    }
}
