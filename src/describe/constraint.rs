//! Constraints as documents: those of a table, and the foreign keys of other tables that refer to it.

use crate::catalog::rows::PgConstraint;
use crate::catalog::{Catalog, RelationName, serialize_oid};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, deparse, quote, relations, server};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;

/// A constraint, as `msar.get_table_details` returns it.
#[derive(Serialize)]
pub(crate) struct Constraint {
    #[serde(serialize_with = "serialize_oid")]
    oid: Oid,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    columns: Vec<i16>,
    definition: String,
    deferrable: bool,
    deferred: bool,
    validated: bool,
    enforced: bool,
    foreign_key: Option<ForeignKey>,
}

#[derive(Serialize)]
struct ForeignKey {
    table: RelationName,
    referent: RelationName,
    columns: Vec<ColumnPair>,
    on_update: &'static str,
    on_delete: &'static str,
    #[serde(rename = "match")]
    match_type: &'static str,
}

#[derive(Serialize)]
struct ColumnPair {
    attnum: i16,
    name: Rc<str>,
    referent_attnum: i16,
    referent_name: Rc<str>,
}

/// Foreign keys that one of their two tables has written, until the other one does.
#[derive(Default)]
pub(crate) struct WrittenKeys(RefCell<FxHashMap<Oid, Rc<Constraint>>>);

impl WrittenKeys {
    fn take(&self, oid: Oid) -> Option<Rc<Constraint>> {
        self.0.borrow_mut().remove(&oid)
    }
}

impl Constraint {
    /// The constraint, or `None` if it is one that is not listed: a copy that partitioning made of a parent's, or a
    /// not-null constraint, which its column shows.
    pub(crate) fn from_row(
        catalog: &Catalog,
        written: &WrittenKeys,
        row: PgConstraint,
    ) -> Result<Option<Rc<Self>>, Error> {
        if let Some(known) = written.take(row.oid) {
            return Ok(Some(known));
        }
        let kind = match row.contype {
            Char(b'p') => "primary",
            Char(b'u') => "unique",
            Char(b'f') => "foreignkey",
            Char(b'c') => "check",
            Char(b'x') => "exclude",
            _ => return Ok(None),
        };
        if row.conparentid != Oid::INVALID {
            return Ok(None);
        }
        let oid = row.oid;
        let foreign_key = ForeignKey::from_row(catalog, &row)?;
        let constraint = Rc::new(Self {
            oid,
            kind,
            definition: definition(catalog, &row, foreign_key.as_ref())?,
            deferrable: row.condeferrable,
            deferred: row.condeferred,
            validated: row.convalidated,
            enforced: row.conenforced.unwrap_or(true),
            foreign_key,
            name: row.conname,
            columns: row.conkey,
        });
        if constraint.foreign_key.is_some() {
            written.0.borrow_mut().insert(oid, Rc::clone(&constraint));
        }
        Ok(Some(constraint))
    }

    /// The same by OID.
    pub(crate) fn by_oid(
        catalog: &Catalog,
        written: &WrittenKeys,
        oid: Oid,
    ) -> Result<Option<Rc<Self>>, Error> {
        if let Some(known) = written.take(oid) {
            return Ok(Some(known));
        }
        PgConstraint::by_oid(&catalog.reader, oid)
            .map_or(Ok(None), |row| Self::from_row(catalog, written, row))
    }

    /// Whether it is a foreign key to this relation.
    pub(crate) fn refers_to(&self, relation: Oid) -> bool {
        self.foreign_key
            .as_ref()
            .is_some_and(|key| key.referent.oid == relation)
    }

    /// Whether it is a foreign key of this relation.
    pub(crate) fn is_of(&self, relation: Oid) -> bool {
        self.foreign_key
            .as_ref()
            .is_some_and(|key| key.table.oid == relation)
    }

    /// Orders the foreign keys of several tables.
    pub(crate) fn by_table_and_name(&self, other: &Self) -> std::cmp::Ordering {
        let key = |constraint: &Self| {
            let table = constraint.foreign_key.as_ref().map(|key| &key.table);
            table.map(RelationName::shared_parts)
        };
        key(self)
            .cmp(&key(other))
            .then_with(|| self.name.cmp(&other.name))
    }
}

