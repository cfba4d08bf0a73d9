//! Facts by which a person chooses the type of a column: how many values there are, how many fit each type, and which
//! do not.

use super::infer::{SuggestedCastOptions, TextRelation, UndecidedType};
use crate::error::Error;
use crate::pg::stream::TextRow;
use crate::pg::{Oid, text};
use crate::values::infer::{ColumnInference, Separators, Suggestion, Type, Types, ValueReading};
use crate::values::moment::Order;
use serde::{Deserialize, Serialize};
use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

/// Options of `msar.infer_types`.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SurveyOptions {
    /// Whether whole numbers become integer or bigint instead of numeric.
    integers: bool,
    /// Columns of text with at most so many distinct values are suggested to be an enum; 0 for none.
    enum_max_values: usize,
    /// How many values that do not fit are shown of each type.
    misfits: Option<usize>,
    /// The order of day, month and year in columns whose values leave it open.
    date_order: Option<Order>,
}

/// The number of distinct values that are counted for a column; no more, so that memory stays flat.
const MOST_DISTINCT: usize = 10_000;

/// A column, as `msar.infer_types` returns it.
#[derive(Serialize)]
pub(crate) struct ColumnSurvey {
    name: String,
    #[serde(rename = "type")]
    type_name: String,
    rows: u64,
    nulls: u64,
    distinct: Option<usize>,
    suggestion: SuggestedType,
    candidates: Vec<Candidate>,
}

#[derive(Serialize)]
struct SuggestedType {
    #[serde(rename = "type")]
    type_name: String,
    cast_options: Option<SuggestedCastOptions>,
    /// The type that all values fit, if it were known how they are to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<UndecidedType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enum_values: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Candidate {
    #[serde(rename = "type")]
    type_name: &'static str,
    fits: u64,
    share: f64,
    misfits: Vec<String>,
}

/// The facts of a column so far.
struct SurveyedColumn {
    column: ColumnInference,
    integers: IntegerRange,
    has_currency: bool,
    count: u64,
    fits: [u64; Type::ALL.len()],
    misfits: [Vec<Vec<u8>>; Type::ALL.len()],
    /// Hashes of the values, until there are too many, each with the value while an enum is possible.
    distinct: Option<HashMap<u64, Option<Vec<u8>>>>,
}

impl SurveyedColumn {
    fn new() -> Self {
        Self {
            column: ColumnInference::new(),
            integers: IntegerRange::Empty,
            has_currency: false,
            count: 0,
            fits: Default::default(),
            misfits: Default::default(),
            distinct: Some(HashMap::new()),
        }
    }

    fn add(&mut self, value: &[u8], options: &SurveyOptions) {
        self.count += 1;
        let reading = ValueReading::of(value, Types::ALL);
        self.column.add_reading(&reading);
        self.integers.add(value);
        self.has_currency |= reading.has_currency();
        let shown = options.misfits.unwrap_or(3);
        for one in Type::ALL {
            let at = one as usize;
            if reading.types.has(one) {
                self.fits[at] += 1;
            } else if self.misfits[at].len() < shown && !self.misfits[at].iter().any(|known| known == value) {
                self.misfits[at].push(value.to_vec());
            }
        }
        self.add_distinct(value, options.enum_max_values);
    }

    fn add_distinct(&mut self, value: &[u8], kept: usize) {
        let Some(distinct) = &mut self.distinct else {
            return;
        };
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        let so_far = distinct.len();
        if let Entry::Vacant(entry) = distinct.entry(hasher.finish()) {
            entry.insert((so_far < kept).then(|| value.to_vec()));
            if so_far == MOST_DISTINCT {
                self.distinct = None;
            }
        }
    }

