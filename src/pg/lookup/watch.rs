//! Invalidation of what a session keeps that was computed from the catalogs.
//!
//! PostgreSQL reports to each session the changes that other sessions have committed, and its own. Code that keeps a
//! result holds a [`CatalogWatch`] on the objects that it was computed from.

use pgrx::pg_sys::{self, Datum, Oid, SysCacheIdentifier};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Tells whether something changed since it began.
pub(crate) struct CatalogWatch(Rc<WatchState>);

#[derive(Default)]
struct WatchState {
    is_over: Cell<bool>,
    /// `None` as long as it is not known which objects count.
    objects: RefCell<Option<WatchedObjects>>,
    /// The changes meanwhile.
    journal: RefCell<Vec<CatalogChange>>,
}

/// A change, as the server's messages report it.
#[derive(Clone, Copy)]
enum CatalogChange {
    Relation(u32),
    /// A change of another kind of object, by the hash of its OID.
    Object(u32),
    /// A change that everything depends on.
    Everything,
}

/// Objects, both ways.
struct WatchedObjects {
    oids: FxHashSet<u32>,
    hashes: FxHashSet<u32>,
}

impl WatchedObjects {
    fn includes(&self, change: CatalogChange) -> bool {
        match change {
            CatalogChange::Relation(oid) => self.oids.contains(&oid),
            CatalogChange::Object(hash) => self.hashes.contains(&hash),
            CatalogChange::Everything => true,
        }
    }
}

impl WatchState {
    fn note(&self, change: CatalogChange) {
        match &*self.objects.borrow() {
            Some(objects) if objects.includes(change) => self.is_over.set(true),
            Some(_) => {}
            None => self.journal.borrow_mut().push(change),
        }
    }
}

/// The relations that have changed, each with its last position among all changes.
#[derive(Default)]
struct RelationJournal {
    positions: FxHashMap<u32, u64>,
    /// The last position at which a schema changed.
    schemas: u64,
    /// How many changes there were.
    length: u64,
    /// There were more relations than are kept, or it is not known which.
    is_incomplete: bool,
}

/// How many relations a journal holds.
const LONGEST_JOURNAL: usize = 2000;

thread_local! {
    static JOURNAL: RefCell<Option<RelationJournal>> = const { RefCell::new(None) };
    static WATCHES: RefCell<Vec<Weak<WatchState>>> = const { RefCell::new(Vec::new()) };
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
}

impl CatalogWatch {
    /// Notes everything, until it is known which objects matter.
    pub(crate) fn begin() -> Self {
        if !IS_REGISTERED.replace(true) {
            register_callbacks();
        }
        let state = Rc::new(WatchState::default());
        WATCHES.with_borrow_mut(|watches| {
            watches.retain(|watch| watch.strong_count() > 0);
            watches.push(Rc::downgrade(&state));
        });
        Self(state)
    }

    /// Watches these objects, from the beginning on.
    pub(crate) fn narrow(&self, objects: &FxHashSet<u32>) {
        // The hash of a cache's entry is that of its key, which is an OID in all that we listen to.
        let hash = |&oid: &u32| {
            let null = Datum::null();
            // SAFETY: hashes a key.
            unsafe {
                pg_sys::GetSysCacheHashValue(
                    SysCacheIdentifier::TYPEOID as i32,
                    Oid::from(oid).into(),
                    null,
                    null,
                    null,
                )
            }
        };
        let hashes = objects.iter().map(hash).collect();
        let objects = WatchedObjects {
            oids: objects.clone(),
            hashes,
        };
        let is_over = |&change: &CatalogChange| objects.includes(change);
        if self.0.journal.take().iter().any(is_over) {
            self.0.is_over.set(true);
        }
        *self.0.objects.borrow_mut() = Some(objects);
    }

    /// Whether something changed.
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_over.get()
    }
}

/// Begins to note which relations change, in whatever session; forgets those before.
pub(crate) fn begin_journal() {
    if !IS_REGISTERED.replace(true) {
        register_callbacks();
    }
    JOURNAL.set(Some(RelationJournal::default()));
}

/// The present position of the journal; `None` when it has not begun, or does not know all changes.
pub(crate) fn journal_position() -> Option<u64> {
    JOURNAL.with_borrow(|journal| {
        let journal = journal.as_ref().filter(|journal| !journal.is_incomplete)?;
        Some(journal.length)
    })
}

/// The relations that have changed since a position.
pub(crate) fn journal_since(position: u64) -> Vec<u32> {
    JOURNAL.with_borrow(|journal| {
        let positions = journal.iter().flat_map(|journal| &journal.positions);
        positions
            .filter(|(_, last)| **last > position)
            .map(|(relation, _)| *relation)
            .collect()
    })
}

/// Whether a schema has changed since a position.
pub(crate) fn has_schema_changed_since(position: u64) -> bool {
    JOURNAL.with_borrow(|journal| journal.as_ref().is_some_and(|journal| journal.schemas > position))
}

/// Tells all watches of a change.
fn note_change(change: CatalogChange) {
    WATCHES.with_borrow(|watches| {
        for state in watches.iter().filter_map(Weak::upgrade) {
            state.note(change);
        }
    });
}

fn register_callbacks() {
    use SysCacheIdentifier::{AUTHMEMROLEMEM, AUTHOID, NAMESPACEOID, PROCOID, TYPEOID};
    // SAFETY: the functions stay where they are, as our library does.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), Datum::null());
        for cache in [TYPEOID, NAMESPACEOID, PROCOID] {
            pg_sys::CacheRegisterSyscacheCallback(cache as i32, Some(object_changed), Datum::null());
        }
        for cache in [AUTHOID, AUTHMEMROLEMEM] {
            pg_sys::CacheRegisterSyscacheCallback(cache as i32, Some(roles_changed), Datum::null());
        }
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn relation_changed(_argument: Datum, relation: Oid) {
    JOURNAL.with_borrow_mut(|journal| {
        if let Some(journal) = journal {
            journal.length += 1;
            if relation == Oid::INVALID || journal.positions.len() >= LONGEST_JOURNAL {
                journal.is_incomplete = true;
            } else {
                journal.positions.insert(relation.to_u32(), journal.length);
            }
        }
    });
    note_change(match relation {
        Oid::INVALID => CatalogChange::Everything,
        _ => CatalogChange::Relation(relation.to_u32()),
    });
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn object_changed(_argument: Datum, cache: std::ffi::c_int, hash: u32) {
    if cache == SysCacheIdentifier::NAMESPACEOID as std::ffi::c_int {
        JOURNAL.with_borrow_mut(|journal| {
            if let Some(journal) = journal {
                journal.length += 1;
                journal.schemas = journal.length;
            }
        });
    }
    note_change(match hash {
        0 => CatalogChange::Everything,
        _ => CatalogChange::Object(hash),
    });
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn roles_changed(_argument: Datum, _cache: std::ffi::c_int, _hash: u32) {
    note_change(CatalogChange::Everything);
}
