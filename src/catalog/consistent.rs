//! Telling about objects while other sessions drop and alter them.
//!
//! Rows are read by one snapshot, but PostgreSQL's deparsers look into the newest catalogs: an expression that names
//! a function which was dropped a moment ago fails with an internal error. Such a failure is no news for the caller.
//! What failed is read again by a newer snapshot, in which the dropped object is gone from everything.

use super::Catalog;
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::subtransaction;
use pgrx::prelude::PgSqlErrorCode;

/// How often a reading is repeated before the caller is told.
const ATTEMPTS: usize = 20;

/// Reads by the statement's snapshot; when something vanishes under the reading, by newer ones.
pub(crate) fn read<T>(read: impl Fn(&Catalog) -> Result<T, Error>) -> Result<T, Error> {
    match read_once(Snapshot::of_statement, &read) {
        Err(Error::Vanished) => reread(&read),
        outcome => outcome,
    }
}

/// Reads by the newest snapshot.
pub(crate) fn reread<T>(read: &impl Fn(&Catalog) -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..ATTEMPTS {
        match read_once(Snapshot::latest, read) {
            Err(Error::Vanished) => {}
            outcome => return outcome,
        }
    }
    Err(Error::Vanished)
}

/// One reading, in which PostgreSQL's errors for a vanished object become [`Error::Vanished`].
pub(crate) fn read_once<T>(
    snapshot: impl FnOnce() -> Snapshot,
    read: &impl Fn(&Catalog) -> Result<T, Error>,
) -> Result<T, Error> {
    subtransaction::attempt(tells_of_vanished_object, || read(&Catalog::new(snapshot())))
        .unwrap_or(Err(Error::Vanished))
}

/// The errors that a deparser raises when it does not find what an expression names.
fn tells_of_vanished_object(sqlstate: PgSqlErrorCode) -> bool {
    matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_INTERNAL_ERROR
            | PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE
            | PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN
            | PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION
            | PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT
            | PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME
    )
}
