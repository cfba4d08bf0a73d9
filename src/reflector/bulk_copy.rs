//! Copying the rows that were there before a reflection was as they are, by INSERT ... SELECT here and by COPY to another server:
//! no text is made of them and read again, and no row of the target is looked for.
//!
//! That is the same as applying them one by one where a row that the target has already is an error: of the first copy, and
//! with a unique index on the key. When there is such an error, or another one, the chunk is applied in the general way, which
//! finds the rows to blame.

use super::application::Application;
use super::bound;
use super::compile::{self, Mapping, key_columns};
use super::copy;
use super::error::{ApplyFailure, is_about_a_row};
use super::remote_target::RemoteTarget;
use super::stored::{SourceFacts, TargetTable};
use crate::error::Error;
use crate::pg::comparison::Comparison;
use crate::pg::parameter::{self, ParameterValue};
use crate::pg::row_store::RowStore;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, copy_lines, portable_output, quote, server, statement};
use pgrx::pg_sys;

/// A chunk that was copied.
pub(super) struct CopiedRows {
    pub(super) count: i64,
    /// The key of the last row; `None` when no row comes after it.
    pub(super) position: Option<Vec<String>>,
}

/// Copies the next rows after a key, `most` of them; `None` where they must be applied in the general way.
pub(super) fn copy_rows(
    application: &Application,
    start: Option<&[String]>,
    most: i64,
    snapshot: &Snapshot,
) -> Result<Option<CopiedRows>, Error> {
    let Some(mapping) = application
        .mapping()
        .filter(|mapping| is_possible(application, mapping))
    else {
        return Ok(None);
    };
    bound::check_meaning(application.reflection, application.source)?;
    let last = last_key(application.source, start, most, snapshot)?;
    let copied = CopiedRows {
        count: last.count,
        position: last.key.filter(|_| last.count >= most),
    };
    let range = KeyRange {
        start,
        end: copied.position.as_deref(),
    };
    let step = || match application.remote {
        None => insert_rows(&mapping, &range, snapshot),
        Some(remote) => send(&mapping, &range, snapshot, remote),
    };
    let origins = vec![application.reflection.source_id];
    let outcome = application.with_origins(origins, || Ok(application.attempt(step)))?;
    match outcome {
        Ok(()) => Ok(Some(copied)),
        // What COPY does not support, such as row-level security, INSERT may. Of a statement that PostgreSQL refuses, the way by
        // rows tells whose fault it is.
        Err(failure)
            if is_about_a_row(&failure)
                || failure.sqlstate == "0A000"
                || failure.sqlstate.starts_with("42") =>
        {
            Ok(None)
        }
        Err(failure) => Err(ApplyFailure(failure).into()),
    }
}

/// Whether a row that the target has already is an error, and each value goes there as it is.
fn is_possible(application: &Application, mapping: &Mapping) -> bool {
    let (source, target) = (application.source, mapping.target);
    if application.reflection.copy_is_again || target.has_rules || !source.has_row_key() {
        return false;
    }
    let Ok(key_fields) = mapping.key_fields() else {
        return false;
    };
    let mut key: Vec<&str> = key_fields
        .iter()
        .filter_map(|&at| target.column(&mapping.fields[at]))
        .map(|column| column.name.as_str())
        .collect();
    key.sort_unstable();
    let is_key = |columns: &Vec<String>| {
        let mut columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        columns.sort_unstable();
        columns == key
    };
    target.unique_keys.iter().any(is_key)
}

/// The keys between which a chunk lies; the last one is part of it.
struct KeyRange<'a> {
    start: Option<&'a [String]>,
    end: Option<&'a [String]>,
}

impl KeyRange<'_> {
    /// The source's rows between them, with the keys as `$1` and `$2`.
    fn rows(&self, source: &SourceFacts) -> Result<String, Error> {
        let mut conditions = vec!["($1 IS NULL OR true OR $2 IS NULL)".to_owned()];
        if self.start.is_some() {
            conditions.push(compile::key_comparison(source, Comparison::Greater, "$1")?);
        }
        if self.end.is_some() {
            conditions.push(compile::key_comparison(source, Comparison::LesserOrEqual, "$2")?);
        }
        Ok(format!(
            "(SELECT {} FROM {} WHERE {}) AS \"__msar_row\"",
            compile::table_row(source),
            source.name,
            conditions.join(" AND ")
        ))
    }

    fn values(&self) -> [ParameterValue; 2] {
        [self.start, self.end].map(|key| {
            let key = copy::text_array(key?);
            Some(parameter::read_parameter(&key, pg_sys::TEXTARRAYOID))
        })
    }
}

const KEY_TYPES: [Oid; 2] = [pg_sys::TEXTARRAYOID, pg_sys::TEXTARRAYOID];

/// The end of the next rows.
struct LastKey {
    count: i64,
    key: Option<Vec<String>>,
}

