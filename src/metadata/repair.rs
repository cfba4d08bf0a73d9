//! Rows that no longer match what they are about, where PostgreSQL did not tell us of a change.

use super::restore::{self, Outcome};
use super::store;
use crate::error::{Error, Problem};
use crate::pg::bookkeeping::{self, BookkeepingSession};
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Takes the rows that do not match out of their tables.
const TAKE_OUT: &str = include_str!("../../sql/query/metadata/repair_take_out.sql");

/// Writes rows of tables anew: their trigger notes which references have gone.
const NOTE_LOST_REFERENCES: &str = include_str!("../../sql/query/metadata/repair_note_lost_references.sql");

/// Triggers that no longer work for every way of writing.
const RELAXED_TRIGGERS: &str = include_str!("../../sql/query/metadata/repair_disabled_triggers.sql");

/// Our triggers on all three tables.
const ENABLE_TRIGGERS: [&str; 9] = [
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER a_restore",
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER metadata_row",
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER z_announce",
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER z_announce_truncate",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER a_restore",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER metadata_row",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER z_announce",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER z_announce_truncate",
    "ALTER TABLE msar_catalog.stored_detached_metadata ENABLE ALWAYS TRIGGER a_restore",
];

#[derive(Deserialize)]
struct Rows {
    tables: Vec<Value>,
    columns: Vec<Value>,
}

const MAY_REPAIR: &str = "SELECT to_jsonb(__msar.may_repair_metadata())";

/// That the caller may not write to the tables.
#[derive(Debug, thiserror::Error)]
#[error("permission denied to repair metadata")]
struct NotRestorer;

impl Problem for NotRestorer {
    fn sqlstate(&self) -> PgSqlErrorCode {
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
    }

    fn hint(&self) -> Cow<'static, str> {
        "The role that created the extension mathesar_ext may, and superusers.".into()
    }
}

/// What a repair did.
#[derive(Default, Serialize)]
pub(crate) struct Repaired {
    /// Rows that match again.
    mended: usize,
    /// Rows whose names mean nothing here.
    kept_aside: usize,
}

/// Repairs on behalf of the extension's owner.
pub(crate) fn by_caller() -> Result<Repaired, Error> {
    let may_repair: bool = bookkeeping::as_caller(|statements| statements.query(MAY_REPAIR, &()))?;
    if !may_repair {
        return Err(NotRestorer.into());
    }
    bookkeeping::as_owner(store::owner()?, repair)
}

/// Makes rows match by their names. The statements run as the owner of the tables.
pub(super) fn repair(statements: &BookkeepingSession) -> Result<Repaired, Error> {
    if !statements.query::<Vec<String>>(RELAXED_TRIGGERS, &())?.is_empty() {
        for statement in ENABLE_TRIGGERS {
            statements.run(statement, &json!(null))?;
        }
    }
    let rows: Rows = statements.query(TAKE_OUT, &())?;
    let mut repaired = Repaired::default();
    for row in rows.tables.into_iter().chain(rows.columns) {
        match restore::place(row)? {
            Outcome::Placed => repaired.mended += 1,
            Outcome::KeptAside => repaired.kept_aside += 1,
        }
    }
    statements.run(NOTE_LOST_REFERENCES, &())?;
    Ok(repaired)
}
