//! Rows that do not match an object: those that come from a dump, with the numbers of another database, and those whose
//! object changed without an event trigger. Their names decide which object they are about.
//!
//! Only roles that may write to the tables may call this: no other role can detach anything in the name of another.

use super::detached::{self, Live, MetadataPlacement, NamedMetadata};
use super::model::{self, ObjectNames};
use super::rows::{self, ColumnRow, NamedTable, RESTORE_COLUMNS, RESTORE_TABLES, TableRow};
use crate::catalog::{Catalog, relation};
use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::events::outline::RelationOutline;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, lock};
use pgrx::prelude::PgSqlErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Stores a copy of detached metadata that comes from a dump. `false` if the bookkeeping itself writes the row: then
/// there is nothing to do.
pub(crate) fn keep_copy(mut row: Value) -> Result<bool, Error> {
    if bookkeeping::is_busy() {
        return Ok(false);
    }
    if let Some(metadata) = row.get_mut("metadata") {
        *metadata = json!(NamedMetadata::of_stored(metadata));
    }
    bookkeeping::as_owner(rows::storage_owner()?, |statements| {
        statements.run(detached::ADD_RESTORED, &row)
    })?;
    Ok(true)
}

/// The outcome for a restored row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowOutcome {
    /// It is about something that is here.
    Placed,
    /// It is about no object of this database, and was detached.
    KeptAside,
}

/// Writes a row for the objects that its names mean here. Where there is a row already, its options stay. What has no
/// place here is kept aside. No row makes a restore fail.
pub(crate) fn place_restored_row(row: Value) -> Result<RowOutcome, Error> {
    let times = ["created_at", "updated_at"].map(|name| (name, json!(row.get(name))));
    let Some((named, document)) = read_row(row) else {
        return Ok(RowOutcome::KeptAside);
    };
    let Some((catalog, relation)) = find_relation(&named)? else {
        let reason = format!(
            "there is no table \"{}\".\"{}\"",
            named.schema_name, named.table_name
        );
        put_aside(&named, &document, &reason, false)?;
        return Ok(RowOutcome::KeptAside);
    };
    let placement = MetadataPlacement::find_places(&catalog, relation, &document)?;
    if !placement.left.is_empty() {
        let waits = placement.left.table.is_some();
        put_aside(&named, &placement.left, &placement.problems.join("; "), waits)?;
    }
    let mut tables = placement.table_rows(relation);
    let mut columns = placement.column_rows(relation);
    if tables.is_empty() && columns.is_empty() {
        return Ok(RowOutcome::KeptAside);
    }
    for placed in tables.iter_mut().chain(&mut columns) {
        for (name, time) in &times {
            placed[*name] = time.clone();
        }
    }
    bookkeeping::as_owner(rows::storage_owner()?, |statements| {
        statements.run(&RESTORE_TABLES, &tables)?;
        statements.run(&RESTORE_COLUMNS, &columns)
    })?;
    Ok(RowOutcome::Placed)
}

/// The table that a row of either sort names, and the options of the row by name. `None` for a row that the extension
/// would not have written so.
fn read_row(row: Value) -> Option<(NamedTable, NamedMetadata)> {
    let mut document = NamedMetadata::default();
    let named = if row.get("attnum").is_some() {
        let row: ColumnRow = serde_json::from_value(row).ok()?;
        let options = detached::column_options(&row.options);
        document.columns.insert(row.column_name, options);
        row.named
    } else {
        let row: TableRow = serde_json::from_value(row).ok()?;
        document.table = Some(model::to_names(&row.options, row.table_oid, &row.refs));
        row.named
    };
    document.retain_valid();
    Some((named, document))
}

