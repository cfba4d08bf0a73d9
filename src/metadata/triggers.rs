//! The row triggers of the tables: before a row is written, by whatever statement, they ask here what is right to store;
//! afterwards sessions are told that what they compiled from it is out of date.
//!
//! Only our functions write there, which have asked for the rights of the object's owner and locked the object until
//! the transaction ends, so that who drops or renames it waits for this transaction, and finds the row; event triggers,
//! which take no lock that their command does not take; and restores.

use super::following::commit;
use super::options::{COLUMN_OPTIONS, MetadataOption, OptionKind, TABLE_OPTIONS};
use super::references::References;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::catalog::types::UiType;
use crate::catalog::{Catalog, relation};
use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use crate::pg::catalog_row::Char;
use crate::pg::snapshot::Snapshot;
use crate::pg::trigger::{self, ChangedRows, Trigger};
use crate::pg::{Oid, bookkeeping, lock, names};
use pgrx::pg_sys;
use pgrx::prelude::PgSqlErrorCode;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A relation whose metadata may be written now, and the catalogs since it is locked.
pub(super) struct Writable {
    pub(super) catalog: Catalog,
    pub(super) row: PgClass,
}

impl Writable {
    /// The relation, if the current role has the rights of its owner.
    pub(super) fn by_role(relation: Oid) -> Result<Self, Error> {
        Self::require_rights(relation, true)
    }

    /// The relation, for a role that may write to the tables of metadata.
    fn by_statement(relation: Oid) -> Result<Self, Error> {
        Self::require_rights(relation, false)
    }

    fn require_rights(relation: Oid, must_own: bool) -> Result<Self, Error> {
        if bookkeeping::is_busy() {
            // The caller of the bookkeeping has locked the table, or checks the row again at commit. Waiting here would
            // make a command wait for tables that it has nothing to do with.
            return Self::look(relation, must_own);
        }
        Self::look(relation, must_own)?;
        lock::share_until_commit(relation);
        // Somebody may have changed it before we had the lock.
        Self::look(relation, must_own)
    }

    fn look(relation: Oid, must_own: bool) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let row = relation::find_row(&catalog, relation)?;
        if must_own && !catalog.role.has_rights_of(row.relowner) {
            return Err(Error::NotOwner { name: row.relname });
        }
        if row.relpersistence == Char(pg_sys::RELPERSISTENCE_TEMP) {
            return Err(Error::TemporaryTable { name: row.relname });
        }
        Ok(Self { catalog, row })
    }

    pub(super) fn unknown_column(&self, attnum: i16) -> Error {
        Error::UnknownColumn {
            relation: self.row.relname.clone(),
            attnum: attnum.into(),
        }
    }

    pub(super) fn ui_type(&self, column: &PgAttribute) -> Result<UiType, Error> {
        Ok(self.catalog.type_info(column.atttypid)?.ui_type)
    }

    fn names(&self) -> Result<RowNames, Error> {
        Ok(RowNames {
            schema_name: self.catalog.schema_name(self.row.relnamespace)?,
            table_name: self.row.relname.clone(),
            owner_name: names::of_role(self.row.relowner).ok_or(Error::Vanished)?,
        })
    }
}

/// The names by which a row knows its table.
#[derive(Serialize)]
struct RowNames {
    schema_name: Rc<str>,
    table_name: String,
    owner_name: String,
}

/// The columns that the trigger fills into a row of `msar_catalog.stored_table_metadata`.
#[derive(Serialize)]
pub(crate) struct TableFields {
    #[serde(flatten)]
    names: RowNames,
    refs: References,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<&'static str>,
}

/// The columns that the trigger fills into a row of `msar_catalog.stored_column_metadata`.
#[derive(Serialize)]
pub(crate) struct ColumnFields {
    #[serde(flatten)]
    names: RowNames,
    column_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<&'static str>,
    /// Options that no longer fit the column's type, each with null.
    #[serde(flatten)]
    cleared: BTreeMap<&'static str, ()>,
}

/// `None` for a row that the bookkeeping found about something that has gone meanwhile: it stays as it is, and the rest
/// of the rows do not suffer.
fn unless_gone<T>(completed: Result<T, Error>) -> Result<Option<T>, Error> {
    match completed {
        Err(Error::UnknownRelation(_) | Error::UnknownColumn { .. } | Error::Vanished)
            if bookkeeping::is_busy() =>
        {
            Ok(None)
        }
        completed => completed.map(Some),
    }
}

