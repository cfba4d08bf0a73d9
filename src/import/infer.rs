//! The types of a relation's columns, by all of their values, in one pass.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::error::Error;
use crate::pg::lock::RelationLock;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, deparse, input, quote, stream};
use crate::values::infer::{ColumnInference, Separators, Suggestion};
use pgrx::pg_sys;
use serde::Serialize;
use std::collections::BTreeMap;

/// A relation whose columns of type text are to be read.
pub(super) struct TextRelation {
    /// Keeps others from altering it between the look at its columns and the end of the reading.
    _lock: RelationLock,
    name: String,
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
    pub(super) fn each_row(&self, row: impl FnMut(&stream::TextRow) -> bool) {
        let names: Vec<_> = self
            .text_columns()
            .map(|column| quote::identifier(&column.attname))
            .collect();
        if !names.is_empty() {
            stream::each_row(
                &format!("SELECT {} FROM {}", names.join(", "), self.name),
                names.len(),
                row,
            );
        }
    }
}

/// A column, as `msar.infer_table_column_data_types` returns it.
#[derive(Serialize)]
pub(crate) struct Inferred {
    #[serde(rename = "type")]
    type_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
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
            Suggestion::Ordered(_, order) => Self {
                date_order: Some(order.name()),
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

impl Inferred {
    fn suggested(suggestion: &Suggestion) -> Self {
        Self {
            type_name: suggestion.of_type().name().into(),
            details: Some(Details {
                mathesar_casting: true,
                options: SuggestedCastOptions::of(suggestion),
            }),
        }
    }

    fn unchanged(type_name: String) -> Self {
        Self {
            type_name,
            details: None,
        }
    }
}

/// The types of all columns of a relation, by attnum.
pub(crate) fn infer_column_types(relation: Oid) -> Result<BTreeMap<i16, Inferred>, Error> {
    let source = TextRelation::open(relation)?;
    let mut columns: Vec<_> = source.text_columns().map(|_| ColumnInference::new()).collect();
    // Columns that are text for sure are not looked at any more.
    let mut undecided: Vec<usize> = (0..columns.len()).collect();
    source.each_row(|row| {
        undecided.retain(|&at| {
            if let Some(text) = row.get(at) {
                columns[at].add(text);
            }
            !columns[at].is_decided()
        });
        !undecided.is_empty()
    });
    let order = input::session_date_order();
    let mut suggestions: BTreeMap<i16, Suggestion> = source
        .text_columns()
        .zip(&columns)
        .filter_map(|(column, values)| Some((column.attnum, values.suggestion(order)?)))
        .collect();
    Ok(source
        .columns
        .into_iter()
        .map(|(column, type_name)| {
            let inferred = match suggestions.remove(&column.attnum) {
                Some(suggestion) => Inferred::suggested(&suggestion),
                None => Inferred::unchanged(type_name),
            };
            (column.attnum, inferred)
        })
        .collect())
}
