//! Statements that change users' rows, run as the caller: by his rights, with his search_path in force for the triggers
//! and rules that they set off.

use super::jsonb_value::JsonbValue;
use super::{Oid, text};
use crate::error::Error;
use pgrx::pg_sys;
use pgrx::prelude::PgSqlErrorCode;
use std::ffi::CString;

/// What a statement did.
pub(crate) struct Outcome {
    /// Rows inserted, updated, deleted, or returned by a SELECT.
    pub(crate) processed: u64,
    /// The first column of the rows that it returned, as PostgreSQL prints it; NULL is `null`, as in JSON.
    pub(crate) returned: Vec<String>,
}

/// Runs a statement whose parameters are of type jsonb. Triggers have fired when it returns.
pub(crate) fn run(statement: &str, parameters: &[JsonbValue]) -> Result<Outcome, Error> {
    // What PostgreSQL names contains no NUL.
    let statement = CString::new(text::to_server(statement)).unwrap_or_default();
    let mut types = vec![pg_sys::JSONBOID; parameters.len()];
    let mut values: Vec<_> = parameters.iter().map(|parameter| parameter.datum()).collect();
    // SAFETY: between connecting to SPI and finishing, as SPI wants it; there are as many types as values, none is null.
    // When the statement raises an error, the end of the (sub)transaction cleans SPI up.
    unsafe {
        pg_sys::SPI_connect();
        let code = pg_sys::SPI_execute_with_args(
            statement.as_ptr(),
            values.len() as i32,
            types.as_mut_ptr(),
            values.as_mut_ptr(),
            std::ptr::null(),
            false,
            0,
        );
        let outcome = Outcome {
            processed: pg_sys::SPI_processed,
            returned: first_column(),
        };
        pg_sys::SPI_finish();
        if code < 0 {
            return Err(Error::StatementRefused(code));
        }
        Ok(outcome)
    }
}

/// # Safety
/// SPI is connected and a statement has been executed.
unsafe fn first_column() -> Vec<String> {
    // SAFETY: the table of results is there if there are results; rows below `numvals` are valid.
    unsafe {
        let table = pg_sys::SPI_tuptable;
        if table.is_null() {
            return Vec::new();
        }
        let rows = std::slice::from_raw_parts((*table).vals, (*table).numvals as usize);
        let value = |row| text::from_server_cstr(pg_sys::SPI_getvalue(row, (*table).tupdesc, 1));
        rows.iter()
            .map(|&row| value(row).unwrap_or_else(|| "null".into()))
            .collect()
    }
}

/// Whether row-level security is in force for the current role: it may then be allowed to write a row that it may not
/// read.
pub(crate) fn row_security_applies(relation: Oid) -> bool {
    // SAFETY: a question about a relation.
    unsafe {
        pg_sys::check_enable_rls(relation, Oid::INVALID, true)
            == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32
    }
}

/// Whether an error is a complaint about a value: its form, its range, or a check of its type.
pub(crate) fn is_about_a_value(sqlstate: PgSqlErrorCode) -> bool {
    // The last two digits of a class are its lowest bits; the rest of this code is zeros.
    const CLASS: i32 = 0xfff;
    let data_exception = PgSqlErrorCode::ERRCODE_DATA_EXCEPTION as i32;
    sqlstate as i32 & CLASS == data_exception
        || sqlstate == PgSqlErrorCode::ERRCODE_CHECK_VIOLATION
        || sqlstate == PgSqlErrorCode::ERRCODE_NOT_NULL_VIOLATION
}
