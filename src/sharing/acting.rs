//! Acting as the role of a share or a form.
//!
//! A share runs as its role exactly as a SECURITY DEFINER function of that role would; `pg::as_role` says how the
//! switch is made and why it is safe. The conditions are checked at every use: the role is there, the role that created
//! the share can still become it by SET ROLE, and it is neither a superuser nor one that bypasses row-level security,
//! unless a superuser said so when sharing.

use super::error::SharingError;
use super::store;
use crate::catalog::acting;
use crate::catalog::rows::PgDbRoleSetting;
use crate::ddl::DdlError;
use crate::error::Error;
use crate::explorations::error::ExplorationError;
use crate::explorations::store as storage;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, caller, names, ownership, server};
use crate::roles::error::RolesError;
use serde::Deserialize;
use serde_json::json;

/// The role that something runs as, as it is stored.
#[derive(Deserialize)]
pub(super) struct ActingRole {
    pub(super) role_oid: u32,
    pub(super) creator_oid: u32,
    pub(super) is_privileged: bool,
}

impl ActingRole {
    /// Whether the conditions hold.
    pub(super) fn is_allowed(&self) -> bool {
        let (role, creator) = (Oid::from(self.role_oid), Oid::from(self.creator_oid));
        // Roles that are gone are nobody's, not even their own.
        let Some(rules) = caller::role_rules(role).filter(|_| caller::role_rules(creator).is_some()) else {
            return false;
        };
        (self.is_privileged || !rules.is_above) && ownership::can_set_role(creator, role)
    }

    /// Runs `body` as the role.
    pub(super) fn act<T>(&self, body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let role = Oid::from(self.role_oid);
        acting::act_as(role, &search_path_of(role), body)
    }
}

/// The setting `search_path` of a role, as a new session of that role in this database has it: what is set for the role in
/// the database comes first, what is set for the role in all databases second.
fn search_path_of(role: Oid) -> String {
    let reader = Reader::new(Snapshot::latest());
    let all = Oid::INVALID;
    let database = server::current_database();
    let places = [(database, role), (all, role), (database, all), (all, all)];
    // On many servers nothing was ever set for anybody.
    let places = if PgDbRoleSetting::is_empty() {
        &[][..]
    } else {
        &places
    };
    places
        .iter()
        .copied()
        .filter_map(|(database, role)| PgDbRoleSetting::of_role(&reader, database, role))
        .find_map(|row| {
            let path = row
                .setconfig
                .iter()
                .find_map(|setting| setting.strip_prefix("search_path="));
            path.map(str::to_owned)
        })
        // PostgreSQL's own default.
        .unwrap_or_else(|| "\"$user\", public".to_owned())
}

/// The role that the current role has chosen for a share or form.
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
    let current = caller::current_role();
    let oid = role.unwrap_or(current);
    let row: Option<RoleRow> =
        storage::write_as_owner(|statements| statements.query(store::ROLE, &json!({"oid": oid.to_u32()})))?;
    let row = row.ok_or_else(|| DdlError::UnknownRole(oid.to_u32()))?;
    if !ownership::can_set_role(current, oid) {
        Err(RolesError::CannotSetRole {
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
            let problem = || DdlError::UnknownRoleName { name: name.clone() }.into();
            names::find_role(&name).ok_or_else(|| ExplorationError::at(node.path(), problem()))
        }
        false => node.oid(),
    }
}
