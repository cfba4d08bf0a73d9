//! Questions about indexes.

use crate::pg::Oid;
use pgrx::pg_sys;

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
