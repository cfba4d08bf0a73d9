//! Free names: a name that is taken gets a number, the first one that is free.

use super::error::TablesError;
use crate::catalog::rows::PgClass;
use crate::ddl::name::LONGEST;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, server, text};
use rustc_hash::FxHashSet;

/// A name that no relation of the schema has: the one that is wanted, or that or `fallback` with a number. There is no schema
/// of temporary tables before the first of them.
pub(crate) fn free_table_name(schema: Option<Oid>, wanted: Option<&str>, fallback: &str) -> String {
    number_table_name(schema, wanted, fallback, || 1)
}

/// The same as `msar.add_mathesar_table` names tables: there clients count on a number that begins behind the number of
/// tables in the schema.
pub(super) fn counted_table_name(schema: Oid, wanted: Option<&str>, fallback: &str) -> String {
    let count_tables = || {
        let relations = PgClass::of_schema(&Reader::new(Snapshot::latest()), schema);
        let tables = relations
            .iter()
            .filter(|row| matches!(row.relkind.0, b'r' | b'p'));
        tables.count()
    };
    number_table_name(Some(schema), wanted, fallback, || count_tables() + 1)
}

/// The same for what comes from a file: cut where it is too long.
pub(crate) fn file_table_name(schema: Option<Oid>, wanted: Option<&str>, fallback: &str) -> String {
    free_table_name(schema, wanted.map(cut_to_name), fallback)
}

fn number_table_name(
    schema: Option<Oid>,
    wanted: Option<&str>,
    fallback: &str,
    first: impl FnOnce() -> usize,
) -> String {
    let is_taken = |name: &str| schema.is_some_and(|schema| names::relation_in(schema, name).is_some());
    match wanted.filter(|name| !name.is_empty()) {
        Some(name) if !is_taken(name) => name.to_owned(),
        wanted => number_name(wanted.unwrap_or(fallback), first(), is_taken),
    }
}

/// A table has no more than so many columns, whatever they are: beyond that, nothing need be looked up.
pub(super) fn check_width(columns: usize) -> Result<(), TablesError> {
    const MOST: usize = 1600;
    if columns > MOST {
        Err(TablesError::TooManyColumns { columns, most: MOST })
    } else {
        Ok(())
    }
}

/// Names of columns, each of which is given once.
pub(super) struct TakenNames(FxHashSet<String>);

impl TakenNames {
    /// Those that are taken.
    pub(super) fn taken(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().collect())
    }

    /// Gives a name: the one that is wanted, or that with a number.
    pub(super) fn give(&mut self, wanted: &str) -> String {
        let name = find_free_name(wanted, |name| self.0.contains(name));
        self.0.insert(name.clone());
        name
    }
}

/// The name itself, or with 1, 2, ... behind it.
pub(super) fn find_free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if is_taken(wanted) {
        number_name(wanted, 1, is_taken)
    } else {
        wanted.to_owned()
    }
}

/// The name with the first number behind it, from `first` on, with which it is not taken.
pub(super) fn number_name(wanted: &str, first: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let mut number = first;
    loop {
        server::check_for_interrupts();
        let candidate = append_suffix(wanted, &format!(" {number}"));
        if !is_taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

/// The name with something behind it, cut where that makes it too long.
pub(super) fn append_suffix(name: &str, suffix: &str) -> String {
    format!("{}{suffix}", cut(name, LONGEST - suffix.len()))
}

/// As many of a name's first characters as PostgreSQL keeps.
pub(super) fn cut_to_name(name: &str) -> &str {
    cut(name, LONGEST)
}

/// As many of a text's first characters as have no more than `bytes` in the server's encoding.
fn cut(text: &str, bytes: usize) -> &str {
    // A character is a byte at least.
    let longest = text.char_indices().nth(bytes).map_or(text.len(), |(at, _)| at);
    let mut text = &text[..longest];
    while text::to_server(text).len() > bytes {
        let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
        text = &text[..last];
    }
    text
}
