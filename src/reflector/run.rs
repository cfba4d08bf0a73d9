//! Doing what is due.
//!
//! The current role runs its own reflections, in this transaction: rows and progress are committed together. A reflection runs
//! in a subtransaction, so that one that fails holds up no other; what failed is stored, and tried again after a pause that
//! grows. Another session that runs the same reflection is not waited for.

use super::application::Application;
use super::apply::BatchOutcome;
use super::error::ReflectionError;
use super::remote_target::{self, RemoteTarget};
use super::stored::{SourceFacts, StoredReflection, TargetTable};
use super::{bound, bulk_copy, copy, opened, reflector_worker, store};
use crate::error::{Error, ManualPage};
use crate::explorations::node::Node;
use crate::pg::activity::ShownActivity;
use crate::pg::error_fields::Failure;
use crate::pg::row_store::RowStore;
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::StorageTable;
use crate::pg::{Oid, bookkeeping, caller, lock, server, subtransaction, worker};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// How many events, or rows of a copy, are read and applied at once.
const BATCH: i64 = 20_000;

/// How long and how much a call may run.
struct RunLimits {
    reflection: Option<i64>,
    most: i64,
    until: Option<Instant>,
}

/// What a run did for a reflection.
#[derive(Default)]
struct RunOutcome {
    events: i64,
    copied: i64,
    dead_letters: i64,
    state: String,
}

/// `msar.run_reflections`.
pub(crate) fn run_reflections(options: &str) -> Result<Value, Error> {
    let limits = parse_run_limits(options)?;
    if !server::is_read_committed() {
        Err(ReflectionError::NotReadCommitted)?;
    }
    let has_written = server::has_transaction_id();
    reflector_worker::start_missing_once()?;
    let argument = json!({
        "owner": caller::current_role().to_u32(), "id": limits.reflection, "is_worker": worker::is_worker(),
    });
    let ids: Vec<i64> = store::as_owner(|statements| statements.query(store::RUNNABLE, &argument))?;
    let mut results = Vec::new();
    let (mut events, mut copied) = (0, 0);
    let mut sources = Vec::new();
    for id in ids {
        let blamed = RefCell::default();
        let run = || run_reflection(id, &limits, has_written, &mut sources, &blamed).map_err(Failure::from);
        match subtransaction::or_failure(run) {
            Ok(None) => results.push(json!({"id": id, "state": "running elsewhere"})),
            Ok(Some(outcome)) => {
                events += outcome.events;
                copied += outcome.copied;
                results.push(json!({
                    "id": id, "state": outcome.state, "events": outcome.events, "copied": outcome.copied,
                    "dead_letters": outcome.dead_letters,
                }));
            }
            Err(failure) => {
                let mut error = json!({
                    "sqlstate": failure.sqlstate, "message": failure.message, "detail": failure.detail, "hint": failure.hint,
                });
                if let Some(mut event) = blamed.take() {
                    error = event["error"].take();
                    error["operation"] = event["operation"].take();
                }
                let argument = json!({"id": id, "error": error});
                store::as_owner(|statements| statements.run(store::SAVE_FAILURE, &argument))?;
                results.push(json!({"id": id, "state": "failed", "error": error}));
            }
        }
        server::check_for_interrupts();
    }
    sources.sort_unstable();
    sources.dedup();
    for id in sources.into_iter().filter(|&id| is_to_be_pruned(id)) {
        store::as_owner(|statements| statements.run(store::PRUNE, &json!({"id": id})))?;
    }
    Ok(json!({"events": events, "copied": copied, "reflections": results}))
}

/// Whether the events of a source are looked through for what nobody needs: by a worker, which runs many times a second, now
/// and then.
fn is_to_be_pruned(source: i64) -> bool {
    const PAUSE: Duration = Duration::from_secs(2);
    thread_local! {
        static PRUNED: RefCell<FxHashMap<i64, Instant>> = RefCell::default();
    }
    if !worker::is_worker() {
        return true;
    }
    PRUNED.with_borrow_mut(|pruned| {
        let is_due = pruned.get(&source).is_none_or(|last| last.elapsed() > PAUSE);
        if is_due {
            pruned.insert(source, Instant::now());
        }
        is_due
    })
}

fn parse_run_limits(options: &str) -> Result<RunLimits, Error> {
    let mut members = Node::parse(ManualPage::Reflector, "options", options)?.object()?;
    let reflection = members
        .take("reflection")
        .map(|node| node.integer())
        .transpose()?;
    let most = members
        .take("max_events")
        .map(|node| node.not_negative())
        .transpose()?;
    let seconds = members
        .take("max_seconds")
        .map(|node| node.number())
        .transpose()?;
    members.finish()?;
    let until = seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok())
        .and_then(|time| Instant::now().checked_add(time));
    Ok(RunLimits {
        reflection,
        most: most.unwrap_or(i64::MAX),
        until,
    })
}

