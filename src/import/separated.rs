//! Records of separated values, read one by one into buffers that grow by fallible allocations.
//!
//! A quote that opens a field and is not closed swallows the lines below it, to the next quote or to the end. So a field
//! that spans lines is read twice: its closing quote must be followed by a delimiter or the end of the line. Otherwise
//! the record is rejected: it ends with the line in which the quote opened, and reading goes on below it.

use super::copy_format::{NULL, push_bytes, write_value};
use super::error::{FileError, MOST_COLUMNS, RejectedRow, reason_against_value};
use std::borrow::Cow;
use std::collections::TryReserveError;

/// How many bytes are read before the caller is called back.
const CHUNK: usize = 1 << 16;

/// The ends of so many fields are kept: no table has more columns, and fields beyond them are only counted.
const MOST_FIELDS: usize = MOST_COLUMNS + 1;

/// How the fields of a file are written.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    delimiter: u8,
    quote: u8,
    /// The escape before a quote that closes nothing; a doubled quote if there is none.
    escape: Option<u8>,
}

impl Dialect {
    pub(super) fn new(delimiter: char, quote: Option<char>, escape: Option<char>) -> Result<Self, FileError> {
        let ascii = |mark: char| {
            let byte = u8::try_from(mark).ok().filter(u8::is_ascii);
            let byte = byte.ok_or(FileError::NotAscii(mark))?;
            match is_line_end(&byte) {
                true => Err(FileError::Ambiguous(mark)),
                false => Ok(byte),
            }
        };
        let quote = quote.map_or(Ok(b'"'), ascii)?;
        // An escape that is the quote itself is a doubled quote.
        let escape = escape.map(ascii).transpose()?.filter(|&escape| escape != quote);
        let dialect = Self {
            delimiter: ascii(delimiter)?,
            quote,
            escape,
        };
        match dialect.delimiter == quote || Some(dialect.delimiter) == escape {
            true => Err(FileError::Ambiguous(delimiter)),
            false => Ok(dialect),
        }
    }

    fn reader(self) -> csv_core::Reader {
        csv_core::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quote(self.quote)
            .escape(self.escape)
            .build()
    }
}

/// The delimiters that are tried.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The delimiter that gives the most rows of the same number of fields, and the most fields.
pub(super) fn detect_delimiter(
    text: &[u8],
    quote: Option<char>,
    escape: Option<char>,
    pulse: &dyn Fn(),
) -> Result<char, FileError> {
    const LOOKED_AT: usize = 100;
    let mut best = None;
    for delimiter in DELIMITERS {
        let dialect = match Dialect::new(delimiter, quote, escape) {
            // It is the quote.
            Err(FileError::Ambiguous(mark)) if mark == delimiter => continue,
            dialect => dialect?,
        };
        // The first one that the file can have is what a file of one column has.
        let &mut (best_score, _) = best.get_or_insert(((0, 0), delimiter));
        let mut records = Separated::new(text, dialect, pulse);
        let mut lengths = Vec::new();
        while lengths.len() < LOOKED_AT && records.next_record()? {
            lengths.push(records.width);
        }
        let width = lengths.first().copied().unwrap_or(0);
        if width < 2 {
            continue;
        }
        let score = (lengths.iter().filter(|&&length| length == width).count(), width);
        // If several are equal, the first one wins.
        if score > best_score {
            best = Some((score, delimiter));
        }
    }
    Ok(best.map_or(',', |(_, delimiter)| delimiter))
}

/// A reader of records, positioned on one.
pub(super) struct Separated<'a> {
    dialect: Dialect,
    core: csv_core::Reader,
    text: &'a [u8],
    pulse: &'a dyn Fn(),
    /// Where the record begins and ends in the text.
    begin: usize,
    end: usize,
    /// The fields of the record, without quotes, one behind the other, and where each ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    width: usize,
    lines: LineCounter<'a>,
    /// Whether the next record names the columns.
    has_header: bool,
    columns: usize,
    null: &'a [u8],
}

impl<'a> Separated<'a> {
    pub(super) fn new(text: &'a [u8], dialect: Dialect, pulse: &'a dyn Fn()) -> Self {
        Self {
            dialect,
            core: dialect.reader(),
            text,
            pulse,
            begin: 0,
            end: 0,
            fields: Vec::new(),
            ends: vec![0; MOST_FIELDS],
            width: 0,
            lines: LineCounter::new(text),
            has_header: false,
            columns: 0,
            null: b"",
        }
    }

