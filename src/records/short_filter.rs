//! Filters as a person writes them by hand, beside the tree:
//! `{"country": "Germany", "freight": {">": 100}}`, `["country", "=", "Germany"]`, `["or", [...], {...}]`.

use super::error::RecordError;
use super::filter::{Filter, Function};
use super::relation::ColumnReference;
use crate::statements::Values;
use serde_json::value::RawValue;

/// Parses a filter within another one.
pub(super) type ParseNested<'p> =
    &'p mut dyn FnMut(Box<RawValue>, &mut Values) -> Result<Filter, RecordError>;

/// The shapes of such filters, for hints.
const SHAPE: &str = "A short filter is {\"column\": value}, {\"column\": {\">\": value}}, [\"column\", \"=\", value], \
     [\"or\", filter, ...], [\"and\", filter, ...] or [\"not\", filter].";

/// The operators that stand between a column and a value, beside the keys of filters.
const OPERATORS: [(&str, Function, bool); 10] = [
    ("=", Function::Equal, false),
    ("==", Function::Equal, false),
    ("!=", Function::Equal, true),
    ("<>", Function::Equal, true),
    ("<", Function::Lesser, false),
    ("<=", Function::LesserOrEqual, false),
    (">", Function::Greater, false),
    (">=", Function::GreaterOrEqual, false),
    ("in", Function::In, false),
    ("not in", Function::In, true),
];

/// A function of a column and a value that can stand between them.
fn operator(text: &str) -> Result<(Function, bool), RecordError> {
    let known = OPERATORS.iter().find(|(operator, ..)| *operator == text);
    if let Some(&(_, function, is_negated)) = known {
        return Ok((function, is_negated));
    }
    let (function, least, most) = Function::of_key(text)?;
    let is_binary = least == 2 && !matches!(function, Function::And | Function::Or);
    if is_binary || matches!(function, Function::Between | Function::Null | Function::NotNull) {
        Ok((function, false))
    } else {
        Err(invalid_filter(format!(
            "\"{text}\", which takes {}, does not stand between a column and a value",
            if most == 1 { "1 argument" } else { "conditions" }
        )))
    }
}

fn invalid_filter(problem: String) -> RecordError {
    RecordError::Invalid {
        argument: "filter",
        problem,
        hint: SHAPE,
    }
}

