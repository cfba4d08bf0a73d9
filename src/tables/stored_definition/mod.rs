//! A table as the definition that would create it again: what `msar.get_table_definition` returns.
//!
//! It refers to all objects by names with schemas, never by numbers; it is printed under settings that do not depend on
//! the session. It leaves out what the table inherits from its parents, its owner and its privileges: a definition
//! describes a table, not its owner.
//!
//! - [`mod@column`]: columns, with their defaults, identity and generation
//! - [`constraint`]: its constraints
//! - [`partition`]: partitioning, and the bounds of a partition
//! - [`key`]: elements of keys: columns or expressions, with operator classes and collations
//! - [`rows`]: rows of catalogs that only definitions need

mod column;
mod constraint;
mod key;
mod partition;
mod rows;

use crate::catalog::comments::Comments;
use crate::catalog::relation::Relation;
use crate::catalog::rows::{OfRelation, PgClass, PgInherits};
use crate::catalog::{Catalog, RelationName};
use crate::definition::json_text::RawJson;
use crate::definition::name::{ColumnRef, QualifiedName};
use crate::definition::table::TableDefinition;
use crate::error::{self, Error};
use crate::metadata::detached::Document;
use crate::metadata::stored;
use crate::pg::scan::Char;
use crate::pg::{Oid, portable_output, server};
use constraint::Constraints;
use pgrx::PgSqlErrorCode;
use rows::{ByOid, CollationRow};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::Deref;

/// That a relation has no definition of this kind.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a table")]
struct NoTable(String);

impl error::Problem for NoTable {
    fn sqlstate(&self) -> PgSqlErrorCode {
        PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE
    }

    fn hint(&self) -> Cow<'static, str> {
        "Pass an ordinary or partitioned table, or a partition. pg_get_viewdef(view) returns the definition of a view.".into()
    }
}

/// The definition of a table, with those of its partitions.
pub(crate) fn read(catalog: &Catalog, relation: Oid) -> Result<TableDefinition, Error> {
    portable_output::during(|| {
        let relation = Relation::find(catalog, relation)?;
        if !is_table(&relation.row) {
            Err(NoTable(relation.name().to_owned()))?;
        }
        StoredTableDefinition { catalog, relation }.definition(None)
    })
}

fn is_table(row: &PgClass) -> bool {
    matches!(row.relkind, Char(b'r' | b'p'))
}

/// A table that is being read.
struct StoredTableDefinition<'a> {
    catalog: &'a Catalog,
    relation: Relation,
}

impl Deref for StoredTableDefinition<'_> {
    type Target = Relation;

    fn deref(&self) -> &Relation {
        &self.relation
    }
}

impl StoredTableDefinition<'_> {
    /// Its definition; when it stands in that of its parent, the names of schema and parent are known.
    fn definition(&self, parent_schema: Option<&str>) -> Result<TableDefinition, Error> {
        server::check_for_interrupts();
        let (catalog, row) = (self.catalog, &self.row);
        let schema = catalog.schema_name(row.relnamespace)?;
        let is_nested = parent_schema.is_some();
        let mut comments = Comments::read(catalog, row.oid);
        let mut metadata = stored::document(catalog, row)?;
        let parents: Vec<Oid> = PgInherits::parents(&catalog.reader, row.oid)
            .into_iter()
            .map(|row| row.inhparent)
            .collect();
        let mut parent_names = parents.iter().map(|&parent| self.qualified(parent));
        let (partition_of, inherits) = if row.relispartition {
            (
                parent_names.next().filter(|_| !is_nested).transpose()?,
                Vec::new(),
            )
        } else {
            (None, parent_names.collect::<Result<_, _>>()?)
        };
        let description = comments.take_relation();
        let columns = column::definitions(self, &parents, &mut comments, &mut metadata)?;
        Ok(TableDefinition {
            schema: (parent_schema != Some(&*schema)).then(|| schema.to_string()),
            name: Some(row.relname.clone()),
            description,
            unlogged: row.relpersistence == Char(b'u'),
            columns,
            constraints: Constraints::read(self)?.definitions()?,
            inherits,
            partition_of,
            bounds: partition::bounds(self)?,
            partition_by: partition::key(self)?,
            partitions: self.partitions(&schema)?,
            metadata: metadata.table.as_ref().map(json).transpose()?,
            ..TableDefinition::default()
        })
    }

    /// Its partitions, in the order in which they were made.
    fn partitions(&self, schema: &str) -> Result<Vec<TableDefinition>, Error> {
        if self.row.relkind != Char(b'p') {
            return Ok(Vec::new());
        }
        let children = PgInherits::children(&self.catalog.reader, self.row.oid);
        let mut children: Vec<_> = children
            .into_iter()
            .filter_map(|row| PgClass::by_oid(&self.catalog.reader, row.inhrelid))
            // A partition can be a foreign table.
            .filter(is_table)
            .collect();
        children.sort_by_key(|row| row.oid.to_u32());
        children
            .into_iter()
            .map(|row| {
                StoredTableDefinition {
                    catalog: self.catalog,
                    relation: Relation::from_row(self.catalog, row),
                }
                .definition(Some(schema))
            })
            .collect()
    }

    /// The name of a relation.
    fn qualified(&self, relation: Oid) -> Result<QualifiedName, Error> {
        let name: RelationName = self.catalog.relation_name(relation)?;
        let (schema, name) = name.parts();
        Ok(in_schema(schema, name))
    }

    /// The name of an object that is in a schema.
    fn qualified_in(&self, schema: Oid, name: &str) -> Result<QualifiedName, Error> {
        Ok(in_schema(&self.catalog.schema_name(schema)?, name))
    }

    /// A collation, if it is not the type's own.
    fn collation(&self, collation: Oid, of_type: Oid) -> Result<Option<QualifiedName>, Error> {
        if collation == Oid::INVALID || collation == of_type {
            return Ok(None);
        }
        let row = CollationRow::by_oid(&self.catalog.reader, collation).ok_or(Error::Vanished)?;
        self.qualified_in(row.collnamespace, &row.collname).map(Some)
    }

    /// The names of its columns.
    fn column_refs(&self, attnums: &[i16]) -> Result<Vec<ColumnRef>, Error> {
        self.columns_of(self.row.oid, attnums)
    }

    fn columns_of(&self, relation: Oid, attnums: &[i16]) -> Result<Vec<ColumnRef>, Error> {
        attnums
            .iter()
            .map(|&attnum| {
                Ok(ColumnRef::Name(
                    self.catalog.column_name(relation, attnum)?.to_string(),
                ))
            })
            .collect()
    }

    fn rows<R: OfRelation>(&self) -> Vec<R> {
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
fn json(options: &Map<String, Value>) -> Result<RawJson, Error> {
    serde_json::value::to_raw_value(options)
        .and_then(|text| serde_json::from_str(text.get()))
        .map_err(Error::Serialization)
}

/// What is known of columns of a table by their names.
fn take_options(metadata: &mut Document, column: &str) -> Result<Option<RawJson>, Error> {
    metadata.columns.remove(column).as_ref().map(json).transpose()
}
