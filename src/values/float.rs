//! Floating-point numbers as Python prints them, which Mathesar's service is written in: always with a fraction or an
//! exponent, `2.0` and `1e+16`.

/// JSON text with the numbers in it printed so; all else stays.
pub(crate) fn as_python_prints(json: &str) -> String {
    let mut printed = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '"' => string_length(rest),
            '-' | '0'..='9' => rest.find([',', ']', '}', ' ', '\n']).unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match token.parse::<f64>() {
            Ok(number) if next != '"' => printed.push_str(&print_number(number)),
            _ => printed.push_str(token),
        }
        rest = after;
    }
    printed
}

/// The length of the string that a text begins with, with its quotes.
fn string_length(json: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

/// Rust chooses the digits, and between fraction and exponent, as Python does; Python's exponents have a sign, and two
/// digits at least.
fn print_number(number: f64) -> String {
    let printed = format!("{number:?}");
    match printed.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => printed,
    }
}

#[cfg(test)]
mod tests {
    use super::as_python_prints;

    /// What `json.dumps(float(...))` prints of the same numbers.
    #[test]
    fn as_python() {
        for (json, printed) in [
            ("2", "2.0"),
            ("-0", "-0.0"),
            ("1.5", "1.5"),
            ("1e+15", "1000000000000000.0"),
            ("1.2345678901234567e+15", "1234567890123456.8"),
            ("1e+16", "1e+16"),
            ("1.5e+300", "1.5e+300"),
            ("1e-05", "1e-05"),
            ("0.0001", "0.0001"),
            ("1e+06", "1000000.0"),
            ("0.1", "0.1"),
            ("5e-324", "5e-324"),
            ("\"NaN\"", "\"NaN\""),
            ("null", "null"),
            ("[1,null,\"Infinity\",2.5]", "[1.0,null,\"Infinity\",2.5]"),
            ("[[1,2],\n [3,-4]]", "[[1.0,2.0],\n [3.0,-4.0]]"),
            ("[]", "[]"),
            (r#"["a\"1",1]"#, r#"["a\"1",1.0]"#),
        ] {
            assert_eq!(as_python_prints(json), printed, "{json}");
        }
    }
}
