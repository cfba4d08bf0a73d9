//! Messages to the client, in the server's encoding: pgrx passes on the bytes of a Rust string as they are.

use crate::pg::error_fields::{self, Mark};
use crate::pg::text;
use pgrx::PgLogLevel;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::PgSqlErrorCode;

/// An error to be raised.
pub(crate) fn error(
    sqlstate: PgSqlErrorCode,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
) -> ErrorReport {
    if !text::server_uses_utf8() {
        error_fields::replace_next(sqlstate, &message, detail.as_deref(), hint.as_deref());
    }
    let mut report = ErrorReport::new(sqlstate, message, "");
    if let Some(detail) = detail {
        report = report.set_detail(detail);
    }
    if let Some(hint) = hint {
        report = report.set_hint(hint);
    }
    report
}

/// Tells the client of something that it may want to know.
pub(crate) fn notice(message: String) {
    let callbacks = Mark::here();
    error(PgSqlErrorCode::ERRCODE_SUCCESSFUL_COMPLETION, message, None, None).report(PgLogLevel::NOTICE);
    callbacks.forget();
}

/// Warns the client of something that was not done.
pub(crate) fn warning(message: String, hint: &str) {
    let callbacks = Mark::here();
    error(
        PgSqlErrorCode::ERRCODE_WARNING,
        message,
        None,
        Some(hint.to_owned()),
    )
    .report(PgLogLevel::WARNING);
    callbacks.forget();
}

/// Keeps Rust's stack out of the errors that clients are sent: pgrx puts it into the DETAIL of every error of PostgreSQL's
/// below a function of ours where the server's environment has RUST_BACKTRACE.
///
/// The standard library looks at the environment once, when it is first asked for a stack, and only what is linked into
/// this library is concerned. Other libraries find the environment as it was.
pub(crate) fn leave_out_backtraces() {
    const NAME: &str = "RUST_LIB_BACKTRACE";
    let before = std::env::var_os(NAME);
    // SAFETY: called when a session loads the library; a backend has one thread.
    unsafe { std::env::set_var(NAME, "0") };
    drop(std::backtrace::Backtrace::capture());
    // SAFETY: as above.
    unsafe {
        match before {
            Some(value) => std::env::set_var(NAME, value),
            None => std::env::remove_var(NAME),
        }
    }
}
