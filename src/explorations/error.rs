//! What can be wrong with an exploration.

use crate::error::{Error, Problem};
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

/// An exploration that cannot be compiled, run or stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExplorationError {
    /// Any other problem, at a place of the document.
    #[error("{path}: {problem}")]
    At { path: String, problem: Error },

    #[error("{path}: this must be {expected}")]
    WrongJson {
        path: String,
        expected: &'static str,
        given: String,
    },

    #[error("{path} is missing")]
    Missing { path: String, hint: &'static str },

    #[error("{path}: there is no key \"{key}\" here")]
    UnknownKey {
        path: String,
        key: String,
        known: String,
        nearest: String,
    },

    #[error("{path}: there is no {thing} \"{name}\"")]
    UnknownName {
        path: String,
        thing: &'static str,
        name: String,
        known: String,
        nearest: String,
    },

    #[error("{path}: the alias \"{alias}\" is taken")]
    DuplicateAlias { path: String, alias: String },

    #[error("{path}: {problem}")]
    Invalid {
        path: String,
        problem: String,
        hint: &'static str,
    },

    #[error("{path}: \"{function}\" does not take values of type {type_name}")]
    WrongType {
        path: String,
        function: &'static str,
        type_name: String,
        takes: &'static str,
    },

    #[error("a page of this exploration cannot begin after a row")]
    NoKeyset,

    #[error("exploration {id} does not exist")]
    Unknown { id: i64 },

    #[error("{place} does not exist")]
    Gone {
        place: String,
        detail: String,
        is_table: bool,
    },

    #[error("permission denied for exploration \"{name}\"")]
    NotAllowed { name: String, needed: &'static str },

    #[error("role with OID {0} does not exist")]
    UnknownRole(u32),

    #[error("the current role cannot act as role \"{role}\"")]
    CannotSetRole { role: String },

    #[error("the current role is not the owner of schema \"{schema}\"")]
    NotSchemaOwner { schema: String },

    #[error("an exploration named \"{name}\" exists already")]
    NameTaken { name: String, owner: String },
}

impl ExplorationError {
    /// Puts the place in front of a problem that has none yet.
    pub(super) fn at(path: &str, problem: Error) -> Error {
        Self::At {
            path: path.to_owned(),
            problem,
        }
        .into()
    }
}

impl Problem for ExplorationError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Self::At { problem, .. } => problem.fields().sqlstate,
            Self::WrongType { .. } => PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
            Self::UnknownName { thing: "column", .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
            Self::DuplicateAlias { .. } => PgSqlErrorCode::ERRCODE_DUPLICATE_ALIAS,
            Self::NoKeyset => PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            Self::Unknown { .. } | Self::UnknownRole(_) => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Self::Gone { is_table: true, .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
            Self::Gone { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
            Self::NotAllowed { .. } | Self::CannotSetRole { .. } | Self::NotSchemaOwner { .. } => {
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
            }
            Self::NameTaken { .. } => PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION,
            Self::WrongJson { .. }
            | Self::Missing { .. }
            | Self::UnknownKey { .. }
            | Self::UnknownName { .. }
            | Self::Invalid { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::At { problem, .. } => problem.fields().detail.map(Cow::into_owned),
            Self::WrongJson { given, .. } => Some(format!("It is {given}.")),
            Self::UnknownKey { known, .. } => Some(format!("The keys are {known}.")),
            Self::UnknownName { known, .. } => Some(format!("There are {known}.")),
            Self::WrongType { takes, .. } => Some(format!("It takes {takes}.")),
            Self::NoKeyset => Some("Its order does not tell all of its rows apart.".into()),
            Self::Gone { detail, .. } => Some(detail.clone()),
            Self::NotAllowed { needed, .. } => Some(format!("This takes the level {needed}.")),
            Self::NameTaken { owner, .. } => Some(format!("It belongs to role \"{owner}\".")),
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::At { problem, .. } => return problem.fields().hint,
            Self::Missing { hint, .. } | Self::Invalid { hint, .. } => hint,
            Self::UnknownKey { nearest, .. } | Self::UnknownName { nearest, .. } if !nearest.is_empty() => {
                return format!("Perhaps you meant {nearest}.").into();
            }
            Self::UnknownKey { .. } => "Leave the key out.",
            Self::UnknownName { .. } => "Use a name that is there.",
            Self::WrongJson { .. } => "docs/explorations.md describes the document.",
            Self::DuplicateAlias { .. } => "Give each column an alias of its own.",
            Self::WrongType { .. } => "Convert the values by a computed column, or use another function.",
            Self::NoKeyset => "Use \"offset\", or add the primary key to the columns and the order.",
            Self::Unknown { .. } => "msar.list_explorations() returns the explorations that the current role may see.",
            Self::Gone { .. } => {
                "Edit the exploration: msar.check_explorations() returns those that lack something, and what they lack."
            }
            Self::NotAllowed { .. } => "Ask its owner or a manager for msar.grant_exploration().",
            Self::UnknownRole(_) => "msar.list_roles() returns the roles of this server.",
            Self::CannotSetRole { .. } => "Choose a role that the current role is a member of, with the SET option.",
            Self::NotSchemaOwner { .. } => "Ask the owner of the schema, or grant on single explorations.",
            Self::NameTaken { .. } => "Choose another name.",
        }
        .into()
    }
}
