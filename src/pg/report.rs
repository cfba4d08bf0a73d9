//! Messages to the client that are no errors.

use pgrx::PgLogLevel;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::PgSqlErrorCode;

/// Tells the client of something that it may want to know.
pub(crate) fn notice(message: String) {
    ErrorReport::new(PgSqlErrorCode::ERRCODE_SUCCESSFUL_COMPLETION, message, "").report(PgLogLevel::NOTICE);
}
