//! The values of a request, apart from its shape: a statement is compiled for a shape and run with any values.
//!
//! Values stay the JSON text that they came as, so that numbers keep all their digits, until PostgreSQL's input
//! functions read them as values of a column's type.

use super::parameters::{Form, Literal, Parameter, Parameters, Sort};
use crate::pg::parameter::{self, ParameterValue};
use crate::pg::{Oid, column_type, error_fields, memory, quote, server};
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::rc::Rc;

/// The values of a request, in the order in which they stand in it.
#[derive(Default)]
pub(crate) struct Values(Vec<Box<RawValue>>);

impl Values {
    /// Takes a value in.
    pub(crate) fn take(&mut self, value: Box<RawValue>) -> Literal {
        let sort = match value.get().as_bytes().first() {
            Some(b'n') => Sort::Null,
            Some(b't') => Sort::Boolean(true),
            Some(b'f') => Sort::Boolean(false),
            Some(b'[') => Sort::Array,
            Some(b'{') => Sort::Object,
            _ => Sort::Scalar,
        };
        self.0.push(value);
        Literal {
            slot: self.0.len() - 1,
            sort,
        }
    }

    /// Takes a number in that is one wherever nothing else gives it a type.
    pub(crate) fn take_typed_number(&mut self, number: Box<RawValue>) -> Literal {
        Literal {
            sort: Sort::Number,
            ..self.take(number)
        }
    }

    /// Takes a text in.
    pub(crate) fn take_text(&mut self, text: &str) -> Literal {
        self.take(raw_json(&text))
    }

    /// Takes a number in.
    pub(crate) fn take_number(&mut self, number: i64) -> Literal {
        self.take(raw_json(&number))
    }

    /// Takes values in as a list.
    pub(crate) fn take_list(&mut self, elements: &[&RawValue]) -> Literal {
        self.take(raw_json(&elements))
    }

    /// A value as it was taken in.
    pub(crate) fn json(&self, literal: Literal) -> Box<RawValue> {
        self.0.get(literal.slot).cloned().unwrap_or_default()
    }

    /// The value of a parameter, read by the input function of its type.
    pub(crate) fn bind(&self, parameter: &Parameter) -> ParameterValue {
        let text = self.text_of(parameter)?;
        let read = || parameter::read_parameter(&text, parameter.type_oid);
        Some(match &parameter.place {
            Some(place) => error_fields::kept_with(|failure| failure.add_to_detail(place), read),
            None => read(),
        })
    }

    /// The parameters of a statement that has these values in its text.
    pub(crate) fn inline(self: Rc<Self>) -> Parameters {
        self.inline_if(|_| true)
    }

    /// The same, with NULL in the place of values of types that are refused.
    pub(crate) fn inline_if(self: Rc<Self>, is_allowed: impl Fn(Oid) -> bool + 'static) -> Parameters {
        Parameters::inlined(Box::new(move |parameter| match is_allowed(parameter.type_oid) {
            true => self.literal_of(parameter),
            false => "NULL".to_owned(),
        }))
    }

    /// A value as a literal of the type of a parameter.
    fn literal_of(&self, parameter: &Parameter) -> String {
        let type_name = column_type::qualified_name(parameter.type_oid, -1).unwrap_or_default();
        match self.text_of(parameter) {
            Some(text) => format!("{}::{type_name}", quote::literal(&text)),
            None => format!("NULL::{type_name}"),
        }
    }

    /// The value of a parameter as the input function of its type reads it; `None` is NULL.
    fn text_of(&self, parameter: &Parameter) -> Option<String> {
        let json = self.0.get(parameter.slot)?.get();
        Some(match parameter.form {
            Form::Value => plain(json, parameter.type_oid)?,
            Form::Member => format!("{{\"v\":{json}}}"),
            Form::Members => members(json),
            Form::List if json.starts_with('[') => array_literal(json),
            Form::List => array_literal(&format!("[{json}]")),
            Form::Exactly => escape_pattern(&text(json)?),
            Form::StartsWith => escape_pattern(&text(json)?) + "%",
            Form::Contains => format!("%{}%", escape_pattern(&text(json)?)),
        })
    }
}

