//! JSON text as a value of type `jsonb`.
//!
//! PostgreSQL's own way builds a tree of the whole document before it writes the value: ten times the memory, and
//! nothing looks for a cancel meanwhile. Here a container is written as soon as its end is read, from the members that
//! were written before. What the result is, byte for byte, is what PostgreSQL's own would be; the form is that of its
//! `jsonb.h`. Where a text is not what it should be, PostgreSQL's own input function is asked, for its errors.

use crate::error::Error;
use crate::pg::jsonb_layout::{
    JB_FARRAY, JB_FOBJECT, JB_FSCALAR, JENTRY_HAS_OFF, JENTRY_ISBOOL_FALSE, JENTRY_ISBOOL_TRUE,
    JENTRY_ISCONTAINER, JENTRY_ISNULL, JENTRY_ISNUMERIC, JENTRY_ISSTRING, JENTRY_OFFLENMASK,
};
use crate::pg::{memory, server};
use pgrx::direct_function_call_as_datum;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, Datum};
use std::cmp::Reverse;

#[cfg(any(test, feature = "pg_test"))]
mod tests;

/// Of so many entries, one has an offset instead of a length.
const JB_OFFSET_STRIDE: usize = 32;

/// The size of the largest container.
const LARGEST: usize = JENTRY_OFFLENMASK as usize;

/// How deeply containers may be nested here; PostgreSQL looks at its stack where they are nested more deeply.
const DEEPEST: usize = 1000;

/// After so many members somebody looks for a cancel.
const PULSE: usize = 1024;

/// The value of a JSON text in the server's encoding, in the current memory context.
pub(crate) fn write_jsonb(json: &[u8]) -> Datum {
    let mut writer = JsonbWriter {
        json,
        at: 0,
        values: Vec::new(),
        items: Vec::new(),
        container: Vec::new(),
        until_pulse: PULSE,
    };
    match writer.document() {
        Ok(()) => writer.into_datum(),
        Err(WriteFailure::TooLarge) => {
            ErrorReport::from(Error::DocumentTooLarge).report(pgrx::PgLogLevel::ERROR);
            Datum::null()
        }
        Err(WriteFailure::NotPlain) => by_postgres(json),
    }
}

/// By PostgreSQL's own input function.
fn by_postgres(json: &[u8]) -> Datum {
    // SAFETY: pointer and length belong together; the text becomes a C string, which the function reads. It never gives
    // null. A text of the server has no zero byte.
    unsafe {
        let text = pg_sys::cstring_to_text_with_len(json.as_ptr().cast(), json.len() as i32);
        let cstring = pg_sys::text_to_cstring(text);
        pg_sys::pfree(text.cast());
        let value = direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(cstring.into())]);
        pg_sys::pfree(cstring.cast());
        value.unwrap_or(Datum::null())
    }
}

/// Why a text is not written here.
enum WriteFailure {
    /// It is no JSON, or has something that is seldom.
    NotPlain,
    /// A value cannot be as large.
    TooLarge,
}

/// A member that was written, of a container whose end was not read yet.
#[derive(Clone, Copy)]
struct WrittenItem {
    /// As entries have it.
    sort: u32,
    /// Where it lies in `values`.
    start: u32,
    length: u32,
}

impl WrittenItem {
    fn bytes(self, values: &[u8]) -> &[u8] {
        &values[self.start as usize..][..self.length as usize]
    }

    /// Numbers and containers begin at a multiple of four.
    fn padding(self, at: usize) -> usize {
        match self.sort {
            JENTRY_ISNUMERIC | JENTRY_ISCONTAINER => at.next_multiple_of(4) - at,
            _ => 0,
        }
    }
}

struct JsonbWriter<'a> {
    json: &'a [u8],
    at: usize,
    /// The members of open containers, one behind the other.
    values: Vec<u8>,
    items: Vec<WrittenItem>,
    /// The container that is being written.
    container: Vec<u8>,
    until_pulse: usize,
}

