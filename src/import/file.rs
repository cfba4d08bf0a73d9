//! A file or a pasted text as rows of a table: CSV, TSV, JSON lines or a JSON array, in any encoding of the web. Pure
//! code: nothing here calls PostgreSQL.
//!
//! A file is read twice: first to find out what it is, which columns it has and which rows are bad, then to hand on its
//! rows one by one. Nothing of a row is kept, so that the file itself is nearly all the memory that is needed. Buffers
//! that may become large are asked for, and whoever calls is called back all the time, to look whether to go on.

use super::objects::Objects;
use super::separated::Separated;
use crate::error;
use crate::values::infer::{Types, ValueReading};
use encoding_rs::Encoding;
use pgrx::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{HashSet, TryReserveError};

/// The options of a file; an option that is left out is detected.
#[derive(Deserialize, Default)]
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
}

/// The handling of rows that cannot be imported: refuse the whole file, or skip them and return them.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum BadRows {
    #[default]
    Refuse,
    Skip,
}

#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileFormat {
    Csv,
    Tsv,
    JsonLines,
    Json,
}

/// What a file is, so that its rows can be read.
#[derive(Deserialize, Serialize, Debug)]
pub(crate) struct FileLayout {
    pub(super) format: FileFormat,
    encoding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delimiter: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<bool>,
    /// Names, empty where the file has none.
    columns: Vec<String>,
}

/// What was found in a file.
#[derive(Serialize, Debug)]
pub(crate) struct InspectedFile {
    #[serde(flatten)]
    pub(super) layout: FileLayout,
    /// How many rows can be imported.
    rows: u64,
    bad_rows: Vec<BadRow>,
}

/// A row that cannot be imported.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    line: u64,
    reason: String,
    text: String,
}

/// The most columns that a table can have.
pub(super) const MOST_COLUMNS: usize = 1600;

/// The most bad rows that are left out and given back: where there are more, the file was taken for what it is not.
const MOST_BAD_ROWS: usize = 10_000;

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
    NotJson(String),
    #[error("cannot read the file: the data has no columns")]
    NoColumns,
    #[error("cannot read the file: it has more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    #[error("cannot read the file: more than {MOST_BAD_ROWS} of the rows cannot be imported")]
    TooManyBadRows,
    #[error("out of memory")]
    OutOfMemory,
    #[error(
        "cannot read the file: {count} of the rows cannot be imported, the first in line {line}: {reason}"
    )]
    BadRows { count: u64, line: u64, reason: String },
}

impl From<TryReserveError> for FileError {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

impl error::Problem for FileError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Self::TooManyColumns => PgSqlErrorCode::ERRCODE_TOO_MANY_COLUMNS,
            Self::TooManyBadRows => PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            Self::OutOfMemory => PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY,
            _ => PgSqlErrorCode::ERRCODE_BAD_COPY_FILE_FORMAT,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::OutOfMemory => {
                "Create a table with msar.prepare_table_for_import, and fill it by COPY: that takes a file of any size."
            }
            _ => {
                "Describe the file by {\"format\", \"encoding\", \"delimiter\", \"quote\", \"escape\", \"header\", \"null\"}, \
                 or skip bad rows: {\"bad_rows\": \"skip\"}."
            }
        }
        .into()
    }
}