impl ForeignKey {
    fn definition(&self, row: &PgConstraint) -> String {
        let list = |name: fn(&ColumnPair) -> &str| {
            let names: Vec<_> = self
                .columns
                .iter()
                .map(|pair| quote::identifier(name(pair)))
                .collect();
            names.join(", ")
        };
        let referent = quote::identifier(self.referent.parts().1);
        let mut text = format!("FOREIGN KEY ({}) REFERENCES ", list(|pair| &pair.name));
        if !server::is_visible_relation(self.referent.oid) {
            text.push_str(&quote::identifier(self.referent.parts().0));
            text.push('.');
        }
        text.push_str(&format!("{referent}({})", list(|pair| &pair.referent_name)));
        let clauses = [
            (self.match_type != "SIMPLE", " MATCH ", self.match_type),
            (self.on_update != "NO ACTION", " ON UPDATE ", self.on_update),
            (self.on_delete != "NO ACTION", " ON DELETE ", self.on_delete),
        ];
        for (_, clause, word) in clauses.into_iter().filter(|(applies, ..)| *applies) {
            text.push_str(clause);
            text.push_str(word);
        }
        push_timing(&mut text, row);
        text
    }

    fn from_row(catalog: &Catalog, row: &PgConstraint) -> Result<Option<Self>, Error> {
        if row.contype != Char(b'f') {
            return Ok(None);
        }
        let pairs = row
            .conkey
            .iter()
            .zip(&row.confkey)
            .map(|(&attnum, &referent_attnum)| {
                Ok(ColumnPair {
                    attnum,
                    name: catalog.column_name(row.conrelid, attnum)?,
                    referent_attnum,
                    referent_name: catalog.column_name(row.confrelid, referent_attnum)?,
                })
            });
        Ok(Some(Self {
            table: catalog.relation_name(row.conrelid)?,
            referent: catalog.relation_name(row.confrelid)?,
            columns: pairs.collect::<Result<_, Error>>()?,
            on_update: action(row.confupdtype),
            on_delete: action(row.confdeltype),
            match_type: if row.confmatchtype == Char(b'f') {
                "FULL"
            } else {
                "SIMPLE"
            },
        }))
    }
}

/// The definition as `pg_get_constraintdef` prints it. Keys are many, and all of a usual one is known by now, so those
/// we write ourselves; a test compares.
fn definition(
    catalog: &Catalog,
    row: &PgConstraint,
    foreign_key: Option<&ForeignKey>,
) -> Result<String, Error> {
    let is_usual =
        row.confdelsetcols.is_none() && row.conperiod != Some(true) && row.conenforced != Some(false);
    match (foreign_key, row.contype) {
        (Some(key), _) if is_usual => Ok(key.definition(row)),
        (_, Char(b'p' | b'u')) if is_usual && relations::is_plain_key(row.conindid) => {
            key_definition(catalog, row)
        }
        _ => deparse::constraint(row.oid).ok_or(Error::Vanished),
    }
}

/// The definition of a primary or unique key whose index has nothing to add.
fn key_definition(catalog: &Catalog, row: &PgConstraint) -> Result<String, Error> {
    let names = row.conkey.iter().map(|&attnum| {
        let name = catalog.column_name(row.conrelid, attnum)?;
        Ok(quote::identifier(&name))
    });
    let names: Vec<String> = names.collect::<Result<_, Error>>()?;
    let kind = if row.contype == Char(b'p') {
        "PRIMARY KEY"
    } else {
        "UNIQUE"
    };
    let mut text = format!("{kind} ({})", names.join(", "));
    push_timing(&mut text, row);
    Ok(text)
}

/// Writes what of a definition is the same for all kinds of keys.
fn push_timing(text: &mut String, row: &PgConstraint) {
    let clauses = [
        (row.condeferrable, " DEFERRABLE"),
        (row.condeferred, " INITIALLY DEFERRED"),
        (!row.convalidated, " NOT VALID"),
    ];
    for (_, clause) in clauses.into_iter().filter(|(applies, _)| *applies) {
        text.push_str(clause);
    }
}

fn action(code: Char) -> &'static str {
    match code.0 {
        b'r' => "RESTRICT",
        b'c' => "CASCADE",
        b'n' => "SET NULL",
        b'd' => "SET DEFAULT",
        _ => "NO ACTION",
    }
}
