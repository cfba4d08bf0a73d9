//! The snapshots by which catalogs are read.

use pgrx::pg_sys;
use std::fmt;

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

    /// Whether a command runs that takes a snapshot, so that there is a [`Snapshot::before_command`].
    pub(crate) fn is_command_running() -> bool {
        // SAFETY: a plain question.
        unsafe { pg_sys::ActiveSnapshotSet() }
    }

    /// The transactions that the snapshot does not see, by their whole numbers.
    pub(crate) fn transactions(&self) -> VisibleTransactions {
        // SAFETY: a registered snapshot; its arrays have the lengths that it says. During recovery it keeps all
        // transactions in the array of subtransactions.
        unsafe {
            let snapshot = &*self.0;
            let next = pg_sys::ReadNextFullTransactionId().value;
            let (array, length) = if snapshot.takenDuringRecovery {
                (snapshot.subxip, snapshot.subxcnt.max(0) as usize)
            } else {
                (snapshot.xip, snapshot.xcnt as usize)
            };
            let running = (0..length).map(|at| full_transaction((*array.add(at)).into_inner(), next));
            let mut in_progress: Vec<u64> = running.collect();
            let xmax = full_transaction(snapshot.xmax.into_inner(), next);
            // The snapshot sees its own transaction, which may change more.
            let own = pg_sys::GetTopFullTransactionIdIfAny().value;
            if own != 0 && own < xmax {
                in_progress.push(own);
            }
            in_progress.sort_unstable();
            in_progress.dedup();
            let xmin = full_transaction(snapshot.xmin.into_inner(), next);
            VisibleTransactions {
                xmin: in_progress.first().map_or(xmin, |&first| xmin.min(first)),
                xmax,
                in_progress,
            }
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

/// Which transactions a snapshot sees: those before `xmin`, and those before `xmax` that were not in progress. One that was
/// rolled back counts as seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VisibleTransactions {
    pub(crate) xmin: u64,
    pub(crate) xmax: u64,
    /// In ascending order.
    pub(crate) in_progress: Vec<u64>,
}

impl VisibleTransactions {
    /// Whether all that these see is seen by the others, too.
    pub(crate) fn are_within(&self, others: &Self) -> bool {
        let is_seen = |&transaction: &u64| self.includes(transaction);
        self.xmax <= others.xmax && !others.in_progress.iter().any(is_seen)
    }

    pub(crate) fn includes(&self, transaction: u64) -> bool {
        transaction < self.xmin
            || transaction < self.xmax && self.in_progress.binary_search(&transaction).is_err()
    }
}

/// As PostgreSQL writes a `pg_snapshot`.
impl fmt::Display for VisibleTransactions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:", self.xmin, self.xmax)?;
        for (at, transaction) in self.in_progress.iter().enumerate() {
            let separator = if at == 0 { "" } else { "," };
            write!(formatter, "{separator}{transaction}")?;
        }
        Ok(())
    }
}

/// The whole number of a transaction that is not newer than `next`, from its lower half.
pub(crate) fn full_transaction(transaction: u32, next: u64) -> u64 {
    let (epoch, lower) = (next >> 32, next as u32);
    if transaction <= lower {
        epoch << 32 | u64::from(transaction)
    } else {
        epoch.saturating_sub(1) << 32 | u64::from(transaction)
    }
}
