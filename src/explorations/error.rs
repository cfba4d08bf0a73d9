//! Errors of explorations.

use crate::error::{Error, ErrorFields, ErrorText, ManualPage, MissingObject, TopicError};
use pgrx::prelude::PgSqlErrorCode;

/// Messages by which callers of the web service's methods tell errors apart, too.
pub(crate) const BLANK_ALIAS: &str = "an alias is not blank";
pub(crate) const NULLS_TWICE: &str = "NULLs come first or last";

/// An exploration that cannot be compiled, run or stored.
#[derive(Debug)]
pub(crate) enum ExplorationError {
    /// Any other problem, at a place of the document.
    At {
        path: String,
        problem: Error,
    },

    WrongJson {
        path: String,
        expected: &'static str,
        given: String,
        page: ManualPage,
    },

    Missing {
        path: String,
        hint: &'static str,
    },

    UnknownKey {
        path: String,
        key: String,
        known: String,
        nearest: String,
    },

    UnknownName {
        path: String,
        thing: &'static str,
        name: String,
        known: String,
        nearest: String,
    },

    DuplicateAlias {
        path: String,
        alias: String,
    },

    Invalid {
        path: String,
        problem: String,
        hint: &'static str,
    },

    WrongType {
        path: String,
        function: &'static str,
        type_name: String,
        takes: &'static str,
    },

    NoKeyset,

    Unknown {
        id: i64,
    },

    /// A relation that a document names.
    UnknownTable {
        schema: String,
        name: String,
        path: String,
    },

    Gone {
        place: String,
        detail: String,
        is_table: bool,
    },

    NotAllowed {
        name: String,
        needed: &'static str,
    },

    NotSchemaOwner {
        schema: String,
    },

    NameTaken {
        name: String,
        owner: String,
    },

    ViewNameTaken {
        name: String,
        owner: String,
    },

    /// More of something than an exploration may have.
    TooMany {
        path: String,
        what: &'static str,
        number: usize,
        most: usize,
    },
}

impl ExplorationError {
    /// Puts the place in front of a problem that has none yet.
    pub(crate) fn at(path: &str, problem: Error) -> Error {
        Self::At {
            path: path.to_owned(),
            problem,
        }
        .into()
    }
}

impl TopicError for ExplorationError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::At { path, problem } => {
                let fields = problem.fields();
                ErrorFields {
                    message: format!("{path}: {}", fields.message).into(),
                    ..fields
                }
            }
            Self::WrongJson {
                path,
                expected,
                given,
                page,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("{path}: this must be {expected}"),
            )
            .detail(format!("It is {given}."))
            .hint(format!("{} describes the document.", page.path())),
            Self::Missing { path, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("{path} is missing"),
            )
            .hint(*hint),
            Self::UnknownKey {
                path,
                key,
                known,
                nearest,
            } => {
                let text = ErrorText::new(
                    PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!("{path}: there is no key \"{key}\" here"),
                )
                .detail(format!("The keys are {known}."));
                hint_nearest(text, nearest, "Leave the key out.")
            }
            Self::UnknownName {
                path,
                thing,
                name,
                known,
                nearest,
            } => {
                let sqlstate = match *thing {
                    "column" => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
                    _ => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                };
                let text = ErrorText::new(sqlstate, format!("{path}: there is no {thing} \"{name}\""))
                    .detail(format!("There are {known}."));
                hint_nearest(text, nearest, "Use a name that is there.")
            }
            Self::DuplicateAlias { path, alias } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_ALIAS,
                format!("{path}: the alias \"{alias}\" is taken"),
            )
            .hint("Give each column an alias of its own."),
            Self::Invalid { path, problem, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("{path}: {problem}"),
            )
            .hint(*hint),
            Self::WrongType {
                path,
                function,
                type_name,
                takes,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
                format!("{path}: \"{function}\" does not take values of type {type_name}"),
            )
            .detail(format!("It takes {takes}."))
            .hint("Convert the values by a computed column, or use another function."),
            Self::NoKeyset => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "a page of this exploration cannot begin after a row",
            )
            .detail("Its order does not tell all of its rows apart.")
            .hint("Use \"offset\", or add the primary key to the columns and the order."),
            Self::Unknown { id } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("exploration {id} does not exist"),
            )
            .hint("msar.list_explorations() returns the explorations that the current role may see."),
            Self::UnknownTable { schema, name, path } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                format!("relation \"{schema}\".\"{name}\" does not exist"),
            )
            .missing(MissingObject::Relation {
                schema: Some(schema.clone()),
                name: name.clone(),
            })
            .detail(format!("{path} names it."))
            .hint("Name a relation of this database, with its schema."),
            Self::Gone {
                place,
                detail,
                is_table,
            } => {
                let sqlstate = match is_table {
                    true => PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                    false => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
                };
                ErrorText::new(sqlstate, format!("{place} does not exist"))
                    .detail(detail.clone())
                    .hint(
                        "Edit the exploration. msar.check_explorations() lists those that cannot run, with the reason.",
                    )
            }
            Self::NotAllowed { name, needed } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for exploration \"{name}\""),
            )
            .detail(format!("This takes the level {needed}."))
            .hint("Ask its owner or a manager for msar.grant_exploration()."),
            Self::NotSchemaOwner { schema } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("the current role is not the owner of schema \"{schema}\""),
            )
            .hint("Ask the owner of the schema, or grant on single explorations."),
            Self::NameTaken { name, owner } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION,
                format!("an exploration named \"{name}\" exists already"),
            )
            .detail(format!("It belongs to role \"{owner}\"."))
            .hint("Choose another name."),
            Self::ViewNameTaken { name, owner } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_TABLE,
                format!("the name \"{name}\" is taken in schema \"msar_queries\""),
            )
            .detail(format!("The object of that name is not a view of an exploration; it belongs to role \"{owner}\"."))
            .hint("Choose another name for the exploration, save it without \"view\", or ask that role to drop it."),
            Self::TooMany {
                path,
                what,
                number,
                most,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("{path}: there are too many {what}"),
            )
            .detail(format!("There are {number}, of {most} at most."))
            .hint("Save a part as an exploration with a view, and begin another one with that view."),
        }
    }
}

/// The text with the names that are like the one that was given, if there are any.
fn hint_nearest(text: ErrorText, nearest: &str, otherwise: &'static str) -> ErrorFields {
    match nearest {
        "" => text.hint(otherwise),
        nearest => text.hint(format!("Perhaps you meant {nearest}.")),
    }
}
