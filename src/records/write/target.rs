//! The relation that is written to.

use super::error::{NotWritable, WriteError};
use super::input::{Field, Input};
use crate::catalog::Catalog;
use crate::catalog::relation::{Relation, primary_key};
use crate::catalog::rows::{PgAttribute, PgConstraint};
use crate::error::Error;
use crate::pg::scan::Char;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, column_type, lock};
use crate::records::error::RecordError;
use pgrx::pg_sys;
use std::collections::HashMap;
use std::ops::Deref;

/// A relation with what a statement that writes to it must know. It stays as it is until the transaction ends.
pub(super) struct WriteTarget {
    relation: Relation,
    /// Its name in SQL, with its schema.
    pub(super) sql: String,
    /// The attnums of the columns that the current role may read.
    readable: Vec<i16>,
    pub(super) constraints: Vec<PgConstraint>,
}

impl Deref for WriteTarget {
    type Target = Relation;

    fn deref(&self) -> &Relation {
        &self.relation
    }
}

impl WriteTarget {
    /// A relation by the argument `tab_id`.
    pub(super) fn open(tab_id: Option<Oid>) -> Result<Self, Error> {
        let oid = tab_id.ok_or(WriteError::NullArgument { argument: "tab_id" })?;
        // The statement takes a stronger lock on it at once; so nothing that is read now is another when it runs.
        lock::share_until_commit(oid);
        let catalog = Catalog::new(Snapshot::latest());
        let mut relation = Relation::find(&catalog, oid)?;
        Ok(Self {
            sql: relation.sql(&catalog)?,
            readable: relation.readable(&catalog).map(|column| column.attnum).collect(),
            constraints: relation.take_constraints(&catalog),
            relation,
        })
    }

    /// Whether the current role may read a column.
    pub(super) fn is_readable(&self, column: &PgAttribute) -> bool {
        self.readable.contains(&column.attnum)
    }

    /// The column that a key of a record names: by its attnum, or by its name.
    pub(super) fn column_of_key(&self, key: &str) -> Result<&PgAttribute, Error> {
        let is_attnum = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
        match key.parse() {
            Ok(attnum) if is_attnum => self.find_column(attnum),
            _ => self.find_column_named(key),
        }
    }

    /// The columns that the keys of a record name. Each can be given a value, and is named once.
    pub(super) fn columns_of_record(&self, keys: &[String]) -> Result<Vec<&PgAttribute>, Error> {
        let mut seen = HashMap::new();
        keys.iter()
            .map(|key| {
                let column = self.column_of_key(key)?;
                self.check_writable(column)?;
                match seen.insert(column.attnum, key) {
                    Some(other) => Err(named_twice(column, other, key)),
                    None => Ok(column),
                }
            })
            .collect()
    }

    pub(super) fn check_writable(&self, column: &PgAttribute) -> Result<(), Error> {
        let reason = if column.attgenerated != Char(0) {
            NotWritable::Generated
        } else if column.attidentity == Char(pg_sys::ATTRIBUTE_IDENTITY_ALWAYS) {
            NotWritable::AlwaysIdentity
        } else {
            return Ok(());
        };
        Err(WriteError::NotWritable {
            relation: self.name().to_owned(),
            column: column.attname.clone(),
            reason,
        }
        .into())
    }

    /// The columns of the primary key, in its order; none if there is none.
    pub(super) fn key_columns(&self) -> Result<Vec<&PgAttribute>, Error> {
        primary_key(&self.constraints)
            .iter()
            .map(|&attnum| self.find_column(attnum.into()))
            .collect()
    }

    /// Whether a column that a row does not name may get another value than NULL.
    pub(super) fn has_default(&self, column: &PgAttribute) -> bool {
        // A view's column has that of the column that it shows.
        column.atthasdef
            || column.attidentity != Char(0)
            || self.row.relkind == Char(pg_sys::RELKIND_VIEW)
            || column_type::has_default(column.atttypid)
    }

    /// That a row of it cannot be addressed.
    pub(super) fn without_key(&self) -> Error {
        RecordError::NoKey {
            relation: self.name().to_owned(),
            reason: match self.row.relkind.0 {
                pg_sys::RELKIND_VIEW | pg_sys::RELKIND_MATVIEW => "a view has no primary key",
                pg_sys::RELKIND_FOREIGN_TABLE => "a foreign table has no primary key",
                _ => "it has no primary key",
            }
            .into(),
        }
        .into()
    }

    /// Whether an INSERT may do what the same one with RETURNING may not: policies may let the current role write a row
    /// that it may not read, and rules (views have one at least) may have no row to give back.
    pub(super) fn may_hide_rows(&self) -> bool {
        self.row.relhasrules || self.row_security_applies()
    }
}

/// A column as what a key of JSON objects goes into.
pub(super) fn field_for<'a>(column: &PgAttribute, key: &'a str) -> Result<Field<'a>, Error> {
    Ok(Field {
        key,
        input: Input::of(column.atttypid, column.atttypmod)?,
    })
}

/// That two keys of a record name the same column.
pub(super) fn named_twice(column: &PgAttribute, key: &str, other: &str) -> Error {
    WriteError::NamedTwice {
        column: column.attname.clone(),
        keys: [key.into(), other.into()],
    }
    .into()
}
