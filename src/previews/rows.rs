//! Previews of rows by their keys, and the statement that returns those of all rows.

use super::comparison::{self, Operand};
use super::compile::{self, RowExpression};
use super::error::PreviewError;
use super::relation::PreviewedRelation;
use super::{Purpose, RowPreview, Templates};
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, row_key};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::arguments::JsonArgument;
use crate::pg::catalog_row::Char;
use crate::pg::comparison::{Comparison, base_type, operator_oid};
use crate::pg::plan::{JsonbDatum, Planning, Sees};
use crate::pg::snapshot::Snapshot;
use crate::pg::{quote, server};
use crate::statements::{self, Draft, Form, Literal, Parameters, Shape, Values, array_parts};
use pgrx::pg_sys;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeSet;

/// The alias of the relation in statements.
const ALIAS: &str = "t";

/// The statement that gives the preview of every row, beside its primary key where there is one that the role may read.
pub(crate) fn print_statement(relation: Oid) -> Result<String, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let relation = PreviewedRelation::read_relation(&catalog, relation)?;
    let RowExpression { joins, text } = compile::compile_row(
        &catalog,
        &Templates::new(None, Purpose::Own)?,
        relation.row.oid,
        ALIAS,
    )?;
    let keys = find_keys(&catalog, &relation);
    let primary = keys.first().filter(|key| key.is_primary);
    let columns: Option<Vec<String>> = primary.map_or(Some(Vec::new()), |key| {
        let column = |&attnum| relation.readable_column(&catalog, attnum);
        let sql = |column| format!("{}, ", column_of(column));
        key.columns.iter().map(|attnum| column(attnum).map(sql)).collect()
    });
    Ok(format!(
        "SELECT {}{text} AS preview\nFROM {} AS {ALIAS}{}",
        columns.unwrap_or_default().concat(),
        relation.sql(&catalog)?,
        joins.iter().map(|join| format!("\n {join}")).collect::<String>(),
    ))
}

/// A request for the previews of rows, without their keys.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PreviewRequest {
    relation: Oid,
    kind: RowKeyKind,
    keys: Literal,
    /// Whether there are so many keys that their array is taken apart by its parts.
    has_parts: bool,
}

/// The form that all keys have.
#[derive(PartialEq, Eq, Hash)]
enum RowKeyKind {
    /// There are none.
    Nothing,
    /// Values of the primary key.
    Value,
    /// Objects with these columns, as the caller names them.
    Object(BTreeSet<String>),
}

impl RowKeyKind {
    fn from_key(key: &Value) -> Self {
        match key {
            Value::Object(key) => RowKeyKind::Object(key.keys().cloned().collect()),
            _ => RowKeyKind::Value,
        }
    }

    fn of_all(keys: &[Value]) -> Result<Self, PreviewError> {
        let Some(first) = keys.first() else {
            return Ok(RowKeyKind::Nothing);
        };
        let kind = Self::from_key(first);
        match keys.iter().position(|key| Self::from_key(key) != kind) {
            None => Ok(kind),
            Some(at) => Err(PreviewError::MixedKeys {
                position: at + 1,
                key: keys[at].to_string(),
                first: first.to_string(),
            }),
        }
    }
}

/// The keys that a caller passes. There may be many: a cancel is heard while they are read.
struct GivenRowKeys(Vec<Value>);

impl<'de> Deserialize<'de> for GivenRowKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = GivenRowKeys;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<GivenRowKeys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = elements.next_element()? {
                    server::check_for_interrupts();
                    keys.push(key);
                }
                Ok(GivenRowKeys(keys))
            }
        }
        deserializer.deserialize_seq(KeysVisitor)
    }
}

/// The previews of rows, in the order of their keys: `[{"key", "preview"}]`, with null for rows that are not there.
pub(crate) fn list_by_keys(relation: Oid, document: &JsonArgument) -> Result<JsonbDatum, Error> {
    if !document.text().trim_start().starts_with('[') {
        return Err(PreviewError::KeysNotAnArray.into());
    }
    let GivenRowKeys(keys) = document.decode("keys", "Pass an array.")?;
    let kind = RowKeyKind::of_all(&keys)?;
    let mut values = Values::default();
    let request = PreviewRequest {
        relation,
        kind,
        has_parts: array_parts::has_parts(keys.len()),
        keys: values.take(document.decode("keys", "Pass an array.")?),
    };
    let (previews, _) = statements::statement_for(request)?.run(&values, Sees::WhatCallerSees)?;
    Ok(previews)
}

impl Shape for PreviewRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let relation = PreviewedRelation::read_relation(catalog, self.relation)?;
        let condition = self.condition(catalog, &relation)?;
        let RowPreview { joins, text } = super::compile_row_preview(
            catalog,
            &Templates::new(None, Purpose::Own)?,
            self.relation,
            ALIAS,
        )?;
        let table = relation.sql(catalog)?;
        let mut parameters = Parameters::default();
        let keys = parameters.sql(self.keys, Form::Value, pg_sys::JSONBOID);
        let (keys, order) = match self.has_parts {
            true => (
                format!(
                    "{} CROSS JOIN LATERAL pg_catalog.jsonb_array_elements({})",
                    array_parts::from_parts(&keys),
                    array_parts::part_of(&keys)
                ),
                "part.first, k.at",
            ),
            false => (format!("pg_catalog.jsonb_array_elements({keys})"), "k.at"),
        };
        Ok(Draft {
            sql: format!(
                "SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', k.key, 'preview', p.preview) \
                 ORDER BY {order}), '[]') \
                 FROM {keys} WITH ORDINALITY AS k(key, at) \
                 LEFT JOIN LATERAL (SELECT {text} AS preview FROM {table} AS {ALIAS}{joins} WHERE {condition} LIMIT 1) \
                 AS p ON true"
            ),
            parameters,
            planning: Planning::Once,
            estimate: None,
        })
    }
}

