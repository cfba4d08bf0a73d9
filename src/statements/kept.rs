//! Compiled statements, kept for the session.
//!
//! The shape of a request, the role and its search_path decide the statement. PostgreSQL's messages about changes of
//! the catalogs report when a statement is outdated; a trigger on the tables of metadata sends such a message for the
//! relation that was changed. A call whose shape is known costs one lookup.

use super::compiled::CompiledStatement;
use super::shape::{AnyShape, Shape};
use crate::catalog::consistent;
use crate::error::Error;
use crate::pg::setting::{self, DefaultPreview};
use crate::pg::{Oid, caller, server};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The most statements that a session keeps, as far as `mathesar_ext.statement_memory` allows it: what a statement takes
/// depends on the width of its tables and on their previews, from 50 kB to some MB. An application has a few shapes for
/// each of the tables that a session looks at.
const MOST: usize = 64;

/// The key of a statement: the shape of the request, the role and its search_path.
type KeptKey = (AnyShape, Oid, String, DefaultPreview);

struct Entry {
    compiled: Rc<CompiledStatement>,
    last_use: u64,
}

#[derive(Default)]
struct Kept {
    entries: FxHashMap<KeptKey, Entry>,
    uses: u64,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The statement for a shape. What it reads is locked, so that it still holds when it is run.
pub(crate) fn statement_for(shape: impl Shape) -> Result<Rc<CompiledStatement>, Error> {
    let key = (
        AnyShape::new(shape),
        caller::role(),
        caller::search_path(),
        setting::default_preview(),
    );
    if let Some(known) = KEPT.with_borrow_mut(|kept| kept.find(&key)) {
        known.statement.lock();
        // Where the locks are held already, messages about objects without locks (templates, roles) have not been read
        // yet.
        server::catalog_changes();
        if !known.is_outdated() {
            return Ok(known);
        }
    }
    let compiled = consistent::read_while(
        |catalog| CompiledStatement::new(&key.0, catalog).map(Rc::new),
        |compiled| !compiled.is_outdated(),
    )?;
    if !compiled.is_outdated() && !compiled.is_huge() {
        let forgotten = KEPT.with_borrow_mut(|kept| kept.insert(key, Rc::clone(&compiled)));
        // Freeing a plan calls the server, which must not find the store borrowed.
        drop(forgotten);
    }
    Ok(compiled)
}

impl Kept {
    fn find(&mut self, key: &KeptKey) -> Option<Rc<CompiledStatement>> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.last_use = self.uses;
        Some(Rc::clone(&entry.compiled))
    }

    /// Returns the entries that have to go.
    fn insert(&mut self, key: KeptKey, compiled: Rc<CompiledStatement>) -> Vec<Entry> {
        let mut forgotten: Vec<Entry> = self
            .entries
            .extract_if(|_, entry| entry.compiled.is_outdated())
            .map(|(_, entry)| entry)
            .collect();
        let mut room = setting::statement_memory().saturating_sub(compiled.memory());
        // The ones that were used last stay, as long as there is room.
        let mut uses: Vec<_> = self
            .entries
            .values()
            .map(|entry| (entry.last_use, entry.compiled.memory()))
            .collect();
        uses.sort_unstable_by(|one, other| other.cmp(one));
        let kept = uses.iter().take(MOST - 1).take_while(|(_, memory)| {
            let fits = *memory <= room;
            room = room.saturating_sub(*memory);
            fits
        });
        let kept = kept.count();
        let first = kept.checked_sub(1).map_or(u64::MAX, |last| uses[last].0);
        forgotten.extend(
            self.entries
                .extract_if(|_, entry| entry.last_use < first)
                .map(|(_, entry)| entry),
        );
        if compiled.memory() > setting::statement_memory() {
            return forgotten;
        }
        let entry = Entry {
            compiled,
            last_use: self.uses,
        };
        forgotten.extend(self.entries.insert(key, entry));
        forgotten
    }
}
