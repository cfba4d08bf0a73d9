//! Settings under which PostgreSQL prints values that mean the same in every session.

use crate::pg::local_setting::LocalSettings;
use std::ffi::CStr;

/// The settings that decide how names and values are printed. Names are looked up in `pg_catalog` anyway, so all others
/// are printed with their schema.
const SETTINGS: [(&CStr, &CStr); 5] = [
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"DateStyle", c"ISO, YMD"),
    (c"IntervalStyle", c"postgres"),
    (c"extra_float_digits", c"1"),
    (c"bytea_output", c"hex"),
];

/// Runs `body` under those settings.
pub(crate) fn during<T>(body: impl FnOnce() -> T) -> T {
    during_with(&[], body)
}

/// Runs `body` under those settings and some more.
pub(crate) fn during_with<T>(more: &[(&CStr, &CStr)], body: impl FnOnce() -> T) -> T {
    let _settings = LocalSettings::begin_all(SETTINGS.iter().chain(more).copied());
    body()
}