/// An object of columns, each with a value, a list of values or operators and values. Empty, it lets all rows pass.
pub(super) fn of_object(
    members: Vec<(String, Box<RawValue>)>,
    values: &mut Values,
) -> Result<Filter, RecordError> {
    let conditions = members
        .into_iter()
        .map(|(name, value)| {
            let column = ColumnReference::Name(name);
            if !value.get().starts_with('{') {
                let operator = if value.get().starts_with('[') { "in" } else { "=" };
                return compared(&column, operator, value, values);
            }
            let operators: MemberList = parse_json(&value)?;
            let MemberList(operators) = operators;
            if operators.is_empty() {
                return Err(invalid_filter(format!("column {column} has an empty object")));
            }
            let conditions = operators
                .into_iter()
                .map(|(operator, value)| compared(&column, &operator, value, values));
            Ok(all_of(conditions.collect::<Result<_, _>>()?))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(all_of(conditions))
}

/// `[column, operator, value]`, `[connective, filter, ...]` or a list of filters that must all hold. `nested` parses those.
pub(super) fn of_array(
    elements: Vec<Box<RawValue>>,
    nested: ParseNested<'_>,
    values: &mut Values,
) -> Result<Filter, RecordError> {
    let is_filter = |element: &RawValue| element.get().starts_with(['[', '{']);
    let mut filters = |elements: Vec<Box<RawValue>>, values: &mut Values| {
        let filters = elements.into_iter().map(|element| nested(element, values));
        filters.collect::<Result<Vec<_>, RecordError>>()
    };
    let Some(first) = elements.first() else {
        return Err(invalid_filter("an empty array is no condition".into()));
    };
    if elements.iter().all(|element| is_filter(element)) {
        return Ok(all_of(filters(elements, values)?));
    }
    let word: Option<String> = serde_json::from_str(first.get()).ok();
    let connective = word.as_deref().and_then(|word| match word {
        "and" => Some(Function::And),
        "or" => Some(Function::Or),
        "not" => Some(Function::Not),
        _ => None,
    });
    if let Some(connective) = connective
        && elements.len() > 1
        && elements[1..].iter().all(|element| is_filter(element))
    {
        let arguments = filters(elements.into_iter().skip(1).collect(), values)?;
        return match (connective, arguments.len()) {
            (Function::Not, 2..) => Err(invalid_filter("\"not\" takes 1 filter".into())),
            _ => Ok(Filter::Call(connective, arguments)),
        };
    }
    let column: ColumnReference = serde_json::from_str(first.get())
        .map_err(|_| invalid_filter(format!("{} is no column", first.get())))?;
    let mut rest = elements.into_iter().skip(1);
    let operator: String = match rest.next() {
        Some(operator) => parse_json(&operator)?,
        None => return Err(invalid_filter(format!("column {column} has no operator"))),
    };
    match (rest.next(), rest.next()) {
        (None, _) => compared(&column, &operator, Box::default(), values),
        (Some(value), None) => compared(&column, &operator, value, values),
        _ => Err(invalid_filter(
            "it has more than a column, an operator and a value".into(),
        )),
    }
}

/// One comparison of a column with a value.
fn compared(
    column: &ColumnReference,
    text: &str,
    value: Box<RawValue>,
    values: &mut Values,
) -> Result<Filter, RecordError> {
    let (function, is_negated) = operator(text)?;
    let subject = || Filter::Column(column.clone());
    let is_null = value.get() == "null";
    let condition = match function {
        Function::Null | Function::NotNull => Filter::Call(function, vec![subject()]),
        // What a person means who compares with null.
        Function::Equal if is_null => Filter::Call(Function::Null, vec![subject()]),
        Function::Between => {
            let bounds: Vec<Box<RawValue>> = parse_json(&value)?;
            let bounds = <[_; 2]>::try_from(bounds)
                .map_err(|_| invalid_filter("\"between\" takes an array of two values".into()))?;
            let mut arguments = vec![subject()];
            arguments.extend(bounds.map(|bound| Filter::Literal(values.take(bound))));
            Filter::Call(function, arguments)
        }
        Function::In => one_of(column, value, values)?,
        _ => Filter::Call(function, vec![subject(), Filter::Literal(values.take(value))]),
    };
    Ok(match is_negated {
        true => Filter::Call(Function::Not, vec![condition]),
        false => condition,
    })
}

/// That a column has one of the values of a list. Null means in a list what it means alone.
fn one_of(column: &ColumnReference, list: Box<RawValue>, values: &mut Values) -> Result<Filter, RecordError> {
    let subject = || Filter::Column(column.clone());
    let mut elements: Vec<&RawValue> =
        serde_json::from_str(list.get()).map_err(|_| invalid_filter("\"in\" takes an array".into()))?;
    let count = elements.len();
    elements.retain(|element| element.get() != "null");
    if elements.len() == count {
        let list = Filter::Literal(values.take(list));
        return Ok(Filter::Call(Function::In, vec![subject(), list]));
    }
    let is_null = Filter::Call(Function::Null, vec![subject()]);
    if elements.is_empty() {
        return Ok(is_null);
    }
    let rest = Filter::Literal(values.take_list(&elements));
    let is_in = Filter::Call(Function::In, vec![subject(), rest]);
    Ok(Filter::Call(Function::Or, vec![is_null, is_in]))
}

fn all_of(mut conditions: Vec<Filter>) -> Filter {
    match conditions.len() {
        1 => conditions.remove(0),
        _ => Filter::Call(Function::And, conditions),
    }
}

fn parse_json<T: serde::de::DeserializeOwned>(json: &RawValue) -> Result<T, RecordError> {
    serde_json::from_str(json.get())
        .map_err(|problem| invalid_filter(crate::json_words::describe_problem(&problem)))
}

/// The members of an object, in their order.
pub(super) struct MemberList(pub(super) Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for MemberList {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MemberListVisitor;

        impl<'de> serde::de::Visitor<'de> for MemberListVisitor {
            type Value = MemberList;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<MemberList, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(MemberList(members))
            }
        }

        deserializer.deserialize_map(MemberListVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::TopicError;
    use crate::records::filter_document::FilterDocument;

    fn parse(json: &str) -> Result<Filter, RecordError> {
        serde_json::from_str::<FilterDocument>(json)
            .unwrap()
            .into_filter(&mut Values::default())
    }

    fn column(name: &str) -> String {
        format!(r#"{{"type": "column", "value": "{name}"}}"#)
    }

    /// The tree that says the same.
    fn same(short: &str, tree: &str) {
        assert_eq!(parse(short).unwrap(), parse(tree).unwrap(), "{short}");
    }

    #[test]
    fn short_filters_are_trees() {
        let equal = format!(
            r#"{{"type": "equal", "args": [{}, {{"type": "literal", "value": "Germany"}}]}}"#,
            column("country")
        );
        same(r#"{"country": "Germany"}"#, &equal);
        same(r#"["country", "=", "Germany"]"#, &equal);
        same(r#"[["country", "=", "Germany"]]"#, &equal);
        same(r#"{"country": {"equal": "Germany"}}"#, &equal);
        same(
            r#"["not", {"country": "Germany"}]"#,
            &format!(r#"{{"type": "not", "args": [{equal}]}}"#),
        );
        same(
            r#"["country", "!=", "Germany"]"#,
            &format!(r#"{{"type": "not", "args": [{equal}]}}"#),
        );
        let null = format!(r#"{{"type": "null", "args": [{}]}}"#, column("country"));
        same(r#"{"country": null}"#, &null);
        same(r#"["country", "null"]"#, &null);
        same(r#"{"country": [null]}"#, &null);
        let list = format!(
            r#"{{"type": "or", "args": [{null}, {{"type": "in", "args": [{}, {{"type": "literal", "value": ["Germany"]}}]}}]}}"#,
            column("country")
        );
        same(r#"{"country": ["Germany", null]}"#, &list);
        same(
            r#"["country", "not in", [null, "Germany"]]"#,
            &format!(r#"{{"type": "not", "args": [{list}]}}"#),
        );
        same(
            r#"["a", "between", [1, 2]]"#,
            &format!(
                r#"{{"type": "between", "args": [{}, {{"type": "literal", "value": 1}}, {{"type": "literal", "value": 2}}]}}"#,
                column("a")
            ),
        );
        assert_eq!(parse("{}").unwrap(), Filter::Call(Function::And, Vec::new()));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for json in [
            "[]",
            r#"["country"]"#,
            r#"["country", "=", 1, 2]"#,
            r#"["country", "~", 1]"#,
            r#"["country", "and", 1]"#,
            r#"["country", "in", 1]"#,
            r#"["a", "between", [1]]"#,
            r#"{"country": {}}"#,
            r#"["not", {}, {}]"#,
            "1",
            r#""x""#,
        ] {
            let error = parse(json).expect_err(json);
            assert_eq!(
                error.fields().sqlstate,
                pgrx::PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE
            );
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!(
            "{}{}{}",
            "[\"not\", ".repeat(10_000),
            r#"{"a": 1}"#,
            "]".repeat(10_000)
        );
        assert!(parse(&deep).is_err());
    }
}
