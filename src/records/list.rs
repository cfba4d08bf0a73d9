//! Pages of records, as one statement: which rows, in what order, and with which members.
//!
//! The page itself comes first, with its limit; everything else (previews of linked rows, groups, joined columns) is
//! looked up for the rows of the page alone.

mod rows;

use super::document::{self, Linked, SizeLimit, json_object};
use super::error::RecordError;
use super::group::Groups;
use super::joined::{Joined, JoinedColumn};
use super::order::{self, Ordered, Unreadable};
use super::page_request::{Count, Members, PageRequest};
use super::path::PathJoins;
use super::relation::{LISTED, RecordColumn, RecordRelation};
use super::search::Term;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::catalog::types::TypeOptions;
use crate::error::Error;
use crate::previews::{Purpose, Templates};
use crate::statements::{Draft, Parameters, Shape};
use std::borrow::Cow;

impl Shape for PageRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let mut relation = RecordRelation::read_relation(catalog, self.relation)?;
        let mut parameters = Parameters::default();
        if let Some(restriction) = &self.restriction {
            restriction.apply(&mut relation, &mut parameters, self.is_asked())?;
        }
        let purpose = match self.members {
            Members::Own | Members::Shared => Purpose::Own,
            Members::Listed | Members::Searched | Members::Written => Purpose::Contract,
        };
        let templates = document::templates(catalog, self.templates.as_deref(), purpose)?;
        let paths = PathJoins::new(catalog, &templates, LISTED);
        // A request that knows a part of a relation cannot ask what it links to.
        let known_paths = self.restriction.is_none().then_some(&paths);
        let mut page = Page::new(self, catalog, &templates, &relation, known_paths, parameters)?;
        page.compile_list()
    }
}

/// A page under construction.
struct Page<'a> {
    request: &'a PageRequest,
    catalog: &'a Catalog,
    templates: &'a Templates,
    relation: &'a RecordRelation,
    paths: Option<&'a PathJoins<'a>>,
    order: Vec<Ordered>,
    /// What the option `search` looks for.
    searched: Vec<Term>,
    shown: Vec<&'a RecordColumn>,
    links: Vec<document::LinkTo>,
    parameters: Parameters,
}

impl<'a> Page<'a> {
    fn new(
        request: &'a PageRequest,
        catalog: &'a Catalog,
        templates: &'a Templates,
        relation: &'a RecordRelation,
        paths: Option<&'a PathJoins<'a>>,
        parameters: Parameters,
    ) -> Result<Self, Error> {
        let mut shown: Vec<&RecordColumn> = match &request.columns {
            None => relation.readable().collect(),
            Some(references) => references
                .iter()
                .map(|reference| relation.column(reference))
                .collect::<Result<_, _>>()?,
        };
        if request.members == Members::Own {
            // A row that cannot be addressed cannot be changed.
            for column in relation.readable_key().unwrap_or_default() {
                if !shown.iter().any(|known| known.attnum == column.attnum) {
                    shown.push(column);
                }
            }
        }
        let links = request.linked.links(catalog, relation)?;
        let searched = match &request.search {
            // What is found need not be shown. Where there are no paths, nothing is looked for in rows of other tables.
            Some(search) => {
                let links = match paths {
                    Some(_) => Linked::All.links(catalog, relation)?,
                    None => Vec::new(),
                };
                search.terms(relation, &links)?
            }
            None => Vec::new(),
        };
        Ok(Self {
            request,
            catalog,
            templates,
            relation,
            order: order::resolve(
                relation,
                &request.order,
                match request.members {
                    Members::Own | Members::Shared => Unreadable::Refused,
                    Members::Listed | Members::Searched | Members::Written => Unreadable::Ignored,
                },
                paths,
            )?,
            paths,
            searched,
            shown,
            links,
            parameters,
        })
    }

    fn compile_list(&mut self) -> Result<Draft, Error> {
        let forms = self.request.forms;
        let condition = self.condition()?;
        if self.is_search() && self.request.order.is_empty() {
            let score = self.score()?;
            self.order.insert(0, Ordered::by_score(score));
        }
        let groups = match &self.request.group {
            Some(grouping) => Some(Groups::compile(grouping, &self.conditions())?),
            None => None,
        };
        // The conditions, the order and the groups know by now what they join.
        let source = self.source(&condition);
        let joined = self.joined()?;
        let needs_position = groups.is_some() || !joined.is_empty() || self.request.has_links;
        let columns = self.page_columns(&joined);

        let mut tables = Vec::new();
        let mut selected = document::page_columns(&columns, LISTED);
        if let Some(groups) = &groups {
            selected = with_item(selected, groups.page_column());
        }
        let rows = self.rows(&condition, &selected, &mut tables)?;
        tables.push(if needs_position {
            format!("page AS (SELECT q.*, pg_catalog.row_number() OVER () AS position FROM ({rows}) AS q)")
        } else {
            format!("page AS ({rows})")
        });
        if let Some(groups) = &groups {
            tables.push(groups.table(&source));
        }
        tables.extend(joined.iter().flat_map(|joined| joined.tables.clone()));

        let estimate = (self.request.count == Count::Estimated).then(|| format!("SELECT FROM {source}"));
        let count = self.count(&source);
        let grouping = groups.map_or("NULL".into(), |groups| groups.document(forms));
        let members = self.members(count, grouping, &joined)?;
        let flag = match self.request.bounds.after {
            Some(_) => ", EXISTS (SELECT FROM anchor)",
            None => "",
        };
        Ok(Draft {
            sql: format!(
                "WITH {} SELECT {}{flag}",
                tables.join(", "),
                json_object(&members)
            ),
            parameters: std::mem::take(&mut self.parameters),
            planning: self.planning(),
            estimate,
        })
    }

