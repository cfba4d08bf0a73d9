//! The other sides of links that a write has changed.
//!
//! The upstream shows many links from both sides: a task's shot among the shot's tasks. Writing one side changes the other,
//! which the reply does not say. An event tells later, and until it comes nothing may be answered from what has changed.
//! Which fields show one link is not documented. So every field that may link back counts where it does not agree with the
//! write, and is not known until it is read again. Whoever is linked by one entity at most is taken from the one that had
//! it: if exactly one other entity links to it by the same field, that field is not known either.

use super::layout;
use super::model::{CacheDefinition, FieldClass};
use super::reply::EntityLink;
use crate::error::Error;
use crate::pg::dml;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::quote;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Links that writes have set: by type, field and entity.
#[derive(Default)]
pub(super) struct WrittenLinks(BTreeMap<(String, String), BTreeMap<i64, Vec<EntityLink>>>);

/// What writes have changed of a field of links.
pub(super) struct ChangedLinks {
    entity_type: String,
    field: String,
    /// Links that are there now, and those of them that are new.
    written: Vec<(i64, EntityLink)>,
    added: Vec<(i64, EntityLink)>,
    /// Links that are not there any more.
    removed: Vec<(i64, EntityLink)>,
    /// Entities whose links were not known before.
    unclear: Vec<i64>,
    /// Entities from which links may have been taken.
    former_owners: Vec<i64>,
}

/// The links that an entity had.
#[derive(Deserialize)]
struct FormerLinks {
    id: i64,
    links: Vec<FormerLink>,
}

#[derive(Deserialize)]
struct FormerLink {
    t: String,
    c: i64,
}

impl WrittenLinks {
    /// Notes what a write has made of a field.
    pub(super) fn note(&mut self, entity_type: &str, id: i64, field: &str, value: &Value) {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let links = values.iter().filter_map(|link| EntityLink::from_value(link, &[]));
        let written = self
            .0
            .entry((entity_type.to_owned(), field.to_owned()))
            .or_default();
        written.insert(id, links.collect());
    }

    /// What changes: to be found before the write is stored.
    pub(super) fn find_changes(
        self,
        schema: &str,
        definition: &CacheDefinition,
    ) -> Result<Vec<ChangedLinks>, Error> {
        let mut changes = Vec::new();
        for ((entity_type, field), written) in self.0 {
            let Some(class) = definition
                .entity_types
                .get(&entity_type)
                .and_then(|known| known.field(&field))
            else {
                continue;
            };
            let ids: Vec<i64> = written.keys().copied().collect();
            let former = find_former_links(schema, &entity_type, &field, class, &ids)?;
            let mut changed = ChangedLinks {
                entity_type,
                field,
                written: Vec::new(),
                added: Vec::new(),
                removed: Vec::new(),
                unclear: Vec::new(),
                former_owners: Vec::new(),
            };
            for (id, links) in written {
                match former.get(&id) {
                    None => changed.unclear.push(id),
                    Some(former) => {
                        let gone = former.iter().filter(|link| !links.contains(link));
                        changed.removed.extend(gone.map(|link| (id, link.clone())));
                    }
                }
                for link in links {
                    if former.get(&id).is_none_or(|former| !former.contains(&link)) {
                        changed.added.push((id, link.clone()));
                    }
                    changed.written.push((id, link));
                }
            }
            if class == FieldClass::MultiEntity {
                changed.former_owners = changed.find_former_owners(schema)?;
            }
            changes.push(changed);
        }
        Ok(changes)
    }
}

