//! The rows of a query as lines of COPY's text format, in UTF-8. Values are printed by the output functions of their types.

use crate::error::Error;
use crate::pg::memory::{self, Scratch};
use crate::pg::plan::{ParameterValue, Planning};
use crate::pg::snapshot::Snapshot;
use crate::pg::statement::Connection;
use crate::pg::value_printer::ValuePrinter;
use crate::pg::{Oid, caller, plan_cache, receiver, server, text, tuple};
use pgrx::pg_sys;

/// How many bytes are given away at once, about.
const PIECE: usize = 256 << 10;

/// The function that the executor calls for each row.
#[repr(C)]
struct LineReceiver<'a> {
    /// First, as the executor knows only this part.
    header: pg_sys::DestReceiver,
    printers: Vec<ValuePrinter>,
    lines: Vec<u8>,
    value: Vec<u8>,
    scratch: Scratch,
    give: &'a mut dyn FnMut(Vec<u8>) -> Result<(), Error>,
    failure: Option<Error>,
    is_utf8: bool,
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive_line(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor gives back the receiver that it was given, and a row of the query.
    unsafe {
        let receiver = &mut *receiver.cast::<LineReceiver>();
        receiver.add_line(slot);
        if receiver.lines.len() < PIECE {
            return true;
        }
        receiver.give_lines();
        receiver.failure.is_none()
    }
}

impl LineReceiver<'_> {
    /// # Safety
    /// The slot has a row of the query.
    unsafe fn add_line(&mut self, slot: *mut pg_sys::TupleTableSlot) {
        // SAFETY: promised by the caller. What printing allocates is freed with the piece.
        unsafe {
            let descriptor = (*slot).tts_tupleDescriptor;
            let natts = (*descriptor).natts;
            if self.printers.is_empty() {
                let attributes = tuple::attributes(descriptor);
                self.printers = attributes
                    .iter()
                    .map(|attribute| ValuePrinter::of_type(attribute.atttypid))
                    .collect();
            }
            if i32::from((*slot).tts_nvalid) < natts {
                pg_sys::slot_getsomeattrs_int(slot, natts);
            }
            let context = pg_sys::MemoryContextSwitchTo(self.scratch.as_ptr());
            for (at, printer) in self.printers.iter_mut().enumerate() {
                if at > 0 {
                    self.lines.push(b'\t');
                }
                if *(*slot).tts_isnull.add(at) {
                    self.lines.extend_from_slice(b"\\N");
                    continue;
                }
                self.value.clear();
                let mut room = usize::MAX;
                printer.print(*(*slot).tts_values.add(at), &mut self.value, &mut room);
                match self.is_utf8 {
                    true => push_escaped(&mut self.lines, &self.value),
                    false => push_escaped(&mut self.lines, text::from_server(&self.value).as_bytes()),
                }
            }
            pg_sys::MemoryContextSwitchTo(context);
            self.lines.push(b'\n');
        }
    }

    fn give_lines(&mut self) {
        server::check_for_interrupts();
        // SAFETY: nothing of what was printed is used any more.
        unsafe { pg_sys::MemoryContextReset(self.scratch.as_ptr()) };
        let lines = std::mem::take(&mut self.lines);
        if self.failure.is_none()
            && let Err(failure) = (self.give)(lines)
        {
            self.failure = Some(failure);
        }
    }
}

/// Appends a value as COPY reads it.
fn push_escaped(lines: &mut Vec<u8>, value: &[u8]) {
    memory::reserve(lines, 2 * value.len());
    let mut rest = value;
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'\\' | b'\n' | b'\r' | b'\t'))
    {
        lines.extend_from_slice(&rest[..at]);
        let letter = match rest[at] {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            other => other,
        };
        lines.extend_from_slice(&[b'\\', letter]);
        rest = &rest[at + 1..];
    }
    lines.extend_from_slice(rest);
}

/// Runs a query by a snapshot as the current role, and gives its rows away in pieces of whole lines. The plan is kept for the
/// role.
pub(crate) fn of_query(
    query: &str,
    types: &[Oid],
    values: &[ParameterValue],
    snapshot: &Snapshot,
    mut give: impl FnMut(Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    let prepared = plan_cache::prepare_for(caller::current_role(), query, types, Planning::EachTime)?;
    let parameters = prepared.parameters(values);
    let mut receiver = LineReceiver {
        header: receiver::header(receive_line),
        printers: Vec::new(),
        lines: Vec::new(),
        value: Vec::new(),
        scratch: Scratch::new(),
        give: &mut give,
        failure: None,
        is_utf8: text::server_is_utf8(),
    };
    let options = pg_sys::SPIExecuteOptions {
        params: parameters,
        read_only: true,
        must_return_tuples: true,
        dest: (&raw mut receiver).cast(),
        ..Default::default()
    };
    let connection = Connection::open();
    // SAFETY: the receiver outlives the execution, the snapshot is registered.
    let outcome = unsafe {
        pg_sys::PushActiveSnapshot(snapshot.as_ptr());
        let outcome = pg_sys::SPI_execute_plan_extended(prepared.plan, &options);
        pg_sys::PopActiveSnapshot();
        outcome
    };
    drop(connection);
    if outcome < 0 {
        return Err(Error::StatementRefused(outcome));
    }
    receiver.give_lines();
    receiver.failure.map_or(Ok(()), Err)
}

#[cfg(any(test, feature = "pg_test"))]
#[pgrx::pg_schema]
mod tests {
    use super::push_escaped;
    use pgrx::prelude::*;

    #[pg_test]
    fn values_are_escaped() {
        let mut lines = Vec::new();
        push_escaped(&mut lines, b"a\tb\\c\r\nd");
        assert_eq!(lines, b"a\\tb\\\\c\\r\\nd");
    }
}
