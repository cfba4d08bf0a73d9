//! Statements that run with the caller's privileges and search_path, as if the caller had sent them.
//!
//! PostgreSQL's errors pass with all fields. No plan is kept: statements that define objects run once.

use crate::error::Error;
use crate::pg::plan::{ParameterValue, Planning};
use crate::pg::snapshot::Snapshot;
use crate::pg::type_name::TypeId;
use crate::pg::{Oid, caller, error_fields, plan_cache, text, tuple};
use pgrx::pg_sys::{self, Datum};
use std::ffi::{CString, c_char};

/// Runs a statement and ignores its rows. Returns how many rows it processed.
pub(crate) fn run_statement(statement: &str) -> Result<u64, Error> {
    // Around the connection, whose memory goes with it.
    error_fields::kept(|| Connection::open().execute(statement))
}

/// Runs a statement that returns one row with one value; gives it as PostgreSQL prints it. `None` for null, or no row.
pub(crate) fn query_value(statement: &str) -> Result<Option<String>, Error> {
    error_fields::kept(|| {
        let connection = Connection::open();
        connection.execute(statement)?;
        Ok(connection.first_value())
    })
}

/// Runs a statement with parameters; what it reads is what a snapshot sees, and its own changes. Returns how many rows it
/// processed. The plan is kept for the current role.
pub(crate) fn run_by_snapshot(
    statement: &str,
    types: &[Oid],
    values: &[ParameterValue],
    snapshot: &Snapshot,
) -> Result<u64, Error> {
    let prepared = plan_cache::prepare_for(caller::current_role(), statement, types, Planning::EachTime)?;
    let mut datums: Vec<Datum> = values
        .iter()
        .map(|value| value.unwrap_or(Datum::null()))
        .collect();
    let nulls: Vec<c_char> = values
        .iter()
        .map(|value| if value.is_some() { b' ' } else { b'n' } as c_char)
        .collect();
    error_fields::kept(|| {
        let _connection = Connection::open();
        // SAFETY: SPI is connected; there is a value for each parameter, of its type. The snapshot is registered, and is copied.
        unsafe {
            let outcome = pg_sys::SPI_execute_snapshot(
                prepared.plan,
                datums.as_mut_ptr(),
                nulls.as_ptr(),
                snapshot.as_ptr(),
                std::ptr::null_mut(),
                false,
                true,
                0,
            );
            if outcome < 0 {
                return Err(Error::StatementRefused(outcome));
            }
            Ok(pg_sys::SPI_processed)
        }
    })
}

/// The types of the columns that a query would return, which is not run.
pub(crate) fn result_types(query: &str) -> Result<Vec<TypeId>, Error> {
    let query = CString::new(text::to_server(query)).unwrap_or_default();
    error_fields::kept(|| {
        let _connection = Connection::open();
        // SAFETY: SPI is connected; a query has the descriptor of its rows as long as its plan lives, which goes with the
        // connection.
        unsafe {
            let plan = pg_sys::SPI_prepare(query.as_ptr(), 0, std::ptr::null_mut());
            if plan.is_null() {
                return Err(Error::StatementRefused(pg_sys::SPI_result));
            }
            let source: *mut pg_sys::CachedPlanSource =
                pg_sys::list_nth(pg_sys::SPI_plan_get_plan_sources(plan), 0).cast();
            let descriptor = (*source).resultDesc;
            if descriptor.is_null() {
                return Ok(Vec::new());
            }
            let count = usize::try_from((*descriptor).natts).unwrap_or_default();
            let type_of = |at| {
                let attribute = tuple::attribute(descriptor, at);
                TypeId {
                    oid: attribute.atttypid,
                    modifier: attribute.atttypmod,
                }
            };
            Ok((0..count).map(type_of).collect())
        }
    })
}

/// The connection of a function to SPI. Ends with the value.
pub(super) struct Connection(());

impl Connection {
    pub(super) fn open() -> Self {
        // SAFETY: inside of a transaction; closed by `drop`, or by the abort of the (sub)transaction.
        unsafe { pg_sys::SPI_connect() };
        Self(())
    }

    fn execute(&self, statement: &str) -> Result<u64, Error> {
        // A NUL cannot come from PostgreSQL, which is where all names and values are from.
        let statement = CString::new(text::to_server(statement)).unwrap_or_default();
        // SAFETY: SPI is connected, the statement is a C string in the server's encoding.
        let outcome = unsafe { pg_sys::SPI_execute(statement.as_ptr(), false, 0) };
        if outcome < 0 {
            return Err(Error::StatementRefused(outcome));
        }
        // SAFETY: set by the statement that was executed.
        Ok(unsafe { pg_sys::SPI_processed })
    }

    /// The first value of the first row that the last statement returned.
    pub(super) fn first_value(&self) -> Option<String> {
        // SAFETY: SPI is connected and a statement has been executed; its rows, if it has any, are valid.
        unsafe {
            let table = pg_sys::SPI_tuptable;
            if table.is_null() || (*table).numvals == 0 {
                return None;
            }
            text::from_server_cstr(pg_sys::SPI_getvalue(*(*table).vals, (*table).tupdesc, 1))
        }
    }

    /// The values of the first row that the last statement returned.
    pub(super) fn first_row(&self) -> Vec<Option<String>> {
        // SAFETY: as in `first_value`; columns are counted from 1.
        unsafe {
            let table = pg_sys::SPI_tuptable;
            if table.is_null() || (*table).numvals == 0 {
                return Vec::new();
            }
            let descriptor = (*table).tupdesc;
            let value = |at| {
                let value = pg_sys::SPI_getvalue(*(*table).vals, descriptor, at);
                let text = text::from_server_cstr(value);
                if !value.is_null() {
                    pg_sys::pfree(value.cast());
                }
                text
            };
            let values = (1..=(*descriptor).natts).map(value).collect();
            pg_sys::SPI_freetuptable(table);
            values
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: connected by `open`.
            unsafe { pg_sys::SPI_finish() };
        }
    }
}
