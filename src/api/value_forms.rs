//! Dates, times and intervals in the form that records have in JSON: one overloaded function, which the statements of
//! `records` call once per value.

use crate::catalog::datetime::{self, DatetimeText};
use crate::error::Error;
use crate::pg::arguments::JsonArgument;
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::moment::{Date, Interval, Time, TimeWithZone, Timestamp, TimestampWithZone};
use crate::pg::parameter::{self, ReadValue};
use crate::pg::plain_value::{PlainJson, PlainText};
use crate::pg::results::JsonbResult;
use crate::pg::text;
use crate::records::long_numbers;
use crate::values::float;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::value::RawValue;

extension_sql_file!(
    "../../sql/manual/value_forms.sql",
    name = "value_forms_manual",
    requires = [
        json_form_of_date,
        json_form_of_time,
        json_form_of_time_with_zone,
        json_form_of_timestamp,
        json_form_of_timestamp_with_zone,
        json_form_of_interval,
        contract_floats,
        long_numbers_as_text,
        plain_text,
        plain_jsonb,
        read_value
    ]
);

/// A form is ASCII, which is the same in every encoding.
fn form_text(form: DatetimeText) -> NewText {
    NewText(form.as_bytes().to_vec())
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_date(value: Date) -> NewText {
    form_text(datetime::format_date(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_time(value: Time) -> NewText {
    form_text(datetime::format_time(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_time_with_zone(value: TimeWithZone) -> NewText {
    form_text(datetime::format_time_with_zone(value.0, value.1))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_timestamp(value: Timestamp) -> NewText {
    form_text(datetime::format_timestamp(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", stable, strict, parallel_safe)]
fn json_form_of_timestamp_with_zone(value: TimestampWithZone) -> NewText {
    form_text(datetime::format_moment(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_interval(value: Interval) -> NewText {
    form_text(datetime::format_interval(value.0, value.1, value.2))
}

/// Numbers in JSON as Mathesar's service prints floating-point numbers.
#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn contract_floats(numbers: TextBytes<'_>) -> NewText {
    NewText::encode(&float::as_python_prints(&numbers.decode()))
}

/// A value as its type prints it, where `value::text` would call a cast of the type's owner.
#[pg_extern(schema = "__msar", stable, strict, parallel_safe)]
fn plain_text(value: PlainText) -> NewText {
    NewText(text::to_server(&value.0))
}

/// A value as JSON, where `to_jsonb` would.
#[pg_extern(schema = "__msar", stable, strict, parallel_safe)]
fn plain_jsonb(value: PlainJson) -> Result<JsonbResult, ErrorReport> {
    let json = RawValue::from_string(value.0).map_err(Error::Serialization)?;
    Ok(JsonbResult::new(&json)?)
}

/// A text as a value of the second argument's type, where a cast would call one of the type's owner.
#[pg_extern(
    sql = "CREATE FUNCTION __msar.read_value(value text, as_type anyelement) RETURNS anyelement LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn read_value(call: pg_sys::FunctionCallInfo) -> ReadValue {
    ReadValue::of_call(call)
}

/// Rows within records, whose JSON PostgreSQL makes.
#[pg_extern(schema = "__msar", stable, strict, parallel_safe)]
fn long_numbers_as_text(value: JsonArgument, type_oid: pg_sys::Oid) -> Result<JsonbResult, ErrorReport> {
    if !parameter::is_type(type_oid) {
        return Err(Error::InvalidArgument {
            argument: "type_oid",
            problem: format!("there is no type with OID {}", type_oid.to_u32()),
            hint: "Pass the OID of the value's type.",
        }
        .into());
    }
    let json = long_numbers::as_text(value.text(), type_oid)?;
    let json = RawValue::from_string(json).map_err(Error::Serialization)?;
    Ok(JsonbResult::new(&json)?)
}
