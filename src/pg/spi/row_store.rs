//! Rows in a store of PostgreSQL's, which is on disk where they are many. A statement reads them as a table, and code
//! reads them one by one; memory stays flat.

use crate::error::Error;
use crate::pg::plan::{ParameterValue, Planning, Prepared};
use crate::pg::snapshot::Snapshot;
use crate::pg::statement::Connection;
use crate::pg::{Oid, array, caller, plan_cache, receiver, text};
use pgrx::pg_sys::{self, Datum};
use std::ffi::{CStr, CString};
use std::rc::Rc;

/// The rows that a query returned.
pub(crate) struct RowStore {
    store: *mut pg_sys::Tuplestorestate,
    /// Null where there are no rows.
    descriptor: pg_sys::TupleDesc,
    reader: i32,
}

/// The function that the executor calls for each row.
#[repr(C)]
struct StoringReceiver {
    /// First, as the executor knows only this part.
    header: pg_sys::DestReceiver,
    store: *mut pg_sys::Tuplestorestate,
    descriptor: pg_sys::TupleDesc,
    memory: pg_sys::MemoryContext,
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive_row(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor gives back the receiver that it was given. The store copies the row.
    unsafe {
        let receiver = &mut *receiver.cast::<StoringReceiver>();
        if receiver.descriptor.is_null() {
            let before = pg_sys::MemoryContextSwitchTo(receiver.memory);
            receiver.descriptor = pg_sys::CreateTupleDescCopy((*slot).tts_tupleDescriptor);
            pg_sys::MemoryContextSwitchTo(before);
        }
        pg_sys::tuplestore_puttupleslot(receiver.store, slot);
        true
    }
}

impl RowStore {
    /// Runs a SELECT by a snapshot, as the current role. What it keeps is in the current memory context.
    pub(crate) fn select(
        statement: &str,
        types: &[Oid],
        values: &[ParameterValue],
        snapshot: &Snapshot,
    ) -> Result<Self, Error> {
        Self::select_prepared(
            &Prepared::new(statement, types, Planning::EachTime)?,
            values,
            snapshot,
        )
    }

