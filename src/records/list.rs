//! Pages of records, as one statement: which rows, in what order, and with which members.
//!
//! The page itself comes first, with its limit; everything else (previews of linked rows, groups, joined columns) is
//! looked up for the rows of the page alone.

use super::after;
use super::condition::{Conditions, RelationColumns};
use super::document::{self, Linked, object};
use super::error::RecordError;
use super::filter::Filter;
use super::group::{Grouping, Groups};
use super::joined::{self, Joined, JoinedColumn};
use super::key::RecordKey;
use super::order::{self, OrderItem, Ordered, Unreadable};
use super::relation::{ColumnReference, LISTED, RecordColumn, RecordRelation};
use super::search::{self, Term};
use super::value::Forms;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::catalog::types::TypeOptions;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::plan::Planning;
use crate::previews::{Purpose, Templates};
use crate::statements::{Draft, Form, Literal, Parameters, Shape};
use pgrx::pg_sys;

/// A request for a page of records, without its values.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PageRequest {
    pub(crate) relation: Oid,
    pub(crate) rows: RowSelection,
    /// The columns of the result; `None` for all that the role may read.
    pub(crate) columns: Option<Vec<ColumnReference>>,
    pub(crate) order: Vec<OrderItem>,
    pub(crate) bounds: Bounds,
    pub(crate) group: Option<Grouping>,
    pub(crate) joined: Vec<JoinedColumn>,
    pub(crate) linked: Linked,
    pub(crate) record_summaries: bool,
    /// As JSON.
    pub(crate) templates: Option<String>,
    pub(crate) count: Count,
    pub(crate) forms: Forms,
    pub(crate) members: Members,
    /// What the request knows of the relation, if not all that the role may read.
    pub(crate) restriction: Option<Restriction>,
}

/// The part of a relation that a request knows: it cannot tell that there is more.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Restriction {
    /// `None` for all that the role may read.
    pub(crate) columns: Option<Vec<i16>>,
    /// Which rows; it may be about other columns, too.
    pub(crate) filter: Option<Filter>,
}

impl Restriction {
    /// Leaves of the relation what the request knows. `is_asked` says whether the request has conditions of its own: then
    /// they see these rows only, so that no error which a condition raises tells of another row.
    fn apply(
        &self,
        relation: &mut RecordRelation,
        parameters: &mut Parameters,
        is_asked: bool,
    ) -> Result<(), Error> {
        if let Some(filter) = &self.filter {
            let columns = RelationColumns {
                relation,
                alias: LISTED,
            };
            let mut conditions = Conditions {
                columns,
                parameters,
                has_eras: true,
            };
            let condition = conditions.condition(filter)?;
            // OFFSET keeps the planner from mixing conditions.
            let barrier = if is_asked { " OFFSET 0" } else { "" };
            let columns: Vec<&str> = relation.readable().map(|column| column.sql.as_str()).collect();
            relation.sql = format!(
                "(SELECT {} FROM {} AS {LISTED} WHERE {condition}{barrier})",
                columns.join(", "),
                relation.sql
            );
        }
        relation.columns.retain(|column| {
            column.is_readable
                && self
                    .columns
                    .as_ref()
                    .is_none_or(|columns| columns.contains(&column.attnum))
        });
        if !relation.is_nameable || relation.columns.is_empty() {
            return Err(RecordError::NothingToShow.into());
        }
        Ok(())
    }
}

/// Which rows.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum RowSelection {
    /// Those that pass, or all.
    Filtered(Option<Filter>),
    /// The one with this key.
    WithKey(RecordKey),
    /// Those in which something is found, best first.
    Found(Vec<Term>),
}

/// Which part of them.
#[derive(PartialEq, Eq, Hash, Default)]
pub(crate) struct Bounds {
    /// Part of the shape, since the planner must know it; a client has few.
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<Literal>,
    /// The key of the row that the page comes after.
    pub(crate) after: Option<RecordKey>,
}

