//! Users: roles that can log in, with a profile each.
//!
//! The role, its rights and its password are PostgreSQL's; a profile is what PostgreSQL has no place for. Who may
//! change a user's role may change the profile, and so may the user.

use crate::ddl::name::quote_name;
use crate::ddl::script;
use crate::ddl::target::Role;
use crate::error::Error;
use crate::pg::{Oid, caller, names, password, statement};
use crate::roles::error::UserError;
use crate::roles::profile::{self, ProfilePatch};
use serde::Deserialize;

/// A user to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    username: String,
    password: String,
    /// Whether the user may add others.
    #[serde(default)]
    is_superuser: bool,
    email: Option<String>,
    full_name: Option<String>,
    short_name: Option<String>,
    display_language: Option<String>,
}

/// Changes of a user; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    username: Option<String>,
    is_superuser: Option<bool>,
    email: Option<String>,
    full_name: Option<String>,
    short_name: Option<String>,
    display_language: Option<String>,
}

/// Creates the role, which has to choose another password, and the profile.
pub(crate) fn add_user(user: &NewUser) -> Result<(), Error> {
    check_password(&user.password)?;
    let name = quote_name(&user.username)?;
    let may_add_users = if user.is_superuser { " CREATEROLE" } else { "" };
    let statement = format!("CREATE ROLE {name} LOGIN{may_add_users} PASSWORD ''");
    password::with_scram(|| password::run_with(&statement, &user.password));
    let role = names::find_role(&user.username).ok_or(Error::Vanished)?;
    let profile = ProfilePatch {
        email: user.email.clone(),
        full_name: user.full_name.clone(),
        short_name: user.short_name.clone(),
        display_language: user.display_language.clone(),
        password_change_needed: Some(true),
    };
    profile::write_profile(&Role::find(role)?, &profile)
}

/// Changes a user's role and profile.
pub(crate) fn patch_user(user: Oid, patch: &UserPatch) -> Result<(), Error> {
    let role = find_user(user)?;
    if let Some(is_superuser) = patch.is_superuser {
        set_may_add_users(&role, is_superuser)?;
    }
    if let Some(username) = patch.username.as_deref().filter(|&name| name != role.name()) {
        script::run_statement(format!(
            "ALTER ROLE {} RENAME TO {}",
            role.sql(),
            quote_name(username)?
        ))?;
    }
    let role = Role::find(user)?;
    check_right(&role)?;
    let profile = ProfilePatch {
        email: patch.email.clone(),
        full_name: patch.full_name.clone(),
        short_name: patch.short_name.clone(),
        display_language: patch.display_language.clone(),
        password_change_needed: None,
    };
    profile::write_profile(&role, &profile)
}

/// Drops a user's role and forgets the profile.
pub(crate) fn delete_user(user: Oid) -> Result<(), Error> {
    let role = find_user(user)?;
    script::run_statement(format!("DROP ROLE {}", role.sql()))?;
    role.confirm_gone()?;
    profile::delete_profile(&role)
}

/// Sets a user's password.
pub(crate) fn set_password(user: Oid, password: &str, change_needed: bool) -> Result<(), Error> {
    let role = find_user(user)?;
    check_password(password)?;
    let statement = format!("ALTER ROLE {} PASSWORD ''", role.sql());
    password::with_scram(|| password::run_with(&statement, password));
    role.confirm()?;
    profile::write_profile(
        &role,
        &ProfilePatch {
            password_change_needed: Some(change_needed),
            ..ProfilePatch::default()
        },
    )
}

/// Sets the password of the current role, if its old one is given.
pub(crate) fn replace_own_password(old: &str, new: &str) -> Result<(), Error> {
    let own = Role::find(caller::current_role())?;
    if !password::is_of_role(own.name(), old) {
        Err(UserError::WrongPassword {
            role: own.name().to_owned(),
        })?;
    }
    set_password(own.oid, new, false)
}

/// The role of a user.
fn find_user(user: Oid) -> Result<Role, Error> {
    let role = Role::find(user)?;
    if caller::can_log_in(user) {
        return Ok(role);
    }
    Err(UserError::NoUser {
        role: role.name().to_owned(),
    })?
}

/// A user who may add others has the attribute CREATEROLE. A superuser of PostgreSQL has that right anyway; no role
/// becomes one, or stops to be one, by us.
fn set_may_add_users(role: &Role, may: bool) -> Result<(), Error> {
    if caller::is_superuser(role.oid) {
        if may {
            return Ok(());
        }
        Err(UserError::StaysSuperuser {
            role: role.name().to_owned(),
        })?;
    }
    if caller::may_create_roles(role.oid) != may {
        let attribute = if may { "CREATEROLE" } else { "NOCREATEROLE" };
        script::run_statement(format!("ALTER ROLE {} {attribute}", role.sql()))?;
    }
    Ok(())
}

/// The user of the session: the function of SQL has the rule.
pub(crate) fn current_user_id() -> Result<Oid, Error> {
    let user = statement::query_value("SELECT msar.current_user_id()")?;
    let user: Option<u32> = user.and_then(|user| user.parse().ok());
    user.map(Oid::from).ok_or(Error::Vanished)
}

/// The profile of the session's user, or that of a role that the caller could alter.
fn check_right(role: &Role) -> Result<(), Error> {
    if role.oid == current_user_id()? || caller::may_alter_role(role.oid) {
        return Ok(());
    }
    Err(UserError::NotAllowed {
        role: role.name().to_owned(),
    })?
}

/// PostgreSQL takes an empty password for none.
fn check_password(password: &str) -> Result<(), Error> {
    if password.is_empty() {
        Err(UserError::EmptyPassword)?;
    }
    Ok(())
}
