//! Schemas.

use super::ownership;
use crate::catalog::consistent;
use crate::catalog::dependency::schemas::{self, Drop, Obstacle};
use crate::ddl::DdlError;
use crate::ddl::name::identifier;
use crate::ddl::script;
use crate::ddl::target::GrantableObject;
use crate::definition::schema::SchemaPatch;
use crate::error::{self, Error};
use crate::pg::acl::CurrentRole;
use crate::pg::{Oid, drop_guard, lock, names, quote};
use pgrx::PgSqlErrorCode;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Makes a schema, with a comment and an owner if they are given.
pub(crate) fn create(name: &str, owner: Option<Oid>, description: Option<&str>) -> Result<(), Error> {
    let sql = identifier(name)?;
    script::run(format!("CREATE SCHEMA {sql}"))?;
    if let Some(description) = description.filter(|description| !description.is_empty()) {
        comment(&sql, Some(description))?;
    }
    // Last, since the current role may lack the privileges of the new owner, and still give an object to it.
    if let Some(owner) = owner {
        let schema = names::schema(name).ok_or(Error::Vanished)?;
        ownership::transfer_schema(schema, owner)?;
    }
    Ok(())
}

/// Changes name and comment of a schema.
pub(crate) fn patch(schema: Oid, patch: &SchemaPatch) -> Result<(), Error> {
    let schema = GrantableObject::schema(schema)?;
    if let Some(description) = &patch.description {
        comment(&schema.sql(), description.as_deref())?;
    }
    schema.confirm()?;
    match &patch.name {
        Some(name) if name != schema.name() => rename(&schema, name),
        _ => Ok(()),
    }
}

fn comment(schema: &str, description: Option<&str>) -> Result<(), Error> {
    let description = description.map_or("NULL".to_owned(), quote::literal);
    script::run(format!("COMMENT ON SCHEMA {schema} IS {description}"))?;
    Ok(())
}

fn rename(schema: &GrantableObject, name: &str) -> Result<(), Error> {
    let new_name = identifier(name)?;
    script::run(format!("ALTER SCHEMA {} RENAME TO {new_name}", schema.sql()))?;
    if names::schema(name) == Some(schema.oid()) {
        Ok(())
    } else {
        Err(Error::Vanished)
    }
}

/// That schemas are not dropped because of objects elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("cannot drop {0} because objects of other schemas depend on its contents")]
struct NeededElsewhere(String, Vec<Obstacle>);

/// How many obstacles the DETAIL lists; PostgreSQL lists no more either.
const TOLD: usize = 100;

impl error::Problem for NeededElsewhere {
    fn sqlstate(&self) -> PgSqlErrorCode {
        PgSqlErrorCode::ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST
    }

    fn detail(&self) -> Option<String> {
        let told = self.1.iter().take(TOLD);
        let mut lines: Vec<_> = told
            .map(|Obstacle { dependent, on }| format!("{dependent} depends on {on}"))
            .collect();
        if self.1.len() > TOLD {
            lines.push(format!("and {} more", self.1.len() - TOLD));
        }
        Some(lines.join("\n"))
    }

    fn hint(&self) -> Cow<'static, str> {
        "Drop those objects first, or pass their schemas, too.".into()
    }
}

/// Drops schemas with all that is in them, and nothing of any other schema.
pub(crate) fn drop(schemas: &BTreeSet<u32>) -> Result<(), Error> {
    // All are looked at before any is locked. The order of the OIDs keeps two calls from waiting for each other.
    find_owned(schemas)?;
    let oids: Vec<_> = schemas.iter().map(|&schema| Oid::from(schema)).collect();
    oids.iter().copied().for_each(lock::schema_until_commit);
    let named = find_owned(schemas)?;
    let Some(first) = named.first() else { return Ok(()) };
    let title = match named.len() {
        1 => format!("schema {}", first.sql()),
        _ => format!("schemas {}", list(&named)),
    };
    match consistent::read(|catalog| schemas::drop(catalog, &oids))? {
        Drop::Refused(obstacles) => Err(NeededElsewhere(title, obstacles))?,
        Drop::Possible(objects) => drop_guard::expecting(objects, || {
            script::run(format!("DROP SCHEMA {} CASCADE", list(&named))).map(|_| ())
        }),
    }
}

fn list(schemas: &[GrantableObject]) -> String {
    schemas
        .iter()
        .map(GrantableObject::sql)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The schemas, all of which the current role may drop.
fn find_owned(schemas: &BTreeSet<u32>) -> Result<Vec<GrantableObject>, Error> {
    let role = CurrentRole::current();
    let found = schemas.iter().map(|&schema| {
        let schema = GrantableObject::schema(schema.into())?;
        if !role.has_rights_of(schema.owner) {
            Err(DdlError::NotOwnerOfSchema { name: schema.sql() })?;
        }
        Ok(schema)
    });
    found.collect()
}
