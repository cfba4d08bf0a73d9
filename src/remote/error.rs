//! What can be wrong with other servers.

use crate::error::{ErrorFields, ErrorText, TopicError};
use crate::pg::error_fields::{Failure, sqlstate_code};
use pgrx::prelude::PgSqlErrorCode;

/// That another server cannot be used, or what it said.
#[allow(
    clippy::large_enum_variant,
    reason = "an error is built once, where a call ends"
)]
#[derive(Debug)]
pub(crate) enum RemoteError {
    UnknownServer {
        name: String,
    },
    OtherWrapper {
        name: String,
        wrapper: String,
    },
    NotAllowed {
        name: String,
    },
    NoHost {
        name: String,
    },
    NoPassword {
        name: String,
    },
    PasswordNotAsked {
        name: String,
    },
    TooOld {
        name: String,
    },
    Unreachable {
        name: String,
        reason: String,
    },
    Lost {
        name: String,
        reason: String,
    },
    /// An error of the other server.
    Refused {
        name: String,
        failure: Failure,
    },
}

impl TopicError for RemoteError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::UnknownServer { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("server \"{name}\" does not exist"),
            )
            .hint("msar.list_servers() lists servers; CREATE SERVER ... FOREIGN DATA WRAPPER mathesar_ext creates one."),
            Self::OtherWrapper { name, wrapper } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
                format!("server \"{name}\" is of another foreign data wrapper"),
            )
            .detail(format!("Its foreign data wrapper is \"{wrapper}\"."))
            .hint("CREATE SERVER ... FOREIGN DATA WRAPPER mathesar_ext."),
            Self::NotAllowed { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for foreign server {name}"),
            )
            .hint("GRANT USAGE ON FOREIGN SERVER to the role."),
            Self::NoHost { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FDW_OPTION_NAME_NOT_FOUND,
                format!("server \"{name}\" has no option \"host\""),
            )
            .hint("ALTER SERVER ... OPTIONS (ADD host '...', ADD dbname '...')."),
            Self::NoPassword { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_S_R_E_PROHIBITED_SQL_STATEMENT_ATTEMPTED,
                format!("password is required for server \"{name}\""),
            )
            .detail("A role that is no superuser must give a password in its user mapping.")
            .hint("ALTER USER MAPPING FOR CURRENT_USER SERVER ... OPTIONS (ADD password '...')."),
            Self::PasswordNotAsked { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_S_R_E_PROHIBITED_SQL_STATEMENT_ATTEMPTED,
                format!("server \"{name}\" did not ask for a password"),
            )
            .detail("A role that is no superuser cannot use a server that lets it in without its password: the login would be that of this server.")
            .hint("Let pg_hba.conf of the other server ask for a password (scram-sha-256)."),
            Self::TooOld { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("server \"{name}\" is older than PostgreSQL 15"),
            )
            .hint("Name a server of PostgreSQL 15 or later."),
            Self::Unreachable { name, reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
                format!("could not connect to server \"{name}\""),
            )
            .detail(reason.clone())
            .hint("Look at the options of the server and of the user mapping, and whether the other server runs."),
            Self::Lost { name, reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_CONNECTION_FAILURE,
                format!("the connection to server \"{name}\" was lost"),
            )
            .detail(reason.clone())
            .hint("Whatever was not committed there was rolled back. Try again."),
            Self::Refused { name, failure } => {
                let text = ErrorText::new(sqlstate_code(&failure.sqlstate), failure.message.clone());
                let place = format!("Server \"{name}\" said so.");
                let detail = failure.detail.as_ref();
                text.detail(detail.map_or_else(|| place.clone(), |detail| format!("{detail} {place}")))
                    .hint(failure.hint.clone().unwrap_or_else(|| {
                        "The statement ran there with the privileges of the user of the user mapping.".into()
                    }))
            }
        }
    }
}
