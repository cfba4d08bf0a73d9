//! Errors of shares and forms.

use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::subtransaction::CaughtReport;
use pgrx::prelude::PgSqlErrorCode;
use serde_json::{Value, json};

/// That something cannot be shared, or a link does not lead to anything.
#[derive(Debug)]
pub(crate) enum SharingError {
    /// The same for a slug that never was, one that is disabled and one that has expired, and for a share whose role is
    /// not what it was.
    NoShare,

    UnknownShare {
        id: i64,
    },

    /// The same for a token that never was and one whose form is not published.
    NoForm,

    UnknownForm {
        id: i64,
    },

    PrivilegedRole {
        role: String,
    },

    NotAllowed {
        object: String,
        needed: &'static str,
    },

    /// Something is wrong with what a visitor asked for, who must not learn what the log knows of names of before.
    ForVisitor(Box<Error>),

    /// A problem of a form's field, by its key.
    Field {
        key: String,
        problem: Error,
    },

    InvalidField {
        key: String,
        problem: String,
        hint: &'static str,
    },

    TooLarge {
        bytes: usize,
        most: usize,
    },

    /// An error of PostgreSQL, as one of a field.
    Postgres(PostgresFields),
}

impl TopicError for SharingError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NoShare => {
                ErrorText::new(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, "there is no such share")
                    .hint("Ask the person who gave you the link for a new one.")
            }
            Self::UnknownShare { id } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("share {id} does not exist"),
            )
            .hint("msar.list_shares() returns the shares that the current role may see."),
            Self::NoForm => ErrorText::new(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, "there is no such form")
                .hint("Ask the person who gave you the link whether the form is published."),
            Self::UnknownForm { id } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("form {id} does not exist"),
            )
            .hint("msar.list_forms(schema) returns the forms that the current role may see."),
            Self::PrivilegedRole { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("role \"{role}\" is a superuser or bypasses row-level security"),
            )
            .hint("Choose a role with fewer privileges. A superuser can choose it with \"privileged_role\": true."),
            Self::NotAllowed { object, needed } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for {object}"),
            )
            .detail(format!("It takes {needed}."))
            .hint("Ask the role that created it."),
            Self::Field { key, problem } => {
                let fields = problem.fields();
                ErrorFields {
                    message: format!("field \"{key}\": {}", fields.message).into(),
                    ..fields
                }
            }
            Self::ForVisitor(problem) => ErrorFields {
                missing: None,
                ..problem.fields()
            },
            Self::InvalidField { key, problem, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("field \"{key}\": {problem}"),
            )
            .hint(*hint),
            Self::TooLarge { bytes, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                "the values are larger than a form takes",
            )
            .detail(format!("They have {bytes} bytes, of {most} at most."))
            .hint("Send less."),
            Self::Postgres(report) => {
                let text = ErrorText::new(report.sqlstate, report.message.clone());
                let text = match &report.detail {
                    Some(detail) => text.detail(detail.clone()),
                    None => text,
                };
                let hint = report.hint.clone().filter(|hint| !hint.is_empty());
                text.hint(hint.unwrap_or_else(|| "Send another value.".to_owned()))
            }
        }
    }
}

/// A problem as a member of a document.
pub(super) fn describe_problem(problem: &Error) -> Value {
    let fields = problem.fields();
    json!({"message": fields.message, "detail": fields.detail})
}

/// The fields of an error that PostgreSQL raised.
#[derive(Debug)]
pub(crate) struct PostgresFields {
    sqlstate: PgSqlErrorCode,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl From<CaughtReport> for PostgresFields {
    fn from(report: CaughtReport) -> Self {
        Self {
            sqlstate: report.sqlstate,
            message: report.message,
            detail: report.detail,
            hint: report.hint,
        }
    }
}
