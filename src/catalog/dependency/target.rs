//! The relation or column that a call names.

use super::catalog_graph::CatalogGraph;
use super::error::DropError;
use super::graph::{Address, Dependency, DependencyKind, Graph};
use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass, PgInherits};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::catalog_row::Char;
use crate::pg::scan::Reader;
use pgrx::pg_sys;
use std::collections::HashMap;

pub(crate) struct DropTarget<'a> {
    pub(crate) address: Address,
    pub(crate) graph: CatalogGraph<'a>,
    relation: PgClass,
    column: Option<PgAttribute>,
}

impl<'a> DropTarget<'a> {
    /// A relation, or with an attnum one of its columns.
    pub(crate) fn find(catalog: &'a Catalog, relation: Oid, attnum: Option<i32>) -> Result<Self, Error> {
        let reader = &catalog.reader;
        let relation = PgClass::by_oid(reader, relation).ok_or(Error::UnknownRelation(relation))?;
        let column = attnum
            .map(|attnum| find_column(reader, &relation, attnum))
            .transpose()?;
        let mut graph = CatalogGraph::new(reader);
        let address = match &column {
            Some(column) => {
                graph.unrecorded = inherited_columns(reader, column);
                Address::column(relation.oid, column.attnum)
            }
            None => whole(&graph, &relation),
        };
        Ok(Self {
            address,
            graph,
            relation,
            column,
        })
    }

    /// Whether nothing but the object's dependents keeps PostgreSQL from dropping it: true for a whole relation, false
    /// for a column that no ALTER TABLE drops.
    pub(crate) fn is_droppable(&self) -> bool {
        let is_table = matches!(
            self.relation.relkind.0,
            pg_sys::RELKIND_RELATION | pg_sys::RELKIND_PARTITIONED_TABLE | pg_sys::RELKIND_FOREIGN_TABLE
        );
        self.column.is_none() || is_table && self.relation.reloftype == Oid::INVALID
    }

    /// Refuses a column that goes only with its parent's, or never.
    pub(crate) fn check_column(&self) -> Result<(), DropError> {
        let Some(column) = &self.column else { return Ok(()) };
        let (relation, attnum) = (self.relation.relname.clone(), column.attnum.into());
        if column.attinhcount > 0 {
            return Err(DropError::InheritedColumn { relation, attnum });
        }
        let inherited = self
            .graph
            .unrecorded
            .iter()
            .map(|dependency| dependency.dependent);
        for column in std::iter::once(self.address).chain(inherited) {
            // Columns of the partition key are internal parts of their own table.
            if self.graph.owners(column).contains(&column.whole()) {
                return Err(DropError::PartitionKeyColumn { relation, attnum });
            }
        }
        Ok(())
    }

    pub(crate) fn relation_name(&self) -> &str {
        &self.relation.relname
    }
}

fn find_column(reader: &Reader, relation: &PgClass, attnum: i32) -> Result<PgAttribute, Error> {
    let number = i16::try_from(attnum).ok().filter(|&number| number > 0);
    number
        .and_then(|number| PgAttribute::by_number(reader, relation.oid, number))
        .ok_or_else(|| Error::UnknownColumn {
            relation: relation.relname.clone(),
            attnum,
        })
}

/// A relation as users know it: that of a composite type is a part of the type.
fn whole(graph: &CatalogGraph<'_>, relation: &PgClass) -> Address {
    let address = Address::relation(relation.oid);
    if relation.relkind == Char(pg_sys::RELKIND_COMPOSITE_TYPE) {
        return graph.owners(address).first().copied().unwrap_or(address);
    }
    address
}

/// The columns of inheriting tables and partitions that go along with a column: those that have no other origin.
fn inherited_columns(reader: &Reader, column: &PgAttribute) -> Vec<Dependency> {
    let mut found = Vec::new();
    // A table that inherits the column by several ways loses it with the last of them.
    let mut origins_left = HashMap::new();
    let mut unread = vec![(column.attrelid, column.attnum)];
    while let Some((parent, attnum)) = unread.pop() {
        for child in PgInherits::children(reader, parent)
            .into_iter()
            .map(|row| row.inhrelid)
        {
            let columns = PgAttribute::live(reader, child);
            let Some(inherited) = columns.into_iter().find(|other| other.attname == column.attname) else {
                continue;
            };
            let origins = origins_left.entry(child).or_insert(inherited.attinhcount);
            *origins -= 1;
            if *origins == 0 && !inherited.attislocal {
                found.push(Dependency {
                    dependent: Address::column(child, inherited.attnum),
                    on: Address::column(parent, attnum),
                    kind: DependencyKind::Automatic,
                });
                unread.push((child, inherited.attnum));
            }
        }
    }
    found
}
