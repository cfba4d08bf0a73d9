//! What a function remembers from one call to the next, within one statement.

use pgrx::PgMemoryContexts;
use pgrx::pg_sys::FunctionCallInfo;
use std::cell::RefCell;

/// What the call of a function in an expression remembers as long as that expression lives: a statement calls it for every
/// row.
pub(crate) fn remembered<'a, T: Default + 'static>(call: FunctionCallInfo) -> &'a RefCell<T> {
    // SAFETY: the call of a function of ours, which alone uses `fn_extra`, for a value of this type; the value is dropped
    // with the memory of the expression, which outlives the call.
    unsafe {
        let function = (*call).flinfo;
        if (*function).fn_extra.is_null() {
            let mut memory = PgMemoryContexts::For((*function).fn_mcxt);
            (*function).fn_extra = memory.leak_and_drop_on_delete(RefCell::<T>::default()).cast();
        }
        &*(*function).fn_extra.cast::<RefCell<T>>()
    }
}
