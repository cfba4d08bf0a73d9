//! JSON values as parameters of a statement: checked against the type, then read by the type's own input function.

use crate::error::Error;
use crate::pg::jsonb_item::{JsonType, JsonbItem};
use crate::pg::parameter::{self, ParameterValue};
use crate::pg::{Oid, jsonb_value::JsonbValue, memory, server};
use crate::rpc::error::RpcError;
use pgrx::pg_sys;

/// The JSON that a parameter of an SQL type takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Anything,
    /// As JSON text.
    JsonText,
    /// As a value of any type.
    AnyType,
    Boolean,
    Integer,
    /// An OID, or a name that PostgreSQL looks up.
    OidOrName,
    Oid,
    Number,
    Float,
    Text,
    /// Types that PostgreSQL reads from text.
    TextForm,
    Array(Oid),
}

impl Takes {
    pub(crate) fn of_type(type_oid: Oid) -> Self {
        match type_oid {
            pg_sys::JSONBOID => Takes::Anything,
            pg_sys::JSONOID => Takes::JsonText,
            polymorphic if is_polymorphic(polymorphic) => Takes::AnyType,
            pg_sys::BOOLOID => Takes::Boolean,
            pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID => Takes::Integer,
            pg_sys::OIDOID => Takes::Oid,
            pg_sys::REGCLASSOID
            | pg_sys::REGNAMESPACEOID
            | pg_sys::REGROLEOID
            | pg_sys::REGTYPEOID
            | pg_sys::REGPROCOID
            | pg_sys::REGPROCEDUREOID => Takes::OidOrName,
            pg_sys::NUMERICOID => Takes::Number,
            pg_sys::FLOAT4OID | pg_sys::FLOAT8OID => Takes::Float,
            pg_sys::TEXTOID => Takes::Text,
            other => parameter::element_type(other).map_or(Takes::TextForm, Takes::Array),
        }
    }

    /// For a message: "must be ...".
    pub(crate) fn described(self) -> &'static str {
        match self {
            Takes::Anything | Takes::JsonText | Takes::AnyType => "JSON",
            Takes::Boolean => "true or false",
            Takes::Integer => "an integer",
            Takes::OidOrName => "an OID or a name",
            Takes::Oid => "an OID",
            Takes::Number | Takes::Float => "a number",
            Takes::Text | Takes::TextForm => "a string",
            Takes::Array(_) => "an array",
        }
    }

    /// How well a value fits: `None` if not at all. Null fits all. A type that takes every value of that sort fits
    /// best.
    pub(crate) fn fit(self, item: JsonbItem) -> Option<u32> {
        use JsonType::{Array, Boolean, Null, Number, Object, String};
        let json_type = item.json_type();
        Some(match (self, json_type) {
            (_, Null) => 0,
            (Takes::Anything, Array | Object) => 3,
            (Takes::JsonText, Array | Object) => 2,
            (Takes::AnyType, Array | Object) => 1,
            (Takes::Anything | Takes::JsonText | Takes::AnyType, _) => 0,
            (Takes::Boolean, Boolean) => 3,
            (Takes::Integer, Number) if integer(item).is_some() => 2,
            (Takes::Oid | Takes::OidOrName, Number) if is_oid(item) => 2,
            (Takes::OidOrName, String) => 2,
            (Takes::Number, Number) => 3,
            (Takes::Float, Number) => 2,
            // NaN and Infinity.
            (Takes::Number | Takes::Float, String) => 1,
            (Takes::Text, String) => 3,
            (Takes::TextForm, String) => 2,
            (Takes::Text | Takes::TextForm, Number) => 1,
            (Takes::Array(element), Array) => {
                let element = Takes::of_type(element);
                let fits = |item: JsonbItem| {
                    // An array of arrays is one of more dimensions.
                    item.json_type() == Array || element.fit(item).is_some()
                };
                return item.elements().all(fits).then_some(3);
            }
            _ => return None,
        })
    }
}

