//! Durations as people write them: `2 days 03:04:05`, `36:15:00`, `P1Y2M3DT4H`. As with dates, PostgreSQL's input
//! function takes all forms that are accepted here, and more.

use super::trim_value;

/// Words for units, in the singular, from the longest to the shortest. Single letters are left out: `5 m` is a length
/// to most.
const UNITS: [&[&[u8]]; 7] = [
    &[b"year", b"yr"],
    &[b"month", b"mon"],
    &[b"week"],
    &[b"day"],
    &[b"hour", b"hr"],
    &[b"minute", b"min"],
    &[b"second", b"sec"],
];

/// Enough for any length that people write, and too few to overflow.
const MOST_DIGITS: usize = 6;

/// Whether a text is a length of time.
pub(crate) fn is_interval(text: &[u8]) -> bool {
    let text = trim_value(text);
    match text {
        [b'P', rest @ ..] => is_iso(rest),
        _ => is_in_words(text),
    }
}

/// The part after the `P`: numbers with designators in their order, those of times after a `T`. Each may be negative.
fn is_iso(text: &[u8]) -> bool {
    let (days, time) = match text.iter().position(|&byte| byte == b'T') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let days_fit = are_designated(days, b"YMWD");
    match time {
        Some(time) => (days.is_empty() || days_fit) && are_designated(time, b"HMS"),
        None => days_fit,
    }
}

/// Numbers, each with one of the designators, which come in the given order, at least one.
fn are_designated(mut text: &[u8], mut designators: &[u8]) -> bool {
    if text.is_empty() {
        return false;
    }
    while !text.is_empty() {
        let Some((designator, rest)) = skip_part(text) else {
            return false;
        };
        let Some(at) = designators.iter().position(|&known| known == designator) else {
            return false;
        };
        designators = &designators[at + 1..];
        text = rest;
    }
    true
}

/// The designator of a number, and what follows it. Only whole years, days and hours have more digits than people write:
/// as many as PostgreSQL holds.
fn skip_part(text: &[u8]) -> Option<(u8, &[u8])> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    if let Some((&designator, rest)) = skip_number(unsigned).and_then(<[u8]>::split_first) {
        return Some((designator, rest));
    }
    let length = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (&designator, rest) = unsigned[length..].split_first()?;
    let most = match designator {
        b'Y' => 178_000_000,
        b'D' => 2_140_000_000,
        b'H' => 2_562_000_000,
        _ => 0,
    };
    let number = unsigned[..length]
        .iter()
        .take(11)
        .fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
    (length > 0 && number <= most).then_some((designator, rest))
}

/// Numbers with units, each unit once, and at most one time on the clock, which comes last and leaves no room for
/// hours, minutes and seconds before it: `1 day`, `-2 years 3 mons`, `36:15:00`.
fn is_in_words(text: &[u8]) -> bool {
    const ON_THE_CLOCK: u8 = 0b111_0000;
    let mut words = text.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let mut seen = 0;
    while let Some(word) = words.next() {
        let unsigned = word.strip_prefix(b"-").unwrap_or(word);
        if is_clock(unsigned) {
            return seen & ON_THE_CLOCK == 0 && words.next().is_none();
        }
        let is_count = skip_number(unsigned).is_some_and(<[u8]>::is_empty);
        match words.next().and_then(unit) {
            Some(unit) if is_count && seen & 1 << unit == 0 => seen |= 1 << unit,
            _ => return false,
        }
    }
    seen != 0
}

/// Which unit a word stands for.
fn unit(word: &[u8]) -> Option<usize> {
    let singular = word
        .strip_suffix(b"s")
        .or_else(|| word.strip_suffix(b"S"))
        .unwrap_or(word);
    UNITS
        .iter()
        .position(|names| names.iter().any(|name| singular.eq_ignore_ascii_case(name)))
}

/// `36:15` or `36:15:00.5`
fn is_clock(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b':');
    let hours = parts
        .next()
        .is_some_and(|part| (1..=MOST_DIGITS).contains(&part.len()) && are_digits(part));
    let minutes = parts.next().is_some_and(is_sixtieth);
    let seconds = match parts.next() {
        Some(part) => match part.split_at_checked(2) {
            Some((seconds, [])) => is_sixtieth(seconds),
            Some((seconds, [b'.', fraction @ ..])) => {
                is_sixtieth(seconds) && (1..=MOST_DIGITS).contains(&fraction.len()) && are_digits(fraction)
            }
            _ => false,
        },
        None => true,
    };
    hours && minutes && seconds && parts.next().is_none()
}

fn is_sixtieth(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'5', b'0'..=b'9'])
}

/// The part after a number without sign.
fn skip_number(text: &[u8]) -> Option<&[u8]> {
    let skip = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = skip(text);
    if !(1..=MOST_DIGITS).contains(&whole) {
        return None;
    }
    match &text[whole..] {
        [b'.', rest @ ..] => {
            let fraction = skip(rest);
            (1..=MOST_DIGITS).contains(&fraction).then(|| &rest[fraction..])
        }
        rest => Some(rest),
    }
}

fn are_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::is_interval;

    #[test]
    fn lengths_of_time() {
        for text in [
            "1 day",
            "2 days 03:04:05",
            "-1 year 2 mons",
            "1.5 hours",
            "36:15",
            "-100:00:00.5",
            "P1Y2M3DT4H5M6.5S",
            "PT1H",
            "P2W",
            "P0Y0M0DT-36H-15M0S",
            "P-1Y-2M0DT0H0M-0.5S",
            "P178000000Y7M0DT2562000000H0M0S",
            " 3 WEEKS ",
            "1 hr 30 min",
        ] {
            assert!(is_interval(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "5",
            "5 m",
            "day",
            "1 fortnight",
            "1:2",
            "1:60",
            "P",
            "PT",
            "P1",
            "PT1D",
            "P1D2Y",
            "P--1D",
            "P200000000Y",
            "PT12345678S",
            "03:04 1 day",
            "1 day 2",
            "12:00 14:00",
            "1  2 days",
            "1234567 days",
            "Paris",
        ] {
            assert!(!is_interval(text.as_bytes()), "{text}");
        }
    }
}
