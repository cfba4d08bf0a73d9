//! The names of the objects that OIDs and attnums inside of a table's metadata mean.
//!
//! Kept beside the values (in the column `refs`), so that a dump carries the names along and a restore can translate
//! the numbers. A number counts only while it and its name mean the same live object.

use super::model::{Refs, TableRef};
use super::options::{self, OptionKind, TABLE_OPTIONS, json_attnum};
use crate::catalog::Catalog;
use crate::catalog::link::ForeignKeyLink;
use crate::error::Error;
use crate::pg::Oid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A column to which a path leads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ReferencedColumn {
    pub(crate) relation: Oid,
    pub(crate) attnum: i16,
}

/// The tables that numbers mean, by OID.
#[derive(Serialize, Deserialize, Default, Debug, PartialEq)]
#[serde(transparent)]
pub(crate) struct References(Refs);

impl References {
    /// The value of the column `refs`. A value that the extension would not have written so counts as empty.
    fn from_json(document: &Value) -> Self {
        Self::deserialize(document).unwrap_or_default()
    }

    /// The tables, with their names and those of their columns.
    pub(super) fn names(&self) -> &Refs {
        &self.0
    }

    /// Keeps of a value what still means what it meant when it was stored; tells whether anything of it is left.
    pub(super) fn keep_current(
        &self,
        catalog: &Catalog,
        relation: Oid,
        kind: OptionKind,
        value: &mut Value,
    ) -> bool {
        match (kind, value) {
            (OptionKind::Table, Value::Number(oid)) => oid
                .as_u64()
                .and_then(|oid| u32::try_from(oid).ok())
                .is_some_and(|oid| self.is_current_table(catalog, oid)),
            (OptionKind::Attnum, value) => {
                self.is_current_path(catalog, relation, std::slice::from_ref(value))
            }
            (OptionKind::Attnums, Value::Array(elements)) => {
                elements
                    .retain(|element| self.is_current_path(catalog, relation, std::slice::from_ref(element)));
                true
            }
            (OptionKind::Template, Value::Array(parts)) => {
                parts.retain(|part| {
                    options::template_path(part)
                        .is_none_or(|path| self.is_current_path(catalog, relation, path))
                });
                true
            }
            _ => true,
        }
    }

    fn is_current_table(&self, catalog: &Catalog, oid: u32) -> bool {
        self.0.get(&oid).is_some_and(|referent| {
            catalog
                .relation_name(Oid::from(oid))
                .is_ok_and(|live| live.is(&referent.schema, &referent.name))
        })
    }

    fn is_current_path(&self, catalog: &Catalog, relation: Oid, path: &[Value]) -> bool {
        let path: Option<Vec<i16>> = path.iter().map(json_attnum).collect();
        path.is_some_and(|path| self.current_path(catalog, relation, &path).is_some())
    }

    /// Follows a path of attnums that begins at a relation; `None` when a table, a column or a foreign key on its way
    /// is gone.
    pub(super) fn current_path(
        &self,
        catalog: &Catalog,
        relation: Oid,
        path: &[i16],
    ) -> Option<Vec<ReferencedColumn>> {
        let mut table = relation;
        let mut columns = Vec::with_capacity(path.len());
        for (at, &attnum) in path.iter().enumerate() {
            let referent = self.0.get(&table.to_u32())?;
            let name = referent.columns.get(&attnum)?;
            let is_current = (at == 0 || self.is_current_table(catalog, table.to_u32()))
                && catalog
                    .column_name(table, attnum)
                    .is_ok_and(|live| *live == **name);
            if !is_current {
                return None;
            }
            columns.push(ReferencedColumn {
                relation: table,
                attnum,
            });
            if at + 1 < path.len() {
                let target = Oid::from(*referent.targets.get(&attnum)?);
                let links = catalog.links(table);
                ForeignKeyLink::of_column(&links, attnum, Some(target))?;
                table = target;
            }
        }
        Some(columns)
    }

    /// A path for messages: names as far as they are known, else numbers.
    pub(super) fn names_of_path(&self, relation: Oid, path: &[i16]) -> String {
        let mut table = Some(relation.to_u32());
        let names: Vec<String> = path
            .iter()
            .map(|attnum| {
                let referent = table.and_then(|table| self.0.get(&table));
                table = referent.and_then(|referent| referent.targets.get(attnum).copied());
                match referent.and_then(|it| it.columns.get(attnum).or_else(|| it.lost.get(attnum))) {
                    Some(name) => name.clone(),
                    None => format!("column {attnum}"),
                }
            })
            .collect();
        names.join(".")
    }

    /// The objects that the numbers in the options of `relation` mean now. A number that means nothing is an error,
    /// unless the option is as it was before: a column that was dropped since is no news.
    pub(super) fn of_row(
        catalog: &Catalog,
        relation: Oid,
        row: &Map<String, Value>,
        before: Option<&Map<String, Value>>,
    ) -> Result<Self, Error> {
        let mut collected = Collector {
            catalog,
            known: row.get("refs").map(Self::from_json).unwrap_or_default(),
            trusts_known: true,
            found: Self::default(),
        };
        // Rows of a restore and of an import do.
        let brings_refs = before.is_none_or(|before| before.get("refs") != row.get("refs"));
        for option in &TABLE_OPTIONS {
            let Some(value) = row.get(option.name) else {
                continue;
            };
            let is_new = before.is_none_or(|before| before.get(option.name) != Some(value));
            collected.trusts_known = !is_new || brings_refs;
            match collected.add_option(relation, option.kind, value) {
                Err(error) if is_new => return Err(error),
                _ => {}
            }
        }
        Ok(collected.found)
    }
}

