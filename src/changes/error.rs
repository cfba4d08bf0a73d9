//! Errors of the change log.

use crate::error::Problem;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error("the tables of the change log are not as mathesar_ext created them")]
    NotAsCreated,
    #[error("this text is not a change token")]
    NoToken,
}

impl Problem for ChangeError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Self::NotAsCreated => PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            Self::NoToken => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::NotAsCreated => {
                "Only a superuser can have changed them. Undo the change, or create the extension anew.".into()
            }
            Self::NoToken => {
                "Pass a token that msar.sync_schema, msar.list_changes or msar.get_change_token returned, unchanged; or NULL."
                    .into()
            }
        }
    }
}