fn is_polymorphic(type_oid: Oid) -> bool {
    matches!(
        type_oid,
        pg_sys::ANYELEMENTOID
            | pg_sys::ANYCOMPATIBLEOID
            | pg_sys::ANYNONARRAYOID
            | pg_sys::ANYCOMPATIBLENONARRAYOID
    )
}

/// The type that a parameter of a statement has for an argument of that type.
pub(crate) fn parameter_type(type_oid: Oid) -> Oid {
    if is_polymorphic(type_oid) {
        pg_sys::JSONBOID
    } else {
        type_oid
    }
}

/// The value of a parameter, which fits its type; null is SQL's NULL. What the type's input function does not take is
/// an error of PostgreSQL's.
pub(crate) fn bind(item: JsonbItem, type_oid: Oid) -> Result<ParameterValue, Error> {
    if item.is_null() {
        return Ok(None);
    }
    let type_oid = parameter_type(type_oid);
    if type_oid == pg_sys::JSONBOID {
        return Ok(Some(item.to_value()?.datum()));
    }
    let text = match Takes::of_type(type_oid) {
        Takes::Anything | Takes::JsonText | Takes::AnyType => item.to_value()?.to_text(),
        Takes::Array(element) => array_text(item, element)?,
        _ => scalar_text(item)?,
    };
    Ok(Some(parameter::read_parameter(&text, type_oid)))
}

/// The argument of the input function of a type.
fn scalar_text(item: JsonbItem) -> Result<String, Error> {
    Ok(match item.json_type() {
        JsonType::String => item.string().unwrap_or_default(),
        JsonType::Number => integer(item).or_else(|| item.number()).unwrap_or_default(),
        JsonType::Boolean => item.is_true().to_string(),
        JsonType::Null | JsonType::Array | JsonType::Object => item.to_value()?.to_text(),
    })
}

/// An array as PostgreSQL writes arrays.
fn array_text(array: JsonbItem, element: Oid) -> Result<String, Error> {
    let is_json = matches!(element, pg_sys::JSONBOID | pg_sys::JSONOID);
    // Each element becomes a text, which is quoted, and then a part of this one.
    memory::require(6 * array.size());
    let mut text = String::from("{");
    for (at, item) in array.elements().enumerate() {
        server::check_for_interrupts();
        if at > 0 {
            text.push(',');
        }
        match item.json_type() {
            JsonType::Null => text.push_str("NULL"),
            JsonType::Array if !is_json => text.push_str(&array_text(item, element)?),
            _ => {
                let value = if is_json {
                    item.to_value()?.to_text()
                } else {
                    scalar_text(item)?
                };
                text.push('"');
                text.push_str(&value.replace('\\', "\\\\").replace('"', "\\\""));
                text.push('"');
            }
        }
    }
    text.push('}');
    Ok(text)
}

/// A number without a fraction, as an integer is written.
pub(crate) fn integer(item: JsonbItem) -> Option<String> {
    let number = item.number()?;
    match number.split_once('.') {
        None => Some(number),
        Some((whole, fraction)) => fraction
            .bytes()
            .all(|digit| digit == b'0')
            .then(|| whole.to_owned()),
    }
}

fn is_oid(item: JsonbItem) -> bool {
    integer(item).is_some_and(|number| number.parse::<u32>().is_ok())
}

/// "must be X, not Y", for a parameter called `name`.
pub(crate) fn wrong_type(name: &str, expected: &str, item: JsonbItem) -> RpcError {
    let given = match item.json_type() {
        JsonType::Number => item.number().unwrap_or_default(),
        JsonType::Boolean => item.is_true().to_string(),
        other => other.described().to_owned(),
    };
    RpcError::wrong_parameter(name, format!("\"{name}\" must be {expected}, not {given}"))
}

/// The JSON `null`.
pub(crate) fn null() -> Result<JsonbValue, Error> {
    JsonbItem::NULL.to_value()
}
