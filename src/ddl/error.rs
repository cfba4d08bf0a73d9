//! Errors of definitions that do not fit the existing objects.

use crate::error::Problem;
use pgrx::prelude::PgSqlErrorCode;
use std::borrow::Cow;

#[derive(Debug, thiserror::Error)]
pub(crate) enum DdlError {
    #[error("name \"{name}\" is too long")]
    NameTooLong { name: String, bytes: usize },

    #[error("tables can have at most {most} columns")]
    TooManyColumns { columns: usize, most: usize },

    #[error("schema \"{schema}\" cannot be changed by this call")]
    ReservedSchema { schema: String },

    #[error("no schema has been selected to create in")]
    NoSchema,

    #[error("must be owner of relation \"{name}\"")]
    NotOwner { name: String },

    #[error("\"{key}\" is not one SQL expression")]
    NotOneExpression { key: &'static str, text: String },

    #[error("type with OID {0} does not exist")]
    UnknownType(u32),

    #[error("cannot cast type {source_type} to {target}")]
    NoCast { source_type: String, target: String },

    #[error("role with OID {0} does not exist")]
    UnknownRole(u32),

    #[error("type {name} has no array type")]
    NoArrayType { name: String },

    #[error("invalid options for type {type_name}: {problem}")]
    WrongTypeOptions {
        type_name: String,
        problem: String,
        hint: &'static str,
    },

    #[error("argument \"{argument}\" must not be null")]
    NullArgument { argument: &'static str },

    #[error("column \"{column}\" of relation \"{relation}\" is changed twice")]
    ChangedTwice { relation: String, column: String },

    #[error("table \"{relation}\" has no primary key of a single column to refer to")]
    NoSingleKey { relation: String },

    #[error("none of these columns of relation \"{relation}\" exists")]
    NoSuchColumns { relation: String },

    #[error("no columns are named")]
    NoColumns,

    #[error("cannot move column \"{column}\": it is the foreign key of \"{source_table}\" to \"{target}\"")]
    MovesJoiningColumn {
        column: String,
        source_table: String,
        target: String,
    },

    #[error("{count} foreign keys of \"{source_table}\" refer to \"{target}\"")]
    NotOneForeignKey {
        count: usize,
        source_table: String,
        target: String,
    },

    #[error("rows have to be added to \"{relation}\", but column \"{column}\" has no default")]
    NoNewKeys { relation: String, column: String },

    #[error("generated column \"{column}\" has no form as __msar.col_def")]
    NoPlaceForGenerated { column: String },

    #[error("relation {name} does not exist")]
    UnknownTable { name: String },

    #[error("column \"{column}\" cannot be serial: it is of type {type_}")]
    NotSerial { column: String, type_: String },

    #[error("schema \"{name}\" does not exist")]
    UnknownSchemaName { name: String },

    #[error("role \"{name}\" does not exist")]
    UnknownRoleName { name: String },

    #[error("database with OID {0} does not exist")]
    UnknownDatabase(u32),

    #[error("must be owner of schema {name}")]
    NotOwnerOfSchema { name: String },

    #[error("cannot replace the members of role \"{role}\"")]
    DependentMemberships { role: String },

    #[error("cannot move values: row-level security hides rows of \"{relation}\"")]
    HiddenRows { relation: String },
}

impl Problem for DdlError {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Self::NameTooLong { .. } => PgSqlErrorCode::ERRCODE_NAME_TOO_LONG,
            Self::TooManyColumns { .. } => PgSqlErrorCode::ERRCODE_TOO_MANY_COLUMNS,
            Self::ReservedSchema { .. }
            | Self::NotOwner { .. }
            | Self::NotOwnerOfSchema { .. }
            | Self::HiddenRows { .. } => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            Self::NotSerial { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Self::DependentMemberships { .. } => PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
            Self::NoSchema | Self::UnknownSchemaName { .. } => PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME,
            Self::NotOneExpression { .. } => PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
            Self::UnknownType(_)
            | Self::UnknownRole(_)
            | Self::UnknownDatabase(_)
            | Self::UnknownRoleName { .. }
            | Self::NoArrayType { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Self::WrongTypeOptions { .. }
            | Self::ChangedTwice { .. }
            | Self::NoColumns
            | Self::NoPlaceForGenerated { .. } => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Self::NoCast { .. } => PgSqlErrorCode::ERRCODE_CANNOT_COERCE,
            Self::NullArgument { .. } => PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            Self::NoNewKeys { .. } => PgSqlErrorCode::ERRCODE_NOT_NULL_VIOLATION,
            Self::UnknownTable { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE,
            Self::NoSingleKey { .. } => PgSqlErrorCode::ERRCODE_INVALID_FOREIGN_KEY,
            Self::NoSuchColumns { .. } => PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
            Self::MovesJoiningColumn { .. } | Self::NotOneForeignKey { .. } => {
                PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION
            }
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::NameTooLong { bytes, .. } => Some(format!("It has {bytes} bytes.")),
            Self::TooManyColumns { columns, .. } => Some(format!("It would have {columns}.")),
            Self::NotOneExpression { text, .. } => Some(format!("It is: {text}")),
            Self::ReservedSchema { .. } => {
                Some("It belongs to PostgreSQL or to the extension mathesar_ext.".into())
            }
            Self::DependentMemberships { .. } => {
                Some("The current role would be removed, and with it the memberships that it grants.".into())
            }
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::NameTooLong { .. } => {
                "PostgreSQL truncates names to 63 bytes. Letters other than a to z can take several bytes."
            }
            Self::TooManyColumns { .. } => "Spread the columns over several tables.",
            Self::ReservedSchema { .. } => "Use a schema of your own.",
            Self::NoSchema => "Name a schema, or set a search_path.",
            Self::NotOwner { .. } => {
                "The owner of a table, and roles that inherit the owner's privileges, may change it."
            }
            Self::NotOneExpression { .. } => {
                "Pass one expression, as it can follow SELECT, without a name, a comma or another clause."
            }
            Self::UnknownType(_) => "pg_catalog.pg_type lists the types with their OIDs.",
            Self::UnknownSchemaName { .. } => "msar.list_schemas() lists the schemas of this database.",
            Self::UnknownRole(_) | Self::UnknownRoleName { .. } => {
                "msar.list_roles() lists the roles with their OIDs."
            }
            Self::NoArrayType { .. } => "PostgreSQL has no arrays of pseudo-types or of arrays.",
            Self::WrongTypeOptions { hint, .. } => hint,
            Self::NoCast { .. } => "There is no cast between the two. Cast to text first.",
            Self::NullArgument { .. } => "Pass a value.",
            Self::ChangedTwice { .. } => "Put all changes of a column into one object.",
            Self::NoSingleKey { .. } => {
                "Use msar.add_constraints to refer to other columns, or msar.add_pkey_column to add a key."
            }
            Self::NoSuchColumns { .. } | Self::NoColumns => {
                "msar.get_column_info(relation) lists the columns, each with its attnum as \"id\"."
            }
            Self::MovesJoiningColumn { .. } => {
                "Leave it out: it links each row to its row of the other table."
            }
            Self::NotOneForeignKey { .. } => {
                "There must be exactly one foreign key of one column between the tables."
            }
            Self::NoNewKeys { .. } => {
                "Give the column a default that generates keys: a row with several combinations of values becomes several rows."
            }
            Self::NoPlaceForGenerated { .. } => {
                "msar.add_columns and msar.add_mathesar_table create generated columns."
            }
            Self::UnknownTable { .. } => "msar.get_table_info(schema) lists the relations of a schema.",
            Self::NotSerial { .. } => "The types of serial columns are smallint, integer and bigint.",
            Self::UnknownDatabase(_) => "pg_catalog.pg_database lists the databases with their OIDs.",
            Self::NotOwnerOfSchema { .. } => {
                "The owner of a schema, and roles that inherit the owner's privileges, may drop it."
            }
            Self::DependentMemberships { .. } => {
                "Keep the current role among the members, or call the function as another role."
            }
            Self::HiddenRows { .. } => {
                "ALTER TABLE ... NO FORCE ROW LEVEL SECURITY lets the owner see all rows."
            }
        };
        hint.into()
    }
}
