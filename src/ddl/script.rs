//! The statements of one call.

use crate::error::Error;
use crate::pg::{portable_output, quote, statement};
use std::cell::RefCell;

/// Statements in the order in which they are run.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<String>);

thread_local! {
    /// The statements that ran since recording began.
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

    /// Adds a COMMENT; no text drops the comment.
    pub(crate) fn comment(&mut self, object: &str, text: Option<&str>) {
        let text = text.map_or("NULL".into(), quote::literal);
        self.push(format!("COMMENT ON {object} IS {text}"));
    }

    /// Runs the statements, each as the caller.
    pub(crate) fn run(self) -> Result<(), Error> {
        for statement in self.0 {
            run_statement(statement)?;
        }
        Ok(())
    }
}

/// Runs one statement as the caller; gives how many rows it was about.
pub(crate) fn run_statement(statement: String) -> Result<u64, Error> {
    let rows = portable_output::reading_sql(|| statement::run_statement(&statement))?;
    record_statement(|| statement);
    Ok(rows)
}

/// Tells what was done without a statement by one that would have done it.
pub(crate) fn record_statement(statement: impl FnOnce() -> String) {
    RECORD.with_borrow_mut(|record| {
        if let Some(statements) = record {
            statements.push(statement());
        }
    });
}

/// Runs `body`, and gives the statements that were run meanwhile.
pub(crate) fn record_statements<T>(body: impl FnOnce() -> T) -> (T, Vec<String>) {
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

/// How many statements were recorded so far.
pub(crate) fn recorded() -> usize {
    RECORD.with_borrow(|record| record.as_ref().map_or(0, Vec::len))
}

/// Forgets all but the first so many statements: what the others did was undone.
pub(crate) fn forget_after(recorded: usize) {
    RECORD.with_borrow_mut(|record| {
        if let Some(statements) = record {
            statements.truncate(recorded);
        }
    });
}
