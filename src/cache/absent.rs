//! Entities that were asked for by their ids and are not in the reply: they are not active, or not retired, and those that are
//! neither are not there. Else an entity that nobody can read (any more) would be unknown for ever, and its type with it.

use super::layout::{self, ACTIVE, NOT_ACTIVE};
use super::store::CacheState;
use crate::error::Error;
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use rustc_hash::FxHashSet;
use serde_json::{Value, json};

/// Notes which of the entities that a read names are not in its reply.
pub(super) fn note_absent(
    state: &CacheState,
    parameters: &Value,
    results: &Value,
    asked_at: Option<&str>,
) -> Result<(), Error> {
    let entity_type = parameters.get("type").and_then(Value::as_str).unwrap_or_default();
    if !state.definition.entity_types.contains_key(entity_type) {
        return Ok(());
    }
    let Some(asked) = named_entities(parameters) else {
        return Ok(());
    };
    let rows = results
        .get("entities")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let found: FxHashSet<i64> = rows.filter_map(|row| row.get("id")?.as_i64()).collect();
    let absent: Vec<i64> = asked.into_iter().filter(|id| !found.contains(id)).collect();
    if absent.is_empty() {
        return Ok(());
    }
    let table = layout::table(&state.schema, entity_type);
    let condition = "t.id = ANY (ARRAY(SELECT v::bigint FROM jsonb_array_elements_text($1->'ids') AS v)) \
                     AND ($1->>'asked_at')::timestamptz > t._received_at";
    let statements = if parameters.get("return_only").and_then(Value::as_str) == Some("retired") {
        vec![
            format!(
                "DELETE FROM {table} AS t WHERE {condition} AND '{ACTIVE}' = ANY (t._unknown) AND '{NOT_ACTIVE}' = ANY (t._unknown)"
            ),
            format!(
                "UPDATE {table} AS t SET _unknown = t._unknown || '{ACTIVE}'::text WHERE {condition} AND NOT t._active \
                 AND t._unknown IS NOT NULL AND '{ACTIVE}' <> ALL (t._unknown)"
            ),
        ]
    } else {
        vec![format!(
            "UPDATE {table} AS t SET _unknown = t._unknown || CASE WHEN '{ACTIVE}' = ANY (t._unknown) THEN ARRAY['{NOT_ACTIVE}'] \
             ELSE ARRAY['{ACTIVE}', '{NOT_ACTIVE}'] END WHERE {condition} AND t._unknown IS NOT NULL \
             AND '{NOT_ACTIVE}' <> ALL (t._unknown) AND ('{ACTIVE}' = ANY (t._unknown) OR t._active)"
        )]
    };
    let argument = json!({"ids": absent, "asked_at": asked_at}).to_string();
    for statement in statements {
        dml::run_dml(&statement, &[JsonbValue::parse(&argument)])?;
    }
    Ok(())
}

/// The ids of a read that asks for nothing but entities with these ids, all of them.
fn named_entities(parameters: &Value) -> Option<Vec<i64>> {
    let is_empty = |key: &str| {
        let list = parameters.get(key).and_then(Value::as_array);
        list.is_none_or(Vec::is_empty)
    };
    let is_restricted = parameters
        .get("include_archived_projects")
        .and_then(Value::as_bool)
        == Some(false)
        || !is_empty("additional_filter_presets");
    let conditions = parameters.pointer("/filters/conditions")?.as_array()?;
    let [condition] = conditions.as_slice() else {
        return None;
    };
    let relation = condition.get("relation")?.as_str()?;
    if is_restricted || condition.get("path")?.as_str()? != "id" || !matches!(relation, "is" | "in") {
        return None;
    }
    let values = condition.get("values")?.as_array()?;
    let ids: Vec<i64> = values.iter().map(Value::as_i64).collect::<Option<_>>()?;
    let bound = |key: &str, default: u64| {
        let bound = parameters.get("paging").and_then(|paging| paging.get(key));
        bound.map_or(Some(default), Value::as_u64)
    };
    let is_whole = bound("current_page", 1)? == 1 && bound("entities_per_page", 500)? >= ids.len() as u64;
    is_whole.then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_of_named_entities() {
        let read = |conditions: Value, more: Value| {
            let mut read =
                json!({"type": "Shot", "filters": {"logical_operator": "and", "conditions": conditions}});
            for (key, value) in more.as_object().into_iter().flatten() {
                read[key] = value.clone();
            }
            named_entities(&read)
        };
        let one = json!([{"path": "id", "relation": "in", "values": [5, 6]}]);
        assert_eq!(read(one.clone(), json!({})), Some(vec![5, 6]));
        assert_eq!(
            read(
                one.clone(),
                json!({"paging": {"entities_per_page": 1, "current_page": 1}})
            ),
            None
        );
        assert_eq!(
            read(
                one.clone(),
                json!({"paging": {"entities_per_page": 9, "current_page": 2}})
            ),
            None
        );
        assert_eq!(
            read(one.clone(), json!({"include_archived_projects": false})),
            None
        );
        assert_eq!(
            read(
                one,
                json!({"additional_filter_presets": [{"preset_name": "LATEST"}]})
            ),
            None
        );
        assert_eq!(read(json!([]), json!({})), None);
        assert_eq!(
            read(
                json!([{"path": "code", "relation": "is", "values": [5]}]),
                json!({})
            ),
            None
        );
        assert_eq!(
            read(
                json!([{"path": "id", "relation": "is", "values": ["x"]}]),
                json!({})
            ),
            None
        );
    }
}
