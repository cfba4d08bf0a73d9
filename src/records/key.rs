//! Keys of rows, as requests name them: the value of a single column, or an object `{attnum: value}`.

use super::error::RecordError;
use super::relation::{RecordColumn, RecordRelation};
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::statements::{Form, Literal, Parameters, Sort, Values};
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

    /// The values of the key's columns, in key order, as SQL.
    pub(crate) fn values<'a>(
        &self,
        relation: &'a RecordRelation,
        parameters: &mut Parameters,
    ) -> Result<Vec<(&'a RecordColumn, String)>, Error> {
        let key = relation.needed_key()?;
        let invalid = |problem: String| RecordError::InvalidKey {
            relation: relation.name.clone(),
            problem,
            key: describe(&key),
        };
        if let Some((name, _)) = self
            .parts
            .iter()
            .find(|(name, _)| key.len() > 1 && !key.iter().any(|column| names(name, column)))
        {
            Err(invalid(format!("column \"{name}\" is not part of the key")))?;
        }
        let mut values = Vec::with_capacity(key.len());
        for &column in &key {
            let part = self.parts.iter().find(|(name, _)| names(name, column));
            let is_null = self.whole.sort == Sort::Null;
            let literal = match part {
                Some((_, literal)) => *literal,
                None if key.len() == 1 || is_null => self.whole,
                None => Err(invalid(format!("column {} is missing", column.attnum)))?,
            };
            values.push((column, parameters.sql(literal, Form::Value, column.base_type)));
        }
        Ok(values)
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

/// Whether a member of a key's object is about a column.
fn names(name: &str, column: &RecordColumn) -> bool {
    name.parse() == Ok(column.attnum)
}

/// For messages: `{"1": book_id, "2": author_id}`.
fn describe(key: &[&RecordColumn]) -> String {
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
