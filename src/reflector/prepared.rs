//! The statements of a reflection, prepared for a batch.
//!
//! A mapping takes a batch in one statement; a caller's own statement runs once for each event, in their order.

use super::application::{Application, EventStep, NEW_ROW, OLD_ROW};
use super::bound;
use super::compile::{self, EVENTS, RowCondition};
use super::error::ReflectionError;
use super::named_parameters::{self, EventParameter};
use super::remote_statements::{RemoteCalls, RemoteMapping, RemoteOwnStatement};
use super::stored::SourceFacts;
use crate::error::Error;
use crate::pg::memory::Scratch;
use crate::pg::parameter::{self, ParameterValue};
use crate::pg::row_store::{RowStore, StoredRow, TableSession, TableStatement};
use crate::pg::{Oid, server};
use pgrx::pg_sys;
use std::ops::RangeInclusive;

/// The statements of a reflection, prepared for a batch.
pub(super) enum ReflectionStatements {
    Mapping(TableStatement),
    Own {
        write: OwnStatement,
        delete: Option<OwnStatement>,
        /// Finds which events meet the condition, if there is one.
        flags: Option<TableStatement>,
    },
    /// The same for a target on another server.
    RemoteMapping(RemoteMapping),
    RemoteOwn {
        write: RemoteOwnStatement,
        delete: Option<RemoteOwnStatement>,
        flags: Option<TableStatement>,
    },
}

/// A statement of a caller's own.
pub(super) struct OwnStatement {
    statement: TableStatement,
    /// For each parameter: of which row and position it is, and its type. Neither: the operation.
    parameters: Vec<Option<(bool, usize, Oid)>>,
}

impl OwnStatement {
    fn prepare(session: &TableSession, source: &SourceFacts, sql: &str) -> Result<Self, Error> {
        let numbered = named_parameters::number_in_place("statement", sql)?;
        let mut parameters = Vec::new();
        let mut types = Vec::new();
        for parameter in &numbered.parameters {
            let (is_new, name) = match parameter {
                EventParameter::Operation => {
                    parameters.push(None);
                    types.push(pg_sys::TEXTOID);
                    continue;
                }
                EventParameter::New(name) => (true, name),
                EventParameter::Old(name) => (false, name),
            };
            let (position, type_oid) = source.value(name)?;
            parameters.push(Some((is_new, position, type_oid)));
            types.push(type_oid);
        }
        let statement = session.prepare(&numbered.sql, &types)?;
        Ok(Self {
            statement,
            parameters,
        })
    }

    fn run_for_row(&self, session: &TableSession, row: &StoredRow, operation: &str) -> Result<(), Error> {
        // An insert has no row before it, a delete none after it, also where a filter makes it one.
        let old = (operation != "INSERT").then(|| row.texts(OLD_ROW)).flatten();
        let new = (operation != "DELETE").then(|| row.texts(NEW_ROW)).flatten();
        let values: Vec<_> = self
            .parameters
            .iter()
            .map(|parameter| match parameter {
                None => Some(parameter::read_parameter(operation, pg_sys::TEXTOID)),
                Some((is_new, position, type_oid)) => {
                    let row = if *is_new { &new } else { &old };
                    let text = row.as_ref()?.get(*position)?.as_ref()?;
                    Some(parameter::read_parameter(text, *type_oid))
                }
            })
            .collect();
        session.execute(&self.statement, &values)?;
        Ok(())
    }
}

impl ReflectionStatements {
    pub(super) fn prepare(application: &Application, session: &TableSession) -> Result<Self, Error> {
        let reflection = application.reflection;
        bound::check_meaning(reflection, application.source)?;
        let mut types = vec![pg_sys::INT8OID, pg_sys::INT8OID];
        if application.copied_up_to.is_some() {
            types.push(pg_sys::TEXTARRAYOID);
        }
        if let Some(mapping) = application.mapping() {
            return Ok(match application.remote {
                Some(remote) => {
                    Self::RemoteMapping(RemoteMapping::prepare(&mapping, remote, session, &types)?)
                }
                None => Self::Mapping(session.prepare(&mapping.apply()?, &types)?),
            });
        }
        let Some(write) = &reflection.statement else {
            let name = reflection.target_name.clone();
            return Err(ReflectionError::NoTargetTable { name }.into());
        };
        let prepare = |sql: &String| OwnStatement::prepare(session, application.source, sql);
        let condition = application.condition();
        let flags = match condition.is_always_true() {
            true => None,
            false => {
                Some(session.prepare(&compile::condition_flags(application.source, condition)?, &types)?)
            }
        };
        if let Some(remote) = application.remote {
            let prepare = |sql: &String| RemoteOwnStatement::prepare(remote, application.source, sql);
            return Ok(Self::RemoteOwn {
                flags,
                write: prepare(write)?,
                delete: reflection.delete_statement.as_ref().map(prepare).transpose()?,
            });
        }
        Ok(Self::Own {
            flags,
            write: prepare(write)?,
            delete: reflection.delete_statement.as_ref().map(prepare).transpose()?,
        })
    }

