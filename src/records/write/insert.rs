//! New rows.

use super::error::WriteError;
use super::input::{Field, declarations};
use super::key::TargetKey;
use super::report::{self, OnError, RowError, WrittenForm};
use super::result::{self, Teller, WriteResultOptions};
use super::rows::{Group, KeySets};
use super::target::WriteTarget;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::dml::{self, DmlOutcome};
use crate::pg::json_rows::ALL_ROWS;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::JsonbDatum;
use crate::pg::{Oid, memory, quote, server, subtransaction, text};
use crate::records::relation::ColumnReference;
use crate::records::value::Forms;
use crate::statements::array_parts;
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The options of `msar.add_records`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
pub(crate) struct AddOptions {
    on_conflict: ConflictAction,
    /// The columns of the key that tells whether a row is there; the primary key by default.
    key: Option<Vec<ColumnReference>>,
    on_error: OnError,
    input: WrittenForm,
}

/// How rows are handled whose key is there already.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum ConflictAction {
    #[default]
    Error,
    Ignore,
    Update,
}

impl AddOptions {
    /// The columns of the key, if rows may be there.
    fn conflict<'t>(&self, target: &'t WriteTarget) -> Result<Option<Conflict<'t>>, Error> {
        let key = match &self.key {
            Some(references) => references
                .iter()
                .map(|reference| match reference {
                    ColumnReference::Name(name) => target.column_of_key(name),
                    ColumnReference::Attnum(attnum) => {
                        target.find_column(i32::try_from(*attnum).unwrap_or(i32::MAX))
                    }
                })
                .collect::<Result<Vec<_>, _>>()?,
            None if self.on_conflict == ConflictAction::Update => target.key_columns()?,
            None => Vec::new(),
        };
        match self.on_conflict {
            ConflictAction::Error => Ok(None),
            ConflictAction::Update if key.is_empty() => Err(WriteError::NoConflictKey {
                relation: target.name().to_owned(),
            }
            .into()),
            ConflictAction::Update => Ok(Some(Conflict { key, updates: true })),
            ConflictAction::Ignore => Ok(Some(Conflict { key, updates: false })),
        }
    }
}

/// The clause ON CONFLICT.
struct Conflict<'t> {
    key: Vec<&'t PgAttribute>,
    updates: bool,
}

impl Conflict<'_> {
    /// The clause, for rows that name these columns.
    fn clause(&self, columns: &[String]) -> String {
        let key: Vec<String> = self.key.iter().map(|column| column.sql()).collect();
        let set: Vec<String> = columns
            .iter()
            .filter(|column| self.updates && !key.contains(column))
            .map(|column| format!("{column} = excluded.{column}"))
            .collect();
        let key = match key.as_slice() {
            [] => String::new(),
            key => format!(" ({})", key.join(", ")),
        };
        match set.as_slice() {
            [] => format!(" ON CONFLICT{key} DO NOTHING"),
            set => format!(" ON CONFLICT{key} DO UPDATE SET {}", set.join(", ")),
        }
    }
}

/// The result of `msar.add_records`.
#[derive(Serialize)]
pub(crate) struct AddedRows {
    count: u64,
    keys: Option<Vec<Box<RawValue>>>,
    /// What is wrong with the rows, if it was to be reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<RowError>>,
}

/// Adds a row; gives it is then.
pub(crate) fn add_record(
    tab_id: Option<Oid>,
    record: Option<JsonbValue>,
    wanted: WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let target = WriteTarget::open_relation(tab_id)?;
    let record = record.ok_or(WriteError::NullArgument { argument: "rec_def" })?;
    let keys = record_keys(&record)?;
    let columns = target.columns_of_record(&keys)?;
    target.watch_errors(Vec::new(), || add_to(&target, record, &keys, columns, wanted))
}

fn add_to(
    target: &WriteTarget,
    record: JsonbValue,
    keys: &[String],
    columns: Vec<&PgAttribute>,
    wanted: WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let insert = Insert::of_record(target, keys.iter().map(String::as_str).zip(columns))?;
    let Some(returned) = readable_key(target)?.map(|key| key.returned_as_text()) else {
        return add_without_key(target, &insert, record, &wanted);
    };
    let outcome = insert.insert_rows(Some(&returned), record)?;
    match outcome.returned.into_iter().flatten().next() {
        Some(key) => result::of_key(target, key, wanted),
        None => Teller::new(target, &wanted)?.of_none(),
    }
}

