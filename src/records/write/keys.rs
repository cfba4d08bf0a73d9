//! Many keys, where they lie in the array that a caller passes: nothing is kept of each of them.

use super::key::{NamedPart, TargetKey, can_be_read};
use super::target::WriteTarget;
use crate::error::Error;
use crate::pg::jsonb_value::{JsonbElement, JsonbValue};
use crate::pg::memory::{self, Scratch};
use crate::pg::{Oid, quote, server, text};
use crate::values::uuid;
use pgrx::pg_sys;

/// GivenKeys of rows of a table, each an element of an array.
pub(super) struct GivenKeys<'a> {
    key: &'a TargetKey<'a>,
    pub(super) ids: JsonbValue,
    pub(super) count: usize,
    /// Whether some of them are objects.
    has_objects: bool,
}

impl<'a> GivenKeys<'a> {
    /// The key that the keys in an array are: that of the columns of the first one, if it is an object, else the primary
    /// key.
    pub(super) fn key_of(target: &'a WriteTarget, ids: &JsonbValue) -> Result<TargetKey<'a>, Error> {
        let first = ids.elements().into_iter().flatten().next();
        let names = first.and_then(|first| Some(first.keys()?.map(text::from_server).collect::<Vec<_>>()));
        let object = names.map(|names| {
            names
                .into_iter()
                .map(|name| (name, serde_json::Value::Null))
                .collect()
        });
        let json = object.map_or(serde_json::Value::Null, serde_json::Value::Object);
        TargetKey::meant_by(target, &json.to_string())
    }

    /// The keys in an array: each a value, or an object of all columns of the key.
    pub(super) fn from_ids(key: &'a TargetKey<'a>, ids: JsonbValue) -> Result<Self, Error> {
        let elements = ids.elements().ok_or(Error::InvalidArgument {
            argument: "rec_ids",
            problem: "it is not an array".into(),
            hint: "Pass an array of keys: [1, 2].",
        })?;
        let parts: Vec<_> = key.parts().collect();
        let mut keys = Self {
            key,
            ids,
            count: 0,
            has_objects: !key.may_be_value(),
        };
        let mut previous: Option<JsonbElement> = None;
        for element in elements {
            server::check_for_interrupts();
            if !key.may_be_value() {
                if !previous.is_some_and(|previous| element.has_keys_of(&previous)) {
                    check_object(key, &parts, &element)?;
                }
            } else if let Some(names) = element.keys() {
                keys.has_objects = true;
                if !previous.is_some_and(|previous| element.has_keys_of(&previous)) {
                    for name in names {
                        server::check_for_interrupts();
                        key.check_name(&text::name_from_server(name))?;
                    }
                }
            }
            previous = Some(element);
            keys.count += 1;
        }
        Ok(keys)
    }

    /// The items after FROM or USING: the keys are the record `key`, and `given.position` counts them from 1. A key that
    /// comes twice has the place of the first.
    pub(super) fn source(&self) -> Result<String, Error> {
        // The limit tells the planner about how many keys there are, which decides between the index and the whole table.
        let given = |id: &str| {
            format!(
                "(SELECT {id} AS id, pg_catalog.min(position) AS position \
                 FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS element(json, position) \
                 GROUP BY 1 LIMIT {}) AS given",
                self.count.max(1).next_power_of_two()
            )
        };
        // A part by any of its spellings: each element has its own.
        let with_each = |object: &str, operator: &str, part: &NamedPart| {
            let spelled = part.spellings.iter().map(|text| {
                format!(
                    "{object} OPERATOR(pg_catalog.{operator}) {}",
                    quote::literal(text)
                )
            });
            spelled.collect::<Vec<_>>().join(", ")
        };
        let member = |object: &str, part: &NamedPart| format!("COALESCE({})", with_each(object, "->", part));
        let parts: Vec<_> = self.key.parts().collect();
        let [part] = parts.as_slice() else {
            return Ok(format!(
                "{}, {}",
                given("json"),
                self.key.key_from(|part| member("given.id", part))?
            ));
        };
        // An object of the only column is the value in it.
        let json = match (self.key.may_be_value(), self.has_objects) {
            (true, false) => "json".to_owned(),
            (true, true) => format!(
                "CASE WHEN pg_catalog.jsonb_typeof(json) OPERATOR(pg_catalog.<>) 'object' THEN json \
                 WHEN '{{}}' OPERATOR(pg_catalog.=) ANY (ARRAY[{}]) AND json OPERATOR(pg_catalog.<>) '{{}}' THEN {} ELSE json END",
                with_each("json", "-", part),
                member("json", part)
            ),
            (false, _) => member("json", part),
        };
        // Values of one row that are written in several ways are one.
        let value = self.key.key_of_values(&["given.id".into()])?;
        Ok(format!("{}, {value}", given(&part.value(&json)?)))
    }

    /// Leaves out what is no value of the key's type, and so the key of no row.
    pub(super) fn keep_valid(&mut self) -> Result<(), Error> {
        if self.are_plain() || self.count == 0 {
            return Ok(());
        }
        let statement = format!(
            "SELECT pg_catalog.max({}) FROM {}",
            self.key.nulls(),
            self.source()?
        );
        if can_be_read(&statement, self.ids)? {
            return Ok(());
        }
        let mut all = Vec::new();
        memory::reserve(&mut all, self.count);
        all.extend(0..self.count);
        let mut valid = Vec::new();
        memory::reserve(&mut valid, self.count);
        let scratch = Scratch::new();
        valid_among(&statement, &scratch, self.ids, &all, &mut valid)?;
        self.ids = self.ids.choose(&valid);
        self.count = valid.len();
        Ok(())
    }

    /// Whether all keys are of the usual sort for their type, so that PostgreSQL need not be asked.
    fn are_plain(&self) -> bool {
        let parts: Vec<_> = self.key.parts().collect();
        let [part] = parts.as_slice() else {
            return false;
        };
        if self.has_objects {
            return false;
        }
        let mut elements = self.ids.elements().into_iter().flatten();
        elements.all(|element| {
            server::check_for_interrupts();
            element
                .text()
                .is_some_and(|text| is_plainly_valid(part.type_oid, &text))
        })
    }
}

/// That an element is an object of all parts of a key, each named once, and of nothing else.
fn check_object(key: &TargetKey, parts: &[NamedPart], element: &JsonbElement) -> Result<(), Error> {
    let given = element.keys().ok_or_else(|| key.wrong("it is not an object"))?;
    let mut named = vec![false; parts.len()];
    for name in given {
        let name = text::name_from_server(name);
        let Some(at) = parts.iter().position(|part| part.spellings.contains(&name)) else {
            key.check_name(&name)?;
            return Err(key.foreign_part(&name));
        };
        if std::mem::replace(&mut named[at], true) {
            return Err(key.part_twice(parts[at].name));
        }
    }
    match named.iter().position(|named| !named) {
        Some(missing) => Err(key.wrong(&format!("\"{}\" is missing", parts[missing].name))),
        None => Ok(()),
    }
}

/// Collects which of the keys a statement can read. Each half is asked by itself where not all can.
fn valid_among(
    statement: &str,
    scratch: &Scratch,
    ids: JsonbValue,
    positions: &[usize],
    valid: &mut Vec<usize>,
) -> Result<(), Error> {
    server::check_for_interrupts();
    if scratch.run(|| can_be_read(statement, ids.choose(positions)))? {
        valid.extend_from_slice(positions);
        return Ok(());
    }
    if positions.len() > 1 {
        let (first, second) = positions.split_at(positions.len() / 2);
        valid_among(statement, scratch, ids, first, valid)?;
        valid_among(statement, scratch, ids, second, valid)?;
    }
    Ok(())
}

/// Whether a text is plainly a value of a type.
fn is_plainly_valid(type_oid: Oid, value: &[u8]) -> bool {
    fn is<T: std::str::FromStr>(value: &[u8]) -> bool {
        std::str::from_utf8(value).is_ok_and(|value| value.parse::<T>().is_ok())
    }
    match type_oid {
        pg_sys::INT2OID => is::<i16>(value),
        pg_sys::INT4OID => is::<i32>(value),
        pg_sys::INT8OID => is::<i64>(value),
        pg_sys::TEXTOID | pg_sys::VARCHAROID | pg_sys::BPCHAROID => true,
        pg_sys::UUIDOID => uuid::is_uuid(value),
        _ => false,
    }
}
