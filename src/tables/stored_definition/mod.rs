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
//! - [`rows`]: rows of catalogs that only definitions need; [`table`]: the table that is read

pub(super) mod column;
mod constraint;
mod key;
mod partition;
pub(super) mod rows;
mod table;

use crate::catalog::Catalog;
use crate::catalog::comments::Comments;
use crate::catalog::relation::Relation;
use crate::catalog::rows::{PgClass, PgInherits};
use crate::definition::nested::MOST_LEVELS;
use crate::definition::table::TableDefinition;
use crate::error::Error;
use crate::metadata::read;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, portable_output, server};
use crate::tables::error::TablesError;
use constraint::Constraints;
use table::{DefinedTable, to_json};

/// The definition of a table, with those of its partitions.
pub(crate) fn read_definition(catalog: &Catalog, relation: Oid) -> Result<TableDefinition, Error> {
    portable_output::during(|| {
        let relation = Relation::find(catalog, relation)?;
        if !is_table(&relation.row) {
            Err(TablesError::NoDefinition {
                relation: relation.name().to_owned(),
            })?;
        }
        compose_all(DefinedTable { catalog, relation })
    })
}

fn is_table(row: &PgClass) -> bool {
    matches!(row.relkind, Char(b'r' | b'p'))
}

/// A table whose definition is read, the place of its parent among all that are read, and how deep it is nested.
struct ComposedTable {
    definition: TableDefinition,
    row: PgClass,
    parent: Option<usize>,
    level: usize,
}

/// The definition of a table with those of its partitions, without recursion: these may be nested deeply.
fn compose_all(table: DefinedTable<'_>) -> Result<TableDefinition, Error> {
    let catalog = table.catalog;
    let mut all = vec![ComposedTable {
        definition: compose(&table, None)?,
        row: table.relation.row,
        parent: None,
        level: 0,
    }];
    let mut next = 0;
    while next < all.len() {
        let (row, level) = (&all[next].row, all[next].level + 1);
        let schema = catalog.schema_name(row.relnamespace)?;
        let partitions = partitions_of(catalog, row);
        if level > MOST_LEVELS && !partitions.is_empty() {
            Err(TablesError::NestedTooDeeply {
                relation: all[0].row.relname.clone(),
            })?;
        }
        for row in partitions {
            let partition = DefinedTable {
                catalog,
                relation: Relation::from_row(catalog, row),
            };
            all.push(ComposedTable {
                definition: compose(&partition, Some(&schema))?,
                row: partition.relation.row,
                parent: Some(next),
                level,
            });
        }
        next += 1;
    }
    // From the last one on, so that a partition is whole when it is put into its table.
    loop {
        let Some(ComposedTable {
            mut definition,
            parent,
            ..
        }) = all.pop()
        else {
            return Err(Error::Vanished);
        };
        definition.partitions.reverse();
        match parent {
            Some(parent) => all[parent].definition.partitions.push(definition),
            None => return Ok(definition),
        }
    }
}

/// The definition of a table without its partitions; when it stands in that of its parent, the names of schema and parent
/// are known.
fn compose(table: &DefinedTable<'_>, parent_schema: Option<&str>) -> Result<TableDefinition, Error> {
    server::check_for_interrupts();
    let (catalog, row) = (table.catalog, &table.row);
    let schema = catalog.schema_name(row.relnamespace)?;
    let is_nested = parent_schema.is_some();
    let mut comments = Comments::of_relation(catalog, row.oid);
    let mut metadata = read::read_document(catalog, row)?;
    let parents: Vec<Oid> = PgInherits::parents(&catalog.reader, row.oid)
        .into_iter()
        .map(|row| row.inhparent)
        .collect();
    let mut parent_names = parents.iter().map(|&parent| table.qualified(parent));
    let (partition_of, inherits) = if row.relispartition {
        (
            parent_names.next().filter(|_| !is_nested).transpose()?,
            Vec::new(),
        )
    } else {
        (None, parent_names.collect::<Result<_, _>>()?)
    };
    let description = comments.take_relation();
    let columns = column::read_columns(table, &parents, &mut comments, &mut metadata)?;
    Ok(TableDefinition {
        schema: (parent_schema != Some(&*schema)).then(|| schema.to_string()),
        name: Some(row.relname.clone()),
        description,
        unlogged: row.relpersistence == Char(b'u'),
        columns,
        constraints: Constraints::of_table(table)?.definitions()?,
        inherits,
        partition_of,
        bounds: partition::read_bounds(table)?,
        partition_by: partition::read_partition_key(table)?,
        metadata: metadata.table.as_ref().map(to_json).transpose()?,
        ..TableDefinition::default()
    })
}

/// The partitions of a table, in the order in which they were made.
fn partitions_of(catalog: &Catalog, table: &PgClass) -> Vec<PgClass> {
    if table.relkind != Char(b'p') {
        return Vec::new();
    }
    let children = PgInherits::children(&catalog.reader, table.oid);
    let mut children: Vec<_> = children
        .into_iter()
        .filter_map(|row| PgClass::by_oid(&catalog.reader, row.inhrelid))
        // A partition can be a foreign table.
        .filter(is_table)
        .collect();
    children.sort_by_key(|row| row.oid.to_u32());
    children
}