/// Adds a row that cannot be read again by its key; gives it was inserted.
fn add_without_key(
    target: &WriteTarget,
    insert: &Insert,
    record: JsonbValue,
    wanted: &WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let teller = Teller::new(target, wanted)?;
    let without = || {
        dml::run_dml(&insert.sql(None), &[record])?;
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
pub(crate) fn add_many(relation: Oid, rows: JsonbValue, options: &AddOptions) -> Result<AddedRows, Error> {
    let mut target = WriteTarget::open_relation(Some(relation))?;
    if options.input == WrittenForm::Display {
        target.read_as_displayed()?;
    } else if options.on_error == OnError::Raise {
        return add_to_all(&target, rows, options);
    }
    let add = || {
        let added = add_to_all(&target, rows, options)?;
        if options.on_error == OnError::Report {
            report::check_deferred()?;
        }
        Ok(added)
    };
    match report::attempt_write(add)? {
        Ok(added) => Ok(AddedRows {
            errors: (options.on_error == OnError::Report).then(Vec::new),
            ..added
        }),
        Err(failure) => {
            let errors = report::errors_of_rows(&target, rows, failure.clone(), |row| {
                add_to_all(&target, row, options).map(drop)
            })?;
            // Where the value stands that ends a statement, only the search knows.
            if options.on_error == OnError::Raise {
                report::raise_first(&target, errors, &failure);
            }
            Ok(AddedRows {
                count: 0,
                keys: Some(Vec::new()),
                errors: Some(errors),
            })
        }
    }
}

fn add_to_all(target: &WriteTarget, rows: JsonbValue, options: &AddOptions) -> Result<AddedRows, Error> {
    let sets = KeySets::from_rows(target, &rows)?;
    let conflict = options.conflict(target)?;
    let returned = readable_key(target)?.map(|key| key.returned(Forms::USUAL));
    let numbers = match sets.groups.as_slice() {
        [_] => Vec::new(),
        groups => groups.iter().map(|group| group.rows.clone()).collect(),
    };
    target.watch_errors(numbers, || match sets.groups.as_slice() {
        [] => Ok(AddedRows {
            count: 0,
            keys: Some(Vec::new()),
            errors: None,
        }),
        [group] => {
            let insert = Insert::of_records(target, sets.of_group(group), 1, ALL_ROWS, group.rows.len())?
                .on_conflict(conflict.as_ref());
            let outcome = insert.insert_rows(returned.as_deref(), rows)?;
            AddedRows::new(outcome.processed, outcome.returned.into_iter().flatten())
        }
        groups => add_groups(
            target,
            &sets,
            groups,
            conflict.as_ref(),
            returned.as_deref(),
            rows,
        ),
    })
}

/// Adds rows that name different columns: an INSERT for each group of rows, all in one statement.
fn add_groups(
    target: &WriteTarget,
    sets: &KeySets,
    groups: &[Group],
    conflict: Option<&Conflict<'_>>,
    returned: Option<&str>,
    rows: JsonbValue,
) -> Result<AddedRows, Error> {
    let inserts = groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let insert =
                Insert::of_records(target, sets.of_group(group), at + 1, at as i32, group.rows.len());
            Ok(insert?.on_conflict(conflict))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let parameters: Vec<_> = groups.iter().map(|group| rows.choose(&group.rows)).collect();
    let run = |returned: &str| dml::run_dml(&together(&inserts, returned), &parameters);
    let without_keys = || run("NULL::pg_catalog.text");
    let outcome = match returned {
        Some(key) => readable_or(target, || run(key), without_keys)?,
        None => without_keys()?,
    };
    let mut positions: Vec<_> = groups.iter().map(|group| group.rows.iter()).collect();
    let mut keys = Vec::new();
    memory::reserve(&mut keys, outcome.returned.len());
    for row in outcome.returned.iter().flatten() {
        server::check_for_interrupts();
        let (group, key): (usize, Option<&RawValue>) =
            serde_json::from_str(row).map_err(Error::Serialization)?;
        let position = positions.get_mut(group).and_then(Iterator::next);
        keys.extend(key.map(|key| (position, key.get().to_owned())));
    }
    // No two rows have the same position.
    keys.sort_unstable_by_key(|(position, _)| *position);
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
        let mut kept = Vec::new();
        for key in keys {
            server::check_for_interrupts();
            memory::reserve(&mut kept, 1);
            kept.push(RawValue::from_string(key).map_err(Error::Serialization)?);
        }
        Ok(Self {
            count,
            keys: (kept.len() as u64 == count).then_some(kept),
            errors: None,
        })
    }
}

/// The keys of a record that a caller passes.
pub(super) fn record_keys(record: &JsonbValue) -> Result<Vec<String>, Error> {
    keys_of_argument("rec_def", record)
}

/// The same for another argument.
pub(super) fn keys_of_argument(argument: &'static str, record: &JsonbValue) -> Result<Vec<String>, Error> {
    let keys = record.keys().ok_or_else(|| WriteError::WrongShape {
        argument,
        problem: "it is not an object".into(),
        hint: "Pass an object whose keys are attnums or names of columns: {\"2\": \"Emma\"}.",
    })?;
    Ok(keys.map(text::name_from_server).collect())
}

/// The key of the target, if it has one that the current role may read.
fn readable_key(target: &WriteTarget) -> Result<Option<TargetKey<'_>>, Error> {
    Ok(TargetKey::of_target(target)?.filter(TargetKey::is_readable))
}

