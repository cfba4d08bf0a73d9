//! Errors in records to be written.

use crate::error::{self, ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;

/// Why no caller can give a column a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotWritable {
    Generated,
    AlwaysIdentity,
}

/// That rows cannot be written as asked for.
#[derive(Debug)]
pub(super) enum WriteError {
    NullArgument {
        argument: &'static str,
    },

    WrongShape {
        argument: &'static str,
        problem: String,
        hint: &'static str,
    },

    NotWritable {
        relation: String,
        column: String,
        reason: NotWritable,
    },

    NamedTwice {
        column: String,
        keys: [String; 2],
    },

    NoSuchRow {
        relation: String,
    },

    AmbiguousKey {
        relation: String,
    },

    WrongForm {
        problem: String,
    },

    /// A field of a stored form got an object that its column does not take.
    NoObject {
        key: String,
    },

    AmbiguousReference {
        relation: String,
        column: String,
        referents: Vec<String>,
    },

    Suppressed {
        relation: String,
    },

    /// That a call about many rows does not say which.
    NoSelection,

    TooManyRows {
        relation: String,
        most: i64,
    },

    /// That rows are to be updated by a key that is none.
    NoConflictKey {
        relation: String,
    },
}

impl TopicError for WriteError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NullArgument { argument } => error::null_argument(argument),
            Self::NoSelection => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
                "neither a filter nor keys say which rows are meant",
            )
            .hint("Pass a filter or {\"keys\": [...]}; the filter {} means all rows."),
            Self::TooManyRows { relation, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_TOO_MANY_ROWS,
                format!("more than {most} rows of \"{relation}\" would be changed"),
            )
            .hint("Nothing was changed. Pass a narrower filter, or another \"max_rows\"."),
            Self::NoConflictKey { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("\"{relation}\" has no primary key by which rows can be updated"),
            )
            .hint("Pass \"key\", the columns of a unique constraint."),
            Self::WrongShape {
                argument,
                problem,
                hint,
            } => error::invalid_argument(argument, problem, hint),
            Self::NotWritable {
                relation,
                column,
                reason,
            } => {
                let reason = match reason {
                    NotWritable::Generated => "a generated column",
                    NotWritable::AlwaysIdentity => "an identity column defined as GENERATED ALWAYS",
                };
                ErrorText::new(
                    PgSqlErrorCode::ERRCODE_GENERATED_ALWAYS,
                    format!("cannot write to column \"{column}\" of relation \"{relation}\""),
                )
                .detail(format!("Column \"{column}\" is {reason}."))
                .hint("Leave it out: PostgreSQL generates its value.")
            }
            Self::NamedTwice {
                column,
                keys: [one, other],
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_COLUMN,
                format!("column \"{column}\" is named more than once"),
            )
            .detail(format!("It is named as \"{one}\" and as \"{other}\"."))
            .hint("Name each column once, by its attnum or by its name, and in the same way in all rows."),
            Self::NoSuchRow { relation } => {
                ErrorText::new(PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION, "No rows updated")
                    .detail(format!(
                        "\"{relation}\" has no row of that key, or none that the current role may update."
                    ))
                    .hint("The row may have been deleted, or its key changed. Read the records again.")
            }
            Self::AmbiguousKey { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_CARDINALITY_VIOLATION,
                format!("the key is that of more than one row of \"{relation}\""),
            )
            .detail("Child tables have rows with the same key.")
            .hint("Use the child table that stores the row."),
            Self::WrongForm { problem } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid form: {problem}"),
            )
            .hint("The comment on msar.form_insert describes fields and values."),
            Self::NoObject { key } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("field \"{key}\": it takes no object"),
            )
            .hint("Pass a text or a number."),
            Self::AmbiguousReference {
                relation,
                column,
                referents,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
                format!(
                    "column \"{column}\" of relation \"{relation}\" has foreign keys to different columns"
                ),
            )
            .detail(format!("They refer to {}.", referents.join(" and ")))
            .hint("A row for it can be picked, but not created: pass {\"type\": \"pick\", \"value\": ...}."),
            Self::Suppressed { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_TRIGGERED_ACTION_EXCEPTION,
                format!("no row was inserted into \"{relation}\""),
            )
            .hint("A trigger or a rule of that table suppressed the row, so no row can refer to it."),
        }
    }
}
