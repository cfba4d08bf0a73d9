//! The statement of a run: a page of the rows, their number, and what the columns are, as one document.
//!
//! Everything comes from one statement, and so from one snapshot. The document is of type `json`, so that the members of
//! a row keep the order of the columns.

use super::describe::{self, ResultDescriber};
use super::error::ExplorationError;
use super::keyset::{RowsAfter, exact_text};
use super::model::{Exploration, ExplorationStep, Transformation};
use super::pipeline::Pipeline;
use super::stage::{LONGEST_NAME, Sorting, Stage, StageColumn};
use crate::catalog::{Catalog, plain_sql};
use crate::error::Error;
use crate::pg::comparison;
use crate::pg::plan::Planning;
use crate::pg::quote;
use crate::previews::{ColumnDisplay, Purpose, Templates};
use crate::records::document;
use crate::records::page_request::Count;
use crate::records::value::Forms;
use crate::statements::{Draft, Form, Literal, Parameters, Shape};
use pgrx::pg_sys;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A run of an exploration, without its values.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct RunRequest {
    pub(crate) exploration: Exploration,
    /// Steps that follow those of the exploration.
    pub(crate) more_steps: Vec<ExplorationStep>,
    pub(crate) page: PageOptions,
    pub(crate) members: ResultMembers,
}

/// Which part of the rows, and in which form.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct PageOptions {
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<Literal>,
    /// The values of the row that the page comes after, in the order of its columns.
    pub(crate) after: Option<Vec<Literal>>,
    pub(crate) count: Count,
    pub(crate) forms: Forms,
    pub(crate) previews: bool,
    /// Values are returned as their display options show them, too.
    pub(crate) display: bool,
    /// The result has the shape of Mathesar's contract.
    pub(crate) is_compatible: bool,
}

/// All rows, in the forms of the contract.
impl Default for PageOptions {
    fn default() -> Self {
        Self {
            limit: None,
            offset: None,
            after: None,
            count: Count::Exact,
            forms: Forms::CONTRACT,
            previews: false,
            display: false,
            is_compatible: false,
        }
    }
}

/// The members of a result beside its rows.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) enum ResultMembers {
    /// The exploration as it was run, and limit and offset as they were given.
    Whole {
        document: Literal,
        limit: Literal,
        offset: Literal,
    },
    /// The columns that it shows, and nothing about how they come about.
    Shared,
}

/// What stands for the planner's estimate in SQL, in which it cannot occur.
const ESTIMATE: &str = "\0estimate";

impl Shape for RunRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let mut pipeline = Pipeline::new(
            catalog,
            &self.exploration,
            Parameters::default(),
            !self.page.is_compatible,
        )?;
        for step in &self.more_steps {
            pipeline.take_also(step)?;
        }
        if self.members == ResultMembers::Shared {
            pipeline.stage.forget_hidden_keys();
        }
        let members = self.description(&pipeline)?;
        RunPage {
            request: self,
            pipeline,
            members,
        }
        .compile()
    }
}

/// The part of a document that does not depend on the rows.
struct Description {
    output_columns: Value,
    column_metadata: Value,
    display_names: BTreeMap<String, String>,
}

impl RunRequest {
    fn description(&self, pipeline: &Pipeline<'_>) -> Result<Description, Error> {
        let summaries: Vec<_> = pipeline
            .completed
            .iter()
            .map(|completed| &completed.summary)
            .collect();
        let display_names = describe::display_names(&self.exploration.display_names, &summaries);
        let describer = ResultDescriber {
            catalog: pipeline.catalog(),
            initial: &pipeline.history[..pipeline.initial],
            display_names: &display_names,
            is_compatible: self.page.is_compatible,
        };
        let output: Vec<&StageColumn> = pipeline.stage.visible().collect();
        let mut metadata = Map::new();
        match self.members {
            ResultMembers::Whole { .. } => {
                for column in &pipeline.history {
                    metadata.insert(column.alias.clone(), describer.describe(column)?);
                }
            }
            ResultMembers::Shared => {
                for column in &output {
                    let mut described = describer.describe(column)?;
                    if let Value::Object(described) = &mut described {
                        // Where values come from is no concern of a visitor.
                        for key in [
                            "is_initial_column",
                            "input_column_name",
                            "input_table_name",
                            "input_table_id",
                            "input_alias",
                        ] {
                            described.shift_remove(key);
                        }
                    }
                    metadata.insert(column.alias.clone(), described);
                }
            }
        }
        Ok(Description {
            output_columns: output.iter().map(|column| column.alias.clone()).collect(),
            column_metadata: Value::Object(metadata),
            display_names,
        })
    }
}

struct RunPage<'a> {
    request: &'a RunRequest,
    pipeline: Pipeline<'a>,
    members: Description,
}

