//! A datum of any type, decoded into a plain Rust value.

use crate::pg::{Oid, text, tuple};
use pgrx::direct_function_call;
use pgrx::pg_sys::{self, Datum};

/// A value as far as JSON cares about its type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A finite number, as PostgreSQL prints it.
    Number(String),
    /// Anything that is a string in JSON, as PostgreSQL prints it; the text of json values too.
    Text(String),
    /// Days since 2000-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since midnight, seconds west of UTC.
    TimeWithZone(i64, i32),
    /// Microseconds since 2000-01-01.
    Timestamp(i64),
    /// Microseconds since 2000-01-01 in the session's time zone, and seconds east of UTC at that moment.
    TimestampWithZone(i64, i64),
    /// Months, days, microseconds.
    Interval(i32, i32, i64),
    Array(Vec<Value>),
    Composite(Vec<(String, Value)>),
}

/// Takes apart a value of the given type.
///
/// # Safety
/// `datum` is a value of that type.
pub(crate) unsafe fn decode_value(datum: Datum, type_oid: Oid) -> Value {
    // SAFETY: each branch reads the datum as the type that it is.
    unsafe {
        let base = pg_sys::getBaseType(type_oid);
        match base {
            pg_sys::BOOLOID => Value::Bool(datum.value() != 0),
            pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID | pg_sys::OIDOID => {
                Value::Number(output(datum, base))
            }
            pg_sys::FLOAT4OID | pg_sys::FLOAT8OID | pg_sys::NUMERICOID => number_value(output(datum, base)),
            pg_sys::DATEOID => Value::Date(datum.value() as i32),
            pg_sys::TIMEOID => Value::Time(datum.value() as i64),
            pg_sys::TIMESTAMPOID => Value::Timestamp(datum.value() as i64),
            pg_sys::TIMESTAMPTZOID => timestamp_with_zone(datum.value() as i64),
            pg_sys::TIMETZOID => {
                let time = *datum.cast_mut_ptr::<pg_sys::TimeTzADT>();
                Value::TimeWithZone(time.time, time.zone)
            }
            pg_sys::INTERVALOID => {
                let interval = *datum.cast_mut_ptr::<pg_sys::Interval>();
                Value::Interval(interval.month, interval.day, interval.time)
            }
            _ => decode_structured(datum, base),
        }
    }
}

/// # Safety
/// As [`decode_value`].
unsafe fn decode_structured(datum: Datum, base: Oid) -> Value {
    // SAFETY: the type is asked first what its values are.
    unsafe {
        let element = pg_sys::get_element_type(base);
        if element != Oid::INVALID {
            decode_array(datum, element)
        } else if pg_sys::get_typtype(base) as u8 == pg_sys::TYPTYPE_COMPOSITE {
            decode_composite(datum)
        } else {
            Value::Text(output(datum, base))
        }
    }
}

fn number_value(text: String) -> Value {
    if text.ends_with(|last: char| last.is_ascii_digit()) {
        Value::Number(text)
    } else {
        Value::Text(text)
    }
}

/// A moment, in microseconds since 2000-01-01 UTC, in the session's time zone.
pub(crate) fn timestamp_with_zone(utc: i64) -> Value {
    if utc == i64::MIN || utc == i64::MAX {
        return Value::Timestamp(utc);
    }
    // SAFETY: the cast from timestamptz to timestamp, which applies the session's time zone.
    let local =
        unsafe { direct_function_call::<i64>(pg_sys::timestamptz_timestamp, &[Some(Datum::from(utc))]) };
    let local = local.unwrap_or(utc);
    Value::TimestampWithZone(local, (local - utc) / 1_000_000)
}

/// # Safety
/// `datum` is an array of `element`.
unsafe fn decode_array(datum: Datum, element: Oid) -> Value {
    // SAFETY: deconstruct_array fills in palloc'd arrays of the length that it returns; the dimensions follow the
    // array's header.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        let (mut length, mut by_value, mut align) = (0, false, 0);
        pg_sys::get_typlenbyvalalign(element, &mut length, &mut by_value, &mut align);
        let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
        pg_sys::deconstruct_array(
            array,
            element,
            length.into(),
            by_value,
            align,
            &mut values,
            &mut nulls,
            &mut count,
        );
        let elements = (0..count as usize).map(|at| {
            if *nulls.add(at) {
                Value::Null
            } else {
                decode_value(*values.add(at), element)
            }
        });
        let dimensions = std::slice::from_raw_parts(array.add(1).cast::<i32>(), (*array).ndim as usize);
        nest(elements.collect(), dimensions)
    }
}

/// Folds a flat list into arrays of arrays, as the dimensions say.
fn nest(elements: Vec<Value>, dimensions: &[i32]) -> Value {
    match dimensions {
        [] | [_] => Value::Array(elements),
        [_, inner @ ..] => {
            let size = inner
                .iter()
                .map(|&length| length as usize)
                .product::<usize>()
                .max(1);
            Value::Array(
                elements
                    .chunks(size)
                    .map(|chunk| nest(chunk.to_vec(), inner))
                    .collect(),
            )
        }
    }
}

/// # Safety
/// `datum` is of a composite type.
unsafe fn decode_composite(datum: Datum) -> Value {
    // SAFETY: a composite carries its type; the descriptor is a copy, and the buffers are as wide as it.
    unsafe {
        let header = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::HeapTupleHeaderData>();
        let fields = (*header).t_choice.t_datum;
        let descriptor = pg_sys::lookup_rowtype_tupdesc_copy(fields.datum_typeid, fields.datum_typmod);
        let width = (*descriptor).natts as usize;
        let mut tuple = pg_sys::HeapTupleData {
            t_len: pgrx::varsize_any(header.cast()) as u32,
            t_data: header,
            ..Default::default()
        };
        let (mut values, mut nulls) = (vec![Datum::null(); width], vec![true; width]);
        pg_sys::heap_deform_tuple(&mut tuple, descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
        let attributes = (0..width).filter_map(|at| {
            let attribute = tuple::attribute(descriptor, at);
            let value = if nulls[at] {
                Value::Null
            } else {
                decode_value(values[at], attribute.atttypid)
            };
            let name = text::from_server_cstr(attribute.attname.data.as_ptr())?;
            (!attribute.attisdropped).then_some((name, value))
        });
        Value::Composite(attributes.collect())
    }
}

/// A value as PostgreSQL prints it.
///
/// # Safety
/// As [`decode_value`].
unsafe fn output(datum: Datum, type_oid: Oid) -> String {
    let (mut function, mut is_varlena) = (Oid::INVALID, false);
    // SAFETY: the type's own output function gives a C string.
    unsafe {
        pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
        text::from_server_cstr(pg_sys::OidOutputFunctionCall(function, datum)).unwrap_or_default()
    }
}

/// The value of a `Const` node.
///
/// # Safety
/// `constant` points to one.
pub(crate) unsafe fn of_constant(constant: *const pg_sys::Const) -> Value {
    // SAFETY: promised by the caller.
    unsafe {
        if (*constant).constisnull {
            Value::Null
        } else {
            decode_value((*constant).constvalue, (*constant).consttype)
        }
    }
}
