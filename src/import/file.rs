//! A file or a pasted text as rows of a table: CSV, TSV, JSON lines or a JSON array, in any encoding of the web. Pure
//! code: nothing here calls PostgreSQL.

use super::heading::{self, Heading};
use super::records::{Dialect, LineCounter, Record, Records};
use crate::error;
use crate::values::moment::Order;
use encoding_rs::Encoding;
use pgrx::PgSqlErrorCode;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;

/// The options of a file; an option that is left out is detected.
#[derive(DeriveDeserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FileOptions {
    format: Option<FileFormat>,
    encoding: Option<String>,
    delimiter: Option<char>,
    quote: Option<char>,
    escape: Option<char>,
    header: Option<bool>,
    /// The text that means NULL in CSV and TSV.
    null: String,
    bad_rows: BadRows,
    /// Not about the file, but about its dates: for inference.
    #[serde(rename = "date_order")]
    _date_order: Option<Order>,
}

/// The handling of rows that cannot be imported: refuse the whole file, or skip them and return them.
#[derive(DeriveDeserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum BadRows {
    #[default]
    Refuse,
    Skip,
}

#[derive(DeriveDeserialize, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileFormat {
    Csv,
    Tsv,
    JsonLines,
    Json,
}

/// The contents of a file.
#[derive(Serialize, Debug)]
pub(crate) struct Parsed {
    pub(super) format: FileFormat,
    encoding: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delimiter: Option<char>,
    /// Of formats that may have one.
    #[serde(flatten)]
    heading: Option<Heading>,
    /// Names, empty where the file has none.
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    bad_rows: Vec<BadRow>,
}

/// A row that cannot be imported.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    line: u64,
    reason: String,
    text: String,
}

/// Why a whole file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("cannot read the file: unknown encoding \"{0}\"")]
    UnknownEncoding(String),
    #[error("cannot read the file: the data is not valid in encoding {0}")]
    NotInEncoding(&'static str),
    #[error("cannot read the file: \"{0}\" must be a single ASCII character")]
    NotAscii(char),
    #[error("cannot read the file: the data is not a JSON array of objects: {0}")]
    NotJson(serde_json::Error),
    #[error("cannot read the file: the data has no columns")]
    NoColumns,
    #[error(
        "cannot read the file: {count} of the rows cannot be imported, the first in line {line}: {reason}"
    )]
    BadRows { count: usize, line: u64, reason: String },
}

impl error::Problem for FileError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        PgSqlErrorCode::ERRCODE_BAD_COPY_FILE_FORMAT
    }

    fn hint(&self) -> Cow<'static, str> {
        "Describe the file by {\"format\", \"encoding\", \"delimiter\", \"quote\", \"escape\", \"header\", \"null\"}, \
         or skip bad rows: {\"bad_rows\": \"skip\"}."
            .into()
    }
}

impl FileOptions {
    /// For the beginning of a file, which is to be looked at.
    pub(super) fn for_survey(is_tsv: bool) -> Self {
        Self {
            format: is_tsv.then_some(FileFormat::Tsv),
            bad_rows: BadRows::Skip,
            ..Self::default()
        }
    }
}

/// Reads a whole file.
pub(crate) fn parse_file(data: &[u8], options: &FileOptions) -> Result<Parsed, FileError> {
    let (text, encoding) = decode(data, options.encoding.as_deref())?;
    let format = options.format.unwrap_or_else(|| detect_format(&text));
    let parsed = match format {
        FileFormat::Csv | FileFormat::Tsv => parse_separated(&text, format, options)?,
        FileFormat::JsonLines => parse_json_lines(&text),
        FileFormat::Json => parse_json_array(&text)?,
    };
    match parsed.bad_rows.first() {
        Some(BadRow { line, reason, .. }) if options.bad_rows == BadRows::Refuse => Err(FileError::BadRows {
            count: parsed.bad_rows.len(),
            line: *line,
            reason: reason.clone(),
        }),
        _ if parsed.columns.is_empty() => Err(FileError::NoColumns),
        _ => Ok(Parsed {
            encoding: encoding.name(),
            ..parsed
        }),
    }
}

/// The text, by its byte order mark, by what the caller says, as UTF-8 if it is that, or by a guess.
fn decode<'a>(data: &'a [u8], named: Option<&str>) -> Result<(Cow<'a, str>, &'static Encoding), FileError> {
    let encoding = match (Encoding::for_bom(data), named) {
        (Some((encoding, _)), _) => encoding,
        (None, Some(name)) => Encoding::for_label(name.as_bytes())
            .ok_or_else(|| FileError::UnknownEncoding(name.to_string()))?,
        (None, None) if std::str::from_utf8(data).is_ok() => encoding_rs::UTF_8,
        (None, None) => {
            let mut detector = chardetng::EncodingDetector::new();
            detector.feed(data, true);
            detector.guess(None, false)
        }
    };
    let (text, encoding, had_errors) = encoding.decode(data);
    if had_errors {
        Err(FileError::NotInEncoding(encoding.name()))
    } else {
        Ok((text, encoding))
    }
}

