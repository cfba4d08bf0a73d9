//! Casting the values of a column to another type: by `msar.cast_to_<type>` if there is one for the target, otherwise
//! by PostgreSQL's cast.

use crate::definition::alteration::CastOptions;
use crate::error::Error;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, names, quote, server};
use pgrx::pg_sys;

use super::column_type;
use super::error::TablesError;

/// The SQL expression that casts `value`, an SQL expression of type `source`: a name, or something in parentheses.
pub(crate) fn compile_cast(
    value: &str,
    source: Oid,
    target: Oid,
    options: &CastOptions,
) -> Result<String, Error> {
    if source == target {
        return Ok(value.to_owned());
    }
    let source_sql = column_type::to_sql(plain(source))?;
    let target_sql = column_type::to_sql(plain(target))?;
    let no_cast = || TablesError::NoCast {
        source_type: source_sql.clone(),
        target: target_sql.clone(),
    };
    if type_name::is_pseudo(target) {
        return Err(no_cast().into());
    }
    let base = type_name::base(source);
    let is_text = type_name::is_string(base);
    let Some(function) = find_cast_function(target, &target_sql) else {
        return Ok(if is_text || type_name::has_own_cast(base, target) {
            format!("{value}::{target_sql}")
        } else {
            format!("{value}::pg_catalog.text::{target_sql}")
        });
    };
    // Arrays, enums and types of users have no `cast_to_*` functions except those to text, so they are cast through
    // text.
    let (argument, argument_type) = if is_known(base) {
        (value.to_owned(), source)
    } else {
        (format!("{value}::pg_catalog.text"), pg_sys::TEXTOID)
    };
    if !names::takes_argument("msar", function, argument_type) {
        return Err(no_cast().into());
    }
    let marks = if is_text {
        marks(target, &target_sql, options)
    } else {
        String::new()
    };
    Ok(format!("msar.{function}({argument}{marks})"))
}

fn plain(oid: Oid) -> TypeId {
    TypeId { oid, modifier: -1 }
}

/// Whether our casts take a type as it is.
fn is_known(base: Oid) -> bool {
    let is_array = plain(base).element().is_some();
    let is_ours = || {
        plain(base)
            .to_sql()
            .is_some_and(|name| name.starts_with("mathesar_types."))
    };
    !is_array && (server::is_built_in(base) || is_ours())
}

/// The `cast_to_*` function for a type. A test compares the names with the existing functions.
pub(super) fn find_cast_function(target: Oid, target_sql: &str) -> Option<&'static str> {
    Some(match target {
        pg_sys::BOOLOID => "cast_to_boolean",
        pg_sys::INT2OID => "cast_to_smallint",
        pg_sys::INT4OID => "cast_to_integer",
        pg_sys::INT8OID => "cast_to_bigint",
        pg_sys::FLOAT4OID => "cast_to_real",
        pg_sys::FLOAT8OID => "cast_to_double_precision",
        pg_sys::NUMERICOID => "cast_to_numeric",
        pg_sys::MONEYOID => "cast_to_money",
        pg_sys::DATEOID => "cast_to_date",
        pg_sys::TIMESTAMPOID => "cast_to_timestamp_without_time_zone",
        pg_sys::TIMESTAMPTZOID => "cast_to_timestamp_with_time_zone",
        pg_sys::TIMEOID => "cast_to_time_without_time_zone",
        pg_sys::TIMETZOID => "cast_to_time_with_time_zone",
        pg_sys::INTERVALOID => "cast_to_interval",
        pg_sys::UUIDOID => "cast_to_uuid",
        pg_sys::JSONOID => "cast_to_json",
        pg_sys::JSONBOID => "cast_to_jsonb",
        pg_sys::TEXTOID => "cast_to_text",
        pg_sys::VARCHAROID => "cast_to_character_varying",
        pg_sys::BPCHAROID => "cast_to_character",
        pg_sys::NAMEOID => "cast_to_name",
        pg_sys::CHAROID => "cast_to__double_quote_char_double_quote_",
        _ => match target_sql.strip_prefix("mathesar_types.")? {
            "mathesar_money" => "cast_to_mathesar_money",
            "multicurrency_money" => "cast_to_multicurrency_money",
            "email" => "cast_to_email",
            "uri" => "cast_to_uri",
            "mathesar_json_array" => "cast_to_mathesar_json_array",
            "mathesar_json_object" => "cast_to_mathesar_json_object",
            _ => return None,
        },
    })
}

/// The cast options, as further arguments of a cast from text.
fn marks(target: Oid, target_sql: &str, options: &CastOptions) -> String {
    let CastOptions {
        group_sep,
        decimal_p,
        curr_pref,
        curr_suff,
        date_order,
    } = options;
    let marks: &[&Option<String>] = match target {
        pg_sys::NUMERICOID => &[group_sep, decimal_p],
        pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => &[date_order],
        _ if target_sql == "mathesar_types.mathesar_money" => &[group_sep, decimal_p, curr_pref, curr_suff],
        _ => &[],
    };
    if marks.iter().all(|mark| mark.is_none()) {
        return String::new();
    }
    let literals = marks
        .iter()
        .map(|mark| format!(", {}", quote::literal(mark.as_deref().unwrap_or(""))));
    literals.collect()
}
