//! Documents that SQL gives us.

use super::text;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::nullable::Nullable;
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::{FromDatum, direct_function_call_as_datum, impl_sql_translatable};
use serde_json::Value;

/// Reads a jsonb value, in whatever encoding the server has.
///
/// # Safety
/// `datum` is a jsonb.
pub(super) unsafe fn from_jsonb_datum(datum: Datum) -> Value {
    // SAFETY: the type's own output function gives a C string.
    let text = unsafe {
        direct_function_call_as_datum(pg_sys::jsonb_out, &[Some(datum)])
            .and_then(|printed| text::from_server_cstr(printed.cast_mut_ptr()))
    };
    // PostgreSQL prints nothing that is no JSON.
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or(Value::Null)
}

/// An argument of type `jsonb`.
pub(crate) struct JsonbArgument(pub(crate) Value);

impl_sql_translatable!(JsonbArgument, "jsonb");

impl FromDatum for JsonbArgument {
    unsafe fn from_polymorphic_datum(datum: Datum, is_null: bool, _type: Oid) -> Option<Self> {
        // SAFETY: promised by the caller.
        (!is_null).then(|| Self(unsafe { from_jsonb_datum(datum) }))
    }
}

// SAFETY: an argument of the SQL type jsonb is read as a jsonb.
unsafe impl<'fcx> ArgAbi<'fcx> for JsonbArgument {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: promised by the caller. A document of nothing stands for an argument that cannot be null.
        unsafe { arg.unbox_arg_using_from_datum() }.unwrap_or(Self(Value::Null))
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        // SAFETY: promised by the caller.
        unsafe { arg.unbox_arg_using_from_datum() }.into()
    }
}
