//! Reasons why an object cannot be dropped.

use crate::error::{ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;

/// That an object cannot be dropped.
#[derive(Debug)]
pub(crate) enum DropError {
    InheritedColumn { relation: String, attnum: i32 },

    PartitionKeyColumn { relation: String, attnum: i32 },

    FixedColumns { relation: String },

    Required { object: String, by: String },

    SystemObject { object: String },
}

impl TopicError for DropError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::InheritedColumn { relation, attnum } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_TABLE_DEFINITION,
                format!("cannot drop column {attnum} of relation \"{relation}\": it is inherited"),
            )
            .hint("Drop the column of the parent table instead."),
            Self::PartitionKeyColumn { relation, attnum } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_TABLE_DEFINITION,
                format!(
                    "cannot drop column {attnum} of relation \"{relation}\": it is part of the partition key"
                ),
            )
            .hint("PostgreSQL does not drop such a column, even with CASCADE."),
            Self::FixedColumns { relation } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
                format!("cannot drop columns of \"{relation}\""),
            )
            .hint("Columns can be dropped from tables, except from typed tables."),
            Self::Required { object, by } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop {object} because {by} requires it"),
            )
            .hint(format!("You can drop {by} instead.")),
            Self::SystemObject { object } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop {object} because it is required by the database system"),
            )
            .hint("Objects that initdb created cannot be dropped."),
        }
    }
}
