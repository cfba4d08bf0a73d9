//! Values of type `jsonb` in PostgreSQL's own form: read, and passed on to a statement, without conversion to text.
//!
//! The form is that of PostgreSQL's `jsonb.h`, which databases on disk have had since 9.4: a header with the number of
//! members, an entry of 32 bits for each key and value, and then the keys and values themselves. Calling PostgreSQL's
//! own iterator for every token takes longer than the rest of reading the keys of many rows. What lies inside of a
//! value, and how values are put together, is in `jsonb_item`.

use crate::pg::arguments::refuse_null;
use crate::pg::jsonb_layout::{
    JB_CMASK, JB_FARRAY, JB_FOBJECT, JB_FSCALAR, JENTRY_HAS_OFF, JENTRY_ISCONTAINER, JENTRY_ISNUMERIC,
    JENTRY_ISSTRING, JENTRY_OFFLENMASK, JENTRY_TYPEMASK, is_aligned,
};
use crate::pg::plan::JsonbDatum;
use crate::pg::{Oid, jsonb_writer, memory, server, text};
use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::pg_sys::{self, Datum, JsonbIteratorToken as Token};
use pgrx::{direct_function_call_as_datum, impl_sql_translatable};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::ffi::CStr;

/// A jsonb value, which lives as long as the memory context in which it was made.
#[derive(Clone, Copy)]
pub(crate) struct JsonbValue(Datum);

impl_sql_translatable!(JsonbValue, "jsonb");

// SAFETY: the argument is declared as jsonb; detoasting gives a plain one.
unsafe impl<'fcx> ArgAbi<'fcx> for JsonbValue {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        refuse_null(&arg);
        // SAFETY: promised by the caller.
        unsafe {
            let datum = arg.unbox_arg_using_from_datum::<Datum>().unwrap_or(Datum::null());
            // As much again for each element of an array, at the most.
            memory::require(pg_sys::toast_raw_datum_size(datum));
            Self(Datum::from(pg_sys::pg_detoast_datum(datum.cast_mut_ptr())))
        }
    }
}

// SAFETY: the datum is a jsonb.
unsafe impl BoxRet for JsonbValue {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

/// The result of a statement is a copy, not compressed.
impl From<JsonbDatum> for JsonbValue {
    fn from(document: JsonbDatum) -> Self {
        Self(document.0)
    }
}

impl JsonbValue {
    /// JSON text as a value.
    pub(crate) fn parse(json: &str) -> Self {
        Self(jsonb_writer::write_jsonb(&text::to_server(json)))
    }

    /// The type, for a list of parameters.
    pub(crate) const TYPE: Oid = pg_sys::JSONBOID;

    /// The value, for a list of parameters.
    pub(crate) fn datum(self) -> Datum {
        self.0
    }

    /// The keys of an object, in the server's encoding; `None` if it is not an object.
    pub(crate) fn keys(&self) -> Option<impl Iterator<Item = &[u8]>> {
        Container::new(self.bytes()).keys()
    }

    /// The elements of an array; `None` if it is not an array.
    pub(crate) fn elements(&self) -> Option<impl Iterator<Item = JsonbElement<'_>>> {
        Container::new(self.bytes()).elements()
    }

    /// An array of some elements of this array.
    pub(crate) fn choose(self, positions: &[usize]) -> Self {
        let mut state = std::ptr::null_mut();
        // SAFETY: the value is an array, as its caller knows; one that has no such element gives null, which is left
        // out. What is built is a complete array.
        unsafe {
            let array = &raw mut (*self.0.cast_mut_ptr::<pg_sys::Jsonb>()).root;
            pg_sys::pushJsonbValue(&mut state, Token::WJB_BEGIN_ARRAY, std::ptr::null_mut());
            for &at in positions {
                server::check_for_interrupts();
                let element = pg_sys::getIthJsonbValueFromContainer(array, at as u32);
                if !element.is_null() {
                    pg_sys::pushJsonbValue(&mut state, Token::WJB_ELEM, element);
                }
            }
            let built = pg_sys::pushJsonbValue(&mut state, Token::WJB_END_ARRAY, std::ptr::null_mut());
            Self(Datum::from(pg_sys::JsonbValueToJsonb(built)))
        }
    }

    /// A value that the server has made.
    ///
    /// # Safety
    /// `datum` is a jsonb, in no compressed form.
    pub(crate) unsafe fn of_datum(datum: Datum) -> Self {
        Self(datum)
    }

    /// The value as PostgreSQL prints it, in UTF-8.
    pub(crate) fn to_text(self) -> String {
        // SAFETY: jsonb's own output function gives a C string.
        unsafe {
            direct_function_call_as_datum(pg_sys::jsonb_out, &[Some(self.0)])
                .and_then(|printed| text::from_server_cstr(printed.cast_mut_ptr()))
                .unwrap_or_default()
        }
    }

