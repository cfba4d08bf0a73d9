//! Comparing answers of a cache with the upstream's.
//!
//! An answer may differ because of a change that the event log has not told of yet. So a difference counts once it is
//! found again after the event log has been read; then the type is not answered any more until it has been scanned.

use super::error::CacheError;
use super::feed::Suspect;
use super::store;
use super::wire::{self, CacheAnswer};
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The most differences of one comparison that are recorded.
const MOST: usize = 100;

/// Which part of the hits to ask upstream as well, and the requests to ask again.
pub(crate) fn plan_comparisons(cache: &str) -> Result<Value, Error> {
    let state = store::find_own(cache)?;
    let locked = store::lock_cache(&state)?;
    let again: Vec<Value> = locked
        .feed
        .suspects
        .keys()
        .filter_map(|request| serde_json::from_str(request).ok())
        .collect();
    Ok(json!({
        "asked_at": store::clock()?.text,
        "fraction": locked.definition.settings.shadow_fraction,
        "again": again,
        "suspended": locked.coverage.suspended,
    }))
}

/// Compares the cache's answer to a request with the upstream's. `asked_at` is a moment before that was asked for.
pub(crate) fn compare(cache: &str, request: &Value, reply: &Value) -> Result<Value, Error> {
    let own = store::find_own(cache)?;
    let (state, age) = store::find_cache(cache)?;
    let (method, _, parameters) = wire::take_apart(request)?;
    let document = match wire::answer(&state, age, method, parameters, false)? {
        CacheAnswer::Hit(document) => document,
        CacheAnswer::Miss(reason) => {
            let mut locked = store::lock_cache(&own)?;
            if locked.feed.suspects.remove(&parameters.to_string()).is_some() {
                locked.save(None)?;
            }
            return Ok(json!({"compared": false, "reason": reason}));
        }
    };
    let answer: Value =
        serde_json::from_str(&JsonbValue::from(document).to_text()).map_err(Error::Serialization)?;
    let cached = answer.get("results").cloned().unwrap_or_default();
    let upstream = reply.get("results").unwrap_or(reply);
    let differences = differences(&cached, upstream)?;
    let mut locked = store::lock_cache(&own)?;
    let key = parameters.to_string();
    let before = locked.feed.suspects.remove(&key);
    if differences.is_empty() {
        if before.is_some() {
            locked.save(None)?;
        }
        return Ok(json!({"compared": true, "equal": true}));
    }
    let entity_type = parameters.get("type").and_then(Value::as_str).unwrap_or_default();
    let text = Value::Array(differences.clone()).to_string();
    let now = store::clock()?;
    // Found again, and the event log has been read in between.
    let is_confirmed = before.as_ref().is_some_and(|before| {
        before.differences == text && age.is_some_and(|age| now.epoch - age > before.noted_at)
    });
    let mut suspended = false;
    if is_confirmed {
        let noted: Vec<Value> = differences
            .iter()
            .take(MOST)
            .map(|difference| {
                let mut difference = difference.clone();
                difference["entity_type"] = entity_type.into();
                difference
            })
            .collect();
        let row = json!({"id": locked.id, "request": parameters, "differences": noted});
        store::write_as_owner(|statements| statements.run(store::NOTE_DIFFERENCES, &row))?;
        if locked.definition.settings.suspend_on_difference {
            locked.coverage.forget(entity_type);
            locked.coverage.suspended.insert(entity_type.to_owned());
            suspended = true;
        }
    } else {
        if locked.feed.suspects.len() >= MOST {
            locked.feed.suspects.clear();
        }
        let noted_at = before
            .filter(|before| before.differences == text)
            .map_or(now.epoch, |before| before.noted_at);
        let suspect = Suspect {
            differences: text,
            noted_at,
        };
        locked.feed.suspects.insert(key, suspect);
    }
    locked.save(None)?;
    Ok(json!({
        "compared": true, "equal": false, "confirmed": is_confirmed, "suspended": suspended,
        "differences": differences.into_iter().take(MOST).collect::<Vec<_>>(),
    }))
}

/// What differs between two replies: each with the entity, the field and both values.
fn differences(cached: &Value, upstream: &Value) -> Result<Vec<Value>, Error> {
    let (Some(ours), Some(theirs)) = (cached.get("entities"), upstream.get("entities")) else {
        if upstream.get("summaries").is_none() {
            return Err(CacheError::Reply {
                problem: "it has neither \"entities\" nor \"summaries\"".into(),
            }
            .into());
        }
        let equal = normal(cached) == normal(upstream);
        let difference = json!({"field": null, "cached": cached, "upstream": upstream});
        return Ok(if equal { Vec::new() } else { vec![difference] });
    };
    let by_id = |rows: &Value| -> BTreeMap<i64, Map<String, Value>> {
        let rows = rows.as_array().into_iter().flatten();
        rows.filter_map(|row| Some((row.get("id")?.as_i64()?, row.as_object()?.clone())))
            .collect()
    };
    let ids = |rows: &Value| -> Vec<Value> {
        let rows = rows.as_array().into_iter().flatten();
        rows.filter_map(|row| row.get("id").cloned()).collect()
    };
    let (our_ids, their_ids) = (ids(ours), ids(theirs));
    let (ours, theirs) = (by_id(ours), by_id(theirs));
    let mut found = Vec::new();
    for (id, row) in &ours {
        match theirs.get(id) {
            None => found.push(json!({"entity_id": id, "field": null, "cached": row, "upstream": null})),
            Some(other) => {
                for (field, value) in row {
                    let their = other.get(field).unwrap_or(&Value::Null);
                    if normal(value) != normal(their) {
                        found.push(
                            json!({"entity_id": id, "field": field, "cached": value, "upstream": their}),
                        );
                    }
                }
            }
        }
    }
    for (id, row) in &theirs {
        if !ours.contains_key(id) {
            found.push(json!({"entity_id": id, "field": null, "cached": null, "upstream": row}));
        }
    }
    if found.is_empty() && our_ids != their_ids {
        found.push(json!({"field": "sorts", "cached": our_ids, "upstream": their_ids}));
    }
    let info = (cached.get("paging_info"), upstream.get("paging_info"));
    if let (Some(ours), Some(theirs)) = info {
        for key in ["has_next_page", "entity_count"] {
            let (ours, theirs) = (ours.get(key), theirs.get(key));
            if ours.is_some() && ours != theirs {
                found
                    .push(json!({"field": format!("paging_info.{key}"), "cached": ours, "upstream": theirs}));
            }
        }
    }
    Ok(found)
}

/// A value regardless of what the upstream does not promise: the order of links, and keys of links beside type, id, name.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().map(normal).collect();
            values.sort_by_key(ToString::to_string);
            Value::Array(values)
        }
        Value::Object(members) => {
            let is_link = members.contains_key("type") && members.contains_key("id");
            let mut members: Vec<(&String, &Value)> = members
                .iter()
                .filter(|(key, _)| !is_link || matches!(key.as_str(), "type" | "id" | "name"))
                .collect();
            members.sort_by_key(|(key, _)| key.as_str());
            Value::Array(
                members
                    .into_iter()
                    .map(|(key, value)| json!([key, normal(value)]))
                    .collect(),
            )
        }
        Value::Number(number) => number.as_f64().map_or(Value::Null, |number| json!(number)),
        value => value.clone(),
    }
}
