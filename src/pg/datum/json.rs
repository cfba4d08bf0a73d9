//! Columns of type `jsonb`.

use crate::pg::text;
use pgrx::direct_function_call_as_datum;
use pgrx::pg_sys::{self, Datum};
use serde::de::DeserializeOwned;

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
