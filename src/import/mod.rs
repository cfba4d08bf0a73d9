//! Import: from text to typed tables.

mod copy_format;
pub(crate) mod data_file;
mod encoding;
mod error;
pub(crate) mod file;
pub(crate) mod fill;
mod heading;
pub(crate) mod infer;
mod objects;
mod separated;
pub(crate) mod survey;
#[cfg(test)]
mod tests;
pub(crate) mod transfer;
