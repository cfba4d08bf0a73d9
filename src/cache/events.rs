//! Entries of the upstream's event log, into the tables.
//!
//! An entry says what a value became, not what it is now. It is applied where it is certain that it is newer than the row:
//! it happened after all that is known of the row was read (by the upstream's clock), and has a higher number than the
//! last one applied. An entry from before that is ignored. Between the two nobody knows: if the value differs, the field
//! is no longer known and is read again. Entities that are not there are noted as unknown and read.

use super::error::CacheError;
use super::feed::Seen;
use super::ingest::{MARGIN, doubt_links};
use super::layout::{self, ACTIVE};
use super::model::{CachedType, FieldClass};
use super::reply::{EntityLink, SaidValue};
use super::store::{self, LockedCache};
use super::values::is_moment;
use crate::error::Error;
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::quote;
use rustc_hash::FxHashSet;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Entries that one request asks for, and missing ones among them.
const PAGE: usize = 500;
const MISSING: usize = 200;
/// Sorts of entries that are counted, at most.
const MOST_NOTED: usize = 200;

/// The requests by which a cache keeps up: for entries of the event log, and for entities that are not known in full.
pub(crate) fn plan(cache: &str) -> Result<Value, Error> {
    let state = store::find_own(cache)?;
    let locked = store::lock(&state)?;
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
            let missing = locked.feed.missing(now.epoch, patience, MISSING);
            if !missing.is_empty() {
                conditions.push(json!({"path": "id", "relation": "in", "values": missing}));
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
    let found = dml::run(
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

/// An entry, as far as it matters.
struct EventEntry<'a> {
    id: i64,
    at: &'a str,
    entity_type: &'a str,
    action: &'a str,
    attribute: Option<&'a str>,
    entity: Option<EntityLink>,
    meta: Option<&'a Map<String, Value>>,
    row: &'a Map<String, Value>,
}

impl<'a> EventEntry<'a> {
    fn read(row: &'a Value) -> Option<Self> {
        let row = row.as_object()?;
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let (entity_type, action) = text("event_type")?.strip_prefix("Shotgun_")?.rsplit_once('_')?;
        Some(Self {
            id: row.get("id")?.as_i64()?,
            at: text("created_at").filter(|at| is_moment(at))?,
            entity_type,
            action,
            attribute: text("attribute_name"),
            entity: row.get("entity").and_then(|link| EntityLink::read(link, &[])),
            meta: row.get("meta").and_then(Value::as_object),
            row,
        })
    }

    /// Whether it tells of a change that was made on the other side of a link.
    fn is_back_reference(&self) -> bool {
        self.meta
            .is_some_and(|meta| meta.contains_key("actual_attribute_changed"))
    }

    /// The entity that it is about: a retired one is null in the entry, and named in its meta, which for a back reference
    /// names the other side.
    fn entity_id(&self) -> Option<i64> {
        if let Some(link) = &self.entity {
            return (link.entity_type == self.entity_type).then_some(link.id);
        }
        if self.is_back_reference() {
            return None;
        }
        let meta = self.meta?;
        let named = meta.get("entity_type").and_then(Value::as_str);
        let id = meta.get("entity_id").and_then(Value::as_i64);
        (named == Some(self.entity_type)).then_some(id).flatten()
    }
}

/// What entries say of a type.
#[derive(Default)]
struct SaidOfType<'a> {
    /// By entity: the newest entry, and the entity's stamp when the entry was read.
    entities: BTreeMap<i64, TouchedEntity<'a>>,
    /// By field, `_active` among them, and entity.
    fields: BTreeMap<&'a str, BTreeMap<i64, SaidByEvent<'a>>>,
    /// Multi-entity fields of retired entities that an entry does not name.
    lost: FxHashSet<&'a str>,
    has_revival: bool,
}

struct TouchedEntity<'a> {
    event: i64,
    at: &'a str,
    stamp: Option<&'a str>,
}

