//! Values as text and as JSON by nothing but the output functions of their types: SQL expressions.
//!
//! Values of types whose casts may be a user's (see [`own_casts`]) are shown without them.

use crate::pg::{Oid, comparison, own_casts, tuple};

/// A value of a type as text: an SQL expression.
pub(crate) fn as_text(sql: &str, type_oid: Oid) -> String {
    match own_casts::are_trusted(type_oid) {
        true => format!("{sql}::pg_catalog.text"),
        false => format!("__msar.plain_text({sql})"),
    }
}

/// A value of a type as jsonb: an SQL expression.
pub(crate) fn as_jsonb(sql: &str, type_oid: Oid) -> String {
    match own_casts::are_trusted(type_oid) {
        true => format!("pg_catalog.to_jsonb({sql})"),
        false => format!("__msar.plain_jsonb({sql})"),
    }
}

/// A value of a type as something that `to_jsonb` writes without asking its owner.
pub(crate) fn as_json_member(sql: &str, type_oid: Oid) -> String {
    if own_casts::are_trusted(type_oid) {
        return sql.into();
    }
    let base = comparison::base_type(type_oid);
    match comparison::element_type(base).is_some() || !tuple::fields(base).is_empty() {
        true => format!("__msar.plain_jsonb({sql})"),
        false => format!("__msar.plain_text({sql})"),
    }
}
