//! Errors of the names and objects that statements are about.

use crate::error::{ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;

const ROLES: &str = "msar.list_roles() lists the roles with their OIDs.";

/// That a statement cannot be written.
#[derive(Debug)]
pub(crate) enum DdlError {
    NameTooLong { name: String, bytes: usize },

    ReservedSchema { schema: String },

    UnknownRole(u32),

    UnknownRoleName { name: String },

    UnknownDatabase(u32),
}

impl TopicError for DdlError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NameTooLong { name, bytes } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NAME_TOO_LONG,
                format!("name \"{name}\" is too long"),
            )
            .detail(format!("It has {bytes} bytes."))
            .hint(
                "PostgreSQL truncates names to 63 bytes. Letters other than a to z can take several bytes.",
            ),
            Self::ReservedSchema { schema } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("schema \"{schema}\" cannot be changed by this call"),
            )
            .detail("It belongs to PostgreSQL or to the extension mathesar_ext.")
            .hint("Use a schema of your own."),
            Self::UnknownRole(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("role with OID {value} does not exist"),
            )
            .hint(ROLES),
            Self::UnknownRoleName { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("role \"{name}\" does not exist"),
            )
            .hint(ROLES),
            Self::UnknownDatabase(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("database with OID {value} does not exist"),
            )
            .hint("pg_catalog.pg_database lists the databases with their OIDs."),
        }
    }
}
