//! After a command that dropped relations or columns.

use super::commit;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::events::Command;
use crate::events::outline::RelationOutline;
use crate::metadata::detached::{self, NamedMetadata};
use crate::metadata::model::{self, Refs};
use crate::metadata::rows::{ColumnRow, NamedTable, Store, TableRow};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, bookkeeping, names};
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The rows about what was dropped. Those of columns of tables that are still there are not kept. (OFFSET 0: each by
/// its key, whatever the planner thinks of their number.) The parameter is a list of dropped relations and columns.
const DROPPED_ROWS: &str = include_str!("../../../sql/query/metadata/dropped_rows.sql");

const DELETE_ROWS: &str = include_str!("../../../sql/query/metadata/dropped_delete.sql");

/// Rows of other tables that speak of what was dropped: their trigger notes what they have lost. Another session that
/// writes to such a row, or drops its table, is not waited for.
const TOUCH_SPEAKERS: &str = include_str!("../../../sql/query/metadata/dropped_touch_referrers.sql");

#[derive(Deserialize)]
struct DroppedRows {
    tables: Vec<TableRow>,
    columns: Vec<ColumnRow>,
    /// Whether there are rows of columns that were dropped alone.
    lone_columns: bool,
    /// Whether there are rows that speak of what was dropped.
    spoken_of: bool,
}

/// A dropped relation, or a column of one.
#[derive(Serialize)]
struct DroppedPart {
    objid: u32,
    objsubid: i32,
}

pub(super) fn follow_drop(store: &Store, command: &Command) -> Result<(), Error> {
    let dropped = command.dropped().iter().map(|object| object.address);
    let dropped: Vec<DroppedPart> = dropped
        .filter(|address| address.class == pg_sys::RelationRelationId.to_u32())
        .map(|address| DroppedPart {
            objid: address.object,
            objsubid: address.part,
        })
        .collect();
    if dropped.is_empty() {
        return Ok(());
    }
    bookkeeping::as_owner(store.owner()?, |statements| {
        let rows: DroppedRows = statements.query(DROPPED_ROWS, &dropped)?;
        if rows.tables.is_empty() && rows.columns.is_empty() && !rows.lone_columns && !rows.spoken_of {
            return Ok(());
        }
        let speaks = rows.spoken_of;
        if let Some(before) = Snapshot::before_command().map(Catalog::new) {
            for (relation, document) in read_dropped_metadata(&before, rows)? {
                let owner = names::of_role(relation.owner).unwrap_or_default();
                let copy = json!({
                    "schema_name": &*relation.schema, "table_name": relation.name, "owner_name": owner,
                    "metadata": document, "reason": detached::TABLE_WAS_DROPPED,
                });
                statements.run(detached::REPLACE, &copy)?;
            }
        }
        dropped.iter().for_each(|part| commit::expect_rows_of(part.objid));
        statements.run(DELETE_ROWS, &dropped)?;
        if speaks {
            statements.run(TOUCH_SPEAKERS, &dropped)?;
        }
        Ok(())
    })
}

/// The metadata of each dropped relation: of the rows those that matched.
fn read_dropped_metadata(
    before: &Catalog,
    rows: DroppedRows,
) -> Result<Vec<(RelationOutline, NamedMetadata)>, Error> {
    let mut oids: Vec<u32> = rows.tables.iter().map(|row| row.table_oid).collect();
    oids.extend(rows.columns.iter().map(|row| row.table_oid));
    oids.sort_unstable();
    oids.dedup();
    let mut documents = Vec::new();
    for oid in oids {
        let Some(state) = RelationOutline::read_relation(before, Oid::from(oid))? else {
            continue;
        };
        let is_of_it =
            |named: &NamedTable| *state.schema == *named.schema_name && state.name == named.table_name;
        let table = rows.tables.iter().find(|row| row.table_oid == oid);
        let table = table.filter(|row| is_of_it(&row.named));
        let columns = rows.columns.iter().filter(|row| {
            row.table_oid == oid
                && is_of_it(&row.named)
                && state
                    .column(row.attnum)
                    .is_some_and(|live| live.attname == row.column_name)
        });
        let document = NamedMetadata {
            table: table.map(|row| model::to_names(&row.options, oid, &live_refs(row, &state))),
            columns: columns
                .map(|row| (row.column_name.clone(), detached::column_options(&row.options)))
                .filter(|(_, options)| !options.is_empty())
                .collect(),
        };
        if !document.is_empty() {
            documents.push((state, document));
        }
    }
    Ok(documents)
}

/// The references without columns of the table that were dropped or renamed unnoticed.
fn live_refs(row: &TableRow, state: &RelationOutline) -> Refs {
    let mut refs = row.refs.clone();
    model::recall_lost_tables(&mut refs);
    if let Some(own) = refs.get_mut(&row.table_oid) {
        own.columns
            .retain(|attnum, name| state.column(*attnum).is_some_and(|live| live.attname == *name));
    }
    refs
}