fn detect_format(text: &str) -> FileFormat {
    match text.trim_start().as_bytes().first() {
        Some(b'[') => FileFormat::Json,
        Some(b'{') => FileFormat::JsonLines,
        _ => FileFormat::Csv,
    }
}

/// The delimiters that are tried.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

fn parse_separated(text: &str, format: FileFormat, options: &FileOptions) -> Result<Parsed, FileError> {
    let ascii = |mark: char| {
        u8::try_from(mark)
            .ok()
            .filter(u8::is_ascii)
            .ok_or(FileError::NotAscii(mark))
    };
    let quote = options.quote.map_or(Ok(b'"'), ascii)?;
    let escape = options.escape.map(ascii).transpose()?;
    let dialect = |delimiter: u8| Dialect {
        delimiter,
        quote,
        // An escape that is the quote itself is a doubled quote.
        escape: escape.filter(|&escape| escape != quote),
    };
    let delimiter = match options.delimiter {
        Some(delimiter) => ascii(delimiter)?,
        None if format == FileFormat::Tsv => b'\t',
        None => detect_delimiter(|delimiter| dialect(delimiter).reader(text)),
    };
    let mut records = Records::new(text, dialect(delimiter));
    // Bad rows with their places, which become lines at the end.
    let (mut rows, mut bad_records, mut open_quotes) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = || {
        records.find_map(|record| match record {
            Record::Fields { at, fields } => Some((at, fields)),
            Record::OpenQuote { at, text } => {
                open_quotes.push((at, "a quote is opened and never closed".to_string(), text));
                None
            }
        })
    };
    let first = next();
    let width = first.as_ref().map_or(0, |(_, first)| first.len());
    let sample: Vec<_> = std::iter::from_fn(&mut next).take(heading::SAMPLE).collect();
    let heading = first.as_ref().map(|(_, first)| match options.header {
        Some(is_there) => Heading::given(is_there),
        None => {
            let fitting = sample.iter().filter(|(_, record)| record.len() == width);
            let first: Vec<&str> = first.iter().collect();
            Heading::judge(&first, fitting.map(|(_, record)| record.iter()))
        }
    });
    let (columns, first) = match first {
        Some((_, names)) if heading.is_some_and(|heading| heading.is_there) => {
            (names.iter().map(|name| name.trim().to_string()).collect(), None)
        }
        first => (vec![String::new(); width], first),
    };
    let records = first.into_iter().chain(sample).chain(std::iter::from_fn(next));
    for (at, record) in records {
        match reason_against(&record, width) {
            Some(reason) => {
                let delimiter = char::from(delimiter).to_string();
                let text = record.iter().collect::<Vec<_>>().join(&delimiter);
                bad_records.push((at, reason, text));
            }
            None => rows.push(
                record
                    .iter()
                    .map(|value| (value != options.null).then(|| value.to_string()))
                    .collect(),
            ),
        }
    }
    bad_records.extend(open_quotes);
    bad_records.sort_by_key(|&(at, ..)| at);
    let mut lines = LineCounter::new(text);
    let bad_rows = bad_records
        .into_iter()
        .map(|(at, reason, text)| BadRow {
            line: lines.line_of(at),
            reason,
            text,
        })
        .collect();
    Ok(Parsed {
        format,
        encoding: "",
        delimiter: Some(delimiter.into()),
        heading,
        columns,
        rows,
        bad_rows,
    })
}

fn reason_against(record: &csv::StringRecord, width: usize) -> Option<String> {
    if record.len() != width {
        return Some(format!("field count {} instead of {width}", record.len()));
    }
    record.iter().find_map(reason_against_value)
}

fn reason_against_value(value: &str) -> Option<String> {
    value
        .contains('\0')
        .then(|| "a character with code 0, which PostgreSQL cannot store".to_string())
}

/// The delimiter that gives the most rows of the same number of fields, and the most fields.
fn detect_delimiter<'a>(reader: impl Fn(u8) -> csv::Reader<&'a [u8]>) -> u8 {
    const LOOKED_AT: usize = 100;
    let score = |delimiter: u8| {
        let lengths: Vec<usize> = reader(delimiter)
            .into_records()
            .take(LOOKED_AT)
            .filter_map(Result::ok)
            .map(|row| row.len())
            .collect();
        let width = lengths.first().copied().unwrap_or(0);
        if width < 2 {
            return (0, 0);
        }
        (lengths.iter().filter(|&&length| length == width).count(), width)
    };
    // If several are equal, the first one wins, and max_by_key takes the last.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|&delimiter| score(delimiter))
        .unwrap_or(b',')
}

