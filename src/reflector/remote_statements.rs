//! The statements of a reflection whose target is on another server.

use super::compile::{EVENTS, Mapping};
use super::copy;
use super::named_parameters::{self, EventParameter};
use super::remote_target::RemoteTarget;
use super::stored::SourceFacts;
use crate::error::Error;
use crate::pg::parameter::ParameterValue;
use crate::pg::row_store::{TableSession, TableStatement};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, server, statement};
use crate::remote::connection::RemoteStatement;
use pgrx::pg_sys;
use std::rc::Rc;

/// How many bytes of values are sent in one go, about.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A mapping: a query here, a statement there.
pub(super) struct RemoteMapping {
    batch: TableStatement,
    /// Whether the first array says which rows are removed.
    has_removed: bool,
    apply: Rc<RemoteStatement>,
}

impl RemoteMapping {
    /// `types` are those of the parameters of the query here.
    pub(super) fn prepare(
        mapping: &Mapping,
        remote: &RemoteTarget,
        session: &TableSession,
        types: &[Oid],
    ) -> Result<Self, Error> {
        let values = statement::result_types(&mapping.probe()?)?;
        let parameters = vec![0; values.len() + 1];
        let has_removed = mapping.source.has_row_key();
        let apply = mapping.remote_apply(&values)?;
        Ok(Self {
            batch: session.prepare(&mapping.batch_as_arrays()?, types)?,
            has_removed,
            apply: remote
                .connection()
                .prepare(&apply, &parameters[usize::from(!has_removed)..])?,
        })
    }

    pub(super) fn write_row(
        &self,
        remote: &RemoteTarget,
        session: &TableSession,
        values: &[ParameterValue],
    ) -> Result<(), Error> {
        let arrays = session.query_texts(&self.batch, values)?;
        if arrays.first().is_none_or(Option::is_none) {
            return Ok(());
        }
        let arrays: Vec<_> = arrays.iter().map(Option::as_deref).collect();
        debug_assert!(!self.has_removed || arrays.len() > 1);
        remote.connection().execute(&self.apply, &arrays).map(|_| ())
    }
}

/// A statement of a caller's own that runs on another server.
pub(super) struct RemoteOwnStatement {
    statement: Rc<RemoteStatement>,
    /// For each parameter: of which row and position it is. Neither: the operation.
    parameters: Vec<Option<(bool, usize)>>,
}

/// A row of the source as texts.
pub(super) type EventTexts = Option<Vec<Option<String>>>;

impl RemoteOwnStatement {
    pub(super) fn prepare(remote: &RemoteTarget, source: &SourceFacts, sql: &str) -> Result<Self, Error> {
        let numbered = named_parameters::number_in_place("statement", sql)?;
        let (mut parameters, mut types) = (Vec::new(), Vec::new());
        for parameter in &numbered.parameters {
            let (is_new, name) = match parameter {
                EventParameter::Operation => {
                    parameters.push(None);
                    types.push(pg_sys::TEXTOID.to_u32());
                    continue;
                }
                EventParameter::New(name) => (true, name),
                EventParameter::Old(name) => (false, name),
            };
            let (position, type_oid) = source.value(name)?;
            parameters.push(Some((is_new, position)));
            // Built-in types have the same numbers there; of others the other server knows more.
            types.push(match server::is_built_in(type_oid) {
                true => type_oid.to_u32(),
                false => 0,
            });
        }
        Ok(Self {
            statement: remote.connection().prepare(&numbered.sql, &types)?,
            parameters,
        })
    }

    /// The values for an event.
    fn values(&self, old: &EventTexts, new: &EventTexts, operation: &str) -> Vec<Option<String>> {
        let value = |parameter: &Option<(bool, usize)>| match parameter {
            None => Some(operation.to_owned()),
            Some((is_new, position)) => {
                let row = if *is_new { new } else { old };
                row.as_ref()?.get(*position)?.clone()
            }
        };
        self.parameters.iter().map(value).collect()
    }
}

/// Calls that are sent together.
pub(super) struct RemoteCalls<'a> {
    remote: &'a RemoteTarget,
    calls: Vec<(&'a RemoteStatement, Vec<Option<String>>)>,
    bytes: usize,
}

impl<'a> RemoteCalls<'a> {
    pub(super) fn new(remote: &'a RemoteTarget) -> Self {
        Self {
            remote,
            calls: Vec::new(),
            bytes: 0,
        }
    }

    pub(super) fn add_call(
        &mut self,
        statement: &'a RemoteOwnStatement,
        old: &EventTexts,
        new: &EventTexts,
        operation: &str,
    ) -> Result<(), Error> {
        let values = statement.values(old, new, operation);
        self.bytes += 64 + values.iter().flatten().map(String::len).sum::<usize>();
        self.calls.push((&statement.statement, values));
        match self.bytes > MOST_BYTES {
            true => self.send(),
            false => Ok(()),
        }
    }

    pub(super) fn send(&mut self) -> Result<(), Error> {
        self.bytes = 0;
        let calls = std::mem::take(&mut self.calls);
        self.remote.connection().execute_all(&calls)
    }
}

/// How many keys are sent at once.
const KEYS: i64 = 50_000;

/// Removes the rows of the target that the source does not have, by the snapshot of the copy.
pub(super) fn remove_rest(
    mapping: &Mapping,
    remote: &RemoteTarget,
    snapshot: &Snapshot,
) -> Result<(), Error> {
    let mut position: Option<Vec<String>> = None;
    let mut remove = None;
    loop {
        let chunk = copy::next_chunk(mapping.source, position.as_deref(), KEYS, snapshot)?;
        position = chunk.position;
        if remove.is_none() || chunk.rows.count() > 0 {
            chunk.rows.as_table(EVENTS, |session| {
                if remove.is_none() {
                    let types = statement::result_types(&mapping.probe()?)?;
                    let rest = mapping.remote_rest(&types)?;
                    remote.connection().batch(&rest.create)?;
                    remove = Some(rest);
                }
                let Some(rest) = remove.as_ref().filter(|_| chunk.rows.count() > 0) else {
                    return Ok(());
                };
                let keys =
                    session.prepare(&mapping.keys_as_arrays()?, &[pg_sys::INT8OID, pg_sys::INT8OID])?;
                let range = [Some(pg_sys::Datum::from(1_i64)), Some(pg_sys::Datum::from(KEYS))];
                let arrays = session.query_texts(&keys, &range)?;
                if arrays.first().is_none_or(Option::is_none) {
                    return Ok(());
                }
                let arrays: Vec<_> = arrays.iter().map(Option::as_deref).collect();
                let add = remote.connection().prepare(&rest.add, &vec![0; arrays.len()])?;
                remote.connection().execute(&add, &arrays).map(|_| ())
            })?;
        }
        if position.is_none() {
            break;
        }
        server::check_for_interrupts();
    }
    match remove {
        Some(rest) => remote.connection().batch(&rest.remove),
        None => Ok(()),
    }
}