/// Makes room for more bytes.
pub(super) fn push(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TryReserveError> {
    buffer.try_reserve(bytes.len())?;
    buffer.extend_from_slice(bytes);
    Ok(())
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

/// Finds out what a file is, and looks at all of its rows. `pulse` is called again and again.
pub(crate) fn inspect(
    data: &[u8],
    options: &FileOptions,
    pulse: &dyn Fn(),
) -> Result<InspectedFile, FileError> {
    let (text, encoding) = decode(data, options.encoding.as_deref(), pulse)?;
    let format = options.format.unwrap_or_else(|| detect_format(&text));
    let mut layout = FileLayout {
        format,
        encoding: encoding.name().into(),
        delimiter: None,
        header: None,
        columns: Vec::new(),
    };
    if matches!(format, FileFormat::Csv | FileFormat::Tsv) {
        find_columns(&mut layout, &text, options, pulse)?;
    }
    let mut found = Tally::default();
    let mut reader = FileReader::open(&text, &layout, options, pulse)?;
    while let Some(row) = reader.next()? {
        match row {
            Ok(()) => found.rows += 1,
            Err(row) => found.add(row, options.bad_rows)?,
        }
    }
    let of_objects = match reader.0 {
        RowReader::Objects(objects) => Some(objects.into_columns()),
        RowReader::Separated(_) => None,
    };
    if let Some(columns) = of_objects {
        layout.columns = columns;
    }
    match found.first {
        Some((line, reason)) if options.bad_rows == BadRows::Refuse => Err(FileError::BadRows {
            count: found.count,
            line,
            reason,
        }),
        _ if layout.columns.is_empty() => Err(FileError::NoColumns),
        _ => Ok(InspectedFile {
            layout,
            rows: found.rows,
            bad_rows: found.bad_rows,
        }),
    }
}

/// What the look at all rows has found so far.
#[derive(Default)]
struct Tally {
    rows: u64,
    count: u64,
    first: Option<(u64, String)>,
    bad_rows: Vec<BadRow>,
}

impl Tally {
    fn add(&mut self, row: RejectedRow, handling: BadRows) -> Result<(), FileError> {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((row.line, row.reason.clone()));
        }
        if handling == BadRows::Refuse {
            return Ok(());
        }
        if self.bad_rows.len() == MOST_BAD_ROWS {
            return Err(FileError::TooManyBadRows);
        }
        let mut text = Vec::new();
        push(&mut text, row.text)?;
        self.bad_rows.push(BadRow {
            line: row.line,
            reason: row.reason,
            text: String::from_utf8_lossy(&text).into_owned(),
        });
        Ok(())
    }
}

/// A row that cannot be imported, where it stands in the file.
pub(super) struct RejectedRow<'a> {
    pub(super) line: u64,
    pub(super) reason: String,
    pub(super) text: &'a [u8],
}

/// The rows of a file, one after the other.
pub(crate) struct FileReader<'a>(RowReader<'a>);

enum RowReader<'a> {
    Separated(Box<Separated<'a>>),
    Objects(Objects<'a>),
}

impl<'a> FileReader<'a> {
    /// Of the text of a file, after [`decode`].
    fn open(
        text: &'a [u8],
        layout: &'a FileLayout,
        options: &'a FileOptions,
        pulse: &'a dyn Fn(),
    ) -> Result<Self, FileError> {
        Ok(Self(match layout.format {
            FileFormat::Csv | FileFormat::Tsv => {
                let delimiter = layout.delimiter.map_or(Ok(b','), ascii)?;
                let mut rows = separated(text, options, delimiter, pulse)?;
                if layout.header == Some(true) {
                    rows.next_record()?;
                }
                RowReader::Separated(Box::new(
                    rows.with_form(layout.columns.len(), options.null.as_bytes()),
                ))
            }
            FileFormat::JsonLines => RowReader::Objects(Objects::of_lines(text, &layout.columns, pulse)),
            FileFormat::Json => RowReader::Objects(Objects::of_array(text, &layout.columns, pulse)?),
        }))
    }

    /// Goes on to the next row, which may be bad; `None` at the end.
    fn next(&mut self) -> Result<Option<Result<(), RejectedRow<'a>>>, FileError> {
        match &mut self.0 {
            RowReader::Separated(rows) => rows.next(),
            RowReader::Objects(rows) => rows.next(),
        }
    }

    /// Writes the values of the row, in the order of the columns, as COPY has them in its text format.
    fn write(&mut self, out: &mut Vec<u8>) -> Result<(), FileError> {
        match &mut self.0 {
            RowReader::Separated(rows) => rows.write(out)?,
            RowReader::Objects(rows) => rows.write(out)?,
        }
        push(out, b"\n")?;
        Ok(())
    }
}

/// Hands on the rows of a file that has that layout, as lines in the text format of COPY, without the bad ones. `next`
/// gives `false` at the end, and otherwise has written at least one line.
pub(crate) fn with_lines<T>(
    data: &[u8],
    layout: &FileLayout,
    options: &FileOptions,
    pulse: &dyn Fn(),
    body: impl FnOnce(&mut dyn FnMut(&mut Vec<u8>) -> Result<bool, FileError>) -> T,
) -> Result<T, FileError> {
    let (text, _) = decode(data, Some(&layout.encoding), pulse)?;
    let mut reader = FileReader::open(&text, layout, options, pulse)?;
    Ok(body(&mut |out| {
        while let Some(row) = reader.next()? {
            if row.is_ok() {
                reader.write(out)?;
                return Ok(true);
            }
        }
        Ok(false)
    }))
}

/// How much is looked at before the caller is called back.
const CHUNK: usize = 1 << 18;

