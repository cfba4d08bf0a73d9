//! Running code with the rights of another role, as PostgreSQL runs a SECURITY DEFINER function of that role.
//!
//! Why it is safe:
//!
//! - The user id is switched with `SECURITY_LOCAL_USERID_CHANGE`, as for a SECURITY DEFINER function: nothing that runs
//!   within can become another role by SET ROLE or SET SESSION AUTHORIZATION, so nothing gets back to the caller's rights
//!   or to those of the session's user.
//! - `SECURITY_RESTRICTED_OPERATION` comes on top: functions of users that run within (in views, policies, operators,
//!   triggers) can leave nothing behind in the caller's session, where it would run with the caller's rights: no cursor
//!   WITH HOLD and no deferred trigger, which run at commit, no prepared statement, no temporary table, no LISTEN.
//! - `search_path` is the role's own setting, with `pg_temp` last: the caller's temporary objects and the caller's own
//!   path stand in for nothing. Names in the extension's own statements are qualified in any case.
//! - All is put back at the end, and by the abort of the (sub)transaction when an error leaves it.
//!
//! Where rows are written, deferred constraints and triggers would be refused. [`end_deferring`], called before, has them
//! checked at once.

use crate::pg::local_setting::LocalSettings;
use crate::pg::{Oid, error_fields, text};
use pgrx::pg_sys;
use std::ffi::{CStr, CString};

/// The session while it has the rights of another role, or is restricted. Ends with the value.
pub(in crate::pg) struct RoleSwitch {
    user: Oid,
    security_context: i32,
    search_path: Option<LocalSettings>,
}

impl RoleSwitch {
    /// Becomes `role`, with more flags of the security context.
    pub(in crate::pg) fn begin(role: Oid, flags: u32, search_path: &CStr) -> Self {
        let (mut user, mut security_context) = (Oid::INVALID, 0);
        // SAFETY: inside of a transaction; what is changed here is put back by `drop`, or by the abort of the
        // (sub)transaction.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut security_context);
            pg_sys::SetUserIdAndSecContext(role, security_context | flags as i32);
        }
        Self {
            user,
            security_context,
            search_path: Some(LocalSettings::begin(c"search_path", search_path)),
        }
    }
}

impl Drop for RoleSwitch {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction puts all this back.
        drop(self.search_path.take());
        if !std::thread::panicking() {
            // SAFETY: as it was before `begin`.
            unsafe { pg_sys::SetUserIdAndSecContext(self.user, self.security_context) };
        }
    }
}

/// Runs `body` with the rights of `role`, whose search_path is passed.
pub(crate) fn as_role<T>(role: Oid, search_path: &str, body: impl FnOnce() -> T) -> T {
    let flags = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
    // A setting has no NUL, as no value in PostgreSQL has.
    let path = CString::new(text::to_server(&format!("{search_path}, pg_temp"))).unwrap_or_default();
    let _switch = RoleSwitch::begin(role, flags, &path);
    body()
}

/// Runs `body` with other values of settings that every role may set.
pub(crate) fn with_settings<T>(settings: &[(&CStr, &str)], body: impl FnOnce() -> T) -> T {
    let values: Vec<CString> = settings
        .iter()
        .map(|(_, value)| CString::new(text::to_server(value)).unwrap_or_default())
        .collect();
    let names = settings.iter().map(|(name, _)| *name);
    let _settings = LocalSettings::begin_all(names.zip(values.iter().map(CString::as_c_str)));
    body()
}

/// Fires all deferred triggers now, as the caller whose statements have queued them, and defers none from here to the end
/// of the transaction.
///
/// This is what `SET CONSTRAINTS ALL IMMEDIATE` does, without a statement to be parsed.
pub(crate) fn end_deferring() {
    error_fields::kept(|| {
        let mut all_now = pg_sys::ConstraintsSetStmt {
            type_: pg_sys::NodeTag::T_ConstraintsSetStmt,
            constraints: std::ptr::null_mut(),
            deferred: false,
        };
        // SAFETY: a statement that names no constraint, which is about all of them; it is only read.
        unsafe { pg_sys::AfterTriggerSetState(&mut all_now) }
    });
}

/// Whether the transaction can write, as far as PostgreSQL's mode goes.
pub(crate) fn can_write() -> bool {
    // SAFETY: plain questions.
    unsafe { !pg_sys::XactReadOnly && !pg_sys::RecoveryInProgress() }
}
