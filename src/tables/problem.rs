//! What can be wrong between a definition and what is there.

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

    #[error("cannot move column \"{column}\": \"{source_table}\" refers to \"{target}\" by it")]
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

    #[error("the rows of \"{relation}\" that would have to be added get no \"{column}\"")]
    NoNewKeys { relation: String, column: String },

    #[error("column \"{column}\" is generated, which __msar.col_def has no place for")]
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

    #[error("the members of role \"{role}\" cannot be made those given")]
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
            Self::DependentMemberships { .. } => Some(
                "The current role is among the members that would leave, and the memberships that it grants leave with it."
                    .into(),
            ),
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::NameTooLong { .. } => {
                "PostgreSQL would cut it off behind 63 bytes. Letters other than a-z can take several."
            }
            Self::TooManyColumns { .. } => "Spread the columns over several tables.",
            Self::ReservedSchema { .. } => "Keep tables in schemas of your own.",
            Self::NoSchema => "Name a schema, or set a search_path.",
            Self::NotOwner { .. } => {
                "Who may change a table is its owner, and who has the owner's rights by membership."
            }
            Self::NotOneExpression { .. } => {
                "Write what could stand behind the word SELECT, without a name, a comma or a further clause."
            }
            Self::UnknownType(_) => "pg_catalog.pg_type has the types with their OIDs.",
            Self::UnknownSchemaName { .. } => "msar.list_schemas() gives the schemas of this database.",
            Self::UnknownRole(_) | Self::UnknownRoleName { .. } => {
                "msar.list_roles() gives the roles with their OIDs."
            }
            Self::NoArrayType { .. } => {
                "Arrays of pseudo-types, and of arrays, are none of PostgreSQL's types."
            }
            Self::WrongTypeOptions { hint, .. } => hint,
            Self::NoCast { .. } => "There is no cast between the two. Cast to text first.",
            Self::NullArgument { .. } => "Pass a value.",
            Self::ChangedTwice { .. } => "Put all changes of a column into one object.",
            Self::NoSingleKey { .. } => {
                "Refer to other columns by msar.add_constraints, or give the table a key by msar.add_pkey_column."
            }
            Self::NoSuchColumns { .. } | Self::NoColumns => {
                "msar.get_column_info(relation) gives the columns, each with its attnum as \"id\"."
            }
            Self::MovesJoiningColumn { .. } => {
                "Leave it out: it tells which row of the other table a row belongs to."
            }
            Self::NotOneForeignKey { .. } => {
                "Columns move along one foreign key of a single column: there must be one, and no more."
            }
            Self::NoNewKeys { .. } => {
                "Give the column a default that makes new keys: rows with several combinations of the values are split."
            }
            Self::NoPlaceForGenerated { .. } => {
                "msar.add_columns and msar.add_mathesar_table make generated columns."
            }
            Self::UnknownTable { .. } => "msar.get_table_info(schema) gives the relations of a schema.",
            Self::NotSerial { .. } => "The types of serial columns are smallint, integer and bigint.",
            Self::UnknownDatabase(_) => "pg_catalog.pg_database has the databases with their OIDs.",
            Self::NotOwnerOfSchema { .. } => {
                "Its owner, and who has the owner's rights by membership, may drop a schema."
            }
            Self::DependentMemberships { .. } => "Keep the current role, or call as another one.",
            Self::HiddenRows { .. } => {
                "ALTER TABLE ... NO FORCE ROW LEVEL SECURITY lets the owner see all rows."
            }
        };
        hint.into()
    }
}
