//! Keys of rows, as callers pass them: the value of the primary key, if that has one column, or an object with the
//! columns of the primary key or of a unique constraint (see [`crate::catalog::row_key`]).

use super::target::WriteTarget;
use crate::catalog::plain_sql;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::column_type::qualified_name;
use crate::pg::comparison::{self, Comparison};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{Oid, dml, quote, subtransaction};
use crate::records::error::RecordError;
use crate::records::value::{self, Forms};
use pgrx::pg_sys;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The primary key of a target.
pub(super) struct TargetKey<'a> {
    target: &'a WriteTarget,
    parts: Vec<KeyPart<'a>>,
    /// Whether it is the primary key, whose value alone is a key where it has one column.
    is_primary: bool,
}

/// A column of a key.
struct KeyPart<'a> {
    column: &'a PgAttribute,
    attnum: String,
    /// The same in a key that is returned: `#2` where the digits are the name of another column.
    returned: String,
}

impl KeyPart<'_> {
    /// The column of the row `target`, in the form that it has in records.
    fn value(&self, forms: Forms) -> String {
        let column = format!("target.{}", self.column.sql());
        value::json_of(&column, self.column.atttypid, forms)
    }

    fn identifier(&self) -> String {
        quote::identifier(&self.attnum)
    }

    fn text(&self) -> String {
        plain_sql::as_text(&format!("target.{}", self.column.sql()), self.column.atttypid)
    }
}

/// A key of a row, part by part, each as JSON.
pub(super) type KeyValue = BTreeMap<String, Box<RawValue>>;

impl<'a> TargetKey<'a> {
    /// The key of the rows of a table that has one.
    pub(super) fn of_target(target: &'a WriteTarget) -> Result<Option<Self>, Error> {
        let key = Self::of_columns(target, target.key_columns()?);
        Ok(Some(key).filter(|key| !key.parts.is_empty()))
    }

    fn of_columns(target: &'a WriteTarget, columns: Vec<&'a PgAttribute>) -> Self {
        let parts = columns.into_iter().map(|column| KeyPart {
            column,
            attnum: column.attnum.to_string(),
            returned: target.number_of(column),
        });
        Self {
            target,
            parts: parts.collect(),
            is_primary: true,
        }
    }

