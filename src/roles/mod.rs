//! Roles and memberships, privileges, owners, schemas.

mod error;
pub(crate) mod ownership;
pub(crate) mod privileges;
pub(crate) mod role;
pub(crate) mod schema;
