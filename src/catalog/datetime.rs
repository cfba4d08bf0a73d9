//! Dates, times and intervals as the JSON documents show them: fixed forms that depend on no session setting but the
//! time zone. Functions of PostgreSQL's internal representation, pure but for that one.

use crate::pg::value::{self, Value};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// Days from 0000-03-01 to 2000-01-01, PostgreSQL's day zero, in the proleptic Gregorian calendar.
const DAYS_TO_EPOCH: i64 = 730_425;
const DAYS_PER_ERA: i64 = 146_097;

/// Days since 2000-01-01 as `YYYY-MM-DD AD`.
pub(crate) fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".into(),
        i32::MIN => "-infinity".into(),
        _ => {
            let (day, era) = calendar_day(days.into());
            format!("{day} {era}")
        }
    }
}

/// Microseconds since midnight as `HH24:MI:SS.f`.
pub(crate) fn time(micros: i64) -> String {
    let seconds = micros / MICROS_PER_SECOND;
    let fraction = format!("{:06}", micros % MICROS_PER_SECOND);
    let fraction = match fraction.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    format!(
        "{:02}:{:02}:{:02}.{fraction}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A time and its zone, in seconds west of UTC.
pub(crate) fn time_with_zone(micros: i64, zone: i32) -> String {
    format!("{}{}", time(micros), utc_offset((-zone).into()))
}

/// Microseconds since 2000-01-01 as `YYYY-MM-DDTHH24:MI:SS.f AD`.
pub(crate) fn timestamp(micros: i64) -> String {
    timestamp_and_suffix(micros, "")
}

/// The same for a local time, `offset` seconds east of UTC.
pub(crate) fn timestamp_with_zone(micros: i64, offset: i64) -> String {
    timestamp_and_suffix(micros, &utc_offset(offset))
}

/// Microseconds since 2000-01-01 UTC, in the session's time zone.
pub(crate) fn moment(micros: i64) -> String {
    match value::timestamp_with_zone(micros) {
        Value::TimestampWithZone(local, offset) => timestamp_with_zone(local, offset),
        _ => timestamp(micros),
    }
}

fn timestamp_and_suffix(micros: i64, suffix: &str) -> String {
    match micros {
        i64::MAX => "infinity".into(),
        i64::MIN => "-infinity".into(),
        _ => {
            let (day, era) = calendar_day(micros.div_euclid(MICROS_PER_DAY));
            format!("{day}T{}{suffix} {era}", time(micros.rem_euclid(MICROS_PER_DAY)))
        }
    }
}

/// An interval in ISO 8601 form with all of its parts.
pub(crate) fn interval(months: i32, days: i32, micros: i64) -> String {
    match (months, days, micros) {
        (i32::MAX, i32::MAX, i64::MAX) => return "infinity".into(),
        (i32::MIN, i32::MIN, i64::MIN) => return "-infinity".into(),
        _ => {}
    }
    let seconds = micros / MICROS_PER_SECOND;
    let fraction = format!("{:06}", (micros % MICROS_PER_SECOND).abs());
    let fraction = fraction.trim_end_matches('0');
    let sign = if micros < 0 && seconds % 60 == 0 && !fraction.is_empty() {
        "-"
    } else {
        ""
    };
    let point = if fraction.is_empty() { "" } else { "." };
    format!(
        "P{}Y{}M{days}DT{}H{}M{sign}{}{point}{fraction}S",
        months / 12,
        months % 12,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
    )
}

/// `Z`, or `+HH:MM`.
fn utc_offset(seconds: i64) -> String {
    if seconds == 0 {
        return "Z".into();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

/// The calendar day (`YYYY-MM-DD`) and the era of a number of days since 2000-01-01.
///
/// Years are counted from March, so that the leap day is the last of a year, and in eras of 400 years, after which
/// the Gregorian calendar repeats.
fn calendar_day(days: i64) -> (String, &'static str) {
    let days = days + DAYS_TO_EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (year, era) = if year > 0 { (year, "AD") } else { (1 - year, "BC") };
    (format!("{year:04}-{month:02}-{day:02}"), era)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(date(0), "2000-01-01 AD");
        assert_eq!(date(-1), "1999-12-31 AD");
        assert_eq!(date(59), "2000-02-29 AD");
        assert_eq!(date(-10_956), "1970-01-02 AD");
        assert_eq!(date(-730_119), "0001-01-01 AD");
        assert_eq!(date(-730_120), "0001-12-31 BC");
        assert_eq!(date(2_921_939), "9999-12-31 AD");
        assert_eq!(date(2_921_940), "10000-01-01 AD");
        assert_eq!(date(i32::MAX), "infinity");
        assert_eq!(date(i32::MIN), "-infinity");
    }

    #[test]
    fn times() {
        assert_eq!(time(0), "00:00:00.0");
        assert_eq!(time(45_045_000_000), "12:30:45.0");
        assert_eq!(time(18_367_789_000), "05:06:07.789");
        assert_eq!(time(MICROS_PER_DAY), "24:00:00.0");
        assert_eq!(time_with_zone(45_045_000_000, 0), "12:30:45.0Z");
        assert_eq!(time_with_zone(45_045_000_000, -19_800), "12:30:45.0+05:30");
        assert_eq!(time_with_zone(0, 3_600), "00:00:00.0-01:00");
    }

    #[test]
    fn timestamps() {
        assert_eq!(timestamp(0), "2000-01-01T00:00:00.0 AD");
        assert_eq!(timestamp(-1), "1999-12-31T23:59:59.999999 AD");
        assert_eq!(timestamp(i64::MIN), "-infinity");
        assert_eq!(
            timestamp_with_zone(3_600_000_000, 3_600),
            "2000-01-01T01:00:00.0+01:00 AD"
        );
        assert_eq!(timestamp_with_zone(0, 0), "2000-01-01T00:00:00.0Z AD");
    }

    #[test]
    fn intervals() {
        assert_eq!(interval(0, 0, 0), "P0Y0M0DT0H0M0S");
        assert_eq!(interval(14, 3, 14_706_700_000), "P1Y2M3DT4H5M6.7S");
        assert_eq!(interval(-1, 0, -500_000), "P0Y-1M0DT0H0M-0.5S");
        assert_eq!(interval(0, 0, -3_661_500_000), "P0Y0M0DT-1H-1M-1.5S");
        assert_eq!(interval(i32::MAX, i32::MAX, i64::MAX), "infinity");
    }
}
