//! Facts about relations and schemas that no catalog row has by itself: what an index adds to its key, whether a table has
//! pages, how PostgreSQL names the sequence of a column, whether the role may look up names in a schema.

use crate::pg::{Oid, names, text};
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

/// What the newest catalogs say of a relation, from the session's own caches.
pub(crate) struct RelationFacts {
    pub(crate) name: String,
    pub(crate) schema: Oid,
    /// As `pg_class.relkind`.
    pub(crate) kind: u8,
    pub(crate) is_partition: bool,
    pub(crate) is_temporary: bool,
    /// Whether it may have child tables or partitions; it is not reset as soon as they are gone.
    pub(crate) may_have_children: bool,
}

/// `None` for a relation that is not there.
pub(crate) fn find_facts(relation: Oid) -> Option<RelationFacts> {
    // SAFETY: a look-up in the cache by its key, let go after plain reads. A name is NUL-terminated.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, relation.into());
        if tuple.is_null() {
            return None;
        }
        let row = &*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_class>();
        let facts = RelationFacts {
            name: text::from_server_cstr(row.relname.data.as_ptr()).unwrap_or_default(),
            schema: row.relnamespace,
            kind: row.relkind as u8,
            is_partition: row.relispartition,
            is_temporary: row.relpersistence as u8 == pg_sys::RELPERSISTENCE_TEMP,
            may_have_children: row.relhassubclass,
        };
        pg_sys::ReleaseSysCache(tuple);
        Some(facts)
    }
}

/// The type of the live column of that name.
pub(crate) fn column_type(table: Oid, column: &str) -> Option<Oid> {
    let attnum = names::find_column(table, column)?;
    // SAFETY: a plain look-up.
    Some(unsafe { pg_sys::get_atttype(table, attnum) })
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

/// How many rows a table has, as VACUUM and ANALYZE last estimated it.
pub(crate) fn estimated_rows(table: Oid) -> f32 {
    // SAFETY: a look-up in the cache by its key, let go after a plain read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, table.into());
        if tuple.is_null() {
            return 0.0;
        }
        let rows = (*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_class>()).reltuples;
        pg_sys::ReleaseSysCache(tuple);
        rows
    }
}

/// Whether an ordinary table itself, without its children, has a row that is visible now. Nothing else has rows of its own
/// that can be read without running code of its owner: a view has that of its query, a foreign table that of its wrapper.
pub(crate) fn has_rows(table: Oid) -> bool {
    let lock = pg_sys::AccessShareLock as i32;
    // SAFETY: the relation is open between the first and the last call; the scan uses no index, and a snapshot of now.
    unsafe {
        let relation = pg_sys::try_relation_open(table, lock);
        if relation.is_null() {
            return false;
        }
        let is_table = (*(*relation).rd_rel).relkind as u8 == pg_sys::RELKIND_RELATION;
        let has_rows = is_table && {
            let scan = pg_sys::systable_beginscan(
                relation,
                Oid::INVALID,
                false,
                std::ptr::null_mut(),
                0,
                std::ptr::null_mut(),
            );
            let first = pg_sys::systable_getnext(scan);
            pg_sys::systable_endscan(scan);
            !first.is_null()
        };
        pg_sys::relation_close(relation, lock);
        has_rows
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

/// Whether the current role has USAGE on a schema. One that is gone is PostgreSQL's error 3F000.
pub(crate) fn is_usable_schema(schema: Oid) -> bool {
    // SAFETY: plain questions about a schema and the session's role.
    unsafe {
        let role = pg_sys::GetUserId();
        let privilege = pg_sys::AclMode::from(pg_sys::ACL_USAGE);
        #[cfg(feature = "pg15")]
        let outcome = pg_sys::pg_namespace_aclcheck(schema, role, privilege);
        #[cfg(not(feature = "pg15"))]
        let outcome = pg_sys::object_aclcheck(pg_sys::NamespaceRelationId, schema, role, privilege);
        outcome == pg_sys::AclResult::ACLCHECK_OK
    }
}
