//! Writing to the tables of the extension on behalf of a caller who has no right to.
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
//! - A statement is a constant. It has one parameter, `$1`, of type jsonb: what the argument is serialized to. It names
//!   our tables with their schema; everything else is found in `pg_catalog` alone.
//! - `query` is for statements that return one row with one column of type json or jsonb.
//! - Each statement sees what is committed when it starts, and what this transaction did.
//! - Event triggers of ours stay silent meanwhile.
//!
//! As PostgreSQL does for foreign keys, we become the owner of the tables for the time of the statements. That is the
//! bootstrap superuser, so nothing may run there that is not ours:
//! [`StorageTable::owner_of`](crate::pg::storage::StorageTable::owner_of) makes sure that the tables still are what
//! CREATE EXTENSION made; nobody but a superuser can hang a trigger, a rule, a policy, a constraint or a default on
//! them, or create anything in our schemas; statements touch no other table than catalogs, and no type of a user, whose
//! functions would run. Under `SECURITY_RESTRICTED_OPERATION` nothing is left behind in the session.

use super::statement::Connection;
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::storage::StorageOwner;
use crate::pg::{Oid, text};
use pgrx::direct_function_call_as_datum;
use pgrx::pg_sys::{self, Datum};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::CString;

/// The session as long as the bookkeeping goes on. Ends with the value.
struct Disguise {
    user: Oid,
    security_context: i32,
    settings: i32,
}

impl Disguise {
    /// Becomes `role`.
    fn of_role(role: Oid) -> Self {
        let (mut user, mut security_context) = (Oid::INVALID, 0);
        // SAFETY: inside of a transaction; what is changed here is put back by `drop`, or by the abort of the
        // (sub)transaction.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut security_context);
            let restricted = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
            pg_sys::SetUserIdAndSecContext(role, security_context | restricted as i32);
            let settings = pg_sys::NewGUCNestLevel();
            pg_sys::set_config_option(
                c"search_path".as_ptr(),
                c"pg_catalog, pg_temp".as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                0,
                false,
            );
            Self {
                user,
                security_context,
                settings,
            }
        }
    }
}

impl Drop for Disguise {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction puts all this back.
        if !std::thread::panicking() {
            // SAFETY: as it was before `of_role`.
            unsafe {
                pg_sys::AtEOXact_GUC(false, self.settings);
                pg_sys::SetUserIdAndSecContext(self.user, self.security_context);
            }
        }
    }
}

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
    /// BookkeepingSession that were planned in this session, by their text.
    static PLANS: RefCell<HashMap<&'static str, pg_sys::SPIPlanPtr>> = RefCell::default();
}

/// Whether the bookkeeping itself is what caused an event.
pub(crate) fn is_busy() -> bool {
    BUSY.get()
}

/// Runs `body` as the owner of the storage tables. Event triggers are not called for its changes.
pub(crate) fn as_owner<T>(
    owner: StorageOwner,
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    struct Busy(bool);
    impl Drop for Busy {
        fn drop(&mut self) {
            BUSY.set(self.0);
        }
    }
    let _busy = Busy(BUSY.replace(true));
    let _disguise = Disguise::of_role(owner.oid());
    let statements = BookkeepingSession::open();
    body(&statements)
}

/// Runs `body` as the current role, which reads our tables by their views. Names are looked up in `pg_catalog` alone.
pub(crate) fn as_caller<T>(body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>) -> Result<T, Error> {
    let mut user = Oid::INVALID;
    let mut security_context = 0;
    // SAFETY: a plain question.
    unsafe { pg_sys::GetUserIdAndSecContext(&mut user, &mut security_context) };
    let _disguise = Disguise::of_role(user);
    let statements = BookkeepingSession::open();
    body(&statements)
}

/// BookkeepingSession that see what is committed now, whatever the isolation level, and what this transaction did. Each has
/// one parameter, of type jsonb.
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
        let plan = self.plan(statement);
        let snapshot = Snapshot::latest();
        // SAFETY: SPI is connected; the plan has one parameter of type jsonb, which is what it gets. An SPI function
        // that finds an error in the statement raises it.
        unsafe {
            let mut values = [jsonb(&argument)];
            let outcome = pg_sys::SPI_execute_snapshot(
                plan,
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

    /// The plan of a statement, made once a session. PostgreSQL makes it anew when what it was made from has changed.
    fn plan(&self, statement: &'static str) -> pg_sys::SPIPlanPtr {
        if let Some(plan) = PLANS.with_borrow(|plans| plans.get(statement).copied()) {
            return plan;
        }
        // Our statements are constants without a NUL.
        let text = CString::new(statement).unwrap_or_default();
        // SAFETY: SPI is connected; the plan is moved to where it outlives the connection.
        let plan = unsafe {
            let mut parameter = pg_sys::JSONBOID;
            let plan = pg_sys::SPI_prepare(text.as_ptr(), 1, &mut parameter);
            pg_sys::SPI_keepplan(plan);
            plan
        };
        PLANS.with_borrow_mut(|plans| plans.insert(statement, plan));
        plan
    }
}

/// JSON text as a value of type jsonb.
fn jsonb(document: &str) -> Datum {
    // SAFETY: jsonb_in takes a C string in the server's encoding.
    unsafe {
        let text = pg_sys::text_to_cstring(text::to_text_datum(document).cast_mut_ptr());
        direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(text.into())]).unwrap_or(Datum::null())
    }
}
