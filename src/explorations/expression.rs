//! Filters and expressions of explorations: from JSON to the tree that conditions of records are compiled from.

use super::node::Node;
use crate::error::Error;
use crate::records::filter::{Filter, Function};
use crate::records::relation::ColumnReference;
use crate::statements::{Literal, Values};
use serde_json::value::RawValue;

pub(super) fn scalar(node: &Node) -> Result<Box<RawValue>, Error> {
    match node.is_array() || node.is_object() {
        true => Err(node.must_be("a value that is neither an array nor an object")),
        false => Ok(node.raw()),
    }
}

/// A filter or an expression: `{function: [parameters]}`.
pub(crate) fn filter(node: &Node, values: &mut Values) -> Result<Filter, Error> {
    const EXPECTED: &str = "an object with one key: a function, \"column_name\" or \"literal\"";
    if !node.is_object() {
        return Err(node.must_be(EXPECTED));
    }
    let mut members = node.object()?.rest().into_iter();
    let (Some((key, parameters)), None) = (members.next(), members.next()) else {
        return Err(node.must_be(EXPECTED));
    };
    match key.as_str() {
        "column_name" => {
            let [alias] = parameters
                .strings()?
                .try_into()
                .map_err(|_| parameters.must_be("[alias]"))?;
            Ok(Filter::Column(ColumnReference::Name(alias)))
        }
        "literal" => {
            let [literal] = parameters
                .array()?
                .try_into()
                .map_err(|_| parameters.must_be("[value]"))?;
            Ok(Filter::Literal(take_literal(&literal, values)?))
        }
        "list" => Ok(Filter::Literal(parse_literals(&parameters, values)?)),
        _ => parse_call(node, &key, &parameters, values),
    }
}

/// A number is of type numeric where nothing else says what it is.
fn take_literal(node: &Node, values: &mut Values) -> Result<Literal, Error> {
    let json = scalar(node)?;
    Ok(match node.is_number() {
        true => values.take_typed_number(json),
        false => values.take(json),
    })
}

/// A list of literals, as one value. Within a list, a bare value is a literal.
fn parse_literals(node: &Node, values: &mut Values) -> Result<Literal, Error> {
    let mut json = String::from("[");
    for (at, element) in node.array()?.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(listed_literal(element)?.get());
    }
    json.push(']');
    // Valid parts make a valid whole.
    let json = RawValue::from_string(json).map_err(Error::Serialization)?;
    Ok(values.take(json))
}

fn listed_literal(element: &Node) -> Result<Box<RawValue>, Error> {
    if !element.is_object() {
        return scalar(element);
    }
    let mut members = element.object()?;
    let literal = members
        .take_present("literal")
        .ok_or_else(|| element.must_be("a value or {\"literal\": [value]}"))?;
    members.finish()?;
    let [value] = literal
        .array()?
        .try_into()
        .map_err(|_| literal.must_be("[value]"))?;
    scalar(&value)
}

fn parse_call(node: &Node, key: &str, parameters: &Node, values: &mut Values) -> Result<Filter, Error> {
    let elements = parameters.array()?;
    let arguments = |values: &mut Values| -> Result<Vec<Filter>, Error> {
        let mut arguments = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            match listed_expressions(key, at, element)? {
                Some(listed) => {
                    for expression in &listed {
                        arguments.push(filter(expression, values)?);
                    }
                }
                None => arguments.push(filter(element, values)?),
            }
        }
        Ok(arguments)
    };
    if let Some((comparison, function)) = compared_function(key) {
        let mut given = arguments(values)?;
        let literal = |values: &mut Values, number: i64| Filter::Literal(values.take_number(number));
        let (arity, right) = match key {
            "json_array_not_empty" => (1, literal(values, 0)),
            "array_not_empty" => (2, literal(values, 0)),
            _ => match given.pop() {
                Some(right) => (if function == Function::ArrayLength { 2 } else { 1 }, right),
                None => (1, literal(values, 0)),
            },
        };
        if given.len() != arity {
            return Err(wrong_number(parameters, key));
        }
        return Ok(Filter::Call(
            comparison,
            vec![Filter::Call(function, given), right],
        ));
    }
    let Some((function, least, most)) = Function::of_exploration(key) else {
        return Err(node.unknown("function", key, function_keys()));
    };
    let mut given = arguments(values)?;
    match function {
        // Nothing is asked.
        Function::And | Function::Or if given.is_empty() => {
            let value = RawValue::from_string("true".into()).map_err(Error::Serialization)?;
            return Ok(Filter::Literal(values.take(value)));
        }
        Function::Not if given.len() > 1 => given = vec![Filter::Call(Function::And, given)],
        _ => {}
    }
    match (least..=most).contains(&given.len()) {
        true => Ok(Filter::Call(function, given)),
        false => Err(wrong_number(parameters, key)),
    }
}