/// The members of a JSON object in their order, with their values as they are written.
struct JsonRecord(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for JsonRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = JsonRecord;

            fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<JsonRecord, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(JsonRecord(members))
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}

/// Rows of objects, whose columns are all keys in the order of their first appearance.
#[derive(Default)]
struct ObjectRows {
    columns: Vec<String>,
    positions: HashMap<String, usize>,
    rows: Vec<Vec<Option<String>>>,
    bad_rows: Vec<BadRow>,
}

impl ObjectRows {
    fn add(&mut self, line: u64, text: &str) {
        let object = serde_json::from_str(text).map_err(|problem| format!("not a JSON object: {problem}"));
        if let Err(reason) = object.and_then(|object| self.add_object(object)) {
            self.bad_rows.push(BadRow {
                line,
                reason,
                text: text.to_string(),
            });
        }
    }

    fn add_object(&mut self, JsonRecord(members): JsonRecord) -> Result<(), String> {
        let members = members
            .into_iter()
            .map(|(key, value)| {
                let value = plain_value(value.get())?;
                let reason = std::iter::once(key.as_str())
                    .chain(value.as_deref())
                    .find_map(reason_against_value);
                reason.map_or(Ok((key, value)), Err)
            })
            .collect::<Result<Vec<_>, String>>()?;
        let mut row = vec![None; self.columns.len()];
        for (key, value) in members {
            let next = self.columns.len();
            let at = *self.positions.entry(key.clone()).or_insert(next);
            if at == next {
                self.columns.push(key);
                row.push(None);
            }
            row[at] = value;
        }
        self.rows.push(row);
        Ok(())
    }

    fn into_parsed(mut self, format: FileFormat) -> Parsed {
        for row in &mut self.rows {
            row.resize(self.columns.len(), None);
        }
        Parsed {
            format,
            encoding: "",
            delimiter: None,
            heading: None,
            columns: self.columns,
            rows: self.rows,
            bad_rows: self.bad_rows,
        }
    }
}

/// Strings without their quotes, null as NULL, anything else as it is written: no digit of a number is lost.
fn plain_value(json: &str) -> Result<Option<String>, String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json)
            .map(Some)
            .map_err(|problem| problem.to_string()),
        Some(b'n') => Ok(None),
        _ => Ok(Some(json.to_string())),
    }
}

fn parse_json_lines(text: &str) -> Parsed {
    let mut rows = ObjectRows::default();
    for (line, text) in (1..).zip(text.lines()) {
        if !text.trim().is_empty() {
            rows.add(line, text);
        }
    }
    rows.into_parsed(FileFormat::JsonLines)
}

