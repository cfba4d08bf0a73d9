//! Pausing, resuming, copying again, dropping; skipping events and trying dead letters again.

use super::application::Application;
use super::error::ReflectionError;
use super::remote_target::{self, RemoteTarget};
use super::stored::StoredReflection;
use super::{bound, copy, opened, run, source, status, store};
use crate::error::Error;
use crate::pg::error_fields::Failure;
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::StorageTable;
use crate::pg::{Oid, bookkeeping, caller, lock, server, subtransaction};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::RefCell;

/// What the current role may do with a reflection, and what it is about.
#[derive(Deserialize)]
struct ReflectionRights {
    is_live: bool,
    source: String,
    source_oid: Option<u32>,
    is_owner: bool,
    is_source_owner: bool,
}

/// Who may do it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NeededRight {
    Owner,
    OwnerOrSourceOwner,
}

fn rights(id: i64, needed: NeededRight) -> Result<ReflectionRights, Error> {
    let argument = json!({"id": id, "role": caller::current_role().to_u32()});
    let rights: Option<ReflectionRights> =
        store::as_owner(|statements| statements.query(store::RIGHTS, &argument))?;
    let rights = rights
        .filter(|rights| rights.is_owner || rights.is_source_owner)
        .ok_or(ReflectionError::Unknown { id })?;
    if needed == NeededRight::Owner && !rights.is_owner {
        Err(ReflectionError::NotAllowed { id })?;
    }
    Ok(rights)
}

fn write_reflection(statement: &'static str, id: i64) -> Result<(), Error> {
    store::as_owner(|statements| statements.run(statement, &json!({"id": id})))
}

/// Fails unless the caller sees the reflection.
pub(super) fn check_visible(id: i64) -> Result<(), Error> {
    rights(id, NeededRight::OwnerOrSourceOwner).map(|_| ())
}

/// `msar.pause_reflection`.
pub(crate) fn pause(id: i64) -> Result<Value, Error> {
    rights(id, NeededRight::OwnerOrSourceOwner)?;
    write_reflection(store::PAUSE, id)?;
    status::of_reflection(id)
}

/// `msar.resume_reflection`. One that was restored starts again.
pub(crate) fn resume(id: i64) -> Result<Value, Error> {
    let rights = rights(id, NeededRight::Owner)?;
    if rights.is_live {
        write_reflection(store::RESUME, id)?;
    } else {
        revive(id, &rights)?;
    }
    status::of_reflection(id)
}

/// Makes the source of a restored reflection live, and copies it again.
fn revive(id: i64, rights: &ReflectionRights) -> Result<(), Error> {
    let table = rights.source_oid.ok_or_else(|| ReflectionError::NoSourceTable {
        name: rights.source.clone(),
    })?;
    let table = Oid::from(table);
    let restored = source::find_source(table)?.filter(|source| !source.is_live);
    source::make_default(table, restored.map(|source| source.id))?;
    write_reflection(store::RESUME, id)?;
    // What the names mean in this database.
    let mut reflection = store::lock_reflection(id)?.ok_or(ReflectionError::Unknown { id })?;
    let source = source::read_facts(reflection.source_id)?.ok_or(Error::UnknownRelation(table))?;
    bound::under_settings(|| bound::bind_texts(&mut reflection, &source))?;
    bound::save_texts(&reflection)
}

/// `msar.recopy_reflection`.
pub(crate) fn recopy(id: i64) -> Result<Value, Error> {
    let rights = rights(id, NeededRight::Owner)?;
    if rights.is_live {
        write_reflection(store::RECOPY, id)?;
    } else {
        revive(id, &rights)?;
    }
    status::of_reflection(id)
}

/// `msar.drop_reflection`.
pub(crate) fn drop_reflection(id: i64) -> Result<i64, Error> {
    rights(id, NeededRight::OwnerOrSourceOwner)?;
    write_reflection(store::DROP_REFLECTION, id)?;
    Ok(id)
}

/// Locks a reflection, which must not be running.
fn lock_idle(id: i64) -> Result<StoredReflection, Error> {
    let locked = store::lock_reflection(id)?;
    Ok(locked.ok_or(ReflectionError::Invalid {
        place: "id",
        problem: format!("reflection {id} is running"),
        hint: "Try again when it is done, or pause it first.",
    })?)
}

