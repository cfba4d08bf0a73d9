//! Changes that fired no event trigger: `msar.reconcile_changes`.
//!
//! Rows of catalogs carry the number of the command that wrote them, and so does each row of the log. A row that was
//! written since the last time, by a command of which the log has nothing, was written behind its back. What was
//! deleted leaves no row: so the log remembers which relations there were, and how many parts each of them had.

use super::entry::{ChangeAction, ChangeEntry, ObjectPlace};
use super::record::new_entry;
use super::{pending, storage};
use crate::error::Error;
use crate::pg::{Oid, bookkeeping};
use serde::Deserialize;
use serde_json::{Value, json};

/// A difference between the log and the catalogs.
#[derive(Deserialize)]
struct Difference {
    class: u32,
    object: u32,
    kind: String,
    action: String,
    schema: Option<u32>,
    schema_name: Option<String>,
    name: Option<String>,
    old_schema: Option<u32>,
    old_schema_name: Option<String>,
    old_name: Option<String>,
}

impl From<Difference> for ChangeEntry {
    fn from(difference: Difference) -> Self {
        let action = ChangeAction::from_name(&difference.action).unwrap_or(ChangeAction::Altered);
        let mut entry = new_entry("", action);
        entry.found_by = "reconcile";
        entry.class = difference.class;
        entry.object = difference.object;
        entry.relation = if difference.class == crate::catalog::rows::catalog_oid::PG_CLASS {
            difference.object
        } else {
            0
        };
        entry.kind = difference.kind.into();
        entry.place = ObjectPlace {
            schema: difference.schema.unwrap_or(0),
            schema_name: difference.schema_name,
            name: difference.name,
        };
        entry.old_place = difference.old_schema.map(|schema| ObjectPlace {
            schema,
            schema_name: difference.old_schema_name,
            name: difference.old_name,
        });
        entry
    }
}

/// Adds what the log misses, and returns it; of one schema, if one is given.
pub(crate) fn reconcile(schema: Option<Oid>) -> Result<Vec<Value>, Error> {
    let (own, _) = pending::of_transaction();
    let commands: Vec<u32> = own.iter().map(|entry| entry.command_xid).collect();
    let relations: Vec<u32> = own.iter().map(|entry| entry.relation).collect();
    let dropped: Vec<u32> = own
        .iter()
        .filter(|entry| entry.action == ChangeAction::Dropped && entry.attnum == 0)
        .map(|entry| entry.object)
        .collect();
    let differences: Vec<Difference> = bookkeeping::as_owner(storage::storage_owner()?, |statements| {
        statements.query(
            include_str!("../../sql/query/changes/reconcile.sql"),
            &json!({"own": commands, "own_dropped": dropped, "own_relations": relations}),
        )
    })?;
    let entries: Vec<ChangeEntry> = differences.into_iter().map(ChangeEntry::from).collect();
    let is_wanted = |entry: &&ChangeEntry| {
        schema.is_none_or(|schema| {
            let old = entry.old_place.as_ref().map(|place| place.schema);
            entry.place.schema == schema.to_u32() || old == Some(schema.to_u32())
        })
    };
    let documents = entries.iter().filter(is_wanted).map(|entry| {
        json!({
            "kind": entry.kind, "action": entry.action, "oid": entry.object,
            "schema": entry.place.schema, "schema_name": entry.place.schema_name, "name": entry.place.name,
            "old_schema_name": entry.old_place.as_ref().and_then(|place| place.schema_name.as_ref()),
            "old_name": entry.old_place.as_ref().and_then(|place| place.name.as_ref()),
            "found_by": entry.found_by,
        })
    });
    let documents = documents.collect();
    pending::add_changes(entries);
    Ok(documents)
}
