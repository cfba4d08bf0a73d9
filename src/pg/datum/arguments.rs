//! Argument types that pgrx does not have, and the limits of all arguments: each is measured before anything is copied or
//! unpacked from it, so functions take no other types for what a caller can make as long as PostgreSQL allows.
//!
//! - short texts (names, words, options, tokens, keys) and arrays of numbers: [`LONGEST_TEXT`]
//! - documents that are taken apart in Rust: [`LARGEST_DOCUMENT`]
//! - values of a user's columns, as text: [`LONGEST_VALUE`](crate::pg::bytes::LONGEST_VALUE)
//! - rows and keys as `jsonb`, files as `bytea`: as PostgreSQL limits them; they are read where they lie

use crate::error::{Error, hints};
use crate::json_words;
use crate::pg::{Oid, bytes, memory, server, text};
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::nullable::Nullable;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{FromDatum, PgLogLevel, PgMemoryContexts, direct_function_call, impl_sql_translatable, pg_sys};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::ffi::CStr;
use std::io::{self, Read};

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

/// The longest short text, and the largest array of numbers, in bytes: a name has 63, and no name, word, option, token,
/// key, comment or password needs more than this.
pub(crate) const LONGEST_TEXT: usize = 1 << 20;

/// Raises an error for a short text of so many bytes, if these are too many.
pub(crate) fn refuse_longer(bytes: usize) {
    if bytes > LONGEST_TEXT {
        ErrorReport::from(Error::ArgumentTooLong {
            bytes,
            most: LONGEST_TEXT,
        })
        .report(PgLogLevel::ERROR);
    }
}

/// A short text, in whatever encoding the server has.
pub(crate) struct TextArgument(pub(crate) String);

impl_sql_translatable!(TextArgument, "text");

// SAFETY: reads the argument as text.
unsafe impl<'fcx> ArgAbi<'fcx> for TextArgument {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        refuse_null(&arg);
        // SAFETY: promised by the caller.
        Self(text::from_server(
            unsafe { WordBytes::unbox_arg_unchecked(arg) }.0,
        ))
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        // SAFETY: promised by the caller.
        match unsafe { WordBytes::unbox_nullable_arg(arg) } {
            Nullable::Valid(bytes) => Nullable::Valid(Self(text::from_server(bytes.0))),
            Nullable::Null => Nullable::Null,
        }
    }
}

/// A short text where it lies, for what is called once a row.
#[derive(Clone, Copy)]
pub(crate) struct WordBytes<'fcx>(pub(crate) &'fcx [u8]);

impl_sql_translatable!(WordBytes<'_>, "text");

// SAFETY: reads the argument as text.
unsafe impl<'fcx> ArgAbi<'fcx> for WordBytes<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: promised by the caller.
        match unsafe { Self::unbox_nullable_arg(arg) } {
            Nullable::Valid(word) => word,
            Nullable::Null => Self(b""),
        }
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        // SAFETY: the argument is declared as text.
        unsafe {
            match arg.unbox_arg_using_from_datum::<pg_sys::Datum>() {
                Some(datum) => {
                    Nullable::Valid(Self(bytes::of_limited_text(datum, LONGEST_TEXT, refuse_longer)))
                }
                None => Nullable::Null,
            }
        }
    }
}

