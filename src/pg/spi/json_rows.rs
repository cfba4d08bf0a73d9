//! Rows of JSON documents as rows of columns, read by PostgreSQL's own functions; an error names the column and the row.
//!
//! `jsonb_to_recordset` says of a bad value neither where it stands nor which column it is for. So the statements that
//! write records read them by functions of their own, which call it in a subtransaction. That one writes nothing and
//! takes no transaction number, so there can be any number of them. If it fails, the bad value is looked for.

use crate::pg::error_fields::{self, Failure};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::{column_type, dml, names, quote, server, subtransaction, text, tuple};
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::pg_sys::{self, Datum, FunctionCallInfo, Oid};
use pgrx::{FromDatum, impl_sql_translatable};
use std::cell::{Cell, RefCell};
use std::ffi::CStr;

thread_local! {
    /// The row that the running statement writes: the number of its set, and its place there.
    static CURRENT: Cell<Option<(i32, i64)>> = const { Cell::new(None) };
    /// The rows of each set, by their numbers in the caller's document; none if there is one set of all rows.
    static SETS: RefCell<Vec<Vec<usize>>> = const { RefCell::new(Vec::new()) };
}

/// The number of a set that has all rows.
pub(crate) const ALL_ROWS: i32 = -1;

/// Runs a statement that writes rows; `sets` has the numbers of the rows of each set.
pub(crate) fn numbered<T>(sets: Vec<Vec<usize>>, body: impl FnOnce() -> T) -> T {
    /// Puts back what a statement around this one has.
    struct Around(Option<(i32, i64)>, Vec<Vec<usize>>);
    impl Drop for Around {
        fn drop(&mut self) {
            CURRENT.set(self.0);
            SETS.set(std::mem::take(&mut self.1));
        }
    }
    let _around = Around(CURRENT.take(), SETS.replace(sets));
    body()
}

/// The number of the row that the running statement writes.
pub(crate) fn current_row() -> Option<usize> {
    CURRENT.get().and_then(|(set, at)| row_number(set, at))
}

/// That the running statement writes a row.
pub(crate) fn set_current_row(set: i32, at: i64) {
    CURRENT.set(Some((set, at)));
}

fn row_number(set: i32, at: i64) -> Option<usize> {
    let at = usize::try_from(at).ok()?;
    match usize::try_from(set) {
        Ok(set) => SETS.with_borrow(|sets| sets.get(set)?.get(at).copied()),
        Err(_) => Some(at),
    }
}

/// What an error says of the place of a value.
pub(crate) fn describe_place(row: Option<usize>, column: Option<&str>) -> Option<String> {
    match (row, column) {
        (Some(row), Some(column)) => Some(format!("In row {row} (the first is row 0), column \"{column}\".")),
        (Some(row), None) => Some(format!("In row {row} (the first is row 0).")),
        (None, Some(column)) => Some(format!("In column \"{column}\".")),
        (None, None) => None,
    }
}

/// Adds the place of a value to what an error says.
pub(crate) fn add_place(failure: &mut Failure, row: Option<usize>) {
    if let Some(place) = describe_place(row, failure.column.as_deref()) {
        failure.add_to_detail(&place);
    }
}

/// What is wrong with a document, an object or an array of objects, when it is read as `given` with these declarations, and
/// an expression is computed.
pub(crate) fn failure_of(document: JsonbValue, declarations: &str, expression: &str) -> Option<Failure> {
    let array = match document.elements() {
        Some(_) => "$1",
        None => "pg_catalog.jsonb_build_array($1)",
    };
    let statement = format!(
        "SELECT pg_catalog.count({expression})::pg_catalog.text \
         FROM pg_catalog.jsonb_to_recordset({array}) AS given({declarations})"
    );
    failure_of_statement(&statement, document)
}

/// What ends a statement that reads a document as its parameter `$1`; what it does is done in a subtransaction.
pub(crate) fn failure_of_statement(statement: &str, document: JsonbValue) -> Option<Failure> {
    let outcome = subtransaction::or_failure(|| Ok::<_, Failure>(dml::run_dml(statement, &[document])));
    outcome.err()
}

/// A column that JSON is read into.
struct DeclaredColumn {
    /// The declaration, as SQL.
    sql: String,
    attnum: i16,
}

/// The call of a function that reads rows.
pub(crate) struct ReadingCall {
    call: FunctionCallInfo,
    /// Whether it reads an array of objects, and not a single one.
    is_array: bool,
}

/// What such a function returns, as PostgreSQL's own gave it.
pub(crate) struct ReadRows(Datum);

// SAFETY: what PostgreSQL's function gave goes back as it is, to a function that is declared like it.
unsafe impl BoxRet for ReadRows {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

impl_sql_translatable!(ReadRows, "record");

impl ReadingCall {
    /// A call that reads an array, in a FROM clause that declares its columns.
    pub(crate) fn of_rows(call: FunctionCallInfo) -> Self {
        Self { call, is_array: true }
    }

    /// A call that reads one object, in a FROM clause that declares its columns.
    pub(crate) fn of_row(call: FunctionCallInfo) -> Self {
        Self {
            call,
            is_array: false,
        }
    }

