//! Settings under which PostgreSQL prints and reads values and SQL that mean the same in every session.

use crate::pg::local_setting::LocalSettings;
use std::ffi::CStr;

/// The settings that decide how names and values are printed, and how they are read again. Names are looked up in `pg_catalog`
/// anyway, so all others are printed with their schema.
const SETTINGS: [(&CStr, &CStr); 8] = [
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"DateStyle", c"ISO, YMD"),
    (c"IntervalStyle", c"postgres"),
    (c"extra_float_digits", c"1"),
    (c"bytea_output", c"hex"),
    (c"array_nulls", c"on"),
    (c"standard_conforming_strings", c"on"),
    (c"quote_all_identifiers", c"off"),
];

/// Runs `body` with the settings under which SQL of ours is read as it was written. (Values in it that depend on others, like
/// dates, have to be written in a form that does not.)
pub(crate) fn reading_sql<T>(body: impl FnOnce() -> T) -> T {
    let _settings =
        LocalSettings::begin_all([(c"array_nulls", c"on"), (c"standard_conforming_strings", c"on")]);
    body()
}

/// Runs `body` under those settings.
pub(crate) fn during<T>(body: impl FnOnce() -> T) -> T {
    during_with(&[], body)
}

/// Runs `body` under those settings and some more.
pub(crate) fn during_with<T>(more: &[(&CStr, &CStr)], body: impl FnOnce() -> T) -> T {
    let _settings = LocalSettings::begin_all(SETTINGS.iter().chain(more).copied());
    body()
}
