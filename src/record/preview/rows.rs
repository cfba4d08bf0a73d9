//! Previews of rows by their keys, and the statement that gives those of all rows.

use super::comparison::{self, Operand};
use super::compile::{self, Compiled};
use super::relation::Relation;
use super::{RowPreview, Templates};
use crate::catalog::Catalog;
use crate::catalog::rows::{OfRelation, PgAttribute, PgConstraint};
use crate::error::{Error, Problem};
use crate::pg::arguments::JsonArgument;
use crate::pg::query::{self, JsonbValue};
use crate::pg::scan::Char;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, equality, quote};
use pgrx::prelude::PgSqlErrorCode;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What is wrong with the keys of rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyProblem {
    #[error("the keys are not an array")]
    NotAnArray,

    #[error("relation \"{relation}\" has no primary key of one column, so a key must be an object")]
    NotAnObject { relation: String, keys: String },

    #[error("key {position} is not of the kind of the first one")]
    Mixed {
        position: usize,
        key: String,
        first: String,
    },

    #[error("permission denied for the schema of the type of column \"{column}\"")]
    NotNameable { column: String },

    #[error("no key of relation \"{relation}\" has the columns of {key}")]
    NoKey {
        relation: String,
        key: String,
        keys: String,
    },
}

impl Problem for KeyProblem {
    fn sqlstate(&self) -> PgSqlErrorCode {
        match self {
            KeyProblem::NotNameable { .. } => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            _ => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            KeyProblem::NotAnArray | KeyProblem::NotNameable { .. } => None,
            KeyProblem::Mixed { key, first, .. } => Some(format!("It is {key}, the first one is {first}.")),
            KeyProblem::NotAnObject { keys, .. } | KeyProblem::NoKey { keys, .. } => Some(keys.clone()),
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        match self {
            KeyProblem::NotAnArray => "Pass an array: [1, 2], or [{\"1\": 7, \"2\": 3}].",
            KeyProblem::NotNameable { .. } => "Ask the owner of that schema for USAGE on it.",
            KeyProblem::Mixed { .. } => "Pass either values or objects, and objects with the same attnums.",
            _ => "Pass an object with the attnum and value of each column of one key: {\"1\": 7, \"2\": 3}.",
        }
        .into()
    }
}

/// What statements call the relation.
const ALIAS: &str = "t";

/// The statement that gives the preview of every row, beside its primary key where there is one that the role may read.
pub(crate) fn sql(relation: Oid) -> Result<String, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let relation = Relation::read(&catalog, relation)?;
    let Compiled { joins, text } = compile::row(&catalog, &Templates::new(None)?, relation.row.oid, ALIAS)?;
    let keys = keys(&catalog, &relation);
    let primary = keys.first().filter(|key| key.is_primary);
    let columns: Option<Vec<String>> = primary.map_or(Some(Vec::new()), |key| {
        let column = |&attnum| relation.readable_column(&catalog, attnum);
        let sql = |column| format!("{}, ", column_of(column));
        key.columns.iter().map(|attnum| column(attnum).map(sql)).collect()
    });
    Ok(format!(
        "SELECT {}{text} AS preview\nFROM {} AS {ALIAS}{}",
        columns.unwrap_or_default().concat(),
        relation.qualified_name(&catalog)?,
        joins.iter().map(|join| format!("\n {join}")).collect::<String>(),
    ))
}

/// The previews of rows, in the order of their keys: `[{"key", "preview"}]`, with null for rows that are not there.
pub(crate) fn by_keys(relation: Oid, document: &JsonArgument) -> Result<Option<JsonbValue>, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let relation = Relation::read(&catalog, relation)?;
    let Value::Array(given) = document.value("keys")? else {
        return Err(KeyProblem::NotAnArray.into());
    };
    let condition = match given.first() {
        None => "false".to_owned(),
        Some(first) => condition(&catalog, &relation, first, &given)?,
    };
    let RowPreview { joins, text } = super::row(&catalog, &Templates::new(None)?, relation.row.oid, ALIAS)?;
    let table = relation.qualified_name(&catalog)?;
    let statement = format!(
        "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', k.key, 'preview', p.preview) \
         ORDER BY k.at), '[]') \
         FROM pg_catalog.jsonb_array_elements($1::pg_catalog.jsonb) WITH ORDINALITY AS k(key, at) \
         LEFT JOIN LATERAL (SELECT {text} AS preview FROM {table} AS {ALIAS}{joins} WHERE {condition} LIMIT 1) AS p \
         ON true"
    );
    query::jsonb(&statement, document.text())
}

