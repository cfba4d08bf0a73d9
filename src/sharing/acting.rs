//! Acting as the role of a share or a form.
//!
//! A share runs as its role exactly as a SECURITY DEFINER function of that role would; `pg::as_role` says how the switch is
//! made and why it is safe. The conditions are checked at every use: the role is there, the role that created the share
//! can still become it by SET ROLE, and it is neither a superuser nor one that bypasses row-level security, unless a
//! superuser said so when sharing.

use super::error::SharingError;
use super::store;
use crate::error::Error;
use crate::explorations::store as storage;
use crate::pg::as_role::{self, RoleWork};
use crate::pg::{Oid, caller, names, ownership, server};
use serde::Deserialize;
use serde_json::json;

/// The role that something runs as, as it is stored.
#[derive(Deserialize)]
pub(super) struct ActingRole {
    role_oid: u32,
    creator_oid: u32,
    is_privileged: bool,
    is_above_rules: bool,
    search_path: String,
}

impl ActingRole {
    /// Whether the conditions hold.
    pub(super) fn is_allowed(&self) -> bool {
        (self.is_privileged || !self.is_above_rules)
            && ownership::can_set_role(Oid::from(self.creator_oid), Oid::from(self.role_oid))
    }

    /// Runs `body` as the role.
    pub(super) fn act<T>(&self, work: RoleWork, body: impl FnOnce() -> T) -> T {
        as_role::as_role(Oid::from(self.role_oid), &self.search_path, work, body)
    }
}

/// What the current role has chosen for something to run as.
pub(super) struct ChosenRole {
    pub(super) oid: Oid,
    pub(super) name: String,
    pub(super) is_privileged: bool,
}

#[derive(Deserialize)]
struct RoleRow {
    name: String,
    is_above_rules: bool,
}

/// Checks a role that the current one chooses; the current one itself if it chooses none.
pub(super) fn choose(role: Option<Oid>, insists: bool) -> Result<ChosenRole, Error> {
    let current = caller::role();
    let oid = role.unwrap_or(current);
    let row: Option<RoleRow> =
        storage::write(|statements| statements.query(store::ROLE, &json!({"oid": oid.to_u32()})))?;
    let row = row.ok_or_else(|| SharingError::UnknownRole(oid.to_u32()))?;
    if !ownership::can_set_role(current, oid) {
        Err(SharingError::CannotSetRole {
            role: row.name.clone(),
        })?;
    }
    let may_insist = server::is_superuser(current);
    if row.is_above_rules && !(insists && may_insist) {
        Err(SharingError::PrivilegedRole {
            role: row.name.clone(),
        })?;
    }
    Ok(ChosenRole {
        oid,
        is_privileged: row.is_above_rules,
        name: row.name,
    })
}

/// The role of that name or OID, as a document has it.
pub(super) fn find_role(node: &crate::explorations::node::Node) -> Result<Oid, Error> {
    match node.is_text() {
        true => {
            let name = node.text()?;
            names::role(&name).ok_or_else(|| {
                node.invalid(
                    format!("role \"{name}\" does not exist"),
                    "Name a role of this server.",
                )
            })
        }
        false => node.oid(),
    }
}
