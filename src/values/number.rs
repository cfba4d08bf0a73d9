//! Numbers as people write them: `1234.5`, `1,234.50`, `1.234,50`, `1 234,50`, `12,34,567`, `1'234.50`.
//!
//! A number is scanned once into its [`NumberShape`]: the lengths of its parts and the separators between them. One of
//! two rules then decides the meaning of the shape:
//!
//! - [`NumberShape::own_reading`]: by itself. `1,500` is refused: it can mean 1500 or 1.5.
//! - [`NumberShape::readings`]: under which [formats](super::number_format) it can be read, so that the other values of its column
//!   decide.

use super::number_format::{Formats, Readings, formats_with_decimal, formats_with_group};
use super::trim_value;
use std::borrow::Cow;

/// The longest text that is looked at as a number: PostgreSQL's largest has 131,072 digits before the decimal point, with
/// a separator of three bytes to each group of three, and 16,383 after it.
pub(crate) const LONGEST_NUMBER: usize = 300_000;

/// How a text that looks like a number is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberShape {
    pub(crate) negative: bool,
    /// A `+` in front.
    pub(crate) plus: bool,
    /// The first digit is a zero that means nothing to a number: `007`, but not `0` or `0.5`.
    pub(crate) leading_zero: bool,
    /// Digits before the first separator.
    pub(crate) first: usize,
    /// The separator that is repeated or stands alone, with how often.
    separator: Option<u8>,
    count: usize,
    /// Whether the digits between separators, and after the last of `separator`, are in groups of three; or of two but
    /// for the last of three, as in India.
    threes: bool,
    indian: bool,
    /// Digits after the last of `separator`.
    after: usize,
    /// A different separator that follows, and the digits after it.
    last: Option<(u8, usize)>,
    /// Where the last separator begins.
    last_at: usize,
}

impl NumberShape {
    /// The shape of a text that is a sign, digits, and single separators between digits. Blanks around are skipped.
    pub(crate) fn scan(text: &[u8]) -> Option<Self> {
        if text.len() > LONGEST_NUMBER {
            return None;
        }
        let offset = text.len() - text.trim_ascii_start().len();
        let text = trim_value(text);
        let (negative, plus, mut at) = match sign(text) {
            Some((negative, length)) => (negative, !negative, length),
            None => (false, false, 0),
        };
        let first = digits(text, at);
        let mut shape = Self {
            negative,
            plus,
            leading_zero: first > 1 && text[at] == b'0',
            first,
            separator: None,
            count: 0,
            threes: true,
            indian: true,
            after: 0,
            last: None,
            last_at: 0,
        };
        at += first;
        if first == 0 {
            return None;
        }
        while at < text.len() {
            let (separator, length) = separator(&text[at..])?;
            let count = digits(text, at + length);
            if count == 0 || shape.last.is_some() {
                return None;
            }
            shape.last_at = offset + at;
            shape.add_group(separator, count);
            at += length + count;
        }
        Some(shape)
    }

    fn add_group(&mut self, separator: u8, digits: usize) {
        if self.separator.is_some_and(|known| known != separator) {
            self.last = Some((separator, digits));
            return;
        }
        // The group that was the last until now is one in the middle.
        self.indian &= self.count == 0 || self.after == 2;
        self.threes &= digits == 3;
        self.separator = Some(separator);
        self.count += 1;
        self.after = digits;
    }

    /// Whether the digits before the decimals are well grouped by `separator`.
    fn is_grouped(&self) -> bool {
        let threes = self.threes && self.first <= 3;
        let indian = self.separator == Some(b',')
            && self.count >= 2
            && self.indian
            && self.after == 3
            && self.first <= 2;
        self.count > 0 && (threes || indian)
    }

    /// How many digits it has, where it is written as telephone numbers and numbers of persons and companies are in most of
    /// the world: two or more groups of three after the first, with blanks or points between, without decimals.
    pub(crate) fn digits_of_code(&self) -> Option<usize> {
        let is_grouped = self.threes && self.count >= 2 && matches!(self.separator, Some(b' ' | b'.'));
        (is_grouped && self.last.is_none()).then_some(self.first + 3 * self.count)
    }

    /// Whether apostrophes stand between groups of digits.
    pub(crate) fn has_apostrophes(&self) -> bool {
        self.separator == Some(b'\'')
    }

