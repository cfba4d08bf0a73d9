//! The relation that is written to.

use super::error::{NotWritable, WriteError};
use super::input::{Field, Input, TEXT, declarations};
use crate::catalog::relation::{Relation, primary_key};
use crate::catalog::rows::{PgAttribute, PgConstraint};
use crate::catalog::{Catalog, row_key};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::error_fields::{self, Failure};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, column_type, json_rows, lock};
use crate::previews::ColumnDisplay;
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
    /// How columns are displayed, if values are written like that.
    display: Option<ColumnDisplay>,
}

impl Deref for WriteTarget {
    type Target = Relation;

    fn deref(&self) -> &Relation {
        &self.relation
    }
}

impl WriteTarget {
    /// A relation by the argument `tab_id`.
    pub(super) fn open_relation(tab_id: Option<Oid>) -> Result<Self, Error> {
        let oid = tab_id.ok_or(WriteError::NullArgument { argument: "tab_id" })?;
        // The statement takes a stronger lock on it at once; so nothing that is read now is another when it runs.
        lock::share_until_commit(oid);
        Self::read_relation(&Catalog::new(Snapshot::latest()), oid)
    }

    /// A relation that is locked, or that is compared with the catalogs when it has been read.
    pub(super) fn read_relation(catalog: &Catalog, oid: Oid) -> Result<Self, Error> {
        let mut relation = Relation::find(catalog, oid)?;
        Ok(Self {
            sql: relation.sql(catalog)?,
            readable: relation.readable(catalog).map(|column| column.attnum).collect(),
            constraints: relation.take_constraints(catalog),
            display: None,
            relation,
        })
    }

    /// Whether the current role may read a column.
    pub(super) fn is_readable(&self, column: &PgAttribute) -> bool {
        self.readable.contains(&column.attnum)
    }

    /// The attnum of the column that a string names.
    pub(super) fn attnum_of(&self, text: &str) -> Result<Option<i16>, Error> {
        let columns = self
            .columns
            .iter()
            .map(|column| (column.attnum, column.attname.as_str()));
        row_key::find_column(&self.row.relname, text, columns)
    }

    /// The attnum of a column as [`attnum_of`](Self::attnum_of) reads it.
    pub(super) fn number_of(&self, column: &PgAttribute) -> String {
        let digits = column.attnum.to_string();
        let is_name = |other: &PgAttribute| other.attnum != column.attnum && other.attname == digits;
        match self.columns.iter().any(is_name) {
            true => format!("#{digits}"),
            false => digits,
        }
    }

    /// The column that a key of a record names: by its attnum, or by its name (see [`row_key`]).
    pub(super) fn column_of_key(&self, key: &str) -> Result<&PgAttribute, Error> {
        match self.attnum_of(key)? {
            Some(attnum) => self.find_column(attnum.into()),
            // A number that is out of range is a number all the same.
            None => match key.parse() {
                Ok(attnum) if key.bytes().all(|byte| byte.is_ascii_digit()) => self.find_column(attnum),
                _ => Err(Error::UnknownColumnName {
                    relation: self.name().into(),
                    name: key.into(),
                }),
            },
        }
    }

    /// The same in the contract's functions, where digits are an attnum and nothing else.
    fn column_of_contract_key(&self, key: &str) -> Result<&PgAttribute, Error> {
        match row_key::parse_attnum(key) {
            Some(attnum) => self.find_column(attnum.into()),
            None => self.column_of_key(key),
        }
    }

