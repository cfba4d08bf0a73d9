//! New rows.

use super::error::WriteProblem;
use super::input::declarations;
use super::key::Key;
use super::rows::KeySets;
use super::target::{Target, TargetColumn};
use crate::error::Error;
use crate::pg::dml::{self, Outcome};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{Oid, subtransaction};
use pgrx::prelude::PgSqlErrorCode;
use serde::Serialize;
use serde_json::value::RawValue;

/// What `msar.add_records` tells.
#[derive(Serialize)]
pub(crate) struct AddedRows {
    count: u64,
    keys: Option<Vec<Box<RawValue>>>,
}

/// Adds a row.
pub(crate) fn add(tab_id: Option<Oid>, record: Option<JsonbValue>) -> Result<Outcome, Error> {
    let target = Target::open(tab_id)?;
    let record = record.ok_or(WriteProblem::NullArgument { argument: "rec_def" })?;
    let keys = record_keys(&record)?;
    let columns = target.columns_of_record(&keys)?;
    let insert = Insert::of_record(&target, keys.iter().map(String::as_str).zip(columns))?;
    insert.run(returned_key(&target)?.as_deref(), record)
}

/// Adds many rows.
pub(crate) fn add_many(relation: Oid, rows: JsonbValue) -> Result<AddedRows, Error> {
    let target = Target::open(Some(relation))?;
    let sets = KeySets::read(&target, &rows)?;
    let returned = returned_key(&target)?;
    let mut count = 0;
    // Each with the position of its row.
    let mut keys = Vec::new();
    for group in &sets.groups {
        let insert = Insert::of_records(&target, sets.of_group(group), group.rows.len())?;
        let of_group = match sets.groups.len() {
            1 => rows,
            _ => rows.elements(&group.rows),
        };
        let outcome = insert.run(returned.as_deref(), of_group)?;
        count += outcome.processed;
        keys.extend(group.rows.iter().copied().zip(outcome.returned));
    }
    keys.sort_by_key(|(row, _)| *row);
    let keys = keys.into_iter().map(|(_, key)| RawValue::from_string(key));
    let keys = keys
        .collect::<Result<Vec<_>, _>>()
        .map_err(Error::Serialization)?;
    Ok(AddedRows {
        // What was written, but may not be read, has no key.
        keys: (returned.is_some() && keys.len() as u64 == count).then_some(keys),
        count,
    })
}

/// The keys of a record that a caller passes.
pub(super) fn record_keys(record: &JsonbValue) -> Result<Vec<String>, Error> {
    record.keys().ok_or_else(|| {
        WriteProblem::WrongShape {
            argument: "rec_def",
            problem: "it is no object".into(),
            hint: "Pass an object whose keys are attnums or names of columns: {\"2\": \"Emma\"}.",
        }
        .into()
    })
}

/// The key of a new row, where there is one that the current role may read.
fn returned_key(target: &Target) -> Result<Option<String>, Error> {
    let key = Key::of(target)?.filter(Key::is_readable);
    Ok(key.map(|key| key.returned()))
}

/// An INSERT from a SELECT.
pub(super) struct Insert<'a> {
    target: &'a Target,
    pub(super) columns: Vec<String>,
    pub(super) values: Vec<String>,
    /// What the values come from.
    pub(super) from: Vec<String>,
}

impl<'a> Insert<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self {
            target,
            columns: Vec::new(),
            values: Vec::new(),
            from: Vec::new(),
        }
    }

    /// Of a row whose values are those of the object `$1`, under these keys.
    fn of_record<'k>(
        target: &'a Target,
        keys: impl Iterator<Item = (&'k str, &'a TargetColumn)>,
    ) -> Result<Self, Error> {
        let mut insert = Self::new(target);
        insert.take_values("pg_catalog.jsonb_to_record($1)", keys)?;
        Ok(insert)
    }

    /// Of `count` rows whose values are those of the array `$1`.
    fn of_records<'k>(
        target: &'a Target,
        keys: impl Iterator<Item = (&'k str, &'a TargetColumn)>,
        count: usize,
    ) -> Result<Self, Error> {
        let mut insert = Self::new(target);
        insert.take_values("pg_catalog.jsonb_to_recordset($1)", keys)?;
        if insert.from.is_empty() {
            insert
                .from
                .push(format!("pg_catalog.generate_series(1, {count})"));
        }
        Ok(insert)
    }

    /// Takes values from what a function makes of JSON.
    pub(super) fn take_values<'k>(
        &mut self,
        function: &str,
        keys: impl Iterator<Item = (&'k str, &'a TargetColumn)>,
    ) -> Result<(), Error> {
        let mut fields = Vec::new();
        for (key, column) in keys {
            let field = column.field(key)?;
            self.columns.push(column.sql());
            self.values.push(field.value("given"));
            fields.push(field);
        }
        if !fields.is_empty() {
            self.from
                .push(format!("{function} AS given({})", declarations(&fields)));
        }
        Ok(())
    }

    /// The statement, in which the new row is `target`.
    pub(super) fn sql(&self, returning: Option<&str>) -> String {
        let mut sql = format!("INSERT INTO {} AS target", self.target.sql);
        if !self.columns.is_empty() {
            sql.push_str(&format!(" ({})", self.columns.join(", ")));
        }
        if self.from.is_empty() {
            sql.push_str(" DEFAULT VALUES");
        } else {
            sql.push_str(&format!(
                " SELECT {} FROM {}",
                self.values.join(", "),
                self.from.join(", ")
            ));
        }
        if let Some(returning) = returning {
            sql.push_str(&format!(" RETURNING {returning}"));
        }
        sql
    }

    /// Runs the statement, and gives what is asked for, or nothing where the current role may write the row, but not
    /// read it.
    fn run(&self, returning: Option<&str>, json: JsonbValue) -> Result<Outcome, Error> {
        let parameters = &[json];
        let may_fail = returning.is_some() && self.target.may_hide_rows();
        if !may_fail {
            return dml::run(&self.sql(returning), parameters);
        }
        let attempt = || dml::run(&self.sql(returning), parameters);
        subtransaction::attempt(refuses_returning, attempt)
            .unwrap_or_else(|_| dml::run(&self.sql(None), parameters))
    }
}

/// Whether an INSERT may do without RETURNING: policies hide the new row, or a rule gives none back.
fn refuses_returning(sqlstate: PgSqlErrorCode) -> bool {
    matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE | PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED
    )
}
