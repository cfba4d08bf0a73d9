//! Import: from text to typed tables.

pub(crate) mod file;
pub(crate) mod infer;
pub(crate) mod survey;
