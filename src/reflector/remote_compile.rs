//! From a mapping to statements for another server.
//!
//! The batch is computed here, where the source and its functions are: expressions and filters see the source's row. Its
//! values travel as arrays of text, an array a column, and become rows again there. A value of a built-in type is read as
//! that type and then assigned to the column, as it would be here; one of another type is read as the column's type.
//!
//! The statements resolve nothing by search_path: types, functions and operators are qualified.

use super::compile::{self, Mapping};
use super::error::ReflectionError;
use super::stored::{MappedField, TargetColumn};
use crate::error::Error;
use crate::pg::{column_type, quote, server, type_name::TypeId};

/// A value as text, by the output function of its type: a cast could be a user's.
fn as_text(value: &str) -> String {
    format!(
        "CASE WHEN pg_catalog.num_nulls({value}) OPERATOR(pg_catalog.=) 0 THEN pg_catalog.concat({value}) END"
    )
}

/// The values `__msar_0`, ... of a query as one row of arrays of text.
fn as_arrays(count: usize, more: &str, rows: &str) -> String {
    let arrays = (0..count).map(|at| {
        let value = as_text(&format!("\"__msar_{at}\""));
        format!("pg_catalog.array_agg({value})")
    });
    let arrays: Vec<_> = arrays.collect();
    format!(
        "SELECT {more}{} FROM ({rows}) AS \"__msar_values\"",
        arrays.join(", ")
    )
}

/// The parameters of arrays as rows of an element each; the first has number `first`.
fn arrays_as_rows(count: usize, first: usize, removed: bool) -> String {
    let mut parts = Vec::new();
    let mut names = Vec::new();
    if removed {
        parts.push("pg_catalog.unnest(CAST($1 AS pg_catalog.bool[]))".to_owned());
        names.push("\"__msar_removed\"".to_owned());
    }
    for at in 0..count {
        parts.push(format!(
            "pg_catalog.unnest(CAST(${} AS pg_catalog.text[]))",
            at + first
        ));
        names.push(format!("\"__msar_{at}\""));
    }
    format!(
        "ROWS FROM ({}) AS \"__msar_values\"({})",
        parts.join(", "),
        names.join(", ")
    )
}

