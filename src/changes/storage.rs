//! The tables of the change log.

use super::entry::{ChangeAction, ChangeEntry, ObjectPlace};
use crate::error::Error;
use crate::pg::append::{self, AppendOutcome, AppendedRow, Cell};
use crate::pg::catalog_row::{CatalogRow, RowSource, ScannedRow, Text, Timestamp, Uuid};
use crate::pg::scan::{Reader, ScanKey};
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::{StorageOwner, StorageTable};
use crate::pg::{Oid, bookkeeping, cluster, relations};
use crate::settings;
use pgrx::pg_sys;
use serde_json::json;

/// The table of changes.
static CHANGES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_changes",
    columns: &[
        ("transaction", pg_sys::XID8OID),
        ("number", pg_sys::INT4OID),
        ("happened_at", pg_sys::TIMESTAMPTZOID),
        ("role_name", pg_sys::NAMEOID),
        ("tag", pg_sys::TEXTOID),
        ("kind", pg_sys::TEXTOID),
        ("action", pg_sys::TEXTOID),
        ("class_oid", pg_sys::OIDOID),
        ("object_oid", pg_sys::OIDOID),
        ("attnum", pg_sys::INT2OID),
        ("schema_oid", pg_sys::OIDOID),
        ("schema_name", pg_sys::NAMEOID),
        ("object_name", pg_sys::NAMEOID),
        ("old_schema_oid", pg_sys::OIDOID),
        ("old_schema_name", pg_sys::NAMEOID),
        ("old_object_name", pg_sys::NAMEOID),
        ("relation_oid", pg_sys::OIDOID),
        ("extension_name", pg_sys::NAMEOID),
        ("found_by", pg_sys::TEXTOID),
        ("affects", pg_sys::OIDARRAYOID),
        ("command_xid", pg_sys::XIDOID),
        ("differences", pg_sys::JSONBOID),
    ],
    primary_key: &["transaction", "number"],
};

/// Transactions of which changes are missing.
static GAPS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_change_gaps",
    columns: &[
        ("transaction", pg_sys::XID8OID),
        ("happened_at", pg_sys::TIMESTAMPTZOID),
        ("reason", pg_sys::TEXTOID),
    ],
    primary_key: &[],
};

/// The head of the log.
static HEAD: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_change_log",
    columns: &[("epoch", pg_sys::UUIDOID), ("horizon", pg_sys::XID8OID)],
    primary_key: &[],
};

/// Whether the log is there: while the extension is created or dropped, it may not be.
pub(super) fn is_there() -> bool {
    append::is_there(&CHANGES)
}

fn name_cell(name: Option<&String>) -> Cell<'_> {
    name.map_or(Cell::Null, |name| Cell::Name(name))
}

fn place_cells(place: Option<&ObjectPlace>) -> [Cell<'_>; 3] {
    match place {
        None => [Cell::Null, Cell::Null, Cell::Null],
        Some(place) => [
            if place.schema == 0 {
                Cell::Null
            } else {
                Cell::Oid(place.schema)
            },
            name_cell(place.schema_name.as_ref()),
            name_cell(place.name.as_ref()),
        ],
    }
}

thread_local! {
    /// The transaction that wrote last, and the number of its next change.
    static NEXT_NUMBER: std::cell::Cell<(u64, usize)> = const { std::cell::Cell::new((0, 0)) };
}

/// Writes changes of this transaction. `false`: there is no log.
pub(super) fn append(entries: &[ChangeEntry]) -> Result<bool, Error> {
    if entries.is_empty() {
        return Ok(is_there());
    }
    let transaction = cluster::transaction();
    // Other work at the end of a transaction may make changes after some have been written.
    let first = match NEXT_NUMBER.get() {
        (its, next) if its == transaction => next,
        _ => 0,
    };
    NEXT_NUMBER.set((transaction, first + entries.len()));
    let rows = (first..).zip(entries).map(|(number, entry)| {
        let [schema, schema_name, object_name] = place_cells(Some(&entry.place));
        let [old_schema, old_schema_name, old_object_name] = place_cells(entry.old_place.as_ref());
        let cells = [
            Cell::Transaction(transaction),
            Cell::Integer(i32::try_from(number).unwrap_or(i32::MAX)),
            Cell::Moment(entry.happened_at),
            Cell::Name(&entry.role_name),
            Cell::Text(entry.tag),
            Cell::Text(&entry.kind),
            Cell::Text(entry.action.name()),
            Cell::Oid(entry.class),
            Cell::Oid(entry.object),
            Cell::SmallInteger(entry.attnum),
            schema,
            schema_name,
            object_name,
            old_schema,
            old_schema_name,
            old_object_name,
            if entry.relation == 0 {
                Cell::Null
            } else {
                Cell::Oid(entry.relation)
            },
            name_cell(entry.extension.as_ref()),
            Cell::Text(entry.found_by),
            if entry.affects.is_empty() {
                Cell::Null
            } else {
                Cell::Oids(&entry.affects)
            },
            // Stored as an OID is.
            Cell::Oid(entry.command_xid),
            entry.differences.as_ref().map_or(Cell::Null, Cell::Json),
        ];
        AppendedRow {
            cells,
            is_in_partial_indexes: is_about_relation(entry),
        }
    });
    let are_partial = entries.iter().any(is_about_relation);
    was_written(append::append_rows(&CHANGES, are_partial, rows))
}