/// `msar.skip_events`: the next events, or all that wait.
pub(crate) fn skip_events(id: i64, count: Option<i64>) -> Result<i64, Error> {
    let is_live = rights(id, NeededRight::Owner)?.is_live;
    let mut reflection = lock_idle(id)?;
    if reflection.server.is_some() {
        // What is done there and not known here is done.
        RemoteTarget::begin_run(&mut reflection)?.commit(&reflection)?;
    }
    let Some(done) = reflection.snapshot.clone() else {
        return match is_live {
            // Nothing is copied yet: the copy finds what the events say.
            true => Ok(0),
            false => Err(ReflectionError::NoSnapshot { id }.into()),
        };
    };
    let next = match &reflection.next_snapshot {
        Some(next) => next.clone(),
        None => Snapshot::latest().transactions().to_string(),
    };
    let most = count.unwrap_or(i64::MAX).max(0);
    let owner = StorageTable::owner_of(&[&store::SOURCES, &store::REFLECTIONS])?;
    let rows = bookkeeping::select_numbered_as_owner(
        owner,
        store::DUE_EVENTS,
        reflection.source_id,
        &json!({
            "snapshot": done, "next_snapshot": next, "last_seq": reflection.last_seq,
            "most": most, "origin": Value::Null,
        }),
    )?;
    let mut last_seq = reflection.last_seq;
    rows.each(|row| {
        last_seq = row.integer(1);
        Ok(true)
    })?;
    let skipped = rows.count();
    if skipped == 0 {
        return Ok(0);
    }
    let argument = match skipped < most {
        true => json!({"id": id, "snapshot": next, "next_snapshot": null, "last_seq": 0}),
        false => json!({"id": id, "snapshot": null, "next_snapshot": next, "last_seq": last_seq}),
    };
    store::as_owner(|statements| statements.run(store::SKIP_TO, &argument))?;
    Ok(skipped)
}

#[derive(Deserialize)]
struct DeadLetter {
    id: i64,
    old_row: Option<Vec<Option<String>>>,
    new_row: Option<Vec<Option<String>>>,
}

/// `msar.retry_dead_letters`. A mapping takes the rows as they are now: what a letter holds may be out of date.
pub(crate) fn retry_dead_letters(id: i64) -> Result<Value, Error> {
    let rights = rights(id, NeededRight::Owner)?;
    let mut reflection = lock_idle(id)?;
    if !rights.is_live {
        Err(ReflectionError::NoSnapshot { id })?;
    }
    if remote_target::waits_for_commit(id) {
        Err(ReflectionError::Invalid {
            place: "id",
            problem: format!("reflection {id} has run in this transaction"),
            hint: "Try again in the next transaction.",
        })?;
    }
    lock::share_until_commit(Oid::from(reflection.source_oid));
    let tables = opened::open_tables(&mut reflection)?;
    let known: Vec<i64> = list_dead_letters(id)?.iter().map(|letter| letter.id).collect();
    let remote = match reflection.server {
        Some(_) => Some(RemoteTarget::begin_run(&mut reflection)?),
        None => None,
    };
    let application = Application {
        reflection: &reflection,
        source: &tables.source,
        target: match &remote {
            Some(remote) => remote.table(),
            None => tables.target.as_ref(),
        },
        remote: remote.as_ref(),
        copied_up_to: None,
        blamed: &RefCell::default(),
    };
    // Those of progress that was adopted just now get their numbers when this transaction commits; they wait for the next call.
    let mut letters = list_dead_letters(id)?;
    letters.retain(|letter| known.contains(&letter.id));
    let (mut applied, mut failed) = (Vec::new(), 0);
    for letter in letters {
        let retry = || bound::under_settings(|| retry_letter(&application, &letter)).map_err(Failure::from);
        match subtransaction::or_failure(retry) {
            Ok(()) => {
                applied.push(letter.id);
                write_reflection(store::DELETE_DEAD_LETTER, letter.id)?;
            }
            Err(failure) => {
                failed += 1;
                let argument = json!({"id": letter.id, "error": application.error_document(&failure, None)});
                store::as_owner(|statements| statements.run(store::KEEP_DEAD_LETTER, &argument))?;
            }
        }
        server::check_for_interrupts();
    }
    if let Some(remote) = &remote {
        let mut progress = run::progress_document(&reflection);
        progress["target_token"] = json!(remote.save(&reflection, progress.clone(), &applied)?);
        store::as_owner(|statements| statements.run(store::SAVE_PROGRESS, &progress))?;
    }
    if let Some(remote) = remote {
        remote.commit(&reflection)?;
    }
    Ok(json!({"applied": applied.len(), "failed": failed}))
}

fn list_dead_letters(id: i64) -> Result<Vec<DeadLetter>, Error> {
    store::as_owner(|statements| statements.query(store::LIST_DEAD_LETTERS, &json!({"id": id})))
}

fn retry_letter(application: &Application, letter: &DeadLetter) -> Result<(), Error> {
    let (reflection, source) = (application.reflection, application.source);
    if reflection.fields.is_none() || !source.has_row_key() {
        let owner = StorageTable::owner_of(&[&store::SOURCES, &store::REFLECTIONS, &store::DEAD_LETTERS])?;
        let rows =
            bookkeeping::select_as_owner(owner, store::DEAD_LETTER_AS_EVENT, &json!({"id": letter.id}))?;
        return application.apply_strictly(&rows);
    }
    let key_of = |row: &Vec<Option<String>>| -> Option<Vec<String>> {
        source
            .key
            .iter()
            .map(|&position| row.get(position).cloned().flatten())
            .collect()
    };
    let mut keys: Vec<Vec<String>> = [&letter.old_row, &letter.new_row]
        .into_iter()
        .flatten()
        .filter_map(key_of)
        .collect();
    keys.dedup();
    for key in keys {
        let rows = copy::current_row(source, &key, &Snapshot::latest())?;
        application.apply_strictly(&rows)?;
    }
    Ok(())
}
