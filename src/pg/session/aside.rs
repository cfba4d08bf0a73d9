//! Reading beside a command, so that a failure is a result and does not end the command.
//!
//! A subtransaction does the same for work that writes. At the end of each PostgreSQL goes through all relations that the
//! transaction has created, so a transaction that creates hundreds would pay for the square of them. What only reads leaves
//! nothing to be rolled back but what it holds: pins, locks, open relations, snapshots, settings. An owner of its own holds
//! these, and lets them go after an error, as the abort of a subtransaction does.

use crate::pg::error_fields::Mark;
use crate::pg::subtransaction;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::prelude::*;
use std::panic::AssertUnwindSafe;

/// Runs `body`, which only reads, connects to no SPI, and makes no snapshot the active one. Gives back what went wrong if it fails; a cancel, a timeout or a
/// shutdown goes on to the caller.
pub(crate) fn or_reason<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    let callbacks = Mark::here();
    subtransaction::reason_of(run_aside(body), callbacks)
}

#[cfg(feature = "pg18")]
unsafe extern "C-unwind" {
    fn pgaio_error_cleanup();
}

fn run_aside<T>(body: impl FnOnce() -> T) -> Result<T, CaughtError> {
    use pg_sys::ResourceReleasePhase::{
        RESOURCE_RELEASE_AFTER_LOCKS, RESOURCE_RELEASE_BEFORE_LOCKS, RESOURCE_RELEASE_LOCKS,
    };
    // SAFETY: memory context, resource owner, user and settings are those of the code around; they are put back on both ways
    // out. After an error, what may be held outside of any owner is let go first, as when a subtransaction is aborted.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let around = pg_sys::CurrentResourceOwner;
        let (mut user, mut security_context) = (pg_sys::Oid::INVALID, 0);
        pg_sys::GetUserIdAndSecContext(&mut user, &mut security_context);
        let settings = pg_sys::NewGUCNestLevel();
        let own = pg_sys::ResourceOwnerCreate(around, c"mathesar_ext reads aside".as_ptr());
        pg_sys::CurrentResourceOwner = own;

        let outcome = PgTryBuilder::new(AssertUnwindSafe(|| Ok(body())))
            .catch_others(Err)
            .execute();

        if outcome.is_err() {
            pg_sys::LWLockReleaseAll();
            #[cfg(feature = "pg18")]
            pgaio_error_cleanup();
            pg_sys::UnlockBuffers();
            pg_sys::ConditionVariableCancelSleep();
            pg_sys::LockErrorCleanup();
            pg_sys::SetUserIdAndSecContext(user, security_context);
        }
        pg_sys::AtEOXact_GUC(false, settings);
        for phase in [
            RESOURCE_RELEASE_BEFORE_LOCKS,
            RESOURCE_RELEASE_LOCKS,
            RESOURCE_RELEASE_AFTER_LOCKS,
        ] {
            pg_sys::ResourceOwnerRelease(own, phase, outcome.is_ok(), false);
        }
        pg_sys::CurrentResourceOwner = around;
        pg_sys::ResourceOwnerDelete(own);
        pg_sys::MemoryContextSwitchTo(context);
        outcome
    }
}
