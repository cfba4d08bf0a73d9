//! Types by their names and modifiers, as the server's own parser takes them.
//!
//! PostgreSQL raises an error for text that is not a type.

use crate::pg::{Oid, error_fields, server, text};
use pgrx::pg_sys::{self, Datum};
use std::ffi::CString;

/// A type with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeId {
    pub(crate) oid: Oid,
    /// In the type's own number; -1 if there are none.
    pub(crate) modifier: i32,
}

impl TypeId {
    /// A type as SQL writes it: `numeric(8,2)`, `app.mood[]`, `"Odd type"`.
    pub(crate) fn parse(name: &str) -> Self {
        let name = CString::new(text::to_server(name)).unwrap_or_default();
        let (mut oid, mut modifier) = (Oid::INVALID, -1);
        // SAFETY: a C string in the server's encoding, and where to put the results.
        error_fields::kept(|| unsafe {
            #[cfg(feature = "pg15")]
            pg_sys::parseTypeString(name.as_ptr(), &mut oid, &mut modifier, false);
            #[cfg(not(feature = "pg15"))]
            pg_sys::parseTypeString(name.as_ptr(), &mut oid, &mut modifier, std::ptr::null_mut());
        });
        Self { oid, modifier }
    }

    /// The same type with the modifiers that its input function makes of texts; `None` if it takes no modifiers.
    pub(crate) fn with_modifiers(self, modifiers: &[String]) -> Option<Self> {
        let texts: Vec<CString> = modifiers
            .iter()
            .map(|text| CString::new(text.as_str()).unwrap_or_default())
            .collect();
        let mut elements: Vec<Datum> = texts.iter().map(|text| Datum::from(text.as_ptr())).collect();
        // SAFETY: such a function takes an array of C strings and returns an integer.
        unsafe {
            let function = pg_sys::get_typmodin(self.oid);
            if function == Oid::INVALID {
                return None;
            }
            let array = pg_sys::construct_array(
                elements.as_mut_ptr(),
                elements.len() as i32,
                pg_sys::CSTRINGOID,
                -2,
                false,
                b'c' as std::ffi::c_char,
            );
            let modifier = error_fields::kept(|| {
                pg_sys::OidFunctionCall1Coll(function, Oid::INVALID, Datum::from(array))
            });
            Some(Self {
                oid: self.oid,
                modifier: modifier.value() as i32,
            })
        }
    }

    /// The array type of the type, with the same modifiers of elements.
    pub(crate) fn array(self) -> Option<Self> {
        // SAFETY: a look-up.
        let oid = unsafe { pg_sys::get_array_type(self.oid) };
        (oid != Oid::INVALID).then_some(Self { oid, ..self })
    }

    /// The type of an array's elements, with the array's modifiers.
    pub(crate) fn element(self) -> Option<Self> {
        // SAFETY: a look-up.
        let oid = unsafe { pg_sys::get_element_type(self.oid) };
        (oid != Oid::INVALID).then_some(Self { oid, ..self })
    }

    /// The type as SQL; `None` if it does not exist. Types outside pg_catalog have their schema.
    pub(crate) fn to_sql(self) -> Option<String> {
        let mut flags = pg_sys::FORMAT_TYPE_TYPEMOD_GIVEN | pg_sys::FORMAT_TYPE_INVALID_AS_NULL;
        let named = self.element().map_or(self.oid, |element| element.oid);
        if !server::is_built_in(named) {
            flags |= pg_sys::FORMAT_TYPE_FORCE_QUALIFY;
        }
        // SAFETY: gives a C string, or null for an unknown type.
        unsafe {
            text::from_server_cstr(pg_sys::format_type_extended(
                self.oid,
                self.modifier,
                flags as pg_sys::bits16,
            ))
        }
    }
}

/// Whether a type, or what a domain is over, is one of texts.
pub(crate) fn is_string(type_oid: Oid) -> bool {
    category(type_oid) == pg_sys::TYPCATEGORY_STRING
}

/// The category of a type, or of what a domain is over.
fn category(type_oid: Oid) -> u8 {
    let (mut category, mut is_preferred) = (0, false);
    // SAFETY: a look-up of a type that exists.
    unsafe { pg_sys::get_type_category_preferred(base(type_oid), &mut category, &mut is_preferred) };
    category as u8
}

/// The base type of a domain, through all domains of the chain; any other type itself.
pub(crate) fn base(type_oid: Oid) -> Oid {
    // SAFETY: a look-up; an unknown type is its own base.
    unsafe { pg_sys::getBaseType(type_oid) }
}

/// Whether a type is a domain.
pub(crate) fn is_domain(type_oid: Oid) -> bool {
    // SAFETY: a look-up.
    unsafe { pg_sys::get_typtype(type_oid) as u8 == pg_sys::TYPTYPE_DOMAIN }
}

/// Whether a type is one of arguments only, such as `unknown` and `anyelement`.
pub(crate) fn is_pseudo(type_oid: Oid) -> bool {
    // SAFETY: a look-up.
    unsafe { pg_sys::get_typtype(type_oid) as u8 == pg_sys::TYPTYPE_PSEUDO }
}

/// Whether the values of a type, or of what a domain is over, are rows.
pub(crate) fn is_composite(type_oid: Oid) -> bool {
    // SAFETY: a look-up.
    unsafe { pg_sys::get_typtype(base(type_oid)) as u8 == pg_sys::TYPTYPE_COMPOSITE }
}

/// The relation whose columns are the fields of a composite type.
pub(crate) fn relation_of_rows(type_oid: Oid) -> Oid {
    // SAFETY: a question about a type that is known to exist.
    unsafe { pg_sys::get_typ_typrelid(base(type_oid)) }
}

/// Whether values of a type can be sorted.
pub(crate) fn has_order(type_oid: Oid) -> bool {
    // SAFETY: an entry of the cache of types, which stays where it is.
    unsafe { (*pg_sys::lookup_type_cache(type_oid, pg_sys::TYPECACHE_LT_OPR as i32)).lt_opr != Oid::INVALID }
}

/// Whether PostgreSQL turns values of one type into another without being asked to: nothing can be lost or fail.
pub(crate) fn converts_implicitly(source: Oid, target: Oid) -> bool {
    pathway(source, target, pg_sys::CoercionContext::COERCION_IMPLICIT)
}

/// Whether a cast from one type to another that is written out has a function or a representation of its own, rather
/// than going by text.
pub(crate) fn has_own_cast(source: Oid, target: Oid) -> bool {
    pathway(source, target, pg_sys::CoercionContext::COERCION_EXPLICIT)
}

fn pathway(source: Oid, target: Oid, context: pg_sys::CoercionContext::Type) -> bool {
    let mut function = Oid::INVALID;
    // SAFETY: a look-up of types that exist.
    let pathway = unsafe { pg_sys::find_coercion_pathway(target, source, context, &mut function) };
    matches!(
        pathway,
        pg_sys::CoercionPathType::COERCION_PATH_FUNC | pg_sys::CoercionPathType::COERCION_PATH_RELABELTYPE
    )
}
