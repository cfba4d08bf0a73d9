//! New rows.

use super::error::WriteError;
use super::input::declarations;
use super::key::TargetKey;
use super::result::{self, Teller, WriteResultOptions};
use super::rows::{Group, KeySets};
use super::target::{WriteTarget, field_for};
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::dml::{self, DmlOutcome};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::JsonbDatum;
use crate::pg::{Oid, subtransaction, text};
use pgrx::prelude::PgSqlErrorCode;
use serde::Serialize;
use serde_json::value::RawValue;

/// The result of `msar.add_records`.
#[derive(Serialize)]
pub(crate) struct AddedRows {
    count: u64,
    keys: Option<Vec<Box<RawValue>>>,
}

/// Adds a row; gives it as it is then.
pub(crate) fn add(
    tab_id: Option<Oid>,
    record: Option<JsonbValue>,
    wanted: WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let target = WriteTarget::open(tab_id)?;
    let record = record.ok_or(WriteError::NullArgument { argument: "rec_def" })?;
    let keys = record_keys(&record)?;
    let columns = target.columns_of_record(&keys)?;
    let insert = Insert::of_record(&target, keys.iter().map(String::as_str).zip(columns))?;
    let Some(returned) = readable_key(&target)?.map(|key| key.returned_as_text()) else {
        return add_without_key(&target, &insert, record, &wanted);
    };
    let outcome = insert.run(Some(&returned), record)?;
    match outcome.returned.into_iter().flatten().next() {
        Some(key) => result::of_key(&target, key, wanted),
        None => Teller::new(&target, &wanted)?.of_none(),
    }
}

/// Adds a row that cannot be read again by its key; gives it as it was inserted.
fn add_without_key(
    target: &WriteTarget,
    insert: &Insert,
    record: JsonbValue,
    wanted: &WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let teller = Teller::new(target, wanted)?;
    let without = || {
        dml::run(&insert.sql(None), &[record])?;
        teller.of_none()
    };
    if teller.has_columns() {
        readable_or(
            target,
            || teller.of_statement(&insert.sql(Some(teller.columns())), record),
            without,
        )
    } else {
        without()
    }
}

/// Adds many rows. One statement inserts all of them, so that they may refer to each other.
pub(crate) fn add_many(relation: Oid, rows: JsonbValue) -> Result<AddedRows, Error> {
    let target = WriteTarget::open(Some(relation))?;
    let sets = KeySets::read(&target, &rows)?;
    let returned = readable_key(&target)?.map(|key| key.returned());
    match sets.groups.as_slice() {
        [] => Ok(AddedRows {
            count: 0,
            keys: Some(Vec::new()),
        }),
        [group] => {
            let insert = Insert::of_records(&target, sets.of_group(group), 1, group.rows.len())?;
            let outcome = insert.run(returned.as_deref(), rows)?;
            AddedRows::new(outcome.processed, outcome.returned.into_iter().flatten())
        }
        groups => add_groups(&target, &sets, groups, returned.as_deref(), rows),
    }
}

/// Adds rows that name different columns: an INSERT for each group of rows, all in one statement.
fn add_groups(
    target: &WriteTarget,
    sets: &KeySets,
    groups: &[Group],
    returned: Option<&str>,
    rows: JsonbValue,
) -> Result<AddedRows, Error> {
    let inserts = groups
        .iter()
        .enumerate()
        .map(|(at, group)| Insert::of_records(target, sets.of_group(group), at + 1, group.rows.len()))
        .collect::<Result<Vec<_>, _>>()?;
    let parameters: Vec<_> = groups.iter().map(|group| rows.choose(&group.rows)).collect();
    let run = |returned: &str| dml::run(&together(&inserts, returned), &parameters);
    let without_keys = || run("NULL::pg_catalog.text");
    let outcome = match returned {
        Some(key) => readable_or(target, || run(key), without_keys)?,
        None => without_keys()?,
    };
    let mut positions: Vec<_> = groups.iter().map(|group| group.rows.iter()).collect();
    let mut keys = Vec::with_capacity(outcome.returned.len());
    for row in outcome.returned.iter().flatten() {
        let (group, key): (usize, Option<&RawValue>) =
            serde_json::from_str(row).map_err(Error::Serialization)?;
        let position = positions.get_mut(group).and_then(Iterator::next);
        keys.extend(key.map(|key| (position, key.get().to_owned())));
    }
    keys.sort_by_key(|(position, _)| *position);
    AddedRows::new(outcome.processed, keys.into_iter().map(|(_, key)| key))
}

