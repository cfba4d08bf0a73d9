//! Values of type `jsonb` as PostgreSQL keeps them: looked into, and handed on to a statement, without becoming text.

use super::text;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys::{self, Datum, JsonbIteratorToken as Token};
use pgrx::{direct_function_call_as_datum, impl_sql_translatable};
use std::marker::PhantomData;

/// A jsonb value, which lives as long as the memory context in which it was made.
#[derive(Clone, Copy)]
pub(crate) struct JsonbValue(Datum);

impl_sql_translatable!(JsonbValue, "jsonb");

// SAFETY: the argument is declared as jsonb; detoasting gives a plain one.
unsafe impl<'fcx> ArgAbi<'fcx> for JsonbValue {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: promised by the caller.
        unsafe {
            let datum = arg.unbox_arg_using_from_datum::<Datum>().unwrap_or(Datum::null());
            Self(Datum::from(pg_sys::pg_detoast_datum(datum.cast_mut_ptr())))
        }
    }
}

/// A step of the walk through an array of objects.
pub(crate) enum Step<'a> {
    /// A key of the object, in the server's encoding.
    Key(&'a [u8]),
    /// The object has no more keys.
    End,
    /// The element is no object.
    NoObject,
}

impl JsonbValue {
    /// JSON text as a value, by jsonb's own input function.
    pub(crate) fn parse(json: &str) -> Self {
        // SAFETY: jsonb_in takes a C string in the server's encoding, and never gives null.
        unsafe {
            let text = pg_sys::text_to_cstring(text::to_text_datum(json).cast_mut_ptr());
            Self(
                direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(text.into())])
                    .unwrap_or(Datum::null()),
            )
        }
    }

    pub(super) fn datum(self) -> Datum {
        self.0
    }

    /// The keys of an object; `None` if it is none.
    pub(crate) fn keys(&self) -> Option<Vec<String>> {
        let mut tokens = Tokens::of(self);
        if tokens.next(false) != Token::WJB_BEGIN_OBJECT {
            return None;
        }
        Some(
            std::iter::from_fn(|| tokens.next_key())
                .map(text::from_server)
                .collect(),
        )
    }

    /// A walk through the objects of an array; `None` if it is none.
    pub(crate) fn objects(&self) -> Option<Objects<'_>> {
        let mut tokens = Tokens::of(self);
        let is_array = tokens.next(false) == Token::WJB_BEGIN_ARRAY && !tokens.is_raw_scalar();
        is_array.then_some(Objects {
            tokens,
            in_object: false,
        })
    }

    /// An array of some elements of this array.
    pub(crate) fn elements(self, positions: &[usize]) -> Self {
        let mut state = std::ptr::null_mut();
        // SAFETY: the value is an array, as its caller knows; one that has no such element gives null, which is left
        // out. What is built is a complete array.
        unsafe {
            let array = &raw mut (*self.0.cast_mut_ptr::<pg_sys::Jsonb>()).root;
            pg_sys::pushJsonbValue(&mut state, Token::WJB_BEGIN_ARRAY, std::ptr::null_mut());
            for &at in positions {
                let element = pg_sys::getIthJsonbValueFromContainer(array, at as u32);
                if !element.is_null() {
                    pg_sys::pushJsonbValue(&mut state, Token::WJB_ELEM, element);
                }
            }
            let built = pg_sys::pushJsonbValue(&mut state, Token::WJB_END_ARRAY, std::ptr::null_mut());
            Self(Datum::from(pg_sys::JsonbValueToJsonb(built)))
        }
    }
}

/// A walk through the objects of an array.
pub(crate) struct Objects<'a> {
    tokens: Tokens<'a>,
    in_object: bool,
}

impl<'a> Iterator for Objects<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        if !self.in_object {
            match self.tokens.next(false) {
                Token::WJB_BEGIN_OBJECT => self.in_object = true,
                Token::WJB_END_ARRAY | Token::WJB_DONE => return None,
                _ => return Some(Step::NoObject),
            }
        }
        Some(match self.tokens.next_key() {
            Some(key) => Step::Key(key),
            None => {
                self.in_object = false;
                Step::End
            }
        })
    }
}

/// A walk through a value.
struct Tokens<'a> {
    iterator: *mut pg_sys::JsonbIterator,
    current: pg_sys::JsonbValue,
    value: PhantomData<&'a JsonbValue>,
}

impl<'a> Tokens<'a> {
    fn of(value: &'a JsonbValue) -> Self {
        // SAFETY: a detoasted jsonb.
        let iterator =
            unsafe { pg_sys::JsonbIteratorInit(&raw mut (*value.0.cast_mut_ptr::<pg_sys::Jsonb>()).root) };
        Self {
            iterator,
            current: pg_sys::JsonbValue::default(),
            value: PhantomData,
        }
    }

    /// The next token; of an array or object that lies inside, only one if it is skipped.
    fn next(&mut self, skip_nested: bool) -> Token::Type {
        // SAFETY: the iterator walks through a value that outlives it.
        unsafe { pg_sys::JsonbIteratorNext(&mut self.iterator, &mut self.current, skip_nested) }
    }

    /// Whether the array that just began is the wrapping of a scalar.
    fn is_raw_scalar(&self) -> bool {
        // SAFETY: the beginning of an array fills in this variant.
        unsafe { self.current.val.array.rawScalar }
    }

    /// The next key of the object that began; its value is skipped.
    fn next_key(&mut self) -> Option<&'a [u8]> {
        if self.next(true) != Token::WJB_KEY {
            return None;
        }
        // SAFETY: a key fills in this variant, with a pointer into the value.
        let key = unsafe {
            let string = self.current.val.string;
            std::slice::from_raw_parts(string.val.cast(), string.len as usize)
        };
        self.next(true);
        Some(key)
    }
}
