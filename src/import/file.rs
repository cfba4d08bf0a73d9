//! A file or a pasted text as rows of a table: CSV, TSV, JSON lines or a JSON array, in any encoding of the web. Pure
//! code: nothing here calls PostgreSQL.
//!
//! A file is read twice: first to find its layout, its columns and its bad rows, then to write its rows one by one for
//! COPY. No row is kept, so the file is nearly all the memory that is needed. Buffers that may become large grow by
//! fallible allocations, and a function of the caller, the pulse, is called all the time: it may stop the work.

use super::copy_format::push_bytes;
use super::encoding::{self, Extent};
use super::error::{FileError, MOST_BAD_ROWS, MOST_COLUMNS, RejectedRow};
use super::heading::{self, Confidence, FirstLine, Heading};
use super::objects::Objects;
use super::separated::{self, Dialect, Separated};
use crate::values::infer::DecimalMark;
use crate::values::moment::Order;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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
    /// Not about the file, but about its dates and numbers: for inference.
    #[serde(rename = "date_order")]
    _date_order: Option<Order>,
    #[serde(rename = "decimal_p")]
    _decimal_p: Option<DecimalMark>,
    #[serde(rename = "integers")]
    _integers: bool,
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

/// The layout of a file: the facts by which its rows are read.
#[derive(Deserialize, Serialize, Debug)]
pub(crate) struct FileLayout {
    pub(super) format: FileFormat,
    pub(super) encoding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delimiter: Option<char>,
    /// Whether the first row names the columns, in formats that may have such a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<bool>,
    /// Names, empty where the file has none.
    pub(super) columns: Vec<String>,
    /// The number of rows that can be imported.
    pub(super) rows: u64,
}

/// A file after all of its rows were looked at.
#[derive(Serialize, Debug)]
pub(crate) struct InspectedFile {
    #[serde(flatten)]
    pub(super) layout: FileLayout,
    #[serde(skip_serializing_if = "Option::is_none")]
    header_confidence: Option<Confidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header_reason: Option<&'static str>,
    pub(super) bad_rows: Vec<BadRow>,
}

/// A row that cannot be imported.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    pub(super) line: u64,
    pub(super) reason: String,
    pub(super) text: String,
}

/// The most bad rows whose lines an error names.
const MOST_LINES: usize = 50;

/// Finds the layout of a file, and looks at all of its rows.
pub(crate) fn inspect_file(
    data: &[u8],
    options: &FileOptions,
    pulse: &dyn Fn(),
) -> Result<InspectedFile, FileError> {
    let (text, encoding) = encoding::decode_text(data, Extent::Whole, options.encoding.as_deref(), pulse)?;
    let format = options.format.unwrap_or_else(|| detect_format(&text));
    let (mut layout, heading) = FileLayout::detect_layout(format, encoding.name(), &text, options, pulse)?;
    let mut found = Tally::default();
    let mut reader = FileReader::open(&text, &layout, options, pulse)?;
    while let Some(row) = reader.next_row()? {
        match row {
            Ok(()) => found.rows += 1,
            Err(row) => found.add_rejected(row, options.bad_rows)?,
        }
    }
    if let Some(columns) = reader.into_columns() {
        layout.columns = columns;
    }
    layout.rows = found.rows;
    match found.first {
        Some((line, reason)) if options.bad_rows == BadRows::Refuse => Err(FileError::BadRows {
            count: found.count,
            line,
            reason,
            lines: found.lines,
        }),
        _ if layout.columns.is_empty() => Err(FileError::NoColumns),
        _ => Ok(InspectedFile {
            layout,
            header_confidence: heading.map(|heading| heading.confidence),
            header_reason: heading.map(|heading| heading.reason),
            bad_rows: found.bad_rows,
        }),
    }
}

/// Finds the layout of a file by its beginning. The columns of objects stay unknown.
pub(super) fn survey_beginning(
    beginning: &[u8],
    is_tsv: bool,
    pulse: &dyn Fn(),
) -> Result<FileLayout, FileError> {
    let options = FileOptions::default();
    let (text, encoding) = encoding::decode_text(beginning, Extent::Beginning, None, pulse)?;
    if text.trim_ascii().is_empty() {
        return Err(FileError::NoColumns);
    }
    let format = match is_tsv {
        true => FileFormat::Tsv,
        false => detect_format(&text),
    };
    let (layout, _) = FileLayout::detect_layout(format, encoding.name(), &text, &options, pulse)?;
    let mut reader = FileReader::open(&text, &layout, &options, pulse)?;
    let has_row = match reader.next_row() {
        // The first object may be longer than the beginning.
        Err(FileError::NotJson(_)) => true,
        row => row?.is_some(),
    };
    match has_row || !layout.columns.is_empty() {
        true => Ok(layout),
        false => Err(FileError::NoColumns),
    }
}

impl FileLayout {
    fn detect_layout(
        format: FileFormat,
        encoding: &str,
        text: &[u8],
        options: &FileOptions,
        pulse: &dyn Fn(),
    ) -> Result<(Self, Option<Heading>), FileError> {
        let mut layout = Self {
            format,
            encoding: encoding.into(),
            delimiter: None,
            header: None,
            columns: Vec::new(),
            rows: 0,
        };
        let heading = match format {
            FileFormat::Csv | FileFormat::Tsv => Some(layout.find_columns(text, options, pulse)?),
            FileFormat::JsonLines | FileFormat::Json => None,
        };
        Ok((layout, heading))
    }

