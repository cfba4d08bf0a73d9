//! Running statements that define objects, as the caller, and the names and objects in them. The rooms above,
//! [`tables`](crate::tables) and [`roles`](crate::roles), write the statements.
//!
//! A statement names its object, but callers pass OIDs. Relations are locked, so that their names cannot change; for
//! schemas and roles, which cannot be locked so, [`target`] checks afterwards that the name still was theirs.

mod error;
pub(crate) mod name;
pub(crate) mod script;
pub(crate) mod target;

pub(crate) use error::DdlError;
