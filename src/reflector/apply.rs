//! Applying a batch of events.
//!
//! A mapping takes a batch in one statement; a caller's own statement runs once for each event, in their order. Where a batch
//! fails, its halves are tried, down to the event that is to blame: that one becomes a dead letter, the others count. What is
//! not the fault of an event (a lock, a missing table, no memory) ends the run, which is tried again later.

use super::application::{Application, NEW_ROW, OLD_ROW, OPERATION, ORIGINS, SEQ};
use super::capture;
use super::compile::EVENTS;
use super::error::{ApplyFailure, is_about_a_row};
use super::prepared::ReflectionStatements;
use super::remote_statements;
use super::store;
use crate::error::Error;
use crate::pg::error_fields::Failure;
use crate::pg::row_store::{RowStore, TableSession};
use crate::pg::snapshot::Snapshot;
use crate::pg::{server, subtransaction};
use serde_json::{Value, json};

/// What became of a batch.
#[derive(Default)]
pub(super) struct BatchOutcome {
    pub(super) applied: i64,
    pub(super) dead_letters: i64,
    /// Why the reflection is not complete any more.
    pub(super) gap: Option<String>,
    pub(super) last_seq: i64,
}

/// Events of one origin that stand together.
struct EventRange {
    first: i64,
    last: i64,
    origins: Vec<i64>,
}

