//! JSON documents as results of our functions, without a detour through a tree of JSON values.

use super::text;
use crate::error::Error;
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::{direct_function_call_as_datum, impl_sql_translatable, pg_sys};
use serde::Serialize;

/// The largest value that PostgreSQL can hold, in bytes.
const LARGEST_VALUE: usize = 0x3fff_ffff - 4;

/// A document of type `json`.
pub(crate) struct Json(String);

/// A document of type `jsonb`.
pub(crate) struct Jsonb(String);

impl Json {
    /// A document that is text already.
    pub(crate) fn from_text(text: String) -> Result<Self, Error> {
        if text.len() > LARGEST_VALUE { Err(Error::DocumentTooLarge(text.len())) } else { Ok(Self(text)) }
    }

    pub(crate) fn new(document: &impl Serialize) -> Result<Self, Error> {
        Self::from_text(serde_json::to_string(document).map_err(Error::Serialization)?)
    }
}

impl Jsonb {
    pub(crate) fn new(document: &impl Serialize) -> Result<Self, Error> {
        Json::new(document).map(|Json(text)| Self(text))
    }
}

impl_sql_translatable!(Json, "json");
impl_sql_translatable!(Jsonb, "jsonb");

// SAFETY: a json value is stored as text is.
unsafe impl BoxRet for Json {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(text::to_text_datum(&self.0)) }
    }
}

// SAFETY: the datum comes from jsonb's own input function.
unsafe impl BoxRet for Jsonb {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: jsonb_in takes a C string in the server's encoding and never returns null.
        unsafe {
            let text = text::to_text_datum(&self.0);
            let cstring = pg_sys::text_to_cstring(text.cast_mut_ptr());
            match direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(cstring.into())]) {
                Some(datum) => fcinfo.return_raw_datum(datum),
                None => fcinfo.return_null(),
            }
        }
    }
}
