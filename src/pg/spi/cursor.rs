//! The rows of a prepared statement, fetched on demand: memory stays flat for any number of rows.

use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::plan::{JsonbDatum, ParameterValue, Prepared, Session};
use crate::pg::tuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, Datum};
use pgrx::prelude::*;
use std::collections::VecDeque;
use std::ffi::{CStr, CString};
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
    /// The subtransaction that opened it.
    opened_in: pg_sys::SubTransactionId,
    at_end: bool,
    _statement: Rc<Prepared>,
}

/// That there is no portal any more from which to fetch the rest.
#[derive(Debug)]
struct CursorError;

impl TopicError for CursorError {
    fn fields(&self) -> ErrorFields {
        ErrorText::new(
            PgSqlErrorCode::ERRCODE_INVALID_CURSOR_STATE,
            "the rest of the rows is lost",
        )
        .detail("The rows were first asked for after a savepoint that has been rolled back.")
        .hint("Fetch the first row before the savepoint, or run the query again.")
    }
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
                portal: CStr::from_ptr((*portal).name).to_owned(),
                opened_in: (*portal).createSubid,
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
            if portal.is_null() || !self.is_ours(portal) {
                self.at_end = true;
                ErrorReport::from(Error::from(CursorError)).report(PgLogLevel::ERROR);
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

impl Cursor {
    /// Whether a portal of that name is the one that was opened: when that is gone, anybody may give its name to
    /// another, whose rows are of other types.
    ///
    /// # Safety
    /// `portal` is a portal.
    unsafe fn is_ours(&self, portal: pg_sys::Portal) -> bool {
        // SAFETY: a portal with rows has their descriptor.
        unsafe {
            let (opened_in, descriptor) = ((*portal).createSubid, (*portal).tupDesc);
            opened_in == self.opened_in
                && !descriptor.is_null()
                && (*descriptor).natts == 1
                && tuple::attribute(descriptor, 0).atttypid == pg_sys::JSONBOID
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

/// A caller that reads only the first rows leaves it open.
impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: inside of a transaction that goes on, where the portal is looked up by its name. An aborted one
        // closes its portals itself.
        unsafe {
            if self.at_end || std::thread::panicking() || !pg_sys::IsTransactionState() {
                return;
            }
            let portal = pg_sys::GetPortalByName(self.portal.as_ptr());
            if !portal.is_null() && self.is_ours(portal) {
                pg_sys::PortalDrop(portal, false);
            }
        }
    }
}
