//! JSON texts, as strictly as `jsonb` reads them: besides the grammar, no `\u0000`, no half of a surrogate pair, and no
//! number out of the range of `numeric`.

/// Whether a text is a JSON array.
pub(crate) fn is_array(text: &[u8]) -> bool {
    is_array_pulsed(text, &|| ())
}

/// The same for a text that may be long: the pulse is called all the time, and may stop the work.
pub(crate) fn is_array_pulsed(text: &[u8], pulse: &dyn Fn()) -> bool {
    trim_blanks(text).first() == Some(&b'[') && is_document(text, pulse)
}

/// Whether the first element of a text that is a JSON array is an array.
pub(crate) fn is_array_of_arrays(array: &[u8]) -> bool {
    let elements = trim_blanks(array).strip_prefix(b"[");
    elements.is_some_and(|elements| trim_blanks(elements).first() == Some(&b'['))
}

/// Whether a text is a JSON object.
pub(crate) fn is_object(text: &[u8]) -> bool {
    trim_blanks(text).first() == Some(&b'{') && is_document(text, &|| ())
}

/// Whether a text is the JSON of an amount with its currency, as records have it: `{"value": 1.50, "currency": "EUR"}`.
pub(crate) fn is_amount_with_currency(text: &[u8]) -> bool {
    let members = || {
        let (first, rest) = amount_member(trim_blanks(text).strip_prefix(b"{")?)?;
        let (second, rest) = amount_member(trim_blanks(rest).strip_prefix(b",")?)?;
        let rest = trim_blanks(rest).strip_prefix(b"}")?;
        (first != second && trim_blanks(rest).is_empty()).then_some(())
    };
    members().is_some()
}

/// A member of such an amount: whether it is the value, and what follows.
fn amount_member(text: &[u8]) -> Option<(bool, &[u8])> {
    let text = trim_blanks(text);
    let (is_value, rest) = match text.strip_prefix(b"\"value\"") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix(b"\"currency\"")?),
    };
    let rest = trim_blanks(trim_blanks(rest).strip_prefix(b":")?);
    let rest = match rest {
        [b'n', b'u', b'l', b'l', rest @ ..] => rest,
        [b'-' | b'0'..=b'9', ..] if is_value => skip_number(rest)?,
        [b'"', a, b, c, b'"', rest @ ..]
            if !is_value && [a, b, c].iter().all(|letter| letter.is_ascii_uppercase()) =>
        {
            rest
        }
        _ => return None,
    };
    Some((is_value, rest))
}

/// PostgreSQL limits the depth by its stack (`max_stack_depth`); this is far below.
const DEEPEST: usize = 200;

fn is_document(text: &[u8], pulse: &dyn Fn()) -> bool {
    skip_value(trim_blanks(text), DEEPEST, pulse).is_some_and(|rest| trim_blanks(rest).is_empty())
}

/// Each of these functions gives what follows the thing that it reads.
fn skip_value<'a>(text: &'a [u8], depth: usize, pulse: &dyn Fn()) -> Option<&'a [u8]> {
    match text {
        [b'{', rest @ ..] => skip_items(rest, b'}', depth.checked_sub(1)?, member, pulse),
        [b'[', rest @ ..] => skip_items(rest, b']', depth.checked_sub(1)?, skip_value, pulse),
        [b'"', rest @ ..] => string(rest),
        [b'-' | b'0'..=b'9', ..] => skip_number(text),
        _ => [&b"true"[..], b"false", b"null"]
            .iter()
            .find_map(|word| text.strip_prefix(*word)),
    }
}

/// Reads an item of a list.
type Item = for<'a> fn(&'a [u8], usize, &dyn Fn()) -> Option<&'a [u8]>;

/// Items with commas between, up to the closing mark.
fn skip_items<'a>(text: &'a [u8], close: u8, depth: usize, item: Item, pulse: &dyn Fn()) -> Option<&'a [u8]> {
    let mut text = trim_blanks(text);
    if let Some(rest) = text.strip_prefix(&[close]) {
        return Some(rest);
    }
    loop {
        pulse();
        text = trim_blanks(item(text, depth, pulse)?);
        match text {
            [b',', rest @ ..] => text = trim_blanks(rest),
            [mark, rest @ ..] if *mark == close => return Some(rest),
            _ => return None,
        }
    }
}

