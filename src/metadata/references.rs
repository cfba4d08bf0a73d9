//! What the OIDs and attnums inside of a table's metadata mean, by name.
//!
//! Kept beside the values (in the column `refs`), so that a dump carries the names along and a restore can translate
//! the numbers. A number counts only while it and its name mean the same live object.

use super::options::{Kind, TABLE_OPTIONS, attnum};
use super::refs::{Refs, TableRef};
use crate::catalog::Catalog;
use crate::catalog::rows::{OfRelation, PgConstraint};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::scan::Char;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The tables that numbers mean, by OID.
#[derive(Serialize, Deserialize, Default, Debug, PartialEq)]
#[serde(transparent)]
pub(crate) struct References(Refs);

impl References {
    /// What the column `refs` holds. Nothing counts of what is not written as we write it.
    pub(crate) fn parse(document: Value) -> Self {
        serde_json::from_value(document).unwrap_or_default()
    }

    /// Keeps of a value what still means what it meant when it was stored; tells whether anything of it is left.
    pub(super) fn keep_current(
        &self,
        catalog: &Catalog,
        relation: Oid,
        kind: Kind,
        value: &mut Value,
    ) -> bool {
        let relation = relation.to_u32();
        match (kind, value) {
            (Kind::Table, Value::Number(oid)) => oid
                .as_u64()
                .is_some_and(|oid| u32::try_from(oid).is_ok_and(|oid| self.is_current_table(catalog, oid))),
            (Kind::Attnum, value) => self.is_current_path(catalog, relation, std::slice::from_ref(value)),
            (Kind::Attnums, Value::Array(elements)) => {
                elements
                    .retain(|element| self.is_current_path(catalog, relation, std::slice::from_ref(element)));
                true
            }
            (Kind::Template, Value::Array(parts)) => {
                parts.retain(|part| match part {
                    Value::Array(path) => self.is_current_path(catalog, relation, path),
                    _ => true,
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

    /// Follows a path of attnums that begins at a table.
    fn is_current_path(&self, catalog: &Catalog, relation: u32, path: &[Value]) -> bool {
        let mut table = Some(relation);
        path.iter().all(|step| {
            let (Some(oid), Some(number)) = (table, attnum(step)) else {
                return false;
            };
            let Some(referent) = self.0.get(&oid) else {
                return false;
            };
            table = referent.targets.get(&number).copied();
            (oid == relation || self.is_current_table(catalog, oid))
                && referent.columns.get(&number).is_some_and(|name| {
                    catalog
                        .column_name(Oid::from(oid), number)
                        .is_ok_and(|live| *live == **name)
                })
        })
    }

    /// What the numbers in the options of `relation` mean now. A number that means nothing is an error, unless the
    /// option is as it was before: a column that was dropped since is no news.
    pub(super) fn of_row(
        catalog: &Catalog,
        relation: Oid,
        row: &Map<String, Value>,
        before: Option<&Map<String, Value>>,
    ) -> Result<Self, Error> {
        let mut collected = Collector {
            catalog,
            known: row
                .get("refs")
                .map(|refs| Self::parse(refs.clone()))
                .unwrap_or_default(),
            found: Self::default(),
        };
        for option in &TABLE_OPTIONS {
            let Some(value) = row.get(option.name) else {
                continue;
            };
            let is_new = before.is_none_or(|before| before.get(option.name) != Some(value));
            match collected.add(relation, option.kind, value) {
                Err(error) if is_new => return Err(error),
                _ => {}
            }
        }
        Ok(collected.found)
    }
}

struct Collector<'a> {
    catalog: &'a Catalog,
    /// What the row knows: where paths go over foreign keys that are gone, or that a restore has not made yet.
    known: References,
    found: References,
}

impl Collector<'_> {
    /// Adds what a value means: all that means something, and the first error.
    fn add(&mut self, relation: Oid, kind: Kind, value: &Value) -> Result<(), Error> {
        match (kind, value) {
            // A number from a caller; PostgreSQL writes an OID into jsonb as a string.
            (Kind::Table, Value::Number(oid)) => self.add_table(&oid.to_string()),
            (Kind::Table, Value::String(oid)) => self.add_table(oid),
            (Kind::Attnum, value) if !value.is_null() => self.path(relation, std::slice::from_ref(value)),
            (Kind::Attnums, Value::Array(elements)) => self.all(relation, elements, std::slice::from_ref),
            (Kind::Template, Value::Array(parts)) => self.all(relation, parts, |part| match part {
                Value::Array(path) => path,
                _ => &[],
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
        self.table(Oid::from(oid.parse::<u32>().unwrap_or_default()))
            .map(|_| ())
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
            let number = attnum(step).unwrap_or_default();
            let name = self
                .catalog
                .column_name(table, number)
                .map_err(|_| self.unknown_column(table, number))?;
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

    fn unknown_column(&self, table: Oid, attnum: i16) -> Error {
        match self.catalog.relation_name(table) {
            Ok(name) => Error::UnknownColumn {
                relation: name.parts().1.into(),
                attnum: attnum.into(),
            },
            Err(error) => error,
        }
    }

    /// The table to which the foreign key of one column leads.
    fn target(&self, table: Oid, attnum: i16) -> Result<Oid, Error> {
        let foreign_key = PgConstraint::of_relation(&self.catalog.reader, table)
            .into_iter()
            .find(|constraint| constraint.contype == Char(b'f') && constraint.conkey == [attnum]);
        if let Some(foreign_key) = foreign_key {
            return Ok(foreign_key.confrelid);
        }
        self.known
            .0
            .get(&table.to_u32())
            .and_then(|referent| referent.targets.get(&attnum))
            .map(|&target| Oid::from(target))
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
        let references = References::parse(document.clone());
        assert_eq!(references.0.len(), 2);
        assert_eq!(serde_json::to_value(&references).unwrap(), document);
    }

    #[test]
    fn what_is_written_otherwise_means_nothing() {
        assert_eq!(References::parse(json!([1])), References::default());
        assert_eq!(References::parse(json!({"a": {}})), References::default());
    }
}
