//! The types of a relation's columns, by all of their values, in one pass.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::definition::alteration as definition;
use crate::error::Error;
use crate::pg::lock::RelationLock;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, deparse, quote, stream};
use crate::progress::{Progress, Total};
use crate::values::infer::{Answers, ColumnInference, DecimalMark, Proof, Separators, Suggestion, Undecided};
use crate::values::moment::Order;
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A relation whose columns of type text are to be read.
pub(super) struct TextRelation {
    /// Keeps others from altering it between the look at its columns and the end of the reading.
    _lock: RelationLock,
    name: String,
    estimate: Total,
    /// All columns, with their types' names.
    pub(super) columns: Vec<(PgAttribute, String)>,
}

impl TextRelation {
    pub(super) fn lock_relation(relation: Oid) -> Result<Self, Error> {
        let lock = RelationLock::shared(relation);
        // The changes that the lock has waited for must be visible.
        let catalog = Catalog::new(Snapshot::latest());
        let row = PgClass::by_oid(&catalog.reader, relation).ok_or(Error::UnknownRelation(relation))?;
        let schema = catalog.schema_name(row.relnamespace)?;
        let name = format!(
            "{}.{}",
            quote::identifier(&schema),
            quote::identifier(&row.relname)
        );
        let columns = PgAttribute::live(&catalog.reader, relation)
            .into_iter()
            .map(|column| {
                let type_name = deparse::type_name(column.atttypid).ok_or(Error::Vanished)?;
                Ok((column, type_name))
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            estimate: Total::of_rows(row.reltuples),
            _lock: lock,
            name,
            columns,
        })
    }

    pub(super) fn text_columns(&self) -> impl Iterator<Item = &PgAttribute> {
        self.columns
            .iter()
            .map(|(column, _)| column)
            .filter(|column| column.atttypid == pg_sys::TEXTOID)
    }

    /// Reads the columns of type text, until `row` returns false.
    pub(super) fn each_row(&self, mut row: impl FnMut(&stream::TextRow) -> bool) {
        let names: Vec<_> = self
            .text_columns()
            .map(|column| quote::identifier(&column.attname))
            .collect();
        if names.is_empty() {
            return;
        }
        let statement = format!("SELECT {} FROM {}", names.join(", "), self.name);
        let mut progress = Progress::begin("inferring types", "rows", self.estimate);
        stream::each_row(&statement, names.len(), |values| {
            if let Some(progress) = &mut progress {
                progress.advance();
            }
            row(values)
        });
    }
}

/// The options of inference.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InferenceOptions {
    /// The order of day, month and year in columns whose values leave it open.
    date_order: Option<Order>,
    /// What stands before decimals in such columns.
    decimal_p: Option<DecimalMark>,
    /// Whether whole numbers become integer or bigint instead of numeric.
    integers: bool,
}

impl InferenceOptions {
    fn answers(&self) -> Answers {
        Answers {
            date_order: self.date_order,
            decimal: self.decimal_p,
        }
    }
}

/// All values of a column of type text.
struct ColumnValues {
    inference: ColumnInference,
    /// Of the integers among them, if they were asked for.
    integers: Option<IntegerRange>,
}

impl ColumnValues {
    /// The type of a column of whole numbers, if that is asked for.
    fn integer_type(&self, suggestion: &Suggestion) -> Option<&'static str> {
        match suggestion {
            Suggestion::Numeric(Separators {
                group: None,
                decimal: None,
            }) => self.integers.as_ref().map(IntegerRange::type_name),
            _ => None,
        }
    }
}

impl TextRelation {
    /// All values of the columns of type text, by attnum.
    fn values(&self, options: &InferenceOptions) -> BTreeMap<i16, ColumnValues> {
        let mut columns: Vec<_> = self
            .text_columns()
            .map(|_| ColumnValues {
                inference: ColumnInference::new(),
                integers: options.integers.then_some(IntegerRange::Empty),
            })
            .collect();
        // Columns that are text for sure are not looked at any more.
        let mut undecided: Vec<usize> = (0..columns.len()).collect();
        self.each_row(|row| {
            undecided.retain(|&at| {
                if let Some(text) = row.get(at) {
                    columns[at].inference.add_value(text);
                    if let Some(integers) = &mut columns[at].integers {
                        integers.add_value(text);
                    }
                }
                !columns[at].inference.is_decided()
            });
            !undecided.is_empty()
        });
        let attnums = self.text_columns().map(|column| column.attnum);
        attnums.zip(columns).collect()
    }
}

/// A column, as `msar.infer_table_column_data_types` returns it.
#[derive(Serialize)]
pub(crate) struct Inferred {
    #[serde(rename = "type")]
    type_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<UndecidedType>,
    /// The type that nearly all values of a column fit that stays text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runner_up: Option<Candidate>,
}

/// A type that values of a column fit.
#[derive(Serialize)]
pub(super) struct Candidate {
    #[serde(rename = "type")]
    pub(super) type_name: &'static str,
    pub(super) fits: u64,
    pub(super) share: f64,
    pub(super) misfits: Vec<String>,
}

/// The integers that a column has.
pub(super) enum IntegerRange {
    Empty,
    Integer,
    BigInt,
    Larger,
}

impl IntegerRange {
    pub(super) fn add_value(&mut self, value: &[u8]) {
        let number = std::str::from_utf8(value)
            .ok()
            .and_then(|value| value.trim_ascii().parse::<i64>().ok());
        *self = match (&self, number) {
            (Self::Larger, _) | (_, None) => Self::Larger,
            (Self::Empty | Self::Integer, Some(number)) if i32::try_from(number).is_ok() => Self::Integer,
            _ => Self::BigInt,
        };
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Empty | Self::Integer => "integer",
            Self::BigInt => "bigint",
            Self::Larger => "numeric",
        }
    }
}

