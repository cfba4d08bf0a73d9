//! A receiver of the executor's rows: a struct that begins with a header, which has the functions to call for each row.

use pgrx::pg_sys;

/// The function that the executor calls for a row; it gives back whether it wants more.
type Receive = unsafe extern "C-unwind" fn(*mut pg_sys::TupleTableSlot, *mut pg_sys::DestReceiver) -> bool;

/// The header of a receiver that is called for rows and for nothing else. The struct is `repr(C)` and has it first, as
/// the executor knows only that part.
pub(crate) fn header(receive: Receive) -> pg_sys::DestReceiver {
    pg_sys::DestReceiver {
        receiveSlot: Some(receive),
        rStartup: Some(ignore_startup),
        rShutdown: Some(ignore),
        rDestroy: Some(ignore),
        mydest: pg_sys::CommandDest::DestNone,
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn ignore_startup(
    _receiver: *mut pg_sys::DestReceiver,
    _operation: std::ffi::c_int,
    _columns: pg_sys::TupleDesc,
) {
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn ignore(_receiver: *mut pg_sys::DestReceiver) {}

/// Makes the first columns of a row available in `tts_values` and `tts_isnull`.
///
/// # Safety
/// The slot has a row with so many columns.
pub(super) unsafe fn load_columns(slot: *mut pg_sys::TupleTableSlot, count: usize) {
    // SAFETY: promised by the caller.
    unsafe {
        if ((*slot).tts_nvalid as usize) < count {
            pg_sys::slot_getsomeattrs_int(slot, count as i32);
        }
    }
}
