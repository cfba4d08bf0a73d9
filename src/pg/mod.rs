//! The ground floor: the only home of `unsafe` and of PostgreSQL's C interface.
//!
//! Its interface is safe Rust: typed catalog rows, owned strings in UTF-8, plain enums. Nothing here knows the product.
//!
//! - [`spi`]: running statements; [`datum`]: values; [`lookup`]: lookups in the catalogs
//! - [`session`]: the caller, settings, locks, memory; [`errors`]: errors and messages; [`triggers`]: triggers and
//!   hooks
//!
//! Each file of these folders is used by its own name: `pg::plan`, not `pg::spi::plan`.

mod datum;
mod errors;
mod lookup;
mod session;
mod spi;
mod triggers;

pub(crate) use datum::{
    arguments, array, bytes, input, json_writer, jsonb_item, jsonb_layout, jsonb_value, jsonb_writer,
    kept_values, moment, plain_value, portable_output, text, tuple, value,
};
pub(in crate::pg) use datum::{text_array, value_printer};
pub(crate) use errors::{error_fields, error_label, messages, report};
pub(crate) use lookup::{
    acl, binding, catalog_row, column_type, comparison, deparse, expression, extension, foreign_server,
    identity, mixed_comparison, names, node_tree, object_facts, own_casts, ownership, parser, quote,
    relations, scan, snapshot, storage, type_name, watch,
};
pub(in crate::pg) use session::local_setting;
pub(crate) use session::{
    activity, as_role, aside, caller, cluster, commit, launcher, lock, memory, password, reset, server, wake,
    worker,
};
pub(crate) use spi::{
    append, bookkeeping, copy, copy_lines, cursor, dml, json_rows, parameter, plan, plan_cache, receiver,
    recently_used, results, row_store, statement, stream, subtransaction, view_query,
};
pub(crate) use triggers::{capture, drop_guard, event_objects, event_trigger, trigger};

/// The kind of object identifier that PostgreSQL's catalogs use.
pub(crate) use pgrx::pg_sys::Oid;
