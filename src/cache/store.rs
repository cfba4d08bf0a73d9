//! What is recorded of caches: the statements that read it, as the caller sees it, and that write it; and the copy that a
//! session keeps of what decides answers.

use super::coverage::Coverage;
use super::error::CacheError;
use super::feed::Feed;
use super::model::CacheDefinition;
use super::unchanged;
use crate::error::Error;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter;
use crate::pg::plan::{Planning, Prepared, Sees};
use crate::pg::storage::StorageTable;
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::time::{Duration, Instant};

static CACHES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_caches",
    columns: &[("definition", pg_sys::JSONBOID), ("coverage", pg_sys::JSONBOID)],
    primary_key: &["id"],
};
static FEEDS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_cache_feeds",
    columns: &[("feed", pg_sys::JSONBOID)],
    primary_key: &["cache_id"],
};
static CREDENTIALS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_cache_credentials",
    columns: &[("digest", pg_sys::BYTEAOID)],
    primary_key: &["cache_id", "digest"],
};
static DIFFERENCES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_cache_differences",
    columns: &[("request", pg_sys::JSONBOID)],
    primary_key: &["id"],
};

const STATE: &str = include_str!("../../sql/query/cache/find_state.sql");
const WHOLE: &str = include_str!("../../sql/query/cache/find_whole.sql");
pub(super) const INSERT: &str = include_str!("../../sql/query/cache/insert.sql");
pub(super) const HAS_TIME_ZONE: &str = include_str!("../../sql/query/cache/has_time_zone.sql");
pub(super) const EXISTS: &str = include_str!("../../sql/query/cache/exists.sql");
pub(super) const DELETE: &str = include_str!("../../sql/query/cache/delete.sql");
const LOCK: &str = include_str!("../../sql/query/cache/lock.sql");
const WRITE_FEED: &str = include_str!("../../sql/query/cache/write_feed.sql");
const WRITE_STATE: &str = include_str!("../../sql/query/cache/write_state.sql");
pub(super) const STATUS: &str = include_str!("../../sql/query/cache/status.sql");
pub(super) const ACCEPT: &str = include_str!("../../sql/query/cache/accept_credential.sql");
pub(super) const REFUSE: &str = include_str!("../../sql/query/cache/refuse_credential.sql");
const FIND_ACCEPTANCE: &str = include_str!("../../sql/query/cache/find_acceptance.sql");
pub(super) const NOTE_DIFFERENCES: &str = include_str!("../../sql/query/cache/note_differences.sql");
const CLOCK: &str = include_str!("../../sql/query/cache/clock.sql");

/// What decides the answers of a cache.
#[derive(Deserialize, Debug)]
pub(crate) struct CacheState {
    pub(super) id: i64,
    /// No two states have the same.
    pub(super) version: i64,
    pub(super) schema: String,
    pub(super) is_own: bool,
    pub(super) definition: CacheDefinition,
    pub(super) coverage: Coverage,
}

impl PartialEq for CacheState {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.version) == (other.id, other.version) && self.schema == other.schema
    }
}

impl Eq for CacheState {}

impl Hash for CacheState {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.version.hash(hasher);
    }
}

/// The version, and the seconds since the event log was read.
#[derive(Deserialize)]
struct VersionAndAge {
    version: i64,
    age: Option<f64>,
}

#[derive(Default)]
struct Statements {
    state: Option<Rc<Prepared>>,
    whole: Option<Rc<Prepared>>,
    known: Vec<Rc<CacheState>>,
    accepted: Vec<AcceptedCredential>,
}

/// A credential that the upstream has accepted. A refusal gives the cache a new version.
struct AcceptedCredential {
    cache: Rc<CacheState>,
    credential: String,
    until: Instant,
}

/// The most credentials that a session remembers.
const MOST_CREDENTIALS: usize = 100;

thread_local! {
    static KEPT: RefCell<Statements> = RefCell::default();
}