/// The text in UTF-8, by its byte order mark, by what the caller says, as UTF-8 if it is that, or by a guess.
fn decode<'a>(
    data: &'a [u8],
    named: Option<&str>,
    pulse: &dyn Fn(),
) -> Result<(Cow<'a, [u8]>, &'static Encoding), FileError> {
    let (encoding, data) = match (Encoding::for_bom(data), named) {
        (Some((encoding, mark)), _) => (encoding, &data[mark..]),
        (None, Some(name)) => {
            let encoding = Encoding::for_label(name.as_bytes());
            (
                encoding.ok_or_else(|| FileError::UnknownEncoding(name.to_string()))?,
                data,
            )
        }
        (None, None) if is_utf8(data, pulse) => return Ok((data.into(), encoding_rs::UTF_8)),
        (None, None) => {
            let mut detector = chardetng::EncodingDetector::new();
            for chunk in data.chunks(CHUNK) {
                pulse();
                detector.feed(chunk, false);
            }
            detector.feed(b"", true);
            (detector.guess(None, false), data)
        }
    };
    if encoding == encoding_rs::UTF_8 {
        return match is_utf8(data, pulse) {
            true => Ok((data.into(), encoding)),
            false => Err(FileError::NotInEncoding(encoding.name())),
        };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = Vec::new();
    let mut buffer = vec![0; 2 * CHUNK];
    let mut chunks = data.chunks(CHUNK).peekable();
    loop {
        let mut chunk = chunks.next().unwrap_or_default();
        let is_last = chunks.peek().is_none();
        loop {
            pulse();
            let (result, read, written, had_errors) = decoder.decode_to_utf8(chunk, &mut buffer, is_last);
            if had_errors {
                return Err(FileError::NotInEncoding(encoding.name()));
            }
            push(&mut text, &buffer[..written])?;
            chunk = &chunk[read..];
            if result == encoding_rs::CoderResult::InputEmpty {
                break;
            }
        }
        if is_last {
            return Ok((text.into(), encoding));
        }
    }
}

fn is_utf8(mut data: &[u8], pulse: &dyn Fn()) -> bool {
    while !data.is_empty() {
        pulse();
        let chunk = &data[..data.len().min(CHUNK)];
        let valid = match std::str::from_utf8(chunk) {
            Ok(_) => chunk.len(),
            // A character that goes on in the next chunk.
            Err(error) if error.error_len().is_none() && chunk.len() < data.len() => error.valid_up_to(),
            Err(_) => return false,
        };
        data = &data[valid..];
    }
    true
}

fn detect_format(text: &[u8]) -> FileFormat {
    match text.trim_ascii_start().first() {
        Some(b'[') => FileFormat::Json,
        Some(b'{') => FileFormat::JsonLines,
        _ => FileFormat::Csv,
    }
}

/// The delimiters that are tried.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

fn ascii(mark: char) -> Result<u8, FileError> {
    u8::try_from(mark)
        .ok()
        .filter(u8::is_ascii)
        .ok_or(FileError::NotAscii(mark))
}

fn separated<'a>(
    text: &'a [u8],
    options: &FileOptions,
    delimiter: u8,
    pulse: &'a dyn Fn(),
) -> Result<Separated<'a>, FileError> {
    let quote = options.quote.map_or(Ok(b'"'), ascii)?;
    let escape = options.escape.map(ascii).transpose()?;
    // An escape that is the quote itself is a doubled quote.
    let escape = escape.filter(|&escape| escape != quote);
    Ok(Separated::new(text, delimiter, quote, escape, pulse))
}

/// Finds out the delimiter of a file of separated values, whether it has a header, and its columns.
fn find_columns(
    layout: &mut FileLayout,
    text: &[u8],
    options: &FileOptions,
    pulse: &dyn Fn(),
) -> Result<(), FileError> {
    let delimiter = match options.delimiter {
        Some(delimiter) => ascii(delimiter)?,
        None if layout.format == FileFormat::Tsv => b'\t',
        None => detect_delimiter(text, options, pulse)?,
    };
    let mut rows = separated(text, options, delimiter, pulse)?;
    if !rows.next_record()? {
        return Err(FileError::NoColumns);
    }
    if rows.width() > MOST_COLUMNS {
        return Err(FileError::TooManyColumns);
    }
    let names: Vec<Cow<str>> = rows.fields().map(String::from_utf8_lossy).collect();
    let header = options.header.unwrap_or_else(|| is_header(&names));
    layout.columns = match header {
        true => names.iter().map(|name| name.trim().to_string()).collect(),
        false => vec![String::new(); names.len()],
    };
    layout.delimiter = Some(delimiter.into());
    layout.header = Some(header);
    Ok(())
}

