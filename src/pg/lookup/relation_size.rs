//! Estimated numbers of rows.

use crate::pg::Oid;
use pgrx::pg_sys;

/// Whether a table has no page, and so no row that anybody could see.
pub(crate) fn is_zero(table: Oid) -> bool {
    let lock = pg_sys::AccessShareLock as i32;
    // SAFETY: the table is open between the two calls; opening one that is gone raises an error.
    unsafe {
        let relation = pg_sys::table_open(table, lock);
        let pages = pg_sys::RelationGetNumberOfBlocksInFork(relation, pg_sys::ForkNumber::MAIN_FORKNUM);
        pg_sys::table_close(relation, lock);
        pages == 0
    }
}
