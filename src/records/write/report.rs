//! Everything that is wrong with the rows of a call, as data.
//!
//! PostgreSQL stops at the first error. So a call that is to report its errors is tried in a subtransaction; if it fails,
//! each of its rows is tried by itself, and each value of a row that fails. What was tried is rolled back.

use super::input::{Field, declarations};
use super::rows::KeySets;
use super::target::WriteTarget;
use crate::error::Error;
use crate::pg::error_fields::{self, Failure};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{json_rows, names, server, statement, subtransaction};
use serde::{Deserialize, Serialize};

/// The most errors that are reported.
const MOST: usize = 1000;

/// What becomes of errors in values and rows.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnError {
    /// The first one ends the call.
    #[default]
    Raise,
    /// They are part of the result, and nothing is written.
    Report,
}

/// How values are written.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum WrittenForm {
    /// As records return them.
    #[default]
    Raw,
    /// Texts also as the display options of their column show them, and as an import takes them.
    Display,
}

/// Raises the first of errors.
pub(super) fn raise_first(target: &WriteTarget, errors: Vec<RowError>, otherwise: &Failure) -> ! {
    let Some(RowError {
        index, mut failure, ..
    }) = errors.into_iter().next()
    else {
        error_fields::raise(otherwise);
    };
    if let Some((schema, table)) = names::of_relation(target.row.oid)
        && failure.constraint.is_none()
    {
        failure.schema = Some(schema);
        failure.table = Some(table);
    }
    json_rows::add_place(&mut failure, index);
    error_fields::raise(&failure)
}

/// An error in a row.
#[derive(Serialize)]
pub(super) struct RowError {
    /// Which row of the call, counted from 0; `None`: all of them together.
    index: Option<usize>,
    column: Option<String>,
    /// The SQLSTATE.
    code: String,
    message: String,
    detail: Option<String>,
    constraint: Option<String>,
    #[serde(skip)]
    failure: Failure,
}

impl RowError {
    fn new(target: &WriteTarget, index: Option<usize>, mut failure: Failure) -> Self {
        target.add_column(&mut failure);
        let known = failure.clone();
        Self {
            index,
            column: known.column,
            code: known.sqlstate,
            message: known.message,
            detail: known.detail,
            constraint: known.constraint,
            failure,
        }
    }
}

/// Checks what would be checked when the transaction commits.
pub(super) fn check_deferred() -> Result<(), Error> {
    statement::run_statement("SET CONSTRAINTS ALL IMMEDIATE")?;
    Ok(())
}

/// Writes in a subtransaction; gives what PostgreSQL says against the data, if that is what ends it.
pub(super) fn attempt_write<T>(
    write: impl FnOnce() -> Result<T, Error>,
) -> Result<Result<T, Failure>, Error> {
    match subtransaction::or_failure(|| Ok::<_, Failure>(write())) {
        Ok(outcome) => outcome.map(Ok),
        Err(failure) if is_about_data(&failure) => Ok(Err(failure)),
        Err(failure) => error_fields::raise(&failure),
    }
}

/// Values, constraints, checks of views, and what triggers raise.
fn is_about_data(failure: &Failure) -> bool {
    let class = failure.sqlstate.get(..2).unwrap_or_default();
    matches!(class, "22" | "23" | "44" | "P0") || failure.sqlstate == "21000"
}

/// The errors of rows that cannot be written together; `write` writes some of them.
pub(super) fn errors_of_rows(
    target: &WriteTarget,
    rows: JsonbValue,
    of_all: Failure,
    write: impl Fn(JsonbValue) -> Result<(), Error>,
) -> Result<Vec<RowError>, Error> {
    let count = rows.elements().map_or(0, Iterator::count);
    let mut errors = Vec::new();
    subtransaction::rolled_back(|| {
        for index in 0..count {
            server::check_for_interrupts();
            let row = rows.choose(&[index]);
            // Rows that can be written stay until the end: others may refer to them, or repeat their keys.
            if let Err(failure) = attempt_write(|| write(row))? {
                errors.extend(errors_of_row(target, row, index, failure)?);
            }
            if errors.len() >= MOST {
                break;
            }
        }
        Ok::<_, Error>(())
    })?;
    if errors.is_empty() {
        errors.push(RowError::new(target, None, of_all));
    }
    errors.truncate(MOST);
    Ok(errors)
}

/// All bad values of a row, an array of one object; or what is wrong with it as a whole.
fn errors_of_row(
    target: &WriteTarget,
    row: JsonbValue,
    index: usize,
    failure: Failure,
) -> Result<Vec<RowError>, Error> {
    let sets = KeySets::from_rows(target, &row)?;
    let fields = sets.groups.iter().flat_map(|group| sets.of_group(group));
    let mut errors = Vec::new();
    for (key, column) in fields {
        let field = target.field_for(column, key)?;
        if let Some(mut failure) = failure_of(row, &field) {
            failure.column = Some(column.attname.clone());
            errors.push(RowError::new(target, Some(index), failure));
        }
    }
    if errors.is_empty() {
        errors.push(RowError::new(target, Some(index), failure));
    }
    Ok(errors)
}

/// All bad values of a patch, an object; or what is wrong when it is written.
pub(super) fn errors_of_patch(
    target: &WriteTarget,
    patch: JsonbValue,
    keys: &[String],
    failure: Failure,
) -> Result<Vec<RowError>, Error> {
    let mut errors = Vec::new();
    for (key, column) in keys.iter().zip(target.columns_of_record(keys)?) {
        let field = target.field_for(column, key)?;
        if let Some(mut failure) = failure_of(patch, &field) {
            failure.column = Some(column.attname.clone());
            errors.push(RowError::new(target, None, failure));
        }
    }
    if errors.is_empty() {
        errors.push(RowError::new(target, None, failure));
    }
    Ok(errors)
}

/// Why rows cannot be deleted.
pub(super) fn errors_of_delete(target: &WriteTarget, failure: Failure) -> Vec<RowError> {
    vec![RowError::new(target, None, failure)]
}

/// What is wrong with the value of a field.
pub(super) fn failure_of(document: JsonbValue, field: &Field) -> Option<Failure> {
    json_rows::failure_of(document, &declarations([field]), &field.value("given"))
}
