//! Errors of the change log.

use crate::error::{ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;

/// That a call of the change log cannot be served.
#[derive(Debug)]
pub(crate) enum ChangeError {
    NotAsCreated,
    NoToken,
    NoChanges,
    /// More of them than one call undoes.
    TooMany {
        most: usize,
    },
}

impl TopicError for ChangeError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NotAsCreated => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "the tables of the change log are not as mathesar_ext created them",
            )
            .hint("Only a superuser can have changed them. Undo the change, or create the extension again."),
            Self::NoToken => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "this text is not a change token",
            )
            .hint(
                "Pass a token that msar.sync_schema, msar.list_changes or msar.get_change_token returned, unchanged; or NULL.",
            ),
            Self::NoChanges => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "invalid value for argument \"changes\": it takes an array of changes",
            )
            .detail("Each is an object with the numbers \"transaction\" and \"number\".")
            .hint("Pass \"changes\" of a document of msar.list_changes, or some of its elements."),
            Self::TooMany { most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("too many changes for one call: it undoes {most} at most"),
            )
            .hint("Undo the latest ones first, in several calls of one transaction."),
        }
    }
}
