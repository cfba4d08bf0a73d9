//! Dates, times and intervals as the JSON documents show them: fixed forms that depend on no session setting but the
//! time zone. Functions of PostgreSQL's internal representation, pure but for that one.

use crate::pg::value::{self, Value};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// Days from 0000-03-01 to 2000-01-01, PostgreSQL's day zero, in the proleptic Gregorian calendar.
const DAYS_TO_EPOCH: i64 = 730_425;
const DAYS_PER_ERA: i64 = 146_097;

/// The text of a value: ASCII, written in place, since a page or an export has many of them.
pub(crate) struct DatetimeText {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl DatetimeText {
    /// Longer than an interval with the greatest numbers.
    const LONGEST: usize = 80;

    fn new() -> Self {
        Self {
            bytes: [0; Self::LONGEST],
            length: 0,
        }
    }

    fn from_text(text: &str) -> Self {
        let mut form = Self::new();
        form.push(text);
        form
    }

    fn push(&mut self, text: &str) {
        let end = self.length + text.len();
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
    }

    /// A number, with a sign if it is negative, and with zeros before it up to a number of digits.
    fn push_number(&mut self, number: i64, digits: usize) {
        const MOST: usize = 20;
        if number < 0 {
            self.push("-");
        }
        let mut rest = number.unsigned_abs();
        let mut reversed = [b'0'; MOST];
        let mut count = 0;
        while rest > 0 || count < digits.max(1) {
            reversed[count] = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
        }
        for &digit in reversed[..count].iter().rev() {
            self.bytes[self.length] = digit;
            self.length += 1;
        }
    }

    /// The digits of a number of microseconds, without zeros at the end.
    fn push_fraction(&mut self, micros: i64) {
        self.push_number(micros, 6);
        while self.length > 0 && self.bytes[self.length - 1] == b'0' {
            self.length -= 1;
        }
    }

    /// A number of days since 2000-01-01 as a calendar day (`YYYY-MM-DD`); gives its era.
    ///
    /// Years are counted from March, so that the leap day is the last of a year, and in eras of 400 years, after which
    /// the Gregorian calendar repeats.
    fn push_day(&mut self, days: i64) -> &'static str {
        let days = days + DAYS_TO_EPOCH;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let (year, era) = if year > 0 {
            (year, " AD")
        } else {
            (1 - year, " BC")
        };
        self.push_number(year, 4);
        self.push("-");
        self.push_number(month, 2);
        self.push("-");
        self.push_number(day, 2);
        era
    }

    /// Microseconds since midnight.
    fn push_time(&mut self, micros: i64) {
        let seconds = micros / MICROS_PER_SECOND;
        self.push_number(seconds / 3600, 2);
        self.push(":");
        self.push_number(seconds / 60 % 60, 2);
        self.push(":");
        self.push_number(seconds % 60, 2);
        self.push(".");
        match micros % MICROS_PER_SECOND {
            0 => self.push("0"),
            fraction => self.push_fraction(fraction),
        }
    }

    /// `Z`, or `+HH:MM`, and `:SS` where it has seconds: seconds east of UTC.
    fn push_utc_offset(&mut self, seconds: i64) {
        if seconds == 0 {
            return self.push("Z");
        }
        self.push(if seconds < 0 { "-" } else { "+" });
        self.push_number(seconds.abs() / 3600, 2);
        self.push(":");
        self.push_number(seconds.abs() / 60 % 60, 2);
        // Local time before there were time zones.
        if seconds % 60 != 0 {
            self.push(":");
            self.push_number(seconds.abs() % 60, 2);
        }
    }
}

impl std::ops::Deref for DatetimeText {
    type Target = str;