    /// The same of a statement that is prepared.
    pub(crate) fn select_prepared(
        prepared: &Prepared,
        values: &[ParameterValue],
        snapshot: &Snapshot,
    ) -> Result<Self, Error> {
        let parameters = prepared.parameters(values);
        // SAFETY: the receiver outlives the execution, the snapshot is registered. What an error leaves is cleaned up
        // by the end of the (sub)transaction. Reading begins at a pointer of its own.
        unsafe {
            let store = pg_sys::tuplestore_begin_heap(false, false, pg_sys::work_mem);
            let mut receiver = StoringReceiver {
                header: receiver::header(receive_row),
                store,
                descriptor: std::ptr::null_mut(),
                memory: pg_sys::CurrentMemoryContext,
            };
            let options = pg_sys::SPIExecuteOptions {
                params: parameters,
                read_only: true,
                must_return_tuples: true,
                dest: (&raw mut receiver).cast(),
                ..Default::default()
            };
            let connection = Connection::open();
            pg_sys::PushActiveSnapshot(snapshot.as_ptr());
            let outcome = pg_sys::SPI_execute_plan_extended(prepared.plan, &options);
            pg_sys::PopActiveSnapshot();
            drop(connection);
            if outcome < 0 {
                return Err(Error::StatementRefused(outcome));
            }
            let reader = pg_sys::tuplestore_alloc_read_pointer(store, pg_sys::EXEC_FLAG_REWIND as i32);
            Ok(Self {
                store,
                descriptor: receiver.descriptor,
                reader,
            })
        }
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> i64 {
        // SAFETY: the store is valid as long as this value.
        unsafe { pg_sys::tuplestore_tuple_count(self.store) }
    }

    /// Calls `body` for each row, in their order, until it returns false.
    pub(crate) fn each(&self, mut body: impl FnMut(&StoredRow) -> Result<bool, Error>) -> Result<(), Error> {
        if self.descriptor.is_null() {
            return Ok(());
        }
        // SAFETY: the slot has the rows' descriptor; a row is valid until the next one is fetched. While an error
        // unwinds, the slot goes with its memory context.
        unsafe {
            let slot = pg_sys::MakeSingleTupleTableSlot(self.descriptor, &pg_sys::TTSOpsMinimalTuple);
            pg_sys::tuplestore_select_read_pointer(self.store, self.reader);
            pg_sys::tuplestore_rescan(self.store);
            let mut outcome = Ok(true);
            while matches!(outcome, Ok(true)) {
                // Another reader may have used the store meanwhile.
                pg_sys::tuplestore_select_read_pointer(self.store, self.reader);
                if !pg_sys::tuplestore_gettupleslot(self.store, true, true, slot) {
                    break;
                }
                let natts = (*self.descriptor).natts;
                if i32::from((*slot).tts_nvalid) < natts {
                    pg_sys::slot_getsomeattrs_int(slot, natts);
                }
                outcome = body(&StoredRow { slot });
            }
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            outcome.map(|_| ())
        }
    }

    /// Runs `body` with an SPI connection in which statements can read the rows as a table of this name.
    pub(crate) fn as_table<T>(
        &self,
        name: &CStr,
        body: impl FnOnce(&TableSession) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let connection = Connection::open();
        if !self.descriptor.is_null() {
            // SAFETY: the entry and what it names live as long as the connection, in its memory or in this value's.
            unsafe {
                let entry = pg_sys::palloc0(size_of::<pg_sys::EphemeralNamedRelationData>())
                    .cast::<pg_sys::EphemeralNamedRelationData>();
                (*entry).md.name = pg_sys::pstrdup(name.as_ptr());
                (*entry).md.tupdesc = self.descriptor;
                (*entry).md.enrtype = pg_sys::EphemeralNameRelationType::ENR_NAMED_TUPLESTORE;
                (*entry).md.enrtuples = self.count() as f64;
                (*entry).reldata = self.store.cast();
                let outcome = pg_sys::SPI_register_relation(entry);
                if outcome < 0 {
                    return Err(Error::StatementRefused(outcome));
                }
            }
        }
        body(&TableSession {
            connection,
            has_few_rows: self.count() <= FEW,
        })
    }
}

impl Drop for RowStore {
    fn drop(&mut self) {
        // While an error unwinds, the store goes with its memory context and resource owner.
        if !std::thread::panicking() {
            // SAFETY: made by `select`, ended once.
            unsafe { pg_sys::tuplestore_end(self.store) }
        }
    }
}

/// A row of a store.
pub(crate) struct StoredRow {
    slot: *mut pg_sys::TupleTableSlot,
}

impl StoredRow {
    fn datum(&self, column: usize) -> Option<Datum> {
        // SAFETY: the attributes have been read; the author of the query counts its columns.
        unsafe { (!*(*self.slot).tts_isnull.add(column)).then(|| *(*self.slot).tts_values.add(column)) }
    }

    /// The value of a column of type bigint; 0 for NULL.
    pub(crate) fn integer(&self, column: usize) -> i64 {
        self.datum(column).map_or(0, |datum| datum.value() as i64)
    }

    /// The elements of a column of type bigint[], none of which is NULL; none for NULL.
    pub(crate) fn integers(&self, column: usize) -> Vec<i64> {
        let Some(datum) = self.datum(column) else {
            return Vec::new();
        };
        let (mut values, mut count) = (std::ptr::null_mut(), 0);
        // SAFETY: an array of bigint, as the caller says.
        unsafe {
            let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
            pg_sys::deconstruct_array(
                array,
                pg_sys::INT8OID,
                8,
                true,
                b'd' as std::ffi::c_char,
                &mut values,
                std::ptr::null_mut(),
                &mut count,
            );
            (0..count as usize)
                .map(|at| (*values.add(at)).value() as i64)
                .collect()
        }
    }

    /// The value of a column of type "char".
    pub(crate) fn letter(&self, column: usize) -> char {
        self.datum(column)
            .map_or(' ', |datum| char::from(datum.value() as u8))
    }

