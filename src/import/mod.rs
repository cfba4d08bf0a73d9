//! From text to typed tables: what types the columns of a table of text could have, and how they get them.

pub(crate) mod file;
mod heading;
pub(crate) mod infer;
mod records;
pub(crate) mod survey;
pub(crate) mod transfer;
