//! The steps of an exploration, one after the other: from the initial rows to the rows of the result.

use super::aggregate::Aggregated;
use super::completion::{self, Completed};
use super::error::ExplorationError;
use super::model::{
    Aggregation, Exploration, ExplorationStep, GroupingColumn, OrderTerm, Pivot, Sample, Summary,
    Transformation,
};
use super::source::{InitialRows, ReachedRelation};
use super::stage::{Sorting, Stage, StageColumn, StageColumns, check_alias, free_name};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::comparison;
use crate::records::condition::{Conditions, Expression};
use crate::records::filter::{Filter, Function};
use crate::records::relation::ColumnReference;
use crate::statements::{Form, Literal, Parameters, Sort};
use pgrx::pg_sys;
use std::rc::Rc;

/// The rows of a result, and how they came about.
pub(super) struct Pipeline<'a> {
    catalog: &'a Catalog,
    pub(super) parameters: Parameters,
    pub(super) instances: Vec<ReachedRelation>,
    pub(super) stage: Stage,
    pub(super) completed: Vec<Completed>,
    /// The columns of all stages, each alias once: as the last stage has it.
    pub(super) history: Vec<StageColumn>,
    /// How many of them are initial columns.
    pub(super) initial: usize,
}

impl<'a> Pipeline<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        exploration: &Exploration,
        parameters: Parameters,
        joins_by_whole_keys: bool,
    ) -> Result<Self, Error> {
        let InitialRows { instances, stage } =
            InitialRows::compile(catalog, exploration, joins_by_whole_keys)?;
        let completed = completion::complete(catalog, exploration, &stage.columns)?;
        let mut pipeline = Self {
            catalog,
            parameters,
            instances,
            history: stage.visible().cloned().collect(),
            initial: stage.visible().count(),
            stage,
            completed,
        };
        for (at, step) in exploration.steps.iter().enumerate() {
            pipeline.take_step(at, step)?;
        }
        Ok(pipeline)
    }

    /// A step that the document does not number.
    pub(super) fn take_also(&mut self, step: &ExplorationStep) -> Result<(), Error> {
        self.take_step(usize::MAX, step)
    }

    fn take_step(&mut self, at: usize, step: &ExplorationStep) -> Result<(), Error> {
        let path = format!("{}.spec", step.path);
        match &step.transformation {
            Transformation::Filter(filter) => {
                self.stage.ensure_open();
                let condition = self.condition(filter, &path)?;
                self.stage.conditions.push(condition);
            }
            Transformation::Order(terms) => {
                self.stage.order = self.sortings(terms, &path)?;
                self.stage.is_ordered = true;
                self.add_key_to_order();
            }
            Transformation::Summarize(summary) => {
                let whole = self.completed.iter().find(|completed| completed.step == at);
                let summary = whole.map_or_else(|| summary.clone(), |completed| completed.summary.clone());
                self.summarize(&summary, &path)?;
            }
            Transformation::Hide(aliases) => self.hide(aliases),
            Transformation::Select(aliases) => self.select(aliases, &path)?,
            Transformation::Limit(limit) => self.bound(&format!("\nLIMIT {limit}")),
            Transformation::Offset(offset) => self.bound(&format!("\nOFFSET {offset}")),
            Transformation::Distinct => self.distinct(&path)?,
            Transformation::Barrier => {
                self.stage.ensure_open();
                self.stage.bounds = "\nOFFSET 0".into();
                self.stage.is_closed = true;
                self.stage.wrap();
            }
            Transformation::Compute { alias, value } => self.compute(alias, value, &path)?,
            Transformation::Top { per, order, limit } => self.top(per, order, *limit, &path)?,
            Transformation::Sample(sample) => self.sample(sample),
            Transformation::Pivot(pivot) => self.pivot(pivot, &path)?,
        }
        for column in self.stage.visible() {
            match self.history.iter_mut().find(|known| known.alias == column.alias) {
                Some(known) => *known = column.clone(),
                None => self.history.push(column.clone()),
            }
        }
        Ok(())
    }

    fn condition(&mut self, filter: &Filter, path: &str) -> Result<String, Error> {
        let mut conditions = self.conditions(path);
        let condition = conditions.condition(filter);
        condition.map_err(|problem| placed(path, problem))
    }

    fn value(&mut self, filter: &Filter, path: &str) -> Result<Expression, Error> {
        let mut conditions = self.conditions(path);
        let value = conditions.value(filter, pg_sys::TEXTOID);
        value.map_err(|problem| placed(path, problem))
    }

    /// Compiles conditions over the columns of the stage.
    fn conditions<'s>(&'s mut self, path: &'s str) -> Conditions<'s, StageColumns<'s>> {
        Conditions {
            columns: StageColumns {
                stage: &self.stage,
                path,
            },
            parameters: &mut self.parameters,
            has_eras: false,
        }
    }

    fn sortings(&self, terms: &[OrderTerm], path: &str) -> Result<Vec<Sorting>, Error> {
        let mut order: Vec<Sorting> = Vec::new();
        for (at, term) in terms.iter().enumerate() {
            let path = format!("{path}[{at}].field");
            let column = self.stage.column_or_suffix(&path, &term.alias)?;
            check_order(column, &path, "order")?;
            if !order.iter().any(|sorting| sorting.name == column.name) {
                order.push(Sorting {
                    name: column.name.clone(),
                    is_descending: term.is_descending,
                    nulls_first: term.nulls_first,
                });
            }
        }
        Ok(order)
    }

    /// An order is followed by the columns of primary keys that are there.
    fn add_key_to_order(&mut self) {
        if self.stage.order.is_empty() {
            return;
        }
        let keys = self
            .stage
            .visible()
            .filter(|column| column.origin.is_some_and(|origin| origin.is_key));
        let names: Vec<String> = keys.map(|column| column.name.clone()).collect();
        for name in names {
            if !self.stage.order.iter().any(|sorting| sorting.name == name) {
                self.stage.order.push(Sorting::ascending(&name));
            }
        }
    }

    fn hide(&mut self, aliases: &[String]) {
        if self.stage.visible().all(|column| aliases.contains(&column.alias)) {
            return;
        }
        // Without a column, other rows would be alike.
        if self.stage.is_distinct {
            self.stage.wrap();
        }
        for column in &mut self.stage.columns {
            column.is_visible &= !aliases.contains(&column.alias);
        }
    }

    fn select(&mut self, aliases: &[String], path: &str) -> Result<(), Error> {
        if aliases.is_empty() {
            return Ok(());
        }
        let mut names = Vec::new();
        for (at, alias) in aliases.iter().enumerate() {
            let name = self.stage.column(&format!("{path}[{at}]"), alias)?.name.clone();
            if names.contains(&name) {
                return Err(ExplorationError::DuplicateAlias {
                    path: format!("{path}[{at}]"),
                    alias: alias.clone(),
                }
                .into());
            }
            names.push(name);
        }
        if self.stage.is_distinct || self.stage.grouping.is_some() {
            self.stage.wrap();
        }
        for column in &mut self.stage.columns {
            column.is_visible &= names.contains(&column.name);
        }
        let place = |column: &StageColumn| names.iter().position(|name| *name == column.name);
        self.stage
            .columns
            .sort_by_key(|column| place(column).unwrap_or(usize::MAX));
        Ok(())
    }

    /// Takes a part of the rows, in the order so far.
    fn bound(&mut self, bounds: &str) {
        self.stage.ensure_open();
        let order = self.stage.total_order();
        let order = self.stage.order_by(&order);
        self.stage.bounds = format!("{order}{bounds}");
        self.stage.is_closed = true;
        self.stage.is_computed_once = true;
    }

    fn distinct(&mut self, path: &str) -> Result<(), Error> {
        self.stage.ensure_open();
        for column in self.stage.visible() {
            check_order(column, path, "distinct")?;
        }
        let is_visible = |name: &str| self.stage.visible().any(|column| column.name == name);
        let keeps_order = self.stage.order.iter().all(|sorting| is_visible(&sorting.name));
        let stage = &mut self.stage;
        stage.columns.retain(|column| column.is_visible);
        if !keeps_order {
            stage.order.clear();
        }
        stage.unique_by = Some(stage.columns.iter().map(|column| column.name.clone()).collect());
        stage.is_distinct = true;
        stage.is_closed = true;
        stage.is_computed_once = true;
        Ok(())
    }

    fn compute(&mut self, alias: &str, value: &Filter, path: &str) -> Result<(), Error> {
        self.stage.check_alias(&format!("{path}.alias"), alias)?;
        self.stage.ensure_open();
        let value = self.value(value, &format!("{path}.expression"))?;
        let name = self.stage.free_name(alias);
        let column = self.computed(alias, name, value)?;
        // What names it next would repeat what it is.
        self.stage.is_closed = true;
        self.stage.columns.push(column);
        Ok(())
    }

    fn computed(&self, alias: &str, name: String, value: Expression) -> Result<StageColumn, Error> {
        let type_info = match value.type_info() {
            Some(type_info) => Rc::clone(type_info),
            None => self.catalog.type_info(value.type_oid)?,
        };
        let collation = value.collation();
        Ok(StageColumn {
            alias: alias.to_owned(),
            name,
            value: Expression::of_type(value.sql, Rc::clone(&type_info), collation),
            type_info,
            modifiers: -1,
            is_nullable: true,
            origin: None,
            described_as: None,
            contract_type: None,
            input: None,
            is_float_aggregate: false,
            is_visible: true,
        })
    }

    fn top(&mut self, per: &[String], order: &[OrderTerm], limit: i64, path: &str) -> Result<(), Error> {
        self.stage.ensure_open();
        let mut partition = Vec::new();
        for (at, alias) in per.iter().enumerate() {
            let place = format!("{path}.per[{at}]");
            let column = self.stage.column(&place, alias)?;
            check_order(column, &place, "top")?;
            partition.push(column.value.sql.clone());
        }
        let mut sortings = self.sortings(order, &format!("{path}.order"))?;
        for name in self.stage.unique_by.iter().flatten() {
            if !sortings.iter().any(|sorting| sorting.name == *name) {
                sortings.push(Sorting::ascending(name));
            }
        }
        let partition = match partition.is_empty() {
            true => String::new(),
            false => format!("PARTITION BY {}", partition.join(", ")),
        };
        let sql = format!(
            "pg_catalog.row_number() OVER ({})",
            [partition, self.stage.order_by(&sortings).trim_start().to_owned()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        );
        let type_info = self.catalog.type_info(pg_sys::INT8OID)?;
        let name = self.stage.free_name("");
        let mut number = self.computed(
            "",
            name.clone(),
            Expression::of_type(sql, type_info, pgrx::pg_sys::InvalidOid),
        )?;
        number.is_visible = false;
        self.stage.columns.push(number);
        // Not needed for the order, but for the condition.
        self.stage.order.push(Sorting::ascending(&name));
        self.stage.wrap();
        self.stage.order.pop();
        let value = self.stage.by_name(&name).map(|column| column.value.sql.clone());
        self.stage.conditions.push(format!(
            "{} OPERATOR(pg_catalog.<=) {limit}",
            value.unwrap_or_default()
        ));
        self.stage.is_computed_once = true;
        Ok(())
    }

    fn sample(&mut self, sample: &Sample) {
        self.stage.ensure_open();
        match sample {
            Sample::Rows(rows) => self.stage.bounds = format!("\nORDER BY pg_catalog.random()\nLIMIT {rows}"),
            Sample::Percent(percent) => {
                let percent = self.parameters.sql(*percent, Form::Value, pg_sys::FLOAT8OID);
                self.stage.conditions.push(format!(
                    "(pg_catalog.random() OPERATOR(pg_catalog.*) 100) OPERATOR(pg_catalog.<) {percent}"
                ));
            }
        }
        self.stage.is_closed = true;
        self.stage.is_computed_once = true;
    }

    fn grouped(&mut self, column: &GroupingColumn, place: &str) -> Result<StageColumn, Error> {
        let input_place = format!("{place}.input_alias");
        let input = self.stage.column(&input_place, &column.input)?.clone();
        let grouped = match &column.preproc {
            None => StageColumn {
                alias: column.output.clone(),
                input: Some(column.input.clone()),
                is_visible: true,
                ..input
            },
            Some(preproc) => {
                let argument = Filter::Column(ColumnReference::Name(column.input.clone()));
                let call = Filter::Call(preproc.function, vec![argument]);
                let value = self.value(&call, &format!("{place}.preproc"))?;
                StageColumn {
                    input: Some(column.input.clone()),
                    ..self.computed(&column.output, String::new(), value)?
                }
            }
        };
        check_order(&grouped, &input_place, "grouping")?;
        Ok(grouped)
    }

    fn aggregated(
        &self,
        aggregation: &Aggregation,
        condition: Option<&str>,
        place: &str,
    ) -> Result<StageColumn, Error> {
        let input = self
            .stage
            .column(&format!("{place}.input_alias"), &aggregation.input)?;
        let Aggregated {
            sql,
            type_info,
            described_as,
            keeps_modifiers,
            collation,
        } = aggregation.aggregate.compile(
            self.catalog,
            &format!("{place}.function"),
            &input.value,
            &input.type_info,
            condition,
        )?;
        let contract_type = aggregation.aggregate.contract_type(type_info.oid);
        let is_float = [pg_sys::FLOAT4OID, pg_sys::FLOAT8OID].contains(&type_info.oid);
        use super::aggregate::Aggregate as A;
        Ok(StageColumn {
            alias: aggregation.output.clone(),
            name: String::new(),
            value: Expression::of_type(sql, Rc::clone(&type_info), collation),
            type_info,
            modifiers: if keeps_modifiers { input.modifiers } else { -1 },
            is_nullable: true,
            origin: None,
            described_as: described_as
                .or_else(|| keeps_modifiers.then(|| input.described_as.clone()).flatten()),
            contract_type,
            input: Some(aggregation.input.clone()),
            is_float_aggregate: is_float && matches!(aggregation.aggregate, A::Sum | A::Mean),
            is_visible: true,
        })
    }

    fn summarize(&mut self, summary: &Summary, path: &str) -> Result<(), Error> {
        self.stage.ensure_open();
        let mut columns: Vec<StageColumn> = Vec::new();
        for (at, column) in summary.grouping.iter().enumerate() {
            let place = format!("{path}.grouping_expressions[{at}]");
            let grouped = self.grouped(column, &place)?;
            add_output(&mut columns, grouped, &format!("{place}.output_alias"))?;
        }
        for (at, column) in summary.aggregation.iter().enumerate() {
            let place = format!("{path}.aggregation_expressions[{at}]");
            let aggregated = self.aggregated(column, None, &place)?;
            add_output(&mut columns, aggregated, &format!("{place}.output_alias"))?;
        }
        self.become_groups(columns, summary.grouping.len());
        Ok(())
    }

    fn pivot(&mut self, pivot: &Pivot, path: &str) -> Result<(), Error> {
        self.stage.ensure_open();
        let mut columns: Vec<StageColumn> = Vec::new();
        for (at, column) in pivot.rows.iter().enumerate() {
            let place = format!("{path}.rows[{at}]");
            let grouped = self.grouped(column, &place)?;
            add_output(&mut columns, grouped, &format!("{place}.output_alias"))?;
        }
        self.stage.column(&format!("{path}.column"), &pivot.column)?;
        for (at, (value, alias)) in pivot.values.iter().enumerate() {
            let place = format!("{path}.values[{at}]");
            let column = Filter::Column(ColumnReference::Name(pivot.column.clone()));
            let condition = match value.sort {
                Sort::Null => Filter::Call(Function::Null, vec![column]),
                _ => Filter::Call(Function::Equal, vec![column, Filter::Literal(*value)]),
            };
            let condition = self.condition(&condition, &place)?;
            let aggregation = Aggregation {
                input: pivot.input.clone(),
                output: alias.clone(),
                aggregate: pivot.aggregate,
            };
            let aggregated =
                self.aggregated(&aggregation, Some(&condition), &format!("{path}.aggregation"))?;
            add_output(&mut columns, aggregated, &place)?;
        }
        self.become_groups(columns, pivot.rows.len());
        Ok(())
    }

    /// The stage becomes one of groups, whose first `grouping` columns are those that its rows are grouped by.
    fn become_groups(&mut self, columns: Vec<StageColumn>, grouping: usize) {
        let stage = &mut self.stage;
        stage.unique_by = Some(
            columns[..grouping]
                .iter()
                .map(|column| column.name.clone())
                .collect(),
        );
        stage.columns = columns;
        stage.grouping = Some(grouping);
        // Rows of an earlier order are no more.
        stage.order.clear();
        stage.is_ordered = false;
        stage.is_closed = true;
        stage.is_computed_once = true;
    }

    /// The literal of a value as SQL, of a column's type; `place` is where it stands in the request.
    pub(super) fn literal(&mut self, literal: Literal, column: &StageColumn, place: &str) -> String {
        let place = format!("In {place}, for column \"{}\".", column.alias);
        let before = self.parameters.set_place(Some(place.into()));
        let type_oid = comparison::base_type(column.type_info.oid);
        let value = self.parameters.sql(literal, Form::Value, type_oid);
        self.parameters.set_place(before);
        value
    }

    pub(super) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }
}

