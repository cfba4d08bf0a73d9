//! Writing the rows that a statement has changed to a table of events, past the executor.
//!
//! A statement trigger has the rows before and after in stores (transition tables). Each column goes through the output
//! function of its type, which only a superuser can define, under settings by which the text means the same everywhere. So no
//! code that a user wrote runs here, whoever wrote to the table, and no privileges on the event table are needed.

use super::transition_rows::TransitionRows;
use crate::pg::append::AppendedIndex;
use crate::pg::memory::Scratch;
use crate::pg::text_array::TextArray;
use crate::pg::value_printer::{self, ValuePrinter};
use crate::pg::{Oid, portable_output, tuple};
use pgrx::pg_sys::{self, Datum};
use std::ffi::CStr;

/// What the statement did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CapturedOperation {
    Insert,
    Update,
    Delete,
    Truncate,
}

/// The call of a trigger function for a statement.
pub(crate) struct StatementTrigger(*mut pg_sys::TriggerData);

/// Where the events of a table go, and which of its columns they have.
pub(crate) struct CaptureLayout {
    /// The tables that are filled in turn, a minute each.
    pub(crate) slots: Vec<Oid>,
    pub(crate) sequence: Oid,
    /// The column of the changed table at each position of an event; 0 for one that has been dropped.
    pub(crate) attnums: Vec<i16>,
    /// Whether the position is kept of rows before the change.
    pub(crate) keeps_old: Vec<bool>,
}

/// What became of the rows.
#[derive(PartialEq, Eq)]
pub(crate) enum CaptureOutcome {
    Written,
    /// A row is too large to be an event; nothing was written of it and the rows after it.
    RowTooLarge,
    /// The table of events does not have the columns that it was created with; nothing was written.
    TableChanged,
}

/// The columns of an event table: `seq`, `transaction`, `operation`, `old_row`, `new_row`, `origins`, `captured_at`, `slot`.
const EVENT_COLUMNS: usize = 8;

impl StatementTrigger {
    /// `None`: the function was not called by a trigger for a statement.
    pub(crate) fn of_call(call: pg_sys::FunctionCallInfo) -> Option<Self> {
        // SAFETY: a function that SQL can call gets this from PostgreSQL, which sets the context to a TriggerData,
        // recognized by its node tag, when the function is called by a trigger.
        unsafe {
            let context = (*call).context;
            let is_trigger = !context.is_null() && (*context).type_ == pg_sys::NodeTag::T_TriggerData;
            let data = context.cast::<pg_sys::TriggerData>();
            (is_trigger && (*data).tg_event & pg_sys::TRIGGER_EVENT_ROW == 0).then_some(Self(data))
        }
    }

    pub(crate) fn relation(&self) -> Oid {
        // SAFETY: the data of a trigger are valid while it runs.
        unsafe { (*(*self.0).tg_relation).rd_id }
    }

    pub(crate) fn operation(&self) -> CapturedOperation {
        // SAFETY: as above.
        match unsafe { (*self.0).tg_event } & pg_sys::TRIGGER_EVENT_OPMASK {
            pg_sys::TRIGGER_EVENT_INSERT => CapturedOperation::Insert,
            pg_sys::TRIGGER_EVENT_UPDATE => CapturedOperation::Update,
            pg_sys::TRIGGER_EVENT_DELETE => CapturedOperation::Delete,
            _ => CapturedOperation::Truncate,
        }
    }

    /// The only argument of the trigger.
    pub(crate) fn argument(&self) -> Option<&str> {
        // SAFETY: the arguments are C strings, as many as it says; they are there while the trigger runs.
        unsafe {
            let trigger = &*(*self.0).tg_trigger;
            (trigger.tgnargs == 1).then(|| CStr::from_ptr(*trigger.tgargs).to_str().ok())?
        }
    }

