//! From text to typed tables: what types the columns of a table of text could have, and how they get them.

pub(crate) mod file;
pub(crate) mod fill;
pub(crate) mod infer;
mod objects;
mod separated;
pub(crate) mod survey;
