//! Amounts of money as people write them: `$1,234.50`, `-3 €`, `(12.00 USD)`.

use super::number::{self, NumberShape};
use super::{currency, trim_value};

/// An amount that can be meant in one way only, in canonical form: a number with at most one run of other characters
/// before and after it, which are dropped. A `-` in them, or parentheses around the number, make it negative.
pub(crate) fn read_money(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > number::LONGEST_NUMBER {
        return None;
    }
    let of_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    let start = text.iter().position(of_number)?;
    let end = text.iter().rposition(of_number)? + 1;
    let (before, amount, after) = (&text[..start], &text[start..end], &text[end..]);
    let shape = NumberShape::scan(amount)?;
    if shape.has_apostrophes() {
        return None;
    }
    let in_parentheses = before.contains(&b'(') && after.contains(&b')');
    let negative = in_parentheses || has_minus(before) || has_minus(after);
    shape
        .own_reading()
        .map(|decimals_at| number::write_canonical(amount, negative, decimals_at))
}

/// An amount with known marks, as `numeric`'s input function reads it, which then decides whether it is one. Prefix
/// and suffix may be missing: a column of amounts in one currency often names it in the first row only.
pub(crate) fn with_marks(
    text: &[u8],
    group: Option<u8>,
    decimal: Option<u8>,
    prefix: &[u8],
    suffix: &[u8],
) -> Vec<u8> {
    let mut rest = trim_value(text);
    let mut negative = false;
    let mut prefix = Some(trim_value(prefix)).filter(|mark| !mark.is_empty());
    let mut suffix = Some(trim_value(suffix)).filter(|mark| !mark.is_empty());
    // Sign, parentheses and marks come in any order, each at most once: -$5, $-5, ($5), $(5), 5- €.
    loop {
        let before = rest.len();
        if let Some(stripped) = prefix.and_then(|mark| rest.strip_prefix(mark)) {
            rest = trim_value(stripped);
            prefix = None;
        }
        if let Some(stripped) = suffix.and_then(|mark| rest.strip_suffix(mark)) {
            rest = trim_value(stripped);
            suffix = None;
        }
        if let Some(stripped) = (!negative).then(|| strip_minus(rest)).flatten() {
            rest = trim_value(stripped);
            negative = true;
        }
        if rest.len() == before {
            break;
        }
    }
    let mut plain = number::with_separators(rest, group, decimal);
    if negative {
        plain.insert(0, b'-');
    }
    plain
}

/// An amount, taken apart into what currency marks and number it has.
pub(crate) struct Amount<'a> {
    pub(crate) shape: NumberShape,
    pub(crate) prefix: &'a [u8],
    pub(crate) suffix: &'a [u8],
}

impl<'a> Amount<'a> {
    /// Takes an amount apart, if what surrounds its number is the mark of a currency, signs and blanks.
    pub(crate) fn scan(text: &'a [u8]) -> Option<Self> {
        let start = text.iter().position(u8::is_ascii_digit)?;
        let end = text.iter().rposition(u8::is_ascii_digit)? + 1;
        let (before, after) = (trim_value(&text[..start]), trim_value(&text[end..]));
        let in_parentheses =
            matches!(before, [b'(', ..] | [.., b'(']) && matches!(after, [b')', ..] | [.., b')']);
        let bare = |part: &'a [u8]| {
            let part = if in_parentheses {
                strip_parenthesis(part)
            } else {
                part
            };
            match strip_minus(part) {
                // One sign is enough.
                Some(rest) if !in_parentheses => (trim_value(rest), true),
                _ => (trim_value(part), false),
            }
        };
        let ((prefix, minus_before), (suffix, minus_after)) = (bare(before), bare(after));
        let is_mark = |mark: &[u8]| mark.is_empty() || std::str::from_utf8(mark).is_ok_and(currency::is_mark);
        if minus_before && minus_after || !is_mark(prefix) || !is_mark(suffix) {
            return None;
        }
        Some(Self {
            shape: NumberShape::scan(&text[start..end])?,
            prefix,
            suffix,
        })
    }
}

