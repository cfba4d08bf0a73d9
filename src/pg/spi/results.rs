//! JSON documents as results of functions, written directly into the value that PostgreSQL sends, without a tree of
//! JSON values or a second copy of the text.

use crate::error::Error;
use crate::pg::{bytes, json_writer, jsonb_writer, server, text};
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::{impl_sql_translatable, pg_sys, set_varsize_4b};
use serde::Serialize;
use std::io::{self, Write};

/// The largest allocation that PostgreSQL makes for a value (its `MaxAllocSize`).
const LARGEST_VALUE: usize = 0x3fff_ffff;

/// JSON text under construction: a `text` value, in UTF-8 as long as it grows.
pub(crate) struct JsonText {
    /// Header and text, `capacity` bytes, allocated by PostgreSQL.
    value: *mut u8,
    length: usize,
    capacity: usize,
}

impl JsonText {
    pub(crate) fn new() -> Self {
        let capacity = 8 * 1024;
        // SAFETY: a fresh allocation in the current memory context, which outlives the function call.
        let value = unsafe { pg_sys::palloc(capacity) }.cast();
        Self {
            value,
            length: pg_sys::VARHDRSZ,
            capacity,
        }
    }

    /// Writes a value at the end.
    pub(crate) fn push(&mut self, value: &impl Serialize) -> Result<(), Error> {
        json_writer::write_json(self, value).map_err(|error| {
            if error.is_io() {
                Error::DocumentTooLarge
            } else {
                Error::Serialization(error)
            }
        })
    }

    /// Writes punctuation at the end.
    pub(crate) fn push_str(&mut self, text: &str) -> Result<(), Error> {
        self.write_all(text.as_bytes())
            .map_err(|_| Error::DocumentTooLarge)
    }

    /// Writes another document at the end.
    pub(crate) fn push_text(&mut self, other: &Self) -> Result<(), Error> {
        // SAFETY: `length` bytes of the allocation are written.
        let bytes = unsafe {
            std::slice::from_raw_parts(other.value.add(pg_sys::VARHDRSZ), other.length - pg_sys::VARHDRSZ)
        };
        self.write_all(bytes).map_err(|_| Error::DocumentTooLarge)
    }

    /// The text as a value in the server's encoding.
    fn into_datum(self) -> pg_sys::Datum {
        // SAFETY: `length` bytes of the allocation are written, the header's aside, which is set here.
        unsafe {
            let bytes =
                std::slice::from_raw_parts(self.value.add(pg_sys::VARHDRSZ), self.length - pg_sys::VARHDRSZ);
            if !text::server_uses_utf8() {
                return text::to_text_datum(&String::from_utf8_lossy(bytes));
            }
            set_varsize_4b(self.value.cast(), self.length as i32);
            pg_sys::Datum::from(self.value)
        }
    }

    #[cold]
    fn grow(&mut self, needed: usize) -> io::Result<()> {
        if needed > LARGEST_VALUE {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.capacity = (needed * 2).min(LARGEST_VALUE);
        // SAFETY: allocated by palloc; stays in its memory context.
        self.value = unsafe { pg_sys::repalloc(self.value.cast(), self.capacity) }.cast();
        Ok(())
    }
}

impl Write for JsonText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    // The default would loop; a serializer writes a few bytes at a time, millions of times.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let needed = self.length + bytes.len();
        if needed > self.capacity {
            self.grow(needed)?;
        }
        // Once for each 64 kB.
        if needed >> 16 != self.length >> 16 {
            server::check_for_interrupts();
        }
        // SAFETY: there is room for the bytes behind what is written.
        unsafe { copy(bytes, self.value.add(self.length)) }
        self.length = needed;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies bytes; a few of them without the call of a function, which takes longer than the copy.
///
/// # Safety
/// There is room for the bytes at `to`, which is no part of them.
#[inline]
unsafe fn copy(bytes: &[u8], to: *mut u8) {
    let (from, length) = (bytes.as_ptr(), bytes.len());
    /// Two parts, which overlap where there are fewer bytes than both have.
    #[inline(always)]
    unsafe fn ends<T>(from: *const u8, to: *mut u8, length: usize) {
        let last = length - size_of::<T>();
        // SAFETY: `length` bytes, which are as many as one part has or more.
        unsafe {
            let (first, second) = (
                from.cast::<T>().read_unaligned(),
                from.add(last).cast::<T>().read_unaligned(),
            );
            to.cast::<T>().write_unaligned(first);
            to.add(last).cast::<T>().write_unaligned(second);
        }
    }
    // SAFETY: promised by the caller.
    unsafe {
        match length {
            0 => {}
            1 => to.write(from.read()),
            2..=3 => ends::<u16>(from, to, length),
            4..=7 => ends::<u32>(from, to, length),
            8..=15 => ends::<u64>(from, to, length),
            16..=32 => ends::<u128>(from, to, length),
            _ => to.copy_from_nonoverlapping(from, length),
        }
    }
}

/// A document of type `json`.
pub(crate) struct JsonResult(JsonText);

/// A document of type `jsonb`.
pub(crate) struct JsonbResult(JsonText);

impl From<JsonText> for JsonResult {
    fn from(text: JsonText) -> Self {
        Self(text)
    }
}

impl From<JsonText> for JsonbResult {
    fn from(text: JsonText) -> Self {
        Self(text)
    }
}

impl JsonbResult {
    pub(crate) fn new(document: &impl Serialize) -> Result<Self, Error> {
        let mut text = JsonText::new();
        text.push(document)?;
        Ok(Self(text))
    }
}

impl_sql_translatable!(JsonResult, "json");
impl_sql_translatable!(JsonbResult, "jsonb");

// SAFETY: a json value is stored as text is.
unsafe impl BoxRet for JsonResult {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.0.into_datum()) }
    }
}

// SAFETY: the datum is a jsonb.
unsafe impl BoxRet for JsonbResult {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: a text, which lives until it has been read; the rest is promised by the caller.
        unsafe {
            let text = self.0.into_datum();
            let value = jsonb_writer::write_jsonb(bytes::of_text(text));
            pg_sys::pfree(text.cast_mut_ptr());
            fcinfo.return_raw_datum(value)
        }
    }
}
