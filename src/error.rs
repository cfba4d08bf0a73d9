//! Errors that the extension raises, with SQLSTATE, message, detail and hint.
//!
//! Errors of one topic are an enum of that topic, a [`TopicError`], in the file `error.rs` of its room. PostgreSQL's
//! own errors pass through unchanged.

use pgrx::pg_sys::Oid;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

/// The fields of an error that the client gets.
pub(crate) struct ErrorFields {
    pub(crate) sqlstate: PgSqlErrorCode,
    /// What is wrong, in the caller's terms.
    pub(crate) message: Cow<'static, str>,
    /// The values of the case at hand, in full sentences.
    pub(crate) detail: Option<Cow<'static, str>>,
    /// The next step for the caller, in full sentences.
    pub(crate) hint: Cow<'static, str>,
    /// What does not exist, if that is what is wrong.
    pub(crate) missing: Option<MissingObject>,
}

/// Something that a caller named, and that does not exist.
#[derive(Debug)]
pub(crate) enum MissingObject {
    RelationOid(u32),
    Relation { schema: Option<String>, name: String },
    Column { relation: String, name: String },
}

/// Returns what became of a missing object, as a sentence for a hint.
pub(crate) type MissingObjectAdvisor = fn(&MissingObject) -> Option<String>;

static ADVISOR: OnceLock<MissingObjectAdvisor> = OnceLock::new();

/// Sets the function that says what became of a missing object: it belongs to a room above, which this file cannot call.
pub(crate) fn set_advisor(advisor: MissingObjectAdvisor) {
    let _ = ADVISOR.set(advisor);
}

/// An error without its hint, which comes last and cannot be left out.
pub(crate) struct ErrorText {
    sqlstate: PgSqlErrorCode,
    message: Cow<'static, str>,
    detail: Option<Cow<'static, str>>,
    missing: Option<MissingObject>,
}

impl ErrorText {
    pub(crate) fn new(sqlstate: PgSqlErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            sqlstate,
            message: message.into(),
            detail: None,
            missing: None,
        }
    }

    /// Names what does not exist.
    pub(crate) fn missing(mut self, missing: MissingObject) -> Self {
        self.missing = Some(missing);
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn hint(self, hint: impl Into<Cow<'static, str>>) -> ErrorFields {
        let Self {
            sqlstate,
            message,
            detail,
            missing,
        } = self;
        ErrorFields {
            sqlstate,
            message,
            detail,
            hint: hint.into(),
            missing,
        }
    }
}

/// The errors of one topic.
pub(crate) trait TopicError: fmt::Debug {
    /// The fields that the client gets.
    fn fields(&self) -> ErrorFields;
}

impl<E: TopicError + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Topic(Box::new(error))
    }
}

/// Hints that several errors give.
pub(crate) mod hints {
    pub(crate) const COLUMNS: &str =
        "msar.get_column_info(relation) lists the columns, each with its attnum as \"id\".";
    pub(crate) const ONE_BY_ONE: &str =
        "Describe the relations one by one with msar.get_table_details(relation).";
    pub(crate) const LESS_NESTED: &str = "Pass a document that is nested less deeply.";
    pub(crate) const OWNER: &str =
        "The owner of the relation, and roles that inherit the owner's privileges, may change it.";
}

/// A page of the documentation, to which a hint refers: the one about the document that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ManualPage {
    ApplyDefinitions,
    Changes,
    Definitions,
    Explorations,
    Forms,
    Reflector,
    Roles,
    Rpc,
    Sharing,
    Types,
}

impl ManualPage {
    #[cfg(test)]
    const ALL: [Self; 10] = [
        Self::ApplyDefinitions,
        Self::Changes,
        Self::Definitions,
        Self::Explorations,
        Self::Forms,
        Self::Reflector,
        Self::Roles,
        Self::Rpc,
        Self::Sharing,
        Self::Types,
    ];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::ApplyDefinitions => "docs/apply_definitions.md",
            Self::Changes => "docs/changes.md",
            Self::Definitions => "docs/definitions.md",
            Self::Explorations => "docs/explorations.md",
            Self::Forms => "docs/forms.md",
            Self::Reflector => "docs/reflector.md",
            Self::Roles => "docs/roles.md",
            Self::Rpc => "docs/rpc.md",
            Self::Sharing => "docs/sharing.md",
            Self::Types => "docs/types.md",
        }
    }
}

/// That a column does not exist; `column` is its number, or its name in quotes.
pub(crate) fn unknown_column(relation: &str, column: impl fmt::Display) -> ErrorText {
    ErrorText::new(
        PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
        format!("column {column} of relation \"{relation}\" does not exist"),
    )
}

