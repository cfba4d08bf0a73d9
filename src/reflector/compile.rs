//! From a reflection to statements.
//!
//! A batch of events is a table `__msar_events` of the connection, with rows as arrays of text. A mapping becomes one MERGE: the
//! last event of each key decides, so the rows of a batch are written once each. Expressions of a caller see the source's row
//! as columns, and nothing of ours but names that begin with `__msar_`.

use super::error::ReflectionError;
use super::foreign_types;
use super::stored::{MappedField, SourceColumn, SourceFacts, TargetColumn, TargetTable};
use crate::catalog::plain_sql::typed_null;
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::pg::{Oid, quote};

/// The name under which statements read the events.
pub(super) const EVENTS: &std::ffi::CStr = c"__msar_events";

/// That an event is one of those from number `$1` to `$2`.
const IN_RANGE: &str = "e.n OPERATOR(pg_catalog.>=) $1 AND e.n OPERATOR(pg_catalog.<=) $2";

/// That an event is one of these operations.
fn is_operation(letters: &str) -> String {
    format!("e.operation OPERATOR(pg_catalog.=) ANY (CAST('{{{letters}}}' AS pg_catalog.\"char\"[]))")
}

/// Which source rows a reflection has anything to do with.
#[derive(Clone, Copy)]
pub(super) struct RowCondition<'a> {
    pub(super) filter: Option<&'a str>,
    /// While rows are copied in the order of the key: up to the key in this parameter, of type text[].
    pub(super) copied_up_to: Option<&'a str>,
}

impl RowCondition<'_> {
    pub(super) fn is_always_true(&self) -> bool {
        self.filter.is_none() && self.copied_up_to.is_none()
    }

    /// As SQL over the source's columns.
    pub(super) fn sql(&self, source: &SourceFacts) -> Result<String, Error> {
        let mut parts = Vec::new();
        if let Some(parameter) = self.copied_up_to {
            parts.push(key_comparison(source, Comparison::LesserOrEqual, parameter)?);
        }
        if let Some(filter) = self.filter {
            parts.push(format!("({filter}\n)"));
        }
        Ok(match parts.len() {
            0 => "true".into(),
            _ => format!("({}) IS TRUE", parts.join(" AND ")),
        })
    }
}

/// A comparison of the columns of the key with a key in an array of text, as rows are compared. The operators are those of the
/// types' own orders, whatever others a search_path has.
pub(super) fn key_comparison(
    source: &SourceFacts,
    comparison: Comparison,
    parameter: &str,
) -> Result<String, Error> {
    let mut parts = Vec::new();
    for (at, &position) in source.key.iter().enumerate() {
        let type_oid = Oid::from(source.columns[position].type_oid.unwrap_or_default());
        let value = read_text(&source.columns[position], &format!("({parameter})[{}]", at + 1));
        let column = key_column(source, position)?;
        parts.push(ComparedColumn {
            column: comparison::operand(&column, type_oid).into_owned(),
            value: comparison::operand(&value, type_oid).into_owned(),
            type_oid,
        });
    }
    Ok(compare_parts(&parts, comparison))
}

/// A column of a key and the value that it is compared with.
struct ComparedColumn {
    column: String,
    value: String,
    type_oid: Oid,
}

impl ComparedColumn {
    fn operator(&self, comparison: Comparison) -> String {
        let own = comparison::operator(self.type_oid, comparison);
        own.unwrap_or_else(|| {
            let name = match comparison {
                Comparison::Lesser => "<",
                Comparison::LesserOrEqual => "<=",
                Comparison::Equal => "=",
                Comparison::GreaterOrEqual => ">=",
                Comparison::Greater => ">",
            };
            format!("OPERATOR(pg_catalog.{name})")
        })
    }

    fn compared(&self, comparison: Comparison) -> String {
        format!("{} {} {}", self.column, self.operator(comparison), self.value)
    }
}

fn compare_parts(parts: &[ComparedColumn], comparison: Comparison) -> String {
    let Some((first, rest)) = parts.split_first() else {
        return "true".into();
    };
    if rest.is_empty() {
        return first.compared(comparison);
    }
    let list = |of: fn(&ComparedColumn) -> &str| parts.iter().map(of).collect::<Vec<_>>().join(", ");
    let operator = first.operator(comparison);
    if rest.iter().all(|part| part.operator(comparison) == operator) {
        // An index answers this as a whole.
        return format!(
            "ROW({}) {operator} ROW({})",
            list(|part| &part.column),
            list(|part| &part.value)
        );
    }
    let rest = compare_parts(rest, comparison);
    let strict = match comparison {
        Comparison::Equal => return format!("({} AND {rest})", first.compared(comparison)),
        Comparison::Lesser | Comparison::LesserOrEqual => Comparison::Lesser,
        Comparison::Greater | Comparison::GreaterOrEqual => Comparison::Greater,
    };
    format!(
        "({} OR {} AND {rest})",
        first.compared(strict),
        first.compared(Comparison::Equal)
    )
}

