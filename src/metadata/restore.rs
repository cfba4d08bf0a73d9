//! Rows that come from a dump: their numbers are those of another database, their names decide.
//!
//! Only who may write to our tables may call this: nobody else puts anything aside under the name of another.

use super::detached::{self, Document, Live, Placement};
use super::portable::{self, Names};
use super::refs::Refs;
use super::statements::{RESTORE_COLUMNS, RESTORE_TABLES};
use super::store;
use crate::catalog::{Catalog, relation};
use crate::error::Error;
use crate::events::outline::RelationOutline;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, bookkeeping, lock};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What both tables have.
#[derive(Deserialize)]
struct RestoredRow {
    #[serde(deserialize_with = "crate::metadata::portable::deserialize_oid")]
    table_oid: u32,
    schema_name: String,
    table_name: String,
    column_name: Option<String>,
    owner_name: Option<String>,
    /// Of what is not written as we write it, nothing counts.
    #[serde(default, deserialize_with = "crate::metadata::refs::deserialize_lenient")]
    refs: Option<Refs>,
    created_at: Option<Value>,
    updated_at: Option<Value>,
    #[serde(flatten)]
    options: Map<String, Value>,
}

/// Puts a copy aside that was kept aside when it was dumped. `false` when it is no dump that writes but we: then there
/// is nothing to do.
pub(crate) fn keep_copy(mut row: Value) -> Result<bool, Error> {
    if bookkeeping::is_busy() {
        return Ok(false);
    }
    if let Some(metadata) = row.get_mut("metadata") {
        *metadata = json!(Document::of_stored(metadata));
    }
    bookkeeping::as_owner(store::owner()?, |statements| {
        statements.run(detached::ADD_RESTORED, &row)
    })?;
    Ok(true)
}

/// What became of a restored row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is about something that is here.
    Placed,
    /// It is about nothing that is here, and kept aside.
    KeptAside,
}

/// Writes a row for the objects that its names mean here. Where there is a row already, its options stay. What has no
/// place here is kept aside. No row makes a restore fail.
pub(crate) fn place(row: Value) -> Result<Outcome, Error> {
    let Ok(row) = serde_json::from_value::<RestoredRow>(row) else {
        return Ok(Outcome::KeptAside);
    };
    let document = row.document();
    let Some((catalog, relation)) = row.find_relation()? else {
        let reason = format!("there is no table \"{}\".\"{}\"", row.schema_name, row.table_name);
        row.put_aside(&document, &reason, false)?;
        return Ok(Outcome::KeptAside);
    };
    let placement = Placement::find(&catalog, relation, &document)?;
    if !placement.left.is_empty() {
        let waits = placement.left.table.is_some();
        row.put_aside(&placement.left, &placement.problems.join("; "), waits)?;
    }
    let mut tables = placement.table_rows(relation);
    let mut columns = placement.column_rows(relation);
    if tables.is_empty() && columns.is_empty() {
        return Ok(Outcome::KeptAside);
    }
    for placed in tables.iter_mut().chain(&mut columns) {
        placed["created_at"] = json!(row.created_at);
        placed["updated_at"] = json!(row.updated_at);
    }
    bookkeeping::as_owner(store::owner()?, |statements| {
        statements.run(&RESTORE_TABLES, &tables)?;
        statements.run(&RESTORE_COLUMNS, &columns)
    })?;
    Ok(Outcome::Placed)
}

impl RestoredRow {
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
                document.table = Some(portable::to_names(&self.options, self.table_oid, &refs));
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
        bookkeeping::as_owner(store::owner()?, |statements| statements.run(detached::ADD, &copy))
    }
}
