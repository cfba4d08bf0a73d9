//! What can be wrong with users and the roles that they act as.

use crate::error::Problem;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub(crate) enum UserError {
    #[error("role \"{role}\" is not a user")]
    NoUser { role: String },

    #[error("the old password of role \"{role}\" is wrong")]
    WrongPassword { role: String },

    #[error("a password must not be empty")]
    EmptyPassword,

    #[error("permission denied to change the profile of user \"{role}\"")]
    NotAllowed { role: String },

    #[error("role \"{role}\" is a superuser of PostgreSQL")]
    StaysSuperuser { role: String },

    #[error("user \"{role}\" acts as no other role in this database")]
    NoRoleMap { role: String },
}

impl Problem for UserError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            UserError::NoUser { .. } | UserError::NoRoleMap { .. } => {
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT
            }
            UserError::WrongPassword { .. } => PgSqlErrorCode::ERRCODE_INVALID_PASSWORD,
            UserError::EmptyPassword => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            UserError::NotAllowed { .. } | UserError::StaysSuperuser { .. } => {
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
            }
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            UserError::NoUser { .. } => "Users are roles that can log in: msar.list_users() returns them.",
            UserError::WrongPassword { .. } => {
                "Somebody who may alter the role can set a new one: msar.set_user_password(user, password)."
            }
            UserError::EmptyPassword => "Pass a password, or its SCRAM verifier.",
            UserError::NotAllowed { .. } => {
                "The user may change it, and whoever may alter the role: see CREATEROLE and ADMIN OPTION."
            }
            UserError::StaysSuperuser { .. } => {
                "Another superuser can change that: ALTER ROLE ... NOSUPERUSER NOCREATEROLE."
            }
            UserError::NoRoleMap { .. } => "msar.list_role_maps() returns who acts as which role.",
        }
        .into()
    }
}