    /// Where the decimals begin (the offset of their separator), if the number can only be meant in one way. The
    /// outer `None` refuses it.
    pub(crate) fn own_reading(&self) -> Option<Option<usize>> {
        match (self.separator, self.count, self.last) {
            (None, ..) => Some(None),
            (Some(b'.' | b','), 1, None) => {
                (self.first >= 4 || self.after <= 2).then_some(Some(self.last_at))
            }
            (Some(group), _, Some((decimal, _))) => {
                let fits = self.is_grouped() && is_decimal_of(decimal, group);
                fits.then_some(Some(self.last_at))
            }
            (Some(_), _, None) => self.is_grouped().then_some(None),
        }
    }

    /// Under which formats the number can be read.
    pub(crate) fn readings(&self) -> Readings {
        let none = Formats::NONE;
        let Some(separator) = self.separator else {
            return Readings {
                fits: Formats::ALL,
                grouped: none,
                fractional: none,
            };
        };
        let decimal = self.last.map(|(decimal, _)| decimal);
        let mut grouped = none;
        if self.is_grouped() {
            grouped = formats_with_group(separator);
            if let Some(decimal) = decimal {
                grouped = grouped.and(formats_with_decimal(decimal));
            }
        }
        let alone = self.count == 1 && decimal.is_none();
        let fractional = if alone {
            formats_with_decimal(separator)
        } else {
            none
        };
        Readings {
            fits: grouped.or(fractional),
            grouped,
            fractional: if decimal.is_some() { grouped } else { fractional },
        }
    }
}

fn is_decimal_of(decimal: u8, group: u8) -> bool {
    match group {
        b'\'' => decimal == b'.',
        _ => matches!(decimal, b'.' | b','),
    }
}

/// Whether it is negative, and the length of a sign.
fn sign(text: &[u8]) -> Option<(bool, usize)> {
    match text {
        [b'-', ..] => Some((true, 1)),
        [b'+', ..] => Some((false, 1)),
        // U+2212, the minus sign of typographers
        [0xe2, 0x88, 0x92, ..] => Some((true, 3)),
        _ => None,
    }
}

/// A separator as its plain ASCII sibling, and its length.
fn separator(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [plain @ (b'.' | b',' | b' ' | b'\''), ..] => Some((*plain, 1)),
        // U+00A0, the no-break space
        [0xc2, 0xa0, ..] => Some((b' ', 2)),
        // U+2009 and U+202F, thin spaces; U+2019, the apostrophe of typographers
        [0xe2, 0x80, 0x89 | 0xaf, ..] => Some((b' ', 3)),
        [0xe2, 0x80, 0x99, ..] => Some((b'\'', 3)),
        _ => None,
    }
}

fn digits(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// The form that `numeric`'s input function reads: the digits, a `-`, and a `.` before the decimals.
pub(crate) fn write_canonical(text: &[u8], negative: bool, decimals_at: Option<usize>) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len() + 2);
    if negative {
        plain.push(b'-');
    }
    let (whole, decimals) = text.split_at(decimals_at.unwrap_or(text.len()));
    plain.extend(whole.iter().filter(|byte| byte.is_ascii_digit()));
    if decimals_at.is_some() {
        plain.push(b'.');
        plain.extend(decimals.iter().filter(|byte| byte.is_ascii_digit()));
    }
    plain
}

/// A number that can be meant in one way only, in canonical form.
pub(crate) fn read_number(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if text.len() > LONGEST_NUMBER {
        return None;
    }
    if is_canonical(text) {
        return Some(Cow::Borrowed(text));
    }
    let shape = NumberShape::scan(text)?;
    shape
        .own_reading()
        .map(|decimals_at| Cow::Owned(write_canonical(text, shape.negative, decimals_at)))
}

