//! The statements about source tables and reflections.

use super::stored::StoredReflection;
use crate::error::Error;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::storage::StorageTable;
use pgrx::pg_sys;
use serde_json::json;

pub(crate) static SOURCES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_source_tables",
    columns: &[
        ("id", pg_sys::INT8OID),
        ("table_oid", pg_sys::OIDOID),
        ("event_table", pg_sys::OIDOID),
    ],
    primary_key: &["id"],
};

pub(crate) static REFLECTIONS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_reflections",
    columns: &[
        ("id", pg_sys::INT8OID),
        ("source_id", pg_sys::INT8OID),
        ("owner_oid", pg_sys::OIDOID),
    ],
    primary_key: &["id"],
};

pub(crate) static DEAD_LETTERS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_dead_letters",
    columns: &[("id", pg_sys::INT8OID), ("reflection_id", pg_sys::INT8OID)],
    primary_key: &["id"],
};

pub(crate) static REFLECTORS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_reflectors",
    columns: &[("role_oid", pg_sys::OIDOID)],
    primary_key: &["role_oid"],
};

/// Runs statements with the rights of the storage tables' owner.
pub(super) fn as_owner<T>(body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>) -> Result<T, Error> {
    bookkeeping::as_owner(
        StorageTable::owner_of(&[&SOURCES, &REFLECTIONS, &DEAD_LETTERS])?,
        body,
    )
}

/// Locks a reflection and reads it; `None` where another session runs it.
pub(super) fn lock_reflection(id: i64) -> Result<Option<StoredReflection>, Error> {
    as_owner(|statements| statements.query(LOCK_REFLECTION, &json!({"id": id})))
}

/// What the triggers of a table must know: which column stands at which position of an event. Nothing where the table
/// is no part of the source, or the source has no event table.
pub(super) const LAYOUT: &str = include_str!("../../sql/query/reflector/layout.sql");

pub(super) const OVER_LIMIT: &str = include_str!("../../sql/query/reflector/over_limit.sql");

pub(super) const NOTE_GAP: &str = include_str!("../../sql/query/reflector/note_gap.sql");

/// Makes all that is stored about live sources fit the catalogs again.
pub(super) const FOLLOW: &str = include_str!("../../sql/query/reflector/follow.sql");

/// The source that a table is, if it is live, or one that a dump brought here for a table of this name.
pub(super) const FIND_SOURCE: &str = include_str!("../../sql/query/reflector/find_source.sql");

pub(super) const ADD_SOURCE: &str = include_str!("../../sql/query/reflector/add_source.sql");

pub(super) const FORGET_SOURCE: &str = include_str!("../../sql/query/reflector/forget_source.sql");

pub(super) const COUNT_REFLECTIONS: &str = include_str!("../../sql/query/reflector/count_reflections.sql");

/// Events hold whole rows from before the change from now on. Sessions that keep how to write events are told.
pub(super) const KEEP_OLD_ROWS: &str = include_str!("../../sql/query/reflector/keep_old_rows.sql");

/// The tables that are read as parts of a source.
pub(super) const MEMBERS: &str = include_str!("../../sql/query/reflector/members.sql");

pub(super) const LIST_SOURCES: &str = include_str!("../../sql/query/reflector/list_sources.sql");

/// What a table of this database has to be known of to be a target.
pub(super) const TARGET: &str = include_str!("../../sql/query/reflector/target.sql");

pub(super) const SOURCE_FACTS: &str = include_str!("../../sql/query/reflector/source_facts.sql");

/// The source is locked: nothing is returned if it has gone meanwhile.
pub(super) const INSERT_REFLECTION: &str = include_str!("../../sql/query/reflector/insert_reflection.sql");

/// A reflection as its run needs it, locked; nothing where another session runs it.
const LOCK_REFLECTION: &str = include_str!("../../sql/query/reflector/lock_reflection.sql");

/// The reflections of a role that can run now.
pub(super) const RUNNABLE: &str = include_str!("../../sql/query/reflector/runnable.sql");

pub(super) const SAVE_PROGRESS: &str = include_str!("../../sql/query/reflector/save_progress.sql");

/// The pause doubles with each failure, up to five minutes.
pub(super) const SAVE_FAILURE: &str = include_str!("../../sql/query/reflector/save_failure.sql");

pub(super) const ADD_DEAD_LETTER: &str = include_str!("../../sql/query/reflector/add_dead_letter.sql");

/// Due events as rows of `n`, `seq`, `operation`, `old_row`, `new_row`, `origins`.
pub(super) const DUE_EVENTS: &str = include_str!("../../sql/query/reflector/due_events.sql");

/// A dead letter in the same form.
pub(super) const DEAD_LETTER_AS_EVENT: &str =
    include_str!("../../sql/query/reflector/dead_letter_as_event.sql");

/// The dead letters of a reflection in the order of their events, with the rows: those that were written by roles that can
/// be its owner.
pub(super) const LIST_DEAD_LETTERS: &str = include_str!("../../sql/query/reflector/list_dead_letters.sql");

pub(super) const DELETE_DEAD_LETTER: &str = include_str!("../../sql/query/reflector/delete_dead_letter.sql");

pub(super) const KEEP_DEAD_LETTER: &str = include_str!("../../sql/query/reflector/keep_dead_letter.sql");

/// A token, and the identity of this database.
pub(super) const NEW_TOKEN: &str = include_str!("../../sql/query/reflector/new_token.sql");

pub(super) const THIS_DATABASE: &str = include_str!("../../sql/query/reflector/this_database.sql");

pub(super) const PRUNE: &str = include_str!("../../sql/query/reflector/prune.sql");

/// Who may do what with a reflection.
pub(super) const RIGHTS: &str = include_str!("../../sql/query/reflector/rights.sql");

pub(super) const PAUSE: &str = include_str!("../../sql/query/reflector/pause.sql");

/// Goes on where it was: a copy that was not finished is continued.
pub(super) const RESUME: &str = include_str!("../../sql/query/reflector/resume.sql");

/// Notes what the names of a reflection mean, and its texts.
pub(super) const BIND: &str = include_str!("../../sql/query/reflector/bind.sql");

pub(super) const RECOPY: &str = include_str!("../../sql/query/reflector/recopy.sql");

pub(super) const DROP_REFLECTION: &str = include_str!("../../sql/query/reflector/drop_reflection.sql");

pub(super) const SKIP_TO: &str = include_str!("../../sql/query/reflector/skip_to.sql");

pub(super) const STATUS: &str = include_str!("../../sql/query/reflector/status.sql");

/// The worker of a role in this database.
pub(super) const WORKER: &str = include_str!("../../sql/query/reflector/worker.sql");

/// The roles that want a worker and have none.
pub(super) const MISSING_WORKERS: &str = include_str!("../../sql/query/reflector/missing_workers.sql");

pub(super) const WANT_WORKER: &str = include_str!("../../sql/query/reflector/want_worker.sql");

pub(super) const WANT_NO_WORKER: &str = include_str!("../../sql/query/reflector/want_no_worker.sql");

/// What the statements of logical replication need to know.
pub(super) const FOR_PUBLICATION: &str = include_str!("../../sql/query/reflector/for_publication.sql");
