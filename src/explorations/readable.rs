//! An exploration as SQL that a person reads: with the values in it, for `msar.exploration_sql`, views and exports.

use super::describe;
use super::model::{Exploration, ExplorationStep};
use super::pipeline::{Pipeline, column_titles};
use super::result::{PageOptions, final_order};
use super::stage::StageColumn;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::quote;
use crate::statements::{Form, Parameters};
use pgrx::pg_sys;

/// How a statement calls its columns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Titles {
    Aliases,
    DisplayNames,
}

/// An exploration as a statement of its own: with the values in it.
pub(crate) fn readable_sql(
    catalog: &Catalog,
    exploration: &Exploration,
    more_steps: &[ExplorationStep],
    parameters: Parameters,
    titles: Titles,
    page: Option<&PageOptions>,
) -> Result<(String, Vec<(String, String)>), Error> {
    let mut pipeline = Pipeline::new(catalog, exploration, parameters, true)?;
    for step in more_steps {
        pipeline.take_also(step)?;
    }
    let summaries: Vec<_> = pipeline
        .completed
        .iter()
        .map(|completed| &completed.summary)
        .collect();
    let names = describe::display_names(&exploration.display_names, &summaries);
    let order = final_order(&pipeline.stage, false, false);
    let stage = &mut pipeline.stage;
    let hides_columns = stage.columns.iter().any(|column| !column.is_visible);
    if !stage.bounds.is_empty() || ((stage.grouping.is_some() || stage.is_distinct) && hides_columns) {
        stage.wrap();
    }
    let visible: Vec<&StageColumn> = stage.visible().collect();
    let wanted: Vec<String> = visible
        .iter()
        .map(|column| match titles {
            Titles::Aliases => column.alias.clone(),
            Titles::DisplayNames => names.get(&column.alias).unwrap_or(&column.alias).clone(),
        })
        .collect();
    let titles = column_titles(&wanted);
    let items: Vec<String> = visible
        .iter()
        .zip(&titles)
        .map(|(column, title)| format!("{} AS {}", column.value.sql, quote::identifier(title)))
        .collect();
    let is_by_position = stage.grouping.is_some() || stage.is_distinct;
    let order: Vec<String> = order
        .iter()
        .filter_map(|sorting| {
            let value = match is_by_position {
                true => {
                    let at = visible.iter().position(|column| column.name == sorting.name)?;
                    (at + 1).to_string()
                }
                false => stage.by_name(&sorting.name)?.value.sql.clone(),
            };
            Some(sorting.sql(&value))
        })
        .collect();
    let mut tail = match order.is_empty() {
        true => String::new(),
        false => format!("\nORDER BY {}", order.join(", ")),
    };
    if let Some(limit) = page.and_then(|page| page.limit) {
        tail.push_str(&format!("\nLIMIT {limit}"));
    }
    let columns = visible
        .iter()
        .zip(&titles)
        .map(|(column, title)| (column.alias.clone(), title.clone()))
        .collect();
    let mut sql = stage.select(&items.join(",\n  "), &tail);
    if let Some(offset) = page.and_then(|page| page.offset) {
        let offset = pipeline.parameters.sql(offset, Form::Value, pg_sys::INT8OID);
        sql.push_str(&format!("\nOFFSET {offset}"));
    }
    Ok((sql, columns))
}