impl JsonbWriter<'_> {
    /// Reads the whole text; leaves the root container in `container`.
    fn document(&mut self) -> Result<(), WriteFailure> {
        let sort = match self.peek()? {
            b'{' => JB_FOBJECT,
            b'[' => JB_FARRAY,
            _ => JB_FARRAY | JB_FSCALAR,
        };
        if sort & JB_FSCALAR == 0 {
            self.at += 1;
            self.members(sort, 1)?;
        } else {
            self.value(1)?;
        }
        self.skip_blanks();
        if self.at < self.json.len() {
            return Err(WriteFailure::NotPlain);
        }
        self.assemble(sort, 0)
    }

    fn into_datum(self) -> Datum {
        let size = self.container.len() + pg_sys::VARHDRSZ;
        // SAFETY: as many bytes are allocated as are written: the header, and behind it the container.
        unsafe {
            let value = pg_sys::palloc(size).cast::<u8>();
            value
                .add(pg_sys::VARHDRSZ)
                .copy_from_nonoverlapping(self.container.as_ptr(), self.container.len());
            pgrx::set_varsize_4b(value.cast(), size as i32);
            Datum::from(value)
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.json.get(self.at) {
            self.at += 1;
        }
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Result<u8, WriteFailure> {
        self.skip_blanks();
        self.json.get(self.at).copied().ok_or(WriteFailure::NotPlain)
    }

    fn expect(&mut self, word: &[u8]) -> Result<(), WriteFailure> {
        let rest = &self.json[self.at..];
        if !rest.starts_with(word) {
            return Err(WriteFailure::NotPlain);
        }
        self.at += word.len();
        match self.json.get(self.at) {
            Some(byte) if byte.is_ascii_alphanumeric() => Err(WriteFailure::NotPlain),
            _ => Ok(()),
        }
    }

    /// Reads a value, and writes it as the last item.
    fn value(&mut self, depth: usize) -> Result<(), WriteFailure> {
        self.until_pulse -= 1;
        if self.until_pulse == 0 {
            self.until_pulse = PULSE;
            server::check_for_interrupts();
        }
        match self.peek()? {
            b'"' => self.string(),
            opening @ (b'{' | b'[') => {
                if depth > DEEPEST {
                    return Err(WriteFailure::NotPlain);
                }
                self.at += 1;
                let (items, values) = (self.items.len(), self.values.len());
                let sort = if opening == b'{' { JB_FOBJECT } else { JB_FARRAY };
                self.members(sort, depth + 1)?;
                self.assemble(sort, items)?;
                self.items.truncate(items);
                self.values.truncate(values);
                let container = std::mem::take(&mut self.container);
                let outcome = self.push(JENTRY_ISCONTAINER, &container);
                self.container = container;
                outcome
            }
            b't' => {
                self.expect(b"true")?;
                self.push(JENTRY_ISBOOL_TRUE, b"")
            }
            b'f' => {
                self.expect(b"false")?;
                self.push(JENTRY_ISBOOL_FALSE, b"")
            }
            b'n' => {
                self.expect(b"null")?;
                self.push(JENTRY_ISNULL, b"")
            }
            _ => self.number(),
        }
    }

    /// Reads the members of a container up to its end. Those of an object become two items each: key and value.
    fn members(&mut self, sort: u32, depth: usize) -> Result<(), WriteFailure> {
        let closing = if sort == JB_FOBJECT { b'}' } else { b']' };
        if self.peek()? == closing {
            self.at += 1;
            return Ok(());
        }
        loop {
            if sort == JB_FOBJECT {
                if self.peek()? != b'"' {
                    return Err(WriteFailure::NotPlain);
                }
                self.string()?;
                if self.peek()? != b':' {
                    return Err(WriteFailure::NotPlain);
                }
                self.at += 1;
            }
            self.value(depth)?;
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                _ if next == closing => return Ok(()),
                _ => return Err(WriteFailure::NotPlain),
            }
        }
    }

    fn push(&mut self, sort: u32, bytes: &[u8]) -> Result<(), WriteFailure> {
        let start = self.values.len();
        memory::reserve(&mut self.values, bytes.len());
        self.values.extend_from_slice(bytes);
        self.finish_item(sort, start)
    }

    /// The bytes from `start` on are an item.
    fn finish_item(&mut self, sort: u32, start: usize) -> Result<(), WriteFailure> {
        let length = self.values.len() - start;
        if length > LARGEST {
            return Err(WriteFailure::TooLarge);
        }
        memory::reserve(&mut self.items, 1);
        self.items.push(WrittenItem {
            sort,
            start: u32::try_from(start).map_err(|_| WriteFailure::TooLarge)?,
            length: length as u32,
        });
        Ok(())
    }

    fn string(&mut self) -> Result<(), WriteFailure> {
        self.at += 1;
        let start = self.values.len();
        loop {
            let rest = &self.json[self.at..];
            let end = rest
                .iter()
                .position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')
                .ok_or(WriteFailure::NotPlain)?;
            memory::reserve(&mut self.values, end + 1);
            self.values.extend_from_slice(&rest[..end]);
            self.at += end + 1;
            match rest[end] {
                b'"' => return self.finish_item(JENTRY_ISSTRING, start),
                b'\\' => {
                    let byte = self.escape()?;
                    self.values.push(byte);
                }
                _ => return Err(WriteFailure::NotPlain),
            }
        }
    }

    /// The byte that an escape stands for. Those that are several, or none, are PostgreSQL's.
    fn escape(&mut self) -> Result<u8, WriteFailure> {
        let escape = *self.json.get(self.at).ok_or(WriteFailure::NotPlain)?;
        self.at += 1;
        Ok(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let digits = self
                    .json
                    .get(self.at..self.at + 4)
                    .ok_or(WriteFailure::NotPlain)?;
                self.at += 4;
                let code = std::str::from_utf8(digits)
                    .ok()
                    .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match code {
                    Some(code @ 1..=0x7f) => code as u8,
                    _ => return Err(WriteFailure::NotPlain),
                }
            }
            _ => return Err(WriteFailure::NotPlain),
        })
    }

    fn number(&mut self) -> Result<(), WriteFailure> {
        let rest = &self.json[self.at..];
        let length = number_length(rest).ok_or(WriteFailure::NotPlain)?;
        let text = &rest[..length];
        self.at += length;
        if let Some(byte) = self.json.get(self.at)
            && (byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'))
        {
            return Err(WriteFailure::NotPlain);
        }
        let start = self.values.len();
        match small_integer(text) {
            Some(number) => {
                memory::reserve(&mut self.values, LARGEST_SMALL);
                write_small_integer(&mut self.values, number);
            }
            None => {
                memory::reserve(&mut self.values, text.len() + 16);
                write_numeric(&mut self.values, text);
            }
        }
        self.finish_item(JENTRY_ISNUMERIC, start)
    }

    /// Writes the container of the items from `first` on.
    fn assemble(&mut self, sort: u32, first: usize) -> Result<(), WriteFailure> {
        let Self {
            values,
            items,
            container,
            ..
        } = self;
        let items = &items[first..];
        container.clear();
        if sort != JB_FOBJECT {
            return put_together(
                container,
                sort | items.len() as u32,
                items.iter().copied(),
                items.len(),
                values,
            );
        }
        let (pairs, _) = items.as_chunks::<2>();
        let rank = |key: WrittenItem| (key.length, key.bytes(values));
        if pairs.is_sorted_by(|[one, _], [other, _]| rank(*one) < rank(*other)) {
            let keys = pairs.iter().map(|pair| pair[0]);
            let members = keys.chain(pairs.iter().map(|pair| pair[1]));
            return put_together(container, sort | pairs.len() as u32, members, items.len(), values);
        }
        // In order, and of several values of a key the last one.
        let mut order = Vec::new();
        memory::reserve(&mut order, pairs.len());
        order.extend(0..pairs.len());
        order.sort_unstable_by_key(|&at| (rank(pairs[at][0]), Reverse(at)));
        order.dedup_by_key(|at| rank(pairs[*at][0]));
        let keys = order.iter().map(|&at| pairs[at][0]);
        let members = keys.chain(order.iter().map(|&at| pairs[at][1]));
        put_together(
            container,
            sort | order.len() as u32,
            members,
            2 * order.len(),
            values,
        )
    }
}

