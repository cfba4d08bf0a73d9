//! SQL of users that is kept and run later: bound when it is given, as PostgreSQL binds the query of a view.
//!
//! PostgreSQL resolves its names once, under the search_path of whoever gives it, and writes it again with every name
//! qualified. Run under a search_path of `pg_catalog` alone, such a text means the same whatever others create meanwhile,
//! but for two cases: a function that takes the arguments better than the one that is meant, in the schema of that one, and
//! an object that takes the name of one that was dropped. So what the text uses is noted as well, and compared before it runs.

use crate::error::Error;
use crate::pg::{Oid, error_fields, ownership, portable_output, quote, server, text};
use pgrx::pg_sys::{self, Node, NodeTag};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_void};

/// The functions, relations and types that a text uses, but for those that every database has.
#[derive(Default, Clone, Serialize, Deserialize)]
pub(crate) struct UsedObjects {
    functions: BTreeSet<u32>,
    relations: BTreeSet<u32>,
    types: BTreeSet<u32>,
}

/// A text with every name qualified.
pub(crate) struct BoundText {
    pub(crate) text: String,
    pub(crate) uses: UsedObjects,
}

impl UsedObjects {
    pub(crate) fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.relations.is_empty() && self.types.is_empty()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.functions.extend(other.functions);
        self.relations.extend(other.relations);
        self.types.extend(other.types);
    }

    /// One that `known` lacks, and that belongs to a role whose code another role need not trust, in words.
    pub(crate) fn foreign_to(&self, known: &Self, role: Oid) -> Option<String> {
        let new_to = |of_self: &BTreeSet<u32>, of_known: &BTreeSet<u32>, catalog: Oid| {
            let new: Vec<u32> = of_self.difference(of_known).copied().collect();
            new.into_iter().map(Oid::from).find_map(|oid| {
                let is_friend =
                    owner_of(catalog, oid).is_some_and(|owner| ownership::may_run_code_of(role, owner));
                (!is_friend).then(|| describe_object(catalog, oid))
            })
        };
        new_to(&self.functions, &known.functions, pg_sys::ProcedureRelationId)
            .or_else(|| new_to(&self.relations, &known.relations, pg_sys::RelationRelationId))
            .or_else(|| new_to(&self.types, &known.types, pg_sys::TypeRelationId))
    }
}

fn owner_of(catalog: Oid, object: Oid) -> Option<Oid> {
    // SAFETY: the row has the form of its catalog; it is read before it is let go of.
    unsafe {
        let cache = match catalog {
            pg_sys::ProcedureRelationId => pg_sys::SysCacheIdentifier::PROCOID,
            pg_sys::RelationRelationId => pg_sys::SysCacheIdentifier::RELOID,
            _ => pg_sys::SysCacheIdentifier::TYPEOID,
        };
        let row = pg_sys::SearchSysCache1(cache as i32, object.into());
        if row.is_null() {
            return None;
        }
        let data = pg_sys::GETSTRUCT(row);
        let owner = match catalog {
            pg_sys::ProcedureRelationId => (*data.cast::<pg_sys::FormData_pg_proc>()).proowner,
            pg_sys::RelationRelationId => (*data.cast::<pg_sys::FormData_pg_class>()).relowner,
            _ => (*data.cast::<pg_sys::FormData_pg_type>()).typowner,
        };
        pg_sys::ReleaseSysCache(row);
        Some(owner)
    }
}

fn describe_object(catalog: Oid, object: Oid) -> String {
    let address = pg_sys::ObjectAddress {
        classId: catalog,
        objectId: object,
        objectSubId: 0,
    };
    // SAFETY: a valid address; null where there is no such object.
    let name = unsafe { text::from_server_cstr(pg_sys::getObjectDescription(&address, true)) };
    name.unwrap_or_default()
}

/// Binds an expression over the columns of a table. `row` is the name of the table's row where the expression will stand.
pub(crate) fn bind_expression(
    sql: &str,
    table: Oid,
    table_name: &str,
    row: &CStr,
) -> Result<BoundText, Error> {
    let query = analyse_statement(
        &format!(
            "SELECT ({sql}\n) FROM {table_name} AS {}",
            quote::identifier(&row.to_string_lossy())
        ),
        &[],
    )?;
    Ok(BoundText {
        text: deparse_target(query, table, row)?,
        // SAFETY: a query of the analyser's.
        uses: unsafe { find_uses(query) },
    })
}

/// A column of a table by a name that it had.
pub(crate) struct FormerColumn<'a> {
    pub(crate) attnum: i16,
    pub(crate) name: &'a str,
    pub(crate) sql_type: &'a str,
}

/// A bound expression over columns that have other names by now.
pub(crate) fn rename_columns(
    sql: &str,
    table: Oid,
    columns: &[FormerColumn],
    row: &CStr,
) -> Result<String, Error> {
    // A row whose columns have the numbers of the table's, and the former names.
    let last = columns.iter().map(|column| column.attnum).max().unwrap_or(0);
    let nulls: Vec<String> = (1..=last)
        .map(
            |attnum| match columns.iter().find(|column| column.attnum == attnum) {
                Some(column) => format!(
                    "CAST(NULL AS {}) AS {}",
                    column.sql_type,
                    quote::identifier(column.name)
                ),
                None => format!("NULL AS \"__msar_none_{attnum}\""),
            },
        )
        .collect();
    let query = analyse_statement(
        &format!(
            "SELECT ({sql}\n) FROM (SELECT {}) AS {}",
            nulls.join(", "),
            quote::identifier(&row.to_string_lossy())
        ),
        &[],
    )?;
    deparse_target(query, table, row)
}

