//! Reading: from a request to the statement whose row is the answer.
//!
//! The statement checks by itself what its answer takes for granted: guards, and for links and deep fields whether the
//! linked entity is known and active. It returns the answer, or a text that says what is missing and a true flag; both see
//! one snapshot.

use super::error::MissReason;
use super::filter::{BASE, EntitySource, EntityStatement, SourceJoin, split_path};
use super::guards::names_ids;
use super::layout::{self, MOMENT};
use super::model::{FieldClass, NullOrder};
use super::request::{AnswerPart, EntityPage, EntityRequest, PagingInfo};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::plan::Planning;
use crate::pg::quote;
use crate::statements::{Draft, Form, Shape};
use pgrx::pg_sys;
use std::collections::BTreeSet;

/// The most arguments of a function are 100.
const MOST_PAIRS: usize = 45;

impl Shape for EntityRequest {
    fn compile(&self, _: &Catalog) -> Result<Draft, Error> {
        Ok(match self.statement() {
            Ok(draft) => draft,
            Err(reason) => Draft::new(self.document(&format!(
                "SELECT to_json({}::text), true AS is_miss",
                quote::literal(&reason)
            ))),
        })
    }
}

impl EntityRequest {
    /// The statement with its document in the type that the caller wants: text of JSON for the protocol, which is passed on
    /// as it is.
    fn document(&self, sql: &str) -> String {
        if self.is_wire {
            format!("SELECT d.document::text, d.is_miss FROM ({sql}) AS d (document, is_miss)")
        } else {
            sql.to_owned()
        }
    }

    fn statement(&self) -> Result<Draft, MissReason> {
        let mut statement = EntityStatement::new(&self.cache);
        statement.cached(&self.entity_type)?;
        let mut source = EntitySource::new(&self.entity_type, BASE);
        let condition = statement.group(&self.filter, &mut source)?;
        let active = if self.active { "" } else { "NOT " };
        let condition = format!("{active}{BASE}._active AND {condition}");
        let rows = match &self.answer {
            AnswerPart::Page(page) => self.page(page, &mut statement, &mut source, &condition)?,
            AnswerPart::Summary(summary) => {
                summary.compile(&self.entity_type, &mut statement, &mut source, &condition)?
            }
        };
        statement.cover(&self.entity_type, &self.filter, &self.demanded.0)?;
        let guards: String = statement
            .guards
            .iter()
            .map(|(condition, reason)| format!(" WHEN {condition} THEN {}", quote::literal(reason)))
            .collect();
        let found = if self.is_wire {
            "json_build_object('results', r.document)"
        } else {
            "json_build_object('hit', true, 'results', r.document)"
        };
        // OFFSET keeps the planner from copying the guards to each place that names their outcome.
        let sql = format!(
            "SELECT CASE WHEN g.reason IS NOT NULL THEN to_json(g.reason) WHEN r.is_doubtful THEN to_json({}::text) \
             ELSE {found} END, g.reason IS NOT NULL OR r.is_doubtful \
             FROM (SELECT CASE{guards} END AS reason OFFSET 0) AS g \
             LEFT JOIN LATERAL ({rows}) AS r ON g.reason IS NULL",
            quote::literal(match &self.answer {
                AnswerPart::Page(_) => "a linked entity is retired, or not known in full",
                AnswerPart::Summary(_) => {
                    "what the upstream says of null, of no values, and of groups of retired entities or of equal names is not known"
                }
            })
        );
        Ok(Draft {
            sql: self.document(&sql),
            parameters: std::mem::take(&mut statement.parameters),
            // Which ids they are makes no difference to the plan.
            planning: if names_ids(&self.filter) {
                Planning::Once
            } else {
                Planning::EachTime
            },
            estimate: None,
        })
    }

