//! Changes by way of the functions of `msar`.
//!
//! What the caller may do, and what is to be changed, is checked here; then the rows are written as the owner of the tables.

use super::options;
use super::patch::{ColumnPatch, Patch};
use super::read::{self, ColumnMetadata, Metadata, OfTable, TableMetadata};
use super::references::References;
use super::rows;
use super::triggers::Writable;
use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::StorageTable;
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

/// What the statements for a table's row are given.
#[derive(Serialize)]
struct TableChange {
    #[serde(serialize_with = "crate::catalog::oid")]
    table_oid: Oid,
    schema_name: Rc<str>,
    table_name: String,
    changes: Patch,
}

/// What the statements for the rows of a table's columns are given.
#[derive(Serialize)]
struct ColumnChanges {
    #[serde(serialize_with = "crate::catalog::oid")]
    table_oid: Oid,
    schema_name: Rc<str>,
    table_name: String,
    columns: Vec<ColumnChange>,
}

#[derive(Serialize)]
struct ColumnChange {
    attnum: i16,
    column_name: String,
    changes: Patch,
}

/// Changes options of a table; gives what is stored then.
pub(crate) fn table(relation: Oid, patch: Value) -> Result<Option<TableMetadata>, Error> {
    table_by(relation, |_| Ok(patch))
}

/// The same, for a patch that is made from the catalogs as they are when the table is locked.
pub(crate) fn table_by(
    relation: Oid,
    patch: impl FnOnce(&Catalog) -> Result<Value, Error>,
) -> Result<Option<TableMetadata>, Error> {
    // Privileges first: who has none learns nothing of what is right.
    let Writable { catalog, row } = Writable::by_role(relation)?;
    let changes = Patch::of_table(patch(&catalog)?)?;
    // The trigger of the table asks the same; but its errors would tell of its own inner life.
    References::of_row(&catalog, relation, changes.values(), None)?;
    let change = TableChange {
        table_oid: relation,
        schema_name: catalog.schema_name(row.relnamespace)?,
        table_name: row.relname.clone(),
        changes,
    };
    write(&rows::TABLES, |statements| {
        statements.run(
            include_str!("../../sql/query/metadata/table_metadata_make_rows.sql"),
            &change,
        )?;
        statements.run(
            include_str!("../../sql/query/metadata/table_metadata_change.sql"),
            &change,
        )
    })?;
    read::table(&Catalog::new(Snapshot::latest()), &row)
}

/// Changes options of columns; gives what is stored then for all columns of the table.
pub(crate) fn columns(relation: Oid, patches: Value) -> Result<Vec<ColumnMetadata>, Error> {
    let writable = Writable::by_role(relation)?;
    let changes = ColumnChanges {
        table_oid: relation,
        schema_name: writable.catalog.schema_name(writable.row.relnamespace)?,
        table_name: writable.row.relname.clone(),
        columns: column_changes(&writable, ColumnPatch::list(patches)?)?,
    };
    write(&rows::COLUMNS, |statements| {
        statements.run(
            include_str!("../../sql/query/metadata/column_metadata_make_rows.sql"),
            &changes,
        )?;
        statements.run(
            include_str!("../../sql/query/metadata/column_metadata_change.sql"),
            &changes,
        )
    })?;
    read::columns(&Catalog::new(Snapshot::latest()), &writable.row)
}

/// Writes to one of our tables: first makes the rows that are missing, then changes them. Two steps, each by the latest
/// snapshot: the second sees a row that another session made meanwhile.
fn write(
    table: &StorageTable,
    body: impl FnOnce(&BookkeepingSession) -> Result<(), Error>,
) -> Result<(), Error> {
    bookkeeping::as_owner(StorageTable::owner_of(&[table])?, body)
}

/// The changes, each with the column that it is about; checked against the column's type and what is stored.
fn column_changes(writable: &Writable, patches: Vec<ColumnPatch>) -> Result<Vec<ColumnChange>, Error> {
    let columns = PgAttribute::live(&writable.catalog.reader, writable.row.oid);
    let mut stored = OfTable::read(&writable.catalog, &writable.row)?;
    let mut changes: Vec<ColumnChange> = Vec::with_capacity(patches.len());
    for patch in patches {
        let column = column_of(writable, &columns, &patch)?;
        if changes.iter().any(|change| change.attnum == column.attnum) {
            return Err(Error::InvalidArgument {
                argument: "patches",
                problem: format!("column \"{}\" is named twice", column.attname),
                hint: "Pass one object for each column.",
            });
        }
        let ui_type = writable.ui_type(column)?;
        if let Some(option) = patch.changes.set().find(|option| !option.applies_to(ui_type)) {
            return Err(option.does_not_apply(&column.attname, ui_type));
        }
        check_together(
            &patch.changes,
            stored.take_column(&writable.catalog, column, ui_type).as_ref(),
        )?;
        changes.push(ColumnChange {
            attnum: column.attnum,
            column_name: column.attname.clone(),
            changes: patch.changes,
        });
    }
    Ok(changes)
}

/// The column that a patch is about.
fn column_of<'a>(
    writable: &Writable,
    columns: &'a [PgAttribute],
    patch: &ColumnPatch,
) -> Result<&'a PgAttribute, Error> {
    let found = columns.iter().find(|column| match patch.attnum {
        Some(attnum) => column.attnum == attnum,
        None => patch.name.as_ref() == Some(&column.attname),
    });
    let Some(column) = found else {
        return Err(match (patch.attnum, &patch.name) {
            (None, Some(name)) => Error::UnknownColumnName {
                relation: writable.row.relname.clone(),
                name: name.clone(),
            },
            (attnum, _) => writable.unknown_column(attnum.unwrap_or_default()),
        });
    };
    match &patch.name {
        Some(name) if *name != column.attname => Err(Error::InvalidArgument {
            argument: "patches",
            problem: format!("column {} is not \"{name}\"", column.attnum),
            hint: "Pass the attnum or the name of a column; if both, those of one column.",
        }),
        _ => Ok(column),
    }
}

/// Checks options that belong together, as they are after the change.
fn check_together(changes: &Patch, stored: Option<&Metadata>) -> Result<(), Error> {
    let contradiction = options::contradiction(|name| match changes.get(name) {
        Some(value) => Some(value),
        None => stored.and_then(|stored| stored.get(name)),
    });
    match contradiction {
        Some(problem) => Err(Error::InvalidArgument {
            argument: "patches",
            problem: problem.into(),
            hint: "Options that are not named keep their values: change both, or clear one with null.",
        }),
        None => Ok(()),
    }
}
