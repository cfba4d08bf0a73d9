//! Errors of files to import, and of single rows of them.

use super::copy_format::find_byte;
use crate::error::{ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;
use std::collections::TryReserveError;

/// The most columns that a table can have.
pub(super) const MOST_COLUMNS: usize = 1600;

/// The most bad rows that are skipped and returned: if there are more, the file is not read as what it is.
pub(super) const MOST_BAD_ROWS: usize = 10_000;

/// That a whole file cannot be read.
#[derive(Debug)]
pub(crate) enum FileError {
    UnknownEncoding(String),

    NotInEncoding(&'static str),

    NotAscii(char),

    /// Delimiter, quote and escape that are not told apart, or end a line.
    Ambiguous(char),

    /// The message of serde or of the reader about the place.
    NotJson(String),

    NoColumns,

    TooManyColumns,

    BadRows {
        count: u64,
        line: u64,
        reason: String,
        /// Where the first of them are.
        lines: Vec<u64>,
    },

    TooManyBadRows,

    OutOfMemory,
}

impl From<TryReserveError> for FileError {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

impl TopicError for FileError {
    fn fields(&self) -> ErrorFields {
        let unreadable = |problem: String| {
            let message = format!("cannot read the file: {problem}");
            ErrorText::new(PgSqlErrorCode::ERRCODE_BAD_COPY_FILE_FORMAT, message)
        };
        match self {
            Self::UnknownEncoding(name) => unreadable(format!("unknown encoding \"{name}\""))
                .hint("Pass a name as on the web: utf-8, latin1, windows-1252, utf-16le, shift_jis."),
            Self::NotInEncoding(name) => unreadable(format!("the data is not valid in encoding {name}"))
                .hint("Pass {\"encoding\": ...} as the program that wrote the file says it."),
            Self::NotAscii(mark) => unreadable(format!("\"{mark}\" must be a single ASCII character"))
                .hint("Delimiter, quote and escape are each one ASCII character."),
            Self::Ambiguous(mark) => {
                unreadable("delimiter, quote and escape must differ, and must not end a line".into())
                    .detail(format!("The character is {mark:?}."))
                    .hint("Only the escape may be the quote: a doubled quote then stands for one.")
            }
            Self::NotJson(problem) => unreadable(format!("the data is not a JSON array of objects: {problem}"))
                .hint(DESCRIBE),
            Self::NoColumns => unreadable("the data has no columns".into()).hint(DESCRIBE),
            Self::TooManyColumns => ErrorText::new(
                PgSqlErrorCode::ERRCODE_TOO_MANY_COLUMNS,
                format!("cannot read the file: it has more than {MOST_COLUMNS} columns"),
            )
            .hint(DESCRIBE),
            Self::BadRows {
                count,
                line,
                reason,
                lines,
            } => {
                if *count == 1 {
                    return unreadable(format!("the row in line {line} cannot be imported: {reason}"))
                        .hint(DESCRIBE);
                }
                let numbers: Vec<String> = lines.iter().map(u64::to_string).collect();
                let more = if *count > lines.len() as u64 { ", ..." } else { "" };
                unreadable(format!(
                    "{count} of the rows cannot be imported, the first in line {line}: {reason}"
                ))
                .detail(format!("They are in lines {}{more}.", numbers.join(", ")))
                .hint(DESCRIBE)
            }
            Self::TooManyBadRows => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("cannot read the file: more than {MOST_BAD_ROWS} of the rows cannot be imported"),
            )
            .hint(DESCRIBE),
            Self::OutOfMemory => ErrorText::new(PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY, "out of memory while reading the file").hint(
                "Create a table with msar.prepare_table_for_import, and fill it by COPY: that takes a file of any size.",
            ),
        }
    }
}

const DESCRIBE: &str = "Describe the file by {\"format\", \"encoding\", \"delimiter\", \"quote\", \"escape\", \
    \"header\", \"null\"}, or skip bad rows: {\"bad_rows\": \"skip\"}.";

/// That rows cannot go from one table into another.
#[derive(Debug)]
pub(crate) enum TransferError {
    /// Numbers with one separator, which stands before three digits in all of them.
    UndecidedNumbers { column: String },
}

impl TopicError for TransferError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::UndecidedNumbers { column } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION,
                format!("the numbers in column \"{column}\" can be read in two ways"),
            )
            .detail("Their only separator stands before three digits: it separates thousands or decimals.")
            .hint(
                "Pass \"cast_options\" in the mapping of the column: {\"group_sep\": \",\", \"decimal_p\": \".\"} reads 1,234 \
                 as 1234, {\"group_sep\": \".\", \"decimal_p\": \",\"} reads it as 1.234.",
            ),
        }
    }
}

/// A row that cannot be imported, and where it is in the file.
pub(super) struct RejectedRow<'a> {
    pub(super) line: u64,
    pub(super) reason: String,
    pub(super) text: &'a [u8],
}

/// Why PostgreSQL cannot store a value, if it cannot.
pub(super) fn reason_against_value(value: &[u8], pulse: &dyn Fn()) -> Option<String> {
    find_byte(value, |byte| byte == 0, pulse)
        .is_some()
        .then(|| "a character with code 0, which PostgreSQL cannot store".to_string())
}
