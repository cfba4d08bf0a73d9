//! Values of parameters, read by the input functions of their types, whose errors go to the caller as they are.

pub(crate) use crate::pg::plan::ParameterValue;
use crate::pg::{Oid, arguments, bytes, error_fields, text};
use pgrx::pg_sys::{self, Datum};

/// A value of a type, in the current memory context.
pub(crate) fn read_parameter(value: &str, type_oid: Oid) -> Datum {
    // SAFETY: the value is a text.
    error_fields::kept(|| unsafe { read_text(text::to_text_datum(value), type_oid) })
}

/// The same of a value of type text.
///
/// # Safety
/// `value` is a text, not NULL.
unsafe fn read_text(value: Datum, type_oid: Oid) -> Datum {
    let (mut function, mut element) = (Oid::INVALID, Oid::INVALID);
    let _nulls = ArrayNulls::on();
    // SAFETY: the type's own input function, which gets a C string in the server's encoding.
    unsafe {
        pg_sys::getTypeInputInfo(type_oid, &mut function, &mut element);
        let value = pg_sys::text_to_cstring(value.cast_mut_ptr());
        pg_sys::OidInputFunctionCall(function, value, element, -1)
    }
}

/// A value of whatever type a call has, or NULL.
pub(crate) struct ReadValue(Option<Datum>);

impl ReadValue {
    /// The first argument of a call, a text, as a value of the second one's type.
    pub(crate) fn of_call(call: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: a function that SQL declares with two arguments, the first of type text.
        unsafe {
            let arguments = &(*call).args;
            let text = &arguments.as_slice(2)[0];
            let type_oid = pg_sys::get_fn_expr_argtype((*call).flinfo, 1);
            let is_null = text.isnull || type_oid == Oid::INVALID;
            Self((!is_null).then(|| read_text(text.value, type_oid)))
        }
    }
}

pgrx::impl_sql_translatable!(ReadValue, "anyelement");

// SAFETY: the datum is of the type that the call has.
unsafe impl pgrx::callconv::BoxRet for ReadValue {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut pgrx::callconv::FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        match self.0 {
            // SAFETY: promised by the caller.
            Some(value) => unsafe { fcinfo.return_raw_datum(value) },
            None => fcinfo.return_null(),
        }
    }
}

/// The setting `array_nulls`, on as long as this value lives: what stands for NULL in an array that is written here is no
/// text, whatever the session has set.
struct ArrayNulls(bool);

impl ArrayNulls {
    fn on() -> Self {
        // SAFETY: a setting of type boolean; a backend has one thread.
        unsafe {
            let before = Self(pg_sys::Array_nulls);
            pg_sys::Array_nulls = true;
            before
        }
    }
}

impl Drop for ArrayNulls {
    fn drop(&mut self) {
        // SAFETY: as above. The setting is put back after an error too.
        unsafe { pg_sys::Array_nulls = self.0 }
    }
}

/// Whether the setting `array_nulls` is on, so that NULL in the text of an array is no word.
pub(crate) fn array_nulls() -> bool {
    // SAFETY: a setting of type boolean.
    unsafe { pg_sys::Array_nulls }
}

/// Whether there is a type with an OID.
pub(crate) fn is_type(type_oid: Oid) -> bool {
    // SAFETY: a question about an OID.
    unsafe {
        pg_sys::SearchSysCacheExists(
            pg_sys::SysCacheIdentifier::TYPEOID as i32,
            type_oid.into(),
            Datum::null(),
            Datum::null(),
            Datum::null(),
        )
    }
}

/// Whether values of a type are arrays.
pub(crate) fn is_array(type_oid: Oid) -> bool {
    element_type(type_oid).is_some()
}

/// The type of the elements, where values of a type are arrays.
pub(crate) fn element_type(type_oid: Oid) -> Option<Oid> {
    // SAFETY: a question about a type.
    Some(unsafe { pg_sys::get_element_type(type_oid) }).filter(|&element| element != Oid::INVALID)
}

/// An argument of any type, as text; of type `anycompatible` in SQL.
pub(crate) struct AnyValue {
    pub(crate) text: String,
    pub(crate) is_json: bool,
}

pgrx::impl_sql_translatable!(AnyValue, "anycompatible");

// SAFETY: reads the argument by the output function of the type that it has in this call.
unsafe impl<'fcx> pgrx::callconv::ArgAbi<'fcx> for AnyValue {
    unsafe fn unbox_arg_unchecked(arg: pgrx::callconv::Arg<'_, 'fcx>) -> Self {
        let type_oid = arg.raw_oid();
        // SAFETY: the argument is of that type.
        unsafe {
            let datum = arg.unbox_arg_using_from_datum::<pgrx::AnyElement>();
            let (mut function, mut is_varlena) = (Oid::INVALID, false);
            pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
            if let Some(value) = datum.as_ref().filter(|_| is_varlena) {
                arguments::refuse_longer(bytes::unpacked_size(value.datum()));
            }
            let text = datum.and_then(|value| {
                text::from_server_cstr(pg_sys::OidOutputFunctionCall(function, value.datum()))
            });
            Self {
                text: text.unwrap_or_default(),
                is_json: matches!(type_oid, pg_sys::JSONBOID | pg_sys::JSONOID),
            }
        }
    }

    unsafe fn unbox_nullable_arg(arg: pgrx::callconv::Arg<'_, 'fcx>) -> pgrx::nullable::Nullable<Self> {
        if arg.is_null() {
            return pgrx::nullable::Nullable::Null;
        }
        // SAFETY: promised by the caller.
        pgrx::nullable::Nullable::Valid(unsafe { Self::unbox_arg_unchecked(arg) })
    }
}
