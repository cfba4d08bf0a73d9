//! Rows that no longer match what they are about, where PostgreSQL did not tell us of a change.

use super::store::Store;
use crate::error::Error;
use crate::pg::acl::CurrentRole;
use crate::pg::bookkeeping::{self, Statements};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Takes the rows that do not match out of their tables.
const TAKE_OUT: &str = "
    WITH tables AS (
      DELETE FROM msar_catalog.table_metadata AS m
      USING __msar.metadata_state() AS s
      WHERE s.reason IS NOT NULL AND s.attnum IS NULL AND m.table_oid = s.table_oid
      RETURNING to_jsonb(m) AS row
    ), columns AS (
      DELETE FROM msar_catalog.column_metadata AS m
      USING __msar.metadata_state() AS s
      WHERE s.reason IS NOT NULL AND m.table_oid = s.table_oid AND m.attnum = s.attnum
      RETURNING to_jsonb(m) AS row
    )
    SELECT jsonb_build_object(
      'tables', (SELECT COALESCE(jsonb_agg(row), '[]') FROM tables),
      'columns', (SELECT COALESCE(jsonb_agg(row), '[]') FROM columns)
    )";

/// Puts them back as a restore does: the trigger finds what their names mean, and puts aside what means nothing.
const PUT_BACK: &str = "
    WITH tables AS (
      INSERT INTO msar_catalog.table_metadata
      SELECT * FROM jsonb_populate_recordset(NULL::msar_catalog.table_metadata, $1->'tables')
      ON CONFLICT DO NOTHING
      RETURNING 1
    ), columns AS (
      INSERT INTO msar_catalog.column_metadata
      SELECT * FROM jsonb_populate_recordset(NULL::msar_catalog.column_metadata, $1->'columns')
      ON CONFLICT DO NOTHING
      RETURNING 1
    )
    SELECT to_jsonb((SELECT count(*) FROM tables) + (SELECT count(*) FROM columns))";

/// Triggers that no longer work for every way of writing.
const RELAXED_TRIGGERS: &str = "
    SELECT COALESCE(jsonb_agg(tgrelid::regclass::text || '.' || tgname), '[]') FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled <> 'A'
      AND tgrelid IN ('msar_catalog.table_metadata'::regclass, 'msar_catalog.column_metadata'::regclass,
                      'msar_catalog.detached_metadata'::regclass)";

/// Our triggers on all three tables.
const ENABLE_TRIGGERS: [&str; 9] = [
    "ALTER TABLE msar_catalog.table_metadata ENABLE ALWAYS TRIGGER a_restore",
    "ALTER TABLE msar_catalog.table_metadata ENABLE ALWAYS TRIGGER metadata_row",
    "ALTER TABLE msar_catalog.table_metadata ENABLE ALWAYS TRIGGER z_announce",
    "ALTER TABLE msar_catalog.table_metadata ENABLE ALWAYS TRIGGER z_announce_truncate",
    "ALTER TABLE msar_catalog.column_metadata ENABLE ALWAYS TRIGGER a_restore",
    "ALTER TABLE msar_catalog.column_metadata ENABLE ALWAYS TRIGGER metadata_row",
    "ALTER TABLE msar_catalog.column_metadata ENABLE ALWAYS TRIGGER z_announce",
    "ALTER TABLE msar_catalog.column_metadata ENABLE ALWAYS TRIGGER z_announce_truncate",
    "ALTER TABLE msar_catalog.detached_metadata ENABLE ALWAYS TRIGGER a_restore",
];

#[derive(Deserialize, Serialize)]
struct Rows {
    tables: Vec<Value>,
    columns: Vec<Value>,
}

/// What a repair did.
#[derive(Serialize)]
pub(crate) struct Repaired {
    /// Rows that match again.
    mended: usize,
    /// Rows whose names mean nothing here.
    kept_aside: usize,
}

/// Repairs on behalf of the extension's owner.
pub(crate) fn by_caller() -> Result<Repaired, Error> {
    let store = Store::find().ok_or(Error::Vanished)?;
    if !CurrentRole::current().has_rights_of(store.owner()?) {
        return Err(Error::NotOwner {
            name: "msar_catalog.table_metadata".into(),
        });
    }
    bookkeeping::as_owner(store.owner()?, repair)
}

/// Makes rows match by their names. The statements run as the owner of the tables.
pub(super) fn repair(statements: &Statements) -> Result<Repaired, Error> {
    if !statements.query::<Vec<String>>(RELAXED_TRIGGERS, &())?.is_empty() {
        for statement in ENABLE_TRIGGERS {
            statements.run(statement, &json!(null))?;
        }
    }
    let rows: Rows = statements.query(TAKE_OUT, &())?;
    let mended = statements.query(PUT_BACK, &rows)?;
    Ok(Repaired {
        mended,
        kept_aside: rows.tables.len() + rows.columns.len() - mended,
    })
}
