//! Statements that write rows and name every option, written out from the lists of options.

use super::options::{COLUMN_OPTIONS, MetadataOption, TABLE_OPTIONS};
use std::sync::LazyLock;

/// The options, each in the form that `format` gives it.
fn each(options: &[MetadataOption], format: impl Fn(&str) -> String) -> String {
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
        each(&COLUMN_OPTIONS, |name| format!(
            "{name} = CASE WHEN NOT c.clear ? '{name}' THEN m.{name} END"
        ))
    )
});

/// Inserts rows of `table_metadata`; where there is one, the options that it does not have. The parameter is an array
/// of rows.
pub(super) static INSERT_TABLES: LazyLock<String> = LazyLock::new(|| {
    let merged = each(&TABLE_OPTIONS, |name| {
        format!("{name} = COALESCE(m.{name}, EXCLUDED.{name})")
    });
    format!(
        "{} DO UPDATE SET refs = m.refs || EXCLUDED.refs, {merged}",
        insert_tables()
    )
});

fn insert_tables() -> String {
    let columns = each(&TABLE_OPTIONS, str::to_owned);
    format!(
        "INSERT INTO msar_catalog.stored_table_metadata AS m (table_oid, refs, {columns}) \
         SELECT table_oid, refs, {columns} \
         FROM jsonb_populate_recordset(NULL::msar_catalog.stored_table_metadata, $1) \
         ON CONFLICT (table_oid)"
    )
}

/// Inserts rows of `column_metadata`, where there is none. The parameter is an array of rows.
pub(super) static INSERT_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let columns = each(&COLUMN_OPTIONS, str::to_owned);
    format!(
        "INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, {columns}) SELECT table_oid, attnum, {columns} \
         FROM jsonb_populate_recordset(NULL::msar_catalog.stored_column_metadata, $1) \
         ON CONFLICT (table_oid, attnum) DO NOTHING"
    )
});

/// Writes rows of `table_metadata` in the place of what is there. The parameter is an array of rows.
pub(super) static REPLACE_TABLES: LazyLock<String> = LazyLock::new(|| {
    let updates = each(&TABLE_OPTIONS, |name| format!("{name} = EXCLUDED.{name}"));
    format!(
        "{} DO UPDATE SET refs = EXCLUDED.refs, {updates}",
        insert_tables()
    )
});

/// Writes rows of `column_metadata` in the place of what is there. The parameter is an array of rows.
pub(super) static REPLACE_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let updates = each(&COLUMN_OPTIONS, |name| format!("{name} = EXCLUDED.{name}"));
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