impl Application<'_> {
    /// Applies a batch.
    pub(super) fn apply(&self, rows: &RowStore) -> Result<BatchOutcome, Error> {
        let mut outcome = BatchOutcome::default();
        let mut ranges: Vec<EventRange> = Vec::new();
        let mut n = 0;
        // Events between which nothing is merged: a TRUNCATE ends what came before it.
        let mut breaks: Vec<(i64, char, Option<String>)> = Vec::new();
        rows.each(|row| {
            n += 1;
            outcome.last_seq = row.integer(SEQ);
            let operation = row.letter(OPERATION);
            if matches!(operation, 'T' | 'G') {
                let reason = row
                    .texts(NEW_ROW)
                    .and_then(|texts| texts.into_iter().next().flatten());
                breaks.push((n, operation, reason));
                return Ok(true);
            }
            let origins = row.integers(ORIGINS);
            match ranges.last_mut() {
                Some(range) if range.last == n - 1 && range.origins == origins => range.last = n,
                _ => ranges.push(EventRange {
                    first: n,
                    last: n,
                    origins,
                }),
            }
            Ok(true)
        })?;
        if n == 0 {
            return Ok(outcome);
        }
        rows.as_table(EVENTS, |session| {
            let statements = ReflectionStatements::prepare(self, session)?;
            let mut breaks = breaks.into_iter().peekable();
            for range in ranges {
                while let Some((_, operation, reason)) = breaks.next_if(|(at, ..)| *at < range.first) {
                    self.pass_break(session, operation, reason, &mut outcome)?;
                }
                let mut origins = range.origins.clone();
                origins.push(self.reflection.source_id);
                origins.sort_unstable();
                origins.dedup();
                let step = |first, last| statements.apply_rows(self, session, rows, first, last);
                self.with_origins(origins, || {
                    self.bisect(rows, range.first, range.last, &step, &mut outcome)
                })?;
            }
            for (_, operation, reason) in breaks {
                self.pass_break(session, operation, reason, &mut outcome)?;
            }
            Ok(())
        })?;
        Ok(outcome)
    }

    /// Applies rows that must not fail: an error goes on to the caller.
    pub(super) fn apply_strictly(&self, rows: &RowStore) -> Result<(), Error> {
        let count = rows.count();
        if count == 0 {
            return Ok(());
        }
        rows.as_table(EVENTS, |session| {
            let statements = ReflectionStatements::prepare(self, session)?;
            let origins = vec![self.reflection.source_id];
            self.with_origins(origins, || {
                let run = || statements.apply_rows(self, session, rows, 1, count);
                Ok(self.attempt(run).map_err(ApplyFailure)?)
            })
        })
    }

    /// Runs `body`, whose changes come from these sources.
    pub(super) fn with_origins<T>(
        &self,
        origins: Vec<i64>,
        body: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(remote) = self.remote {
            remote.set_origins(&origins)?;
        }
        capture::with_origins(origins, body)
    }

    /// Runs `body` so that nothing of it stays when it fails.
    pub(super) fn attempt(&self, body: impl FnOnce() -> Result<(), Error>) -> Result<(), Failure> {
        match self.remote {
            Some(remote) => remote.attempt(body),
            None => subtransaction::or_failure(|| body().map_err(Failure::from)),
        }
    }

    /// Removes rows of the target that the source does not have, where the target is of this reflection alone.
    pub(super) fn remove_rest(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let Some(mapping) = self.mapping() else {
            return Ok(());
        };
        if self.reflection.ignore_deletes || self.reflection.shares_target || !self.source.has_row_key() {
            return Ok(());
        }
        let run = || match self.remote {
            Some(remote) => remote_statements::remove_rest(&mapping, remote, snapshot),
            None => crate::pg::statement::run_statement(&mapping.remove_rest()?).map(|_| ()),
        };
        self.with_origins(vec![self.reflection.source_id], || {
            Ok(self.attempt(run).map_err(ApplyFailure)?)
        })
    }

    /// A TRUNCATE of the source, or a gap in its events.
    fn pass_break(
        &self,
        session: &TableSession,
        operation: char,
        reason: Option<String>,
        outcome: &mut BatchOutcome,
    ) -> Result<(), Error> {
        outcome.applied += 1;
        if operation == 'G' {
            outcome.gap = reason;
            return Ok(());
        }
        if self.reflection.ignore_deletes {
            return Ok(());
        }
        match self.mapping() {
            Some(mapping) if !self.reflection.shares_target => {
                let run = || match self.remote {
                    Some(remote) => remote.connection().batch(&mapping.empty()),
                    None => {
                        let statement = session.prepare(&mapping.empty(), &[])?;
                        session.execute(&statement, &[]).map(|_| ())
                    }
                };
                self.with_origins(vec![self.reflection.source_id], || {
                    Ok(self.attempt(run).map_err(ApplyFailure)?)
                })
            }
            _ => {
                outcome.gap = Some("the source table was truncated".into());
                Ok(())
            }
        }
    }

    /// Applies events, or finds those that cannot be applied.
    fn bisect(
        &self,
        rows: &RowStore,
        first: i64,
        last: i64,
        step: &dyn Fn(i64, i64) -> Result<(), Error>,
        outcome: &mut BatchOutcome,
    ) -> Result<(), Error> {
        let failure = match self.attempt(|| step(first, last)) {
            Ok(()) => {
                outcome.applied += last - first + 1;
                return Ok(());
            }
            Err(failure) => failure,
        };
        server::check_for_interrupts();
        if !is_about_a_row(&failure) {
            Err(ApplyFailure(failure))?;
            return Ok(());
        }
        if first < last {
            let middle = first + (last - first) / 2;
            self.bisect(rows, first, middle, step, outcome)?;
            return self.bisect(rows, middle + 1, last, step, outcome);
        }
        let letter = self.make_letter(rows, first, &failure)?;
        if self.reflection.on_error == "stop" {
            self.blamed.replace(Some(letter));
            Err(ApplyFailure(failure))?;
            return Ok(());
        }
        self.bury(letter)?;
        outcome.applied += 1;
        outcome.dead_letters += 1;
        Ok(())
    }

    /// An event that cannot be applied, with its error.
    fn make_letter(&self, rows: &RowStore, n: i64, failure: &Failure) -> Result<Value, Error> {
        let mut at = 0;
        let mut letter = Value::Null;
        rows.each(|row| {
            at += 1;
            if at < n {
                return Ok(true);
            }
            let (old, new) = (row.texts(OLD_ROW), row.texts(NEW_ROW));
            let key = new.as_ref().or(old.as_ref()).map(|row| {
                let key = self.source.key.iter().map(|&position| row.get(position).cloned().flatten());
                key.collect::<Vec<_>>()
            });
            letter = json!({
                "reflection_id": self.reflection.id, "seq": row.integer(SEQ), "operation": row.letter(OPERATION).to_string(),
                "key": key, "old_row": old, "new_row": new, "error": self.error_document(failure, key.clone()),
            });
            Ok(false)
        })?;
        Ok(letter)
    }

    /// Keeps it.
    fn bury(&self, letter: Value) -> Result<(), Error> {
        store::as_owner(|statements| statements.run(store::ADD_DEAD_LETTER, &letter))?;
        if let Some(remote) = self.remote {
            remote.note_letter(letter);
        }
        Ok(())
    }

    pub(super) fn error_document(&self, failure: &Failure, key: Option<Vec<Option<String>>>) -> Value {
        json!({
            "sqlstate": failure.sqlstate, "message": failure.message, "detail": failure.detail, "hint": failure.hint,
            "constraint": failure.constraint, "column": failure.column, "table": failure.table,
            "statement": self.reflection.statement, "key": key,
        })
    }
}
