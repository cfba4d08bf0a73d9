//! An error of PostgreSQL as an error of a form: the visitor knows fields, not columns, and sees no value that is not theirs.

use super::error::SharingError;
use super::form::{FormInput, StoredField};
use crate::catalog::rows::{OfRelation, PgConstraint};
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::subtransaction::CaughtReport;
use crate::pg::{Oid, dml, names};
use crate::records::write::{self, Filled};
use crate::statements::Values;
use crate::statements::values::text;
use pgrx::prelude::PgSqlErrorCode;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The submitted values, by the keys of fields.
pub(super) type SentValues = BTreeMap<String, Box<RawValue>>;

/// A field that gets a value, or is asked for one.
pub(super) struct Visited<'f> {
    pub(super) field: &'f StoredField,
    pub(super) parent: Option<&'f str>,
    pub(super) table: u32,
    pub(super) filled: Option<Filled>,
}

/// Whether an error is about the data that was sent.
pub(super) fn is_about_data(sqlstate: PgSqlErrorCode) -> bool {
    dml::is_about_a_value(sqlstate)
        || matches!(
            sqlstate,
            PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION
                | PgSqlErrorCode::ERRCODE_FOREIGN_KEY_VIOLATION
                | PgSqlErrorCode::ERRCODE_EXCLUSION_VIOLATION
                | PgSqlErrorCode::ERRCODE_WITH_CHECK_OPTION_VIOLATION
                | PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION
                | PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
        )
}

/// What was sent in, to find the field that an error is about.
pub(super) struct Sent<'s> {
    pub(super) visited: &'s [Visited<'s>],
    pub(super) values: &'s Values,
    pub(super) texts: &'s SentValues,
    pub(super) input: FormInput,
}

impl<'s> Sent<'s> {
    /// The error with the key of the field that it is about, as far as that can be told. `reading` is the place of the
    /// value that was being read.
    pub(super) fn blame(&self, report: CaughtReport, reading: Option<usize>) -> Result<Error, Error> {
        if report.sqlstate == PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE {
            // What the role may no longer do is nothing to the visitor.
            return Ok(SharingError::NoForm.into());
        }
        let blamed = match self.named(&report, reading) {
            Some(named) => Some(named),
            None => self.misfit(&report)?.or_else(|| self.quoted(&report)),
        };
        let problem = SharingError::Postgres(self.for_visitor(report).into());
        Ok(match blamed {
            Some(visited) => SharingError::Field {
                key: visited.field.key.clone(),
                problem: problem.into(),
            }
            .into(),
            None => problem.into(),
        })
    }

