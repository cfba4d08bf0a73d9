//! Dates and times as people write them.
//!
//! PostgreSQL's input functions take many more forms than are accepted here. They take all forms that are accepted
//! here, with the same meaning: so a type that inference suggests can be cast to.

use super::trim_value;

/// The date and time in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) kind: MomentKind,
    /// In which orders its day, month and year can be read.
    pub(crate) orders: Orders,
    /// Whether day and month can be exchanged, which makes it another day.
    pub(crate) is_ambiguous: bool,
    pub(crate) zone: Zone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MomentKind {
    Date,
    /// A date that no timestamp reaches.
    DistantDate,
    /// A date with a time, which may be midnight.
    DateTime {
        midnight: bool,
    },
    Time,
    /// `infinity` and `-infinity`, which a date or a timestamp can be.
    Infinite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    None,
    Utc,
    Other,
}

/// The order of day, month and year where all are numbers, as in PostgreSQL's DateStyle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Order {
    Ymd,
    Dmy,
    Mdy,
}

impl Order {
    pub(crate) const ALL: [Self; 3] = [Self::Ymd, Self::Dmy, Self::Mdy];

    /// As DateStyle names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ymd => "YMD",
            Self::Dmy => "DMY",
            Self::Mdy => "MDY",
        }
    }
}

/// Of which era a year is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Era {
    Common,
    BeforeCommon,
}

/// The last year that all timestamps of the world reach.
const LAST_YEAR_OF_TIMESTAMPS: u32 = 294_275;
/// The last year that all dates reach, and the first one, before the common era.
const LAST_YEAR: u32 = 5_874_896;
const FIRST_YEAR: u32 = 4_712;

/// A set of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orders(u8);