/// Whether the index `stored_changes_relation` has the change: its condition in other words.
fn is_about_relation(entry: &ChangeEntry) -> bool {
    entry.class == pg_sys::RelationRelationId.to_u32()
        && entry.attnum == 0
        && !matches!(entry.kind.as_ref(), "index" | "sequence")
}

/// Notes that changes of this transaction are missing.
pub(super) fn append_gap(reason: &str) -> Result<(), Error> {
    let row = AppendedRow {
        cells: [
            Cell::Transaction(cluster::transaction()),
            Cell::Moment(cluster::now()),
            Cell::Text(reason),
        ],
        is_in_partial_indexes: false,
    };
    was_written(append::append_rows(&GAPS, false, std::iter::once(row))).map(drop)
}

fn was_written(outcome: AppendOutcome) -> Result<bool, Error> {
    match outcome {
        AppendOutcome::Written => Ok(true),
        AppendOutcome::NoTable => Ok(false),
        AppendOutcome::NotAsCreated => Err(super::ChangeError::NotAsCreated.into()),
    }
}

/// What `found_by` is of changes that a comparison found.
const RECONCILE: &str = "reconcile";

/// A row of `stored_changes`, as far as it matters for what relations look like.
pub(super) struct StoredChange {
    pub(super) transaction: u64,
    pub(super) change: ChangedObject,
}

/// A change, as far as it matters for what relations look like.
pub(super) struct ChangedObject {
    pub(super) kind: String,
    pub(super) action: Option<ChangeAction>,
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) attnum: i16,
    pub(super) schema: u32,
    pub(super) old_schema: u32,
    pub(super) relation: u32,
    pub(super) affects: Vec<u32>,
    /// Whether it was found by a comparison, which does not show what was done.
    pub(super) is_reconciled: bool,
}

impl From<ChangeEntry> for ChangedObject {
    fn from(entry: ChangeEntry) -> Self {
        Self {
            kind: entry.kind.into_owned(),
            action: Some(entry.action),
            class: entry.class,
            object: entry.object,
            attnum: entry.attnum,
            schema: entry.place.schema,
            old_schema: entry.old_place.map_or(0, |place| place.schema),
            relation: entry.relation,
            affects: entry.affects,
            is_reconciled: entry.found_by == RECONCILE,
        }
    }
}

impl CatalogRow for StoredChange {
    const SOURCE: RowSource = RowSource::Own(&CHANGES);
    const COLUMNS: &'static [&'static str] = &[
        "transaction",
        "kind",
        "action",
        "class_oid",
        "object_oid",
        "attnum",
        "schema_oid",
        "old_schema_oid",
        "relation_oid",
        "affects",
        "found_by",
    ];

    fn from_scan(row: &ScannedRow<'_>) -> Self {
        let oid = |at| row.column::<Oid>(at).to_u32();
        let affects: Vec<Oid> = row.column(9);
        Self {
            transaction: row.column(0),
            change: ChangedObject {
                kind: row.column::<Text>(1).0,
                action: ChangeAction::from_name(&row.column::<Text>(2).0),
                class: oid(3),
                object: oid(4),
                attnum: row.column(5),
                schema: oid(6),
                old_schema: oid(7),
                relation: oid(8),
                affects: affects.into_iter().map(Oid::to_u32).collect(),
                is_reconciled: row.column::<Text>(10).0 == RECONCILE,
            },
        }
    }
}

/// The changes of transactions from a number on.
pub(super) fn changes_from(reader: &Reader, transaction: u64) -> Vec<StoredChange> {
    reader.by_primary_key(&[("transaction", ScanKey::TransactionFrom(transaction))])
}

