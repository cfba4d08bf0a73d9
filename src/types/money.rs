//! Amounts of money as people write them: `$1,234.50`, `-3 €`, `(12.00 USD)`.

use super::number::{self, Shape};
use super::trim;

/// An amount that can be meant in one way only, in canonical form: a number with at most one run of other characters
/// before and after it, which are dropped. A `-` in them, or parentheses around the number, make it negative.
pub(crate) fn read(text: &[u8]) -> Option<Vec<u8>> {
    let of_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    let start = text.iter().position(of_number)?;
    let end = text.iter().rposition(of_number)? + 1;
    let (before, amount, after) = (&text[..start], &text[start..end], &text[end..]);
    let shape = Shape::scan(amount)?;
    if shape.has_apostrophes() {
        return None;
    }
    let in_parentheses = before.contains(&b'(') && after.contains(&b')');
    let negative = in_parentheses || has_minus(before) || has_minus(after);
    shape
        .own_reading()
        .map(|decimals_at| number::canonical(amount, negative, decimals_at))
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
    let mut rest = trim(text);
    let mut negative = false;
    let mut prefix = Some(trim(prefix)).filter(|mark| !mark.is_empty());
    let mut suffix = Some(trim(suffix)).filter(|mark| !mark.is_empty());
    // Sign, parentheses and marks come in any order, each at most once: -$5, $-5, ($5), $(5), 5- €.
    loop {
        let before = rest.len();
        if let Some(stripped) = prefix.and_then(|mark| rest.strip_prefix(mark)) {
            rest = trim(stripped);
            prefix = None;
        }
        if let Some(stripped) = suffix.and_then(|mark| rest.strip_suffix(mark)) {
            rest = trim(stripped);
            suffix = None;
        }
        if let Some(stripped) = (!negative).then(|| strip_minus(rest)).flatten() {
            rest = trim(stripped);
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
                read(text.as_bytes()).as_deref(),
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
            assert_eq!(read(text.as_bytes()), None, "{text}");
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