/// Writes a container: its header, an entry for each member, and the members.
fn put_together(
    out: &mut Vec<u8>,
    header: u32,
    members: impl Iterator<Item = WrittenItem>,
    count: usize,
    values: &[u8],
) -> Result<(), WriteFailure> {
    let entries = size_of::<u32>();
    memory::reserve(out, entries + count * entries);
    out.extend_from_slice(&header.to_ne_bytes());
    out.resize(entries + count * entries, 0);
    let mut total = 0;
    for (at, item) in members.enumerate() {
        if at % PULSE == PULSE - 1 {
            server::check_for_interrupts();
        }
        let padding = item.padding(out.len());
        let bytes = item.bytes(values);
        memory::reserve(out, padding + bytes.len());
        out.extend_from_slice(&[0; 4][..padding]);
        out.extend_from_slice(bytes);
        total += padding + bytes.len();
        if total > LARGEST {
            return Err(WriteFailure::TooLarge);
        }
        let entry = if at.is_multiple_of(JB_OFFSET_STRIDE) {
            item.sort | total as u32 | JENTRY_HAS_OFF
        } else {
            item.sort | (padding + bytes.len()) as u32
        };
        out[entries + at * entries..][..entries].copy_from_slice(&entry.to_ne_bytes());
    }
    match out.len() {
        ..=LARGEST => Ok(()),
        _ => Err(WriteFailure::TooLarge),
    }
}