    /// The rows of a page, as a document and whether any of it is doubtful.
    fn page(
        &self,
        page: &EntityPage,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
        condition: &str,
    ) -> Result<String, MissReason> {
        let table = layout::table(&self.cache.schema, &self.entity_type);
        let order = self.order(page, statement, source)?;
        let joins = source.joins();
        let shown = shown(page, statement, &self.entity_type)?;
        // One more than the page tells whether another one follows.
        let limit = page.limit + i64::from(page.paging == PagingInfo::NextPage);
        let bounds = match page.offset {
            None => format!("LIMIT {limit}"),
            Some(offset) => {
                let offset = statement.parameters.sql(offset, Form::Value, pg_sys::INT8OID);
                format!("LIMIT {limit} OFFSET {offset}")
            }
        };
        let rows = if page.offset.is_none() {
            format!(
                "SELECT w.*, row_number() OVER () AS _place FROM (SELECT {BASE}.* FROM {table} AS {BASE}{joins} \
                 WHERE {condition} ORDER BY {order} {bounds}) AS w"
            )
        } else {
            // Rows that are skipped are not fetched.
            format!(
                "SELECT w.*, k._place FROM (SELECT i.id, row_number() OVER () AS _place FROM (\
                 SELECT {BASE}.id FROM {table} AS {BASE}{joins} WHERE {condition} ORDER BY {order} {bounds}) AS i) AS k \
                 JOIN {table} AS w ON w.id = k.id"
            )
        };
        let entities = format!("COALESCE(json_agg({} ORDER BY {BASE}._place)", shown.document);
        let (entities, info) = match page.paging {
            PagingInfo::None => (format!("{entities}, '[]')"), String::new()),
            PagingInfo::NextPage => (
                format!("{entities} FILTER (WHERE {BASE}._place <= {}), '[]')", page.limit),
                format!(
                    ", 'paging_info', json_build_object('has_next_page', count(*) > {})",
                    page.limit
                ),
            ),
            PagingInfo::Count => {
                let number = statement
                    .parameters
                    .sql(page.number, Form::Value, pg_sys::INT8OID);
                let count = format!("(SELECT count(*) FROM {table} AS {BASE}{joins} WHERE {condition})");
                (
                    format!("{entities}, '[]')"),
                    format!(
                        ", 'paging_info', (SELECT json_build_object('current_page', {number}, 'page_count', \
                         GREATEST(1, (n.n + {} - 1) / {}), 'entity_count', n.n, 'entities_per_page', {}) \
                         FROM (SELECT {count} AS n) AS n)",
                        page.limit, page.limit, page.limit
                    ),
                )
            }
        };
        Ok(format!(
            "SELECT json_build_object('entities', {entities}{info}) AS document, \
             COALESCE(bool_or({}), false) AS is_doubtful FROM ({rows}) AS {BASE}{}",
            shown.doubt, shown.joins
        ))
    }

    /// The sort keys; the id decides between equal ones.
    fn order(
        &self,
        page: &EntityPage,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
    ) -> Result<String, MissReason> {
        let mut keys = Vec::new();
        let mut by_id = None;
        for (path, descending) in &page.sorts {
            let (mut entity_type, mut alias, mut field) =
                (self.entity_type.clone(), BASE.to_owned(), path.as_str());
            let unsupported = || format!("sorting by {path} is not supported");
            while let Some((link, linked, rest)) = split_path(field)? {
                if statement.cached(&entity_type)?.field(link) != Some(FieldClass::Entity) {
                    return Err(unsupported());
                }
                alias = statement.join(source, &entity_type, &alias, link, linked)?;
                entity_type = linked.to_owned();
                field = rest;
            }
            let class = statement.class(&entity_type, field)?;
            if matches!(
                class,
                FieldClass::Entity | FieldClass::MultiEntity | FieldClass::Opaque
            ) {
                return Err(unsupported());
            }
            let direction = if *descending { " DESC" } else { "" };
            if field == "id" && alias == BASE {
                by_id = Some(direction);
                keys.push(format!("{BASE}.id{direction}"));
                break;
            }
            if alias == BASE {
                statement.needed.insert(field.to_owned());
            } else {
                let fields = statement.needed_elsewhere.entry(entity_type).or_default();
                fields.insert(field.to_owned());
            }
            let Some(order) = &self.cache.definition.settings.order else {
                return Err(format!(
                    "sorting by {path}: the definition does not say how the upstream sorts (settings.order)"
                ));
            };
            let collate = if class == FieldClass::Text {
                layout::collate(&self.cache.definition)
            } else {
                String::new()
            };
            // PostgreSQL takes null for larger than all values.
            let nulls = match (order.nulls, descending) {
                (NullOrder::Last, _) => "",
                (NullOrder::First, false) => " NULLS FIRST",
                (NullOrder::First, true) => " NULLS LAST",
            };
            keys.push(format!(
                "{alias}.{}{collate}{direction}{nulls}",
                quote::identifier(field)
            ));
        }
        if by_id.is_none() {
            keys.push(format!("{BASE}.id"));
        }
        Ok(keys.join(", "))
    }
}

