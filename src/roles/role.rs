//! Roles and their memberships.

use super::error::RolesError;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAuthMembers;
use crate::ddl::name::quote_name;
use crate::ddl::script;
use crate::ddl::target::Role;
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, password};
use std::collections::{BTreeMap, BTreeSet};

/// Makes a role; with a password, or at least the right to log in, if it is to log in.
pub(crate) fn create_role(name: &str, password: Option<&str>, can_log_in: bool) -> Result<(), Error> {
    let name = quote_name(name)?;
    match password {
        Some(password) if can_log_in => {
            password::run_with(&format!("CREATE ROLE {name} LOGIN PASSWORD ''"), password);
        }
        _ if can_log_in => {
            script::run_statement(format!("CREATE ROLE {name} LOGIN"))?;
        }
        _ => {
            script::run_statement(format!("CREATE ROLE {name}"))?;
        }
    }
    Ok(())
}

/// Drops a role.
pub(crate) fn drop_role(role: Oid) -> Result<(), Error> {
    let role = Role::find(role)?;
    script::run_statement(format!("DROP ROLE {}", role.sql()))?;
    role.confirm_gone()
}

/// Makes the direct members of a role exactly these.
pub(crate) fn set_members(parent: Oid, members: &BTreeSet<u32>) -> Result<(), Error> {
    let parent = Role::find(parent)?;
    let named = members.iter().map(|&member| Role::find(member.into()));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    for sql in membership_statements(&parent, &named, &memberships_in(parent.oid))? {
        script::run_statement(sql)?;
    }
    named.iter().try_for_each(Role::confirm)?;
    parent.confirm()?;
    let now: BTreeSet<_> = memberships_in(parent.oid)
        .iter()
        .map(|membership| membership.member.to_u32())
        .collect();
    if now != *members {
        Err(RolesError::DependentMemberships {
            role: parent.name().to_owned(),
        })?;
    }
    Ok(())
}

fn memberships_in(role: Oid) -> Vec<PgAuthMembers> {
    PgAuthMembers::of_role(&Catalog::new(Snapshot::latest()).reader, role)
}

/// Whether a membership has a row for each role that granted it.
const HAS_GRANTORS: bool = cfg!(not(feature = "pg15"));

/// The statements that turn the memberships of a role into those of `members`.
///
/// Since PostgreSQL 16 a membership has a row for each role that granted it, and goes with the last one. What a member
/// that leaves has granted goes along with its own membership; so a member that stays gets from the current role first
/// what it had from one that leaves.
fn membership_statements(
    parent: &Role,
    members: &[Role],
    memberships: &[PgAuthMembers],
) -> Result<Vec<String>, Error> {
    let role = parent.sql();
    let stays = |oid: Oid| members.iter().any(|member| member.oid == oid);
    let is_member = |oid: Oid| memberships.iter().any(|membership| membership.member == oid);
    let mut statements = Vec::new();

    let added = members
        .iter()
        .filter(|member| !is_member(member.oid))
        .map(Role::sql);
    let added = added.collect::<Vec<_>>();
    if !added.is_empty() {
        statements.push(format!("GRANT {role} TO {}", added.join(", ")));
    }
    let leaves = |oid: Oid| is_member(oid) && !stays(oid);
    let leaving = memberships.iter().filter(|membership| leaves(membership.member));
    if !HAS_GRANTORS {
        let removed = leaving.map(|membership| Role::find(membership.member).map(|member| member.sql()));
        let removed = removed.collect::<Result<Vec<_>, _>>()?;
        if !removed.is_empty() {
            statements.push(format!("REVOKE {role} FROM {}", removed.join(", ")));
        }
        return Ok(statements);
    }
    let granted_by_leaving = |membership: &&PgAuthMembers| leaves(membership.grantor);
    for kept in memberships
        .iter()
        .filter(|membership| stays(membership.member))
        .filter(granted_by_leaving)
    {
        statements.push(format!(
            "GRANT {role} TO {} WITH ADMIN {}, INHERIT {}, SET {}",
            Role::find(kept.member)?.sql(),
            kept.admin_option,
            kept.inherit_option.unwrap_or(true),
            kept.set_option.unwrap_or(true),
        ));
    }
    let mut revoked: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    // Those that were granted by one that leaves go along with that one's.
    for removed in leaving.filter(|membership| !granted_by_leaving(membership)) {
        let member = Role::find(removed.member)?.sql();
        revoked.entry(removed.grantor.to_u32()).or_default().push(member);
    }
    for (grantor, removed) in revoked {
        statements.push(format!(
            "REVOKE {role} FROM {} GRANTED BY {} CASCADE",
            removed.join(", "),
            Role::find(grantor.into())?.sql()
        ));
    }
    Ok(statements)
}