/// How many bytes of a text are a number of JSON.
fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        text[from.min(text.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = usize::from(text.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || whole > 1 && text[at] == b'0' {
        return None;
    }
    at += whole;
    if text.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

/// An integer that is written here.
fn small_integer(text: &[u8]) -> Option<i64> {
    const MOST_DIGITS: usize = 17;
    if text.len() > MOST_DIGITS {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The size of the largest of them: two headers, and five digits of two bytes.
const LARGEST_SMALL: usize = 16;

/// Writes an integer as `numeric` keeps it, in its short form: digits to the base of 10000, without zeros at the end.
fn write_small_integer(out: &mut Vec<u8>, number: i64) {
    const BASE: u64 = 10_000;
    const SHORT: u16 = 0x8000;
    const NEGATIVE: u16 = 0x2000;
    let mut digits = [0_i16; 5];
    let (mut rest, mut first) = (number.unsigned_abs(), digits.len());
    while rest > 0 {
        first -= 1;
        digits[first] = (rest % BASE) as i16;
        rest /= BASE;
    }
    let digits = &digits[first..];
    let weight = digits.len().saturating_sub(1) as u16;
    let zeros = digits.iter().rev().take_while(|&&digit| digit == 0).count();
    let kept = &digits[..digits.len() - zeros];
    let sign = if number < 0 { NEGATIVE } else { 0 };
    out.extend_from_slice(&varlena_header(
        pg_sys::VARHDRSZ + size_of::<u16>() + size_of_val(kept),
    ));
    out.extend_from_slice(&(SHORT | sign | weight).to_ne_bytes());
    for digit in kept {
        out.extend_from_slice(&digit.to_ne_bytes());
    }
}

/// The header of a plain value of that size.
fn varlena_header(size: usize) -> [u8; pg_sys::VARHDRSZ] {
    let mut header = [0_u32];
    // SAFETY: the header is all that is written, and there is room for it.
    unsafe { pgrx::set_varsize_4b(header.as_mut_ptr().cast(), size as i32) };
    header[0].to_ne_bytes()
}

/// Writes a number as `numeric` keeps it, by PostgreSQL's input function.
fn write_numeric(out: &mut Vec<u8>, text: &[u8]) {
    // SAFETY: the text gets a zero byte behind it; the function gives a plain numeric, which is copied and freed.
    unsafe {
        let cstring = pg_sys::palloc(text.len() + 1).cast::<u8>();
        cstring.copy_from_nonoverlapping(text.as_ptr(), text.len());
        cstring.add(text.len()).write(0);
        let numeric = direct_function_call_as_datum(
            pg_sys::numeric_in,
            &[
                Some(Datum::from(cstring)),
                Some(Datum::from(pg_sys::Oid::INVALID)),
                Some(Datum::from(-1_i32)),
            ],
        );
        if let Some(numeric) = numeric {
            let value = numeric.cast_mut_ptr::<pg_sys::varlena>();
            let size = pgrx::varsize_any(value);
            memory::reserve(out, size);
            out.extend_from_slice(std::slice::from_raw_parts(value.cast(), size));
            pg_sys::pfree(value.cast());
        }
        pg_sys::pfree(cstring.cast());
    }
}
