//! The rows of a query, read one by one while the executor produces them: nothing is copied or kept, so memory stays
//! flat for any number of rows. The executor checks privileges, row-level security and cancellation.

use crate::pg::local_setting::LocalSettings;
use crate::pg::{bytes, memory::Scratch, receiver};
use pgrx::pg_sys::{self, Datum};
use std::ffi::CString;

/// A row of text columns.
pub(crate) struct TextRow<'a> {
    values: &'a [Datum],
    nulls: &'a [bool],
}

impl TextRow<'_> {
    /// The bytes of a column, in the server's encoding; `None` for NULL.
    pub(crate) fn get(&self, column: usize) -> Option<&[u8]> {
        // SAFETY: the columns are text, as the caller of `each_row` promises by the type of the row; the value lives as
        // long as the executor stands on the row.
        (!self.nulls[column]).then(|| unsafe { bytes::of_text(self.values[column]) })
    }
}

/// The function that the executor calls for every row.
#[repr(C)]
struct StreamReceiver<'a> {
    /// First, as the executor knows only this part.
    header: pg_sys::DestReceiver,
    width: usize,
    scratch: &'a Scratch,
    row: &'a mut dyn FnMut(&TextRow) -> bool,
}

/// Runs a SELECT of `width` columns of type `text` by the snapshot of the running statement, until `row` returns false.
pub(crate) fn each_row(query: &str, width: usize, row: impl FnMut(&TextRow) -> bool) {
    stream_rows(query, width, true, row);
}

/// The same by a snapshot of now, which sees what the caller's statement has written, and what was committed while it
/// waited for a lock; with as much memory as PostgreSQL takes to check a new foreign key or to build an index.
pub(crate) fn each_row_of_now(query: &str, width: usize, row: impl FnMut(&TextRow) -> bool) {
    // SAFETY: settings of type integer, in kB; a backend has one thread.
    let memory = unsafe { pg_sys::maintenance_work_mem.max(pg_sys::work_mem) };
    let memory = CString::new(memory.to_string()).unwrap_or_default();
    let _memory = LocalSettings::begin(c"work_mem", &memory);
    stream_rows(query, width, false, row);
}

fn stream_rows(query: &str, width: usize, read_only: bool, mut row: impl FnMut(&TextRow) -> bool) {
    let query = CString::new(crate::pg::text::to_server(query)).unwrap_or_default();
    let scratch = Scratch::new();
    let mut receiver = StreamReceiver {
        header: receiver::header(receive_text_row),
        width,
        scratch: &scratch,
        row: &mut row,
    };
    // SAFETY: between connecting to SPI and finishing, as SPI wants it; the receiver outlives the execution. When the
    // query raises an error, the end of the (sub)transaction cleans SPI up.
    unsafe {
        pg_sys::SPI_connect();
        let options = pg_sys::SPIExecuteOptions {
            read_only,
            must_return_tuples: true,
            dest: (&raw mut receiver).cast(),
            ..Default::default()
        };
        pg_sys::SPI_execute_extended(query.as_ptr(), &options);
        pg_sys::SPI_finish();
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive_text_row(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor gives back the receiver that it was given, with a slot of the query's columns.
    unsafe {
        let receiver = &mut *receiver.cast::<StreamReceiver>();
        receiver::load_columns(slot, receiver.width);
        let row = TextRow {
            values: std::slice::from_raw_parts((*slot).tts_values, receiver.width),
            nulls: std::slice::from_raw_parts((*slot).tts_isnull, receiver.width),
        };
        // Values that lie outside of the row are fetched into the scratch memory.
        receiver.scratch.run_many(|| (receiver.row)(&row))
    }
}