fn run_reflection(
    id: i64,
    limits: &RunLimits,
    has_written: bool,
    sources: &mut Vec<i64>,
    blamed: &RefCell<Option<Value>>,
) -> Result<Option<RunOutcome>, Error> {
    let Some(mut reflection) = store::lock_reflection(id)? else {
        return Ok(None);
    };
    let started = Instant::now();
    let mut outcome = RunOutcome::default();
    // What is checked below stays so until the end. A change of the table is not waited for.
    if !lock::try_share_until_commit(Oid::from(reflection.source_oid)) {
        outcome.state = "waits for a change of the source table".into();
        return Ok(Some(outcome));
    }
    let tables = opened::open_tables(&mut reflection)?;
    let is_remote = reflection.server.is_some();
    if is_remote && remote_target::waits_for_commit(id) {
        outcome.state = "waits for the end of the transaction".into();
        return Ok(Some(outcome));
    }
    // Nobody is connected to where nothing is due.
    let remote = match is_remote && !pass_nothing(&mut reflection)? {
        true => Some(RemoteTarget::begin_run(&mut reflection)?),
        false => None,
    };
    if remote.is_some() || !is_remote {
        let sides = ReflectionSides {
            source: &tables.source,
            target: match &remote {
                Some(remote) => remote.table(),
                None => tables.target.as_ref(),
            },
            remote: remote.as_ref(),
            blamed,
        };
        bound::under_settings(|| advance(&mut reflection, &sides, limits, has_written, &mut outcome))?;
    }
    let mut progress = progress_document(&reflection);
    progress["applied"] = json!(outcome.events);
    progress["seconds"] = json!(started.elapsed().as_secs_f64());
    if let Some(remote) = &remote {
        progress["target_token"] = json!(remote.save(&reflection, progress.clone(), &[])?);
    }
    store::as_owner(|statements| statements.run(store::SAVE_PROGRESS, &progress))?;
    // Last: nothing after it fails but the transaction itself.
    if let Some(remote) = remote {
        remote.commit(&reflection)?;
    }
    outcome.state = reflection.state;
    sources.push(tables.source.id);
    Ok(Some(outcome))
}

/// The progress of a reflection, to be saved.
pub(super) fn progress_document(reflection: &StoredReflection) -> Value {
    json!({
        "id": reflection.id, "snapshot": reflection.snapshot, "next_snapshot": reflection.next_snapshot,
        "last_seq": reflection.last_seq, "copy_position": reflection.copy_position, "copied": reflection.copied,
        "copy_is_again": reflection.copy_is_again, "state": reflection.state, "recopy_reason": reflection.recopy_reason,
        "target_token": reflection.target_token, "applied": 0, "seconds": 0,
    })
}

/// Where nothing is due, the progress goes on by itself. Returns whether that was so.
fn pass_nothing(reflection: &mut StoredReflection) -> Result<bool, Error> {
    let Some(done) = reflection.snapshot.as_ref() else {
        return Ok(false);
    };
    if reflection.state == "copying" || reflection.next_snapshot.is_some() {
        return Ok(false);
    }
    let next = Snapshot::latest().transactions().to_string();
    if due_events(reflection, None, done, &next, 1)?.count() > 0 {
        return Ok(false);
    }
    reflection.snapshot = Some(next);
    Ok(true)
}

/// The two sides of a reflection, as they are now.
struct ReflectionSides<'a> {
    source: &'a SourceFacts,
    target: Option<&'a TargetTable>,
    /// The transaction on the target's server, where that is another one.
    remote: Option<&'a RemoteTarget>,
    blamed: &'a RefCell<Option<Value>>,
}