/// Whether all rows are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Count {
    #[default]
    Exact,
    /// By the planner.
    Estimated,
    None,
}

/// Which members the document has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Members {
    /// Those of `list_records_from_table`.
    Listed,
    /// Those of `search_records_from_table`.
    Searched,
    /// Those of `list_records`.
    Own,
    /// Those that writes return.
    Written,
    /// Those that shares show: of `list_records`, and the columns.
    Shared,
}

impl PageRequest {
    /// A request for rows of a relation, with everything else as it is unless asked for.
    pub(crate) fn new(relation: Oid, rows: RowSelection, members: Members) -> Self {
        Self {
            relation,
            rows,
            columns: None,
            order: Vec::new(),
            bounds: Bounds::default(),
            group: None,
            joined: Vec::new(),
            linked: Linked::All,
            record_summaries: false,
            templates: None,
            count: Count::Exact,
            forms: Forms::default(),
            members,
            restriction: None,
        }
    }

    /// Whether it has conditions of its own, or computes with values.
    fn is_asked(&self) -> bool {
        !matches!(self.rows, RowSelection::Filtered(None))
            || self.group.is_some()
            || self.bounds.after.is_some()
    }
}

impl Shape for PageRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let mut relation = RecordRelation::read(catalog, self.relation)?;
        let mut parameters = Parameters::default();
        if let Some(restriction) = &self.restriction {
            restriction.apply(&mut relation, &mut parameters, self.is_asked())?;
        }
        let purpose = match self.members {
            Members::Own | Members::Shared => Purpose::Own,
            Members::Listed | Members::Searched | Members::Written => Purpose::Contract,
        };
        let templates = document::templates(self.templates.as_deref(), purpose)?;
        let mut page = Page::new(self, catalog, &templates, &relation, parameters)?;
        page.compile()
    }
}

