//! The values of a row, read where they lie in its tuple.
//!
//! Most columns of catalogs are never NULL and have a fixed length, so they stand at the same place in every row; what a
//! reader wants of a row are mostly a few of these. A tuple is taken apart as a whole only when a column behind them is
//! asked for that has a value.

use crate::pg::tuple;
use pgrx::pg_sys::{self, Datum};
use std::cell::{Cell, RefCell};

/// Where the columns of a row type stand in the rows of a table.
pub(super) struct RowLayout {
    /// The columns of the row type.
    columns: Vec<ColumnPlace>,
    /// How many columns of the table, from the first on, have a fixed length and are declared NOT NULL.
    fixed: usize,
    /// How many columns the table has.
    width: usize,
}

/// Where a column of the row type stands.
#[derive(Clone, Copy)]
enum ColumnPlace {
    /// The table does not have it.
    Absent,
    /// At the same place in all rows that have values in the columns of fixed places.
    Fixed(FixedPlace),
    /// As this column of the table.
    Varying(usize),
}

#[derive(Clone, Copy)]
struct FixedPlace {
    at: usize,
    offset: usize,
    length: i16,
    is_by_value: bool,
}

impl RowLayout {
    /// For columns of an open table, by name.
    ///
    /// # Safety
    /// The table is open.
    pub(super) unsafe fn of(table: pg_sys::Relation, columns: &[&str]) -> Self {
        // SAFETY: promised by the caller.
        let attributes = unsafe { tuple::attributes((*table).rd_att) };
        let mut fixed = Vec::new();
        let mut end = 0_usize;
        for attribute in attributes {
            let is_fixed = attribute.attnotnull && !attribute.attisdropped && attribute.attlen > 0;
            if !is_fixed {
                break;
            }
            let offset = end.next_multiple_of(alignment(attribute.attalign as u8));
            end = offset + attribute.attlen as usize;
            fixed.push(FixedPlace {
                at: fixed.len(),
                offset,
                length: attribute.attlen,
                is_by_value: attribute.attbyval,
            });
        }
        // Mostly a column stands behind the one before it.
        let mut next = 0;
        let columns = columns.iter().map(|column| {
            let is_it = |at: &usize| {
                attributes
                    .get(*at)
                    .is_some_and(|attribute| tuple::is_named(attribute, column))
            };
            let found = Some(next)
                .filter(is_it)
                .or_else(|| (0..attributes.len()).find(is_it));
            let Some(at) = found else {
                return ColumnPlace::Absent;
            };
            next = at + 1;
            match fixed.get(at) {
                Some(place) => ColumnPlace::Fixed(*place),
                None => ColumnPlace::Varying(at),
            }
        });
        Self {
            columns: columns.collect(),
            fixed: fixed.len(),
            width: attributes.len(),
        }
    }

    /// Room for all values of a row, and for which of them are null.
    pub(super) fn room(&self) -> RowRoom {
        RefCell::new((vec![Datum::null(); self.width], vec![true; self.width]))
    }
}

/// The bytes of the alignment that `pg_attribute.attalign` names.
fn alignment(letter: u8) -> usize {
    match letter {
        b'd' => 8,
        b'i' => 4,
        b's' => 2,
        _ => 1,
    }
}

pub(super) type RowRoom = RefCell<(Vec<Datum>, Vec<bool>)>;

/// A row of a table while it can be read.
pub(super) struct RowTuple<'a> {
    tuple: pg_sys::HeapTuple,
    /// Where its values begin.
    data: *const u8,
    descriptor: pg_sys::TupleDesc,
    layout: &'a RowLayout,
    room: &'a RowRoom,
    /// Whether the columns of fixed places are where they should be.
    is_regular: bool,
    /// Whether the values are in the room.
    is_taken_apart: Cell<bool>,
}

impl<'a> RowTuple<'a> {
    /// # Safety
    /// The tuple is one of the table of the layout, whose descriptor this is; both outlive the result.
    pub(super) unsafe fn new(
        tuple: pg_sys::HeapTuple,
        descriptor: pg_sys::TupleDesc,
        layout: &'a RowLayout,
        room: &'a RowRoom,
    ) -> Self {
        // SAFETY: promised by the caller.
        let (data, is_regular) = unsafe {
            let header = (*tuple).t_data;
            let data = header.cast::<u8>().add((*header).t_hoff as usize);
            (data.cast_const(), Self::has_all(tuple, layout.fixed))
        };
        Self {
            tuple,
            data,
            descriptor,
            layout,
            room,
            is_regular,
            is_taken_apart: Cell::new(false),
        }
    }

