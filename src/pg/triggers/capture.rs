//! Writing the rows that a statement has changed to a table of events, past the executor.
//!
//! A statement trigger has the rows before and after in stores (transition tables). Each column goes through the output
//! function of its type, which only a superuser can define, under settings by which the text means the same everywhere. So no
//! code that a user wrote runs here, whoever wrote to the table, and no privileges on the event table are needed.

use super::transition_rows::TransitionRows;
use crate::pg::memory::Scratch;
use crate::pg::{Oid, portable_output, text, tuple};
use pgrx::pg_sys::{self, Datum, FmgrInfo};
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

/// The largest row that is captured. As text a value takes twice its size, and PostgreSQL's values end at a gigabyte.
const LARGEST_ROW: usize = 400 << 20;

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
    pub(crate) fn argument(&self) -> Option<String> {
        // SAFETY: the arguments are C strings, as many as it says.
        unsafe {
            let trigger = &*(*self.0).tg_trigger;
            (trigger.tgnargs == 1).then(|| text::from_server_cstr(*trigger.tgargs))?
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
        let mut columns = unsafe { OutputColumns::of(relation, layout) };
        let need_settings = columns.need_settings;
        let mut work = || {
            let Some(mut writer) = EventWriter::open(layout, origins) else {
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
        let Some(mut writer) = EventWriter::open(layout, origins) else {
            return CaptureOutcome::TableChanged;
        };
        writer.write('T', None, None);
        writer.close();
        CaptureOutcome::Written
    }
}

/// The output functions of the columns at the positions of an event.
struct OutputColumns<'a> {
    columns: Vec<Option<(usize, FmgrInfo, bool)>>,
    keeps_old: &'a [bool],
    /// Whether settings of the session decide how some of them are printed.
    need_settings: bool,
}

impl<'a> OutputColumns<'a> {
    /// # Safety
    /// The relation is open.
    unsafe fn of(relation: pg_sys::Relation, layout: &'a CaptureLayout) -> Self {
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
                need_settings |= !is_printed_the_same(attribute.atttypid);
                let (mut function, mut is_varlena) = (Oid::INVALID, false);
                pg_sys::getTypeOutputInfo(attribute.atttypid, &mut function, &mut is_varlena);
                let mut lookup = FmgrInfo::default();
                pg_sys::fmgr_info(function, &mut lookup);
                Some((at, lookup, is_varlena))
            };
            layout.attnums.iter().map(column).collect()
        };
        Self {
            columns,
            keeps_old: &layout.keeps_old,
            need_settings,
        }
    }

    /// The values of a row as an array of text, in the current memory context; `None` where it is too large.
    ///
    /// # Safety
    /// The slot holds a row of the relation.
    unsafe fn print(&mut self, slot: *mut pg_sys::TupleTableSlot, is_old: bool) -> Option<Datum> {
        // SAFETY: promised by the caller.
        unsafe {
            let natts = (*(*slot).tts_tupleDescriptor).natts;
            if i32::from((*slot).tts_nvalid) < natts {
                pg_sys::slot_getsomeattrs_int(slot, natts);
            }
            let width = self.columns.len();
            let (mut values, mut nulls) = (vec![Datum::null(); width], vec![true; width]);
            let mut size = 0;
            for (position, column) in self.columns.iter_mut().enumerate() {
                let Some((at, function, is_varlena)) = column else {
                    continue;
                };
                if *(*slot).tts_isnull.add(*at) || is_old && !self.keeps_old[position] {
                    continue;
                }
                let value = *(*slot).tts_values.add(*at);
                if *is_varlena {
                    size += pg_sys::toast_raw_datum_size(value);
                    if size > LARGEST_ROW {
                        return None;
                    }
                }
                let printed = pg_sys::OutputFunctionCall(function, value);
                let length = CStr::from_ptr(printed).to_bytes().len();
                values[position] = Datum::from(pg_sys::cstring_to_text_with_len(printed, length as i32));
                nulls[position] = false;
            }
            let (mut size, mut lower) = (width as i32, 1);
            Some(Datum::from(pg_sys::construct_md_array(
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
                1,
                &mut size,
                &mut lower,
                pg_sys::TEXTOID,
                -1,
                false,
                b'i' as std::ffi::c_char,
            )))
        }
    }
}

