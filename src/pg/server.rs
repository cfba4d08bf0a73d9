//! Small questions to the running server.

use pgrx::pg_sys::{self, Oid};

/// Lets a query cancel or a shutdown take effect.
pub(crate) fn check_for_interrupts() {
    pg_sys::check_for_interrupts!();
}

/// Whether `object` came with the server's bootstrap, and so is none of a user's or an extension's.
pub(crate) fn is_built_in(object: Oid) -> bool {
    object.to_u32() < pg_sys::FirstNormalObjectId
}

/// Keeps `mathesar_ext.` for our settings: a misspelt one is reported instead of silently accepted.
pub(crate) fn reserve_setting_prefix() {
    // SAFETY: called once, when the library is loaded; the name is a constant.
    unsafe {
        #[cfg(feature = "pg14")]
        pg_sys::EmitWarningsOnPlaceholders(c"mathesar_ext".as_ptr());
        #[cfg(not(feature = "pg14"))]
        pg_sys::MarkGUCPrefixReserved(c"mathesar_ext".as_ptr());
    }
}
