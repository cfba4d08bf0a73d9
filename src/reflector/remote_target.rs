//! Targets on other servers, and the progress that is kept there.
//!
//! The other server has a table of progress for the role that connects. A run of a reflection is one transaction there: it
//! locks the row of the reflection, applies events, and writes the progress into the row, which here is written too. It is
//! committed there first. When this server does not live to commit its own transaction, or rolls it back, the next run finds
//! the progress there ahead, and adopts it: nothing is lost and nothing counts twice. Until an adoption is committed here, what
//! is written there adds to what was adopted, so that it can be adopted again as a whole.
//!
//! Each write has a token and names the one before it. A progress that does not follow from what is known here belongs to
//! another history: one of the two databases was restored from a backup, or a copy of this one reflects into the same target.
//! That is an error, and a new copy is the way out of it.

use super::error::ReflectionError;
use super::remote_facts::{self, RemoteFacts};
use super::store;
use super::stored::{StoredReflection, TargetTable};
use crate::error::Error;
use crate::pg::error_fields::Failure;
use crate::pg::{caller, server, subtransaction};
use crate::remote::connection::RemoteConnection;
use crate::remote::login::RemoteLogin;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A connection that is kept between runs, with what is known of targets by the incarnations of their reflections.
struct KeptConnection {
    login: RemoteLogin,
    connection: RemoteConnection,
    facts: HashMap<String, Rc<RemoteFacts>>,
}

thread_local! {
    /// By the name of the server.
    static KEPT: RefCell<HashMap<String, KeptConnection>> = RefCell::default();
    /// The last transaction here that has committed something there, and of which reflections.
    static COMMITTED: RefCell<(u64, Vec<i64>)> = RefCell::default();
}

/// A transaction on another server, by which a reflection is run.
pub(super) struct RemoteTarget {
    kept: KeptConnection,
    facts: Rc<RemoteFacts>,
    incarnation: String,
    /// The number by which events name the source that the target is, if it is one.
    pub(super) origin: Option<i64>,
    /// The last progress there that is committed here.
    base_token: Option<String>,
    /// What happened there since: dead letters, those that were applied after all, and how many events.
    letters: RefCell<Vec<Value>>,
    letters_done: Vec<i64>,
    applied: i64,
}

/// What is kept there.
#[derive(Default, Serialize, Deserialize)]
struct RemoteStep {
    progress: Value,
    letters: Vec<Value>,
    letters_done: Vec<i64>,
}

/// Progress as it is kept there.
#[derive(Deserialize)]
struct RemoteProgress {
    token: Option<String>,
    previous_token: Option<String>,
    progress: String,
}

/// A connection of the current role, kept or new.
fn connect(server_name: &str) -> Result<KeptConnection, Error> {
    let login = RemoteLogin::of_role(caller::current_role(), server_name)?;
    let kept = KEPT.with_borrow_mut(|kept| kept.remove(&login.server));
    if let Some(kept) = kept.filter(|kept| kept.login == login && !kept.connection.is_closed()) {
        return Ok(kept);
    }
    Ok(KeptConnection {
        connection: RemoteConnection::open(&login)?,
        login,
        facts: HashMap::new(),
    })
}

impl RemoteTarget {
    /// Begins a transaction there, for checks: nothing is known of the progress.
    pub(super) fn open_for_checks(
        reflection: &StoredReflection,
        facts: impl FnOnce(&RemoteConnection) -> Result<RemoteFacts, Error>,
    ) -> Result<Self, Error> {
        let kept = connect(reflection.server.as_deref().unwrap_or_default())?;
        // A connection that was kept may have been lost meanwhile.
        let kept = match kept.connection.batch("BEGIN") {
            Ok(()) => kept,
            Err(_) => {
                let login = kept.login;
                let connection = RemoteConnection::open(&login)?;
                connection.batch("BEGIN")?;
                KeptConnection {
                    login,
                    connection,
                    facts: HashMap::new(),
                }
            }
        };
        let known = kept.facts.get(&reflection.incarnation).cloned();
        let facts = match known {
            Some(facts) => facts,
            None => Rc::new(facts(&kept.connection)?),
        };
        let origin = remote_facts::origin_of_target(&kept.connection, &facts)?;
        // Whatever a statement has set before: nothing that others create there stands in for what it names.
        kept.connection
            .batch("SET LOCAL search_path = pg_catalog, pg_temp")?;
        Ok(Self {
            kept,
            facts,
            incarnation: reflection.incarnation.clone(),
            origin,
            base_token: reflection.target_token.clone(),
            letters: RefCell::default(),
            letters_done: Vec::new(),
            applied: 0,
        })
    }