struct Collector<'a> {
    catalog: &'a Catalog,
    /// The references of the row itself: for paths over foreign keys that are gone, or that a restore has not made yet.
    known: References,
    /// Whether the option at hand means what the row knows: it was kept as it is, or comes with it.
    trusts_known: bool,
    found: References,
}

impl Collector<'_> {
    /// Adds what a value means: all that means something, and the first error.
    fn add_option(&mut self, relation: Oid, kind: OptionKind, value: &Value) -> Result<(), Error> {
        match (kind, value) {
            // A number from a caller; PostgreSQL writes an OID into jsonb as a string.
            (OptionKind::Table, Value::Number(oid)) => self.add_table(&oid.to_string()),
            (OptionKind::Table, Value::String(oid)) => self.add_table(oid),
            (OptionKind::Attnum, value) if !value.is_null() => {
                self.path(relation, std::slice::from_ref(value))
            }
            (OptionKind::Attnums, Value::Array(elements)) => {
                self.all(relation, elements, std::slice::from_ref)
            }
            (OptionKind::Template, Value::Array(parts)) => self.all(relation, parts, |part| {
                options::template_path(part).map_or(&[], Vec::as_slice)
            }),
            _ => Ok(()),
        }
    }

    fn all<'a>(
        &mut self,
        relation: Oid,
        elements: &'a [Value],
        path: impl Fn(&'a Value) -> &'a [Value],
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        for element in elements {
            let added = self.path(relation, path(element));
            outcome = outcome.and(added);
        }
        outcome
    }

    fn add_table(&mut self, oid: &str) -> Result<(), Error> {
        let oid = Oid::from(oid.parse::<u32>().unwrap_or_default());
        match self.table(oid) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.note_lost_in(oid);
                Err(error)
            }
        }
    }

    fn table(&mut self, oid: Oid) -> Result<&mut TableRef, Error> {
        let name = self.catalog.relation_name(oid)?;
        let (schema, name) = name.parts();
        Ok(self.found.0.entry(oid.to_u32()).or_insert_with(|| TableRef {
            schema: schema.into(),
            name: name.into(),
            ..TableRef::default()
        }))
    }

    fn path(&mut self, relation: Oid, path: &[Value]) -> Result<(), Error> {
        let mut table = relation;
        for (at, step) in path.iter().enumerate() {
            let number = json_attnum(step).unwrap_or_default();
            let Ok(name) = self.catalog.column_name(table, number) else {
                self.note_lost(table, number);
                return Err(self.unknown_column(table, number));
            };
            let target = match path.get(at + 1) {
                Some(_) => Some(self.target(table, number)?),
                None => None,
            };
            let referent = self.table(table)?;
            referent.columns.insert(number, name.to_string());
            if let Some(target) = target {
                referent.targets.insert(number, target.to_u32());
                table = target;
            }
        }
        Ok(())
    }

    /// Keeps the name of a column that has gone, as of something that has gone: a dump must not carry it over to
    /// another column that has got that name since.
    fn note_lost(&mut self, table: Oid, attnum: i16) {
        let known = self.known.0.get(&table.to_u32());
        let name = known.and_then(|known| known.columns.get(&attnum).or_else(|| known.lost.get(&attnum)));
        if let Some(name) = name.cloned()
            && let Some(referent) = self.note_lost_in(table)
        {
            referent.lost.insert(attnum, name);
        }
    }

    /// The entry of a table that may have been dropped itself.
    fn note_lost_in(&mut self, table: Oid) -> Option<&mut TableRef> {
        if self.catalog.relation_name(table).is_ok() {
            return self.table(table).ok();
        }
        let known = self.known.0.get(&table.to_u32())?;
        Some(self.found.0.entry(table.to_u32()).or_insert_with(|| TableRef {
            schema: known.schema.clone(),
            name: known.name.clone(),
            is_lost: true,
            ..TableRef::default()
        }))
    }

    fn unknown_column(&self, table: Oid, attnum: i16) -> Error {
        match self.catalog.relation_name(table) {
            Ok(name) => Error::UnknownColumn {
                relation: name.parts().1.into(),
                attnum: attnum.into(),
            },
            Err(error) => error,
        }
    }

    /// The table to which a foreign key column leads.
    fn target(&self, table: Oid, attnum: i16) -> Result<Oid, Error> {
        let known = self
            .known
            .0
            .get(&table.to_u32())
            .and_then(|referent| referent.targets.get(&attnum))
            .map(|&target| Oid::from(target));
        known
            .filter(|_| self.trusts_known)
            .or_else(|| {
                let links = self.catalog.links(table);
                ForeignKeyLink::of_column(&links, attnum, None).map(|link| link.target)
            })
            .or(known)
            .ok_or(Error::NoForeignKey {
                relation: self.catalog.relation_name(table)?.parts().1.into(),
                attnum,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_read_as_they_are_written() {
        let document = json!({
            "16400": {"schema": "app", "name": "book", "columns": {"1": "id", "5": "author"}, "targets": {"5": 16390}},
            "16390": {"schema": "app", "name": "person", "columns": {"2": "name"}},
        });
        let references = References::from_json(&document);
        assert_eq!(references.0.len(), 2);
        assert_eq!(serde_json::to_value(&references).unwrap(), document);
    }

    #[test]
    fn what_is_written_otherwise_means_nothing() {
        assert_eq!(References::from_json(&json!([1])), References::default());
        assert_eq!(References::from_json(&json!({"a": {}})), References::default());
    }
}
