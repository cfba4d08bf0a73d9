//! What is left for the end of the transaction.
//!
//! Two transactions may each change something that the other cannot see yet: one writes metadata of a table while
//! another renames its schema, or a table of which its template speaks. Waiting for each other inside of their commands
//! would let them deadlock where PostgreSQL's own commands do not. So each looks again when it commits, one transaction
//! at a time: the one that commits last sees everything, and makes the rows match.
//!
//! The lock for that is the last that a transaction takes, and whoever holds it waits for nothing; rows that another
//! transaction holds are left to that one, which is going to look at them itself.

use crate::error::Error;
use crate::events::Command;
use crate::metadata::detached::{self, Document};
use crate::metadata::model::{self, Refs};
use crate::metadata::rows::Store;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::commit::{self, EndWork, Ending};
use crate::pg::lock::SettlingLock;
use crate::pg::subtransaction::{self, BookkeepingOutcome};
use crate::pg::{report, server};
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

/// What to do when rows could not be made to match.
pub(crate) const HINT: &str =
    "msar.check_metadata() lists metadata that no longer matches, msar.repair_metadata() repairs it.";

/// What to look at again.
#[derive(Default, Serialize)]
struct Expected {
    /// Relations of which rows were written or removed.
    relations: BTreeSet<u32>,
    /// Relations that were renamed, or have columns that were: rows of others may speak of them.
    renamed: BTreeSet<u32>,
    /// Schemas that were renamed.
    schemas: BTreeSet<u32>,
}

impl Expected {
    fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.renamed.is_empty() && self.schemas.is_empty()
    }
}

/// How often, and how long after each other, a transaction tries that finds rows locked.
const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(20);

thread_local! {
    static EXPECTED: RefCell<Expected> = RefCell::default();
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
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

fn expect(add: impl FnOnce(&mut Expected) -> bool) {
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
    IS_REGISTERED.set(false);
}

/// Called when the transaction is about to commit.
fn settle(ending: Ending) {
    let expected = EXPECTED.take();
    IS_REGISTERED.set(false);
    let Some(store) = Store::find().filter(|_| !expected.is_empty()) else {
        return;
    };
    let what = "display metadata was not updated after a command of this transaction";
    let make_match_now = || {
        // The locks of a prepared transaction may stay for days: it looks without one.
        let lock = (ending == Ending::Commit).then(|| SettlingLock::acquire(store.detached_table()));
        let outcome = subtransaction::or_warn(what, HINT, || make_match(&store, &expected));
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

/// Rows whose object is there under another name; and rows that speak of such an object.
const REFRESH: &str = include_str!("../../../sql/query/metadata/commit_refresh.sql");

/// Takes out rows whose object is gone. Those of columns of relations that are there are not kept.
const TAKE_GONE: &str = include_str!("../../../sql/query/metadata/commit_take_gone.sql");

#[derive(Deserialize)]
struct Gone {
    tables: Vec<GoneTable>,
    columns: Vec<GoneColumn>,
}

#[derive(Deserialize)]
struct GoneTable {
    #[serde(deserialize_with = "crate::metadata::model::deserialize_oid")]
    table_oid: u32,
    #[serde(flatten)]
    names: TableNames,
    refs: Refs,
    #[serde(flatten)]
    options: Map<String, Value>,
}

#[derive(Deserialize)]
struct GoneColumn {
    #[serde(flatten)]
    names: TableNames,
    column_name: String,
    #[serde(flatten)]
    options: Map<String, Value>,
}

/// The names under which something is put aside.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct TableNames {
    schema_name: String,
    table_name: String,
    owner_name: String,
}

fn make_match(store: &Store, expected: &Expected) -> Result<(), Error> {
    bookkeeping::as_owner(store.owner()?, |statements| {
        put_aside(statements, statements.query(TAKE_GONE, expected)?)?;
        statements.run(REFRESH, expected)
    })
}

fn put_aside(statements: &BookkeepingSession, gone: Gone) -> Result<(), Error> {
    let mut documents: BTreeMap<TableNames, Document> = BTreeMap::new();
    for mut table in gone.tables {
        model::recall_lost_tables(&mut table.refs);
        let options = model::to_names(&table.options, table.table_oid, &table.refs);
        documents.entry(table.names).or_default().table = Some(options);
    }
    for column in gone.columns {
        let options = detached::column_options(&column.options);
        if !options.is_empty() {
            let document = documents.entry(column.names).or_default();
            document.columns.insert(column.column_name, options);
        }
    }
    for (names, document) in documents {
        let copy = json!({
            "schema_name": names.schema_name, "table_name": names.table_name, "owner_name": names.owner_name,
            "metadata": document, "reason": "the table was dropped",
        });
        statements.run(detached::REPLACE, &copy)?;
    }
    Ok(())
}
