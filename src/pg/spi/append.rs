//! Appending rows to a table of our own past the executor: for what is written with each command that defines something.
//!
//! No SQL is planned and no code of a table runs: no triggers, defaults, policies or constraints (the tables have none). Nor
//! are the caller's privileges asked: only bookkeeping writes so.

use crate::pg::storage::StorageTable;
use crate::pg::{Oid, text, tuple};
use pgrx::pg_sys::{self, Datum};
use std::ffi::CStr;

/// A value of a row.
pub(crate) enum Cell<'a> {
    Null,
    Transaction(u64),
    Integer(i32),
    SmallInteger(i16),
    Oid(u32),
    Name(&'a str),
    Text(&'a str),
    /// Microseconds since 2000-01-01 UTC.
    Moment(i64),
    Oids(&'a [u32]),
}

impl Cell<'_> {
    fn datum(&self) -> Option<Datum> {
        Some(match self {
            Self::Null => return None,
            Self::Transaction(number) => Datum::from(*number),
            Self::Integer(number) => Datum::from(*number),
            Self::SmallInteger(number) => Datum::from(*number),
            Self::Oid(oid) => Datum::from(Oid::from(*oid)),
            Self::Moment(moment) => Datum::from(*moment),
            Self::Text(value) => text::to_text_datum(value),
            Self::Name(name) => name_datum(name),
            Self::Oids(oids) => oid_array(oids),
        })
    }
}

/// A name, cut off where PostgreSQL would.
fn name_datum(name: &str) -> Datum {
    let bytes = text::to_server(name);
    let room = pg_sys::NAMEDATALEN as usize;
    // SAFETY: a fresh name, which is zero behind what is copied. Cutting looks for the start of a character.
    unsafe {
        let length = pg_sys::pg_mbcliplen(bytes.as_ptr().cast(), bytes.len() as i32, room as i32 - 1);
        let value = pg_sys::palloc0(room).cast::<u8>();
        value.copy_from_nonoverlapping(bytes.as_ptr(), length as usize);
        Datum::from(value)
    }
}

fn oid_array(oids: &[u32]) -> Datum {
    let mut elements: Vec<Datum> = oids.iter().map(|&oid| Datum::from(Oid::from(oid))).collect();
    // SAFETY: an OID has four bytes, is passed by value and aligned as an integer.
    unsafe {
        Datum::from(pg_sys::construct_array(
            elements.as_mut_ptr(),
            elements.len() as i32,
            pg_sys::OIDOID,
            4,
            true,
            b'i' as std::ffi::c_char,
        ))
    }
}

/// Appends rows, whose cells are in the order of the table's columns, all of which it declares. `false`, and nothing is written, when the table is not there or
/// lacks one of them.
pub(crate) fn append_rows<'a>(table: &StorageTable, rows: impl Iterator<Item = Vec<Cell<'a>>>) -> bool {
    let columns = table.columns;
    let Some(table) = table.find() else {
        return false;
    };
    let lock = pg_sys::RowExclusiveLock as i32;
    // SAFETY: the table is open between the two calls, with the columns that were asked for; each row has a value for each
    // of them. An error leaves what is open to the abort of the (sub)transaction.
    unsafe {
        let relation = pg_sys::table_open(table, lock);
        let descriptor = (*relation).rd_att;
        // Where each column stands. Others, dropped ones among them, stay NULL.
        let natts = (*descriptor).natts as usize;
        let position = |(name, type_): &(&str, Oid)| {
            (0..natts).find(|&at| {
                let attribute = tuple::attribute(descriptor, at);
                let its_name = CStr::from_ptr(attribute.attname.data.as_ptr());
                !attribute.attisdropped
                    && attribute.atttypid == *type_
                    && its_name.to_bytes() == name.as_bytes()
            })
        };
        let positions: Option<Vec<usize>> = columns.iter().map(position).collect();
        let is_table = (*(*relation).rd_rel).relkind as u8 == pg_sys::RELKIND_RELATION;
        let positions = positions.filter(|_| is_table);
        let is_as_expected = positions.is_some();
        if let Some(positions) = positions {
            let indexes = pg_sys::CatalogOpenIndexes(relation);
            for row in rows {
                let mut values = vec![Datum::null(); natts];
                let mut nulls = vec![true; natts];
                for (&at, cell) in positions.iter().zip(&row) {
                    if let Some(value) = cell.datum() {
                        values[at] = value;
                        nulls[at] = false;
                    }
                }
                let tuple = pg_sys::heap_form_tuple(descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
                pg_sys::CatalogTupleInsertWithInfo(relation, tuple, indexes);
                pg_sys::heap_freetuple(tuple);
            }
            pg_sys::CatalogCloseIndexes(indexes);
        }
        pg_sys::table_close(relation, pg_sys::NoLock as i32);
        is_as_expected
    }
}
