//! JSON objects as rows, whose columns are all keys in the order of their first appearance.
//!
//! Whether a text is JSON is decided by serde_json; the members of an object are then found where they lie. So values
//! stay as they are written, no digit of a number is lost, and nothing is copied.

use super::copy_format::{CHUNK, NULL, find_byte, push_bytes, write_value};
use super::error::{FileError, MOST_COLUMNS, RejectedRow, reason_against_value};
use rustc_hash::FxHashMap;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::TryReserveError;
use std::io::{self, Read};

/// The longest key of an object: PostgreSQL cuts names off at 63 bytes.
const LONGEST_KEY: usize = 10_000;

/// A reader of objects, positioned on one.
pub(super) struct Objects<'a> {
    source: ObjectSource<'a>,
    pulse: &'a dyn Fn(),
    columns: Vec<String>,
    positions: FxHashMap<Vec<u8>, usize>,
    /// The values of the row, as JSON; `None` for a key that the object does not have.
    row: Vec<Option<&'a [u8]>>,
    /// For strings with escapes.
    unescaped: Vec<u8>,
}

enum ObjectSource<'a> {
    Lines { rest: &'a [u8], line: u64 },
    Array { text: &'a [u8], at: usize, number: u64 },
}

impl<'a> Objects<'a> {
    /// An object a line. `columns` are those that are known already.
    pub(super) fn of_lines(text: &'a [u8], columns: &[String], pulse: &'a dyn Fn()) -> Self {
        Self::new(ObjectSource::Lines { rest: text, line: 0 }, columns, pulse)
    }

    /// An array of objects.
    pub(super) fn of_array(
        text: &'a [u8],
        columns: &[String],
        pulse: &'a dyn Fn(),
    ) -> Result<Self, FileError> {
        let at = skip_blanks(text, 0);
        if text.get(at) != Some(&b'[') {
            return Err(FileError::NotJson("it does not begin with [".into()));
        }
        let source = ObjectSource::Array {
            text,
            at: at + 1,
            number: 0,
        };
        Ok(Self::new(source, columns, pulse))
    }

    fn new(source: ObjectSource<'a>, columns: &[String], pulse: &'a dyn Fn()) -> Self {
        Self {
            source,
            pulse,
            columns: columns.to_vec(),
            positions: (0..)
                .zip(columns)
                .map(|(at, name)| (name.clone().into_bytes(), at))
                .collect(),
            row: Vec::new(),
            unescaped: Vec::new(),
        }
    }

    /// The keys of all objects so far.
    pub(super) fn into_columns(self) -> Vec<String> {
        self.columns
    }

    /// Goes on to the next row, which may be bad; `None` at the end.
    pub(super) fn next_row(&mut self) -> Result<Option<Result<(), RejectedRow<'a>>>, FileError> {
        loop {
            (self.pulse)();
            let (line, text, value) = match &mut self.source {
                ObjectSource::Lines { rest, line } => {
                    if rest.is_empty() {
                        return Ok(None);
                    }
                    let text = next_line(rest);
                    *line += 1;
                    if text.trim_ascii().is_empty() {
                        continue;
                    }
                    (*line, text, check_line(text, self.pulse))
                }
                ObjectSource::Array { text, at, number } => {
                    match next_element(text, at, *number == 0, self.pulse)? {
                        None => return Ok(None),
                        // The line of an object in an array is its number in the array.
                        Some(value) => {
                            *number += 1;
                            (*number, value, Ok(value))
                        }
                    }
                }
            };
            let outcome = match value {
                Ok(value) => self.take_object(value)?,
                Err(problem) => Err(format!("not a JSON object: {problem}")),
            };
            return Ok(Some(outcome.map_err(|reason| RejectedRow { line, reason, text })));
        }
    }

    /// Takes the values of an object, which is valid JSON. The inner error says what is bad about it.
    fn take_object(&mut self, json: &'a [u8]) -> Result<Result<(), String>, FileError> {
        if json.first() != Some(&b'{') {
            return Ok(Err("not a JSON object".into()));
        }
        self.row.clear();
        self.row.resize(self.columns.len(), None);
        // A bad row brings no columns.
        let known = self.columns.len();
        let pulse = self.pulse;
        for (key, value) in (MemberReader { json, at: 1, pulse }) {
            pulse();
            if let Err(reason) = self.take_member(key, value)? {
                for name in self.columns.drain(known..) {
                    self.positions.remove(name.as_bytes());
                }
                return Ok(Err(reason));
            }
        }
        Ok(Ok(()))
    }

    fn take_member(&mut self, key: &'a [u8], value: &'a [u8]) -> Result<Result<(), String>, FileError> {
        if key.len() > LONGEST_KEY {
            return Ok(Err(format!("a key of more than {LONGEST_KEY} bytes")));
        }
        if is_string(value)
            && let Some(reason) = self.reason_against(value)?
        {
            return Ok(Err(reason));
        }
        if let Some(reason) = self.reason_against(key)? {
            return Ok(Err(reason));
        }
        // Now the key is what was unescaped last.
        let at = match self.positions.get(self.unescaped.as_slice()) {
            Some(&at) => at,
            None if self.columns.len() == MOST_COLUMNS => return Err(FileError::TooManyColumns),
            None => {
                let at = self.columns.len();
                self.columns
                    .push(String::from_utf8_lossy(&self.unescaped).into_owned());
                self.positions.insert(self.unescaped.clone(), at);
                self.row.push(None);
                at
            }
        };
        self.row[at] = Some(value);
        Ok(Ok(()))
    }

    /// Unescapes a string, and says why it cannot be stored.
    fn reason_against(&mut self, string: &[u8]) -> Result<Option<String>, TryReserveError> {
        self.unescaped.clear();
        Ok(match unescape(string, &mut self.unescaped, self.pulse)? {
            true => reason_against_value(&self.unescaped, self.pulse),
            false => Some("not a JSON object: half of a surrogate pair".into()),
        })
    }

    /// Writes the row's values as COPY has them.
    pub(super) fn write(&mut self, out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        for (at, value) in self.row.iter().enumerate() {
            if at > 0 {
                push_bytes(out, b"\t")?;
            }
            match value {
                None | Some(b"null") => push_bytes(out, NULL)?,
                // Strings without their quotes, anything else as it is written.
                Some(value) if is_string(value) => {
                    self.unescaped.clear();
                    unescape(value, &mut self.unescaped, self.pulse)?;
                    write_value(&self.unescaped, out, self.pulse)?;
                }
                Some(value) => write_value(value, out, self.pulse)?,
            }
        }
        Ok(())
    }
}

