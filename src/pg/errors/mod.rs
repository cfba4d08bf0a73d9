//! Errors and messages: PostgreSQL's own with all fields, those of the extension in the server's encoding.

pub(crate) mod error_fields;
pub(crate) mod error_label;
pub(crate) mod messages;
pub(crate) mod report;
