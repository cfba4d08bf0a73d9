//! Durations: `3h 25m 10s`, `3:25:10`.

use std::fmt::Write as _;

/// The units, the smallest first: what they are called, how many milliseconds they have, and how many digits they are
/// filled up to behind a larger unit.
const UNITS: [(&str, i64, usize); 5] = [
    ("ms", 1, 3),
    ("s", 1_000, 2),
    ("m", 60_000, 2),
    ("h", 3_600_000, 2),
    ("d", 86_400_000, 2),
];

const SECONDS: usize = 1;
const DAYS: usize = 4;

/// How a length of time is to be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DurationDisplay {
    smallest: usize,
    largest: usize,
    has_units: bool,
}

impl DurationDisplay {
    /// From days to seconds unless units are given; the one that is given decides where the two are in the wrong order.
    pub(crate) fn new(smallest: Option<&[u8]>, largest: Option<&[u8]>, has_units: bool) -> Self {
        let unit = |word: &[u8]| UNITS.iter().position(|(name, ..)| name.as_bytes() == word);
        let (smallest, largest) = (smallest.and_then(unit), largest.and_then(unit));
        Self {
            smallest: smallest.unwrap_or(SECONDS.min(largest.unwrap_or(SECONDS))),
            largest: largest.unwrap_or(DAYS),
            has_units,
        }
    }
}

/// Shows a length of so many seconds, rounded to the smallest unit.
pub(crate) fn show_duration(seconds: f64, style: DurationDisplay) -> String {
    if !seconds.is_finite() {
        return if seconds > 0.0 { "infinity" } else { "-infinity" }.to_owned();
    }
    // The longest interval of PostgreSQL has 5.7 * 10^18 milliseconds.
    let milliseconds = (seconds.abs() * 1000.0).round() as i64;
    let unit = UNITS[style.smallest].1;
    let mut left = milliseconds.saturating_add(unit / 2) / unit * unit;
    let sign = if seconds < 0.0 && left > 0 { "-" } else { "" };
    let mut text = String::from(sign);
    for at in (style.smallest..=style.largest).rev() {
        let (name, size, width) = UNITS[at];
        let count = left / size;
        left %= size;
        let is_first = text.len() == sign.len();
        // Writing to a String cannot fail.
        let _ = if style.has_units {
            let is_last = at == style.smallest && is_first;
            let blank = if is_first { "" } else { " " };
            match count > 0 || is_last {
                true => write!(text, "{blank}{count}{name}"),
                false => Ok(()),
            }
        } else if is_first {
            write!(text, "{count}")
        } else {
            let separator = if at == 0 { '.' } else { ':' };
            write!(text, "{separator}{count:0width$}")
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seconds: f64, smallest: &str, largest: &str, has_units: bool) -> String {
        let style = DurationDisplay::new(Some(smallest.as_bytes()), Some(largest.as_bytes()), has_units);
        show_duration(seconds, style)
    }

    #[test]
    fn with_units() {
        assert_eq!(shown(12_310.0, "s", "h", true), "3h 25m 10s");
        assert_eq!(shown(90_061.5, "ms", "d", true), "1d 1h 1m 1s 500ms");
        assert_eq!(shown(3_605.0, "s", "d", true), "1h 5s");
        assert_eq!(shown(0.0, "m", "h", true), "0m");
        assert_eq!(shown(-90.0, "s", "d", true), "-1m 30s");
        assert_eq!(shown(100_000.0, "h", "h", true), "28h");
        assert_eq!(shown(5.6e15, "ms", "ms", true), "5600000000000000000ms");
        assert_eq!(shown(1e300, "d", "d", true), "106751991167d");
    }

    #[test]
    fn without_units() {
        assert_eq!(shown(12_310.0, "s", "h", false), "3:25:10");
        assert_eq!(shown(90_061.5, "ms", "d", false), "1:01:01:01.500");
        assert_eq!(shown(65.0, "s", "h", false), "0:01:05");
        assert_eq!(shown(1.5, "ms", "ms", false), "1500");
        assert_eq!(shown(-65.0, "s", "m", false), "-1:05");
    }

    #[test]
    fn rounded_to_the_smallest_unit() {
        assert_eq!(shown(59.6, "s", "m", false), "1:00");
        assert_eq!(shown(89.0, "m", "h", true), "1m");
        assert_eq!(shown(90.0, "m", "h", true), "2m");
        assert_eq!(shown(-0.2, "s", "h", true), "0s");
    }

    #[test]
    fn units_that_are_not_given() {
        let style = |smallest: Option<&str>, largest: Option<&str>| {
            let style = DurationDisplay::new(smallest.map(str::as_bytes), largest.map(str::as_bytes), true);
            show_duration(90_061.25, style)
        };
        assert_eq!(style(None, None), "1d 1h 1m 1s");
        assert_eq!(style(Some("d"), None), "1d");
        assert_eq!(style(None, Some("h")), "25h 1m 1s");
        assert_eq!(style(None, Some("ms")), "90061250ms");
    }

    #[test]
    fn no_end() {
        assert_eq!(
            show_duration(f64::INFINITY, DurationDisplay::new(None, None, true)),
            "infinity"
        );
        assert_eq!(
            show_duration(f64::NEG_INFINITY, DurationDisplay::new(None, None, true)),
            "-infinity"
        );
    }
}
