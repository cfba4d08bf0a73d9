//! A stored share with the numbers that its names have now: after a rename, a move or a restore.

use super::error::SharingError;
use super::share::map_filter;
use crate::error::Error;
use crate::explorations::reference::{self, Placement, Placer, StoredColumnReference, TableReferences};
use crate::metadata::model;
use crate::pg::Oid;
use crate::records::relation::ColumnReference;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What has numbers in a stored row. The filter stays text, so that its literals keep their digits.
#[derive(Deserialize)]
struct NumberedShare {
    table_oid: Option<Value>,
    #[serde(default)]
    refs: TableReferences,
    /// Numbers of a table's columns, or names of an exploration's.
    columns: Option<Value>,
    filter: Option<Box<RawValue>>,
}

/// The columns of a row that change.
#[derive(Serialize, Default)]
pub(crate) struct PlacedShare {
    #[serde(skip_serializing_if = "Option::is_none")]
    table_oid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refs: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<i16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<Box<RawValue>>,
}

/// A row with the numbers that its names have now: those of this database, or, of a row that is restored, those that it had
/// in another one.
pub(crate) fn place_row(row: &str, is_restored: bool) -> Result<PlacedShare, Error> {
    let row: NumberedShare = serde_json::from_str(row).map_err(Error::UnreadableMetadata)?;
    let base = row
        .table_oid
        .as_ref()
        .and_then(model::json_oid)
        .unwrap_or_default();
    if base == 0 {
        return Ok(PlacedShare::default());
    }
    match row.placed(base, reference::placement_of(is_restored)) {
        Ok(placed) => Ok(placed),
        // What has no place keeps its numbers.
        Err(_) if is_restored => Ok(PlacedShare {
            refs: Some(reference::unplaced(&row.refs)?),
            ..PlacedShare::default()
        }),
        Err(_) => Ok(PlacedShare::default()),
    }
}

impl NumberedShare {
    /// What of the row changes. Fails with what is gone.
    fn placed(&self, base: u32, placement: Placement) -> Result<PlacedShare, Error> {
        let placer = Placer::new(&self.refs, placement);
        let known = self
            .refs
            .get(&base)
            .into_iter()
            .flat_map(|own| own.columns.keys());
        let columns: BTreeMap<i64, i16> = known
            .map(|&attnum| Ok((attnum.into(), placer.column(base, attnum)?)))
            .collect::<Result<_, Error>>()?;
        let now = |attnum: i64| {
            let gone = || Error::from(SharingError::NoShare);
            columns.get(&attnum).copied().ok_or_else(gone)
        };
        let table = placer.table_oid(base)?;
        let own: Vec<StoredColumnReference> = columns
            .values()
            .map(|&attnum| reference::own_column(attnum))
            .collect();
        let filter = self.filter.as_deref().filter(|filter| filter.get() != "null");
        Ok(PlacedShare {
            table_oid: Some(table),
            refs: Some(json!(reference::references(Oid::from(table), &own)?)),
            columns: self
                .columns
                .as_ref()
                .and_then(Value::as_array)
                .map(|attnums| {
                    let numbers = attnums.iter().map(|attnum| attnum.as_i64().unwrap_or_default());
                    numbers.map(now).collect()
                })
                .transpose()?,
            filter: filter
                .map(|filter| {
                    map_filter(filter.get(), &|reference| match reference {
                        ColumnReference::Attnum(attnum) => now(*attnum),
                        ColumnReference::Name(_) => Err(SharingError::NoShare.into()),
                    })
                })
                .transpose()?,
        })
    }
}
