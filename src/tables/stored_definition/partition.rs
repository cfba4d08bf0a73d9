//! Partitioning of a table, and the bounds of a partition.

use super::key::{StoredKeyElement, StoredKeyElements};
use super::rows::{BoundsRow, ByOid, PartitionedTableRow};
use super::table::DefinedTable;
use crate::definition::constraint::KeyElement;
use crate::definition::json_text::RawJson;
use crate::definition::partition::{PartitionBounds, PartitionKey, PartitionStrategy};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::node_tree::{self, RangeLimit, StoredBounds};
use serde_json::{Value, json};

/// How a table is divided, if it is.
pub(super) fn read_partition_key(table: &DefinedTable<'_>) -> Result<Option<PartitionKey>, Error> {
    let Some(row) = PartitionedTableRow::by_oid(&table.catalog.reader, table.row.oid) else {
        return Ok(None);
    };
    let elements = StoredKeyElements {
        attnums: &row.partattrs,
        expressions: row.partexprs.as_ref().map(|text| text.0.as_str()),
        collations: &row.partcollation,
        operator_classes: &row.partclass,
    };
    let element = |element: StoredKeyElement| KeyElement {
        column: element.column,
        expression: element.expression,
        collation: element.collation,
        operator_class: element.operator_class,
    };
    Ok(Some(PartitionKey {
        strategy: match row.partstrat {
            Char(b'l') => PartitionStrategy::List,
            Char(b'h') => PartitionStrategy::Hash,
            _ => PartitionStrategy::Range,
        },
        key: elements.read_elements(table)?.into_iter().map(element).collect(),
    }))
}

/// The bounds of a partition; `None` for other tables.
pub(super) fn read_bounds(table: &DefinedTable<'_>) -> Result<Option<PartitionBounds>, Error> {
    if !table.row.relispartition {
        return Ok(None);
    }
    let row = BoundsRow::by_oid(&table.catalog.reader, table.row.oid).ok_or(Error::Vanished)?;
    let stored = row
        .relpartbound
        .and_then(|text| node_tree::bounds(&text.0))
        .ok_or(Error::Vanished)?;
    let bounds = match stored {
        StoredBounds::Default => PartitionBounds {
            default: true,
            ..PartitionBounds::default()
        },
        StoredBounds::List(values) => PartitionBounds {
            in_: Some(
                values
                    .into_iter()
                    .map(|value| text(&json!(value)))
                    .collect::<Result<_, _>>()?,
            ),
            ..PartitionBounds::default()
        },
        StoredBounds::Range { from, to } => PartitionBounds {
            from: Some(limits(from)?),
            to: Some(limits(to)?),
            ..PartitionBounds::default()
        },
        StoredBounds::Hash { modulus, remainder } => PartitionBounds {
            modulus: Some(modulus),
            remainder: Some(remainder),
            ..PartitionBounds::default()
        },
    };
    Ok(Some(bounds))
}

fn limits(limits: Vec<RangeLimit>) -> Result<Vec<RawJson>, Error> {
    limits
        .into_iter()
        .map(|limit| match limit {
            RangeLimit::Minimum => text(&json!({"bound": "minvalue"})),
            RangeLimit::Maximum => text(&json!({"bound": "maxvalue"})),
            RangeLimit::Value(value) => text(&json!(value)),
        })
        .collect()
}

fn text(value: &Value) -> Result<RawJson, Error> {
    RawJson::try_from(value).map_err(Error::Serialization)
}
