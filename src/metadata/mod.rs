//! Display metadata: what PostgreSQL cannot know about a table or a column.
//!
//! It is kept in tables of our own ([`stored`] reads them) and obeys the privileges on the table or column it is about.
//! A row names its object by OID and attnum and by names, and counts only while both mean the same live object.
//!
//! - [`following`]: it follows what it is about, as a subscriber of [`events`](crate::events)
//! - [`detached`], [`restore`], [`repair`], [`exchange`]: put aside and back, from a dump, by name, as a document
//! - [`portable`]: numbers inside of values become names, and names numbers. Pure
//! - [`options`]: which options there are, what values they take, and which kind of column takes which. Pure
//! - [`template`]: preview templates as they are stored. Pure
//! - [`patch`]: what a caller wants changed, checked. Pure
//! - [`stored`]: the rows, as documents
//! - [`references`], [`refs`]: what OIDs and attnums inside of values mean, by name
//! - [`store`], [`statements`]: our tables, and what is written to them
//! - [`row`]: what a row goes through when it is written, by whatever statement
//! - [`announce`]: who compiled something from the metadata of a table learns of its changes
//! - [`named`]: a table's options as a part of its definition
//! - [`set`]: changes by way of the functions of `msar`

pub(crate) mod announce;
pub(crate) mod detached;
pub(crate) mod exchange;
pub(crate) mod following;
pub(crate) mod named;
pub(crate) mod options;
pub(crate) mod patch;
pub(crate) mod portable;
pub(crate) mod references;
pub(crate) mod refs;
pub(crate) mod repair;
pub(crate) mod restore;
pub(crate) mod row;
pub(crate) mod set;
mod statements;
pub(crate) mod store;
pub(crate) mod stored;
pub(crate) mod template;
