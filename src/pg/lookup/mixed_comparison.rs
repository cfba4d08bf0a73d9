//! Comparisons of values of two types.

use crate::pg::comparison::{self, Comparison};
use crate::pg::{Oid, own_casts};
use pgrx::pg_sys;

/// The operator of a type for values of these two types, one of which is the type itself; `None` when PostgreSQL finds
/// none, or only by a cast that the owner of a type may have made.
pub(crate) fn operator_between(type_oid: Oid, wanted: Comparison, left: Oid, right: Oid) -> Option<String> {
    let operator = comparison::operator_oid(type_oid, wanted)?;
    let is_there = left == right
        || own_casts::are_trusted(left) && own_casts::are_trusted(right) && is_found(operator, left, right);
    if is_there { comparison::sql(operator) } else { None }
}

/// Whether PostgreSQL finds an operator of the name of another one, in its schema, for values of two types.
fn is_found(operator: Oid, left: Oid, right: Oid) -> bool {
    // SAFETY: tuples are read before they are let go of; a list of strings is how the parser passes a qualified name.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::OPEROID as i32, operator.into());
        if tuple.is_null() {
            return false;
        }
        let row: *const pg_sys::FormData_pg_operator = pg_sys::GETSTRUCT(tuple).cast();
        let schema = pg_sys::get_namespace_name((*row).oprnamespace);
        let name = pg_sys::pstrdup((*row).oprname.data.as_ptr());
        pg_sys::ReleaseSysCache(tuple);
        if schema.is_null() {
            return false;
        }
        let names = [schema, name]
            .into_iter()
            .fold(std::ptr::null_mut(), |names, part| {
                pg_sys::lappend(names, pg_sys::makeString(part).cast())
            });
        let found = pg_sys::oper(std::ptr::null_mut(), names, left, right, true, -1);
        let is_found = !found.is_null();
        if is_found {
            pg_sys::ReleaseSysCache(found);
        }
        is_found
    }
}
