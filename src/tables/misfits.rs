//! The values of a column that do not fit the type that it is to get: all of them, not only the first.
//!
//! PostgreSQL tells of one value and ends the statement. So the values are read in batches, and each batch is cast as
//! the change would cast it, in a subtransaction that writes nothing. A batch that fails is halved until the values are
//! found. Where they are to become NULL, the rewrite of the table asks for each value whether it is one of them.

use super::table::Table;
use crate::catalog::plain_sql;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::pg::cursor::Cursor;
use crate::pg::error_fields::Failure;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{Planning, Prepared};
use crate::pg::{dml, json_rows, memory, quote, server};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// The values that are cast together at first.
const BATCH: usize = 1000;

/// Texts of values, by the attnums of their columns.
pub(crate) type MisfitTexts = FxHashMap<i16, FxHashSet<Box<str>>>;

thread_local! {
    /// Those that become NULL in the statement that runs.
    static NULLS: RefCell<MisfitTexts> = RefCell::default();
}

/// Whether a value becomes NULL, since it does not fit the new type of its column.
pub(crate) fn is_misfit(attnum: i16, value: &str) -> bool {
    NULLS.with_borrow(|nulls| nulls.get(&attnum).is_some_and(|values| values.contains(value)))
}

/// Sets the values that become NULL for as long as `body` runs, after an error too.
pub(crate) fn with_nulls<T>(nulls: MisfitTexts, body: impl FnOnce() -> T) -> T {
    struct Nulling;
    impl Drop for Nulling {
        fn drop(&mut self) {
            NULLS.set(MisfitTexts::default());
        }
    }
    NULLS.set(nulls);
    let _nulling = Nulling;
    body()
}

/// A column that gets another type.
pub(super) struct RetypedColumn<'a> {
    pub(super) column: &'a PgAttribute,
    /// Its type now, as SQL.
    pub(super) source_type: String,
    /// What fails for a value `v.value` that does not fit, as SQL.
    pub(super) test: String,
}

/// A value that does not fit.
#[derive(Serialize)]
pub(crate) struct Misfit {
    /// The key of its row, in the forms of records; null if the table has no primary key.
    key: Value,
    column: String,
    value: String,
    reason: String,
}

/// The values that do not fit.
#[derive(Default)]
pub(crate) struct Misfits {
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) listed: Vec<Misfit>,
    pub(crate) texts: MisfitTexts,
    /// What PostgreSQL says of the first one.
    pub(super) first: Option<Failure>,
}

impl Misfits {
    /// Reads all rows of a table, whose columns nobody else can change. No more than `most` are listed.
    pub(super) fn find_misfits(table: &Table, columns: &[RetypedColumn], most: usize) -> Result<Self, Error> {
        let mut misfits = Self::default();
        if columns.is_empty() {
            return Ok(misfits);
        }
        let statement = Prepared::new(&rows_sql(table, columns), &[], Planning::Once)?;
        let mut batch: Vec<(Value, Vec<Option<String>>)> = Vec::new();
        let mut rows = Cursor::open(Rc::new(statement), &[]);
        loop {
            let row = rows.next();
            let is_last = row.is_none();
            if let Some(row) = row {
                let text = JsonbValue::from(row).to_text();
                batch.push(serde_json::from_str(&text).map_err(Error::Serialization)?);
            }
            if batch.len() == BATCH || is_last {
                for (at, column) in columns.iter().enumerate() {
                    misfits.search(column, at, &batch, most)?;
                }
                batch.clear();
                server::check_for_interrupts();
            }
            if is_last {
                return Ok(misfits);
            }
        }
    }

    /// Halves a batch until the values are found.
    fn search(
        &mut self,
        column: &RetypedColumn,
        at: usize,
        batch: &[(Value, Vec<Option<String>>)],
        most: usize,
    ) -> Result<(), Error> {
        let values: Vec<&str> = batch
            .iter()
            .filter_map(|(_, values)| values.get(at)?.as_deref())
            .collect();
        if values.is_empty() {
            return Ok(());
        }
        let Some(failure) = failure_of(column, &values)? else {
            return Ok(());
        };
        if let [(key, values)] = batch {
            if let Some(Some(value)) = values.get(at) {
                self.add_misfit(column, key, value, failure, most);
            }
            return Ok(());
        }
        let (first, second) = batch.split_at(batch.len() / 2);
        self.search(column, at, first, most)?;
        self.search(column, at, second, most)
    }

    fn add_misfit(
        &mut self,
        column: &RetypedColumn,
        key: &Value,
        value: &str,
        failure: Failure,
        most: usize,
    ) {
        self.count += 1;
        if self.listed.len() < most {
            self.listed.push(Misfit {
                key: key.clone(),
                column: column.column.attname.clone(),
                value: value.to_owned(),
                reason: failure.message.clone(),
            });
        }
        let texts = self.texts.entry(column.column.attnum).or_default();
        if texts.insert(value.into()) && texts.len().is_multiple_of(BATCH) {
            memory::require(texts.len() * 64);
        }
        self.first.get_or_insert(Failure {
            column: Some(column.column.attname.clone()),
            ..failure
        });
    }
}

/// Each row as `[key, [texts of the columns]]`.
fn rows_sql(table: &Table, columns: &[RetypedColumn]) -> String {
    let name = |attnum: &i16| {
        let column = table.columns.iter().find(|column| column.attnum == *attnum);
        column.map(|column| {
            let value = format!("t.{}", quote::identifier(&column.attname));
            plain_sql::as_json_member(&value, column.atttypid)
        })
    };
    let key: Vec<_> = table
        .primary_key()
        .iter()
        .filter_map(|attnum| Some((attnum, name(attnum)?)))
        .collect();
    let key = match key.as_slice() {
        [] => "NULL".to_owned(),
        [(_, column)] => column.clone(),
        columns => {
            let members: Vec<String> = columns
                .iter()
                .map(|(attnum, column)| format!("'{attnum}', {column}"))
                .collect();
            format!("pg_catalog.jsonb_build_object({})", members.join(", "))
        }
    };
    let texts: Vec<String> = columns
        .iter()
        .map(|column| {
            let value = format!("t.{}", quote::identifier(&column.column.attname));
            plain_sql::as_text(&value, column.column.atttypid)
        })
        .collect();
    format!(
        "SELECT pg_catalog.jsonb_build_array({key}, ARRAY[{}]) FROM {} AS t",
        texts.join(", "),
        table.sql()
    )
}

/// What is said of the first value that does not fit.
fn failure_of(column: &RetypedColumn, values: &[&str]) -> Result<Option<Failure>, Error> {
    let values = serde_json::to_string(values).map_err(Error::Serialization)?;
    let statement = format!(
        "SELECT pg_catalog.count({})::pg_catalog.text FROM (SELECT {} AS value \
         FROM pg_catalog.jsonb_array_elements_text($1) AS g(value) OFFSET 0) AS v",
        column.test,
        plain_sql::from_text("g.value", column.column.atttypid, &column.source_type)
    );
    let failure = json_rows::failure_of_statement(&statement, JsonbValue::parse(&values));
    Ok(failure.filter(|failure| dml::is_value_sqlstate(&failure.sqlstate)))
}