    /// The value without the header that every varlena has.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: a detoasted varlena, which lives as long as the value, and longer than this borrow of it.
        unsafe {
            let value = self.0.cast_mut_ptr::<pg_sys::varlena>();
            std::slice::from_raw_parts(pgrx::vardata_any(value).cast(), pgrx::varsize_any_exhdr(value))
        }
    }
}

/// An element of an array.
#[derive(Clone, Copy)]
pub(crate) struct JsonbElement<'a> {
    entry: u32,
    bytes: &'a [u8],
}

impl<'a> JsonbElement<'a> {
    /// Whether both are objects with the same keys.
    pub(crate) fn has_keys_of(&self, other: &JsonbElement) -> bool {
        self.keys()
            .zip(other.keys())
            .is_some_and(|(own, others)| own.eq(others))
    }

    /// The keys of an object, in the server's encoding; `None` if it is not an object.
    pub(crate) fn keys(&self) -> Option<impl Iterator<Item = &'a [u8]>> {
        let is_container = self.sort() == JENTRY_ISCONTAINER;
        is_container.then(|| Container::new(self.bytes))?.keys()
    }

    /// The text of a string, in the server's encoding, or of a number; `None` for anything else.
    pub(crate) fn text(&self) -> Option<Cow<'a, [u8]>> {
        match self.sort() {
            JENTRY_ISSTRING => Some(self.bytes.into()),
            JENTRY_ISNUMERIC => {
                // SAFETY: a numeric, which begins at a multiple of four as in a row; what is printed is copied and freed.
                unsafe {
                    let number = Datum::from(self.bytes.as_ptr());
                    let printed = direct_function_call_as_datum(pg_sys::numeric_out, &[Some(number)])?;
                    let text = CStr::from_ptr(printed.cast_mut_ptr()).to_bytes().to_vec();
                    pg_sys::pfree(printed.cast_mut_ptr());
                    Some(text.into())
                }
            }
            _ => None,
        }
    }

    fn sort(&self) -> u32 {
        self.entry & JENTRY_TYPEMASK
    }
}

/// An array or an object.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) header: u32,
    /// The entries of the members, and what they are about.
    content: &'a [u8],
}

impl<'a> Container<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let (header, content) = bytes.split_first_chunk().unwrap_or((&[0; 4], &[]));
        Self {
            header: u32::from_ne_bytes(*header),
            content,
        }
    }

    /// The keys of an object, which come before its values.
    fn keys(self) -> Option<impl Iterator<Item = &'a [u8]>> {
        let count = self.count();
        let is_object = self.header & JB_FOBJECT != 0;
        is_object.then(|| self.members(2 * count).take(count).map(|(_, key)| key))
    }

    /// The elements of an array. A scalar is kept as if it were one.
    fn elements(self) -> Option<impl Iterator<Item = JsonbElement<'a>>> {
        let is_array = self.header & (JB_FARRAY | JB_FSCALAR) == JB_FARRAY;
        is_array.then(|| {
            self.members(self.count())
                .map(|(entry, bytes)| JsonbElement { entry, bytes })
        })
    }

    pub(super) fn count(self) -> usize {
        (self.header & JB_CMASK) as usize
    }

    /// The first members, where there are `count` of them, each with its entry.
    pub(super) fn members(self, count: usize) -> impl Iterator<Item = (u32, &'a [u8])> {
        let (entries, data) = self.content.split_at_checked(4 * count).unwrap_or_default();
        let (entries, _) = entries.as_chunks();
        let mut end = 0;
        entries.iter().map(move |&entry| {
            let entry = u32::from_ne_bytes(entry);
            let start = end;
            let length_or_end = (entry & JENTRY_OFFLENMASK) as usize;
            end = if entry & JENTRY_HAS_OFF != 0 {
                length_or_end
            } else {
                start + length_or_end
            };
            let start = if is_aligned(entry) {
                start.next_multiple_of(4)
            } else {
                start
            };
            (entry, data.get(start..end).unwrap_or_default())
        })
    }
}

/// Reads a jsonb value, in any server encoding; `None` if it is not a `T`, or nested too deeply.
///
/// # Safety
/// `datum` is a jsonb.
pub(crate) unsafe fn from_jsonb_datum<T: DeserializeOwned>(datum: Datum) -> Option<T> {
    // SAFETY: the type's own output function gives a C string.
    let text = unsafe {
        direct_function_call_as_datum(pg_sys::jsonb_out, &[Some(datum)])
            .and_then(|printed| text::from_server_cstr(printed.cast_mut_ptr()))
    };
    text.and_then(|text| serde_json::from_str(&text).ok())
}
