//! Text between the server's encoding and Rust's UTF-8.

use crate::pg::memory;
use pgrx::pg_sys::{self, Datum};
use std::cell::Cell;
use std::ffi::{CStr, c_char};

/// Whether the server's text is UTF-8, as far as it knows.
pub(crate) fn server_uses_utf8() -> bool {
    let encoding = server_encoding();
    encoding == pg_sys::pg_enc::PG_UTF8 || encoding == pg_sys::pg_enc::PG_SQL_ASCII
}

/// Whether the server's text is UTF-8 for certain: then text of Rust's needs no conversion, and no check but for NUL.
pub(crate) fn server_is_utf8() -> bool {
    server_encoding() == pg_sys::pg_enc::PG_UTF8
}

/// The database's encoding, which is set when the session begins and stays what it is.
fn server_encoding() -> pg_sys::pg_enc::Type {
    thread_local! {
        static ENCODING: Cell<Option<pg_sys::pg_enc::Type>> = const { Cell::new(None) };
    }
    ENCODING.get().unwrap_or_else(|| {
        // SAFETY: a plain question.
        let encoding = unsafe { pg_sys::GetDatabaseEncoding() } as pg_sys::pg_enc::Type;
        // A server that loads the library before it serves a database asks too early.
        // SAFETY: a plain variable, set once the database is known.
        if unsafe { pg_sys::MyDatabaseId } != pg_sys::Oid::INVALID {
            ENCODING.set(Some(encoding));
        }
        encoding
    })
}

/// Text of the server as a Rust string.
///
/// In a `SQL_ASCII` database the server itself does not know what its bytes mean: bytes that are not UTF-8 come out
/// as U+FFFD.
pub(crate) fn from_server(bytes: &[u8]) -> String {
    if server_uses_utf8() {
        return from_utf8(bytes);
    }
    // SAFETY: the pointer and the length belong together; the result is NUL-terminated where it differs from the
    // input, which is what converting one encoding to another gives.
    unsafe {
        let source = bytes.as_ptr().cast::<c_char>();
        let converted = pg_sys::pg_server_to_any(source, bytes.len() as i32, pg_sys::pg_enc::PG_UTF8 as i32);
        if std::ptr::eq(converted, source) {
            from_utf8(bytes)
        } else {
            from_utf8(CStr::from_ptr(converted).to_bytes())
        }
    }
}

/// A name of the server as a Rust string. Of a text that is longer than any name its beginning: it names nothing.
pub(crate) fn name_from_server(bytes: &[u8]) -> String {
    const LONGER_THAN_NAMES: usize = 1000;
    from_server(beginning(bytes, LONGER_THAN_NAMES))
}

/// Whether [`from_server`] makes that string of the server's text.
pub(crate) fn is_server_text(bytes: &[u8], text: &str) -> bool {
    if server_uses_utf8() && (bytes == text.as_bytes() || std::str::from_utf8(bytes).is_ok()) {
        return bytes == text.as_bytes();
    }
    from_server(bytes) == text
}