    /// The columns that the keys of a record name. Each can be given a value, and is named once.
    pub(super) fn columns_of_record(&self, keys: &[String]) -> Result<Vec<&PgAttribute>, Error> {
        let mut seen = HashMap::new();
        keys.iter()
            .map(|key| {
                let column = self.column_of_contract_key(key)?;
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

    /// The columns of the primary key or unique constraint that has exactly these.
    pub(super) fn key_with(&self, attnums: &[i16]) -> Result<Option<Vec<&PgAttribute>>, Error> {
        let is_key = |one: &&PgConstraint| matches!(one.contype, Char(b'p' | b'u'));
        let keys: Vec<Vec<i16>> = self
            .constraints
            .iter()
            .filter(is_key)
            .map(|key| key.conkey.clone())
            .collect();
        let key = row_key::with_columns(&keys, attnums);
        key.map(|key| {
            key.iter()
                .map(|&attnum| self.find_column(attnum.into()))
                .collect()
        })
        .transpose()
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
        if self.readable.is_empty() && !self.columns.is_empty() {
            return Error::UnreadableRelation {
                name: self.name().to_owned(),
            };
        }
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

    /// Texts are read as columns are displayed from now on.
    pub(super) fn read_as_displayed(&mut self) -> Result<(), Error> {
        let catalog = Catalog::new(Snapshot::latest());
        self.display = Some(ColumnDisplay::of_relation(&catalog, self.row.oid)?);
        Ok(())
    }

    /// A column as what a key of JSON objects goes into.
    pub(super) fn field_for<'k>(&self, column: &PgAttribute, key: &'k str) -> Result<Field<'k>, Error> {
        let mut input = Input::of_type(column.atttypid, column.atttypmod)?;
        if let Some(display) = &self.display {
            let catalog = Catalog::new(Snapshot::latest());
            input.displayed = display.read_shown(&catalog, column.attnum, TEXT)?;
        }
        Ok(Field {
            key,
            attnum: column.attnum,
            input,
        })
    }

    /// The relation and the columns of fields, as the arguments of the functions that read them.
    pub(super) fn columns_sql(&self, fields: &[Field]) -> String {
        let attnums: Vec<String> = fields.iter().map(|field| field.attnum.to_string()).collect();
        format!(
            "{}, '{{{}}}'::pg_catalog.int2[]",
            self.row.oid.to_u32(),
            attnums.join(",")
        )
    }

    /// The FROM item that reads an object, called `alias`.
    pub(super) fn read_row(&self, object: &str, fields: &[Field], alias: &str) -> String {
        format!(
            "__msar.read_row({object}, {}) AS {alias}({})",
            self.columns_sql(fields),
            declarations(fields)
        )
    }

    /// Runs what writes to it. Errors of PostgreSQL's reach the client whole, with the row and the column as far as they
    /// can be told; `sets` has the numbers of the rows of each set that a statement writes.
    pub(super) fn watch_errors<T>(&self, sets: Vec<Vec<usize>>, body: impl FnOnce() -> T) -> T {
        json_rows::numbered(sets, || {
            error_fields::kept_with(|failure| self.locate(failure), body)
        })
    }

    /// Adds the row and the column to an error.
    fn locate(&self, failure: &mut Failure) {
        // Raised by the statement itself, and not by a function that it called.
        let is_direct = failure
            .context
            .as_deref()
            .is_none_or(|context| context.starts_with("SQL statement ") || context.starts_with("JSON data,"));
        let is_of_row = match failure.sqlstate.as_str() {
            // A value, whose place is known where it was read.
            code if code.starts_with("22") => failure.column.is_none() && failure.constraint.is_none(),
            "23502" | "23514" => failure.table.as_deref() == Some(self.name()),
            "23505" | "23P01" => !self.constraint(failure).is_some_and(|found| found.condeferrable),
            _ => false,
        };
        self.add_column(failure);
        // JSON text is read by the statement, after the values.
        let is_json = |column: &&PgAttribute| [pg_sys::JSONOID, pg_sys::JSONBOID].contains(&column.atttypid);
        if failure.column.is_none()
            && failure
                .context
                .as_deref()
                .is_some_and(|context| context.starts_with("JSON data,"))
            && self.columns.iter().filter(is_json).count() == 1
        {
            let column = self.columns.iter().find(is_json);
            failure.column = column.map(|column| column.attname.clone());
        }
        if is_direct && is_of_row {
            json_rows::add_place(failure, json_rows::current_row());
        }
    }

    /// Adds the column to an error about a constraint of a single one.
    pub(super) fn add_column(&self, failure: &mut Failure) {
        if failure.column.is_none()
            && let Some([attnum]) = self.constraint(failure).map(|found| found.conkey.as_slice())
        {
            let column = self.columns.iter().find(|column| column.attnum == *attnum);
            failure.column = column.map(|column| column.attname.clone());
        }
    }

    /// The constraint that an error names, if it is one of this relation.
    fn constraint(&self, failure: &Failure) -> Option<&PgConstraint> {
        let name = failure
            .constraint
            .as_deref()
            .filter(|_| failure.table.as_deref() == Some(self.name()))?;
        self.constraints
            .iter()
            .find(|constraint| constraint.conname == name)
    }

    /// Whether an INSERT may do what the same one with RETURNING may not: policies may let the current role write a row
    /// that it may not read, and rules (views have one at least) may have no row to give back.
    pub(super) fn may_hide_rows(&self) -> bool {
        self.row.relhasrules || self.row_security_applies()
    }
}

/// That two keys of a record name the same column.
pub(super) fn named_twice(column: &PgAttribute, key: &str, other: &str) -> Error {
    WriteError::NamedTwice {
        column: column.attname.clone(),
        keys: [key.into(), other.into()],
    }
    .into()
}
