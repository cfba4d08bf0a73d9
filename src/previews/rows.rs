//! Previews of rows by their keys, and the statement that returns those of all rows.

use super::comparison::{self, Operand};
use super::compile::{self, RowExpression};
use super::error::PreviewError;
use super::relation::PreviewedRelation;
use super::{Purpose, RowPreview, Templates};
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, plain_sql, row_key};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::arguments::JsonArgument;
use crate::pg::catalog_row::Char;
use crate::pg::column_type::Content;
use crate::pg::comparison::{Comparison, base_type, operator_oid};
use crate::pg::plan::{JsonbDatum, Planning, Sees};
use crate::pg::snapshot::Snapshot;
use crate::pg::{quote, server};
use crate::statements::{self, Draft, Form, Literal, Parameters, Shape, Values, array_parts};
use pgrx::pg_sys;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

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
    /// How the first key is written, which says of which key of the relation all of them are; `None` if there are none.
    first: Option<KeySpelling>,
    /// The ways in which keys are written.
    spellings: BTreeSet<KeySpelling>,
    keys: Literal,
    /// Whether there are so many keys that their array is taken apart by its parts.
    has_parts: bool,
}

/// How a key is written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum KeySpelling {
    /// A value of the primary key.
    Value,
    /// An object with these columns, as the caller names them. (Or a row of a composite type, with its fields.)
    Object(BTreeSet<String>),
}

impl KeySpelling {
    fn from_key(key: &Value) -> Self {
        match key {
            Value::Object(key) => Self::Object(key.keys().cloned().collect()),
            _ => Self::Value,
        }
    }
}

impl fmt::Display for KeySpelling {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => out.write_str("a value"),
            Self::Object(names) if names.is_empty() => out.write_str("an empty object"),
            Self::Object(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                write!(out, "an object with {}", names.join(", "))
            }
        }
    }
}

/// How the keys are written that a caller passes. There may be many keys: a cancel is heard while they are read.
#[derive(Default)]
struct GivenRowKeys {
    first: Option<KeySpelling>,
    spellings: BTreeSet<KeySpelling>,
    count: usize,
}

impl GivenRowKeys {
    fn add(&mut self, key: &Value) {
        let spelling = KeySpelling::from_key(key);
        if self.first.is_none() {
            self.first = Some(spelling.clone());
        }
        self.spellings.insert(spelling);
        self.count += 1;
    }
}

impl<'de> Deserialize<'de> for GivenRowKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = GivenRowKeys;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<GivenRowKeys, A::Error> {
                let mut keys = GivenRowKeys::default();
                while let Some(key) = elements.next_element()? {
                    server::check_for_interrupts();
                    keys.add(&key);
                }
                Ok(keys)
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
    let given: GivenRowKeys = document.decode("keys", "Pass an array.")?;
    let mut values = Values::default();
    let request = PreviewRequest {
        relation,
        first: given.first,
        spellings: given.spellings,
        has_parts: array_parts::has_parts(given.count),
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
        let Some(first) = &self.first else {
            return Ok("false".into());
        };
        let keys = find_keys(catalog, relation);
        let Some(key) = find_key(first, relation, &keys)? else {
            return Err(explain_missing_key(first, catalog, relation, &keys)?);
        };
        let mut members = KeyMembers::default();
        for spelling in &self.spellings {
            if find_key(spelling, relation, &keys)?.is_none_or(|meant| meant.columns != key.columns) {
                return Err(PreviewError::OtherKey {
                    relation: relation.row.relname.clone(),
                    first: first.to_string(),
                    other: spelling.to_string(),
                }
                .into());
            }
            members.add(find_named_columns(spelling, relation)?, key);
        }
        let comparisons = key
            .columns
            .iter()
            .map(|&attnum| is_equal(catalog, relation, attnum, &members.print_json(attnum)));
        Ok(comparisons.collect::<Result<Vec<_>, Error>>()?.join(" AND "))
    }
}

/// How the values of a key are found in `k.key`.
#[derive(Default)]
struct KeyMembers {
    /// Whether some are the value of the only column.
    has_values: bool,
    /// The names of members, each with its column.
    names: BTreeSet<(i16, String)>,
}

impl KeyMembers {
    /// Adds those of one spelling, which names the columns of the key, or is its value.
    fn add(&mut self, named: Option<Vec<(&str, i16)>>, key: &UniqueKey) {
        match named.filter(|named| key.has_exactly(named)) {
            Some(named) => {
                let names = named.into_iter().map(|(name, attnum)| (attnum, name.to_owned()));
                self.names.extend(names);
            }
            None => self.has_values = true,
        }
    }