impl RunPage<'_> {
    fn compile(mut self) -> Result<Draft, Error> {
        let order = final_order(
            &self.pipeline.stage,
            self.request.page.is_compatible,
            self.has_order_step(),
        );
        let mut tables = Vec::new();
        let is_exact = self.request.page.count == Count::Exact;
        if self.pipeline.stage.is_computed_once && is_exact {
            tables.push(format!(
                "result AS MATERIALIZED (\n{}\n)",
                self.pipeline.stage.sql("")
            ));
            self.pipeline.stage = from_result(&self.pipeline.stage);
        }
        let of_all = self.pipeline.stage.count_sql();
        let estimate = (self.request.page.count == Count::Estimated).then(|| self.pipeline.stage.rows_sql());
        if let Some(after) = &self.request.page.after {
            if self.orders_by_hidden(&order) {
                return Err(ExplorationError::NoKeyset.into());
            }
            let rows_after = RowsAfter::new(&mut self.pipeline, &order, after)?;
            if self.pipeline.stage.is_closed {
                self.pipeline.stage.wrap();
            }
            self.pipeline
                .stage
                .conditions
                .extend(rows_after.conditions(&self.pipeline.stage));
        } else if !self.pipeline.stage.bounds.is_empty() {
            self.pipeline.stage.wrap();
        }
        let order_by = self.pipeline.stage.order_by(&order);
        let bounds = self.bounds();
        tables.push(format!(
            "page AS (\n{}\n)",
            self.pipeline.stage.sql(&format!("{order_by}{bounds}"))
        ));
        let count = self.count(&of_all);
        let members = self.document(&order, count)?;
        // As text it reaches the caller with its members in order; a json would become a jsonb on its way.
        let sql = format!(
            "WITH {}\nSELECT {}::pg_catalog.text",
            tables.join(",\n"),
            document::json_object(&members)
        );
        // It comes after the parameters of the statement, all of which are known now.
        let number = self.pipeline.parameters.len() + 1;
        Ok(Draft {
            sql: sql.replace(ESTIMATE, &format!("${number}::pg_catalog.int8")),
            parameters: self.pipeline.parameters,
            planning: Planning::EachTime,
            estimate,
        })
    }

    /// Whether a share would show values that it does not show, as the values of an order.
    fn orders_by_hidden(&self, order: &[Sorting]) -> bool {
        let stage = &self.pipeline.stage;
        self.request.members == ResultMembers::Shared
            && order.iter().any(|sorting| {
                stage
                    .by_name(&sorting.name)
                    .is_none_or(|column| !column.is_visible)
            })
    }

    fn has_order_step(&self) -> bool {
        let is_order = |step: &ExplorationStep| matches!(&step.transformation, Transformation::Order(terms) if !terms.is_empty());
        self.request.exploration.steps.iter().any(is_order) || self.request.more_steps.iter().any(is_order)
    }

    fn bounds(&mut self) -> String {
        let page = &self.request.page;
        let limit = page
            .limit
            .map_or(String::new(), |limit| format!("\nLIMIT {limit}"));
        match page.offset {
            Some(offset) => format!(
                "{limit}\nOFFSET {}",
                self.pipeline.parameters.sql(offset, Form::Value, pg_sys::INT8OID)
            ),
            None => limit,
        }
    }

    /// The number of rows, whatever the part. Where the page has the last row, it is known.
    fn count(&mut self, of_all: &str) -> String {
        let page = &self.request.page;
        match page.count {
            Count::None => "NULL".into(),
            Count::Estimated => ESTIMATE.into(),
            Count::Exact if page.after.is_some() => of_all.to_owned(),
            Count::Exact => {
                let parameters = &mut self.pipeline.parameters;
                let offset = page
                    .offset
                    .map(|offset| parameters.sql(offset, Form::Value, pg_sys::INT8OID));
                document::exact_count(page.limit, offset.as_deref(), of_all)
            }
        }
    }

    fn document(&mut self, order: &[Sorting], count: String) -> Result<Vec<(&'static str, String)>, Error> {
        let json = |value: &Value| format!("{}::pg_catalog.json", quote::literal(&value.to_string()));
        let records = document::json_object(&[("count", count), ("results", self.results())]);
        let output_columns = json(&self.members.output_columns);
        let column_metadata = json(&self.members.column_metadata);
        let mut members = Vec::new();
        let page = &self.request.page;
        match &self.request.members {
            ResultMembers::Whole {
                document,
                limit,
                offset,
            } => {
                let (document, limit, offset) = (*document, *limit, *offset);
                members.push(("query", self.query(document)?));
                members.push(("records", records));
                members.push(("output_columns", output_columns));
                members.push(("column_metadata", column_metadata));
                let parameters = &mut self.pipeline.parameters;
                members.push(("limit", parameters.sql(limit, Form::Value, pg_sys::JSONOID)));
                members.push(("offset", parameters.sql(offset, Form::Value, pg_sys::JSONOID)));
            }
            ResultMembers::Shared => {
                members.push(("records", records));
                members.push(("output_columns", output_columns));
                members.push(("column_metadata", column_metadata));
            }
        }
        if !page.is_compatible {
            let linked = match page.previews {
                true => self.linked()?,
                false => "NULL".into(),
            };
            members.push(("linked_record_summaries", linked));
            if page.display {
                members.push(("display", self.display()?));
            }
            members.push(("next", self.next(order)));
        }
        Ok(members)
    }

    /// The document as it was run: with whole summaries, and all display names.
    fn query(&mut self, document: Literal) -> Result<String, Error> {
        let mut sql = self
            .pipeline
            .parameters
            .sql(document, Form::Value, pg_sys::JSONBOID);
        let list = |value: Value| quote::literal(&value.to_string());
        for completed in &self.pipeline.completed {
            let step = completed.step;
            let grouping = |column: &super::model::GroupingColumn| serde_json::json!({"input_alias": column.input, "output_alias": column.output});
            let first: Value = completed.first.iter().map(grouping).collect();
            let others: Value = completed.grouping.iter().map(grouping).collect();
            let aggregation: Value = completed
                .aggregation
                .iter()
                .map(|column| {
                    serde_json::json!({
                        "input_alias": column.input, "output_alias": column.output, "function": column.aggregate.key()
                    })
                })
                .collect();
            for (key, first, others) in [
                ("grouping_expressions", first, others),
                ("aggregation_expressions", Value::Array(Vec::new()), aggregation),
            ] {
                if first.as_array().is_none_or(Vec::is_empty) && others.as_array().is_none_or(Vec::is_empty) {
                    continue;
                }
                let path = format!("'{{transformations,{step},spec,{key}}}'");
                let document = self
                    .pipeline
                    .parameters
                    .sql(document, Form::Value, pg_sys::JSONBOID);
                sql = format!(
                    "pg_catalog.jsonb_set({sql}, {path}, {}::pg_catalog.jsonb OPERATOR(pg_catalog.||) \
                     CASE WHEN {document} OPERATOR(pg_catalog.#>) {path} OPERATOR(pg_catalog.<>) 'null' THEN {document} OPERATOR(pg_catalog.#>) {path} ELSE '[]' END OPERATOR(pg_catalog.||) {}::pg_catalog.jsonb)",
                    list(first),
                    list(others),
                );
            }
        }
        let names = serde_json::to_value(&self.members.display_names).map_err(Error::Serialization)?;
        Ok(format!(
            "({sql} OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('display_names', {}::pg_catalog.jsonb))",
            list(names)
        ))
    }

    /// The rows of the page, in its order.
    fn results(&self) -> String {
        let page = &self.request.page;
        let members: Vec<(&str, String)> = self
            .pipeline
            .stage
            .visible()
            .map(|column| {
                let value = format!("p.{}", quote::identifier(&column.name));
                (
                    column.alias.as_str(),
                    describe::form(column, &value, page.forms, page.is_compatible),
                )
            })
            .collect();
        rows_of_page(&members)
    }

    /// The same as their display options show them; as text, what is computed.
    fn display(&self) -> Result<String, Error> {
        let catalog = self.pipeline.catalog();
        let members = self.pipeline.stage.visible().map(|column| {
            let value = format!("p.{}", quote::identifier(&column.name));
            let text = match column.origin {
                Some(origin) => ColumnDisplay::of_relation(catalog, origin.relation)?.show(
                    catalog,
                    origin.attnum,
                    &value,
                )?,
                None => plain_sql::as_text(&value, column.type_info.oid),
            };
            Ok((column.alias.as_str(), text))
        });
        Ok(rows_of_page(&members.collect::<Result<Vec<_>, Error>>()?))
    }

    /// How the rows read that columns of the page refer to: `{alias: {key: text}}`; the aliases of a key of several
    /// columns are joined by commas.
    fn linked(&self) -> Result<String, Error> {
        let templates = Templates::new(None, Purpose::Own)?;
        let catalog = self.pipeline.catalog();
        let mut items = Vec::new();
        for (instance, joined) in self.pipeline.instances.iter().enumerate() {
            let column = |attnum: i16| {
                self.pipeline.stage.visible().find(|column| {
                    column
                        .origin
                        .is_some_and(|origin| (origin.instance, origin.attnum) == (instance, attnum))
                })
            };
            for (link, target) in joined.relation.links(catalog)? {
                let columns: Option<Vec<&StageColumn>> = link.attnums().map(column).collect();
                let Some(columns) = columns else {
                    continue;
                };
                let name = |attnum: i16| {
                    column(attnum).map_or(String::new(), |column| quote::identifier(&column.name))
                };
                let summaries = document::linked_by(
                    catalog,
                    &templates,
                    &joined.relation,
                    &link,
                    &target,
                    self.request.page.forms,
                    &name,
                )?;
                let aliases: Vec<&str> = columns.iter().map(|column| column.alias.as_str()).collect();
                items.push((aliases.join(","), summaries));
            }
        }
        if items.is_empty() {
            return Ok("NULL".into());
        }
        let members: Vec<String> = items
            .iter()
            .map(|(alias, summaries)| format!("({}, {summaries})", quote::literal(alias)))
            .collect();
        Ok(format!(
            "(SELECT pg_catalog.json_object_agg(l.alias, l.summaries) FROM (VALUES {}) AS l(alias, summaries))",
            members.join(", ")
        ))
    }

    /// The values of the last row's order, after which the next page begins; NULL where there is no next page.
    fn next(&self, order: &[Sorting]) -> String {
        let Some(limit) = self
            .request
            .page
            .limit
            .filter(|_| self.pipeline.stage.unique_by.is_some())
        else {
            return "NULL".into();
        };
        let values: Vec<String> = order
            .iter()
            .filter_map(|sorting| {
                let column = self.pipeline.stage.by_name(&sorting.name)?;
                Some(exact_text(
                    column,
                    &format!("p.{}", quote::identifier(&column.name)),
                ))
            })
            .collect();
        if values.is_empty() || limit == 0 || self.orders_by_hidden(order) {
            return "NULL".into();
        }
        format!(
            "CASE WHEN (SELECT pg_catalog.count(*) FROM page) OPERATOR(pg_catalog.=) {limit} \
             THEN (SELECT pg_catalog.to_json(ARRAY[{}]) FROM page AS p OFFSET {} LIMIT 1) END",
            values.join(", "),
            limit - 1
        )
    }
}

