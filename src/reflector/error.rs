//! What can be wrong with source tables and reflections.

use crate::error::{ErrorFields, ErrorText, TopicError, hints};
use crate::pg::error_fields::{Failure, sqlstate_code};
use pgrx::prelude::PgSqlErrorCode;

/// That a source table cannot be added, changed or read.
#[derive(Debug)]
pub(crate) enum SourceTableError {
    NotReflectable {
        name: String,
        reason: &'static str,
    },
    NotOwner {
        name: String,
    },
    NoSource {
        name: String,
    },
    AlreadySource {
        name: String,
    },
    HasReflections {
        name: String,
        count: i64,
    },
    NoStatementTrigger,
    RowTooLarge {
        table: String,
    },
    EventTableChanged,
    EventTableFull {
        table: String,
        reflection: i64,
        reason: String,
    },
}

impl TopicError for SourceTableError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::NotReflectable { name, reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
                format!("relation \"{name}\" cannot be a source table"),
            )
            .detail(*reason)
            .hint("Sources are ordinary and partitioned tables that are not temporary."),
            Self::NotOwner { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("must be owner of table {name}"),
            )
            .hint(hints::OWNER),
            Self::NoSource { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("table {name} is no source table"),
            )
            .hint("msar.add_source_table(table) makes it one; msar.list_source_tables() lists those that are."),
            Self::AlreadySource { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_OBJECT,
                format!("table {name} is a source table already"),
            )
            .hint("msar.list_source_tables() lists source tables; msar.drop_source_table drops one."),
            Self::HasReflections { name, count } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop source table {name} because reflections depend on it"),
            )
            .detail(format!("It has {count} reflections."))
            .hint("Drop them first (msar.drop_reflection), or pass cascade => true."),
            Self::NoStatementTrigger => ErrorText::new(
                PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                "this function is called by the triggers of source tables only",
            )
            .hint("msar.add_source_table creates them."),
            Self::EventTableChanged => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "the event table of this source table is not as mathesar_ext created it",
            )
            .hint(
                "Only a superuser can have changed it. Drop the source table and add it again: \
                 msar.drop_source_table, msar.add_source_table.",
            ),
            Self::EventTableFull { table, reflection, reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
                format!("source table {table} takes no changes while its event table is full"),
            )
            .detail(format!("Of reflection {reflection}: {reason}."))
            .hint("Run the reflection, skip its events or drop it. msar.get_reflection_status() says what holds it up."),
            Self::RowTooLarge { table } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("a row of source table {table} is too large to be reflected"),
            )
            .detail("The values of a row may have 400 MB.")
            .hint("With the option \"on_error\": \"recopy\" the row is written, and reflections say what they lack."),
        }
    }
}

/// That a reflection cannot be made, changed or run.
#[derive(Debug)]
pub(crate) enum ReflectionError {
    Unknown {
        id: i64,
    },
    Invalid {
        place: &'static str,
        problem: String,
        hint: &'static str,
    },
    NotBuilt {
        what: &'static str,
        hint: &'static str,
    },
    NotAllowed {
        id: i64,
    },
    CannotRead {
        table: String,
    },
    RowSecurity {
        table: String,
    },
    ForeignDomain {
        table: String,
        column: String,
        type_name: String,
    },
    ForeignType {
        table: String,
        column: String,
        type_name: String,
    },
    NoTargetTable {
        name: String,
    },
    NoSourceTable {
        name: String,
    },
    MissingColumn {
        name: String,
    },
    KeyNotMapped {
        columns: String,
    },
    UnknownParameter {
        name: String,
        columns: String,
    },
    NotReadCommitted,
    NoSnapshot {
        id: i64,
    },
    CannotLogIn {
        role: String,
    },
    NoWorkerSlot,
    OtherHistory {
        id: i64,
        server: String,
    },
    ForeignProgress {
        table: String,
        server: String,
    },
    LoopNotSeen {
        table: String,
        server: String,
    },
    NotPlain {
        reason: String,
    },
    MeansSomethingElse {
        what: &'static str,
        object: String,
    },
    /// What PostgreSQL said while a statement of a caller was checked.
    Statement {
        what: &'static str,
        sqlstate: PgSqlErrorCode,
        message: String,
        hint: Option<String>,
    },
}