/// Most numbers are written as PostgreSQL reads them, with one meaning only: a quick check finds them.
fn is_canonical(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(unsigned, 0);
    match &unsigned[whole..] {
        [] => whole > 0,
        [b'.', decimals @ ..] => {
            let has_one_meaning = whole >= 4 || whole > 0 && decimals.len() <= 2;
            has_one_meaning && !decimals.is_empty() && decimals.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// A number with known separators, as `numeric`'s input function reads it, which then decides whether it is one. A `.`
/// that is neither of the separators makes it none: `1.5` is not 15 and not 1.5 where decimals begin with a comma.
pub(crate) fn with_separators(text: &[u8], group: Option<u8>, decimal: Option<u8>) -> Vec<u8> {
    // What is longer is no number, and its beginning is none either.
    if text.len() > LONGEST_NUMBER {
        return b"?".to_vec();
    }
    let mut plain = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = match separator(&text[at..]) {
            Some((sibling, length)) => (sibling, length),
            None => (text[at], 1),
        };
        if Some(byte) == decimal {
            plain.push(b'.');
        } else if byte == b'.' && decimal.is_some() && group != Some(b'.') {
            plain.push(b'?');
        } else if Some(byte) != group {
            match sign(&text[at..]) {
                Some((true, length)) if length > 1 => {
                    plain.push(b'-');
                    at += length;
                    continue;
                }
                _ => plain.extend(&text[at..at + length]),
            }
        }
        at += length;
    }
    plain
}

/// How a number with an exponent can be read, in the form in which programs write those that are too large or too small
/// for digits: `1e+20`, `1.5E-07`. Without a sign in the exponent it may be a code: `1E5`.
pub(crate) fn scientific(text: &[u8]) -> Option<Readings> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let at = unsigned.iter().position(|byte| matches!(byte, b'e' | b'E'))?;
    let (mantissa, exponent) = (&unsigned[..at], &unsigned[at + 1..]);
    let [b'+' | b'-', exponent @ ..] = exponent else {
        return None;
    };
    let has_point = match mantissa {
        [b'0'..=b'9'] => false,
        [b'0'..=b'9', b'.', decimals @ ..] if !decimals.is_empty() && are_digits(decimals) => true,
        _ => return None,
    };
    let fits = (2..=3).contains(&exponent.len()) && are_digits(exponent);
    let points = formats_with_decimal(b'.');
    fits.then_some(Readings {
        fits: if has_point { points } else { Formats::ALL },
        grouped: Formats::NONE,
        fractional: if has_point { points } else { Formats::NONE },
    })
}

/// Whether a text is one of those that PostgreSQL prints for numbers that are none.
pub(crate) fn is_beyond_numbers(text: &[u8]) -> bool {
    matches!(text, b"NaN" | b"Infinity" | b"-Infinity")
}

/// Whether a text is an address of a computer, `192.168.100.200`, that could be a number with points between its groups.
pub(crate) fn is_network_address(text: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        let has_digits = (1..=3).contains(&part.len()) && are_digits(part);
        has_digits && number_of(part) <= 255
    };
    text.split(|&byte| byte == b'.').count() == 4 && text.split(|&byte| byte == b'.').all(is_part)
}

fn number_of(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

fn are_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// Whether a text is a number in PostgreSQL's own notation, with an exponent or without.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let unsigned = match trim_value(text) {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    let has_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| match exponent {
        [b'+' | b'-', rest @ ..] | rest => has_digits(rest),
    });
    let is_mantissa = match mantissa.iter().position(|&byte| byte == b'.') {
        Some(at) => {
            let (whole, decimals) = (&mantissa[..at], &mantissa[at + 1..]);
            has_digits(whole) && decimals.is_empty()
                || (whole.is_empty() || has_digits(whole)) && has_digits(decimals)
        }
        None => has_digits(mantissa),
    };
    exponent_fits && is_mantissa
}

#[cfg(test)]
mod tests {
    use super::super::number_format::{FORMATS, NumberFormat};
    use super::*;

    fn reading(text: &str) -> Option<String> {
        read_number(text.as_bytes()).map(|plain| String::from_utf8(plain.into_owned()).unwrap())
    }

    #[test]
    fn codes_and_exponents_are_told_from_numbers() {
        let digits = |text: &str| NumberShape::scan(text.as_bytes()).and_then(|shape| shape.digits_of_code());
        assert_eq!(digits("+61 412 345 678"), Some(11));
        assert_eq!(digits("123.456.789"), Some(9));
        for text in ["1 234", "1,234,567", "1 234 567,5", "1'234'567", "123456789"] {
            assert_eq!(digits(text), None, "{text}");
        }
        for text in ["1e+20", "-1.5E-07", "1.5e+300"] {
            assert!(scientific(text.as_bytes()).is_some(), "{text}");
        }
        for text in ["1e5", "1E+5", "12e+20", "1.e+20", "1e+2000", "1,5e+20", ""] {
            assert!(scientific(text.as_bytes()).is_none(), "{text}");
        }
        assert!(is_network_address(b"192.168.100.200"));
        assert!(!is_network_address(b"1.234.567.890") && !is_network_address(b"1.2.3"));
    }

