//! Writing to the tables of the extension on behalf of a caller without privileges on them.
//!
//! ```ignore
//! // What the caller may do is checked before, as the caller. Then:
//! let owner = StorageTable::owner_of(&[&store::TABLES, &store::COLUMNS])?;
//! bookkeeping::as_owner(owner, |statements| {
//!     statements.run(include_str!("../../sql/query/things/change_thing.sql"), &change)?;
//!     statements.query::<Changed>(CHANGED_THINGS, &change)
//! })?;
//! ```
//!
//! - A statement is a constant. It has one parameter, `$1`, of type jsonb: the serialized argument. It names tables of
//!   the extension with their schema; everything else is found in `pg_catalog` alone.
//! - `query` is for statements that return one row with one column of type json or jsonb.
//! - Each statement sees the changes that are committed when it starts, and those of this transaction.
//! - The event triggers of the extension do nothing meanwhile, unless what is defined is of concern to users.
//!
//! As PostgreSQL does for foreign keys, the session acts as the owner of the tables during the statements. That is the
//! bootstrap superuser, so no code of a user may run there:
//! [`StorageTable::owner_of`](crate::pg::storage::StorageTable::owner_of) makes sure that the tables still are what
//! CREATE EXTENSION made; only a superuser can add a trigger, a rule, a policy, a constraint or a default to them, or
//! create anything in the extension's schemas; statements touch no other table than catalogs, and no type of a user,
//! whose functions would run. Under `SECURITY_RESTRICTED_OPERATION` nothing is left behind in the session.

use super::plan::Planning;
use super::plan_cache;
use super::row_store::RowStore;
use super::statement::Connection;
use crate::error::Error;
use crate::pg::as_role::RoleSwitch;
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::StorageOwner;
use crate::pg::{Oid, caller, jsonb_writer, text};
use pgrx::pg_sys::{self, Datum};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::thread::LocalKey;

/// The session while bookkeeping goes on as `role`.
fn switch_to(role: Oid) -> RoleSwitch {
    let flags = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
    RoleSwitch::begin(role, flags, c"pg_catalog, pg_temp")
}

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
    static DEFINES_FOR: Cell<Option<Oid>> = const { Cell::new(None) };
}

/// Puts back what a thread-local had before.
struct PutBack<T: Copy + 'static>(&'static LocalKey<Cell<T>>, T);

impl<T: Copy> PutBack<T> {
    fn replace(cell: &'static LocalKey<Cell<T>>, value: T) -> Self {
        Self(cell, cell.replace(value))
    }
}

impl<T: Copy> Drop for PutBack<T> {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

/// Whether the bookkeeping itself is what caused an event.
pub(crate) fn is_busy() -> bool {
    BUSY.get()
}

/// The role for which objects are being defined; otherwise the current one.
pub(crate) fn defining_role() -> Oid {
    DEFINES_FOR.get().unwrap_or_else(caller::current_role)
}

/// Runs `body` as the owner of the storage tables. Event triggers are not called for its changes.
pub(crate) fn as_owner<T>(
    owner: StorageOwner,
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    let _busy = PutBack::replace(&BUSY, true);
    as_owner_with_events(owner, body)
}

/// Runs `body`, which defines objects for the current role, as the owner of the storage tables. Event triggers are called as
/// for any other command: what is defined is seen by all who follow such changes.
pub(crate) fn define_as_owner<T>(
    owner: StorageOwner,
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    let _role = PutBack::replace(&DEFINES_FOR, Some(defining_role()));
    as_owner_with_events(owner, body)
}

fn as_owner_with_events<T>(
    owner: StorageOwner,
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    let _switch = switch_to(owner.oid());
    let statements = BookkeepingSession::open();
    body(&statements)
}

/// The rows of a constant SELECT with the parameter `$1`, of type jsonb, read as the owner of the storage tables. It
/// returns only columns of built-in types.
pub(crate) fn select_as_owner(
    owner: StorageOwner,
    statement: &'static str,
    argument: &impl Serialize,
) -> Result<RowStore, Error> {
    select_text_as_owner(owner, statement, argument)
}

/// The same of a statement that has a number in a name: it stands for each `{number}`.
pub(crate) fn select_numbered_as_owner(
    owner: StorageOwner,
    statement: &'static str,
    number: i64,
    argument: &impl Serialize,
) -> Result<RowStore, Error> {
    let statement = statement.replace("{number}", &number.to_string());
    select_text_as_owner(owner, &statement, argument)
}

fn select_text_as_owner(
    owner: StorageOwner,
    statement: &str,
    argument: &impl Serialize,
) -> Result<RowStore, Error> {
    let argument = serde_json::to_string(argument).map_err(Error::Serialization)?;
    let argument = jsonb(&argument);
    let snapshot = Snapshot::latest();
    let _switch = switch_to(owner.oid());
    let prepared = plan_cache::prepare(statement, &[pg_sys::JSONBOID], Planning::Once)?;
    RowStore::select_prepared(&prepared, &[Some(argument)], &snapshot)
}

/// Runs `body` as the current role, which reads the tables of the extension by their views. Names are looked up in
/// `pg_catalog` alone.
pub(crate) fn as_caller<T>(body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>) -> Result<T, Error> {
    let _switch = switch_to(caller::current_role());
    let statements = BookkeepingSession::open();
    body(&statements)
}

/// Runs statements that see what is committed now, whatever the isolation level, and what this transaction did. Each
/// has one parameter, of type jsonb.
pub(crate) struct BookkeepingSession(Connection);

impl BookkeepingSession {
    fn open() -> Self {
        Self(Connection::open())
    }

    /// Runs a statement.
    pub(crate) fn run(&self, statement: &'static str, argument: &impl Serialize) -> Result<(), Error> {
        self.execute(statement, argument).map(|_| ())
    }

    /// Runs a statement that returns one row with one column of type json or jsonb.
    pub(crate) fn query<T: DeserializeOwned>(
        &self,
        statement: &'static str,
        argument: &impl Serialize,
    ) -> Result<T, Error> {
        let document = self.execute(statement, argument)?;
        serde_json::from_str(document.as_deref().unwrap_or("null")).map_err(Error::UnreadableMetadata)
    }

    /// Runs a statement; gives the first value of its first row.
    fn execute(&self, statement: &'static str, argument: &impl Serialize) -> Result<Option<String>, Error> {
        let argument = serde_json::to_string(argument).map_err(Error::Serialization)?;
        let prepared = plan_cache::prepare(statement, &[pg_sys::JSONBOID], Planning::ServerDecides)?;
        let snapshot = Snapshot::latest();
        // SAFETY: SPI is connected; the plan has one parameter of type jsonb, which is what it gets. An SPI function
        // that finds an error in the statement raises it.
        unsafe {
            let mut values = [jsonb(&argument)];
            let outcome = pg_sys::SPI_execute_snapshot(
                prepared.plan,
                values.as_mut_ptr(),
                std::ptr::null(),
                snapshot.as_ptr(),
                std::ptr::null_mut(),
                false,
                true,
                0,
            );
            if outcome < 0 {
                return Err(Error::StatementRefused(outcome));
            }
            Ok(self.0.first_value())
        }
    }
}

/// JSON text as a value of type jsonb.
pub(super) fn jsonb(document: &str) -> Datum {
    jsonb_writer::write_jsonb(&text::to_server(document))
}
