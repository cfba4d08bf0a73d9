//! Undoing changes: `msar.undo_changes`.
//!
//! A caller names changes by transaction and number. All else comes from the log, which only the extension writes, and
//! from the catalogs: objects by their OIDs, under the names that they have now. The statements run as the caller, newest
//! change first, so each finds what its change left. All changes are undone or none.
//!
//! A change is not undone when a later one, which is not to be undone, has changed the same again: that would undo the
//! later one silently. What was created is dropped, without CASCADE, and takes its own changes and parts along. If it holds
//! data, the caller has to say that they may go.
//!
//! A dry run is a run in a subtransaction that is rolled back: so it finds every error that the run would find. What may run
//! code of roles that the caller does not trust is left out of it, and the answer says so.
//!
//! - [`change`]: a change as the log has it; [`inverse`]: the statements that undo it; [`mod@column`], [`privileges`],
//!   [`metadata`]: of these aspects; [`data_loss`]: what would be lost

mod change;
mod column;
mod data_loss;
mod inverse;
mod metadata;
mod privileges;

pub(crate) use change::RequestedChange;

use super::record::STORED;
use super::{ChangeError, storage};
use crate::ddl::script::{record_statements, run_statement};
use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::arguments::JsonArgument;
use crate::pg::error_fields::Failure;
use crate::pg::{bookkeeping, error_label, portable_output, server, subtransaction};
use change::{ChangeId, Inverse, LoggedChange, UndoneTogether};
use pgrx::prelude::PgSqlErrorCode;
use rustc_hash::FxHashSet;
use serde::Serialize;

/// The result of a run or a dry run.
#[derive(Serialize)]
pub(crate) struct UndoResult {
    dry_run: bool,
    changes: Vec<UndoneChange>,
}

/// What becomes of a change.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Undone,
    /// Statements of another of the changes undo it.
    GoesAlong,
    /// It is as it was before.
    NothingToUndo,
    /// There is no way back, or none that a dry run has found.
    Impossible,
}

#[derive(Serialize)]
struct UndoneChange {
    #[serde(flatten)]
    id: ChangeId,
    kind: String,
    action: String,
    schema_name: Option<String>,
    name: Option<String>,
    outcome: Outcome,
    /// Whether statements of this call undo it; in a dry run, whether they would.
    undone: bool,
    statements: Vec<String>,
    /// Why there are no statements.
    reason: Option<String>,
}

impl UndoneChange {
    fn new(change: &LoggedChange, outcome: Outcome, statements: Vec<String>, reason: Option<String>) -> Self {
        Self {
            outcome,
            undone: matches!(outcome, Outcome::Undone | Outcome::GoesAlong),
            id: change.id,
            kind: change.kind.clone(),
            action: change.action.clone(),
            schema_name: change.schema_name.clone(),
            name: change.name.clone(),
            statements,
            reason,
        }
    }
}

/// Why a run ends.
#[derive(Debug)]
enum UndoError {
    /// The log has no such change.
    NotLogged { change: String },
    /// There is no way back.
    NoInverse { change: String, reason: String },
    /// A statement failed.
    Failed { change: String, error: Error },
}

impl TopicError for UndoError {
    fn fields(&self) -> ErrorFields {
        const HINT: &str = "Leave the change out, or call msar.undo_changes(changes, true), which says for each change whether it can be undone.";
        match self {
            Self::NotLogged { change } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NO_DATA_FOUND,
                format!("the change log has no change {change}"),
            )
            .hint(
                "Pass changes that msar.list_changes returns. Old changes are pruned; those of the running transaction are \
                 undone by ROLLBACK.",
            ),
            Self::NoInverse { change, reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("{change} cannot be undone"),
            )
            .detail(reason.clone())
            .hint(HINT),
            Self::Failed { change, error } => {
                let fields = error.fields();
                ErrorFields {
                    message: format!("{change}: {}", fields.message).into(),
                    ..fields
                }
            }
        }
    }
}

/// Undoes changes; all or none.
pub(crate) fn undo_changes(changes: &[RequestedChange], is_dry_run: bool) -> Result<UndoResult, Error> {
    let ids: Vec<ChangeId> = changes.iter().map(|change| change.id).collect();
    let mut found: Vec<LoggedChange> = bookkeeping::as_owner(storage::storage_owner()?, |statements| {
        statements.query(include_str!("../../../sql/query/changes/undo_changes.sql"), &ids)
    })?;
    let known: FxHashSet<ChangeId> = found.iter().map(|change| change.id).collect();
    if let Some(unknown) = ids.iter().find(|id| !known.contains(id)) {
        return Err(UndoError::NotLogged {
            change: format!("{}-{}", unknown.transaction, unknown.number),
        }
        .into());
    }
    let with_consent = changes.iter().filter(|change| change.drop_data);
    let with_consent: FxHashSet<ChangeId> = with_consent.map(|change| change.id).collect();
    for change in &mut found {
        change.may_drop_data = with_consent.contains(&change.id);
    }
    let together = UndoneTogether::from_changes(&found, inverse::is_there);
    let all = || -> Result<Vec<UndoneChange>, Error> {
        let each = found.iter().map(|change| {
            server::check_for_interrupts();
            if is_dry_run {
                Ok(attempt_undo(change, &together))
            } else {
                undo(change, &together)
            }
        });
        each.collect()
    };
    Ok(UndoResult {
        dry_run: is_dry_run,
        changes: if is_dry_run {
            subtransaction::rolled_back(all)?
        } else {
            all()?
        },
    })
}

