//! Records: the rows of users' tables as documents.

pub(crate) mod write;
