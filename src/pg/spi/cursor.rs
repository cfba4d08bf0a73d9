//! The rows of a prepared statement, fetched on demand: memory stays flat for any number of rows.

use crate::pg::plan::{JsonbDatum, ParameterValue, Prepared, Session};
use pgrx::pg_sys::{self, Datum};
use std::collections::VecDeque;
use std::ffi::CString;
use std::rc::Rc;

/// Rows fetched at once: enough to forget the cost of a fetch, and little to hold.
const BATCH: usize = 64;

/// An open cursor on a statement that returns a jsonb a row.
pub(crate) struct Cursor {
    /// By name, since the end of the transaction may close it before us.
    portal: CString,
    /// The documents that were fetched and not yet given, and where they are.
    fetched: VecDeque<Datum>,
    memory: pg_sys::MemoryContext,
    at_end: bool,
    _statement: Rc<Prepared>,
}

impl Cursor {
    /// Opens it by the snapshot of the running statement. It keeps what it needs in the current memory context.
    pub(crate) fn open(statement: Rc<Prepared>, values: &[ParameterValue]) -> Self {
        let parameters = statement.parameters(values);
        // SAFETY: the portal copies the parameters, and names itself. The name is copied before SPI is closed. The
        // memory is a child of the current context, and goes with it at the latest.
        unsafe {
            let memory = pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"mathesar_ext cursor".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            );
            let _session = Session::begin();
            let portal =
                pg_sys::SPI_cursor_open_with_paramlist(std::ptr::null(), statement.plan, parameters, true);
            Self {
                portal: std::ffi::CStr::from_ptr((*portal).name).to_owned(),
                fetched: VecDeque::new(),
                memory,
                at_end: false,
                _statement: statement,
            }
        }
    }

    fn fetch(&mut self) {
        let _session = Session::begin();
        // SAFETY: SPI is connected; the portal is looked up by its name. The rows are copied out of SPI's memory, each
        // a jsonb that is not null.
        unsafe {
            pg_sys::MemoryContextReset(self.memory);
            let portal = pg_sys::SPI_cursor_find(self.portal.as_ptr());
            if portal.is_null() {
                self.at_end = true;
                return;
            }
            pg_sys::SPI_cursor_fetch(portal, true, BATCH as std::ffi::c_long);
            let table = pg_sys::SPI_tuptable;
            let before = pg_sys::MemoryContextSwitchTo(self.memory);
            for at in 0..pg_sys::SPI_processed as usize {
                let mut is_null = false;
                let document =
                    pg_sys::SPI_getbinval(*(*table).vals.add(at), (*table).tupdesc, 1, &mut is_null);
                if !is_null {
                    let copy = pg_sys::pg_detoast_datum_copy(document.cast_mut_ptr());
                    self.fetched.push_back(Datum::from(copy));
                }
            }
            pg_sys::MemoryContextSwitchTo(before);
            if (pg_sys::SPI_processed as usize) < BATCH {
                self.at_end = true;
                pg_sys::SPI_cursor_close(portal);
            }
        }
    }
}

impl Iterator for Cursor {
    type Item = JsonbDatum;

    fn next(&mut self) -> Option<JsonbDatum> {
        if self.fetched.is_empty() && !self.at_end {
            self.fetch();
        }
        self.fetched.pop_front().map(JsonbDatum)
    }
}

/// Who reads only the first rows leaves it open.
impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: inside of a transaction that goes on, where the portal is looked up by its name. An aborted one
        // closes its portals itself.
        unsafe {
            if self.at_end || std::thread::panicking() || !pg_sys::IsTransactionState() {
                return;
            }
            let portal = pg_sys::GetPortalByName(self.portal.as_ptr());
            if !portal.is_null() {
                pg_sys::PortalDrop(portal, false);
            }
        }
    }
}