/// An INSERT from a SELECT.
pub(super) struct Insert<'a> {
    target: &'a WriteTarget,
    pub(super) columns: Vec<String>,
    pub(super) values: Vec<String>,
    /// The source of the values.
    pub(super) from: Vec<String>,
    /// The WHERE clause, or nothing.
    condition: String,
    /// The clause for rows that are there, or nothing.
    on_conflict: String,
}

impl<'a> Insert<'a> {
    pub(super) fn new(target: &'a WriteTarget) -> Self {
        Self {
            target,
            columns: Vec::new(),
            values: Vec::new(),
            from: Vec::new(),
            condition: String::new(),
            on_conflict: String::new(),
        }
    }

    fn on_conflict(mut self, conflict: Option<&Conflict<'_>>) -> Self {
        self.on_conflict = conflict.map_or(String::new(), |conflict| conflict.clause(&self.columns));
        self
    }

    /// For a row whose values are those of the object `$1`, under these keys.
    fn of_record<'k>(
        target: &'a WriteTarget,
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
    ) -> Result<Self, Error> {
        let mut insert = Self::new(target);
        insert.take_record("$1", keys)?;
        Ok(insert)
    }

    /// For rows whose values are those of the objects of the array that is parameter number `parameter`, and that are
    /// the set of that number.
    fn of_records<'k>(
        target: &'a WriteTarget,
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
        parameter: usize,
        set: i32,
        count: usize,
    ) -> Result<Self, Error> {
        let mut insert = Self::new(target);
        let fields = insert.take_fields(keys)?;
        if fields.is_empty() {
            insert
                .from
                .push(format!("pg_catalog.generate_series(1, {count})"));
            return Ok(insert);
        }
        let mut array = format!("${parameter}");
        let mut first = "0".to_owned();
        if array_parts::has_parts(count) {
            insert.from.push(array_parts::from_parts(&array));
            array = array_parts::part_of(&array);
            first = "part.first".into();
        }
        let mut names: Vec<String> = fields.iter().map(|field| quote::identifier(field.key)).collect();
        let mut number = "#".to_owned();
        while fields.iter().any(|field| field.key == number) {
            number.push('#');
        }
        let number = quote::identifier(&number);
        names.push(number.clone());
        insert.from.push(format!(
            "ROWS FROM (__msar.read_rows({array}, {}, {set}, {first}) AS ({})) WITH ORDINALITY AS given({})",
            target.columns_sql(&fields),
            declarations(&fields),
            names.join(", ")
        ));
        insert.condition = format!(
            " WHERE __msar.at_row({set}, {first} OPERATOR(pg_catalog.+) given.{number} OPERATOR(pg_catalog.-) 1)"
        );
        Ok(insert)
    }

    /// Takes the columns that keys name; gives what their values are read as.
    fn take_fields<'k>(
        &mut self,
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
    ) -> Result<Vec<Field<'k>>, Error> {
        let mut fields = Vec::new();
        for (key, column) in keys {
            let field = self.target.field_for(column, key)?;
            self.columns.push(column.sql());
            self.values.push(field.value("given"));
            fields.push(field);
        }
        Ok(fields)
    }

    /// Takes the values of one object.
    pub(super) fn take_record<'k>(
        &mut self,
        object: &str,
        keys: impl Iterator<Item = (&'k str, &'a PgAttribute)>,
    ) -> Result<(), Error> {
        let fields = self.take_fields(keys)?;
        if !fields.is_empty() {
            self.from.push(self.target.read_row(object, &fields, "given"));
        }
        Ok(())
    }

    /// The statement, in which the new row is `target`.
    pub(super) fn sql(&self, returning: Option<&str>) -> String {
        let mut sql = format!("INSERT INTO {} AS target", self.target.sql);
        if !self.columns.is_empty() {
            sql.push_str(&format!(" ({})", self.columns.join(", ")));
        }
        if self.columns.is_empty() && self.from.is_empty() {
            sql.push_str(" DEFAULT VALUES");
        } else if self.from.is_empty() {
            sql.push_str(&format!(" VALUES ({})", self.values.join(", ")));
        } else {
            sql.push_str(&format!(
                " SELECT {} FROM {}{}",
                self.values.join(", "),
                self.from.join(", "),
                self.condition
            ));
        }
        sql.push_str(&self.on_conflict);
        if let Some(returning) = returning {
            sql.push_str(&format!(" RETURNING {returning}"));
        }
        sql
    }

    /// Runs the statement.
    fn insert_rows(&self, returning: Option<&str>, json: JsonbValue) -> Result<DmlOutcome, Error> {
        let run = |returning| dml::run_dml(&self.sql(returning), &[json]);
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
        subtransaction::attempt_body(refuses_returning, returning).unwrap_or_else(|_| without())
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
