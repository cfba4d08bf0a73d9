//! All fields of PostgreSQL's errors.
//!
//! On its way through Rust an error loses the names of its schema, table, column, type and constraint, its context and
//! its position in the statement: pgrx keeps only SQLSTATE, message, detail and hint, in UTF-8. Clients read all
//! fields. So an error context callback copies them; when pgrx raises the error again, a callback at the same place
//! puts back the missing ones.

use crate::error::Error;
use crate::pg::text;
use pgrx::pg_sys::{self, ErrorContextCallback, ErrorData, MemoryContext};
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_int, c_void};

unsafe extern "C-unwind" {
    // What pgrx leaves out of its declarations. Inside of a callback they change the error at hand.
    fn errmsg(format: *const c_char, ...) -> c_int;
    fn errdetail_internal(format: *const c_char, ...) -> c_int;
    fn errhint(format: *const c_char, ...) -> c_int;
    fn errcontext_msg(format: *const c_char, ...) -> c_int;
}

/// Runs `body`; an error of PostgreSQL's that ends it reaches the client with everything that PostgreSQL said. Whoever
/// catches it and lets nobody know calls [`Mark::forget`].
///
/// What is kept is in the current memory context, which must outlive a subtransaction that the error ends.
pub(crate) fn kept<T>(body: impl FnOnce() -> T) -> T {
    let _watch = FieldsCallback::begin(None);
    body()
}

/// The same for a text of the caller, which the error then has as its context: PostgreSQL itself does not know
/// where it is from.
pub(crate) fn kept_about<T>(subject: &CStr, body: impl FnOnce() -> T) -> T {
    let _watch = FieldsCallback::begin(Some(subject));
    body()
}

/// The same for a statement that is not the caller's: PostgreSQL would put its text into the context, which means
/// nothing to the caller.
pub(crate) fn kept_without_context<T>(body: impl FnOnce() -> T) -> T {
    let watch = FieldsCallback::begin(None);
    // SAFETY: the entry is valid while the watch is.
    unsafe { (*watch.0).hides_context = true };
    body()
}

/// The fields of an error that was caught.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// The five characters.
    pub(crate) sqlstate: String,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) constraint: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) table: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) datatype: Option<String>,
}

/// The five characters of a SQLSTATE, each of which PostgreSQL packs into six bits.
pub(crate) fn sqlstate_text(packed: i32) -> String {
    (0..5)
        .map(|at| char::from(((packed >> (6 * at)) & 0x3f) as u8 + b'0'))
        .collect()
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let fields = error.fields();
        Self {
            sqlstate: sqlstate_text(fields.sqlstate as i32),
            message: fields.message.into_owned(),
            detail: fields.detail.map(Cow::into_owned),
            hint: Some(fields.hint.into_owned()),
            ..Self::default()
        }
    }
}

/// Runs `body`, which catches errors itself; gives what PostgreSQL said of the last one. The current memory context
/// must outlive a subtransaction that the error ends.
pub(crate) fn observed<T>(body: impl FnOnce() -> T) -> (T, Option<Failure>) {
    let watch = FieldsCallback::begin(None);
    let outcome = body();
    // SAFETY: the entry is valid while the watch is; its error is null or a copy of its own.
    let failure = unsafe { (*watch.0).error.as_ref().map(|error| failure(error)) };
    (outcome, failure)
}

/// # Safety
/// The strings of the error are NUL-terminated or null.
unsafe fn failure(error: &ErrorData) -> Failure {
    // SAFETY: promised by the caller.
    let text = |text: *mut c_char| unsafe { text::from_server_cstr(text) };
    Failure {
        sqlstate: sqlstate_text(error.sqlerrcode),
        message: text(error.message).unwrap_or_default(),
        detail: text(error.detail),
        hint: text(error.hint),
        constraint: text(error.constraint_name),
        column: text(error.column_name),
        table: text(error.table_name),
        schema: text(error.schema_name),
        datatype: text(error.datatype_name),
    }
}

/// The next error, of that SQLSTATE, gets these texts in the server's encoding in the place of those that pgrx gives
/// it. Whoever catches it and lets nobody know calls [`Mark::forget`].
pub(crate) fn replace_next(
    sqlstate: PgSqlErrorCode,
    message: &str,
    detail: Option<&str>,
    hint: Option<&str>,
) {
    // SAFETY: the entry stays on the stack until the error has been raised, which is within the transaction; until then
    // memory of our callers may go away.
    unsafe {
        let before = pg_sys::MemoryContextSwitchTo(pg_sys::TopTransactionContext);
        let error = pg_sys::palloc0(size_of::<ErrorData>()).cast::<ErrorData>();
        (*error).sqlerrcode = sqlstate as c_int;
        (*error).message = text::to_message(message);
        (*error).detail = detail.map_or(std::ptr::null_mut(), text::to_message);
        (*error).hint = hint.map_or(std::ptr::null_mut(), text::to_message);
        let entry = FieldsEntry::push(put_back);
        (*entry).error = error;
        pg_sys::MemoryContextSwitchTo(before);
    }
}

/// Where PostgreSQL's stack of callbacks ends.
pub(crate) struct Mark(*mut ErrorContextCallback);

impl Mark {
    pub(crate) fn here() -> Self {
        // SAFETY: a backend has one thread.
        Self(unsafe { pg_sys::error_context_stack })
    }

    /// Takes off the stack what an error left there that will not be raised again, as PostgreSQL does where it catches
    /// one.
    pub(crate) fn forget(self) {
        // SAFETY: as above; what was on the stack then still is.
        unsafe { pg_sys::error_context_stack = self.0 }
    }
}

