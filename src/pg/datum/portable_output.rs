//! Settings under which PostgreSQL prints values that mean the same in every session.

use pgrx::pg_sys;

/// What decides how names and values are printed. `pg_catalog` is where names are looked for anyway, so all others are
/// printed with their schema.
const SETTINGS: [(&std::ffi::CStr, &std::ffi::CStr); 5] = [
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"DateStyle", c"ISO, YMD"),
    (c"IntervalStyle", c"postgres"),
    (c"extra_float_digits", c"1"),
    (c"bytea_output", c"hex"),
];

/// The settings that a call changed, until it ends.
struct ChangedSettings(i32);

/// Runs `body` under those settings.
pub(crate) fn during<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: the settings and their values are PostgreSQL's own; they are put back by `drop`, or by the abort of the
    // (sub)transaction.
    let _changed = unsafe {
        let level = pg_sys::NewGUCNestLevel();
        for (name, value) in SETTINGS {
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
        ChangedSettings(level)
    };
    body()
}

impl Drop for ChangedSettings {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: the level that `during` began.
            unsafe { pg_sys::AtEOXact_GUC(false, self.0) }
        }
    }
}
