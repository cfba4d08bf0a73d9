//! The changes of this transaction, until it commits.
//!
//! They wait in memory: so a command pays for no row, three hundred commands of one transaction take no three hundred
//! subtransactions, and what a savepoint rolls back is forgotten by its number.

use super::entry::{ChangeAction, ChangeEntry};
use super::storage;
use crate::error::Error;
use crate::pg::cluster;
use crate::pg::commit::{self, EndWork, Ending};
use crate::pg::report;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::settings;
use std::cell::{Cell, RefCell};

/// An entry to be written, with the number of its subtransaction.
#[derive(Default)]
struct Pending {
    entries: Vec<(u32, ChangeEntry)>,
    /// Why something could not be gathered.
    gaps: Vec<(u32, String)>,
}

thread_local! {
    static PENDING: RefCell<Pending> = RefCell::default();
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
}

/// The most that fits into a notification.
const LONGEST_PAYLOAD: usize = 7900;

/// Whether a transaction prunes: one in 64 does. Its number is scrambled, since each transaction that is logged takes
/// two, or some other number of them, so that a remainder may never come.
fn is_pruning(transaction: u64) -> bool {
    // The mixing function of splitmix64.
    let mixed = (transaction ^ (transaction >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed >> 58 == 0
}

const CHANNEL: &str = "mathesar_ext_changes";

/// Adds changes that the running subtransaction has made.
pub(super) fn add_changes(entries: Vec<ChangeEntry>) {
    if entries.is_empty() {
        return;
    }
    let subtransaction = commit::current_subtransaction();
    let command_xid = cluster::command_xid();
    PENDING.with_borrow_mut(|pending| {
        let entries = entries.into_iter().map(|mut entry| {
            entry.command_xid = command_xid;
            (subtransaction, entry)
        });
        pending.entries.extend(entries);
    });
    register_callbacks();
}

/// Remembers that something of the running subtransaction is missing.
pub(super) fn add_gap(reason: String) {
    let subtransaction = commit::current_subtransaction();
    PENDING.with_borrow_mut(|pending| pending.gaps.push((subtransaction, reason)));
    register_callbacks();
}

/// Adds a change unless this subtransaction has made it already.
pub(super) fn add_once(entry: ChangeEntry) {
    let subtransaction = commit::current_subtransaction();
    let is_known = PENDING.with_borrow(|pending| {
        pending.entries.iter().rev().any(|(its, known)| {
            *its == subtransaction && known.action == entry.action && known.relation == entry.relation
        })
    });
    if !is_known {
        add_changes(vec![entry]);
    }
}

/// Whether this subtransaction has noted already that metadata of a relation was written.
pub(super) fn has_metadata_of(relation: u32) -> bool {
    let subtransaction = commit::current_subtransaction();
    PENDING.with_borrow(|pending| {
        pending.entries.iter().rev().any(|(its, known)| {
            *its == subtransaction && known.action == ChangeAction::Metadata && known.relation == relation
        })
    })
}

/// The changes that this transaction has made so far, and whether some are missing.
pub(super) fn of_transaction() -> (Vec<ChangeEntry>, bool) {
    PENDING.with_borrow(|pending| {
        let entries = pending.entries.iter().map(|(_, entry)| entry.clone());
        (entries.collect(), !pending.gaps.is_empty())
    })
}

fn register_callbacks() {
    if !IS_REGISTERED.replace(true) {
        commit::at_end(EndWork {
            before_commit: write_pending,
            forget,
            subtransaction_ended: Some(subtransaction_ended),
        });
    }
}

fn forget() {
    PENDING.take();
    IS_REGISTERED.set(false);
}

/// The entries of a subtransaction belong to the one around it, or are gone.
fn subtransaction_ended(ended: u32, parent: u32, is_kept: bool) {
    fn settle<T>(made: &mut Vec<(u32, T)>, ended: u32, parent: u32, is_kept: bool) {
        if is_kept {
            // Those of the last subtransactions stand at the end.
            for (its, _) in made.iter_mut().rev().take_while(|(its, _)| *its >= ended) {
                if *its == ended {
                    *its = parent;
                }
            }
        } else {
            made.retain(|(its, _)| *its != ended);
        }
    }
    PENDING.with_borrow_mut(|pending| {
        settle(&mut pending.entries, ended, parent, is_kept);
        settle(&mut pending.gaps, ended, parent, is_kept);
    });
}

/// Called when the transaction is about to commit.
fn write_pending(ending: Ending) {
    let pending = PENDING.take();
    IS_REGISTERED.set(false);
    if pending.entries.is_empty() && pending.gaps.is_empty() {
        return;
    }
    let entries: Vec<ChangeEntry> = pending.entries.into_iter().map(|(_, entry)| entry).collect();
    let mut reasons: Vec<String> = pending.gaps.into_iter().map(|(_, reason)| reason).collect();
    // PostgreSQL prepares no transaction that notifies.
    let notifies = ending == Ending::Commit && settings::notify_changes();
    // Together: all that notifying does until the transaction commits is to remember it.
    let outcome = subtransaction::or_warn(WHAT, HINT, || {
        let is_logged = storage::append(&entries)?;
        if is_logged && notifies {
            notify(&entries);
        }
        Ok(())
    });
    if outcome != BookkeepingOutcome::Done {
        reasons.push("the changes could not be written".to_owned());
    }
    if !reasons.is_empty() {
        subtransaction::or_warn(
            "the change log cannot note that changes are missing",
            HINT,
            || storage::append_gap(&reasons.join("; ")),
        );
    }
    if outcome == BookkeepingOutcome::Done {
        if is_pruning(cluster::transaction()) {
            subtransaction::or_warn(
                "old changes are not pruned",
                "The next transactions try again.",
                storage::prune,
            );
        }
    } else if notifies && storage::is_there() {
        subtransaction::or_warn("changes are not notified", HINT, || {
            notify(&entries);
            Ok::<(), Error>(())
        });
    }
}

/// The consequence when changes are not logged.
pub(super) const WHAT: &str = "the change log misses changes of this transaction";
/// And what to do then.
pub(super) const HINT: &str = "Clients get everything again with their next msar.sync_schema. msar.reconcile_changes() adds what is missing.";

fn notify(entries: &[ChangeEntry]) {
    // Any role can fill the queue. No command may fail for that: clients miss a wake-up, and lose nothing.
    const FULL: f64 = 0.75;
    if cluster::notification_queue_usage() > FULL {
        return;
    }
    let mut schemas: Vec<u32> = entries
        .iter()
        .flat_map(|entry| [Some(&entry.place), entry.old_place.as_ref()])
        .flatten()
        .map(|place| place.schema)
        .filter(|&schema| schema != 0)
        .collect();
    schemas.sort_unstable();
    schemas.dedup();
    let mut payload = String::with_capacity(64);
    payload.push_str("{\"schemas\": [");
    for (at, schema) in schemas.iter().enumerate() {
        payload.push_str(if at == 0 { "" } else { ", " });
        payload.push_str(&schema.to_string());
    }
    payload.push_str("]}");
    cluster::notify(
        CHANNEL,
        if payload.len() > LONGEST_PAYLOAD {
            "{}"
        } else {
            &payload
        },
    );
}

/// A warning for changes that could not even be gathered.
pub(super) fn warn(reason: &str) {
    report::warning(format!("{WHAT}: {reason}"), HINT);
}

#[cfg(test)]
mod tests {
    use super::is_pruning;

    #[test]
    fn some_transactions_prune_whatever_their_numbers_step() {
        for step in 1..=64 {
            for first in [700_u64, 701, 5_000_000_003] {
                let prunes = (0..1024).filter(|at| is_pruning(first + at * step)).count();
                assert!((4..64).contains(&prunes), "{step}: {prunes}");
            }
        }
    }
}
