//! The ends of transactions and subtransactions.

use pgrx::pg_sys;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;

/// How a transaction ends that is not rolled back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Commit,
    /// PREPARE TRANSACTION: its locks stay until somebody commits it.
    Prepare,
}

/// The work for the end of this transaction.
#[derive(Clone, Copy)]
pub(crate) struct EndWork {
    /// Called before the transaction commits or is prepared, after its deferred triggers. It must not raise an error that
    /// should not end the transaction.
    pub(crate) before_commit: fn(Ending),
    /// Called when it has been rolled back.
    pub(crate) forget: fn(),
    /// Called when a subtransaction has ended: its number, that of the one around it, and whether it was kept.
    pub(crate) subtransaction_ended: Option<fn(u32, u32, bool)>,
}

thread_local! {
    static WORK: RefCell<Vec<EndWork>> = const { RefCell::new(Vec::new()) };
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
}

/// Asks for the work at the end of this transaction. Ask once a transaction.
pub(crate) fn at_end(work: EndWork) {
    if !IS_REGISTERED.replace(true) {
        // SAFETY: the functions stay where they are, as our library does.
        unsafe {
            pg_sys::RegisterXactCallback(Some(transaction_ends), std::ptr::null_mut());
            pg_sys::RegisterSubXactCallback(Some(subtransaction_ends), std::ptr::null_mut());
        }
    }
    WORK.with_borrow_mut(|all| all.push(work));
}

/// The number of the running subtransaction, or of the transaction itself.
pub(crate) fn current_subtransaction() -> u32 {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetCurrentSubTransactionId() }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn transaction_ends(event: pg_sys::XactEvent::Type, _argument: *mut c_void) {
    use pg_sys::XactEvent as Event;
    let ending = match event {
        Event::XACT_EVENT_PRE_COMMIT => Ending::Commit,
        Event::XACT_EVENT_PRE_PREPARE => Ending::Prepare,
        Event::XACT_EVENT_ABORT => {
            for work in WORK.take() {
                (work.forget)();
            }
            return;
        }
        _ => return,
    };
    // Work may ask for more work.
    loop {
        let work = WORK.take();
        if work.is_empty() {
            return;
        }
        for work in work {
            (work.before_commit)(ending);
        }
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn subtransaction_ends(
    event: pg_sys::SubXactEvent::Type,
    ended: pg_sys::SubTransactionId,
    parent: pg_sys::SubTransactionId,
    _argument: *mut c_void,
) {
    let is_kept = match event {
        pg_sys::SubXactEvent::SUBXACT_EVENT_COMMIT_SUB => true,
        pg_sys::SubXactEvent::SUBXACT_EVENT_ABORT_SUB => false,
        _ => return,
    };
    let work: Vec<_> =
        WORK.with_borrow(|all| all.iter().filter_map(|work| work.subtransaction_ended).collect());
    for ended_one in work {
        ended_one(ended, parent, is_kept);
    }
}
