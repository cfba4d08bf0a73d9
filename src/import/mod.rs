//! Import: from text to typed tables.

pub(crate) mod data_file;
pub(crate) mod file;
pub(crate) mod fill;
pub(crate) mod infer;
mod objects;
mod separated;
pub(crate) mod survey;
