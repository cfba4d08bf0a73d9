//! What entries of the event log say, into the tables, where it is certain that an entry is newer than the row.

use super::entity_writes::MARGIN;
use super::event_entry::{EventValue, SaidByEvent, SaidOfType, TouchedEntity};
use super::layout::{self, ACTIVE, NOT_ACTIVE};
use super::model::{CachedType, FieldClass};
use super::reply::{EntityLink, SaidValue};
use crate::error::Error;
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::quote;
use rustc_hash::FxHashSet;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What an entry says that a field of an entity became.
type SaidOfField<'a> = (i64, &'a SaidByEvent<'a>, &'a SaidValue);

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

/// It is older; `at` is when it was logged.
fn older(at: &str) -> String {
    format!("COALESCE({at} < t._stamp - {MARGIN}, false)")
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
        let mut values: BTreeMap<&str, Vec<SaidOfField>> = BTreeMap::new();
        // The field with which the last entry of an entity is noted, so that its row is written once.
        let mut last: BTreeMap<i64, &str> = BTreeMap::new();
        for (field, by_entity) in &said.fields {
            let (mut unfit, mut links) = (Vec::new(), Vec::new());
            for (id, said) in by_entity {
                match &said.value {
                    EventValue::Became(SaidValue::Unfit | SaidValue::Links(_)) => unfit.push((*id, said)),
                    EventValue::Became(value) => {
                        values.entry(field).or_default().push((*id, said, value));
                        if !is_noted_besides(field) {
                            last.insert(*id, field);
                        }
                    }
                    EventValue::Links(added, removed) => links.push((*id, said, added, removed)),
                }
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
        for is_last in [false, true] {
            for (field, values) in &values {
                let is_meant = |(id, ..): &&SaidOfField| (last.get(id) == Some(field)) == is_last;
                let values: Vec<SaidOfField> = values.iter().filter(is_meant).copied().collect();
                if !values.is_empty() {
                    self.set(field, &values, is_last.then_some(said))?;
                }
            }
        }
        self.note_events(said, |id| !last.contains_key(&id))
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

    /// Sets a field to what it became; notes the newest entry of each entity as well, if these are passed.
    fn set(&self, field: &str, values: &[SaidOfField], noted: Option<&SaidOfType>) -> Result<(), Error> {
        let class = if field == ACTIVE {
            FieldClass::Checkbox
        } else {
            self.cached.field(field).unwrap_or(FieldClass::Opaque)
        };
        let mut rows = String::from("[");
        for (id, said, value) in values {
            let separator = if rows.len() > 1 { "," } else { "" };
            // Writing to a String cannot fail. A moment has no letter that JSON escapes.
            let _ = write!(
                rows,
                "{separator}{{\"id\":{id},\"e\":{},\"at\":\"{}\"",
                said.event, said.at
            );
            match value {
                SaidValue::Plain(value) => {
                    let _ = write!(rows, ",\"v\":{value}");
                }
                SaidValue::Link(Some(link)) => {
                    let link_type = Value::from(link.entity_type.as_str());
                    let _ = write!(rows, ",\"v\":{link_type},\"w\":{}", link.id);
                }
                _ => {}
            }
            if let Some(touched) = noted.and_then(|noted| noted.entities.get(id)) {
                write_touched(&mut rows, touched);
            }
            rows.push('}');
        }
        rows.push(']');
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
        let (older, newer, differs) = (older("d.at"), newer(), differs.join(" OR "));
        let known = layout::is_known(field);
        let (changes, condition) = match noted {
            None => (
                format!(
                    "{}, _unknown = CASE WHEN {newer} THEN {} ELSE {} END, _received_at = clock_timestamp()",
                    changes.join(", "),
                    without(field),
                    with(field)
                ),
                format!(" AND NOT {older} AND ({newer} OR ({known} AND ({differs})))"),
            ),
            Some(_) => {
                let unknown = format!(
                    "CASE WHEN {older} THEN t._unknown WHEN {newer} THEN {} WHEN {known} AND ({differs}) THEN {} \
                     ELSE t._unknown END",
                    without(field),
                    with(field)
                );
                (
                    format!("{}, {}", changes.join(", "), self.noted_changes(unknown)),
                    String::new(),
                )
            }
        };
        dml::run_dml(
            &format!(
                "UPDATE {} AS t SET {changes} \
                 FROM jsonb_to_recordset($1) AS d(id bigint, e bigint, at timestamptz, {}, {TOUCHED}) \
                 WHERE t.id = d.id{condition}",
                self.table(),
                typed.join(", "),
            ),
            &[JsonbValue::parse(&rows)],
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
                older("d.at"),
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
                older("d.at"),
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

    /// Notes the newest entry of some entities.
    fn note_events(&self, said: &SaidOfType, is_meant: impl Fn(i64) -> bool) -> Result<(), Error> {
        let mut rows = String::from("[");
        for (id, touched) in said.entities.iter().filter(|(id, _)| is_meant(**id)) {
            let separator = if rows.len() > 1 { "," } else { "" };
            let _ = write!(rows, "{separator}{{\"id\":{id}");
            write_touched(&mut rows, touched);
            rows.push('}');
        }
        if rows.len() == 1 {
            return Ok(());
        }
        rows.push(']');
        dml::run_dml(
            &format!(
                "UPDATE {} AS t SET {} FROM jsonb_to_recordset($1) AS d(id bigint, {TOUCHED}) WHERE t.id = d.id",
                self.table(),
                self.noted_changes("t._unknown".to_owned())
            ),
            &[JsonbValue::parse(&rows)],
        )?;
        Ok(())
    }

    /// What notes the newest entry of a row, and what each change changes besides: who made it, and when. The fields that are
    /// not known are passed.
    fn noted_changes(&self, unknown: String) -> String {
        // An entity that an entry is about is there.
        let mut unknown = format!("NULLIF(array_remove({unknown}, '{NOT_ACTIVE}'), '{{}}')");
        let mut change = String::new();
        if self.cached.fields.contains_key(UPDATED_BY) {
            unknown = format!(
                "(SELECT CASE WHEN {} OR '{UPDATED_BY}' = ANY (u.u) THEN u.u ELSE COALESCE(u.u, '{{}}') || \
                 '{UPDATED_BY}'::text END FROM (SELECT {unknown} AS u OFFSET 0) AS u)",
                older("d.last_at")
            );
        }
        if self.cached.field(UPDATED_AT) == Some(FieldClass::Moment) {
            // The stamp is that of the moment when the entry was read: newer than the entry, and all that is needed.
            let set = "COALESCE(d.stamp >= t.updated_at, d.stamp IS NOT NULL)";
            change = format!("updated_at = CASE WHEN {set} THEN d.stamp ELSE t.updated_at END, ");
            unknown = format!(
                "(SELECT CASE WHEN {} THEN u.u WHEN {set} THEN NULLIF(array_remove(u.u, '{UPDATED_AT}'), '{{}}') \
                 WHEN '{UPDATED_AT}' = ANY (u.u) THEN u.u ELSE COALESCE(u.u, '{{}}') || '{UPDATED_AT}'::text END \
                 FROM (SELECT {unknown} AS u OFFSET 0) AS u)",
                older("d.last_at")
            );
        }
        format!(
            "{change}_unknown = {unknown}, _event_id = GREATEST(t._event_id, d.last), \
             _event_at = GREATEST(t._event_at, d.last_at), _received_at = clock_timestamp()"
        )
    }
}

/// The columns of the newest entry of an entity, and those that say so.
const TOUCHED: &str = "last bigint, last_at timestamptz, stamp timestamptz";
const UPDATED_AT: &str = "updated_at";
const UPDATED_BY: &str = "updated_by";

/// Whether a field is changed by noting an entry.
fn is_noted_besides(field: &str) -> bool {
    matches!(field, UPDATED_AT | UPDATED_BY)
}

/// The members of a row for the columns of [`TOUCHED`].
fn write_touched(rows: &mut String, touched: &TouchedEntity) {
    // Moments have no letter that JSON escapes.
    let _ = write!(rows, ",\"last\":{},\"last_at\":\"{}\"", touched.event, touched.at);
    if let Some(stamp) = touched.stamp {
        let _ = write!(rows, ",\"stamp\":\"{stamp}\"");
    }
}

fn links_of(links: &[EntityLink]) -> Value {
    links
        .iter()
        .map(|link| json!({"t": link.entity_type, "c": link.id}))
        .collect()
}
