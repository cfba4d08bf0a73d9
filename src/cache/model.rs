//! What a cache holds: entity types of the upstream, their fields, and the settings. Pure.

use super::error::CacheError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The definition of a cache, as it is stored.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CacheDefinition {
    pub(crate) entity_types: BTreeMap<String, CachedType>,
    #[serde(default)]
    pub(crate) settings: CacheSettings,
}

/// An entity type.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CachedType {
    /// All but `id`.
    pub(crate) fields: BTreeMap<String, CachedField>,
    /// The field that links show as the entity's name.
    pub(crate) display: Option<String>,
    /// What of it is read in full: each a list of conditions. None: all of it.
    #[serde(default)]
    pub(crate) scopes: Vec<Vec<Value>>,
}

/// A field.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct CachedField {
    pub(crate) data_type: String,
    /// What it may link to. None: any type of the cache, and who knows what else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entity_types: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) indexed: bool,
}

/// How values of a field are stored and compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum FieldClass {
    Text,
    Integer,
    Decimal,
    Checkbox,
    Date,
    Moment,
    Entity,
    MultiEntity,
    /// Returned, never compared.
    Opaque,
}

impl FieldClass {
    fn from_data_type(data_type: &str) -> Option<Self> {
        Some(match data_type {
            "text" | "list" | "status_list" | "entity_type" | "color" | "uuid" => Self::Text,
            "number" | "duration" | "timecode" | "percent" => Self::Integer,
            "float" | "currency" => Self::Decimal,
            "checkbox" => Self::Checkbox,
            "date" => Self::Date,
            "date_time" => Self::Moment,
            "entity" => Self::Entity,
            "multi_entity" => Self::MultiEntity,
            "serializable" | "tag_list" => Self::Opaque,
            _ => return None,
        })
    }

    /// The type of its column; that of the id for a link.
    pub(crate) fn sql_type(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer | Self::Entity | Self::MultiEntity => "bigint",
            Self::Decimal => "numeric",
            Self::Checkbox => "boolean",
            Self::Date => "date",
            Self::Moment => "timestamptz",
            Self::Opaque => "jsonb",
        }
    }
}

/// How a cache behaves.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CacheSettings {
    /// Seconds since the event log was read, after which nothing is answered; null for no such limit.
    pub(crate) max_staleness: Option<f64>,
    /// How the upstream sorts texts and nulls. Without it, sorting by what has either is a miss.
    pub(crate) order: Option<UpstreamOrder>,
    /// How the upstream reads relative dates. Without it, conditions with them are misses.
    pub(crate) calendar: Option<UpstreamCalendar>,
    /// Names of scripts to which the upstream gives equal answers.
    pub(crate) equal_credentials: BTreeSet<String>,
    /// Seconds for which credentials count that the upstream has accepted.
    pub(crate) credential_lifetime: f64,
    /// The part of the hits that is asked upstream as well, from 0 to 1.
    pub(crate) shadow_fraction: f64,
    /// Whether a type whose answers differ is not answered until it has been scanned again.
    pub(crate) suspend_on_difference: bool,
    /// Seconds between scans for what has changed without an event.
    pub(crate) scan_interval: f64,
    /// Seconds for which an event is asked for whose number is missing.
    pub(crate) gap_patience: f64,
    /// Rows that one request of a scan asks for.
    pub(crate) page_size: i64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            max_staleness: Some(60.0),
            order: None,
            calendar: None,
            equal_credentials: BTreeSet::new(),
            credential_lifetime: 300.0,
            shadow_fraction: 0.0,
            suspend_on_difference: true,
            scan_interval: 300.0,
            gap_patience: 300.0,
            page_size: 500,
        }
    }
}

/// How the upstream sorts.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamOrder {
    /// A collation of this database.
    pub(crate) collation: String,
    /// Whether null comes before all values, or after them, in ascending order.
    pub(crate) nulls: NullOrder,
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NullOrder {
    First,
    Last,
}

/// How the upstream reads days, weeks and what is counted in them.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamCalendar {
    /// The time zone in which days begin, as PostgreSQL names it.
    pub(crate) time_zone: String,
    #[serde(default)]
    pub(crate) week_starts_on: WeekStart,
}

/// The first day of a week.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WeekStart {
    #[default]
    Monday,
    Sunday,
}

const FORM: &str = "{\"entity_types\": {\"Shot\": {\"fields\": {\"code\": \"text\", \"sg_sequence\": {\"data_type\": \
                    \"entity\", \"entity_types\": [\"Sequence\"]}}}}, \"settings\": {...}}";
