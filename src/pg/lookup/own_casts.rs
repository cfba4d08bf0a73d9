//! Types whose owners have code run where their values are read or shown.
//!
//! `to_jsonb` and `value::text` call a cast that the owner of the type has made, with the privileges of whoever reads.
//! Only a superuser gives a base type its output function, but anybody may create an enum, a range or a composite type, and
//! casts from it.

use crate::pg::{Oid, comparison, ownership, server, tuple};
use pgrx::pg_sys;

/// Whether nobody but a superuser can create casts from a type, or from a type that is part of its values.
pub(crate) fn are_trusted(type_oid: Oid) -> bool {
    all_types(comparison::base_type(type_oid), &|type_oid| {
        type_owner(type_oid).is_some_and(server::is_superuser)
    })
}

/// Whether a role may read values of a type by its input function: the code that runs then is that of superusers, or of roles
/// that can become that role anyway.
pub(crate) fn may_be_read_by(role: Oid, type_oid: Oid) -> bool {
    all_types(type_oid, &|type_oid| {
        !has_code_for_input(type_oid) || belongs_to_friend(role, type_oid)
    })
}

/// Whether a role may do anything with values of a type: nobody but superusers, and roles that can become that role anyway,
/// can create casts from it and to it, or operators for it.
pub(crate) fn may_be_used_by(role: Oid, type_oid: Oid) -> bool {
    all_types(type_oid, &|type_oid| belongs_to_friend(role, type_oid))
}

fn belongs_to_friend(role: Oid, type_oid: Oid) -> bool {
    type_owner(type_oid).is_some_and(|owner| ownership::may_run_code_of(role, owner))
}

/// Whether reading a value runs a function that the type's owner has chosen: the checks of a domain, or the function that
/// brings a range into its canonical form. Those of base types are chosen by superusers.
fn has_code_for_input(type_oid: Oid) -> bool {
    // SAFETY: questions about a type; an entry of the type cache stays where it is.
    unsafe {
        match pg_sys::get_typtype(type_oid) as u8 {
            pg_sys::TYPTYPE_DOMAIN => true,
            pg_sys::TYPTYPE_RANGE => {
                let entry = pg_sys::lookup_type_cache(type_oid, pg_sys::TYPECACHE_RANGE_INFO as i32);
                (*entry).rng_canonical_finfo.fn_oid != Oid::INVALID
            }
            _ => false,
        }
    }
}

/// Whether something holds for a type and for all types that are part of its values, but for those of PostgreSQL.
fn all_types(type_oid: Oid, holds: &dyn Fn(Oid) -> bool) -> bool {
    all_new_types(type_oid, &mut Vec::new(), holds)
}

/// The same, but for types that were looked at: a row can have many fields of a type, and they again.
fn all_new_types(type_oid: Oid, seen: &mut Vec<Oid>, holds: &dyn Fn(Oid) -> bool) -> bool {
    if type_oid.to_u32() < pg_sys::FirstNormalObjectId || seen.contains(&type_oid) {
        return true;
    }
    if let Some(element) = comparison::element_type(type_oid) {
        return all_new_types(element, seen, holds);
    }
    seen.push(type_oid);
    holds(type_oid)
        && parts(type_oid)
            .into_iter()
            .all(|part| all_new_types(part, seen, holds))
}

/// The types of which the values of a type consist.
fn parts(type_oid: Oid) -> Vec<Oid> {
    let base = comparison::base_type(type_oid);
    if base != type_oid {
        return vec![base];
    }
    // SAFETY: questions about a type.
    let bounds = unsafe {
        [
            pg_sys::get_range_subtype(type_oid),
            pg_sys::get_multirange_range(type_oid),
        ]
    };
    let bounds = bounds.into_iter().filter(|&part| part != Oid::INVALID);
    let fields = tuple::fields(type_oid);
    bounds.chain(fields.iter().map(|(_, field)| *field)).collect()
}

fn type_owner(type_oid: Oid) -> Option<Oid> {
    // SAFETY: the tuple is read before it is let go of.
    unsafe {
        let row = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::TYPEOID as i32, type_oid.into());
        if row.is_null() {
            return None;
        }
        let owner = (*pg_sys::GETSTRUCT(row).cast::<pg_sys::FormData_pg_type>()).typowner;
        pg_sys::ReleaseSysCache(row);
        Some(owner)
    }
}