struct SaidByEvent<'a> {
    event: i64,
    at: &'a str,
    value: EventValue,
}

enum EventValue {
    Became(SaidValue),
    /// Links that were added, and that were removed.
    Links(Vec<EntityLink>, Vec<EntityLink>),
}

/// Applies entries of the event log.
pub(crate) fn apply(cache: &str, entries: &Value, asked_at: Option<&str>) -> Result<Value, Error> {
    let state = store::find_own(cache)?;
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
    let mut locked = store::lock(&state)?;
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
        let entry = EventEntry::read(row);
        let known = entry
            .as_ref()
            .and_then(|entry| definition.entity_types.get_key_value(entry.entity_type));
        match (&entry, known) {
            (Some(entry), Some((name, cached))) if take(said.entry(name).or_default(), cached, entry) => {
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

/// Takes an entry in. Returns whether it means something.
fn take<'a>(said: &mut SaidOfType<'a>, cached: &'a CachedType, entry: &EventEntry<'a>) -> bool {
    let Some(id) = entry.entity_id() else {
        let field = entry.attribute.and_then(|name| cached.fields.get_key_value(name));
        return match field {
            Some((field, _)) => {
                said.lost.insert(field.as_str());
                true
            }
            None => false,
        };
    };
    let mut say = |field: &'a str, value: EventValue| {
        let of_field = said.fields.entry(field).or_default();
        let value = match (value, of_field.remove(&id)) {
            (
                EventValue::Links(added, removed),
                Some(SaidByEvent {
                    value: EventValue::Links(mut before, mut gone),
                    ..
                }),
            ) => {
                before.retain(|link| !removed.contains(link) && !added.contains(link));
                gone.retain(|link| !added.contains(link) && !removed.contains(link));
                before.extend(added);
                gone.extend(removed);
                EventValue::Links(before, gone)
            }
            (value, _) => value,
        };
        let (event, at) = (entry.id, entry.at);
        of_field.insert(id, SaidByEvent { event, at, value });
    };
    match entry.action {
        "New" => {}
        "Retirement" => say(ACTIVE, EventValue::Became(SaidValue::Plain(Value::Bool(false)))),
        "Revival" => {
            say(ACTIVE, EventValue::Became(SaidValue::Plain(Value::Bool(true))));
            said.has_revival = true;
        }
        "Change" => {
            let field = entry.attribute.and_then(|name| cached.fields.get_key_value(name));
            if let Some((name, field)) = field {
                let class = field.class();
                let value = if class == FieldClass::MultiEntity {
                    let links = |key: &str| -> Option<Vec<EntityLink>> {
                        let links = entry.meta?.get(key)?.as_array()?;
                        links
                            .iter()
                            .map(|link| EntityLink::read(link, &field.entity_types))
                            .collect()
                    };
                    match (links("added"), links("removed")) {
                        (Some(added), Some(removed)) => EventValue::Links(added, removed),
                        _ => EventValue::Became(SaidValue::Unfit),
                    }
                } else {
                    let new = entry.meta.and_then(|meta| meta.get("new_value"));
                    EventValue::Became(new.map_or(SaidValue::Unfit, |new| {
                        SaidValue::read(class, &field.entity_types, new)
                    }))
                };
                say(name.as_str(), value);
            } else if entry.attribute != Some("retirement_date") && !cached.fields.contains_key("updated_at")
            {
                // A field that is not cached, and nothing that shows when it changed.
                return false;
            }
        }
        _ => return false,
    }
    let stamp = format!("entity.{}.updated_at", entry.entity_type);
    let stamp = entry
        .row
        .get(&stamp)
        .and_then(Value::as_str)
        .filter(|text| is_moment(text));
    let touched = said.entities.entry(id).or_insert(TouchedEntity {
        event: entry.id,
        at: entry.at,
        stamp,
    });
    touched.event = touched.event.max(entry.id);
    touched.at = touched.at.max(entry.at);
    touched.stamp = touched.stamp.max(stamp);
    true
}

/// Writes what entries say of a type.
struct TypeEvents<'a> {
    schema: &'a str,
    name: &'a str,
    cached: &'a CachedType,
}

