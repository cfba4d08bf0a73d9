//! Compiling definitions to statements, and running them.
//!
//! A definition is first *resolved*: its types are looked up, its expressions parsed, its columns named (`resolve`).
//! The results are plain values, from which pure functions write SQL (`clause`). The statements of one call are
//! gathered in a [`Script`](crate::ddl::script::Script) and run as the caller, in order. Changes of one table are one
//! ALTER TABLE: one lock and at most one rewrite of the table.

pub(crate) mod add;
pub(crate) mod alter;
mod alter_column;
pub(crate) mod apply;
pub(crate) mod aside;
pub(crate) mod cast;
mod clause;
pub(crate) mod column_type;
pub(crate) mod composite;
mod constraint;
mod counting;
pub(crate) mod create;
pub(crate) mod drop;
mod error;
pub(crate) mod extract;
pub(crate) mod free_name;
pub(crate) mod key;
pub(crate) mod link;
pub(crate) mod link_column;
pub(crate) mod linked_keys;
pub(crate) mod misfits;
pub(crate) mod move_columns;
mod moved;
mod renames;
pub(crate) mod resolve;
mod serial;
pub(crate) mod stored_definition;
pub(crate) mod table;
#[cfg(any(test, feature = "pg_test"))]
mod tests;
mod unmatched;
