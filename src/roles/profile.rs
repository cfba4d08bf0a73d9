//! The stored profiles of users. `user` checks before whether the caller may write one.

use crate::ddl::target::Role;
use crate::error::Error;
use crate::pg::bookkeeping;
use crate::pg::storage::{StorageOwner, StorageTable};
use serde::Serialize;

/// Nothing of it is read past SQL. A profile may wait for its role, so it has no primary key.
const PROFILES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_user_profiles",
    columns: &[],
    primary_key: &[],
};

const WRITE: &str = include_str!("../../sql/query/roles/profile_write.sql");

/// Gives a role the profile that a restore brought before the role existed.
const ADOPT: &str = include_str!("../../sql/query/roles/profile_adopt.sql");

const DELETE: &str = include_str!("../../sql/query/roles/profile_delete.sql");

/// Changes of a profile; absent members change nothing.
#[derive(Default, Serialize)]
pub(crate) struct ProfilePatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) short_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_change_needed: Option<bool>,
}

#[derive(Serialize)]
struct ProfileRow<'a> {
    role_oid: u32,
    role_name: &'a str,
    #[serde(flatten)]
    patch: &'a ProfilePatch,
}

/// Writes what a patch names into the profile of a role, which is made if there is none.
pub(super) fn write_profile(role: &Role, patch: &ProfilePatch) -> Result<(), Error> {
    let row = ProfileRow {
        role_oid: role.oid.to_u32(),
        role_name: role.name(),
        patch,
    };
    bookkeeping::as_owner(storage_owner()?, |statements| {
        statements.run(ADOPT, &row)?;
        statements.run(WRITE, &row)
    })
}

/// Forgets the profile of a role that was dropped.
pub(super) fn delete_profile(role: &Role) -> Result<(), Error> {
    let row = ProfileRow {
        role_oid: role.oid.to_u32(),
        role_name: role.name(),
        patch: &ProfilePatch::default(),
    };
    bookkeeping::as_owner(storage_owner()?, |statements| statements.run(DELETE, &row))
}

fn storage_owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&PROFILES])
}
