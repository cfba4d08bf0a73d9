//! Errors of caches and of the documents that are passed to them.

use crate::error::{ErrorFields, ErrorText, TopicError};
use pgrx::prelude::PgSqlErrorCode;

/// Why the cache does not answer a request: no error, since the upstream answers it.
pub(super) type MissReason = String;

#[derive(Debug)]
pub(crate) enum CacheError {
    Unknown {
        name: String,
    },

    Exists {
        name: String,
    },

    NotOwner {
        name: String,
    },

    Definition {
        place: String,
        problem: String,
        hint: &'static str,
    },

    /// Two of its tables or columns would have one name, or one that is too long.
    Name {
        place: String,
        problem: String,
    },

    Request {
        problem: String,
    },

    Reply {
        problem: String,
    },

    /// The tables are others than it created.
    Altered {
        name: String,
        problem: String,
    },

    Unreadable {
        name: String,
        problem: String,
    },
}

impl TopicError for CacheError {
    fn fields(&self) -> ErrorFields {
        match self {
            Self::Unknown { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                format!("there is no cache in schema \"{name}\""),
            )
            .hint("msar.get_cache_status() returns the caches whose schema the current role may use."),
            Self::Exists { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_DUPLICATE_OBJECT,
                format!("schema \"{name}\" has a cache already"),
            )
            .hint("Change it by msar.alter_cache, or choose another schema."),
            Self::NotOwner { name } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("must be owner of the cache in schema \"{name}\""),
            )
            .hint("The role that created it, and roles that inherit that role's privileges, may do this."),
            Self::Definition { place, problem, hint } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid definition of a cache: {problem}"),
            )
            .detail(format!("It is about {place}."))
            .hint(*hint),
            Self::Name { place, problem } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_NAME,
                format!("{place} cannot be cached: {problem}"),
            )
            .hint("Leave it out of the definition."),
            Self::Request { problem } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid request: {problem}"),
            )
            .hint("Pass {\"type\", \"filters\", \"return_fields\", ...}, or {\"method_name\", \"params\"}."),
            Self::Reply { problem } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("invalid reply: {problem}"),
            )
            .detail("Nothing of it was stored.")
            .hint("Pass the reply of the upstream as it came."),
            Self::Altered { name, problem } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("the tables of the cache in schema \"{name}\" have been altered"),
            )
            .detail(problem.clone())
            .hint("Undo that, or drop the cache and create it again."),
            Self::Unreadable { name, problem } => ErrorText::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("the stored state of the cache in schema \"{name}\" cannot be read"),
            )
            .detail(problem.clone())
            .hint("Drop the cache and create it again."),
        }
    }
}
