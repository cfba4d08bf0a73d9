//! COPY from what Rust code writes, as PostgreSQL's own replication fills tables: the fastest way of rows into a table,
//! with its triggers, constraints and indexes, by the current role's rights.

use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::{Oid, error_fields, text};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::PgSqlErrorCode;
use pgrx::{PgLogLevel, pg_sys};
use std::cell::RefCell;
use std::ffi::{CString, c_int, c_void};

/// Writes more lines behind what is there; `false` at the end.
type Next<'a> = dyn FnMut(&mut Vec<u8>) -> Result<bool, Error> + 'a;

/// The source of the running COPY.
struct CopySource {
    next: *mut Next<'static>,
    /// Lines that were written, of which the first `given` bytes have been read.
    lines: Vec<u8>,
    given: usize,
}

/// That rows cannot be copied into a table.
#[derive(Debug)]
enum CopyError {
    /// Of row-level security; the name of the table.
    PoliciesInForce(String),
}

impl TopicError for CopyError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::PoliciesInForce(name) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("cannot copy into table \"{name}\" with row-level security"),
            )
            .hint("Use INSERT, or a role that bypasses the policies of the table."),
        }
    }
}

thread_local! {
    /// PostgreSQL calls back without saying for which COPY. A trigger of the table may start another one meanwhile.
    static SOURCES: RefCell<Vec<CopySource>> = const { RefCell::new(Vec::new()) };
}

/// Takes a source off again, after an error too. Sources of those before it stay.
struct RunningCopy {
    before: usize,
}

impl RunningCopy {
    fn begin(next: *mut Next<'static>) -> Self {
        SOURCES.with_borrow_mut(|sources| {
            let before = sources.len();
            sources.push(CopySource {
                next,
                lines: Vec::new(),
                given: 0,
            });
            Self { before }
        })
    }
}

impl Drop for RunningCopy {
    fn drop(&mut self) {
        SOURCES.with_borrow_mut(|sources| sources.truncate(self.before));
    }
}

/// Fills columns of a table from lines in UTF-8, in the text format of COPY. Returns how many rows there were.
pub(crate) fn fill_from_lines(
    relation: Oid,
    columns: &[String],
    mut next: impl FnMut(&mut Vec<u8>) -> Result<bool, Error>,
) -> Result<u64, Error> {
    let next: &mut Next = &mut next;
    // SAFETY: the source is taken off before this function returns.
    let _running =
        RunningCopy::begin(unsafe { std::mem::transmute::<*mut Next<'_>, *mut Next<'static>>(next) });
    error_fields::kept(|| {
        // SAFETY: what COPY FROM itself does, in its order: the relation is opened with the lock of an INSERT, the rights
        // are checked before a row is read, and what was written becomes visible afterwards. All lists are of copies in
        // the current memory context.
        unsafe {
            let table = pg_sys::table_open(relation, pg_sys::RowExclusiveLock as i32);
            check_rights(table);
            let state = pg_sys::make_parsestate(std::ptr::null_mut());
            pg_sys::addRangeTableEntryForRelation(
                state,
                table,
                pg_sys::RowExclusiveLock as i32,
                std::ptr::null_mut(),
                false,
                false,
            );
            let names = columns.iter().fold(std::ptr::null_mut(), |names, column| {
                pg_sys::lappend(names, string_node(column).cast())
            });
            let encoding = pg_sys::makeDefElem(
                pg_sys::pstrdup(c"encoding".as_ptr()),
                string_node("UTF8").cast(),
                -1,
            );
            let copy = pg_sys::BeginCopyFrom(
                state,
                table,
                std::ptr::null_mut(),
                std::ptr::null(),
                false,
                Some(read_bytes),
                names,
                pg_sys::lappend(std::ptr::null_mut(), encoding.cast()),
            );
            let rows = pg_sys::CopyFrom(copy);
            pg_sys::EndCopyFrom(copy);
            pg_sys::free_parsestate(state);
            pg_sys::table_close(table, pg_sys::NoLock as i32);
            pg_sys::CommandCounterIncrement();
            Ok(rows)
        }
    })
}

/// A node with a text, in the server's encoding.
unsafe fn string_node(value: &str) -> *mut c_void {
    let value = CString::new(text::to_server(value)).unwrap_or_default();
    // SAFETY: copies the string.
    unsafe { pg_sys::makeString(pg_sys::pstrdup(value.as_ptr())).cast() }
}

/// Raises PostgreSQL's error where the current role may not insert rows, or could insert some that policies forbid.
///
/// # Safety
/// The relation is open.
unsafe fn check_rights(table: pg_sys::Relation) {
    // SAFETY: promised by the caller.
    unsafe {
        pg_sys::PreventCommandIfReadOnly(c"COPY FROM".as_ptr());
        let (relation, role) = ((*table).rd_id, pg_sys::GetUserId());
        let outcome = pg_sys::pg_class_aclcheck(relation, role, pg_sys::AclMode::from(pg_sys::ACL_INSERT));
        if outcome != pg_sys::AclResult::ACLCHECK_OK {
            let kind = pg_sys::get_relkind_objtype((*(*table).rd_rel).relkind);
            pg_sys::aclcheck_error(outcome, kind, (&raw const (*(*table).rd_rel).relname.data).cast());
        }
        let policies = pg_sys::check_enable_rls(relation, Oid::INVALID, false);
        if policies == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32 {
            let name = text::from_server_cstr((&raw const (*(*table).rd_rel).relname.data).cast());
            let error = CopyError::PoliciesInForce(name.unwrap_or_default());
            ErrorReport::from(Error::from(error)).report(PgLogLevel::ERROR);
        }
    }
}

/// Called by COPY for more bytes.
///
/// # Safety
/// `out` has room for `most` bytes.
#[pgrx::pg_guard]
unsafe extern "C-unwind" fn read_bytes(out: *mut c_void, _least: c_int, most: c_int) -> c_int {
    let Some(mut source) = SOURCES.with_borrow_mut(Vec::pop) else {
        return 0;
    };
    let most = most as usize;
    let mut failure = None;
    if source.given == source.lines.len() {
        source.lines.clear();
        source.given = 0;
        // SAFETY: the function lives until its COPY is done. Should it raise an error, this source is gone for good.
        let next = unsafe { &mut *source.next };
        while source.lines.len() < most {
            match next(&mut source.lines) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
    }
    let given = (source.lines.len() - source.given).min(most);
    // SAFETY: there is room for `most` bytes.
    unsafe {
        out.cast::<u8>()
            .copy_from_nonoverlapping(source.lines[source.given..].as_ptr(), given);
    }
    source.given += given;
    SOURCES.with_borrow_mut(|sources| sources.push(source));
    if let Some(error) = failure {
        ErrorReport::from(error).report(PgLogLevel::ERROR);
    }
    given as c_int
}