/// Where a relation was after a change.
struct StoredPlace {
    transaction: u64,
    number: i32,
    class: u32,
    attnum: i16,
    schema: u32,
    is_drop: bool,
}

impl CatalogRow for StoredPlace {
    const SOURCE: RowSource = RowSource::Own(&CHANGES);
    const COLUMNS: &'static [&'static str] = &[
        "transaction",
        "number",
        "class_oid",
        "attnum",
        "schema_oid",
        "action",
    ];
    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            transaction: row.column(0),
            number: row.column(1),
            class: row.column::<Oid>(2).to_u32(),
            attnum: row.column(3),
            schema: row.column::<Oid>(4).to_u32(),
            is_drop: row.column::<Text>(5).0 == ChangeAction::Dropped.name(),
        }
    }
}

/// The schema in which a relation was by its last change that the log has, unless that says that it was dropped.
pub(super) fn last_schema(reader: &Reader, relation: Oid) -> Option<Oid> {
    let rows: Vec<StoredPlace> = reader.by_own_index(
        c"stored_changes_relation",
        &[("object_oid", ScanKey::Oid(relation))],
    );
    let of_relation = rows
        .into_iter()
        .filter(|row| row.class == pg_sys::RelationRelationId.to_u32() && row.attnum == 0);
    let last = of_relation.max_by_key(|row| (row.transaction, row.number))?;
    (!last.is_drop && last.schema != 0).then(|| last.schema.into())
}

/// That changes are missing.
struct StoredGap {
    transaction: u64,
}

impl CatalogRow for StoredGap {
    const SOURCE: RowSource = RowSource::Own(&GAPS);
    const COLUMNS: &'static [&'static str] = &["transaction"];
    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            transaction: row.column(0),
        }
    }
}

/// The transactions of which changes are missing.
pub(super) fn gaps(reader: &Reader) -> Vec<u64> {
    reader
        .by_full_scan::<StoredGap>(&[])
        .into_iter()
        .map(|gap| gap.transaction)
        .collect()
}

/// The head of the log.
pub(super) struct LogHead {
    /// A new one for each CREATE EXTENSION.
    pub(super) epoch: u128,
    /// Changes of transactions before this one may have been pruned.
    pub(super) horizon: u64,
}

impl CatalogRow for LogHead {
    const SOURCE: RowSource = RowSource::Own(&HEAD);
    const COLUMNS: &'static [&'static str] = &["epoch", "horizon"];
    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            epoch: row.column::<Uuid>(0).0,
            horizon: row.column(1),
        }
    }
}

/// `None` when somebody has emptied it.
pub(super) fn head(reader: &Reader) -> Option<LogHead> {
    reader.by_full_scan(&[]).pop()
}

/// When a change happened.
struct StoredMoment {
    happened_at: i64,
}

impl CatalogRow for StoredMoment {
    const SOURCE: RowSource = RowSource::Own(&CHANGES);
    const COLUMNS: &'static [&'static str] = &["happened_at"];
    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            happened_at: row.column::<Timestamp>(0).0,
        }
    }
}

/// Whether there may be something to prune: the first change of the log is old, or there are more than are to be kept. Gaps
/// go with the changes of their time.
fn is_prunable() -> bool {
    const MINUTE: i64 = 60_000_000;
    let limit = settings::change_limit();
    if limit > 0
        && CHANGES
            .find()
            .is_some_and(|table| relations::estimated_rows(table) > limit as f32)
    {
        return true;
    }
    let oldest =
        cluster::now().saturating_sub(i64::from(settings::change_retention()).saturating_mul(MINUTE));
    Reader::new(Snapshot::latest())
        .first_by_primary_key::<StoredMoment>()
        .is_some_and(|first| first.happened_at < oldest)
}

/// Removes old changes, a part of them at a time.
pub(super) fn prune() -> Result<(), Error> {
    /// How many at a time: more than are written between two times.
    const MOST: u32 = 5000;
    if !is_prunable() {
        return Ok(());
    }
    let argument = json!({
        "minutes": settings::change_retention(), "limit": settings::change_limit(), "most": MOST,
    });
    bookkeeping::as_owner(storage_owner()?, |statements| {
        statements.run(include_str!("../../sql/query/changes/prune.sql"), &argument)
    })
}

/// The owner of the tables.
pub(super) fn storage_owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&CHANGES, &GAPS, &HEAD])
}
