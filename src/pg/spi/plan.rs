//! Compiled statements that read users' tables: prepared once per session, run many times, as the caller and with the
//! snapshot of the calling statement. The executor checks privileges, row-level security and cancellation.

use crate::error::Error;
use crate::pg::{Oid, bytes, error_fields, jsonb_writer, lock, receiver, text, tuple};
use pgrx::pg_sys::{self, Datum};
use std::ffi::CString;

/// How often the planner looks at a statement. (Not PostgreSQL's own way, which stops looking at values after five
/// times: the sixth text that is searched for may be the one that an index is worth.)
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Planning {
    /// Once: what its parameters are makes no difference, as for the key of a row.
    Once,
    /// Each time, since the values decide; once, if there are none.
    EachTime,
    /// As PostgreSQL does it for PREPARE: it compares plans for the first values with one for any values.
    ServerDecides,
}

impl Planning {
    fn options(self) -> u32 {
        match self {
            Planning::Once => pg_sys::CURSOR_OPT_GENERIC_PLAN | pg_sys::CURSOR_OPT_PARALLEL_OK,
            Planning::EachTime => pg_sys::CURSOR_OPT_CUSTOM_PLAN | pg_sys::CURSOR_OPT_PARALLEL_OK,
            // Writes, and reads of a few rows.
            Planning::ServerDecides => 0,
        }
    }
}

/// The snapshot of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sees {
    /// The snapshot of the calling statement.
    WhatCallerSees,
    /// Also what this call has written.
    OwnWrites,
}

/// A prepared statement. It is analysed and planned again by PostgreSQL when what it refers to changes.
pub(crate) struct Prepared {
    pub(crate) plan: pg_sys::SPIPlanPtr,
    types: Box<[Oid]>,
}

/// The value of a parameter; `None` is NULL.
pub(crate) type ParameterValue = Option<Datum>;

impl Prepared {
    /// Prepares a statement whose parameters have these types.
    pub(crate) fn new(statement: &str, types: &[Oid], planning: Planning) -> Result<Self, Error> {
        let _session = Session::begin();
        Self::in_connection(statement, types, planning)
    }

    /// The same in a connection to SPI that is open, whose tables of rows the statement may read: wherever it runs, there are
    /// tables of these names and columns.
    pub(in crate::pg) fn in_connection(
        statement: &str,
        types: &[Oid],
        planning: Planning,
    ) -> Result<Self, Error> {
        // Names and values in a compiled statement come from catalogs and from jsonb, which have no NUL.
        let statement = CString::new(text::to_server(statement)).unwrap_or_default();
        let mut types: Box<[Oid]> = types.into();
        // SAFETY: SPI is connected; the plan is moved to where it outlives the connection.
        unsafe {
            let options = planning.options() as i32;
            let plan = pg_sys::SPI_prepare_cursor(
                statement.as_ptr(),
                types.len() as i32,
                types.as_mut_ptr(),
                options,
            );
            if plan.is_null() {
                return Err(Error::StatementRefused(pg_sys::SPI_result));
            }
            pg_sys::SPI_keepplan(plan);
            Ok(Self { plan, types })
        }
    }

    /// Locks what the statement reads until the end of the transaction, as running it would do. What others did to it
    /// before is known then.
    pub(crate) fn lock(&self) {
        // SAFETY: a compiled statement is one query, whose source lists relations.
        unsafe {
            let source: *mut pg_sys::CachedPlanSource =
                pg_sys::list_nth(pg_sys::SPI_plan_get_plan_sources(self.plan), 0).cast();
            let relations = pgrx::PgList::<Oid>::from_pg((*source).relationOids);
            for relation in relations.iter_oid() {
                lock::share_until_commit(relation);
            }
        }
    }

    /// Runs a statement that returns one row with a json or a jsonb, and maybe a boolean; `None` is NULL, or no row.
    pub(crate) fn document(
        &self,
        values: &[ParameterValue],
        sees: Sees,
    ) -> Result<(Option<JsonbDatum>, bool), Error> {
        error_fields::kept_without_context(|| self.fetch(values, sees))
    }

