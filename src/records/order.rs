//! The order of rows: what the request asks for, made total by the key.

use super::document;
use super::error::{ORDER_SHAPE, RecordError};
use super::expression::Expression;
use super::path::PathJoins;
use super::path_name;
use super::relation::{ColumnReference, LISTED, RecordColumn, RecordRelation};
use crate::definition::form::lenient;
use crate::error::Error;
use crate::pg::{Oid, comparison};
use pgrx::pg_sys;

/// The requested order.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct OrderItem {
    column: ColumnReference,
    is_descending: bool,
    nulls_first: bool,
}

/// The same as JSON.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(expecting = "an item of an order")]
pub(crate) struct OrderDocument {
    #[serde(default, deserialize_with = "lenient")]
    attnum: Option<i64>,
    column: Option<String>,
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    nulls: Option<Nulls>,
}

#[derive(serde::Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Nulls {
    First,
    Last,
}

impl OrderDocument {
    pub(crate) fn into_order_item(self) -> Result<OrderItem, RecordError> {
        let direction = self.direction.unwrap_or_default().to_lowercase();
        let is_descending = match direction.as_str() {
            "" | "asc" => false,
            "desc" => true,
            _ => return Err(RecordError::UnknownDirection { direction }),
        };
        let column = match (self.attnum, self.column) {
            (Some(attnum), None) => ColumnReference::Attnum(attnum),
            (None, Some(name)) => ColumnReference::Name(name),
            _ => {
                return Err(RecordError::Invalid {
                    argument: "order",
                    problem: "an item needs exactly one of \"attnum\" and \"column\"".into(),
                    hint: ORDER_SHAPE,
                });
            }
        };
        Ok(OrderItem {
            column,
            is_descending,
            nulls_first: self.nulls.map_or(is_descending, |nulls| nulls == Nulls::First),
        })
    }
}

/// A value by which rows are ordered: a column of theirs, a column or a preview of a row to which they link, or how well
/// a search found them.
#[derive(Clone)]
pub(crate) struct Ordered {
    /// The column of the relation, if it is one.
    pub(crate) attnum: Option<i16>,
    /// Of the rows that are listed.
    pub(crate) sql: String,
    /// The same as an operator takes it.
    pub(crate) compared: String,
    /// Its name in the page.
    pub(crate) page_name: String,
    /// For messages.
    pub(crate) what: String,
    pub(crate) type_name: String,
    pub(crate) base_type: Oid,
    pub(crate) is_nullable: bool,
    pub(crate) is_descending: bool,
    pub(crate) nulls_first: bool,
}

impl Ordered {
    fn of_column(column: &RecordColumn) -> Self {
        Self {
            attnum: Some(column.attnum),
            sql: column.sql_of(LISTED),
            compared: column.compared_of(LISTED),
            page_name: document::page_column(column),
            what: format!("column \"{}\"", column.name),
            type_name: column.type_info.name.to_string(),
            base_type: column.base_type,
            is_nullable: column.is_nullable,
            is_descending: false,
            nulls_first: false,
        }
    }

    /// A value along a path; `number` tells it from others.
    fn of_path(value: &Expression, name: &str, number: usize) -> Self {
        Self {
            attnum: None,
            sql: value.sql.clone(),
            compared: value.operand().into_owned(),
            page_name: format!("o{number}"),
            what: format!("\"{name}\""),
            type_name: value.type_name(),
            base_type: value.type_oid,
            is_nullable: true,
            is_descending: false,
            nulls_first: false,
        }
    }

    /// The score of a search, best first.
    pub(super) fn by_score(sql: String) -> Self {
        Self {
            attnum: None,
            compared: format!("({sql})"),
            sql,
            page_name: "score".into(),
            what: "the score".into(),
            type_name: "integer".into(),
            base_type: pg_sys::INT4OID,
            is_nullable: false,
            is_descending: true,
            nulls_first: false,
        }
    }

    /// As an item of a select list.
    pub(super) fn selected(&self) -> String {
        format!("{} AS {}", self.sql, self.page_name)
    }
}

/// How columns are handled that the role may not read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// An error, as everywhere else that a request names a column.
    Refused,
    /// They are left out: clients of the contract's functions count on it.
    Ignored,
}

/// The columns by which the rows of a request are ordered: those asked for, then the key; without a key that the
/// current role may read, every column that has an order.
pub(crate) fn resolve(
    relation: &RecordRelation,
    items: &[OrderItem],
    unreadable: Unreadable,
    paths: Option<&PathJoins<'_>>,
) -> Result<Vec<Ordered>, Error> {
    let mut order: Vec<Ordered> = Vec::new();
    for item in items {
        if let (ColumnReference::Name(name), Some(paths)) = (&item.column, paths)
            && path_name::is_path(name)
            && !relation.has(&item.column)?
            && let Some(value) = paths.find_value(relation, name)?
        {
            if order.iter().any(|known| known.sql == value.sql) {
                continue;
            }
            let ordered = Ordered::of_path(&value, name, order.len() + 1);
            if !comparison::is_ordered(ordered.base_type) {
                Err(no_order(&ordered))?;
            }
            order.push(Ordered {
                is_descending: item.is_descending,
                nulls_first: item.nulls_first,
                ..ordered
            });
            continue;
        }
        let column = match unreadable {
            Unreadable::Refused => relation.column(&item.column)?,
            Unreadable::Ignored => relation.named(&item.column)?,
        };
        if !column.is_readable || is_among(&order, column) {
            continue;
        }
        if !column.is_ordered() {
            Err(no_order(&Ordered::of_column(column)))?;
        }
        order.push(Ordered {
            is_descending: item.is_descending,
            nulls_first: item.nulls_first,
            ..Ordered::of_column(column)
        });
    }
    let tiebreakers = relation
        .readable_key()
        .unwrap_or_else(|| relation.readable().filter(|column| column.is_ordered()).collect());
    for column in tiebreakers {
        if !is_among(&order, column) {
            order.push(Ordered::of_column(column));
        }
    }
    Ok(order)
}

/// That a value has no order.
pub(super) fn no_order(ordered: &Ordered) -> RecordError {
    RecordError::NoOrder {
        done: "ordered",
        what: ordered.what.clone(),
        type_name: ordered.type_name.clone(),
    }
}

fn is_among(order: &[Ordered], column: &RecordColumn) -> bool {
    order.iter().any(|known| known.attnum == Some(column.attnum))
}

/// ` ORDER BY ...`, or nothing for a relation without a column that has an order. `name` says what the statement calls
/// a value.
pub(crate) fn clause(order: &[Ordered], name: impl Fn(&Ordered) -> String) -> String {
    let items: Vec<String> = order
        .iter()
        .map(|ordered| {
            let direction = if ordered.is_descending { " DESC" } else { "" };
            let nulls = match (ordered.nulls_first, ordered.is_descending) {
                (true, false) => " NULLS FIRST",
                (false, true) => " NULLS LAST",
                _ => "",
            };
            format!("{}{direction}{nulls}", name(ordered))
        })
        .collect();
    if items.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", items.join(", "))
    }
}
