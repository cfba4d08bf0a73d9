//! The order of rows: what the request asks for, made total by the key.

use super::error::RecordError;
use super::relation::{ColumnReference, RecordColumn, RecordRelation};
use crate::definition::form::lenient;
use crate::error::Error;

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
    pub(crate) fn parse(self) -> Result<OrderItem, RecordError> {
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
                    hint: "Pass [{\"attnum\": number, \"direction\": \"asc\" or \"desc\"}, ...].",
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

/// A column by which rows are ordered.
#[derive(Clone, Copy)]
pub(crate) struct Ordered<'a> {
    pub(crate) column: &'a RecordColumn,
    pub(crate) is_descending: bool,
    pub(crate) nulls_first: bool,
}

impl<'a> Ordered<'a> {
    fn ascending(column: &'a RecordColumn) -> Self {
        Self {
            column,
            is_descending: false,
            nulls_first: false,
        }
    }
}

/// What becomes of columns that the role may not read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// An error, as everywhere else that a request names a column.
    Refused,
    /// They are left out: clients of the contract's functions count on it.
    Ignored,
}

/// The columns by which the rows of a request are ordered: those asked for, then the key; without a key that the
/// current role may read, every column that has an order.
pub(crate) fn resolve<'a>(
    relation: &'a RecordRelation,
    items: &[OrderItem],
    unreadable: Unreadable,
) -> Result<Vec<Ordered<'a>>, Error> {
    let mut order: Vec<Ordered<'a>> = Vec::new();
    for item in items {
        let column = match unreadable {
            Unreadable::Refused => relation.column(&item.column)?,
            Unreadable::Ignored => relation.named(&item.column)?,
        };
        if !column.is_readable || is_among(&order, column) {
            continue;
        }
        if !column.is_ordered() {
            return Err(RecordError::NoOrder {
                done: "ordered",
                what: format!("column \"{}\"", column.name),
                type_name: column.type_info.name.to_string(),
            }
            .into());
        }
        order.push(Ordered {
            column,
            is_descending: item.is_descending,
            nulls_first: item.nulls_first,
        });
    }
    let tiebreakers = relation
        .readable_key()
        .unwrap_or_else(|| relation.readable().filter(|column| column.is_ordered()).collect());
    for column in tiebreakers {
        if !is_among(&order, column) {
            order.push(Ordered::ascending(column));
        }
    }
    Ok(order)
}

fn is_among(order: &[Ordered<'_>], column: &RecordColumn) -> bool {
    order.iter().any(|known| known.column.attnum == column.attnum)
}

/// ` ORDER BY ...`, or nothing for a relation without a column that has an order. `name` says what the statement calls
/// a column.
pub(crate) fn clause(order: &[Ordered<'_>], name: impl Fn(&RecordColumn) -> String) -> String {
    let items: Vec<String> = order
        .iter()
        .map(|ordered| {
            let direction = if ordered.is_descending { " DESC" } else { "" };
            let nulls = match (ordered.nulls_first, ordered.is_descending) {
                (true, false) => " NULLS FIRST",
                (false, true) => " NULLS LAST",
                _ => "",
            };
            format!("{}{direction}{nulls}", name(ordered.column))
        })
        .collect();
    if items.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", items.join(", "))
    }
}
