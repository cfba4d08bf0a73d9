//! Entries of the upstream's event log, and what they say: what values became, type by type.

use super::layout::ACTIVE;
use super::model::{CachedType, FieldClass};
use super::reply::{EntityLink, SaidValue};
use super::values::is_moment;
use rustc_hash::FxHashSet;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An entry, as far as it matters.
pub(super) struct EventEntry<'a> {
    pub(super) id: i64,
    pub(super) at: &'a str,
    pub(super) entity_type: &'a str,
    pub(super) action: &'a str,
    pub(super) attribute: Option<&'a str>,
    pub(super) entity: Option<EntityLink>,
    pub(super) meta: Option<&'a Map<String, Value>>,
    pub(super) row: &'a Map<String, Value>,
}

impl<'a> EventEntry<'a> {
    pub(super) fn from_row(row: &'a Value) -> Option<Self> {
        let row = row.as_object()?;
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let (entity_type, action) = text("event_type")?.strip_prefix("Shotgun_")?.rsplit_once('_')?;
        Some(Self {
            id: row.get("id")?.as_i64()?,
            at: text("created_at").filter(|at| is_moment(at))?,
            entity_type,
            action,
            attribute: text("attribute_name"),
            entity: row
                .get("entity")
                .and_then(|link| EntityLink::from_value(link, &[])),
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
pub(super) struct SaidOfType<'a> {
    /// By entity: the newest entry, and the entity's stamp when the entry was read.
    pub(super) entities: BTreeMap<i64, TouchedEntity<'a>>,
    /// By field, `_active` among them, and entity.
    pub(super) fields: BTreeMap<&'a str, BTreeMap<i64, SaidByEvent<'a>>>,
    /// Multi-entity fields of retired entities that an entry does not name.
    pub(super) lost: FxHashSet<&'a str>,
    pub(super) has_revival: bool,
}

pub(super) struct TouchedEntity<'a> {
    pub(super) event: i64,
    pub(super) at: &'a str,
    pub(super) stamp: Option<&'a str>,
}

pub(super) struct SaidByEvent<'a> {
    pub(super) event: i64,
    pub(super) at: &'a str,
    pub(super) value: EventValue,
}

pub(super) enum EventValue {
    Became(SaidValue),
    /// Links that were added, and that were removed.
    Links(Vec<EntityLink>, Vec<EntityLink>),
}

/// Takes an entry in. Returns whether it means something.
pub(super) fn take_entry<'a>(
    said: &mut SaidOfType<'a>,
    cached: &'a CachedType,
    entry: &EventEntry<'a>,
) -> bool {
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
                            .map(|link| EntityLink::from_value(link, &field.entity_types))
                            .collect()
                    };
                    match (links("added"), links("removed")) {
                        (Some(added), Some(removed)) => EventValue::Links(added, removed),
                        _ => EventValue::Became(SaidValue::Unfit),
                    }
                } else {
                    let new = entry.meta.and_then(|meta| meta.get("new_value"));
                    EventValue::Became(new.map_or(SaidValue::Unfit, |new| {
                        SaidValue::from_value(class, &field.entity_types, new)
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