    fn deref(&self) -> &str {
        // Nothing but ASCII was pushed.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// Days since 2000-01-01 as `YYYY-MM-DD AD`.
pub(crate) fn format_date(days: i32) -> DatetimeText {
    match days {
        i32::MAX => DatetimeText::from_text("infinity"),
        i32::MIN => DatetimeText::from_text("-infinity"),
        _ => {
            let mut form = DatetimeText::new();
            let era = form.push_day(days.into());
            form.push(era);
            form
        }
    }
}

/// Microseconds since midnight as `HH24:MI:SS.f`.
pub(crate) fn format_time(micros: i64) -> DatetimeText {
    let mut form = DatetimeText::new();
    form.push_time(micros);
    form
}

/// A time and its zone, in seconds west of UTC.
pub(crate) fn format_time_with_zone(micros: i64, zone: i32) -> DatetimeText {
    let mut form = format_time(micros);
    form.push_utc_offset((-zone).into());
    form
}

/// Microseconds since 2000-01-01 as `YYYY-MM-DDTHH24:MI:SS.f AD`.
pub(crate) fn format_timestamp(micros: i64) -> DatetimeText {
    timestamp_and_offset(micros, None)
}

/// The same for a local time, `offset` seconds east of UTC.
pub(crate) fn format_timestamp_with_zone(micros: i64, offset: i64) -> DatetimeText {
    timestamp_and_offset(micros, Some(offset))
}

/// Microseconds since 2000-01-01 UTC, in the session's time zone.
pub(crate) fn format_moment(micros: i64) -> DatetimeText {
    match value::timestamp_with_zone(micros) {
        Value::TimestampWithZone(local, offset) => format_timestamp_with_zone(local, offset),
        _ => format_timestamp(micros),
    }
}

fn timestamp_and_offset(micros: i64, offset: Option<i64>) -> DatetimeText {
    match micros {
        i64::MAX => DatetimeText::from_text("infinity"),
        i64::MIN => DatetimeText::from_text("-infinity"),
        _ => {
            let mut form = DatetimeText::new();
            let era = form.push_day(micros.div_euclid(MICROS_PER_DAY));
            form.push("T");
            form.push_time(micros.rem_euclid(MICROS_PER_DAY));
            if let Some(offset) = offset {
                form.push_utc_offset(offset);
            }
            form.push(era);
            form
        }
    }
}

/// An interval in ISO 8601 form with all of its parts.
pub(crate) fn format_interval(months: i32, days: i32, micros: i64) -> DatetimeText {
    match (months, days, micros) {
        (i32::MAX, i32::MAX, i64::MAX) => return DatetimeText::from_text("infinity"),
        (i32::MIN, i32::MIN, i64::MIN) => return DatetimeText::from_text("-infinity"),
        _ => {}
    }
    let seconds = micros / MICROS_PER_SECOND;
    let fraction = (micros % MICROS_PER_SECOND).abs();
    let mut form = DatetimeText::from_text("P");
    let parts = [
        (i64::from(months / 12), "Y"),
        (i64::from(months % 12), "M"),
        (i64::from(days), "DT"),
        (seconds / 3600, "H"),
        (seconds / 60 % 60, "M"),
    ];
    for (number, unit) in parts {
        form.push_number(number, 1);
        form.push(unit);
    }
    if micros < 0 && seconds % 60 == 0 && fraction != 0 {
        form.push("-");
    }
    form.push_number(seconds % 60, 1);
    if fraction != 0 {
        form.push(".");
        form.push_fraction(fraction);
    }
    form.push("S");
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(&*format_date(0), "2000-01-01 AD");
        assert_eq!(&*format_date(-1), "1999-12-31 AD");
        assert_eq!(&*format_date(59), "2000-02-29 AD");
        assert_eq!(&*format_date(-10_956), "1970-01-02 AD");
        assert_eq!(&*format_date(-730_119), "0001-01-01 AD");
        assert_eq!(&*format_date(-730_120), "0001-12-31 BC");
        assert_eq!(&*format_date(2_921_939), "9999-12-31 AD");
        assert_eq!(&*format_date(2_921_940), "10000-01-01 AD");
        assert_eq!(&*format_date(i32::MAX), "infinity");
        assert_eq!(&*format_date(i32::MIN), "-infinity");
    }

    #[test]
    fn times() {
        assert_eq!(&*format_time(0), "00:00:00.0");
        assert_eq!(&*format_time(45_045_000_000), "12:30:45.0");
        assert_eq!(&*format_time(18_367_789_000), "05:06:07.789");
        assert_eq!(&*format_time(MICROS_PER_DAY), "24:00:00.0");
        assert_eq!(&*format_time_with_zone(45_045_000_000, 0), "12:30:45.0Z");
        assert_eq!(
            &*format_time_with_zone(45_045_000_000, -19_800),
            "12:30:45.0+05:30"
        );
        assert_eq!(&*format_time_with_zone(0, 3_600), "00:00:00.0-01:00");
        assert_eq!(&*format_time_with_zone(0, -1_172), "00:00:00.0+00:19:32");
    }

    #[test]
    fn timestamps() {
        assert_eq!(&*format_timestamp(0), "2000-01-01T00:00:00.0 AD");
        assert_eq!(&*format_timestamp(-1), "1999-12-31T23:59:59.999999 AD");
        assert_eq!(&*format_timestamp(i64::MIN), "-infinity");
        assert_eq!(
            &*format_timestamp_with_zone(3_600_000_000, 3_600),
            "2000-01-01T01:00:00.0+01:00 AD"
        );
        assert_eq!(&*format_timestamp_with_zone(0, 0), "2000-01-01T00:00:00.0Z AD");
    }

    #[test]
    fn intervals() {
        assert_eq!(&*format_interval(0, 0, 0), "P0Y0M0DT0H0M0S");
        assert_eq!(&*format_interval(14, 3, 14_706_700_000), "P1Y2M3DT4H5M6.7S");
        assert_eq!(&*format_interval(-1, 0, -500_000), "P0Y-1M0DT0H0M-0.5S");
        assert_eq!(&*format_interval(0, 0, -3_661_500_000), "P0Y0M0DT-1H-1M-1.5S");
        assert_eq!(&*format_interval(i32::MAX, i32::MAX, i64::MAX), "infinity");
    }
}