    #[test]
    fn forms_with_one_meaning_are_read() {
        for (text, number) in [
            ("0", "0"),
            ("7", "7"),
            ("00123", "00123"),
            ("-12", "-12"),
            ("+12", "12"),
            (" 12 ", "12"),
            ("1234567", "1234567"),
            ("1234.5678", "1234.5678"),
            ("1234,5678", "1234.5678"),
            ("1.5", "1.5"),
            ("123,45", "123.45"),
            ("1,234.5", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1.234,567", "1234.567"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1,234,567.891", "1234567.891"),
            ("1 234", "1234"),
            ("1 234 567,8", "1234567.8"),
            ("1 234.5", "1234.5"),
            ("1\u{a0}234,5", "1234.5"),
            ("1\u{202f}234,5", "1234.5"),
            ("12,34,567", "1234567"),
            ("1,00,000.5", "100000.5"),
            ("1'234", "1234"),
            ("1'234'567.8", "1234567.8"),
            ("1\u{2019}234.5", "1234.5"),
            ("\u{2212}3,5", "-3.5"),
        ] {
            assert_eq!(reading(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn forms_with_two_meanings_or_none_are_refused() {
        for text in [
            "",
            " ",
            "-",
            "1,500",
            "1.234",
            "12.3456",
            "0,123",
            "1e5",
            ".5",
            "5.",
            "$5",
            "1,2345.6",
            "1234,567.8",
            "1,23,45",
            "1.23.456",
            "12 34",
            "1 23 456",
            "1'234,5",
            "1,234.567,8",
            "1..5",
            "1 .5",
            "--5",
            "5-",
            "NaN",
            "0x1F",
            "1_000",
            "12:30",
            "1,234 567",
            "١٢",
        ] {
            assert_eq!(reading(text), None, "{text}");
        }
    }

    #[test]
    fn the_notation_of_postgresql() {
        for text in ["0", " 12 ", "-1.5", "+.5", "5.", "1e5", "1.5E-10"] {
            assert!(is_plain(text.as_bytes()), "{text}");
        }
        for text in ["", ".", "-", "1e", "e5", "1.2.3", "1,5", "1 day", "01:02"] {
            assert!(!is_plain(text.as_bytes()), "{text}");
        }
    }

    fn formats(text: &str) -> Vec<String> {
        let fits = NumberShape::scan(text.as_bytes()).unwrap().readings().fits;
        let marks = |format: &NumberFormat| {
            format!(
                "1{}234{}5",
                format.group.map_or(String::new(), |mark| char::from(mark).into()),
                char::from(format.decimal)
            )
        };
        (0..FORMATS.len())
            .filter(|&at| fits.has(at))
            .map(|at| marks(&FORMATS[at]))
            .collect()
    }

    #[test]
    fn the_formats_of_a_number() {
        assert_eq!(formats("12").len(), FORMATS.len());
        assert_eq!(formats("1,234.5"), ["1,234.5"]);
        assert_eq!(formats("1 234"), ["1 234,5", "1 234.5"]);
        assert_eq!(formats("1,500"), ["1234,5", "1,234.5", "1.234,5", "1 234,5"]);
        assert_eq!(formats("12,34,567.8"), ["1,234.5"]);
        assert_eq!(formats("1,2345.6"), [""; 0]);
    }

    /// Every number of up to nine digits with every number of decimals, in every format: the format is among its
    /// readings, and the separators of the format give it back.
    #[test]
    fn what_a_format_writes_it_reads() {
        for digits in [
            "0",
            "7",
            "42",
            "123",
            "1234",
            "98765",
            "123456",
            "1234567",
            "123456789",
        ] {
            for decimals in ["", "5", "25", "125", "1234"] {
                for (at, format) in FORMATS.iter().enumerate() {
                    let text = write(digits, decimals, *format);
                    let readings = NumberShape::scan(text.as_bytes()).unwrap().readings();
                    assert!(readings.fits.has(at), "{text}");
                    assert_eq!(readings.fractional.has(at), !decimals.is_empty(), "{text}");
                    let plain = with_separators(text.as_bytes(), format.group, Some(format.decimal));
                    let point = if decimals.is_empty() { "" } else { "." };
                    assert_eq!(
                        String::from_utf8(plain).unwrap(),
                        format!("{digits}{point}{decimals}"),
                        "{text}"
                    );
                }
            }
        }
    }

    fn write(digits: &str, decimals: &str, format: NumberFormat) -> String {
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.extend(format.group.map(char::from));
            }
            text.push(digit);
        }
        if !decimals.is_empty() {
            text.push(format.decimal.into());
            text.push_str(decimals);
        }
        text
    }

    #[test]
    fn separators_that_are_not_the_given_ones_stay_in_the_way() {
        let with = |text: &str, group, decimal| {
            String::from_utf8(with_separators(text.as_bytes(), group, decimal)).unwrap()
        };
        assert_eq!(with("1.5", None, Some(b',')), "1?5");
        assert_eq!(with("1.5", None, None), "1.5");
        assert_eq!(with("1.234,5", Some(b'.'), Some(b',')), "1234.5");
        assert_eq!(with("1,234.5", None, Some(b'.')), "1,234.5");
        assert_eq!(with("-1\u{202f}234", Some(b' '), None), "-1234");
    }
}
