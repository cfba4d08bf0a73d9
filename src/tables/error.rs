//! What can be wrong between the definition of a table and what is there.

use crate::error::{Error, ErrorFields, ErrorText, TopicError, hints};
use pgrx::prelude::PgSqlErrorCode;

/// That a definition cannot be carried out.
#[derive(Debug)]
pub(crate) enum TablesError {
    TooManyColumns {
        columns: usize,
        most: usize,
    },

    NoSchema,

    NotOneExpression {
        key: &'static str,
        text: String,
    },

    UnknownType(u32),

    NoCast {
        source_type: String,
        target: String,
    },

    NoArrayType {
        name: String,
    },

    WrongTypeOptions {
        type_name: String,
        problem: String,
        hint: &'static str,
    },

    ChangedTwice {
        relation: String,
        column: String,
    },

    NoSingleKey {
        relation: String,
    },

    NoSuchColumns {
        relation: String,
    },

    NoColumns,

    MovesJoiningColumn {
        column: String,
        source_table: String,
        target: String,
    },

    NotOneForeignKey {
        count: usize,
        source_table: String,
        target: String,
    },

    NoNewKeys {
        relation: String,
        column: String,
    },

    NoPlaceForGenerated {
        column: String,
    },

    UnknownTable {
        name: String,
    },

    NotSerial {
        column: String,
        type_: String,
    },

    UnknownSchemaName {
        name: String,
    },

    HiddenRows {
        relation: String,
    },

    /// That a relation has no definition.
    NoDefinition {
        relation: String,
    },
}

impl TopicError for TablesError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::TooManyColumns { columns, most } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_TOO_MANY_COLUMNS,
                format!("tables can have at most {most} columns"),
            )
            .detail(format!("It would have {columns}."))
            .hint("Spread the columns over several tables."),
            Self::NoSchema => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME,
                "no schema has been selected to create in",
            )
            .hint("Name a schema, or set a search_path."),
            Self::NotOneExpression { key, text } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
                format!("\"{key}\" is not one SQL expression"),
            )
            .detail(format!("It is: {text}"))
            .hint("Pass one expression, as it can follow SELECT, without a name, a comma or another clause."),
            Self::NoCast { source_type, target } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_CANNOT_COERCE,
                format!("cannot cast type {source_type} to {target}"),
            )
            .hint("There is no cast between the two types. Cast to text first."),
            Self::UnknownType(value) => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("type with OID {value} does not exist"),
            )
            .hint("pg_catalog.pg_type lists the types with their OIDs."),
            Self::NoArrayType { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("type {name} has no array type"),
            )
            .hint("PostgreSQL has no arrays of pseudo-types or of arrays."),
            Self::WrongTypeOptions {
                type_name,
                problem,
                hint,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid options for type {type_name}: {problem}"),
            )
            .hint(*hint),
            Self::ChangedTwice { relation, column } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("column \"{column}\" of relation \"{relation}\" is changed twice"),
            )
            .hint("Put all changes of a column into one object."),
            Self::NoSingleKey { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_FOREIGN_KEY,
                format!("table \"{relation}\" has no primary key of a single column to refer to"),
            )
            .hint(
                "Use msar.add_constraints to refer to other columns, or msar.add_pkey_column to add a key.",
            ),
            Self::NoSuchColumns { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
                format!("none of these columns of relation \"{relation}\" exists"),
            )
            .hint(hints::COLUMNS),
            Self::NoColumns => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                "no columns are named",
            )
            .hint(hints::COLUMNS),
            Self::MovesJoiningColumn {
                column,
                source_table,
                target,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
                format!(
                    "cannot move column \"{column}\": it is the foreign key of \"{source_table}\" to \
                 \"{target}\""
                ),
            )
            .hint("Leave it out: it links each row to its row of the other table."),
            Self::NotOneForeignKey {
                count,
                source_table,
                target,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION,
                format!("{count} foreign keys of \"{source_table}\" refer to \"{target}\""),
            )
            .hint("There must be exactly one foreign key of one column between the tables."),
            Self::NoNewKeys { relation, column } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_NOT_NULL_VIOLATION,
                format!("rows have to be added to \"{relation}\", but column \"{column}\" has no default"),
            )
            .hint(
                "Give the column a default that generates keys: a row with several combinations of \
                 values becomes several rows.",
            ),
            Self::NoPlaceForGenerated { column } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("generated column \"{column}\" has no form as __msar.col_def"),
            )
            .hint("msar.add_columns and msar.add_mathesar_table create generated columns."),
            Self::UnknownTable { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
                format!("relation {name} does not exist"),
            )
            .hint("msar.get_table_info(schema) lists the relations of a schema."),
            Self::NotSerial { column, type_ } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("column \"{column}\" cannot be serial: it is of type {type_}"),
            )
            .hint("The types of serial columns are smallint, integer and bigint."),
            Self::UnknownSchemaName { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME,
                format!("schema \"{name}\" does not exist"),
            )
            .hint("msar.list_schemas() lists the schemas of this database."),
            Self::HiddenRows { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("cannot move values: row-level security hides rows of \"{relation}\""),
            )
            .hint("ALTER TABLE ... NO FORCE ROW LEVEL SECURITY lets the owner see all rows."),
            Self::NoDefinition { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
                format!("\"{relation}\" is not a table"),
            )
            .hint(
                "Pass an ordinary or partitioned table, or a partition. pg_get_viewdef(view) returns the \
                 definition of a view.",
            ),
        }
    }
}

/// An error of a step. PostgreSQL's errors get the same words in front; see [`error_label`](crate::pg::error_label).
#[derive(Debug)]
pub(super) struct StepError {
    pub(super) step: String,
    pub(super) error: Error,
}

impl TopicError for StepError {
    fn fields(&self) -> ErrorFields {
        let fields = self.error.fields();
        ErrorFields {
            message: format!("{}: {}", self.step, fields.message).into(),
            ..fields
        }
    }
}