/// An entry on PostgreSQL's stack of callbacks, in memory of PostgreSQL's: it outlives the unwinding.
struct FieldsCallback(*mut FieldsEntry);

struct FieldsEntry {
    callback: ErrorContextCallback,
    memory: MemoryContext,
    error: *mut ErrorData,
    /// The object of the error, or null.
    subject: *const c_char,
    hides_context: bool,
}

impl FieldsEntry {
    /// A new one on the stack, in the current memory context.
    ///
    /// # Safety
    /// That memory outlives its place on the stack.
    unsafe fn push(callback: unsafe extern "C-unwind" fn(*mut c_void)) -> *mut Self {
        // SAFETY: a backend has one thread; the rest is promised by the caller.
        unsafe {
            let entry = pg_sys::palloc0(size_of::<FieldsEntry>()).cast::<FieldsEntry>();
            (*entry).memory = pg_sys::CurrentMemoryContext;
            (*entry).callback = ErrorContextCallback {
                previous: pg_sys::error_context_stack,
                callback: Some(callback),
                arg: entry.cast(),
            };
            pg_sys::error_context_stack = &raw mut (*entry).callback;
            entry
        }
    }
}

impl FieldsCallback {
    fn begin(subject: Option<&CStr>) -> Self {
        // SAFETY: the entry is valid as long as it is on the stack: until `drop`, or until the error has been raised,
        // which frees the memory it is in.
        unsafe {
            let entry = FieldsEntry::push(keep);
            if let Some(subject) = subject {
                (*entry).subject = pg_sys::pstrdup(subject.as_ptr());
            }
            Self(entry)
        }
    }
}

impl Drop for FieldsCallback {
    fn drop(&mut self) {
        // SAFETY: pushed by `begin`; what was pushed since is gone again.
        unsafe {
            if std::thread::panicking() {
                // It stays for the moment at which the error is raised again. Whoever catches it then puts the stack
                // back to what it was.
                (*self.0).callback.callback = Some(put_back);
            } else {
                pg_sys::error_context_stack = (*self.0).callback.previous;
                replace(self.0, std::ptr::null_mut());
                pg_sys::pfree(self.0.cast());
            }
        }
    }
}

/// Called for each message, when the code that it comes from has said all that it knows.
///
/// # Safety
/// `entry` is that of a [`FieldsCallback`].
unsafe extern "C-unwind" fn keep(entry: *mut c_void) {
    let entry = entry.cast::<FieldsEntry>();
    // SAFETY: the message at hand can be copied here, into any memory but that of messages. An error that a statement
    // catches by itself is replaced by the one that it ends with.
    unsafe {
        let before = pg_sys::MemoryContextSwitchTo((*entry).memory);
        let message = pg_sys::CopyErrorData();
        pg_sys::MemoryContextSwitchTo(before);
        if (*message).elevel < pgrx::PgLogLevel::ERROR as c_int {
            pg_sys::FreeErrorData(message);
        } else {
            replace(entry, message);
        }
    }
}

/// Keeps a copy in place of the one that is kept.
///
/// # Safety
/// `entry` is that of a [`FieldsCallback`]; `error` is null or a copy of its own.
unsafe fn replace(entry: *mut FieldsEntry, error: *mut ErrorData) {
    // SAFETY: promised by the caller.
    unsafe {
        if !(*entry).error.is_null() {
            pg_sys::FreeErrorData((*entry).error);
        }
        (*entry).error = error;
    }
}

/// Called when the error is raised again.
///
/// # Safety
/// As [`keep`].
unsafe extern "C-unwind" fn put_back(entry: *mut c_void) {
    let entry = entry.cast::<FieldsEntry>();
    // SAFETY: the strings are those of the copy, NUL-terminated or null; the functions copy them.
    unsafe {
        let error = (*entry).error;
        if error.is_null() || pg_sys::geterrcode() != (*error).sqlerrcode {
            return;
        }
        (*entry).error = std::ptr::null_mut();
        if (*entry).hides_context {
            (*error).context = std::ptr::null_mut();
            (*error).internalquery = std::ptr::null_mut();
        }
        let texts: [(
            unsafe extern "C-unwind" fn(*const c_char, ...) -> c_int,
            *mut c_char,
        ); 4] = [
            (errmsg, (*error).message),
            (errdetail_internal, (*error).detail),
            (errhint, (*error).hint),
            (errcontext_msg, (*error).context),
        ];
        for (set, text) in texts {
            if !text.is_null() {
                set(c"%s".as_ptr(), text);
            }
        }
        if !(*entry).subject.is_null() {
            errcontext_msg(c"%s".as_ptr(), (*entry).subject);
        }
        for (field, name) in [
            (pg_sys::PG_DIAG_SCHEMA_NAME, (*error).schema_name),
            (pg_sys::PG_DIAG_TABLE_NAME, (*error).table_name),
            (pg_sys::PG_DIAG_COLUMN_NAME, (*error).column_name),
            (pg_sys::PG_DIAG_DATATYPE_NAME, (*error).datatype_name),
            (pg_sys::PG_DIAG_CONSTRAINT_NAME, (*error).constraint_name),
        ] {
            if !name.is_null() {
                pg_sys::err_generic_string(field as c_int, name);
            }
        }
        if !(*error).internalquery.is_null() {
            pg_sys::internalerrquery((*error).internalquery);
            pg_sys::internalerrposition((*error).internalpos);
        }
        pg_sys::FreeErrorData(error);
    }
}