pub(super) fn column_name(source: &SourceFacts, position: usize) -> Result<String, Error> {
    let column = &source.columns[position];
    match &column.name {
        Some(name) => Ok(quote::identifier(name)),
        None => Err(ReflectionError::MissingColumn {
            name: column.stored_name.clone(),
        }
        .into()),
    }
}

/// A column by the name that statements know it by.
fn row_column(source: &SourceFacts, position: usize) -> Result<String, Error> {
    let name = column_name(source, position)?;
    Ok(match source.columns[position].is_foreign {
        true => foreign_types::name_of(position),
        false => name,
    })
}

/// The same of a column of the key, whose operators are called.
pub(super) fn key_column(source: &SourceFacts, position: usize) -> Result<String, Error> {
    let column = &source.columns[position];
    match column.is_foreign {
        true => Err(foreign_types::refusal(source, column).into()),
        false => column_name(source, position),
    }
}

pub(super) fn key_columns(source: &SourceFacts) -> Result<Vec<String>, Error> {
    let columns = source.key.iter();
    columns.map(|&position| key_column(source, position)).collect()
}

/// A value of text as one of a column's type, as its input function reads it: a cast of the type's owner would do something
/// else.
fn read_text(column: &SourceColumn, text: &str) -> String {
    let type_name = column.sql_type.as_deref().unwrap_or("pg_catalog.text");
    match column.may_have_casts {
        true => format!("__msar.read_value({text}, {})", typed_null(type_name)),
        false => format!("CAST({text} AS {type_name})"),
    }
}

/// The live columns of the source's table itself.
pub(super) fn table_row(source: &SourceFacts) -> String {
    let columns = source
        .columns
        .iter()
        .enumerate()
        .filter_map(|(position, column)| {
            let name = quote::identifier(column.name.as_ref()?);
            Some(match column.is_foreign {
                true => format!("{name} AS {}", foreign_types::name_of(position)),
                false => name,
            })
        });
    columns.collect::<Vec<_>>().join(", ")
}

/// The live columns of the source, read from an array of text; those that `wanted` leaves out are NULL.
pub(super) fn source_row(source: &SourceFacts, array: &str, wanted: impl Fn(usize) -> bool) -> String {
    let columns: Vec<_> = source
        .columns
        .iter()
        .enumerate()
        .filter_map(|(position, column)| {
            let (name, type_name) = (column.name.as_ref()?, column.sql_type.as_ref()?);
            let value = match wanted(position) {
                true => read_text(column, &format!("{array}[{}]", position + 1)),
                false => typed_null(type_name),
            };
            Some(match column.is_foreign {
                true => format!("{value} AS {}", foreign_types::name_of(position)),
                false => format!("{value} AS {}", quote::identifier(name)),
            })
        })
        .collect();
    columns.join(", ")
}

/// The value of a field as SQL over the source's columns.
pub(super) fn field_value(source: &SourceFacts, field: &MappedField) -> Result<String, Error> {
    match (&field.position, &field.expression) {
        (Some(position), _) => row_column(source, *position),
        (None, Some(expression)) => Ok(format!("({expression}\n)")),
        (None, None) => Ok("NULL".into()),
    }
}

/// A mapping of columns, ready to be made into statements.
pub(super) struct Mapping<'a> {
    pub(super) source: &'a SourceFacts,
    pub(super) target: &'a TargetTable,
    pub(super) fields: &'a [MappedField],
    pub(super) condition: RowCondition<'a>,
    pub(super) ignore_deletes: bool,
}