const TYPES: &str = "Types that can be cached: text, list, status_list, entity_type, color, uuid, number, duration, \
                     timecode, percent, float, currency, checkbox, date, date_time, entity, multi_entity, serializable, \
                     tag_list.";

impl CachedField {
    pub(crate) fn class(&self) -> FieldClass {
        // Checked when the definition was read; what somebody else wrote into the table is returned, never compared.
        FieldClass::from_data_type(&self.data_type).unwrap_or(FieldClass::Opaque)
    }

    /// Whether it may link to entities of a type.
    pub(crate) fn may_link_to(&self, entity_type: &str) -> bool {
        let is_link = matches!(self.class(), FieldClass::Entity | FieldClass::MultiEntity);
        is_link
            && (self.entity_types.is_empty() || self.entity_types.iter().any(|known| known == entity_type))
    }

    /// Whether the upstream shows a value of a text field as it is, not by a name that it has for it.
    pub(crate) fn is_shown_as_it_is(&self) -> bool {
        matches!(self.data_type.as_str(), "text" | "list")
    }
}

impl CachedType {
    /// The field, or that of the id.
    pub(crate) fn field(&self, name: &str) -> Option<FieldClass> {
        if name == "id" {
            return Some(FieldClass::Integer);
        }
        self.fields.get(name).map(CachedField::class)
    }
}

impl CacheDefinition {
    /// The definition that a caller passes: fields by their types, or by names that the upstream's schema explains.
    pub(crate) fn from_json(document: &Value) -> Result<Self, CacheError> {
        let members = require_object(document, "the definition")?;
        known_keys(members, "the definition", &["entity_types", "settings", "schema"])?;
        let schema = members
            .get("schema")
            .map(|schema| schema.get("results").unwrap_or(schema));
        let types = require_object(
            members.get("entity_types").unwrap_or(&Value::Null),
            "\"entity_types\"",
        )?;
        let mut entity_types = BTreeMap::new();
        for (name, described) in types {
            entity_types.insert(name.clone(), read_type(name, described, schema)?);
        }
        let settings = match members.get("settings") {
            None => CacheSettings::default(),
            Some(settings) => read_settings(settings)?,
        };
        let definition = Self {
            entity_types,
            settings,
        };
        definition.check()?;
        Ok(definition)
    }

    /// The definition with the parts of a patch in place of its own; null takes a type or a field away.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, CacheError> {
        let members = require_object(patch, "the patch")?;
        known_keys(members, "the patch", &["entity_types", "settings", "schema"])?;
        let schema = members
            .get("schema")
            .map(|schema| schema.get("results").unwrap_or(schema));
        let mut changed = self.clone();
        let empty = Map::new();
        let types = match members.get("entity_types") {
            Some(types) => require_object(types, "\"entity_types\"")?,
            None => &empty,
        };
        for (name, described) in types {
            if described.is_null() {
                changed.entity_types.remove(name);
                continue;
            }
            let Some(known) = changed.entity_types.get_mut(name) else {
                let read = read_type(name, described, schema)?;
                changed.entity_types.insert(name.clone(), read);
                continue;
            };
            let mut without_null = described.clone();
            let gone: Vec<String> = match described.get("fields").and_then(Value::as_object) {
                Some(fields) => {
                    let gone: Vec<String> = fields
                        .iter()
                        .filter(|(_, field)| field.is_null())
                        .map(|(name, _)| name.clone())
                        .collect();
                    if let Some(fields) = without_null.get_mut("fields").and_then(Value::as_object_mut) {
                        fields.retain(|_, field| !field.is_null());
                    }
                    gone
                }
                None => Vec::new(),
            };
            let read = read_type(name, &without_null, schema)?;
            for field in gone {
                known.fields.remove(&field);
            }
            known.fields.extend(read.fields);
            if described.get("display").is_some() {
                known.display = read.display;
            }
            if described.get("scopes").is_some() {
                known.scopes = read.scopes;
            }
        }
        if let Some(settings) = members.get("settings") {
            let mut merged = serde_json::to_value(&changed.settings).unwrap_or_default();
            for (key, value) in require_object(settings, "\"settings\"")? {
                merged[key] = value.clone();
            }
            changed.settings = read_settings(&merged)?;
        }
        changed.check()?;
        Ok(changed)
    }

    /// What no single part can see: names of tables that collide, display fields and scopes of fields that are not there.
    fn check(&self) -> Result<(), CacheError> {
        let mut tables: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |table: String, place: String| {
            if table.len() > 63 {
                return Err(CacheError::Name {
                    problem: format!("the name of its table, \"{table}\", has more than 63 bytes"),
                    place,
                });
            }
            match tables.insert(table.clone(), place.clone()) {
                Some(other) => Err(CacheError::Name {
                    problem: format!("its table would be \"{table}\", as that of {other}"),
                    place,
                }),
                None => Ok(()),
            }
        };
        for (name, cached) in &self.entity_types {
            add(name.to_lowercase(), format!("type \"{name}\""))?;
            let mut columns = BTreeSet::new();
            for (field, described) in &cached.fields {
                let place = format!("field \"{name}.{field}\"");
                let own: Vec<String> = match described.class() {
                    FieldClass::MultiEntity => {
                        add(multi_table(name, field), place.clone())?;
                        Vec::new()
                    }
                    FieldClass::Entity => vec![format!("{field}__type"), format!("{field}__id")],
                    _ => vec![field.clone()],
                };
                for column in own {
                    if column.len() > 63 || !columns.insert(column.clone()) {
                        let problem = format!("its column \"{column}\" is too long, or another field's");
                        return Err(CacheError::Name { place, problem });
                    }
                }
            }
            if let Some(display) = &cached.display
                && cached.field(display) != Some(FieldClass::Text)
            {
                return Err(CacheError::Definition {
                    place: format!("type \"{name}\""),
                    problem: format!("its display field \"{display}\" is not a text field of it"),
                    hint: "Add the field, or pass another one as \"display\"; null for none.",
                });
            }
            for condition in cached.scopes.iter().flatten() {
                check_scope(name, cached, condition)?;
            }
        }
        Ok(())
    }
}

