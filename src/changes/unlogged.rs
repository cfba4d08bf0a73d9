//! Relations whose catalog rows were written since a token, whatever the log has of it.
//!
//! Some commands fire no event trigger. What they did is seen all the same, in two ways:
//!
//! - Rows of catalogs carry the number of their transaction, and a token says which transactions it covers. To read all
//!   rows takes time, so a session does that for its first answer alone.
//! - From then on it knows from PostgreSQL's messages between sessions which relations change. A [`Checkpoint`] says
//!   which transactions a snapshot saw, and how many messages had come by then.
//!
//! A relation whose row or columns are new, and of which the log has nothing, may have other names: so those that name it
//! are told as well, and everybody of a schema whose row is new.
//!
//! Not seen so are comments and types; for the first answer of a session, rows that a subtransaction wrote while the token
//! was taken; and between two sessions a commit in the very moment of the call, whose message is still on its way.
//! `msar.reconcile_changes` finds those.

use super::storage::{self, ChangedObject};
use crate::catalog::rows::{PgClass, catalog_oid, index_oid};
use crate::pg::Oid;
use crate::pg::catalog_row::{CatalogRow, RowSource, ScannedRow};
use crate::pg::scan::{Reader, ScanKey};
use crate::pg::snapshot::{VisibleTransactions, full_transaction};
use crate::pg::{object_facts, server, watch};
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
    /// Relations of any schema that may have other names.
    pub(super) renamed: FxHashSet<u32>,
    /// Whether a schema may have another name.
    pub(super) is_schema_renamed: bool,
}

/// What the log knows to have changed since a token.
pub(super) struct LoggedObjects {
    relations: FxHashSet<u32>,
    schemas: FxHashSet<u32>,
}

impl LoggedObjects {
    pub(super) fn from_changes(changes: &[ChangedObject]) -> Self {
        let of_class = |class: u32| changes.iter().filter(move |change| change.class == class);
        let owners = changes.iter().map(|change| change.relation);
        Self {
            relations: of_class(catalog_oid::PG_CLASS)
                .map(|change| change.object)
                .chain(owners)
                .collect(),
            schemas: of_class(catalog_oid::PG_NAMESPACE)
                .map(|change| change.object)
                .collect(),
        }
    }
}

/// A row of a catalog, by the relation that it is about and the transaction that wrote it.
macro_rules! written_row {
    ($name:ident, $catalog:expr, $relation:literal) => {
        struct $name {
            /// The relation, or the schema.
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
written_row!(WrittenSchema, catalog_oid::PG_NAMESPACE, "oid");

/// Whether a row of pg_class or pg_attribute that is about a relation is new.
fn has_new_row(reader: &Reader, relation: Oid, is_new: &impl Fn(Option<u32>) -> bool) -> bool {
    let rows: Vec<WrittenRelation> =
        reader.by_index(index_oid::PG_CLASS_OID, &[("oid", ScanKey::Oid(relation))]);
    let columns = || -> Vec<WrittenColumn> {
        reader.by_index(
            index_oid::PG_ATTRIBUTE_RELID_ATTNUM,
            &[("attrelid", ScanKey::Oid(relation))],
        )
    };
    rows.iter().any(|row| is_new(row.writer)) || columns().iter().any(|row| is_new(row.writer))
}

/// The position of the journal. To be asked before the snapshot is taken: so the journal has, behind that position,
/// whatever the snapshot does not see.
pub(super) fn position() -> u64 {
    watch::journal_position().unwrap_or_else(|| {
        CHECKPOINTS.take();
        watch::begin_journal();
        0
    })
}

/// The rows that were written since a token, about which the log has what it has. `None` stands for no token: then nothing is
/// asked, but noted from here on.
pub(super) fn find_unlogged(
    reader: &Reader,
    since: Option<(&VisibleTransactions, &LoggedObjects)>,
    now: &VisibleTransactions,
    position: u64,
    schema: Oid,
) -> UnloggedChanges {
    let found = since.map_or_else(UnloggedChanges::default, |(seen, logged)| {
        let known = CHECKPOINTS.with_borrow(|checkpoints| {
            let mut newest_first = checkpoints.iter().rev();
            let newest = newest_first.find(|checkpoint| checkpoint.seen.are_within(seen));
            newest.map(|checkpoint| checkpoint.position)
        });
        let next = server::next_transaction();
        let is_new = |writer: Option<u32>| is_unseen(writer, seen, next);
        match known {
            Some(position) => noted_since(reader, position, schema, logged, &is_new),
            None => all_written_since(reader, logged, &is_new),
        }
    });
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

/// Whether a row was written by a transaction that is not seen.
fn is_unseen(writer: Option<u32>, seen: &VisibleTransactions, next: u64) -> bool {
    // Numbers below this one are PostgreSQL's own.
    const FIRST_NORMAL: u32 = 3;
    writer.is_some_and(|writer| writer >= FIRST_NORMAL && !seen.includes(full_transaction(writer, next)))
}

/// The relations of which messages have come.
fn noted_since(
    reader: &Reader,
    position: u64,
    schema: Oid,
    logged: &LoggedObjects,
    is_new: &impl Fn(Option<u32>) -> bool,
) -> UnloggedChanges {
    let mut found = UnloggedChanges {
        is_schema_renamed: watch::has_schema_changed_since(position)
            && is_unlogged_schema_written(reader, logged, is_new),
        ..UnloggedChanges::default()
    };
    for relation in watch::journal_since(position) {
        match PgClass::by_oid(reader, relation.into()) {
            Some(row) if row.relnamespace == schema => found.written.insert(relation),
            _ if storage::last_schema(reader, relation.into()) == Some(schema) => {
                found.removed.insert(relation)
            }
            _ => false,
        };
        if !logged.relations.contains(&relation) && has_new_row(reader, relation.into(), is_new) {
            found.renamed.insert(relation);
        }
    }
    found
}

/// All relations about which a row was written.
fn all_written_since(
    reader: &Reader,
    logged: &LoggedObjects,
    is_new: &impl Fn(Option<u32>) -> bool,
) -> UnloggedChanges {
    let mut written: FxHashSet<u32> = WrittenRelation::new_ones(reader, is_new)
        .chain(WrittenColumn::new_ones(reader, is_new))
        .collect();
    let renamed = written.difference(&logged.relations).copied().collect();
    written.extend(WrittenConstraint::new_ones(reader, is_new));
    UnloggedChanges {
        written,
        removed: FxHashSet::default(),
        renamed,
        is_schema_renamed: is_unlogged_schema_written(reader, logged, is_new),
    }
}

fn is_unlogged_schema_written(
    reader: &Reader,
    logged: &LoggedObjects,
    is_new: &impl Fn(Option<u32>) -> bool,
) -> bool {
    // Those of temporary objects come with the first of them, and nobody is told.
    WrittenSchema::new_ones(reader, is_new)
        .any(|schema| !logged.schemas.contains(&schema) && !object_facts::is_temporary_schema(schema.into()))
}
