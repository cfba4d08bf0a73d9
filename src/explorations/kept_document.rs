//! Saved explorations that the session has run, each kept as the document that runs, as long as its row is the one that was
//! read and the tables that it speaks of have not changed. So a run reads one row by its id, and nothing else about the
//! exploration.
//!
//! Of roles nothing is kept: whether the current one sees the exploration is asked at each use.

use super::store::{self, EXPLORATIONS};
use super::{run, stored};
use crate::error::Error;
use crate::pg::acl::CurrentRole;
use crate::pg::catalog_row::{CatalogRow, RowSource, RowVersion, ScannedRow};
use crate::pg::plan::JsonDatum;
use crate::pg::recently_used::{Allowance, RecentlyUsed};
use crate::pg::scan::{Reader, ScanKey};
use crate::pg::snapshot::Snapshot;
use crate::pg::watch::CatalogWatch;
use crate::pg::{Oid, names, server};
use rustc_hash::FxHashSet;
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;

/// How much a session keeps.
const MOST: Allowance = Allowance {
    number: 64,
    size: 4 << 20,
};

struct KeptDocument {
    version: RowVersion,
    watch: CatalogWatch,
    document: Rc<str>,
}

thread_local! {
    static KEPT: RefCell<RecentlyUsed<i64, Rc<KeptDocument>>> = RefCell::default();
}

/// The version of the row of an exploration, and who owns it.
struct ExplorationVersion {
    version: RowVersion,
    owner: Oid,
}

impl CatalogRow for ExplorationVersion {
    const SOURCE: RowSource = RowSource::Own(&EXPLORATIONS);
    const COLUMNS: &'static [&'static str] = &["owner_oid"];
    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self {
            version: row.version(),
            owner: row.column(0),
        }
    }
}

/// Runs a saved exploration.
pub(crate) fn run_saved(id: i64, options: &str) -> Result<JsonDatum, Error> {
    run::run_exploration(&find_document(id)?, options)
}

/// The exploration as a document that can be run, if the current role sees it. Fails with what is gone.
fn find_document(id: i64) -> Result<Rc<str>, Error> {
    server::catalog_changes();
    let rows: Vec<ExplorationVersion> =
        Reader::new(Snapshot::latest()).by_primary_key(&[("id", ScanKey::Int8(id))]);
    let row = rows.into_iter().next();
    let kept = KEPT.with_borrow_mut(|kept| kept.find(&id));
    if let (Some(row), Some(kept)) = (&row, kept)
        && kept.version == row.version
        && !kept.watch.is_over()
        && is_visible(id, row.owner)?
    {
        return Ok(Rc::clone(&kept.document));
    }
    let watch = CatalogWatch::begin();
    let stored = stored::find_exploration(id)?;
    let placed = stored.place()?;
    let document: Rc<str> = stored.document_of(&placed).into();
    // Other numbers than the stored ones were found by names, which no message is about.
    if let Some(ExplorationVersion { version, .. }) = row
        && stored.is_placed_as_stored(&placed)
    {
        let mut watched = FxHashSet::from_iter(EXPLORATIONS.find().map(Oid::to_u32));
        for &table in stored.refs.keys() {
            watched.insert(table);
            watched.extend(names::schema_of(Oid::from(table)).map(Oid::to_u32));
        }
        watch.narrow(&watched);
        let kept = Rc::new(KeptDocument {
            version,
            watch,
            document: Rc::clone(&document),
        });
        KEPT.with_borrow_mut(|all| all.insert(id, kept, MOST, |kept| kept.document.len()));
    }
    Ok(document)
}

/// Whether the current role sees an exploration that is there.
fn is_visible(id: i64, owner: Oid) -> Result<bool, Error> {
    if CurrentRole::current().has_rights_of(owner) {
        return Ok(true);
    }
    store::read_as_caller(|statements| statements.query(store::IS_VISIBLE, &json!({"id": id})))
}
