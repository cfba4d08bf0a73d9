//! Display metadata: what PostgreSQL cannot know about a table or a column.
//!
//! It is kept in tables of our own and obeys the privileges on the table or column it is about. A row names its object by
//! OID and attnum and by names, and counts only while both mean the same live object.
//!
//! - [`options`]: which options there are, what values they take, and which kind of column takes which. Pure
//! - [`template`]: preview templates as they are stored. Pure
//! - [`model`]: numbers inside of values become names, and names numbers. Pure
//! - [`references`]: what OIDs and attnums inside of values mean now
//! - [`rows`]: the tables and their rows
//! - [`read`]: what is stored, as documents
//! - [`patch`]: what a caller wants changed, checked
//! - [`mod@write`], [`statements`]: changes by way of the functions of `msar`; statements that write rows
//! - [`triggers`]: what a row goes through when it is written, by whatever statement
//! - [`following`]: it follows what it is about, as a subscriber of [`events`](crate::events)
//! - [`detached`]: put aside, and attached again
//! - [`repair`]: rows of a dump, and rows that match nothing, are placed by name
//! - [`transfer`]: documents for other databases

pub(crate) mod detached;
pub(crate) mod following;
pub(crate) mod model;
pub(crate) mod options;
pub(crate) mod patch;
pub(crate) mod read;
pub(crate) mod references;
pub(crate) mod repair;
pub(crate) mod rows;
mod statements;
pub(crate) mod template;
pub(crate) mod transfer;
pub(crate) mod triggers;
pub(crate) mod write;
