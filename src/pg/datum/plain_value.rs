//! Arguments of any type, read by the output functions of their types and of those that are part of them; no cast of
//! their owners is called (see `own_casts`).

use crate::pg::jsonb_value::JsonbValue;
use crate::pg::memory::{self, Scratch};
use crate::pg::{Oid, arguments, bytes, comparison, own_casts, server, text, tuple};
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::nullable::Nullable;
use pgrx::pg_sys::{self, Datum};
use std::ffi::c_char;

/// As PostgreSQL prints it.
pub(crate) struct PlainText(pub(crate) String);

/// As JSON: arrays and rows by their elements and fields, anything else as `to_jsonb` writes it or as a string.
pub(crate) struct PlainJson(pub(crate) String);

pgrx::impl_sql_translatable!(PlainText, "anycompatible");
pgrx::impl_sql_translatable!(PlainJson, "anycompatible");

// SAFETY: reads the argument as a value of the type that it has in this call.
unsafe impl<'fcx> ArgAbi<'fcx> for PlainText {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: promised by the caller.
        Self(unsafe { print_argument(arg, printed) })
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        if arg.is_null() {
            return Nullable::Null;
        }
        // SAFETY: promised by the caller.
        Nullable::Valid(unsafe { Self::unbox_arg_unchecked(arg) })
    }
}

// SAFETY: as above.
unsafe impl<'fcx> ArgAbi<'fcx> for PlainJson {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        let json = |datum, type_oid| {
            let mut out = String::new();
            // SAFETY: the value is of that type.
            unsafe { write_value(&mut out, &Scratch::new(), datum, type_oid) };
            out
        };
        // SAFETY: promised by the caller.
        Self(unsafe { print_argument(arg, json) })
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        if arg.is_null() {
            return Nullable::Null;
        }
        // SAFETY: promised by the caller.
        Nullable::Valid(unsafe { Self::unbox_arg_unchecked(arg) })
    }
}

/// # Safety
/// `arg` is an argument of the running call.
unsafe fn print_argument(arg: Arg<'_, '_>, by: impl FnOnce(Datum, Oid) -> String) -> String {
    let type_oid = arg.raw_oid();
    // SAFETY: promised by the caller.
    let Some(value) = (unsafe { arg.unbox_arg_using_from_datum::<pgrx::AnyElement>() }) else {
        return String::new();
    };
    // SAFETY: a question about a type; a value of variable length has a size.
    unsafe {
        if pg_sys::get_typlen(type_oid) == -1 {
            arguments::refuse_longer(bytes::unpacked_size(value.datum()));
        }
    }
    by(value.datum(), type_oid)
}

fn printed(datum: Datum, type_oid: Oid) -> String {
    let (mut function, mut is_varlena) = (Oid::INVALID, false);
    // SAFETY: the value is of that type; an output function gives a C string.
    unsafe {
        pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
        text::from_server_cstr(pg_sys::OidOutputFunctionCall(function, datum)).unwrap_or_default()
    }
}

/// Appends a value as JSON.
///
/// # Safety
/// `datum` is a value of the type, not NULL.
unsafe fn write_value(out: &mut String, scratch: &Scratch, datum: Datum, type_oid: Oid) {
    server::check_for_interrupts();
    let base = comparison::base_type(type_oid);
    // SAFETY: promised by the caller.
    unsafe {
        if own_casts::are_trusted(base) {
            push_text(out, &scratch.run(|| by_to_jsonb(datum, base)));
        } else if let Some(element) = comparison::element_type(base) {
            write_array(out, scratch, datum, element);
        } else if pg_sys::get_typtype(base) as u8 == pg_sys::TYPTYPE_COMPOSITE {
            write_row(out, scratch, datum);
        } else {
            write_string(out, &scratch.run(|| printed(datum, base)));
        }
    }
}

fn push_text(out: &mut String, text: &str) {
    memory::reserve_text(out, text.len());
    out.push_str(text);
}

fn write_string(out: &mut String, string: &str) {
    memory::require(2 * string.len());
    push_text(out, &serde_json::Value::from(string).to_string());
}