    /// The value of a column of the key, as jsonb.
    fn print_json(&self, attnum: i16) -> String {
        let names = || {
            let of_column = self.names.iter().filter(move |(column, _)| *column == attnum);
            of_column.map(|(_, name)| format!("{}::pg_catalog.text", quote::literal(name)))
        };
        let each = |operator: &str| {
            names()
                .map(|name| format!("k.key OPERATOR(pg_catalog.{operator}) {name}"))
                .collect::<Vec<_>>()
        };
        let member = || format!("COALESCE({})", each("->").join(", "));
        if !self.has_values {
            return member();
        }
        if self.names.is_empty() {
            return "k.key".to_owned();
        }
        // Of a composite type, the value is an object, too.
        let is_only_member: Vec<String> = each("-")
            .into_iter()
            .map(|rest| format!("({rest}) OPERATOR(pg_catalog.=) '{{}}'"))
            .collect();
        format!(
            "CASE WHEN pg_catalog.jsonb_typeof(k.key) OPERATOR(pg_catalog.<>) 'object' THEN k.key \
             WHEN {} THEN {} ELSE k.key END",
            is_only_member.join(" OR "),
            member()
        )
    }
}

/// The columns that the members of a key name; `None` if it is no object, or if one of them names no column.
fn find_named_columns<'s>(
    spelling: &'s KeySpelling,
    relation: &PreviewedRelation,
) -> Result<Option<Vec<(&'s str, i16)>>, Error> {
    let KeySpelling::Object(names) = spelling else {
        return Ok(None);
    };
    let columns = relation
        .columns
        .iter()
        .map(|column| (column.attnum, column.attname.as_str()));
    let find = |name: &'s String| {
        let found = row_key::find_column(&relation.row.relname, name, columns.clone())?;
        Ok(found.map(|attnum| (name.as_str(), attnum)))
    };
    names.iter().map(find).collect()
}

/// The key that is meant: that of the columns of an object, or the primary key of one column, whose value it is.
fn find_key<'k>(
    spelling: &KeySpelling,
    relation: &PreviewedRelation,
    keys: &'k [UniqueKey],
) -> Result<Option<&'k UniqueKey>, Error> {
    if let Some(named) = find_named_columns(spelling, relation)?
        && let Some(key) = keys.iter().find(|key| key.has_exactly(&named))
    {
        return Ok(Some(key));
    }
    let takes_value = |key: &&UniqueKey| match key.columns[..] {
        [attnum] if key.is_primary => {
            let column_type = relation.column(attnum).map(|column| column.atttypid);
            *spelling == KeySpelling::Value
                || column_type.is_some_and(|of_column| {
                    matches!(Content::of_type(of_column), Content::Json | Content::Composite)
                })
        }
        _ => false,
    };
    Ok(keys.iter().find(takes_value))
}

/// That there is no key of which the first of the keys could be one.
fn explain_missing_key(
    first: &KeySpelling,
    catalog: &Catalog,
    relation: &PreviewedRelation,
    keys: &[UniqueKey],
) -> Result<Error, Error> {
    let name = relation.row.relname.clone();
    if !relation.columns.is_empty() && relation.readable(catalog).next().is_none() {
        return Ok(Error::UnreadableRelation { name });
    }
    let keys = list_keys(catalog, relation, keys)?;
    Ok(match first {
        KeySpelling::Value => PreviewError::KeyNotAnObject { relation: name, keys }.into(),
        KeySpelling::Object(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            PreviewError::NoSuchKey {
                relation: name,
                attnums: names.join(", "),
                keys,
            }
            .into()
        }
    })
}

/// Columns by which a row is found.
struct UniqueKey {
    is_primary: bool,
    columns: Vec<i16>,
}

impl UniqueKey {
    /// Whether these are its columns, each named once.
    fn has_exactly(&self, named: &[(&str, i16)]) -> bool {
        let attnums: Vec<i16> = named.iter().map(|(_, attnum)| *attnum).collect();
        row_key::with_columns(std::slice::from_ref(&self.columns), &attnums).is_some()
    }
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

/// That a column has a value, which is an expression of jsonb.
fn is_equal(
    catalog: &Catalog,
    relation: &PreviewedRelation,
    attnum: i16,
    json: &str,
) -> Result<String, Error> {
    let column = relation.column(attnum).ok_or(Error::Vanished)?;
    // A key has an index, and so its type has such an operator.
    let operator = operator_oid(column.atttypid, Comparison::Equal).ok_or(Error::Vanished)?;
    // Without domains: a value that one refuses is not the key of any row.
    let base = base_type(column.atttypid);
    let type_name = catalog.qualified_type_name(base)?;
    let value = plain_sql::from_json(json, base, &type_name);
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
