//! Values of one type that were read before, ready to be returned by a function again and again.

use crate::pg::bytes::TextBytes;
use crate::pg::memory::Scratch;
use crate::pg::type_name::TypeId;
use crate::pg::{Oid, arguments, error_fields};
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::impl_sql_translatable;
use pgrx::pg_sys::{self, Datum, FunctionCallInfo};

/// A value that lives as long as the [`KeptValues`] that read it.
#[derive(Clone, Copy)]
pub(crate) struct KeptValue(Datum);

/// Reads values of a type by its input function, and keeps them.
pub(crate) struct KeptValues {
    type_id: TypeId,
    function: pg_sys::FmgrInfo,
    element: Oid,
    values: Scratch,
}

impl KeptValues {
    /// For a type. The values go with the current memory context at the latest.
    pub(crate) fn new(type_id: TypeId) -> Self {
        let mut kept = Self {
            type_id,
            function: pg_sys::FmgrInfo::default(),
            element: Oid::INVALID,
            values: Scratch::new(),
        };
        let mut function = Oid::INVALID;
        // SAFETY: questions about a type; what the function keeps for its next call lives as long as the values.
        unsafe {
            pg_sys::getTypeInputInfo(type_id.oid, &mut function, &mut kept.element);
            pg_sys::fmgr_info_cxt(function, &mut kept.function, kept.values.as_ptr());
        }
        kept
    }

    /// Reads a value, as the type prints it in the server's encoding. Its errors go to the caller as they are.
    pub(crate) fn read_value(&mut self, printed: &[u8]) -> KeptValue {
        // SAFETY: the type's own input function, which gets a C string and allocates where values live as long as
        // `self`.
        unsafe {
            let text = pg_sys::pnstrdup(printed.as_ptr().cast(), printed.len());
            let before = pg_sys::MemoryContextSwitchTo(self.values.as_ptr());
            let value = error_fields::kept(|| {
                pg_sys::InputFunctionCall(&mut self.function, text, self.element, self.type_id.modifier)
            });
            pg_sys::MemoryContextSwitchTo(before);
            KeptValue(value)
        }
    }

    /// One of these values as the result of a call; `None` if the function is called for another type.
    pub(crate) fn result(&self, value: KeptValue, call: &LookUp) -> Option<LookUpResult> {
        (call.result_type() == self.type_id.oid).then_some(LookUpResult(Some(value.0)))
    }
}

/// The call of a function in SQL that looks a text up, and that an argument tells which type its result has:
/// `(text, anyelement) RETURNS anyelement`. Called for every row, it must cost little more than the look-up.
pub(crate) struct LookUp(FunctionCallInfo);

/// The result of such a function.
pub(crate) struct LookUpResult(Option<Datum>);

impl_sql_translatable!(LookUpResult, "anyelement");

impl LookUp {
    /// A running call of such a function.
    pub(crate) fn of_call(call: FunctionCallInfo) -> Self {
        Self(call)
    }

    /// The text; `None` for NULL.
    pub(crate) fn text(&self) -> Option<TextBytes<'_>> {
        // SAFETY: the arguments are those of such a function; a text that is stored in plain lives as long as the call.
        unsafe {
            let argument = (*self.0).args.as_slice(2).first()?;
            (!argument.isnull).then(|| TextBytes::of_argument(argument.value))
        }
    }

    fn result_type(&self) -> Oid {
        let known = arguments::remembered::<Oid>(self.0);
        if *known.borrow() == Oid::INVALID {
            // SAFETY: a question about the call.
            known.replace(unsafe { pg_sys::get_fn_expr_argtype((*self.0).flinfo, 1) });
        }
        *known.borrow()
    }
}

impl LookUpResult {
    pub(crate) const NULL: Self = Self(None);
}

// SAFETY: made by `KeptValues::result`, which compares the types, or NULL.
unsafe impl BoxRet for LookUpResult {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        match self.0 {
            // SAFETY: promised by the caller.
            Some(value) => unsafe { fcinfo.return_raw_datum(value) },
            None => fcinfo.return_null(),
        }
    }
}
