//! What `pg_stat_activity` shows of a session while long work runs.

use crate::pg::text;
use pgrx::pg_sys;
use std::ffi::CString;

/// Shows how far the work is as the session's `application_name`, until this is dropped. The setting stays as it is.
pub(crate) struct ShownActivity(());

impl ShownActivity {
    pub(crate) fn start() -> Self {
        Self(())
    }

    pub(crate) fn show(&self, what: &str) {
        let what = CString::new(text::to_server(what)).unwrap_or_default();
        // SAFETY: the text is copied, and cut to its room.
        unsafe { pg_sys::pgstat_report_appname(what.as_ptr()) };
    }
}

impl Drop for ShownActivity {
    fn drop(&mut self) {
        // SAFETY: the value of the setting, which is copied; no error is raised. (So also while one unwinds.)
        unsafe {
            if !pg_sys::application_name.is_null() {
                pg_sys::pgstat_report_appname(pg_sys::application_name);
            }
        }
    }
}
