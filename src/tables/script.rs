//! The statements of one call.

use super::clause;
use crate::definition::constraint::ConstraintDefinition;
use crate::error::Error;
use crate::pg::{quote, statement};
use std::cell::RefCell;

/// Statements in the order in which they are run.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<String>);

thread_local! {
    /// What was run since somebody began to record it.
    static RECORD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push(&mut self, statement: String) {
        self.0.push(statement);
    }

    pub(crate) fn extend(&mut self, statements: Vec<String>) {
        self.0.extend(statements);
    }

    /// Adds an ALTER TABLE with several actions, if there are any.
    pub(crate) fn alter_table(&mut self, table: &str, actions: &[String]) {
        if !actions.is_empty() {
            self.push(format!("ALTER TABLE {table} {}", actions.join(", ")));
        }
    }

    /// Adds the comments on constraints of a table.
    pub(super) fn push_constraint_comments(
        &mut self,
        table: &str,
        constraints: &[ConstraintDefinition],
    ) -> Result<(), Error> {
        for constraint in constraints {
            if let (Some(name), Some(text)) = (constraint.name_for_description()?, &constraint.description) {
                let target = format!("CONSTRAINT {} ON {table}", quote::identifier(name));
                self.push(clause::comment(&target, Some(text)));
            }
        }
        Ok(())
    }

    /// Runs the statements, each as the caller.
    pub(crate) fn run(self) -> Result<(), Error> {
        for statement in self.0 {
            run(statement)?;
        }
        Ok(())
    }
}

/// Runs one statement as the caller; gives how many rows it was about.
pub(crate) fn run(statement: String) -> Result<u64, Error> {
    let rows = statement::run(&statement)?;
    record(|| statement);
    Ok(rows)
}

/// Tells what was done without a statement by one that would have done it.
pub(super) fn record(statement: impl FnOnce() -> String) {
    RECORD.with_borrow_mut(|record| {
        if let Some(statements) = record {
            statements.push(statement());
        }
    });
}

/// Runs `body`, and gives the statements that were run meanwhile.
pub(crate) fn recorded<T>(body: impl FnOnce() -> T) -> (T, Vec<String>) {
    /// Ends the recording, after an error too.
    struct Recording;
    impl Drop for Recording {
        fn drop(&mut self) {
            RECORD.set(None);
        }
    }
    RECORD.set(Some(Vec::new()));
    let _recording = Recording;
    let outcome = body();
    (outcome, RECORD.take().unwrap_or_default())
}
