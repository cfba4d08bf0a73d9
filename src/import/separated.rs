//! Records of separated values, read one by one into buffers that are asked for.

use super::file::{FileError, MOST_COLUMNS, NULL, RejectedRow, push, reason_against_value, write_value};
use std::collections::TryReserveError;

/// How many bytes are read before the caller is called back.
const CHUNK: usize = 1 << 16;

/// The ends of so many fields are kept: no table has more columns, and what is wider is counted only.
const MOST_FIELDS: usize = MOST_COLUMNS + 1;

/// A reader of records, standing on one.
pub(super) struct Separated<'a> {
    core: csv_core::Reader,
    /// What was not read yet.
    rest: &'a [u8],
    pulse: &'a dyn Fn(),
    /// The fields of the record, without quotes, one behind the other.
    fields: Vec<u8>,
    /// Where each field ends.
    ends: Vec<usize>,
    width: usize,
    /// The record as it stands in the file, and its line.
    text: &'a [u8],
    line: u64,
    columns: usize,
    null: &'a [u8],
}

impl<'a> Separated<'a> {
    pub(super) fn new(
        text: &'a [u8],
        delimiter: u8,
        quote: u8,
        escape: Option<u8>,
        pulse: &'a dyn Fn(),
    ) -> Self {
        let core = csv_core::ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(quote)
            .escape(escape)
            .build();
        Self {
            core,
            rest: text,
            pulse,
            fields: Vec::new(),
            ends: vec![0; MOST_FIELDS],
            width: 0,
            text: b"",
            line: 0,
            columns: 0,
            null: b"",
        }
    }

    /// What is known of the records from here on: how many fields each must have, and what stands for NULL.
    pub(super) fn with_form(self, columns: usize, null: &'a [u8]) -> Self {
        Self {
            columns,
            null,
            ..self
        }
    }

    /// How many fields the record has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The fields of the record, as far as a table can have them.
    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends[..self.width.min(MOST_FIELDS)].iter().map(move |&end| {
            let field = &self.fields[start..end];
            start = end;
            field
        })
    }

    /// Goes on to the next record. `false` at the end.
    pub(super) fn next_record(&mut self) -> Result<bool, TryReserveError> {
        let from = self.rest;
        self.line = self.core.line();
        let (mut length, mut known) = (0, 0);
        self.width = 0;
        loop {
            (self.pulse)();
            let chunk = &self.rest[..self.rest.len().min(CHUNK)];
            let (result, read, written, ended) =
                self.core
                    .read_record(chunk, &mut self.fields[length..], &mut self.ends[known..]);
            self.rest = &self.rest[read..];
            length += written;
            known += ended;
            self.width += ended;
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull => {
                    let size = (2 * self.fields.len()).max(1024);
                    self.fields.try_reserve_exact(size - self.fields.len())?;
                    self.fields.resize(size, 0);
                }
                // Further fields are only counted: the last place is used again.
                csv_core::ReadRecordResult::OutputEndsFull => known -= 1,
                csv_core::ReadRecordResult::Record => {
                    self.text = &from[..from.len() - self.rest.len()];
                    return Ok(true);
                }
                csv_core::ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Goes on to the next row, which may be bad; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Result<(), RejectedRow<'a>>>, FileError> {
        if !self.next_record()? {
            return Ok(None);
        }
        let reason = if self.width != self.columns {
            Some(format!("field count {} instead of {}", self.width, self.columns))
        } else {
            self.fields().find_map(reason_against_value)
        };
        Ok(Some(match reason {
            None => Ok(()),
            Some(reason) => Err(RejectedRow {
                line: self.line,
                reason,
                text: trim_line_ends(self.text),
            }),
        }))
    }

    /// Writes the row's values as COPY has them.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        for (at, field) in self.fields().enumerate() {
            if at > 0 {
                push(out, b"\t")?;
            }
            if field == self.null {
                push(out, NULL)?;
            } else {
                write_value(field, out)?;
            }
        }
        Ok(())
    }
}

/// Blank lines before a record belong to its text.
fn trim_line_ends(mut text: &[u8]) -> &[u8] {
    while let [b'\r' | b'\n', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b'\r' | b'\n'] = text {
        text = rest;
    }
    text
}
