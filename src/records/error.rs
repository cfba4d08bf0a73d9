//! Errors in a request for records.

use super::path_name;
use crate::error::{self, ErrorFields, ErrorText, MissingObject, TopicError, hints};
use pgrx::prelude::PgSqlErrorCode;

/// The shape of a filter, for hints.
pub(crate) const FILTER_SHAPE: &str = "A filter is {\"type\": key, \"args\": [...]}; \
     its arguments are filters, {\"type\": \"attnum\", \"value\": number} and {\"type\": \"literal\", \"value\": any}.";

/// The shape of an order, for hints.
pub(crate) const ORDER_SHAPE: &str = "Pass [{\"attnum\": number, \"direction\": \"asc\" or \"desc\"}, ...].";

/// What functions of the least or the greatest take, for messages.
pub(crate) const ORDERED_VALUES: &str = "values that have an order";

/// A request that cannot be served.
#[derive(Debug)]
pub(crate) enum RecordError {
    UnknownColumn {
        relation: String,
        /// As the message shows it.
        column: String,
        /// If the request named it.
        name: Option<String>,
        columns: String,
    },

    UnreadableColumn {
        relation: String,
        column: String,
    },

    UnknownFilter {
        key: String,
        known: String,
    },

    WrongArguments {
        key: &'static str,
        takes: String,
        given: usize,
    },

    UnknownDirection {
        direction: String,
    },

    Invalid {
        argument: &'static str,
        problem: String,
        hint: &'static str,
    },

    NoOrder {
        done: &'static str,
        what: String,
        type_name: String,
    },

    WrongType {
        key: &'static str,
        takes: &'static str,
        type_name: String,
    },

    /// That values of two types cannot be compared.
    NoOperator {
        left: String,
        right: String,
    },

    TooComplex,

    /// In the paths of joined columns.
    TooManyJoins {
        joins: usize,
        most: usize,
    },

    NoKey {
        relation: String,
        reason: String,
    },

    InvalidKey {
        relation: String,
        problem: String,
        key: String,
    },

    NoSuchRow {
        relation: String,
    },

    /// That no row has the key that was passed.
    UnknownKey {
        relation: String,
    },

    NothingToShow,

    InvalidPath {
        problem: String,
    },

    /// Of a joined column, by its number.
    DuplicateAlias {
        number: usize,
        alias: String,
    },
}

impl TopicError for RecordError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::UnknownKey { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NO_DATA_FOUND,
                format!("no row of \"{relation}\" has this key"),
            )
            .hint("It may have been deleted, or a policy may hide it from the current role."),
            Self::NothingToShow => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                "there is nothing to show",
            )
            .hint("Ask for SELECT on columns of the relation."),
            Self::UnknownColumn {
                relation,
                column,
                name,
                columns,
            } => {
                let mut detail = format!("The columns are {columns}.");
                if name.as_deref().is_some_and(path_name::is_path) {
                    detail.push_str(" A path along foreign keys is not taken here.");
                }
                let text = error::unknown_column(relation, column).detail(detail);
                let text = match name {
                    None => text,
                    Some(name) => text.missing(MissingObject::Column {
                        relation: relation.clone(),
                        name: name.clone(),
                    }),
                };
                text.hint(hints::COLUMNS)
            }
            Self::UnreadableColumn { relation, column } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for column \"{column}\" of relation \"{relation}\""),
            )
            .hint("Ask for columns on which the current role has SELECT."),
            Self::UnknownFilter { key, known } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("filter \"{key}\" does not exist"),
            )
            .detail(format!("The filters are {known}."))
            .hint(FILTER_SHAPE),
            Self::WrongArguments { key, takes, given } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("filter \"{key}\" takes {takes}, not {given}"),
            )
            .hint(FILTER_SHAPE),
            Self::UnknownDirection { direction } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid direction \"{direction}\""),
            )
            .hint("Pass \"asc\" or \"desc\"."),
            Self::Invalid {
                argument,
                problem,
                hint,
            } => error::invalid_argument(argument, problem, hint),
            Self::NoOrder {
                done,
                what,
                type_name,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION,
                format!("rows cannot be {done} by {what}, which is of type {type_name}"),
            )
            .hint("Use a column whose type has an order."),
            Self::WrongType {
                key,
                takes,
                type_name,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
                format!("filter \"{key}\" takes {takes}, not a value of type {type_name}"),
            )
            .hint(
                "Use a filter that fits the type; \"contains\" and \"starts_with\" match the text of any \
                 value.",
            ),
            Self::NoOperator { left, right } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION,
                format!("a value of type {left} cannot be compared with one of type {right}"),
            )
            .hint("Compare values of the same type. In explorations, \"to_text\" converts a value to text."),
            Self::TooManyJoins { joins, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                "the paths of \"joined_columns\" have too many steps",
            )
            .detail(format!("There are {joins}, of {most} at most."))
            .hint("Ask for fewer joined columns at once."),
            Self::TooComplex => ErrorText::new(
                PgSqlErrorCode::ERRCODE_STATEMENT_TOO_COMPLEX,
                "the request is too complex",
            )
            .hint(
                "A filter that stands within \"between\", \"in\" or \"json_array_length\" is evaluated \
                 more than once.",
            ),
            Self::NoKey { relation, reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("rows of \"{relation}\" cannot be addressed: {reason}"),
            )
            .hint(
                "A row is addressed by the primary key of its table. Without one, rows can be listed, \
                 filtered and searched.",
            ),
            Self::InvalidKey {
                relation,
                problem,
                key,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid key for a row of \"{relation}\": {problem}"),
            )
            .detail(format!("The key is {key}."))
            .hint(
                "Pass the value of the primary key, if it has one column, or a JSON object with the columns of the \
                 primary key or of a unique constraint, by attnum or by name.",
            ),
            Self::NoSuchRow { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NO_DATA_FOUND,
                "the row of \"after\" does not exist",
            )
            .detail(format!(
                "The current role sees no row of \"{relation}\" with that key."
            ))
            .hint("It may have been deleted. Begin again without \"after\", or use \"offset\"."),
            Self::DuplicateAlias { number, alias } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_ALIAS,
                format!("joined_columns[{number}]: the alias \"{alias}\" is taken"),
            )
            .hint("Choose an alias that no other joined column has, and no member of the records."),
            Self::InvalidPath { problem } => {
                // The code that clients of these functions know.
                ErrorText::new(
                    PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
                    format!("invalid join path: {problem}"),
                )
                .hint(
                    "A step of a path is [[OID of a table, attnum], [OID of the next one, attnum]]; \
                 msar.get_joinable_tables() returns paths.",
                )
            }
        }
    }
}
