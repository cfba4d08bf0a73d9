//! Relations whose catalog rows were written since a token, whatever the log has of it.
//!
//! Some commands fire no event trigger. What they did is seen all the same, in two ways:
//!
//! - Rows of catalogs carry the number of their transaction, and a token says which transactions it covers. To read all
//!   rows takes time, so a session does that for its first answer alone.
//! - From then on it knows from PostgreSQL's messages between sessions which relations change. A [`Checkpoint`] says
//!   which transactions a snapshot saw, and how many messages had come by then.
//!
//! Not seen so are comments, types and others that are not of a relation; for the first answer of a session, rows that
//! a subtransaction wrote while the token was taken; and between two sessions a commit in the very moment of the call,
//! whose message is still on its way. `msar.reconcile_changes` finds those.

use super::storage;
use crate::catalog::rows::{PgClass, catalog_oid};
use crate::pg::Oid;
use crate::pg::catalog_row::{CatalogRow, RowSource, ScannedRow};
use crate::pg::scan::Reader;
use crate::pg::snapshot::{VisibleTransactions, full_transaction};
use crate::pg::{server, watch};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::collections::VecDeque;

/// The transactions that a snapshot saw, and the position of the session's journal at that time.
struct Checkpoint {
    seen: VisibleTransactions,
    position: u64,
}

/// How many are kept: clients with older tokens are served by reading all rows.
const MOST_CHECKPOINTS: usize = 64;

thread_local! {
    /// Oldest first.
    static CHECKPOINTS: RefCell<VecDeque<Checkpoint>> = const { RefCell::new(VecDeque::new()) };
}

/// The differences in the catalogs.
#[derive(Default)]
pub(super) struct UnloggedChanges {
    pub(super) written: FxHashSet<u32>,
    /// Relations that the schema had, and has no longer.
    pub(super) removed: FxHashSet<u32>,
}

/// A row of a catalog, by the relation that it is about and the transaction that wrote it.
macro_rules! written_row {
    ($name:ident, $catalog:expr, $relation:literal) => {
        struct $name {
            relation: Oid,
            writer: Option<u32>,
        }

        impl CatalogRow for $name {
            const SOURCE: RowSource = RowSource::Catalog($catalog);
            const COLUMNS: &'static [&'static str] = &[$relation];
            fn from_scan(row: &ScannedRow<'_>) -> Self {
                Self {
                    relation: row.column(0),
                    writer: row.writer(),
                }
            }
        }

        impl $name {
            /// The relations about which a row is new.
            fn new_ones(reader: &Reader, is_new: &impl Fn(Option<u32>) -> bool) -> impl Iterator<Item = u32> {
                let rows: Vec<Self> = reader.by_full_scan(&[]);
                rows.into_iter()
                    .filter(|row| is_new(row.writer))
                    .map(|row| row.relation.to_u32())
            }
        }
    };
}

written_row!(WrittenRelation, catalog_oid::PG_CLASS, "oid");
written_row!(WrittenColumn, catalog_oid::PG_ATTRIBUTE, "attrelid");
written_row!(WrittenConstraint, catalog_oid::PG_CONSTRAINT, "conrelid");

/// The position of the journal. To be asked before the snapshot is taken: so the journal has, behind that position,
/// whatever the snapshot does not see.
pub(super) fn position() -> u64 {
    watch::journal_position().unwrap_or_else(|| {
        CHECKPOINTS.take();
        watch::begin_journal();
        0
    })
}

/// The rows that were written since a token. `None` stands for no token: then nothing is asked, but noted from here on.
pub(super) fn find_unlogged(
    reader: &Reader,
    token: Option<&VisibleTransactions>,
    now: &VisibleTransactions,
    position: u64,
    schema: Oid,
) -> UnloggedChanges {
    let since = token.map(|seen| {
        CHECKPOINTS.with_borrow(|checkpoints| {
            let newest = checkpoints
                .iter()
                .rev()
                .find(|checkpoint| checkpoint.seen.are_within(seen));
            newest.map(|checkpoint| checkpoint.position)
        })
    });
    let found = match (token, since) {
        (Some(_), Some(Some(since))) => noted_since(reader, since, schema),
        (Some(seen), _) => UnloggedChanges {
            written: all_written_since(reader, seen),
            removed: FxHashSet::default(),
        },
        (None, _) => UnloggedChanges::default(),
    };
    CHECKPOINTS.with_borrow_mut(|checkpoints| {
        // An older one of the same position serves more tokens.
        if checkpoints.back().is_none_or(|last| last.position != position) {
            if checkpoints.len() == MOST_CHECKPOINTS {
                checkpoints.pop_front();
            }
            checkpoints.push_back(Checkpoint {
                seen: now.clone(),
                position,
            });
        }
    });
    found
}

/// The relations of which messages have come.
fn noted_since(reader: &Reader, position: u64, schema: Oid) -> UnloggedChanges {
    let mut found = UnloggedChanges::default();
    for relation in watch::journal_since(position) {
        match PgClass::by_oid(reader, relation.into()) {
            Some(row) if row.relnamespace == schema => found.written.insert(relation),
            _ if storage::last_schema(reader, relation.into()) == Some(schema) => {
                found.removed.insert(relation)
            }
            _ => false,
        };
    }
    found
}

/// The relations about which a row was written by a transaction that the token does not cover.
fn all_written_since(reader: &Reader, seen: &VisibleTransactions) -> FxHashSet<u32> {
    // Numbers below this one are PostgreSQL's own.
    const FIRST_NORMAL: u32 = 3;
    let next = server::next_transaction();
    let is_new = |writer: Option<u32>| {
        writer.is_some_and(|writer| writer >= FIRST_NORMAL && !seen.includes(full_transaction(writer, next)))
    };
    let written = WrittenRelation::new_ones(reader, &is_new)
        .chain(WrittenColumn::new_ones(reader, &is_new))
        .chain(WrittenConstraint::new_ones(reader, &is_new));
    written.collect()
}