impl PreviewRequest {
    /// That a row has the key `k.key`.
    fn condition(&self, catalog: &Catalog, relation: &PreviewedRelation) -> Result<String, Error> {
        let keys = find_keys(catalog, relation);
        let named = self.named_columns(relation)?;
        let attnums: Option<Vec<i16>> = named
            .as_ref()
            .map(|named| named.iter().map(|(_, attnum)| *attnum).collect());
        let columns: Vec<Vec<i16>> = keys.iter().map(|key| key.columns.clone()).collect();
        let found = match (&self.kind, attnums) {
            (RowKeyKind::Nothing, _) => None,
            (RowKeyKind::Value, _) => {
                let mut primary = keys.iter().filter(|key| key.is_primary && key.columns.len() == 1);
                primary.next().map(|key| key.columns.as_slice())
            }
            (RowKeyKind::Object(_), Some(attnums)) => row_key::with_columns(&columns, &attnums),
            (RowKeyKind::Object(_), None) => None,
        };
        let Some(key) = found else {
            if !relation.columns.is_empty() && relation.readable(catalog).next().is_none() {
                Err(Error::UnreadableRelation {
                    name: relation.row.relname.clone(),
                })?;
            }
            let (name, keys) = (relation.row.relname.clone(), list_keys(catalog, relation, &keys)?);
            return match &self.kind {
                RowKeyKind::Nothing => Ok("false".into()),
                RowKeyKind::Value => Err(PreviewError::KeyNotAnObject { relation: name, keys }.into()),
                RowKeyKind::Object(attnums) => {
                    let attnums: Vec<&str> = attnums.iter().map(String::as_str).collect();
                    let attnums = attnums.join(", ");
                    Err(PreviewError::NoSuchKey {
                        relation: name,
                        attnums,
                        keys,
                    }
                    .into())
                }
            };
        };
        let comparisons = key.iter().map(|&attnum| {
            let name = named.iter().flatten().find(|(_, named)| *named == attnum);
            let value = match name {
                Some((name, _)) => format!("k.key OPERATOR(pg_catalog.->>) {}", quote::literal(name)),
                None => "k.key OPERATOR(pg_catalog.#>>) '{}'".to_owned(),
            };
            is_equal(catalog, relation, attnum, &value)
        });
        Ok(comparisons.collect::<Result<Vec<_>, Error>>()?.join(" AND "))
    }
}

impl PreviewRequest {
    /// The names of the members of the keys, each with its column; `None` if one names no column.
    fn named_columns(&self, relation: &PreviewedRelation) -> Result<Option<Vec<(&str, i16)>>, Error> {
        let RowKeyKind::Object(names) = &self.kind else {
            return Ok(None);
        };
        let columns = relation
            .columns
            .iter()
            .map(|column| (column.attnum, column.attname.as_str()));
        let find = |name: &str| row_key::find_column(&relation.row.relname, name, columns.clone());
        let mut named = Vec::with_capacity(names.len());
        for name in names {
            match find(name)? {
                Some(attnum) => named.push((name.as_str(), attnum)),
                None => return Ok(None),
            }
        }
        Ok(Some(named))
    }
}

/// Columns by which a row is found.
struct UniqueKey {
    is_primary: bool,
    columns: Vec<i16>,
}

/// The keys of a relation, the primary key first, then by name.
fn find_keys(catalog: &Catalog, relation: &PreviewedRelation) -> Vec<UniqueKey> {
    let mut keys: Vec<UniqueKey> = relation
        .constraints(catalog)
        .iter()
        .filter(|row| matches!(row.contype, Char(b'p' | b'u')))
        .map(|row| UniqueKey {
            is_primary: row.contype == Char(b'p'),
            columns: row.conkey.clone(),
        })
        .collect();
    keys.sort_by_key(|key| !key.is_primary);
    keys
}

/// That a column has the value of which `printed` is the text.
fn is_equal(
    catalog: &Catalog,
    relation: &PreviewedRelation,
    attnum: i16,
    printed: &str,
) -> Result<String, Error> {
    let column = relation.column(attnum).ok_or(Error::Vanished)?;
    // A key has an index, and so its type has such an operator.
    let operator = operator_oid(column.atttypid, Comparison::Equal).ok_or(Error::Vanished)?;
    // Without domains: a value that one refuses is not the key of any row.
    let base = base_type(column.atttypid);
    let value = format!("({printed})::{}", catalog.qualified_type_name(base)?);
    let left = Operand::of_column(column_of(column), column);
    let right = Operand::new(value, base, column.attcollation);
    comparison::compile_comparison(catalog, operator, left, right)?.ok_or_else(|| {
        PreviewError::TypeNotNameable {
            column: column.attname.clone(),
        }
        .into()
    })
}

fn column_of(column: &PgAttribute) -> String {
    format!("{ALIAS}.{}", column.sql())
}

/// The keys of a relation, for messages.
fn list_keys(catalog: &Catalog, relation: &PreviewedRelation, keys: &[UniqueKey]) -> Result<String, Error> {
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
