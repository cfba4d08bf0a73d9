//! UnmatchedRows that do not match what they are about: those that come from a dump, whose numbers are those of another database, and
//! those of whose object PostgreSQL did not tell us a change. Their names decide.
//!
//! Only who may write to our tables may call this: nobody else puts anything aside under the name of another.

use super::detached::{self, Document, Live, Placement};
use super::model::{self, ObjectNames};
use super::rows::{self, RowDocument};
use super::statements::{RESTORE_COLUMNS, RESTORE_TABLES};
use crate::catalog::{Catalog, relation};
use crate::error::{Error, Problem};
use crate::events::outline::RelationOutline;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, lock};
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Puts a copy aside that was kept aside when it was dumped. `false` when it is no dump that writes but we: then there is
/// nothing to do.
pub(crate) fn keep_copy(mut row: Value) -> Result<bool, Error> {
    if bookkeeping::is_busy() {
        return Ok(false);
    }
    if let Some(metadata) = row.get_mut("metadata") {
        *metadata = json!(Document::of_stored(metadata));
    }
    bookkeeping::as_owner(rows::owner()?, |statements| {
        statements.run(detached::ADD_RESTORED, &row)
    })?;
    Ok(true)
}

/// What became of a restored row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowOutcome {
    /// It is about something that is here.
    Placed,
    /// It is about nothing that is here, and kept aside.
    KeptAside,
}

/// Writes a row for the objects that its names mean here. Where there is a row already, its options stay. What has no place
/// here is kept aside. No row makes a restore fail.
pub(crate) fn place(row: Value) -> Result<RowOutcome, Error> {
    let Ok(row) = serde_json::from_value::<RowDocument>(row) else {
        return Ok(RowOutcome::KeptAside);
    };
    let document = row.document();
    let Some((catalog, relation)) = row.find_relation()? else {
        let reason = format!("there is no table \"{}\".\"{}\"", row.schema_name, row.table_name);
        row.put_aside(&document, &reason, false)?;
        return Ok(RowOutcome::KeptAside);
    };
    let placement = Placement::find(&catalog, relation, &document)?;
    if !placement.left.is_empty() {
        let waits = placement.left.table.is_some();
        row.put_aside(&placement.left, &placement.problems.join("; "), waits)?;
    }
    let mut tables = placement.table_rows(relation);
    let mut columns = placement.column_rows(relation);
    if tables.is_empty() && columns.is_empty() {
        return Ok(RowOutcome::KeptAside);
    }
    for placed in tables.iter_mut().chain(&mut columns) {
        placed["created_at"] = json!(row.created_at);
        placed["updated_at"] = json!(row.updated_at);
    }
    bookkeeping::as_owner(rows::owner()?, |statements| {
        statements.run(&RESTORE_TABLES, &tables)?;
        statements.run(&RESTORE_COLUMNS, &columns)
    })?;
    Ok(RowOutcome::Placed)
}

impl RowDocument {
    fn document(&self) -> Document {
        let mut document = Document::default();
        match &self.column_name {
            Some(name) => {
                document
                    .columns
                    .insert(name.clone(), detached::column_options(&self.options));
            }
            None => {
                let refs = self.refs.clone().unwrap_or_default();
                document.table = Some(model::to_names(&self.options, self.table_oid, &refs));
            }
        }
        document.retain_valid();
        document
    }

    /// The relation of that name, if it is one that has metadata, and the catalogs since it is locked.
    fn find_relation(&self) -> Result<Option<(Catalog, Oid)>, Error> {
        let named = || Live.relation(&self.schema_name, &self.table_name).map(Oid::from);
        let Some(relation) = named() else {
            return Ok(None);
        };
        lock::share_until_commit(relation);
        let catalog = Catalog::new(Snapshot::latest());
        let has_metadata = named() == Some(relation)
            && relation::find(&catalog, relation).is_ok()
            && RelationOutline::read(&catalog, relation)?.is_some();
        Ok(has_metadata.then_some((catalog, relation)))
    }

    fn put_aside(&self, document: &Document, reason: &str, waits: bool) -> Result<(), Error> {
        if document.is_empty() {
            return Ok(());
        }
        let copy = json!({
            "schema_name": self.schema_name, "table_name": self.table_name,
            "owner_name": self.owner_name.as_deref().unwrap_or_default(),
            "metadata": document, "reason": reason, "waits": waits,
        });
        bookkeeping::as_owner(rows::owner()?, |statements| statements.run(detached::ADD, &copy))
    }
}

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
struct UnmatchedRows {
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
    /// UnmatchedRows that match again.
    mended: usize,
    /// UnmatchedRows whose names mean nothing here.
    kept_aside: usize,
}

/// Repairs on behalf of the extension's owner.
pub(crate) fn by_caller() -> Result<Repaired, Error> {
    let may_repair: bool = bookkeeping::as_caller(|statements| statements.query(MAY_REPAIR, &()))?;
    if !may_repair {
        return Err(NotRestorer.into());
    }
    bookkeeping::as_owner(rows::owner()?, repair)
}

/// Makes rows match by their names. The statements run as the owner of the tables.
pub(super) fn repair(statements: &BookkeepingSession) -> Result<Repaired, Error> {
    if !statements.query::<Vec<String>>(RELAXED_TRIGGERS, &())?.is_empty() {
        for statement in ENABLE_TRIGGERS {
            statements.run(statement, &json!(null))?;
        }
    }
    let rows: UnmatchedRows = statements.query(TAKE_OUT, &())?;
    let mut repaired = Repaired::default();
    for row in rows.tables.into_iter().chain(rows.columns) {
        match place(row)? {
            RowOutcome::Placed => repaired.mended += 1,
            RowOutcome::KeptAside => repaired.kept_aside += 1,
        }
    }
    statements.run(NOTE_LOST_REFERENCES, &())?;
    Ok(repaired)
}
