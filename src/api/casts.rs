//! Casts of text by rules of this extension. Casts that PostgreSQL has itself are plain SQL, in
//! `sql/install/casts.sql`; `sql/manual/casts.sql` writes the comments of all.

use crate::error::Error;
use crate::pg::arguments::WordBytes;
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::input::{self, Cash, Date, Interval, Numeric, Timestamp, TimestampWithZone, domain_value};
use crate::values::moment::Order;
use crate::values::{boolean, money, number, uri};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/casts.sql",
    requires = [
        "types",
        cast_text_to_boolean,
        cast_text_to_numeric,
        cast_text_to_numeric_by_marks,
        cast_text_to_mathesar_money,
        cast_text_to_mathesar_money_by_marks,
        cast_text_to_money,
        cast_text_to_date,
        cast_text_to_timestamp,
        cast_text_to_date_by_order,
        cast_text_to_timestamp_by_order,
        cast_text_to_timestamp_with_zone_by_order,
        cast_text_to_interval,
        cast_text_to_uri
    ]
);
extension_sql_file!(
    "../../sql/manual/casts.sql",
    name = "casts_manual",
    requires = ["casts"]
);

domain_value!(
    /// Our domain over `numeric`, which checks nothing.
    MathesarMoney over Numeric,
    "mathesar_types.mathesar_money"
);
domain_value!(
    /// Our domain over `text`, for text that [`uri`] takes for a URI.
    UriText over NewText,
    "mathesar_types.uri"
);

#[pg_extern(schema = "msar", name = "cast_to_boolean", immutable, strict, parallel_safe)]
fn cast_text_to_boolean(value: TextBytes) -> Result<bool, ErrorReport> {
    let hint = "Accepted values are 1, on, t, true, y, yes and 0, off, f, false, n, no. Case is ignored, blanks are not.";
    boolean::read_boolean(value.0).ok_or_else(|| refused(value, "boolean", hint))
}

#[pg_extern(schema = "msar", name = "cast_to_numeric", immutable, strict, parallel_safe)]
fn cast_text_to_numeric(value: TextBytes) -> Result<Numeric, ErrorReport> {
    let hint = "Ambiguous text is refused: 1,500 can mean 1500 or 1.5. \
        Pass the separators: msar.cast_to_numeric(value, group_sep, decimal_p).";
    number::read_number(value.0)
        .map(|plain| input::numeric(&plain))
        .ok_or_else(|| refused(value, "numeric", hint))
}

#[pg_extern(schema = "msar", name = "cast_to_numeric", immutable, strict, parallel_safe)]
fn cast_text_to_numeric_by_marks(value: TextBytes, group_sep: i8, decimal_p: i8) -> Numeric {
    input::numeric(&number::with_separators(
        value.0,
        mark(group_sep),
        mark(decimal_p),
    ))
}

#[pg_extern(schema = "msar", name = "cast_to_mathesar_money", immutable, strict, parallel_safe, requires = ["types"])]
fn cast_text_to_mathesar_money(value: TextBytes) -> Result<MathesarMoney, ErrorReport> {
    let hint = "Ambiguous text is refused: $1,500 can mean 1500 or 1.5. Pass the separators and currency marks: \
        msar.cast_to_mathesar_money(value, group_sep, decimal_p, curr_pref, curr_suff).";
    money::read_money(value.0)
        .map(|plain| MathesarMoney(input::numeric(&plain)))
        .ok_or_else(|| refused(value, "mathesar_types.mathesar_money", hint))
}

#[pg_extern(schema = "msar", name = "cast_to_mathesar_money", immutable, strict, parallel_safe, requires = ["types"])]
fn cast_text_to_mathesar_money_by_marks(
    value: TextBytes,
    group_sep: i8,
    decimal_p: i8,
    curr_pref: WordBytes,
    curr_suff: WordBytes,
) -> MathesarMoney {
    let plain = money::with_marks(
        value.0,
        mark(group_sep),
        mark(decimal_p),
        curr_pref.0,
        curr_suff.0,
    );
    MathesarMoney(input::numeric(&plain))
}

// Like PostgreSQL's own, which reads by lc_monetary.
#[pg_extern(schema = "msar", name = "cast_to_money", stable, strict, parallel_safe)]
fn cast_text_to_money(value: TextBytes) -> Result<Cash, ErrorReport> {
    let hint = "The text must begin or end with the currency symbol of the server's lc_monetary. \
        msar.cast_to_mathesar_money knows other currencies.";
    if !input::has_currency_symbol(value) {
        return Err(refused(value, "money", hint));
    }
    Ok(input::cash(value))
}

#[pg_extern(schema = "msar", name = "cast_to_date", stable, strict, parallel_safe)]
fn cast_text_to_date(value: TextBytes) -> Result<Date, ErrorReport> {
    let hint = "A time other than midnight in UTC would be lost. Cast to a timestamp first.";
    if is_plain_date(value.0) {
        return Ok(input::date(value));
    }
    input::date_at_midnight_utc(value).ok_or_else(|| refused(value, "date", hint))
}

