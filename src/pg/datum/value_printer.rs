//! Values printed as by the output functions of their types, row after row. For the most common types these do little, and
//! calling them costs more than the rest.

use crate::pg::{Oid, bytes, column_type, comparison, memory};
use pgrx::pg_sys::{self, Datum, FmgrInfo};
use std::ffi::CStr;

/// How the values of a column are printed.
pub(in crate::pg) enum ValuePrinter {
    /// A text as it is.
    Text,
    /// An integer of so many bytes.
    Integer(i16),
    Function {
        function: Box<FmgrInfo>,
        is_varlena: bool,
    },
}

impl ValuePrinter {
    /// What it keeps is in the current memory context.
    pub(in crate::pg) fn of_type(type_oid: Oid) -> Self {
        match type_oid {
            pg_sys::TEXTOID | pg_sys::VARCHAROID | pg_sys::BPCHAROID => Self::Text,
            pg_sys::INT2OID => Self::Integer(2),
            pg_sys::INT4OID => Self::Integer(4),
            pg_sys::INT8OID => Self::Integer(8),
            _ => {
                let (mut function, mut is_varlena) = (Oid::INVALID, false);
                let mut lookup = Box::<FmgrInfo>::default();
                // SAFETY: questions about a type that a column has.
                unsafe {
                    pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
                    pg_sys::fmgr_info(function, &mut *lookup);
                }
                Self::Function {
                    function: lookup,
                    is_varlena,
                }
            }
        }
    }

    /// Appends a value as text. `room` is how large values may still be, as they are before they are printed; `None` where
    /// there is not enough.
    ///
    /// # Safety
    /// The value is one of the type, not NULL.
    pub(in crate::pg) unsafe fn print(
        &mut self,
        value: Datum,
        out: &mut Vec<u8>,
        room: &mut usize,
    ) -> Option<()> {
        // SAFETY: promised by the caller.
        unsafe {
            match self {
                Self::Text => {
                    let varlena = value.cast_mut_ptr();
                    if !pgrx::varatt_is_1b(varlena) || pgrx::varatt_is_1b_e(varlena) {
                        *room = room.checked_sub(bytes::unpacked_size(value))?;
                    }
                    push_bytes(out, bytes::of_text(value));
                }
                Self::Integer(2) => push_number(out, i64::from(value.value() as i16)),
                Self::Integer(4) => push_number(out, i64::from(value.value() as i32)),
                Self::Integer(_) => push_number(out, value.value() as i64),
                Self::Function { function, is_varlena } => {
                    if *is_varlena {
                        *room = room.checked_sub(bytes::unpacked_size(value))?;
                    }
                    let printed = pg_sys::OutputFunctionCall(&mut **function, value);
                    push_bytes(out, CStr::from_ptr(printed).to_bytes());
                }
            }
        }
        Some(())
    }
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    memory::reserve(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn push_number(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    push_bytes(out, &digits[at..]);
}

/// Whether a setting of the session has a value by which values of a type are printed in another way than
/// `portable_output` has them printed.
pub(in crate::pg) fn need_settings(type_oid: Oid) -> bool {
    unsafe extern "C" {
        /// The setting, as PostgreSQL keeps it; pgrx leaves it out.
        static bytea_output: std::ffi::c_int;
    }
    const HEX: std::ffi::c_int = 1;
    // SAFETY: settings are plain variables of the session's process.
    unsafe {
        match type_oid {
            pg_sys::BOOLOID
            | pg_sys::INT2OID
            | pg_sys::INT4OID
            | pg_sys::INT8OID
            | pg_sys::OIDOID
            | pg_sys::TEXTOID
            | pg_sys::VARCHAROID
            | pg_sys::BPCHAROID
            | pg_sys::NAMEOID
            | pg_sys::NUMERICOID
            | pg_sys::UUIDOID
            | pg_sys::JSONOID
            | pg_sys::JSONBOID
            | pg_sys::TIMEOID => false,
            pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID | pg_sys::TIMETZOID => {
                pg_sys::DateStyle != pg_sys::USE_ISO_DATES as i32
            }
            pg_sys::INTERVALOID => pg_sys::IntervalStyle != pg_sys::INTSTYLE_POSTGRES as i32,
            pg_sys::FLOAT4OID | pg_sys::FLOAT8OID => pg_sys::extra_float_digits < 1,
            pg_sys::BYTEAOID => bytea_output != HEX,
            other => {
                let base = comparison::base_type(other);
                match comparison::element_type(base) {
                    Some(element) => need_settings(element),
                    None if base != other => need_settings(base),
                    None => !column_type::is_enum(other),
                }
            }
        }
    }
}

#[cfg(any(test, feature = "pg_test"))]
#[pgrx::pg_schema]
mod tests {
    use super::push_number;
    use pgrx::prelude::*;

    #[pg_test]
    fn numbers_are_printed_as_postgresql_prints_them() {
        for number in [0, 7, -1, i64::MAX, i64::MIN, 1_000_000] {
            let mut out = Vec::new();
            push_number(&mut out, number);
            assert_eq!(String::from_utf8(out), Ok(number.to_string()));
        }
    }
}