/// The rows of the page, in its order, with these members.
fn rows_of_page(members: &[(&str, String)]) -> String {
    if members.iter().all(|(alias, _)| alias.len() <= LONGEST_NAME) {
        let items: Vec<String> = members
            .iter()
            .map(|(alias, value)| format!("{value} AS {}", quote::identifier(alias)))
            .collect();
        return document::rows_of_page(&items);
    }
    // A name in SQL is not that long; and a function takes a hundred arguments.
    let parts: Vec<String> = members
        .chunks(50)
        .map(|part| {
            let object = document::json_object(part);
            format!("pg_catalog.substr(pg_catalog.btrim(({object})::pg_catalog.text), 2)")
        })
        .collect();
    let whole = parts
        .iter()
        .map(|part| format!("pg_catalog.left({part}, -1)"))
        .collect::<Vec<_>>()
        .join(" OPERATOR(pg_catalog.||) ',' OPERATOR(pg_catalog.||) ");
    format!(
        "(SELECT COALESCE(pg_catalog.json_agg(('{{' OPERATOR(pg_catalog.||) {whole} OPERATOR(pg_catalog.||) '}}')\
         ::pg_catalog.json), '[]') FROM page AS p)"
    )
}

/// The stage that reads what was computed once.
fn from_result(stage: &Stage) -> Stage {
    let mut read = stage.clone();
    read.from = "result".into();
    for column in &mut read.columns {
        column.value = column
            .value
            .with_sql(format!("result.{}", quote::identifier(&column.name)));
    }
    read.conditions.clear();
    read.grouping = None;
    read.is_distinct = false;
    read.bounds.clear();
    read.is_closed = false;
    read
}

