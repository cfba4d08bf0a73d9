//! The statements of one call.

use crate::error::Error;
use crate::pg::statement;

/// Runs one statement as the caller; gives how many rows it was about.
pub(crate) fn run(statement: String) -> Result<u64, Error> {
    statement::run(&statement)
}
