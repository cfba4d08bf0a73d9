//! Names that callers pass: whether PostgreSQL would truncate them, and whether callers may change their schema.

use super::DdlError;
use crate::catalog::rows::PgNamespace;
use crate::definition::name::QualifiedName;
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, quote, text};

/// How many bytes of a name PostgreSQL keeps.
pub(crate) const LONGEST: usize = 63;

/// A name in the server's encoding may have that many bytes and no more.
pub(crate) fn check_length(name: &str) -> Result<(), DdlError> {
    match text::to_server(name).len() {
        ..=LONGEST => Ok(()),
        bytes => Err(DdlError::NameTooLong {
            name: name.to_owned(),
            bytes,
        }),
    }
}

/// A name of a caller's as an identifier.
pub(crate) fn quote_name(name: &str) -> Result<String, Error> {
    check_length(name)?;
    Ok(quote::identifier(name))
}

/// A name that may have a schema, as SQL.
pub(crate) fn quote_qualified_name(name: &QualifiedName) -> Result<String, Error> {
    let QualifiedName { schema, name } = name;
    check_length(name)?;
    match schema {
        Some(schema) => {
            check_length(schema)?;
            Ok(quote::qualified(schema, name))
        }
        None => Ok(quote::identifier(name)),
    }
}

/// Schemas whose objects are not for callers to change.
const RESERVED: [&str; 6] = [
    "pg_catalog",
    "information_schema",
    "msar",
    "__msar",
    "msar_catalog",
    "mathesar_types",
];

/// Refuses the schemas of PostgreSQL and our own.
pub(crate) fn check_schema(name: &str) -> Result<(), DdlError> {
    if RESERVED.contains(&name) || name.starts_with("pg_toast") {
        return Err(DdlError::ReservedSchema {
            schema: name.to_owned(),
        });
    }
    Ok(())
}

/// The name of a schema to create in.
pub(crate) fn find_schema_name(schema: Oid) -> Result<String, Error> {
    let reader = Reader::new(Snapshot::latest());
    let row = PgNamespace::by_oid(&reader, schema).ok_or(Error::UnknownSchema(schema))?;
    check_schema(&row.nspname)?;
    Ok(row.nspname)
}
