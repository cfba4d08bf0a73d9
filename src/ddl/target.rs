//! The objects that statements change.

use super::DdlError;
use super::name::check_schema;
use crate::catalog::Catalog;
use crate::catalog::relation;
use crate::catalog::rows::{PgDatabase, PgNamespace};
use crate::error::Error;
use crate::pg::acl::{Acl, ObjectKind};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, quote, server};

/// A role.
pub(crate) struct Role {
    pub(crate) oid: Oid,
    name: String,
}

impl Role {
    pub(crate) fn find(oid: Oid) -> Result<Self, Error> {
        let name = names::of_role(oid).ok_or(DdlError::UnknownRole(oid.to_u32()))?;
        Ok(Self { oid, name })
    }

    /// Its name, as messages have it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its name as SQL.
    pub(crate) fn sql(&self) -> String {
        quote::identifier(&self.name)
    }

    /// Refuses that another role was dropped, which meanwhile had the name.
    pub(crate) fn confirm_gone(&self) -> Result<(), Error> {
        confirm(names::of_role(self.oid).is_none())
    }

    /// Refuses what was done by a name that meanwhile was another role's.
    pub(crate) fn confirm(&self) -> Result<(), Error> {
        confirm(names::of_role(self.oid).as_ref() == Some(&self.name))
    }
}

/// An object with privileges.
pub(crate) struct GrantableObject {
    pub(crate) kind: ObjectKind,
    pub(crate) owner: Oid,
    pub(crate) acl: Acl,
    oid: Oid,
    schema: Option<String>,
    name: String,
}

impl GrantableObject {
    /// The current database.
    pub(crate) fn database() -> Result<Self, Error> {
        let oid = server::current_database();
        let catalog = Catalog::new(Snapshot::latest());
        let row = PgDatabase::by_oid(&catalog.reader, oid).ok_or(DdlError::UnknownDatabase(oid.to_u32()))?;
        Ok(Self {
            kind: ObjectKind::Database,
            owner: row.datdba,
            acl: acl(ObjectKind::Database, row.datdba, row.datacl),
            oid,
            schema: None,
            name: row.datname,
        })
    }

    /// A schema that may be changed.
    pub(crate) fn schema(oid: Oid) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let row = PgNamespace::by_oid(&catalog.reader, oid).ok_or(Error::UnknownSchema(oid))?;
        // Those of temporary tables come and go with sessions.
        if row.nspname.starts_with("pg_") {
            Err(DdlError::ReservedSchema {
                schema: row.nspname.clone(),
            })?;
        }
        check_schema(&row.nspname)?;
        Ok(Self {
            kind: ObjectKind::Schema,
            owner: row.nspowner,
            acl: acl(ObjectKind::Schema, row.nspowner, row.nspacl),
            oid,
            schema: None,
            name: row.nspname,
        })
    }

    /// A relation that may be changed.
    pub(crate) fn relation(oid: Oid) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let row = relation::find_row(&catalog, oid)?;
        let schema = catalog.schema_name(row.relnamespace)?.to_string();
        check_schema(&schema)?;
        Ok(Self {
            kind: ObjectKind::Relation,
            owner: row.relowner,
            acl: acl(ObjectKind::Relation, row.relowner, row.relacl),
            oid,
            schema: Some(schema),
            name: row.relname,
        })
    }

    pub(crate) fn oid(&self) -> Oid {
        self.oid
    }

    /// Its name, as messages have it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its name as SQL.
    pub(crate) fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => quote::qualified(schema, &self.name),
            None => quote::identifier(&self.name),
        }
    }

    /// Its kind, in SQL.
    pub(crate) fn keyword(&self) -> &'static str {
        match self.kind {
            ObjectKind::Database => "DATABASE",
            ObjectKind::Schema => "SCHEMA",
            ObjectKind::Relation => "TABLE",
        }
    }

    /// Refuses what was done by a name that meanwhile was another object's.
    pub(crate) fn confirm(&self) -> Result<(), Error> {
        let named = match (self.kind, &self.schema) {
            (ObjectKind::Relation, Some(schema)) => names::find_relation(schema, &self.name),
            (ObjectKind::Database, _) => return Ok(()),
            _ => names::find_schema(&self.name),
        };
        confirm(named == Some(self.oid))
    }
}

fn confirm(is_the_same: bool) -> Result<(), Error> {
    if is_the_same { Ok(()) } else { Err(Error::Vanished) }
}

fn acl(kind: ObjectKind, owner: Oid, acl: Option<Acl>) -> Acl {
    acl.unwrap_or_else(|| Acl::default_of(kind, owner))
}
