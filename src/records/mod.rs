//! Records: rows of users' tables as documents.
//!
//! A request (JSON) is parsed into typed values, checked against the catalogs, and compiled into one statement with
//! parameters, which runs as the caller. What each part of a request means is a file:
//!
//! - [`filter`] and [`condition`]: which rows, as a tree, and as SQL; [`search`]: rows in which texts are found
//! - [`order`], [`after`]: in what order, and where a page begins; [`key`]: how a row is addressed
//! - [`group`], [`joined`]: what else is told of the rows of a page
//! - [`value`]: how values are put into JSON; [`document`]: the parts of a result
//! - [`list`], [`summaries`], [`export`]: the statements; [`options`]: what `msar.list_records` takes;
//!   [`arguments`]: what the functions of Mathesar's contract take
//! - [`written`]: rows that were just written
//! - [`mod@write`]: rows that are added, changed and deleted
//! - [`relation`]: what a request needs to know of its relation; [`error`]: what can be wrong with it

mod after;
pub(crate) mod arguments;
mod condition;
pub(crate) mod document;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod filter;
pub(crate) mod group;
pub(crate) mod joined;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod options;
pub(crate) mod order;
pub(crate) mod relation;
pub(crate) mod search;
pub(crate) mod summaries;
pub(crate) mod value;
pub(crate) mod write;
pub(crate) mod written;
