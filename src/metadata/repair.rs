//! Rows that no longer match what they are about, where PostgreSQL did not tell us of a change.

use super::restore::{self, Outcome};
use super::store;
use crate::error::{Error, Problem};
use crate::pg::bookkeeping::{self, Statements};
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Takes the rows that do not match out of their tables.
const TAKE_OUT: &str = "
    WITH tables AS (
      DELETE FROM msar_catalog.stored_table_metadata AS m
      USING __msar.metadata_state AS s
      WHERE s.reason IS NOT NULL AND s.attnum IS NULL AND m.table_oid = s.table_oid
      RETURNING to_jsonb(m) AS row
    ), columns AS (
      DELETE FROM msar_catalog.stored_column_metadata AS m
      USING __msar.metadata_state AS s
      WHERE s.reason IS NOT NULL AND m.table_oid = s.table_oid AND m.attnum = s.attnum
      RETURNING to_jsonb(m) AS row
    )
    SELECT jsonb_build_object(
      'tables', (SELECT COALESCE(jsonb_agg(row), '[]') FROM tables),
      'columns', (SELECT COALESCE(jsonb_agg(row), '[]') FROM columns)
    )";

/// Writes rows of tables anew: their trigger notes which references have gone.
const NOTE_LOST_REFERENCES: &str = "
    UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = m.table_oid AND c.relname = m.table_name AND n.nspname = m.schema_name";

/// Triggers that no longer work for every way of writing.
const RELAXED_TRIGGERS: &str = "
    SELECT COALESCE(jsonb_agg(tgrelid::regclass::text || '.' || tgname), '[]') FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled <> 'A'
      AND tgrelid IN ('msar_catalog.stored_table_metadata'::regclass, 'msar_catalog.stored_column_metadata'::regclass,
                      'msar_catalog.stored_detached_metadata'::regclass)";

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
pub(super) fn repair(statements: &Statements) -> Result<Repaired, Error> {
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
