//! Creating, altering and dropping caches, and what there is to know of them.

use super::coverage::Coverage;
use super::error::CacheError;
use super::feed::Feed;
use super::layout;
use super::model::CacheDefinition;
use super::store;
use crate::error::Error;
use crate::pg::{caller, names, quote, statement};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Creates a cache in a schema, which is created where it is missing.
pub(crate) fn create(schema: &str, document: &Value) -> Result<Value, Error> {
    let definition = CacheDefinition::from_json(document)?;
    check_time_zone(&definition)?;
    let known: bool =
        store::write_as_owner(|statements| statements.query(store::EXISTS, &json!({"schema_name": schema})))?;
    if known {
        return Err(CacheError::Exists {
            name: schema.to_owned(),
        }
        .into());
    }
    if names::find_schema(schema).is_none() {
        crate::ddl::script::run_statement(format!("CREATE SCHEMA {}", quote::identifier(schema)))?;
    }
    layout::create(schema, &definition)?;
    let schema_oid = names::find_schema(schema).map(|oid| oid.to_u32());
    let role = caller::current_role();
    let row = json!({
        "schema_oid": schema_oid, "schema_name": schema, "owner_oid": role.to_u32(),
        "owner_name": names::of_role(role), "definition": definition,
    });
    store::write_as_owner(|statements| statements.query::<i64>(store::INSERT, &row))?;
    status_of(schema)
}

/// Changes a cache: types and fields are added, changed, or taken away by null.
pub(crate) fn alter(name: &str, patch: &Value) -> Result<Value, Error> {
    let state = store::find_unchanged(name)?;
    let mut locked = store::lock_cache(&state)?;
    let before = locked.definition.clone();
    let after = before.patched(patch)?;
    check_time_zone(&after)?;
    layout::alter(&locked.schema, &before, &after)?;
    for (entity_type, cached) in &before.entity_types {
        match after.entity_types.get(entity_type) {
            None => locked.coverage.forget(entity_type),
            Some(now) => {
                for (field, described) in &cached.fields {
                    // What it may link to decides which links are stored.
                    if now.fields.get(field) != Some(described) {
                        locked.coverage.forget_field(entity_type, field);
                    }
                }
                if now.scopes != cached.scopes {
                    let scopes: Vec<Vec<Value>> = super::scans::scopes(now);
                    if let Some(entries) = locked.coverage.entity_types.get_mut(entity_type) {
                        entries.retain(|entry| scopes.contains(&entry.scope) || entry.scope.is_empty());
                    }
                }
            }
        }
    }
    let types = &after.entity_types;
    locked
        .feed
        .scans
        .retain(|_, scan| types.get(&scan.entity_type) == before.entity_types.get(&scan.entity_type));
    locked.definition = after;
    locked.save(None)?;
    status_of(name)
}

/// The time zone of a definition is one that PostgreSQL knows.
fn check_time_zone(definition: &CacheDefinition) -> Result<(), Error> {
    let Some(calendar) = &definition.settings.calendar else {
        return Ok(());
    };
    let name = &calendar.time_zone;
    let is_known: bool =
        store::read_as_caller(|statements| statements.query(store::HAS_TIME_ZONE, &json!({"name": name})))?;
    if is_known {
        return Ok(());
    }
    Err(CacheError::Definition {
        place: "\"settings\"".to_owned(),
        problem: format!("there is no time zone \"{name}\""),
        hint: "The view pg_timezone_names lists them.",
    }
    .into())
}

/// Drops a cache with its tables. Returns whether there was one.
pub(crate) fn drop_cache(name: &str) -> Result<bool, Error> {
    let state = store::find_own(name)?;
    let locked = store::lock_cache(&state)?;
    layout::drop_tables(&locked.schema, &locked.definition)?;
    store::write_as_owner(|statements| statements.run(store::DELETE, &json!({"id": state.id})))?;
    Ok(true)
}