    fn suggestion(&self, type_name: &str, options: &SurveyOptions) -> SuggestedType {
        let plain = |type_name: &str| SuggestedType {
            type_name: type_name.into(),
            cast_options: None,
            undecided: None,
            enum_values: None,
        };
        match self.column.suggestion(options.date_order) {
            Some(Suggestion::Numeric(Separators {
                group: None,
                decimal: None,
            })) if options.integers => plain(self.integers.type_name()),
            Some(suggestion) => SuggestedType {
                cast_options: Some(SuggestedCastOptions::of(&suggestion)),
                ..plain(suggestion.of_type().name())
            },
            None => match (
                self.enum_values(options),
                self.column.undecided(options.date_order),
            ) {
                (Some(values), None) => SuggestedType {
                    enum_values: Some(values),
                    ..plain("_enum")
                },
                (_, undecided) => SuggestedType {
                    undecided: undecided.map(UndecidedType::from),
                    ..plain(type_name)
                },
            },
        }
    }

    /// The values in byte order, if they are few, and come again.
    fn enum_values(&self, options: &SurveyOptions) -> Option<Vec<String>> {
        // The longest label that PostgreSQL takes.
        const LONGEST_LABEL: usize = 63;
        let distinct = self.distinct.as_ref()?;
        let is_enum = !distinct.is_empty()
            && distinct.len() <= options.enum_max_values
            && self.count >= 2 * distinct.len() as u64;
        if !is_enum {
            return None;
        }
        let mut values: Vec<&Vec<u8>> = distinct.values().map(Option::as_ref).collect::<Option<_>>()?;
        if values
            .iter()
            .any(|value| value.is_empty() || value.len() > LONGEST_LABEL)
        {
            return None;
        }
        values.sort();
        Some(values.into_iter().map(|value| text::from_server(value)).collect())
    }

    fn candidates(self) -> Vec<Candidate> {
        let count = self.count;
        Type::ALL
            .into_iter()
            .zip(self.misfits)
            .filter_map(|(one, misfits)| {
                let fits = self.fits[one as usize];
                // Without a currency anywhere, amounts are numbers.
                let is_candidate = fits > 0 && (one != Type::Money || self.has_currency);
                is_candidate.then(|| Candidate {
                    type_name: one.name(),
                    fits,
                    share: fits as f64 / count as f64,
                    misfits: misfits.iter().map(|value| text::from_server(value)).collect(),
                })
            })
            .collect()
    }
}

/// The integers that a column has.
enum IntegerRange {
    Empty,
    Integer,
    BigInt,
    Larger,
}

impl IntegerRange {
    fn add(&mut self, value: &[u8]) {
        let number = std::str::from_utf8(value)
            .ok()
            .and_then(|value| value.trim_ascii().parse::<i64>().ok());
        *self = match (&self, number) {
            (Self::Larger, _) | (_, None) => Self::Larger,
            (Self::Empty | Self::Integer, Some(number)) if i32::try_from(number).is_ok() => Self::Integer,
            _ => Self::BigInt,
        };
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Empty | Self::Integer => "integer",
            Self::BigInt => "bigint",
            Self::Larger => "numeric",
        }
    }
}

/// A survey of the columns of type text of a relation, by attnum.
pub(crate) fn survey_relation(
    relation: Oid,
    options: &SurveyOptions,
) -> Result<BTreeMap<i16, ColumnSurvey>, Error> {
    let source = TextRelation::open(relation)?;
    let mut columns: Vec<_> = source.text_columns().map(|_| SurveyedColumn::new()).collect();
    let mut rows = 0;
    source.each_row(|row: &TextRow| {
        rows += 1;
        for (at, column) in columns.iter_mut().enumerate() {
            if let Some(value) = row.get(at) {
                column.add(value, options);
            }
        }
        true
    });
    let surveys = source.text_columns().zip(columns).map(|(column, values)| {
        let type_name = "text";
        let survey = ColumnSurvey {
            name: column.attname.clone(),
            type_name: type_name.into(),
            rows,
            nulls: rows - values.count,
            distinct: values.distinct.as_ref().map(HashMap::len),
            suggestion: values.suggestion(type_name, options),
            candidates: values.candidates(),
        };
        (column.attnum, survey)
    });
    Ok(surveys.collect())
}
