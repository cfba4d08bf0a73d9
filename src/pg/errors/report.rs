//! Messages to the client, in the server's encoding: pgrx passes on the bytes of a Rust string as they are.

use crate::error::Error;
use crate::pg::error_fields::{self, Mark};
use crate::pg::text;
use pgrx::PgLogLevel;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

/// Keeps Rust's backtraces out of messages to clients where the server's environment has RUST_BACKTRACE: pgrx would
/// add one to the DETAIL of every error that passes through Rust.
pub(crate) fn leave_out_backtraces() {
    const SETTING: &str = "RUST_LIB_BACKTRACE";
    let before = std::env::var_os(SETTING);
    // SAFETY: a process of PostgreSQL has one thread. The standard library of this shared library asks once, in the
    // first capture, and remembers the answer; so the environment is as it was for all others.
    unsafe {
        std::env::set_var(SETTING, "0");
        let _ = std::backtrace::Backtrace::capture();
        match before {
            Some(value) => std::env::set_var(SETTING, value),
            None => std::env::remove_var(SETTING),
        }
    }
}

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

/// A SQLSTATE as its five letters.
pub(crate) fn sqlstate_text(sqlstate: PgSqlErrorCode) -> String {
    let mut code = sqlstate as u32;
    let mut letters = String::new();
    for _ in 0..5 {
        // Six bits a letter, counted from '0'.
        letters.push(char::from((code & 0x3f) as u8 + b'0'));
        code >>= 6;
    }
    letters
}

impl From<Error> for ErrorReport {
    fn from(error: Error) -> Self {
        let fields = error.advised_fields();
        self::error(
            fields.sqlstate,
            fields.message.into_owned(),
            fields.detail.map(Cow::into_owned),
            Some(fields.hint.into_owned()),
        )
    }
}
