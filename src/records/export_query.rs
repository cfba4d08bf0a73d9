//! Export as a statement: SQL with the values in it, for `COPY (...) TO`.

use super::condition::{Conditions, RelationColumns};
use super::filter::Filter;
use super::filter_document::FilterDocument;
use super::order::{self, OrderDocument, OrderItem, Unreadable};
use super::path::PathJoins;
use super::relation::{ColumnReference, LISTED, RecordColumn, RecordRelation};
use crate::catalog::consistent;
use crate::error::Error;
use crate::pg::{Oid, quote};
use crate::previews::{Purpose, Templates};
use crate::statements::{Parameters, Values};
use serde::Deserialize;
use std::rc::Rc;

/// The options of `msar.get_export_query`. One that is null is one that is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
#[derive(Default)]
pub(crate) struct ExportOptions {
    filter: Option<FilterDocument>,
    order: Option<Vec<OrderDocument>>,
    columns: Option<Vec<ColumnReference>>,
}

/// The SELECT whose rows are the records of a relation, with the names of columns as headings.
pub(crate) fn write_query(relation: Oid, options: ExportOptions) -> Result<String, Error> {
    let mut values = Values::default();
    let filter = options
        .filter
        .map(|filter| filter.into_filter(&mut values))
        .transpose()?;
    let order: Vec<OrderItem> = options
        .order
        .unwrap_or_default()
        .into_iter()
        .map(OrderDocument::into_order_item)
        .collect::<Result<_, _>>()?;
    let values = Rc::new(values);
    consistent::read_relation(relation, |catalog| {
        let relation = RecordRelation::read_relation(catalog, relation)?;
        let parameters = Rc::clone(&values).inline();
        let templates = Templates::new(None, Purpose::Own)?;
        compile_select(
            &relation,
            &PathJoins::new(catalog, &templates, LISTED),
            options.columns.as_deref(),
            filter.as_ref(),
            &order,
            parameters,
        )
    })
}

fn compile_select(
    relation: &RecordRelation,
    paths: &PathJoins<'_>,
    columns: Option<&[ColumnReference]>,
    filter: Option<&Filter>,
    order: &[OrderItem],
    mut parameters: Parameters,
) -> Result<String, Error> {
    let columns: Vec<&RecordColumn> = match columns {
        Some(columns) => columns
            .iter()
            .map(|reference| relation.column(reference))
            .collect::<Result<_, _>>()?,
        None if relation.readable().next().is_some() => relation.readable().collect(),
        // PostgreSQL refuses to read them, with an error of its own.
        None => relation.columns.iter().collect(),
    };
    let columns: Vec<String> = columns
        .iter()
        .map(|column| format!("{} AS {}", column.sql_of(LISTED), quote::identifier(&column.name)))
        .collect();
    let mut condition = String::new();
    if let Some(filter) = filter {
        let mut conditions = Conditions {
            columns: RelationColumns {
                relation,
                alias: LISTED,
                paths: Some(paths),
            },
            parameters: &mut parameters,
            has_eras: true,
        };
        condition = format!("\nWHERE {}", conditions.condition(filter)?);
    }
    // Without an order asked for, sorting would only cost time.
    let order = match order {
        [] => String::new(),
        order => {
            let order = order::resolve(relation, order, Unreadable::Refused, Some(paths))?;
            let clause = order::clause(&order, |ordered| ordered.sql.clone());
            format!("\n{}", clause.trim_start())
        }
    };
    Ok(format!(
        "SELECT {}\nFROM {} AS {LISTED}{}{condition}{order}",
        columns.join(", "),
        relation.sql,
        paths.sql()
    ))
}