/// Adds a column of groups under a name of its own.
fn add_output(columns: &mut Vec<StageColumn>, mut column: StageColumn, path: &str) -> Result<(), Error> {
    check_alias(path, &column.alias)?;
    if columns.iter().any(|known| known.alias == column.alias) {
        return Err(ExplorationError::DuplicateAlias {
            path: path.to_owned(),
            alias: column.alias,
        }
        .into());
    }
    column.name = free_name(&column.alias, |name| {
        columns.iter().any(|known| known.name == name)
    });
    columns.push(column);
    Ok(())
}

/// Fails for a column whose values have no order: rows cannot be sorted or grouped by it.
fn check_order(column: &StageColumn, path: &str, function: &'static str) -> Result<(), Error> {
    match comparison::is_ordered(comparison::base_type(column.type_info.oid)) {
        true => Ok(()),
        false => Err(ExplorationError::WrongType {
            path: path.to_owned(),
            function,
            type_name: column.type_info.name.to_string(),
            takes: "columns whose values have an order",
        }
        .into()),
    }
}

/// The problem with its place, unless it has one.
fn placed(path: &str, problem: Error) -> Error {
    if problem.to_string().starts_with(path) {
        return problem;
    }
    ExplorationError::at(path, problem)
}

/// The name of a column in a view or an export: unique, and as long as a name can be.
pub(super) fn column_titles(names: &[String]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let mut title = cut(name, super::stage::LONGEST_NAME);
        let mut number = 2;
        while titles.contains(&title) {
            let suffix = format!("_{number}");
            title = cut(name, super::stage::LONGEST_NAME - suffix.len()) + &suffix;
            number += 1;
        }
        titles.push(title);
    }
    titles
}

fn cut(name: &str, bytes: usize) -> String {
    let mut end = name.len().min(bytes);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}