fn last_key(
    source: &SourceFacts,
    start: Option<&[String]>,
    most: i64,
    snapshot: &Snapshot,
) -> Result<LastKey, Error> {
    let names = key_columns(source)?;
    let after = match start {
        Some(_) => compile::key_comparison(source, Comparison::Greater, "$1")?,
        None => "true".into(),
    };
    let key: Vec<_> = names
        .iter()
        .map(|name| format!("pg_catalog.concat(\"__msar_key\".{name})"))
        .collect();
    let columns = names.join(", ");
    let statement = format!(
        "SELECT \"__msar_n\", ARRAY[{key}]::pg_catalog.text[] FROM (\
         SELECT pg_catalog.row_number() OVER (ORDER BY {columns}) AS \"__msar_n\", {columns} FROM {table} WHERE {after} \
         ORDER BY {columns} LIMIT $2) AS \"__msar_key\" WHERE $1 IS NULL OR true ORDER BY \"__msar_n\" DESC LIMIT 1",
        key = key.join(", "),
        table = source.name,
    );
    let values = [
        start.map(|key| parameter::read_parameter(&copy::text_array(key), pg_sys::TEXTARRAYOID)),
        Some(pg_sys::Datum::from(most)),
    ];
    let types = [pg_sys::TEXTARRAYOID, pg_sys::INT8OID];
    // The key is printed as it is in events.
    let rows = portable_output::during_with(&[(c"lc_monetary", c"C")], || {
        RowStore::select(&statement, &types, &values, snapshot)
    })?;
    let mut last = LastKey { count: 0, key: None };
    rows.each(|row| {
        last.count = row.integer(0);
        let key = row.texts(1).unwrap_or_default();
        last.key = Some(key.into_iter().map(Option::unwrap_or_default).collect());
        Ok(false)
    })?;
    Ok(last)
}

/// The order of the key, by names that no field has.
fn key_order(source: &SourceFacts) -> Result<String, Error> {
    let columns = key_columns(source)?;
    let order: Vec<_> = columns
        .iter()
        .map(|column| format!("\"__msar_row\".{column}"))
        .collect();
    Ok(order.join(", "))
}

/// The fields of a mapping as expressions over a row of the source.
fn values(mapping: &Mapping) -> Result<Vec<String>, Error> {
    let values = mapping.fields.iter();
    values
        .map(|field| compile::field_value(mapping.source, field))
        .collect()
}

fn list_columns(target: &TargetTable, mapping: &Mapping) -> String {
    let columns = mapping.fields.iter().filter_map(|field| target.column(field));
    let names: Vec<_> = columns.map(|column| quote::identifier(&column.name)).collect();
    names.join(", ")
}

fn insert_rows(mapping: &Mapping, range: &KeyRange, snapshot: &Snapshot) -> Result<(), Error> {
    let mut values = values(mapping)?;
    for at in mapping.key_fields()? {
        // As where changes are applied, a key may need a cast that no assignment makes.
        let (_, type_name) = mapping.target_column(&mapping.fields[at])?;
        values[at] = format!("CAST({} AS {type_name})", values[at]);
    }
    let statement = format!(
        "INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {rows} WHERE {condition} \
         ORDER BY {order}",
        order = key_order(mapping.source)?,
        target = mapping.target_sql(),
        columns = list_columns(mapping.target, mapping),
        values = values.join(", "),
        rows = range.rows(mapping.source)?,
        condition = mapping.condition.sql(mapping.source)?,
    );
    statement::run_by_snapshot(&statement, &KEY_TYPES, &range.values(), snapshot).map(|_| ())
}

/// Whether the other server reads the text of each value as it would be assigned here.
fn are_texts_enough(mapping: &Mapping, types: &[Oid]) -> bool {
    mapping.fields.iter().zip(types).all(|(field, &type_oid)| {
        let column = mapping.target.column(field);
        !server::is_built_in(type_oid)
            || column.is_some_and(|column| column.type_oid == Some(type_oid.to_u32()))
    })
}

fn send(
    mapping: &Mapping,
    range: &KeyRange,
    snapshot: &Snapshot,
    remote: &RemoteTarget,
) -> Result<(), Error> {
    let types: Vec<Oid> = statement::result_types(&mapping.probe()?)?
        .iter()
        .map(|type_id| type_id.oid)
        .collect();
    if !are_texts_enough(mapping, &types) {
        return Err(super::error::ReflectionError::NotBuilt {
            what: "copies into columns of other types by COPY",
            hint: "They are applied row by row.",
        }
        .into());
    }
    let query = format!(
        "SELECT {values} FROM {rows} WHERE {condition} ORDER BY {order}",
        order = key_order(mapping.source)?,
        values = values(mapping)?.join(", "),
        rows = range.rows(mapping.source)?,
        condition = mapping.condition.sql(mapping.source)?,
    );
    let mut copying = remote.connection().copy_in(&format!(
        "COPY {} ({}) FROM STDIN",
        mapping.target_sql(),
        list_columns(mapping.target, mapping)
    ))?;
    copy_lines::of_query(&query, &KEY_TYPES, &range.values(), snapshot, |lines| {
        copying.send(lines)
    })?;
    copying.finish()
}
