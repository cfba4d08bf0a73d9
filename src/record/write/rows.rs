//! Many rows from JSON: which columns they name, and which of them go into one statement.
//!
//! A column that a row does not name gets its default, and a statement names the same columns for all of its rows. So rows
//! that differ in the columns *with a default* need statements of their own; for all other columns NULL is the default.

use super::error::WriteProblem;
use super::target::{Target, TargetColumn};
use crate::error::Error;
use crate::pg::jsonb_value::{JsonbValue, Step};
use crate::pg::text;
use rustc_hash::FxHashMap;

/// Rows that one statement inserts.
pub(super) struct Group {
    /// Which rows, counted from 0.
    pub(super) rows: Vec<usize>,
    /// Which keys of [`KeySets`] they have, each in at least one row.
    has_key: Vec<bool>,
}

/// The keys of many rows.
pub(super) struct KeySets<'a> {
    target: &'a Target,
    keys: Vec<Key<'a>>,
    by_name: FxHashMap<Vec<u8>, usize>,
    pub(super) groups: Vec<Group>,
    /// Which group has the rows that name these columns with a default.
    by_defaults: FxHashMap<Vec<usize>, usize>,
}

struct Key<'a> {
    name: String,
    column: &'a TargetColumn,
    has_default: bool,
}

impl<'a> KeySets<'a> {
    pub(super) fn read(target: &'a Target, rows: &JsonbValue) -> Result<Self, Error> {
        let mut sets = Self {
            target,
            keys: Vec::new(),
            by_name: FxHashMap::default(),
            groups: Vec::new(),
            by_defaults: FxHashMap::default(),
        };
        let (mut row, mut keys) = (0, Vec::new());
        for step in rows.objects().ok_or_else(|| no_rows("it is no array".into()))? {
            match step {
                Step::Key(key) => keys.push(sets.index_of(key)?),
                Step::End => {
                    sets.add_row(row, &mut keys);
                    row += 1;
                }
                Step::NoObject => return Err(no_rows(format!("element {row} is no object"))),
            }
        }
        Ok(sets)
    }

    /// The keys that the rows of a group have, each with its column.
    pub(super) fn of_group(&self, group: &Group) -> impl Iterator<Item = (&str, &'a TargetColumn)> {
        let keys = self.keys.iter().zip(group.has_key.iter());
        keys.filter(|(_, has)| **has)
            .map(|(key, _)| (key.name.as_str(), key.column))
    }

    /// The number of a key, in the server's encoding.
    fn index_of(&mut self, key: &[u8]) -> Result<usize, Error> {
        if let Some(&index) = self.by_name.get(key) {
            return Ok(index);
        }
        let name = text::from_server(key);
        let column = self.target.column_of_key(&name)?;
        self.target.check_writable(column)?;
        if self
            .keys
            .iter()
            .any(|known| known.column.row.attnum == column.row.attnum)
        {
            return Err(column.named_twice(&name));
        }
        let index = self.keys.len();
        self.keys.push(Key {
            name,
            column,
            has_default: self.target.has_default(column),
        });
        self.by_name.insert(key.to_vec(), index);
        Ok(index)
    }

    /// Puts the row whose keys were read into a group, and forgets them.
    fn add_row(&mut self, row: usize, keys: &mut Vec<usize>) {
        keys.sort_unstable();
        let mut with_default = keys.clone();
        with_default.retain(|&key| self.keys[key].has_default);
        let next_group = self.groups.len();
        let group = *self.by_defaults.entry(with_default).or_insert(next_group);
        if group == next_group {
            self.groups.push(Group {
                rows: Vec::new(),
                has_key: Vec::new(),
            });
        }
        let group = &mut self.groups[group];
        group.rows.push(row);
        group.has_key.resize(self.keys.len(), false);
        for key in keys.drain(..) {
            group.has_key[key] = true;
        }
    }
}

fn no_rows(problem: String) -> Error {
    WriteProblem::WrongShape {
        argument: "rows",
        problem,
        hint: "Pass an array of objects whose keys are attnums or names of columns: [{\"title\": \"Emma\"}].",
    }
    .into()
}
