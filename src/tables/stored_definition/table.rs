//! A table whose definition is read, and the names that it is written with.

use super::rows::{ByOid, CollationRow};
use crate::catalog::relation::Relation;
use crate::catalog::rows::OfRelation;
use crate::catalog::{Catalog, RelationName};
use crate::definition::json_text::RawJson;
use crate::definition::name::{ColumnRef, QualifiedName};
use crate::error::Error;
use crate::metadata::detached::NamedMetadata;
use crate::pg::Oid;
use serde_json::{Map, Value};
use std::ops::Deref;

/// A table that is being read.
pub(super) struct DefinedTable<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) relation: Relation,
}

impl Deref for DefinedTable<'_> {
    type Target = Relation;

    fn deref(&self) -> &Relation {
        &self.relation
    }
}

impl DefinedTable<'_> {
    /// The name of a relation.
    pub(super) fn qualified(&self, relation: Oid) -> Result<QualifiedName, Error> {
        let name: RelationName = self.catalog.relation_name(relation)?;
        let (schema, name) = name.parts();
        Ok(in_schema(schema, name))
    }

    /// The name of an object that is in a schema.
    pub(super) fn qualified_in(&self, schema: Oid, name: &str) -> Result<QualifiedName, Error> {
        Ok(in_schema(&self.catalog.schema_name(schema)?, name))
    }

    /// A collation, if it is not the type's own.
    pub(super) fn collation(&self, collation: Oid, of_type: Oid) -> Result<Option<QualifiedName>, Error> {
        if collation == Oid::INVALID || collation == of_type {
            return Ok(None);
        }
        let row = CollationRow::by_oid(&self.catalog.reader, collation).ok_or(Error::Vanished)?;
        self.qualified_in(row.collnamespace, &row.collname).map(Some)
    }

    /// The names of its columns.
    pub(super) fn column_refs(&self, attnums: &[i16]) -> Result<Vec<ColumnRef>, Error> {
        self.columns_of(self.row.oid, attnums)
    }

    pub(super) fn columns_of(&self, relation: Oid, attnums: &[i16]) -> Result<Vec<ColumnRef>, Error> {
        attnums
            .iter()
            .map(|&attnum| {
                Ok(ColumnRef::Name(
                    self.catalog.column_name(relation, attnum)?.to_string(),
                ))
            })
            .collect()
    }

    pub(super) fn rows<R: OfRelation>(&self) -> Vec<R> {
        R::of_relation(&self.catalog.reader, self.row.oid)
    }
}

fn in_schema(schema: &str, name: &str) -> QualifiedName {
    QualifiedName {
        schema: Some(schema.to_owned()),
        name: name.to_owned(),
    }
}

/// Options as a part of a definition.
pub(super) fn to_json(options: &Map<String, Value>) -> Result<RawJson, Error> {
    serde_json::value::to_raw_value(options)
        .and_then(|text| serde_json::from_str(text.get()))
        .map_err(Error::Serialization)
}

/// Facts of columns of a table by their names.
pub(super) fn take_options(metadata: &mut NamedMetadata, column: &str) -> Result<Option<RawJson>, Error> {
    metadata.columns.remove(column).as_ref().map(to_json).transpose()
}
