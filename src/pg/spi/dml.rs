//! Statements that change users' rows, run with the caller's privileges; triggers and rules run with the caller's
//! search_path.

use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::memory::Scratch;
use crate::pg::plan::Planning;
use crate::pg::{bytes, memory, plan_cache, receiver, text};
use pgrx::pg_sys::{self, Datum};
use pgrx::prelude::PgSqlErrorCode;

/// The outcome of a statement.
pub(crate) struct DmlOutcome {
    /// Rows inserted, updated, deleted, or returned by a SELECT.
    pub(crate) processed: u64,
    /// The rows that it returned: one column of type text each.
    pub(crate) returned: Vec<Option<String>>,
}

/// The function that the executor calls for every row that a statement returns.
#[repr(C)]
struct ReturnedRowsReceiver<'a> {
    /// First, as the executor knows only this part.
    header: pg_sys::DestReceiver,
    scratch: &'a Scratch,
    take: &'a mut dyn FnMut(&[Option<Datum>]),
    width: usize,
}

/// Runs a statement whose parameters are of type jsonb, and which returns nothing or one column of type text. Triggers
/// have fired when it is done.
pub(crate) fn run_dml(statement: &str, parameters: &[JsonbValue]) -> Result<DmlOutcome, Error> {
    let mut returned = Vec::new();
    let processed = execute(statement, parameters, 1, &mut |row| {
        memory::reserve(&mut returned, 1);
        // SAFETY: the column is a text, as the caller promises.
        returned.push(row[0].map(|text| text::from_server(unsafe { bytes::of_text(text) })));
    })?;
    Ok(DmlOutcome { processed, returned })
}

/// The same for a statement that returns a bigint and a text, neither of them NULL; each row is handed on at once.
pub(crate) fn run_for_pairs(
    statement: &str,
    parameters: &[JsonbValue],
    take: &mut dyn FnMut(i64, &[u8]),
) -> Result<u64, Error> {
    execute(statement, parameters, 2, &mut |row| {
        if let [Some(number), Some(text)] = row {
            // SAFETY: the second column is a text, as the caller promises.
            take(number.value() as i64, unsafe { bytes::of_text(*text) });
        }
    })
}

/// Runs a statement that returns nothing or so many columns, and gives how many rows it was about.
fn execute(
    statement: &str,
    parameters: &[JsonbValue],
    width: usize,
    take: &mut dyn FnMut(&[Option<Datum>]),
) -> Result<u64, Error> {
    let types = vec![JsonbValue::TYPE; parameters.len()];
    // The values of its parameters make no difference to its plan.
    let prepared = plan_cache::prepare(statement, &types, Planning::Once)?;
    let values: Vec<_> = parameters.iter().map(|value| Some(value.datum())).collect();
    let scratch = Scratch::new();
    let mut receiver = ReturnedRowsReceiver {
        header: receiver::header(receive_returned),
        scratch: &scratch,
        take,
        width,
    };
    // SAFETY: between connecting to SPI and finishing, as SPI wants it; the receiver outlives the execution. When the
    // statement raises an error, the end of the (sub)transaction cleans SPI up.
    unsafe {
        let options = pg_sys::SPIExecuteOptions {
            params: prepared.parameters(&values),
            dest: (&raw mut receiver).cast(),
            ..Default::default()
        };
        pg_sys::SPI_connect();
        let code = pg_sys::SPI_execute_plan_extended(prepared.plan, &options);
        let processed = pg_sys::SPI_processed;
        pg_sys::SPI_finish();
        if code < 0 {
            return Err(Error::StatementRefused(code));
        }
        Ok(processed)
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive_returned(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor gives back the receiver that it was given, with a slot of the statement's columns. What is
    // fetched of them goes into the scratch memory.
    unsafe {
        let receiver = &mut *receiver.cast::<ReturnedRowsReceiver>();
        let width = receiver.width;
        receiver::load_columns(slot, width);
        let mut row = [None; 2];
        for (at, value) in row.iter_mut().enumerate().take(width) {
            *value = (!*(*slot).tts_isnull.add(at)).then(|| *(*slot).tts_values.add(at));
        }
        receiver.scratch.run_many(|| (receiver.take)(&row[..width]));
        true
    }
}

/// Whether an error is a complaint about a value: its form, its range, or a check of its type.
pub(crate) fn is_about_a_value(sqlstate: PgSqlErrorCode) -> bool {
    // The last two digits of a class are its lowest bits; the rest of this code is zeros.
    const CLASS: i32 = 0xfff;
    let data_exception = PgSqlErrorCode::ERRCODE_DATA_EXCEPTION as i32;
    sqlstate as i32 & CLASS == data_exception
        || sqlstate == PgSqlErrorCode::ERRCODE_CHECK_VIOLATION
        || sqlstate == PgSqlErrorCode::ERRCODE_NOT_NULL_VIOLATION
}

/// The same for a SQLSTATE as text.
pub(crate) fn is_value_sqlstate(sqlstate: &str) -> bool {
    sqlstate.starts_with("22") || matches!(sqlstate, "23514" | "23502" | "P0001")
}