/// Applies events and copies rows, until nothing is due or a limit is reached.
fn advance(
    reflection: &mut StoredReflection,
    sides: &ReflectionSides,
    limits: &RunLimits,
    has_written: bool,
    outcome: &mut RunOutcome,
) -> Result<(), Error> {
    if reflection.state == "copying" && has_written {
        Err(ReflectionError::Invalid {
            place: "copy",
            problem: "the transaction has changed something already".into(),
            hint: "Call msar.run_reflections in a transaction of its own: a copy must not meet changes that are not committed.",
        })?;
    }
    let shown = ShownActivity::start();
    let begun = Instant::now();
    loop {
        let latest = Snapshot::latest();
        // A snapshot that was saved can only say which events come next; a copy needs a live one.
        let is_continued = reflection.next_snapshot.is_some();
        let next = match &reflection.next_snapshot {
            Some(next) => next.clone(),
            None => latest.transactions().to_string(),
        };
        let room = (limits.most - outcome.events - outcome.copied).min(BATCH);
        if room <= 0 || limits.until.is_some_and(|until| Instant::now() >= until) {
            return Ok(());
        }
        let is_exhausted = match &reflection.snapshot {
            None => true,
            Some(done) => {
                let rows = due_events(reflection, sides.remote, done, &next, room)?;
                let count = rows.count();
                let batch = apply_reflection(reflection, sides, &rows)?;
                note_batch(reflection, outcome, &batch);
                outcome.events += count;
                if count > 0 {
                    reflection.last_seq = batch.last_seq;
                }
                count < room
            }
        };
        if !is_exhausted {
            reflection.next_snapshot = Some(next);
            continue;
        }
        reflection.snapshot = Some(next);
        reflection.next_snapshot = None;
        reflection.last_seq = 0;
        if reflection.state != "copying" {
            if is_continued {
                continue;
            }
            return Ok(());
        }
        if !is_continued {
            shown.show(&copy_progress(reflection, sides.source, begun));
            copy_chunk(reflection, sides, &latest, room, outcome)?;
        }
    }
}

fn due_events(
    reflection: &StoredReflection,
    remote: Option<&RemoteTarget>,
    done: &str,
    next: &str,
    most: i64,
) -> Result<RowStore, Error> {
    let owner = StorageTable::owner_of(&[&store::SOURCES, &store::REFLECTIONS])?;
    let argument = json!({
        "snapshot": done, "next_snapshot": next, "last_seq": reflection.last_seq, "most": most,
        "origin": match remote {
            Some(remote) => remote.origin,
            None => reflection.source_of_target,
        },
    });
    bookkeeping::select_numbered_as_owner(owner, store::DUE_EVENTS, reflection.source_id, &argument)
}

fn apply_reflection(
    reflection: &StoredReflection,
    sides: &ReflectionSides,
    rows: &RowStore,
) -> Result<BatchOutcome, Error> {
    let is_copying = reflection.state == "copying";
    if is_copying && reflection.copy_position.is_none() {
        // Nothing is copied yet: the copy will find all this.
        return Ok(BatchOutcome::default());
    }
    let application = Application {
        reflection,
        source: sides.source,
        target: sides.target,
        remote: sides.remote,
        copied_up_to: reflection.copy_position.as_deref().filter(|_| is_copying),
        blamed: sides.blamed,
    };
    application.apply(rows)
}

fn note_batch(reflection: &mut StoredReflection, outcome: &mut RunOutcome, batch: &BatchOutcome) {
    outcome.dead_letters += batch.dead_letters;
    if let Some(gap) = &batch.gap {
        reflection.recopy_reason = Some(gap.clone());
    }
}

/// How far a copy is, in the few letters that `pg_stat_activity` has room for.
fn copy_progress(reflection: &StoredReflection, source: &SourceFacts, begun: Instant) -> String {
    let (id, rows, copied) = (reflection.id, source.estimated_rows, reflection.copied as f64);
    if rows < 1.0 || copied > rows {
        return format!("mathesar_ext reflector: copy {id}, {copied} rows");
    }
    let percent = (100.0 * copied / rows).floor();
    if copied < 1.0 {
        return format!("mathesar_ext reflector: copy {id}, {percent} %");
    }
    let seconds = reflection.copy_seconds + begun.elapsed().as_secs_f64();
    let left = (seconds * (rows - copied) / copied).ceil();
    format!("mathesar_ext reflector: copy {id}, {percent} %, {left} s left")
}

/// Copies the next rows by a snapshot that is the reflection's progress now.
fn copy_chunk(
    reflection: &mut StoredReflection,
    sides: &ReflectionSides,
    snapshot: &Snapshot,
    most: i64,
    outcome: &mut RunOutcome,
) -> Result<(), Error> {
    let application = Application {
        reflection,
        source: sides.source,
        target: sides.target,
        remote: sides.remote,
        copied_up_to: None,
        blamed: sides.blamed,
    };
    let start = reflection.copy_position.as_deref();
    let (count, position) = match bulk_copy::copy_rows(&application, start, most, snapshot)? {
        Some(copied) => (copied.count, copied.position),
        None => {
            let chunk = copy::next_chunk(sides.source, start, most, snapshot)?;
            let batch = application.apply(&chunk.rows)?;
            if chunk.position.is_none() && reflection.copy_is_again {
                application.remove_rest(snapshot)?;
            }
            note_batch(reflection, outcome, &batch);
            (chunk.rows.count(), chunk.position)
        }
    };
    outcome.copied += count;
    reflection.copied += count;
    if position.is_none() {
        reflection.state = "active".into();
        reflection.copy_is_again = false;
    }
    reflection.copy_position = position;
    Ok(())
}
