//! The ground floor: the only home of `unsafe` and of PostgreSQL's C interface.
//!
//! What leaves this module is safe Rust: typed catalog rows, owned strings in UTF-8, plain enums. Nothing here knows
//! what a caller wants to be told about a table.

pub(crate) mod acl;
pub(crate) mod arguments;
mod array;
pub(crate) mod bookkeeping;
pub(crate) mod bytes;
pub(crate) mod column_type;
pub(crate) mod comparison;
pub(crate) mod create_role;
pub(crate) mod cursor;
pub(crate) mod deparse;
pub(crate) mod dml;
pub(crate) mod drop_guard;
mod error_fields;
pub(crate) mod error_label;
pub(crate) mod event_trigger;
pub(crate) mod expression;
pub(crate) mod identity;
pub(crate) mod index;
pub(crate) mod input;
pub(crate) mod json;
mod json_writer;
pub(crate) mod jsonb_value;
pub(crate) mod lock;
pub(crate) mod memory;
pub(crate) mod moment;
pub(crate) mod names;
pub(crate) mod namespace;
pub(crate) mod node_tree;
pub(crate) mod ownership;
pub(crate) mod parameter;
pub(crate) mod parser;
pub(crate) mod plan;
pub(crate) mod portable_output;
pub(crate) mod quote;
mod receiver;
pub(crate) mod relation_size;
pub(crate) mod report;
pub(crate) mod results;
pub(crate) mod scan;
pub(crate) mod sequence_name;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod snapshot;
pub(crate) mod statement;
pub(crate) mod stream;
pub(crate) mod subtransaction;
pub(crate) mod text;
pub(crate) mod trigger;
mod tuple;
pub(crate) mod type_name;
pub(crate) mod value;
pub(crate) mod watch;

/// The kind of object identifier that PostgreSQL's catalogs use.
pub(crate) use pgrx::pg_sys::Oid;