    /// The same, also for a statement that returns no row and writes; errors have the context that PostgreSQL gives them.
    pub(crate) fn fetch(
        &self,
        values: &[ParameterValue],
        sees: Sees,
    ) -> Result<(Option<JsonbDatum>, bool), Error> {
        let mut receiver = DocumentReceiver::new();
        // SAFETY: the receiver outlives the execution; there is a value for each parameter.
        unsafe {
            let options = pg_sys::SPIExecuteOptions {
                params: self.parameters(values),
                read_only: sees == Sees::WhatCallerSees,
                dest: (&raw mut receiver).cast(),
                ..Default::default()
            };
            let _session = Session::begin();
            let outcome = pg_sys::SPI_execute_plan_extended(self.plan, &options);
            if outcome < 0 {
                return Err(Error::StatementRefused(outcome));
            }
        }
        Ok((receiver.document.map(JsonbDatum), receiver.flag))
    }

    /// How much memory of PostgreSQL's it takes at the moment, with the plan that is kept for it.
    pub(crate) fn memory(&self) -> usize {
        // SAFETY: a prepared statement of ours is one query; its memory contexts live as long as it does.
        unsafe {
            let source: *mut pg_sys::CachedPlanSource =
                pg_sys::list_nth(pg_sys::SPI_plan_get_plan_sources(self.plan), 0).cast();
            let of_source = pg_sys::MemoryContextMemAllocated((*source).context, true);
            let plan = (*source).gplan;
            let of_plan = if plan.is_null() {
                0
            } else {
                pg_sys::MemoryContextMemAllocated((*plan).context, true)
            };
            (of_source + of_plan) as usize
        }
    }

    /// How many rows the planner expects.
    pub(crate) fn estimated_rows(&self, values: &[ParameterValue]) -> f64 {
        // SAFETY: a compiled statement is one query; its plan is released right after the look at it, or by
        // the end of the (sub)transaction.
        unsafe {
            let source: *mut pg_sys::CachedPlanSource =
                pg_sys::list_nth(pg_sys::SPI_plan_get_plan_sources(self.plan), 0).cast();
            let owner = pg_sys::CurrentResourceOwner;
            let owner = if (*source).is_saved {
                owner
            } else {
                std::ptr::null_mut()
            };
            let plan = pg_sys::GetCachedPlan(source, self.parameters(values), owner, std::ptr::null_mut());
            let statement: *mut pg_sys::PlannedStmt = pg_sys::list_nth((*plan).stmt_list, 0).cast();
            let rows = (*(*statement).planTree).plan_rows;
            pg_sys::ReleaseCachedPlan(plan, owner);
            rows
        }
    }

    /// The parameters as the executor takes them, in the current memory context.
    pub(crate) fn parameters(&self, values: &[ParameterValue]) -> pg_sys::ParamListInfo {
        if self.types.is_empty() {
            return std::ptr::null_mut();
        }
        // SAFETY: the list has room for as many parameters as were asked for.
        unsafe {
            let list = pg_sys::makeParamList(self.types.len() as i32);
            let slots = (*list).params.as_mut_slice(self.types.len());
            for (at, (slot, &ptype)) in slots.iter_mut().zip(&self.types).enumerate() {
                let value = values.get(at).copied().flatten();
                *slot = pg_sys::ParamExternData {
                    value: value.unwrap_or(Datum::null()),
                    isnull: value.is_none(),
                    pflags: pg_sys::PARAM_FLAG_CONST as u16,
                    ptype,
                };
            }
            list
        }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // SAFETY: kept by `new`, freed once. What a running execution uses of it has a count of its own. At the end of
        // the process, when the caches of statements are dropped as well, there is nothing left to free.
        unsafe {
            if !pg_sys::proc_exit_inprogress {
                pg_sys::SPI_freeplan(self.plan);
            }
        }
    }
}

/// A connection to SPI, during which nothing is compiled to machine code: for a page that takes longer than to run it.
pub(crate) struct Session {
    jit_enabled: bool,
}

