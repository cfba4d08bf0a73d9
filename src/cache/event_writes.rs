//! What entries of the event log say, into the tables, where it is certain that an entry is newer than the row.

use super::event_entry::{EventValue, SaidByEvent, SaidOfType};
use super::ingest::MARGIN;
use super::layout::{self, ACTIVE};
use super::model::{CachedType, FieldClass};
use super::reply::{EntityLink, SaidValue};
use crate::error::Error;
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::quote;
use rustc_hash::FxHashSet;
use serde_json::{Value, json};

/// Writes what entries say of a type.
pub(super) struct TypeEvents<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    pub(super) cached: &'a CachedType,
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

    pub(super) fn apply(&self, said: &SaidOfType) -> Result<(), Error> {
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
            dml::run_dml(
                &format!(
                    "UPDATE {} AS t SET _unknown = {} WHERE t._active IS NOT TRUE AND {}",
                    self.table(),
                    with(field),
                    layout::is_known(field)
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
        dml::run_dml(
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
        let columns = layout::field_columns(field, class);
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
        dml::run_dml(
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
                layout::is_known(field),
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
        dml::run_dml(
            &format!(
                "UPDATE {} AS t SET _unknown = {}, _received_at = clock_timestamp() \
                 FROM jsonb_to_recordset($1) AS d(id bigint, at timestamptz) WHERE t.id = d.id AND NOT {} AND {}",
                self.table(),
                with(field),
                older(),
                layout::is_known(field)
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
        let outcome = dml::run_dml(
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
                layout::is_known(field),
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
        dml::run_dml(
            &format!(
                "DELETE FROM {table} AS l USING jsonb_to_recordset($1) AS d(p bigint, t text, c bigint) \
                 WHERE l.parent_id = d.p AND l.child_type = d.t AND l.child_id = d.c"
            ),
            &[JsonbValue::parse(&Value::Array(removed).to_string())],
        )?;
        dml::run_dml(
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
        dml::run_dml(
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
