//! Errors of definitions of tables, and of definitions that do not fit the objects of the database.

use super::unmatched::{Unmatched, ValueCount};
use crate::definition::name::QualifiedName;
use crate::definition::nested::MOST_LEVELS;
use crate::error::{Error, ErrorFields, ErrorText, MissingObject, TopicError, hints};
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
        name: QualifiedName,
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

    /// That partitions of partitions of it are too many levels deep.
    NestedTooDeeply {
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
            .missing(MissingObject::Relation {
                schema: name.schema.clone(),
                name: name.name.clone(),
            })
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
            Self::NestedTooDeeply { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("the partitions of \"{relation}\" are nested more than {MOST_LEVELS} levels deep"),
            )
            .hint("Pass one of the partitions, which is then printed with those below it."),
        }
    }
}

/// That a column cannot become a foreign key.
#[derive(Debug)]
pub(crate) enum LinkError {
    /// Texts of the column that do not lead to one row each: how many, and some of them.
    Unmatched {
        column: String,
        referent: String,
        missing: (ValueCount, Vec<Unmatched>),
        ambiguous: (ValueCount, Vec<Unmatched>),
    },

    NothingToCreate {
        relation: String,
    },

    NotLinking,

    NewValue {
        value: String,
    },

    /// That columns are to be moved into a new table that is there already.
    TableExists {
        schema: String,
        name: String,
    },
}

impl TopicError for LinkError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::Unmatched {
                column,
                referent,
                missing,
                ambiguous,
            } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_FOREIGN_KEY_VIOLATION,
                format!(
                    "not every value of column \"{column}\" leads to one row of \"{referent}\": {} missing, {} ambiguous",
                    missing.0.values, ambiguous.0.values
                ),
            )
            .detail(format!("{}{}", listed("Missing", missing), listed("Ambiguous", ambiguous)).trim_end().to_owned())
            .hint(
                "A dry run lists the values. \"on_missing\": \"null\" sets them to NULL, \"create\" adds missing rows; \
                 \"compare\": \"caseless\" ignores case and blanks around; \"by\" compares with another column.",
            ),
            Self::NothingToCreate { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("rows of \"{relation}\" cannot be created from previews"),
            )
            .hint("Pass \"by\", the column that takes the values."),
            Self::NotLinking => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "no column is being linked",
            )
            .hint("msar.link_column calls this function for each row."),
            Self::NewValue { value } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("the value \"{value}\" was not there when the values were compared"),
            )
            .hint("Run the call again."),
            Self::TableExists { schema, name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_TABLE,
                format!("relation \"{name}\" already exists in schema \"{schema}\""),
            )
            .hint(
                "msar.link_column makes a column refer to an existing table. Without a name, the new table gets one that is free.",
            ),
        }
    }
}

/// For a detail: `Missing: "Aldi" in 12 rows, "Lidl" in 3 rows, .... `.
fn listed(title: &str, (count, examples): &(ValueCount, Vec<Unmatched>)) -> String {
    if count.values == 0 {
        return String::new();
    }
    let mut shown: Vec<String> = examples
        .iter()
        .map(|unmatched| format!("\"{}\" in {}", unmatched.value, rows(unmatched.rows)))
        .collect();
    if count.values > examples.len() as u64 {
        shown.push("...".into());
    }
    format!("{title}: {}. ", shown.join(", "))
}

fn rows(number: u64) -> String {
    match number {
        1 => "1 row".into(),
        _ => format!("{number} rows"),
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
