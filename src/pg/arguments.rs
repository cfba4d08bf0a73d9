//! Argument types of our functions that pgrx has none for.

use super::Oid;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::impl_sql_translatable;
use pgrx::nullable::Nullable;

/// Declares an OID alias type: stored as an OID, written as a name in SQL.
macro_rules! oid_alias {
    ($(#[$meta:meta])* $name:ident, $sql:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(pub(crate) Oid);

        impl_sql_translatable!($name, $sql);

        // SAFETY: the SQL type has the same representation as `oid`.
        unsafe impl<'fcx> ArgAbi<'fcx> for $name {
            unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
                // SAFETY: promised by the caller.
                Self(unsafe { Oid::unbox_arg_unchecked(arg) })
            }

            unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
                // SAFETY: promised by the caller.
                match unsafe { Oid::unbox_nullable_arg(arg) } {
                    Nullable::Valid(oid) => Nullable::Valid(Self(oid)),
                    Nullable::Null => Nullable::Null,
                }
            }
        }
    };
}

oid_alias!(
    /// `regclass`
    RegClass,
    "regclass"
);
oid_alias!(
    /// `regnamespace`
    RegNamespace,
    "regnamespace"
);