impl TopicError for ReflectionError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::Unknown { id } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("reflection {id} does not exist"),
            )
            .hint("msar.get_reflection_status() returns the reflections that the current role may see."),
            Self::Invalid { place, problem, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid \"{place}\": {problem}"),
            )
            .hint(*hint),
            Self::NotBuilt { what, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("{what} are not supported"),
            )
            .hint(*hint),
            Self::NotAllowed { id } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for reflection {id}"),
            )
            .hint("Its owner may change it, and the owner of its source table may pause and drop it."),
            Self::CannotRead { table } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied for table {table}"),
            )
            .detail("A reflection reads whole rows of its source table, with the privileges of its owner.")
            .hint("GRANT SELECT on the table to the owner of the reflection."),
            Self::RowSecurity { table } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("row-level security of table {table} hides rows from the reflection's owner"),
            )
            .detail("Events hold the changes of all roles.")
            .hint("The reflection needs an owner who sees all rows: the table's owner, or a role with BYPASSRLS."),
            Self::NoTargetTable { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                format!("target table {name} does not exist"),
            )
            .hint("Drop the reflection and add another, or create the table under this name and call msar.resume_reflection."),
            Self::NoSourceTable { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                format!("source table {name} does not exist"),
            )
            .hint("Drop the reflection, or create the table under this name and call msar.resume_reflection."),
            Self::ForeignDomain { table, column, type_name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("column \"{column}\" of source table {table} has a domain of another role"),
            )
            .detail(format!(
                "Type {type_name}, or a type that is part of it: the checks of its owner would run as the reflection's owner."
            ))
            .hint("Let the domain belong to a superuser, or let the reflection belong to the owner of the domain."),
            Self::ForeignType { table, column, type_name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("column \"{column}\" of source table {table} has a type of another role"),
            )
            .detail(format!(
                "Type {type_name}, or a type that is part of it: the casts and operators of its owner would run as the \
                 reflection's owner."
            ))
            .hint(
                "Reflect the column into one of the same type, and name it neither in the key nor in expressions, or let the \
                 type belong to a superuser or to the owner of the reflection.",
            ),
            Self::MissingColumn { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
                format!("column \"{name}\" of the reflection does not exist"),
            )
            .hint("Drop the reflection and add it with other fields."),
            Self::UnknownParameter { name, columns } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
                format!("there is no parameter for \"{name}\": the source table has no such column"),
            )
            .detail(format!("Its columns are {columns}."))
            .hint("Name a column, :new.column or :old.column. Where one was dropped, drop the reflection and add another."),
            Self::KeyNotMapped { columns } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "the fields do not include the key of the source table",
            )
            .detail(format!("The key is: {columns}."))
            .hint("Without it the rows of the target cannot be found again. Add these columns, or pass a statement of your own."),
            Self::NotReadCommitted => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                "reflections run only in transactions of the isolation level READ COMMITTED",
            )
            .hint("BEGIN ISOLATION LEVEL READ COMMITTED."),
            Self::NoSnapshot { id } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("reflection {id} was restored or lost its source"),
            )
            .hint("msar.resume_reflection(id) starts it again, by a copy of the source table."),
            Self::CannotLogIn { role } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("role \"{role}\" cannot log in, so it can have no worker"),
            )
            .hint("Call msar.run_reflections() as this role from a scheduler, or ALTER ROLE ... LOGIN."),
            Self::NoWorkerSlot => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_RESOURCES,
                "the background worker did not start",
            )
            .hint("Raise max_worker_processes, or call msar.run_reflections() from a scheduler. The server's log may say more."),
            Self::OtherHistory { id, server } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("the progress of reflection {id} on server \"{server}\" is not the one that is known here"),
            )
            .detail("One of the two databases was restored from a backup, or a copy of this database reflects into the same target.")
            .hint("msar.recopy_reflection(id) makes the target equal again."),
            Self::ForeignProgress { table, server } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("table {table} of server \"{server}\" is not a table of the role that connects"),
            )
            .detail("The progress of reflections is kept in a table of this name.")
            .hint("Drop or rename the table there."),
            Self::LoopNotSeen { table, server } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("target table {table} of server \"{server}\" is a source table of another role"),
            )
            .detail("That server believes only the table's owner where changes come from, without which changes could run in circles.")
            .hint("Let the user of the user mapping be the owner of that table, or a member of the owner."),
            Self::NotPlain { reason } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                "logical replication cannot do what this reflection does",
            )
            .detail(reason.clone())
            .hint("It copies columns into columns of the same names, of a table of the same name."),
            Self::MeansSomethingElse { what, object } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("names in \"{what}\" mean something else than when the reflection was added"),
            )
            .detail(format!("They mean {object} now, which belongs to a role that the reflection's owner need not trust."))
            .hint("Undo that, or drop the reflection and add it with names that mean what you want."),
            Self::Statement { what, sqlstate, message, hint } => {
                ErrorText::new(*sqlstate, format!("\"{what}\" is refused: {message}")).hint(
                    hint.clone()
                        .unwrap_or_else(|| "Columns of the source are named as they are; its parameters are :new.column, :old.column and :op.".into()),
                )
            }
        }
    }
}

/// An error that PostgreSQL raised for a batch, and that is no event's fault.
#[derive(Debug)]
pub(super) struct ApplyFailure(pub(super) Failure);

impl TopicError for ApplyFailure {
    fn fields(&self) -> ErrorFields {
        let text = ErrorText::new(sqlstate_code(&self.0.sqlstate), self.0.message.clone());
        let text = match &self.0.detail {
            Some(detail) => text.detail(detail.clone()),
            None => text,
        };
        text.hint(
            self.0
                .hint
                .clone()
                .unwrap_or_else(|| "The reflection is tried again later.".into()),
        )
    }
}

/// Whether the values of a row can be what is wrong.
pub(super) fn is_about_a_row(failure: &Failure) -> bool {
    // Constraints, values, statements of triggers, checks of policies and views.
    matches!(
        &failure.sqlstate[..2],
        "21" | "22" | "23" | "2F" | "38" | "39" | "44" | "P0"
    ) || failure.sqlstate == "42501" && failure.message.contains("row-level security")
        || failure.sqlstate == "54000"
}