impl Orders {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0b111);

    fn one(order: Order) -> Self {
        Self(1 << order as u8)
    }

    fn when(self, fits: bool) -> Self {
        if fits { self } else { Self::NONE }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn has(self, order: Order) -> bool {
        self.0 & Self::one(order).0 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Reads a date, a time, or both. Blanks around are skipped.
pub(crate) fn read_moment(text: &[u8]) -> Option<Moment> {
    let text = trim_value(text);
    // The shortest is 1:00, the longest a month's name with a time.
    if !(4..=64).contains(&text.len()) {
        return None;
    }
    let moment = |kind, orders, zone| Moment {
        kind,
        orders,
        is_ambiguous: false,
        zone,
    };
    if text == b"infinity" || text == b"-infinity" {
        return Some(moment(MomentKind::Infinite, Orders::ALL, Zone::None));
    }
    if let Some((time, rest)) = read_time(text) {
        let fits = rest.is_empty() && (time.is_valid() || time.is_end_of_day());
        return fits.then_some(moment(MomentKind::Time, Orders::ALL, Zone::None));
    }
    let (text, era) = split_era(text);
    let (date, rest) = read_date(text, era)?;
    if date.orders.is_empty() {
        return None;
    }
    if rest.is_empty() {
        let kind = if date.year <= LAST_YEAR_OF_TIMESTAMPS {
            MomentKind::Date
        } else {
            MomentKind::DistantDate
        };
        return Some(Moment {
            is_ambiguous: date.is_ambiguous,
            ..moment(kind, date.orders, Zone::None)
        });
    }
    // A T needs a date in digits before it: after a month's name it could belong to a word.
    let rest = match rest {
        [b' ', rest @ ..] => rest,
        [b'T', rest @ ..] if text[..4].iter().all(u8::is_ascii_digit) => rest,
        _ => return None,
    };
    let (time, rest) = read_time(rest)?;
    let zone = read_zone(rest)?;
    let midnight = time.microseconds_are_zero && (time.hour, time.minute, time.second) == (0, 0, 0);
    let fits = time.is_valid() && date.year <= LAST_YEAR_OF_TIMESTAMPS;
    fits.then_some(Moment {
        is_ambiguous: date.is_ambiguous,
        ..moment(MomentKind::DateTime { midnight }, date.orders, zone)
    })
}

/// ` AD` or ` BC` at the end, as records have it.
fn split_era(text: &[u8]) -> (&[u8], Era) {
    match text {
        [rest @ .., b' ', b'A' | b'a', b'D' | b'd'] => (rest, Era::Common),
        [rest @ .., b' ', b'B' | b'b', b'C' | b'c'] => (rest, Era::BeforeCommon),
        _ => (text, Era::Common),
    }
}

/// A date that was read.
struct Date {
    orders: Orders,
    is_ambiguous: bool,
    year: u32,
}

impl Date {
    /// One that is the same in every order.
    fn plain(year: DigitRun, month: u32, day: DigitRun, era: Era) -> Self {
        let fits = year.length >= 4 && day.length <= 2 && is_day(year.value, month, day.value, era);
        Self {
            orders: Orders::ALL.when(fits),
            is_ambiguous: false,
            year: year.value,
        }
    }
}

/// A part of a date: digits, or the name of a month.
enum DatePart {
    Digits(DigitRun),
    Month(u32),
}

impl DatePart {
    fn read_part(text: &[u8]) -> Option<(Self, &[u8])> {
        if text.first()?.is_ascii_digit() {
            let (number, rest) = take_number(text)?;
            Some((Self::Digits(number), rest))
        } else {
            let (month, rest) = read_month(text)?;
            Some((Self::Month(month), rest))
        }
    }
}

/// A date at the beginning, and what follows: eight digits, or three parts with the same separator between.
fn read_date(text: &[u8], era: Era) -> Option<(Date, &[u8])> {
    use DatePart::{Digits, Month};
    let (first, rest) = DatePart::read_part(text)?;
    let (separator, second) = match (&first, rest) {
        (_, [separator @ (b'-' | b'/' | b'.' | b' '), rest @ ..]) if !is_compact(&first) => {
            (*separator, rest)
        }
        (Digits(digits), _) if digits.length == 8 => return Some((compact(digits.value, era), rest)),
        _ => return None,
    };
    let (second, rest) = DatePart::read_part(second)?;
    let rest = match rest {
        // January 5, 2024
        [b',', rest @ ..] if separator == b' ' => rest,
        _ => rest,
    };
    let (third, rest) = DatePart::read_part(rest.strip_prefix(&[separator])?)?;
    let date = match (first, second, third) {
        (Digits(first), Month(month), Digits(last)) => {
            let (year, day) = if first.length >= 4 {
                (first, last)
            } else {
                (last, first)
            };
            Date::plain(year, month, day, era)
        }
        (Month(month), Digits(first), Digits(last)) => {
            let (year, day) = if first.length >= 4 {
                (first, last)
            } else {
                (last, first)
            };
            Date::plain(year, month, day, era)
        }
        // PostgreSQL takes 2024 5 January, but not 2024-5-January.
        (Digits(year), Digits(day), Month(month)) if separator == b' ' => Date::plain(year, month, day, era),
        (Digits(first), Digits(second), Digits(third)) => of_digits([first, second, third], separator, era)?,
        _ => return None,
    };
    Some((date, rest))
}

fn is_compact(part: &DatePart) -> bool {
    matches!(part, DatePart::Digits(digits) if digits.length == 8)
}

/// A date of eight digits: 20240105.
fn compact(digits: u32, era: Era) -> Date {
    let (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100);
    let fits = era == Era::Common && (1900..2100).contains(&year) && is_day(year, month, day, era);
    Date {
        orders: Orders::ALL.when(fits),
        is_ambiguous: false,
        year,
    }
}

/// A date whose parts are all digits.
fn of_digits([first, second, third]: [DigitRun; 3], separator: u8, era: Era) -> Option<Date> {
    if second.length > 2 {
        return None;
    }
    let is_date =
        |year: DigitRun, month: DigitRun, day: DigitRun| is_day(year.value, month.value, day.value, era);
    match (first.length, third.length) {
        // Four digits are the year in any order; with more it is one that we have printed.
        (4, 1 | 2) => Some(Date::plain(first, second.value, third, era)),
        (5..=7, 2) if separator == b'-' => Some(Date::plain(first, second.value, third, era)),
        (1 | 2, 4) => {
            let dmy = Orders::one(Order::Dmy).when(is_date(third, second, first));
            // With dots, the month is never written first.
            let mdy = Orders::one(Order::Mdy).when(separator != b'.' && is_date(third, first, second));
            Some(Date {
                orders: dmy.or(mdy),
                is_ambiguous: !dmy.is_empty() && !mdy.is_empty() && first.value != second.value,
                year: third.value,
            })
        }
        _ => None,
    }
}

fn is_day(year: u32, month: u32, day: u32, era: Era) -> bool {
    // The year before 1 is 1 BC, which is a leap year; the calendar repeats every 400 years.
    let counted = match era {
        Era::Common => i64::from(year),
        Era::BeforeCommon => 1 - i64::from(year),
    };
    let is_multiple = |of: i64| counted.rem_euclid(of) == 0;
    let leap = is_multiple(4) && !is_multiple(100) || is_multiple(400);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let last = match era {
        Era::Common => LAST_YEAR,
        Era::BeforeCommon => FIRST_YEAR,
    };
    (1..=last).contains(&year) && (1..=days).contains(&day)
}

/// A number and how many digits it has.
#[derive(Clone, Copy)]
struct DigitRun {
    value: u32,
    length: usize,
}

fn take_number(text: &[u8]) -> Option<(DigitRun, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let value = text[..length]
        .iter()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some((DigitRun { value, length }, &text[length..]))
}

/// The English name of a month, or its first three letters.
fn read_month(text: &[u8]) -> Option<(u32, &[u8])> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, rest) = text.split_at(length);
    let month = MONTHS.iter().position(|month| {
        word.eq_ignore_ascii_case(month.as_bytes()) || word.eq_ignore_ascii_case(&month.as_bytes()[..3])
    })?;
    Some((month as u32 + 1, rest))
}

