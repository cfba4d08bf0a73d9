//! Errors in a request for records.

use crate::error::Problem;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

/// What a filter looks like, for hints.
pub(crate) const FILTER_SHAPE: &str = "A filter is {\"type\": key, \"args\": [...]}; \
     its arguments are filters, {\"type\": \"attnum\", \"value\": number} and {\"type\": \"literal\", \"value\": any}.";

/// A request that cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("column {column} of relation \"{relation}\" does not exist")]
    UnknownColumn {
        relation: String,
        column: String,
        columns: String,
    },

    #[error("permission denied for column \"{column}\" of relation \"{relation}\"")]
    UnreadableColumn { relation: String, column: String },

    #[error("filter \"{key}\" does not exist")]
    UnknownFilter { key: String, known: String },

    #[error("filter \"{key}\" takes {takes}, not {given}")]
    WrongArguments {
        key: &'static str,
        takes: String,
        given: usize,
    },

    #[error("invalid direction \"{direction}\"")]
    UnknownDirection { direction: String },

    #[error("invalid value for argument \"{argument}\": {problem}")]
    Invalid {
        argument: &'static str,
        problem: String,
        hint: &'static str,
    },

    #[error("rows cannot be {done} by {what}, which is of type {type_name}")]
    NoOrder {
        done: &'static str,
        what: String,
        type_name: String,
    },

    #[error("filter \"{key}\" takes {takes}, not a value of type {type_name}")]
    WrongType {
        key: &'static str,
        takes: &'static str,
        type_name: String,
    },

    #[error("the request is too complex")]
    TooComplex,

    #[error("rows of \"{relation}\" cannot be addressed: {reason}")]
    NoKey { relation: String, reason: String },

    #[error("invalid key for a row of \"{relation}\": {problem}")]
    InvalidKey {
        relation: String,
        problem: String,
        key: String,
    },

    #[error("the row of \"after\" does not exist")]
    NoSuchRow { relation: String },

    #[error("invalid join path: {problem}")]
    InvalidPath { problem: String },
}

impl Problem for RecordError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            RecordError::UnknownColumn { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
            RecordError::UnreadableColumn { .. } => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            RecordError::NoOrder { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION,
            RecordError::WrongType { .. } => PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
            RecordError::TooComplex => PgSqlErrorCode::ERRCODE_STATEMENT_TOO_COMPLEX,
            RecordError::NoKey { .. } => PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            RecordError::NoSuchRow { .. } => PgSqlErrorCode::ERRCODE_NO_DATA_FOUND,
            // What clients of these functions know.
            RecordError::InvalidPath { .. } => PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
            RecordError::UnknownFilter { .. }
            | RecordError::WrongArguments { .. }
            | RecordError::UnknownDirection { .. }
            | RecordError::Invalid { .. }
            | RecordError::InvalidKey { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            RecordError::UnknownColumn { columns, .. } => Some(format!("The columns are {columns}.")),
            RecordError::UnknownFilter { known, .. } => Some(format!("The filters are {known}.")),
            RecordError::InvalidKey { key, .. } => Some(format!("The key is {key}.")),
            RecordError::NoSuchRow { relation } => Some(format!(
                "The current role sees no row of \"{relation}\" with that key."
            )),
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            RecordError::UnknownColumn { .. } => {
                "msar.get_column_info(relation) lists the columns, each with its attnum as \"id\"."
            }
            RecordError::UnreadableColumn { .. } => "Ask for columns on which the current role has SELECT.",
            RecordError::UnknownFilter { .. } | RecordError::WrongArguments { .. } => FILTER_SHAPE,
            RecordError::UnknownDirection { .. } => "Pass \"asc\" or \"desc\".",
            RecordError::Invalid { hint, .. } => hint,
            RecordError::NoOrder { .. } => {
                "Use a column whose type has an order."
            }
            RecordError::WrongType { .. } => "Use a filter that fits the type; \"contains\" and \"starts_with\" match the text of any value.",
            RecordError::TooComplex => "A filter that stands within \"between\", \"in\" or \"json_array_length\" is evaluated more than once.",
            RecordError::NoKey { .. } => {
                "A row is addressed by the primary key of its table. Without one, rows can be listed, filtered and searched."
            }
            RecordError::InvalidKey { .. } => {
                "Pass the value of the key column; for a key of several columns, a JSON object {attnum: value} with each of them."
            }
            RecordError::NoSuchRow { .. } => "It may have been deleted. Begin again without \"after\", or use \"offset\".",
            RecordError::InvalidPath { .. } => {
                "A step of a path is [[OID of a table, attnum], [OID of the next one, attnum]]; msar.get_joinable_tables() gives paths."
            }
        }
        .into()
    }
}
