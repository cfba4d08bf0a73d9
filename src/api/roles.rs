//! Roles and their members. The functions for clients are in `sql/install/roles.sql`.

use super::not_null;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::arguments::{OidArray, TextArgument};
use crate::roles::role;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/roles.sql",
    requires = ["schemas", create_role, drop_role, set_members_to_role]
);
extension_sql_file!(
    "../../sql/manual/roles.sql",
    name = "roles_manual",
    requires = ["roles"]
);

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn create_role(
    rolename: Option<TextArgument>,
    password_: Option<TextArgument>,
    login_: Option<bool>,
) -> Result<(), ErrorReport> {
    let name = not_null("rolename", rolename)?;
    let password = password_.map(|password| password.0);
    Ok(role::create_role(
        &name.0,
        password.as_deref(),
        login_ == Some(true),
    )?)
}

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn drop_role(rol_id: Option<Oid>) -> Result<(), ErrorReport> {
    Ok(role::drop_role(not_null("rol_id", rol_id)?)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn set_members_to_role(parent_rol_id: Oid, members: OidArray) -> Result<(), ErrorReport> {
    let members = members
        .0
        .into_iter()
        .map(|member| not_null("members", member.map(Oid::to_u32)));
    let members = members.collect::<Result<_, Error>>()?;
    Ok(role::set_members(parent_rol_id, &members)?)
}
