//! Errors that the extension raises, with SQLSTATE, detail and hint.
//!
//! Errors of one topic are an enum of that topic, which is a [`Problem`]. PostgreSQL's own errors pass through
//! unchanged.

use crate::pg::{Oid, report};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::borrow::Cow;

/// What the errors of a topic have besides their message.
pub(crate) trait Problem: std::error::Error {
    fn sqlstate(&self) -> PgSqlErrorCode;

    /// What is known about the case at hand, in full sentences.
    fn detail(&self) -> Option<String> {
        None
    }

    /// What to do about it, in full sentences.
    fn hint(&self) -> Cow<'static, str>;
}

impl<P: Problem + 'static> From<P> for Error {
    fn from(problem: P) -> Self {
        Error::Topic(Box::new(problem))
    }
}

/// What can be wrong with a call.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("schema with OID {} does not exist", .0.to_u32())]
    UnknownSchema(Oid),

    #[error("relation with OID {} does not exist", .0.to_u32())]
    UnknownRelation(Oid),

    #[error("\"{name}\" is not a table, view, materialized view or foreign table")]
    NotDescribable { name: String },

    #[error("column {attnum} of relation \"{relation}\" does not exist")]
    UnknownColumn { relation: String, attnum: i32 },

    #[error("cannot drop column {attnum} of relation \"{relation}\": it is inherited")]
    InheritedColumn { relation: String, attnum: i32 },

    #[error("cannot drop column {attnum} of relation \"{relation}\": it is part of the partition key")]
    PartitionKeyColumn { relation: String, attnum: i32 },

    #[error("cannot drop columns of \"{relation}\"")]
    FixedColumns { relation: String },

    #[error("cannot drop {object} because {by} requires it")]
    Required { object: String, by: String },

    #[error("cannot drop {object} because it is required by the database system")]
    SystemObject { object: String },

    #[error("column \"{name}\" of relation \"{relation}\" does not exist")]
    UnknownColumnName { relation: String, name: String },

    #[error("must be owner of relation \"{name}\"")]
    NotOwner { name: String },

    #[error("cannot store metadata of temporary table \"{name}\"")]
    TemporaryTable { name: String },

    #[error("metadata option \"{option}\" does not exist")]
    UnknownOption { option: String, known: String },

    #[error("invalid value for \"{option}\": it takes {expected}")]
    WrongOptionValue {
        option: &'static str,
        expected: String,
        given: String,
    },

    #[error("metadata option \"{option}\" does not apply to column \"{column}\", whose ui_type is {ui_type}")]
    OptionDoesNotApply {
        option: &'static str,
        column: String,
        ui_type: &'static str,
        applies_to: String,
    },

    #[error("column {attnum} of relation \"{relation}\" is in no foreign key")]
    NoForeignKey { relation: String, attnum: i16 },

    #[error("invalid value for argument \"{argument}\": {problem}")]
    InvalidArgument {
        argument: &'static str,
        problem: String,
        hint: &'static str,
    },

    #[error("{0}")]
    Topic(Box<dyn Problem>),

    #[error("cannot cast \"{value}\" to {target}")]
    NotCastable {
        value: String,
        target: &'static str,
        hint: &'static str,
    },

    #[error("argument {position} must not be NULL")]
    NullArgument { position: usize },

    #[error("an argument of {bytes} bytes is too large")]
    ArgumentTooLarge { bytes: usize, most: usize },

    #[error("cannot fill \"{relation}\": row-level security is in force for the current role")]
    PoliciesInForce { relation: String },

    #[error("out of memory")]
    OutOfMemory,

    #[error("the result is larger than 1 GB, the limit of a value")]
    DocumentTooLarge,

    #[error("there is no detached metadata of a table \"{schema}\".\"{name}\"")]
    NothingKept { schema: String, name: String },

    #[error("this function can only be called as an event trigger")]
    NoEventTrigger,

    #[error("could not read stored metadata: {0}")]
    UnreadableMetadata(serde_json::Error),

    #[error("SPI could not run an internal statement, code {0}")]
    StatementRefused(i32),

    #[error("a catalog entry was removed while it was read")]
    Vanished,

    #[error("could not write the document: {0}")]
    Serialization(serde_json::Error),
}