/// Columns by which a row is found.
struct Key {
    is_primary: bool,
    columns: Vec<i16>,
}

/// The keys of a relation, the primary key first, then by name.
fn keys(catalog: &Catalog, relation: &Relation) -> Vec<Key> {
    let mut keys: Vec<Key> = PgConstraint::of_relation(&catalog.reader, relation.row.oid)
        .into_iter()
        .filter(|row| matches!(row.contype, Char(b'p' | b'u')))
        .map(|row| Key {
            is_primary: row.contype == Char(b'p'),
            columns: row.conkey,
        })
        .collect();
    keys.sort_by_key(|key| !key.is_primary);
    keys
}

/// That a row has the key `k.key`. All keys of a call are of the kind of the first.
fn condition(
    catalog: &Catalog,
    relation: &Relation,
    first: &Value,
    given: &[Value],
) -> Result<String, Error> {
    let keys = keys(catalog, relation);
    let wanted = attnums(first);
    if let Some(at) = given.iter().position(|key| attnums(key) != wanted) {
        return Err(KeyProblem::Mixed {
            position: at + 1,
            key: given[at].to_string(),
            first: first.to_string(),
        }
        .into());
    }
    let found = keys.iter().find(|key| match &wanted {
        None => key.is_primary && key.columns.len() == 1,
        Some(wanted) => key.columns.iter().map(i16::to_string).collect::<BTreeSet<_>>() == *wanted,
    });
    let Some(Key { columns, .. }) = found else {
        let (relation, keys) = (relation.row.relname.clone(), list(catalog, relation, &keys)?);
        let key = first.to_string();
        return Err(match wanted {
            None => KeyProblem::NotAnObject { relation, keys },
            Some(_) => KeyProblem::NoKey { relation, key, keys },
        }
        .into());
    };
    let comparisons = columns.iter().map(|&attnum| {
        let value = match &wanted {
            None => "k.key OPERATOR(pg_catalog.#>>) '{}'".to_owned(),
            Some(_) => format!("k.key OPERATOR(pg_catalog.->>) '{attnum}'"),
        };
        is_equal(catalog, relation, attnum, &value)
    });
    Ok(comparisons.collect::<Result<Vec<_>, Error>>()?.join(" AND "))
}

/// The keys of an object. `None`: a plain value.
fn attnums(key: &Value) -> Option<BTreeSet<String>> {
    key.as_object()
        .map(|key: &Map<String, Value>| key.keys().cloned().collect())
}

/// That a column has the value of which `printed` is the text.
fn is_equal(catalog: &Catalog, relation: &Relation, attnum: i16, printed: &str) -> Result<String, Error> {
    let column = PgAttribute::by_number(&catalog.reader, relation.row.oid, attnum).ok_or(Error::Vanished)?;
    // A key has an index, and so its type has such an operator.
    let operator = equality::operator(column.atttypid).ok_or(Error::Vanished)?;
    let value = format!("({printed})::{}", catalog.qualified_type_name(column.atttypid)?);
    let left = Operand::of_column(column_of(&column), &column);
    let right = Operand::of_column(value, &column);
    comparison::sql(catalog, operator, left, right)?.ok_or_else(|| {
        KeyProblem::NotNameable {
            column: column.attname.clone(),
        }
        .into()
    })
}

fn column_of(column: &PgAttribute) -> String {
    format!("{ALIAS}.{}", quote::identifier(&column.attname))
}

/// The keys of a relation, for messages.
fn list(catalog: &Catalog, relation: &Relation, keys: &[Key]) -> Result<String, Error> {
    let mut listed = Vec::with_capacity(keys.len());
    for key in keys {
        let mut columns = Vec::with_capacity(key.columns.len());
        for &attnum in &key.columns {
            let name = catalog.column_name(relation.row.oid, attnum)?;
            columns.push(format!("{attnum} ({name})"));
        }
        listed.push(columns.join(" with "));
    }
    Ok(match listed.is_empty() {
        true => "It has no primary key and no unique constraint.".into(),
        false => format!("It has the keys {}.", listed.join("; ")),
    })
}