impl Session {
    pub(crate) fn begin() -> Self {
        // SAFETY: closed by `drop`, or by the abort of the (sub)transaction. A backend has one thread.
        unsafe {
            pg_sys::SPI_connect();
            let jit_enabled = pg_sys::jit_enabled;
            pg_sys::jit_enabled = false;
            Self { jit_enabled }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: as in `begin`. The setting is put back after an error too.
        unsafe {
            pg_sys::jit_enabled = self.jit_enabled;
            if !std::thread::panicking() {
                pg_sys::SPI_finish();
            }
        }
    }
}

/// A value of type jsonb that the server has made.
pub(crate) struct JsonbDatum(pub(crate) Datum);

pgrx::impl_sql_translatable!(JsonbDatum, "jsonb");

// SAFETY: the datum is a jsonb.
unsafe impl pgrx::callconv::BoxRet for JsonbDatum {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut pgrx::callconv::FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

/// A value of type json that the server has made.
pub(crate) struct JsonDatum(Datum);

impl JsonbDatum {
    /// The value of a statement whose document is the text of JSON, of type text.
    pub(crate) fn into_json(self) -> JsonDatum {
        JsonDatum(self.0)
    }

    /// A document that is made here, of JSON text.
    pub(crate) fn of_json(json: &str) -> Self {
        Self(jsonb_writer::write_jsonb(&text::to_server(json)))
    }

    /// A document of type text that is made here.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(text::to_text_datum(text))
    }

    /// The text of a statement whose document is of type text.
    pub(crate) fn text(&self) -> String {
        // SAFETY: a text, as the statement says.
        text::from_server(unsafe { bytes::of_text(self.0) })
    }

    /// The value of such a statement, as jsonb.
    pub(crate) fn json_as_jsonb(self) -> JsonbDatum {
        // SAFETY: a json is text, which jsonb's input function reads as a C string in the server's encoding.
        unsafe {
            let text = pg_sys::text_to_cstring(self.0.cast_mut_ptr());
            let datum = pgrx::direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(text.into())]);
            Self(datum.unwrap_or(Datum::null()))
        }
    }
}

pgrx::impl_sql_translatable!(JsonDatum, "json");

// SAFETY: the datum is a json.
unsafe impl pgrx::callconv::BoxRet for JsonDatum {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut pgrx::callconv::FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

/// The function that the executor calls for the row.
#[repr(C)]
struct DocumentReceiver {
    /// First, as the executor knows only this part.
    header: pg_sys::DestReceiver,
    /// Where the document is kept.
    context: pg_sys::MemoryContext,
    document: Option<Datum>,
    flag: bool,
}

impl DocumentReceiver {
    /// Keeps what it receives in the current memory context.
    fn new() -> Self {
        Self {
            header: receiver::header(receive_document),
            // SAFETY: a backend has one thread.
            context: unsafe { pg_sys::CurrentMemoryContext },
            document: None,
            flag: false,
        }
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive_document(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor gives back the receiver that it was given, with a slot of the statement's columns: a json or a
    // jsonb, and maybe a boolean.
    unsafe {
        let receiver = &mut *receiver.cast::<DocumentReceiver>();
        let width = (*(*slot).tts_tupleDescriptor).natts;
        receiver::load_columns(slot, width as usize);
        let value = |at: usize| (!*(*slot).tts_isnull.add(at)).then(|| *(*slot).tts_values.add(at));
        receiver.flag = width > 1 && value(1).is_some_and(|flag| flag.value() != 0);
        receiver.document = value(0).map(|document| {
            let before = pg_sys::MemoryContextSwitchTo(receiver.context);
            let is_text = tuple::attribute((*slot).tts_tupleDescriptor, 0).atttypid == pg_sys::JSONOID;
            let value = if is_text {
                jsonb_writer::write_jsonb(bytes::of_text(document))
            } else {
                Datum::from(pg_sys::pg_detoast_datum_copy(document.cast_mut_ptr()))
            };
            pg_sys::MemoryContextSwitchTo(before);
            value
        });
        true
    }
}