/// The links that entities have by a field, as far as they are known.
fn find_former_links(
    schema: &str,
    entity_type: &str,
    field: &str,
    class: FieldClass,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<EntityLink>>, Error> {
    let links = match class {
        FieldClass::MultiEntity => format!(
            "(SELECT COALESCE(jsonb_agg(jsonb_build_object('t', l.child_type, 'c', l.child_id)), '[]') FROM {} AS l \
             WHERE l.parent_id = t.id)",
            layout::links(schema, entity_type, field)
        ),
        _ => {
            let (link_type, link_id) = layout::link_columns("t", field);
            format!(
                "CASE WHEN {link_id} IS NULL THEN '[]' ELSE \
                 jsonb_build_array(jsonb_build_object('t', {link_type}, 'c', {link_id})) END"
            )
        }
    };
    let found = dml::run_dml(
        &format!(
            "SELECT jsonb_build_object('id', t.id, 'links', {links})::text FROM {} AS t \
             WHERE t.id = ANY (ARRAY(SELECT v::bigint FROM jsonb_array_elements_text($1) AS v)) AND {}",
            layout::table(schema, entity_type),
            layout::is_known(field)
        ),
        &[JsonbValue::parse(&json!(ids).to_string())],
    )?;
    let mut former = BTreeMap::new();
    for text in found.returned.into_iter().flatten() {
        let read: FormerLinks = serde_json::from_str(&text).map_err(Error::Serialization)?;
        let links = read.links.into_iter().map(|link| EntityLink {
            entity_type: link.t,
            id: link.c,
        });
        former.insert(read.id, links.collect());
    }
    Ok(former)
}

impl ChangedLinks {
    /// The entities from which new links may have been taken: each the only other one that has the link. Where two have it,
    /// the field does not take links away.
    fn find_former_owners(&self, schema: &str) -> Result<Vec<i64>, Error> {
        let rows: Vec<Value> = self
            .added
            .iter()
            .map(|(id, link)| json!({"p": id, "t": link.entity_type, "c": link.id}))
            .collect();
        let table = layout::table(schema, &self.entity_type);
        let found = dml::run_dml(
            &format!(
                "SELECT min(o.id)::text FROM jsonb_to_recordset($1) AS d(p bigint, t text, c bigint) \
                 JOIN {} AS l ON l.child_id = d.c AND l.child_type = d.t AND l.parent_id <> d.p \
                 JOIN {table} AS o ON o.id = l.parent_id AND COALESCE({} <> ALL (o._unknown), true) \
                 GROUP BY d.p, d.t, d.c HAVING count(*) = 1",
                layout::links(schema, &self.entity_type, &self.field),
                quote::literal(&self.field)
            ),
            &[JsonbValue::parse(&Value::Array(rows).to_string())],
        )?;
        let ids = found.returned.iter().flatten();
        Ok(ids.filter_map(|id| id.parse().ok()).collect())
    }

    /// Takes fields that may show the same links, and do not, out of what is known. The write has been stored.
    pub(super) fn doubt_other_sides(&self, schema: &str, definition: &CacheDefinition) -> Result<(), Error> {
        let field = |name: &str, field: &str| definition.entity_types.get(name)?.fields.get(field);
        let Some(written) = field(&self.entity_type, &self.field) else {
            return Ok(());
        };
        if written.class() == FieldClass::MultiEntity {
            self.doubt_owners(schema)?;
        }
        for (name, cached) in &definition.entity_types {
            if !written.may_link_to(name) {
                continue;
            }
            for (other, described) in &cached.fields {
                let class = described.class();
                // The other side of a single link is always several ones.
                let may_be_shown = class == FieldClass::MultiEntity
                    || (class == FieldClass::Entity && written.class() == FieldClass::MultiEntity);
                if may_be_shown && described.may_link_to(&self.entity_type) {
                    self.doubt_other_side(schema, name, other, class)?;
                }
            }
        }
        Ok(())
    }

    /// Takes the field out of what is known of the entities from which links may have been taken, and of those to which a
    /// batch has given one link in turn.
    fn doubt_owners(&self, schema: &str) -> Result<(), Error> {
        let mut owners: BTreeMap<&EntityLink, Vec<i64>> = BTreeMap::new();
        for (id, link) in &self.written {
            owners.entry(link).or_default().push(*id);
        }
        let mut ids: Vec<i64> = owners
            .into_values()
            .filter(|ids| ids.len() > 1)
            .flatten()
            .collect();
        let is_written = |id: &i64| self.written.iter().any(|(written, _)| written == id);
        ids.extend(self.former_owners.iter().filter(|id| !is_written(id)));
        if ids.is_empty() {
            return Ok(());
        }
        dml::run_dml(
            &format!(
                "UPDATE {} AS t SET {} WHERE t.id = ANY (ARRAY(SELECT v::bigint FROM jsonb_array_elements_text($1) AS v)) AND {}",
                layout::table(schema, &self.entity_type),
                doubt_sql(&self.field),
                layout::is_known(&self.field)
            ),
            &[JsonbValue::parse(&json!(ids).to_string())],
        )?;
        Ok(())
    }

    fn doubt_other_side(
        &self,
        schema: &str,
        name: &str,
        field: &str,
        class: FieldClass,
    ) -> Result<(), Error> {
        let row = |(id, link): &(i64, EntityLink), is_there: bool| {
            (link.entity_type == name).then(|| json!({"p": id, "c": link.id, "n": is_there}))
        };
        let added = self.added.iter().filter_map(|change| row(change, true));
        let removed = self.removed.iter().filter_map(|change| row(change, false));
        let changes: Vec<Value> = added.chain(removed).collect();
        if changes.is_empty() && self.unclear.is_empty() {
            return Ok(());
        }
        let back_to = quote::literal(&self.entity_type);
        let (shows, all) = if class == FieldClass::MultiEntity {
            let links = layout::links(schema, name, field);
            (
                format!(
                    "EXISTS (SELECT FROM {links} AS l WHERE l.parent_id = t.id AND l.child_type = {back_to} AND l.child_id = d.p)"
                ),
                format!(
                    "SELECT l.child_id AS p, l.parent_id AS c FROM {links} AS l JOIN unclear AS u \
                     ON l.child_type = {back_to} AND l.child_id = u.p"
                ),
            )
        } else {
            let (link_type, link_id) = layout::link_columns("t", field);
            let (other_type, other_id) = layout::link_columns("o", field);
            (
                format!("COALESCE({link_type} = {back_to} AND {link_id} = d.p, false)"),
                format!(
                    "SELECT u.p, o.id AS c FROM {} AS o JOIN unclear AS u ON {other_type} = {back_to} AND {other_id} = u.p",
                    layout::table(schema, name)
                ),
            )
        };
        let unclear: Vec<Value> = self.unclear.iter().map(|id| json!({"p": id})).collect();
        dml::run_dml(
            &format!(
                "WITH changed AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS d(p bigint, c bigint, n boolean)), \
                 unclear AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($2) AS u(p bigint)), \
                 d AS (SELECT * FROM changed UNION ALL SELECT a.p, a.c, false FROM ({all}) AS a \
                 WHERE NOT EXISTS (SELECT FROM changed AS k WHERE k.p = a.p AND k.c = a.c)) \
                 UPDATE {} AS t SET {} FROM d WHERE t.id = d.c AND {} AND {shows} <> d.n",
                layout::table(schema, name),
                doubt_sql(field),
                layout::is_known(field)
            ),
            &[
                JsonbValue::parse(&Value::Array(changes).to_string()),
                JsonbValue::parse(&Value::Array(unclear).to_string()),
            ],
        )?;
        Ok(())
    }
}

/// What takes a known field of the row `t` out of what is known. Its stamp does not say any more how new a reply is: the other
/// side of a link changes without it.
fn doubt_sql(field: &str) -> String {
    format!(
        "_unknown = COALESCE(t._unknown, '{{}}') || {}::text, _stamp = NULL, _received_at = clock_timestamp()",
        quote::literal(field)
    )
}
