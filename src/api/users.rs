//! Users and the roles that they act as. The functions for clients are in `sql/install/users.sql`.

use crate::error::ManualPage;
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, TextArgument};
use crate::roles::{role_map, user};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/users.sql",
    requires = [
        "schemas",
        add_user,
        patch_user,
        delete_user,
        set_user_password,
        replace_own_password,
        set_role_map,
        delete_role_map
    ]
);
extension_sql_file!(
    "../../sql/manual/users.sql",
    name = "users_manual",
    requires = ["users"]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn add_user(user_def: JsonArgument) -> Result<(), ErrorReport> {
    Ok(user::add_user(&super::parse_definition(
        ManualPage::Roles,
        "user_def",
        &user_def,
    )?)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn patch_user(user_id: Oid, patch: JsonArgument) -> Result<(), ErrorReport> {
    Ok(user::patch_user(
        user_id,
        &super::parse_definition(ManualPage::Roles, "patch", &patch)?,
    )?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn delete_user(user_id: Oid) -> Result<(), ErrorReport> {
    Ok(user::delete_user(user_id)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn set_user_password(
    user_id: Oid,
    new_password: TextArgument,
    change_needed: bool,
) -> Result<(), ErrorReport> {
    Ok(user::set_password(user_id, &new_password.0, change_needed)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_own_password(old_password: TextArgument, new_password: TextArgument) -> Result<(), ErrorReport> {
    Ok(user::replace_own_password(&old_password.0, &new_password.0)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn set_role_map(user_id: Oid, role_id: Oid) -> Result<(), ErrorReport> {
    Ok(role_map::set_role_map(user_id, role_id)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn delete_role_map(user_id: Oid) -> Result<(), ErrorReport> {
    Ok(role_map::delete_role_map(user_id)?)
}
