//! Entries of the upstream's event log, into the tables.
//!
//! An entry says what a value became, not what it is now. It is applied where it is certain that it is newer than the row:
//! it happened after all that is known of the row was read (by the upstream's clock), and has a higher number than the
//! last one applied. An entry from before that is ignored. Between the two nobody knows: if the value differs, the field
//! is no longer known and is read again. Entities that are not there are noted as unknown and read.

use super::entity_writes::doubt_links;
use super::error::CacheError;
use super::event_entry::{EventEntry, SaidOfType, take_entry};
use super::event_writes::TypeEvents;
use super::feed::Seen;
use super::layout::{self, ACTIVE};
use super::model::CachedType;
use super::store::{self, LockedCache};
use super::values::is_moment;
use crate::error::Error;
use crate::pg::dml;
use crate::pg::quote;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Entries that one request asks for.
const PAGE: usize = 500;
/// Sorts of entries that are counted, at most.
const MOST_NOTED: usize = 200;

/// The requests by which a cache keeps up: for entries of the event log, and for entities that are not known in full.
pub(crate) fn plan_event_requests(cache: &str) -> Result<Value, Error> {
    let state = store::find_unchanged(cache)?;
    let locked = store::lock_cache(&state)?;
    let now = store::clock()?;
    let mut fields: Vec<String> = ["event_type", "attribute_name", "entity", "meta", "created_at"]
        .map(str::to_owned)
        .to_vec();
    for (name, cached) in &locked.definition.entity_types {
        if cached.fields.contains_key("updated_at") {
            fields.push(format!("entity.{name}.updated_at"));
        }
    }
    let (conditions, direction, most) = match locked.feed.position {
        None => (Vec::new(), "desc", 1),
        Some(position) => {
            let mut conditions =
                vec![json!({"path": "id", "relation": "greater_than", "values": [position]})];
            let patience = locked.definition.settings.gap_patience;
            let missing = locked.feed.missing(now.epoch, patience);
            if !missing.single.is_empty() {
                conditions.push(json!({"path": "id", "relation": "in", "values": missing.single}));
            }
            for (from, to) in missing.ranges {
                // Whether the bounds are within is of no concern: their neighbours have been seen.
                conditions.push(json!({"path": "id", "relation": "between", "values": [from - 1, to + 1]}));
            }
            (conditions, "asc", PAGE)
        }
    };
    let operator = if conditions.len() > 1 { "or" } else { "and" };
    let request = json!({
        "type": "EventLogEntry",
        "return_fields": fields,
        "filters": {"logical_operator": operator, "conditions": conditions},
        "return_only": "active",
        "sorts": [{"field_name": "id", "direction": direction}],
        "paging": {"entities_per_page": most, "current_page": 1},
    });
    let mut reads = Vec::new();
    for (name, cached) in &locked.definition.entity_types {
        reads.extend(unknown_entities(&locked, name, cached)?);
    }
    Ok(json!({"asked_at": now.text, "events": request, "reads": reads}))
}

/// Requests for the entities of a type of which something is not known that was complete.
fn unknown_entities(locked: &LockedCache, name: &str, cached: &CachedType) -> Result<Vec<Value>, Error> {
    let entries = locked.coverage.entity_types.get(name);
    let complete = entries
        .into_iter()
        .flatten()
        .flat_map(|entry| entry.fields.keys());
    let fields: Vec<String> = complete
        .map(String::as_str)
        .chain([ACTIVE])
        .map(quote::literal)
        .collect();
    let found = dml::run_dml(
        &format!(
            "SELECT jsonb_build_object('active', COALESCE(jsonb_agg(u.id) FILTER (WHERE u._active IS NOT FALSE), '[]'), \
             'retired', COALESCE(jsonb_agg(u.id) FILTER (WHERE u._active IS NOT TRUE), '[]'))::text FROM (\
             SELECT t.id, CASE WHEN '{ACTIVE}' = ANY (t._unknown) THEN NULL ELSE t._active END AS _active \
             FROM {} AS t WHERE t._unknown IS NOT NULL AND t._unknown && ARRAY[{}]::text[] \
             ORDER BY t._received_at LIMIT {PAGE}) AS u",
            layout::table(&locked.schema, name),
            fields.join(", ")
        ),
        &[],
    )?;
    let found: Value = found
        .returned
        .into_iter()
        .flatten()
        .next()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let mut requests = Vec::new();
    for only in ["active", "retired"] {
        let ids = found.get(only).and_then(Value::as_array);
        if let Some(ids) = ids.filter(|ids| !ids.is_empty()) {
            requests.push(json!({
                "type": name,
                "return_fields": cached.fields.keys().collect::<Vec<_>>(),
                "filters": {"logical_operator": "and", "conditions": [
                    {"path": "id", "relation": "in", "values": ids}
                ]},
                "return_only": only,
                "sorts": [{"field_name": "id", "direction": "asc"}],
                "paging": {"entities_per_page": PAGE, "current_page": 1},
            }));
        }
    }
    Ok(requests)
}

