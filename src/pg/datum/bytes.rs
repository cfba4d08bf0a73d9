//! Text of a user's column as bytes, neither copied nor converted.
//!
//! A cast runs once per row. Its rules are about ASCII characters, which are the same bytes in every server encoding;
//! so the text needs no conversion or validation.

use crate::error::Error;
use crate::pg::{memory, text};
use pgrx::PgLogLevel;
use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::impl_sql_translatable;
use pgrx::nullable::Nullable;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, Datum};

/// The longest value of a user's column that is taken as text, in bytes.
pub(crate) const LONGEST_VALUE: usize = 32 << 20;

/// An argument of type `text` (or of a domain over it).
#[derive(Clone, Copy)]
pub(crate) struct TextBytes<'fcx>(pub(crate) &'fcx [u8]);

impl_sql_translatable!(TextBytes<'_>, "text");

impl TextBytes<'_> {
    /// Of an argument.
    ///
    /// # Safety
    /// `datum` is a text that lives as long as the result.
    #[inline]
    pub(super) unsafe fn of_argument(datum: Datum) -> Self {
        // SAFETY: promised by the caller.
        Self(unsafe { of_limited_text(datum, LONGEST_VALUE, refuse_value) })
    }

    /// As a Rust string.
    pub(crate) fn decode(self) -> String {
        text::from_server(self.0)
    }

    /// For a message: as a Rust string, cut where it gets long.
    pub(crate) fn to_message(self) -> String {
        const LONGEST: usize = 100;
        // No encoding has more bytes for a character.
        let text = text::from_server(text::beginning(self.0, 8 * LONGEST));
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}...", &text[..end]),
            None => text,
        }
    }
}

// SAFETY: the bytes are those of a text, which stays where it is while the function runs.
unsafe impl<'fcx> ArgAbi<'fcx> for TextBytes<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: promised by the caller.
        match unsafe { Self::unbox_nullable_arg(arg) } {
            Nullable::Valid(text) => text,
            Nullable::Null => Self(b""),
        }
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        // SAFETY: the argument is declared as text.
        unsafe {
            match arg.unbox_arg_using_from_datum::<Datum>() {
                Some(datum) => {
                    let text = Self::of_argument(datum);
                    // What a function makes of it: a copy, as a rule, and a result that is no longer.
                    memory::require(2 * text.0.len());
                    Nullable::Valid(text)
                }
                None => Nullable::Null,
            }
        }
    }
}

/// Raises an error for a value that is too long.
#[cold]
fn refuse_value(bytes: usize) {
    ErrorReport::from(Error::ValueTooLong {
        bytes,
        most: LONGEST_VALUE,
    })
    .report(PgLogLevel::ERROR);
}

/// The size of a varlena when it is unpacked, without its header.
///
/// # Safety
/// `datum` is a varlena.
pub(crate) unsafe fn unpacked_size(datum: Datum) -> usize {
    // SAFETY: promised by the caller.
    unsafe { pg_sys::toast_raw_datum_size(datum) }.saturating_sub(pg_sys::VARHDRSZ)
}

/// The bytes of a text, which live as long as the value does (or, where it was compressed or stored out of line, as
/// the current memory context).
///
/// # Safety
/// `datum` is a varlena of text that outlives `'a`.
pub(crate) unsafe fn of_text<'a>(datum: Datum) -> &'a [u8] {
    // SAFETY: promised by the caller.
    unsafe { of_limited_text(datum, usize::MAX, refuse_value) }
}

/// The same; calls `refuse`, which raises an error, if there are more than `most`.
///
/// # Safety
/// As [`of_text`].
#[inline]
pub(super) unsafe fn of_limited_text<'a>(datum: Datum, most: usize, refuse: fn(usize)) -> &'a [u8] {
    // SAFETY: a varlena, as the caller promises. Calls into the server cost more than the rest of many a cast: a
    // value that lies there in plain needs none.
    unsafe {
        let value = datum.cast_mut_ptr::<pg_sys::varlena>();
        let is_plain = if pgrx::varatt_is_1b(value) {
            !pgrx::varatt_is_1b_e(value)
        } else {
            pgrx::varatt_is_4b_u(value)
        };
        let value = if is_plain {
            value
        } else {
            let bytes = unpacked_size(datum);
            if bytes > most {
                refuse(bytes);
            }
            pg_sys::pg_detoast_datum_packed(value)
        };
        let bytes = pgrx::varsize_any_exhdr(value);
        if bytes > most {
            refuse(bytes);
        }
        std::slice::from_raw_parts(pgrx::vardata_any(value).cast(), pgrx::varsize_any_exhdr(value))
    }
}

/// A text without the blanks around it, in lower case by the database's collation; `None` if nothing is left. As SQL says
/// it: `NULLIF(lower(btrim(text, E' \t\n\r') COLLATE "default"), '')`. The result lives as long as the current memory
/// context.
pub(crate) fn caseless<'a>(text: &[u8]) -> Option<&'a [u8]> {
    // These bytes are never a part of another character, in any encoding of a server.
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let first = text.iter().position(|byte| !is_blank(byte))?;
    let last = text.iter().rposition(|byte| !is_blank(byte))?;
    let trimmed = &text[first..=last];
    // SAFETY: a function of one text that is not null, which gives a text.
    unsafe {
        let argument = pg_sys::cstring_to_text_with_len(trimmed.as_ptr().cast(), trimmed.len() as i32);
        let lower = pg_sys::OidFunctionCall1Coll(
            pg_sys::F_LOWER_TEXT.into(),
            pg_sys::DEFAULT_COLLATION_OID,
            argument.into(),
        );
        Some(of_text(lower)).filter(|lower| !lower.is_empty())
    }
}

/// A result of type `text` (or of a domain over it), in the server's encoding.
pub(crate) struct NewText(pub(crate) Vec<u8>);

impl_sql_translatable!(NewText, "text");

impl NewText {
    /// From a Rust string.
    pub(crate) fn encode(text: &str) -> Self {
        Self(text::to_server(text))
    }

    pub(crate) fn into_datum(self) -> Datum {
        // SAFETY: pointer and length belong together; the server copies the bytes.
        unsafe {
            Datum::from(pg_sys::cstring_to_text_with_len(
                self.0.as_ptr().cast(),
                self.0.len() as i32,
            ))
        }
    }
}

// SAFETY: the datum is a text.
unsafe impl BoxRet for NewText {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.into_datum()) }
    }
}
