//! Reading: from a request to the statement whose row is the answer.
//!
//! The statement checks by itself what its answer takes for granted: guards, and for links and deep fields whether the
//! linked entity is known and active. It returns the answer, or a text that says what is missing and a true flag; both see
//! one snapshot.

use super::error::MissReason;
use super::filter::{BASE, EntitySource, EntityStatement, split_path};
use super::guards::names_ids;
use super::json_pieces::{self, JsonPieces};
use super::layout::{self, MOMENT};
use super::model::FieldClass;
use super::request::{AnswerPart, EntityPage, EntityRequest, PagingInfo};
use super::unchanged;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::plan::Planning;
use crate::pg::quote;
use crate::statements::{Draft, Form, Shape};
use pgrx::pg_sys;
use std::collections::BTreeSet;

impl Shape for EntityRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let altered = unchanged::find_difference(&self.cache.schema, &self.cache.definition, |table| {
            catalog.reader.depends_on(table);
        });
        let draft = match altered {
            None => self.statement(),
            Some(problem) => Err(format!("the tables of the cache have been altered: {problem}")),
        };
        Ok(match draft {
            Ok(draft) => draft,
            Err(reason) => Draft::new(self.document(&format!(
                "SELECT to_json({}::text)::text, true",
                quote::literal(&reason)
            ))),
        })
    }
}

impl EntityRequest {
    /// The statement with its document, text of JSON, in the type that the caller wants: the protocol passes on the text as
    /// it is.
    fn document(&self, sql: &str) -> String {
        if self.is_wire {
            sql.to_owned()
        } else {
            format!("SELECT d.document::json, d.is_miss FROM ({sql}) AS d (document, is_miss)")
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
                let document = summary.compile(&self.entity_type, &mut statement, &mut source, &condition)?;
                format!(
                    "SELECT {}::text || s.document::text || '}}' AS document, s.is_doubtful FROM ({document}) AS s",
                    quote::literal(self.before_results())
                )
            }
        };
        statement.cover(&self.entity_type, &self.filter, &self.demanded.0)?;
        let guards: String = statement
            .guards
            .iter()
            .map(|(condition, reason)| format!(" WHEN {condition} THEN {}", quote::literal(reason)))
            .collect();
        // OFFSET keeps the planner from copying the guards to each place that names their outcome.
        let sql = format!(
            "SELECT CASE WHEN g.reason IS NOT NULL THEN to_json(g.reason)::text WHEN r.is_doubtful THEN to_json({}::text)::text \
             ELSE r.document END, g.reason IS NOT NULL OR r.is_doubtful \
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

    /// What stands before the results in an answer.
    fn before_results(&self) -> &'static str {
        if self.is_wire {
            "{\"results\" : "
        } else {
            "{\"hit\" : true, \"results\" : "
        }
    }

    /// The rows of a page, as the text of the answer and whether any of it is doubtful.
    fn page(
        &self,
        page: &EntityPage,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
        condition: &str,
    ) -> Result<String, MissReason> {
        let table = layout::table(&self.cache.schema, &self.entity_type);
        let order = self.order(page, statement, source)?;
        let found = format!("FROM {table} AS {BASE}{} WHERE {condition}", source.joins());
        let shown = shown(page, statement, &self.entity_type)?;
        // One more than the page tells whether another one follows.
        let limit = page.limit + i64::from(page.paging == PagingInfo::NextPage);
        let numbered = |columns: &str, bounds: &str| {
            format!(
                "SELECT i.*, row_number() OVER () AS _place FROM (SELECT {columns} {found} ORDER BY {} LIMIT {limit}{bounds}) AS i",
                order.keys
            )
        };
        let rows = match page.offset {
            None => format!("{BASE} AS ({})", numbered(&column_list(BASE, &shown.columns), "")),
            Some(offset) => {
                let offset = statement.parameters.sql(offset, Form::Value, pg_sys::INT8OID);
                // Rows that are skipped are not fetched: an index may have all that is asked of them.
                let keys = numbered(&column_list(BASE, &order.columns), &format!(" OFFSET {offset}"));
                if shown.columns.iter().all(|column| order.columns.contains(column)) {
                    format!("{BASE} AS ({keys})")
                } else {
                    format!(
                        "k AS ({keys}), {BASE} AS (SELECT x.*, k._place FROM k FULL JOIN (SELECT {} FROM {table} AS x \
                         WHERE x.id = ANY (ARRAY(SELECT id FROM k))) AS x ON x.id = k.id)",
                        column_list("x", &shown.columns)
                    )
                }
            }
        };
        let mut document = JsonPieces::default();
        document.known(self.before_results());
        document.known("{\"entities\" : [");
        let on_page = if page.paging == PagingInfo::NextPage {
            format!(" FILTER (WHERE {BASE}._place <= {})", page.limit)
        } else {
            String::new()
        };
        document.sql(format!(
            "COALESCE(string_agg({}, ', ' ORDER BY {BASE}._place){on_page}, '')",
            shown.document
        ));
        document.known("]");
        match page.paging {
            PagingInfo::None => {}
            PagingInfo::NextPage => {
                document.known(", \"paging_info\" : {\"has_next_page\" : ");
                document.sql(format!("(count(*) > {})::text", page.limit));
                document.known("}");
            }
            PagingInfo::Count => {
                let number = statement
                    .parameters
                    .sql(page.number, Form::Value, pg_sys::INT8OID);
                document.known(", \"paging_info\" : ");
                document.sql(format!(
                    "(SELECT json_build_object('current_page', {number}, 'page_count', GREATEST(1, (n.n + {0} - 1) / {0}), \
                     'entity_count', n.n, 'entities_per_page', {0})::text FROM (SELECT (SELECT count(*) {found}) AS n) AS n)",
                    page.limit
                ));
            }
        }
        document.known("}}");
        Ok(format!(
            "WITH {rows}{} SELECT {} AS document, COALESCE(bool_or({}), false) AS is_doubtful FROM {BASE}{}",
            shown.sources,
            document.into_sql(),
            shown.doubt,
            shown.joins
        ))
    }