/// The delimiter that gives the most rows of the same number of fields, and the most fields.
fn detect_delimiter(text: &[u8], options: &FileOptions, pulse: &dyn Fn()) -> Result<u8, FileError> {
    const LOOKED_AT: usize = 100;
    let mut best = ((0, 0), b',');
    for delimiter in DELIMITERS {
        let mut rows = separated(text, options, delimiter, pulse)?;
        let mut lengths = Vec::new();
        while lengths.len() < LOOKED_AT && rows.next_record()? {
            lengths.push(rows.width());
        }
        let width = lengths.first().copied().unwrap_or(0);
        if width < 2 {
            continue;
        }
        let score = (lengths.iter().filter(|&&length| length == width).count(), width);
        // Of equal ones the first is taken.
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    Ok(best.1)
}

/// Names are there, differ, and are not values of some type.
fn is_header(first: &[Cow<str>]) -> bool {
    let names: HashSet<&str> = first.iter().map(|name| name.trim()).collect();
    let looks_like_a_name =
        |name: &&str| !name.is_empty() && ValueReading::of(name.as_bytes(), Types::ALL).types.is_empty();
    names.len() == first.len() && names.iter().all(looks_like_a_name)
}

/// Why PostgreSQL cannot store a value.
pub(super) fn reason_against_value(value: &[u8]) -> Option<String> {
    value
        .contains(&0)
        .then(|| "a character with code 0, which PostgreSQL cannot store".to_string())
}

/// A value as COPY has it in its text format.
pub(super) fn write_value(value: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
    let mut rest = value;
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'\\' | b'\n' | b'\r' | b'\t'))
    {
        push(out, &rest[..at])?;
        push(
            out,
            match rest[at] {
                b'\\' => b"\\\\",
                b'\n' => b"\\n",
                b'\r' => b"\\r",
                _ => b"\\t",
            },
        )?;
        rest = &rest[at + 1..];
    }
    push(out, rest)
}

/// NULL as COPY has it in its text format.
pub(super) const NULL: &[u8] = b"\\N";

#[cfg(test)]
mod tests {
    use super::*;

    fn options(json: &str) -> FileOptions {
        serde_json::from_str(json).unwrap()
    }

    fn inspect_with(data: &[u8], json: &str) -> InspectedFile {
        inspect(data, &options(json), &|| ()).unwrap()
    }

    fn problem(data: &[u8], json: &str) -> FileError {
        inspect(data, &options(json), &|| ()).unwrap_err()
    }

