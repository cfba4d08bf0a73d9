//! Values of a column that do not lead to one row each, counted and with examples.

use serde::Serialize;
use std::cmp::Reverse;

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
    pub(super) fn add_unmatched(&mut self, most: usize, unmatched: Unmatched) {
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