/// Completes a row of a table, of which `before` is the stored version, if there is one.
pub(crate) fn complete_table(
    row: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> Result<Option<TableFields>, Error> {
    unless_gone(table_fields(row, before))
}

fn table_fields(row: &Map<String, Value>, before: Option<&Map<String, Value>>) -> Result<TableFields, Error> {
    let writable = Writable::by_statement(oid_of(row))?;
    for option in &TABLE_OPTIONS {
        // The types of the other columns, and constraints, say all that there is to say.
        let is_document = matches!(option.kind, OptionKind::Template | OptionKind::Attnums);
        if let Some(value) = row.get(option.name).filter(|_| is_document)
            && has_changed(option, row, before)
        {
            option.check(value)?;
        }
    }
    Ok(TableFields {
        names: writable.names()?,
        refs: References::of_row(&writable.catalog, writable.row.oid, row, before)?,
        updated_at: now_if_changed(&TABLE_OPTIONS, row, before),
    })
}

/// Completes a row of a column, of which `before` is the stored version, if there is one.
pub(crate) fn complete_column(
    row: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> Result<Option<ColumnFields>, Error> {
    unless_gone(column_fields(row, before))
}

fn column_fields(
    row: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> Result<ColumnFields, Error> {
    let writable = Writable::by_statement(oid_of(row))?;
    let attnum = row.get("attnum").and_then(Value::as_i64);
    let attnum = attnum
        .and_then(|number| i16::try_from(number).ok())
        .unwrap_or_default();
    let column = PgAttribute::by_number(&writable.catalog.reader, writable.row.oid, attnum)
        .filter(|_| attnum > 0)
        .ok_or_else(|| writable.unknown_column(attnum))?;
    let ui_type = writable.ui_type(&column)?;
    let mut cleared = BTreeMap::new();
    for option in unfit(row, ui_type) {
        if has_changed(option, row, before) {
            return Err(option.does_not_apply(&column.attname, ui_type));
        }
        cleared.insert(option.name, ());
    }
    Ok(ColumnFields {
        names: writable.names()?,
        column_name: column.attname,
        updated_at: now_if_changed(&COLUMN_OPTIONS, row, before),
        cleared,
    })
}

/// The options set in a row that a column of this kind does not take.
fn unfit(row: &Map<String, Value>, ui_type: UiType) -> impl Iterator<Item = &'static MetadataOption> {
    COLUMN_OPTIONS
        .iter()
        .filter(move |option| !option.applies_to(ui_type))
        .filter(|option| row.get(option.name).is_some_and(|value| !value.is_null()))
}

/// The names of the options set in a row that the column does not take.
pub(crate) fn unfit_options(
    relation: Oid,
    attnum: i16,
    row: &Map<String, Value>,
) -> Result<Vec<&'static str>, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let Some(column) = PgAttribute::by_number(&catalog.reader, relation, attnum) else {
        return Ok(Vec::new());
    };
    let ui_type = catalog.type_info(column.atttypid)?.ui_type;
    Ok(unfit(row, ui_type).map(|option| option.name).collect())
}

fn oid_of(row: &Map<String, Value>) -> Oid {
    // PostgreSQL writes an OID into jsonb as a string.
    let oid = row
        .get("table_oid")
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<u32>().ok());
    Oid::from(oid.unwrap_or_default())
}

fn has_changed(
    option: &MetadataOption,
    row: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> bool {
    before.is_none_or(|before| before.get(option.name) != row.get(option.name))
}

/// The time of this transaction, in PostgreSQL's own word, when an option of a stored row changes.
fn now_if_changed(
    options: &[MetadataOption],
    row: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> Option<&'static str> {
    let changed = before.is_some() && options.iter().any(|option| has_changed(option, row, before));
    changed.then_some("now")
}

/// That the function was called in another way than by its trigger.
#[derive(Debug)]
struct NoTrigger;

impl TopicError for NoTrigger {
    fn fields(&self) -> ErrorFields {
        ErrorText::new(
            PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
            "this function can only be called as a trigger",
        )
        .hint(
            "PostgreSQL calls it after changes of msar_catalog.stored_table_metadata and \
             msar_catalog.stored_column_metadata.",
        )
    }
}

/// After a change of one of the tables: announces it for the relation that the row is about. Returns what was changed.
pub(crate) fn announce_change(call: pg_sys::FunctionCallInfo) -> Result<ChangedRows, Error> {
    let call = Trigger::of_call(call).ok_or(NoTrigger)?;
    let changed = call.changed(c"table_oid");
    match &changed {
        ChangedRows::Row(relations) => relations.iter().for_each(|&relation| {
            trigger::outdate_relation(relation);
            commit::expect_rows_of(relation.to_u32());
        }),
        ChangedRows::Everything => trigger::outdate_all_relations(),
    }
    Ok(changed)
}