    /// The elements of a column of type text[]; `None` for NULL.
    pub(crate) fn texts(&self, column: usize) -> Option<Vec<Option<String>>> {
        let datum = self.datum(column)?;
        // SAFETY: an array of text, as the caller says.
        Some(unsafe { array::texts(datum) })
    }
}

/// A connection to SPI in which the rows of a store are a table.
pub(crate) struct TableSession {
    connection: Connection,
    has_few_rows: bool,
}

/// A statement that is prepared in such a connection, and gone with it.
pub(crate) struct TableStatement {
    plan: pg_sys::SPIPlanPtr,
    types: Vec<Oid>,
    /// Where the plan is kept for other connections.
    _kept: Option<Rc<Prepared>>,
}

/// How many rows a table has at most for which plans are kept: of many, another plan may be better.
const FEW: i64 = 100;

impl TableSession {
    /// Prepares a statement, or finds it prepared. PostgreSQL's errors go on to the caller as they are.
    pub(crate) fn prepare(&self, statement: &str, types: &[Oid]) -> Result<TableStatement, Error> {
        if self.has_few_rows {
            let kept = plan_cache::prepare_in_connection(caller::current_role(), statement, types)?;
            return Ok(TableStatement {
                plan: kept.plan,
                types: types.to_vec(),
                _kept: Some(kept),
            });
        }
        let statement = CString::new(text::to_server(statement)).unwrap_or_default();
        let mut types = types.to_vec();
        // SAFETY: SPI is connected; the plan is in the memory of the connection.
        let plan = unsafe { pg_sys::SPI_prepare(statement.as_ptr(), types.len() as i32, types.as_mut_ptr()) };
        if plan.is_null() {
            // SAFETY: set by the call above.
            return Err(Error::StatementRefused(unsafe { pg_sys::SPI_result }));
        }
        Ok(TableStatement {
            plan,
            types,
            _kept: None,
        })
    }

    /// Runs it. Returns how many rows it processed.
    pub(crate) fn execute(
        &self,
        statement: &TableStatement,
        values: &[ParameterValue],
    ) -> Result<u64, Error> {
        self.run(statement, values, 0)?;
        // SAFETY: set by the statement that has run. Rows that a SELECT returned are freed.
        unsafe {
            if !pg_sys::SPI_tuptable.is_null() {
                pg_sys::SPI_freetuptable(pg_sys::SPI_tuptable);
            }
            Ok(pg_sys::SPI_processed)
        }
    }

    /// Runs it. Returns the first value of its first row as text.
    pub(crate) fn query_text(
        &self,
        statement: &TableStatement,
        values: &[ParameterValue],
    ) -> Result<Option<String>, Error> {
        self.run(statement, values, 1)?;
        Ok(self.connection.first_value())
    }

    /// Runs it. Returns the values of its first row as text.
    pub(crate) fn query_texts(
        &self,
        statement: &TableStatement,
        values: &[ParameterValue],
    ) -> Result<Vec<Option<String>>, Error> {
        self.run(statement, values, 1)?;
        Ok(self.connection.first_row())
    }

    /// Runs a statement for so many rows; 0 for all.
    fn run(&self, statement: &TableStatement, values: &[ParameterValue], rows: i64) -> Result<(), Error> {
        let mut datums: Vec<Datum> = values
            .iter()
            .map(|value| value.unwrap_or(Datum::null()))
            .collect();
        let mut nulls: Vec<std::ffi::c_char> = values
            .iter()
            .map(|value| if value.is_some() { b' ' } else { b'n' } as std::ffi::c_char)
            .collect();
        debug_assert_eq!(datums.len(), statement.types.len());
        // SAFETY: SPI is connected; there is a value for each parameter, of its type.
        let outcome = unsafe {
            pg_sys::SPI_execute_plan(
                statement.plan,
                datums.as_mut_ptr(),
                nulls.as_mut_ptr(),
                false,
                rows as std::ffi::c_long,
            )
        };
        if outcome < 0 {
            return Err(Error::StatementRefused(outcome));
        }
        Ok(())
    }
}
