//! Doing our own work as another role, whoever called.

use super::Oid;
use pgrx::pg_sys;

/// Runs `body` as `role`, in the security-restricted operation in which foreign key triggers run: what that role's
/// triggers and functions do there cannot reach the caller's session.
///
/// `body` must not look up anything by the caller's search_path.
pub(crate) fn role<T>(role: Oid, body: impl FnOnce() -> T) -> T {
    let (mut user, mut context) = (Oid::INVALID, 0);
    // SAFETY: the user is put back here; when `body` raises an error, the abort of the (sub)transaction does it.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
        let restricted = context
            | (pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION) as i32;
        pg_sys::SetUserIdAndSecContext(role, restricted);
        let result = body();
        pg_sys::SetUserIdAndSecContext(user, context);
        result
    }
}