/// The line of an object in an array is its number in the array.
fn parse_json_array(text: &str) -> Result<Parsed, FileError> {
    let items: Vec<Box<RawValue>> = serde_json::from_str(text).map_err(FileError::NotJson)?;
    let mut rows = ObjectRows::default();
    for (number, item) in (1..).zip(items) {
        rows.add(number, item.get());
    }
    Ok(rows.into_parsed(FileFormat::Json))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_with(data: &[u8], options: &str) -> Parsed {
        parse_file(data, &serde_json::from_str(options).unwrap()).unwrap()
    }

    fn table(data: &[u8], options: &str) -> String {
        let parsed = parse_with(data, options);
        let rows = parsed.rows.iter().map(|row| {
            row.iter()
                .map(|value| value.as_deref().unwrap_or("NULL"))
                .collect::<Vec<_>>()
                .join("~")
        });
        std::iter::once(parsed.columns.join("~"))
            .chain(rows)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn separated_values() {
        assert_eq!(table(b"a,b\n1,x\n2,\n", "{}"), "a~b\n1~x\n2~NULL");
        assert_eq!(table(b"a;b\r\n1,5;x\r\n", "{}"), "a~b\n1,5~x");
        assert_eq!(table(b"a\tb\n1\tx", "{}"), "a~b\n1~x");
        assert_eq!(
            table(b"a,b\n\"1\n2\",\"x \"\"y\"\"\"\n", "{}"),
            "a~b\n1\n2~x \"y\""
        );
        assert_eq!(
            table(b"a,b\n'1,2','x\\'y'\n", r#"{"quote": "'", "escape": "\\"}"#),
            "a~b\n1,2~x'y"
        );
        assert_eq!(table(b"a\n\nb\n", "{}"), "a\nb");
        assert_eq!(table(b"a,b\nNA,x\n", r#"{"null": "NA"}"#), "a~b\nNULL~x");
    }

    #[test]
    fn headers() {
        assert_eq!(table(b"1,x\n2,y\n", "{}"), "~\n1~x\n2~y");
        assert_eq!(table(b"x,x\ny,z\n", "{}"), "x~x\ny~z");
        assert_eq!(
            table(b"No,Item,Price\n1,pen,2.50\n2,ink,3.75\n", "{}"),
            "No~Item~Price\n1~pen~2.50\n2~ink~3.75"
        );
        assert_eq!(table(b"1,x\n", r#"{"header": true}"#), "1~x");
        assert_eq!(table(b"a,b\n", r#"{"header": false}"#), "~\na~b");
    }

    #[test]
    fn encodings() {
        assert_eq!(table(b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n", "{}"), "a~b\n1~é");
        assert_eq!(table(b"\xff\xfea\0,\0b\0\n\x001\0,\0\xe9\0", "{}"), "a~b\n1~é");
        let latin = b"name,town\nJos\xe9,M\xfcnchen\nAndr\xe9,Z\xfcrich\n";
        assert_eq!(table(latin, "{}"), "name~town\nJosé~München\nAndré~Zürich");
        assert_eq!(parse_with(latin, "{}").encoding, "windows-1252");
        assert_eq!(
            table(latin, r#"{"encoding": "latin1"}"#),
            "name~town\nJosé~München\nAndré~Zürich"
        );
        let options: FileOptions = serde_json::from_str(r#"{"encoding": "utf-8"}"#).unwrap();
        assert!(matches!(
            parse_file(latin, &options),
            Err(FileError::NotInEncoding("UTF-8"))
        ));
    }

    #[test]
    fn bad_rows() {
        let parsed = parse_with(
            b"a,b\n1,x\n2\n3,y,z\n\"4\n\",x\n5,\0\n6,z\n",
            r#"{"header": true, "bad_rows": "skip"}"#,
        );
        let lines: Vec<_> = parsed
            .bad_rows
            .iter()
            .map(|bad| (bad.line, bad.reason.as_str()))
            .collect();
        assert_eq!(
            lines[..2],
            [
                (3, "field count 1 instead of 2"),
                (4, "field count 3 instead of 2")
            ]
        );
        assert_eq!(lines[2].0, 7);
        assert_eq!(parsed.rows.len(), 3);
    }

    #[test]
    fn open_quotes() {
        let file = b"name,inch\nnut,\"3\nbolt,4\nscrew,5\n";
        assert!(matches!(
            parse_file(file, &FileOptions::default()),
            Err(FileError::BadRows {
                count: 1,
                line: 2,
                ..
            })
        ));
        let parsed = parse_with(file, r#"{"bad_rows": "skip"}"#);
        assert_eq!((parsed.rows.len(), parsed.bad_rows.len()), (2, 1));
        assert_eq!(parsed.bad_rows[0].text, "nut,\"3");
        assert!(matches!(
            parse_file(b"\"a", &FileOptions::default()),
            Err(FileError::BadRows {
                count: 1,
                line: 1,
                ..
            })
        ));
        assert!(matches!(
            parse_file(b"\"a", &serde_json::from_str(r#"{"bad_rows": "skip"}"#).unwrap()),
            Err(FileError::NoColumns)
        ));
    }

    #[test]
    fn json() {
        let lines =
            b"{\"a\": 1, \"b\": \"x\"}\n\n{\"b\": null, \"c\": [1, 2], \"a\": 0.10000000000000000001}\n";
        assert_eq!(
            table(lines, "{}"),
            "a~b~c\n1~x~NULL\n0.10000000000000000001~NULL~[1, 2]"
        );
        assert_eq!(
            table(b"[{\"a\": true}, {\"a\": \"\\u00e9\"}]", "{}"),
            "a\ntrue\né"
        );
        let parsed = parse_with(
            b"{\"a\": 1}\n{\"a\": \n[1]\n{\"a\": \"\\u0000\"}\n",
            r#"{"bad_rows": "skip"}"#,
        );
        assert_eq!(
            parsed.bad_rows.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [2, 3, 4]
        );
        assert!(matches!(
            parse_file(b"{\"a\": 1}\n1\n2", &FileOptions::default()),
            Err(FileError::BadRows {
                count: 2,
                line: 2,
                ..
            })
        ));
        assert!(matches!(
            parse_file(b"[1", &FileOptions::default()),
            Err(FileError::NotJson(_))
        ));
        assert!(matches!(
            parse_file(b"", &FileOptions::default()),
            Err(FileError::NoColumns)
        ));
    }
}
