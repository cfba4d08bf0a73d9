//! Arrays as PostgreSQL keeps them.

use crate::pg::text;
use pgrx::pg_sys::{self, Datum, Oid};

/// The elements of a one-dimensional `int2[]` without nulls, such as the catalogs hold.
///
/// # Safety
/// `datum` is such an array.
pub(crate) unsafe fn int2_elements(datum: Datum) -> Vec<i16> {
    // SAFETY: promised by the caller.
    unsafe { elements(datum) }
}

/// The elements of a one-dimensional `oid[]` without nulls, such as the catalogs hold.
///
/// # Safety
/// `datum` is such an array.
pub(crate) unsafe fn oid_elements(datum: Datum) -> Vec<Oid> {
    // SAFETY: promised by the caller.
    unsafe { elements(datum) }
}

/// # Safety
/// `datum` is an array without nulls, whose elements are stored as `T` is and need no wider alignment than an integer.
unsafe fn elements<T: Copy>(datum: Datum) -> Vec<T> {
    // SAFETY: detoasted, an array is a header, its dimensions (length, lower bound), and the elements.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        // Where there are nulls after all, the elements are elsewhere, and fewer.
        if (*array).ndim != 1 || (*array).dataoffset != 0 {
            return Vec::new();
        }
        let dimensions = array.add(1).cast::<i32>();
        let elements = dimensions.add(2).cast::<T>();
        std::slice::from_raw_parts(elements, *dimensions as usize).to_vec()
    }
}

/// The elements of a `text[]`.
///
/// # Safety
/// `datum` is such an array.
pub(crate) unsafe fn texts(datum: Datum) -> Vec<Option<String>> {
    let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    // SAFETY: promised by the caller; a text has a length of its own and is aligned as an integer. The results are as
    // long as the count says.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        pg_sys::deconstruct_array(
            array,
            pg_sys::TEXTOID,
            -1,
            false,
            b'i' as std::ffi::c_char,
            &mut values,
            &mut nulls,
            &mut count,
        );
        (0..count as usize)
            .map(|at| (!*nulls.add(at)).then(|| text::from_text_datum(*values.add(at))))
            .collect()
    }
}

/// The same without NULLs.
///
/// # Safety
/// `datum` is such an array.
pub(crate) unsafe fn text_elements(datum: Datum) -> Vec<String> {
    // SAFETY: promised by the caller. Where nothing is NULL, the elements stand behind the header and the dimensions, each
    // aligned as an integer, if its header is not one of a single byte.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        if (*array).ndim != 1 || (*array).dataoffset != 0 {
            return texts(datum).into_iter().flatten().collect();
        }
        let dimensions = array.add(1).cast::<i32>();
        let begin = array.cast::<u8>();
        let mut element = dimensions.add(2).cast::<u8>();
        (0..*dimensions)
            .map(|_| {
                if element.read() == 0 {
                    element = begin.add((element.offset_from_unsigned(begin)).next_multiple_of(4));
                }
                let text = text::from_text_datum(Datum::from(element));
                element = element.add(pgrx::varsize_any(element.cast()));
                text
            })
            .collect()
    }
}