impl Error {
    pub(crate) fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Error::UnknownSchema(_) => PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME,
            Error::UnknownRelation(_) => PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
            Error::NotDescribable { .. } | Error::FixedColumns { .. } => {
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE
            }
            Error::UnknownColumn { .. } | Error::UnknownColumnName { .. } => {
                PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN
            }
            Error::NotOwner { .. } => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            Error::TemporaryTable { .. } => PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            Error::UnknownOption { .. }
            | Error::WrongOptionValue { .. }
            | Error::OptionDoesNotApply { .. }
            | Error::NoForeignKey { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Error::InheritedColumn { .. } | Error::PartitionKeyColumn { .. } => {
                PgSqlErrorCode::ERRCODE_INVALID_TABLE_DEFINITION
            }
            Error::Required { .. } | Error::SystemObject { .. } => {
                PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST
            }
            Error::InvalidArgument { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Error::Topic(problem) => problem.sqlstate(),
            Error::NullArgument { .. } => PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            Error::ArgumentTooLarge { .. } => PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            Error::PoliciesInForce { .. } => PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            Error::OutOfMemory => PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY,
            Error::NotCastable { .. } => PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
            Error::DocumentTooLarge | Error::Serialization(_) => {
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED
            }
            Error::NothingKept { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Error::UnreadableMetadata(_) => PgSqlErrorCode::ERRCODE_DATA_CORRUPTED,
            Error::StatementRefused(_) => PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
            Error::NoEventTrigger => PgSqlErrorCode::ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED,
            Error::Vanished => PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE,
        }
    }

    pub(crate) fn detail(&self) -> Option<String> {
        Some(match self {
            Error::Topic(problem) => return problem.detail(),
            Error::UnknownOption { known, .. } => format!("The options are {known}."),
            Error::WrongOptionValue { given, .. } => format!("The value is {given}."),
            Error::ArgumentTooLarge { most, .. } => {
                format!("A JSON document that is taken apart may have {most} bytes.")
            }
            Error::OptionDoesNotApply { applies_to, .. } => {
                format!("It applies to columns whose ui_type is {applies_to}.")
            }
            _ => return None,
        })
    }

    pub(crate) fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Error::Topic(problem) => return problem.hint(),
            Error::Required { by, .. } => return format!("You can drop {by} instead.").into(),
            Error::UnknownSchema(_) => {
                "msar.list_schemas() lists the schemas of this database with their OIDs."
            }
            Error::UnknownRelation(_) => {
                "It may have been dropped. msar.get_table_info(schema) lists the relations of a schema with their OIDs."
            }
            Error::NotDescribable { .. } => {
                "Pass an ordinary, partitioned or foreign table, a partition, a view or a materialized view."
            }
            Error::NotOwner { .. } => {
                "The owner of the relation, and roles that inherit the owner's privileges, may change its metadata."
            }
            Error::TemporaryTable { .. } => "Metadata is stored for permanent tables and views.",
            Error::UnknownOption { .. } => {
                "\\d+ msar_catalog.table_metadata and \\d+ msar_catalog.column_metadata describe the options."
            }
            Error::WrongOptionValue { .. } => "Pass null to clear an option.",
            Error::OptionDoesNotApply { .. } => {
                "The ui_type of a column decides which options it takes; msar.get_table_details(relation) returns it."
            }
            Error::NoForeignKey { .. } => {
                "A path continues to another table only from a column of a foreign key."
            }
            Error::UnknownColumn { .. } | Error::UnknownColumnName { .. } => {
                "msar.get_column_info(relation) lists the columns, each with its attnum as \"id\"."
            }
            Error::InheritedColumn { .. } => "Drop the column of the parent table instead.",
            Error::PartitionKeyColumn { .. } => "PostgreSQL does not drop such a column, even with CASCADE.",
            Error::FixedColumns { .. } => "Columns can be dropped from tables, except from typed tables.",
            Error::SystemObject { .. } => "Objects that initdb created cannot be dropped.",
            Error::InvalidArgument { hint, .. } | Error::NotCastable { hint, .. } => hint,
            Error::NothingKept { .. } => {
                "msar.list_detached_metadata() lists the detached metadata that the current role may see."
            }
            Error::UnreadableMetadata(_) => "Only the role that created the extension can have written it.",
            Error::StatementRefused(_) => "This is a bug in mathesar_ext. Please report it.",
            Error::NoEventTrigger => "PostgreSQL calls it after DDL commands.",
            Error::Vanished => "Other sessions are changing this schema. Repeat the call.",
            Error::NullArgument { .. } => "\\df+ shows what the arguments of the function mean.",
            Error::ArgumentTooLarge { .. } => "Pass it in several calls.",
            Error::PoliciesInForce { .. } => "Import as the owner of the table.",
            Error::OutOfMemory => {
                "The session has reached what the system lets it have. Pass less in a call."
            }
            Error::DocumentTooLarge | Error::Serialization(_) => {
                "Describe the relations one by one with msar.get_table_details(relation)."
            }
        };
        hint.into()
    }
}

impl From<Error> for ErrorReport {
    fn from(error: Error) -> Self {
        report::error(
            error.sqlstate(),
            error.to_string(),
            error.detail(),
            Some(error.hint().into_owned()),
        )
    }
}
