//! Scans: reading all entities of a type in the order of their ids, so that fields become complete; and those that have
//! changed by their `updated_at`, for changes without an event.
//!
//! A scan notes the newest event before it begins: the events since then keep what it has read complete.

use super::coverage::normal_condition;
use super::entity_writes::store_said;
use super::error::CacheError;
use super::feed::{EntityScan, LastScan};
use super::ingest::IngestResult;
use super::model::{CachedType, FieldClass};
use super::reply::{SaidOfEntity, entities_of};
use super::store::{self, LockedCache};
use crate::error::Error;
use serde::Deserialize;
use serde_json::{Value, json};

/// The scopes of a type in their normal form; one without conditions where it has none.
pub(super) fn scopes(cached: &CachedType) -> Vec<Vec<Value>> {
    if cached.scopes.is_empty() {
        return vec![Vec::new()];
    }
    cached
        .scopes
        .iter()
        .map(|scope| scope.iter().map(normal_condition).collect())
        .collect()
}

/// The requests that scans send next.
pub(crate) fn plan_scans(cache: &str) -> Result<Value, Error> {
    let state = store::find_unchanged(cache)?;
    let mut locked = store::lock_cache(&state)?;
    let now = store::clock()?;
    let Some(position) = locked.feed.position else {
        // Changes during the scan would be missed.
        return Ok(json!({"asked_at": now.text, "scans": [], "waits_for": "events"}));
    };
    let before = locked.feed.clone();
    begin_due_scans(&mut locked, position, now.epoch);
    let mut planned = Vec::new();
    for (key, scan) in &locked.feed.scans {
        planned.push(json!({
            "scan": key, "retired": scan.retired, "after_id": scan.after_id,
            "request": request(scan, locked.definition.settings.page_size),
        }));
    }
    if locked.feed != before {
        locked.save(None)?;
    }
    Ok(json!({"asked_at": now.text, "scans": planned}))
}

/// Begins the scans that are due.
fn begin_due_scans(locked: &mut LockedCache, position: i64, now: f64) {
    let interval = locked.definition.settings.scan_interval;
    for (name, cached) in &locked.definition.entity_types {
        let mut is_complete = true;
        for (at, scope) in scopes(cached).into_iter().enumerate() {
            let fields: Vec<String> = cached.fields.keys().cloned().chain(["id".to_owned()]).collect();
            let entries = locked.coverage.entity_types.get(name);
            let known = entries.and_then(|entries| entries.iter().find(|entry| entry.scope == scope));
            let is_known =
                known.is_some_and(|entry| fields.iter().all(|field| entry.fields.contains_key(field)));
            if is_known && !locked.coverage.suspended.contains(name) {
                continue;
            }
            is_complete = false;
            let key = if at == 0 {
                name.clone()
            } else {
                format!("{name} {at}")
            };
            // A scan of changes is of no use to a type that is read in full.
            locked.feed.scans.remove(&format!("{name} changes"));
            locked.feed.scans.entry(key).or_insert_with(|| EntityScan {
                entity_type: name.clone(),
                scope,
                changed_since: None,
                fields,
                retired: false,
                after_id: 0,
                since_event: position,
                began_at: now,
                upstream_time: locked.feed.position_at.clone(),
                rows: 0,
            });
        }
        let last = locked.feed.scanned.get(name);
        let is_due = last.is_some_and(|last| now - last.began_at >= interval);
        if is_complete && is_due && cached.field("updated_at") == Some(FieldClass::Moment) {
            let changed_since = last.and_then(|last| last.upstream_time.clone());
            locked
                .feed
                .scans
                .entry(format!("{name} changes"))
                .or_insert_with(|| EntityScan {
                    entity_type: name.clone(),
                    scope: Vec::new(),
                    changed_since: Some(changed_since.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())),
                    fields: cached.fields.keys().cloned().collect(),
                    retired: false,
                    after_id: 0,
                    since_event: position,
                    began_at: now,
                    upstream_time: locked.feed.position_at.clone(),
                    rows: 0,
                });
        }
    }
}

/// The next request of a scan.
fn request(scan: &EntityScan, page_size: i64) -> Value {
    let mut conditions: Vec<Value> = scan.scope.clone();
    conditions.push(json!({"path": "id", "relation": "greater_than", "values": [scan.after_id]}));
    if let Some(since) = &scan.changed_since {
        // The upstream's clock has seconds, and an event may be logged a little later than its change.
        conditions
            .push(json!({"path": "updated_at", "relation": "greater_than", "values": [earlier(since)]}));
    }
    let fields: Vec<&String> = scan.fields.iter().filter(|field| *field != "id").collect();
    json!({
        "type": scan.entity_type,
        "return_fields": fields,
        "filters": {"logical_operator": "and", "conditions": conditions},
        "return_only": if scan.retired { "retired" } else { "active" },
        "sorts": [{"field_name": "id", "direction": "asc"}],
        "paging": {"entities_per_page": page_size, "current_page": 1},
    })
}