#[pg_extern(
    schema = "msar",
    name = "cast_to_timestamp_without_time_zone",
    stable,
    strict,
    parallel_safe
)]
fn cast_text_to_timestamp(value: TextBytes) -> Result<Timestamp, ErrorReport> {
    let hint = "Its time zone would be lost. Cast to timestamp with time zone.";
    if is_plain_timestamp(value.0) {
        return Ok(input::timestamp(value));
    }
    input::timestamp_in_utc(value).ok_or_else(|| refused(value, "timestamp without time zone", hint))
}

// The same in an order of day, month and year that the values of a column have shown.
#[pg_extern(schema = "msar", name = "cast_to_date", stable, strict, parallel_safe)]
fn cast_text_to_date_by_order(value: TextBytes, date_order: WordBytes) -> Result<Date, ErrorReport> {
    input::in_date_order(order(date_order)?, || cast_text_to_date(value))
}

#[pg_extern(
    schema = "msar",
    name = "cast_to_timestamp_without_time_zone",
    stable,
    strict,
    parallel_safe
)]
fn cast_text_to_timestamp_by_order(
    value: TextBytes,
    date_order: WordBytes,
) -> Result<Timestamp, ErrorReport> {
    input::in_date_order(order(date_order)?, || cast_text_to_timestamp(value))
}

#[pg_extern(
    schema = "msar",
    name = "cast_to_timestamp_with_time_zone",
    stable,
    strict,
    parallel_safe
)]
fn cast_text_to_timestamp_with_zone_by_order(
    value: TextBytes,
    date_order: WordBytes,
) -> Result<TimestampWithZone, ErrorReport> {
    Ok(input::in_date_order(order(date_order)?, || {
        input::timestamp_with_zone(value)
    }))
}

fn order(name: WordBytes) -> Result<Order, ErrorReport> {
    Order::ALL
        .into_iter()
        .find(|order| order.name().as_bytes() == name.0)
        .ok_or_else(|| {
            Error::InvalidArgument {
                argument: "date_order",
                problem: TextBytes(name.0).to_message(),
                hint: "Pass YMD, DMY or MDY.",
            }
            .into()
        })
}

#[pg_extern(schema = "msar", name = "cast_to_interval", immutable, strict, parallel_safe)]
fn cast_text_to_interval(value: TextBytes) -> Result<Interval, ErrorReport> {
    let hint = "A number alone has no unit: write '1 day', '01:30' or 'PT1H30M'.";
    if number::is_plain(value.0) {
        return Err(refused(value, "interval", hint));
    }
    Ok(input::interval(value))
}

#[pg_extern(schema = "msar", name = "cast_to_uri", immutable, strict, parallel_safe, requires = ["types"])]
fn cast_text_to_uri(value: TextBytes) -> Result<UriText, ErrorReport> {
    let hint = "The text must begin with a scheme such as https:, or with the name of a host in a known top-level domain.";
    if uri::is_uri(value.0) {
        return Ok(UriText(NewText(value.0.to_vec())));
    }
    uri::from_web_address(value.0)
        .map(|text| UriText(NewText(text)))
        .ok_or_else(|| refused(value, "mathesar_types.uri", hint))
}

/// An argument of type `"char"`: the empty string means none, and is stored as a zero byte.
fn mark(mark: i8) -> Option<u8> {
    (mark != 0).then_some(mark as u8)
}

/// `2020-01-02` and its like: two equal separators, nothing else. It has no time to lose.
fn is_plain_date(text: &[u8]) -> bool {
    // As records have it; with more digits for the year than a timestamp has.
    let text = text
        .strip_suffix(b" AD")
        .or(text.strip_suffix(b" BC"))
        .unwrap_or(text);
    if text.len() > 13 {
        return false;
    }
    let mut separators = text.iter().filter(|byte| !byte.is_ascii_digit());
    let pair = (separators.next(), separators.next(), separators.next());
    matches!(pair, (Some(b'-' | b'/' | b'.'), Some(_), None) if pair.0 == pair.1)
}

/// `2020-01-02 03:04:05.678` and its beginnings: it has no time zone.
fn is_plain_timestamp(text: &[u8]) -> bool {
    match text.split_at_checked(10) {
        Some((date, time)) => {
            is_plain_date(date)
                && time.is_empty()
                    | matches!(time, [b' ' | b'T', time @ ..] if time.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')))
        }
        None => is_plain_date(text),
    }
}

fn refused(value: TextBytes, target: &'static str, hint: &'static str) -> ErrorReport {
    Error::NotCastable {
        value: value.to_message(),
        target,
        hint,
    }
    .into()
}