    /// Whether the transition tables that the operation needs are there.
    pub(crate) fn has_rows_of(&self, operation: CapturedOperation) -> bool {
        // SAFETY: as above.
        let (old, new) = unsafe { ((*self.0).tg_oldtable, (*self.0).tg_newtable) };
        match operation {
            CapturedOperation::Insert => !new.is_null(),
            CapturedOperation::Update => !old.is_null() && !new.is_null(),
            CapturedOperation::Delete => !old.is_null(),
            CapturedOperation::Truncate => true,
        }
    }

    /// Whether the statement changed no row.
    pub(crate) fn changed_nothing(&self) -> bool {
        // SAFETY: a store of rows, or null.
        let is_empty = |store: *mut pg_sys::Tuplestorestate| unsafe {
            store.is_null() || pg_sys::tuplestore_tuple_count(store) == 0
        };
        // SAFETY: as above.
        unsafe { is_empty((*self.0).tg_oldtable) && is_empty((*self.0).tg_newtable) }
    }

    /// Writes an event for each row. `origins` are the sources that the change has come through.
    pub(crate) fn write_rows(&self, layout: &CaptureLayout, origins: &[i64]) -> CaptureOutcome {
        // SAFETY: the data of a trigger are valid while it runs; the transition tables have rows of the relation's type.
        unsafe {
            let (old, new) = ((*self.0).tg_oldtable, (*self.0).tg_newtable);
            self.write_stored(layout, origins, old, new, self.operation())
        }
    }

    /// Writes a delete for each row that the table, which is about to be truncated, has now. The table is found by no name,
    /// and nothing but output functions of types runs.
    pub(crate) fn write_rows_before_truncation(
        &self,
        layout: &CaptureLayout,
        origins: &[i64],
    ) -> CaptureOutcome {
        // SAFETY: the relation is open, and locked by the TRUNCATE; the scan uses no index, and a snapshot of now. An error
        // leaves the store to its memory context.
        unsafe {
            let rows = pg_sys::tuplestore_begin_heap(true, false, pg_sys::work_mem);
            let scan = pg_sys::systable_beginscan(
                (*self.0).tg_relation,
                Oid::INVALID,
                false,
                std::ptr::null_mut(),
                0,
                std::ptr::null_mut(),
            );
            loop {
                let row = pg_sys::systable_getnext(scan);
                if row.is_null() {
                    break;
                }
                pg_sys::tuplestore_puttuple(rows, row);
                pgrx::check_for_interrupts!();
            }
            pg_sys::systable_endscan(scan);
            let no_rows = std::ptr::null_mut();
            let outcome = self.write_stored(layout, origins, rows, no_rows, CapturedOperation::Delete);
            pg_sys::tuplestore_end(rows);
            outcome
        }
    }

    /// # Safety
    /// The stores have rows of the relation's type, or are null.
    unsafe fn write_stored(
        &self,
        layout: &CaptureLayout,
        origins: &[i64],
        old: *mut pg_sys::Tuplestorestate,
        new: *mut pg_sys::Tuplestorestate,
        operation: CapturedOperation,
    ) -> CaptureOutcome {
        // SAFETY: the data of a trigger are valid while it runs.
        let relation = unsafe { (*self.0).tg_relation };
        // SAFETY: the relation is open.
        let mut columns = unsafe { OutputColumns::of_relation(relation, layout) };
        let need_settings = columns.need_settings;
        let mut work = || {
            let Some(mut writer) = EventWriter::open_events(layout, origins) else {
                return CaptureOutcome::TableChanged;
            };
            // SAFETY: promised by the caller.
            let outcome = unsafe { writer.write_all(relation, old, new, &mut columns, operation) };
            writer.close();
            outcome
        };
        if need_settings {
            portable_output::during_with(&[(c"lc_monetary", c"C")], work)
        } else {
            work()
        }
    }

    /// Writes the event that all rows are gone.
    pub(crate) fn write_truncation(&self, layout: &CaptureLayout, origins: &[i64]) -> CaptureOutcome {
        let Some(mut writer) = EventWriter::open_events(layout, origins) else {
            return CaptureOutcome::TableChanged;
        };
        writer.add_event('T', None, None);
        writer.close();
        CaptureOutcome::Written
    }
}

