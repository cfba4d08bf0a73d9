//! Rows of replies, checked: what of an entity the upstream has said, field by field, in the form of the tables. Pure.
//!
//! A value that does not fit its field's type is as if it had not been said; then the field is not known.

use super::error::CacheError;
use super::model::{CachedType, FieldClass};
use super::values::{is_date, is_moment};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a reply says of one entity.
#[derive(Debug, Default, Clone)]
pub(super) struct SaidOfEntity {
    pub(super) id: i64,
    pub(super) fields: BTreeMap<String, SaidValue>,
    /// `None` where it does not say.
    pub(super) active: Option<bool>,
    /// Its `updated_at`.
    pub(super) stamp: Option<String>,
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SaidValue {
    /// Of a field with one column.
    Plain(Value),
    Link(Option<EntityLink>),
    Links(Vec<EntityLink>),
    /// It cannot be stored.
    Unfit,
}

/// A link: type and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntityLink {
    pub(super) entity_type: String,
    pub(super) id: i64,
}

impl SaidOfEntity {
    /// What a row of a reply says.
    pub(super) fn from_row(
        cached: &CachedType,
        row: &Value,
        active: Option<bool>,
    ) -> Result<Self, CacheError> {
        let said = row
            .as_object()
            .and_then(|row| Self::read_object(cached, row, active));
        said.ok_or_else(|| CacheError::Reply {
            problem: "an entity of it is no object with an id".into(),
        })
    }

    fn read_object(cached: &CachedType, row: &Map<String, Value>, active: Option<bool>) -> Option<Self> {
        let mut said = Self {
            id: row.get("id")?.as_i64().filter(|id| *id > 0)?,
            active,
            ..Self::default()
        };
        for (name, value) in row {
            if name == "updated_at" {
                said.stamp = value.as_str().filter(|text| is_moment(text)).map(str::to_owned);
            }
            if let Some(field) = cached.fields.get(name) {
                let value = SaidValue::from_value(field.class(), &field.entity_types, value);
                said.fields.insert(name.clone(), value);
            }
        }
        Some(said)
    }
}

impl SaidValue {
    /// A value of a field of a class, which may link to some types (any, if there are none).
    pub(super) fn from_value(class: FieldClass, entity_types: &[String], value: &Value) -> Self {
        let fits = match (class, value) {
            (FieldClass::Opaque, _) => true,
            (FieldClass::Entity, Value::Null) => return Self::Link(None),
            (FieldClass::Entity, value) => {
                return EntityLink::from_value(value, entity_types)
                    .map_or(Self::Unfit, |link| Self::Link(Some(link)));
            }
            (FieldClass::MultiEntity, Value::Array(links)) => {
                let links: Option<Vec<EntityLink>> = links
                    .iter()
                    .map(|link| EntityLink::from_value(link, entity_types))
                    .collect();
                return links.map_or(Self::Unfit, |links| {
                    let mut once: Vec<EntityLink> = Vec::with_capacity(links.len());
                    for link in links {
                        if !once.contains(&link) {
                            once.push(link);
                        }
                    }
                    Self::Links(once)
                });
            }
            (FieldClass::Checkbox, value) => value.is_boolean(),
            (FieldClass::MultiEntity, _) => false,
            (_, Value::Null) => true,
            (FieldClass::Text, Value::String(text)) => !text.contains('\0'),
            (FieldClass::Integer, Value::Number(number)) => number.is_i64(),
            (FieldClass::Decimal, Value::Number(number)) => {
                number.as_f64().is_some_and(|value| value.abs() < 1e30)
            }
            (FieldClass::Date, Value::String(text)) => is_date(text),
            (FieldClass::Moment, Value::String(text)) => is_moment(text),
            _ => false,
        };
        let fits = fits && can_be_kept(value);
        if fits {
            Self::Plain(value.clone())
        } else {
            Self::Unfit
        }
    }
}

/// Whether all of a value can be kept: no text in it has a character that PostgreSQL cannot store, and no number was an
/// integer with more digits than a double has.
fn can_be_kept(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('\0'),
        Value::Number(number) => !number.is_f64() || number.as_f64().is_some_and(|value| value.abs() < 9e15),
        Value::Array(values) => values.iter().all(can_be_kept),
        Value::Object(members) => members
            .iter()
            .all(|(key, value)| !key.contains('\0') && can_be_kept(value)),
        _ => true,
    }
}

impl EntityLink {
    pub(super) fn from_value(value: &Value, entity_types: &[String]) -> Option<Self> {
        let entity_type = value.get("type")?.as_str()?;
        let id = value.get("id")?.as_i64()?;
        let may_link = entity_types.is_empty() || entity_types.iter().any(|known| known == entity_type);
        (may_link && !entity_type.contains('\0')).then(|| Self {
            entity_type: entity_type.to_owned(),
            id,
        })
    }
}

/// The entities in the results of a read.
pub(super) fn entities_of(results: &Value) -> Result<&Vec<Value>, CacheError> {
    let entities = results.get("entities").and_then(Value::as_array);
    entities.ok_or_else(|| CacheError::Reply {
        problem: "it has no \"entities\"".into(),
    })
}