    pub(super) fn apply_rows(
        &self,
        application: &Application,
        session: &TableSession,
        rows: &RowStore,
        first: i64,
        last: i64,
    ) -> Result<(), Error> {
        let mut values = vec![Some(pg_sys::Datum::from(first)), Some(pg_sys::Datum::from(last))];
        if application.copied_up_to.is_some() {
            values.push(application.position_datum());
        }
        match self {
            Self::Mapping(statement) => {
                session.execute(statement, &values)?;
                Ok(())
            }
            Self::Own { write, delete, flags } => {
                let flags = event_flags(session, flags.as_ref(), &values)?;
                let scratch = Scratch::new();
                each_step(application, rows, first..=last, &flags, |row, step| {
                    scratch.run(|| match step {
                        EventStep::Write(operation) => write.run_for_row(session, row, operation),
                        EventStep::Delete => delete
                            .as_ref()
                            .unwrap_or(write)
                            .run_for_row(session, row, "DELETE"),
                        EventStep::Nothing => Ok(()),
                    })
                })
            }
            Self::RemoteMapping(mapping) => match application.remote {
                Some(remote) => mapping.write_row(remote, session, &values),
                None => Ok(()),
            },
            Self::RemoteOwn { write, delete, flags } => {
                let Some(remote) = application.remote else {
                    return Ok(());
                };
                let flags = event_flags(session, flags.as_ref(), &values)?;
                let mut calls = RemoteCalls::new(remote);
                each_step(application, rows, first..=last, &flags, |row, step| {
                    let (old, new) = (row.texts(OLD_ROW), row.texts(NEW_ROW));
                    match step {
                        EventStep::Write("INSERT") => calls.add_call(write, &None, &new, "INSERT"),
                        EventStep::Write(operation) => calls.add_call(write, &old, &new, operation),
                        EventStep::Delete => {
                            calls.add_call(delete.as_ref().unwrap_or(write), &old, &None, "DELETE")
                        }
                        EventStep::Nothing => Ok(()),
                    }
                })?;
                calls.send()
            }
        }
    }
}

/// Which events meet the condition, a digit each; empty where there is none.
fn event_flags(
    session: &TableSession,
    flags: Option<&TableStatement>,
    values: &[ParameterValue],
) -> Result<Vec<u8>, Error> {
    let flags = match flags {
        Some(statement) => session.query_text(statement, values)?,
        None => None,
    };
    Ok(flags.map(String::into_bytes).unwrap_or_default())
}

/// Calls `body` with the events of a range, and what each of them does.
fn each_step(
    application: &Application,
    rows: &RowStore,
    range: RangeInclusive<i64>,
    flags: &[u8],
    mut body: impl FnMut(&StoredRow, EventStep) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut n = 0;
    rows.each(|row| {
        n += 1;
        if n < *range.start() {
            return Ok(true);
        }
        let flag = flags.get((n - range.start()) as usize).copied();
        body(row, application.step(row, flag))?;
        server::check_for_interrupts();
        Ok(n < *range.end())
    })
}

/// Whether the statements of a reflection are ones that PostgreSQL can run. `rows` are some in the form of a batch.
pub(super) fn check_statements(application: &Application, rows: &RowStore) -> Result<(), Error> {
    rows.as_table(EVENTS, |session| {
        let reflection = application.reflection;
        if let Some(filter) = &reflection.filter {
            let condition = RowCondition {
                filter: Some(filter),
                copied_up_to: None,
            };
            let sql = compile::condition_flags(application.source, condition)?;
            let types = [pg_sys::INT8OID, pg_sys::INT8OID];
            bound::name_in_refusal("filter", || session.prepare(&sql, &types).map(|_| ()))?;
        }
        let what = if reflection.statement.is_some() {
            "statement"
        } else {
            "fields"
        };
        bound::name_in_refusal(what, || {
            ReflectionStatements::prepare(application, session).map(|_| ())
        })
    })
}