/// A page under construction.
struct Page<'a> {
    request: &'a PageRequest,
    catalog: &'a Catalog,
    templates: &'a Templates,
    relation: &'a RecordRelation,
    order: Vec<Ordered<'a>>,
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
        parameters: Parameters,
    ) -> Result<Self, Error> {
        let shown = match &request.columns {
            None => relation.readable().collect(),
            Some(references) => references
                .iter()
                .map(|reference| relation.column(reference))
                .collect::<Result<_, _>>()?,
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
            )?,
            shown,
            links: request.linked.links(catalog, relation)?,
            parameters,
        })
    }

    fn compile(&mut self) -> Result<Draft, Error> {
        let forms = self.request.forms;
        let condition = self.condition()?;
        let source = from(self.relation, &condition);
        let groups = match &self.request.group {
            Some(grouping) => Some(Groups::compile(grouping, &self.conditions())?),
            None => None,
        };
        let joined = self.joined()?;
        let needs_position = groups.is_some() || !joined.is_empty();
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
            sql: format!("WITH {} SELECT {}{flag}", tables.join(", "), object(&members)),
            parameters: std::mem::take(&mut self.parameters),
            planning: self.planning(),
            estimate,
        })
    }

    /// The rows of the page, in their order: a query that selects `selected`. What it takes goes into `tables`.
    fn rows(&mut self, condition: &str, selected: &str, tables: &mut Vec<String>) -> Result<String, Error> {
        let source = from(self.relation, condition);
        if self.is_search() {
            return self.found_rows(&source, selected, tables);
        }
        if let Some(after) = &self.request.bounds.after {
            let condition = (!condition.is_empty()).then_some(condition);
            let (anchor, rows) = after::compile(
                after,
                self.relation,
                &self.order,
                selected,
                condition,
                self.request.bounds.limit,
                &mut self.parameters,
            )?;
            tables.push(anchor);
            return Ok(rows);
        }
        let order = order::clause(&self.order, |column| column.of(LISTED));
        let is_deep = self.request.bounds.offset.is_some() && self.request.bounds.limit.is_some();
        match self.relation.unique_key() {
            // Of the rows that are left out, the keys are enough: an index may have them.
            Some(key) if is_deep => {
                let keys = format!(
                    "SELECT {} FROM {source}{order}{}",
                    document::page_columns(&key, LISTED),
                    self.limit()
                );
                self.rows_of(&key, &keys, selected, &order)
            }
            _ => Ok(format!("SELECT {selected} FROM {source}{order}{}", self.limit())),
        }
    }

    /// The same for a search. What is found is looked for once, and kept to be counted and to be sorted: keys and
    /// scores alone, where rows have a key.
    fn found_rows(
        &mut self,
        source: &str,
        selected: &str,
        tables: &mut Vec<String>,
    ) -> Result<String, Error> {
        let score = format!("{} AS score", self.score()?);
        let order = |name: &dyn Fn(&RecordColumn) -> String| {
            let order = order::clause(&self.order, name).replacen(" ORDER BY ", ", ", 1);
            format!(" ORDER BY score DESC{order}")
        };
        let (on_page, in_table) = (order(&document::page_column), order(&|column| column.of(LISTED)));
        let key = self.relation.unique_key();
        let kept = match &key {
            Some(key) => document::page_columns(key, LISTED),
            None => selected.to_owned(),
        };
        tables.push(format!(
            "found AS MATERIALIZED (SELECT {} FROM {source})",
            with_item(kept, score)
        ));
        let best = format!("SELECT * FROM found{on_page}{}", self.limit());
        match &key {
            Some(key) => self.rows_of(key, &best, selected, &in_table),
            None => Ok(best),
        }
    }

    /// The rows whose keys a query gives, put in order again.
    fn rows_of(
        &self,
        key: &[&RecordColumn],
        keys: &str,
        selected: &str,
        order: &str,
    ) -> Result<String, Error> {
        let by_key = key
            .iter()
            .map(|column| {
                let given = format!("f.{}", document::page_column(column));
                joined::equal((column, &column.of(LISTED)), (column, &given))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(format!(
            "SELECT {selected} FROM ({keys}) AS f JOIN {} AS {LISTED} ON {}{order}",
            self.relation.sql,
            by_key.join(" AND ")
        ))
    }

    fn is_search(&self) -> bool {
        matches!(&self.request.rows, RowSelection::Found(terms) if !terms.is_empty())
    }

    fn planning(&self) -> Planning {
        match &self.request.rows {
            RowSelection::WithKey(_) => Planning::Once,
            RowSelection::Filtered(None) if self.request.bounds.after.is_some() => Planning::Once,
            _ => Planning::EachTime,
        }
    }

    fn conditions(&mut self) -> Conditions<'_, RelationColumns<'a>> {
        Conditions {
            columns: RelationColumns {
                relation: self.relation,
                alias: LISTED,
            },
            parameters: &mut self.parameters,
            has_eras: true,
        }
    }

    /// The condition on rows; empty for all rows.
    fn condition(&mut self) -> Result<String, Error> {
        match &self.request.rows {
            RowSelection::Filtered(None) => Ok(String::new()),
            RowSelection::Filtered(Some(filter)) => self.conditions().condition(filter),
            RowSelection::WithKey(key) => key.condition(self.relation, LISTED, &mut self.parameters),
            RowSelection::Found(terms) => search::condition(terms, &mut self.conditions()),
        }
    }

    fn score(&mut self) -> Result<String, Error> {
        match &self.request.rows {
            RowSelection::Found(terms) => search::score(terms, &mut self.conditions()),
            _ => Ok("0".into()),
        }
    }

    fn joined(&self) -> Result<Vec<Joined>, Error> {
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
                .any(|ordered| ordered.column.attnum == column.attnum)
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

    fn limit(&mut self) -> String {
        let bounds = &self.request.bounds;
        let limit = bounds
            .limit
            .map_or(String::new(), |limit| format!(" LIMIT {limit}"));
        match bounds.offset {
            Some(offset) => format!(
                "{limit} OFFSET {}",
                self.parameters.sql(offset, Form::Value, pg_sys::INT8OID)
            ),
            None => limit,
        }
    }

    /// How many rows there are, whatever the bounds. Where the page has the last row, that is known.
    fn count(&mut self, source: &str) -> String {
        const ON_PAGE: &str = "(SELECT pg_catalog.count(*) FROM page)";
        let bounds = &self.request.bounds;
        let of_all = if self.is_search() {
            "(SELECT pg_catalog.count(*) FROM found)".to_owned()
        } else {
            format!("(SELECT pg_catalog.count(*) FROM {source})")
        };
        match self.request.count {
            Count::None => "NULL".into(),
            // Beside those of the statement: see `Draft::estimate`. No parameter is added after this.
            Count::Estimated => format!("${}::pg_catalog.int8", self.parameters.len() + 1),
            Count::Exact => match (bounds.limit, bounds.offset, &bounds.after) {
                (None, None, None) => ON_PAGE.into(),
                (Some(limit), None, None) => format!(
                    "CASE WHEN {ON_PAGE} OPERATOR(pg_catalog.<) {limit} THEN {ON_PAGE} ELSE {of_all} END"
                ),
                (limit, Some(offset), None) if !self.is_search() => {
                    let offset = self.parameters.sql(offset, Form::Value, pg_sys::INT8OID);
                    let is_last = limit.map_or(String::new(), |limit| {
                        format!(" AND {ON_PAGE} OPERATOR(pg_catalog.<) {limit}")
                    });
                    format!(
                        "CASE WHEN {ON_PAGE} OPERATOR(pg_catalog.>) 0{is_last} \
                         THEN {offset} OPERATOR(pg_catalog.+) {ON_PAGE} ELSE {of_all} END"
                    )
                }
                _ => of_all,
            },
        }
    }

    fn members(
        &mut self,
        count: String,
        grouping: String,
        joined: &[Joined],
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let forms = self.request.forms;
        let linked =
            document::linked_summaries(self.catalog, self.templates, self.relation, &self.links, forms)?;
        let own = if self.request.record_summaries {
            document::record_summaries(self.catalog, self.templates, self.relation, forms)?
        } else {
            "NULL".into()
        };
        let results = ("results", self.results(joined));
        let linked = ("linked_record_summaries", linked);
        let own = ("record_summaries", own);
        let count = ("count", count);
        let grouping = ("grouping", grouping);
        Ok(match self.request.members {
            Members::Listed => {
                let joined = ("joined_record_summaries", joined_summaries(joined));
                vec![count, results, grouping, linked, own, joined]
            }
            Members::Searched => vec![count, results, linked, own],
            Members::Own => vec![count, results, grouping, linked, own, ("next", self.next())],
            Members::Written => vec![results, linked, own],
            Members::Shared => {
                let columns = ("columns", self.describe_columns()?);
                vec![count, columns, results, grouping, linked, ("next", self.next())]
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
                "type_options": TypeOptions::of(&column.type_info, modifiers),
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

    fn results(&self, joined: &[Joined]) -> String {
        if joined.is_empty() {
            return document::results(&self.shown, self.request.forms);
        }
        let record = document::record(&self.shown, self.request.forms, None);
        let members = joined.iter().map(|joined| joined.member.as_str());
        format!(
            "(SELECT COALESCE(pg_catalog.json_agg((SELECT pg_catalog.to_jsonb(v) FROM {record}) OPERATOR(pg_catalog.||) {} \
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

/// A relation and its condition, as what follows FROM.
fn from(relation: &RecordRelation, condition: &str) -> String {
    if condition.is_empty() {
        format!("{} AS {LISTED}", relation.sql)
    } else {
        format!("{} AS {LISTED} WHERE {condition}", relation.sql)
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