/// # Safety
/// `datum` is an array of such elements.
unsafe fn write_array(out: &mut String, scratch: &Scratch, datum: Datum, element: Oid) {
    let (mut length, mut by_value, mut alignment) = (0, false, 0 as c_char);
    let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    // SAFETY: detoasted, an array is a header and the lengths of its dimensions, and then the rest. The results are as
    // long as the count says.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        let lengths = std::slice::from_raw_parts(array.add(1).cast::<i32>(), (*array).ndim as usize);
        pg_sys::get_typlenbyvalalign(element, &mut length, &mut by_value, &mut alignment);
        pg_sys::deconstruct_array(
            array,
            element,
            length.into(),
            by_value,
            alignment,
            &mut values,
            &mut nulls,
            &mut count,
        );
        memory::require(count as usize * size_of::<Option<Datum>>());
        let elements: Vec<Option<Datum>> = (0..count as usize)
            .map(|at| (!*nulls.add(at)).then(|| *values.add(at)))
            .collect();
        write_dimension(out, scratch, lengths, &elements, element);
    }
}

/// # Safety
/// The elements are of that type; there are as many as the product of the lengths.
unsafe fn write_dimension(
    out: &mut String,
    scratch: &Scratch,
    lengths: &[i32],
    elements: &[Option<Datum>],
    element: Oid,
) {
    out.push('[');
    let parts = lengths.first().map_or(0, |&length| length as usize);
    for at in 0..parts {
        if at > 0 {
            out.push(',');
        }
        // SAFETY: promised by the caller.
        unsafe {
            match elements.get(at).filter(|_| lengths.len() == 1) {
                Some(Some(value)) => write_value(out, scratch, *value, element),
                Some(None) => push_text(out, "null"),
                None => {
                    let size = elements.len() / parts;
                    let part = &elements[at * size..(at + 1) * size];
                    write_dimension(out, scratch, &lengths[1..], part, element);
                }
            }
        }
    }
    out.push(']');
}

/// # Safety
/// `datum` is a row.
unsafe fn write_row(out: &mut String, scratch: &Scratch, datum: Datum) {
    // SAFETY: detoasted, a row says its type; its values lie as the descriptor of that type says, which is a copy of ours.
    unsafe {
        let header = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::HeapTupleHeaderData>();
        let row_type = &(*header).t_choice.t_datum;
        let descriptor = pg_sys::lookup_rowtype_tupdesc_copy(row_type.datum_typeid, row_type.datum_typmod);
        let mut row = pg_sys::HeapTupleData {
            t_len: pgrx::varsize(header.cast()) as u32,
            t_data: header,
            ..Default::default()
        };
        let attributes = tuple::attributes(descriptor);
        let mut values = vec![Datum::from(0); attributes.len()];
        let mut nulls = vec![false; attributes.len()];
        pg_sys::heap_deform_tuple(&mut row, descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
        let mut separator = '{';
        for (attribute, (value, is_null)) in attributes.iter().zip(values.iter().zip(&nulls)) {
            if attribute.attisdropped {
                continue;
            }
            out.push(separator);
            separator = ',';
            let name = text::from_server_cstr(attribute.attname.data.as_ptr()).unwrap_or_default();
            write_string(out, &name);
            out.push(':');
            match is_null {
                true => push_text(out, "null"),
                false => write_value(out, scratch, *value, attribute.atttypid),
            }
        }
        push_text(out, if separator == '{' { "{}" } else { "}" });
    }
}

/// A value as PostgreSQL's `to_jsonb` writes it.
///
/// # Safety
/// `datum` is a value of the type, not NULL.
unsafe fn by_to_jsonb(datum: Datum, type_oid: Oid) -> String {
    // SAFETY: the function is called as from an expression, by which it knows the type of its argument. It is strict,
    // and the value is not NULL; its result is not, either.
    unsafe {
        let argument = pg_sys::makeNullConst(type_oid, -1, Oid::INVALID);
        let call = pg_sys::makeFuncExpr(
            pg_sys::F_TO_JSONB.into(),
            pg_sys::JSONBOID,
            pg_sys::lappend(std::ptr::null_mut(), argument.cast()),
            Oid::INVALID,
            Oid::INVALID,
            pg_sys::CoercionForm::COERCE_EXPLICIT_CALL,
        );
        let mut function = pg_sys::FmgrInfo::default();
        pg_sys::fmgr_info(pg_sys::F_TO_JSONB.into(), &mut function);
        function.fn_expr = call.cast();
        let jsonb = pg_sys::FunctionCall1Coll(&mut function, Oid::INVALID, datum);
        JsonbValue::of_datum(jsonb).to_text()
    }
}