    /// The rows of a file: whether the first record is a header, how many fields each row has, and the text that means
    /// NULL.
    pub(super) fn into_rows(self, has_header: bool, columns: usize, null: &'a [u8]) -> Self {
        Self {
            has_header,
            columns,
            null,
            ..self
        }
    }

    /// The number of fields of the record.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The fields of the record, at most as many as a table can have.
    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends[..self.width.min(MOST_FIELDS)].iter().map(move |&end| {
            let field = &self.fields[start..end];
            start = end;
            field
        })
    }

    /// The same as text.
    pub(super) fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.fields().map(String::from_utf8_lossy)
    }

    /// Moves to the next record of which all quotes are closed. `false` at the end.
    pub(super) fn next_closed(&mut self) -> Result<bool, TryReserveError> {
        while self.next_record()? {
            match self.open_quote() {
                Some(quote_at) => self.end_in_line_of(quote_at),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Moves to the next row, which may be a bad one; `None` at the end.
    pub(super) fn next_row(&mut self) -> Result<Option<Result<(), RejectedRow<'a>>>, FileError> {
        loop {
            if !self.next_record()? {
                return Ok(None);
            }
            if let Some(quote_at) = self.open_quote() {
                self.end_in_line_of(quote_at);
                return Ok(Some(Err(
                    self.rejected(quote_at, "a quote is opened and never closed".into())
                )));
            }
            if self.has_header {
                self.has_header = false;
                continue;
            }
            let reason = match self.width == self.columns {
                true => reason_against_value(self.values(), self.pulse),
                false => Some(format!("field count {} instead of {}", self.width, self.columns)),
            };
            return Ok(Some(match reason {
                None => Ok(()),
                Some(reason) => Err(self.rejected(self.begin, reason)),
            }));
        }
    }

    /// Writes the row's values.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        for (at, field) in self.fields().enumerate() {
            if at > 0 {
                push_bytes(out, b"\t")?;
            }
            if field == self.null {
                push_bytes(out, NULL)?;
            } else {
                write_value(field, out, self.pulse)?;
            }
        }
        Ok(())
    }

    fn rejected(&mut self, at: usize, reason: String) -> RejectedRow<'a> {
        let text = &self.text[self.begin..self.end];
        let length = text
            .iter()
            .rposition(|byte| !is_line_end(byte))
            .map_or(0, |last| last + 1);
        RejectedRow {
            line: self.lines.line_of(at, self.pulse),
            reason,
            text: &text[..length],
        }
    }

    /// All fields of the record, one behind the other.
    fn values(&self) -> &[u8] {
        match self.width.min(MOST_FIELDS) {
            0 => &[],
            known => &self.fields[..self.ends[known - 1]],
        }
    }

    fn next_record(&mut self) -> Result<bool, TryReserveError> {
        let (mut length, mut known) = (0, 0);
        // Empty lines come before the record.
        self.begin = self.end;
        while self.text.get(self.begin).is_some_and(is_line_end) {
            self.begin += 1;
            if self.begin.is_multiple_of(CHUNK) {
                (self.pulse)();
            }
        }
        self.end = self.begin;
        self.width = 0;
        loop {
            (self.pulse)();
            let chunk = &self.text[self.end..self.text.len().min(self.end + CHUNK)];
            let (result, read, written, ended) =
                self.core
                    .read_record(chunk, &mut self.fields[length..], &mut self.ends[known..]);
            self.end += read;
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
                csv_core::ReadRecordResult::Record => return Ok(true),
                csv_core::ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Where a quote of the record opens that is not closed.
    fn open_quote(&self) -> Option<usize> {
        // Only what spans lines, or reaches the end, can have one.
        let is_suspect = self.end == self.text.len() || self.values().iter().any(is_line_end);
        let record = &self.text[self.begin..self.end];
        is_suspect
            .then(|| find_open_quote(record, self.dialect, self.pulse))
            .flatten()
            .map(|at| self.begin + at)
    }

    /// Ends the record with the line in which a quote opens; reading goes on below it.
    fn end_in_line_of(&mut self, quote_at: usize) {
        self.end = self.text[quote_at..]
            .iter()
            .position(is_line_end)
            .map_or(self.text.len(), |length| quote_at + length);
        self.core = self.dialect.reader();
    }
}

/// Counts the lines of a text, up to places that come later and later.
struct LineCounter<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl<'t> LineCounter<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The number of the line in which `place` lies.
    fn line_of(&mut self, place: usize, pulse: &dyn Fn()) -> u64 {
        while self.at < place {
            pulse();
            let until = place.min(self.at + CHUNK);
            let ends = (self.at..until).filter(|&at| match self.text[at] {
                b'\n' => true,
                b'\r' => self.text.get(at + 1) != Some(&b'\n'),
                _ => false,
            });
            self.line += ends.count() as u64;
            self.at = until;
        }
        self.line
    }
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where a quote opens that is not closed, or whose closing quote in a later line is followed by more text: that one
/// belongs to another field.
fn find_open_quote(record: &[u8], dialect: Dialect, pulse: &dyn Fn()) -> Option<usize> {
    let Dialect {
        delimiter,
        quote,
        escape,
    } = dialect;
    let (mut at, mut looked_at) = (0, 0);
    loop {
        if record.get(at) == Some(&quote) {
            let opened_at = at;
            let mut spans_lines = false;
            at += 1;
            loop {
                if at - looked_at > CHUNK {
                    pulse();
                    looked_at = at;
                }
                let Some(&byte) = record.get(at) else {
                    return Some(opened_at);
                };
                let is_doubled = escape.is_none() && record.get(at + 1) == Some(&quote);
                if Some(byte) == escape || byte == quote && is_doubled {
                    at += 2;
                } else if byte == quote {
                    break;
                } else {
                    spans_lines |= is_line_end(&byte);
                    at += 1;
                }
            }
            at += 1;
            let is_closed = record
                .get(at)
                .is_none_or(|byte| *byte == delimiter || is_line_end(byte));
            if spans_lines && !is_closed {
                return Some(opened_at);
            }
        }
        at += record.get(at..)?.iter().position(|&byte| byte == delimiter)? + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, escape: Option<char>) -> Vec<String> {
        let dialect = Dialect::new(',', None, escape).unwrap();
        let pulse = || ();
        let mut records = Separated::new(text.as_bytes(), dialect, &pulse);
        let mut found = Vec::new();
        while records.next_record().unwrap() {
            // Any width will do.
            let open = records.open_quote();
            found.push(match open {
                Some(quote_at) => {
                    records.end_in_line_of(quote_at);
                    let row = records.rejected(quote_at, String::new());
                    format!("{}! {}", row.line, String::from_utf8_lossy(row.text))
                }
                None => {
                    let line = records.lines.line_of(records.begin, &pulse);
                    format!("{line}: {}", records.texts().collect::<Vec<_>>().join("|"))
                }
            });
        }
        found
    }

    #[test]
    fn closed_quotes_are_fields() {
        assert_eq!(
            records("a,b\n\"1\n2\",\"x \"\"y\"\"\"\n", None),
            ["1: a|b", "2: 1\n2|x \"y\""]
        );
        assert_eq!(records("a,\"b\"\r\nc,\"\"", None), ["1: a|b", "2: c|"]);
        assert_eq!(records("a,\"b\"x\nc", None), ["1: a|bx", "2: c"]);
        assert_eq!(records("a \"b\n", None), ["1: a \"b"]);
        assert_eq!(records("\n\n\"a\nb\"\n\nc", None), ["3: a\nb", "6: c"]);
        assert_eq!(records("\"a\\\"\nb\",c\n", Some('\\')), ["1: a\"\nb|c"]);
    }

    #[test]
    fn open_quotes_spoil_their_line_only() {
        assert_eq!(
            records("name,inch\nnut,\"3\nbolt,4\nscrew,5\n", None),
            ["1: name|inch", "2! nut,\"3", "3: bolt|4", "4: screw|5"]
        );
        // Closed by the quote that opens another.
        assert_eq!(
            records("nut,\"3\nbolt,4\nscrew,\"5\nnail,6", None),
            ["1! nut,\"3", "2: bolt|4", "3! screw,\"5", "4: nail|6"]
        );
        assert_eq!(records("a,\"b", None), ["1! a,\"b"]);
        assert_eq!(records("a,\"", None), ["1! a,\""]);
        assert_eq!(
            records("\"a\r\nb\",\"c\r\nd,e\r\n", None),
            ["2! \"a\r\nb\",\"c", "3: d|e"]
        );
        assert_eq!(records("a,\"b\\\"\nc,d", Some('\\')), ["1! a,\"b\\\"", "2: c|d"]);
    }

    #[test]
    fn marks_are_told_apart() {
        for (delimiter, quote, escape) in [
            ('"', None, None),
            ('\\', None, Some('\\')),
            ('\n', None, None),
            (',', Some('\r'), None),
        ] {
            assert!(matches!(
                Dialect::new(delimiter, quote, escape),
                Err(FileError::Ambiguous(_))
            ));
        }
        assert!(matches!(
            Dialect::new('é', None, None),
            Err(FileError::NotAscii('é'))
        ));
        assert!(Dialect::new(',', None, Some('"')).is_ok());
    }
}
