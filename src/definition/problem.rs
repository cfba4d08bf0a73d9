//! What can be wrong with a definition by itself.

use crate::error::Problem;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error, PartialEq)]
pub(crate) enum DefinitionError {
    /// JSON of another shape than the argument takes.
    #[error("invalid definition in argument \"{argument}\": {problem}")]
    Malformed {
        argument: &'static str,
        problem: String,
        detail: Option<String>,
    },

    /// Keys that are each right by themselves, but not together.
    #[error("invalid definition of {object}: {problem}")]
    Contradictory {
        object: String,
        problem: String,
        hint: &'static str,
    },
}

impl DefinitionError {
    /// From serde's message, which ends with a position that means nothing for jsonb, and puts names into backquotes.
    pub(super) fn malformed(argument: &'static str, path: &str, message: &str) -> Self {
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(message)
            .replace('`', "\"")
            .replace("unknown field", "unknown key")
            .replace("missing field", "missing key")
            .replace("duplicate field", "duplicate key");
        let (problem, expected) = match message.split_once(", expected ") {
            Some((problem, expected)) => (problem.to_owned(), Some(expected.to_owned())),
            None => (message, None),
        };
        let place = (path != ".").then(|| format!("In {path}"));
        let detail = match (place, expected) {
            (Some(place), Some(expected)) => Some(format!("{place}. Expected is {expected}.")),
            (Some(place), None) => Some(format!("{place}.")),
            (None, Some(expected)) => Some(format!("Expected is {expected}.")),
            (None, None) => None,
        };
        Self::Malformed {
            argument,
            problem,
            detail,
        }
    }

    pub(super) fn contradictory(
        object: impl Into<String>,
        problem: impl Into<String>,
        hint: &'static str,
    ) -> Self {
        Self::Contradictory {
            object: object.into(),
            problem: problem.into(),
            hint,
        }
    }
}

impl Problem for DefinitionError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Malformed { detail, .. } => detail.clone(),
            Self::Contradictory { .. } => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Malformed { .. } => {
                "\\df+ in psql shows the form of each argument; docs/definitions.md lists every key.".into()
            }
            Self::Contradictory { hint, .. } => (*hint).into(),
        }
    }
}
