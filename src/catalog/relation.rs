//! The model of a relation: its row in the catalogs, its live columns, and what the current role may do with them.
//!
//! All rooms that work with a relation build on this model: descriptions, records, previews, definitions, metadata.
//! Facts that only some of them need (constraints, links) are read on demand. Each check of a privilege is here once.

use super::Catalog;
use super::rows::{OfRelation, PgAttribute, PgClass, PgConstraint, PgInherits};
use crate::error::Error;
use crate::pg::acl::Privileges;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, ownership, quote};
use pgrx::pg_sys;
use std::cell::OnceCell;

/// The kinds of relations that hold rows for users.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKind {
    Table,
    PartitionedTable,
    Partition,
    View,
    MaterializedView,
    ForeignTable,
}

impl RelationKind {
    /// `None` for indexes, sequences, composite types and TOAST tables.
    pub(crate) fn of_row(row: &PgClass) -> Option<Self> {
        Self::from_relkind(row.relkind.0, row.relispartition)
    }

    /// The same from what the row says: `relkind`, and whether it is a partition.
    pub(crate) fn from_relkind(relkind: u8, is_partition: bool) -> Option<Self> {
        let kind = match relkind {
            pg_sys::RELKIND_RELATION => Self::Table,
            pg_sys::RELKIND_PARTITIONED_TABLE => Self::PartitionedTable,
            pg_sys::RELKIND_FOREIGN_TABLE => Self::ForeignTable,
            pg_sys::RELKIND_VIEW => Self::View,
            pg_sys::RELKIND_MATVIEW => Self::MaterializedView,
            _ => return None,
        };
        Some(if is_partition { Self::Partition } else { kind })
    }

    /// The word for it in documents.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::PartitionedTable => "partitioned_table",
            Self::Partition => "partition",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::ForeignTable => "foreign_table",
        }
    }

    /// Whether it is the word for one of them.
    pub(crate) fn is_name(word: &str) -> bool {
        [
            Self::Table,
            Self::PartitionedTable,
            Self::Partition,
            Self::View,
            Self::MaterializedView,
            Self::ForeignTable,
        ]
        .iter()
        .any(|kind| kind.name() == word)
    }

    /// The three words that clients of `msar.get_table` know.
    pub(crate) fn listed_type(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::Table | Self::PartitionedTable | Self::Partition | Self::ForeignTable => "table",
        }
    }
}

/// The relations of a schema that hold rows for users, by name.
pub(crate) fn list_of_schema(catalog: &Catalog, schema: Oid) -> Vec<PgClass> {
    let mut relations = PgClass::of_schema(&catalog.reader, schema);
    relations.retain(|row| RelationKind::of_row(row).is_some());
    relations.sort_by(|a, b| a.relname.cmp(&b.relname));
    relations
}

/// The row of a relation that holds rows for users.
pub(crate) fn find_row(catalog: &Catalog, relation: Oid) -> Result<PgClass, Error> {
    let row = PgClass::by_oid(&catalog.reader, relation).ok_or(Error::UnknownRelation(relation))?;
    if RelationKind::of_row(&row).is_none() {
        return Err(Error::NotDescribable { name: row.relname });
    }
    Ok(row)
}

/// The privileges of the current role on a whole relation.
pub(crate) fn privileges(catalog: &Catalog, row: &PgClass) -> Privileges {
    let is_view = row.relkind == Char(pg_sys::RELKIND_VIEW);
    catalog
        .role
        .privileges_on_relation(row.oid, is_view, row.relowner, row.relacl.as_ref())
}

/// A relation with its columns and the privileges of the current role.
pub(crate) struct Relation {
    pub(crate) row: PgClass,
    /// Live columns, in attnum order.
    pub(crate) columns: Vec<PgAttribute>,
    /// Those on the whole relation.
    pub(crate) privileges: Privileges,
    constraints: OnceCell<Vec<PgConstraint>>,
}

impl Relation {
    /// A relation that holds rows for users.
    pub(crate) fn find(catalog: &Catalog, oid: Oid) -> Result<Self, Error> {
        Ok(Self::from_row(catalog, find_row(catalog, oid)?))
    }

