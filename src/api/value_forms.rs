//! Dates, times and intervals in the form that records have in JSON: one overloaded function, which the statements of
//! `records` call once per value.

use crate::catalog::datetime::{self, DatetimeText};
use crate::error::Error;
use crate::pg::arguments::JsonArgument;
use crate::pg::bytes::NewText;
use crate::pg::moment::{Date, Interval, Time, TimeWithZone, Timestamp, TimestampWithZone};
use crate::pg::parameter;
use crate::pg::results::JsonbResult;
use crate::records::long_numbers;
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
        long_numbers_as_text
    ]
);

/// A form is ASCII, which is the same in every encoding.
fn text(form: DatetimeText) -> NewText {
    NewText(form.as_bytes().to_vec())
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_date(value: Date) -> NewText {
    text(datetime::format_date(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_time(value: Time) -> NewText {
    text(datetime::format_time(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_time_with_zone(value: TimeWithZone) -> NewText {
    text(datetime::format_time_with_zone(value.0, value.1))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_timestamp(value: Timestamp) -> NewText {
    text(datetime::format_timestamp(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", stable, strict, parallel_safe)]
fn json_form_of_timestamp_with_zone(value: TimestampWithZone) -> NewText {
    text(datetime::format_moment(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_interval(value: Interval) -> NewText {
    text(datetime::format_interval(value.0, value.1, value.2))
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
