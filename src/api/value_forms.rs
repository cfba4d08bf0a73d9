//! Dates, times and intervals in the form that they have in records: one overloaded function, which the statements of
//! `record` call once a value.

use crate::catalog::datetime::{self, Form};
use crate::pg::bytes::NewText;
use crate::pg::moment::{Date, Interval, Time, TimeWithZone, Timestamp, TimestampWithZone};
use pgrx::prelude::*;

/// A form is ASCII, which is the same in every encoding.
fn text(form: Form) -> NewText {
    NewText(form.as_bytes().to_vec())
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_date(value: Date) -> NewText {
    text(datetime::date(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_time(value: Time) -> NewText {
    text(datetime::time(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_time_with_zone(value: TimeWithZone) -> NewText {
    text(datetime::time_with_zone(value.0, value.1))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_timestamp(value: Timestamp) -> NewText {
    text(datetime::timestamp(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", stable, strict, parallel_safe)]
fn json_form_of_timestamp_with_zone(value: TimestampWithZone) -> NewText {
    text(datetime::moment(value.0))
}

#[pg_extern(schema = "__msar", name = "json_form", immutable, strict, parallel_safe)]
fn json_form_of_interval(value: Interval) -> NewText {
    text(datetime::interval(value.0, value.1, value.2))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.json_form(date) IS
$$A date as records have it in JSON. Arguments: the date. Returns: YYYY-MM-DD AD or BC; infinity, -infinity. Errors: none. Example: SELECT __msar.json_form('1970-01-02'::date);$$;

COMMENT ON FUNCTION __msar.json_form(time without time zone) IS
$$A time as records have it in JSON. Arguments: the time. Returns: HH:MM:SS.f, with at least one digit of a fraction. Errors: none. Example: SELECT __msar.json_form('12:30'::time);$$;

COMMENT ON FUNCTION __msar.json_form(time with time zone) IS
$$A time as records have it in JSON. Arguments: the time. Returns: HH:MM:SS.f and Z or +HH:MM. Errors: none. Example: SELECT __msar.json_form('12:30+02'::timetz);$$;

COMMENT ON FUNCTION __msar.json_form(timestamp without time zone) IS
$$A timestamp as records have it in JSON. Arguments: the timestamp. Returns: YYYY-MM-DDTHH:MM:SS.f AD or BC; infinity, -infinity. Errors: none. Example: SELECT __msar.json_form('1970-01-02'::timestamp);$$;

COMMENT ON FUNCTION __msar.json_form(timestamp with time zone) IS
$$A moment as records have it in JSON, in the session's time zone. Arguments: the moment. Returns: YYYY-MM-DDTHH:MM:SS.f, Z or +HH:MM, and AD or BC; infinity, -infinity. Errors: none. Example: SELECT __msar.json_form(now());$$;

COMMENT ON FUNCTION __msar.json_form(interval) IS
$$An interval as records have it in JSON, whatever IntervalStyle says. Arguments: the interval. Returns: P1Y2M3DT4H5M6.7S, always with all parts. Errors: none. Example: SELECT __msar.json_form('1 day 02:03'::interval);$$;
"#,
    name = "comment_json_form",
    requires = [
        json_form_of_date,
        json_form_of_time,
        json_form_of_time_with_zone,
        json_form_of_timestamp,
        json_form_of_timestamp_with_zone,
        json_form_of_interval
    ]
);
