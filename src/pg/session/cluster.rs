//! Which cluster, and which history of it, the session works in.

use crate::pg::snapshot::full_transaction;
use crate::pg::text;
use pgrx::{FromDatum, pg_sys};
use std::ffi::CStr;

/// The number that initdb gives a cluster.
pub(crate) fn system_identifier() -> u64 {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetSystemIdentifier() }
}

/// The timeline: a standby that is promoted, and a recovery to a point in time, begin a new one.
pub(crate) fn timeline() -> u32 {
    // SAFETY: plain lookups; the result is written to a local variable.
    unsafe {
        if pg_sys::RecoveryInProgress() {
            let mut timeline = 0;
            pg_sys::GetXLogReplayRecPtr(&mut timeline);
            timeline
        } else {
            pg_sys::GetWALInsertionTimeLine()
        }
    }
}

/// The transaction's whole number; one is assigned if it has none.
pub(crate) fn transaction() -> u64 {
    // SAFETY: inside of a transaction.
    unsafe { pg_sys::GetTopFullTransactionId().value }
}

/// The number that rows carry which the running command has written; 0 if it has written none.
pub(crate) fn command_xid() -> u32 {
    // SAFETY: a plain question. What is asked in a subtransaction of ours, which writes nothing, is about the one around.
    unsafe { pg_sys::GetCurrentTransactionIdIfAny().into_inner() }
}

/// A setting as text; empty for one that the server does not have.
pub(crate) fn setting(name: &CStr) -> String {
    // SAFETY: a missing setting gives null.
    unsafe { text::from_server_cstr(pg_sys::GetConfigOption(name.as_ptr(), true, false)) }.unwrap_or_default()
}

/// The schemas in which names are looked up, in their order.
pub(crate) fn search_path() -> Vec<u32> {
    // SAFETY: a fresh list of OIDs.
    unsafe {
        pgrx::PgList::<()>::from_pg(pg_sys::fetch_search_path(true))
            .iter_oid()
            .map(pg_sys::Oid::to_u32)
            .collect()
    }
}

/// The state of an event trigger: whether it always fires, and the transaction that last altered it (`None`: so long ago
/// that every snapshot sees it).
pub(crate) fn event_trigger(name: &CStr) -> Option<(bool, Option<u64>)> {
    // SAFETY: the entry of the cache is let go when it has been read.
    unsafe {
        let entry = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::EVENTTRIGGERNAME as i32,
            pg_sys::Datum::from(name.as_ptr()),
        );
        if entry.is_null() {
            return None;
        }
        let row = &*pg_sys::GETSTRUCT(entry).cast::<pg_sys::FormData_pg_event_trigger>();
        let fires_always = row.evtenabled as u8 == b'A';
        let header = &*(*entry).t_data;
        let is_frozen = u32::from(header.t_infomask) & pg_sys::HEAP_XMIN_FROZEN == pg_sys::HEAP_XMIN_FROZEN;
        let xmin = header.t_choice.t_heap.t_xmin;
        pg_sys::ReleaseSysCache(entry);
        let next = pg_sys::ReadNextFullTransactionId().value;
        let altered = (!is_frozen).then(|| full_transaction(xmin.into_inner(), next));
        Some((fires_always, altered))
    }
}

/// How full the queue of notifications is, from 0 to 1. A transaction that has no room in it for its own fails at commit.
pub(crate) fn notification_queue_usage() -> f64 {
    // SAFETY: the function takes nothing, and returns a double precision.
    unsafe {
        let usage =
            pg_sys::OidFunctionCall0Coll(pg_sys::F_PG_NOTIFICATION_QUEUE_USAGE.into(), pg_sys::Oid::INVALID);
        f64::from_datum(usage, false).unwrap_or(0.0)
    }
}

/// Sends a notification when the transaction commits.
pub(crate) fn notify(channel: &str, payload: &str) {
    // SAFETY: pg_notify takes two texts.
    unsafe {
        pg_sys::OidFunctionCall2Coll(
            pg_sys::F_PG_NOTIFY.into(),
            pg_sys::Oid::INVALID,
            text::to_text_datum(channel),
            text::to_text_datum(payload),
        );
    }
}

/// The time, in microseconds since 2000-01-01 UTC.
pub(crate) fn now() -> i64 {
    // SAFETY: a plain question.
    unsafe { pg_sys::GetCurrentTimestamp() }
}

/// A moment as PostgreSQL prints it.
pub(crate) fn print_moment(moment: i64) -> String {
    // SAFETY: the text lies in a buffer of the server's, from which it is copied.
    unsafe { text::from_server_cstr(pg_sys::timestamptz_to_str(moment)) }.unwrap_or_default()
}