/// The relation of that name, if it is one that has metadata, and the catalogs since it is locked.
fn find_relation(name: &NamedTable) -> Result<Option<(Catalog, Oid)>, Error> {
    let find_named = || Live.relation(&name.schema_name, &name.table_name).map(Oid::from);
    let Some(relation) = find_named() else {
        return Ok(None);
    };
    lock::share_until_commit(relation);
    let catalog = Catalog::new(Snapshot::latest());
    let has_metadata = find_named() == Some(relation)
        && relation::find_row(&catalog, relation).is_ok()
        && RelationOutline::read_relation(&catalog, relation)?.is_some();
    Ok(has_metadata.then_some((catalog, relation)))
}

fn put_aside(named: &NamedTable, document: &NamedMetadata, reason: &str, waits: bool) -> Result<(), Error> {
    if document.is_empty() {
        return Ok(());
    }
    let copy = json!({
        "schema_name": named.schema_name, "table_name": named.table_name,
        "owner_name": named.owner_name.as_deref().unwrap_or_default(),
        "metadata": document, "reason": reason, "waits": waits,
    });
    bookkeeping::as_owner(rows::storage_owner()?, |statements| {
        statements.run(detached::ADD, &copy)
    })
}

/// Takes the rows that do not match out of their tables.
const TAKE_OUT: &str = include_str!("../../sql/query/metadata/repair_take_out.sql");

/// Writes rows of tables anew: their trigger notes which references have gone.
const NOTE_LOST_REFERENCES: &str = include_str!("../../sql/query/metadata/repair_note_lost_references.sql");

/// Triggers that no longer work for every way of writing.
const RELAXED_TRIGGERS: &str = include_str!("../../sql/query/metadata/repair_disabled_triggers.sql");

/// Our triggers on all three tables.
const ENABLE_TRIGGERS: [&str; 10] = [
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER a_restore",
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER metadata_row",
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER z_announce",
    "ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER z_announce_truncate",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER a_restore",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER metadata_row",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER z_announce",
    "ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER z_announce_truncate",
    "ALTER TABLE msar_catalog.stored_detached_metadata ENABLE ALWAYS TRIGGER a_guard",
    "ALTER TABLE msar_catalog.stored_detached_metadata ENABLE ALWAYS TRIGGER a_restore",
];

#[derive(Deserialize)]
struct UnmatchedRows {
    tables: Vec<Value>,
    columns: Vec<Value>,
}

const MAY_REPAIR: &str = include_str!("../../sql/query/metadata/may_repair.sql");

/// That the caller may not write to the tables.
#[derive(Debug)]
struct NotRestorer;

impl TopicError for NotRestorer {
    fn fields(&self) -> ErrorFields {
        ErrorText::new(
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "permission denied to repair metadata",
        )
        .hint("The role that created the extension mathesar_ext may, and superusers.")
    }
}

/// The result of a repair.
#[derive(Default, Serialize)]
pub(crate) struct Repaired {
    /// Rows that match again.
    mended: usize,
    /// Rows whose names mean nothing here.
    kept_aside: usize,
}

/// Repairs on behalf of the extension's owner.
pub(crate) fn repair_by_caller() -> Result<Repaired, Error> {
    let may_repair: bool = bookkeeping::as_caller(|statements| statements.query(MAY_REPAIR, &()))?;
    if !may_repair {
        return Err(NotRestorer.into());
    }
    bookkeeping::as_owner(rows::storage_owner()?, repair_rows)
}

/// Makes rows match by their names. The statements run as the owner of the tables.
pub(super) fn repair_rows(statements: &BookkeepingSession) -> Result<Repaired, Error> {
    if !statements.query::<Vec<String>>(RELAXED_TRIGGERS, &())?.is_empty() {
        for statement in ENABLE_TRIGGERS {
            statements.run(statement, &json!(null))?;
        }
    }
    let rows: UnmatchedRows = statements.query(TAKE_OUT, &())?;
    let mut repaired = Repaired::default();
    for row in rows.tables.into_iter().chain(rows.columns) {
        match place_restored_row(row)? {
            RowOutcome::Placed => repaired.mended += 1,
            RowOutcome::KeptAside => repaired.kept_aside += 1,
        }
    }
    statements.run(NOTE_LOST_REFERENCES, &())?;
    Ok(repaired)
}
