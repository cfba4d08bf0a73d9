//! All fields of PostgreSQL's errors.
//!
//! On its way through Rust an error loses the names of its schema, table, column, type and constraint, its context and
//! its position in the statement: pgrx keeps only SQLSTATE, message, detail and hint, in UTF-8. Clients read all
//! fields. So an error context callback copies them; when pgrx raises the error again, a callback at the same place
//! puts back the missing ones.

use crate::error::Error;
use crate::pg::{memory, text};
use pgrx::PgLogLevel;
use pgrx::pg_sys::panic::ErrorReport;
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
/// catches it and raises nothing calls [`Mark::forget`].
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

/// The same for the statement of a function that says more of the error than PostgreSQL can: `amend` gets the error on its
/// way out, and must not call PostgreSQL. The text of the statement, which is not the caller's, is left out of the context.
pub(crate) fn kept_with<T>(amend: impl Fn(&mut Failure), body: impl FnOnce() -> T) -> T {
    let watch = FieldsCallback::begin(None);
    // Goes away before the watch does.
    let _amendment = Amendment {
        entry: watch.0,
        amend: &amend,
    };
    body()
}

/// What is said of an error beside what PostgreSQL says.
struct Amendment<'a> {
    entry: *mut FieldsEntry,
    amend: &'a dyn Fn(&mut Failure),
}

impl Drop for Amendment<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        // SAFETY: the entry is valid while the watch is; its error is null or a copy of its own, whose strings are in
        // the memory of the entry, as the new ones are.
        unsafe {
            let Some(error) = (*self.entry).error.as_mut() else {
                return;
            };
            let known = failure(error);
            let mut amended = known.clone();
            (self.amend)(&mut amended);
            amended.context = amended.context.and_then(without_statement);
            if amended.context.is_none() {
                // The query that PostgreSQL could not even begin is that statement.
                error.internalquery = std::ptr::null_mut();
            }
            let before = pg_sys::MemoryContextSwitchTo((*self.entry).memory);
            for (field, known, amended) in [
                (&mut error.detail, known.detail, amended.detail),
                (&mut error.hint, known.hint, amended.hint),
                (&mut error.schema_name, known.schema, amended.schema),
                (&mut error.table_name, known.table, amended.table),
                (&mut error.column_name, known.column, amended.column),
                (&mut error.context, known.context, amended.context),
            ] {
                match amended {
                    Some(text) if known.as_ref() != Some(&text) => {
                        let message = text::to_plain_message(&text);
                        if !message.is_null() {
                            *field = message;
                        }
                    }
                    Some(_) => {}
                    None => *field = std::ptr::null_mut(),
                }
            }
            pg_sys::MemoryContextSwitchTo(before);
        }
    }
}

/// A context without its last statement: the one that was run.
fn without_statement(context: String) -> Option<String> {
    const STATEMENT: &str = "SQL statement \"";
    let is_line = |at: &usize| *at == 0 || context.as_bytes().get(at - 1) == Some(&b'\n');
    let mut starts = context
        .rmatch_indices(STATEMENT)
        .map(|(at, _)| at)
        .filter(is_line);
    let kept = match starts.next() {
        Some(at) => context.get(..at).unwrap_or_default().trim_end(),
        None => context.as_str(),
    };
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Raises an error with all of its fields.
pub(crate) fn raise(failure: &Failure) -> ! {
    let sqlstate = packed_sqlstate(&failure.sqlstate);
    // SAFETY: as in `replace_next`.
    unsafe {
        let before = pg_sys::MemoryContextSwitchTo(pg_sys::TopTransactionContext);
        let text = |text: &Option<String>| match text {
            Some(text) => message_of(text),
            None => std::ptr::null_mut(),
        };
        let error = pg_sys::palloc0(size_of::<ErrorData>()).cast::<ErrorData>();
        (*error).sqlerrcode = sqlstate;
        (*error).message = message_of(&failure.message);
        (*error).detail = text(&failure.detail);
        (*error).hint = text(&failure.hint);
        (*error).schema_name = text(&failure.schema);
        (*error).table_name = text(&failure.table);
        (*error).column_name = text(&failure.column);
        (*error).datatype_name = text(&failure.datatype);
        (*error).constraint_name = text(&failure.constraint);
        let entry = FieldsEntry::push(put_back);
        (*entry).error = error;
        pg_sys::MemoryContextSwitchTo(before);
    }
    ErrorReport::new(PgSqlErrorCode::from(sqlstate), failure.message.clone(), "").report(PgLogLevel::ERROR);
    unreachable!("an error was raised")
}

/// A text of an error in the server's encoding.
fn message_of(text: &str) -> *mut c_char {
    match text::to_plain_message(text) {
        converted if converted.is_null() => text::to_message(text),
        plain => plain,
    }
}

/// A SQLSTATE as PostgreSQL packs it: see [`sqlstate_text`].
fn packed_sqlstate(sqlstate: &str) -> i32 {
    let characters = sqlstate.bytes().take(5).enumerate();
    characters.fold(0, |packed, (at, character)| {
        packed | (i32::from(character.wrapping_sub(b'0') & 0x3f) << (6 * at))
    })
}

/// The fields of an error that was caught.
#[derive(Debug, Default, Clone)]
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
    /// Where it was raised, the innermost first.
    pub(crate) context: Option<String>,
}

/// The five characters of a SQLSTATE, each of which PostgreSQL packs into six bits.
pub(crate) fn sqlstate_text(packed: i32) -> String {
    (0..5)
        .map(|at| char::from(((packed >> (6 * at)) & 0x3f) as u8 + b'0'))
        .collect()
}

/// A SQLSTATE of five letters as PostgreSQL packs it.
pub(crate) fn sqlstate_code(letters: &str) -> PgSqlErrorCode {
    let packed = letters
        .bytes()
        .enumerate()
        .map(|(at, letter)| (i32::from(letter.wrapping_sub(b'0')) & 0x3f) << (6 * at))
        .sum::<i32>();
    PgSqlErrorCode::from(packed)
}

impl Failure {
    /// Adds a sentence to the detail.
    pub(crate) fn add_to_detail(&mut self, sentence: &str) {
        self.detail = Some(match self.detail.take() {
            Some(detail) => format!("{detail} {sentence}"),
            None => sentence.to_owned(),
        });
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let fields = error.advised_fields();
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
        context: text(error.context),
    }
}

/// The next error, of that SQLSTATE, gets these texts in the server's encoding in the place of those that pgrx gives
/// it. Code that catches it and raises nothing calls [`Mark::forget`].
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
        // There is nothing to copy it into, and an error in here would be told by here again. Those who pass it on to the
        // client need some memory as well.
        if pg_sys::geterrcode() == PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY as c_int {
            memory::let_reserve_go();
            replace(entry, std::ptr::null_mut());
            return;
        }
        let before = pg_sys::MemoryContextSwitchTo((*entry).memory);
        let message = pg_sys::CopyErrorData();
        pg_sys::MemoryContextSwitchTo(before);
        if (*message).elevel < PgLogLevel::ERROR as c_int {
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
