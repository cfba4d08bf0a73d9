//! Display metadata as they were before.

use super::change::{Inverse, LoggedChange};
use crate::catalog::{Catalog, relation};
use crate::error::Error;
use crate::metadata;
use crate::pg::snapshot::Snapshot;
use crate::pg::{names, quote};
use serde_json::{Map, Value, json};

/// The statements that set changed options back.
pub(super) fn invert_metadata_change(change: &LoggedChange) -> Result<Inverse, Error> {
    let Some(before) = change.difference("metadata").map(|metadata| &metadata["before"]) else {
        return Ok(Inverse::impossible("The log does not have the metadata before."));
    };
    let catalog = Catalog::new(Snapshot::latest());
    let row = relation::find_row(&catalog, change.object.into())?;
    // Before anything is said of what is stored.
    if !catalog.role.has_rights_of(row.relowner) {
        return Err(Error::NotOwner { name: row.relname });
    }
    let (schema, name) = names::of_relation(row.oid).ok_or(Error::Vanished)?;
    let relation = quote::literal(&quote::qualified(&schema, &name));
    let now = metadata::read::read_stored_options(&catalog.reader, row.oid);
    let none = Value::Object(Map::new());
    let mut statements = Vec::new();
    let of_table = patch(&before["table"], &now["table"]);
    if !of_table.is_empty() {
        statements.push(format!(
            "SELECT msar.set_table_metadata({relation}::regclass, {}::jsonb)",
            quote::literal(&Value::from(of_table).to_string())
        ));
    }
    let columns = |document: &Value| document["columns"].as_object().cloned().unwrap_or_default();
    let (old, new) = (columns(before), columns(&now));
    let is_there = |attnum: &&String| {
        let number = attnum.parse::<i16>().unwrap_or_default();
        names::of_column(row.oid, number).is_some()
    };
    let mut patches = Vec::new();
    for attnum in old
        .keys()
        .chain(new.keys().filter(|attnum| !old.contains_key(*attnum)))
        .filter(is_there)
    {
        let mut changes = patch(old.get(attnum).unwrap_or(&none), new.get(attnum).unwrap_or(&none));
        if !changes.is_empty() {
            changes.insert(
                "attnum".to_owned(),
                json!(attnum.parse::<i16>().unwrap_or_default()),
            );
            patches.push(Value::from(changes));
        }
    }
    if !patches.is_empty() {
        statements.push(format!(
            "SELECT msar.set_column_metadata({relation}::regclass, {}::jsonb)",
            quote::literal(&Value::from(patches).to_string())
        ));
    }
    Ok(if statements.is_empty() {
        Inverse::Nothing("The metadata are as before.")
    } else {
        Inverse::Statements(statements)
    })
}

/// The patch that restores the options: null for one that was not set.
fn patch(before: &Value, now: &Value) -> Map<String, Value> {
    let none = Map::new();
    let before = before.as_object().unwrap_or(&none);
    let now = now.as_object().unwrap_or(&none);
    let cleared = now
        .keys()
        .filter(|option| !before.contains_key(*option))
        .map(|option| (option.clone(), Value::Null));
    let set = before
        .iter()
        .filter(|(option, value)| now.get(*option) != Some(*value))
        .map(|(option, value)| (option.clone(), value.clone()));
    cleared.chain(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_leads_back() {
        let before = json!({"kept": 1, "changed": [1], "removed": "x"});
        let now = json!({"kept": 1, "changed": [2], "added": true});
        let patch = Value::from(patch(&before, &now));
        assert_eq!(patch, json!({"added": null, "changed": [1], "removed": "x"}));
    }
}
