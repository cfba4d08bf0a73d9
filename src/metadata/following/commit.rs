//! Checks at the end of a transaction.
//!
//! Two transactions may each change something that the other cannot see yet: one writes metadata of a table while
//! another renames its schema, or a table of which its template speaks. Waiting for each other inside of their commands
//! would let them deadlock where PostgreSQL's own commands do not. So each looks again when it commits, one transaction
//! at a time: the one that commits last sees everything, and makes the rows match.
//!
//! The lock for that is the last that a transaction takes, and a transaction that holds it waits for nothing; rows that
//! another transaction holds are left to that one, which is going to look at them itself. It may be rolled back, and then
//! looks at nothing: so whoever leaves rows to another transaction leaves word of them too, which is committed with its
//! own changes. The transaction that changes something next looks at that again.
//!
//! A prepared transaction cannot wait for its turn: its locks may stay for days. It looks at once, and leaves word of
//! what it looked at, in the same way.

use crate::error::Error;
use crate::events::Command;
use crate::metadata::detached::{self, NamedMetadata};
use crate::metadata::model;
use crate::metadata::rows::{ColumnRow, NamedTable, Store, TableRow};
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::commit::{self, EndWork, Ending};
use crate::pg::lock::SettlingLock;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::{report, server};
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

/// The hint when rows could not be made to match.
pub(crate) const HINT: &str =
    "msar.check_metadata() lists metadata that no longer matches, msar.repair_metadata() repairs it.";

/// The objects to check again.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Expected {
    /// Relations of which rows were written or removed.
    relations: BTreeSet<u32>,
    /// Relations that were renamed, or have columns that were: rows of others may speak of them.
    renamed: BTreeSet<u32>,
    /// Schemas that were renamed.
    schemas: BTreeSet<u32>,
}

impl Expected {
    fn merge(&mut self, other: Self) {
        self.relations.extend(other.relations);
        self.renamed.extend(other.renamed);
        self.schemas.extend(other.schemas);
    }

    /// All relations that it is about: those of the schemas, too.
    fn tables(&self, statements: &BookkeepingSession) -> Result<BTreeSet<u32>, Error> {
        let mut tables = &self.relations | &self.renamed;
        if !self.schemas.is_empty() {
            tables.extend(statements.query::<Vec<u32>>(RELATIONS_OF_SCHEMAS, &self.schemas)?);
        }
        Ok(tables)
    }

    fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.renamed.is_empty() && self.schemas.is_empty()
    }
}

/// The same, with all relations that it is about.
#[derive(Serialize)]
struct TouchedObjects<'a> {
    tables: BTreeSet<u32>,
    #[serde(flatten)]
    expected: &'a Expected,
}

/// How often, and how long after each other, a transaction tries that finds rows locked.
const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(20);

thread_local! {
    static EXPECTED: RefCell<Expected> = RefCell::default();
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
    static WORK_OF_OTHERS: RefCell<Vec<fn()>> = const { RefCell::new(Vec::new()) };
}

/// Looks at the rows of a relation again at commit.
pub(crate) fn expect_rows_of(relation: u32) {
    expect(|expected| expected.relations.insert(relation));
}

/// The same, and at rows that speak of it.
pub(super) fn expect_renamed(relation: u32) {
    expect(|expected| expected.renamed.insert(relation));
}

/// Looks at the rows of all relations of a schema again, and at those that speak of them.
pub(super) fn expect_renamed_schema(schema: u32) {
    expect(|expected| expected.schemas.insert(schema));
}

/// Looks at all that a command touched.
pub(super) fn expect_command(command: &Command) {
    let dropped = command.dropped().iter().map(|object| object.address);
    for address in command.defined_addresses().chain(dropped) {
        if address.class == pg_sys::RelationRelationId.to_u32() {
            expect_renamed(address.object);
        } else if address.class == pg_sys::NamespaceRelationId.to_u32() {
            expect_renamed_schema(address.object);
        }
    }
}

/// Looks at what other transactions have left, if there can be anything.
pub(super) fn expect_left(store: &Store) {
    if !store.has_no_checks() {
        expect(|_| true);
    }
}

/// Does what another room has to look at again at commit, one transaction at a time too. It must wait for nothing, and raise
/// no error that should not end the transaction.
pub(crate) fn expect_work(work: fn()) {
    WORK_OF_OTHERS.with_borrow_mut(|all| {
        if !all.iter().any(|known| std::ptr::fn_addr_eq(*known, work)) {
            all.push(work);
        }
    });
    expect(|_| true);
}

fn expect(add: impl FnOnce(&mut Expected) -> bool) {
    // What was about to be written on a standby was refused.
    if server::is_in_recovery() {
        return;
    }
    EXPECTED.with_borrow_mut(add);
    if !IS_REGISTERED.replace(true) {
        commit::at_end(EndWork {
            before_commit: settle,
            forget,
            subtransaction_ended: None,
        });
    }
}

fn forget() {
    EXPECTED.take();
    WORK_OF_OTHERS.take();
    IS_REGISTERED.set(false);
}

