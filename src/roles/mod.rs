//! Roles and memberships, privileges, owners, schemas; users, their profiles, and the roles that they act as.

pub(crate) mod error;
pub(crate) mod ownership;
pub(crate) mod privileges;
mod profile;
pub(crate) mod role;
pub(crate) mod role_map;
pub(crate) mod schema;
pub(crate) mod user;
pub(crate) mod user_mapping;