/// Declares an argument that is an array of numbers.
macro_rules! array_argument {
    ($(#[$meta:meta])* $name:ident of $element:ty, $sql:literal) => {
        $(#[$meta])*
        pub(crate) struct $name(pub(crate) Vec<Option<$element>>);

        impl_sql_translatable!($name, $sql);

        // SAFETY: reads the argument as an array of that type.
        unsafe impl<'fcx> ArgAbi<'fcx> for $name {
            unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
                refuse_null(&arg);
                // SAFETY: promised by the caller; an array is a varlena.
                unsafe {
                    let datum = arg.unbox_arg_using_from_datum::<pg_sys::Datum>();
                    let elements = datum.and_then(|datum| {
                        refuse_longer(bytes::unpacked_size(datum));
                        Vec::from_datum(datum, false)
                    });
                    Self(elements.unwrap_or_default())
                }
            }
        }
    };
}

array_argument!(
    /// `smallint[]`
    SmallintArray of i16,
    "smallint[]"
);
array_argument!(
    /// `integer[]`
    IntegerArray of i32,
    "integer[]"
);
array_argument!(
    /// `oid[]`
    OidArray of Oid,
    "oid[]"
);

/// The size of the largest document that is taken apart in Rust, in bytes as PostgreSQL keeps it.
pub(crate) const LARGEST_DOCUMENT: usize = 16 << 20;

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
            check_document(datum.map_or(0, |datum| bytes::unpacked_size(datum)));
            let json = direct_function_call::<&CStr>(pg_sys::jsonb_out, &[datum]);
            server::check_for_interrupts();
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

/// A document as text, which may be no JSON.
pub(crate) struct DocumentText(pub(crate) String);

impl_sql_translatable!(DocumentText, "text");

// SAFETY: reads the argument as text.
unsafe impl<'fcx> ArgAbi<'fcx> for DocumentText {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        refuse_null(&arg);
        // SAFETY: a text, as the SQL type says.
        unsafe {
            let datum = arg.unbox_arg_using_from_datum::<pg_sys::Datum>();
            check_document(datum.map_or(0, |datum| bytes::unpacked_size(datum)));
            Self(datum.map_or(String::new(), |datum| text::from_text_datum(datum)))
        }
    }
}

/// Reads a text, and looks for a cancel all the time.
pub(crate) struct PulsedReader<'a> {
    rest: &'a [u8],
    reads: u32,
}

impl Read for PulsedReader<'_> {
    // serde_json asks for one byte at a time.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads = self.reads.wrapping_add(1);
        if self.reads.is_multiple_of(4096) {
            server::check_for_interrupts();
        }
        self.rest.read(buffer)
    }
}

impl JsonArgument {
    /// The document as PostgreSQL prints it: with all digits of its numbers.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The document, if it is large: read like this, a cancel takes effect all the time, and reading takes three times as long.
    pub(crate) fn pulsed(&self) -> Option<PulsedReader<'_>> {
        // Read at once within some 5 milliseconds.
        const SMALL: usize = 1 << 20;
        (self.0.len() > SMALL).then_some(PulsedReader {
            rest: self.0.as_bytes(),
            reads: 0,
        })
    }

    /// The argument, whatever JSON it is.
    pub(crate) fn value(&self, argument: &'static str) -> Result<serde_json::Value, Error> {
        self.decode(argument, hints::LESS_NESTED)
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
        // What is derived would take an array of their values, too.
        if argument == "options" && self.0.starts_with('[') {
            return Err(Error::InvalidArgument {
                argument,
                problem: json_words::ARRAY_OF_OPTIONS.into(),
                hint,
            });
        }
        let decoded = match self.pulsed() {
            Some(reader) => serde_json::from_reader(reader),
            None => serde_json::from_str(&self.0),
        };
        decoded.map_err(|problem| Error::InvalidArgument {
            argument,
            problem: match self.pulsed() {
                Some(reader) => json_words::describe_place_of::<T, _>(
                    &problem,
                    serde_json::Deserializer::from_reader(reader),
                ),
                None => json_words::describe_place_of::<T, _>(
                    &problem,
                    serde_json::Deserializer::from_str(&self.0),
                ),
            },
            hint,
        })
    }
}

/// What the call of a function in an expression remembers as long as that expression lives: a statement calls it for every
/// row.
pub(crate) fn remembered<'a, T: Default + 'static>(call: pg_sys::FunctionCallInfo) -> &'a RefCell<T> {
    // SAFETY: the call of a function of ours, which alone uses `fn_extra`, for a value of this type; the value is dropped
    // with the memory of the expression, which outlives the call.
    unsafe {
        let function = (*call).flinfo;
        if (*function).fn_extra.is_null() {
            let mut memory = PgMemoryContexts::For((*function).fn_mcxt);
            (*function).fn_extra = memory.leak_and_drop_on_delete(RefCell::<T>::default()).cast();
        }
        &*(*function).fn_extra.cast::<RefCell<T>>()
    }
}
