//! What can be wrong with shares and forms.

use crate::error::{Error, Problem};
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SharingError {
    /// The same for a slug that never was, one that is disabled and one that has expired, and for a share whose role is
    /// not what it was.
    #[error("there is no such share")]
    NoShare,

    #[error("share {id} does not exist")]
    UnknownShare { id: i64 },

    /// The same for a token that never was and one whose form is not published.
    #[error("there is no such form")]
    NoForm,

    #[error("form {id} does not exist")]
    UnknownForm { id: i64 },

    #[error("role with OID {0} does not exist")]
    UnknownRole(u32),

    #[error("the current role cannot act as role \"{role}\"")]
    CannotSetRole { role: String },

    #[error("role \"{role}\" is a superuser or bypasses row-level security")]
    PrivilegedRole { role: String },

    #[error("permission denied for {object}")]
    NotAllowed { object: String, needed: &'static str },

    /// A problem of a form's field, by its key.
    #[error("field \"{key}\": {problem}")]
    Field { key: String, problem: Error },

    #[error("field \"{key}\": {problem}")]
    InvalidField {
        key: String,
        problem: String,
        hint: &'static str,
    },

    #[error("the values are larger than a form takes")]
    TooLarge { bytes: usize, most: usize },
}

impl Problem for SharingError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Self::NoShare
            | Self::UnknownShare { .. }
            | Self::NoForm
            | Self::UnknownForm { .. }
            | Self::UnknownRole(_) => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Self::CannotSetRole { .. } | Self::PrivilegedRole { .. } | Self::NotAllowed { .. } => {
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
            }
            Self::Field { problem, .. } => problem.fields().sqlstate,
            Self::InvalidField { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Self::TooLarge { .. } => PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::NotAllowed { needed, .. } => Some(format!("It takes {needed}.")),
            Self::Field { problem, .. } => problem.fields().detail.map(Cow::into_owned),
            Self::TooLarge { bytes, most } => Some(format!("They have {bytes} bytes, of {most} at most.")),
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::NoShare => "Ask the person who gave you the link for a new one.",
            Self::NoForm => "Ask the person who gave you the link whether the form is published.",
            Self::UnknownShare { .. } => {
                "msar.list_shares() returns the shares that the current role may see."
            }
            Self::UnknownForm { .. } => {
                "msar.list_forms(schema) returns the forms that the current role may see."
            }
            Self::UnknownRole(_) => "msar.list_roles() returns the roles of this server.",
            Self::CannotSetRole { .. } => {
                "Choose a role that the current role is a member of, with the SET option."
            }
            Self::PrivilegedRole { .. } => {
                "Choose a role with few rights. A superuser can insist with \"privileged_role\": true."
            }
            Self::NotAllowed { .. } => "Ask the role that created it.",
            Self::Field { problem, .. } => return problem.fields().hint,
            Self::InvalidField { hint, .. } => hint,
            Self::TooLarge { .. } => "Send less.",
        }
        .into()
    }
}