fn raw_json(value: &impl serde::Serialize) -> Box<RawValue> {
    // Text, integers and JSON always have a JSON form.
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

/// A value in the form that the type's input function reads; `None` for null.
fn plain(json: &str, type_oid: Oid) -> Option<String> {
    if json.starts_with('[') && parameter::is_array(type_oid) {
        Some(array_literal(json))
    } else {
        text(json)
    }
}

/// The text of a value: of a string what it says, otherwise the JSON.
pub(crate) fn text(json: &str) -> Option<String> {
    if json.starts_with('"') {
        // Valid JSON, as the server gave it.
        serde_json::from_str(json).ok()
    } else {
        (json != "null").then(|| json.to_owned())
    }
}

/// A JSON array in the form that the input functions of array types read.
pub(crate) fn array_literal(json: &str) -> String {
    array_with(json, &|list, more| {
        server::check_for_interrupts();
        memory::reserve_text(list, more);
    })
}

/// The same; `reserve` is called before each element, with the bytes that it needs.
fn array_with(json: &str, reserve: &dyn Fn(&mut String, usize)) -> String {
    // PostgreSQL's arrays have six dimensions at most; what is nested more deeply is left for it to refuse.
    array_of(json, 6, reserve)
}

fn array_of(json: &str, dimensions: usize, reserve: &dyn Fn(&mut String, usize)) -> String {
    let mut list = String::new();
    let mut elements = serde_json::Deserializer::from_str(json);
    let writer = ArrayWriter {
        list: &mut list,
        dimensions,
        reserve,
    };
    match elements.deserialize_seq(writer) {
        Ok(()) => list,
        Err(_) => "{}".into(),
    }
}

/// Writes the elements of a JSON array as PostgreSQL writes an array, one by one: there may be millions.
struct ArrayWriter<'a> {
    list: &'a mut String,
    dimensions: usize,
    reserve: &'a dyn Fn(&mut String, usize),
}

impl<'de> Visitor<'de> for ArrayWriter<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut is_first = true;
        self.list.push('{');
        while let Some(element) = elements.next_element::<&RawValue>()? {
            let element = element.get();
            (self.reserve)(self.list, 2 * element.len() + 1);
            if !std::mem::take(&mut is_first) {
                self.list.push(',');
            }
            if element.starts_with('[') && self.dimensions > 1 {
                let inner = array_of(element, self.dimensions - 1, self.reserve);
                self.list.push_str(&inner);
            } else {
                push_element(self.list, element);
            }
        }
        self.list.push('}');
        Ok(())
    }
}

fn push_element(list: &mut String, element: &str) {
    let Some(text) = text(element) else {
        list.push_str("NULL");
        return;
    };
    list.push('"');
    for part in text.split_inclusive(['\\', '"']) {
        match part.strip_suffix(['\\', '"']) {
            Some(plain) => {
                list.push_str(plain);
                list.push('\\');
                list.push_str(&part[plain.len()..]);
            }
            None => list.push_str(part),
        }
    }
    list.push('"');
}

/// An array of objects, each with an element of a JSON array.
fn members(json: &str) -> String {
    let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    let members: Vec<String> = elements
        .into_iter()
        .map(|element| format!("{{\"v\":{}}}", element.get()))
        .collect();
    format!("[{}]", members.join(","))
}

/// A pattern of LIKE that matches a text and nothing else.
fn escape_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        if matches!(letter, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_literal() {
        assert_eq!(escape_pattern(r"50%_\"), r"50\%\_\\");
        assert_eq!(escape_pattern("naïve"), "naïve");
    }

    #[test]
    fn arrays_are_quoted() {
        let array = |json| array_with(json, &|_, _| {});
        assert_eq!(
            array(r#"[1, "a\"b", null, "NULL", [true], "c\\d", ""]"#),
            r#"{"1","a\"b",NULL,"NULL",{"true"},"c\\d",""}"#
        );
        assert_eq!(array("[]"), "{}");
        assert_eq!(array(r#"[{"a": 1}]"#), r#"{"{\"a\": 1}"}"#);
    }

    #[test]
    fn text_of_values() {
        assert_eq!(text(r#""a\nb""#).as_deref(), Some("a\nb"));
        assert_eq!(
            text("12345678901234567890.10").as_deref(),
            Some("12345678901234567890.10")
        );
        assert_eq!(text("true").as_deref(), Some("true"));
        assert_eq!(text("null"), None);
        assert_eq!(text(r#""null""#).as_deref(), Some("null"));
    }
}
