//! An argument of whatever type the caller has at hand.

use super::text;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::impl_sql_translatable;
use pgrx::pg_sys::{self, Datum, Oid};

/// An argument of type `anycompatible`, as its type prints it.
pub(crate) struct AnyArgument(pub(crate) String);

impl_sql_translatable!(AnyArgument, "anycompatible");

// SAFETY: the value is printed by the output function of the type that it has in this call.
unsafe impl<'fcx> ArgAbi<'fcx> for AnyArgument {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        let type_oid = arg.raw_oid();
        let (mut function, mut is_varlena) = (Oid::INVALID, false);
        // SAFETY: promised by the caller; the output function gives a C string.
        unsafe {
            let datum = arg.unbox_arg_using_from_datum::<Datum>().unwrap_or(Datum::null());
            pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
            let printed = pg_sys::OidOutputFunctionCall(function, datum);
            Self(text::from_server_cstr(printed).unwrap_or_default())
        }
    }
}