/// A cache as the view shows it.
#[derive(Deserialize)]
struct StatusRow {
    schema_name: String,
    owner: String,
    is_own: bool,
    definition: Value,
    coverage: Value,
    feed: Option<Feed>,
    synced_at: Option<String>,
    differences: i64,
    created_at: String,
    updated_at: String,
}

/// The caches that the current role sees, or the one of a schema.
pub(crate) fn status(name: Option<&str>) -> Result<Value, Error> {
    let rows: Vec<StatusRow> =
        store::read_as_caller(|statements| statements.query(store::STATUS, &json!({"schema": name})))?;
    if let (Some(name), true) = (name, rows.is_empty()) {
        return Err(CacheError::Unknown {
            name: name.to_owned(),
        }
        .into());
    }
    rows.into_iter()
        .map(describe_cache)
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

fn status_of(name: &str) -> Result<Value, Error> {
    Ok(status(Some(name))?.get(0).cloned().unwrap_or_default())
}

fn describe_cache(row: StatusRow) -> Result<Value, Error> {
    let unreadable = |problem: serde_json::Error| CacheError::Unreadable {
        name: row.schema_name.clone(),
        problem: problem.to_string(),
    };
    let definition: CacheDefinition = serde_json::from_value(row.definition.clone()).map_err(unreadable)?;
    let coverage: Coverage = serde_json::from_value(row.coverage.clone()).map_err(unreadable)?;
    let feed = row.feed.unwrap_or_default();
    let mut types = Vec::new();
    for (name, cached) in &definition.entity_types {
        let entries = coverage.entity_types.get(name).map_or(&[][..], Vec::as_slice);
        let complete: Vec<&String> = entries
            .iter()
            .filter(|entry| entry.scope.is_empty())
            .flat_map(|entry| entry.fields.keys())
            .collect();
        let incomplete: Vec<&String> = cached
            .fields
            .keys()
            .filter(|field| !complete.contains(field))
            .collect();
        let scans: Vec<_> = feed
            .scans
            .iter()
            .filter(|(_, scan)| scan.entity_type == *name)
            .map(|(_, scan)| {
                json!({
                    "scope": scan.scope, "changed_since": scan.changed_since, "retired": scan.retired,
                    "after_id": scan.after_id, "rows": scan.rows,
                })
            })
            .collect();
        let scopes: Vec<_> = entries
            .iter()
            .filter(|entry| !entry.scope.is_empty())
            .map(|entry| json!({"scope": entry.scope, "fields": entry.fields.keys().collect::<Vec<_>>()}))
            .collect();
        types.push(json!({
            "name": name, "rows": rows_of(&row.schema_name, name)?, "complete": incomplete.is_empty() && !complete.is_empty(),
            "incomplete_fields": incomplete, "scopes": scopes, "suspended": coverage.suspended.contains(name),
            "scans": scans,
        }));
    }
    let mut status = Map::new();
    for (key, value) in [
        ("name", json!(row.schema_name)),
        ("owner", json!(row.owner)),
        ("is_own", json!(row.is_own)),
        ("entity_types", json!(types)),
        ("definition", row.definition),
        (
            "events",
            json!({
                "position": feed.position, "synced_at": row.synced_at, "noted": feed.noted,
                "missing": feed.gaps.iter().map(|gap| gap.to - gap.from + 1).sum::<i64>(),
            }),
        ),
        ("differences", json!(row.differences)),
        ("created_at", json!(row.created_at)),
        ("updated_at", json!(row.updated_at)),
    ] {
        status.insert(key.to_owned(), value);
    }
    Ok(Value::Object(status))
}

/// How many rows a table has, by the planner's statistics; null where they are not known.
fn rows_of(schema: &str, entity_type: &str) -> Result<Option<i64>, Error> {
    let rows = statement::query_value(&format!(
        "SELECT NULLIF(c.reltuples, -1)::bigint FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = {} AND c.relname = {}",
        quote::literal(schema),
        quote::literal(&entity_type.to_lowercase())
    ))?;
    Ok(rows.and_then(|rows| rows.parse().ok()))
}
