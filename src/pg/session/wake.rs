//! Waking the workers of this database when a transaction has left work for them, so that they need not look all the time.
//!
//! A worker that is missed (it has just started, the transaction was prepared) finds the work when it looks next. One that is
//! woken for nothing looks once and goes back to sleep. So what is known of workers may be a little old, and needs no lock.

use super::worker::worker_type;
use pgrx::pg_sys;
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_void};
use std::time::{Duration, Instant};

/// How long it is believed which processes are workers.
const BELIEVED: Duration = Duration::from_secs(1);

thread_local! {
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
    /// Whether this transaction has left work.
    static HAS_WORK: Cell<bool> = const { Cell::new(false) };
    /// The places of the workers in shared memory, and when they were looked up.
    static WORKERS: RefCell<(Option<Instant>, Vec<*mut pg_sys::PGPROC>)> = const { RefCell::new((None, Vec::new())) };
}

/// Wakes the workers of this database when the transaction has committed.
pub(crate) fn workers_after_commit() {
    if HAS_WORK.replace(true) {
        return;
    }
    if !IS_REGISTERED.replace(true) {
        // SAFETY: the function stays where it is, as the library does.
        unsafe { pg_sys::RegisterXactCallback(Some(transaction_ends), std::ptr::null_mut()) };
    }
    WORKERS.with_borrow_mut(|(looked_up, workers)| {
        if looked_up.is_none_or(|then| then.elapsed() > BELIEVED) {
            *looked_up = Some(Instant::now());
            *workers = find_workers();
        }
    });
}

/// The processes that are workers of this database.
fn find_workers() -> Vec<*mut pg_sys::PGPROC> {
    // SAFETY: the array of processes is in shared memory for as long as the server runs. Its numbers are read while they may
    // change: then a process is missed, or woken for nothing. The name of the type is copied to a buffer of this process.
    unsafe {
        let all = &*pg_sys::ProcGlobal;
        (0..all.allProcCount as usize)
            .map(|at| all.allProcs.add(at))
            .filter(|&process| {
                let (pid, database) = ((*process).pid, (*process).databaseId);
                if pid == 0 || database != pg_sys::MyDatabaseId {
                    return false;
                }
                let name = pg_sys::GetBackgroundWorkerTypeByPid(pid);
                !name.is_null() && CStr::from_ptr(name).to_bytes() == worker_type().as_bytes()
            })
            .collect()
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn transaction_ends(event: pg_sys::XactEvent::Type, _argument: *mut c_void) {
    use pg_sys::XactEvent as Event;
    if !matches!(
        event,
        Event::XACT_EVENT_COMMIT | Event::XACT_EVENT_ABORT | Event::XACT_EVENT_PREPARE
    ) {
        return;
    }
    if HAS_WORK.take() && event == Event::XACT_EVENT_COMMIT {
        WORKERS.with_borrow(|(_, workers)| {
            for &process in workers {
                // SAFETY: a place in shared memory; whoever has it now may be woken for nothing.
                unsafe { pg_sys::SetLatch(&raw mut (*process).procLatch) };
            }
        });
    }
}
