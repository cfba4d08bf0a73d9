//! The rows of a transition table.

use pgrx::pg_sys;

/// The rows of a transition table, read by a pointer of its own: other triggers read them, too. Nobody else reads while this
/// is open.
pub(super) struct TransitionRows {
    store: *mut pg_sys::Tuplestorestate,
    slot: *mut pg_sys::TupleTableSlot,
}

impl TransitionRows {
    /// # Safety
    /// The store has rows of the relation's type, or is null.
    pub(super) unsafe fn open(relation: pg_sys::Relation, store: *mut pg_sys::Tuplestorestate) -> Self {
        // SAFETY: promised by the caller.
        unsafe {
            if store.is_null() {
                return Self {
                    store,
                    slot: std::ptr::null_mut(),
                };
            }
            let reader = pg_sys::tuplestore_alloc_read_pointer(store, pg_sys::EXEC_FLAG_REWIND as i32);
            pg_sys::tuplestore_select_read_pointer(store, reader);
            pg_sys::tuplestore_rescan(store);
            let slot = pg_sys::MakeSingleTupleTableSlot((*relation).rd_att, &pg_sys::TTSOpsMinimalTuple);
            Self { store, slot }
        }
    }

    pub(super) fn count(&self) -> i64 {
        // SAFETY: a store, or null.
        unsafe {
            if self.store.is_null() {
                0
            } else {
                pg_sys::tuplestore_tuple_count(self.store)
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<*mut pg_sys::TupleTableSlot> {
        if self.store.is_null() {
            return None;
        }
        // SAFETY: opened by `open`. A row that is on disk is read into memory that the slot frees with the next row: it must
        // not be that of the caller, who may have emptied it by then.
        unsafe {
            let context = pg_sys::MemoryContextSwitchTo((*self.slot).tts_mcxt);
            let found = pg_sys::tuplestore_gettupleslot(self.store, true, false, self.slot);
            pg_sys::MemoryContextSwitchTo(context);
            found.then_some(self.slot)
        }
    }

    pub(super) fn close(self) {
        if !self.slot.is_null() {
            // SAFETY: made by `open`, dropped once.
            unsafe { pg_sys::ExecDropSingleTupleTableSlot(self.slot) }
        }
    }
}