/// How the columns at the positions of an event are printed.
struct OutputColumns<'a> {
    columns: Vec<Option<(usize, ValuePrinter)>>,
    keeps_old: &'a [bool],
    /// Whether settings of the session would make other texts of some of them.
    need_settings: bool,
}

impl<'a> OutputColumns<'a> {
    /// # Safety
    /// The relation is open.
    unsafe fn of_relation(relation: pg_sys::Relation, layout: &'a CaptureLayout) -> Self {
        let mut need_settings = false;
        // SAFETY: promised by the caller; the lookups are in the current memory context, which lasts for the statement.
        let columns = unsafe {
            let descriptor = (*relation).rd_att;
            let column = |&attnum: &i16| {
                if attnum <= 0 || i32::from(attnum) > (*descriptor).natts {
                    return None;
                }
                let at = attnum as usize - 1;
                let attribute = tuple::attribute(descriptor, at);
                if attribute.attisdropped {
                    return None;
                }
                need_settings |= value_printer::need_settings(attribute.atttypid);
                Some((at, ValuePrinter::of_type(attribute.atttypid)))
            };
            layout.attnums.iter().map(column).collect()
        };
        Self {
            columns,
            keeps_old: &layout.keeps_old,
            need_settings,
        }
    }

    /// The values of a row as an array of text; `None` where it is too large.
    ///
    /// # Safety
    /// The slot holds a row of the relation.
    unsafe fn print(
        &mut self,
        slot: *mut pg_sys::TupleTableSlot,
        is_old: bool,
        array: &mut TextArray,
    ) -> Option<Vec<u64>> {
        // SAFETY: promised by the caller.
        unsafe {
            let natts = (*(*slot).tts_tupleDescriptor).natts;
            if i32::from((*slot).tts_nvalid) < natts {
                pg_sys::slot_getsomeattrs_int(slot, natts);
            }
            array.begin_array();
            for (position, column) in self.columns.iter_mut().enumerate() {
                let shown = match column {
                    Some((at, printer)) if !is_old || self.keeps_old[position] => {
                        (!*(*slot).tts_isnull.add(*at)).then(|| (*(*slot).tts_values.add(*at), printer))
                    }
                    _ => None,
                };
                match shown {
                    None => array.add_null(),
                    Some((value, printer)) => {
                        array.add_element(|out, room| printer.print(value, out, room))?;
                    }
                }
            }
            Some(array.finish())
        }
    }
}

/// How many events are written at once, and from how many bytes on they do not wait for more.
const MOST_PENDING: usize = 200;
const PENDING_BYTES: usize = 256 << 10;

/// The event table of the minute, open for writing. Events are written several at once, as COPY writes rows.
struct EventWriter {
    relation: pg_sys::Relation,
    indexes: Vec<AppendedIndex>,
    sequence: Oid,
    transaction: u64,
    origins: Option<Datum>,
    now: pg_sys::TimestampTz,
    slot: i16,
    /// Rows that are written with the next ones, and the arrays that they have.
    pending: Vec<[Option<Datum>; EVENT_COLUMNS]>,
    arrays: Vec<Vec<u64>>,
    bytes: usize,
    slots: Vec<*mut pg_sys::TupleTableSlot>,
    scratch: Scratch,
}