fn strip_parenthesis(part: &[u8]) -> &[u8] {
    match part {
        [b'(' | b')', rest @ ..] | [rest @ .., b'(' | b')'] => trim_value(rest),
        _ => part,
    }
}

fn strip_minus(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'-', rest @ ..] | [rest @ .., b'-'] | [b'(', rest @ .., b')'] => Some(rest),
        _ => text.strip_prefix(MINUS).or_else(|| text.strip_suffix(MINUS)),
    }
}

/// U+2212, the minus sign of typographers.
const MINUS: &[u8] = "\u{2212}".as_bytes();

fn has_minus(text: &[u8]) -> bool {
    text.contains(&b'-') || text.windows(MINUS.len()).any(|window| window == MINUS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_with_one_meaning_are_read() {
        for (text, amount) in [
            ("$5", "5"),
            ("5", "5"),
            ("-$5.50", "-5.50"),
            ("$-5.50", "-5.50"),
            ("5.50-", "-5.50"),
            ("($1,234.50)", "-1234.50"),
            ("1 234,50 €", "1234.50"),
            ("€1.234,50", "1234.50"),
            ("USD 12,34,567", "1234567"),
            ("{\"a\": 1}", "1"),
        ] {
            assert_eq!(
                read_money(text.as_bytes()).as_deref(),
                Some(amount.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "$",
            "$1,500",
            "1.234 €",
            "$5 $6",
            "Fr. 5",
            "$1'234.5",
            "$5.",
            "5 apples, 6 pears",
        ] {
            assert_eq!(read_money(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_taken_apart() {
        let marks = |text: &str| {
            let amount = Amount::scan(text.as_bytes())?;
            let text = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap();
            Some((text(amount.prefix), text(amount.suffix)))
        };
        let of = |prefix: &str, suffix: &str| Some((prefix.to_string(), suffix.to_string()));
        for text in ["$5", "-$5", "$-5", "$ 5", "($5)", "$(5)"] {
            assert_eq!(marks(text), of("$", ""), "{text}");
        }
        for text in ["5 €", "-5€", "5- €", "5 €-", "(5 €)", "(5) €"] {
            assert_eq!(marks(text), of("", "€"), "{text}");
        }
        assert_eq!(marks("5"), of("", ""));
        assert_eq!(marks("USD 1,234.50"), of("USD", ""));
        assert_eq!(marks("Fr. 5.50"), of("Fr.", ""));
        for text in [
            "",
            "$",
            "5 kg",
            "50 %",
            "{\"a\": 1}",
            "$5 $6",
            "--5",
            "-5-",
            "(5",
            "5)",
            "1a2",
            "#5",
            "$.5",
        ] {
            assert_eq!(marks(text), None, "{text}");
        }
    }

    #[test]
    fn known_marks_are_stripped() {
        let with = |text: &str, group: &str, decimal: &str, prefix: &str, suffix: &str| {
            let mark = |mark: &str| mark.bytes().next();
            let plain = with_marks(
                text.as_bytes(),
                mark(group),
                mark(decimal),
                prefix.as_bytes(),
                suffix.as_bytes(),
            );
            String::from_utf8(plain).unwrap()
        };
        assert_eq!(with("$1,234.5", ",", ".", "$", ""), "1234.5");
        assert_eq!(with("-$5", ",", ".", "$", ""), "-5");
        assert_eq!(with("$-5", ",", ".", "$", ""), "-5");
        assert_eq!(with("($5)", ",", ".", "$", ""), "-5");
        assert_eq!(with("1.234,50 €", ".", ",", "", "€"), "1234.50");
        assert_eq!(with("1.234,50 €", ".", ",", "", " €"), "1234.50");
        assert_eq!(with("5", "", "", "$", ""), "5");
        assert_eq!(with("Fr. 5.50", "", ".", "Fr.", ""), "5.50");
        assert_eq!(with("--5", "", "", "$", ""), "--5");
        assert_eq!(with("$$5", "", "", "$", ""), "$5");
        assert_eq!(with("€5", "", "", "$", ""), "€5");
    }
}
