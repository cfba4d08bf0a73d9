//! Objects by their names, in the newest catalogs.

use crate::pg::{Oid, text};
use pgrx::pg_sys;
use std::ffi::{CString, c_char};

/// The schema of that name.
pub(crate) fn find_schema(name: &str) -> Option<Oid> {
    // SAFETY: a look-up by a C string; a name that is not there gives the invalid OID.
    with_server_cstr(name, |name| unsafe { pg_sys::get_namespace_oid(name, true) }).filter(is_valid)
}

/// `pg_temp`, if this session has made something temporary.
pub(crate) fn temporary_schema() -> Option<Oid> {
    let (mut schema, mut toast) = (Oid::INVALID, Oid::INVALID);
    // SAFETY: tells two numbers, and makes nothing.
    unsafe { pg_sys::GetTempNamespaceState(&mut schema, &mut toast) };
    (schema != Oid::INVALID).then_some(schema)
}

/// The relation of that name, whatever its kind.
pub(crate) fn find_relation(schema_name: &str, name: &str) -> Option<Oid> {
    relation_in(find_schema(schema_name)?, name)
}

/// The relation of that name in a schema.
pub(crate) fn relation_in(schema: Oid, name: &str) -> Option<Oid> {
    // SAFETY: as above.
    with_server_cstr(name, |name| unsafe { pg_sys::get_relname_relid(name, schema) }).filter(is_valid)
}

/// The relation of that name that is found by the search_path.
pub(crate) fn visible_relation(name: &str) -> Option<Oid> {
    // SAFETY: as above.
    with_server_cstr(name, |name| unsafe { pg_sys::RelnameGetRelid(name) }).filter(is_valid)
}

/// The role of that name.
pub(crate) fn find_role(name: &str) -> Option<Oid> {
    // SAFETY: as above.
    with_server_cstr(name, |name| unsafe { pg_sys::get_role_oid(name, true) }).filter(is_valid)
}

/// The schema in which new objects are created that name none: the first of the search_path.
pub(crate) fn current_schema() -> Option<String> {
    // SAFETY: a list of OIDs; null for a schema that has gone since.
    unsafe {
        let path = pg_sys::fetch_search_path(false);
        let first = (!path.is_null() && (*path).length > 0).then(|| (*(*path).elements).oid_value)?;
        text::from_server_cstr(pg_sys::get_namespace_name(first))
    }
}

/// The live column of that name; no system column.
pub(crate) fn find_column(relation: Oid, name: &str) -> Option<i16> {
    // SAFETY: as above.
    with_server_cstr(name, |name| unsafe { pg_sys::get_attnum(relation, name) }).filter(|&attnum| attnum > 0)
}

/// The schema and the name of a relation.
pub(crate) fn schema_and_name(relation: Oid) -> Option<(Oid, String)> {
    // SAFETY: a look-up in the cache by its key, which is let go when what is wanted has been copied. A name is
    // NUL-terminated.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, relation.into());
        if tuple.is_null() {
            return None;
        }
        let row = &*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_class>();
        let (schema, name) = (
            row.relnamespace,
            text::from_server_cstr(row.relname.data.as_ptr()),
        );
        pg_sys::ReleaseSysCache(tuple);
        Some((schema, name?))
    }
}

/// The name of a live column.
pub(crate) fn of_column(relation: Oid, attnum: i16) -> Option<String> {
    // SAFETY: as above.
    unsafe {
        let tuple = pg_sys::SearchSysCacheAttNum(relation, attnum);
        if tuple.is_null() {
            return None;
        }
        let row = &*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_attribute>();
        let name = text::from_server_cstr(row.attname.data.as_ptr());
        pg_sys::ReleaseSysCache(tuple);
        name
    }
}

/// The schema of a relation.
pub(crate) fn schema_of(relation: Oid) -> Option<Oid> {
    // SAFETY: a look-up; the invalid OID for an unknown relation.
    Some(unsafe { pg_sys::get_rel_namespace(relation) }).filter(is_valid)
}

/// The table of an index that is there.
pub(crate) fn table_of_index(index: Oid) -> Option<Oid> {
    // SAFETY: a look-up; the invalid OID for an unknown index.
    Some(unsafe { pg_sys::IndexGetRelation(index, true) }).filter(is_valid)
}

/// The name of a schema.
pub(crate) fn of_schema(schema: Oid) -> Option<String> {
    // SAFETY: null for an unknown schema.
    unsafe { text::from_server_cstr(pg_sys::get_namespace_name(schema)) }
}

/// The names of a relation's schema and of the relation.
pub(crate) fn of_relation(relation: Oid) -> Option<(String, String)> {
    // SAFETY: null for an unknown relation, and for an unknown schema.
    unsafe {
        let schema = pg_sys::get_namespace_name(pg_sys::get_rel_namespace(relation));
        Some((
            text::from_server_cstr(schema)?,
            text::from_server_cstr(pg_sys::get_rel_name(relation))?,
        ))
    }
}

/// The name of a role.
pub(crate) fn of_role(role: Oid) -> Option<String> {
    // SAFETY: null for an unknown role.
    unsafe { text::from_server_cstr(pg_sys::GetUserNameFromId(role, true)) }
}

/// The name of a database.
pub(crate) fn of_database(database: Oid) -> Option<String> {
    // SAFETY: null for an unknown database.
    unsafe { text::from_server_cstr(pg_sys::get_database_name(database)) }
}

/// Whether a function of one argument takes a value of a type, as it is or converted implicitly.
pub(crate) fn takes_argument(schema: &str, function: &str, argument: Oid) -> bool {
    let (Ok(schema), Ok(function)) = (CString::new(schema), CString::new(function)) else {
        return false;
    };
    // SAFETY: a list of two names; what is found is a list of candidates, each with the type of its argument.
    unsafe {
        let names = [&schema, &function]
            .into_iter()
            .fold(std::ptr::null_mut(), |names, name| {
                pg_sys::lappend(names, pg_sys::makeString(pg_sys::pstrdup(name.as_ptr())).cast())
            });
        let mut candidate =
            pg_sys::FuncnameGetCandidates(names, 1, std::ptr::null_mut(), false, false, false, true);
        while !candidate.is_null() {
            let takes = pg_sys::can_coerce_type(
                1,
                &argument,
                (&raw const (*candidate).args).cast(),
                pg_sys::CoercionContext::COERCION_IMPLICIT,
            );
            if takes {
                return true;
            }
            candidate = (*candidate).next;
        }
    }
    false
}

fn is_valid(oid: &Oid) -> bool {
    *oid != Oid::INVALID
}

/// Passes a name in the server's encoding. One that contains a NUL names nothing.
fn with_server_cstr<T>(name: &str, look_up: impl FnOnce(*const c_char) -> T) -> Option<T> {
    let name = CString::new(name).ok()?;
    let length = name.as_bytes().len() as i32;
    // SAFETY: pointer and length belong together; the result is NUL-terminated, as its source is. It lives as long as
    // the current memory context, or as `name`.
    let in_server_encoding =
        unsafe { pg_sys::pg_any_to_server(name.as_ptr(), length, pg_sys::pg_enc::PG_UTF8 as i32) };
    Some(look_up(in_server_encoding))
}
