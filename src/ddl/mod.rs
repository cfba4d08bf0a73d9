//! Statements that define objects: the names and objects that they are about, and running them as the caller. What they
//! say is for the rooms above, [`tables`](crate::tables) and [`roles`](crate::roles).
//!
//! A statement names its object, but callers give OIDs. Relations are locked, so that their names stay; of schemas and
//! roles, which cannot be, [`target`] tells afterwards whether the name still was theirs.

mod error;
pub(crate) mod name;
pub(crate) mod script;
pub(crate) mod target;

pub(crate) use error::DdlError;