/// The order of a result.
pub(super) fn final_order(stage: &Stage, is_compatible: bool, has_order_step: bool) -> Vec<Sorting> {
    if !stage.order.is_empty() || (is_compatible && has_order_step) {
        return stage.total_order();
    }
    let is_known = stage.unique_by.as_ref().is_some_and(|names| !names.is_empty());
    let mut order: Vec<Sorting> = Vec::new();
    if is_compatible || !is_known {
        let is_key = |column: &&StageColumn| column.origin.is_some_and(|origin| origin.is_key);
        order.extend(
            stage
                .visible()
                .filter(is_key)
                .map(|column| Sorting::ascending(&column.name)),
        );
        if order.is_empty() {
            let is_sortable = |column: &&StageColumn| {
                let base = comparison::base_type(column.type_info.oid);
                base != pg_sys::JSONBOID
                    && comparison::element_type(base).is_none()
                    && comparison::is_ordered(base)
                    && !(is_compatible && describe::is_unknown(&column.type_info))
            };
            order.extend(
                stage
                    .visible()
                    .filter(is_sortable)
                    .map(|column| Sorting::ascending(&column.name)),
            );
        }
    }
    for name in stage.unique_by.iter().flatten() {
        if !order.iter().any(|sorting| sorting.name == *name) {
            order.push(Sorting::ascending(name));
        }
    }
    order
}
