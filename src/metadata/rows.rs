//! The tables of metadata and their rows: which columns they have, whether they hold anything, who owns them; rows as
//! they are scanned and as JSON; and the statements that write rows and name every option.

use super::model::{self, Refs};
use super::options::{COLUMN_OPTIONS, MetadataOption, OptionKind, TABLE_OPTIONS};
use super::references::References;
use crate::error::Error;
use crate::pg::catalog_row::{CatalogRow, JsonField, NameField, RowSource, ScannedRow, Text, Timestamp};
use crate::pg::scan::{Reader, ScanKey};
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::{StorageOwner, StorageTable};
use crate::pg::{Oid, relations};
use pgrx::pg_sys;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// Rows of tables.
pub(crate) static TABLES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_table_metadata",
    columns: &with_options::<{ TABLE_COLUMNS.len() + TABLE_OPTIONS.len() }>(&TABLE_COLUMNS, &TABLE_OPTIONS),
    primary_key: &["table_oid"],
};

/// Rows of columns.
pub(crate) static COLUMNS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_column_metadata",
    columns: &with_options::<{ COLUMN_COLUMNS.len() + COLUMN_OPTIONS.len() }>(
        &COLUMN_COLUMNS,
        &COLUMN_OPTIONS,
    ),
    primary_key: &["table_oid", "attnum"],
};

/// Detached metadata.
pub(crate) static DETACHED: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
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

/// Objects that transactions leave to be checked by the next one.
pub(crate) static PREPARED_CHECKS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_prepared_checks",
    columns: &[("expected", pg_sys::JSONBOID)],
    primary_key: &[],
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
pub(crate) fn storage_owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&TABLES, &COLUMNS, &DETACHED, &PREPARED_CHECKS])
}

/// The tables that hold metadata, attached and detached.
pub(crate) struct Store {
    tables: [Oid; 2],
    detached: Oid,
    checks: Oid,
}

impl Store {
    /// Looks for the tables: while the extension is created or dropped, they may not be there.
    pub(crate) fn find() -> Option<Self> {
        let tables = [TABLES.find()?, COLUMNS.find()?];
        let detached = DETACHED.find()?;
        let checks = PREPARED_CHECKS.find()?;
        Some(Self {
            tables,
            detached,
            checks,
        })
    }

    /// The role that writes to the tables.
    pub(crate) fn owner(&self) -> Result<StorageOwner, Error> {
        storage_owner()
    }

    /// The table of detached metadata.
    pub(crate) fn detached_table(&self) -> Oid {
        self.detached
    }

    /// Whether no table can have metadata. Rows that were deleted, or are not committed, may make it seem to have some.
    pub(crate) fn has_no_attached(&self) -> bool {
        self.tables.iter().all(|&table| relations::has_no_pages(table))
    }

    /// Whether there is detached metadata that a new relation of that name might get, or that might wait for it.
    pub(crate) fn awaits(&self, schema: &str, name: &str) -> bool {
        let reader = Reader::new(Snapshot::latest());
        let keys = [
            ("schema_name", ScanKey::name(schema)),
            ("table_name", ScanKey::name(name)),
        ];
        !reader.by_primary_key::<DetachedName>(&keys).is_empty() || self.has_waiting()
    }

    /// Whether there is detached metadata that waits for an object to which it refers.
    pub(crate) fn has_waiting(&self) -> bool {
        let reader = Reader::new(Snapshot::latest());
        !reader
            .by_own_index::<DetachedName>(c"stored_detached_metadata_waiting", &[])
            .is_empty()
    }

    /// Whether no transaction can have left anything to be checked.
    pub(crate) fn has_no_checks(&self) -> bool {
        relations::has_no_pages(self.checks)
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
    fn from_scan(_row: &ScannedRow<'_>) -> Self {
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

    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            schema_name: row.column(2),
            table_name: row.column(3),
            refs: row.column::<JsonField<References>>(4).0.unwrap_or_default(),
            stored: StoredOptions::from_scan(row, TABLE_IDENTITY.len(), &TABLE_OPTIONS),
        }
    }
}

impl CatalogRow for StoredColumn {
    const SOURCE: RowSource = RowSource::Own(&COLUMNS);
    const USUAL_NUMBER: usize = 32;
    const COLUMNS: &'static [&'static str] = &names_with_options::<
        { COLUMN_IDENTITY.len() + COLUMN_OPTIONS.len() },
    >(&COLUMN_IDENTITY, &COLUMN_OPTIONS);

    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            schema_name: row.column(2),
            table_name: row.column(3),
            column_name: row.column(4),
            attnum: row.column(5),
            stored: StoredOptions::from_scan(row, COLUMN_IDENTITY.len(), &COLUMN_OPTIONS),
        }
    }
}

