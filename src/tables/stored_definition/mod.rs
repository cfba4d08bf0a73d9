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
use crate::definition::table::TableDefinition;
use crate::error::Error;
use crate::metadata::read;
use crate::pg::scan::Char;
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
        compose(&DefinedTable { catalog, relation }, None)
    })
}

fn is_table(row: &PgClass) -> bool {
    matches!(row.relkind, Char(b'r' | b'p'))
}

/// The definition of a table; when it stands in that of its parent, the names of schema and parent are known.
fn compose(table: &DefinedTable<'_>, parent_schema: Option<&str>) -> Result<TableDefinition, Error> {
    server::check_for_interrupts();
    let (catalog, row) = (table.catalog, &table.row);
    let schema = catalog.schema_name(row.relnamespace)?;
    let is_nested = parent_schema.is_some();
    let mut comments = Comments::read(catalog, row.oid);
    let mut metadata = read::document(catalog, row)?;
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
        constraints: Constraints::read(table)?.definitions()?,
        inherits,
        partition_of,
        bounds: partition::read_bounds(table)?,
        partition_by: partition::read_partition_key(table)?,
        partitions: compose_partitions(table, &schema)?,
        metadata: metadata.table.as_ref().map(to_json).transpose()?,
        ..TableDefinition::default()
    })
}

/// Its partitions, in the order in which they were made.
fn compose_partitions(table: &DefinedTable<'_>, schema: &str) -> Result<Vec<TableDefinition>, Error> {
    if table.row.relkind != Char(b'p') {
        return Ok(Vec::new());
    }
    let children = PgInherits::children(&table.catalog.reader, table.row.oid);
    let mut children: Vec<_> = children
        .into_iter()
        .filter_map(|row| PgClass::by_oid(&table.catalog.reader, row.inhrelid))
        // A partition can be a foreign table.
        .filter(is_table)
        .collect();
    children.sort_by_key(|row| row.oid.to_u32());
    children
        .into_iter()
        .map(|row| {
            let partition = DefinedTable {
                catalog: table.catalog,
                relation: Relation::from_row(table.catalog, row),
            };
            compose(&partition, Some(schema))
        })
        .collect()
}
