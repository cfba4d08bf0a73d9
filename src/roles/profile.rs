//! The stored profiles of users. Who may write one is checked before by `user`.

use super::user::ProfilePatch;
use crate::ddl::target::Role;
use crate::error::Error;
use crate::pg::bookkeeping;
use crate::pg::storage::{StorageOwner, StorageTable};
use serde::Serialize;

/// Nothing of it is read past SQL. A profile may wait for its role, so it has no primary key.
const PROFILES: StorageTable = StorageTable {
    name: c"stored_user_profiles",
    columns: &[],
    primary_key: &[],
};

const WRITE: &str = "
    INSERT INTO msar_catalog.stored_user_profiles AS p
      (role_name, email, full_name, short_name, display_language, password_change_needed)
    SELECT c.role_name, COALESCE(c.email, ''), c.full_name, c.short_name, COALESCE(c.display_language, 'en'),
      COALESCE(c.password_change_needed, false)
    FROM jsonb_to_record($1) AS c(role_name name, email text, full_name text, short_name text, display_language text,
      password_change_needed boolean)
    ON CONFLICT (role_oid) DO UPDATE SET
      role_name = EXCLUDED.role_name,
      email = CASE WHEN $1 ? 'email' THEN EXCLUDED.email ELSE p.email END,
      full_name = CASE WHEN $1 ? 'full_name' THEN EXCLUDED.full_name ELSE p.full_name END,
      short_name = CASE WHEN $1 ? 'short_name' THEN EXCLUDED.short_name ELSE p.short_name END,
      display_language = CASE WHEN $1 ? 'display_language' THEN EXCLUDED.display_language ELSE p.display_language END,
      password_change_needed = CASE WHEN $1 ? 'password_change_needed' THEN EXCLUDED.password_change_needed
        ELSE p.password_change_needed END,
      updated_at = now()";

/// What a restore has brought before the role was there.
const ADOPT: &str = "
    UPDATE msar_catalog.stored_user_profiles SET role_oid = ($1 ->> 'role_oid')::oid
    WHERE role_oid IS NULL AND role_name = ($1 ->> 'role_name')::name
      AND NOT EXISTS (SELECT FROM msar_catalog.stored_user_profiles AS p WHERE p.role_oid = ($1 ->> 'role_oid')::oid)";

const DELETE: &str =
    "DELETE FROM msar_catalog.stored_user_profiles WHERE role_oid = ($1 ->> 'role_oid')::oid";

#[derive(Serialize)]
struct ProfileRow<'a> {
    role_oid: u32,
    role_name: &'a str,
    #[serde(flatten)]
    patch: &'a ProfilePatch,
}

/// Writes what a patch names into the profile of a role, which is made if there is none.
pub(super) fn write(role: &Role, patch: &ProfilePatch) -> Result<(), Error> {
    let row = ProfileRow {
        role_oid: role.oid.to_u32(),
        role_name: role.name(),
        patch,
    };
    bookkeeping::as_owner(owner()?, |statements| {
        statements.run(ADOPT, &row)?;
        statements.run(WRITE, &row)
    })
}

/// Forgets the profile of a role that was dropped.
pub(super) fn delete(role: &Role) -> Result<(), Error> {
    let row = ProfileRow {
        role_oid: role.oid.to_u32(),
        role_name: role.name(),
        patch: &ProfilePatch::default(),
    };
    bookkeeping::as_owner(owner()?, |statements| statements.run(DELETE, &row))
}

fn owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&PROFILES])
}
