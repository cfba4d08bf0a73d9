//! A stand-in for the upstream service of a cache: entities in memory, an event log, paging, faults, and filters that are
//! evaluated row by row. It shares nothing with the cache: what the two have in common is the description of the protocol.
//!
//! Where that leaves something open, the stand-in decides: links to retired entities read as null, text is compared
//! regardless of case, null sorts after all values.

use crate::calendar;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A field: its data type, and what it may link to.
pub type Field = (&'static str, &'static [&'static str]);

/// An entity type: its fields, and the one that links show as name.
pub struct EntityType {
    /// By name, without `id`.
    pub fields: BTreeMap<&'static str, Field>,
    /// A text field.
    pub display: &'static str,
}

#[derive(Clone)]
struct Entity {
    active: bool,
    fields: BTreeMap<String, Value>,
}

/// A service with its entities.
pub struct Upstream {
    /// The schema.
    pub types: BTreeMap<&'static str, EntityType>,
    entities: BTreeMap<(String, i64), Entity>,
    /// Entries that can be read.
    events: BTreeMap<i64, Value>,
    /// Entries that will be.
    late: Vec<Value>,
    next_event: i64,
    next_id: i64,
    /// In seconds.
    clock: i64,
    /// What happens to the entries of the next write.
    pub fate: EventFate,
    /// Links that two types show from both sides.
    pub inverses: Vec<Inverse>,
    /// Seconds since 1970, for conditions that compare with now.
    pub today: i64,
}

/// A link that is shown from both sides: the type and entity field of one, and the type and multi-entity field of the other.
pub type Inverse = (&'static str, &'static str, &'static str, &'static str);

/// What happens to entries of the event log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EventFate {
    /// They can be read at once.
    Logged,
    /// They can be read later, after others with higher numbers.
    Late,
    /// There are none.
    Lost,
}

/// A fault of the protocol.
#[derive(Debug)]
pub struct Fault(pub i64, pub String);

impl Upstream {
    /// An empty service.
    #[must_use]
    pub fn new(types: BTreeMap<&'static str, EntityType>) -> Self {
        Self {
            types,
            entities: BTreeMap::new(),
            events: BTreeMap::new(),
            late: Vec::new(),
            next_event: 1000,
            next_id: 1,
            clock: 0,
            fate: EventFate::Logged,
            inverses: Vec::new(),
            today: calendar::now(),
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: i64) {
        self.clock += seconds;
    }

    /// Late entries can be read now.
    pub fn deliver_late(&mut self) {
        for event in self.late.drain(..) {
            self.events.insert(event["id"].as_i64().expect("an id"), event);
        }
    }

    /// The ids of a type, active or retired ones.
    #[must_use]
    pub fn ids(&self, entity_type: &str, active: bool) -> Vec<i64> {
        self.entities
            .iter()
            .filter(|((known, _), entity)| known == entity_type && entity.active == active)
            .map(|((_, id), _)| *id)
            .collect()
    }

    /// The stored value of a field.
    #[must_use]
    pub fn value(&self, entity_type: &str, id: i64, field: &str) -> Value {
        self.entities[&(entity_type.to_owned(), id)]
            .fields
            .get(field)
            .cloned()
            .unwrap_or_default()
    }

    fn now(&self) -> String {
        let (day, second) = (self.clock / 86400, self.clock % 86400);
        format!(
            "2024-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            3 + day / 28,
            1 + day % 28,
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }

    fn log(&mut self, entity_type: &str, id: i64, action: &str, attribute: Option<&str>, meta: Value) {
        // Some numbers never appear; at times many of them, as after a large batch that failed.
        self.next_event += match self.next_event {
            next if next % 97 == 0 => 400,
            next if next % 7 == 0 => 2,
            _ => 1,
        };
        let mut meta = meta;
        // The entry of a change that was made on the other side names that side.
        if meta.get("actual_attribute_changed").is_none() {
            meta["entity_type"] = entity_type.into();
            meta["entity_id"] = id.into();
        }
        let event = json!({
            "type": "EventLogEntry", "id": self.next_event, "event_type": format!("Shotgun_{entity_type}_{action}"),
            "attribute_name": attribute, "entity": {"type": entity_type, "id": id}, "meta": meta, "created_at": self.now(),
        });
        match self.fate {
            EventFate::Logged => {
                self.events.insert(self.next_event, event);
            }
            EventFate::Late => self.late.push(event),
            EventFate::Lost => {}
        }
    }

    /// Answers a request of the protocol.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Result<Value, Fault> {
        match method {
            "info" => Ok(
                json!({"version": [8, 50, 0], "full_version": [8, 50, 0, 1], "api_max_entities_per_page": 500,
                "s3_direct_uploads_enabled": false, "s3_enabled_upload_types": {}}),
            ),
            "read" => Ok(json!({"results": self.read(parameters)?})),
            "summarize" => Ok(json!({"results": self.summarize(parameters)?})),
            "batch" => {
                let before = (self.entities.clone(), self.next_event, self.next_id);
                let mut results = Vec::new();
                for request in parameters.as_array().into_iter().flatten() {
                    match self.write(request["request_type"].as_str().unwrap_or_default(), request) {
                        Ok(result) => results.push(result),
                        Err(fault) => {
                            // Numbers of events are used up, and the entries never appear.
                            self.entities = before.0;
                            self.events.retain(|id, _| *id <= before.1);
                            self.next_id = before.2;
                            return Err(fault);
                        }
                    }
                }
                Ok(json!({"results": results}))
            }
            "create" | "update" | "delete" | "revive" => {
                let result = self.write(method, parameters)?;
                Ok(json!({"results": result}))
            }
            "get_session_token" => Ok(json!({"results": {"session_id": "a session"}})),
            "schema_read" => Ok(json!({"results": self.schema()})),
            "query_display_name_cache" => Ok(json!({"results": {"matches": [], "terms": []}})),
            method => Err(Fault(103, format!("no such method: {method}"))),
        }
    }

    fn schema(&self) -> Value {
        let mut schema = Map::new();
        for (name, described) in &self.types {
            let mut fields = Map::new();
            for (field, (data_type, links)) in &described.fields {
                fields.insert(
                    (*field).to_owned(),
                    json!({"data_type": {"value": data_type}, "properties": {"valid_types": {"value": links}}}),
                );
            }
            schema.insert((*name).to_owned(), fields.into());
        }
        schema.into()
    }

    fn write(&mut self, method: &str, parameters: &Value) -> Result<Value, Fault> {
        let name = parameters["type"].as_str().unwrap_or_default().to_owned();
        let fault = |text: &str| Fault(103, text.to_owned());
        if !self.types.contains_key(name.as_str()) {
            return Err(fault("no such type"));
        }
        if method == "create" {
            let id = self.next_id;
            self.next_id += 1;
            let mut fields = BTreeMap::new();
            for (field, (data_type, _)) in &self.types[name.as_str()].fields {
                let value = match *data_type {
                    "checkbox" => json!(false),
                    "multi_entity" => json!([]),
                    _ => Value::Null,
                };
                fields.insert((*field).to_owned(), value);
            }
            self.entities
                .insert((name.clone(), id), Entity { active: true, fields });
            self.log(&name, id, "New", None, json!({}));
            let set = self.set(&name, id, parameters, true)?;
            let mut asked: Vec<String> = set;
            for field in parameters["return_fields"].as_array().into_iter().flatten() {
                asked.push(field.as_str().unwrap_or_default().to_owned());
            }
            return Ok(self.row(&name, id, &asked));
        }
        let id = parameters["id"].as_i64().unwrap_or_default();
        let Some(entity) = self.entities.get_mut(&(name.clone(), id)) else {
            return Err(fault("no such entity"));
        };
        match method {
            "update" => {
                let set = self.set(&name, id, parameters, false)?;
                Ok(self.row(&name, id, &set))
            }
            "delete" | "revive" => {
                let active = method == "revive";
                if entity.active == active {
                    return Ok(json!(false));
                }
                entity.active = active;
                if active {
                    self.log(&name, id, "Revival", None, json!({}));
                } else {
                    let now = self.now();
                    self.log(
                        &name,
                        id,
                        "Change",
                        Some("retirement_date"),
                        json!({"new_value": now}),
                    );
                    self.log(
                        &name,
                        id,
                        "Retirement",
                        None,
                        json!({"type": "entity_retirement"}),
                    );
                }
                Ok(json!(true))
            }
            _ => Err(fault("no such request")),
        }
    }

    /// Sets fields; gives which.
    fn set(
        &mut self,
        name: &str,
        id: i64,
        parameters: &Value,
        in_create: bool,
    ) -> Result<Vec<String>, Fault> {
        let mut set = Vec::new();
        for change in parameters["fields"].as_array().into_iter().flatten() {
            let field = change["field_name"].as_str().unwrap_or_default().to_owned();
            let Some((data_type, _)) = self.types[name].fields.get(field.as_str()) else {
                return Err(Fault(103, format!("{name}.{field} doesn't exist")));
            };
            let is_multi = *data_type == "multi_entity";
            let key = (name.to_owned(), id);
            let old = self.entities[&key]
                .fields
                .get(&field)
                .cloned()
                .unwrap_or_default();
            let plain = |value: &Value| match value {
                Value::Object(link) => json!({"type": link["type"], "id": link["id"]}),
                value => value.clone(),
            };
            let given = &change["value"];
            let mut value = match given {
                Value::Array(links) if is_multi => links.iter().map(plain).collect(),
                given => plain(given),
            };
            let mut meta =
                json!({"type": "attribute_change", "attribute_name": field, "field_data_type": data_type});
            if is_multi {
                let before = old.as_array().cloned().unwrap_or_default();
                let links = value.as_array().cloned().unwrap_or_default();
                let mut after = match change["multi_entity_update_mode"].as_str() {
                    Some("add") => [before.clone(), links].concat(),
                    Some("remove") => before
                        .iter()
                        .filter(|link| !links.contains(link))
                        .cloned()
                        .collect(),
                    _ => links,
                };
                let mut once = Vec::new();
                for link in after.drain(..) {
                    if !once.contains(&link) {
                        once.push(link);
                    }
                }
                meta["added"] = once
                    .iter()
                    .filter(|link| !before.contains(link))
                    .cloned()
                    .collect();
                meta["removed"] = before
                    .iter()
                    .filter(|link| !once.contains(link))
                    .cloned()
                    .collect();
                value = once.into();
            } else {
                meta["old_value"] = old;
                meta["new_value"] = value.clone();
            }
            if in_create {
                meta["in_create"] = true.into();
            }
            let before = self.entities[&key].fields.get(&field).cloned();
            if let Some(entity) = self.entities.get_mut(&key) {
                entity.fields.insert(field.clone(), value.clone());
            }
            self.log(name, id, "Change", Some(&field), meta);
            self.change_other_side(name, id, &field, &before.unwrap_or_default(), &value);
            set.push(field);
        }
        let now = self.now();
        if self.types[name].fields.contains_key("updated_at")
            && let Some(entity) = self.entities.get_mut(&(name.to_owned(), id))
        {
            entity.fields.insert("updated_at".into(), now.into());
        }
        Ok(set)
    }

    /// What a link that was changed changes on its other side, whose stamp stays as it is.
    fn change_other_side(&mut self, name: &str, id: i64, field: &str, before: &Value, after: &Value) {
        for (one, one_field, many, many_field) in self.inverses.clone() {
            let link = |name: &str, id: &Value| json!({"type": name, "id": id});
            if (name, field) == (one, one_field) && before != after {
                self.change_links(many, many_field, before, &link(name, &id.into()), false);
                self.change_links(many, many_field, after, &link(name, &id.into()), true);
            }
            if (name, field) == (many, many_field) {
                let links = |value: &Value| value.as_array().cloned().unwrap_or_default();
                let own = link(name, &id.into());
                for gone in links(before).iter().filter(|link| !links(after).contains(link)) {
                    self.change_link(one, one_field, gone, &Value::Null, (many, many_field, id));
                }
                for new in links(after).iter().filter(|link| !links(before).contains(link)) {
                    let key = (one.to_owned(), new["id"].as_i64().unwrap_or_default());
                    let other = self
                        .entities
                        .get(&key)
                        .and_then(|entity| entity.fields.get(one_field))
                        .cloned();
                    // It is taken from the one that had it.
                    self.change_links(many, many_field, &other.unwrap_or_default(), new, false);
                    self.change_link(one, one_field, new, &own, (many, many_field, id));
                }
            }
        }
    }

    /// Adds a link to a multi-entity field of an entity, or removes it.
    fn change_links(&mut self, many: &str, field: &str, of: &Value, link: &Value, is_new: bool) {
        let key = (many.to_owned(), of["id"].as_i64().unwrap_or_default());
        let Some(entity) = self.entities.get_mut(&key).filter(|_| of["type"] == many) else {
            return;
        };
        let mut links = entity.fields[field].as_array().cloned().unwrap_or_default();
        if links.contains(link) == is_new {
            return;
        }
        if is_new {
            links.push(link.clone());
        } else {
            links.retain(|known| known != link);
        }
        entity.fields.insert(field.to_owned(), links.into());
        let (added, removed) = if is_new {
            (json!([link]), json!([]))
        } else {
            (json!([]), json!([link]))
        };
        let meta = json!({
            "type": "attribute_change", "attribute_name": field, "field_data_type": "entity", "added": added,
            "removed": removed, "actual_attribute_changed": "the other side", "entity_type": link["type"],
            "entity_id": link["id"], "original_event_log_entry_id": self.next_event,
        });
        self.log(many, key.1, "Change", Some(field), meta);
    }

    /// Sets an entity field, as the other side has it.
    fn change_link(&mut self, one: &str, field: &str, of: &Value, link: &Value, cause: (&str, &str, i64)) {
        let key = (one.to_owned(), of["id"].as_i64().unwrap_or_default());
        let Some(entity) = self.entities.get_mut(&key) else {
            return;
        };
        let old = entity.fields.insert(field.to_owned(), link.clone());
        let meta = json!({
            "type": "attribute_change", "attribute_name": field, "field_data_type": "multi_entity", "old_value": old,
            "new_value": link, "actual_attribute_changed": format!("{}.{}", cause.0, cause.1), "entity_type": cause.0,
            "entity_id": cause.2, "original_event_log_entry_id": self.next_event,
        });
        self.log(one, key.1, "Change", Some(field), meta);
    }

    /// An active entity that a link leads to.
    fn target(&self, link: &Value) -> Option<(&str, i64)> {
        let key = (link["type"].as_str()?.to_owned(), link["id"].as_i64()?);
        let ((name, id), entity) = self.entities.get_key_value(&key)?;
        entity.active.then_some((name.as_str(), *id))
    }

    fn shown_link(&self, link: &Value) -> Option<Value> {
        let (name, id) = self.target(link)?;
        let display = self.types[name].display;
        Some(json!({"type": name, "id": id, "name": self.value(name, id, display)}))
    }

    /// The value of a field as the protocol shows it; of a path, too.
    fn shown(&self, name: &str, id: i64, path: &str) -> Option<Value> {
        let mut parts = path.splitn(3, '.');
        let (field, linked, rest) = (parts.next()?, parts.next(), parts.next());
        if field == "id" {
            return Some(id.into());
        }
        let (data_type, _) = self.types[name].fields.get(field)?;
        let value = self.value(name, id, field);
        match (linked, rest) {
            (Some(linked), Some(rest)) => Some(
                self.target(&value)
                    .filter(|(name, _)| *name == linked)
                    .and_then(|(name, id)| self.shown(name, id, rest))
                    .unwrap_or_default(),
            ),
            _ => Some(match *data_type {
                "entity" => self.shown_link(&value).unwrap_or_default(),
                "multi_entity" => value
                    .as_array()?
                    .iter()
                    .filter_map(|link| self.shown_link(link))
                    .collect(),
                _ => value,
            }),
        }
    }

    fn row(&self, name: &str, id: i64, fields: &[String]) -> Value {
        let mut row = Map::new();
        row.insert("type".into(), name.into());
        row.insert("id".into(), id.into());
        for field in fields {
            if let Some(value) = self.shown(name, id, field) {
                row.insert(field.clone(), value);
            }
        }
        row.into()
    }

    fn read(&self, parameters: &Value) -> Result<Value, Fault> {
        let per_page = parameters["paging"]["entities_per_page"].as_u64().unwrap_or(500) as usize;
        let page = parameters["paging"]["current_page"].as_u64().unwrap_or(1) as usize;
        let fields: Vec<String> = parameters["return_fields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|field| field.as_str().map(str::to_owned))
            .collect();
        let (rows, count): (Vec<Value>, usize) = if parameters["type"] == "EventLogEntry" {
            let found = self.find_events(parameters);
            let count = found.len();
            (
                found
                    .into_iter()
                    .skip((page - 1) * per_page)
                    .take(per_page)
                    .collect(),
                count,
            )
        } else {
            let name = parameters["type"].as_str().unwrap_or_default();
            let found = self.find(parameters, false)?;
            let page = found.iter().skip((page - 1) * per_page).take(per_page);
            (page.map(|id| self.row(name, *id, &fields)).collect(), found.len())
        };
        let mut results = json!({"entities": rows});
        if parameters["return_paging_info_without_counts"] == true {
            results["paging_info"] = json!({"has_next_page": count > page * per_page});
        } else if parameters["return_paging_info"] == true {
            results["paging_info"] = json!({"entity_count": count, "current_page": page, "entities_per_page": per_page,
                "page_count": count.div_ceil(per_page).max(1)});
        }
        Ok(results)
    }

    fn find_events(&self, parameters: &Value) -> Vec<Value> {
        let conditions = parameters["filters"]["conditions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut found: Vec<Value> = self
            .events
            .iter()
            .filter(|(id, _)| {
                conditions.is_empty()
                    || conditions.iter().any(|condition| {
                        let values = condition["values"].as_array().cloned().unwrap_or_default();
                        match condition["relation"].as_str() {
                            Some("greater_than") => values[0].as_i64().is_some_and(|value| **id > value),
                            Some("between") => {
                                values[0].as_i64() <= Some(**id) && Some(**id) <= values[1].as_i64()
                            }
                            _ => values.iter().any(|value| value.as_i64() == Some(**id)),
                        }
                    })
            })
            .map(|(_, event)| {
                let mut event = event.clone();
                let link = event["entity"].clone();
                match self.target(&link) {
                    Some((name, id)) => {
                        event[format!("entity.{name}.updated_at")] = self.value(name, id, "updated_at");
                    }
                    // A retired entity is null in the entry.
                    None => event["entity"] = Value::Null,
                }
                event
            })
            .collect();
        if parameters["sorts"][0]["direction"] == "desc" {
            found.reverse();
        }
        found
    }

    /// The ids that a request finds, in its order.
    fn find(&self, parameters: &Value, is_summary: bool) -> Result<Vec<i64>, Fault> {
        let name = parameters["type"].as_str().unwrap_or_default();
        if !self.types.contains_key(name) {
            return Err(Fault(103, format!("no such type: {name}")));
        }
        let active = is_summary || parameters["return_only"] != "retired";
        let mut found = Vec::new();
        for id in self.ids(name, active) {
            if self.group(name, id, &parameters["filters"])? {
                found.push(id);
            }
        }
        let sorts = parameters["sorts"].as_array().cloned().unwrap_or_default();
        found.sort_by(|one, other| {
            for sort in &sorts {
                let path = sort["field_name"].as_str().unwrap_or_default();
                let key = |id: i64| self.shown(name, id, path).unwrap_or_default();
                let order = compare(&key(*one), &key(*other));
                let order = if sort["direction"] == "desc" {
                    order.reverse()
                } else {
                    order
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
            one.cmp(other)
        });
        Ok(found)
    }

    /// Sums up the entities that a filter admits, as a whole and by groups.
    fn summarize(&self, parameters: &Value) -> Result<Value, Fault> {
        let name = parameters["type"].as_str().unwrap_or_default();
        let found = self.find(parameters, true)?;
        let groupings = parameters["grouping"].as_array().cloned().unwrap_or_default();
        let groups = self.groups(name, parameters, &found, &groupings);
        Ok(json!({"groups": groups, "summaries": self.sums(name, parameters, &found)}))
    }

    /// Groups of entities, each of which holds those of the next grouping.
    fn groups(&self, name: &str, parameters: &Value, found: &[i64], groupings: &[Value]) -> Vec<Value> {
        let Some((grouping, inner)) = groupings.split_first() else {
            return Vec::new();
        };
        let field = grouping["field"].as_str().unwrap_or_default();
        let mut groups: BTreeMap<String, (Value, Vec<i64>)> = BTreeMap::new();
        for id in found {
            let mut value = self.shown(name, *id, field).unwrap_or_default();
            if value.is_object() {
                value["valid"] = "valid".into();
            }
            groups
                .entry(value.to_string())
                .or_insert((value, Vec::new()))
                .1
                .push(*id);
        }
        let mut groups: Vec<Value> = groups
            .into_values()
            .map(|(value, ids)| {
                let shown = value.get("name").unwrap_or(&value).clone();
                let mut group =
                    json!({"group_name": shown, "group_value": value, "summaries": self.sums(name, parameters, &ids)});
                if !inner.is_empty() {
                    group["groups"] = self.groups(name, parameters, &ids, inner).into();
                }
                group
            })
            .collect();
        groups.sort_by(|one, other| compare(&one["group_name"], &other["group_name"]));
        if grouping["direction"] == "desc" {
            groups.reverse();
        }
        groups
    }

    fn sums(&self, name: &str, parameters: &Value, ids: &[i64]) -> Value {
        let mut sums = Map::new();
        for summary in parameters["summaries"].as_array().into_iter().flatten() {
            let field = summary["field"].as_str().unwrap_or_default();
            let mut values: Vec<Value> = ids
                .iter()
                .filter_map(|id| self.shown(name, *id, field))
                .filter(|value| !value.is_null())
                .collect();
            values.sort_by(compare);
            let total: f64 = values.iter().filter_map(Value::as_f64).sum();
            let sum = match summary["type"].as_str().unwrap_or_default() {
                "count" | "record_count" => json!(ids.len()),
                "sum" => json!(total),
                "average" => json!(total / values.len() as f64),
                "minimum" | "earliest" => values.first().cloned().unwrap_or_default(),
                _ => values.last().cloned().unwrap_or_default(),
            };
            sums.insert(field.to_owned(), sum);
        }
        sums.into()
    }

    fn group(&self, name: &str, id: i64, group: &Value) -> Result<bool, Fault> {
        let members = group["conditions"].as_array().cloned().unwrap_or_default();
        let any = group["logical_operator"] == "or";
        let mut found = Vec::new();
        for member in &members {
            found.push(if member.get("conditions").is_some() {
                self.group(name, id, member)?
            } else {
                let path = member["path"].as_str().unwrap_or_default();
                let relation = member["relation"].as_str().unwrap_or_default();
                let values = member["values"].as_array().cloned().unwrap_or_default();
                self.condition(name, Some(id), path, relation, &values)?
            });
        }
        Ok(found.is_empty()
            || if any {
                found.contains(&true)
            } else {
                !found.contains(&false)
            })
    }

    /// Whether an entity meets a condition; `None` for a link that leads nowhere.
    fn condition(
        &self,
        name: &str,
        id: Option<i64>,
        path: &str,
        relation: &str,
        values: &[Value],
    ) -> Result<bool, Fault> {
        let mut parts = path.splitn(3, '.');
        let (field, linked, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let data_type = if field == "id" {
            "number"
        } else {
            match self.types.get(name).and_then(|known| known.fields.get(field)) {
                Some((data_type, _)) => data_type,
                None => return Err(Fault(103, format!("API read() {name}.{field} doesn't exist"))),
            }
        };
        let positive = [
            ("is_not", "is"),
            ("not_in", "in"),
            ("not_contains", "contains"),
            ("type_is_not", "type_is"),
            ("name_not_contains", "name_contains"),
            ("not_in_last", "in_last"),
            ("not_in_next", "in_next"),
        ]
        .into_iter()
        .find(|(negative, _)| *negative == relation)
        .map(|(_, positive)| positive);
        let links = |field: &str| -> Vec<Value> {
            let value = id.map(|id| self.value(name, id, field)).unwrap_or_default();
            let links = if data_type == "multi_entity" {
                value.as_array().cloned().unwrap_or_default()
            } else {
                vec![value]
            };
            links
                .into_iter()
                .filter(|link| self.target(link).is_some())
                .collect()
        };
        if let (Some(linked), Some(rest)) = (linked, rest) {
            let targets: Vec<i64> = links(field)
                .iter()
                .filter_map(|link| self.target(link))
                .filter(|(name, _)| *name == linked)
                .map(|(_, id)| id)
                .collect();
            if data_type != "multi_entity" {
                return self.condition(linked, targets.first().copied(), rest, relation, values);
            }
            let mut any = false;
            for id in targets {
                any |= self.condition(linked, Some(id), rest, positive.unwrap_or(relation), values)?;
            }
            return Ok(any != positive.is_some());
        }
        if let Some(positive) = positive {
            return Ok(!self.condition(name, id, path, positive, values)?);
        }
        if matches!(data_type, "entity" | "multi_entity") {
            let links = links(field);
            let is_null = links.is_empty();
            return Ok(match relation {
                "is" | "in" => values.iter().any(|value| {
                    value.is_null() && is_null
                        || links
                            .iter()
                            .any(|link| link["type"] == value["type"] && link["id"] == value["id"])
                }),
                "type_is" => values.iter().any(|value| {
                    value.is_null() && is_null || links.iter().any(|link| link["type"] == *value)
                }),
                relation => links.iter().any(|link| {
                    let shown = self.shown_link(link).unwrap_or_default();
                    let relation = relation.trim_start_matches("name_");
                    meets(&shown["name"], relation, values)
                }),
            });
        }
        let value = id.and_then(|id| self.shown(name, id, field)).unwrap_or_default();
        if relation.starts_with("in_calendar_") || matches!(relation, "in_last" | "in_next") {
            return Ok(calendar::meets(&value, relation, values, self.today));
        }
        Ok(meets(&value, relation, values))
    }
}

/// Whether a value meets a relation that is no negation.
fn meets(value: &Value, relation: &str, values: &[Value]) -> bool {
    let lower = |value: &Value| value.as_str().map(str::to_lowercase);
    let equal = |other: &Value| match (lower(value), lower(other)) {
        (Some(one), Some(other)) => one == other,
        _ => compare(value, other) == Ordering::Equal,
    };
    let text = |check: fn(&str, &str) -> bool| match (lower(value), lower(&values[0])) {
        (Some(text), Some(part)) => check(&text, &part),
        _ => false,
    };
    match relation {
        "is" | "in" => values.iter().any(equal),
        "contains" => text(|text, part| text.contains(part)),
        "starts_with" => text(|text, part| text.starts_with(part)),
        "ends_with" => text(|text, part| text.ends_with(part)),
        _ if value.is_null() => false,
        "less_than" => compare(value, &values[0]) == Ordering::Less,
        "greater_than" => compare(value, &values[0]) == Ordering::Greater,
        "between" => {
            compare(value, &values[0]) != Ordering::Less && compare(value, &values[1]) != Ordering::Greater
        }
        "not_between" => {
            compare(value, &values[0]) == Ordering::Less || compare(value, &values[1]) == Ordering::Greater
        }
        relation => panic!("no such relation: {relation}"),
    }
}

/// The order of two values: null after all others.
fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (one, other) => one
            .as_f64()
            .partial_cmp(&other.as_f64())
            .unwrap_or(Ordering::Equal),
    }
}
