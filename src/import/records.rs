//! The records of separated values, each in its place, with a watch on quotes that are never closed.
//!
//! A quote that opens a field and is not closed swallows the lines below it, to the next quote or to the end. So a field
//! that spans lines is read twice: its closing quote must be followed by a delimiter or the end of the line. Otherwise
//! the record is a bad row that ends with the line in which the quote opened, and reading goes on below it.

/// How the fields of a file are written.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    /// What stands before a quote that closes nothing; a doubled quote if there is none.
    pub(super) escape: Option<u8>,
}

impl Dialect {
    pub(super) fn reader(self, text: &str) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .quote(self.quote)
            .escape(self.escape)
            .from_reader(text.as_bytes())
    }
}

/// A record, or what stands in place of one, with its place in the text.
pub(super) enum Record {
    Fields {
        at: usize,
        fields: csv::StringRecord,
    },
    /// Lines that a quote spoils, which opens at `at`.
    OpenQuote {
        at: usize,
        text: String,
    },
}

/// The records of a text, one after the other.
pub(super) struct Records<'t> {
    text: &'t str,
    dialect: Dialect,
    reader: csv::Reader<&'t [u8]>,
    /// Where the reader began.
    start: usize,
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            text,
            dialect,
            reader: dialect.reader(text),
            start: 0,
        }
    }

    /// Gives up the record that begins at `begin`, to the end of the line in which a quote opens, and reads on below.
    fn reject(&mut self, begin: usize, quote_at: usize) -> Record {
        let bytes = self.text.as_bytes();
        let line_end = bytes[quote_at..]
            .iter()
            .position(is_line_end)
            .map_or(bytes.len(), |length| quote_at + length);
        self.start = line_end;
        self.reader = self.dialect.reader(self.text.get(line_end..).unwrap_or_default());
        Record::OpenQuote {
            at: quote_at,
            text: self.text.get(begin..line_end).unwrap_or_default().to_owned(),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let mut fields = csv::StringRecord::new();
        // The text is valid UTF-8 and records of any length are taken, so there is no error.
        if !self.reader.read_record(&mut fields).unwrap_or(false) {
            return None;
        }
        let offset = fields.position().map_or(0, |position| position.byte() as usize);
        let bytes = self.text.as_bytes();
        let end = self.start + self.reader.position().byte() as usize;
        // Empty lines come before the record.
        let begin = (self.start + offset..end)
            .find(|&at| !is_line_end(&bytes[at]))
            .unwrap_or(end);
        let spans_lines = || fields.iter().any(|field| field.contains(['\n', '\r']));
        if end == bytes.len() || spans_lines() {
            let quote_at = open_quote(&bytes[begin..end], self.dialect);
            if let Some(quote_at) = quote_at {
                return Some(self.reject(begin, begin + quote_at));
            }
        }
        Some(Record::Fields { at: begin, fields })
    }
}

/// Counts the lines of a text, up to places that come later and later.
pub(super) struct LineCounter<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl<'t> LineCounter<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The number of the line in which `at` lies.
    pub(super) fn line_of(&mut self, at: usize) -> u64 {
        let ends = (self.at..at.max(self.at)).filter(|&at| match self.text[at] {
            b'\n' => true,
            b'\r' => self.text.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        self.line += ends.count() as u64;
        self.at = at.max(self.at);
        self.line
    }
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where a quote opens that is not closed, or whose closing quote in a later line is followed by more text: that one
/// belongs to another field.
fn open_quote(record: &[u8], dialect: Dialect) -> Option<usize> {
    let Dialect {
        delimiter,
        quote,
        escape,
    } = dialect;
    let mut at = 0;
    loop {
        if record.get(at) == Some(&quote) {
            let opened_at = at;
            let mut spans_lines = false;
            at += 1;
            loop {
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
        at += record[at..].iter().position(|&byte| byte == delimiter)? + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, escape: Option<u8>) -> Vec<String> {
        let dialect = Dialect {
            delimiter: b',',
            quote: b'"',
            escape,
        };
        let mut lines = LineCounter::new(text);
        Records::new(text, dialect)
            .map(|record| match record {
                Record::Fields { at, fields } => {
                    format!(
                        "{}: {}",
                        lines.line_of(at),
                        fields.iter().collect::<Vec<_>>().join("|")
                    )
                }
                Record::OpenQuote { at, text } => format!("{}! {text}", lines.line_of(at)),
            })
            .collect()
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
        assert_eq!(records("\"a\\\"\nb\",c\n", Some(b'\\')), ["1: a\"\nb|c"]);
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
        assert_eq!(records("a,\"b\\\"\nc,d", Some(b'\\')), ["1! a,\"b\\\"", "2: c|d"]);
    }
}
