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
        owner(type_oid).is_some_and(server::is_superuser)
    })
}

/// Whether a role may read values of a type by its input function: the checks of domains that run then are those of
/// superusers, or of roles that can become that role anyway.
pub(crate) fn may_be_read_by(role: Oid, type_oid: Oid) -> bool {
    all_types(type_oid, &|type_oid| {
        let is_domain = comparison::base_type(type_oid) != type_oid;
        !is_domain
            || owner(type_oid)
                .is_some_and(|owner| server::is_superuser(owner) || ownership::can_set_role(owner, role))
    })
}

/// Whether something holds for a type and for all types that are part of its values, but for those of PostgreSQL.
fn all_types(type_oid: Oid, holds: &dyn Fn(Oid) -> bool) -> bool {
    if type_oid.to_u32() < pg_sys::FirstNormalObjectId {
        return true;
    }
    if let Some(element) = comparison::element_type(type_oid) {
        return all_types(element, holds);
    }
    let base = comparison::base_type(type_oid);
    holds(type_oid)
        && match base == type_oid {
            true => (tuple::fields(base).iter()).all(|(_, field)| all_types(*field, holds)),
            false => all_types(base, holds),
        }
}

fn owner(type_oid: Oid) -> Option<Oid> {
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