fn is_string(json: &[u8]) -> bool {
    json.first() == Some(&b'"')
}

/// The first line, without its end.
fn next_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (line, after) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (*rest, &[][..]),
    };
    *rest = after;
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The element that follows at `at`; `None` behind the last one, where the array must end.
fn next_element<'a>(
    text: &'a [u8],
    at: &mut usize,
    is_first: bool,
    pulse: &dyn Fn(),
) -> Result<Option<&'a [u8]>, FileError> {
    let not_json =
        |at: usize, expected: &str| FileError::NotJson(format!("expected {expected} at byte {at}"));
    *at = skip_blanks(text, *at);
    match text.get(*at) {
        Some(b']') => {
            let end = skip_blanks(text, *at + 1);
            return match text.get(end) {
                None => Ok(None),
                Some(_) => Err(not_json(end, "the end")),
            };
        }
        Some(b',') if !is_first => *at += 1,
        Some(_) if is_first => {}
        _ => return Err(not_json(*at, ", or ]")),
    }
    let rest = &text[*at..];
    let (begin, end) = match extent_of_value(rest, pulse) {
        Some(Ok(extent)) => extent,
        Some(Err(problem)) => return Err(FileError::NotJson(format!("{problem}, counted from byte {at}"))),
        None => return Err(not_json(*at, "an object")),
    };
    *at += end;
    Ok(Some(&rest[begin..end]))
}

/// More than that of a value is not read without calling the pulse.
const LARGE: usize = 1 << 20;

/// Where the value of a text that goes on behind it begins and ends; `None` where there is none.
fn extent_of_value(text: &[u8], pulse: &dyn Fn()) -> Option<serde_json::Result<(usize, usize)>> {
    let begin = skip_blanks(text, 0);
    let beginning = &text[..text.len().min(LARGE)];
    let mut values = serde_json::Deserializer::from_slice(beginning).into_iter::<&RawValue>();
    let value = values.next();
    let end = values.byte_offset();
    let is_cut = match &value {
        Some(Ok(_)) => end == beginning.len(),
        Some(Err(problem)) => problem.is_eof(),
        None => true,
    };
    if !is_cut || beginning.len() == text.len() {
        return value.map(|value| value.map(|_| (begin, end)));
    }
    let mut values =
        serde_json::Deserializer::from_reader(PulsedText::new(text, pulse)).into_iter::<IgnoredAny>();
    let value = values.next();
    let end = values.byte_offset();
    value.map(|value| value.map(|_| (begin, end)))
}

/// A line that is one value, without the blanks around it.
fn check_line<'a>(line: &'a [u8], pulse: &dyn Fn()) -> serde_json::Result<&'a [u8]> {
    if line.len() <= LARGE {
        return serde_json::from_slice::<&RawValue>(line).map(|value| value.get().as_bytes());
    }
    serde_json::from_reader::<_, IgnoredAny>(PulsedText::new(line, pulse)).map(|_| line.trim_ascii())
}

/// A text that calls the pulse while it is read.
struct PulsedText<'a> {
    rest: &'a [u8],
    reads: u32,
    pulse: &'a dyn Fn(),
}

impl<'a> PulsedText<'a> {
    fn new(text: &'a [u8], pulse: &'a dyn Fn()) -> Self {
        Self {
            rest: text,
            reads: 0,
            pulse,
        }
    }
}