impl Mapping<'_> {
    fn values(&self, when: &str) -> Result<Vec<String>, Error> {
        let values = self.fields.iter().enumerate().map(|(at, field)| {
            let value = compile::field_value(self.source, field)?;
            Ok(match when {
                "" => format!("{value} AS \"__msar_{at}\""),
                _ => format!("CASE WHEN {when} THEN {value} END AS \"__msar_{at}\""),
            })
        });
        values.collect()
    }

    /// The values of the fields with a row of NULLs: a query that nobody runs, for its types.
    pub(super) fn probe(&self) -> Result<String, Error> {
        Ok(format!(
            "SELECT {} FROM (SELECT {}) AS \"__msar_row\"",
            self.values("")?.join(", "),
            compile::source_row(self.source, "", |_| false)
        ))
    }

    /// The batch from event `$1` to `$2` as arrays: whether each row is removed, if there is a key; then the values.
    pub(super) fn batch_as_arrays(&self) -> Result<String, Error> {
        let count = self.fields.len();
        if !self.source.has_row_key() {
            let values = self.values("")?.join(", ");
            let rows = format!("SELECT {values} FROM {}", self.inserted_rows()?);
            return Ok(as_arrays(count, "", &rows));
        }
        let key_fields = self.key_fields()?;
        let (values, kept) = (self.values("")?, self.values("NOT \"__msar_removed\"")?);
        let selected: Vec<_> = (0..count)
            .map(|at| match key_fields.contains(&at) {
                true => values[at].as_str(),
                false => kept[at].as_str(),
            })
            .collect();
        let rows = format!(
            "SELECT \"__msar_removed\", {} FROM ({}) AS \"__msar_row\"",
            selected.join(", "),
            self.last_rows()?
        );
        Ok(as_arrays(
            count,
            "pg_catalog.array_agg(\"__msar_removed\"), ",
            &rows,
        ))
    }

    /// The keys of a chunk of the source as arrays.
    pub(super) fn keys_as_arrays(&self) -> Result<String, Error> {
        let key_fields = self.key_fields()?;
        let values: Result<Vec<_>, Error> = key_fields
            .iter()
            .enumerate()
            .map(|(at, &field)| {
                let value = compile::field_value(self.source, &self.fields[field])?;
                Ok(format!("{value} AS \"__msar_{at}\""))
            })
            .collect();
        let rows = format!("SELECT {} FROM {}", values?.join(", "), self.inserted_rows()?);
        Ok(as_arrays(key_fields.len(), "", &rows))
    }

    fn remote_column(&self, field: &MappedField) -> Result<&TargetColumn, Error> {
        Ok(self
            .target
            .column(field)
            .ok_or_else(|| ReflectionError::MissingColumn {
                name: field.column.clone(),
            })?)
    }

    /// A value of text as what is assigned to the column.
    fn typed(&self, text: &str, field: &MappedField, source_type: TypeId) -> Result<String, Error> {
        let name = match server::is_built_in(source_type.oid) {
            true => column_type::qualified_name(source_type.oid, -1),
            false => None,
        };
        let name = match &name {
            Some(name) => name,
            None => &self.remote_column(field)?.type_name,
        };
        Ok(format!("CAST({text} AS {name})"))
    }

    /// The statement that applies such a batch there. `types` are those of the fields' values.
    pub(super) fn remote_apply(&self, types: &[TypeId]) -> Result<String, Error> {
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            columns.push(quote::identifier(&self.remote_column(field)?.name));
            values.push(self.typed(&format!("\"__msar_{at}\""), field, types[at])?);
        }
        let (target, count) = (self.target_sql(), self.fields.len());
        if !self.source.has_row_key() {
            return Ok(format!(
                "INSERT INTO {target} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}",
                columns.join(", "),
                values.join(", "),
                arrays_as_rows(count, 1, false)
            ));
        }
        let key_fields = self.key_fields()?;
        let (mut selected, mut set, mut inserted) = (Vec::new(), Vec::new(), Vec::new());
        for (at, field) in self.fields.iter().enumerate() {
            let value = match key_fields.contains(&at) {
                true => format!("CAST({} AS {})", values[at], self.remote_column(field)?.type_name),
                false => values[at].clone(),
            };
            selected.push(format!("{value} AS \"__msar_{at}\""));
            if !key_fields.contains(&at) || self.remote_column(field)?.has_several_forms() {
                set.push(format!("{} = \"__msar_change\".\"__msar_{at}\"", columns[at]));
            }
            inserted.push(format!("\"__msar_change\".\"__msar_{at}\""));
        }
        let update = match set.is_empty() {
            true => "DO NOTHING".to_owned(),
            false => format!("UPDATE SET {}", set.join(", ")),
        };
        Ok(format!(
            "MERGE INTO {target} AS \"__msar_target\" USING (SELECT \"__msar_removed\", {selected} FROM {rows}) \
             AS \"__msar_change\" ON {on} \
             WHEN MATCHED AND \"__msar_change\".\"__msar_removed\" THEN DELETE \
             WHEN MATCHED THEN {update} \
             WHEN NOT MATCHED AND NOT \"__msar_change\".\"__msar_removed\" \
             THEN INSERT ({columns}) OVERRIDING SYSTEM VALUE VALUES ({inserted})",
            selected = selected.join(", "),
            rows = arrays_as_rows(count, 2, true),
            on = self.remote_key_match(&key_fields, "\"__msar_change\"", |at| format!("\"__msar_{at}\""))?,
            columns = columns.join(", "),
            inserted = inserted.join(", "),
        ))
    }

    /// That the key of a target's row is that of another row, whose columns `name` names by the fields' numbers.
    fn remote_key_match(
        &self,
        key_fields: &[usize],
        other: &str,
        name: impl Fn(usize) -> String,
    ) -> Result<String, Error> {
        let parts: Result<Vec<_>, Error> = key_fields
            .iter()
            .map(|&at| {
                let column = self.remote_column(&self.fields[at])?;
                let equality = column.equality.as_deref().unwrap_or("OPERATOR(pg_catalog.=)");
                Ok(format!(
                    "\"__msar_target\".{} {equality} {other}.{}",
                    quote::identifier(&column.name),
                    name(at)
                ))
            })
            .collect();
        Ok(parts?.join(" AND "))
    }

    /// Statements there that collect the source's keys, and remove the rows that have none of them.
    pub(super) fn remote_rest(&self, types: &[TypeId]) -> Result<RemoteRest, Error> {
        let key_fields = self.key_fields()?;
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for (at, &field) in key_fields.iter().enumerate() {
            let (mapped, text) = (&self.fields[field], format!("\"__msar_{at}\""));
            let type_name = &self.remote_column(mapped)?.type_name;
            columns.push(format!("\"__msar_{field}\" {type_name}"));
            values.push(format!(
                "CAST({} AS {type_name})",
                self.typed(&text, mapped, types[field])?
            ));
        }
        let on = self.remote_key_match(&key_fields, "\"__msar_key\"", |at| format!("\"__msar_{at}\""))?;
        Ok(RemoteRest {
            create: format!(
                "CREATE TEMPORARY TABLE \"__msar_keys\" ({}) ON COMMIT DROP",
                columns.join(", ")
            ),
            add: format!(
                "INSERT INTO pg_temp.\"__msar_keys\" SELECT {} FROM {}",
                values.join(", "),
                arrays_as_rows(key_fields.len(), 1, false)
            ),
            remove: format!(
                "DELETE FROM {} AS \"__msar_target\" WHERE NOT EXISTS (\
                 SELECT FROM pg_temp.\"__msar_keys\" AS \"__msar_key\" WHERE {on})",
                self.target_sql()
            ),
        })
    }
}

/// Statements that remove the rows of a target on another server which the source does not have.
pub(super) struct RemoteRest {
    pub(super) create: String,
    pub(super) add: String,
    pub(super) remove: String,
}
