//! Copying the rows that were there before a reflection was, while writers go on.
//!
//! Rows are read in chunks in the order of the key, each by one snapshot, which becomes the reflection's progress: events of
//! transactions that the snapshot sees are in the chunk, all others come later. Until all is copied, events count only up to
//! the key that the copy has reached; a row that moves across it is inserted or removed. So there is no gap and no double,
//! and each chunk can be a transaction of its own.

use super::compile;
use super::stored::SourceFacts;
use crate::error::Error;
use crate::pg::comparison::Comparison;
use crate::pg::row_store::RowStore;
use crate::pg::snapshot::Snapshot;
use crate::pg::{parameter, portable_output};
use pgrx::pg_sys;

/// A chunk of rows as events of inserts.
pub(super) struct CopyChunk {
    pub(super) rows: RowStore,
    /// The key of the last row; `None` when no row comes after it.
    pub(super) position: Option<Vec<String>>,
}

/// The next rows after a key, `most` of them, as the current role reads them. Without a key of the source it is all rows.
pub(super) fn next_chunk(
    source: &SourceFacts,
    position: Option<&[String]>,
    most: i64,
    snapshot: &Snapshot,
) -> Result<CopyChunk, Error> {
    let has_key = source.has_row_key();
    let mut rows = format!("SELECT * FROM {}", source.name);
    if has_key {
        if position.is_some() {
            rows.push_str(&format!(
                " WHERE {}",
                compile::key_comparison(source, Comparison::Greater, "$1")?
            ));
        }
        let keys: Result<Vec<_>, Error> = source
            .key
            .iter()
            .map(|&position| compile::key_column(source, position))
            .collect();
        rows.push_str(&format!(" ORDER BY {} LIMIT $2", keys?.join(", ")));
    }
    let statement = format!(
        "SELECT pg_catalog.row_number() OVER () AS n, 0::pg_catalog.int8 AS seq, 'I'::pg_catalog.\"char\" AS operation, \
         NULL::pg_catalog.text[] AS old_row, ARRAY[{}]::pg_catalog.text[] AS new_row, NULL::pg_catalog.int8[] AS origins \
         FROM ({rows}) AS \"__msar_row\" WHERE $1 IS NULL OR true OR $2 IS NULL",
        row_as_text(source)
    );
    let start = position.map(text_array);
    let arguments = [
        start.map(|start| parameter::read_parameter(&start, pg_sys::TEXTARRAYOID)),
        Some(pg_sys::Datum::from(most)),
    ];
    let rows = portable_output::during_with(&[(c"lc_monetary", c"C")], || {
        RowStore::select(
            &statement,
            &[pg_sys::TEXTARRAYOID, pg_sys::INT8OID],
            &arguments,
            snapshot,
        )
    })?;
    let mut last = None;
    if has_key && rows.count() >= most {
        let count = rows.count();
        let mut n = 0;
        rows.each(|row| {
            n += 1;
            if n == count {
                last = row.texts(4);
            }
            Ok(true)
        })?;
    }
    let position = last.map(|row| {
        let key = source.key.iter().map(|&position| row[position].clone());
        key.map(Option::unwrap_or_default).collect()
    });
    Ok(CopyChunk { rows, position })
}

/// The columns of a row `__msar_row` as elements of an array of text. They are printed by the output functions of their types:
/// a cast could be a user's.
fn row_as_text(source: &SourceFacts) -> String {
    let values: Vec<_> = source
        .columns
        .iter()
        .map(|column| match &column.name {
            Some(name) => {
                let name = format!("\"__msar_row\".{}", crate::pg::quote::identifier(name));
                format!(
                    "CASE WHEN pg_catalog.num_nulls({name}) OPERATOR(pg_catalog.=) 0 THEN pg_catalog.concat({name}) END"
                )
            }
            None => "NULL".into(),
        })
        .collect();
    values.join(", ")
}

/// The row with a key as it is now, as an event: an insert, or a delete where there is none.
pub(super) fn current_row(
    source: &SourceFacts,
    key: &[String],
    snapshot: &Snapshot,
) -> Result<RowStore, Error> {
    let old: Vec<String> = (0..source.columns.len())
        .map(
            |position| match source.key.iter().position(|&at| at == position) {
                Some(at) => format!("($1)[{}]", at + 1),
                None => "NULL".into(),
            },
        )
        .collect();
    let statement = format!(
        "SELECT 1::pg_catalog.int8 AS n, 0::pg_catalog.int8 AS seq, \
         CASE WHEN f.found THEN 'I' ELSE 'D' END::pg_catalog.\"char\" AS operation, \
         ARRAY[{old}]::pg_catalog.text[] AS old_row, f.new_row, NULL::pg_catalog.int8[] AS origins \
         FROM (SELECT) AS o LEFT JOIN LATERAL (SELECT true AS found, ARRAY[{new}]::pg_catalog.text[] AS new_row \
         FROM (SELECT * FROM {table} WHERE {key}) AS \"__msar_row\" LIMIT 1) AS f ON true",
        old = old.join(", "),
        new = row_as_text(source),
        table = source.name,
        key = compile::key_comparison(source, Comparison::Equal, "$1")?,
    );
    let argument = [Some(parameter::read_parameter(
        &text_array(key),
        pg_sys::TEXTARRAYOID,
    ))];
    RowStore::select(&statement, &[pg_sys::TEXTARRAYOID], &argument, snapshot)
}

/// An array of text as PostgreSQL writes it.
pub(super) fn text_array(elements: &[String]) -> String {
    let quoted: Vec<_> = elements
        .iter()
        .map(|element| format!("\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("{{{}}}", quoted.join(","))
}
