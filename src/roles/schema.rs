//! Schemas.

use super::error::RolesError;
use super::ownership;
use crate::catalog::consistent;
use crate::catalog::dependency::schemas::{self, Drop};
use crate::ddl::name::quote_name;
use crate::ddl::script;
use crate::ddl::target::GrantableObject;
use crate::definition::schema::SchemaPatch;
use crate::error::Error;
use crate::pg::acl::CurrentRole;
use crate::pg::{Oid, drop_guard, lock, names, quote};
use std::collections::BTreeSet;

/// Makes a schema, with a comment and an owner if they are given.
pub(crate) fn create_schema(name: &str, owner: Option<Oid>, description: Option<&str>) -> Result<(), Error> {
    let sql = quote_name(name)?;
    script::run_statement(format!("CREATE SCHEMA {sql}"))?;
    if let Some(description) = description.filter(|description| !description.is_empty()) {
        comment_on_schema(&sql, Some(description))?;
    }
    // Last, since the current role may lack the privileges of the new owner, and still give an object to it.
    if let Some(owner) = owner {
        let schema = names::find_schema(name).ok_or(Error::Vanished)?;
        ownership::transfer_schema(schema, owner)?;
    }
    Ok(())
}

/// Changes name and comment of a schema.
pub(crate) fn patch_schema(schema: Oid, patch: &SchemaPatch) -> Result<(), Error> {
    let schema = GrantableObject::schema(schema)?;
    if let Some(description) = &patch.description {
        comment_on_schema(&schema.sql(), description.as_deref())?;
    }
    schema.confirm()?;
    match &patch.name {
        Some(name) if name != schema.name() => rename_schema(&schema, name),
        _ => Ok(()),
    }
}

fn comment_on_schema(schema: &str, description: Option<&str>) -> Result<(), Error> {
    let description = description.map_or("NULL".to_owned(), quote::literal);
    script::run_statement(format!("COMMENT ON SCHEMA {schema} IS {description}"))?;
    Ok(())
}

fn rename_schema(schema: &GrantableObject, name: &str) -> Result<(), Error> {
    let new_name = quote_name(name)?;
    script::run_statement(format!("ALTER SCHEMA {} RENAME TO {new_name}", schema.sql()))?;
    if names::find_schema(name) == Some(schema.oid()) {
        Ok(())
    } else {
        Err(Error::Vanished)
    }
}

/// Drops schemas with all that is in them, and nothing of any other schema.
pub(crate) fn drop_schemas(schemas: &BTreeSet<u32>) -> Result<(), Error> {
    // All are looked at before any is locked. The order of the OIDs keeps two calls from waiting for each other.
    find_owned(schemas)?;
    let oids: Vec<_> = schemas.iter().map(|&schema| Oid::from(schema)).collect();
    oids.iter().copied().for_each(lock::schema_until_commit);
    let named = find_owned(schemas)?;
    let Some(first) = named.first() else { return Ok(()) };
    let title = match named.len() {
        1 => format!("schema {}", first.sql()),
        _ => format!("schemas {}", list_schemas(&named)),
    };
    match consistent::read_consistently(|catalog| schemas::plan_drop(catalog, &oids))? {
        Drop::Refused(obstacles) => Err(RolesError::NeededElsewhere {
            schemas: title,
            obstacles,
        })?,
        Drop::Possible(objects) => drop_guard::expecting(objects, || {
            script::run_statement(format!("DROP SCHEMA {} CASCADE", list_schemas(&named))).map(|_| ())
        }),
    }
}

fn list_schemas(schemas: &[GrantableObject]) -> String {
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
            Err(RolesError::NotOwnerOfSchema { name: schema.sql() })?;
        }
        Ok(schema)
    });
    found.collect()
}