/// The type that all values of a column of text fit, if it were known how they are to be read.
#[derive(Serialize)]
pub(super) struct UndecidedType {
    #[serde(rename = "type")]
    type_name: &'static str,
    /// The key of `cast_options` that says it.
    needs: &'static str,
}

impl From<Undecided> for UndecidedType {
    fn from(undecided: Undecided) -> Self {
        Self {
            type_name: undecided.one.name(),
            needs: undecided.needs,
        }
    }
}

#[derive(Serialize)]
struct Details {
    mathesar_casting: bool,
    #[serde(flatten)]
    options: SuggestedCastOptions,
}

/// The options of a cast: the keys of `cast_options`.
#[derive(Serialize, Default)]
pub(crate) struct SuggestedCastOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_sep: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal_p: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curr_pref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curr_suff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_order: Option<&'static str>,
    /// Whether the values leave no other order, or the caller has said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    date_order_proven: Option<bool>,
}

impl SuggestedCastOptions {
    pub(super) fn from_suggestion(suggestion: &Suggestion) -> Self {
        match suggestion {
            Suggestion::Numeric(separators) => Self::with(*separators),
            Suggestion::Money {
                separators,
                prefix,
                suffix,
            } => Self {
                curr_pref: Some(String::from_utf8_lossy(prefix).into_owned()),
                curr_suff: Some(String::from_utf8_lossy(suffix).into_owned()),
                ..Self::with(*separators)
            },
            Suggestion::Ordered(_, order, proof) => Self {
                date_order: Some(order.name()),
                date_order_proven: Some(*proof == Proof::Values),
                ..Self::default()
            },
            Suggestion::Plain(_) => Self::default(),
        }
    }

    /// An empty string stands for no separator.
    fn with(separators: Separators) -> Self {
        let mark = |mark: Option<u8>| Some(mark.map_or(String::new(), |mark| char::from(mark).into()));
        Self {
            group_sep: mark(separators.group),
            decimal_p: mark(separators.decimal),
            ..Self::default()
        }
    }
}

impl From<SuggestedCastOptions> for definition::CastOptions {
    fn from(options: SuggestedCastOptions) -> Self {
        Self {
            group_sep: options.group_sep,
            decimal_p: options.decimal_p,
            curr_pref: options.curr_pref,
            curr_suff: options.curr_suff,
            date_order: options.date_order.map(str::to_owned),
        }
    }
}

impl Inferred {
    /// Whether it stays text, and not for want of something that a caller could say.
    pub(super) fn is_plain_text(&self) -> bool {
        self.type_name == "text" && self.undecided.is_none()
    }

    fn suggested(suggestion: &Suggestion) -> Self {
        Self {
            type_name: suggestion.of_type().name().into(),
            details: Some(Details {
                mathesar_casting: true,
                options: SuggestedCastOptions::from_suggestion(suggestion),
            }),
            undecided: None,
            runner_up: None,
        }
    }

    fn unchanged(type_name: String, undecided: Option<Undecided>) -> Self {
        Self {
            type_name,
            details: None,
            undecided: undecided.map(UndecidedType::from),
            runner_up: None,
        }
    }
}

/// The types of all columns of a relation, by attnum.
pub(crate) fn infer_column_types(
    relation: Oid,
    options: &InferenceOptions,
) -> Result<BTreeMap<i16, Inferred>, Error> {
    Ok(infer_columns(&TextRelation::lock_relation(relation)?, options))
}

/// The same of a relation that is open.
pub(super) fn infer_columns(source: &TextRelation, options: &InferenceOptions) -> BTreeMap<i16, Inferred> {
    let values = source.values(options);
    let answers = options.answers();
    source
        .columns
        .iter()
        .map(|(column, type_name)| {
            let values = values.get(&column.attnum);
            let suggestion = values.and_then(|values| Some((values, values.inference.suggestion(answers)?)));
            let inferred = match suggestion {
                Some((values, suggestion)) => match values.integer_type(&suggestion) {
                    Some(type_name) => Inferred::unchanged(type_name.into(), None),
                    None => Inferred::suggested(&suggestion),
                },
                None => Inferred::unchanged(
                    type_name.clone(),
                    values.and_then(|values| values.inference.undecided(answers)),
                ),
            };
            (column.attnum, inferred)
        })
        .collect()
}

/// How the values of text columns are written, as the values show, by attnum.
pub(super) fn cast_options(
    relation: Oid,
    options: &InferenceOptions,
) -> Result<BTreeMap<i16, ShownOptions>, Error> {
    let values = TextRelation::lock_relation(relation)?.values(options);
    let shown = values.into_iter().filter_map(|(attnum, values)| {
        let inference = &values.inference;
        let shown = match inference.suggestion(options.answers()) {
            Some(suggestion) => {
                ShownOptions::Decided(SuggestedCastOptions::from_suggestion(&suggestion).into())
            }
            None => ShownOptions::Undecided {
                needs: inference.undecided(options.answers())?.needs,
            },
        };
        Some((attnum, shown))
    });
    Ok(shown.collect())
}

/// What the values of a column of text show about how they are written.
pub(super) enum ShownOptions {
    Decided(definition::CastOptions),
    /// They fit a type, but can be read in two ways.
    Undecided {
        /// The key of `cast_options` that decides it.
        needs: &'static str,
    },
}
