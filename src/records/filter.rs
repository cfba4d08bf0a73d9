//! Filters as a tree of typed values. [`filter_document`](super::filter_document) parses it from JSON,
//! [`condition`](super::condition) compiles it to SQL.

use super::error::RecordError;
use super::relation::ColumnReference;
use crate::statements::Literal;

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

pub(super) const MANY: usize = usize::MAX;

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

    pub(super) fn of_key(key: &str) -> Result<(Self, usize, usize), RecordError> {
        let known = Self::ALL.iter().find(|(_, known, ..)| *known == key);
        known
            .map(|&(function, _, least, most)| (function, least, most))
            .ok_or_else(|| RecordError::UnknownFilter {
                key: key.into(),
                known: quote_keys(Self::ALL.iter().map(|(_, key, ..)| *key)),
            })
    }

    /// The function of one argument that a grouping names.
    pub(crate) fn preprocessing(key: &str) -> Result<Self, RecordError> {
        PREPROCESSING
            .into_iter()
            .find(|function| function.key() == key)
            .ok_or_else(|| RecordError::UnknownFilter {
                key: key.into(),
                known: quote_keys(PREPROCESSING.iter().map(|function| function.key())),
            })
    }
}

fn quote_keys<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let keys: Vec<String> = keys.map(|key| format!("\"{key}\"")).collect();
    keys.join(", ")
}
