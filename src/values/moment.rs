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
    pub(crate) zone: Zone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MomentKind {
    Date,
    /// A date with a time, which may be midnight.
    DateTime {
        midnight: bool,
    },
    Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    None,
    Utc,
    Other,
}

/// The order of day, month and year where all are numbers, as in PostgreSQL's DateStyle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    if let Some((time, rest)) = read_time(text) {
        return (rest.is_empty() && time.is_valid()).then_some(Moment {
            kind: MomentKind::Time,
            orders: Orders::ALL,
            zone: Zone::None,
        });
    }
    let (orders, rest) = read_date(text)?;
    if orders.is_empty() {
        return None;
    }
    if rest.is_empty() {
        return Some(Moment {
            kind: MomentKind::Date,
            orders,
            zone: Zone::None,
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
    time.is_valid().then_some(Moment {
        kind: MomentKind::DateTime { midnight },
        orders,
        zone,
    })
}

/// A date at the beginning: the orders in which it is one, and what follows.
fn read_date(text: &[u8]) -> Option<(Orders, &[u8])> {
    match text[0] {
        b'0'..=b'9' => {
            let (first, rest) = number(text)?;
            match rest {
                [separator @ (b'-' | b'/' | b'.'), rest @ ..] if first.length <= 4 => {
                    read_after_first(first, *separator, rest)
                }
                // 5 January 2024
                [b' ', rest @ ..] if first.length <= 2 => {
                    let (month, rest) = read_month(rest)?;
                    let (year, rest) = number(rest.strip_prefix(b" ")?)?;
                    Some((of_day_in_month(year, month, first), rest))
                }
                // 20240105
                _ if first.length == 8 => {
                    let (year, month, day) =
                        (first.value / 10_000, first.value / 100 % 100, first.value % 100);
                    let fits = (1900..2100).contains(&year) && is_day(year, month, day);
                    Some((Orders::ALL.when(fits), rest))
                }
                _ => None,
            }
        }
        // January 5, 2024
        letter if letter.is_ascii_alphabetic() => {
            let (month, rest) = read_month(text)?;
            let (day, rest) = number(rest.strip_prefix(b" ")?)?;
            let rest = rest.strip_prefix(b",").unwrap_or(rest);
            let (year, rest) = number(rest.strip_prefix(b" ")?)?;
            Some((of_day_in_month(year, month, day), rest))
        }
        _ => None,
    }
}

/// A date whose first number is followed by a separator.
fn read_after_first(first: DigitRun, separator: u8, rest: &[u8]) -> Option<(Orders, &[u8])> {
    // 5-Jan-2024
    if rest.first().is_some_and(u8::is_ascii_alphabetic) && separator == b'-' && first.length <= 2 {
        let (month, rest) = read_month(rest)?;
        let (year, rest) = number(rest.strip_prefix(b"-")?)?;
        return Some((of_day_in_month(year, month, first), rest));
    }
    let (second, rest) = number(rest)?;
    let (third, rest) = number(rest.strip_prefix(&[separator])?)?;
    if second.length > 2 {
        return None;
    }
    let orders = match (first.length, third.length) {
        // Four digits are the year in any order.
        (4, 1 | 2) => Orders::ALL.when(is_day(first.value, second.value, third.value)),
        (1 | 2, 4) => {
            let dmy = Orders::one(Order::Dmy).when(is_day(third.value, second.value, first.value));
            // With dots, nobody writes the month first.
            let mdy = Orders::one(Order::Mdy)
                .when(separator != b'.' && is_day(third.value, first.value, second.value));
            dmy.or(mdy)
        }
        _ => Orders::NONE,
    };
    Some((orders, rest))
}

/// A date whose month is a word: the order of the others does not matter then.
fn of_day_in_month(year: DigitRun, month: u32, day: DigitRun) -> Orders {
    Orders::ALL.when(year.length == 4 && day.length <= 2 && is_day(year.value, month, day.value))
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// A number and how many digits it has.
#[derive(Clone, Copy)]
struct DigitRun {
    value: u32,
    length: usize,
}

fn number(text: &[u8]) -> Option<(DigitRun, &[u8])> {
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
}

/// `3:04`, `03:04:05`, `03:04:05.678`, with `AM` or `PM` or without.
fn read_time(text: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = number(text)?;
    let (minute, mut rest) = number(rest.strip_prefix(b":")?)?;
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
        let (second, after) = number(after)?;
        if second.length != 2 {
            return None;
        }
        time.second = second.value;
        rest = after;
        if let Some(after) = rest.strip_prefix(b".") {
            // More than microseconds would be rounded, perhaps to the next day.
            let (fraction, after) = number(after).filter(|(fraction, _)| fraction.length <= 6)?;
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
            let (first, rest) = number(rest)?;
            let (hours, minutes) = match (first.length, rest) {
                (2, []) => (first.value, 0),
                (4, []) => (first.value / 100, first.value % 100),
                (2, [b':', rest @ ..]) => match number(rest)? {
                    (minutes, []) if minutes.length == 2 => (first.value, minutes.value),
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
        ] {
            assert_eq!(orders(text), "YMDDMYMDY", "{text}");
            assert_eq!(
                read_moment(text.as_bytes()).unwrap().kind,
                MomentKind::Date,
                "{text}"
            );
        }
        assert_eq!(orders("13/01/2024"), "DMY");
        assert_eq!(orders("01/13/2024"), "MDY");
        assert_eq!(orders("1/2/2024"), "DMYMDY");
        assert_eq!(orders("1.2.2024"), "DMY");
        for text in [
            "2024-02-30",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-1",
            "2024-01/02",
            "0000-01-01",
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
        for text in ["3:04", "03:04:05", "23:59:59.999999", "12:30 pm"] {
            assert_eq!(
                read_moment(text.as_bytes()).map(|moment| moment.kind),
                Some(MomentKind::Time),
                "{text}"
            );
        }
        for text in ["24:00", "3:4", "3:04:5", "13:00 pm", "3:04Z", ":04"] {
            assert_eq!(read_moment(text.as_bytes()), None, "{text}");
        }
    }
}