    /// Finds the delimiter of separated values, whether there is a header, and the columns.
    fn find_columns(
        &mut self,
        text: &[u8],
        options: &FileOptions,
        pulse: &dyn Fn(),
    ) -> Result<Heading, FileError> {
        let delimiter = match options.delimiter {
            Some(delimiter) => delimiter,
            None if self.format == FileFormat::Tsv => '\t',
            None => separated::detect_delimiter(text, options.quote, options.escape, pulse)?,
        };
        let dialect = Dialect::new(delimiter, options.quote, options.escape)?;
        let mut records = Separated::new(text, dialect, pulse);
        if !records.next_closed()? {
            return Err(FileError::NoColumns);
        }
        let width = records.width();
        if width > MOST_COLUMNS {
            return Err(FileError::TooManyColumns);
        }
        let mut first = FirstLine::new(records.texts().map(Cow::into_owned).collect());
        let heading = match options.header {
            Some(is_there) => Heading::given(is_there),
            None => {
                for _ in 0..heading::SAMPLE {
                    if !records.next_closed()? {
                        break;
                    }
                    if records.width() == width {
                        first.add_below(records.texts());
                    }
                }
                first.judge()
            }
        };
        self.delimiter = Some(delimiter);
        self.header = Some(heading.is_there);
        self.columns = match heading.is_there {
            true => first
                .into_values()
                .iter()
                .map(|name| name.trim().to_owned())
                .collect(),
            false => vec![String::new(); width],
        };
        Ok(heading)
    }

    /// The text of the file that has this layout.
    pub(super) fn decode<'a>(&self, data: &'a [u8], pulse: &dyn Fn()) -> Result<Cow<'a, [u8]>, FileError> {
        Ok(encoding::decode_text(data, Extent::Whole, Some(&self.encoding), pulse)?.0)
    }
}

/// The findings in the rows so far.
#[derive(Default)]
struct Tally {
    rows: u64,
    count: u64,
    first: Option<(u64, String)>,
    /// Where the first bad rows are.
    lines: Vec<u64>,
    bad_rows: Vec<BadRow>,
}

impl Tally {
    fn add_rejected(&mut self, row: RejectedRow, handling: BadRows) -> Result<(), FileError> {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((row.line, row.reason.clone()));
        }
        if self.lines.len() < MOST_LINES {
            self.lines.push(row.line);
        }
        if handling == BadRows::Refuse {
            return Ok(());
        }
        if self.bad_rows.len() == MOST_BAD_ROWS {
            return Err(FileError::TooManyBadRows);
        }
        let mut text = Vec::new();
        push_bytes(&mut text, row.text)?;
        self.bad_rows.push(BadRow {
            line: row.line,
            reason: row.reason,
            // The text of the file is valid UTF-8.
            text: String::from_utf8(text).unwrap_or_default(),
        });
        Ok(())
    }
}

/// The rows of a file, one after the other.
enum FileReader<'a> {
    Separated(Box<Separated<'a>>),
    Objects(Box<Objects<'a>>),
}

impl<'a> FileReader<'a> {
    fn open(
        text: &'a [u8],
        layout: &FileLayout,
        options: &'a FileOptions,
        pulse: &'a dyn Fn(),
    ) -> Result<Self, FileError> {
        Ok(match layout.format {
            FileFormat::Csv | FileFormat::Tsv => {
                let delimiter = layout.delimiter.unwrap_or(',');
                let dialect = Dialect::new(delimiter, options.quote, options.escape)?;
                let has_header = layout.header == Some(true);
                let null = options.null.as_bytes();
                let rows =
                    Separated::new(text, dialect, pulse).into_rows(has_header, layout.columns.len(), null);
                Self::Separated(Box::new(rows))
            }
            FileFormat::JsonLines => Self::Objects(Box::new(Objects::of_lines(text, &layout.columns, pulse))),
            FileFormat::Json => Self::Objects(Box::new(Objects::of_array(text, &layout.columns, pulse)?)),
        })
    }

    /// Moves to the next row, which may be a bad one; `None` at the end.
    fn next_row(&mut self) -> Result<Option<Result<(), RejectedRow<'a>>>, FileError> {
        match self {
            Self::Separated(rows) => rows.next_row(),
            Self::Objects(rows) => rows.next_row(),
        }
    }

    /// Writes the values of the row, in the order of the columns.
    fn write(&mut self, out: &mut Vec<u8>) -> Result<(), FileError> {
        match self {
            Self::Separated(rows) => rows.write(out)?,
            Self::Objects(rows) => rows.write(out)?,
        }
        push_bytes(out, b"\n")?;
        Ok(())
    }

    /// The columns, where only the rows know them.
    fn into_columns(self) -> Option<Vec<String>> {
        match self {
            Self::Separated(_) => None,
            Self::Objects(rows) => Some(rows.into_columns()),
        }
    }
}

/// The rows of a file, except the bad ones, as lines in the text format of COPY.
pub(crate) struct Lines<'a>(FileReader<'a>);

impl<'a> Lines<'a> {
    /// Of a text that [`FileLayout::decode`] has returned.
    pub(super) fn open(
        text: &'a [u8],
        layout: &FileLayout,
        options: &'a FileOptions,
        pulse: &'a dyn Fn(),
    ) -> Result<Self, FileError> {
        FileReader::open(text, layout, options, pulse).map(Self)
    }

    /// Appends the next line. `false` at the end.
    pub(super) fn write_next(&mut self, out: &mut Vec<u8>) -> Result<bool, FileError> {
        while let Some(row) = self.0.next_row()? {
            if row.is_ok() {
                self.0.write(out)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn detect_format(text: &[u8]) -> FileFormat {
    match text.trim_ascii_start().first() {
        Some(b'[') => FileFormat::Json,
        Some(b'{') => FileFormat::JsonLines,
        _ => FileFormat::Csv,
    }
}