/// The expressions of the list of `in`, if not all of them are literals.
fn listed_expressions(key: &str, at: usize, node: &Node) -> Result<Option<Vec<Node>>, Error> {
    if key != "in" || at != 1 || !node.is_object() {
        return Ok(None);
    }
    let Some(list) = node.object()?.take("list") else {
        return Ok(None);
    };
    let elements = list.array()?;
    let is_literal = |element: &Node| {
        !element.is_object()
            || element
                .object()
                .is_ok_and(|mut members| members.take("literal").is_some())
    };
    Ok((!elements.iter().all(is_literal)).then_some(elements))
}

fn wrong_number(parameters: &Node, key: &str) -> Error {
    parameters.invalid(
        format!("function \"{key}\" takes another number of parameters"),
        "docs/explorations.md has each function with its parameters.",
    )
}

/// Functions that compare what another one returns.
const COMPARED: [(&str, Function, Function); 16] = [
    ("uri_scheme_equals", Function::Equal, Function::UriScheme),
    (
        "uri_authority_contains",
        Function::Contains,
        Function::UriAuthority,
    ),
    ("email_domain_equals", Function::Equal, Function::EmailDomain),
    ("email_domain_contains", Function::Contains, Function::EmailDomain),
    (
        "json_array_length_equals",
        Function::Equal,
        Function::JsonArrayLength,
    ),
    (
        "json_array_length_greater_than",
        Function::Greater,
        Function::JsonArrayLength,
    ),
    (
        "json_array_length_greater_or_equal",
        Function::GreaterOrEqual,
        Function::JsonArrayLength,
    ),
    (
        "json_array_length_less_than",
        Function::Lesser,
        Function::JsonArrayLength,
    ),
    (
        "json_array_length_less_or_equal",
        Function::LesserOrEqual,
        Function::JsonArrayLength,
    ),
    (
        "json_array_not_empty",
        Function::Greater,
        Function::JsonArrayLength,
    ),
    ("array_length_equals", Function::Equal, Function::ArrayLength),
    (
        "array_length_greater_than",
        Function::Greater,
        Function::ArrayLength,
    ),
    (
        "array_length_lesser_than",
        Function::Lesser,
        Function::ArrayLength,
    ),
    (
        "array_length_greater_than_or_equal",
        Function::GreaterOrEqual,
        Function::ArrayLength,
    ),
    (
        "array_length_lesser_than_or_equal",
        Function::LesserOrEqual,
        Function::ArrayLength,
    ),
    ("array_not_empty", Function::Greater, Function::ArrayLength),
];

fn compared_function(key: &str) -> Option<(Function, Function)> {
    COMPARED
        .iter()
        .find(|(known, ..)| *known == key)
        .map(|&(_, comparison, function)| (comparison, function))
}

fn function_keys() -> impl Iterator<Item = &'static str> + Clone {
    ["column_name", "literal", "list"]
        .into_iter()
        .chain(Function::exploration_keys())
        .chain(COMPARED.iter().map(|(key, ..)| *key))
}