impl StoredOptions {
    /// Takes the options out of a row, in which they begin at position `first`, and the times, with which it begins.
    fn from_scan(row: &ScannedRow<'_>, first: usize, options: &'static [MetadataOption]) -> Self {
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

fn read_value(row: &ScannedRow<'_>, at: usize, kind: OptionKind) -> Option<Value> {
    match kind {
        OptionKind::Boolean => row.column::<Option<bool>>(at).map(Value::from),
        OptionKind::Text
        | OptionKind::TextNotEmpty
        | OptionKind::DateFormat
        | OptionKind::TimeFormat
        | OptionKind::OneOf(_) => row.column::<Option<Text>>(at).map(|text| Value::from(text.0)),
        OptionKind::Integer(..) => row.column::<Option<i32>>(at).map(Value::from),
        OptionKind::SmallInteger(..) | OptionKind::Attnum => row.column::<Option<i16>>(at).map(Value::from),
        OptionKind::Attnums => row.column::<Option<Vec<i16>>>(at).map(Value::from),
        OptionKind::Table => row.column::<Option<Oid>>(at).map(|oid| Value::from(oid.to_u32())),
        OptionKind::Template => row.column::<JsonField<Value>>(at).0,
    }
}

/// The table that a row is about, as the row names it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedTable {
    pub(crate) schema_name: String,
    pub(crate) table_name: String,
    pub(crate) owner_name: Option<String>,
}

/// A row of a table, as PostgreSQL turns it into JSON.
#[derive(Deserialize)]
pub(crate) struct TableRow {
    #[serde(deserialize_with = "model::deserialize_oid")]
    pub(crate) table_oid: u32,
    #[serde(flatten)]
    pub(crate) named: NamedTable,
    /// Nothing counts of references that the extension would not have written so.
    #[serde(default, deserialize_with = "model::deserialize_lenient")]
    pub(crate) refs: Refs,
    #[serde(flatten)]
    pub(crate) options: Map<String, Value>,
}

/// The same of a column.
#[derive(Deserialize)]
pub(crate) struct ColumnRow {
    #[serde(deserialize_with = "model::deserialize_oid")]
    pub(crate) table_oid: u32,
    pub(crate) attnum: i16,
    #[serde(flatten)]
    pub(crate) named: NamedTable,
    pub(crate) column_name: String,
    #[serde(flatten)]
    pub(crate) options: Map<String, Value>,
}

/// The options, each in the form that `format` gives it.
fn list_options(options: &[MetadataOption], format: impl Fn(&str) -> String) -> String {
    let formatted: Vec<String> = options.iter().map(|option| format(option.name)).collect();
    formatted.join(", ")
}

/// Writes rows of `column_metadata` anew, without the options that are keys of `clear`. The parameter is an array of
/// `{"table_oid", "attnum", "clear"}`.
pub(super) static UPDATE_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE msar_catalog.stored_column_metadata AS m SET table_oid = m.table_oid, {} \
         FROM jsonb_to_recordset($1) AS c(table_oid oid, attnum smallint, clear jsonb) \
         WHERE m.table_oid = c.table_oid AND m.attnum = c.attnum",
        list_options(&COLUMN_OPTIONS, |name| format!(
            "{name} = CASE WHEN NOT c.clear ? '{name}' THEN m.{name} END"
        ))
    )
});

/// Inserts rows of `table_metadata`; where there is one, the options that it does not have. The parameter is an array
/// of rows.
pub(super) static INSERT_TABLES: LazyLock<String> = LazyLock::new(|| {
    let merged = list_options(&TABLE_OPTIONS, |name| {
        format!("{name} = COALESCE(m.{name}, EXCLUDED.{name})")
    });
    format!(
        "{} DO UPDATE SET refs = m.refs || EXCLUDED.refs, {merged}",
        insert_tables()
    )
});

fn insert_tables() -> String {
    let columns = list_options(&TABLE_OPTIONS, str::to_owned);
    format!(
        "INSERT INTO msar_catalog.stored_table_metadata AS m (table_oid, refs, {columns}) \
         SELECT table_oid, refs, {columns} \
         FROM jsonb_populate_recordset(NULL::msar_catalog.stored_table_metadata, $1) \
         ON CONFLICT (table_oid)"
    )
}

/// Inserts rows of `column_metadata`, where there is none. The parameter is an array of rows.
pub(super) static INSERT_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let columns = list_options(&COLUMN_OPTIONS, str::to_owned);
    format!(
        "INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, {columns}) SELECT table_oid, attnum, {columns} \
         FROM jsonb_populate_recordset(NULL::msar_catalog.stored_column_metadata, $1) \
         ON CONFLICT (table_oid, attnum) DO NOTHING"
    )
});

/// Writes rows of `table_metadata` in the place of what is there. The parameter is an array of rows.
pub(super) static REPLACE_TABLES: LazyLock<String> = LazyLock::new(|| {
    let updates = list_options(&TABLE_OPTIONS, |name| format!("{name} = EXCLUDED.{name}"));
    format!(
        "{} DO UPDATE SET refs = EXCLUDED.refs, {updates}",
        insert_tables()
    )
});

/// Writes rows of `column_metadata` in the place of what is there. The parameter is an array of rows.
pub(super) static REPLACE_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let updates = list_options(&COLUMN_OPTIONS, |name| format!("{name} = EXCLUDED.{name}"));
    INSERT_COLUMNS.replace("DO NOTHING", &format!("DO UPDATE SET {updates}"))
});

/// As [`INSERT_TABLES`], with the times of the rows.
pub(super) static RESTORE_TABLES: LazyLock<String> = LazyLock::new(|| with_times(&INSERT_TABLES));

/// As [`INSERT_COLUMNS`], with the times of the rows.
pub(super) static RESTORE_COLUMNS: LazyLock<String> = LazyLock::new(|| with_times(&INSERT_COLUMNS));

/// The same statement for rows that say when they were written.
fn with_times(statement: &str) -> String {
    statement
        .replacen("(table_oid, ", "(created_at, updated_at, table_oid, ", 1)
        .replacen(
            "SELECT table_oid, ",
            "SELECT COALESCE(created_at, now()), COALESCE(updated_at, now()), table_oid, ",
            1,
        )
}

/// Whether the triggers of our tables are on, in whatever way.
pub(super) const RESTORED_ROWS_COMPLETE: &str =
    include_str!("../../sql/query/metadata/triggers_are_enabled.sql");