/// A cache as the running statement sees it, and the seconds since its event log was read.
pub(super) fn find_cache(name: &str) -> Result<(Rc<CacheState>, Option<f64>), Error> {
    let unknown = || CacheError::Unknown {
        name: name.to_owned(),
    };
    let statement = prepared(STATE, |kept| &mut kept.state)?;
    let found: VersionAndAge = read_document(&statement, name)?.ok_or_else(unknown)?;
    let known = KEPT.with_borrow(|kept| {
        let state = kept
            .known
            .iter()
            .find(|state| state.version == found.version && state.schema == name);
        state.map(Rc::clone)
    });
    // Whether the role owns the cache is asked each time that it matters.
    if let Some(state) = known {
        return Ok((state, found.age));
    }
    let state = Rc::new(read_whole(name)?.ok_or_else(unknown)?);
    let replaced = KEPT.with_borrow_mut(|kept| {
        let replaced: Vec<_> = kept
            .known
            .extract_if(.., |known| known.schema == state.schema || known.id == state.id)
            .collect();
        kept.known.push(Rc::clone(&state));
        replaced
    });
    drop(replaced);
    Ok((state, found.age))
}

/// Whether the upstream has accepted a credential lately.
pub(super) fn is_accepted(state: &Rc<CacheState>, credential: &str) -> Result<bool, Error> {
    let now = Instant::now();
    let is_known = KEPT.with_borrow(|kept| {
        let of_credential =
            |known: &&AcceptedCredential| known.cache == *state && known.credential == credential;
        let known = kept.accepted.iter().find(of_credential);
        known.is_some_and(|known| now < known.until)
    });
    if is_known {
        return Ok(true);
    }
    let question = serde_json::json!({"id": state.id, "credential": credential});
    let age: Option<f64> = write_as_owner(|statements| statements.query(FIND_ACCEPTANCE, &question))?;
    let rest = age.map(|age| state.definition.settings.credential_lifetime - age.max(0.0));
    let Some(rest) = rest.filter(|rest| *rest > 0.0) else {
        return Ok(false);
    };
    KEPT.with_borrow_mut(|kept| {
        // Of another version of this cache nothing counts.
        kept.accepted.retain(|known| {
            let is_current =
                known.cache.id != state.id || known.cache == *state && known.credential != credential;
            is_current && now < known.until
        });
        kept.accepted.truncate(MOST_CREDENTIALS - 1);
        kept.accepted.push(AcceptedCredential {
            cache: Rc::clone(state),
            credential: credential.to_owned(),
            until: now + Duration::from_secs_f64(rest),
        });
    });
    Ok(true)
}

/// The same for a caller that has to be the cache's owner.
pub(super) fn find_own(name: &str) -> Result<Rc<CacheState>, Error> {
    match read_whole(name)? {
        None => Err(CacheError::Unknown {
            name: name.to_owned(),
        }
        .into()),
        Some(state) if !state.is_own => Err(CacheError::NotOwner {
            name: name.to_owned(),
        }
        .into()),
        Some(state) => Ok(Rc::new(state)),
    }
}

/// The same, if its tables are those that it created.
pub(super) fn find_unchanged(name: &str) -> Result<Rc<CacheState>, Error> {
    let state = find_own(name)?;
    unchanged::assert_unchanged(&state.schema, &state.definition)?;
    Ok(state)
}

/// Whether the current role has the rights of the cache's owner.
pub(super) fn is_own(name: &str) -> Result<bool, Error> {
    Ok(read_whole(name)?.is_some_and(|state| state.is_own))
}

fn read_whole(name: &str) -> Result<Option<CacheState>, Error> {
    let statement = prepared(WHOLE, |kept| &mut kept.whole)?;
    read_document(&statement, name)
}