    fn lines(data: &[u8], json: &str) -> String {
        let layout = inspect_with(data, json).layout;
        let mut out = Vec::new();
        with_lines(data, &layout, &options(json), &|| (), |next| {
            while next(&mut out).unwrap() {}
        })
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    fn table(data: &[u8], json: &str) -> String {
        let columns = inspect_with(data, json).layout.columns.join("~");
        let rows = lines(data, json).replace('\t', "~").replace("\\N", "NULL");
        format!("{columns}\n{}", rows.trim_end_matches('\n'))
    }

    #[test]
    fn separated_values() {
        assert_eq!(table(b"a,b\n1,x\n2,\n", "{}"), "a~b\n1~x\n2~NULL");
        assert_eq!(table(b"a;b\r\n1,5;x\r\n", "{}"), "a~b\n1,5~x");
        assert_eq!(table(b"a\tb\n1\tx", "{}"), "a~b\n1~x");
        assert_eq!(
            table(b"a,b\n\"1\n2\",\"x \"\"y\"\"\"\n", "{}"),
            "a~b\n1\\n2~x \"y\""
        );
        assert_eq!(
            table(b"a,b\n'1,2','x\\'y'\n", r#"{"quote": "'", "escape": "\\"}"#),
            "a~b\n1,2~x'y"
        );
        assert_eq!(table(b"a\n\nb\n", "{}"), "a\nb");
        assert_eq!(table(b"a,b\nNA,x\n", r#"{"null": "NA"}"#), "a~b\nNULL~x");
    }

    #[test]
    fn what_copy_would_take_for_something_else_is_escaped() {
        assert_eq!(
            lines(b"a,b\n\\N,\\.\n\"x\ty\r\n\",\\\\\n", "{}"),
            "\\\\N\t\\\\.\nx\\ty\\r\\n\t\\\\\\\\\n"
        );
    }

    #[test]
    fn headers() {
        assert_eq!(table(b"1,x\n2,y\n", "{}"), "~\n1~x\n2~y");
        assert_eq!(table(b"x,x\ny,z\n", "{}"), "~\nx~x\ny~z");
        assert_eq!(table(b"1,x\n", r#"{"header": true}"#), "1~x\n");
        assert_eq!(table(b"a,b\n", r#"{"header": false}"#), "~\na~b");
    }

    #[test]
    fn encodings() {
        assert_eq!(table(b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n", "{}"), "a~b\n1~é");
        assert_eq!(table(b"\xff\xfea\0,\0b\0\n\x001\0,\0\xe9\0", "{}"), "a~b\n1~é");
        let latin = b"name,town\nJos\xe9,M\xfcnchen\nAndr\xe9,Z\xfcrich\n";
        assert_eq!(table(latin, "{}"), "name~town\nJosé~München\nAndré~Zürich");
        assert_eq!(inspect_with(latin, "{}").layout.encoding, "windows-1252");
        assert_eq!(
            table(latin, r#"{"encoding": "latin1"}"#),
            "name~town\nJosé~München\nAndré~Zürich"
        );
        assert!(matches!(
            problem(latin, r#"{"encoding": "utf-8"}"#),
            FileError::NotInEncoding("UTF-8")
        ));
    }

    #[test]
    fn encodings_of_more_than_a_chunk() {
        // Characters of two bytes across the ends of chunks, in UTF-8 and in UTF-16.
        let text = format!("a,b\nx{},y\n", "é".repeat(2 * CHUNK));
        assert!(is_utf8(text.as_bytes(), &|| ()));
        assert!(!is_utf8(&text.as_bytes()[..text.len() - 4], &|| ()));
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (decoded, _) = decode(&utf16, Some("utf-16le"), &|| ()).unwrap();
        assert_eq!(decoded, text.as_bytes());
    }

    #[test]
    fn bad_rows() {
        let inspected = inspect_with(
            b"a,b\n1,x\n2\n3,y,z\n\"4\n\",x\n5,\0\n6,z\n",
            r#"{"header": true, "bad_rows": "skip"}"#,
        );
        let found: Vec<_> = inspected
            .bad_rows
            .iter()
            .map(|bad| (bad.line, bad.reason.as_str(), bad.text.as_str()))
            .collect();
        assert_eq!(
            found[..2],
            [
                (3, "field count 1 instead of 2", "2"),
                (4, "field count 3 instead of 2", "3,y,z")
            ]
        );
        assert_eq!(found[2].0, 7);
        assert_eq!(inspected.rows, 3);
        let many = b"a,b\n".iter().copied().chain(b"1\n".repeat(MOST_BAD_ROWS + 1));
        assert!(matches!(
            problem(&many.collect::<Vec<_>>(), r#"{"bad_rows": "skip"}"#),
            FileError::TooManyBadRows
        ));
    }

    #[test]
    fn very_wide_rows() {
        let wide = ",".repeat(100_000);
        assert!(matches!(
            problem(wide.as_bytes(), "{}"),
            FileError::TooManyColumns
        ));
        let inspected = inspect_with(format!("a,b\n{wide}\n").as_bytes(), r#"{"bad_rows": "skip"}"#);
        assert_eq!(inspected.bad_rows[0].reason, "field count 100001 instead of 2");
        let object: Vec<_> = (0..=MOST_COLUMNS).map(|at| format!("\"{at}\":0")).collect();
        assert!(matches!(
            problem(format!("{{{}}}", object.join(",")).as_bytes(), "{}"),
            FileError::TooManyColumns
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
        let inspected = inspect_with(
            b"{\"a\": 1}\n{\"a\": \n[1]\n{\"a\": \"\\u0000\"}\n",
            r#"{"bad_rows": "skip"}"#,
        );
        assert_eq!(
            inspected.bad_rows.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [2, 3, 4]
        );
        assert!(matches!(
            problem(b"{\"a\": 1}\n1\n2", "{}"),
            FileError::BadRows {
                count: 2,
                line: 2,
                ..
            }
        ));
        for text in ["[1", "[{} {}]", "[{}]x", "[{},]", "[", "[,]"] {
            assert!(
                matches!(problem(text.as_bytes(), "{}"), FileError::NotJson(_)),
                "{text}"
            );
        }
        assert!(matches!(problem(b"", "{}"), FileError::NoColumns));
        assert!(matches!(problem(b"[]", "{}"), FileError::NoColumns));
    }
}