impl EventWriter {
    /// `None`: the table does not have the columns of events.
    fn open_events(layout: &CaptureLayout, origins: &[i64]) -> Option<Self> {
        // SAFETY: the table is one that the extension made, with the columns above; it is closed by `close`, or by the abort
        // of the (sub)transaction.
        unsafe {
            let now = pg_sys::GetCurrentTimestamp();
            let slot = slot_of(now, layout.slots.len());
            let relation = pg_sys::table_open(layout.slots[slot], pg_sys::RowExclusiveLock as i32);
            if (*(*relation).rd_att).natts as usize != EVENT_COLUMNS {
                pg_sys::table_close(relation, pg_sys::NoLock as i32);
                return None;
            }
            let Some(indexes) = AppendedIndex::open_all(relation) else {
                pg_sys::table_close(relation, pg_sys::NoLock as i32);
                return None;
            };
            let mut elements: Vec<Datum> = origins.iter().map(|&origin| Datum::from(origin)).collect();
            let origins = (!origins.is_empty()).then(|| {
                Datum::from(pg_sys::construct_array(
                    elements.as_mut_ptr(),
                    elements.len() as i32,
                    pg_sys::INT8OID,
                    8,
                    true,
                    b'd' as std::ffi::c_char,
                ))
            });
            Some(Self {
                relation,
                indexes,
                sequence: layout.sequence,
                transaction: pg_sys::GetTopFullTransactionId().value,
                origins,
                now,
                slot: slot as i16,
                pending: Vec::new(),
                arrays: Vec::new(),
                bytes: 0,
                slots: Vec::new(),
                scratch: Scratch::new(),
            })
        }
    }

    fn close(mut self) {
        self.flush();
        // SAFETY: opened by `open`. The lock stays until the end of the transaction, which is what says that its events are
        // not done.
        unsafe {
            for &slot in &self.slots {
                pg_sys::ExecDropSingleTupleTableSlot(slot);
            }
            drop(std::mem::take(&mut self.indexes));
            pg_sys::table_close(self.relation, pg_sys::NoLock as i32);
        }
    }

    /// Adds an event. Its number is taken now, while the rows are locked: those of a row are in the order of its changes.
    fn add_event(&mut self, operation: char, old: Option<Vec<u64>>, new: Option<Vec<u64>>) {
        // SAFETY: the sequence may be used by everybody.
        let seq = unsafe {
            pgrx::direct_function_call_as_datum(pg_sys::nextval_oid, &[Some(Datum::from(self.sequence))])
        };
        let mut keep = |array: Vec<u64>| {
            // What an array has in memory stays where it is when its owner moves.
            let datum = Datum::from(array.as_ptr());
            self.bytes += array.len() * size_of::<u64>();
            self.arrays.push(array);
            datum
        };
        let (old, new) = (old.map(&mut keep), new.map(&mut keep));
        self.pending.push([
            seq,
            Some(Datum::from(self.transaction)),
            Some(Datum::from(operation as i8)),
            old,
            new,
            self.origins,
            Some(Datum::from(self.now)),
            Some(Datum::from(self.slot)),
        ]);
        if self.pending.len() >= MOST_PENDING || self.bytes >= PENDING_BYTES {
            self.flush();
        }
    }