impl Read for PulsedText<'_> {
    // serde_json asks for one byte at a time.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads = self.reads.wrapping_add(1);
        if self.reads.is_multiple_of(4096) {
            (self.pulse)();
        }
        self.rest.read(buffer)
    }
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let blanks = text[at..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    at + blanks.count()
}

/// The members of an object that is valid JSON: keys and values as they are written.
struct MemberReader<'a> {
    json: &'a [u8],
    at: usize,
    pulse: &'a dyn Fn(),
}

impl<'a> Iterator for MemberReader<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.at = skip_blanks(self.json, self.at);
        if self.json.get(self.at) == Some(&b',') {
            self.at = skip_blanks(self.json, self.at + 1);
        }
        if self.json.get(self.at) != Some(&b'"') {
            return None;
        }
        let key = self.take(end_of_string);
        self.at = skip_blanks(self.json, self.at) + 1;
        self.at = skip_blanks(self.json, self.at);
        let value = self.take(end_of_value);
        Some((key, value))
    }
}

impl<'a> MemberReader<'a> {
    fn take(&mut self, end: fn(&[u8], usize, &dyn Fn()) -> usize) -> &'a [u8] {
        let start = self.at;
        self.at = end(self.json, start, self.pulse).min(self.json.len());
        &self.json[start..self.at]
    }
}

/// Where the string ends that begins at `at`.
fn end_of_string(json: &[u8], at: usize, pulse: &dyn Fn()) -> usize {
    let mut at = at + 1;
    let mut pause = at + CHUNK;
    while let Some(byte) = json.get(at) {
        if at >= pause {
            pulse();
            pause = at + CHUNK;
        }
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

/// Where the value ends that begins at `at`.
fn end_of_value(json: &[u8], at: usize, pulse: &dyn Fn()) -> usize {
    let (mut at, mut depth) = (at, 0_usize);
    let mut pause = at + CHUNK;
    while let Some(byte) = json.get(at) {
        if at >= pause {
            pulse();
            pause = at + CHUNK;
        }
        match byte {
            b'"' => {
                at = end_of_string(json, at, pulse);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                if depth <= 1 {
                    return if depth == 1 { at + 1 } else { at };
                }
                depth -= 1;
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    json.len()
}

/// Writes what a string says that is valid JSON. `false` where an escape is half of a surrogate pair.
fn unescape(string: &[u8], out: &mut Vec<u8>, pulse: &dyn Fn()) -> Result<bool, TryReserveError> {
    let inner = string.get(1..string.len().saturating_sub(1)).unwrap_or_default();
    let mut rest = inner;
    while let Some(at) = find_byte(rest, |byte| byte == b'\\', pulse) {
        push_bytes(out, &rest[..at])?;
        let escape = rest.get(at + 1).copied().unwrap_or_default();
        rest = rest.get(at + 2..).unwrap_or_default();
        let plain = match escape {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let Some(letter) = take_escaped(&mut rest) else {
                    return Ok(false);
                };
                push_bytes(out, letter.encode_utf8(&mut [0; 4]).as_bytes())?;
                continue;
            }
            other => other,
        };
        push_bytes(out, &[plain])?;
    }
    push_bytes(out, rest)?;
    Ok(true)
}

/// The character of which the escape goes on here, behind its `\u`; two escapes for one beyond the first 65536.
fn take_escaped(rest: &mut &[u8]) -> Option<char> {
    let first = take_code(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    *rest = rest.strip_prefix(b"\\u")?;
    let second = take_code(rest)?;
    if !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
}

fn take_code(rest: &mut &[u8]) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(json: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        MemberReader {
            json: json.as_bytes(),
            at: 1,
            pulse: &|| (),
        }
        .map(|(key, value)| (text(key), text(value)))
        .collect()
    }

    #[test]
    fn members_as_they_are_written() {
        assert_eq!(members("{}"), []);
        assert_eq!(members("{ }"), []);
        let found = members(
            r#"{"a":1 , "b" : "}\"," ,"c":{"d":[1,{"]":"}"}]},"e":[ ],"f":-1.50E+2,"g":null, "":true}"#,
        );
        let expected = [
            ("\"a\"", "1"),
            ("\"b\"", r#""}\",""#),
            ("\"c\"", r#"{"d":[1,{"]":"}"}]}"#),
            ("\"e\"", "[ ]"),
            ("\"f\"", "-1.50E+2"),
            ("\"g\"", "null"),
            ("\"\"", "true"),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn strings_as_serde_reads_them() {
        for json in [
            r#""""#,
            r#""plain é""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0041\u00e9\u20AC\uD83D\ude00!""#,
            r#""a\\""#,
        ] {
            let mut out = Vec::new();
            assert!(unescape(json.as_bytes(), &mut out, &|| ()).unwrap());
            assert_eq!(
                String::from_utf8(out).unwrap(),
                serde_json::from_str::<String>(json).unwrap()
            );
        }
        for json in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00""#, r#""\ud83d\u0041""#] {
            assert!(!unescape(json.as_bytes(), &mut Vec::new(), &|| ()).unwrap());
            assert!(serde_json::from_str::<String>(json).is_err());
        }
    }
}
