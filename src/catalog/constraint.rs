//! Constraints of a table, and the foreign keys of other tables that refer to it.

use super::rows::{PgAttribute, PgConstraint};
use super::{Catalog, RelationName, oid};
use crate::error::Error;
use crate::pg::scan::Char;
use crate::pg::{Oid, deparse};
use serde::Serialize;

/// A constraint, as `msar.get_table_details` tells it.
#[derive(Serialize)]
pub(crate) struct Constraint {
    #[serde(serialize_with = "oid")]
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
    name: String,
    referent_attnum: i16,
    referent_name: String,
}

impl Constraint {
    /// The constraint, or `None` if it is one that is not listed: a copy that partitioning made of a parent's, or a
    /// not-null constraint, which is told by its column.
    pub(crate) fn read(catalog: &Catalog, row: PgConstraint) -> Result<Option<Self>, Error> {
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
        Ok(Some(Self {
            oid: row.oid,
            kind,
            definition: deparse::constraint(row.oid).ok_or(Error::Vanished)?,
            deferrable: row.condeferrable,
            deferred: row.condeferred,
            validated: row.convalidated,
            enforced: row.conenforced.unwrap_or(true),
            foreign_key: ForeignKey::read(catalog, &row)?,
            name: row.conname,
            columns: row.conkey,
        }))
    }

    /// Orders the foreign keys of several tables.
    pub(crate) fn by_table_and_name(&self, other: &Self) -> std::cmp::Ordering {
        let key = |constraint: &Self| {
            let table = constraint.foreign_key.as_ref().map(|key| &key.table);
            table.map(|table| (table.schema.clone(), table.name.clone()))
        };
        key(self).cmp(&key(other)).then_with(|| self.name.cmp(&other.name))
    }
}

impl ForeignKey {
    fn read(catalog: &Catalog, row: &PgConstraint) -> Result<Option<Self>, Error> {
        if row.contype != Char(b'f') {
            return Ok(None);
        }
        let pairs = row.conkey.iter().zip(&row.confkey).map(|(&attnum, &referent_attnum)| {
            Ok(ColumnPair {
                attnum,
                name: column_name(catalog, row.conrelid, attnum)?,
                referent_attnum,
                referent_name: column_name(catalog, row.confrelid, referent_attnum)?,
            })
        });
        Ok(Some(Self {
            table: catalog.relation_name(row.conrelid)?,
            referent: catalog.relation_name(row.confrelid)?,
            columns: pairs.collect::<Result<_, Error>>()?,
            on_update: action(row.confupdtype),
            on_delete: action(row.confdeltype),
            match_type: if row.confmatchtype == Char(b'f') { "FULL" } else { "SIMPLE" },
        }))
    }
}

fn column_name(catalog: &Catalog, relation: Oid, attnum: i16) -> Result<String, Error> {
    let column = PgAttribute::by_number(&catalog.reader, relation, attnum).ok_or(Error::Vanished)?;
    Ok(column.attname)
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