    /// Writes the events that wait.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        // SAFETY: the values are of the columns' types, in their order, and live until the end. A virtual slot has room for
        // as many values as its descriptor has columns. What is allocated meanwhile is freed at the end.
        unsafe {
            while self.slots.len() < self.pending.len() {
                let slot = pg_sys::MakeSingleTupleTableSlot((*self.relation).rd_att, &pg_sys::TTSOpsVirtual);
                self.slots.push(slot);
            }
            for (&slot, row) in self.slots.iter().zip(&self.pending) {
                for (at, value) in row.iter().enumerate() {
                    *(*slot).tts_values.add(at) = value.unwrap_or(Datum::null());
                    *(*slot).tts_isnull.add(at) = value.is_none();
                }
                (*slot).tts_flags &= !(pg_sys::TTS_FLAG_EMPTY as u16);
                (*slot).tts_nvalid = EVENT_COLUMNS as i16;
            }
            let context = pg_sys::MemoryContextSwitchTo(self.scratch.as_ptr());
            pg_sys::heap_multi_insert(
                self.relation,
                self.slots.as_mut_ptr(),
                self.pending.len() as i32,
                pg_sys::GetCurrentCommandId(true),
                0,
                std::ptr::null_mut(),
            );
            for (&slot, row) in self.slots.iter().zip(&self.pending) {
                let values = row.map(|value| value.unwrap_or(Datum::null()));
                let nulls = row.map(|value| value.is_none());
                for index in &self.indexes {
                    index.insert_row(self.relation, &raw mut (*slot).tts_tid, &values, &nulls);
                }
                pg_sys::ExecClearTuple(slot);
            }
            pg_sys::MemoryContextSwitchTo(context);
            pg_sys::MemoryContextReset(self.scratch.as_ptr());
        }
        self.pending.clear();
        self.arrays.clear();
        self.bytes = 0;
        pgrx::check_for_interrupts!();
    }

    /// # Safety
    /// The stores have rows of the relation's type, or are null.
    unsafe fn write_all(
        &mut self,
        relation: pg_sys::Relation,
        old: *mut pg_sys::Tuplestorestate,
        new: *mut pg_sys::Tuplestorestate,
        columns: &mut OutputColumns,
        operation: CapturedOperation,
    ) -> CaptureOutcome {
        // SAFETY: promised by the caller.
        unsafe {
            let mut rows_before = TransitionRows::open(relation, old);
            let mut rows_after = TransitionRows::open(relation, new);
            // A row that a trigger keeps from its new partition is before, and not after.
            let in_pairs =
                operation == CapturedOperation::Update && rows_before.count() == rows_after.count();
            let outcome = if in_pairs {
                self.write_while(columns, 'U', Some(&mut rows_before), Some(&mut rows_after))
            } else {
                match self.write_while(columns, 'D', Some(&mut rows_before), None) {
                    CaptureOutcome::Written => self.write_while(columns, 'I', None, Some(&mut rows_after)),
                    other => other,
                }
            };
            rows_before.close();
            rows_after.close();
            outcome
        }
    }

    /// Writes an event for each row, or for each pair of rows.
    ///
    /// # Safety
    /// As [`write_all`](Self::write_all).
    unsafe fn write_while(
        &mut self,
        columns: &mut OutputColumns,
        operation: char,
        mut before: Option<&mut TransitionRows>,
        mut after: Option<&mut TransitionRows>,
    ) -> CaptureOutcome {
        let mut array = TextArray::default();
        loop {
            let old = before.as_mut().and_then(|rows| rows.next());
            let new = after.as_mut().and_then(|rows| rows.next());
            if old.is_none() && new.is_none() {
                return CaptureOutcome::Written;
            }
            // SAFETY: promised by the caller. What is allocated for rows is freed when they are written.
            let (old, new) = unsafe {
                let context = pg_sys::MemoryContextSwitchTo(self.scratch.as_ptr());
                let old = old.map(|slot| columns.print(slot, true, &mut array));
                let new = new.map(|slot| columns.print(slot, false, &mut array));
                pg_sys::MemoryContextSwitchTo(context);
                (old, new)
            };
            match (old, new) {
                (Some(None), _) | (_, Some(None)) => return CaptureOutcome::RowTooLarge,
                (old, new) => self.add_event(operation, old.flatten(), new.flatten()),
            }
        }
    }
}

/// The table of the minute.
fn slot_of(now: pg_sys::TimestampTz, slots: usize) -> usize {
    // PostgreSQL counts from the year 2000; a slot is told by the minutes since 1970.
    const SECONDS_BEFORE: i64 = 946_684_800;
    let minute = (now.div_euclid(1_000_000) + SECONDS_BEFORE).div_euclid(60);
    minute.rem_euclid(slots as i64) as usize
}

/// The running command of the transaction, as a number that the next command does not have if this one wrote something.
pub(crate) fn current_command() -> (u64, u32) {
    // SAFETY: inside of a transaction that writes.
    unsafe {
        (
            pg_sys::GetTopFullTransactionId().value,
            pg_sys::GetCurrentCommandId(true),
        )
    }
}
