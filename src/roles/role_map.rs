//! The roles that users act as in this database: a membership, and `ALTER ROLE ... IN DATABASE ... SET role`, by which a
//! session of the user begins as that role. Nothing else is stored.

use crate::ddl::script;
use crate::ddl::target::Role;
use crate::error::Error;
use crate::pg::{Oid, quote, statement};
use crate::roles::error::UserError;

/// The membership that lets a user become a role.
const MEMBERSHIP: &str = if cfg!(feature = "pg15") { "MEMBER" } else { "SET" };

/// Makes sessions of a user act as a role in this database, and the user its member.
pub(crate) fn set_role_map(user: Oid, role: Oid) -> Result<(), Error> {
    let (user, role) = (Role::find(user)?, Role::find(role)?);
    let may_become = statement::query_value(&format!(
        "SELECT pg_catalog.pg_has_role({}, {}, {})",
        quote::literal(user.name()),
        quote::literal(role.name()),
        quote::literal(MEMBERSHIP)
    ))?;
    if may_become.as_deref() != Some("t") {
        script::run_statement(format!("GRANT {} TO {}", role.sql(), user.sql()))?;
    }
    script::run_statement(format!(
        "ALTER ROLE {} IN DATABASE {} SET role = {}",
        user.sql(),
        database()?,
        quote::literal(role.name())
    ))?;
    user.confirm()?;
    role.confirm()
}

/// Ends it. The membership goes too, unless the user acts as that role in another database.
pub(crate) fn delete_role_map(user: Oid) -> Result<(), Error> {
    let user = Role::find(user)?;
    let of_user = format!(
        "FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS c(setting) \
         WHERE s.setrole OPERATOR(pg_catalog.=) {}::pg_catalog.oid AND pg_catalog.starts_with(c.setting, 'role=')",
        user.oid.to_u32()
    );
    let here = "s.setdatabase OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d \
         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())";
    let role = statement::query_value(&format!(
        "SELECT pg_catalog.substr(c.setting, 6) {of_user} AND {here}"
    ))?;
    let Some(role) = role else {
        Err(UserError::NoRoleMap {
            role: user.name().to_owned(),
        })?
    };
    script::run_statement(format!(
        "ALTER ROLE {} IN DATABASE {} RESET role",
        user.sql(),
        database()?
    ))?;
    let elsewhere = statement::query_value(&format!(
        "SELECT true {of_user} AND NOT {here} AND c.setting OPERATOR(pg_catalog.=) {} LIMIT 1",
        quote::literal(&format!("role={role}"))
    ))?;
    let is_member = statement::query_value(&format!(
        "SELECT true FROM pg_catalog.pg_auth_members AS m JOIN pg_catalog.pg_roles AS r \
         ON r.oid OPERATOR(pg_catalog.=) m.roleid WHERE r.rolname OPERATOR(pg_catalog.=) {} \
         AND m.member OPERATOR(pg_catalog.=) {}::pg_catalog.oid LIMIT 1",
        quote::literal(&role),
        user.oid.to_u32()
    ))?;
    if elsewhere.is_none() && is_member.is_some() {
        script::run_statement(format!("REVOKE {} FROM {}", quote::identifier(&role), user.sql()))?;
    }
    user.confirm()
}

/// The current database's name, as SQL.
fn database() -> Result<String, Error> {
    let name = statement::query_value("SELECT pg_catalog.quote_ident(pg_catalog.current_database())")?;
    name.ok_or(Error::Vanished)
}
