//! Values as text and as JSON by nothing but the output functions of their types, and read from text by nothing but their
//! input functions: SQL expressions.
//!
//! Values of types whose casts may be a user's (see [`own_casts`]) are shown and read without them.

use crate::pg::column_type::Content;
use crate::pg::{Oid, comparison, own_casts, parameter, server, tuple};
use pgrx::pg_sys;

/// A value of a type as text: an SQL expression.
pub(crate) fn as_text(sql: &str, type_oid: Oid) -> String {
    if !own_casts::are_trusted(type_oid) {
        format!("__msar.plain_text({sql})")
    } else if comparison::base_type(type_oid) == pg_sys::INETOID {
        // The cast to text adds the length of the netmask to an address that is printed without.
        format!("pg_catalog.abbrev({sql})")
    } else {
        format!("{sql}::pg_catalog.text")
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

/// A text as a value of a type: an SQL expression. A cast may be anybody's, and need not give back the value that has the text.
pub(crate) fn from_text(sql: &str, type_oid: Oid, type_name: &str) -> String {
    match server::is_built_in(type_oid) {
        true => format!("CAST(({sql}) AS {type_name})"),
        false => format!("__msar.read_value({sql}, {})", typed_null(type_name)),
    }
}

/// JSON in the form that records have as a value of a type, which is no domain: an SQL expression. No cast is called that the
/// owner of the type has made.
pub(crate) fn from_json(json: &str, base: Oid, type_name: &str) -> String {
    let read_as = |declared: &str| {
        format!(
            "(SELECT r.v FROM pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', {json})) AS r(v {declared}))"
        )
    };
    match Content::of_type(base) {
        // Elements that are strings hold JSON text.
        Content::JsonArray => format!("CAST({} AS {type_name})", read_as("pg_catalog.text[]")),
        // Arrays and rows as JSON has them, or as PostgreSQL prints them.
        Content::Composite => read_as(type_name),
        Content::Other if parameter::is_array(base) => read_as(type_name),
        Content::Other | Content::Json => from_text(
            &format!("({json}) OPERATOR(pg_catalog.#>>) '{{}}'"),
            base,
            type_name,
        ),
    }
}

/// NULL of a type. A domain may refuse it where it is evaluated, which it is not here.
pub(crate) fn typed_null(type_name: &str) -> String {
    format!("(SELECT CAST(NULL AS {type_name}) WHERE false)")
}