/// What a query selects, over the columns of a table.
fn deparse_target(query: *mut pg_sys::Query, table: Oid, row: &CStr) -> Result<String, Error> {
    // SAFETY: a query of the analyser's with one target, over one row with the columns of the table; the deparser gives a
    // C string.
    portable_output::during_with(&[(c"lc_monetary", c"C")], || unsafe {
        let target: *mut pg_sys::TargetEntry = pg_sys::list_nth((*query).targetList, 0).cast();
        let context = pg_sys::deparse_context_for(row.as_ptr(), table);
        let bound = pg_sys::deparse_expression((*target).expr.cast(), context, false, false);
        Ok(text::from_server_cstr(bound).unwrap_or_default())
    })
}

/// Binds a statement with parameters of these types.
pub(crate) fn bind_statement(sql: &str, types: &[Oid]) -> Result<BoundText, Error> {
    let query = analyse_statement(sql, types)?;
    // SAFETY: a query of the analyser's; the deparser gives a C string.
    portable_output::during_with(&[(c"lc_monetary", c"C")], || unsafe {
        let bound = text::from_server_cstr(pg_sys::pg_get_querydef(query, false)).unwrap_or_default();
        Ok(BoundText {
            // It begins as the query of a view does, indented.
            text: bound.trim_start().to_owned(),
            uses: find_uses(query),
        })
    })
}

/// A statement as PostgreSQL understands it under the present search_path, before rules and policies.
fn analyse_statement(sql: &str, types: &[Oid]) -> Result<*mut pg_sys::Query, Error> {
    let sql = CString::new(text::to_server(sql)).unwrap_or_default();
    // SAFETY: a C string, which outlives the analysis; the parser gives a list of RawStmt.
    let query = error_fields::kept_without_context(|| unsafe {
        let parsed = pg_sys::raw_parser(sql.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_DEFAULT);
        if parsed.is_null() || (*parsed).length != 1 {
            return None;
        }
        let query = pg_sys::parse_analyze_fixedparams(
            pg_sys::list_nth(parsed, 0).cast(),
            sql.as_ptr(),
            types.as_ptr(),
            types.len() as i32,
            std::ptr::null_mut(),
        );
        ((*query).commandType != pg_sys::CmdType::CMD_UTILITY).then_some(query)
    });
    query.ok_or(Error::StatementRefused(pg_sys::SPI_ERROR_ARGUMENT))
}

/// # Safety
/// `query` is a query of the analyser's.
unsafe fn find_uses(query: *mut pg_sys::Query) -> UsedObjects {
    let mut uses = UsedObjects::default();
    // SAFETY: promised by the caller; the context is what the walker takes it for.
    unsafe { collect_uses(query.cast(), (&raw mut uses).cast()) };
    uses
}

fn note_object(objects: &mut BTreeSet<u32>, object: Oid) {
    if object != Oid::INVALID && !server::is_built_in(object) {
        objects.insert(object.to_u32());
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn note_function(function: Oid, uses: *mut c_void) -> bool {
    // SAFETY: the context of the walker below.
    note_object(unsafe { &mut (*uses.cast::<UsedObjects>()).functions }, function);
    false
}

/// Notes what a node uses, and goes on to the nodes in it.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn collect_uses(node: *mut Node, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: a node of an analysed query begins with its tag; the context is the one above.
    unsafe {
        let uses = &mut *context.cast::<UsedObjects>();
        match (*node).type_ {
            NodeTag::T_Query => {
                let flags = pg_sys::QTW_EXAMINE_RTES_BEFORE | pg_sys::QTW_EXAMINE_SORTGROUP;
                return walk_query(node.cast(), Some(collect_uses), context, flags as i32);
            }
            NodeTag::T_RangeTblEntry => {
                note_object(&mut uses.relations, (*node.cast::<pg_sys::RangeTblEntry>()).relid);
                return false;
            }
            NodeTag::T_SortGroupClause => {
                let clause = &*node.cast::<pg_sys::SortGroupClause>();
                for operator in [clause.eqop, clause.sortop] {
                    if operator != Oid::INVALID {
                        note_object(&mut uses.functions, pg_sys::get_opcode(operator));
                    }
                }
                return false;
            }
            // What brings a value into a type by its name. (Parameters and columns have their types from elsewhere.)
            NodeTag::T_Const
            | NodeTag::T_RelabelType
            | NodeTag::T_CoerceViaIO
            | NodeTag::T_ArrayCoerceExpr
            | NodeTag::T_ConvertRowtypeExpr
            | NodeTag::T_CoerceToDomain
            | NodeTag::T_RowExpr => note_object(&mut uses.types, pg_sys::exprType(node)),
            _ => {}
        }
        pg_sys::check_functions_in_node(node, Some(note_function), context);
        walk(node, Some(collect_uses), context)
    }
}

#[cfg(feature = "pg15")]
type Walker = Option<unsafe extern "C-unwind" fn(*mut Node, *mut c_void) -> bool>;

#[cfg(not(feature = "pg15"))]
use pg_sys::{expression_tree_walker_impl as walk, query_tree_walker_impl as walk_query};

#[cfg(feature = "pg15")]
unsafe extern "C-unwind" {
    /// PostgreSQL 15 has them under these names; pgrx leaves them out.
    #[link_name = "expression_tree_walker"]
    fn walk(node: *mut Node, walker: Walker, context: *mut c_void) -> bool;
    #[link_name = "query_tree_walker"]
    fn walk_query(query: *mut pg_sys::Query, walker: Walker, context: *mut c_void, flags: i32) -> bool;
}
