//! Import: from text to typed tables.

pub(crate) mod data_file;
pub(crate) mod file;
mod heading;
pub(crate) mod infer;
mod records;
pub(crate) mod survey;
pub(crate) mod transfer;