    /// The value of a column of the row type; `None` for NULL, and for a column that the table does not have.
    #[inline]
    pub(super) fn value(&self, column: usize) -> Option<Datum> {
        match self.layout.columns[column] {
            // SAFETY: the tuple has all columns of fixed places.
            ColumnPlace::Fixed(place) if self.is_regular => Some(unsafe { self.fixed_value(place) }),
            ColumnPlace::Fixed(FixedPlace { at, .. }) | ColumnPlace::Varying(at) => self.any_value(at),
            ColumnPlace::Absent => None,
        }
    }

    /// # Safety
    /// The tuple has a value at this place.
    #[inline]
    unsafe fn fixed_value(&self, place: FixedPlace) -> Datum {
        // SAFETY: promised by the caller. The values begin at an address that fits all alignments.
        unsafe {
            let at = self.data.add(place.offset);
            if !place.is_by_value {
                return Datum::from(at);
            }
            // As PostgreSQL's fetch_att does.
            match place.length {
                1 => Datum::from(at.cast::<i8>().read() as isize as usize),
                2 => Datum::from(at.cast::<i16>().read()),
                4 => Datum::from(at.cast::<i32>().read()),
                _ => Datum::from(at.cast::<i64>().read()),
            }
        }
    }

    /// The value of a column of the table, whatever stands before it.
    fn any_value(&self, at: usize) -> Option<Datum> {
        // SAFETY: a column of the table.
        if unsafe { Self::is_null(self.tuple, at) } {
            return None;
        }
        let mut room = self.room.borrow_mut();
        let (values, nulls) = &mut *room;
        if !self.is_taken_apart.replace(true) {
            // SAFETY: the room is as wide as the rows of the table.
            unsafe {
                pg_sys::heap_deform_tuple(
                    self.tuple,
                    self.descriptor,
                    values.as_mut_ptr(),
                    nulls.as_mut_ptr(),
                );
            }
        }
        (!nulls[at]).then(|| values[at])
    }

    /// Whether a tuple has values in all of its first columns.
    ///
    /// # Safety
    /// It is a tuple.
    unsafe fn has_all(tuple: pg_sys::HeapTuple, count: usize) -> bool {
        // SAFETY: promised by the caller.
        unsafe {
            let header = (*tuple).t_data;
            let columns = u32::from((*header).t_infomask2) & pg_sys::HEAP_NATTS_MASK;
            columns as usize >= count && {
                let nulls = Self::nulls(tuple);
                // A bit is set where there is a value.
                nulls.is_null()
                    || (0..count / 8).all(|byte| nulls.add(byte).read() == u8::MAX)
                        && (count.is_multiple_of(8) || {
                            let mask = (1_u8 << (count % 8)) - 1;
                            nulls.add(count / 8).read() & mask == mask
                        })
            }
        }
    }

    /// Whether a column of a tuple is NULL for sure: a column that was added later may have a value that no row has.
    ///
    /// # Safety
    /// It is a tuple.
    unsafe fn is_null(tuple: pg_sys::HeapTuple, at: usize) -> bool {
        // SAFETY: promised by the caller.
        unsafe {
            let columns = u32::from((*(*tuple).t_data).t_infomask2) & pg_sys::HEAP_NATTS_MASK;
            let nulls = Self::nulls(tuple);
            at < columns as usize && !nulls.is_null() && nulls.add(at / 8).read() & (1 << (at % 8)) == 0
        }
    }

    /// The bitmap of nulls; null where there is none.
    ///
    /// # Safety
    /// It is a tuple.
    unsafe fn nulls(tuple: pg_sys::HeapTuple) -> *const u8 {
        // SAFETY: promised by the caller.
        unsafe {
            let header = (*tuple).t_data;
            if u32::from((*header).t_infomask) & pg_sys::HEAP_HASNULL == 0 {
                return std::ptr::null();
            }
            header
                .cast::<u8>()
                .add(std::mem::offset_of!(pg_sys::HeapTupleHeaderData, t_bits))
        }
    }
}