    fn joined(&self) -> Result<Vec<Joined>, Error> {
        // A path leads to rows, and columns, of which a request must not know that knows a part of a relation.
        if self.request.restriction.is_some() && !self.request.joined.is_empty() {
            Err(RecordError::Invalid {
                argument: "options",
                problem: "\"joined_columns\" lead out of what is shared".into(),
                hint: "A share shows columns of its own table. Share an exploration to show columns of others.",
            })?;
        }
        // PostgreSQL does not listen while it plans thousands of joins.
        const MOST_JOINS: usize = 200;
        let joins = self.request.joined.iter().map(JoinedColumn::count_joins).sum();
        if joins > MOST_JOINS {
            let most = MOST_JOINS;
            Err(RecordError::TooManyJoins { joins, most })?;
        }
        self.check_aliases()?;
        let joined = self.request.joined.iter().enumerate();
        joined
            .map(|(number, joined)| {
                Joined::compile(
                    self.catalog,
                    self.templates,
                    joined,
                    self.relation,
                    number,
                    self.request.forms,
                )
            })
            .collect()
    }

    /// Joined columns are members of a record beside its own ones.
    fn check_aliases(&self) -> Result<(), RecordError> {
        let keys = self.request.forms.keys;
        let mut taken: Vec<Cow<'_, str>> = match self.request.joined.as_slice() {
            [] => return Ok(()),
            _ => self.shown.iter().map(|column| keys.name(column).into()).collect(),
        };
        for (number, joined) in self.request.joined.iter().enumerate() {
            let alias = joined.alias();
            if taken.iter().any(|name| name == alias) {
                let alias = alias.to_owned();
                return Err(RecordError::DuplicateAlias { number, alias });
            }
            taken.push(alias.into());
        }
        Ok(())
    }

    /// The columns that the page must have.
    fn page_columns(&self, joined: &[Joined]) -> Vec<&'a RecordColumn> {
        let is_shown = |column: &RecordColumn| self.shown.iter().any(|shown| shown.attnum == column.attnum);
        let is_linked = |column: &RecordColumn| {
            self.links
                .iter()
                .any(|(link, _)| link.attnums().any(|attnum| attnum == column.attnum))
        };
        let is_joined = |column: &RecordColumn| joined.iter().any(|joined| joined.base == column.attnum);
        let is_ordering = |column: &RecordColumn| {
            self.order
                .iter()
                .any(|ordered| ordered.attnum == Some(column.attnum))
        };
        // The order is needed where rows are ordered once more, the key where it is part of the result.
        let needs_order = self.request.bounds.after.is_some()
            || self.is_search()
            || matches!(self.request.members, Members::Own | Members::Shared);
        self.relation
            .readable()
            .filter(|column| {
                self.request.record_summaries
                    || is_shown(column)
                    || is_linked(column)
                    || is_joined(column)
                    || (needs_order && is_ordering(column))
            })
            .collect()
    }

    fn members(
        &mut self,
        count: String,
        grouping: String,
        joined: &[Joined],
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let forms = self.request.forms;
        let is_own = self.request.members == Members::Own;
        // Members of its own are there for every page.
        let never_null = |object: String| match (is_own, object.as_str()) {
            (true, "NULL") => "'{}'::pg_catalog.json".to_owned(),
            (true, _) => format!("COALESCE({object}, '{{}}')"),
            (false, _) => object,
        };
        let linked = match self.request.has_links {
            true => "NULL".to_owned(),
            false => {
                document::linked_summaries(self.catalog, self.templates, self.relation, &self.links, forms)?
            }
        };
        let links = match self.request.has_links {
            true => document::links_of_rows(self.catalog, self.templates, self.relation, &self.links, forms)?,
            false => Vec::new(),
        };
        let display = match self.request.has_display {
            true => document::display(
                self.catalog,
                self.relation,
                &self.shown,
                forms.keys,
                self.size_limit().as_ref(),
            )?,
            false => "NULL".to_owned(),
        };
        let own = if self.request.record_summaries {
            document::record_summaries(self.catalog, self.templates, self.relation, forms)?
        } else {
            "NULL".into()
        };
        let results = ("results", self.results(joined));
        let linked = ("linked_record_summaries", never_null(linked));
        let own = ("record_summaries", never_null(own));
        let count = ("count", count);
        let grouping = ("grouping", grouping);
        Ok(match self.request.members {
            Members::Listed => {
                let joined = ("joined_record_summaries", joined_summaries(joined));
                vec![count, results, grouping, linked, own, joined]
            }
            Members::Searched => vec![count, results, linked, own],
            Members::Own => {
                let links = match links.as_slice() {
                    [] => "'{}'::pg_catalog.json".to_owned(),
                    links => merged(links.iter().map(String::as_str)),
                };
                let next = ("next", self.next());
                let links = ("links", links);
                vec![
                    count,
                    results,
                    grouping,
                    linked,
                    links,
                    own,
                    ("display", display),
                    ("omitted", self.omitted()),
                    next,
                ]
            }
            Members::Written => vec![results, linked, own],
            Members::Shared => {
                let links = match links.as_slice() {
                    [] => "NULL".to_owned(),
                    links => merged(links.iter().map(String::as_str)),
                };
                vec![
                    count,
                    ("columns", self.describe_columns()?),
                    results,
                    grouping,
                    linked,
                    ("links", links),
                    ("display", display),
                    ("omitted", self.omitted()),
                    ("next", self.next()),
                ]
            }
        })
    }

    /// What is shown, for those who cannot ask the catalogs.
    fn describe_columns(&self) -> Result<String, Error> {
        let mut described = Vec::with_capacity(self.shown.len());
        for column in &self.shown {
            let row = PgAttribute::by_number(&self.catalog.reader, self.relation.oid, column.attnum);
            let modifiers = row.map_or(-1, |row| row.atttypmod);
            described.push(serde_json::json!({
                "attnum": column.attnum,
                "name": column.name,
                "type": column.type_info.listed_name,
                "type_options": TypeOptions::from_modifiers(&column.type_info, modifiers),
                "ui_type": column.type_info.ui_type,
                "primary_key": self.relation.key.contains(&column.attnum),
            }));
        }
        let described = serde_json::Value::Array(described).to_string();
        Ok(format!(
            "{}::pg_catalog.json",
            crate::pg::quote::literal(&described)
        ))
    }

    fn size_limit(&self) -> Option<SizeLimit<'a>> {
        SizeLimit::new(&self.shown, &self.relation.key, self.request.largest_value)
    }

    /// The sizes of the values that are left out.
    fn omitted(&self) -> String {
        match self.size_limit() {
            Some(limit) => limit.omitted(self.request.forms.keys),
            None => "'[]'::pg_catalog.json".into(),
        }
    }

    fn results(&self, joined: &[Joined]) -> String {
        if let Some(limit) = self.size_limit() {
            let members =
                (!joined.is_empty()).then(|| merged(joined.iter().map(|joined| joined.member.as_str())));
            return document::limited_results(&self.shown, self.request.forms, &limit, members.as_deref());
        }
        if joined.is_empty() {
            return document::results(&self.shown, self.request.forms);
        }
        let record = document::record(&self.shown, self.request.forms, None);
        let members = joined.iter().map(|joined| joined.member.as_str());
        format!(
            "(SELECT COALESCE(pg_catalog.json_agg((SELECT pg_catalog.to_jsonb(v.*) FROM {record}) OPERATOR(pg_catalog.||) {} \
             ORDER BY p.position), '[]') FROM page AS p)",
            merged(members)
        )
    }

    /// The key of the last row, after which the next page begins; NULL where there is no next page.
    fn next(&self) -> String {
        let (Some(key), Some(limit)) = (self.relation.readable_key(), self.request.bounds.limit) else {
            return "NULL".into();
        };
        let key: Vec<_> = key
            .into_iter()
            .map(|column| (column, format!("p.{}", document::page_column(column))))
            .collect();
        format!(
            "CASE WHEN (SELECT pg_catalog.count(*) FROM page) OPERATOR(pg_catalog.=) {limit} \
             THEN (SELECT {} FROM page AS p OFFSET {} LIMIT 1) END",
            document::key_json(&key, self.request.forms),
            (limit - 1).max(0)
        )
    }
}

/// One more item of a select list, which may be empty.
fn with_item(mut list: String, item: String) -> String {
    if !list.is_empty() {
        list.push_str(", ");
    }
    list + &item
}

fn joined_summaries(joined: &[Joined]) -> String {
    if joined.is_empty() {
        return "NULL".into();
    }
    merged(joined.iter().map(|joined| joined.summaries.as_str()))
}

/// JSON objects as one, however many there are: a function takes a hundred arguments.
fn merged<'a>(objects: impl Iterator<Item = &'a str>) -> String {
    let objects: Vec<String> = objects
        .map(|object| format!("{object}::pg_catalog.jsonb"))
        .collect();
    objects.join(" OPERATOR(pg_catalog.||) ")
}
