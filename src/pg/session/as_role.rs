//! Running code with the rights of another role, as PostgreSQL runs a SECURITY DEFINER function of that role.
//!
//! What makes it safe:
//!
//! - The user id is switched with `SECURITY_LOCAL_USERID_CHANGE`, as for a SECURITY DEFINER function: nothing that runs
//!   within can become another role by SET ROLE or SET SESSION AUTHORIZATION, so nothing gets back to the caller's rights
//!   or to those of the session's user.
//! - Where only rows are read, `SECURITY_RESTRICTED_OPERATION` comes on top: functions of users that run within (in views,
//!   policies, operators) can leave nothing behind in the caller's session: no prepared statement, no temporary table, no
//!   LISTEN, no deferred trigger. Where rows are written it would refuse constraints that are checked at commit.
//! - `search_path` is the role's own setting, with `pg_temp` last: the caller's temporary objects and the caller's own path
//!   stand in for nothing. Names in statements of ours are qualified in any case.
//! - All is put back at the end, and by the abort of the (sub)transaction when an error leaves it.
//!
//! Deferred triggers stay in the queue until commit, as after a SECURITY DEFINER function. They must not be fired earlier:
//! the queue may have some that the caller's statements put there, which would run with the role's rights.

use crate::pg::{Oid, text};
use pgrx::pg_sys;
use std::ffi::CString;

/// What the code does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoleWork {
    /// It reads.
    Reads,
    /// It writes, too.
    Writes,
}

/// The session while it has the rights of another role. Ends with the value.
struct Switched {
    user: Oid,
    security_context: i32,
    settings: i32,
}

impl Switched {
    fn begin(role: Oid, search_path: &str, work: RoleWork) -> Self {
        let (mut user, mut security_context) = (Oid::INVALID, 0);
        let path = format!("{search_path}, pg_temp");
        // A setting has no NUL, as no value in PostgreSQL has.
        let path = CString::new(text::to_server(&path)).unwrap_or_default();
        // SAFETY: inside of a transaction; what is changed here is put back by `drop`, or by the abort of the
        // (sub)transaction.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut security_context);
            let flags = match work {
                RoleWork::Reads => {
                    pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION
                }
                RoleWork::Writes => pg_sys::SECURITY_LOCAL_USERID_CHANGE,
            };
            pg_sys::SetUserIdAndSecContext(role, security_context | flags as i32);
            let settings = pg_sys::NewGUCNestLevel();
            pg_sys::set_config_option(
                c"search_path".as_ptr(),
                path.as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                0,
                false,
            );
            Self {
                user,
                security_context,
                settings,
            }
        }
    }
}

impl Drop for Switched {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction puts all this back.
        if !std::thread::panicking() {
            // SAFETY: as it was before `begin`.
            unsafe {
                pg_sys::AtEOXact_GUC(false, self.settings);
                pg_sys::SetUserIdAndSecContext(self.user, self.security_context);
            }
        }
    }
}

/// Runs `body` with the rights of `role`, whose search_path is passed.
pub(crate) fn as_role<T>(role: Oid, search_path: &str, work: RoleWork, body: impl FnOnce() -> T) -> T {
    let _switched = Switched::begin(role, search_path, work);
    body()
}

/// Whether the transaction can write, as far as PostgreSQL's mode goes.
pub(crate) fn can_write() -> bool {
    // SAFETY: plain questions.
    unsafe { !pg_sys::XactReadOnly && !pg_sys::RecoveryInProgress() }
}
