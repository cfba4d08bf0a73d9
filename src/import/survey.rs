//! Facts by which a person chooses the type of a column: how many values there are, how many fit each type, and which
//! do not.

use super::infer::{
    self, Candidate, InferenceOptions, Inferred, IntegerRange, SuggestedCastOptions, TextRelation,
    UndecidedType,
};
use crate::error::Error;
use crate::pg::stream::TextRow;
use crate::pg::{Oid, text};
use crate::values::infer::{
    Answers, ColumnInference, DecimalMark, Separators, Suggestion, Type, Types, ValueReading,
};
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
    /// What stands before decimals in such columns.
    decimal_p: Option<DecimalMark>,
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

    fn add_value(&mut self, value: &[u8], options: &SurveyOptions) {
        self.count += 1;
        let reading = ValueReading::from_text(value, Types::ALL);
        self.column.add_reading(&reading);
        self.integers.add_value(value);
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
        let answers = Answers {
            date_order: options.date_order,
            decimal: options.decimal_p,
        };
        match self.column.suggestion(answers) {
            Some(Suggestion::Numeric(Separators {
                group: None,
                decimal: None,
            })) if options.integers => plain(self.integers.type_name()),
            Some(suggestion) => SuggestedType {
                cast_options: Some(SuggestedCastOptions::from_suggestion(&suggestion)),
                ..plain(suggestion.of_type().name())
            },
            None => match (self.enum_values(options), self.column.undecided(answers)) {
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

/// A survey of the columns of type text of a relation, by attnum.
pub(crate) fn survey_relation(
    relation: Oid,
    options: &SurveyOptions,
) -> Result<BTreeMap<i16, ColumnSurvey>, Error> {
    let source = TextRelation::lock_relation(relation)?;
    let mut columns: Vec<_> = source.text_columns().map(|_| SurveyedColumn::new()).collect();
    let mut rows = 0;
    source.each_row(|row: &TextRow| {
        rows += 1;
        for (at, column) in columns.iter_mut().enumerate() {
            if let Some(value) = row.get(at) {
                column.add_value(value, options);
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

/// The types of all columns of a relation, by attnum. Columns that stay text say which type nearly all of their values fit.
pub(crate) fn infer_with_runner_ups(
    relation: Oid,
    options: &InferenceOptions,
) -> Result<BTreeMap<i16, Inferred>, Error> {
    let source = TextRelation::lock_relation(relation)?;
    let mut inferred = infer::infer_columns(&source, options);
    let texts = inferred.iter().filter(|(_, column)| column.is_plain_text());
    let texts: Vec<i16> = texts.map(|(attnum, _)| *attnum).collect();
    for (attnum, candidate) in find_runner_ups(&source, &texts) {
        if let Some(column) = inferred.get_mut(&attnum) {
            column.runner_up = Some(candidate);
        }
    }
    Ok(inferred)
}

/// The values of each column that are looked at first.
const SAMPLE: u64 = 1000;

/// The least share of values that make a type a runner-up.
const NEARLY_ALL: f64 = 0.9;

/// Of columns whose values fit no type, the type that nearly all of them fit, by attnum. Only columns of `text` of which
/// that is true at the beginning are read to the end.
fn find_runner_ups(source: &TextRelation, texts: &[i16]) -> BTreeMap<i16, Candidate> {
    let attnums: Vec<i16> = source.text_columns().map(|column| column.attnum).collect();
    let wanted: Vec<usize> = (0..attnums.len())
        .filter(|&at| texts.contains(&attnums[at]))
        .collect();
    let sampled = survey_columns(source, &wanted, Some(SAMPLE));
    let near: Vec<usize> = wanted
        .into_iter()
        .zip(sampled)
        .filter(|(_, column)| column.count > 0 && column.has_nearly_all())
        .map(|(at, _)| at)
        .collect();
    if near.is_empty() {
        return BTreeMap::new();
    }
    let surveyed = survey_columns(source, &near, None);
    let found = near.iter().zip(surveyed);
    found
        .filter_map(|(&at, column)| Some((*attnums.get(at)?, column.runner_up()?)))
        .collect()
}

/// Some columns of the relation, by their positions among those of text, as far as the first rows.
fn survey_columns(source: &TextRelation, wanted: &[usize], most: Option<u64>) -> Vec<SurveyedColumn> {
    let options = SurveyOptions {
        misfits: Some(10),
        ..SurveyOptions::default()
    };
    let mut columns: Vec<_> = wanted.iter().map(|_| SurveyedColumn::new()).collect();
    let mut rows = 0;
    if wanted.is_empty() {
        return columns;
    }
    source.each_row(|row: &TextRow| {
        rows += 1;
        for (&at, column) in wanted.iter().zip(&mut columns) {
            if let Some(value) = row.get(at) {
                column.add_value(value, &options);
            }
        }
        most.is_none_or(|most| rows < most)
    });
    columns
}

impl SurveyedColumn {
    /// Whether nearly all values fit some type, or all of them.
    fn has_nearly_all(&self) -> bool {
        let most = Type::ALL
            .into_iter()
            .filter(|one| *one != Type::Money || self.has_currency)
            .map(|one| self.fits[one as usize])
            .max();
        most.unwrap_or_default() as f64 >= NEARLY_ALL * self.count as f64
    }

    /// The type that most values fit, if that is nearly all of them; the first of equals, which is the stricter one.
    fn runner_up(self) -> Option<Candidate> {
        let candidates = self.candidates().into_iter();
        let near =
            candidates.filter(|candidate| candidate.share >= NEARLY_ALL && !candidate.misfits.is_empty());
        near.reduce(|best, other| if other.share > best.share { other } else { best })
    }
}