/// Applies entries of the event log.
pub(crate) fn apply_events(cache: &str, entries: &Value, asked_at: Option<&str>) -> Result<Value, Error> {
    let state = store::find_unchanged(cache)?;
    let results = entries.get("results").unwrap_or(entries);
    let rows = results.get("entities").unwrap_or(results).as_array();
    let rows = rows.ok_or_else(|| CacheError::Reply {
        problem: "it is no array of entries of the event log".into(),
    })?;
    let mut rows: Vec<(i64, &Value)> = rows
        .iter()
        .map(|row| Some((row.get("id")?.as_i64()?, row)))
        .collect::<Option<_>>()
        .ok_or_else(|| CacheError::Reply {
            problem: "an entry has no id".into(),
        })?;
    rows.sort_by_key(|(id, _)| *id);
    let mut locked = store::lock_cache(&state)?;
    let now = store::clock()?;
    let is_first = locked.feed.position.is_none();
    let (mut applied, mut before, mut noted) = (0, 0, 0);
    let mut said: BTreeMap<&str, SaidOfType> = BTreeMap::new();
    let definition = locked.definition.clone();
    for (id, row) in &rows {
        if is_first {
            locked.feed.see(*id, now.epoch);
        } else if locked.feed.see(*id, now.epoch) == Seen::Before {
            before += 1;
            continue;
        }
        let created = row.get("created_at").and_then(Value::as_str);
        if let Some(created) = created.filter(|at| is_moment(at))
            && locked
                .feed
                .position_at
                .as_deref()
                .is_none_or(|known| known < created)
        {
            locked.feed.position_at = Some(created.to_owned());
        }
        if is_first {
            before += 1;
            continue;
        }
        let entry = EventEntry::from_row(row);
        let known = entry
            .as_ref()
            .and_then(|entry| definition.entity_types.get_key_value(entry.entity_type));
        match (&entry, known) {
            (Some(entry), Some((name, cached)))
                if take_entry(said.entry(name).or_default(), cached, entry) =>
            {
                applied += 1;
            }
            _ => {
                noted += 1;
                let sort = row.get("event_type").and_then(Value::as_str).unwrap_or("?");
                let counts = &mut locked.feed.noted;
                if counts.len() < MOST_NOTED || counts.contains_key(sort) {
                    *counts.entry(sort.chars().take(100).collect()).or_default() += 1;
                }
            }
        }
    }
    if rows.is_empty() && is_first {
        // An empty log has been read to its end.
        locked.feed.position = Some(0);
    }
    for (name, said) in &said {
        if let Some(cached) = definition.entity_types.get(*name) {
            TypeEvents {
                schema: &locked.schema,
                name,
                cached,
            }
            .apply(said)?;
            // Links to a retired entity may be left out of replies: its revival brings them back.
            if said.has_revival {
                doubt_links(&locked.schema, &definition, name)?;
            }
        }
    }
    // A full page may not be the last one.
    let is_current = rows.len() < PAGE || !rows.len().is_multiple_of(PAGE);
    let synced_at = is_current.then(|| asked_at.unwrap_or(&now.text));
    locked.save(synced_at)?;
    Ok(json!({"applied": applied, "before": before, "noted": noted, "more": !is_current}))
}
