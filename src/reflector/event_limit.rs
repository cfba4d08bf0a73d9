//! Statements fail while too many events wait, where the source wants that: nothing is lost, and the event table stays bounded.
//!
//! Counting events takes time, so a session counts once a second at most, and less often where counting takes long. The limit
//! may be exceeded by what sessions write meanwhile. While there is no room each statement counts, and the first one after a
//! run goes through.

use super::error::SourceTableError;
use super::store;
use crate::error::Error;
use serde::Deserialize;
use serde_json::json;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a session writes without counting.
const PAUSE: Duration = Duration::from_secs(1);

/// Counting takes at most this part of a session's time.
const SHARE: u32 = 50;

#[derive(Deserialize)]
struct ReflectionOverLimit {
    id: i64,
    reason: String,
}

thread_local! {
    /// Until when there is room, by the sources.
    static HAS_ROOM_UNTIL: RefCell<HashMap<i64, Instant>> = RefCell::default();
}

/// Fails where a reflection of the source is too far behind.
pub(super) fn check_event_limit(source: i64, table: &str) -> Result<(), Error> {
    let start = Instant::now();
    if HAS_ROOM_UNTIL.with_borrow(|all| all.get(&source).is_some_and(|&until| start < until)) {
        return Ok(());
    }
    let found: Option<ReflectionOverLimit> =
        store::as_owner(|statements| statements.query(store::OVER_LIMIT, &json!({"id": source})))?;
    if let Some(found) = found {
        Err(SourceTableError::EventTableFull {
            table: table.to_owned(),
            reflection: found.id,
            reason: found.reason,
        })?;
    }
    let end = Instant::now();
    let pause = PAUSE.max((end - start) * SHARE);
    HAS_ROOM_UNTIL.with_borrow_mut(|all| all.insert(source, end + pause));
    Ok(())
}
