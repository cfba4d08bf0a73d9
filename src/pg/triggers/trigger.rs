//! The arguments and results of a trigger.

use crate::pg::Oid;
use pgrx::pg_sys::{self, HeapTuple};
use std::ffi::CStr;

/// The call of a trigger function after a change.
pub(crate) struct Trigger(*mut pg_sys::TriggerData);

/// The changed rows.
pub(crate) enum ChangedRows {
    /// A row, of which the column has these values: before, after, or both.
    Row(Vec<Oid>),
    /// All rows.
    Everything,
}

impl Trigger {
    /// `None`: the function was not called by a trigger.
    pub(crate) fn of_call(call: pg_sys::FunctionCallInfo) -> Option<Self> {
        // SAFETY: a function that SQL can call gets this from PostgreSQL, which sets the context to a TriggerData, and
        // recognized by its node tag, when the function is called by a trigger.
        unsafe {
            let context = (*call).context;
            let is_trigger = !context.is_null() && (*context).type_ == pg_sys::NodeTag::T_TriggerData;
            is_trigger.then(|| Self(context.cast()))
        }
    }

    /// The changed object, by a column of type `oid`.
    pub(crate) fn changed(&self, column: &CStr) -> ChangedRows {
        // SAFETY: the data of a trigger are valid while it runs; a tuple that does not exist is null.
        unsafe {
            let data = &*self.0;
            if data.tg_event & pg_sys::TRIGGER_EVENT_ROW == 0 {
                return ChangedRows::Everything;
            }
            let descriptor = (*data.tg_relation).rd_att;
            let number = pg_sys::SPI_fnumber(descriptor, column.as_ptr());
            let value = |tuple: HeapTuple| {
                if tuple.is_null() || number <= 0 {
                    return None;
                }
                let mut is_null = true;
                let value = pg_sys::SPI_getbinval(tuple, descriptor, number, &mut is_null);
                (!is_null).then(|| Oid::from(value.value() as u32))
            };
            let values = [data.tg_trigtuple, data.tg_newtuple];
            ChangedRows::Row(values.into_iter().filter_map(value).collect())
        }
    }
}

/// Tells all sessions, when this transaction commits, that what they know of a relation is out of date. One that does
/// not exist is of no interest.
pub(crate) fn outdate_relation(relation: Oid) {
    // SAFETY: inside of a transaction; PostgreSQL wants a relation that exists.
    unsafe {
        let none = pg_sys::Datum::null();
        if pg_sys::SearchSysCacheExists(
            pg_sys::SysCacheIdentifier::RELOID as i32,
            relation.into(),
            none,
            none,
            none,
        ) {
            pg_sys::CacheInvalidateRelcacheByRelid(relation);
        }
    }
}

/// The same of all relations.
pub(crate) fn outdate_all_relations() {
    // SAFETY: inside of a transaction.
    unsafe { pg_sys::CacheInvalidateRelcacheAll() }
}
