//! Running SQL statements of our own.

use super::{Oid, text};
use crate::error::Error;
use pgrx::pg_sys::{self, Datum};
use serde::Serialize;
use std::ffi::CStr;

/// A value that a statement is given.
pub(crate) struct Parameter {
    type_oid: Oid,
    value: Datum,
}

impl Parameter {
    pub(crate) fn oid(oid: Oid) -> Self {
        Self {
            type_oid: pg_sys::OIDOID,
            value: oid.into(),
        }
    }

    pub(crate) fn text(value: &str) -> Self {
        Self {
            type_oid: pg_sys::TEXTOID,
            value: text::to_text_datum(value),
        }
    }

    /// A document, as `json`.
    pub(crate) fn json(document: &impl Serialize) -> Result<Self, Error> {
        let document = serde_json::to_string(document).map_err(Error::Serialization)?;
        Ok(Self {
            type_oid: pg_sys::JSONOID,
            value: text::to_text_datum(&document),
        })
    }
}

/// Runs statements, separated by semicolons, that return nothing. Each sees what the one before has done. They stand in
/// files, never put together from what a caller gave, and name everything with its schema, operators too.
pub(crate) fn execute(statements: &CStr, parameters: &[Parameter]) {
    let mut types: Vec<Oid> = parameters.iter().map(|parameter| parameter.type_oid).collect();
    let mut values: Vec<Datum> = parameters.iter().map(|parameter| parameter.value).collect();
    // SAFETY: as many types and values as it is told; no value is null. When a statement raises an error, the abort of
    // the (sub)transaction cleans up.
    unsafe {
        pg_sys::SPI_connect();
        pg_sys::SPI_execute_with_args(
            statements.as_ptr(),
            parameters.len() as i32,
            types.as_mut_ptr(),
            values.as_mut_ptr(),
            std::ptr::null(),
            false,
            0,
        );
        pg_sys::SPI_finish();
    }
}
