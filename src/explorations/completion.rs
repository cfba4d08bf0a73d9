//! Summaries are completed: a column of the stage that no expression of a summary names is grouped by, where it follows
//! from the column that the summary is based on, or else becomes a list.
//!
//! Columns are followed through the steps as the document has them, not as they were completed. Without a base column
//! nothing is added.

use super::aggregate::Aggregate;
use super::model::{Aggregation, Exploration, GroupingColumn, Summary, Transformation};
use super::node::unknown_name;
use super::source::unique_keys;
use super::stage::{ColumnOrigin, StageColumn};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::Oid;

/// How far from the base a table may be that a column of the base determines.
const FARTHEST: usize = 3;

/// A completed summary, and what was added to it.
pub(super) struct Completed {
    /// Which step it is.
    pub(super) step: usize,
    pub(super) summary: Summary,
    /// The column that goes first, if it was missing.
    pub(super) first: Option<GroupingColumn>,
    pub(super) grouping: Vec<GroupingColumn>,
    pub(super) aggregation: Vec<Aggregation>,
}

/// All summaries of an exploration, completed.
pub(super) fn complete(
    catalog: &Catalog,
    exploration: &Exploration,
    initial: &[StageColumn],
) -> Result<Vec<Completed>, Error> {
    let mut completed = Vec::new();
    for (at, step) in exploration.steps.iter().enumerate() {
        if let Transformation::Summarize(summary) = &step.transformation {
            let aliases = aliases_before(exploration, at);
            let context = Context {
                catalog,
                exploration,
                initial,
                step: at,
            };
            completed.push(context.complete(summary, &aliases, &step.path)?);
        }
    }
    Ok(completed)
}

struct Context<'a> {
    catalog: &'a Catalog,
    exploration: &'a Exploration,
    initial: &'a [StageColumn],
    step: usize,
}

impl Context<'_> {
    fn complete(&self, summary: &Summary, aliases: &[String], path: &str) -> Result<Completed, Error> {
        let mut completed = Completed {
            step: self.step,
            summary: summary.clone(),
            first: None,
            grouping: Vec::new(),
            aggregation: Vec::new(),
        };
        let is_named = |alias: &str| {
            summary.grouping.iter().any(|column| column.input == alias)
                || summary.aggregation.iter().any(|column| column.input == alias)
        };
        let missing: Vec<&String> = aliases.iter().filter(|alias| !is_named(alias)).collect();
        let Some(base) = summary.base.as_ref().filter(|_| !missing.is_empty()) else {
            return Ok(completed);
        };
        if !aliases.contains(base) {
            return Err(unknown_name(
                &format!("{path}.spec.base_grouping_column"),
                "column",
                base,
                aliases.iter().map(String::as_str),
            ));
        }
        let determined = self
            .origin(base)
            .filter(|origin| {
                unique_keys(self.catalog, origin.relation).any(|key| key.contains(&origin.attnum))
            })
            .map(|origin| {
                let mut tables = self.reachable();
                tables.push(origin.relation);
                tables
            });
        for alias in missing {
            let column = GroupingColumn {
                input: alias.clone(),
                output: format!("{alias}_grouped"),
                preproc: None,
            };
            if alias == base {
                completed.first = Some(column);
            } else if let (Some(tables), Some(origin)) = (&determined, self.origin(alias))
                && tables.contains(&origin.relation)
            {
                completed.grouping.push(column);
            } else {
                completed.aggregation.push(Aggregation {
                    input: alias.clone(),
                    output: format!("{alias}_agged"),
                    aggregate: Aggregate::DistinctList,
                });
            }
        }
        let whole = &mut completed.summary;
        if let Some(first) = &completed.first {
            whole.grouping.insert(0, first.clone());
        }
        whole.grouping.extend(completed.grouping.iter().cloned());
        whole.aggregation.extend(completed.aggregation.iter().cloned());
        Ok(completed)
    }

    /// The initial column that an alias leads back to.
    fn origin(&self, alias: &str) -> Option<ColumnOrigin> {
        let mut alias = alias.to_owned();
        for step in self.exploration.steps[..self.step].iter().rev() {
            match &step.transformation {
                Transformation::Summarize(summary) => {
                    let grouping = summary.grouping.iter();
                    alias = grouping
                        .clone()
                        .find(|column| column.output == alias)
                        .map(|column| column.input.clone())?;
                }
                Transformation::Pivot(pivot) => {
                    alias = pivot
                        .rows
                        .iter()
                        .find(|column| column.output == alias)
                        .map(|column| column.input.clone())?;
                }
                Transformation::Compute { alias: computed, .. } if *computed == alias => return None,
                _ => {}
            }
        }
        self.initial
            .iter()
            .find(|column| column.is_visible && column.alias == alias)?
            .origin
    }

    /// The tables to which foreign keys lead from the base.
    fn reachable(&self) -> Vec<Oid> {
        let mut found: Vec<Oid> = Vec::new();
        let mut edge = vec![self.exploration.base];
        for _ in 0..FARTHEST {
            let mut next = Vec::new();
            for table in edge {
                for link in self.catalog.links(table).iter() {
                    if !found.contains(&link.target) {
                        found.push(link.target);
                        next.push(link.target);
                    }
                }
            }
            edge = next;
        }
        found
    }
}

/// The aliases that a step finds, as the document has the steps before it.
fn aliases_before(exploration: &Exploration, step: usize) -> Vec<String> {
    let mut aliases: Vec<String> = exploration
        .initial
        .iter()
        .map(|column| column.alias.clone())
        .collect();
    for step in &exploration.steps[..step] {
        match &step.transformation {
            Transformation::Summarize(summary) => {
                let grouping = summary.grouping.iter().map(|column| column.output.clone());
                let aggregation = summary.aggregation.iter().map(|column| column.output.clone());
                aliases = grouping.chain(aggregation).collect();
            }
            Transformation::Hide(hidden) if aliases.iter().any(|alias| !hidden.contains(alias)) => {
                aliases.retain(|alias| !hidden.contains(alias));
            }
            Transformation::Select(selected) if !selected.is_empty() => aliases.clone_from(selected),
            Transformation::Compute { alias, .. } => aliases.push(alias.clone()),
            Transformation::Pivot(pivot) => {
                let rows = pivot.rows.iter().map(|column| column.output.clone());
                let values = pivot.values.iter().map(|(_, alias)| alias.clone());
                aliases = rows.chain(values).collect();
            }
            _ => {}
        }
    }
    aliases
}
