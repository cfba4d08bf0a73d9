//! What the values of a column lead to, counted; those that do not lead to one row each with examples.

use crate::pg::text;
use serde::Serialize;
use std::cmp::Reverse;

/// What a text leads to.
#[derive(Clone)]
pub(super) enum TextMatch {
    Row,
    /// Several rows: the least and the greatest of their keys.
    Rows(Box<[Box<[u8]>; 2]>),
    NoRow,
    /// A row that was added for it.
    NewRow,
    /// It is blank, where that is no value.
    Blank,
}

/// The texts of a column, by what they lead to.
#[derive(Default)]
pub(super) struct MatchCounts {
    pub(super) matched: ValueCount,
    pub(super) ambiguous: UnmatchedValues,
    /// Also those for which a row was added.
    pub(super) missing: UnmatchedValues,
    /// Rows without a text.
    pub(super) empty_rows: u64,
}

impl MatchCounts {
    /// A text in the server's encoding, which so many rows have.
    pub(super) fn add_text(&mut self, most: usize, value: &[u8], rows: u64, leads_to: &TextMatch) {
        let unmatched = |keys: &[Box<[u8]>]| Unmatched {
            value: text::from_server(value),
            rows,
            keys: keys.iter().map(|key| text::from_server(key)).collect(),
        };
        match leads_to {
            TextMatch::Row => {
                self.matched.values += 1;
                self.matched.rows += rows;
            }
            TextMatch::Rows(keys) => self.ambiguous.add_unmatched(most, unmatched(&**keys)),
            TextMatch::NoRow | TextMatch::NewRow => self.missing.add_unmatched(most, unmatched(&[])),
            TextMatch::Blank => self.empty_rows += rows,
        }
    }
}

/// How many texts, and rows that have them.
#[derive(Serialize, Default, Clone, Copy, Debug)]
pub(crate) struct ValueCount {
    pub(crate) values: u64,
    pub(crate) rows: u64,
}

/// A text that does not lead to one row.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Unmatched {
    pub(crate) value: String,
    pub(crate) rows: u64,
    /// The first and the last key of the rows that have it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) keys: Vec<String>,
}

/// Texts that do not lead to one row: those of the most rows first, among these by their bytes.
#[derive(Serialize, Default)]
pub(crate) struct UnmatchedValues {
    #[serde(flatten)]
    pub(crate) count: ValueCount,
    pub(crate) examples: Vec<Unmatched>,
}

impl UnmatchedValues {
    fn add_unmatched(&mut self, most: usize, unmatched: Unmatched) {
        self.count.values += 1;
        self.count.rows += unmatched.rows;
        let place = self.examples.partition_point(|known| {
            (Reverse(known.rows), &known.value) < (Reverse(unmatched.rows), &unmatched.value)
        });
        if place < most {
            self.examples.insert(place, unmatched);
            self.examples.truncate(most);
        }
    }
}
