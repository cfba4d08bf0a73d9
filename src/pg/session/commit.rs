//! Work that is done when the transaction is about to commit.

use pgrx::{PgXactCallbackEvent, register_xact_callback};

/// How a transaction ends that is not rolled back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Commit,
    /// PREPARE TRANSACTION: its locks stay until somebody commits it.
    Prepare,
}

/// Calls `work` before this transaction commits or is prepared, after its deferred triggers. It must not raise an error
/// that should not end the transaction. `forget` is called when it is rolled back instead.
pub(crate) fn before_commit(work: fn(Ending), forget: fn()) {
    register_xact_callback(PgXactCallbackEvent::PreCommit, move || work(Ending::Commit));
    register_xact_callback(PgXactCallbackEvent::PrePrepare, move || work(Ending::Prepare));
    register_xact_callback(PgXactCallbackEvent::Abort, forget);
}
