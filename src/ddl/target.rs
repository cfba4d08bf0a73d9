//! The objects that statements are about.

use crate::catalog::Catalog;
use crate::catalog::relation;
use crate::catalog::rows::{PgDatabase, PgNamespace};
use crate::error::{self, Error};
use crate::pg::acl::{Acl, Kind};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, quote, server};
use pgrx::PgSqlErrorCode;
use std::borrow::Cow;

/// What can be wrong with the object of a statement, or with a name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("role with OID {} does not exist", .0.to_u32())]
    UnknownRole(Oid),

    #[error("database with OID {} does not exist", .0.to_u32())]
    UnknownDatabase(Oid),

    #[error("schema \"{0}\" cannot be changed: it belongs to the database system")]
    OfSystem(String),

    #[error("schema \"{0}\" cannot be changed: it belongs to mathesar_ext")]
    OfExtension(String),

    #[error("must be owner of schema {0}")]
    NotOwnerOfSchema(String),

    #[error("the members of role \"{0}\" cannot be made those given")]
    DependentMemberships(String),

    #[error("argument \"{0}\" must not be null")]
    Null(&'static str),

    #[error("the name of a {0} must not be empty")]
    EmptyName(&'static str),

    #[error("the name \"{name}\" is too long")]
    LongName { name: String, length: usize },
}

impl error::Problem for Problem {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            Problem::UnknownRole(_) | Problem::UnknownDatabase(_) => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Problem::OfSystem(_) | Problem::OfExtension(_) | Problem::NotOwnerOfSchema(_) => {
                PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
            }
            Problem::DependentMemberships(_) => PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
            Problem::Null(_) => PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            Problem::EmptyName(_) => PgSqlErrorCode::ERRCODE_INVALID_NAME,
            Problem::LongName { .. } => PgSqlErrorCode::ERRCODE_NAME_TOO_LONG,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Problem::LongName { length, .. } => Some(format!(
                "It takes {length} bytes, and PostgreSQL keeps {} of a name.",
                names::MAX_LENGTH
            )),
            Problem::DependentMemberships(_) => Some(
                "The current role is among the members that would leave, and the memberships that it grants leave with it."
                    .to_owned(),
            ),
            _ => None,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            Problem::UnknownRole(_) => "msar.list_roles() gives the roles with their OIDs.",
            Problem::UnknownDatabase(_) => "pg_catalog.pg_database has the databases with their OIDs.",
            Problem::OfSystem(_) => "Choose a schema of your own.",
            Problem::OfExtension(_) => "DROP EXTENSION and ALTER EXTENSION are what changes it.",
            Problem::NotOwnerOfSchema(_) => {
                "Its owner, and who has the owner's rights by membership, may drop a schema."
            }
            Problem::DependentMemberships(_) => "Keep the current role, or call as another one.",
            Problem::Null(_) | Problem::EmptyName(_) => "Pass a value.",
            Problem::LongName { .. } => "Choose a shorter name.",
        }
        .into()
    }
}

/// The value of an argument that must be given.
pub(crate) fn required<T>(value: Option<T>, argument: &'static str) -> Result<T, Problem> {
    value.ok_or(Problem::Null(argument))
}

/// A name for something new, as SQL. PostgreSQL would cut off what is too long.
pub(super) fn new_name(name: &str, kind: &'static str) -> Result<String, Problem> {
    if name.is_empty() {
        return Err(Problem::EmptyName(kind));
    }
    let length = names::length(name);
    if length > names::MAX_LENGTH {
        return Err(Problem::LongName {
            name: name.to_owned(),
            length,
        });
    }
    Ok(quote::identifier(name))
}

/// A role.
pub(super) struct Role {
    pub(super) oid: Oid,
    name: String,
}

impl Role {
    pub(super) fn find(oid: Oid) -> Result<Self, Problem> {
        let name = names::of_role(oid).ok_or(Problem::UnknownRole(oid))?;
        Ok(Self { oid, name })
    }