    /// The field whose value was being read, or which the error names by its column or a constraint.
    fn named(&self, report: &CaughtReport, reading: Option<usize>) -> Option<&'s Visited<'s>> {
        let find = |is_it: &dyn Fn(&Visited<'_>) -> bool| self.visited.iter().find(|visited| is_it(visited));
        let name_of = |visited: &Visited<'_>| {
            names::of_column(Oid::from(visited.table), visited.field.column_attnum).unwrap_or_default()
        };
        let is_read = |visited: &Visited<'_>| match visited.filled {
            Some(Filled::Value(literal)) => reading == Some(literal.slot()),
            _ => false,
        };
        let is_place = |visited: &Visited<'_>| {
            let place = format!("In column \"{}\".", name_of(visited));
            let detail = report.detail.as_ref();
            detail.is_some_and(|detail| detail.ends_with(&place))
        };
        let reader = Reader::new(Snapshot::latest());
        let is_constrained = |visited: &Visited<'_>| {
            PgConstraint::of_relation(&reader, Oid::from(visited.table))
                .iter()
                .filter(|row| report.message.contains(&format!("\"{}\"", row.conname)))
                .any(|row| row.conkey.contains(&visited.field.column_attnum))
        };
        find(&is_read)
            .or_else(|| find(&is_place))
            .or_else(|| find(&is_constrained))
            .or_else(|| find(&|visited| names_column(report, &name_of(visited))))
    }

    /// The field whose value alone fails like that.
    fn misfit(&self, report: &CaughtReport) -> Result<Option<&'s Visited<'s>>, Error> {
        if !dml::is_about_a_value(report.sqlstate) {
            return Ok(None);
        }
        let is_displayed = self.input == FormInput::Display;
        for visited in self.visited {
            let Some(Filled::Value(literal)) = visited.filled else {
                continue;
            };
            let column = (visited.table.into(), visited.field.column_attnum);
            if write::is_misfit(column, &self.values.json(literal), is_displayed, report.sqlstate)? {
                return Ok(Some(visited));
            }
        }
        Ok(None)
    }

    /// The only field whose text the error quotes: what a trigger or a function says of a value.
    fn quoted(&self, report: &CaughtReport) -> Option<&'s Visited<'s>> {
        let is_quoted = |visited: &&Visited<'_>| {
            let sent = self.texts.get(&visited.field.key);
            let text = sent.and_then(|value| text(value.get()));
            text.is_some_and(|text| report.message.contains(&format!("\"{text}\"")))
        };
        let mut quoted = self.visited.iter().filter(is_quoted);
        quoted.next().filter(|_| quoted.next().is_none())
    }

    /// Whether a detail of PostgreSQL has no values but those of fields: it says so of a key, and of no whole row.
    fn is_of_fields(&self, detail: &str) -> bool {
        let is_field = |column: &str| {
            self.visited.iter().any(|visited| {
                names::of_column(Oid::from(visited.table), visited.field.column_attnum).as_deref()
                    == Some(column)
            })
        };
        !detail.contains('(') || key_columns(detail).is_some_and(|mut columns| columns.all(is_field))
    }

    /// The error in terms of the form: the visitor knows fields, not columns, and no settings of the server.
    fn for_visitor(&self, report: CaughtReport) -> CaughtReport {
        let detail = report
            .detail
            .as_deref()
            .filter(|detail| !is_about_a_row(report.sqlstate) || self.is_of_fields(detail));
        let detail = detail.map(|detail| match detail.find("In column \"") {
            Some(at) => detail[..at].trim_end(),
            None => detail,
        });
        let is_date = matches!(
            report.sqlstate,
            PgSqlErrorCode::ERRCODE_INVALID_DATETIME_FORMAT | PgSqlErrorCode::ERRCODE_DATETIME_FIELD_OVERFLOW
        );
        let hint = match (is_date, self.input) {
            (true, FormInput::Display) => None,
            (true, FormInput::Raw) => Some("A date is written as 2026-12-31, a time as 23:59.".to_owned()),
            (false, _) => report.hint,
        };
        CaughtReport {
            detail: detail.filter(|detail| !detail.is_empty()).map(str::to_owned),
            hint,
            ..report
        }
    }
}

/// Whether the detail of an error may have values of a row as it was to be stored, with those that no visitor sent.
fn is_about_a_row(sqlstate: PgSqlErrorCode) -> bool {
    matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION
            | PgSqlErrorCode::ERRCODE_FOREIGN_KEY_VIOLATION
            | PgSqlErrorCode::ERRCODE_EXCLUSION_VIOLATION
            | PgSqlErrorCode::ERRCODE_CHECK_VIOLATION
            | PgSqlErrorCode::ERRCODE_NOT_NULL_VIOLATION
            | PgSqlErrorCode::ERRCODE_WITH_CHECK_OPTION_VIOLATION
    )
}

/// The columns of a detail of the form `Key (columns)=(values) ...`.
fn key_columns(detail: &str) -> Option<impl Iterator<Item = &str>> {
    let (_, rest) = detail.split_once('(')?;
    let (columns, _) = rest.split_once(")=(")?;
    Some(columns.split(", ").map(|column| column.trim_matches('"')))
}

/// Whether an error names a column: in quotes, or as one of a key.
fn names_column(report: &CaughtReport, name: &str) -> bool {
    let is_in_key =
        |detail: &str| key_columns(detail).is_some_and(|mut columns| columns.any(|column| column == name));
    report.message.contains(&format!("column \"{name}\"")) || report.detail.as_deref().is_some_and(is_in_key)
}
