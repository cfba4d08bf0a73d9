//! Records: rows of users' tables as documents.
//!
//! A request (JSON) is parsed into typed values, checked against the catalogs, and compiled into one statement with
//! parameters, which runs as the caller. Each part of a request has a file:
//!
//! - [`filter`] and [`condition`]: which rows, as a tree, and as SQL; [`search`]: rows that contain texts
//! - [`filter_document`], [`short_filter`]: filters as JSON; [`expression`]: a value; [`path`], [`path_name`]: columns along foreign keys
//! - [`order`], [`after`]: in what order, and where a page begins; [`key`]: how a row is addressed
//! - [`group`], [`joined`]: groups, and columns of other tables
//! - [`value`]: values as JSON; [`long_numbers`]: numbers within rows; [`document`]: the parts of a result
//! - [`page_request`]: a page as a caller asks for it; [`options`]: the options of `msar.list_records`;
//!   [`list`], [`summaries`], [`export`]: the statements;
//!   [`arguments`]: what the functions of Mathesar's contract take
//! - [`linked`]: the rows that refer to one; [`written`]: rows that were just written
//! - [`export_query`]: an export as SQL that COPY takes
//! - [`written`]: rows that were just written
//! - [`mod@write`]: rows that are added, changed and deleted
//! - [`relation`]: a request's view of its relation; [`error`]: errors in requests

mod after;
pub(crate) mod arguments;
mod computed;
pub(crate) mod condition;
pub(crate) mod document;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod export_query;
pub(crate) mod expression;
pub(crate) mod filter;
pub(crate) mod filter_document;
pub(crate) mod group;
pub(crate) mod joined;
pub(crate) mod key;
pub(crate) mod linked;
pub(crate) mod list;
pub(crate) mod long_numbers;
pub(crate) mod options;
pub(crate) mod order;
pub(crate) mod page_request;
mod path;
mod path_name;
pub(crate) mod relation;
pub(crate) mod search;
mod short_filter;
pub(crate) mod summaries;
pub(crate) mod value;
pub(crate) mod write;
pub(crate) mod written;
