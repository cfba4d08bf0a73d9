//! Our tables: which columns they have, and what bookkeeping asks of them: are they there, does it matter, who owns them.

use super::model::{self, Refs};
use super::options::{COLUMN_OPTIONS, Kind, MetadataOption, TABLE_OPTIONS};
use super::references::References;
use crate::error::Error;
use crate::pg::scan::{
    CatalogRow, JsonField, NameField, Reader, RowSource, ScanKey, ScannedRow, Text, Timestamp,
};
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::{StorageOwner, StorageTable};
use crate::pg::{Oid, relations};
use pgrx::pg_sys;
use serde::Deserialize;
use serde_json::{Map, Value};

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

/// The part of a row that has the options.
pub(crate) struct StoredOptions {
    pub(crate) options: Vec<(&'static MetadataOption, Value)>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl StoredOptions {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(option, _)| option.name == name)
            .map(|(_, value)| value)
    }
}

/// A row of `msar_catalog.stored_table_metadata`.
pub(crate) struct StoredTable {
    pub(crate) schema_name: NameField,
    pub(crate) table_name: NameField,
    pub(crate) refs: References,
    pub(crate) stored: StoredOptions,
}

/// A row of `msar_catalog.stored_column_metadata`.
pub(crate) struct StoredColumn {
    pub(crate) attnum: i16,
    pub(crate) schema_name: NameField,
    pub(crate) table_name: NameField,
    pub(crate) column_name: NameField,
    pub(crate) stored: StoredOptions,
}

/// The names of columns: some, then one for each option.
const fn names_with_options<const LENGTH: usize>(
    first: &[&'static str],
    options: &[MetadataOption],
) -> [&'static str; LENGTH] {
    let mut names = [""; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        names[at] = if at < first.len() {
            first[at]
        } else {
            options[at - first.len()].name
        };
        at += 1;
    }
    names
}

const TABLE_IDENTITY: [&str; 5] = ["created_at", "updated_at", "schema_name", "table_name", "refs"];
const COLUMN_IDENTITY: [&str; 6] = [
    "created_at",
    "updated_at",
    "schema_name",
    "table_name",
    "column_name",
    "attnum",
];

impl CatalogRow for StoredTable {
    const SOURCE: RowSource = RowSource::Own(&TABLES);
    const COLUMNS: &'static [&'static str] = &names_with_options::<
        { TABLE_IDENTITY.len() + TABLE_OPTIONS.len() },
    >(&TABLE_IDENTITY, &TABLE_OPTIONS);

    fn read(row: &ScannedRow<'_>) -> Self {
        Self {
            schema_name: row.column(2),
            table_name: row.column(3),
            refs: row.column::<JsonField<References>>(4).0.unwrap_or_default(),
            stored: StoredOptions::read(row, TABLE_IDENTITY.len(), &TABLE_OPTIONS),
        }
    }
}

impl CatalogRow for StoredColumn {
    const SOURCE: RowSource = RowSource::Own(&COLUMNS);
    const USUAL_NUMBER: usize = 32;
    const COLUMNS: &'static [&'static str] = &names_with_options::<
        { COLUMN_IDENTITY.len() + COLUMN_OPTIONS.len() },
    >(&COLUMN_IDENTITY, &COLUMN_OPTIONS);

    fn read(row: &ScannedRow<'_>) -> Self {
        Self {
            schema_name: row.column(2),
            table_name: row.column(3),
            column_name: row.column(4),
            attnum: row.column(5),
            stored: StoredOptions::read(row, COLUMN_IDENTITY.len(), &COLUMN_OPTIONS),
        }
    }
}

impl StoredOptions {
    /// Takes the options out of a row, in which they begin at position `first`, and the times, with which it begins.
    fn read(row: &ScannedRow<'_>, first: usize, options: &'static [MetadataOption]) -> Self {
        let set = options
            .iter()
            .enumerate()
            .filter_map(|(at, option)| Some((option, read_value(row, first + at, option.kind)?)));
        Self {
            options: set.collect(),
            created_at: row.column(0),
            updated_at: row.column(1),
        }
    }
}

fn read_value(row: &ScannedRow<'_>, at: usize, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Boolean => row.column::<Option<bool>>(at).map(Value::from),
        Kind::Text | Kind::TextNotEmpty | Kind::OneOf(_) => {
            row.column::<Option<Text>>(at).map(|text| Value::from(text.0))
        }
        Kind::Integer(..) => row.column::<Option<i32>>(at).map(Value::from),
        Kind::SmallInteger(..) | Kind::Attnum => row.column::<Option<i16>>(at).map(Value::from),
        Kind::Attnums => row.column::<Option<Vec<i16>>>(at).map(Value::from),
        Kind::Table => row.column::<Option<Oid>>(at).map(|oid| Value::from(oid.to_u32())),
        Kind::Template => row.column::<JsonField<Value>>(at).0,
    }
}

/// A row of either table as PostgreSQL turns it into JSON.
#[derive(Deserialize)]
pub(crate) struct RowDocument {
    #[serde(deserialize_with = "model::deserialize_oid")]
    pub(crate) table_oid: u32,
    pub(crate) schema_name: String,
    pub(crate) table_name: String,
    pub(crate) owner_name: Option<String>,
    /// `None` for a row of a table.
    pub(crate) column_name: Option<String>,
    /// Of what is not written as we write it, nothing counts.
    #[serde(default, deserialize_with = "model::deserialize_lenient")]
    pub(crate) refs: Option<Refs>,
    pub(crate) created_at: Option<Value>,
    pub(crate) updated_at: Option<Value>,
    #[serde(flatten)]
    pub(crate) options: Map<String, Value>,
}
