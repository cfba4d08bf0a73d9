//! From text to typed tables: what types the columns of a table of text could have, and how they get them.

pub(crate) mod data_file;
pub(crate) mod file;
pub(crate) mod infer;
pub(crate) mod survey;
