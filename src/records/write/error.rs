//! Errors in records to be written.

use crate::error::Problem;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error("argument \"{argument}\" must not be null")]
    NullArgument { argument: &'static str },

    #[error("invalid value for argument \"{argument}\": {problem}")]
    WrongShape {
        argument: &'static str,
        problem: String,
        hint: &'static str,
    },

    #[error("cannot write to column \"{column}\" of relation \"{relation}\"")]
    NotWritable {
        relation: String,
        column: String,
        reason: NotWritable,
    },

    #[error("column \"{column}\" is named more than once")]
    NamedTwice { column: String, keys: [String; 2] },

    #[error("No rows updated")]
    NoSuchRow { relation: String },

    #[error("the key is that of more than one row of \"{relation}\"")]
    AmbiguousKey { relation: String },

    #[error("invalid form: {problem}")]
    WrongForm { problem: String },

    #[error("column \"{column}\" of relation \"{relation}\" has foreign keys to different columns")]
    AmbiguousReference {
        relation: String,
        column: String,
        referents: Vec<String>,
    },

    #[error("no row was inserted into \"{relation}\"")]
    Suppressed { relation: String },
}

/// Why nobody can give a column a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotWritable {
    Generated,
    AlwaysIdentity,
}

impl Problem for WriteError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Self::NullArgument { .. } => PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            Self::WrongShape { .. } | Self::WrongForm { .. } => {
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
            }
            Self::NotWritable { .. } => PgSqlErrorCode::ERRCODE_GENERATED_ALWAYS,
            Self::NamedTwice { .. } => PgSqlErrorCode::ERRCODE_DUPLICATE_COLUMN,
            Self::NoSuchRow { .. } | Self::AmbiguousReference { .. } => {
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION
            }
            Self::AmbiguousKey { .. } => PgSqlErrorCode::ERRCODE_CARDINALITY_VIOLATION,
            Self::Suppressed { .. } => PgSqlErrorCode::ERRCODE_TRIGGERED_ACTION_EXCEPTION,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::NotWritable {
                reason: NotWritable::Generated,
                column,
                ..
            } => Some(format!("Column \"{column}\" is a generated column.")),
            Self::NotWritable {
                reason: NotWritable::AlwaysIdentity,
                column,
                ..
            } => Some(format!(
                "Column \"{column}\" is an identity column defined as GENERATED ALWAYS."
            )),
            Self::NamedTwice {
                keys: [one, other], ..
            } => Some(format!("It is named as \"{one}\" and as \"{other}\".")),
            Self::NoSuchRow { relation } => Some(format!(
                "\"{relation}\" has no row of that key, or none that the current role may update."
            )),
            Self::AmbiguousReference { referents, .. } => {
                Some(format!("They refer to {}.", referents.join(" and ")))
            }
            Self::AmbiguousKey { .. } => Some("Child tables have rows with the same key.".into()),
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::NullArgument { .. } => "Pass a value.".into(),
            Self::WrongShape { hint, .. } => (*hint).into(),
            Self::WrongForm { .. } => "The comment on msar.form_insert describes fields and values.".into(),
            Self::NotWritable { .. } => "Leave it out: PostgreSQL generates its value.".into(),
            Self::NamedTwice { .. } => {
                "Name each column once, by its attnum or by its name, and in the same way in all rows.".into()
            }
            Self::NoSuchRow { .. } => {
                "The row may have been deleted, or its key changed. Read the records again.".into()
            }
            Self::AmbiguousKey { .. } => "Use the child table that stores the row.".into(),
            Self::AmbiguousReference { .. } => {
                "A row for it can be picked, but not created: pass {\"type\": \"pick\", \"value\": ...}."
                    .into()
            }
            Self::Suppressed { .. } => {
                "A trigger or a rule of that table suppressed the row, so no row can refer to it.".into()
            }
        }
    }
}