    /// The sort keys; the id decides between equal ones.
    fn order(
        &self,
        page: &EntityPage,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
    ) -> Result<PageOrder, MissReason> {
        let mut keys = Vec::new();
        let mut columns = Vec::new();
        let mut is_unique = false;
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
            if field == "id" && alias == BASE {
                let direction = if *descending { " DESC" } else { "" };
                is_unique = true;
                keys.push(format!("{BASE}.id{direction}"));
                break;
            }
            if alias == BASE {
                statement.needed.insert(field.to_owned());
                if !columns.iter().any(|known| known == field) {
                    columns.push(field.to_owned());
                }
            } else {
                let fields = statement.needed_elsewhere.entry(entity_type).or_default();
                fields.insert(field.to_owned());
            }
            let definition = &self.cache.definition;
            if definition.settings.order.is_none() {
                return Err(format!(
                    "sorting by {path}: the definition does not say how the upstream sorts (settings.order)"
                ));
            }
            let column = format!("{alias}.{}", quote::identifier(field));
            keys.push(layout::sort_key(definition, &column, class, *descending));
        }
        if !is_unique {
            keys.push(format!("{BASE}.id"));
        }
        columns.push("id".to_owned());
        Ok(PageOrder {
            keys: keys.join(", "),
            columns,
        })
    }
}

/// The order of a page.
struct PageOrder {
    keys: String,
    /// The columns among its keys that are of the entities themselves, in their order; the id is the last one.
    columns: Vec<String>,
}

/// Columns of a table, which always are some.
fn column_list<'a>(alias: &str, columns: impl IntoIterator<Item = &'a String>) -> String {
    let columns: Vec<String> = columns
        .into_iter()
        .map(|column| format!("{alias}.{}", quote::identifier(column)))
        .collect();
    columns.join(", ")
}

/// The entities of a page as SQL.
struct ShownEntity {
    /// The columns of the entities themselves that are read.
    columns: BTreeSet<String>,
    /// The queries of a WITH clause for what they lead to, each after a comma.
    sources: String,
    joins: String,
    /// Whether an entity is doubtful.
    doubt: String,
    /// The text of an entity.
    document: String,
}

/// What an entity looks like.
fn shown(
    page: &EntityPage,
    statement: &mut EntityStatement,
    entity_type: &str,
) -> Result<ShownEntity, MissReason> {
    let mut writer = EntityWriter {
        entity_type,
        statement,
        columns: BTreeSet::from(["id".to_owned()]),
        linked: Vec::new(),
        joins: String::new(),
        doubts: Vec::new(),
        document: JsonPieces::default(),
    };
    writer.document.known(&format!(
        "{{\"type\" : {}, \"id\" : ",
        json_pieces::quoted(entity_type)
    ));
    writer.document.sql(format!("{BASE}.id::text"));
    let mut seen = BTreeSet::from(["type", "id"]);
    for field in &page.fields {
        if !seen.insert(field) {
            continue;
        }
        writer
            .document
            .known(&format!(", {} : ", json_pieces::quoted(field)));
        writer.path(field)?;
    }
    writer.document.known("}");
    let sources = writer
        .linked
        .iter()
        .map(|linked| format!(", {} AS ({})", linked.alias, linked.sql()));
    Ok(ShownEntity {
        sources: sources.collect(),
        columns: writer.columns,
        joins: writer.joins,
        doubt: match &writer.doubts[..] {
            [] => "false".to_owned(),
            doubts => doubts.join(" OR "),
        },
        document: writer.document.into_sql(),
    })
}

