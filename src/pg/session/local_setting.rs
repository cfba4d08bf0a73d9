//! Settings that have other values for a piece of code.

use pgrx::pg_sys;
use std::ffi::{CStr, c_int};

/// Settings with other values, until this is dropped. When an error unwinds, the abort of the (sub)transaction puts them
/// back.
pub(in crate::pg) struct LocalSettings {
    nest_level: c_int,
}

impl LocalSettings {
    /// Sets a setting that every role may set.
    pub(in crate::pg) fn begin(name: &CStr, value: &CStr) -> Self {
        Self::begin_all([(name, value)])
    }

    /// Sets several of them.
    pub(in crate::pg) fn begin_all<'s>(settings: impl IntoIterator<Item = (&'s CStr, &'s CStr)>) -> Self {
        // SAFETY: inside of a transaction; names and values are C strings in the server's encoding.
        unsafe {
            let nest_level = pg_sys::NewGUCNestLevel();
            for (name, value) in settings {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
                    pg_sys::GucContext::PGC_USERSET,
                    pg_sys::GucSource::PGC_S_SESSION,
                    pg_sys::GucAction::GUC_ACTION_SAVE,
                    true,
                    0,
                    false,
                );
            }
            Self { nest_level }
        }
    }
}

impl Drop for LocalSettings {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: the level that `begin` has opened.
            unsafe { pg_sys::AtEOXact_GUC(false, self.nest_level) };
        }
    }
}
