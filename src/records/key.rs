//! Keys of rows, as requests name them: the value of the primary key, if that has one column, or an object with the
//! columns of the primary key or of a unique constraint, by attnum or by name (see [`row_key`]).

use super::condition::literal_value;
use super::error::RecordError;
use super::relation::{RecordColumn, RecordRelation};
use crate::catalog::row_key;
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::statements::{Literal, Parameters, Sort, Values};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The key of a row.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct RecordKey {
    whole: Literal,
    /// The members, if it is an object.
    parts: Vec<(String, Literal)>,
}

impl RecordKey {
    /// A key as JSON.
    pub(crate) fn of_json(json: Box<RawValue>, values: &mut Values) -> Self {
        // Of no object, no members. In an order of their own, so that their order does not make another shape.
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json.get()).unwrap_or_default();
        Self {
            whole: values.take(json),
            parts: members
                .into_iter()
                .map(|(name, value)| (name, values.take(value)))
                .collect(),
        }
    }

    /// The key that no row has.
    pub(crate) fn null(values: &mut Values) -> Self {
        Self::of_json(Box::default(), values)
    }

    /// A key as SQL passes it: a value of any type. Text that reads as a JSON object can be a key of several columns.
    pub(crate) fn of_value(text: &str, is_json: bool, values: &mut Values) -> Self {
        let json = (is_json || text.starts_with('{'))
            .then(|| serde_json::from_str::<Box<RawValue>>(text).ok())
            .flatten();
        match json {
            Some(json) if is_json => Self::of_json(json, values),
            Some(json) => Self {
                whole: values.take_text(text),
                ..Self::of_json(json, values)
            },
            None => Self {
                whole: values.take_text(text),
                parts: Vec::new(),
            },
        }
    }

    /// The members of the object, each with its column, if it is an object that names columns: those of one of the keys.
    fn named<'a>(
        &self,
        relation: &'a RecordRelation,
    ) -> Result<Option<Vec<(&'a RecordColumn, Literal)>>, Error> {
        if self.parts.is_empty() {
            return Ok(None);
        }
        let columns = relation
            .columns
            .iter()
            .map(|column| (column.attnum, column.name.as_str()));
        let mut named = Vec::with_capacity(self.parts.len());
        for (name, literal) in &self.parts {
            let Some(attnum) = row_key::find_column(&relation.name, name, columns.clone())? else {
                return Ok(None);
            };
            named.push((attnum, *literal));
        }
        let attnums: Vec<i16> = named.iter().map(|(attnum, _)| *attnum).collect();
        let Some(key) = row_key::with_columns(&relation.keys, &attnums) else {
            return Ok(None);
        };
        let value_of = |column: &RecordColumn| {
            let mut values = named.iter().filter(|(attnum, _)| *attnum == column.attnum);
            values.next().map(|(_, literal)| *literal)
        };
        let columns = relation.columns_of_key(key)?;
        Ok(columns
            .into_iter()
            .map(|column| Some((column, value_of(column)?)))
            .collect())
    }

    /// The values of the key's columns, in key order, as SQL.
    pub(crate) fn values<'a>(
        &self,
        relation: &'a RecordRelation,
        parameters: &mut Parameters,
    ) -> Result<Vec<(&'a RecordColumn, String)>, Error> {
        if let Some(named) = self.named(relation)? {
            return Ok(named
                .into_iter()
                .map(|(column, literal)| (column, value_of_key(parameters, literal, column)))
                .collect());
        }
        let key = relation.needed_key()?;
        let invalid = |problem: String| RecordError::InvalidKey {
            relation: relation.name.clone(),
            problem,
            key: describe_key(&key),
        };
        let is_whole = key.len() == 1 || self.whole.sort == Sort::Null;
        if !is_whole {
            Err(invalid(match self.parts.is_empty() {
                true => "it is not an object".into(),
                false => {
                    let names: Vec<&str> = self.parts.iter().map(|(name, _)| name.as_str()).collect();
                    format!("no key has the columns {}", names.join(", "))
                }
            }))?;
        }
        Ok(key
            .into_iter()
            .map(|column| (column, value_of_key(parameters, self.whole, column)))
            .collect())
    }

    /// The condition for the row of `alias` that has this key.
    pub(crate) fn condition(
        &self,
        relation: &RecordRelation,
        alias: &str,
        parameters: &mut Parameters,
    ) -> Result<String, Error> {
        let values = self.values(relation, parameters)?;
        let conditions: Vec<String> = values
            .into_iter()
            .map(|(column, value)| {
                // The columns of a key always have one.
                let operator = comparison::operator(column.base_type, Comparison::Equal).unwrap_or_default();
                format!("{} {operator} {value}", column.compared_of(alias))
            })
            .collect();
        Ok(conditions.join(" AND "))
    }
}

/// The value of a column of a key, as SQL.
fn value_of_key(parameters: &mut Parameters, literal: Literal, column: &RecordColumn) -> String {
    let place = format!("In the key, for column \"{}\".", column.name);
    let before = parameters.set_place(Some(place.into()));
    let value = literal_value(parameters, literal, column.base_type);
    parameters.set_place(before);
    value
}

/// For messages: `{"1": book_id, "2": author_id}`.
fn describe_key(key: &[&RecordColumn]) -> String {
    match key {
        [column] => format!("the value of column {} ({})", column.attnum, column.name),
        _ => {
            let members: Vec<String> = key
                .iter()
                .map(|column| format!("\"{}\": {}", column.attnum, column.name))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}
