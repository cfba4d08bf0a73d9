//! A label in front of PostgreSQL's errors, for calls that do several things at once.

use crate::pg::text;
use pgrx::pg_sys::{self, ErrorContextCallback, MemoryContext};
use std::ffi::{CStr, CString, c_char, c_int, c_void};

unsafe extern "C-unwind" {
    // What pgrx leaves out of its declarations. Inside of a callback it changes the error at hand.
    fn errmsg(format: *const c_char, ...) -> c_int;
}

/// An entry on PostgreSQL's stack of callbacks, in memory of PostgreSQL's: it outlives the unwinding.
struct LabelEntry {
    callback: ErrorContextCallback,
    memory: MemoryContext,
    label: *const c_char,
}

struct Labelled(*mut LabelEntry);

/// Runs `body`; the message of an error of PostgreSQL's that ends it begins with the label. All else is as PostgreSQL
/// said it. Not for what is caught in between.
pub(crate) fn during<T>(label: &str, body: impl FnOnce() -> T) -> T {
    let label = CString::new(text::to_server(label)).unwrap_or_default();
    // SAFETY: the entry is valid as long as it is on the stack: until `drop`, or until the error has been raised again,
    // which frees the memory it is in.
    let _labelled = unsafe {
        let entry = pg_sys::palloc0(size_of::<LabelEntry>()).cast::<LabelEntry>();
        (*entry).memory = pg_sys::CurrentMemoryContext;
        (*entry).label = pg_sys::pstrdup(label.as_ptr());
        (*entry).callback = ErrorContextCallback {
            previous: pg_sys::error_context_stack,
            callback: Some(put_label),
            arg: entry.cast(),
        };
        pg_sys::error_context_stack = &raw mut (*entry).callback;
        Labelled(entry)
    };
    body()
}

impl Drop for Labelled {
    fn drop(&mut self) {
        // While an error unwinds, the entry stays for the moment at which it is raised again.
        if !std::thread::panicking() {
            // SAFETY: pushed by `during`; what was pushed since is gone again.
            unsafe {
                pg_sys::error_context_stack = (*self.0).callback.previous;
                pg_sys::pfree(self.0.cast());
            }
        }
    }
}

/// Called for each message, when the code that it comes from has said all that it knows; of an error on its way through
/// Rust, once more.
///
/// # Safety
/// `entry` is that of a [`Labelled`].
unsafe extern "C-unwind" fn put_label(entry: *mut c_void) {
    let entry = entry.cast::<LabelEntry>();
    // SAFETY: the message at hand can be copied here, into any memory but that of messages.
    unsafe {
        let before = pg_sys::MemoryContextSwitchTo((*entry).memory);
        let error = pg_sys::CopyErrorData();
        pg_sys::MemoryContextSwitchTo(before);
        let label = CStr::from_ptr((*entry).label);
        let is_error = (*error).elevel >= pgrx::PgLogLevel::ERROR as c_int && !(*error).message.is_null();
        if is_error
            && !CStr::from_ptr((*error).message)
                .to_bytes()
                .starts_with(label.to_bytes())
        {
            errmsg(c"%s: %s".as_ptr(), label.as_ptr(), (*error).message);
        }
        pg_sys::FreeErrorData(error);
    }
}
