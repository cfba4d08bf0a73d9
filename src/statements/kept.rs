//! Compiled statements, kept for the session.
//!
//! The shape of a request, the role and its search_path decide the statement. PostgreSQL's messages about changes of
//! the catalogs report when a statement is outdated; a trigger on the tables of metadata sends such a message for the
//! relation that was changed. A call whose shape is known costs one lookup.

use super::compiled::CompiledStatement;
use super::shape::{AnyShape, Shape};
use crate::catalog::consistent;
use crate::error::Error;
use crate::pg::recently_used::{Allowance, RecentlyUsed};
use crate::pg::{Oid, caller, server};
use crate::settings::{self, DefaultPreview};
use std::cell::RefCell;
use std::rc::Rc;

/// The most statements that a session keeps, as far as `mathesar_ext.statement_memory` allows it: what a statement takes
/// depends on the width of its tables and on their previews, from 50 kB to some MB. An application has a few shapes for
/// each of the tables that a session looks at.
const MOST: usize = 64;

/// The key of a statement: the shape of the request, the role and its search_path.
type StatementKey = (AnyShape, Oid, String, DefaultPreview);

thread_local! {
    static KEPT: RefCell<RecentlyUsed<StatementKey, Rc<CompiledStatement>>> = RefCell::default();
}

/// The statement for a shape. What it reads is locked, so that it still holds when it is run.
pub(crate) fn statement_for(shape: impl Shape) -> Result<Rc<CompiledStatement>, Error> {
    let key = (
        AnyShape::new(shape),
        caller::current_role(),
        caller::search_path(),
        settings::default_preview(),
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
        let allowed = Allowance {
            number: MOST,
            size: settings::statement_memory(),
        };
        // Freeing a plan calls the server, which must not find the store borrowed.
        let forgotten = KEPT.with_borrow_mut(|kept| {
            let outdated = kept.take_outdated(|compiled| compiled.is_outdated());
            let old = kept.insert(key, Rc::clone(&compiled), allowed, |compiled| compiled.memory());
            (outdated, old)
        });
        drop(forgotten);
    }
    Ok(compiled)
}