    /// The key that a caller's key is one of: that of its columns, if it is an object of them; else the primary key.
    pub(super) fn meant_by(target: &'a WriteTarget, json: &str) -> Result<Self, Error> {
        if let Ok(object) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
            let attnums = object
                .keys()
                .map(|name| target.attnum_of(name))
                .collect::<Result<Option<Vec<i16>>, Error>>()?;
            let columns = attnums.map(|attnums| target.key_with(&attnums)).transpose()?;
            if let Some(columns) = columns.flatten() {
                let is_primary = target.key_columns()?.iter().all(|primary| {
                    let is_same = |column: &&PgAttribute| column.attnum == primary.attnum;
                    columns.iter().any(is_same)
                });
                return Ok(Self {
                    is_primary,
                    ..Self::of_columns(target, columns)
                });
            }
        }
        Self::needed(target)
    }

    /// The same, where a row must be addressed.
    pub(super) fn needed(target: &'a WriteTarget) -> Result<Self, Error> {
        Self::of_target(target)?.ok_or_else(|| target.without_key())
    }

    /// Whether the current role may read all of it.
    pub(super) fn is_readable(&self) -> bool {
        self.parts.iter().all(|part| self.target.is_readable(part.column))
    }

    /// A key that a caller passes as text.
    pub(super) fn parse_text(&self, text: &str) -> Result<KeyValue, Error> {
        match self.parts.as_slice() {
            [part] if self.is_primary && !self.is_object(text)? => {
                let value = serde_json::value::to_raw_value(text).map_err(Error::Serialization)?;
                Ok(KeyValue::from([(part.attnum.clone(), value)]))
            }
            _ => self.parse_object(text),
        }
    }

    /// A key that a caller passes as JSON.
    pub(super) fn parse_json(&self, json: Box<RawValue>) -> Result<KeyValue, Error> {
        match self.parts.as_slice() {
            [part] if self.is_primary && !self.is_object(json.get())? => {
                Ok(KeyValue::from([(part.attnum.clone(), json)]))
            }
            _ => self.parse_object(json.get()),
        }
    }

    /// Whether a text is an object whose only member is the only column of the key.
    fn is_object(&self, json: &str) -> Result<bool, Error> {
        if !json.starts_with('{') {
            return Ok(false);
        }
        let object = serde_json::from_str::<BTreeMap<String, &RawValue>>(json).unwrap_or_default();
        let mut names = object.keys();
        let (Some(name), None, [part]) = (names.next(), names.next(), self.parts.as_slice()) else {
            return Ok(false);
        };
        Ok(self.target.attnum_of(name)? == Some(part.column.attnum))
    }

    /// An object of all parts, by attnum or by name.
    fn parse_object(&self, json: &str) -> Result<KeyValue, Error> {
        let given: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(json).map_err(|_| self.wrong("it is not an object"))?;
        let mut key = KeyValue::new();
        for (name, value) in given {
            let attnum = self.target.column_of_key(&name)?.attnum.to_string();
            if !self.parts.iter().any(|part| part.attnum == attnum) {
                return Err(self.foreign_part(&name));
            }
            if key.insert(attnum, value).is_some() {
                return Err(self.part_twice(&name));
            }
        }
        match self.parts.iter().find(|part| !key.contains_key(&part.attnum)) {
            Some(part) => Err(self.wrong(&format!("\"{}\" is missing", part.column.attname))),
            None => Ok(key),
        }
    }

    pub(super) fn foreign_part(&self, name: &str) -> Error {
        self.wrong(&format!("\"{name}\" is not part of it"))
    }

    pub(super) fn part_twice(&self, name: &str) -> Error {
        self.wrong(&format!("\"{name}\" is in it twice"))
    }

    pub(super) fn wrong(&self, problem: &str) -> Error {
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|part| format!("\"{}\": {}", part.attnum, part.column.attname))
            .collect();
        RecordError::InvalidKey {
            relation: self.target.name().to_owned(),
            problem: problem.into(),
            key: format!("{{{}}}", parts.join(", ")),
        }
        .into()
    }

    /// The FROM item `key`, with the values of the parts: `json` says what the JSON of each is.
    pub(super) fn key_from(&self, json: impl Fn(&NamedPart<'_>) -> String) -> Result<String, Error> {
        let values = self
            .parts()
            .map(|part| part.value(&json(&part)))
            .collect::<Result<Vec<_>, Error>>()?;
        self.key_of_values(&values)
    }

    /// The same of values of the parts.
    pub(super) fn key_of_values(&self, values: &[String]) -> Result<String, Error> {
        let names: Vec<_> = self.parts.iter().map(KeyPart::identifier).collect();
        Ok(format!(
            "LATERAL (SELECT {}) AS key({})",
            values.join(", "),
            names.join(", ")
        ))
    }

    /// That of the key in the parameter `$1`, an object by attnums.
    pub(super) fn key_of_parameter(&self) -> Result<String, Error> {
        self.key_from(|part| format!("$1 OPERATOR(pg_catalog.->) '{}'::pg_catalog.text", part.attnum))
    }

    /// That the row `target` has the key that the record `key` has.
    pub(super) fn condition(&self) -> Result<String, Error> {
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|part| {
                // The columns of a key always have one.
                let type_oid = part.column.atttypid;
                let equal = comparison::operator(type_oid, Comparison::Equal).ok_or(Error::Vanished)?;
                let column = format!("target.{}", part.column.sql());
                Ok(format!(
                    "{} {equal} key.{}",
                    comparison::operand(&column, type_oid),
                    part.identifier()
                ))
            })
            .collect::<Result<_, Error>>()?;
        Ok(parts.join(" AND "))
    }

    /// The key of the row `target` for callers, as JSON text.
    pub(super) fn returned(&self, forms: Forms) -> String {
        self.returned_with(|part| part.value(forms))
    }

    /// The same for readers, who take text for values of any type.
    pub(super) fn returned_as_text(&self) -> String {
        self.returned_with(KeyPart::text)
    }

    fn returned_with(&self, value: impl Fn(&KeyPart<'a>) -> String) -> String {
        let json = match self.parts.as_slice() {
            // Printed as in JSON anyway.
            [part] if self.is_primary && is_integer(part.column.atttypid) => value(part),
            [part] if self.is_primary => format!("pg_catalog.to_jsonb({})", value(part)),
            parts => {
                // A key has 32 columns at most.
                let members: Vec<_> = parts
                    .iter()
                    .map(|part| format!("'{}', {}", part.returned, value(part)))
                    .collect();
                format!("pg_catalog.jsonb_build_object({})", members.join(", "))
            }
        };
        format!("CAST({json} AS pg_catalog.text)")
    }

    /// Whether a key can be read as values of the key's types; otherwise it is the key of no row.
    pub(super) fn is_valid(&self, key: &KeyValue) -> Result<bool, Error> {
        let statement = format!("SELECT {} FROM {}", self.nulls(), self.key_of_parameter()?);
        let key = JsonbValue::parse(&serde_json::to_string(key).map_err(Error::Serialization)?);
        can_be_read(&statement, key)
    }

    /// How many parts of the record `key` are NULL, as text: to know that, all are read.
    pub(super) fn nulls(&self) -> String {
        let values = self.parts.iter().map(|part| format!("key.{}", part.identifier()));
        format!(
            "CAST(pg_catalog.num_nulls({}) AS pg_catalog.text)",
            values.collect::<Vec<_>>().join(", ")
        )
    }

    /// Whether a value alone is a key: that of the only column of the primary key.
    pub(super) fn may_be_value(&self) -> bool {
        self.is_primary && self.parts.len() == 1
    }

    /// The parts, with the strings that name each (see [`crate::catalog::row_key`]).
    pub(super) fn parts(&self) -> impl Iterator<Item = NamedPart<'_>> {
        self.parts.iter().map(|part| {
            let name = part.column.attname.as_str();
            let mut spellings = vec![
                part.attnum.clone(),
                name.to_owned(),
                format!("#{}", part.attnum),
                format!("\"{}\"", name.replace('"', "\"\"")),
            ];
            let attnum = part.column.attnum;
            spellings
                .retain(|text| matches!(self.target.attnum_of(text), Ok(Some(named)) if named == attnum));
            NamedPart {
                attnum: &part.attnum,
                name,
                type_oid: part.column.atttypid,
                spellings,
            }
        })
    }

    /// Fails if a string names two columns.
    pub(super) fn check_name(&self, text: &str) -> Result<(), Error> {
        self.target.attnum_of(text).map(|_| ())
    }
}

/// A part of a key, as objects name it.
pub(super) struct NamedPart<'a> {
    pub(super) attnum: &'a str,
    pub(super) name: &'a str,
    pub(super) type_oid: Oid,
    /// The strings that name it. None of them names another column.
    pub(super) spellings: Vec<String>,
}

impl NamedPart<'_> {
    /// The value in JSON as one of the column's type. Without modifiers and domains: a value that is rounded or refused is not
    /// the key of any row.
    pub(super) fn value(&self, json: &str) -> Result<String, Error> {
        let base = comparison::base_type(self.type_oid);
        let type_name = qualified_name(base, -1).ok_or(Error::Vanished)?;
        Ok(plain_sql::from_json(json, base, &type_name))
    }
}

/// Whether a statement that reads a key, or keys, as values of their types can do so.
pub(super) fn can_be_read(statement: &str, keys: JsonbValue) -> Result<bool, Error> {
    match subtransaction::attempt_body(dml::is_about_a_value, || dml::run_dml(statement, &[keys])) {
        Ok(outcome) => outcome.map(|_| true),
        Err(_) => Ok(false),
    }
}

fn is_integer(type_oid: Oid) -> bool {
    matches!(type_oid, pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID)
}
