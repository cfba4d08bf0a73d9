//! Consistent reads of objects that other sessions drop and alter meanwhile.
//!
//! Rows are read with a snapshot, but PostgreSQL's deparsers read the newest catalogs, and wait there for a session
//! that alters the table. So the rows are read with the newest snapshot too, in any isolation level (as the server does
//! when it plans a statement), and a reading is accepted only if no other session's change arrived meanwhile. The
//! server's cache invalidation messages report such changes. A deparser that does not find an object of an expression
//! fails with an internal error, which means nothing to the caller. In both cases the catalogs are read again.

use super::Catalog;
use super::rows::PgClass;
use crate::error::Error;
use crate::pg::lock::RelationLock;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, server, subtransaction};
use pgrx::prelude::PgSqlErrorCode;

/// How often one reading is repeated. The messages report changes anywhere in the cluster, most of them of no concern
/// to us, so after that what was read without a failure is good enough.
const ATTEMPTS: usize = 20;

/// Reads what belongs together.
pub(crate) fn read_consistently<T>(read: impl Fn(&Catalog) -> Result<T, Error>) -> Result<T, Error> {
    read_by(read)
}

/// The same by a view of the catalogs, which is made anew for each reading.
pub(crate) fn read_by<C: From<Catalog>, T>(read: impl Fn(&C) -> Result<T, Error>) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        match attempt_reading(|reading| reading.confirmed(read(&reading.view))) {
            Err(Error::Vanished) => {}
            outcome => return outcome,
        }
    }
    last_attempt(read)
}

/// Reads a value that can itself decide whether it still `holds`.
pub(crate) fn read_while<T>(
    read: impl Fn(&Catalog) -> Result<T, Error>,
    holds: impl Fn(&T) -> bool,
) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        let read_now = |reading: &Reading<Catalog>| {
            let value = read(&reading.view)?;
            server::catalog_changes();
            if holds(&value) {
                Ok(value)
            } else {
                Err(Error::Vanished)
            }
        };
        match attempt_reading(read_now) {
            Err(Error::Vanished) => {}
            outcome => return outcome,
        }
    }
    last_attempt(read)
}

/// Reads one relation. When it is altered meanwhile, we lock it and read again: who alters it in a loop never leaves
/// us the time otherwise.
pub(crate) fn read_relation<T>(
    relation: Oid,
    read_it: impl Fn(&Catalog) -> Result<T, Error>,
) -> Result<T, Error> {
    read_relation_by(relation, read_it)
}

/// The same by a view of the catalogs.
pub(crate) fn read_relation_by<C: From<Catalog>, T>(
    relation: Oid,
    read_it: impl Fn(&C) -> Result<T, Error>,
) -> Result<T, Error> {
    match attempt_reading(|reading| reading.confirmed(read_it(&reading.view))) {
        Err(Error::Vanished) => {
            let _lock = RelationLock::shared(relation);
            read_by(read_it)
        }
        outcome => outcome,
    }
}

/// Reads one relation after the other: as many as possible by one snapshot, and after a change by another one.
pub(crate) fn read_relations<C: From<Catalog>, T>(
    relations: &[PgClass],
    read_one: impl Fn(&C, &PgClass) -> Result<T, Error>,
    mut accept: impl FnMut(T) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut upcoming = relations;
    loop {
        let outcome = attempt_reading(|reading| {
            while let [relation, rest @ ..] = upcoming {
                accept(reading.confirmed(read_one(&reading.view, relation))?)?;
                upcoming = rest;
            }
            Ok(())
        });
        let (Err(Error::Vanished), [disturbed, rest @ ..]) = (&outcome, upcoming) else {
            return outcome;
        };
        accept(read_relation_by(disturbed.oid, |view| read_one(view, disturbed))?)?;
        upcoming = rest;
    }
}

/// The catalogs as they are when it begins.
struct Reading<C> {
    view: C,
    changes: u64,
}

impl<C> Reading<C> {
    /// Gives back what was read, or why it could not be, if no change arrived since the reading began: names come from
    /// the session's caches, which know of a table that went away before our snapshot does.
    fn confirmed<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if server::catalog_changes() == self.changes {
            outcome
        } else {
            Err(Error::Vanished)
        }
    }
}

/// The last reading: what PostgreSQL still does not find, in catalogs of whose changes it was told, is an error of the
/// request's, and repeating the call would not help.
fn last_attempt<C: From<Catalog>, T>(read: impl Fn(&C) -> Result<T, Error>) -> Result<T, Error> {
    let is_internal = |sqlstate| {
        matches!(
            sqlstate,
            PgSqlErrorCode::ERRCODE_INTERNAL_ERROR | PgSqlErrorCode::ERRCODE_INVALID_BINARY_REPRESENTATION
        )
    };
    let read_now = || read(&C::from(Catalog::new(Snapshot::latest())));
    subtransaction::attempt_body(is_internal, read_now).unwrap_or(Err(Error::Vanished))
}

/// One reading, in which PostgreSQL's errors for a vanished object become [`Error::Vanished`].
fn attempt_reading<C: From<Catalog>, T>(
    read: impl FnOnce(&Reading<C>) -> Result<T, Error>,
) -> Result<T, Error> {
    let read_now = || {
        let changes = server::catalog_changes();
        read(&Reading {
            view: C::from(Catalog::new(Snapshot::latest())),
            changes,
        })
    };
    subtransaction::attempt_body(tells_of_vanished_object, read_now).unwrap_or(Err(Error::Vanished))
}

/// The errors that a deparser, or the output function of an enum, raises when it does not find what it is to print.
fn tells_of_vanished_object(sqlstate: PgSqlErrorCode) -> bool {
    matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_INTERNAL_ERROR
            | PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE
            | PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN
            | PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION
            | PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT
            | PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME
            | PgSqlErrorCode::ERRCODE_INVALID_BINARY_REPRESENTATION
    )
}
