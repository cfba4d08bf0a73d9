//! Parsing text by the server's raw parser, which looks up no names.

use crate::pg::{error_fields, text};
use pgrx::PgList;
use pgrx::pg_sys::{self, List, NodeTag};
use std::ffi::CString;

/// Whether a text is exactly one SQL expression, without a name or clause after it. Text that is not SQL at all
/// is an error of PostgreSQL's.
pub(crate) fn is_one_expression(sql: &str) -> bool {
    let subject = CString::new(text::to_server(&format!("SQL expression \"{sql}\""))).unwrap_or_default();
    let sql = CString::new(text::to_server(sql)).unwrap_or_default();
    // SAFETY: a C string in the server's encoding. This mode of the parser takes what follows the word SELECT, and
    // gives a list of one RawStmt with a SelectStmt; every cast follows the node's tag.
    unsafe {
        let parsed = error_fields::kept_about(&subject, || {
            pg_sys::raw_parser(sql.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_PLPGSQL_EXPR)
        });
        let Some(statement) = only(parsed) else {
            return false;
        };
        let statement = (*statement.cast::<pg_sys::RawStmt>()).stmt;
        if (*statement).type_ != NodeTag::T_SelectStmt {
            return false;
        }
        let select = &*statement.cast::<pg_sys::SelectStmt>();
        let Some(target) = only(select.targetList) else {
            return false;
        };
        let target = &*target.cast::<pg_sys::ResTarget>();
        let has_name = !target.name.is_null() || !target.indirection.is_null();
        !has_name && has_only_targets(select)
    }
}

/// Whether a text is exactly one statement that reads or changes rows. Text that is not SQL at all is an error of PostgreSQL's.
pub(crate) fn is_one_data_statement(sql: &str) -> bool {
    let sql = CString::new(text::to_server(sql)).unwrap_or_default();
    // SAFETY: a C string in the server's encoding; the parser gives a list of RawStmt.
    unsafe {
        let parsed =
            error_fields::kept(|| pg_sys::raw_parser(sql.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_DEFAULT));
        let Some(statement) = only(parsed) else {
            return false;
        };
        let statement = (*statement.cast::<pg_sys::RawStmt>()).stmt;
        match (*statement).type_ {
            NodeTag::T_InsertStmt | NodeTag::T_UpdateStmt | NodeTag::T_DeleteStmt | NodeTag::T_MergeStmt => {
                true
            }
            // One with INTO creates a table.
            NodeTag::T_SelectStmt => {
                let mut select = statement.cast::<pg_sys::SelectStmt>();
                while !(*select).larg.is_null() {
                    select = (*select).larg;
                }
                (*select).intoClause.is_null()
            }
            _ => false,
        }
    }
}

/// The names by which an expression that the parser takes can mean columns, each as a part of a reference.
pub(crate) fn column_names(expression: &str) -> Vec<String> {
    let sql = CString::new(text::to_server(expression)).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    // SAFETY: as above. The walker gets nodes of the raw parser, and the context is where it puts the names.
    unsafe {
        let parsed = error_fields::kept(|| {
            pg_sys::raw_parser(sql.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_PLPGSQL_EXPR)
        });
        if let Some(statement) = only(parsed) {
            let statement = (*statement.cast::<pg_sys::RawStmt>()).stmt;
            collect_names(statement, (&raw mut names).cast());
        }
    }
    names
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn collect_names(node: *mut pg_sys::Node, names: *mut std::ffi::c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: a node begins with its tag; the fields of a reference are strings and a star. The context is the one above.
    unsafe {
        if (*node).type_ == NodeTag::T_ColumnRef {
            let fields = PgList::<pg_sys::Node>::from_pg((*node.cast::<pg_sys::ColumnRef>()).fields);
            let strings = fields
                .iter_ptr()
                .filter(|&field| (*field).type_ == NodeTag::T_String);
            let names = &mut *names.cast::<Vec<String>>();
            names.extend(
                strings.filter_map(|field| text::from_server_cstr((*field.cast::<pg_sys::String>()).sval)),
            );
            return false;
        }
        walk(node, Some(collect_names), names)
    }
}

#[cfg(not(feature = "pg15"))]
use pg_sys::raw_expression_tree_walker_impl as walk;

#[cfg(feature = "pg15")]
unsafe extern "C-unwind" {
    /// PostgreSQL 15 has it under this name; pgrx leaves it out.
    #[link_name = "raw_expression_tree_walker"]
    fn walk(
        node: *mut pg_sys::Node,
        walker: Option<unsafe extern "C-unwind" fn(*mut pg_sys::Node, *mut std::ffi::c_void) -> bool>,
        context: *mut std::ffi::c_void,
    ) -> bool;
}

/// Whether a SELECT has nothing but what it selects.
fn has_only_targets(select: &pg_sys::SelectStmt) -> bool {
    let lists = [
        select.distinctClause,
        select.fromClause,
        select.groupClause,
        select.windowClause,
        select.valuesLists,
        select.sortClause,
        select.lockingClause,
    ];
    let nodes = [
        select.whereClause,
        select.havingClause,
        select.limitOffset,
        select.limitCount,
        select.intoClause.cast(),
        select.withClause.cast(),
        select.larg.cast(),
        select.rarg.cast(),
    ];
    lists.iter().all(|list| list.is_null())
        && nodes.iter().all(|node| node.is_null())
        && select.op == pg_sys::SetOperation::SETOP_NONE
}

/// The only element of a list.
///
/// # Safety
/// `list` is null or a list of pointers.
unsafe fn only(list: *mut List) -> Option<*mut std::ffi::c_void> {
    // SAFETY: promised by the caller.
    unsafe { (!list.is_null() && (*list).length == 1).then(|| (*(*list).elements).ptr_value) }
}
