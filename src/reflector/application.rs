//! What a batch is applied by: the reflection, its two sides, and which rows it has anything to do with.

use super::compile::{Mapping, RowCondition};
use super::remote_target::RemoteTarget;
use super::stored::{SourceFacts, StoredReflection, TargetTable};
use crate::pg::parameter;
use crate::pg::row_store::StoredRow;
use pgrx::pg_sys;
use serde_json::Value;
use std::cell::RefCell;

/// The columns of a batch.
pub(super) const SEQ: usize = 1;
pub(super) const OPERATION: usize = 2;
pub(super) const OLD_ROW: usize = 3;
pub(super) const NEW_ROW: usize = 4;
pub(super) const ORIGINS: usize = 5;

/// What an event does to a reflection with its own statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EventStep {
    Write(&'static str),
    Delete,
    Nothing,
}

/// All that a batch is applied by.
pub(super) struct Application<'a> {
    pub(super) reflection: &'a StoredReflection,
    pub(super) source: &'a SourceFacts,
    pub(super) target: Option<&'a TargetTable>,
    /// The transaction on the target's server, where that is another one.
    pub(super) remote: Option<&'a RemoteTarget>,
    /// While rows are copied: the key up to which they are.
    pub(super) copied_up_to: Option<&'a [String]>,
    /// Where the event that stops a reflection is noted, with its error.
    pub(super) blamed: &'a RefCell<Option<Value>>,
}

impl Application<'_> {
    pub(super) fn condition(&self) -> RowCondition<'_> {
        RowCondition {
            filter: self.reflection.filter.as_deref(),
            copied_up_to: self.copied_up_to.map(|_| "$3"),
        }
    }

    pub(super) fn mapping(&self) -> Option<Mapping<'_>> {
        let (fields, target) = self.reflection.fields.as_deref().zip(self.target)?;
        Some(Mapping {
            source: self.source,
            target,
            fields,
            condition: self.condition(),
            ignore_deletes: self.reflection.ignore_deletes,
        })
    }

    pub(super) fn position_datum(&self) -> Option<pg_sys::Datum> {
        let position = super::copy::text_array(self.copied_up_to?);
        Some(parameter::read_parameter(&position, pg_sys::TEXTARRAYOID))
    }

    pub(super) fn step(&self, row: &StoredRow, flag: Option<u8>) -> EventStep {
        let (before, after) = match flag {
            Some(digit) => ((digit - b'0') & 2 != 0, (digit - b'0') & 1 != 0),
            None => (true, true),
        };
        match (row.letter(OPERATION), before, after) {
            ('I', _, true) | ('U', false, true) => EventStep::Write("INSERT"),
            ('U', true, true) => EventStep::Write("UPDATE"),
            ('U', true, false) | ('D', true, _) if !self.reflection.ignore_deletes => EventStep::Delete,
            _ => EventStep::Nothing,
        }
    }
}