/// Called when the transaction is about to commit.
fn settle(ending: Ending) {
    let expected = EXPECTED.take();
    let others = WORK_OF_OTHERS.take();
    IS_REGISTERED.set(false);
    let what = "display metadata was not updated after a command of this transaction";
    let is_expected = |store: &Store| !expected.is_empty() || !others.is_empty() || has_left(store, what);
    let Some(store) = Store::find().filter(is_expected) else {
        return;
    };
    let make_match_now = || {
        let lock = (ending == Ending::Commit).then(|| SettlingLock::acquire(store.detached_table()));
        let outcome = subtransaction::or_warn(what, HINT, || make_match(&store, &expected, ending));
        if outcome != BookkeepingOutcome::Blocked {
            others.iter().for_each(|work| work());
        }
        match lock {
            Some(lock) if outcome != BookkeepingOutcome::Blocked => lock.keep_until_commit(),
            _ => {}
        }
        outcome
    };
    // Two transactions may drop tables of one name and owner, of which the copy is kept. Whoever comes second gives the
    // first the time to commit.
    let mut outcome = make_match_now();
    for _ in 1..ATTEMPTS {
        if outcome != BookkeepingOutcome::Blocked {
            break;
        }
        server::sleep(PAUSE);
        outcome = make_match_now();
    }
    if outcome == BookkeepingOutcome::Blocked {
        report::warning(format!("{what}: another transaction holds a lock"), HINT);
    }
    // Rows that were written just now have been looked at.
    forget();
}

/// The relations of schemas, whose OIDs are the parameter.
const RELATIONS_OF_SCHEMAS: &str =
    include_str!("../../../sql/query/metadata/commit_relations_of_schemas.sql");

/// Rows whose object is there under another name; and rows that speak of such an object.
const REFRESH: &str = include_str!("../../../sql/query/metadata/commit_refresh.sql");

/// Takes out rows whose object is gone. Those of columns of relations that are there are not kept.
const TAKE_GONE: &str = include_str!("../../../sql/query/metadata/commit_take_gone.sql");

#[derive(Deserialize)]
struct GoneRows {
    tables: Vec<TableRow>,
    columns: Vec<ColumnRow>,
}

/// Leaves word of what is to be looked at again.
const LEAVE: &str = include_str!("../../../sql/query/metadata/commit_leave.sql");

const IS_LEFT: &str = include_str!("../../../sql/query/metadata/commit_is_left.sql");

/// Whether rows do not match that the transaction should have made match: another transaction holds them.
const IS_UNDONE: &str = include_str!("../../../sql/query/metadata/commit_is_undone.sql");

/// Whether a transaction has left something, and has committed.
fn has_left(store: &Store, what: &str) -> bool {
    let mut is_left = false;
    subtransaction::or_warn(what, HINT, || {
        is_left = bookkeeping::as_owner(store.owner()?, |statements| statements.query(IS_LEFT, &()))?;
        Ok(())
    });
    is_left
}

/// Takes what transactions have left that have committed.
const TAKE_LEFT: &str = include_str!("../../../sql/query/metadata/commit_take_left.sql");

fn make_match(store: &Store, expected: &Expected, ending: Ending) -> Result<(), Error> {
    bookkeeping::as_owner(store.owner()?, |statements| {
        let mut all = Expected::default();
        if ending == Ending::Commit && !store.has_no_checks() {
            let left: Vec<Expected> = statements.query(TAKE_LEFT, &())?;
            left.into_iter().for_each(|left| all.merge(left));
        }
        let expected = match all.is_empty() {
            true => expected,
            false => {
                all.merge(expected.clone());
                &all
            }
        };
        if expected.is_empty() {
            return Ok(());
        }
        let touched = TouchedObjects {
            tables: expected.tables(statements)?,
            expected,
        };
        put_aside(statements, statements.query(TAKE_GONE, &touched)?)?;
        statements.run(REFRESH, &touched)?;
        match ending == Ending::Prepare || statements.query(IS_UNDONE, &touched)? {
            true => statements.run(LEAVE, expected),
            false => Ok(()),
        }
    })
}

fn put_aside(statements: &BookkeepingSession, gone: GoneRows) -> Result<(), Error> {
    let mut documents: BTreeMap<NamedTable, NamedMetadata> = BTreeMap::new();
    for mut table in gone.tables {
        model::recall_lost_tables(&mut table.refs);
        let options = model::to_names(&table.options, table.table_oid, &table.refs);
        documents.entry(table.named).or_default().table = Some(options);
    }
    for column in gone.columns {
        let options = detached::column_options(&column.options);
        if !options.is_empty() {
            let document = documents.entry(column.named).or_default();
            document.columns.insert(column.column_name, options);
        }
    }
    for (names, document) in documents {
        let copy = json!({
            "schema_name": names.schema_name, "table_name": names.table_name, "owner_name": names.owner_name.unwrap_or_default(),
            "metadata": document, "reason": detached::TABLE_WAS_DROPPED,
        });
        statements.run(detached::REPLACE, &copy)?;
    }
    Ok(())
}
