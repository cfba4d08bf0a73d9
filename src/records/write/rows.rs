//! Many rows from JSON: which columns they name, and which of them share an INSERT.
//!
//! A column that a row does not name gets its default, and an INSERT names the same columns for all of its rows. So
//! rows that differ in the columns *with a default* need INSERTs of their own; for all other columns NULL is the
//! default.

use super::error::WriteError;
use super::target::{WriteTarget, named_twice};
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::jsonb_value::{JsonbElement, JsonbValue};
use crate::pg::{memory, server, text};
use rustc_hash::FxHashMap;

/// Rows that one INSERT takes.
pub(super) struct Group {
    /// Which rows, counted from 0.
    pub(super) rows: Vec<usize>,
    /// Which keys of [`KeySets`] they have, each in at least one row.
    has_key: Vec<bool>,
}

/// The keys of many rows.
pub(super) struct KeySets<'a> {
    target: &'a WriteTarget,
    keys: Vec<RowMember<'a>>,
    by_name: FxHashMap<Vec<u8>, usize>,
    pub(super) groups: Vec<Group>,
    /// Which group has the rows that name these columns with a default.
    by_defaults: FxHashMap<Vec<usize>, usize>,
}

struct RowMember<'a> {
    name: String,
    column: &'a PgAttribute,
    has_default: bool,
}

impl<'a> KeySets<'a> {
    pub(super) fn from_rows(target: &'a WriteTarget, rows: &JsonbValue) -> Result<Self, Error> {
        let mut sets = Self {
            target,
            keys: Vec::new(),
            by_name: FxHashMap::default(),
            groups: Vec::new(),
            by_defaults: FxHashMap::default(),
        };
        let elements = rows
            .elements()
            .ok_or_else(|| no_rows("it is not an array".into()))?;
        // Most rows have the keys of the one before.
        let mut previous: Option<(JsonbElement, usize)> = None;
        for (row, element) in elements.enumerate() {
            server::check_for_interrupts();
            let group = match previous {
                Some((like, group)) if element.has_keys_of(&like) => group,
                _ => {
                    let keys = element.keys();
                    sets.group_of(keys.ok_or_else(|| no_rows(format!("element {row} is not an object")))?)?
                }
            };
            memory::reserve(&mut sets.groups[group].rows, 1);
            sets.groups[group].rows.push(row);
            previous = Some((element, group));
        }
        Ok(sets)
    }

    /// The keys that the rows of a group have, each with its column.
    pub(super) fn of_group(&self, group: &Group) -> impl Iterator<Item = (&str, &'a PgAttribute)> {
        let keys = self.keys.iter().zip(group.has_key.iter());
        keys.filter(|(_, has)| **has)
            .map(|(key, _)| (key.name.as_str(), key.column))
    }

    /// The number of a key, in the server's encoding.
    fn index_of(&mut self, key: &[u8]) -> Result<usize, Error> {
        if let Some(&index) = self.by_name.get(key) {
            return Ok(index);
        }
        let name = text::name_from_server(key);
        let column = self.target.column_of_key(&name)?;
        self.target.check_writable(column)?;
        let attnum = column.attnum;
        if let Some(known) = self.keys.iter().find(|key| key.column.attnum == attnum) {
            return Err(named_twice(column, &known.name, &name));
        }
        let index = self.keys.len();
        self.keys.push(RowMember {
            name,
            column,
            has_default: self.target.has_default(column),
        });
        self.by_name.insert(key.to_vec(), index);
        Ok(index)
    }

    /// The group of the rows with these keys, which it then has.
    fn group_of<'k>(&mut self, keys: impl Iterator<Item = &'k [u8]>) -> Result<usize, Error> {
        let indexes = keys
            .map(|key| self.index_of(key))
            .collect::<Result<Vec<_>, _>>()?;
        let mut with_default: Vec<usize> = indexes
            .iter()
            .copied()
            .filter(|&index| self.keys[index].has_default)
            .collect();
        with_default.sort_unstable();
        let next = self.groups.len();
        let at = *self.by_defaults.entry(with_default).or_insert(next);
        if at == next {
            self.groups.push(Group {
                rows: Vec::new(),
                has_key: Vec::new(),
            });
        }
        let group = &mut self.groups[at];
        group.has_key.resize(self.keys.len(), false);
        for index in indexes {
            group.has_key[index] = true;
        }
        Ok(at)
    }
}

fn no_rows(problem: String) -> Error {
    WriteError::WrongShape {
        argument: "rows",
        problem,
        hint: "Pass an array of objects whose keys are attnums or names of columns: [{\"title\": \"Emma\"}].",
    }
    .into()
}
