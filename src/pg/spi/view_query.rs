//! The query of a view, analysed as the current role, for a view that another role has created.
//!
//! CREATE VIEW takes the right to create objects in a schema, and reads its query as whoever creates the view; reading a
//! query may run code of users (a literal of a type whose domain has a check). So a role that owns its schema creates a
//! view of the same columns, which are all null, and the current role, to whom the view is given, puts the query into it.

use crate::pg::local_setting::LocalSettings;
use crate::pg::type_name::TypeId;
use crate::pg::{Oid, error_fields, quote, text};
use pgrx::pg_sys;
use std::ffi::CString;

unsafe extern "C-unwind" {
    // What pgrx leaves out of its declarations.
    fn StoreViewQuery(view: Oid, query: *mut pg_sys::Query, replace: bool);
}

/// A SELECT, analysed. It is of use until the statement ends.
pub(crate) struct ViewQuery(*mut pg_sys::Query);

impl ViewQuery {
    /// Analyses one SELECT as the current role. An error in it is PostgreSQL's own.
    pub(crate) fn analyse(sql: &str) -> Self {
        // A NUL cannot come from PostgreSQL, which is where all names and values are from.
        let sql = CString::new(text::to_server(sql)).unwrap_or_default();
        error_fields::kept(|| {
            // SAFETY: a C string in the server's encoding, which outlives what reads it; the parser gives a list of
            // RawStmt, one for the one statement, and the analysis a Query for each.
            unsafe {
                let parsed = pg_sys::pg_parse_query(sql.as_ptr());
                let statement = (*(*parsed).elements).ptr_value.cast::<pg_sys::RawStmt>();
                Self(pg_sys::parse_analyze_fixedparams(
                    statement,
                    sql.as_ptr(),
                    std::ptr::null(),
                    0,
                    std::ptr::null_mut(),
                ))
            }
        })
    }

    /// Whether it reads a temporary relation, which no other session can see.
    pub(crate) fn uses_temporary_relation(&self) -> bool {
        // SAFETY: a query that was analysed.
        unsafe { pg_sys::isQueryUsingTempRelation(self.0) }
    }

    /// Its columns as the items of a SELECT of nulls, with all names qualified.
    pub(crate) fn null_columns(&self) -> String {
        // SAFETY: a query that was analysed: its targets are a list of TargetEntry.
        let targets = unsafe {
            let list = (*self.0).targetList;
            let length = if list.is_null() { 0 } else { (*list).length };
            (0..length as usize)
                .map(move |at| {
                    &*(*(*list).elements.add(at))
                        .ptr_value
                        .cast::<pg_sys::TargetEntry>()
                })
                .filter(|target| !target.resjunk)
        };
        let columns: Vec<String> = targets.map(null_column).collect();
        columns.join(", ")
    }

    /// Makes it the query of a view, which the current role owns and which has these columns.
    pub(crate) fn put_into(self, view: Oid) {
        error_fields::kept(|| {
            // SAFETY: the relation is a view; StoreViewQuery raises an error if it is not the role's, or has other columns.
            unsafe {
                pgrx::pg_sys::ffi::pg_guard_ffi_boundary(|| StoreViewQuery(view, self.0, true));
                pg_sys::CommandCounterIncrement();
            }
        });
    }
}

fn null_column(target: &pg_sys::TargetEntry) -> String {
    // SAFETY: a target of an analysed query has an expression and a name.
    unsafe {
        let expression = target.expr.cast::<pg_sys::Node>();
        let type_id = TypeId {
            oid: pg_sys::exprType(expression),
            modifier: pg_sys::exprTypmod(expression),
        };
        let collation = pg_sys::exprCollation(expression);
        let usual = pg_sys::get_typcollation(type_id.oid);
        let collate = if collation == usual || usual == Oid::INVALID || collation == Oid::INVALID {
            String::new()
        } else {
            let _path = LocalSettings::begin(c"search_path", c"pg_catalog, pg_temp");
            let name = text::from_server_cstr(pg_sys::generate_collation_name(collation));
            format!(" COLLATE {}", name.unwrap_or_default())
        };
        let name = text::from_server_cstr(target.resname).unwrap_or_default();
        format!(
            "NULL::{}{collate} AS {}",
            type_id.to_sql().unwrap_or_default(),
            quote::identifier(&name)
        )
    }
}
