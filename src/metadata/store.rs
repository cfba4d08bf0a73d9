//! Our tables: which columns they have, and what bookkeeping asks of them: are they there, does it matter, who owns
//! them.

use super::options::{COLUMN_OPTIONS, MetadataOption, TABLE_OPTIONS};
use crate::error::Error;
use crate::pg::scan::{CatalogRow, Reader, RowSource, ScanKey, ScannedRow};
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::{StorageOwner, StorageTable};
use crate::pg::{Oid, relations};
use pgrx::pg_sys;

/// Rows of tables.
pub(crate) static TABLES: StorageTable = StorageTable {
    name: c"stored_table_metadata",
    columns: &with_options::<{ TABLE_COLUMNS.len() + TABLE_OPTIONS.len() }>(&TABLE_COLUMNS, &TABLE_OPTIONS),
    primary_key: &["table_oid"],
};

/// Rows of columns.
pub(crate) static COLUMNS: StorageTable = StorageTable {
    name: c"stored_column_metadata",
    columns: &with_options::<{ COLUMN_COLUMNS.len() + COLUMN_OPTIONS.len() }>(
        &COLUMN_COLUMNS,
        &COLUMN_OPTIONS,
    ),
    primary_key: &["table_oid", "attnum"],
};

/// What is kept aside.
pub(crate) static DETACHED: StorageTable = StorageTable {
    name: c"stored_detached_metadata",
    columns: &[
        ("schema_name", pg_sys::NAMEOID),
        ("table_name", pg_sys::NAMEOID),
        ("owner_name", pg_sys::NAMEOID),
        ("metadata", pg_sys::JSONBOID),
        ("waits", pg_sys::BOOLOID),
    ],
    primary_key: &["schema_name", "table_name", "owner_name"],
};

/// The columns of [`TABLES`] that are no options.
const TABLE_COLUMNS: [(&str, Oid); 7] = [
    ("table_oid", pg_sys::OIDOID),
    ("schema_name", pg_sys::NAMEOID),
    ("table_name", pg_sys::NAMEOID),
    ("owner_name", pg_sys::NAMEOID),
    ("refs", pg_sys::JSONBOID),
    ("created_at", pg_sys::TIMESTAMPTZOID),
    ("updated_at", pg_sys::TIMESTAMPTZOID),
];

/// The same of [`COLUMNS`].
const COLUMN_COLUMNS: [(&str, Oid); 8] = [
    ("table_oid", pg_sys::OIDOID),
    ("attnum", pg_sys::INT2OID),
    ("schema_name", pg_sys::NAMEOID),
    ("table_name", pg_sys::NAMEOID),
    ("column_name", pg_sys::NAMEOID),
    ("owner_name", pg_sys::NAMEOID),
    ("created_at", pg_sys::TIMESTAMPTZOID),
    ("updated_at", pg_sys::TIMESTAMPTZOID),
];

/// Some columns, then one for each option.
const fn with_options<const LENGTH: usize>(
    first: &[(&'static str, Oid)],
    options: &[MetadataOption],
) -> [(&'static str, Oid); LENGTH] {
    let mut columns = [("", Oid::INVALID); LENGTH];
    let mut at = 0;
    while at < LENGTH {
        columns[at] = if at < first.len() {
            first[at]
        } else {
            let option = &options[at - first.len()];
            (option.name, option.kind.column_type())
        };
        at += 1;
    }
    columns
}

/// The role that writes to the tables.
pub(crate) fn owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&TABLES, &COLUMNS, &DETACHED])
}

/// The tables that hold metadata, attached and detached.
pub(crate) struct Store {
    tables: [Oid; 2],
    detached: Oid,
}

impl Store {
    /// Looks for the tables: while the extension is created or dropped, they may not be there.
    pub(crate) fn find() -> Option<Self> {
        let tables = [TABLES.find()?, COLUMNS.find()?];
        let detached = DETACHED.find()?;
        Some(Self { tables, detached })
    }

    /// The role that writes to the tables.
    pub(crate) fn owner(&self) -> Result<StorageOwner, Error> {
        owner()
    }

    /// The table of what is kept aside.
    pub(crate) fn detached_table(&self) -> Oid {
        self.detached
    }

    /// Whether no table can have metadata. Rows that were deleted, or are not committed, may make it seem to have some.
    pub(crate) fn has_no_attached(&self) -> bool {
        self.tables.iter().all(|&table| relations::has_no_pages(table))
    }

    /// Whether something is kept aside that a new relation of that name might get, or that might wait for it.
    pub(crate) fn awaits(&self, schema: &str, name: &str) -> bool {
        let reader = Reader::new(Snapshot::latest());
        let keys = [
            ("schema_name", ScanKey::name(schema)),
            ("table_name", ScanKey::name(name)),
        ];
        !reader.by_primary_key::<DetachedName>(&keys).is_empty() || self.has_waiting()
    }

    /// Whether something is kept aside that waits for what it speaks of.
    pub(crate) fn has_waiting(&self) -> bool {
        let reader = Reader::new(Snapshot::latest());
        !reader
            .by_own_index::<DetachedName>(c"stored_detached_metadata_waiting", &[])
            .is_empty()
    }

    /// Whether nothing can be detached.
    pub(crate) fn has_no_detached(&self) -> bool {
        relations::has_no_pages(self.detached)
    }
}

/// That there is a row of [`DETACHED`].
struct DetachedName;

impl CatalogRow for DetachedName {
    const SOURCE: RowSource = RowSource::Own(&DETACHED);
    const COLUMNS: &'static [&'static str] = &[];
    fn read(_row: &ScannedRow<'_>) -> Self {
        Self
    }
}
