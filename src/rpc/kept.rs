//! The statements of methods, prepared once per session for each role that runs them.
//!
//! For each role: PostgreSQL checks whether a role may execute a function when it inlines it, which is when the
//! statement is planned.

use crate::error::Error;
use crate::pg::plan::{ParameterValue, Planning, Prepared, Sees};
use crate::pg::{Oid, caller, jsonb_value::JsonbValue};
use crate::rpc::binding;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The most statements that a session keeps. There are about a hundred methods; a plan takes some 20 kB.
const MOST: usize = 256;

/// By text; those of one text differ in the types of their parameters.
type Statements = FxHashMap<Box<str>, Vec<Rc<Prepared>>>;

thread_local! {
    static KEPT: RefCell<FxHashMap<Oid, Statements>> = RefCell::default();
}

/// Runs a statement that returns one row with a jsonb; no row and NULL are `null`. It sees what earlier elements of the
/// request have written.
pub(crate) fn run(
    statement: &str,
    types: &[Oid],
    values: &[ParameterValue],
    planning: Planning,
) -> Result<JsonbValue, Error> {
    let prepared = prepare(statement, types, planning)?;
    let (document, _) = prepared.document(values, Sees::OwnWrites)?;
    document.map_or_else(binding::null, |document| Ok(document.into()))
}

/// Runs a statement that returns one row with a jsonb and a boolean.
pub(crate) fn run_flagged(
    statement: &str,
    types: &[Oid],
    values: &[ParameterValue],
) -> Result<(JsonbValue, bool), Error> {
    let prepared = prepare(statement, types, Planning::Once)?;
    let (document, flag) = prepared.document(values, Sees::OwnWrites)?;
    let document = document.map_or_else(binding::null, |document| Ok(document.into()))?;
    Ok((document, flag))
}

fn prepare(statement: &str, types: &[Oid], planning: Planning) -> Result<Rc<Prepared>, Error> {
    let role = caller::role();
    let known = KEPT.with_borrow(|kept| {
        let same_text = kept.get(&role)?.get(statement)?;
        same_text.iter().find(|known| known.types() == types).cloned()
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let prepared = Rc::new(Prepared::new(statement, types, planning)?);
    // Freeing a plan calls the server, which must not find the store borrowed.
    let forgotten = KEPT.with_borrow_mut(|kept| {
        let is_full = kept.values().map(Statements::len).sum::<usize>() >= MOST;
        let forgotten = if is_full {
            std::mem::take(kept)
        } else {
            FxHashMap::default()
        };
        kept.entry(role)
            .or_default()
            .entry(statement.into())
            .or_default()
            .push(Rc::clone(&prepared));
        forgotten
    });
    drop(forgotten);
    Ok(prepared)
}
