//! Writing rows of users' tables from JSON.
//!
//! A call compiles to one statement that has the JSON as its parameter: PostgreSQL itself decodes the document
//! ([`input`]), so that every value goes through the input function of its column's type, and no string of a caller is
//! spliced into SQL. Statements run as the caller. The row is read afterwards from the table, with the changes of
//! triggers and defaults.
//!
//! - [`target`]: the table that is written to, its columns and its key
//! - [`mod@insert`], [`mod@patch`], [`mod@delete`]: one function each
//! - [`mod@bulk`]: many rows at once
//! - [`report`]: errors as data
//! - [`result`]: the document that they return
//! - [`form`]: rows of several tables that refer to each other

mod bulk;
mod delete;
mod error;
mod form;
mod input;
mod insert;
mod key;
mod keys;
mod patch;
mod references;
mod report;
mod result;
mod rows;
mod target;

pub(crate) use bulk::{BulkOptions, delete_many, update_many};
pub(crate) use delete::delete_records;
pub(crate) use form::{Filled, FormField, FormShape, insert_filled, insert_form, is_misfit};
pub(crate) use insert::{AddOptions, add_many, add_record};
pub(crate) use patch::patch;
pub(crate) use result::WriteResultOptions;
