//! The relation that is written to.

use super::error::{NotWritable, WriteError};
use super::input::{Field, Input};
use crate::catalog::rows::{OfRelation, PgAttribute, PgClass, PgConstraint};
use crate::catalog::{Catalog, column, relation};
use crate::error::Error;
use crate::pg::scan::Char;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, column_type, dml, lock, quote};
use crate::records::error::RecordError;
use pgrx::pg_sys;
use std::collections::HashMap;

/// A relation with what a statement that writes to it must know. It stays as it is until the transaction ends.
pub(super) struct WriteTarget {
    pub(super) row: PgClass,
    /// Its name in SQL, with its schema.
    pub(super) sql: String,
    columns: Vec<WriteColumn>,
    pub(super) constraints: Vec<PgConstraint>,
}

pub(super) struct WriteColumn {
    pub(super) row: PgAttribute,
    pub(super) may_read: bool,
}

impl WriteTarget {
    /// A relation by the argument `tab_id`.
    pub(super) fn open(tab_id: Option<Oid>) -> Result<Self, Error> {
        let relation = tab_id.ok_or(WriteError::NullArgument { argument: "tab_id" })?;
        // The statement takes a stronger lock on it at once; so nothing that is read now is another when it runs.
        lock::share_until_commit(relation);
        let catalog = Catalog::new(Snapshot::latest());
        let row = relation::find(&catalog, relation)?;
        let schema = catalog.schema_name(row.relnamespace)?;
        let on_relation = relation::privileges(&catalog, &row);
        let columns = PgAttribute::live(&catalog.reader, relation).into_iter();
        let columns = columns.map(|column| WriteColumn {
            may_read: column::privileges_on(&catalog, &column, row.relowner, on_relation).includes_select(),
            row: column,
        });
        Ok(Self {
            sql: quote::qualified(&schema, &row.relname),
            columns: columns.collect(),
            constraints: PgConstraint::of_relation(&catalog.reader, relation),
            row,
        })
    }

    pub(super) fn name(&self) -> String {
        self.row.relname.clone()
    }

    pub(super) fn column(&self, attnum: i16) -> Result<&WriteColumn, Error> {
        self.find(attnum.into())
    }

    pub(super) fn find(&self, attnum: i32) -> Result<&WriteColumn, Error> {
        self.columns
            .iter()
            .find(|column| i32::from(column.row.attnum) == attnum)
            .ok_or_else(|| Error::UnknownColumn {
                relation: self.name(),
                attnum,
            })
    }

    /// The column that a key of a record names: by its attnum, or by its name.
    pub(super) fn column_of_key(&self, key: &str) -> Result<&WriteColumn, Error> {
        let is_attnum = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
        match key.parse() {
            Ok(attnum) if is_attnum => self.find(attnum),
            _ => self
                .columns
                .iter()
                .find(|column| column.row.attname == key)
                .ok_or_else(|| Error::UnknownColumnName {
                    relation: self.name(),
                    name: key.into(),
                }),
        }
    }

    /// The columns that the keys of a record name. Each can be given a value, and is named once.
    pub(super) fn columns_of_record(&self, keys: &[String]) -> Result<Vec<&WriteColumn>, Error> {
        let mut seen = HashMap::new();
        keys.iter()
            .map(|key| {
                let column = self.column_of_key(key)?;
                self.check_writable(column)?;
                match seen.insert(column.row.attnum, key) {
                    Some(other) => Err(column.named_twice(other, key)),
                    None => Ok(column),
                }
            })
            .collect()
    }

    pub(super) fn check_writable(&self, column: &WriteColumn) -> Result<(), Error> {
        let reason = if column.row.attgenerated != Char(0) {
            NotWritable::Generated
        } else if column.row.attidentity == Char(pg_sys::ATTRIBUTE_IDENTITY_ALWAYS) {
            NotWritable::AlwaysIdentity
        } else {
            return Ok(());
        };
        Err(WriteError::NotWritable {
            relation: self.name(),
            column: column.row.attname.clone(),
            reason,
        }
        .into())
    }

    /// The columns of the primary key, in its order; none if there is none.
    pub(super) fn key(&self) -> Result<Vec<&WriteColumn>, Error> {
        let key = self.constraints.iter().find(|one| one.contype == Char(b'p'));
        let attnums = key.map(|key| key.conkey.as_slice()).unwrap_or_default();
        attnums.iter().map(|&attnum| self.column(attnum)).collect()
    }

    /// Whether a column that a row does not name may get another value than NULL.
    pub(super) fn has_default(&self, column: &WriteColumn) -> bool {
        // A view's column has that of the column that it shows.
        column.row.atthasdef
            || column.row.attidentity != Char(0)
            || self.row.relkind == Char(pg_sys::RELKIND_VIEW)
            || column_type::has_default(column.row.atttypid)
    }

    /// That a row of it cannot be addressed.
    pub(super) fn without_key(&self) -> Error {
        RecordError::NoKey {
            relation: self.name(),
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
        self.row.relhasrules || dml::row_security_applies(self.row.oid)
    }
}

impl WriteColumn {
    /// Its name in SQL.
    pub(super) fn sql(&self) -> String {
        quote::identifier(&self.row.attname)
    }

    /// It, as what a key of JSON objects goes into.
    pub(super) fn field<'a>(&self, key: &'a str) -> Result<Field<'a>, Error> {
        Ok(Field {
            key,
            input: Input::of(self.row.atttypid, self.row.atttypmod)?,
        })
    }

    pub(super) fn named_twice(&self, key: &str, other: &str) -> Error {
        WriteError::NamedTwice {
            column: self.row.attname.clone(),
            keys: [key.into(), other.into()],
        }
        .into()
    }
}