/// The entities of a page as SQL.
struct ShownEntity {
    document: String,
    joins: String,
    doubt: String,
}

/// What an entity looks like.
fn shown(
    page: &EntityPage,
    statement: &mut EntityStatement,
    entity_type: &str,
) -> Result<ShownEntity, MissReason> {
    let mut writer = EntityWriter {
        source: EntitySource::new(entity_type, BASE),
        statement,
        after: String::new(),
        doubts: Vec::new(),
    };
    let mut pairs = vec![
        format!("'type', {}::text", quote::literal(entity_type)),
        format!("'id', {BASE}.id"),
    ];
    let mut seen = BTreeSet::from(["type", "id"]);
    for field in &page.fields {
        if !seen.insert(field) {
            continue;
        }
        let value = writer.path(field)?;
        pairs.push(format!("{}, {value}", quote::literal(field)));
    }
    let document = if pairs.len() <= MOST_PAIRS {
        format!("json_build_object({})", pairs.join(", "))
    } else {
        let parts: Vec<String> = pairs
            .chunks(MOST_PAIRS)
            .map(|pairs| format!("jsonb_build_object({})", pairs.join(", ")))
            .collect();
        format!("({})", parts.join(" || "))
    };
    let joins = writer.source.joins() + &writer.after;
    let doubt = if writer.doubts.is_empty() {
        "false".to_owned()
    } else {
        writer.doubts.join(" OR ")
    };
    Ok(ShownEntity {
        document,
        joins,
        doubt,
    })
}

/// Writes the values of entities.
struct EntityWriter<'s, 'a> {
    statement: &'s mut EntityStatement<'a>,
    source: EntitySource,
    /// Joins behind those of the source.
    after: String,
    /// Conditions under which a row is doubtful.
    doubts: Vec<String>,
}

impl EntityWriter<'_, '_> {
    /// The value of a path.
    fn path(&mut self, path: &str) -> Result<String, MissReason> {
        let (mut entity_type, mut alias, mut rest) = (self.source.entity_type.clone(), BASE.to_owned(), path);
        while let Some((field, linked, next)) = split_path(rest)? {
            if self.statement.cached(&entity_type)?.field(field) != Some(FieldClass::Entity) {
                return Err(format!("{path} does not lead through single links of the cache"));
            }
            self.known(&alias, field);
            alias = self.join(&alias, field, linked)?;
            entity_type = linked.to_owned();
            rest = next;
        }
        self.known(&alias, rest);
        self.value(&entity_type, &alias, rest)
    }

    /// Notes that a field of a row has to be known: of the type that is asked for by its guard, of a linked one here.
    fn known(&mut self, alias: &str, field: &str) {
        if alias == BASE {
            self.statement.needed.insert(field.to_owned());
        } else if field != "id" {
            self.doubts.push(format!(
                "COALESCE({} = ANY ({alias}._unknown), false)",
                quote::literal(field)
            ));
        }
    }

    /// The linked entity's row; that there is none, or that it is retired, is doubtful.
    fn join(&mut self, alias: &str, field: &str, linked: &str) -> Result<String, MissReason> {
        self.statement.cached(linked)?;
        if self.statement.cache.coverage.suspended.contains(linked) {
            return Err(format!(
                "answers about linked type {linked} differed from the upstream's"
            ));
        }
        let joined = self.statement.alias("n");
        let sql = self.statement.join_sql(alias, field, linked, &joined);
        let found = self.source.join_known(alias, field, linked, &joined, sql);
        if found == joined {
            self.doubts.push(format!(
                "({alias}.{} = {} AND {joined}._active IS NOT TRUE)",
                quote::identifier(&format!("{field}__type")),
                quote::literal(linked)
            ));
        }
        Ok(found)
    }