/// Writes the values of entities.
///
/// What the rows of a page lead to is looked up for all of them at once: links of links level by level, and lists of links.
/// The planner takes an array for a few values, so that is done by an index, whatever statistics say. Each row that is found
/// belongs to one of the page, so FULL JOIN gives what LEFT JOIN would, but never compares each with each.
struct EntityWriter<'s, 'a> {
    entity_type: &'s str,
    statement: &'s mut EntityStatement<'a>,
    /// The columns of the entities themselves that are read.
    columns: BTreeSet<String>,
    linked: Vec<LinkedRows>,
    joins: String,
    /// Conditions under which a row is doubtful.
    doubts: Vec<String>,
    document: JsonPieces,
}

/// Rows to which a page leads.
struct LinkedRows {
    /// Of linked entities: where the link is, and the type that it leads to.
    link: Option<(String, String, String)>,
    alias: String,
    /// The columns that are read of linked entities.
    columns: BTreeSet<String>,
    /// What stands behind the columns.
    from: String,
}

impl LinkedRows {
    fn sql(&self) -> String {
        match self.link {
            Some(_) => format!("SELECT {} {}", column_list("x", &self.columns), self.from),
            None => self.from.clone(),
        }
    }
}

impl EntityWriter<'_, '_> {
    /// Writes the value of a path.
    fn path(&mut self, path: &str) -> Result<(), MissReason> {
        let (mut entity_type, mut alias, mut rest) = (self.entity_type.to_owned(), BASE.to_owned(), path);
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

    /// A column of a row.
    fn column(&mut self, alias: &str, name: &str) -> String {
        let linked = self.linked.iter_mut().find(|linked| linked.alias == alias);
        let columns = linked.map_or(&mut self.columns, |linked| &mut linked.columns);
        columns.insert(name.to_owned());
        format!("{alias}.{}", quote::identifier(name))
    }

    /// The two columns of a link of a row: the type and the id.
    fn link_columns(&mut self, alias: &str, field: &str) -> (String, String) {
        (
            self.column(alias, &format!("{field}__type")),
            self.column(alias, &format!("{field}__id")),
        )
    }

    /// Notes that a field of a row has to be known: of the type that is asked for by its guard, of a linked one here.
    fn known(&mut self, alias: &str, field: &str) {
        if alias == BASE {
            self.statement.needed.insert(field.to_owned());
        } else if field != "id" {
            let unknown = self.column(alias, "_unknown");
            self.doubts.push(format!(
                "COALESCE({} = ANY ({unknown}), false)",
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
        let link = Some((alias.to_owned(), field.to_owned(), linked.to_owned()));
        if let Some(known) = self.linked.iter().find(|known| known.link == link) {
            return Ok(known.alias.clone());
        }
        let joined = self.statement.alias("n");
        let (link_type, link_id) = self.link_columns(alias, field);
        let is_linked = format!("{link_type} = {}", quote::literal(linked));
        self.linked.push(LinkedRows {
            link,
            alias: joined.clone(),
            columns: BTreeSet::from(["id".to_owned()]),
            from: format!(
                "FROM {} AS x WHERE x.id = ANY (ARRAY(SELECT {link_id} FROM {alias} WHERE {is_linked}))",
                layout::table(&self.statement.cache.schema, linked)
            ),
        });
        self.joins += &format!(" FULL JOIN {joined} ON {joined}.id = {link_id} AND {is_linked}");
        let active = self.column(&joined, "_active");
        self.doubts
            .push(format!("({is_linked} AND {active} IS NOT TRUE)"));
        Ok(joined)
    }

    /// Writes the value of a field of a row.
    fn value(&mut self, entity_type: &str, alias: &str, field: &str) -> Result<(), MissReason> {
        let json = match self.statement.class(entity_type, field)? {
            FieldClass::Entity => return self.link(entity_type, alias, field),
            FieldClass::MultiEntity => return self.links(entity_type, alias, field),
            FieldClass::Integer | FieldClass::Decimal | FieldClass::Checkbox | FieldClass::Opaque => {
                format!("{}::text", self.column(alias, field))
            }
            FieldClass::Text | FieldClass::Date => format!("to_json({})::text", self.column(alias, field)),
            FieldClass::Moment => format!(
                "('\"' || to_char({} AT TIME ZONE 'UTC', {MOMENT}) || '\"')",
                self.column(alias, field)
            ),
        };
        self.document.sql(json_pieces::or_null(&json));
        Ok(())
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

    fn link(&mut self, entity_type: &str, alias: &str, field: &str) -> Result<(), MissReason> {
        let mut text = LinkText::default();
        let (link_type, link_id) = self.link_columns(alias, field);
        for (linked, display) in self.targets(entity_type, field)? {
            let joined = self.join(alias, field, &linked)?;
            self.known(&joined, &display);
            let name = self.column(&joined, &display);
            text.add(&linked, name);
        }
        self.document
            .sql(json_pieces::or_null(&text.sql(&link_type, &link_id)));
        self.doubts.push(text.doubt(&link_type));
        Ok(())
    }

    fn links(&mut self, entity_type: &str, alias: &str, field: &str) -> Result<(), MissReason> {
        let (m, l) = (self.statement.alias("m"), self.statement.alias("l"));
        let mut joins = String::new();
        let mut text = LinkText::default();
        let mut known = Vec::new();
        for (linked, display) in self.targets(entity_type, field)? {
            let t = self.statement.alias("t");
            joins += &format!(
                " LEFT JOIN {} AS {t} ON {m}.child_type = {} AND {t}.id = {m}.child_id",
                layout::table(&self.statement.cache.schema, &linked),
                quote::literal(&linked)
            );
            text.add(&linked, format!("{t}.{}", quote::identifier(&display)));
            known.push(format!(
                "COALESCE({t}._active AND ({t}._unknown IS NULL OR {} <> ALL ({t}._unknown)), false)",
                quote::literal(&display)
            ));
        }
        let parent = self.column(alias, "id");
        self.linked.push(LinkedRows {
            link: None,
            alias: l.clone(),
            columns: BTreeSet::new(),
            from: format!(
                "SELECT {m}.parent_id, '[' || string_agg({}, ', ' ORDER BY {m}._position, {m}.child_id) || ']' AS links, \
                 bool_or(NOT ({})) AS is_doubtful FROM {} AS {m}{joins} \
                 WHERE {m}.parent_id = ANY (ARRAY(SELECT {parent} FROM {alias})) GROUP BY {m}.parent_id",
                text.sql(&format!("{m}.child_type"), &format!("{m}.child_id")),
                known.join(" OR "),
                layout::links(&self.statement.cache.schema, entity_type, field),
            ),
        });
        self.joins += &format!(" FULL JOIN {l} ON {l}.parent_id = {parent}");
        self.doubts.push(format!("COALESCE({l}.is_doubtful, false)"));
        // Of an entity that is not there, the value is null.
        self.document.sql(format!(
            "CASE WHEN {parent} IS NULL THEN 'null' ELSE COALESCE({l}.links, '[]') END"
        ));
        Ok(())
    }
}

/// A link as JSON: which types it may lead to, and the name of the entity of each.
#[derive(Default)]
struct LinkText {
    types: String,
    listed: Vec<String>,
    names: Vec<String>,
}

impl LinkText {
    fn add(&mut self, linked: &str, name: String) {
        let before_id = format!("{{\"type\" : {}, \"id\" : ", json_pieces::quoted(linked));
        self.types += &format!(
            " WHEN {} THEN {}",
            quote::literal(linked),
            quote::literal(&before_id)
        );
        self.listed.push(quote::literal(linked));
        self.names.push(name);
    }

    /// The text of a link; NULL if there is none, or if it leads to another type.
    fn sql(&self, link_type: &str, link_id: &str) -> String {
        let name = format!("to_json(COALESCE({}))::text", self.names.join(", "));
        format!(
            "(CASE {link_type}{} END || {link_id} || ', \"name\" : ' || {} || '}}')",
            self.types,
            json_pieces::or_null(&name)
        )
    }

    /// Whether a link leads to another type, whose names nobody has.
    fn doubt(&self, link_type: &str) -> String {
        format!("COALESCE({link_type} NOT IN ({}), false)", self.listed.join(", "))
    }
}