/// Several INSERTs in one statement. It gives a JSON array for each row: the number of its INSERT, and the JSON text
/// that that one returns.
fn together(inserts: &[Insert], returned: &str) -> String {
    let returned = format!("{returned} AS key");
    let numbered = || inserts.iter().enumerate();
    let steps: Vec<_> = numbered()
        .map(|(at, insert)| format!("rows{at} AS ({})", insert.sql(Some(&returned))))
        .collect();
    let results: Vec<_> = numbered()
        .map(|(at, _)| {
            format!("SELECT pg_catalog.concat('[{at},', COALESCE(key, 'null'), ']') FROM rows{at}")
        })
        .collect();
    format!("WITH {} {}", steps.join(", "), results.join(" UNION ALL "))
}

impl AddedRows {
    /// The keys are those of the rows that were written, as far as these may be read.
    fn new(count: u64, keys: impl Iterator<Item = String>) -> Result<Self, Error> {
        let keys = keys
            .map(RawValue::from_string)
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::Serialization)?;
        Ok(Self {
            count,
            keys: (keys.len() as u64 == count).then_some(keys),
        })
    }
}

/// The keys of a record that a caller passes.
pub(super) fn record_keys(record: &JsonbValue) -> Result<Vec<String>, Error> {
    let keys = record.keys().ok_or_else(|| WriteError::WrongShape {
        argument: "rec_def",
        problem: "it is not an object".into(),
        hint: "Pass an object whose keys are attnums or names of columns: {\"2\": \"Emma\"}.",
    })?;
    Ok(keys.map(text::from_server).collect())
}

/// The key of the target, if it has one that the current role may read.
fn readable_key(target: &WriteTarget) -> Result<Option<TargetKey<'_>>, Error> {
    Ok(TargetKey::of(target)?.filter(TargetKey::is_readable))
}

/// An INSERT from a SELECT.
pub(super) struct Insert<'a> {
    target: &'a WriteTarget,
    pub(super) columns: Vec<String>,
    pub(super) values: Vec<String>,
    /// The source of the values.
    pub(super) from: Vec<String>,
}

impl<'a> Insert<'a> {
    pub(super) fn new(target: &'a WriteTarget) -> Self {
        Self {
            target,
            columns: Vec::new(),
            values: Vec::new(),
            from: Vec::new(),
        }
    }

    /// For a row whose values are those of the object `$1`, under these keys.
    fn of_record<'k>(
        target: &'a WriteTarget,
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
    ) -> Result<Self, Error> {
        let mut insert = Self::new(target);
        insert.take_values("pg_catalog.jsonb_to_record($1)", keys)?;
        Ok(insert)
    }

    /// For rows whose values are those of the objects of the array that is parameter number `parameter`.
    fn of_records<'k>(
        target: &'a WriteTarget,
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
        parameter: usize,
        count: usize,
    ) -> Result<Self, Error> {
        let mut insert = Self::new(target);
        insert.take_values(&format!("pg_catalog.jsonb_to_recordset(${parameter})"), keys)?;
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
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
    ) -> Result<(), Error> {
        let mut fields = Vec::new();
        for (key, column) in keys {
            let field = field_for(column, key)?;
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

    /// Runs the statement.
    fn run(&self, returning: Option<&str>, json: JsonbValue) -> Result<DmlOutcome, Error> {
        let run = |returning| dml::run(&self.sql(returning), &[json]);
        match returning {
            Some(_) => readable_or(self.target, || run(returning), || run(None)),
            None => run(None),
        }
    }
}

/// Runs an INSERT with RETURNING, or `without` it, if the current role may write the rows, but not read them.
fn readable_or<T>(
    target: &WriteTarget,
    returning: impl FnOnce() -> Result<T, Error>,
    without: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    if target.may_hide_rows() {
        subtransaction::attempt(refuses_returning, returning).unwrap_or_else(|_| without())
    } else {
        returning()
    }
}

/// Whether an INSERT may be one that only RETURNING stands in the way of: policies hide the new row, or a rule gives
/// none back.
fn refuses_returning(sqlstate: PgSqlErrorCode) -> bool {
    matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE | PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED
    )
}