    /// What PostgreSQL's own function gives.
    pub(crate) fn read_rows(&self) -> ReadRows {
        // SAFETY: the first argument and the declared columns are those of PostgreSQL's function. What it opens outlives
        // the subtransaction: it belongs to the statement.
        let outcome: Result<Datum, Failure> = unsafe {
            let owner = pg_sys::CurrentResourceOwner;
            subtransaction::or_failure(|| {
                pg_sys::CurrentResourceOwner = owner;
                Ok(match self.is_array {
                    true => pg_sys::jsonb_to_recordset(self.call),
                    false => pg_sys::jsonb_to_record(self.call),
                })
            })
        };
        match outcome {
            Ok(datum) => ReadRows(datum),
            Err(failure) => error_fields::raise(&self.located(failure)),
        }
    }

    /// An error with the place of the value that it is about.
    fn located(&self, failure: Failure) -> Failure {
        if !dml::is_value_sqlstate(&failure.sqlstate) {
            return failure;
        }
        let columns = self.columns();
        let document = self.document();
        let (row, number) = match self.is_array {
            false => (document, None),
            true => match self.first_bad_row(document, &columns) {
                None => return failure,
                Some(at) => {
                    let first = (self.argument(4).value() as i64).saturating_add(at as i64);
                    (
                        document.choose(&[at]),
                        row_number(self.argument(3).value() as i32, first),
                    )
                }
            },
        };
        let bad = columns.iter().find_map(|column| {
            let failure = self.failure_of(row, &[column])?;
            Some((column, failure))
        });
        let mut located = failure;
        if let Some((column, failure)) = bad {
            let relation = self.relation();
            located = failure;
            located.column = names::of_column(relation, column.attnum);
            if let Some((schema, table)) = names::of_relation(relation)
                && located.constraint.is_none()
            {
                located.schema = Some(schema);
                located.table = Some(table);
            }
        }
        add_place(&mut located, number);
        located
    }

    /// The place of the first row of the document that cannot be read. Each half is read at most once more.
    fn first_bad_row(&self, rows: JsonbValue, columns: &[DeclaredColumn]) -> Option<usize> {
        let columns: Vec<&DeclaredColumn> = columns.iter().collect();
        let (mut low, mut high) = (0, rows.elements()?.count());
        while high.saturating_sub(low) > 1 {
            server::check_for_interrupts();
            let middle = low + (high - low) / 2;
            let half: Vec<usize> = (low..middle).collect();
            match self.failure_of(rows.choose(&half), &columns) {
                Some(_) => high = middle,
                None => low = middle,
            }
        }
        (low < high).then_some(low)
    }

    /// What is wrong with the values that some columns have in the document.
    fn failure_of(&self, document: JsonbValue, columns: &[&DeclaredColumn]) -> Option<Failure> {
        let declarations: Vec<&str> = columns.iter().map(|column| column.sql.as_str()).collect();
        failure_of(document, &declarations.join(", "), "*")
    }

    /// The columns that the statement declares.
    fn columns(&self) -> Vec<DeclaredColumn> {
        let mut declared = Vec::new();
        // SAFETY: PostgreSQL passes what a FROM clause declares; the third argument is an array of smallint.
        unsafe {
            let info = (*self.call).resultinfo.cast::<pg_sys::ReturnSetInfo>();
            let Some(expected) = info
                .as_ref()
                .map(|info| info.expectedDesc)
                .filter(|row| !row.is_null())
            else {
                return declared;
            };
            let attnums = Vec::<Option<i16>>::from_datum(self.argument(2), false).unwrap_or_default();
            for (at, attnum) in attnums
                .into_iter()
                .enumerate()
                .take((*expected).natts.max(0) as usize)
            {
                let column = tuple::attribute(expected, at);
                if let Some(type_name) = column_type::qualified_name(column.atttypid, column.atttypmod) {
                    let name = text::from_server(CStr::from_ptr(column.attname.data.as_ptr()).to_bytes());
                    declared.push(DeclaredColumn {
                        sql: format!("{} {type_name}", quote::identifier(&name)),
                        // None is that of no column.
                        attnum: attnum.unwrap_or(0),
                    });
                }
            }
        }
        declared
    }

    fn document(&self) -> JsonbValue {
        // SAFETY: the first argument is a jsonb.
        unsafe {
            JsonbValue::of_datum(Datum::from(pg_sys::pg_detoast_datum(
                self.argument(0).cast_mut_ptr(),
            )))
        }
    }

    fn relation(&self) -> Oid {
        Oid::from(self.argument(1).value() as u32)
    }

    fn argument(&self, at: usize) -> Datum {
        // SAFETY: the function has as many arguments as it is declared with. Anybody can call it with NULL, which is
        // taken for zero: no relation, no columns, the first row.
        unsafe {
            let call = &*self.call;
            match call.args.as_slice(call.nargs.max(0) as usize)[at] {
                argument if argument.isnull => Datum::null(),
                argument => argument.value,
            }
        }
    }
}
