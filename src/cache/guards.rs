//! What has to hold so that a condition means what it means upstream: complete fields, rows that are known in full, links
//! to active entities. Some of it is known before the statement runs; the rest is asked by guards within it.

use super::coverage::Covered;
use super::error::MissReason;
use super::filter::{BASE, EntityStatement};
use super::layout::{self, ACTIVE};
use super::model::FieldClass;
use super::request::{ConditionGroup, GroupMember};
use super::values::{GivenValues, ScalarForm};
use crate::pg::quote;
use crate::statements::{Form, Literal};
use pgrx::pg_sys;
use serde_json::Value;
use std::collections::BTreeSet;

impl EntityStatement<'_> {
    /// Nothing is answered while a link leads to a retired entity: how the upstream then reads the link is not known.
    pub(super) fn guard_links(
        &mut self,
        entity_type: &str,
        field: &str,
        linked_types: &[String],
    ) -> Result<(), MissReason> {
        for linked in linked_types {
            self.cached(linked)?;
            let fields = self.needed_elsewhere.entry(linked.clone()).or_default();
            fields.insert("id".to_owned());
            let target = layout::table(&self.cache.schema, linked);
            let links = match self.class(entity_type, field)? {
                FieldClass::MultiEntity => format!(
                    "{} AS l ON l.child_type = {} AND l.child_id = t.id",
                    layout::links(&self.cache.schema, entity_type, field),
                    quote::literal(linked)
                ),
                _ => format!(
                    "{} AS l ON l.{} = {} AND l.{} = t.id",
                    layout::table(&self.cache.schema, entity_type),
                    quote::identifier(&format!("{field}__type")),
                    quote::literal(linked),
                    quote::identifier(&format!("{field}__id"))
                ),
            };
            self.guard(
                format!("EXISTS (SELECT FROM {target} AS t JOIN {links} WHERE t._active IS NOT TRUE)"),
                format!("{entity_type}.{field} links to retired entities of type {linked}"),
            );
        }
        Ok(())
    }

    /// Entities that a condition names have to be active: whether links to retired ones count is not known.
    pub(super) fn guard_values(&mut self, values: &GivenValues) -> Result<(), MissReason> {
        for (linked, ids) in &values.links {
            self.cached(linked)?;
            let ids = self.parameters.sql(*ids, Form::Value, pg_sys::INT8ARRAYOID);
            let target = layout::table(&self.cache.schema, linked);
            self.guard(
                format!(
                    "EXISTS (SELECT FROM unnest({ids}) AS v LEFT JOIN {target} AS t ON t.id = v \
                     WHERE t._active IS NOT TRUE)"
                ),
                format!("a filter names an entity of type {linked} that is retired, or not known"),
            );
        }
        Ok(())
    }

    /// What the rows of the type that is asked for have to be, and the guards of it all. Fails where what is needed is not
    /// complete.
    pub(super) fn cover(
        &mut self,
        entity_type: &str,
        filter: &ConditionGroup,
        demanded: &[Value],
    ) -> Result<(), MissReason> {
        let coverage = &self.cache.coverage;
        for linked in std::iter::once(entity_type).chain(self.needed_elsewhere.keys().map(String::as_str)) {
            if coverage.suspended.contains(linked) {
                return Err(format!(
                    "answers about type {linked} differed from the upstream's; it is scanned again"
                ));
            }
        }
        for (linked, fields) in self.needed_elsewhere.clone() {
            let missing = coverage.missing(&linked, fields.iter().map(String::as_str));
            if !missing.is_empty() {
                return Err(format!(
                    "type {linked} is not complete: {} of all entities",
                    missing.join(", ")
                ));
            }
            let table = layout::table(&self.cache.schema, &linked);
            let unknown = unknown_list(&fields);
            self.guard(
                format!(
                    "EXISTS (SELECT FROM {table} AS t WHERE t._unknown IS NOT NULL AND t._unknown && {unknown})"
                ),
                format!("some entities of type {linked} are not known in full yet"),
            );
        }
        let needed: Vec<&str> = self.needed.iter().map(String::as_str).chain(["id"]).collect();
        let missing = coverage.missing(entity_type, needed.iter().copied());
        let named = named_ids(filter);
        let covered = if missing.is_empty() {
            Covered::Whole
        } else if let Some(at) = coverage.scope(entity_type, demanded, needed.iter().copied()) {
            Covered::Scope(at)
        } else if named.is_some() {
            Covered::Named
        } else {
            return Err(format!(
                "type {entity_type} is not complete: {} of all entities",
                missing.join(", ")
            ));
        };
        let table = layout::table(&self.cache.schema, entity_type);
        let unknown = unknown_list(&self.needed);
        let ids = named.map(|ids| match ids {
            NamedIds::One(id) => {
                format!("ARRAY[{}]", self.parameters.sql(id, Form::Value, pg_sys::INT8OID))
            }
            NamedIds::List(ids) => self.parameters.sql(ids, Form::Value, pg_sys::INT8ARRAYOID),
        });
        let reason = format!("some entities of type {entity_type} are not known in full yet");
        let partial = format!("{BASE}._unknown IS NOT NULL AND {BASE}._unknown && {unknown}");
        let condition = match (covered, ids) {
            (Covered::Whole, None) => format!("EXISTS (SELECT FROM {table} AS {BASE} WHERE {partial})"),
            (Covered::Whole, Some(ids)) => {
                format!("EXISTS (SELECT FROM {table} AS {BASE} WHERE {BASE}.id = ANY ({ids}) AND {partial})")
            }
            (Covered::Scope(at), _) => {
                let scope = self.scope(entity_type, at)?;
                format!("EXISTS (SELECT FROM {table} AS {BASE} WHERE {partial} AND {scope})")
            }
            (Covered::Named, ids) => format!(
                "EXISTS (SELECT FROM unnest({}) AS v LEFT JOIN {table} AS {BASE} ON {BASE}.id = v \
                 WHERE {BASE}.id IS NULL OR {BASE}._unknown && {unknown})",
                ids.unwrap_or_default()
            ),
        };
        self.guards.insert(0, (condition, reason));
        Ok(())
    }

    /// Whether a row may be in a scope, as far as its fields are known.
    fn scope(&mut self, entity_type: &str, at: usize) -> Result<String, MissReason> {
        let entry = self
            .cache
            .coverage
            .entity_types
            .get(entity_type)
            .and_then(|entries| entries.get(at));
        let conditions = entry.map_or(&[][..], |entry| &entry.scope);
        let mut parts = Vec::new();
        for condition in conditions {
            let field = condition.get("path").and_then(Value::as_str).unwrap_or_default();
            let values = condition.get("values").and_then(Value::as_array);
            let class = self.class(entity_type, field)?;
            let texts = |pick: &dyn Fn(&Value) -> Option<String>| -> Vec<String> {
                values.into_iter().flatten().filter_map(pick).collect()
            };
            let holds = match class {
                FieldClass::Entity | FieldClass::MultiEntity => {
                    let pairs = texts(&|link| {
                        let linked = quote::literal(link.get("type")?.as_str()?);
                        Some(format!("({linked}, {})", link.get("id")?.as_i64()?))
                    });
                    if class == FieldClass::Entity {
                        format!(
                            "({BASE}.{}, {BASE}.{}) IN ({})",
                            quote::identifier(&format!("{field}__type")),
                            quote::identifier(&format!("{field}__id")),
                            pairs.join(", ")
                        )
                    } else {
                        format!(
                            "EXISTS (SELECT FROM {} AS s WHERE s.parent_id = {BASE}.id AND (s.child_type, s.child_id) IN ({}))",
                            layout::links(&self.cache.schema, entity_type, field),
                            pairs.join(", ")
                        )
                    }
                }
                class => {
                    let list = texts(&|value| {
                        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                        Some(format!("{}::{}", quote::literal(&text), class.sql_type()))
                    });
                    let list = list.join(", ");
                    let column = format!("{BASE}.{}", quote::identifier(field));
                    if class == FieldClass::Text {
                        format!(
                            "lower({column}) = ANY (ARRAY(SELECT lower(v) FROM unnest(ARRAY[{list}]) AS v))"
                        )
                    } else {
                        format!("{column} IN ({list})")
                    }
                }
            };
            parts.push(format!(
                "({} = ANY ({BASE}._unknown) OR {holds})",
                quote::literal(field)
            ));
        }
        Ok(format!("({})", parts.join(" AND ")))
    }
}

