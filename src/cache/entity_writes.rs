//! Entities of replies, into the tables.
//!
//! A row is overwritten only by what is newer: a reply to a request that was sent after everything of the row had been
//! received, or one whose `updated_at` is later. Of two replies that overlap in time and differ, nobody knows which is
//! newer: then the fields are no longer known, until they are read again. All moments but `updated_at` are of the
//! database's clock.

use super::layout::{self, ACTIVE, NOT_ACTIVE};
use super::model::{CacheDefinition, CachedType, FieldClass};
use super::reply::{EntityLink, SaidOfEntity, SaidValue};
use crate::error::Error;
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::quote;
use rustc_hash::FxHashSet;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How much later an event may be logged than the change that it tells of, by the upstream's clock, which has seconds.
pub(super) const MARGIN: &str = "interval '2 seconds'";

/// Which fields a row says, and which it says in a form that cannot be stored.
type SaidFields<'a> = (Vec<&'a str>, Vec<&'a str>);

/// Stores what is said of entities of a type. Returns how many were new or newer.
///
/// Links to a retired entity may be left out of replies, so its revival brings links back that nobody has told of.
pub(super) fn store_said(
    schema: &str,
    definition: &CacheDefinition,
    name: &str,
    said: &[SaidOfEntity],
    asked_at: Option<&str>,
) -> Result<usize, Error> {
    let Some(cached) = definition.entity_types.get(name) else {
        return Ok(0);
    };
    let active: Vec<i64> = said
        .iter()
        .filter(|said| said.active == Some(true))
        .map(|said| said.id)
        .collect();
    let active = serde_json::to_string(&active).map_err(Error::Serialization)?;
    let revived = dml::run_dml(
        &format!(
            "SELECT t.id::text FROM {} AS t WHERE t._active IS NOT TRUE AND NOT t._active AND t.id = ANY (ARRAY(SELECT \
             v::bigint FROM jsonb_array_elements_text($1) AS v)) LIMIT 1",
            layout::table(schema, name)
        ),
        &[JsonbValue::parse(&active)],
    )?;
    let stored = store_entities(schema, name, cached, said, asked_at)?;
    if revived.processed > 0 {
        doubt_links(schema, definition, name)?;
    }
    Ok(stored)
}

/// Takes links to entities of a type out of what is known, where a reply may have left one out.
pub(super) fn doubt_links(schema: &str, definition: &CacheDefinition, linked: &str) -> Result<(), Error> {
    for (name, cached) in &definition.entity_types {
        for (field, described) in &cached.fields {
            let types = &described.entity_types;
            if !types.is_empty() && !types.iter().any(|known| known == linked) {
                continue;
            }
            let condition = match described.class() {
                FieldClass::MultiEntity => "true".to_owned(),
                FieldClass::Entity => format!("t.{} IS NULL", quote::identifier(&format!("{field}__id"))),
                _ => continue,
            };
            let literal = quote::literal(field);
            dml::run_dml(
                &format!(
                    "UPDATE {} AS t SET _unknown = COALESCE(t._unknown, '{{}}') || {literal}::text, \
                     _received_at = clock_timestamp() \
                     WHERE COALESCE({literal} <> ALL (t._unknown), true) AND {condition}",
                    layout::table(schema, name)
                ),
                &[],
            )?;
        }
    }
    Ok(())
}

/// Stores entities of one type. Returns how many were new or newer.
fn store_entities(
    schema: &str,
    name: &str,
    cached: &CachedType,
    said: &[SaidOfEntity],
    asked_at: Option<&str>,
) -> Result<usize, Error> {
    let mut groups: BTreeMap<SaidFields, Vec<&SaidOfEntity>> = BTreeMap::new();
    for entity in said {
        let (unfit, fit): (Vec<_>, Vec<_>) = entity
            .fields
            .iter()
            .partition(|(_, value)| **value == SaidValue::Unfit);
        let fit: Vec<&str> = fit.into_iter().map(|(name, _)| name.as_str()).collect();
        let unfit: Vec<&str> = unfit.into_iter().map(|(name, _)| name.as_str()).collect();
        groups.entry((fit, unfit)).or_default().push(entity);
    }
    let mut stored = 0;
    for ((fit, unfit), entities) in groups {
        let group = EntityGroup {
            table: layout::table(schema, name),
            schema,
            name,
            cached,
            fit,
            unfit,
        };
        stored += group.store(&entities, asked_at)?;
    }
    Ok(stored)
}

/// Entities of which the same fields are said.
struct EntityGroup<'a> {
    table: String,
    schema: &'a str,
    name: &'a str,
    cached: &'a CachedType,
    fit: Vec<&'a str>,
    unfit: Vec<&'a str>,
}

