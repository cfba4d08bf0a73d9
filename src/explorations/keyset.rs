//! Pages that begin after a row: the values of its order, and the condition for the rows behind it.

use super::error::ExplorationError;
use super::pipeline::Pipeline;
use super::stage::{Sorting, Stage, StageColumn};
use crate::catalog::plain_sql;
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::statements::{Literal, Sort};
use pgrx::pg_sys;

/// The rows that come after one with these values.
pub(super) struct RowsAfter {
    terms: Vec<AfterTerm>,
}

impl RowsAfter {
    pub(super) fn new(
        pipeline: &mut Pipeline<'_>,
        order: &[Sorting],
        values: &[Literal],
    ) -> Result<Self, Error> {
        if pipeline.stage.unique_by.is_none() || order.is_empty() {
            return Err(ExplorationError::NoKeyset.into());
        }
        if order.len() != values.len() {
            return Err(ExplorationError::Invalid {
                path: "options.after".into(),
                problem: format!(
                    "it has {} values, where the order has {} columns",
                    values.len(),
                    order.len()
                ),
                hint: "Pass \"next\" of the page before, with the same exploration.",
            }
            .into());
        }
        let mut terms = Vec::with_capacity(order.len());
        for (sorting, literal) in order.iter().zip(values) {
            let column = pipeline
                .stage
                .by_name(&sorting.name)
                .cloned()
                .ok_or(Error::Vanished)?;
            let base = comparison::base_type(column.type_info.oid);
            let operator = |comparison| comparison::operator(base, comparison).ok_or(Error::Vanished);
            let beyond = match sorting.is_descending {
                true => operator(Comparison::Lesser)?,
                false => operator(Comparison::Greater)?,
            };
            terms.push(AfterTerm {
                sorting: sorting.clone(),
                value: pipeline.literal(*literal, &column, "\"after\""),
                is_null: literal.sort == Sort::Null,
                equal: operator(Comparison::Equal)?,
                beyond,
                is_nullable: column.is_nullable,
            });
        }
        Ok(Self { terms })
    }

    /// The conditions for them, in a stage with the columns of the one that the order is of.
    pub(super) fn conditions(&self, stage: &Stage) -> Vec<String> {
        let mut ways = Vec::new();
        let mut alike: Vec<String> = Vec::new();
        for term in &self.terms {
            let Some(column) = stage.by_name(&term.sorting.name) else {
                continue;
            };
            let value = comparison::operand(&column.value.sql, column.type_info.oid);
            if let Some(beyond) = term.beyond(&value) {
                let mut way = alike.clone();
                way.push(beyond);
                ways.push(format!("({})", way.join(" AND ")));
            }
            alike.push(match term.is_null {
                true => format!("{value} IS NULL"),
                false => format!("{value} {} {}", term.equal, term.value),
            });
        }
        match ways.is_empty() {
            true => vec!["false".to_owned()],
            false => vec![format!("({})", ways.join(" OR "))],
        }
    }
}

/// One column of the order of a page that begins after a row.
struct AfterTerm {
    sorting: Sorting,
    value: String,
    is_null: bool,
    equal: String,
    beyond: String,
    is_nullable: bool,
}

impl AfterTerm {
    /// That a value comes later; `None` if none does.
    fn beyond(&self, value: &str) -> Option<String> {
        match (self.is_null, self.sorting.nulls_first) {
            (true, true) => Some(format!("{value} IS NOT NULL")),
            (true, false) => None,
            (false, true) => Some(format!("{value} {} {}", self.beyond, self.value)),
            (false, false) if self.is_nullable => Some(format!(
                "({value} {} {} OR {value} IS NULL)",
                self.beyond, self.value
            )),
            (false, false) => Some(format!("{value} {} {}", self.beyond, self.value)),
        }
    }
}

/// A value as text that its type reads again as the same value, whatever the settings.
pub(super) fn exact_text(column: &StageColumn, value: &str) -> String {
    match comparison::base_type(column.type_info.oid) {
        pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => {
            format!("(pg_catalog.to_jsonb({value}) OPERATOR(pg_catalog.#>>) '{{}}')")
        }
        _ => plain_sql::as_text(value, column.type_info.oid),
    }
}
