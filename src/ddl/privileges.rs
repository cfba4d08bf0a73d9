//! Privileges of roles on the database, a schema or a relation.

use super::script;
use super::target::{Object, Role};
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::definition::object::Object as JsonObject;
use crate::definition::privileges::{
    OnDatabase, OnSchema, OnTable, Privilege, PrivilegeSpec, RolePrivileges,
};
use crate::error::{self, Error};
use crate::pg::acl::{self, Granted, Kind, Privileges};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, quote};
use pgrx::PgSqlErrorCode;
use std::borrow::Cow;
use std::collections::HashSet;

/// What is wrong with a list of privileges, or with who wants to grant them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("role with OID {0} is listed twice")]
    ListedTwice(u32),

    #[error("permission denied for {kind} {name}")]
    Denied {
        kind: &'static str,
        name: String,
        lacking: String,
    },
}

impl error::Problem for Problem {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Problem::ListedTwice(_) => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Problem::Denied { .. } => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Problem::ListedTwice(_) => None,
            Problem::Denied { lacking, .. } => {
                Some(format!("The current role has no grant option for {lacking}."))
            }
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Problem::ListedTwice(_) => "Pass one object for each role.",
            Problem::Denied { .. } => {
                "The owner may grant and revoke, and who has the owner's rights by membership or was granted the \
                 privilege WITH GRANT OPTION."
            }
        }
        .into()
    }
}

/// Gives roles these privileges on the current database, and takes the others from them.
pub(crate) fn replace_on_database(spec: &PrivilegeSpec<OnDatabase>) -> Result<(), Error> {
    replace(&Object::database()?, spec)
}

/// Gives roles these privileges on a schema, and takes the others from them.
pub(crate) fn replace_on_schema(schema: Oid, spec: &PrivilegeSpec<OnSchema>) -> Result<(), Error> {
    replace(&Object::schema(schema)?, spec)
}

/// Gives roles these privileges on a table or a view, and takes the others from them.
pub(crate) fn replace_on_relation(relation: Oid, spec: &PrivilegeSpec<OnTable>) -> Result<(), Error> {
    replace(&Object::relation(relation)?, spec)
}

fn replace<P: Privilege>(object: &Object, spec: &[JsonObject<RolePrivileges<P>>]) -> Result<(), Error> {
    let mut listed = HashSet::new();
    if let Some(JsonObject(twice)) = spec.iter().find(|entry| !listed.insert(entry.0.role_oid)) {
        Err(Problem::ListedTwice(twice.role_oid))?;
    }
    let mut roles = Vec::new();
    for JsonObject(entry) in spec {
        let role = Role::find(entry.role_oid.into())?;
        let change = Change::find(object, &role, entry)?;
        for sql in change.statements(object, &role)? {
            script::run(sql)?;
        }
        roles.push(role);
    }
    roles.iter().try_for_each(Role::confirm)?;
    object.confirm()
}

/// What is to be granted to a role and revoked from it.
struct Change<P> {
    grantor: Oid,
    granted: Vec<P>,
    /// Only what the role has: revoking it from a whole table would revoke it from the table's columns, too.
    revoked: Vec<P>,
}

impl<P: Privilege> Change<P> {
    /// Refuses what the current role may not do as a whole. PostgreSQL would do a part of it, with a warning.
    fn find(object: &Object, role: &Role, entry: &RolePrivileges<P>) -> Result<Self, Error> {
        let current = acl::Role::current();
        let (grantor, _) = current.grantor(Privileges::default(), &object.acl, object.owner);
        let held = object.acl.granted(grantor, role.oid).privileges;
        let has = |privilege: &P| held.include(Privileges::named(privilege.name()));
        let change = Self {
            grantor,
            granted: entry.direct.clone(),
            revoked: entry.others().filter(has).collect(),
        };
        let wanted = of(&change.granted).union(of(&change.revoked));
        let (_, options) = current.grantor(wanted, &object.acl, object.owner);
        if !options.include(wanted) {
            let all = change.granted.iter().chain(&change.revoked);
            let lacking = all.filter(|privilege| !options.include(Privileges::named(privilege.name())));
            Err(Problem::Denied {
                kind: match object.kind {
                    Kind::Database => "database",
                    Kind::Schema => "schema",
                    Kind::Relation => "table",
                },
                name: object.name().to_owned(),
                lacking: list(lacking),
            })?;
        }
        Ok(change)
    }

    fn statements(&self, object: &Object, role: &Role) -> Result<Vec<String>, Error> {
        let (keyword, name, role_name) = (object.keyword(), object.sql(), role.sql());
        let mut statements = Vec::new();
        if !self.granted.is_empty() {
            let privileges = list(self.granted.iter());
            statements.push(format!("GRANT {privileges} ON {keyword} {name} TO {role_name}"));
        }
        if !self.revoked.is_empty() {
            let privileges = list(self.revoked.iter());
            statements.push(format!(
                "REVOKE {privileges} ON {keyword} {name} FROM {role_name}"
            ));
            if object.kind == Kind::Relation {
                statements.extend(self.restore_columns(object, role));
            }
        }
        Ok(statements)
    }

    /// Gives back what a REVOKE from a whole table takes from its columns.
    fn restore_columns(&self, object: &Object, role: &Role) -> Vec<String> {
        let catalog = Catalog::new(Snapshot::latest());
        let mut statements = Vec::new();
        for column in PgAttribute::live(&catalog.reader, object.oid()) {
            let Some(acl) = &column.attacl else { continue };
            let Granted {
                privileges,
                with_option,
            } = acl.granted(self.grantor, role.oid);
            let among =
                |set: Privileges| move |privilege: &&P| set.include(Privileges::named(privilege.name()));
            let (grantable, plain): (Vec<P>, Vec<P>) = self
                .revoked
                .iter()
                .filter(among(privileges))
                .partition(|privilege| among(with_option)(privilege));
            for (privileges, option) in [(plain, ""), (grantable, " WITH GRANT OPTION")] {
                let columns = quote::identifier(&column.attname);
                let each: Vec<_> = privileges
                    .iter()
                    .map(|privilege| format!("{} ({columns})", privilege.name()))
                    .collect();
                if !each.is_empty() {
                    statements.push(format!(
                        "GRANT {} ON TABLE {} TO {}{option}",
                        each.join(", "),
                        object.sql(),
                        role.sql()
                    ));
                }
            }
        }
        statements
    }
}

fn of<P: Privilege>(privileges: &[P]) -> Privileges {
    privileges.iter().fold(Privileges::default(), |all, privilege| {
        all.union(Privileges::named(privilege.name()))
    })
}

fn list<'a, P: Privilege>(privileges: impl Iterator<Item = &'a P>) -> String {
    privileges
        .map(|privilege| privilege.name())
        .collect::<Vec<_>>()
        .join(", ")
}
