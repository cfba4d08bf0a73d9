//! The types of a relation's columns, by all of their values, in one pass.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::definition::alteration as definition;
use crate::error::Error;
use crate::pg::lock::RelationLock;
use crate::pg::progress::{Progress, Total};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, deparse, quote, stream};
use crate::values::infer::{ColumnInference, Proof, Separators, Suggestion, Undecided};
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
    pub(super) fn open(relation: Oid) -> Result<Self, Error> {
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

/// What a caller may say about the values of a table.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InferenceOptions {
    /// The order of day, month and year in columns whose values leave it open.
    date_order: Option<Order>,
}

impl TextRelation {
    /// All values of the columns of type text, by attnum.
    fn values(&self) -> BTreeMap<i16, ColumnInference> {
        let mut columns: Vec<_> = self.text_columns().map(|_| ColumnInference::new()).collect();
        // Columns that are text for sure are not looked at any more.
        let mut undecided: Vec<usize> = (0..columns.len()).collect();
        self.each_row(|row| {
            undecided.retain(|&at| {
                if let Some(text) = row.get(at) {
                    columns[at].add(text);
                }
                !columns[at].is_decided()
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
    pub(super) fn of(suggestion: &Suggestion) -> Self {
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
    fn suggested(suggestion: &Suggestion) -> Self {
        Self {
            type_name: suggestion.of_type().name().into(),
            details: Some(Details {
                mathesar_casting: true,
                options: SuggestedCastOptions::of(suggestion),
            }),
            undecided: None,
        }
    }

    fn unchanged(type_name: String, undecided: Option<Undecided>) -> Self {
        Self {
            type_name,
            details: None,
            undecided: undecided.map(UndecidedType::from),
        }
    }
}

/// The types of all columns of a relation, by attnum.
pub(crate) fn infer_column_types(
    relation: Oid,
    options: &InferenceOptions,
) -> Result<BTreeMap<i16, Inferred>, Error> {
    let source = TextRelation::open(relation)?;
    let values = source.values();
    let order = options.date_order;
    Ok(source
        .columns
        .into_iter()
        .map(|(column, type_name)| {
            let values = values.get(&column.attnum);
            let inferred = match values.and_then(|values| values.suggestion(order)) {
                Some(suggestion) => Inferred::suggested(&suggestion),
                None => Inferred::unchanged(type_name, values.and_then(|values| values.undecided(order))),
            };
            (column.attnum, inferred)
        })
        .collect())
}

/// What the values of columns of text show about how they are written, by attnum.
pub(super) fn cast_options(
    relation: Oid,
    options: &InferenceOptions,
) -> Result<BTreeMap<i16, definition::CastOptions>, Error> {
    let values = TextRelation::open(relation)?.values();
    let shown = values.into_iter().filter_map(|(attnum, values)| {
        let suggestion = values.suggestion(options.date_order)?;
        Some((attnum, SuggestedCastOptions::of(&suggestion).into()))
    });
    Ok(shown.collect())
}