struct Time {
    hour: u32,
    minute: u32,
    second: u32,
    microseconds_are_zero: bool,
}

impl Time {
    fn is_valid(&self) -> bool {
        self.hour < 24 && self.minute < 60 && self.second < 60
    }

    /// `24:00:00`, which PostgreSQL has for a time of day.
    fn is_end_of_day(&self) -> bool {
        (self.hour, self.minute, self.second) == (24, 0, 0) && self.microseconds_are_zero
    }
}

/// `3:04`, `03:04:05`, `03:04:05.678`, with `AM` or `PM` or without.
fn read_time(text: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = take_number(text)?;
    let (minute, mut rest) = take_number(rest.strip_prefix(b":")?)?;
    if hour.length > 2 || minute.length != 2 {
        return None;
    }
    let mut time = Time {
        hour: hour.value,
        minute: minute.value,
        second: 0,
        microseconds_are_zero: true,
    };
    if let Some(after) = rest.strip_prefix(b":") {
        let (second, after) = take_number(after)?;
        if second.length != 2 {
            return None;
        }
        time.second = second.value;
        rest = after;
        if let Some(after) = rest.strip_prefix(b".") {
            // More than microseconds would be rounded, perhaps to the next day.
            let (fraction, after) = take_number(after).filter(|(fraction, _)| fraction.length <= 6)?;
            time.microseconds_are_zero = fraction.value == 0;
            rest = after;
        }
    }
    if let [half @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm', after @ ..] =
        rest.strip_prefix(b" ").unwrap_or(rest)
    {
        if !(1..=12).contains(&time.hour) {
            return None;
        }
        // 12 AM is midnight, 12 PM noon.
        time.hour = time.hour % 12 + if half.eq_ignore_ascii_case(&b'p') { 12 } else { 0 };
        rest = after;
    }
    Some((time, rest))
}

/// The part that may follow a time: nothing, `Z`, ` UTC`, `+02`, `+02:00`, `-0530`.
fn read_zone(text: &[u8]) -> Option<Zone> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    match text {
        [] => Some(Zone::None),
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(Zone::Utc),
        [b'+' | b'-', rest @ ..] => {
            let (first, rest) = take_number(rest)?;
            let (hours, minutes) = match (first.length, rest) {
                (2, []) => (first.value, 0),
                (4, []) => (first.value / 100, first.value % 100),
                (2, [b':', rest @ ..]) => match take_number(rest)? {
                    (minutes, []) if minutes.length == 2 => (first.value, minutes.value),
                    // Local time of old: +00:19:32
                    (minutes, [b':', rest @ ..]) if minutes.length == 2 => match take_number(rest)? {
                        (seconds, []) if seconds.length == 2 && (1..60).contains(&seconds.value) => {
                            return (first.value <= 15 && minutes.value < 60).then_some(Zone::Other);
                        }
                        _ => return None,
                    },
                    _ => return None,
                },
                _ => return None,
            };
            let zone = if (hours, minutes) == (0, 0) {
                Zone::Utc
            } else {
                Zone::Other
            };
            (hours <= 15 && minutes < 60).then_some(zone)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(text: &str) -> String {
        let Some(moment) = read_moment(text.as_bytes()) else {
            return String::new();
        };
        Order::ALL
            .iter()
            .filter(|&&order| moment.orders.has(order))
            .map(|order| order.name())
            .collect()
    }

    #[test]
    fn dates() {
        for text in [
            "2024-02-29",
            "2024/2/9",
            "2024.02.09",
            "20240229",
            "5 Jan 2024",
            "5-jan-2024",
            "January 5, 2024",
            "5 Jan, 2024",
            "2024 Jan 5",
            "2007-May-29",
            "May-29-2007",
            "May-2007-29",
            "29.May.2007",
            "2007/May/29",
            "May 2007 29",
            "2007 29 May",
            "2007 05 29",
            "2024-02-29 AD",
            "0005-02-29 BC",
            "0044-03-15 bc",
        ] {
            assert_eq!(orders(text), "YMDDMYMDY", "{text}");
            assert_eq!(
                read_moment(text.as_bytes()).unwrap().kind,
                MomentKind::Date,
                "{text}"
            );
        }
        assert_eq!(
            read_moment(b"300000-01-05 AD").unwrap().kind,
            MomentKind::DistantDate
        );
        assert_eq!(orders("13/01/2024"), "DMY");
        assert_eq!(orders("01/13/2024"), "MDY");
        assert_eq!(orders("1/2/2024"), "DMYMDY");
        assert_eq!(orders("1.2.2024"), "DMY");
        assert_eq!(orders("5 29 2007"), "MDY");
        for text in [
            "2024-02-30",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-1",
            "2024-01/02",
            "0000-01-01",
            "0004-02-29 BC",
            "5000-01-01 BC",
            "12024/01/05",
            "20240105 BC",
            "29-2007-May",
            "2007-29-May",
            "29-May.2007",
            "May-29, 2007",
            "13/13/2024",
            "1/2/24",
            "12345678",
            "20241301",
            "5 Foo 2024",
            "Jan 2024",
            "Jan 32, 2024",
            "2024-01-02x",
            "1.2",
            "",
        ] {
            assert_eq!(orders(text), "", "{text}");
        }
    }

    #[test]
    fn dates_with_times() {
        let kind = |text: &str| read_moment(text.as_bytes()).map(|moment| (moment.kind, moment.zone));
        let at = |midnight, zone| Some((MomentKind::DateTime { midnight }, zone));
        assert_eq!(kind("2024-02-29 03:04"), at(false, Zone::None));
        assert_eq!(kind("2024-02-29T00:00:00.000Z"), at(true, Zone::Utc));
        assert_eq!(kind("2024-02-29 00:00:00+00:00"), at(true, Zone::Utc));
        assert_eq!(kind("2024-02-29 00:00:00.001"), at(false, Zone::None));
        assert_eq!(kind("2024-02-29 03:04-0530"), at(false, Zone::Other));
        assert_eq!(kind("1/2/2024 3:04 PM"), at(false, Zone::None));
        assert_eq!(kind("1/2/2024 12:00 AM"), at(true, Zone::None));
        assert_eq!(kind("1/2/2024 12:00 PM"), at(false, Zone::None));
        assert_eq!(kind("Jan 5, 2024 10:00 UTC"), at(false, Zone::Utc));
        assert_eq!(kind("2024-01-05T10:00:00.0Z AD"), at(false, Zone::Utc));
        assert_eq!(kind("0044-03-15T00:00:00.0+00:19:32 BC"), at(true, Zone::Other));
        let infinite = Some((MomentKind::Infinite, Zone::None));
        assert_eq!((kind("infinity"), kind("-infinity")), (infinite, infinite));
        for text in [
            "2024-02-29 24:00",
            "2024-02-29 03:60",
            "2024-02-29 3",
            "2024-02-29 13:00 PM",
            "2024-02-29 00:00 AM",
            "2024-02-29 03:04 CET",
            "2024-02-29 03:04+16",
            "2024-02-29 03:04:05.1234567",
            "2024-02-29X03:04",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn times() {
        for text in ["3:04", "03:04:05", "23:59:59.999999", "12:30 pm", "24:00:00.0"] {
            assert_eq!(
                read_moment(text.as_bytes()).map(|moment| moment.kind),
                Some(MomentKind::Time),
                "{text}"
            );
        }
        for text in ["24:01", "24:00:00.1", "3:4", "3:04:5", "13:00 pm", "3:04Z", ":04"] {
            assert_eq!(read_moment(text.as_bytes()), None, "{text}");
        }
    }
}