    /// Its name, as messages have it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its name as SQL.
    pub(super) fn sql(&self) -> String {
        quote::identifier(&self.name)
    }

    /// Refuses what was done by a name that meanwhile was another role's.
    pub(super) fn confirm(&self) -> Result<(), Error> {
        confirm(names::of_role(self.oid).as_ref() == Some(&self.name))
    }
}

/// An object with privileges.
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) owner: Oid,
    pub(super) acl: Acl,
    oid: Oid,
    schema: Option<String>,
    name: String,
}

impl Object {
    /// The current database.
    pub(super) fn database() -> Result<Self, Error> {
        let oid = server::current_database();
        let catalog = Catalog::new(Snapshot::latest());
        let row = PgDatabase::by_oid(&catalog.reader, oid).ok_or(Problem::UnknownDatabase(oid))?;
        Ok(Self {
            kind: Kind::Database,
            owner: row.datdba,
            acl: acl(Kind::Database, row.datdba, row.datacl),
            oid,
            schema: None,
            name: row.datname,
        })
    }

    /// A schema that may be changed.
    pub(super) fn schema(oid: Oid) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let row = PgNamespace::by_oid(&catalog.reader, oid).ok_or(Error::UnknownSchema(oid))?;
        check_schema(&row.nspname, |name| name.starts_with("pg_"))?;
        Ok(Self {
            kind: Kind::Schema,
            owner: row.nspowner,
            acl: acl(Kind::Schema, row.nspowner, row.nspacl),
            oid,
            schema: None,
            name: row.nspname,
        })
    }

    /// A relation that may be changed.
    pub(super) fn relation(oid: Oid) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let row = relation::find(&catalog, oid)?;
        let schema = catalog.schema_name(row.relnamespace)?.to_string();
        // The schema of temporary tables is the session's own.
        check_schema(&schema, |name| {
            name.starts_with("pg_") && !name.starts_with("pg_temp_")
        })?;
        Ok(Self {
            kind: Kind::Relation,
            owner: row.relowner,
            acl: acl(Kind::Relation, row.relowner, row.relacl),
            oid,
            schema: Some(schema),
            name: row.relname,
        })
    }

    pub(super) fn oid(&self) -> Oid {
        self.oid
    }

    /// Its name, as messages have it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its name as SQL.
    pub(super) fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => quote::qualified(schema, &self.name),
            None => quote::identifier(&self.name),
        }
    }

    /// What it is, in SQL.
    pub(super) fn keyword(&self) -> &'static str {
        match self.kind {
            Kind::Database => "DATABASE",
            Kind::Schema => "SCHEMA",
            Kind::Relation => "TABLE",
        }
    }

    /// Refuses what was done by a name that meanwhile was another object's.
    pub(super) fn confirm(&self) -> Result<(), Error> {
        let named = match (self.kind, &self.schema) {
            (Kind::Relation, Some(schema)) => names::relation(schema, &self.name),
            (Kind::Database, _) => return Ok(()),
            _ => names::schema(&self.name),
        };
        confirm(named == Some(self.oid))
    }
}

fn confirm(is_the_same: bool) -> Result<(), Error> {
    if is_the_same { Ok(()) } else { Err(Error::Vanished) }
}

fn acl(kind: Kind, owner: Oid, acl: Option<Acl>) -> Acl {
    acl.unwrap_or_else(|| Acl::default_of(kind, owner))
}

/// The schemas of this extension.
const OWN: [&str; 4] = ["msar", "__msar", "msar_catalog", "mathesar_types"];

fn check_schema(name: &str, is_of_system: impl Fn(&str) -> bool) -> Result<(), Problem> {
    if name == "information_schema" || is_of_system(name) {
        Err(Problem::OfSystem(name.to_owned()))
    } else if OWN.contains(&name) {
        Err(Problem::OfExtension(name.to_owned()))
    } else {
        Ok(())
    }
}
