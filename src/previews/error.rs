//! Errors of preview templates, and of the keys of rows whose previews are requested.

use crate::error::{ErrorFields, ErrorText, MissingObject, TopicError};
use crate::values::template::SyntaxError;
use pgrx::prelude::PgSqlErrorCode;

/// That a preview cannot be given, or a template not be stored.
#[derive(Debug)]
pub(crate) enum PreviewError {
    /// `read` is the end of what stands before the mistake.
    Syntax {
        error: SyntaxError,
        read: String,
    },

    UnknownColumn(WrongName),

    NoForeignKey(WrongName),

    TemplatesNotAnObject,

    NoTableOfTemplate {
        key: String,
    },

    TemplateNotAnArray {
        table: u32,
    },

    WrongTemplatePart {
        table: u32,
        position: usize,
    },

    KeysNotAnArray,

    KeyNotAnObject {
        relation: String,
        keys: String,
    },

    /// That not all are of one key of the relation.
    OtherKey {
        relation: String,
        first: String,
        other: String,
    },

    TypeNotNameable {
        column: String,
    },

    NoSuchKey {
        relation: String,
        attnums: String,
        keys: String,
    },
}

/// A name in a template that does not mean what it should.
#[derive(Debug)]
pub(crate) struct WrongName {
    pub(super) name: String,
    /// In which it was looked for.
    pub(super) relation: String,
    pub(super) position: usize,
    /// Suggested names.
    pub(super) nearest: Vec<String>,
    /// The template before it.
    pub(super) read: String,
}

impl TopicError for PreviewError {
    fn fields(&self) -> ErrorFields {
        const TEMPLATES: &str = "Pass {\"<table OID>\": template}; a template is an array of strings and of paths, which are arrays of columns by attnum or name: \
             {\"16400\": [[2], \" (\", [5, 2], \")\"]}.";
        const KEY_OBJECT: &str =
            "Pass an object with the attnum and value of each column of one key: {\"1\": 7, \"2\": 3}.";
        match self {
            Self::Syntax { error, read } => {
                let text = ErrorText::new(
                    PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
                    format!("invalid preview template, at position {}: {}", error.position, error.mistake),
                );
                with_read(text, read).hint(error.hint())
            }
            Self::UnknownColumn(WrongName { name, relation, position, nearest, read }) => {
                let text = ErrorText::new(
                    PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
                    format!(
                        "column \"{name}\" of relation \"{relation}\" does not exist, at position {position} of the preview template"
                    ),
                )
                .missing(MissingObject::Column { relation: relation.clone(), name: name.clone() });
                with_read(text, read).hint(match nearest[..] {
                    [] => format!("\"{relation}\" has no columns."),
                    _ => format!("Perhaps you meant {}.", nearest.join(" or ")),
                })
            }
            Self::NoForeignKey(WrongName { name, relation, position, nearest, read }) => {
                let text = ErrorText::new(
                    PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!(
                        "column \"{name}\" of relation \"{relation}\" is in no foreign key, at position {position} of the preview template"
                    ),
                );
                with_read(text, read).hint(match nearest[..] {
                    [] => format!("\"{relation}\" has no foreign keys."),
                    _ => format!("Columns of foreign keys are {}.", nearest.join(", ")),
                })
            }
            Self::TemplatesNotAnObject => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "table_record_summary_templates is not an object",
            )
            .hint(TEMPLATES),
            Self::NoTableOfTemplate { key } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!(
                    "\"{key}\" is not the OID of a table, for which table_record_summary_templates could have a template"
                ),
            )
            .hint(TEMPLATES),
            // As clients of this argument know it.
            Self::TemplateNotAnArray { table } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
                format!("the template of table {table} is not an array"),
            )
            .hint(TEMPLATES),
            Self::WrongTemplatePart { table, position } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("part {position} of the template of table {table} is neither a string nor a path"),
            )
            .hint(TEMPLATES),
            Self::KeysNotAnArray => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "the keys are not an array",
            )
            .hint("Pass an array: [1, 2], or [{\"1\": 7, \"2\": 3}]."),
            Self::KeyNotAnObject { relation, keys } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("relation \"{relation}\" has no primary key of one column, so a key must be an object"),
            )
            .detail(keys.clone())
            .hint(KEY_OBJECT),
            Self::OtherKey { relation, first, other } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("not all keys are of the same key of relation \"{relation}\""),
            )
            .detail(format!("The first one is {first}, another one is {other}."))
            .hint("Pass keys of one primary key or unique constraint in a call, each column by its attnum or name."),
            Self::TypeNotNameable { column } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for the schema of the type of column \"{column}\""),
            )
            .hint("Ask the owner of that schema for USAGE on it."),
            Self::NoSuchKey { relation, attnums, keys } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("relation \"{relation}\" has no key of the columns {attnums}"),
            )
            .detail(keys.clone())
            .hint(KEY_OBJECT),
        }
    }
}

/// The text with the end of what was read, if anything was.
fn with_read(text: ErrorText, read: &str) -> ErrorText {
    match read {
        "" => text,
        read => text.detail(format!("Read up to there: {read}")),
    }
}
