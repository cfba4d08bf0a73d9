//! Display metadata: what PostgreSQL cannot know about a table or a column.
//!
//! It is kept in tables of the extension and obeys the privileges on the table or column it is about. A row names its
//! object by OID and attnum and by names, and counts only while both mean the same live object.
//!
//! - [`options`]: which options there are, what values they take, and which kind of column takes which; preview
//!   templates as they are stored. Pure
//! - [`model`]: numbers inside of values become names, and names numbers. Pure
//! - [`references`]: what OIDs and attnums inside of values mean now
//! - [`column_names`]: columns by name in the options that a caller sets
//! - [`rows`]: the tables, their rows, and the statements that write them
//! - [`read`]: what is stored, as documents
//! - [`mod@write`]: changes by way of the functions of `msar`
//! - [`triggers`]: what a row goes through when it is written, by whatever statement
//! - [`following`]: it follows what it is about, as a subscriber of [`events`](crate::events)
//! - [`detached`]: metadata whose table was dropped, and attaching it again
//! - [`repair`]: rows of a dump, and rows that match nothing, are placed by name
//! - [`transfer`]: documents for other databases

pub(crate) mod column_names;
pub(crate) mod detached;
pub(crate) mod following;
pub(crate) mod model;
pub(crate) mod options;
pub(crate) mod read;
pub(crate) mod references;
pub(crate) mod repair;
pub(crate) mod rows;
pub(crate) mod transfer;
pub(crate) mod triggers;
pub(crate) mod write;
