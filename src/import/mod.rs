//! Import: from text to typed tables.

pub(crate) mod data_file;
pub(crate) mod file;
pub(crate) mod infer;
pub(crate) mod survey;
