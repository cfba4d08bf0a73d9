//! `bigint` and `numeric` as strings where they stand within rows and arrays of rows, whose JSON PostgreSQL makes.

use crate::error::Error;
use crate::pg::{Oid, comparison, tuple};
use pgrx::pg_sys;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt::Write as _;

/// JSON of a value of a type, with its long numbers as strings.
pub(crate) fn as_text(json: &str, type_oid: Oid) -> Result<String, Error> {
    let mut written = String::with_capacity(json.len() + 16);
    Writer::default().write(json, type_oid, &mut written)?;
    Ok(written)
}

#[derive(Default)]
struct Writer {
    /// The fields of the composite types that were met.
    fields: HashMap<Oid, HashMap<String, Oid>>,
}

impl Writer {
    fn write(&mut self, json: &str, type_oid: Oid, written: &mut String) -> Result<(), Error> {
        let base = comparison::base_type(type_oid);
        let first = json.as_bytes().first();
        match (first, comparison::element_type(base)) {
            (Some(b'['), Some(element)) => self.write_array(json, base, element, written),
            (Some(b'{'), None) => self.write_object(json, base, written),
            (Some(b'-' | b'0'..=b'9'), _) if matches!(base, pg_sys::INT8OID | pg_sys::NUMERICOID) => {
                // Writing to a String cannot fail.
                let _ = write!(written, "\"{json}\"");
                Ok(())
            }
            _ => {
                written.push_str(json);
                Ok(())
            }
        }
    }

    /// The elements of an array may be arrays of the same type: its further dimensions.
    fn write_array(
        &mut self,
        json: &str,
        array: Oid,
        element: Oid,
        written: &mut String,
    ) -> Result<(), Error> {
        let elements: Vec<&RawValue> = serde_json::from_str(json).map_err(Error::Serialization)?;
        written.push('[');
        for (at, value) in elements.into_iter().enumerate() {
            if at > 0 {
                written.push(',');
            }
            let is_dimension = value.get().starts_with('[');
            self.write(value.get(), if is_dimension { array } else { element }, written)?;
        }
        written.push(']');
        Ok(())
    }

    fn write_object(&mut self, json: &str, type_oid: Oid, written: &mut String) -> Result<(), Error> {
        let known = self.fields.entry(type_oid);
        let types = known
            .or_insert_with(|| tuple::fields(type_oid).into_iter().collect())
            .clone();
        if types.is_empty() {
            written.push_str(json);
            return Ok(());
        }
        let members: HashMap<String, &RawValue> = serde_json::from_str(json).map_err(Error::Serialization)?;
        written.push('{');
        for (at, (name, value)) in members.into_iter().enumerate() {
            if at > 0 {
                written.push(',');
            }
            written.push_str(&serde_json::to_string(&name).map_err(Error::Serialization)?);
            written.push(':');
            match types.get(&name) {
                Some(&of_field) => self.write(value.get(), of_field, written)?,
                None => written.push_str(value.get()),
            }
        }
        written.push('}');
        Ok(())
    }
}
