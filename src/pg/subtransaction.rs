//! Running code whose failure is an answer, not the end of the statement.

use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::prelude::*;
use std::panic::AssertUnwindSafe;

/// Runs `body` in a subtransaction of its own. When it raises an error that `expected` accepts, everything it did is
/// rolled back and its SQLSTATE is returned; any other error (a cancelled query above all) goes on to the caller.
///
/// Subtransactions cannot be started in parallel mode, so whatever calls this is `PARALLEL UNSAFE`.
pub(crate) fn attempt<T>(
    expected: impl Fn(PgSqlErrorCode) -> bool,
    body: impl FnOnce() -> T,
) -> Result<T, PgSqlErrorCode> {
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

        if outcome.is_ok() {
            pg_sys::ReleaseCurrentSubTransaction();
        } else {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;

        match outcome {
            Ok(value) => Ok(value),
            Err(CaughtError::PostgresError(report) | CaughtError::ErrorReport(report))
                if expected(report.sql_error_code()) =>
            {
                Err(report.sql_error_code())
            }
            Err(error) => error.rethrow(),
        }
    }
}