fn from_utf8(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => owned(text),
        Err(_) => {
            // U+FFFD has three bytes; beside the text a buffer that grows.
            memory::require(6 * bytes.len());
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// A copy. A text may be as long as PostgreSQL allows.
fn owned(text: &str) -> String {
    let mut copy = String::new();
    memory::reserve_text(&mut copy, text.len());
    copy.push_str(text);
    copy
}

/// The beginning of a text, of at most so many bytes, in whole characters.
pub(crate) fn beginning(text: &[u8], most: usize) -> &[u8] {
    if text.len() <= most {
        return text;
    }
    // SAFETY: pointer and length belong together.
    let whole = unsafe { pg_sys::pg_mbcliplen(text.as_ptr().cast(), text.len() as i32, most as i32) };
    &text[..whole as usize]
}

/// A C string of the server as a Rust string; null gives `None`.
///
/// # Safety
/// `text` is null or NUL-terminated.
pub(crate) unsafe fn from_server_cstr(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    Some(from_server(unsafe { CStr::from_ptr(text) }.to_bytes()))
}

/// A value of type `text` (or any type stored like it) as a Rust string.
///
/// # Safety
/// `datum` is a varlena of text.
pub(crate) unsafe fn from_text_datum(datum: Datum) -> String {
    // SAFETY: a varlena, as the caller promises; detoasting gives a readable one of the length it states. What is neither
    // compressed nor kept elsewhere is one already.
    unsafe {
        let stored = datum.cast_mut_ptr::<pg_sys::varlena>();
        let is_plain =
            pgrx::varatt_is_4b_u(stored) || pgrx::varatt_is_1b(stored) && !pgrx::varatt_is_1b_e(stored);
        let text = if is_plain {
            stored
        } else {
            pg_sys::pg_detoast_datum_packed(stored)
        };
        let bytes = std::slice::from_raw_parts(
            pgrx::vardata_any(text).cast::<u8>(),
            pgrx::varsize_any_exhdr(text),
        );
        from_server(bytes)
    }
}

/// A Rust string in the server's encoding.
pub(crate) fn to_server(text: &str) -> Vec<u8> {
    // SAFETY: pointer and length belong together; the converted copy is NUL-terminated.
    unsafe {
        let source = text.as_ptr().cast::<c_char>();
        let converted = pg_sys::pg_any_to_server(source, text.len() as i32, pg_sys::pg_enc::PG_UTF8 as i32);
        let bytes = if std::ptr::eq(converted, source) {
            text.as_bytes()
        } else {
            CStr::from_ptr(converted).to_bytes()
        };
        let mut copy = Vec::new();
        memory::reserve(&mut copy, bytes.len());
        copy.extend_from_slice(bytes);
        copy
    }
}

/// A Rust string as a C string in the server's encoding, which is another than UTF-8, allocated in the current memory
/// context. It ends before a character that the encoding lacks: a message must not fail itself. Null if nothing
/// converts into that encoding.
pub(crate) fn to_message(text: &str) -> *mut c_char {
    const UTF8: i32 = pg_sys::pg_enc::PG_UTF8 as i32;
    let room = (text.len() + 1) * pg_sys::MAX_CONVERSION_GROWTH as usize;
    // SAFETY: pointers and lengths belong together; the result ends with NUL.
    unsafe {
        let encoding = pg_sys::GetDatabaseEncoding();
        let conversion = pg_sys::FindDefaultConversionProc(UTF8, encoding);
        if conversion == pg_sys::InvalidOid {
            return std::ptr::null_mut();
        }
        let message = pg_sys::palloc0(room).cast::<u8>();
        let source = text.as_ptr().cast_mut();
        let (length, room) = (text.len() as i32, room as i32);
        pg_sys::pg_do_encoding_conversion_buf(
            conversion, UTF8, encoding, source, length, message, room, true,
        );
        message.cast()
    }
}

/// The same where nothing may be looked up: null if the string would have to be converted.
pub(crate) fn to_plain_message(text: &str) -> *mut c_char {
    if !text.is_ascii() && !server_uses_utf8() {
        return std::ptr::null_mut();
    }
    // SAFETY: the string ends with NUL, as there is room for one more byte.
    unsafe {
        let message = pg_sys::palloc0(text.len() + 1).cast::<u8>();
        message.copy_from_nonoverlapping(text.as_ptr(), text.len());
        message.cast()
    }
}

/// A Rust string as a value of type `text` in the server's encoding, allocated in the current memory context.
pub(crate) fn to_text_datum(text: &str) -> Datum {
    // SAFETY: pointer and length belong together; the converted copy is NUL-terminated.
    unsafe {
        let source = text.as_ptr().cast::<c_char>();
        if server_is_utf8() && !text.contains('\0') {
            return Datum::from(pg_sys::cstring_to_text_with_len(source, text.len() as i32));
        }
        let converted = pg_sys::pg_any_to_server(source, text.len() as i32, pg_sys::pg_enc::PG_UTF8 as i32);
        let length = if std::ptr::eq(converted, source) {
            text.len()
        } else {
            CStr::from_ptr(converted).to_bytes().len()
        };
        Datum::from(pg_sys::cstring_to_text_with_len(converted, length as i32))
    }
}