/// The names of fields, and that of `_active`, as an array.
pub(super) fn unknown_list(fields: &BTreeSet<String>) -> String {
    let names = fields.iter().map(String::as_str).chain([ACTIVE]);
    let names: Vec<String> = names.map(quote::literal).collect();
    format!("ARRAY[{}]::text[]", names.join(", "))
}

/// The ids that a filter allows.
enum NamedIds {
    One(Literal),
    List(Literal),
}

/// Whether a filter restricts its rows to ids that it names.
pub(super) fn names_ids(filter: &ConditionGroup) -> bool {
    named_ids(filter).is_some()
}

/// The ids to which a filter restricts its rows, if it does.
fn named_ids(filter: &ConditionGroup) -> Option<NamedIds> {
    if filter.any {
        return None;
    }
    filter.members.iter().find_map(|member| {
        let GroupMember::Condition(condition) = member else {
            return None;
        };
        if condition.path != "id" || condition.values.has_null {
            return None;
        }
        match condition.relation.as_str() {
            "is" => match condition.values.scalars[..] {
                [(ScalarForm::Integer, id)] => Some(NamedIds::One(id)),
                _ => None,
            },
            "in" => match condition.values.list {
                Some((ScalarForm::Integer, ids)) => Some(NamedIds::List(ids)),
                _ => None,
            },
            _ => None,
        }
    })
}
