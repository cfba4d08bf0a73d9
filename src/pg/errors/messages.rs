//! Errors on their way out, completed where the library is loaded: from the first call of one of its functions in a session.
//!
//! - Who passes the name of a table to a function that takes an OID gets a hint: PostgreSQL reads a literal before it calls
//!   any function, and only says that `shippers` is no OID.
//! - The context does not tell of functions of the extension that are written in PL/pgSQL or SQL: what they call is no
//!   concern of the caller.

use pgrx::PgLogLevel;
use pgrx::pg_sys::{self, ErrorData};
use pgrx::prelude::PgSqlErrorCode;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::sync::OnceLock;

thread_local! {
    /// The hook of the library that was loaded before.
    static PREVIOUS: Cell<pg_sys::emit_log_hook_type> = const { Cell::new(None) };
}

/// How a message names functions of the extension: a space, their schema, and a dot.
static OWN_PREFIXES: OnceLock<Vec<String>> = OnceLock::new();

/// Completes messages from now on. `schemas` are those of the extension's functions, the one that users call first.
pub(crate) fn complete_messages(schemas: &[&str]) {
    let prefixes = schemas.iter().map(|schema| format!(" {schema}.")).collect();
    let _ = OWN_PREFIXES.set(prefixes);
    // SAFETY: a backend has one thread; hooks are set when a library is loaded.
    unsafe {
        PREVIOUS.set(pg_sys::emit_log_hook);
        pg_sys::emit_log_hook = Some(complete);
    }
}

/// Called for each message before the server's log and the client get it.
unsafe extern "C-unwind" fn complete(error: *mut ErrorData) {
    // SAFETY: PostgreSQL passes a message whose strings are NUL-terminated or null. The current memory context is the
    // message's own.
    unsafe {
        if let Some(hint) = error.as_ref().and_then(|error| hint_for(error)) {
            (*error).hint = copy_of(&hint);
        }
        let context = error.as_ref().and_then(|error| context_without_own(error));
        if let Some(context) = context {
            (*error).context = match context.as_slice() {
                [] => std::ptr::null_mut(),
                context => copy_of(context),
            };
        }
        if let Some(previous) = PREVIOUS.get() {
            previous(error);
        }
    }
}

/// A text in the current memory context.
fn copy_of(text: &[u8]) -> *mut c_char {
    // SAFETY: there is room for the text and the NUL after it.
    unsafe {
        let copy = pg_sys::palloc0(text.len() + 1).cast::<u8>();
        copy.copy_from_nonoverlapping(text.as_ptr(), text.len());
        copy.cast()
    }
}

/// The prefixes of own functions, as bytes.
fn own_prefixes() -> impl Iterator<Item = &'static [u8]> {
    OWN_PREFIXES
        .get()
        .into_iter()
        .flatten()
        .map(|prefix| prefix.as_bytes())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The context of an error without lines about functions of the extension; `None` if there are none.
///
/// # Safety
/// The strings of the message are NUL-terminated or null.
unsafe fn context_without_own(error: &ErrorData) -> Option<Vec<u8>> {
    if error.elevel != PgLogLevel::ERROR as c_int || error.context.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    let context = unsafe { CStr::from_ptr(error.context) }.to_bytes();
    let is_own =
        |line: &[u8]| line.starts_with(b"PL/pgSQL") && own_prefixes().any(|prefix| contains(line, prefix));
    if !context.split(|&byte| byte == b'\n').any(is_own) {
        return None;
    }
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut was_own = false;
    for line in context.split(|&byte| byte == b'\n') {
        let is_statement = |line: &&[u8]| line.starts_with(b"SQL statement \"");
        if is_own(line)
            && kept.last().is_some_and(|last| last.ends_with(b"\""))
            && let Some(at) = kept.iter().rposition(is_statement)
        {
            // What the function ran.
            kept.truncate(at);
        }
        // PostgreSQL names functions in SQL without their schema: one that calls a function of the extension is one.
        let is_sql_function = line.starts_with(b"SQL ") && !is_statement(&line);
        was_own = is_own(line) || was_own && is_sql_function;
        if !was_own {
            kept.push(line);
        }
    }
    Some(kept.join(&b'\n'))
}

/// # Safety
/// The strings of the message are NUL-terminated or null.
unsafe fn hint_for(error: &ErrorData) -> Option<Vec<u8>> {
    const MESSAGE: &[u8] = b"invalid input syntax for type %s: \"%s\"";
    let is_about_input = error.elevel == PgLogLevel::ERROR as c_int
        && error.sqlerrcode == PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION as c_int
        && error.hint.is_null();
    if !is_about_input {
        return None;
    }
    // SAFETY: promised by the caller.
    let bytes = |text: *const c_char| unsafe { (!text.is_null()).then(|| CStr::from_ptr(text).to_bytes()) };
    let message = bytes(error.message)?;
    // SAFETY: the text of the client's statement, or null.
    let statement = unsafe { bytes(pg_sys::debug_query_string) }?;
    let is_own_call = own_prefixes().any(|prefix| contains(statement, &prefix[1..]));
    if bytes(error.message_id)? != MESSAGE || !contains(message, b" oid") || !is_own_call {
        return None;
    }
    let mut hint = b"If it is the name of a table, write ".to_vec();
    let first = message.iter().position(|&byte| byte == b'"');
    let last = message.iter().rposition(|&byte| byte == b'"');
    match first.zip(last) {
        Some((first, last)) if first < last => {
            let name = &message[first + 1..last];
            hint.push(b'\'');
            hint.extend(
                name.iter()
                    .flat_map(|&byte| std::iter::repeat_n(byte, 1 + usize::from(byte == b'\''))),
            );
            hint.push(b'\'');
        }
        _ => hint.extend(b"'schema.name'"),
    }
    hint.extend(b"::regclass.");
    Some(hint)
}
