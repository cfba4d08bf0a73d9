//! Parsing filters from JSON to a tree of typed values. [`condition`](super::condition) compiles the tree to SQL.

use super::error::{FILTER_SHAPE, RecordError};
use super::relation::ColumnReference;
use crate::definition::form::Leniently;
use crate::statements::{Literal, Values};
use serde_json::value::RawValue;

/// A condition on a row, or a value in a condition.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) enum Filter {
    Literal(Literal),
    Column(ColumnReference),
    Call(Function, Vec<Filter>),
}

macro_rules! functions {
    (
        records { $($(#[$meta:meta])* $name:ident = $key:literal, $least:literal $(to $most:expr)?;)* }
        explorations { $($more:ident = $more_key:literal, $more_least:literal $(to $more_most:expr)?;)* }
    ) => {
        /// The functions of filters and explorations.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub(crate) enum Function { $($(#[$meta])* $name,)* $($more),* }

        impl Function {
            /// The functions of filters of records, each with its key, and how many arguments it takes at least and at
            /// most.
            const ALL: &[(Function, &str, usize, usize)] = &[
                $((Function::$name, $key, $least, functions!(@most $least $(, $most)?))),*
            ];

            /// Those that only explorations have: they compute values.
            const COMPUTED: &[(Function, &str, usize, usize)] = &[
                $((Function::$more, $more_key, $more_least, functions!(@most $more_least $(, $more_most)?))),*
            ];
        }
    };
    (@most $least:literal) => { $least };
    (@most $least:literal, $most:expr) => { $most };
}

functions! {
    records {
        And = "and", 1 to MANY;
        Or = "or", 1 to MANY;
        Not = "not", 1;
        Equal = "equal", 2;
        Lesser = "lesser", 2;
        Greater = "greater", 2;
        LesserOrEqual = "lesser_or_equal", 2;
        GreaterOrEqual = "greater_or_equal", 2;
        /// Value, least, greatest.
        Between = "between", 3;
        /// Value, and others; a literal array stands for its elements.
        In = "in", 2 to MANY;
        Null = "null", 1;
        NotNull = "not_null", 1;
        Contains = "contains", 2;
        StartsWith = "starts_with", 2;
        ContainsCaseInsensitive = "contains_case_insensitive", 2;
        StartsWithCaseInsensitive = "starts_with_case_insensitive", 2;
        JsonArrayLength = "json_array_length", 1;
        JsonArrayContains = "json_array_contains", 2;
        ElementInJsonArrayUntyped = "element_in_json_array_untyped", 2;
        ConvertToJson = "convert_to_json", 1;
        TruncateToYear = "truncate_to_year", 1;
        TruncateToMonth = "truncate_to_month", 1;
        TruncateToDay = "truncate_to_day", 1;
        UriScheme = "uri_scheme", 1;
        UriAuthority = "uri_authority", 1;
        EmailDomain = "email_domain", 1;
        FormatData = "format_data", 1;
    }
    explorations {
        Add = "add", 2 to MANY;
        Subtract = "subtract", 2;
        Multiply = "multiply", 2 to MANY;
        Divide = "divide", 2;
        Modulo = "modulo", 2;
        Negate = "negate", 1;
        Absolute = "abs", 1;
        Round = "round", 1 to 2;
        Floor = "floor", 1;
        Ceiling = "ceiling", 1;
        Concat = "concat", 1 to MANY;
        ToLowercase = "to_lowercase", 1;
        ToUppercase = "to_uppercase", 1;
        Trim = "trim", 1;
        Length = "length", 1;
        ToText = "to_text", 1;
        Coalesce = "coalesce", 1 to MANY;
        NullIf = "null_if", 2;
        Greatest = "greatest", 1 to MANY;
        Least = "least", 1 to MANY;
        Case = "case", 2 to MANY;
        Year = "year", 1;
        Quarter = "quarter", 1;
        Month = "month", 1;
        Week = "week", 1;
        Day = "day", 1;
        DayOfWeek = "day_of_week", 1;
        DayOfYear = "day_of_year", 1;
        Hour = "hour", 1;
        Minute = "minute", 1;
        Second = "second", 1;
        ArrayLength = "array_length", 2;
        CurrentDate = "current_date", 0;
        CurrentTime = "current_time", 0;
        CurrentDatetime = "current_datetime", 0;
    }
}

/// Other names of functions in explorations.
const SYNONYMS: [(&str, Function); 4] = [
    ("extract_uri_scheme", Function::UriScheme),
    ("extract_uri_authority", Function::UriAuthority),
    ("extract_email_domain", Function::EmailDomain),
    ("array_contains", Function::JsonArrayContains),
];

const MANY: usize = usize::MAX;

/// Functions that can be applied to a column before rows are grouped by it.
const PREPROCESSING: [Function; 10] = [
    Function::TruncateToYear,
    Function::TruncateToMonth,
    Function::TruncateToDay,
    Function::UriScheme,
    Function::UriAuthority,
    Function::EmailDomain,
    Function::FormatData,
    Function::JsonArrayLength,
    Function::ConvertToJson,
    Function::Null,
];

impl Function {
    pub(crate) fn key(self) -> &'static str {
        let mut known = Self::ALL.iter().chain(Self::COMPUTED);
        known
            .find(|(function, ..)| *function == self)
            .map_or("", |(_, key, ..)| key)
    }

    /// Whether it computes a value, as only explorations do.
    pub(crate) fn is_computed(self) -> bool {
        Self::COMPUTED.iter().any(|(function, ..)| *function == self)
    }

    /// A function of explorations, and how many arguments it takes at least and at most.
    pub(crate) fn of_exploration(key: &str) -> Option<(Self, usize, usize)> {
        let named = SYNONYMS.iter().find(|(synonym, _)| *synonym == key);
        let key = named.map_or(key, |(_, function)| function.key());
        let mut known = Self::ALL.iter().chain(Self::COMPUTED);
        known
            .find(|(_, known, ..)| *known == key)
            .map(|&(function, _, least, most)| (function, least, most))
    }

    /// The keys of all functions of explorations.
    pub(crate) fn exploration_keys() -> impl Iterator<Item = &'static str> + Clone {
        let known = Self::ALL.iter().chain(Self::COMPUTED).map(|(_, key, ..)| *key);
        known.chain(SYNONYMS.iter().map(|(key, _)| *key))
    }

    fn of_key(key: &str) -> Result<(Self, usize, usize), RecordError> {
        let known = Self::ALL.iter().find(|(_, known, ..)| *known == key);
        known
            .map(|&(function, _, least, most)| (function, least, most))
            .ok_or_else(|| RecordError::UnknownFilter {
                key: key.into(),
                known: list(Self::ALL.iter().map(|(_, key, ..)| *key)),
            })
    }

    /// The function of one argument that a grouping names.
    pub(crate) fn preprocessing(key: &str) -> Result<Self, RecordError> {
        PREPROCESSING
            .into_iter()
            .find(|function| function.key() == key)
            .ok_or_else(|| RecordError::UnknownFilter {
                key: key.into(),
                known: list(PREPROCESSING.iter().map(|function| function.key())),
            })
    }
}

fn list<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let keys: Vec<String> = keys.map(|key| format!("\"{key}\"")).collect();
    keys.join(", ")
}

/// A filter as JSON.
#[derive(serde::Deserialize)]
#[serde(expecting = "a filter")]
pub(crate) struct FilterDocument {
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

impl FilterDocument {
    /// Checks it; its literals go into `values`.
    pub(crate) fn parse(self, values: &mut Values) -> Result<Filter, RecordError> {
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
                let arguments = arguments.into_iter().map(|argument| argument.parse(values));
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
            .parse(&mut Values::default())
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