    /// Begins a transaction there, and adopts progress that this server has not heard of.
    pub(super) fn begin_run(reflection: &mut StoredReflection) -> Result<Self, Error> {
        let mut target = Self::open_for_checks(reflection, |connection| {
            remote_facts::of_reflection(connection, reflection)
        })?;
        let progress = match target.lock_progress()? {
            Some(progress) => progress,
            None if target.place_progress(reflection)? => {
                if reflection.target_token.is_some() {
                    Err(target.other_history(reflection))?;
                }
                return Ok(target);
            }
            // A session that was given up has committed it just now.
            None => target
                .lock_progress()?
                .ok_or_else(|| target.other_history(reflection))?,
        };
        if progress.token == reflection.target_token {
            return Ok(target);
        }
        if progress.previous_token != reflection.target_token {
            Err(target.other_history(reflection))?;
        }
        let step = adopt(reflection, &progress)?;
        target.applied = step.progress["applied"].as_i64().unwrap_or_default();
        target.letters = RefCell::new(step.letters);
        target.letters_done = step.letters_done;
        Ok(target)
    }

    fn other_history(&self, reflection: &StoredReflection) -> ReflectionError {
        ReflectionError::OtherHistory {
            id: reflection.id,
            server: self.kept.connection.server().to_owned(),
        }
    }

    fn lock_progress(&self) -> Result<Option<RemoteProgress>, Error> {
        let statement = format!(
            "SELECT pg_catalog.json_build_object('token', p.token, 'previous_token', p.previous_token, \
             'progress', p.progress)::text FROM {} AS p \
             WHERE p.incarnation OPERATOR(pg_catalog.=) CAST($1 AS pg_catalog.uuid) FOR UPDATE",
            self.facts.progress
        );
        let rows = self.connection().query(&statement, &[Some(&self.incarnation)])?;
        let Some(document) = rows.into_iter().flatten().flatten().next() else {
            return Ok(None);
        };
        serde_json::from_str(&document)
            .map(Some)
            .map_err(Error::UnreadableMetadata)
    }

    /// The first row of a reflection; false where there is one. A session that was given up may be about to commit it: it is
    /// waited for.
    fn place_progress(&self, reflection: &StoredReflection) -> Result<bool, Error> {
        let source = remote_facts::identity_of(reflection)?;
        let statement = format!(
            "INSERT INTO {} (incarnation, source, progress) VALUES (CAST($1 AS pg_catalog.uuid), $2, '') \
             ON CONFLICT DO NOTHING",
            self.facts.progress
        );
        let statement = self.connection().prepare(&statement, &[0, 25])?;
        let values = [Some(self.incarnation.as_str()), Some(source.as_str())];
        Ok(self.connection().execute(&statement, &values)? > 0)
    }

    pub(super) fn connection(&self) -> &RemoteConnection {
        &self.kept.connection
    }

    /// The schema of the target and of the progress.
    pub(super) fn schema(&self) -> &str {
        &self.facts.schema
    }

    pub(super) fn table(&self) -> Option<&TargetTable> {
        self.facts.table.as_ref()
    }

    /// Runs `body` so that, when it fails, nothing of it stays here or there. Constraints that are checked late are checked
    /// at its end.
    pub(super) fn attempt(&self, body: impl FnOnce() -> Result<(), Error>) -> Result<(), Failure> {
        let connection = self.connection();
        connection
            .batch("SAVEPOINT mathesar_step")
            .map_err(Failure::from)?;
        let both = || {
            body()?;
            connection.batch(
                "SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT mathesar_step; SET CONSTRAINTS ALL DEFERRED",
            )
        };
        let outcome = subtransaction::or_failure(|| both().map_err(Failure::from));
        if outcome.is_err() {
            connection
                .batch("ROLLBACK TO SAVEPOINT mathesar_step; RELEASE SAVEPOINT mathesar_step")
                .map_err(Failure::from)?;
        }
        outcome
    }

