//! Argument types that pgrx does not have.

use crate::error::Error;
use crate::json_words;
use crate::pg::bytes::TextBytes;
use crate::pg::{Oid, memory, text};
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::nullable::Nullable;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{PgLogLevel, direct_function_call, impl_sql_translatable, pg_sys};
use serde::de::DeserializeOwned;
use std::ffi::CStr;

/// Raises an error for an argument that is NULL. A function that is not STRICT is called with one, whatever the type of
/// its argument in Rust says.
pub(crate) fn refuse_null(arg: &Arg) {
    if arg.is_null() {
        ErrorReport::from(Error::NullArgumentAt {
            position: arg.index() + 1,
        })
        .report(PgLogLevel::ERROR);
    }
}

/// Declares an OID alias type: stored as an OID, written as a name in SQL.
macro_rules! oid_alias {
    ($(#[$meta:meta])* $name:ident, $sql:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(pub(crate) Oid);

        impl_sql_translatable!($name, $sql);

        // SAFETY: the SQL type has the same representation as `oid`.
        unsafe impl<'fcx> ArgAbi<'fcx> for $name {
            unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
                refuse_null(&arg);
                // SAFETY: promised by the caller.
                Self(unsafe { Oid::unbox_arg_unchecked(arg) })
            }

            unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
                // SAFETY: promised by the caller.
                match unsafe { Oid::unbox_nullable_arg(arg) } {
                    Nullable::Valid(oid) => Nullable::Valid(Self(oid)),
                    Nullable::Null => Nullable::Null,
                }
            }
        }
    };
}

oid_alias!(
    /// `regclass`
    RegClass,
    "regclass"
);
oid_alias!(
    /// `regnamespace`
    RegNamespace,
    "regnamespace"
);
oid_alias!(
    /// `regrole`
    RegRole,
    "regrole"
);
oid_alias!(
    /// `regtype`
    RegType,
    "regtype"
);

/// Declares an argument of an enum type, which is read by its label.
macro_rules! enum_argument {
    ($(#[$meta:meta])* $name:ident, $sql:literal) => {
        $(#[$meta])*
        pub(crate) struct $name(pub(crate) String);

        pgrx::impl_sql_translatable!($name, $sql);

        // SAFETY: reads the argument by the output function of its type.
        unsafe impl<'fcx> pgrx::callconv::ArgAbi<'fcx> for $name {
            unsafe fn unbox_arg_unchecked(arg: pgrx::callconv::Arg<'_, 'fcx>) -> Self {
                // SAFETY: a value of an enum, as the SQL type says.
                Self(unsafe { $crate::pg::arguments::enum_label(arg) })
            }
        }
    };
}
pub(crate) use enum_argument;

/// The label of an argument.
///
/// # Safety
/// The argument is a value of an enum.
pub(crate) unsafe fn enum_label(arg: Arg<'_, '_>) -> String {
    refuse_null(&arg);
    // SAFETY: promised by the caller; the function gives a C string.
    let label = unsafe {
        let datum = arg.unbox_arg_using_from_datum::<Oid>().map(pg_sys::Datum::from);
        direct_function_call::<&CStr>(pg_sys::enum_out, &[datum])
    };
    label
        .map(|label| text::from_server(label.to_bytes()))
        .unwrap_or_default()
}

/// `text`, in whatever encoding the server has.
pub(crate) struct TextArgument(pub(crate) String);

impl_sql_translatable!(TextArgument, "text");

// SAFETY: reads the argument as text.
unsafe impl<'fcx> ArgAbi<'fcx> for TextArgument {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        refuse_null(&arg);
        // SAFETY: promised by the caller.
        let bytes = unsafe { TextBytes::unbox_arg_unchecked(arg) };
        Self(text::from_server(bytes.0))
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        // SAFETY: promised by the caller.
        match unsafe { TextBytes::unbox_nullable_arg(arg) } {
            Nullable::Valid(bytes) => Nullable::Valid(Self(text::from_server(bytes.0))),
            Nullable::Null => Nullable::Null,
        }
    }
}

/// The size of the largest document that is taken apart in Rust, in bytes as PostgreSQL keeps it.
const LARGEST_DOCUMENT: usize = 32 << 20;

/// How much memory the values of a document may take, for each byte of it: a tree of JSON values, and what is made of that.
const MEMORY_OF_DOCUMENT: usize = 24;

/// `jsonb`, as text: its shape is checked when it is decoded.
pub(crate) struct JsonArgument(String);

impl_sql_translatable!(JsonArgument, "jsonb");

// SAFETY: reads the argument by the output function of its type.
unsafe impl<'fcx> ArgAbi<'fcx> for JsonArgument {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        refuse_null(&arg);
        // SAFETY: a jsonb value, as the SQL type says; the function gives a C string.
        unsafe {
            let datum = arg.unbox_arg_using_from_datum::<pg_sys::Datum>();
            check_document(datum.map_or(0, |datum| pg_sys::toast_raw_datum_size(datum)));
            let json = direct_function_call::<&CStr>(pg_sys::jsonb_out, &[datum]);
            Self(
                json.map(|json| text::from_server(json.to_bytes()))
                    .unwrap_or_default(),
            )
        }
    }
}

/// Raises an error for a document that is too large, or that there is not the memory for.
fn check_document(bytes: usize) {
    if bytes > LARGEST_DOCUMENT {
        ErrorReport::from(Error::ArgumentTooLarge {
            bytes,
            most: LARGEST_DOCUMENT,
        })
        .report(PgLogLevel::ERROR);
    }
    memory::require(bytes * MEMORY_OF_DOCUMENT);
}

impl JsonArgument {
    /// The document as PostgreSQL prints it: with all digits of its numbers.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The argument, whatever JSON it is.
    pub(crate) fn value(&self, argument: &'static str) -> Result<serde_json::Value, Error> {
        self.decode(argument, "Pass a document that is nested less deeply.")
    }

    /// The argument as text, in the form that PostgreSQL gives it: equal documents have equal texts.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// The value of the argument called `argument`; `hint` says what it should look like.
    pub(crate) fn decode<T: DeserializeOwned>(
        &self,
        argument: &'static str,
        hint: &'static str,
    ) -> Result<T, Error> {
        serde_json::from_str(&self.0).map_err(|problem| Error::InvalidArgument {
            argument,
            problem: json_words::describe_problem(&problem),
            hint,
        })
    }
}