impl EntityGroup<'_> {
    fn class(&self, field: &str) -> FieldClass {
        self.cached.field(field).unwrap_or(FieldClass::Opaque)
    }

    fn store(&self, entities: &[&SaidOfEntity], asked_at: Option<&str>) -> Result<usize, Error> {
        let rows = JsonbValue::parse(&self.rows(entities, false));
        let asked = JsonbValue::parse(&json!({"asked_at": asked_at}).to_string());
        let outcome = dml::run_dml(&self.upsert(), &[rows, asked])?;
        let stored: FxHashSet<i64> = outcome
            .returned
            .iter()
            .flatten()
            .filter_map(|id| id.parse().ok())
            .collect();
        for field in &self.fit {
            if self.class(field) == FieldClass::MultiEntity && !stored.is_empty() {
                self.store_links(field, entities, &stored)?;
            }
        }
        if stored.len() < entities.len() {
            let rest: Vec<&SaidOfEntity> = entities
                .iter()
                .copied()
                .filter(|entity| !stored.contains(&entity.id))
                .collect();
            dml::run_dml(&self.doubt(), &[JsonbValue::parse(&self.rows(&rest, true))])?;
        }
        Ok(stored.len())
    }

    /// The entities as a JSON array of rows; with the links of each field as one text, if these are to be compared.
    fn rows(&self, entities: &[&SaidOfEntity], with_links: bool) -> String {
        let mut text = String::with_capacity(entities.len() * 200);
        text.push('[');
        for (at, entity) in entities.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            // Writing to a String cannot fail.
            let _ = write!(text, "{{\"id\":{}", entity.id);
            for field in &self.fit {
                match entity.fields.get(*field) {
                    Some(SaidValue::Plain(value)) => {
                        let _ = write!(text, ",\"{field}\":{value}");
                    }
                    Some(SaidValue::Link(Some(link))) => {
                        let _ = write!(
                            text,
                            ",\"{field}__type\":{},\"{field}__id\":{}",
                            Value::from(link.entity_type.as_str()),
                            link.id
                        );
                    }
                    Some(SaidValue::Links(links)) if with_links => {
                        let _ = write!(text, ",\"{field}__key\":{}", Value::from(key_of(links)));
                    }
                    _ => {}
                }
            }
            if let Some(active) = entity.active {
                let _ = write!(text, ",\"_active\":{active}");
            }
            if let Some(stamp) = &entity.stamp {
                let _ = write!(text, ",\"_stamp\":\"{stamp}\"");
            }
            text.push('}');
        }
        text.push(']');
        text
    }

    /// The columns of the fields that are said, with their types.
    fn columns(&self) -> Vec<(String, &'static str)> {
        self.fit
            .iter()
            .flat_map(|field| layout::field_columns(field, self.class(field)))
            .collect()
    }

    /// The rows of the parameter, as a table `d`.
    fn recordset(&self) -> String {
        let mut columns = String::from("id bigint, _active boolean, _stamp timestamptz");
        for (column, sql_type) in self.columns() {
            let _ = write!(columns, ", {} {sql_type}", quote::identifier(&column));
        }
        for field in &self.fit {
            if self.class(field) == FieldClass::MultiEntity {
                let _ = write!(columns, ", {} text", quote::identifier(&format!("{field}__key")));
            }
        }
        format!("jsonb_to_recordset($1) AS d({columns})")
    }

    fn upsert(&self) -> String {
        let columns: Vec<String> = self
            .columns()
            .iter()
            .map(|(column, _)| quote::identifier(column))
            .collect();
        let (mut names, mut values, mut changes) = (String::new(), String::new(), String::new());
        for column in &columns {
            let _ = write!(names, ", {column}");
            let _ = write!(values, ", d.{column}");
            let _ = write!(changes, "{column} = excluded.{column}, ");
        }
        let list = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| quote::literal(name)).collect();
            format!("ARRAY[{}]::text[]", names.join(", "))
        };
        let missing: Vec<&str> = self
            .cached
            .fields
            .keys()
            .map(String::as_str)
            .filter(|field| !self.fit.contains(field))
            .collect();
        let is_full = missing.is_empty();
        let (given, missing, unfit) = (list(&self.fit), list(&missing), list(&self.unfit));
        format!(
            "INSERT INTO {} AS t (id{names}, _active, _unknown, _stamp, _received_at) \
             SELECT d.id{values}, d._active, NULLIF({missing} || CASE WHEN d._active IS NULL THEN ARRAY['{ACTIVE}'] ELSE \
             '{{}}' END, '{{}}'), d._stamp, clock_timestamp() FROM {} \
             ON CONFLICT (id) DO UPDATE SET {changes}_active = COALESCE(excluded._active, t._active), \
             _unknown = {}, _stamp = {}, _received_at = excluded._received_at \
             WHERE (SELECT ($2->>'asked_at')::timestamptz) > t._received_at \
             OR (excluded._stamp > t._stamp AND (excluded._stamp > t._event_at + {MARGIN}) IS NOT FALSE) \
             RETURNING t.id::text",
            self.table,
            self.recordset(),
            if self.unfit.is_empty() {
                format!(
                    "CASE WHEN t._unknown IS NOT NULL THEN NULLIF(ARRAY(SELECT u FROM unnest(t._unknown) AS u WHERE u <> ALL \
                     ({given}) AND NOT (u IN ('{ACTIVE}', '{NOT_ACTIVE}') AND excluded._active IS NOT NULL)), '{{}}') END"
                )
            } else {
                format!(
                    "ARRAY(SELECT u FROM unnest(t._unknown) AS u WHERE u <> ALL ({given} || {unfit}) \
                     AND NOT (u IN ('{ACTIVE}', '{NOT_ACTIVE}') AND excluded._active IS NOT NULL)) || {unfit}"
                )
            },
            if is_full { "excluded._stamp" } else { "NULL" },
        )
    }

    /// Takes fields that differ out of what is known, where it is not known which value is newer.
    fn doubt(&self) -> String {
        let mut differs = vec![format!(
            "CASE WHEN t._active IS DISTINCT FROM COALESCE(d._active, t._active) THEN '{ACTIVE}' END"
        )];
        for field in &self.fit {
            let condition = match self.class(field) {
                FieldClass::MultiEntity => format!(
                    "{} IS DISTINCT FROM d.{}",
                    links_key(&layout::links(self.schema, self.name, field), "t.id"),
                    quote::identifier(&format!("{field}__key"))
                ),
                class => layout::field_columns(field, class)
                    .iter()
                    .map(|(column, _)| {
                        let column = quote::identifier(column);
                        format!("t.{column} IS DISTINCT FROM d.{column}")
                    })
                    .collect::<Vec<_>>()
                    .join(" OR "),
            };
            differs.push(format!(
                "CASE WHEN {} AND ({condition}) THEN {} END",
                layout::is_known(field),
                quote::literal(field)
            ));
        }
        for field in &self.unfit {
            differs.push(format!(
                "CASE WHEN {} THEN {} END",
                layout::is_known(field),
                quote::literal(field)
            ));
        }
        format!(
            "UPDATE {0} AS t SET _unknown = COALESCE(t._unknown, '{{}}') || x.differs, _received_at = clock_timestamp() \
             FROM (SELECT d.id, array_remove(ARRAY[{1}]::text[], NULL) AS differs FROM {2} JOIN {0} AS t ON t.id = d.id \
             WHERE (d._stamp < t._stamp) IS NOT TRUE) AS x \
             WHERE t.id = x.id AND x.differs <> '{{}}'",
            self.table,
            differs.join(", "),
            self.recordset()
        )
    }

    /// Replaces the links of the entities that were stored.
    fn store_links(
        &self,
        field: &str,
        entities: &[&SaidOfEntity],
        stored: &FxHashSet<i64>,
    ) -> Result<(), Error> {
        let (mut rows, mut ids) = (String::from("["), Vec::new());
        for entity in entities.iter().filter(|entity| stored.contains(&entity.id)) {
            ids.push(entity.id);
            if let Some(SaidValue::Links(links)) = entity.fields.get(field) {
                for (at, link) in links.iter().enumerate() {
                    let separator = if rows.len() > 1 { "," } else { "" };
                    let _ = write!(
                        rows,
                        "{separator}{{\"p\":{},\"t\":{},\"c\":{},\"n\":{at}}}",
                        entity.id,
                        Value::from(link.entity_type.as_str()),
                        link.id
                    );
                }
            }
        }
        rows.push(']');
        let statement = format!(
            "WITH d AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS d(p bigint, t text, c bigint, n integer)), \
             gone AS (DELETE FROM {0} AS l WHERE l.parent_id = ANY (ARRAY(SELECT v::bigint FROM \
             jsonb_array_elements_text($2) AS v)) AND NOT EXISTS (SELECT FROM d WHERE d.p = l.parent_id AND d.t = \
             l.child_type AND d.c = l.child_id)) \
             INSERT INTO {0} AS l (parent_id, child_type, child_id, _position) SELECT p, t, c, n FROM d \
             WHERE NOT EXISTS (SELECT FROM {0} AS k WHERE k.parent_id = d.p AND k.child_type = d.t AND k.child_id = d.c \
             AND k._position = d.n) ON CONFLICT (parent_id, child_type, child_id) DO UPDATE SET _position = excluded._position \
             WHERE l._position <> excluded._position",
            layout::links(self.schema, self.name, field)
        );
        let ids = serde_json::to_string(&ids).map_err(Error::Serialization)?;
        dml::run_dml(&statement, &[JsonbValue::parse(&rows), JsonbValue::parse(&ids)])?;
        Ok(())
    }
}

/// Links as one text, whatever their order.
fn key_of(links: &[EntityLink]) -> String {
    let mut sorted: Vec<&EntityLink> = links.iter().collect();
    sorted.sort();
    let parts: Vec<String> = sorted
        .iter()
        .map(|link| format!("{}:{}", link.entity_type, link.id))
        .collect();
    parts.join(",")
}

/// The same of the links that are stored.
fn links_key(links: &str, parent: &str) -> String {
    format!(
        "(SELECT COALESCE(string_agg(l.child_type || ':' || l.child_id, ',' ORDER BY l.child_type COLLATE \"C\", l.child_id), \
         '') FROM {links} AS l WHERE l.parent_id = {parent})"
    )
}
