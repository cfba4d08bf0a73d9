//! Column defaults: the value if no code of users has to run for it, otherwise the expression's text.

use crate::error::Error;
use crate::pg::value::Value;
use crate::pg::{Oid, deparse, expression};
use serde::Serialize;

/// The value that a column gets if an INSERT does not name it.
#[derive(Serialize)]
pub(crate) struct ColumnDefault {
    value: Value,
    is_dynamic: bool,
}

impl ColumnDefault {
    pub(crate) fn identity() -> Self {
        Self {
            value: Value::Text("identity".into()),
            is_dynamic: true,
        }
    }

    pub(crate) fn generated(expression: &str) -> Self {
        Self {
            value: Value::Text(expression.into()),
            is_dynamic: true,
        }
    }

    /// The default that `pg_attrdef` stores for a column of `relation`.
    pub(crate) fn stored(node_tree: &str, relation: Oid) -> Result<Self, Error> {
        if let Some(value) = expression::constant_value(node_tree) {
            return Ok(Self {
                value,
                is_dynamic: false,
            });
        }
        let text = deparse::expression(node_tree, relation).ok_or(Error::Vanished)?;
        Ok(Self {
            value: Value::Text(text),
            is_dynamic: true,
        })
    }
}
