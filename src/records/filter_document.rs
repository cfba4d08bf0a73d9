//! Filters as JSON: a tree, each node with the key of a function, or a [short filter](super::short_filter).

use super::error::{FILTER_SHAPE, RecordError};
use super::filter::{Filter, Function, MANY};
use super::relation::ColumnReference;
use super::short_filter;
use crate::definition::form::Leniently;
use crate::json_words;
use crate::statements::Values;
use serde_json::value::RawValue;

/// A filter as JSON: a tree, or a short filter.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct FilterDocument(Box<RawValue>);

/// A node of a tree.
#[derive(serde::Deserialize)]
#[serde(expecting = "a filter")]
struct NodeDocument {
    #[serde(rename = "type")]
    key: String,
    #[serde(default, deserialize_with = "present")]
    value: Option<Box<RawValue>>,
    #[serde(default)]
    args: Option<Vec<FilterDocument>>,
}

/// A value that is there, be it null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// How deeply filters may be nested.
const DEEPEST: usize = 120;

impl FilterDocument {
    /// Checks it; its literals go into `values`.
    pub(crate) fn into_filter(self, values: &mut Values) -> Result<Filter, RecordError> {
        self.parse_at(0, values)
    }

    /// The same within other filters.
    fn parse_at(self, depth: usize, values: &mut Values) -> Result<Filter, RecordError> {
        if depth > DEEPEST {
            return Err(RecordError::TooComplex);
        }
        let invalid = |problem: serde_json::Error| RecordError::Invalid {
            argument: "filter",
            problem: json_words::describe_problem(&problem),
            hint: FILTER_SHAPE,
        };
        let json = self.0.get();
        if json.starts_with('[') {
            let elements = serde_json::from_str(json).map_err(invalid)?;
            let mut nested = |json, values: &mut Values| Self(json).parse_at(depth + 1, values);
            return short_filter::of_array(elements, &mut nested, values);
        }
        if json.starts_with('{') {
            let short_filter::MemberList(members) = serde_json::from_str(json).map_err(invalid)?;
            if !members.iter().any(|(name, _)| name == "type") {
                return short_filter::of_object(members, values);
            }
        }
        let node: NodeDocument = serde_json::from_str(json).map_err(invalid)?;
        node.into_filter(depth, values)
    }
}

impl NodeDocument {
    fn into_filter(self, depth: usize, values: &mut Values) -> Result<Filter, RecordError> {
        match self.key.as_str() {
            "literal" => {
                let value = self
                    .value
                    .ok_or_else(|| missing_value("a literal needs a \"value\""))?;
                Ok(Filter::Literal(values.take(value)))
            }
            "attnum" => {
                let value = self.value.as_deref().and_then(|value| {
                    let Leniently(attnum) = serde_json::from_str(value.get()).ok()?;
                    Some(attnum)
                });
                value
                    .map(|attnum| Filter::Column(ColumnReference::Attnum(attnum)))
                    .ok_or_else(|| missing_value("\"attnum\" needs the number of a column as \"value\""))
            }
            "column" => {
                let value = self
                    .value
                    .as_deref()
                    .and_then(|value| serde_json::from_str(value.get()).ok());
                value
                    .map(|name| Filter::Column(ColumnReference::Name(name)))
                    .ok_or_else(|| missing_value("\"column\" needs the name of a column as \"value\""))
            }
            key => {
                let (function, least, most) = Function::of_key(key)?;
                let arguments = self.args.unwrap_or_default();
                if arguments.len() < least || arguments.len() > most {
                    return Err(RecordError::WrongArguments {
                        key: function.key(),
                        takes: takes(least, most),
                        given: arguments.len(),
                    });
                }
                let arguments = arguments
                    .into_iter()
                    .map(|argument| argument.parse_at(depth + 1, values));
                Ok(Filter::Call(function, arguments.collect::<Result<_, _>>()?))
            }
        }
    }
}

fn takes(least: usize, most: usize) -> String {
    match (least, most) {
        (1, 1) => "1 argument".into(),
        (1, MANY) => "at least 1 argument".into(),
        (least, MANY) => format!("at least {least} arguments"),
        (least, _) => format!("{least} arguments"),
    }
}

fn missing_value(problem: &str) -> RecordError {
    RecordError::Invalid {
        argument: "filter",
        problem: problem.into(),
        hint: FILTER_SHAPE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::TopicError;

    fn parse(json: &str) -> Result<Filter, RecordError> {
        serde_json::from_str::<FilterDocument>(json)
            .unwrap()
            .into_filter(&mut Values::default())
    }

    #[test]
    fn shapes_do_not_depend_on_values() {
        let filter = |value: &str| {
            parse(&format!(
                r#"{{"type": "equal", "args": [{{"type": "attnum", "value": 2}}, {{"type": "literal", "value": {value}}}]}}"#
            ))
            .unwrap()
        };
        assert_eq!(filter("1"), filter("\"x\""));
        assert_ne!(filter("1"), filter("null"));
        assert_ne!(filter("1"), filter("[1]"));
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = parse(r#"{"type": "equals", "args": []}"#).unwrap_err();
        assert_eq!(error.fields().message, "filter \"equals\" does not exist");
    }

    #[test]
    fn arguments_are_counted() {
        let error = parse(r#"{"type": "equal", "args": [{"type": "attnum", "value": 2}]}"#).unwrap_err();
        assert_eq!(
            error.fields().message,
            "filter \"equal\" takes 2 arguments, not 1"
        );
        let error = parse(r#"{"type": "and"}"#).unwrap_err();
        assert_eq!(
            error.fields().message,
            "filter \"and\" takes at least 1 argument, not 0"
        );
    }

    #[test]
    fn literals_are_needed() {
        assert!(parse(r#"{"type": "literal"}"#).is_err());
        assert!(parse(r#"{"type": "literal", "value": null}"#).is_ok());
        assert!(parse(r#"{"type": "attnum", "value": "x"}"#).is_err());
    }
}