    /// The value of a field of a row.
    fn value(&mut self, entity_type: &str, alias: &str, field: &str) -> Result<String, MissReason> {
        let class = self.statement.class(entity_type, field)?;
        let column = format!("{alias}.{}", quote::identifier(field));
        Ok(match class {
            FieldClass::Moment => format!("to_char({column} AT TIME ZONE 'UTC', {MOMENT})"),
            FieldClass::Entity => self.link(entity_type, alias, field)?,
            FieldClass::MultiEntity => self.links(entity_type, alias, field)?,
            // A row that is not there has no value, whatever stands in a column that is never null.
            _ => column,
        })
    }

    fn targets(&self, entity_type: &str, field: &str) -> Result<Vec<(String, String)>, MissReason> {
        let cached = self.statement.cached(entity_type)?;
        let types = cached
            .fields
            .get(field)
            .map_or(&[][..], |field| &field.entity_types);
        if types.is_empty() {
            return Err(format!(
                "the definition does not say what {entity_type}.{field} links to"
            ));
        }
        let mut targets = Vec::new();
        for linked in types {
            if self.statement.cache.coverage.suspended.contains(linked) {
                return Err(format!("answers about {linked} differed from the upstream's"));
            }
            targets.push((linked.clone(), self.statement.display(linked)?));
        }
        Ok(targets)
    }

    fn link(&mut self, entity_type: &str, alias: &str, field: &str) -> Result<String, MissReason> {
        let mut names = Vec::new();
        for (linked, display) in self.targets(entity_type, field)? {
            let joined = self.join(alias, field, &linked)?;
            self.known(&joined, &display);
            names.push(format!("{joined}.{}", quote::identifier(&display)));
        }
        let name = if let [name] = &names[..] {
            name.clone()
        } else {
            format!("COALESCE({})", names.join(", "))
        };
        let link_type = format!("{alias}.{}", quote::identifier(&format!("{field}__type")));
        Ok(format!(
            "CASE WHEN {link_type} IS NOT NULL THEN json_build_object('type', {link_type}, 'id', {alias}.{}, 'name', {name}) END",
            quote::identifier(&format!("{field}__id"))
        ))
    }

    fn links(&mut self, entity_type: &str, alias: &str, field: &str) -> Result<String, MissReason> {
        let (m, l) = (self.statement.alias("m"), self.statement.alias("l"));
        let mut joins = String::new();
        let (mut names, mut known) = (Vec::new(), Vec::new());
        for (linked, display) in self.targets(entity_type, field)? {
            let t = self.statement.alias("t");
            joins += &format!(
                " LEFT JOIN {} AS {t} ON {m}.child_type = {} AND {t}.id = {m}.child_id",
                layout::table(&self.statement.cache.schema, &linked),
                quote::literal(&linked)
            );
            names.push(format!("{t}.{}", quote::identifier(&display)));
            known.push(format!(
                "COALESCE({t}._active AND ({t}._unknown IS NULL OR {} <> ALL ({t}._unknown)), false)",
                quote::literal(&display)
            ));
        }
        let links = layout::links(&self.statement.cache.schema, entity_type, field);
        self.after += &format!(
            " LEFT JOIN LATERAL (SELECT json_agg(json_build_object('type', {m}.child_type, 'id', {m}.child_id, 'name', \
             COALESCE({})) ORDER BY {m}._position, {m}.child_id) AS links, bool_or(NOT ({})) AS is_doubtful \
             FROM {links} AS {m}{joins} WHERE {m}.parent_id = {alias}.id) AS {l} ON true",
            names.join(", "),
            known.join(" OR ")
        );
        self.doubts.push(format!("COALESCE({l}.is_doubtful, false)"));
        // Of an entity that is not there, the value is null.
        Ok(if alias == BASE {
            format!("COALESCE({l}.links, '[]')")
        } else {
            format!("CASE WHEN {alias}.id IS NOT NULL THEN COALESCE({l}.links, '[]') END")
        })
    }
}

impl EntitySource {
    /// The alias under which a linked row is joined: that of an equal join, or the new one.
    fn join_known(&mut self, alias: &str, field: &str, linked: &str, joined: &str, sql: String) -> String {
        match self.joins.iter().find(|join| join.is(alias, field, linked)) {
            Some(known) => known.alias.clone(),
            None => {
                self.joins
                    .push(SourceJoin::new(alias, field, linked, joined, sql));
                joined.to_owned()
            }
        }
    }
}
