//! Errors and messages: PostgreSQL's own kept whole, ours in the server's encoding.

pub(crate) mod error_fields;
pub(crate) mod error_label;
pub(crate) mod report;
