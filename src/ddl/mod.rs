//! From definitions to statements: what is asked for is checked against the catalogs, written as SQL and run, as the
//! caller and by the caller's search_path.
//!
//! Names and values are quoted where a statement is written. A statement names its object, but callers give OIDs:
//! [`target`] tells the name, and afterwards whether it still was that object's.

pub(crate) mod ownership;
pub(crate) mod privileges;
pub(crate) mod role;
pub(crate) mod schema;
mod script;
mod target;

pub(crate) use target::{Problem, required};