impl Mapping<'_> {
    pub(super) fn target_sql(&self) -> String {
        quote::qualified(&self.target.schema, &self.target.name)
    }

    /// The name and the type of a field's column, by its number.
    pub(super) fn target_column(&self, field: &MappedField) -> Result<(String, &str), Error> {
        match self.target.column(field) {
            Some(column) => Ok((quote::identifier(&column.name), &column.type_name)),
            None => Err(ReflectionError::MissingColumn {
                name: field.column.clone(),
            }
            .into()),
        }
    }

    /// That the column of a field in the target equals a value of its type.
    fn key_match(&self, field: &MappedField, value: &str) -> Result<String, Error> {
        let (name, _) = self.target_column(field)?;
        let column = self.target.column(field);
        let equality = column.and_then(|column| column.equality.as_deref());
        let type_oid = Oid::from(column.and_then(|column| column.type_oid).unwrap_or_default());
        Ok(format!(
            "{} {} {}",
            comparison::operand(&format!("\"__msar_target\".{name}"), type_oid),
            equality.unwrap_or("OPERATOR(pg_catalog.=)"),
            comparison::operand(value, type_oid)
        ))
    }

    /// For each column of the source's key, the field that has it.
    pub(super) fn key_fields(&self) -> Result<Vec<usize>, Error> {
        let fields: Option<Vec<usize>> = self
            .source
            .key
            .iter()
            .map(|key| self.fields.iter().position(|field| field.position == Some(*key)))
            .collect();
        fields.ok_or_else(|| {
            let names: Result<Vec<_>, Error> = self
                .source
                .key
                .iter()
                .map(|&position| column_name(self.source, position))
                .collect();
            match names {
                Ok(names) => ReflectionError::KeyNotMapped {
                    columns: names.join(", "),
                }
                .into(),
                Err(error) => error,
            }
        })
    }

    /// Applies the events from number `$1` to `$2`.
    pub(super) fn apply(&self) -> Result<String, Error> {
        if self.source.has_row_key() {
            self.merge()
        } else {
            self.insert()
        }
    }

    /// Without a key, rows are only added.
    fn insert(&self) -> Result<String, Error> {
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for field in self.fields {
            columns.push(self.target_column(field)?.0);
            values.push(field_value(self.source, field)?);
        }
        Ok(format!(
            "INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {rows}",
            target = self.target_sql(),
            columns = columns.join(", "),
            values = values.join(", "),
            rows = self.inserted_rows()?,
        ))
    }

    fn merge(&self) -> Result<String, Error> {
        let key_fields = self.key_fields()?;
        let (mut on, mut selected, mut set, mut columns, mut values) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (at, field) in self.fields.iter().enumerate() {
            let (column, type_name) = self.target_column(field)?;
            let value = field_value(self.source, field)?;
            let alias = format!("\"__msar_{at}\"");
            if key_fields.contains(&at) {
                // Compared as values of the target's type.
                selected.push(format!("CAST({value} AS {type_name}) AS {alias}"));
                on.push(self.key_match(field, &format!("\"__msar_change\".{alias}"))?);
                if self
                    .target
                    .column(field)
                    .is_some_and(TargetColumn::has_several_forms)
                {
                    set.push(format!("{column} = \"__msar_change\".{alias}"));
                }
            } else {
                selected.push(format!(
                    "CASE WHEN NOT \"__msar_removed\" THEN {value} END AS {alias}"
                ));
                set.push(format!("{column} = \"__msar_change\".{alias}"));
            }
            columns.push(column);
            values.push(format!("\"__msar_change\".{alias}"));
        }
        let update = match set.is_empty() {
            true => "DO NOTHING".to_owned(),
            false => format!("UPDATE SET {}", set.join(", ")),
        };
        Ok(format!(
            "MERGE INTO {target} AS \"__msar_target\" USING (\
             SELECT \"__msar_removed\", {selected} FROM ({rows}) AS \"__msar_row\") AS \"__msar_change\" \
             ON {on} \
             WHEN MATCHED AND \"__msar_change\".\"__msar_removed\" THEN DELETE \
             WHEN MATCHED THEN {update} \
             WHEN NOT MATCHED AND NOT \"__msar_change\".\"__msar_removed\" \
             THEN INSERT ({columns}) OVERRIDING SYSTEM VALUE VALUES ({values})",
            target = self.target_sql(),
            selected = selected.join(", "),
            rows = self.last_rows()?,
            on = on.join(" AND "),
            columns = columns.join(", "),
            values = values.join(", "),
        ))
    }

    /// What a batch makes of each key: its last row, or that it is removed.
    pub(super) fn last_rows(&self) -> Result<String, Error> {
        let keys = key_columns(self.source)?.join(", ");
        Ok(format!(
            "SELECT DISTINCT ON ({keys}) * FROM ({rows}) AS \"__msar_row\" \
             WHERE CASE WHEN \"__msar_removed\" THEN true ELSE {condition} END \
             ORDER BY {keys}, \"__msar_n\" DESC, \"__msar_removed\"",
            rows = self.changed_rows(),
            condition = self.condition.sql(self.source)?,
        ))
    }

    /// The rows that inserts add, in their order, as the table `__msar_row`.
    pub(super) fn inserted_rows(&self) -> Result<String, Error> {
        Ok(format!(
            "(SELECT e.n AS \"__msar_n\"{row} FROM \"__msar_events\" AS e \
             WHERE {IN_RANGE} AND e.operation OPERATOR(pg_catalog.=) 'I') AS \"__msar_row\" WHERE {condition} ORDER BY \"__msar_n\"",
            row = with_comma(&source_row(self.source, "e.new_row", |_| true)),
            condition = self.condition.sql(self.source)?,
        ))
    }

    /// Rows as they are after an event, and keys under which there is none any more.
    fn changed_rows(&self) -> String {
        let same_key: Vec<_> = self
            .source
            .key
            .iter()
            .map(|position| {
                format!(
                    "e.old_row[{at}] OPERATOR(pg_catalog.=) e.new_row[{at}]",
                    at = position + 1
                )
            })
            .collect();
        let moved = format!(
            "{} AND ({}) IS NOT TRUE",
            is_operation("U"),
            same_key.join(" AND ")
        );
        // A row that leaves the condition is removed, too: where its key stays, the row after the event says so by being left
        // out.
        let removed = match (self.ignore_deletes, self.condition.is_always_true()) {
            (true, _) => moved,
            (false, true) => format!("({} OR {moved})", is_operation("D")),
            (false, false) => is_operation("D,U"),
        };
        format!(
            "SELECT e.n AS \"__msar_n\", false AS \"__msar_removed\"{after} FROM \"__msar_events\" AS e \
             WHERE {IN_RANGE} AND {added} \
             UNION ALL \
             SELECT e.n, true{before} FROM \"__msar_events\" AS e WHERE {IN_RANGE} AND {removed}",
            added = is_operation("I,U"),
            after = with_comma(&source_row(self.source, "e.new_row", |_| true)),
            before = with_comma(&source_row(self.source, "e.old_row", |position| self
                .source
                .key
                .contains(&position))),
        )
    }

    /// Removes every row.
    pub(super) fn empty(&self) -> String {
        format!("DELETE FROM {}", self.target_sql())
    }

    /// Removes rows of the target that the source does not have.
    pub(super) fn remove_rest(&self) -> Result<String, Error> {
        let key_fields = self.key_fields()?;
        let mut on = Vec::new();
        for (&at, &position) in key_fields.iter().zip(&self.source.key) {
            let (_, type_name) = self.target_column(&self.fields[at])?;
            let name = key_column(self.source, position)?;
            on.push(self.key_match(
                &self.fields[at],
                &format!("CAST(\"__msar_row\".{name} AS {type_name})"),
            )?);
        }
        let filter = RowCondition {
            copied_up_to: None,
            ..self.condition
        };
        Ok(format!(
            "DELETE FROM {target} AS \"__msar_target\" WHERE NOT EXISTS (SELECT FROM (\
             SELECT {row} FROM {source}) AS \"__msar_row\" WHERE {filter} AND {on})",
            target = self.target_sql(),
            row = table_row(self.source),
            source = self.source.name,
            filter = filter.sql(self.source)?,
            on = on.join(" AND "),
        ))
    }
}

/// For each event from number `$1` to `$2`, whether the condition holds before and after it: a digit each, in one text.
pub(super) fn condition_flags(source: &SourceFacts, condition: RowCondition) -> Result<String, Error> {
    let holds = |array: &str| -> Result<String, Error> {
        Ok(format!(
            "CASE WHEN {array} IS NOT NULL THEN (SELECT {condition} FROM (SELECT {row}) AS \"__msar_row\") ELSE false END",
            condition = condition.sql(source)?,
            row = source_row(source, array, |_| true),
        ))
    };
    Ok(format!(
        "SELECT pg_catalog.string_agg((CASE WHEN {before} THEN CASE WHEN {after} THEN '3' ELSE '2' END \
         ELSE CASE WHEN {after} THEN '1' ELSE '0' END END), '' ORDER BY e.n) \
         FROM \"__msar_events\" AS e WHERE {IN_RANGE}",
        before = holds("e.old_row")?,
        after = holds("e.new_row")?,
    ))
}

fn with_comma(columns: &str) -> String {
    match columns.is_empty() {
        true => String::new(),
        false => format!(", {columns}"),
    }
}