/// A condition of a scope compares a field of the type itself.
fn check_scope(name: &str, cached: &CachedType, condition: &Value) -> Result<(), CacheError> {
    let path = condition.get("path").and_then(Value::as_str);
    let relation = condition.get("relation").and_then(Value::as_str);
    let has_values = condition.get("values").is_some_and(Value::is_array);
    let is_known = path.is_some_and(|path| {
        cached.fields.contains_key(path) && cached.field(path) != Some(FieldClass::Opaque)
    });
    if is_known && has_values && matches!(relation, Some("is" | "in")) {
        return Ok(());
    }
    Err(CacheError::Definition {
        place: format!("a scope of type \"{name}\""),
        problem: format!("{condition} is no condition of a scope"),
        hint: "Pass {\"path\": a field of the type, \"relation\": \"is\" or \"in\", \"values\": [...]}.",
    })
}

/// The table of a multi-entity field.
pub(crate) fn multi_table(entity_type: &str, field: &str) -> String {
    format!("{}_{field}", entity_type.to_lowercase())
}

fn require_object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, CacheError> {
    value.as_object().ok_or_else(|| CacheError::Definition {
        place: place.to_owned(),
        problem: "it must be an object".to_owned(),
        hint: FORM,
    })
}

fn known_keys(members: &Map<String, Value>, place: &str, known: &[&str]) -> Result<(), CacheError> {
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(CacheError::Definition {
            place: place.to_owned(),
            problem: format!("unknown key \"{key}\""),
            hint: FORM,
        }),
        None => Ok(()),
    }
}

fn read_settings(settings: &Value) -> Result<CacheSettings, CacheError> {
    let invalid = |problem: String| CacheError::Definition {
        place: "\"settings\"".to_owned(),
        problem,
        hint: "The comment of msar.create_cache lists the settings.",
    };
    let read: CacheSettings =
        serde_json::from_value(settings.clone()).map_err(|error| invalid(error.to_string()))?;
    let is_duration = |seconds: f64| seconds.is_finite() && (0.0..1e9).contains(&seconds);
    let durations = [read.credential_lifetime, read.scan_interval, read.gap_patience];
    if !durations.into_iter().chain(read.max_staleness).all(is_duration) {
        return Err(invalid("a duration is not a number of seconds".to_owned()));
    }
    if !(0.0..=1.0).contains(&read.shadow_fraction) {
        return Err(invalid("\"shadow_fraction\" is not between 0 and 1".to_owned()));
    }
    if !(1..=5000).contains(&read.page_size) {
        return Err(invalid("\"page_size\" is not between 1 and 5000".to_owned()));
    }
    Ok(read)
}

/// Names that can be types: letters and digits.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_field_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && name != "type"
}