/// Whether no setting decides how values of a type are printed.
fn is_printed_the_same(type_oid: Oid) -> bool {
    matches!(
        type_oid,
        pg_sys::BOOLOID
            | pg_sys::INT2OID
            | pg_sys::INT4OID
            | pg_sys::INT8OID
            | pg_sys::OIDOID
            | pg_sys::TEXTOID
            | pg_sys::VARCHAROID
            | pg_sys::BPCHAROID
            | pg_sys::NAMEOID
            | pg_sys::NUMERICOID
            | pg_sys::UUIDOID
            | pg_sys::JSONOID
            | pg_sys::JSONBOID
    )
}

/// The event table of the minute, open for writing.
struct EventWriter {
    relation: pg_sys::Relation,
    indexes: *mut pg_sys::ResultRelInfo,
    sequence: Oid,
    transaction: u64,
    origins: Option<Datum>,
    now: pg_sys::TimestampTz,
    slot: i16,
    scratch: Scratch,
}

impl EventWriter {
    /// `None`: the table does not have the columns of events.
    fn open(layout: &CaptureLayout, origins: &[i64]) -> Option<Self> {
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
                indexes: pg_sys::CatalogOpenIndexes(relation),
                sequence: layout.sequence,
                transaction: pg_sys::GetTopFullTransactionId().value,
                origins,
                now,
                slot: slot as i16,
                scratch: Scratch::new(),
            })
        }
    }

    fn close(self) {
        // SAFETY: opened by `open`. The lock stays until the end of the transaction, which is what says that its events are
        // not done.
        unsafe {
            pg_sys::CatalogCloseIndexes(self.indexes);
            pg_sys::table_close(self.relation, pg_sys::NoLock as i32);
        }
    }

    fn write(&mut self, operation: char, old: Option<Datum>, new: Option<Datum>) {
        // SAFETY: the values are of the columns' types, in their order. The sequence may be used by everybody.
        unsafe {
            let seq =
                pgrx::direct_function_call_as_datum(pg_sys::nextval_oid, &[Some(Datum::from(self.sequence))]);
            let values = [
                seq,
                Some(Datum::from(self.transaction)),
                Some(Datum::from(operation as i8)),
                old,
                new,
                self.origins,
                Some(Datum::from(self.now)),
                Some(Datum::from(self.slot)),
            ];
            let mut nulls = values.map(|value| value.is_none());
            let mut values = values.map(|value| value.unwrap_or(Datum::null()));
            let tuple =
                pg_sys::heap_form_tuple((*self.relation).rd_att, values.as_mut_ptr(), nulls.as_mut_ptr());
            pg_sys::CatalogTupleInsertWithInfo(self.relation, tuple, self.indexes);
        }
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
        loop {
            // SAFETY: promised by the caller. What is allocated for a row is freed after it.
            let step = unsafe {
                let context = pg_sys::MemoryContextSwitchTo(self.scratch.as_ptr());
                let old = before.as_mut().map(|rows| rows.next());
                let new = after.as_mut().map(|rows| rows.next());
                let step = match (old, new) {
                    (Some(None) | None, Some(None) | None) => None,
                    (old, new) => {
                        let old = old.flatten().map(|slot| columns.print(slot, true));
                        let new = new.flatten().map(|slot| columns.print(slot, false));
                        match (old, new) {
                            (Some(None), _) | (_, Some(None)) => Some(CaptureOutcome::RowTooLarge),
                            (old, new) => {
                                self.write(operation, old.flatten(), new.flatten());
                                Some(CaptureOutcome::Written)
                            }
                        }
                    }
                };
                pg_sys::MemoryContextSwitchTo(context);
                pg_sys::MemoryContextReset(self.scratch.as_ptr());
                step
            };
            match step {
                None => return CaptureOutcome::Written,
                Some(CaptureOutcome::Written) => {}
                Some(other) => return other,
            }
            pgrx::check_for_interrupts!();
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