fn prepared(
    sql: &str,
    place: impl Fn(&mut Statements) -> &mut Option<Rc<Prepared>>,
) -> Result<Rc<Prepared>, Error> {
    if let Some(known) = KEPT.with_borrow_mut(|kept| place(kept).clone()) {
        return Ok(known);
    }
    let new = Rc::new(Prepared::new(sql, &[pg_sys::TEXTOID], Planning::Once)?);
    KEPT.with_borrow_mut(|kept| *place(kept) = Some(Rc::clone(&new)));
    Ok(new)
}

fn read_document<T: serde::de::DeserializeOwned>(
    statement: &Prepared,
    name: &str,
) -> Result<Option<T>, Error> {
    let value = Some(parameter::read_parameter(name, pg_sys::TEXTOID));
    let (document, _) = statement.document(&[value], Sees::WhatCallerSees)?;
    let Some(document) = document else {
        return Ok(None);
    };
    serde_json::from_str(&JsonbValue::from(document).to_text())
        .map(Some)
        .map_err(|problem| {
            CacheError::Unreadable {
                name: name.to_owned(),
                problem: problem.to_string(),
            }
            .into()
        })
}

/// What changes with events and scans, locked until the transaction ends.
pub(super) struct LockedCache {
    pub(super) id: i64,
    pub(super) schema: String,
    pub(super) feed: Feed,
    pub(super) coverage: Coverage,
    pub(super) definition: CacheDefinition,
    written: (Coverage, CacheDefinition),
}

#[derive(Deserialize)]
struct LockedRow {
    feed: Feed,
    coverage: Coverage,
    definition: CacheDefinition,
}

/// Locks a cache of the current role.
pub(super) fn lock_cache(state: &CacheState) -> Result<LockedCache, Error> {
    let row: Option<LockedRow> =
        write_as_owner(|statements| statements.query(LOCK, &serde_json::json!({"id": state.id})))?;
    let row = row.ok_or_else(|| CacheError::Unknown {
        name: state.schema.clone(),
    })?;
    Ok(LockedCache {
        id: state.id,
        schema: state.schema.clone(),
        written: (row.coverage.clone(), row.definition.clone()),
        feed: row.feed,
        coverage: row.coverage,
        definition: row.definition,
    })
}

#[derive(Serialize)]
struct FeedChange<'a> {
    id: i64,
    feed: &'a Feed,
    synced_at: Option<&'a str>,
}

#[derive(Serialize)]
struct StateChange<'a> {
    id: i64,
    schema_name: &'a str,
    coverage: &'a Coverage,
    definition: &'a CacheDefinition,
}

impl LockedCache {
    /// Writes what has changed. `synced_at` is when the event log was read, if it was.
    pub(super) fn save(&self, synced_at: Option<&str>) -> Result<(), Error> {
        write_as_owner(|statements| {
            let change = FeedChange {
                id: self.id,
                feed: &self.feed,
                synced_at,
            };
            statements.run(WRITE_FEED, &change)?;
            if self.written.0 != self.coverage || self.written.1 != self.definition {
                let change = StateChange {
                    id: self.id,
                    schema_name: &self.schema,
                    coverage: &self.coverage,
                    definition: &self.definition,
                };
                statements.run(WRITE_STATE, &change)?;
            }
            Ok(())
        })
    }
}

/// Runs statements that write.
pub(super) fn write_as_owner<T>(
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    let owner = StorageTable::owner_of(&[&CACHES, &FEEDS, &CREDENTIALS, &DIFFERENCES])?;
    bookkeeping::as_owner(owner, body)
}

/// Reads through the views, as the current role.
pub(super) fn read_as_caller<T>(
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    bookkeeping::as_caller(body)
}

/// A moment of the database's clock.
#[derive(Deserialize)]
pub(super) struct ClockTime {
    pub(super) text: String,
    /// In seconds.
    pub(super) epoch: f64,
}

/// The database's clock.
pub(super) fn clock() -> Result<ClockTime, Error> {
    read_as_caller(|statements| statements.query(CLOCK, &Value::Null))
}