fn read_type(name: &str, described: &Value, schema: Option<&Value>) -> Result<CachedType, CacheError> {
    let place = format!("type \"{name}\"");
    if !is_type_name(name) {
        let problem = "the name of a type is letters and digits".to_owned();
        return Err(CacheError::Name { place, problem });
    }
    let members = require_object(described, &place)?;
    known_keys(members, &place, &["fields", "display", "scopes"])?;
    let upstream = schema.and_then(|schema| schema.get(name));
    let mut fields = BTreeMap::new();
    match members.get("fields") {
        Some(Value::Object(given)) => {
            for (field, described) in given {
                fields.insert(field.clone(), read_field(name, field, described)?);
            }
        }
        Some(Value::Array(names)) => {
            for field in names {
                let field = field.as_str().unwrap_or_default();
                let Some(answer) = upstream.and_then(|fields| fields.get(field)) else {
                    return Err(CacheError::Definition {
                        place,
                        problem: format!("the schema says nothing about field \"{field}\""),
                        hint: "Pass the reply to schema_read as \"schema\", or the field's type.",
                    });
                };
                fields.insert(field.to_owned(), read_field(name, field, &from_schema(answer))?);
            }
        }
        None => {}
        Some(_) => {
            return Err(CacheError::Definition {
                place,
                problem: "\"fields\" must be an object, or an array of names".to_owned(),
                hint: FORM,
            });
        }
    }
    // `id` is always there.
    fields.remove("id");
    let display = match members.get("display") {
        None => default_display(name).filter(|field| {
            fields
                .get(*field)
                .is_some_and(|known| known.class() == FieldClass::Text)
        }),
        Some(display) => display.as_str(),
    };
    let mut scopes = Vec::new();
    if let Some(given) = members.get("scopes") {
        let lists = given.as_array().map(|lists| {
            lists
                .iter()
                .map(|list| list.as_array().cloned())
                .collect::<Option<Vec<_>>>()
        });
        scopes = lists.flatten().ok_or_else(|| CacheError::Definition {
            place,
            problem: "\"scopes\" must be an array of arrays of conditions".to_owned(),
            hint: "[[{\"path\": \"project\", \"relation\": \"is\", \"values\": [{\"type\": \"Project\", \"id\": 4}]}]]",
        })?;
    }
    Ok(CachedType {
        display: display.map(str::to_owned),
        fields,
        scopes,
    })
}

/// The field by which the upstream names entities of a type in links.
fn default_display(name: &str) -> Option<&'static str> {
    Some(match name {
        "Project" | "HumanUser" => "name",
        "Task" | "Reply" => "content",
        "Note" => "subject",
        "Ticket" | "Delivery" => "title",
        _ => "code",
    })
}

/// What the upstream's schema says of a field.
fn from_schema(answer: &Value) -> Value {
    let data_type = answer.pointer("/data_type/value").cloned().unwrap_or_default();
    let links = answer.pointer("/properties/valid_types/value");
    match links {
        Some(links) if links.is_array() => {
            serde_json::json!({"data_type": data_type, "entity_types": links})
        }
        _ => serde_json::json!({"data_type": data_type}),
    }
}

fn read_field(entity_type: &str, field: &str, described: &Value) -> Result<CachedField, CacheError> {
    let place = format!("field \"{entity_type}.{field}\"");
    if !is_field_name(field) {
        let problem = "the name of a field begins with a small letter".to_owned();
        return Err(CacheError::Name { place, problem });
    }
    if field.contains("current_user") {
        let problem = "its value depends on the caller".to_owned();
        return Err(CacheError::Name { place, problem });
    }
    let invalid = |problem: String| CacheError::Definition {
        place: place.clone(),
        problem,
        hint: TYPES,
    };
    let read = match described {
        Value::String(data_type) => CachedField {
            data_type: data_type.clone(),
            entity_types: Vec::new(),
            indexed: false,
        },
        described => {
            known_keys(
                require_object(described, &place)?,
                &place,
                &["data_type", "entity_types", "indexed"],
            )?;
            serde_json::from_value(described.clone()).map_err(|error| invalid(error.to_string()))?
        }
    };
    if FieldClass::from_data_type(&read.data_type).is_none() {
        return Err(invalid(format!(
            "fields of type \"{}\" cannot be cached",
            read.data_type
        )));
    }
    if let Some(wrong) = read.entity_types.iter().find(|name| !is_type_name(name)) {
        return Err(invalid(format!("\"{wrong}\" is no type")));
    }
    Ok(read)
}
