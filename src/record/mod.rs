//! Records of users' tables.

pub(crate) mod preview;
