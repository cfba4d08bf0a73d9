//! The tables of stored explorations: the statements that read them, as the caller sees them, and that write them.

use crate::error::Error;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::storage::{StorageOwner, StorageTable};
use pgrx::pg_sys;
use serde::Serialize;

/// An exploration by its id, if the current role sees it. A statement of its own, so that its plan can be kept.
pub(super) const READ_ONE: &str = include_str!("../../sql/query/explorations/read_one.sql");

/// Whether the current role sees an exploration.
pub(super) const IS_VISIBLE: &str = include_str!("../../sql/query/explorations/is_visible.sql");

/// The explorations that the current role sees: those of a schema, or all.
pub(super) const READ: &str = include_str!("../../sql/query/explorations/read.sql");

/// The owner of the exploration of that name, unless it has that id: also of one that the caller may not see.
pub(super) const OWNER_OF_NAME: &str = include_str!("../../sql/query/explorations/owner_of_name.sql");

pub(super) const INSERT: &str = include_str!("../../sql/query/explorations/insert.sql");

/// Everything but its owner.
pub(super) const UPDATE: &str = include_str!("../../sql/query/explorations/update.sql");

pub(super) const RENAME: &str = include_str!("../../sql/query/explorations/rename.sql");

pub(super) const SET_OWNER: &str = include_str!("../../sql/query/explorations/set_owner.sql");

/// With what is about it: grants and shares.
pub(super) const DELETE: &str = include_str!("../../sql/query/explorations/delete.sql");

pub(super) const REVOKE: &str = include_str!("../../sql/query/explorations/revoke.sql");

pub(super) const GRANT: &str = include_str!("../../sql/query/explorations/grant.sql");

pub(super) const GRANTS: &str = include_str!("../../sql/query/explorations/grants.sql");

/// Creates a view of nulls.
pub(super) const PUT_QUERY_VIEW: &str = include_str!("../../sql/query/explorations/put_query_view.sql");

pub(super) const RENAME_QUERY_VIEW: &str = include_str!("../../sql/query/explorations/rename_query_view.sql");

/// Those whose views use a relation, or some of its columns, as owners see them.
pub(super) const VIEWS_THAT_USE: &str = include_str!("../../sql/query/explorations/views_that_use.sql");

/// An exploration, as owners see it.
pub(super) const STORED: &str = include_str!("../../sql/query/explorations/stored.sql");

/// What is granted on a view.
pub(super) const VIEW_GRANTS: &str = include_str!("../../sql/query/explorations/view_grants.sql");

pub(super) const DROP_QUERY_VIEW: &str = include_str!("../../sql/query/explorations/drop_query_view.sql");

pub(super) const GIVE_QUERY_VIEW: &str = include_str!("../../sql/query/explorations/give_query_view.sql");

/// Keeps the names of tables and columns up to date.
pub(super) const FOLLOW_NAMES: &str = include_str!("../../sql/query/explorations/follow_names.sql");

/// Shares of an exploration whose creator the role that changed it cannot be: it would show with their rights what they
/// did not share.
pub(super) const DISABLE_SHARES_OF_OTHERS: &str =
    include_str!("../../sql/query/explorations/disable_shares_of_others.sql");

pub(super) const FOLLOW_NAMES_OF_SHARES: &str =
    include_str!("../../sql/query/explorations/follow_names_of_shares.sql");

pub(super) const FOLLOW_NAMES_OF_FORMS: &str =
    include_str!("../../sql/query/explorations/follow_names_of_forms.sql");

/// Gives the numbers of now to what was dropped and is there again.
pub(super) const FIND_RETURNED: &str = include_str!("../../sql/query/explorations/find_returned.sql");

/// The table of explorations.
pub(crate) static EXPLORATIONS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_explorations",
    columns: &[
        ("id", pg_sys::INT8OID),
        ("owner_oid", pg_sys::OIDOID),
        ("refs", pg_sys::JSONBOID),
    ],
    primary_key: &["id"],
};

/// The table of grants on explorations.
static GRANTED: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_exploration_grants",
    columns: &[("id", pg_sys::INT8OID)],
    primary_key: &["id"],
};

/// The table of shares.
pub(crate) static SHARES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_shares",
    columns: &[("id", pg_sys::INT8OID), ("refs", pg_sys::JSONBOID)],
    primary_key: &["id"],
};

/// The table of forms.
pub(crate) static FORMS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_forms",
    columns: &[
        ("id", pg_sys::INT8OID),
        ("token", pg_sys::UUIDOID),
        ("refs", pg_sys::JSONBOID),
    ],
    primary_key: &["id"],
};

fn storage_owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&EXPLORATIONS, &GRANTED, &SHARES, &FORMS])
}

/// Writes as the owner of the tables.
pub(crate) fn write_as_owner<T>(
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    bookkeeping::as_owner(storage_owner()?, body)
}

/// Runs a statement that defines or drops a view, as the owner of the tables, who owns the schema of the views.
pub(super) fn define_as_owner(statement: &'static str, argument: &impl Serialize) -> Result<(), Error> {
    bookkeeping::define_as_owner(storage_owner()?, |statements| statements.run(statement, argument))
}

/// Reads through the views, as the current role.
pub(crate) fn read_as_caller<T>(
    body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>,
) -> Result<T, Error> {
    bookkeeping::as_caller(body)
}