/// That the value of an argument is not what it takes.
pub(crate) fn invalid_argument(argument: &str, problem: &str, hint: &'static str) -> ErrorFields {
    ErrorText::new(
        PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        format!("invalid value for argument \"{argument}\": {problem}"),
    )
    .hint(hint)
}

/// That the function cannot do without an argument.
pub(crate) fn null_argument(argument: &str) -> ErrorFields {
    ErrorText::new(
        PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
        format!("argument \"{argument}\" must not be null"),
    )
    .hint("Pass a value.")
}

/// Errors that several topics share. Errors of one topic are an enum of that topic.
#[derive(Debug)]
pub(crate) enum Error {
    UnknownSchema(Oid),

    UnknownRelation(Oid),

    NotDescribable {
        name: String,
    },

    /// The current role may read no column of it.
    UnreadableRelation {
        name: String,
    },

    UnknownColumn {
        relation: String,
        attnum: i32,
    },

    UnknownColumnName {
        relation: String,
        name: String,
    },

    NotOwner {
        name: String,
    },

    TemporaryTable {
        name: String,
    },

    UnknownOption {
        option: String,
        known: String,
    },

    WrongOptionValue {
        option: &'static str,
        expected: String,
        given: String,
    },

    OptionDoesNotApply {
        option: &'static str,
        column: String,
        ui_type: &'static str,
        applies_to: String,
    },

    NoForeignKey {
        relation: String,
        attnum: i16,
    },

    InvalidArgument {
        argument: &'static str,
        problem: String,
        hint: &'static str,
    },

    NullArgument {
        argument: &'static str,
    },

    /// The same, of an argument that is only known by its place.
    NullArgumentAt {
        position: usize,
    },

    ArgumentTooLarge {
        bytes: usize,
        most: usize,
    },

    /// Of a short text or an array of numbers.
    ArgumentTooLong {
        bytes: usize,
        most: usize,
    },

    /// Of a value of a column.
    ValueTooLong {
        bytes: usize,
        most: usize,
    },

    OutOfMemory,

    Topic(Box<dyn TopicError>),

    NotCastable {
        value: String,
        target: &'static str,
        hint: &'static str,
    },

    DocumentTooLarge,

    TooManyPaths {
        most: usize,
    },

    NothingKept {
        schema: String,
        name: String,
    },

    NoEventTrigger,

    UnreadableMetadata(serde_json::Error),

    StatementRefused(i32),

    Vanished,

    /// Code that ran as another role has made objects in `pg_temp`.
    LeftTemporaryObjects,

    Serialization(serde_json::Error),
}