fn member<'a>(text: &'a [u8], depth: usize, pulse: &dyn Fn()) -> Option<&'a [u8]> {
    let rest = trim_blanks(string(text.strip_prefix(b"\"")?)?);
    skip_value(trim_blanks(rest.strip_prefix(b":")?), depth, pulse)
}

/// A string after its opening quote.
fn string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        let at = text
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        text = match &text[at..] {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', b'u', rest @ ..] => escaped_character(rest)?,
            [
                b'\\',
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                rest @ ..,
            ] => rest,
            _ => return None,
        };
    }
}

/// The text after the four digits of a `\u`, or those of a surrogate pair.
fn escaped_character(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = hexadecimal(text)?;
    match first {
        0 | 0xdc00..=0xdfff => None,
        0xd800..=0xdbff => {
            let (second, rest) = hexadecimal(rest.strip_prefix(b"\\u")?)?;
            (0xdc00..=0xdfff).contains(&second).then_some(rest)
        }
        _ => Some(rest),
    }
}

fn hexadecimal(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let value = digits.iter().try_fold(0, |value, digit| {
        Some(value * 16 + char::from(*digit).to_digit(16)?)
    })?;
    Some((value, rest))
}

fn skip_number(text: &[u8]) -> Option<&[u8]> {
    // numeric holds 131,072 digits before the point and 16,383 after it.
    const MOST_DIGITS: usize = 1000;
    const MOST_EXPONENT_DIGITS: usize = 3;
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(unsigned);
    if whole == 0 || whole > MOST_DIGITS || whole > 1 && unsigned[0] == b'0' {
        return None;
    }
    let mut rest = &unsigned[whole..];
    if let [b'.', decimals @ ..] = rest {
        let count = digits(decimals);
        if !(1..=MOST_DIGITS).contains(&count) {
            return None;
        }
        rest = &decimals[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', rest @ ..] | rest => rest,
        };
        let count = digits(exponent);
        if !(1..=MOST_EXPONENT_DIGITS).contains(&count) {
            return None;
        }
        rest = &exponent[count..];
    }
    Some(rest)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The text behind JSON's blanks. Only at its beginning: what follows is looked at when it is read.
fn trim_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_with_a_currency() {
        for text in [
            r#"{"value": 1.50, "currency": "EUR"}"#,
            r#" {"currency":"USD","value":-3} "#,
            r#"{"value": null, "currency": null}"#,
        ] {
            assert!(is_amount_with_currency(text.as_bytes()), "{text}");
        }
        for text in [
            "{}",
            r#"{"value": 1.50}"#,
            r#"{"value": 1, "value": 2}"#,
            r#"{"value": "1", "currency": "EUR"}"#,
            r#"{"value": 1, "currency": "Euro"}"#,
            r#"{"value": 1, "currency": "EUR", "a": 1}"#,
            r#"[{"value": 1, "currency": "EUR"}]"#,
        ] {
            assert!(!is_amount_with_currency(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn documents() {
        for text in [
            "{}",
            "[]",
            " [1, -2.5e10, true, null] ",
            r#"{"a": {"b": ["c\n\u00e9\ud83d\ude00"]}}"#,
            "[\n1\n]",
            r#"["é"]"#,
            "[0, -0, 0.5]",
        ] {
            assert!(is_array(text.as_bytes()) || is_object(text.as_bytes()), "{text}");
        }
        let deep = "[".repeat(300) + &"]".repeat(300);
        for text in [
            "",
            "1",
            "\"a\"",
            "[",
            "[1,]",
            "[01]",
            "[1.]",
            "[.5]",
            "[1e]",
            "[1e9999]",
            "{a: 1}",
            r#"{"a" 1}"#,
            r#"{"a": 1,}"#,
            r#"["\u0000"]"#,
            r#"["\ud83d"]"#,
            r#"["\x"]"#,
            "[\"\n\"]",
            "[1] x",
            "[True]",
            "[NaN]",
            "{1: 2}",
            "\u{c}[]",
            &deep,
        ] {
            assert!(
                !is_array(text.as_bytes()) && !is_object(text.as_bytes()),
                "{text}"
            );
        }
        assert!(is_object(b"{\"a\": 1}") && !is_array(b"{\"a\": 1}"));
    }
}
