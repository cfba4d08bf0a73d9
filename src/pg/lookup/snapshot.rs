//! The snapshots by which catalogs are read.

use pgrx::pg_sys;

/// A snapshot that stays valid as long as this value lives.
pub(crate) struct Snapshot(pg_sys::Snapshot);

impl Snapshot {
    /// The snapshot of the statement that is running: what it sees of the user's tables, it sees of the catalogs.
    pub(crate) fn of_statement() -> Self {
        // SAFETY: a function called by SQL always runs with an active snapshot.
        Self(unsafe { pg_sys::RegisterSnapshot(pg_sys::GetActiveSnapshot()) })
    }

    /// All that is committed now, in any isolation level.
    pub(crate) fn latest() -> Self {
        // SAFETY: inside of a transaction, as every function call is.
        Self(unsafe { pg_sys::RegisterSnapshot(pg_sys::GetLatestSnapshot()) })
    }

    /// What is committed now, and of this transaction's own changes those from before the running command: by it, what
    /// the command has renamed or dropped is still there. `None` when no command runs that takes a snapshot.
    pub(crate) fn before_command() -> Option<Self> {
        // SAFETY: inside of a transaction. Registering copies the latest snapshot, so the copy is ours to change. The
        // command's own snapshot was taken before the command changed anything.
        unsafe {
            if !pg_sys::ActiveSnapshotSet() {
                return None;
            }
            let snapshot = Self::latest();
            (*snapshot.0).curcid = (*pg_sys::GetActiveSnapshot()).curcid;
            Some(snapshot)
        }
    }

    pub(crate) fn as_ptr(&self) -> pg_sys::Snapshot {
        self.0
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction lets go of the snapshot.
        if !std::thread::panicking() {
            // SAFETY: registered by the constructors, once.
            unsafe { pg_sys::UnregisterSnapshot(self.0) }
        }
    }
}