/// An entry is newer than the row, by the upstream's clock and by its number.
fn newer() -> String {
    format!(
        "(t._stamp IS NOT NULL AND d.at > t._stamp + {MARGIN} AND (t._event_id IS NULL OR d.e > t._event_id))"
    )
}

/// It is older.
fn older() -> String {
    format!("COALESCE(d.at < t._stamp - {MARGIN}, false)")
}

fn is_known(field: &str) -> String {
    format!("COALESCE({} <> ALL (t._unknown), true)", quote::literal(field))
}

/// The fields that are not known, and this one.
fn with(field: &str) -> String {
    let field = quote::literal(field);
    format!(
        "CASE WHEN {field} = ANY (t._unknown) THEN t._unknown ELSE COALESCE(t._unknown, '{{}}') || {field}::text END"
    )
}

/// The fields that are not known, without this one.
fn without(field: &str) -> String {
    format!(
        "NULLIF(array_remove(t._unknown, {}), '{{}}')",
        quote::literal(field)
    )
}

impl TypeEvents<'_> {
    fn table(&self) -> String {
        layout::table(self.schema, self.name)
    }

    fn apply(&self, said: &SaidOfType) -> Result<(), Error> {
        self.note_entities(said)?;
        for (field, by_entity) in &said.fields {
            let class = if *field == ACTIVE {
                FieldClass::Checkbox
            } else {
                self.cached.field(field).unwrap_or(FieldClass::Opaque)
            };
            let (mut fit, mut unfit, mut links) = (Vec::new(), Vec::new(), Vec::new());
            for (id, said) in by_entity {
                match &said.value {
                    EventValue::Became(SaidValue::Unfit | SaidValue::Links(_)) => unfit.push((*id, said)),
                    EventValue::Became(value) => fit.push((*id, said, value)),
                    EventValue::Links(added, removed) => links.push((*id, said, added, removed)),
                }
            }
            if !fit.is_empty() {
                self.set(field, class, &fit)?;
            }
            if !unfit.is_empty() {
                self.doubt(field, &unfit)?;
            }
            if !links.is_empty() {
                self.change_links(field, &links)?;
            }
        }
        for field in &said.lost {
            dml::run(
                &format!(
                    "UPDATE {} AS t SET _unknown = {} WHERE t._active IS NOT TRUE AND {}",
                    self.table(),
                    with(field),
                    is_known(field)
                ),
                &[],
            )?;
        }
        self.note_events(said)
    }

    /// Entities that are not there yet are noted, with nothing known of them.
    fn note_entities(&self, said: &SaidOfType) -> Result<(), Error> {
        let fields = self.cached.fields.keys().map(String::as_str).chain([ACTIVE]);
        let unknown: Vec<String> = fields.map(quote::literal).collect();
        let ids: Vec<i64> = said.entities.keys().copied().collect();
        let ids = serde_json::to_string(&ids).map_err(Error::Serialization)?;
        dml::run(
            &format!(
                "INSERT INTO {0} (id, _unknown) SELECT v::bigint, ARRAY[{1}]::text[] FROM jsonb_array_elements_text($1) AS v \
                 WHERE NOT EXISTS (SELECT FROM {0} AS t WHERE t.id = v::bigint) ON CONFLICT (id) DO NOTHING",
                self.table(),
                unknown.join(", ")
            ),
            &[JsonbValue::parse(&ids)],
        )?;
        Ok(())
    }

    fn set(
        &self,
        field: &str,
        class: FieldClass,
        said: &[(i64, &SaidByEvent, &SaidValue)],
    ) -> Result<(), Error> {
        let rows: Vec<Value> = said
            .iter()
            .map(|(id, said, value)| {
                let mut row = json!({"id": id, "e": said.event, "at": said.at});
                match value {
                    SaidValue::Plain(value) => row["v"] = value.clone(),
                    SaidValue::Link(Some(link)) => {
                        row["v"] = link.entity_type.clone().into();
                        row["w"] = link.id.into();
                    }
                    _ => {}
                }
                row
            })
            .collect();
        let columns = layout::columns(field, class);
        let names: Vec<String> = columns
            .iter()
            .map(|(column, _)| quote::identifier(column))
            .collect();
        let values = ["v", "w"];
        let typed: Vec<String> = columns
            .iter()
            .zip(values)
            .map(|((_, sql_type), value)| format!("{value} {sql_type}"))
            .collect();
        let changes: Vec<String> = names
            .iter()
            .zip(values)
            .map(|(column, value)| {
                format!(
                    "{column} = CASE WHEN {} THEN d.{value} ELSE t.{column} END",
                    newer()
                )
            })
            .collect();
        let differs: Vec<String> = names
            .iter()
            .zip(values)
            .map(|(column, value)| format!("t.{column} IS DISTINCT FROM d.{value}"))
            .collect();
        dml::run(
            &format!(
                "UPDATE {} AS t SET {}, _unknown = CASE WHEN {newer} THEN {} ELSE {} END, _received_at = clock_timestamp() \
                 FROM jsonb_to_recordset($1) AS d(id bigint, e bigint, at timestamptz, {}) \
                 WHERE t.id = d.id AND NOT {} AND ({newer} OR ({} AND ({})))",
                self.table(),
                changes.join(", "),
                without(field),
                with(field),
                typed.join(", "),
                older(),
                is_known(field),
                differs.join(" OR "),
                newer = newer(),
            ),
            &[JsonbValue::parse(&Value::Array(rows).to_string())],
        )?;
        Ok(())
    }

    fn doubt(&self, field: &str, said: &[(i64, &SaidByEvent)]) -> Result<(), Error> {
        let rows: Vec<Value> = said
            .iter()
            .map(|(id, said)| json!({"id": id, "at": said.at}))
            .collect();
        dml::run(
            &format!(
                "UPDATE {} AS t SET _unknown = {}, _received_at = clock_timestamp() \
                 FROM jsonb_to_recordset($1) AS d(id bigint, at timestamptz) WHERE t.id = d.id AND NOT {} AND {}",
                self.table(),
                with(field),
                older(),
                is_known(field)
            ),
            &[JsonbValue::parse(&Value::Array(rows).to_string())],
        )?;
        Ok(())
    }

    /// Adds links and removes links, where it is certain that the entry is newer than the row.
    fn change_links(
        &self,
        field: &str,
        said: &[(i64, &SaidByEvent, &Vec<EntityLink>, &Vec<EntityLink>)],
    ) -> Result<(), Error> {
        let table = layout::links(self.schema, self.name, field);
        let rows: Vec<Value> = said
            .iter()
            .map(|(id, said, added, removed)| {
                json!({
                    "id": id, "e": said.event, "at": said.at, "added": links_of(added), "removed": links_of(removed)
                })
            })
            .collect();
        let has = |links: &str| {
            format!(
                "SELECT FROM jsonb_to_recordset(d.{links}) AS c(t text, c bigint) LEFT JOIN {table} AS l \
                 ON l.parent_id = d.id AND l.child_type = c.t AND l.child_id = c.c WHERE l.parent_id IS"
            )
        };
        let newer = newer();
        let outcome = dml::run(
            &format!(
                "WITH d AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS d(id bigint, e bigint, at timestamptz, \
                 added jsonb, removed jsonb)) \
                 UPDATE {} AS t SET _unknown = CASE WHEN {newer} THEN t._unknown ELSE {} END, \
                 _received_at = clock_timestamp() FROM d \
                 WHERE t.id = d.id AND NOT {} AND {} \
                 AND ({newer} OR EXISTS ({} NULL) OR EXISTS ({} NOT NULL)) \
                 RETURNING CASE WHEN {newer} THEN t.id::text END",
                self.table(),
                with(field),
                older(),
                is_known(field),
                has("added"),
                has("removed"),
            ),
            &[JsonbValue::parse(&Value::Array(rows).to_string())],
        )?;
        let changed: FxHashSet<i64> = outcome
            .returned
            .iter()
            .flatten()
            .filter_map(|id| id.parse().ok())
            .collect();
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for (id, _, new, gone) in said.iter().filter(|(id, ..)| changed.contains(id)) {
            let row = |link: &EntityLink| json!({"p": id, "t": link.entity_type, "c": link.id});
            added.extend(new.iter().map(row));
            removed.extend(gone.iter().map(row));
        }
        dml::run(
            &format!(
                "DELETE FROM {table} AS l USING jsonb_to_recordset($1) AS d(p bigint, t text, c bigint) \
                 WHERE l.parent_id = d.p AND l.child_type = d.t AND l.child_id = d.c"
            ),
            &[JsonbValue::parse(&Value::Array(removed).to_string())],
        )?;
        dml::run(
            &format!(
                "INSERT INTO {table} (parent_id, child_type, child_id, _position) SELECT d.p, d.t, d.c, \
                 (SELECT COALESCE(max(l._position), -1) FROM {table} AS l WHERE l.parent_id = d.p) + row_number() OVER \
                 (PARTITION BY d.p) FROM jsonb_to_recordset($1) AS d(p bigint, t text, c bigint) ON CONFLICT DO NOTHING"
            ),
            &[JsonbValue::parse(&Value::Array(added).to_string())],
        )?;
        Ok(())
    }

    /// Notes the newest entry of each entity, and what each change changes besides: who made it, and when.
    fn note_events(&self, said: &SaidOfType) -> Result<(), Error> {
        let rows: Vec<Value> = said
            .entities
            .iter()
            .map(|(id, touched)| json!({"id": id, "e": touched.event, "at": touched.at, "s": touched.stamp}))
            .collect();
        let has = |field: &str, class: FieldClass| self.cached.field(field) == Some(class);
        let mut unknown = "t._unknown".to_owned();
        let mut change = String::new();
        if self.cached.fields.contains_key("updated_by") {
            unknown = format!(
                "CASE WHEN {} OR 'updated_by' = ANY ({unknown}) THEN {unknown} ELSE COALESCE({unknown}, '{{}}') || \
                 'updated_by'::text END",
                older()
            );
        }
        if has("updated_at", FieldClass::Moment) {
            // The stamp is that of the moment when the entry was read: newer than the entry, and all that is needed.
            let set = "COALESCE(d.s >= t.updated_at, d.s IS NOT NULL)";
            change = format!("updated_at = CASE WHEN {set} THEN d.s ELSE t.updated_at END, ");
            unknown = format!(
                "CASE WHEN {} THEN {unknown} WHEN {set} THEN NULLIF(array_remove({unknown}, 'updated_at'), '{{}}') \
                 WHEN 'updated_at' = ANY ({unknown}) THEN {unknown} ELSE COALESCE({unknown}, '{{}}') || 'updated_at'::text END",
                older()
            );
        }
        dml::run(
            &format!(
                "UPDATE {} AS t SET {change}_unknown = {unknown}, _event_id = GREATEST(t._event_id, d.e), \
                 _event_at = GREATEST(t._event_at, d.at), _received_at = clock_timestamp() \
                 FROM jsonb_to_recordset($1) AS d(id bigint, e bigint, at timestamptz, s timestamptz) WHERE t.id = d.id",
                self.table()
            ),
            &[JsonbValue::parse(&Value::Array(rows).to_string())],
        )?;
        Ok(())
    }
}

fn links_of(links: &[EntityLink]) -> Value {
    links
        .iter()
        .map(|link| json!({"t": link.entity_type, "c": link.id}))
        .collect()
}
