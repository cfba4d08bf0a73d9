//! Rows of catalogs, and of tables of the extension, as typed structs: which columns a struct has, and the types that columns
//! are read as. `scan` finds the rows.

use super::row_layout::RowTuple;
use crate::pg::storage::StorageTable;
use crate::pg::{array, jsonb_value, text};
use pgrx::FromDatum;
use pgrx::pg_sys::{self, Datum, Oid};
use serde::de::DeserializeOwned;

/// Where rows come from.
#[derive(Clone, Copy)]
pub(crate) enum RowSource {
    /// A catalog, by its OID.
    Catalog(u32),
    /// One of our own tables. Its columns are read by the types that are declared for it.
    Own(&'static StorageTable),
}

/// A struct that is read from the rows of one catalog. Mostly made by [`catalog_row!`](crate::catalog_row).
pub(crate) trait CatalogRow: Sized + 'static {
    /// The catalog.
    const SOURCE: RowSource;
    /// The columns, in the order of the struct's fields.
    const COLUMNS: &'static [&'static str];
    /// How many rows one look-up gives mostly, at most.
    const USUAL_NUMBER: usize = 4;
    /// Takes the fields out of a row.
    fn from_scan(row: &ScannedRow<'_>) -> Self;
}

/// Declares a struct whose fields are columns of a catalog, under their own names.
#[macro_export]
macro_rules! catalog_row {
    ($(#[$meta:meta])* $name:ident, $catalog:expr, $(usually $number:literal,)? { $($column:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        pub(crate) struct $name { $(pub(crate) $column: $type),* }

        impl $crate::pg::catalog_row::CatalogRow for $name {
            const SOURCE: $crate::pg::catalog_row::RowSource = $crate::pg::catalog_row::RowSource::Catalog($catalog);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];
            $(const USUAL_NUMBER: usize = $number;)?
            fn from_scan(row: &$crate::pg::catalog_row::ScannedRow<'_>) -> Self {
                let mut position = 0..;
                $(let $column = row.column(position.next().unwrap_or_default());)*
                Self { $($column),* }
            }
        }
    };
}

/// One row while a scan stands on it.
pub(crate) struct ScannedRow<'a> {
    pub(super) tuple: RowTuple<'a>,
    /// The transaction that wrote it; `None` for one that every snapshot sees.
    pub(super) writer: Option<u32>,
    pub(super) version: RowVersion,
}

/// The version of a row of one of our own tables: what wrote it, and where it stands. As long as the table is not rewritten,
/// which the server's messages tell, no other version has the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowVersion {
    writer: u32,
    block: [u16; 2],
    position: u16,
}

impl RowVersion {
    pub(super) fn new(writer: u32, place: pg_sys::ItemPointerData) -> Self {
        Self {
            writer,
            block: [place.ip_blkid.bi_hi, place.ip_blkid.bi_lo],
            position: place.ip_posid,
        }
    }
}

impl ScannedRow<'_> {
    /// The number of the transaction, or subtransaction, that wrote the row; `None`: so long ago that every snapshot
    /// sees it.
    pub(crate) fn writer(&self) -> Option<u32> {
        self.writer
    }

    pub(crate) fn version(&self) -> RowVersion {
        self.version
    }

    /// The value of the row type's column number `index`.
    #[inline]
    pub(crate) fn column<T: FromColumn>(&self, index: usize) -> T {
        // SAFETY: the datum is of the catalog column that the row type gives this Rust type to.
        unsafe { T::from_column(self.tuple.value(index)) }
    }
}

/// The types that a catalog column can be read as. NULL is read as the type's empty value; an `Option` shows it.
pub(crate) trait FromColumn {
    /// # Safety
    /// `datum` is of the PostgreSQL type that the implementing type stands for.
    unsafe fn from_column(datum: Option<Datum>) -> Self;
}

macro_rules! from_scalar_column {
    ($($type:ty),*) => {$(
        impl FromColumn for $type {
            unsafe fn from_column(datum: Option<Datum>) -> Self {
                // SAFETY: promised by the caller.
                datum.and_then(|datum| unsafe { <$type>::from_datum(datum, false) }).unwrap_or_default()
            }
        }
    )*};
}
from_scalar_column!(bool, i16, i32, i64, f32);

/// A column of type `int2[]` without nulls.
impl FromColumn for Vec<i16> {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        datum.map_or_else(Vec::new, |datum| unsafe { array::int2_elements(datum) })
    }
}

/// A column of type `oid[]` or `oidvector`, without nulls.
impl FromColumn for Vec<Oid> {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        datum.map_or_else(Vec::new, |datum| unsafe { array::oid_elements(datum) })
    }
}

/// A column of type `text[]`, without nulls.
impl FromColumn for Vec<String> {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        datum.map_or_else(Vec::new, |datum| unsafe { array::text_elements(datum) })
    }
}

impl FromColumn for Oid {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        datum
            .and_then(|datum| unsafe { Oid::from_datum(datum, false) })
            .unwrap_or(Oid::INVALID)
    }
}

/// A column of type `uuid`.
pub(crate) struct Uuid(pub(crate) u128);

impl FromColumn for Uuid {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: a uuid is a pointer to 16 bytes.
        Self(datum.map_or(0, |datum| unsafe {
            u128::from_be_bytes(*datum.cast_mut_ptr::<[u8; 16]>())
        }))
    }
}

/// A column of type `xid8`.
impl FromColumn for u64 {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        datum.map_or(0, |datum| datum.value() as u64)
    }
}

/// A column of type `"char"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Char(pub(crate) u8);

impl FromColumn for Char {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        Self(datum.map_or(0, |datum| datum.value() as u8))
    }
}

/// A column of type `name`.
impl FromColumn for String {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        datum.map_or_else(String::new, |datum| {
            // SAFETY: a name is NUL-terminated.
            unsafe { text::from_server_cstr(datum.cast_mut_ptr()) }.unwrap_or_default()
        })
    }
}

/// A column of type `name` that is only compared: the server's bytes, with zeros behind them.
pub(crate) struct NameField([u8; pg_sys::NAMEDATALEN as usize]);

impl NameField {
    pub(crate) fn is(&self, name: &str) -> bool {
        let length = self.0.iter().position(|&byte| byte == 0).unwrap_or(self.0.len());
        text::is_server_text(&self.0[..length], name)
    }
}

impl FromColumn for NameField {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: a name has NAMEDATALEN bytes.
        Self(datum.map_or([0; _], |datum| unsafe { *datum.cast_mut_ptr() }))
    }
}

/// A column of type `text` or `pg_node_tree`.
pub(crate) struct Text(pub(crate) String);

impl FromColumn for Text {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        Self(datum.map_or_else(String::new, |datum| unsafe { text::from_text_datum(datum) }))
    }
}

/// A column of type `jsonb`, read as a `T`. `None` is null, and what is written otherwise.
pub(crate) struct JsonField<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned> FromColumn for JsonField<T> {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        Self(datum.and_then(|datum| unsafe { jsonb_value::from_jsonb_datum(datum) }))
    }
}

/// A column of type `timestamp with time zone`: microseconds since 2000-01-01 UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Timestamp(pub(crate) i64);

impl FromColumn for Timestamp {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        Self(datum.map_or(0, |datum| datum.value() as i64))
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    unsafe fn from_column(datum: Option<Datum>) -> Self {
        // SAFETY: promised by the caller.
        datum.map(|datum| unsafe { T::from_column(Some(datum)) })
    }
}
