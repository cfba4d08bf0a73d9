//! Conditions as SQL: groups of them, and the paths that lead to what they compare.
//!
//! A condition is written for one row source (an alias of a type's table, with the joins that its paths need). What it
//! takes for granted is noted beside: which fields of which types must be complete, and guards, queries that find rows
//! for which the answer is not known.

use super::error::MissReason;
use super::layout;
use super::model::{CachedType, FieldClass};
use super::request::{ConditionGroup, GroupMember, PathCondition};
use super::store::CacheState;
use super::values::GivenValues;
use crate::pg::quote;
use crate::statements::Parameters;
use std::collections::{BTreeMap, BTreeSet};

/// A table of a type in a statement, and the tables joined to it.
pub(super) struct EntitySource {
    pub(super) entity_type: String,
    pub(super) alias: String,
    joins: Vec<SourceJoin>,
}

/// A linked entity's row beside the one that links to it.
struct SourceJoin {
    from: String,
    field: String,
    entity_type: String,
    alias: String,
    sql: String,
}

impl SourceJoin {
    fn new(from: &str, field: &str, entity_type: &str, alias: &str, sql: String) -> Self {
        Self {
            from: from.to_owned(),
            field: field.to_owned(),
            entity_type: entity_type.to_owned(),
            alias: alias.to_owned(),
            sql,
        }
    }

    /// Whether it follows a link of a row source to a type.
    fn is(&self, from: &str, field: &str, entity_type: &str) -> bool {
        self.from == from && self.field == field && self.entity_type == entity_type
    }
}

impl EntitySource {
    pub(super) fn new(entity_type: &str, alias: &str) -> Self {
        Self {
            entity_type: entity_type.to_owned(),
            alias: alias.to_owned(),
            joins: Vec::new(),
        }
    }

    /// The joins, to stand behind the table.
    pub(super) fn joins(&self) -> String {
        self.joins.iter().map(|join| join.sql.as_str()).collect()
    }
}

/// A statement under construction.
pub(super) struct EntityStatement<'a> {
    pub(super) cache: &'a CacheState,
    pub(super) parameters: Parameters,
    /// Queries for a reason to answer nothing: each a condition, and the reason.
    pub(super) guards: Vec<(String, String)>,
    /// Fields of the type that is asked for.
    pub(super) needed: BTreeSet<String>,
    /// Fields of other types that have to be complete.
    pub(super) needed_elsewhere: BTreeMap<String, BTreeSet<String>>,
    aliases: usize,
}

/// The name of the row source that is asked for.
pub(super) const BASE: &str = "b";

impl<'a> EntityStatement<'a> {
    pub(super) fn new(cache: &'a CacheState) -> Self {
        Self {
            cache,
            parameters: Parameters::default(),
            guards: Vec::new(),
            needed: BTreeSet::new(),
            needed_elsewhere: BTreeMap::new(),
            aliases: 0,
        }
    }

    pub(super) fn alias(&mut self, prefix: &str) -> String {
        self.aliases += 1;
        format!("{prefix}{}", self.aliases)
    }

    pub(super) fn guard(&mut self, condition: String, reason: String) {
        if !self.guards.iter().any(|(known, _)| *known == condition) {
            self.guards.push((condition, reason));
        }
    }