    /// Says there where the changes come from, for the event tables of that database.
    pub(super) fn set_origins(&self, origins: &[i64]) -> Result<(), Error> {
        if !self.facts.has_extension {
            return Ok(());
        }
        let numbers: Result<Vec<_>, Error> = origins
            .iter()
            .map(|&origin| Ok(remote_facts::number_everywhere(origin)?.to_string()))
            .collect();
        // Numbers alone.
        let statement = format!("SET LOCAL mathesar_ext.event_origins = '{}'", numbers?.join(","));
        self.connection().batch(&statement)
    }

    /// Remembers a dead letter of this transaction, so that the other server knows of it, too.
    pub(super) fn note_letter(&self, letter: Value) {
        self.letters.borrow_mut().push(letter);
    }

    /// Writes the progress there, under a token that is returned.
    pub(super) fn save(
        &self,
        reflection: &StoredReflection,
        mut progress: Value,
        letters_done: &[i64],
    ) -> Result<String, Error> {
        let token: String = store::as_owner(|statements| statements.query(store::NEW_TOKEN, &json!({})))?;
        progress["target_token"] = json!(token);
        progress["applied"] = json!(self.applied + progress["applied"].as_i64().unwrap_or_default());
        let step = RemoteStep {
            progress,
            letters: self.letters.take(),
            letters_done: self.letters_done.iter().chain(letters_done).copied().collect(),
        };
        let document = serde_json::to_string(&step).map_err(Error::Serialization)?;
        let statement = format!(
            "UPDATE {} AS p SET token = CAST($2 AS pg_catalog.uuid), previous_token = CAST($3 AS pg_catalog.uuid), \
             progress = $4, written_at = pg_catalog.now() \
             WHERE p.incarnation OPERATOR(pg_catalog.=) CAST($1 AS pg_catalog.uuid)",
            self.facts.progress
        );
        let statement = self.connection().prepare(&statement, &[0, 0, 0, 25])?;
        let values = [
            Some(self.incarnation.as_str()),
            Some(token.as_str()),
            self.base_token.as_deref(),
            Some(document.as_str()),
        ];
        if self.connection().execute(&statement, &values)? != 1 {
            Err(self.other_history(reflection))?;
        }
        Ok(token)
    }

    /// Commits there. What happens here afterwards can be made up for.
    pub(super) fn commit(mut self, reflection: &StoredReflection) -> Result<(), Error> {
        self.connection().batch("COMMIT")?;
        let transaction = server::transaction_id().unwrap_or_default();
        COMMITTED.with_borrow_mut(|(last, reflections)| {
            if *last != transaction {
                *last = transaction;
                reflections.clear();
            }
            reflections.push(reflection.id);
        });
        self.kept.facts.insert(self.incarnation, self.facts);
        keep(self.kept);
        Ok(())
    }

    /// Ends a transaction that was for checks, and keeps what it made.
    pub(super) fn commit_checks(self) -> Result<(), Error> {
        self.connection().batch("COMMIT")?;
        keep(self.kept);
        Ok(())
    }
}

fn keep(kept: KeptConnection) {
    KEPT.with_borrow_mut(|all| all.insert(kept.login.server.clone(), kept));
}

/// Whether this transaction has committed something of the reflection on another server. Only one such step can be made up
/// for when this transaction does not commit, so the next one waits for its end.
pub(super) fn waits_for_commit(reflection: i64) -> bool {
    COMMITTED.with_borrow(|(last, reflections)| {
        server::transaction_id() == Some(*last) && reflections.contains(&reflection)
    })
}

/// Makes progress that is known there known here.
fn adopt(reflection: &mut StoredReflection, progress: &RemoteProgress) -> Result<RemoteStep, Error> {
    let mut step: RemoteStep = serde_json::from_str(&progress.progress).map_err(Error::UnreadableMetadata)?;
    if reflection.state == "paused" {
        // Somebody has decided so meanwhile.
        step.progress["state"] = json!("paused");
    }
    store::as_owner(|statements| {
        statements.run(store::SAVE_PROGRESS, &step.progress)?;
        for letter in &step.letters {
            statements.run(store::ADD_DEAD_LETTER, letter)?;
        }
        for letter in &step.letters_done {
            statements.run(store::DELETE_DEAD_LETTER, &json!({"id": letter}))?;
        }
        Ok(())
    })?;
    let id = reflection.id;
    *reflection = store::lock_reflection(id)?.ok_or(ReflectionError::Unknown { id })?;
    Ok(step)
}
