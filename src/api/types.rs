//! The checks of the domains for users' columns, and what explorations group values by: parts of URIs, peaks of times
//! and months. The domains and aggregates are in `sql/install/types.sql`.

use crate::pg::bytes::{NewText, TextBytes};
use crate::values::uri::Uri;
use crate::values::{circle, email, uri};
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/types.sql",
    requires = [
        is_email,
        is_uri,
        uri_scheme,
        uri_authority,
        uri_path,
        uri_query,
        uri_fragment,
        add_time,
        add_month,
        peak_time_of,
        peak_month_of
    ]
);
extension_sql_file!(
    "../../sql/manual/types.sql",
    name = "types_manual",
    requires = ["types"]
);

/// The check of the domain `mathesar_types.email`.
#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn is_email(value: TextBytes) -> bool {
    email::is_email(value.0)
}

/// The check of the domain `mathesar_types.uri`.
#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn is_uri(value: TextBytes) -> bool {
    uri::is_uri(value.0)
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn uri_scheme(uri: TextBytes) -> Option<NewText> {
    part(Uri::split(uri.0).scheme)
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn uri_authority(uri: TextBytes) -> Option<NewText> {
    part(Uri::split(uri.0).authority)
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn uri_path(uri: TextBytes) -> Option<NewText> {
    part(Some(Uri::split(uri.0).path))
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn uri_query(uri: TextBytes) -> Option<NewText> {
    part(Uri::split(uri.0).query)
}

#[pg_extern(schema = "msar", immutable, strict, parallel_safe)]
fn uri_fragment(uri: TextBytes) -> Option<NewText> {
    part(Uri::split(uri.0).fragment)
}

fn part(part: Option<&[u8]>) -> Option<NewText> {
    part.map(|part| NewText(part.to_vec()))
}

/// The state of both aggregates is a vector, which SQL calls a point: its sum is PostgreSQL's own.
#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn add_time(sum: pg_sys::Point, moment: Time) -> pg_sys::Point {
    add_points(sum, circle::of_time(moment.into_inner()))
}

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn add_month(sum: pg_sys::Point, day: pgrx::datum::Date) -> pg_sys::Point {
    if day.is_finite() {
        add_points(sum, circle::of_day(day.into_inner()))
    } else {
        sum
    }
}

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn peak_time_of(sum: pg_sys::Point) -> Option<Time> {
    circle::peak_time((sum.x, sum.y)).map(Time::modular_from_raw)
}

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn peak_month_of(sum: pg_sys::Point) -> Option<i32> {
    circle::peak_month((sum.x, sum.y))
}

fn add_points(sum: pg_sys::Point, (x, y): (f64, f64)) -> pg_sys::Point {
    pg_sys::Point {
        x: sum.x + x,
        y: sum.y + y,
    }
}
