//! Values as text and as JSON by nothing but the output functions of their types.
//!
//! `to_jsonb` and `value::text` call a cast that the owner of the type has made, with the privileges of whoever reads.
//! Only a superuser gives a base type its output function, but anybody may create an enum, a range or a composite type, and
//! casts from it. So values of such types are shown without their casts, unless a superuser owns the type.

use crate::pg::{Oid, comparison, ownership, server, tuple};
use pgrx::pg_sys;

/// A value of a type as text: an SQL expression.
pub(crate) fn as_text(sql: &str, type_oid: Oid) -> String {
    match are_trusted(type_oid) {
        true => format!("{sql}::pg_catalog.text"),
        false => format!("__msar.plain_text({sql})"),
    }
}

/// A value of a type as jsonb: an SQL expression.
pub(crate) fn as_jsonb(sql: &str, type_oid: Oid) -> String {
    match are_trusted(type_oid) {
        true => format!("pg_catalog.to_jsonb({sql})"),
        false => format!("__msar.plain_jsonb({sql})"),
    }
}

/// A value of a type as something that `to_jsonb` writes without asking its owner.
pub(crate) fn as_json_member(sql: &str, type_oid: Oid) -> String {
    if are_trusted(type_oid) {
        return sql.into();
    }
    let base = comparison::base_type(type_oid);
    match comparison::element_type(base).is_some() || !tuple::fields(base).is_empty() {
        true => format!("__msar.plain_jsonb({sql})"),
        false => format!("__msar.plain_text({sql})"),
    }
}

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