/// A moment some time before another one, a minute where that is simple: a scan may read too much, never too little.
fn earlier(moment: &str) -> String {
    let part = |range: std::ops::Range<usize>| moment.get(range).and_then(|text| text.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute)) =
        (part(0..4), part(5..7), part(8..10), part(11..13), part(14..16))
    else {
        return "1970-01-01T00:00:00Z".to_owned();
    };
    let (year, month, day, hour, minute) = match (month, day, hour, minute) {
        (1, 1, 0, 0) => (year.saturating_sub(1), 12, 31, 0, 0),
        (_, 1, 0, 0) => (year, month - 1, 28, 0, 0),
        (_, _, 0, 0) => (year, month, day - 1, 23, 59),
        (_, _, _, 0) => (year, month, day, hour - 1, 59),
        _ => (year, month, day, hour, minute - 1),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z")
}

/// An element of a plan.
#[derive(Deserialize)]
struct PlannedScan {
    scan: String,
    retired: bool,
    after_id: i64,
}

/// Stores what a scan has read, and takes it a step further.
pub(crate) fn result(
    cache: &str,
    planned: &Value,
    reply: &Value,
    asked_at: Option<&str>,
) -> Result<Value, Error> {
    let state = store::find_unchanged(cache)?;
    let planned: PlannedScan =
        serde_json::from_value(planned.clone()).map_err(|problem| CacheError::Request {
            problem: format!("the scan is no element of a plan: {problem}"),
        })?;
    let mut locked = store::lock_cache(&state)?;
    let scan = locked.feed.scans.get(&planned.scan).cloned();
    let is_next = |scan: &EntityScan| (scan.retired, scan.after_id) == (planned.retired, planned.after_id);
    let Some(mut scan) = scan.filter(is_next) else {
        // Another program was faster, or the scan has ended: what it read says nothing new.
        return Ok(json!({"stored": 0, "ignored": 0, "finished": false, "outdated": true}));
    };
    let Some(cached) = locked.definition.entity_types.get(&scan.entity_type) else {
        return Ok(json!({"stored": 0, "ignored": 0, "finished": false, "outdated": true}));
    };
    let results = reply.get("results").unwrap_or(reply);
    let rows = entities_of(results)?;
    let mut said = Vec::with_capacity(rows.len());
    for row in rows {
        said.push(SaidOfEntity::from_row(cached, row, Some(!scan.retired))?);
    }
    said.sort_by_key(|entity| entity.id);
    said.dedup_by_key(|entity| entity.id);
    if said.iter().any(|entity| entity.id <= scan.after_id) {
        return Err(CacheError::Reply {
            problem: format!(
                "it has entities up to id {}, which were not asked for",
                scan.after_id
            ),
        }
        .into());
    }
    let stored = store_said(
        &locked.schema,
        &locked.definition,
        &scan.entity_type,
        &said,
        asked_at,
    )?;
    let outcome = IngestResult {
        stored,
        ignored: said.len() - stored,
        uncached: 0,
    };
    scan.rows += said.len() as u64;
    let is_last = (rows.len() as i64) < locked.definition.settings.page_size;
    let mut finished = false;
    match said.last() {
        Some(last) if !is_last => scan.after_id = last.id,
        _ if !scan.retired => {
            scan.retired = true;
            scan.after_id = 0;
        }
        _ => finished = true,
    }
    if finished {
        finish(&mut locked, &planned.scan, &scan);
    } else {
        locked.feed.scans.insert(planned.scan, scan);
    }
    locked.save(None)?;
    Ok(json!({"stored": outcome.stored, "ignored": outcome.ignored, "finished": finished, "outdated": false}))
}

fn finish(locked: &mut LockedCache, key: &str, scan: &EntityScan) {
    locked.feed.scans.remove(key);
    let last = LastScan {
        began_at: scan.began_at,
        upstream_time: scan.upstream_time.clone(),
    };
    locked.feed.scanned.insert(scan.entity_type.clone(), last);
    if scan.changed_since.is_some() {
        return;
    }
    let Some(cached) = locked.definition.entity_types.get(&scan.entity_type) else {
        return;
    };
    let fields: Vec<String> = scan
        .fields
        .iter()
        .filter(|field| cached.field(field).is_some())
        .cloned()
        .collect();
    locked
        .coverage
        .complete(&scan.entity_type, &scan.scope, &fields, scan.since_event);
    let is_scanning = locked
        .feed
        .scans
        .values()
        .any(|other| other.entity_type == scan.entity_type);
    if !is_scanning {
        locked.coverage.suspended.remove(&scan.entity_type);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_before() {
        for (moment, before) in [
            ("2024-05-06T07:08:09Z", "2024-05-06T07:07:00Z"),
            ("2024-05-06T07:00:09Z", "2024-05-06T06:59:00Z"),
            ("2024-05-06T00:00:09Z", "2024-05-05T23:59:00Z"),
            ("2024-05-01T00:00:00Z", "2024-04-28T00:00:00Z"),
            ("2024-01-01T00:00:59Z", "2023-12-31T00:00:00Z"),
        ] {
            assert_eq!(earlier(moment), before);
        }
    }
}
