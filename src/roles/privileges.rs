//! Privileges of roles on the database, a schema or a relation.

use super::error::RolesError;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::ddl::script;
use crate::ddl::target::{GrantableObject, Role};
use crate::definition::object::JsonObject;
use crate::definition::privileges::{
    OnDatabase, OnSchema, OnTable, Privilege, PrivilegeSpec, RolePrivileges,
};
use crate::error::Error;
use crate::pg::acl::{self, Granted, ObjectKind, Privileges};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, quote};
use std::collections::HashSet;

/// Gives roles these privileges on the current database, and takes the others from them.
pub(crate) fn replace_on_database(spec: &PrivilegeSpec<OnDatabase>) -> Result<(), Error> {
    replace_privileges(&GrantableObject::database()?, spec)
}

/// Gives roles these privileges on a schema, and takes the others from them.
pub(crate) fn replace_on_schema(schema: Oid, spec: &PrivilegeSpec<OnSchema>) -> Result<(), Error> {
    replace_privileges(&GrantableObject::schema(schema)?, spec)
}

/// Gives roles these privileges on a table or a view, and takes the others from them.
pub(crate) fn replace_on_relation(relation: Oid, spec: &PrivilegeSpec<OnTable>) -> Result<(), Error> {
    replace_privileges(&GrantableObject::relation(relation)?, spec)
}

fn replace_privileges<P: Privilege>(
    object: &GrantableObject,
    spec: &[JsonObject<RolePrivileges<P>>],
) -> Result<(), Error> {
    let mut listed = HashSet::new();
    if let Some(JsonObject(twice)) = spec.iter().find(|entry| !listed.insert(entry.0.role_oid)) {
        Err(RolesError::ListedTwice(twice.role_oid))?;
    }
    let mut roles = Vec::new();
    for JsonObject(entry) in spec {
        let role = Role::find(entry.role_oid.into())?;
        let change = PrivilegeChange::plan_change(object, &role, entry)?;
        for sql in change.statements(object, &role) {
            script::run_statement(sql)?;
        }
        roles.push(role);
    }
    roles.iter().try_for_each(Role::confirm)?;
    object.confirm()
}

/// The privileges to grant to a role and to revoke from it.
struct PrivilegeChange<P> {
    granted: Vec<P>,
    revoked: Vec<Revoked<P>>,
}

/// What is to be revoked that one role has granted. Only what is there: revoking it from a whole table would revoke it
/// from the table's columns, too.
struct Revoked<P> {
    grantor: Oid,
    privileges: Vec<P>,
}

impl<P: Privilege> PrivilegeChange<P> {
    /// Refuses what the current role may not do as a whole. PostgreSQL would do a part of it, with a warning.
    fn plan_change(object: &GrantableObject, role: &Role, entry: &RolePrivileges<P>) -> Result<Self, Error> {
        let current = acl::CurrentRole::current();
        let mut lacking = Vec::new();
        let mut revoked: Vec<Revoked<P>> = Vec::new();
        for privilege in entry.others() {
            // The role on whose behalf PostgreSQL revokes it: what others have granted stays.
            let wanted = Privileges::named(privilege.name());
            let (grantor, options) = current.grantor(wanted, &object.acl, object.owner);
            if !object.acl.granted(grantor, role.oid).privileges.include(wanted) {
                continue;
            }
            if !options.include(wanted) {
                lacking.push(privilege);
            }
            match revoked.iter_mut().find(|revoked| revoked.grantor == grantor) {
                Some(revoked) => revoked.privileges.push(privilege),
                None => revoked.push(Revoked {
                    grantor,
                    privileges: vec![privilege],
                }),
            }
        }
        lacking.extend(entry.direct.iter().copied().filter(|privilege| {
            let wanted = Privileges::named(privilege.name());
            !current
                .grantor(wanted, &object.acl, object.owner)
                .1
                .include(wanted)
        }));
        if !lacking.is_empty() {
            Err(RolesError::Denied {
                kind: match object.kind {
                    ObjectKind::Database => "database",
                    ObjectKind::Schema => "schema",
                    ObjectKind::Relation => "table",
                },
                name: object.name().to_owned(),
                lacking: list_privileges(&lacking),
            })?;
        }
        Ok(Self {
            granted: entry.direct.clone(),
            revoked,
        })
    }

    fn statements(&self, object: &GrantableObject, role: &Role) -> Vec<String> {
        let (on, role_name) = (format!("{} {}", object.keyword(), object.sql()), role.sql());
        let mut statements = Vec::new();
        if !self.granted.is_empty() {
            let privileges = list_privileges(&self.granted);
            statements.push(format!("GRANT {privileges} ON {on} TO {role_name}"));
        }
        for revoked in &self.revoked {
            let privileges = list_privileges(&revoked.privileges);
            statements.push(format!("REVOKE {privileges} ON {on} FROM {role_name}"));
            if object.kind == ObjectKind::Relation {
                statements.extend(revoked.restore_columns(object, role));
            }
        }
        statements
    }
}

impl<P: Privilege> Revoked<P> {
    /// Gives back what a REVOKE from a whole table takes from its columns.
    fn restore_columns(&self, object: &GrantableObject, role: &Role) -> Vec<String> {
        let catalog = Catalog::new(Snapshot::latest());
        let mut statements = Vec::new();
        for column in PgAttribute::live(&catalog.reader, object.oid()) {
            let Some(acl) = &column.attacl else { continue };
            let Granted {
                privileges,
                with_option,
            } = acl.granted(self.grantor, role.oid);
            let among = |set: Privileges, privilege: P| set.include(Privileges::named(privilege.name()));
            for &privilege in self
                .privileges
                .iter()
                .filter(|&&privilege| among(privileges, privilege))
            {
                let option = if among(with_option, privilege) {
                    " WITH GRANT OPTION"
                } else {
                    ""
                };
                statements.push(format!(
                    "GRANT {} ({}) ON TABLE {} TO {}{option}",
                    privilege.name(),
                    quote::identifier(&column.attname),
                    object.sql(),
                    role.sql()
                ));
            }
        }
        statements
    }
}

fn list_privileges<P: Privilege>(privileges: &[P]) -> String {
    let names: Vec<_> = privileges.iter().map(|privilege| privilege.name()).collect();
    names.join(", ")
}