/// What was done for a change, with a note where there was nothing to run; or that there is no way back, and why.
type Undoing = Result<(Outcome, Option<String>), String>;

impl From<Failure> for AttemptEnd {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.message)
    }
}

/// The reason why an attempt ends.
enum AttemptEnd {
    NoInverse(String),
    Failed(String),
}

/// Undoes a change in a subtransaction of its own; one that cannot be undone says why.
fn attempt_undo(change: &LoggedChange, together: &UndoneTogether) -> UndoneChange {
    let (outcome, statements) = record_statements(|| {
        subtransaction::or_failure(|| match run_inverse(change, together, true) {
            Ok(undoing) => undoing.map_err(AttemptEnd::NoInverse),
            Err(error) => Err(AttemptEnd::Failed(error.to_string())),
        })
    });
    let impossible =
        |statements, reason| UndoneChange::new(change, Outcome::Impossible, statements, Some(reason));
    match outcome {
        Ok((outcome, note)) => UndoneChange::new(change, outcome, statements, note),
        Err(AttemptEnd::NoInverse(reason)) => impossible(Vec::new(), reason),
        Err(AttemptEnd::Failed(message)) => impossible(statements, message),
    }
}

/// Undoes a change, or raises an error that names it.
fn undo(change: &LoggedChange, together: &UndoneTogether) -> Result<UndoneChange, Error> {
    let label = change.to_string();
    let (outcome, statements) =
        record_statements(|| error_label::during(&label, || run_inverse(change, together, false)));
    match outcome {
        Ok(Ok((outcome, note))) => Ok(UndoneChange::new(change, outcome, statements, note)),
        Ok(Err(reason)) => Err(UndoError::NoInverse {
            change: label,
            reason,
        }
        .into()),
        Err(error) => Err(UndoError::Failed { change: label, error }.into()),
    }
}

fn run_inverse(change: &LoggedChange, together: &UndoneTogether, is_dry_run: bool) -> Result<Undoing, Error> {
    let change = &inverse::find_again(change);
    Ok(match inverse::invert_change(change, together, is_dry_run)? {
        Inverse::GoesAlong(note) => Ok((Outcome::GoesAlong, Some(note.to_owned()))),
        Inverse::Nothing(note) => Ok((Outcome::NothingToUndo, Some(note.to_owned()))),
        Inverse::Impossible(reason) => Err(reason),
        Inverse::Statements(statements) => {
            // Names in them have their schemas; what they call is what they called when they were written. Literals are read
            // as they were written.
            portable_output::during_with(&STORED, || {
                statements
                    .into_iter()
                    .try_for_each(|statement| run_statement(statement).map(|_| ()))
            })?;
            inverse::confirm(change)?;
            Ok((Outcome::Undone, None))
        }
    })
}

/// The most changes of a call. All of them are found by one statement, which nothing interrupts while it begins.
const MOST: usize = 10_000;

/// Reads the argument.
pub(crate) fn read_changes(changes: &JsonArgument) -> Result<Vec<RequestedChange>, Error> {
    let changes: Vec<RequestedChange> =
        (changes.decode("changes", "")).map_err(|_| ChangeError::NoChanges)?;
    match changes.len() {
        ..=MOST => Ok(changes),
        _ => Err(ChangeError::TooMany { most: MOST }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_named_by_transaction_and_number() {
        let read = serde_json::from_value::<Vec<RequestedChange>>;
        let changes = read(json!([{"transaction": 7, "number": 0, "kind": "table"}])).unwrap();
        let id = ChangeId {
            transaction: 7,
            number: 0,
        };
        assert!(matches!(&changes[..], [change] if change.id == id && !change.drop_data));
        for wrong in [
            json!(1),
            json!([1]),
            json!([{"transaction": "x", "number": 1}]),
            json!([{"number": 1}]),
            json!([{"transaction": 7, "number": 0, "drop_data": "yes"}]),
        ] {
            assert!(read(wrong).is_err());
        }
    }
}
