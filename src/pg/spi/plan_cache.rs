//! The prepared statements that a session keeps by their text: one cache for all statements whose text says what they
//! do. (Statements that are compiled from requests are kept by the shape of the request, in `statements`.)
//!
//! Everything in such a text is qualified, or looked up in `pg_catalog` alone, so that it means the same for every
//! search_path. PostgreSQL plans anew what has changed, or what another role runs where that matters for row-level
//! security.

use super::plan::{Planning, Prepared};
use super::recently_used::{Allowance, RecentlyUsed};
use crate::error::Error;
use crate::pg::Oid;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The most statements that are kept. A plan takes some 20 kB; there are about a hundred methods of JSON-RPC, as many
/// statements of the extension's own tables, and an application writes to a few dozen tables.
const MOST: usize = 400;

/// The longest text that is worth its memory, in bytes.
const LONGEST: usize = 20_000;

#[derive(PartialEq, Eq, Hash)]
struct PlanKey {
    statement: Box<str>,
    types: Box<[Oid]>,
    planning: Planning,
    /// The role that runs it, where only that one may use the plan; else invalid.
    role: Oid,
}

thread_local! {
    static KEPT: RefCell<RecentlyUsed<PlanKey, Rc<Prepared>>> = RefCell::default();
    static MEMORY_LIMIT: Cell<fn() -> usize> = const { Cell::new(|| usize::MAX) };
}

/// Sets how much memory the statements may take, in bytes: asked again whenever one is added.
pub(crate) fn set_memory_limit(limit: fn() -> usize) {
    MEMORY_LIMIT.set(limit);
}

/// The statement, prepared, for any role.
pub(crate) fn prepare(statement: &str, types: &[Oid], planning: Planning) -> Result<Rc<Prepared>, Error> {
    prepare_for(Oid::INVALID, statement, types, planning)
}

/// The same for one role. PostgreSQL checks whether a role may execute a function when it inlines the function, which is
/// when the statement is planned.
pub(crate) fn prepare_for(
    role: Oid,
    statement: &str,
    types: &[Oid],
    planning: Planning,
) -> Result<Rc<Prepared>, Error> {
    prepare_by(role, statement, types, planning, Prepared::new)
}

/// The same of a statement that reads tables of the connection to SPI that is open (see [`Prepared::in_connection`]).
pub(in crate::pg) fn prepare_in_connection(
    role: Oid,
    statement: &str,
    types: &[Oid],
) -> Result<Rc<Prepared>, Error> {
    prepare_by(role, statement, types, Planning::Once, Prepared::in_connection)
}

fn prepare_by(
    role: Oid,
    statement: &str,
    types: &[Oid],
    planning: Planning,
    prepare: fn(&str, &[Oid], Planning) -> Result<Prepared, Error>,
) -> Result<Rc<Prepared>, Error> {
    let key = PlanKey {
        statement: statement.into(),
        types: types.into(),
        planning,
        role,
    };
    if let Some(known) = KEPT.with_borrow_mut(|kept| kept.find(&key)) {
        return Ok(known);
    }
    let prepared = Rc::new(prepare(statement, types, planning)?);
    if statement.len() <= LONGEST {
        let allowed = Allowance {
            number: MOST,
            size: MEMORY_LIMIT.get()(),
        };
        // Freeing a plan calls the server, which must not find the store borrowed.
        let forgotten = KEPT.with_borrow_mut(|kept| {
            kept.insert(key, Rc::clone(&prepared), allowed, |prepared| prepared.memory())
        });
        drop(forgotten);
    }
    Ok(prepared)
}
