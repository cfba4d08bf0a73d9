//! Deleting rows.

use super::error::WriteError;
use super::key::{KeyValue, TargetKey};
use super::target::WriteTarget;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{Oid, dml};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// The parameter for a row.
#[derive(Serialize)]
struct DeletedRow {
    #[serde(flatten)]
    key: KeyValue,
    /// Its position in what was asked for. No attnum is 0.
    #[serde(rename = "0")]
    position: usize,
}

/// Deletes the rows of these keys; gives the keys of those that there were, in the order asked for.
pub(crate) fn delete(relation: Oid, ids: Vec<Box<RawValue>>) -> Result<Vec<Box<RawValue>>, Error> {
    let target = WriteTarget::open(Some(relation))?;
    let key = TargetKey::meant_by(&target, ids.first().map_or("", |id| id.get()))?;
    let mut keys = ids
        .into_iter()
        .map(|id| key.parse_json(id))
        .collect::<Result<Vec<_>, _>>()?;
    // A key that comes twice has the place of the first.
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(texts(key)));
    key.keep_valid(&mut keys)?;
    let wanted: Vec<_> = keys
        .into_iter()
        .enumerate()
        .map(|(position, key)| DeletedRow { key, position })
        .collect();
    // The limit gives the planner an estimate of the number of keys, which decides between the index and the whole
    // table.
    let statement = format!(
        "DELETE FROM {} AS target \
         USING (SELECT * FROM pg_catalog.jsonb_to_recordset($1) AS key({}, \"0\" integer) LIMIT {}) AS key WHERE {} \
         RETURNING pg_catalog.concat('[', key.\"0\", ',', {}, ']')",
        target.sql,
        key.declarations()?,
        wanted.len().next_power_of_two(),
        key.condition()?,
        key.returned(),
    );
    let wanted = JsonbValue::parse(&serde_json::to_string(&wanted).map_err(Error::Serialization)?);
    let mut deleted = dml::run(&statement, &[wanted])?
        .returned
        .iter()
        .flatten()
        .map(|row| serde_json::from_str(row))
        .collect::<Result<Vec<(usize, Box<RawValue>)>, _>>()
        .map_err(Error::Serialization)?;
    deleted.sort_by_key(|(position, _)| *position);
    let mut seen = HashSet::new();
    if !deleted.iter().all(|(_, key)| seen.insert(key.get())) {
        return Err(WriteError::AmbiguousKey {
            relation: target.name().to_owned(),
        }
        .into());
    }
    Ok(deleted.into_iter().map(|(_, key)| key).collect())
}

fn texts(key: &KeyValue) -> Vec<String> {
    key.values().map(|value| value.get().to_owned()).collect()
}