impl Error {
    /// The fields that the client gets.
    pub(crate) fn fields(&self) -> ErrorFields {
        match self {
            Self::UnknownSchema(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME,
                format!("schema with OID {} does not exist", value.to_u32()),
            )
            .hint("msar.list_schemas() lists the schemas of this database with their OIDs."),
            Self::UnknownRelation(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                format!("relation with OID {} does not exist", value.to_u32()),
            )
            .missing(MissingObject::RelationOid(value.to_u32()))
            .hint(
                "It may have been dropped. msar.get_table_info(schema) lists the relations of a schema \
                 with their OIDs.",
            ),
            Self::NotDescribable { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
                format!("\"{name}\" is not a table, view, materialized view or foreign table"),
            )
            .hint(
                "Pass an ordinary, partitioned or foreign table, a partition, a view or a materialized \
                 view.",
            ),
            Self::UnreadableRelation { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for relation \"{name}\""),
            )
            .hint("Ask for a relation on which the current role has SELECT."),
            Self::UnknownColumn { relation, attnum } => unknown_column(relation, attnum).hint(hints::COLUMNS),
            Self::UnknownColumnName { relation, name } => {
                unknown_column(relation, format_args!("\"{name}\""))
                    .missing(MissingObject::Column {
                        relation: relation.clone(),
                        name: name.clone(),
                    })
                    .hint(hints::COLUMNS)
            }
            Self::NotOwner { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("must be owner of relation \"{name}\""),
            )
            .hint(hints::OWNER),
            Self::TemporaryTable { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("cannot store metadata of temporary table \"{name}\""),
            )
            .hint("Metadata is stored for permanent tables and views."),
            Self::UnknownOption { option, known } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("metadata option \"{option}\" does not exist"),
            )
            .detail(format!("The options are {known}."))
            .hint(
                "\\d+ msar_catalog.table_metadata and \\d+ msar_catalog.column_metadata describe the \
                 options.",
            ),
            Self::WrongOptionValue {
                option,
                expected,
                given,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid value for \"{option}\": it takes {expected}"),
            )
            .detail(format!("The value is {given}."))
            .hint("Pass null to clear an option."),
            Self::OptionDoesNotApply {
                option,
                column,
                ui_type,
                applies_to,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!(
                    "metadata option \"{option}\" does not apply to column \"{column}\", whose ui_type is \
                 {ui_type}"
                ),
            )
            .detail(format!("It applies to columns whose ui_type is {applies_to}."))
            .hint(
                "The ui_type of a column decides which options it takes; \
                 msar.get_table_details(relation) returns it.",
            ),
            Self::NoForeignKey { relation, attnum } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("column {attnum} of relation \"{relation}\" is in no foreign key"),
            )
            .hint("A path continues to another table only from a column of a foreign key."),
            Self::InvalidArgument {
                argument,
                problem,
                hint,
            } => invalid_argument(argument, problem, hint),
            Self::NullArgument { argument } => null_argument(argument),
            Self::NullArgumentAt { position } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
                format!("argument {position} must not be null"),
            )
            .hint("Pass a value."),
            Self::ArgumentTooLarge { bytes, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("an argument of {bytes} bytes is too large"),
            )
            .detail(format!("A JSON document may have {most} bytes."))
            .hint("Pass it in several calls."),
            Self::ArgumentTooLong { bytes, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("an argument of {bytes} bytes is too long"),
            )
            .detail(format!(
                "A name, another short text or an array of numbers may have {most} bytes."
            ))
            .hint("Pass a shorter one."),
            Self::ValueTooLong { bytes, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("a text of {bytes} bytes is too long for this function"),
            )
            .detail(format!(
                "A value that is read, cast or shown may have {most} bytes."
            ))
            .hint("Leave the value as text."),
            Self::OutOfMemory => ErrorText::new(PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY, "out of memory")
                .hint("The system has no more memory for this session. Pass less in a call."),
            Self::Topic(error) => error.fields(),
            Self::NotCastable { value, target, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
                format!("cannot cast \"{value}\" to {target}"),
            )
            .hint(*hint),
            Self::DocumentTooLarge => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                "the result is larger than 1 GB, the limit of a value",
            )
            .hint(hints::ONE_BY_ONE),
            Self::TooManyPaths { most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("there are more than {most} join paths"),
            )
            .hint("Pass a smaller max_depth."),
            Self::NothingKept { schema, name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("there is no detached metadata of a table \"{schema}\".\"{name}\""),
            )
            .hint("msar.list_detached_metadata() lists the detached metadata that the current role may see."),
            Self::NoEventTrigger => ErrorText::new(
                PgSqlErrorCode::ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED,
                "this function can only be called as an event trigger",
            )
            .hint("PostgreSQL calls it after DDL commands."),
            Self::UnreadableMetadata(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("could not read stored metadata: {value}"),
            )
            .hint("Only the role that created the extension can have written it."),
            Self::StatementRefused(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
                format!("SPI could not run an internal statement, code {value}"),
            )
            .hint("This is a bug in mathesar_ext. Please report it."),
            Self::Vanished => ErrorText::new(
                PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE,
                "a catalog entry was removed while it was read",
            )
            .hint("Other sessions are changing this schema. Repeat the call."),
            Self::LeftTemporaryObjects => ErrorText::new(
                PgSqlErrorCode::ERRCODE_S_R_E_PROHIBITED_SQL_STATEMENT_ATTEMPTED,
                "code that runs as another role creates temporary objects",
            )
            .detail("They would stay in this session.")
            .hint("Ask the owner of the table to change its policies, triggers, functions and types."),
            Self::Serialization(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("could not write the document: {value}"),
            )
            .hint(hints::ONE_BY_ONE),
        }
    }
}

impl Error {
    /// The same, with a sentence about what became of a missing object.
    pub(crate) fn advised_fields(&self) -> ErrorFields {
        let mut fields = self.fields();
        let sentence = fields
            .missing
            .as_ref()
            .and_then(|missing| ADVISOR.get()?(missing));
        if let Some(sentence) = sentence {
            fields.hint = format!("{sentence} {}", fields.hint).into();
        }
        fields
    }
}

/// The message alone.
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.fields().message)
    }
}

#[cfg(test)]
mod tests {
    use super::ManualPage;
    use std::path::Path;

    #[test]
    fn every_page_that_hints_name_exists() {
        for page in ManualPage::ALL {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page.path());
            assert!(path.exists(), "{}", path.display());
        }
    }
}
