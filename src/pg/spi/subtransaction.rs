//! Running code in a subtransaction, so that its failure is a result and does not end the statement.

use crate::error::Error;
use crate::pg::error_fields::{self, Failure, Mark};
use crate::pg::{lock, report};
use pgrx::pg_sys;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport};
use pgrx::prelude::*;
use std::panic::AssertUnwindSafe;

/// Runs `body` in a subtransaction of its own. When it raises an error that `expected` accepts, everything it did is
/// rolled back and its SQLSTATE is returned; any other error (a cancelled query above all) goes on to the caller.
///
/// Subtransactions cannot be started in parallel mode, so whatever calls this is `PARALLEL UNSAFE`.
pub(crate) fn attempt_body<T>(
    expected: impl Fn(PgSqlErrorCode) -> bool,
    body: impl FnOnce() -> T,
) -> Result<T, PgSqlErrorCode> {
    attempt_with_report(expected, body).map_err(|report| report.sqlstate)
}

/// The fields of a caught error.
pub(crate) struct CaughtReport {
    pub(crate) sqlstate: PgSqlErrorCode,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
}

/// As [`attempt_body`], with everything that the error says.
pub(crate) fn attempt_with_report<T>(
    expected: impl Fn(PgSqlErrorCode) -> bool,
    body: impl FnOnce() -> T,
) -> Result<T, CaughtReport> {
    let callbacks = Mark::here();
    match run_body(body) {
        Ok(value) => Ok(value),
        Err(CaughtError::PostgresError(report) | CaughtError::ErrorReport(report))
            if expected(report.sql_error_code()) =>
        {
            callbacks.forget();
            Err(CaughtReport {
                sqlstate: report.sql_error_code(),
                message: report.message().to_owned(),
                detail: report.detail().map(str::to_owned),
                hint: report.hint().map(str::to_owned),
            })
        }
        Err(error) => error.rethrow(),
    }
}

/// The outcome of bookkeeping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BookkeepingOutcome {
    Done,
    /// It would have had to wait for a lock, and was rolled back.
    Blocked,
    /// It failed, was rolled back, and the user got a warning.
    Failed,
}

/// Runs `body` in a subtransaction of its own, in which it waits for no lock. When it fails, everything it did is
/// rolled back and the user gets a warning that says `what` was not done and why, with the `hint`. A cancel, a timeout
/// of the statement or a shutdown goes on to the caller.
pub(crate) fn or_warn(
    what: &str,
    hint: &str,
    body: impl FnOnce() -> Result<(), Error>,
) -> BookkeepingOutcome {
    // The extension's own error is raised, too, so that it rolls back as well.
    let raising = || {
        if let Err(error) = lock::without_waiting(body) {
            ErrorReport::from(error).report(PgLogLevel::ERROR);
        }
    };
    let callbacks = Mark::here();
    let failure = match run_body(raising) {
        Ok(()) => return BookkeepingOutcome::Done,
        Err(
            CaughtError::PostgresError(report)
            | CaughtError::ErrorReport(report)
            | CaughtError::RustPanic { ereport: report, .. },
        ) if !ends_everything(report.sql_error_code()) => report,
        Err(error) => error.rethrow(),
    };
    callbacks.forget();
    if failure.sql_error_code() == PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE {
        return BookkeepingOutcome::Blocked;
    }
    report::warning(format!("{what}: {}", failure.message()), hint);
    BookkeepingOutcome::Failed
}

/// Runs `body` in a subtransaction of its own. When it fails, everything it did is rolled back and what went wrong is
/// returned. Only a cancel or a shutdown goes on to the caller.
pub(crate) fn or_failure<T, E: From<Failure>>(body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let callbacks = Mark::here();
    let (outcome, observed) =
        error_fields::observed(|| end_by_outcome(body, |outcome| matches!(outcome, Ok(Ok(_)))));
    let failure = match outcome {
        Ok(Ok(value)) => return Ok(value),
        // What was observed was caught below.
        Ok(Err(error)) => return Err(error),
        Err(
            CaughtError::PostgresError(report)
            | CaughtError::ErrorReport(report)
            | CaughtError::RustPanic { ereport: report, .. },
        ) if !ends_everything(report.sql_error_code()) => {
            let sqlstate = error_fields::sqlstate_text(report.sql_error_code() as i32);
            observed
                .filter(|observed| observed.sqlstate == sqlstate || sqlstate == "XX000")
                .unwrap_or_else(|| Failure {
                    sqlstate,
                    message: report.message().to_owned(),
                    detail: report.detail().map(str::to_owned),
                    hint: report.hint().map(str::to_owned),
                    ..Failure::default()
                })
        }
        Err(error) => error.rethrow(),
    };
    callbacks.forget();
    Err(failure.into())
}

/// Whether somebody wants the whole statement to stop, by a cancel, a timeout or a shutdown.
pub(in crate::pg) fn ends_everything(sqlstate: PgSqlErrorCode) -> bool {
    matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_QUERY_CANCELED
            | PgSqlErrorCode::ERRCODE_ADMIN_SHUTDOWN
            | PgSqlErrorCode::ERRCODE_CRASH_SHUTDOWN
    )
}

/// Runs `body`, which only reads, in a subtransaction of its own. Gives back what went wrong if it fails; a cancel, a
/// timeout or a shutdown goes on to the caller.
pub(crate) fn or_reason<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    let callbacks = Mark::here();
    reason_of(run_body(body), callbacks)
}

/// What went wrong, as its message. A cancel, a timeout or a shutdown goes on to the caller.
pub(in crate::pg) fn reason_of<T>(outcome: Result<T, CaughtError>, callbacks: Mark) -> Result<T, String> {
    match outcome {
        Ok(value) => Ok(value),
        Err(
            CaughtError::PostgresError(report)
            | CaughtError::ErrorReport(report)
            | CaughtError::RustPanic { ereport: report, .. },
        ) if !ends_everything(report.sql_error_code()) => {
            callbacks.forget();
            Err(report.message().to_owned())
        }
        Err(error) => error.rethrow(),
    }
}

/// Runs `body` in a subtransaction of its own, and rolls back whatever it did. An error goes on to the caller.
pub(crate) fn rolled_back<T>(body: impl FnOnce() -> T) -> T {
    let outcome = end_by_outcome(body, |_| false);
    outcome.unwrap_or_else(|error| error.rethrow())
}

/// Runs `body` in a subtransaction of its own, which is rolled back when it raises an error.
fn run_body<T>(body: impl FnOnce() -> T) -> Result<T, CaughtError> {
    end_by_outcome(body, Result::is_ok)
}

/// Runs `body` in a subtransaction of its own, which is kept or rolled back by its outcome.
fn end_by_outcome<T>(
    body: impl FnOnce() -> T,
    is_kept: impl FnOnce(&Result<T, CaughtError>) -> bool,
) -> Result<T, CaughtError> {
    // SAFETY: the memory context and the resource owner are those of the code around the subtransaction; they are put
    // back on both ways out, as PostgreSQL's own users of internal subtransactions do.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let owner = pg_sys::CurrentResourceOwner;
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(context);

        let outcome = PgTryBuilder::new(AssertUnwindSafe(|| Ok(body())))
            .catch_others(Err)
            .execute();

        if is_kept(&outcome) {
            pg_sys::ReleaseCurrentSubTransaction();
        } else {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
        outcome
    }
}
