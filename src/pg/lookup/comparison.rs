//! Comparison operators of a type: those of its default B-tree operator class, which users' indexes support, under any
//! search_path.

use crate::pg::{Oid, column_type, quote, text};
use pgrx::pg_sys;
use std::borrow::Cow;

/// A comparison, as B-tree operator classes number them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Comparison {
    Lesser = 1,
    LesserOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// The operator for two values of a type, as `OPERATOR(schema.name)`; `None` when the type has no such order.
pub(crate) fn operator(type_oid: Oid, comparison: Comparison) -> Option<String> {
    sql(operator_oid(type_oid, comparison)?)
}

/// The same as its OID.
pub(crate) fn operator_oid(type_oid: Oid, comparison: Comparison) -> Option<Oid> {
    // SAFETY: looks into the type cache; entries stay where they are.
    let operator = unsafe {
        let flags = pg_sys::TYPECACHE_LT_OPR | pg_sys::TYPECACHE_EQ_OPR | pg_sys::TYPECACHE_BTREE_OPFAMILY;
        let entry = pg_sys::lookup_type_cache(type_oid, flags as i32);
        if comparison == Comparison::Equal {
            (*entry).eq_opr
        } else if (*entry).lt_opr == Oid::INVALID {
            Oid::INVALID
        } else {
            pg_sys::get_opfamily_member(
                (*entry).btree_opf,
                (*entry).btree_opintype,
                (*entry).btree_opintype,
                comparison as i16,
            )
        }
    };
    (operator != Oid::INVALID).then_some(operator)
}

/// The type as which values of a type must be passed to its operators: of a domain over an enum, the enum. PostgreSQL
/// looks through domains by itself, but for operators that take any enum.
pub(crate) fn operand_type(type_oid: Oid) -> Oid {
    let base = base_type(type_oid);
    if column_type::is_enum(base) {
        base
    } else {
        type_oid
    }
}

/// A value of a type as its operators take it, as SQL.
pub(crate) fn operand(sql: &str, type_oid: Oid) -> Cow<'_, str> {
    let wanted = operand_type(type_oid);
    let name = (wanted != type_oid).then(|| column_type::qualified_name(wanted, -1));
    match name.flatten() {
        Some(name) => format!("CAST({sql} AS {name})").into(),
        None => sql.into(),
    }
}

/// Whether rows can be ordered and grouped by values of a type.
pub(crate) fn is_ordered(type_oid: Oid) -> bool {
    // SAFETY: as above.
    unsafe {
        let entry = pg_sys::lookup_type_cache(type_oid, pg_sys::TYPECACHE_LT_OPR as i32);
        (*entry).lt_opr != Oid::INVALID
    }
}

/// An operator as `OPERATOR(schema.name)`.
pub(crate) fn sql(operator: Oid) -> Option<String> {
    // SAFETY: the tuple is read before it is let go of; an operator's name is NUL-terminated.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::OPEROID as i32, operator.into());
        if tuple.is_null() {
            return None;
        }
        let row: *const pg_sys::FormData_pg_operator = pg_sys::GETSTRUCT(tuple).cast();
        let schema = text::from_server_cstr(pg_sys::get_namespace_name((*row).oprnamespace));
        let name = text::from_server_cstr((*row).oprname.data.as_ptr());
        pg_sys::ReleaseSysCache(tuple);
        Some(format!("OPERATOR({}.{})", quote::identifier(&schema?), name?))
    }
}

/// The type below a domain, or the type itself.
pub(crate) fn base_type(type_oid: Oid) -> Oid {
    // SAFETY: a question about a type, which is a column's.
    unsafe { pg_sys::getBaseType(type_oid) }
}

/// The type of arrays of a type, if there is one.
pub(crate) fn array_type(element: Oid) -> Option<Oid> {
    // SAFETY: a question about a type.
    let array = unsafe { pg_sys::get_array_type(element) };
    (array != Oid::INVALID).then_some(array)
}

/// The type of an array's elements; `None` for other types.
pub(crate) fn element_type(array: Oid) -> Option<Oid> {
    // SAFETY: a question about a type.
    let element = unsafe { pg_sys::get_element_type(array) };
    (element != Oid::INVALID).then_some(element)
}

/// Of arrays of a domain, the type of arrays of the domain's base type; `None` for other types.
pub(crate) fn array_of_base_type(array: Oid) -> Option<Oid> {
    let element = element_type(array)?;
    let base = base_type(element);
    if base == element { None } else { array_type(base) }
}

/// Whether PostgreSQL looks for patterns in text of that collation; before 18 it does not where different text can be
/// equal.
pub(crate) fn takes_patterns(collation: Oid) -> bool {
    // SAFETY: a question about a collation, which is a column's.
    collation == Oid::INVALID || unsafe { pg_sys::get_collation_isdeterministic(collation) }
}