    /// The relation of a row that was read just now.
    pub(crate) fn from_row(catalog: &Catalog, row: PgClass) -> Self {
        Self {
            columns: PgAttribute::live(&catalog.reader, row.oid),
            privileges: privileges(catalog, &row),
            constraints: OnceCell::new(),
            row,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.row.relname
    }

    /// Its qualified name as SQL.
    pub(crate) fn sql(&self, catalog: &Catalog) -> Result<String, Error> {
        let schema = catalog.schema_name(self.row.relnamespace)?;
        Ok(quote::qualified(&schema, &self.row.relname))
    }

    /// Whether a statement of the current role may name it.
    pub(crate) fn is_nameable(&self, catalog: &Catalog) -> Result<bool, Error> {
        catalog.is_usable_schema(self.row.relnamespace)
    }

    /// Whether the current role sees only the rows that policies let it see.
    pub(crate) fn row_security_applies(&self) -> bool {
        ownership::row_security_applies(self.row.oid)
    }

    /// Whether tables inherit from it.
    pub(crate) fn has_children(&self, catalog: &Catalog) -> bool {
        !PgInherits::children(&catalog.reader, self.row.oid).is_empty()
    }

    /// A live column.
    pub(crate) fn column(&self, attnum: i16) -> Option<&PgAttribute> {
        let at = self
            .columns
            .binary_search_by_key(&attnum, |column| column.attnum)
            .ok()?;
        Some(&self.columns[at])
    }

    /// A live column, by the number that a caller gave.
    pub(crate) fn find_column(&self, attnum: i32) -> Result<&PgAttribute, Error> {
        let column = i16::try_from(attnum).ok().and_then(|attnum| self.column(attnum));
        column.ok_or_else(|| Error::UnknownColumn {
            relation: self.row.relname.clone(),
            attnum,
        })
    }

    /// A live column, by the name that a caller gave.
    pub(crate) fn find_column_named(&self, name: &str) -> Result<&PgAttribute, Error> {
        let column = self.columns.iter().find(|column| column.attname == name);
        column.ok_or_else(|| Error::UnknownColumnName {
            relation: self.row.relname.clone(),
            name: name.to_owned(),
        })
    }

    /// The privileges of the current role on a column: those on the relation, and those granted on the column.
    pub(crate) fn privileges_on(&self, catalog: &Catalog, column: &PgAttribute) -> Privileges {
        privileges_on_column(catalog, column, self.row.relowner, self.privileges)
    }

    /// The privileges that the current role has on some columns, but not on the whole relation.
    pub(crate) fn privileges_on_columns_alone(&self, catalog: &Catalog) -> Privileges {
        let granted = self
            .columns
            .iter()
            .filter(|column| column.attacl.is_some())
            .map(|column| self.privileges_on(catalog, column));
        granted
            .fold(Privileges::default(), Privileges::union)
            .without(self.privileges)
    }

    /// Whether the current role may read a column.
    pub(crate) fn may_read(&self, catalog: &Catalog, column: &PgAttribute) -> bool {
        self.privileges_on(catalog, column).includes_select()
    }

    /// The columns that the current role may read.
    pub(crate) fn readable<'a>(&'a self, catalog: &'a Catalog) -> impl Iterator<Item = &'a PgAttribute> {
        self.columns
            .iter()
            .filter(|column| self.may_read(catalog, column))
    }

    /// A column, if the current role may read it.
    pub(crate) fn readable_column(&self, catalog: &Catalog, attnum: i16) -> Option<&PgAttribute> {
        self.column(attnum)
            .filter(|column| self.may_read(catalog, column))
    }

    /// Its constraints, but for not-null constraints, and those that partitioning copies.
    pub(crate) fn constraints(&self, catalog: &Catalog) -> &[PgConstraint] {
        self.constraints
            .get_or_init(|| PgConstraint::of_relation(&catalog.reader, self.row.oid))
    }

    /// The same for who needs the rows themselves.
    pub(crate) fn take_constraints(&mut self, catalog: &Catalog) -> Vec<PgConstraint> {
        self.constraints(catalog);
        self.constraints.take().unwrap_or_default()
    }

    /// The attnums of its primary key, in key order; none if it has no primary key.
    pub(crate) fn primary_key(&self, catalog: &Catalog) -> &[i16] {
        primary_key(self.constraints(catalog))
    }
}

/// The attnums of the primary key among the constraints of a relation, in key order.
pub(crate) fn primary_key(constraints: &[PgConstraint]) -> &[i16] {
    constraints
        .iter()
        .find(|constraint| constraint.contype == Char(b'p'))
        .map(|constraint| constraint.conkey.as_slice())
        .unwrap_or_default()
}

/// The privileges of the current role on a column of a relation with this owner, on which it has these privileges.
pub(crate) fn privileges_on_column(
    catalog: &Catalog,
    column: &PgAttribute,
    owner: Oid,
    on_relation: Privileges,
) -> Privileges {
    match &column.attacl {
        None => on_relation,
        Some(acl) => on_relation.union(catalog.role.privileges_on_column(owner, acl)),
    }
}