    pub(super) fn cached(&self, entity_type: &str) -> Result<&'a CachedType, MissReason> {
        let known = self.cache.definition.entity_types.get(entity_type);
        known.ok_or_else(|| format!("entities of type {entity_type} are not cached"))
    }

    pub(super) fn class(&self, entity_type: &str, field: &str) -> Result<FieldClass, MissReason> {
        let class = self.cached(entity_type)?.field(field);
        class.ok_or_else(|| format!("field {entity_type}.{field} is not cached"))
    }

    /// Notes that a field of the row source has to be known for all rows.
    pub(super) fn need(&mut self, alias: &str, entity_type: &str, field: &str) {
        if alias == BASE {
            self.needed.insert(field.to_owned());
        } else {
            let fields = self.needed_elsewhere.entry(entity_type.to_owned()).or_default();
            fields.insert(field.to_owned());
        }
    }

    /// The condition of a group; an empty one is true.
    pub(super) fn group(
        &mut self,
        group: &ConditionGroup,
        source: &mut EntitySource,
    ) -> Result<String, MissReason> {
        let mut parts = Vec::new();
        for member in &group.members {
            parts.push(match member {
                GroupMember::Group(group) => self.group(group, source)?,
                GroupMember::Condition(condition) => {
                    let (entity_type, alias) = (source.entity_type.clone(), source.alias.clone());
                    self.path(source, &entity_type, &alias, &condition.path, condition)?
                }
            });
        }
        if parts.is_empty() {
            return Ok("true".to_owned());
        }
        Ok(format!(
            "({})",
            parts.join(if group.any { " OR " } else { " AND " })
        ))
    }

    fn path(
        &mut self,
        source: &mut EntitySource,
        entity_type: &str,
        alias: &str,
        path: &str,
        condition: &PathCondition,
    ) -> Result<String, MissReason> {
        let Some((field, linked, rest)) = split_path(path)? else {
            let class = self.class(entity_type, path)?;
            self.need(alias, entity_type, path);
            return self.leaf(
                entity_type,
                alias,
                path,
                class,
                &condition.relation,
                &condition.values,
            );
        };
        match self.class(entity_type, field)? {
            FieldClass::Entity => {
                let joined = self.join(source, entity_type, alias, field, linked)?;
                self.path(source, linked, &joined, rest, condition)
            }
            FieldClass::MultiEntity => {
                if condition.values.has_null {
                    return Err(format!(
                        "what {} null through several links means is not known",
                        condition.relation
                    ));
                }
                if condition.relation == "not_between" {
                    return Err("what not_between through several links means is not known".into());
                }
                self.need(alias, entity_type, field);
                self.guard_links(entity_type, field, &[linked.to_owned()])?;
                let positive = positive(&condition.relation);
                let plain = PathCondition {
                    path: rest.to_owned(),
                    relation: positive.unwrap_or(&condition.relation).to_owned(),
                    values: condition.values.reborrow(),
                };
                let (m, t) = (self.alias("m"), self.alias("t"));
                let mut inner = EntitySource::new(linked, &t);
                let holds = self.path(&mut inner, linked, &t, rest, &plain)?;
                Ok(format!(
                    "{}EXISTS (SELECT FROM {} AS {m} JOIN {} AS {t} ON {t}.id = {m}.child_id{} WHERE {m}.parent_id = \
                     {alias}.id AND {m}.child_type = {} AND {holds})",
                    if positive.is_some() { "NOT " } else { "" },
                    layout::links(&self.cache.schema, entity_type, field),
                    layout::table(&self.cache.schema, linked),
                    inner.joins(),
                    quote::literal(linked),
                ))
            }
            _ => Err(format!("{entity_type}.{field} is no link")),
        }
    }

    /// The alias of the entity that a link leads to, if it is of a type.
    pub(super) fn join(
        &mut self,
        source: &mut EntitySource,
        entity_type: &str,
        alias: &str,
        field: &str,
        linked: &str,
    ) -> Result<String, MissReason> {
        self.need(alias, entity_type, field);
        self.guard_links(entity_type, field, &[linked.to_owned()])?;
        let known = source.joins.iter().find(|join| join.is(alias, field, linked));
        if let Some(known) = known {
            return Ok(known.alias.clone());
        }
        let joined = self.alias("j");
        let (link_type, link_id) = layout::link_columns(alias, field);
        let sql = format!(
            " LEFT JOIN {} AS {joined} ON {link_type} = {} AND {joined}.id = {link_id}",
            layout::table(&self.cache.schema, linked),
            quote::literal(linked),
        );
        source
            .joins
            .push(SourceJoin::new(alias, field, linked, &joined, sql));
        Ok(joined)
    }

    fn leaf(
        &mut self,
        entity_type: &str,
        alias: &str,
        field: &str,
        class: FieldClass,
        relation: &str,
        values: &GivenValues,
    ) -> Result<String, MissReason> {
        match class {
            FieldClass::Entity | FieldClass::MultiEntity => {
                self.link(entity_type, alias, field, class, relation, values)
            }
            FieldClass::Opaque => Err(format!("filters by {entity_type}.{field} are not supported")),
            class => {
                let column = format!("{alias}.{}", quote::identifier(field));
                let unsupported = || unsupported_values(relation, entity_type, field);
                if is_relative(relation) {
                    let condition = self.relative(&column, class, relation, values)?;
                    return condition.ok_or_else(unsupported);
                }
                self.scalar(&column, class, relation, values)?
                    .ok_or_else(unsupported)
            }
        }
    }

    /// The field that links to a type show as name.
    pub(super) fn display(&self, entity_type: &str) -> Result<String, MissReason> {
        let display = self.cached(entity_type)?.display.clone();
        display.ok_or_else(|| format!("names of entities of type {entity_type} are not cached"))
    }
}

/// Why a condition is a miss: its values do not fit its relation.
pub(super) fn unsupported_values(relation: &str, entity_type: &str, field: &str) -> MissReason {
    format!("relation \"{relation}\" of {entity_type}.{field} is not supported with such values")
}

/// Whether a relation compares with now.
fn is_relative(relation: &str) -> bool {
    relation.starts_with("in_calendar_")
        || matches!(relation, "in_last" | "in_next" | "not_in_last" | "not_in_next")
}

/// The first field of a path, the type that it leads to, and the rest of the path; `None` for a field alone.
pub(super) fn split_path(path: &str) -> Result<Option<(&str, &str, &str)>, MissReason> {
    let Some((field, rest)) = path.split_once('.') else {
        return Ok(None);
    };
    let (linked, rest) = rest
        .split_once('.')
        .ok_or_else(|| format!("path \"{path}\" ends with a type"))?;
    Ok(Some((field, linked, rest)))
}

/// The relation of which another one is the negation.
pub(super) fn positive(relation: &str) -> Option<&'static str> {
    Some(match relation {
        "is_not" => "is",
        "not_in" => "in",
        "not_contains" => "contains",
        "type_is_not" => "type_is",
        "name_not_contains" => "name_contains",
        "not_in_last" => "in_last",
        "not_in_next" => "in_next",
        _ => return None,
    })
}

impl GivenValues {
    /// The same values, for a condition that is derived from another.
    fn reborrow(&self) -> Self {
        Self {
            has_null: self.has_null,
            count: self.count,
            scalars: self.scalars.clone(),
            list: self.list,
            links: self.links.clone(),
        }
    }
}
