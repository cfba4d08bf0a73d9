//! Forms that the session has served, each kept as long as its row is the one that was read and the tables that it speaks
//! of have not changed: so a submission reads one row by its token, and nothing else about the form.
//!
//! Of the role that a form acts as nothing is kept: whether it may is asked at each use.

use super::form::{StoredField, StoredForm};
use super::store;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::explorations::reference::{Placement, Placer};
use crate::explorations::store::{self as storage, FORMS};
use crate::metadata::read as metadata;
use crate::pg::catalog_row::{CatalogRow, RowSource, RowVersion, ScannedRow};
use crate::pg::recently_used::{Allowance, RecentlyUsed};
use crate::pg::scan::{Reader, ScanKey};
use crate::pg::snapshot::Snapshot;
use crate::pg::watch::CatalogWatch;
use crate::pg::{Oid, names, server};
use pgrx::Uuid;
use rustc_hash::FxHashSet;
use serde_json::json;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How many a session keeps; a form of the most fields takes some hundred kilobytes.
const MOST: Allowance = Allowance {
    number: 32,
    size: usize::MAX,
};

/// A form with the numbers of now.
pub(super) struct PlacedForm {
    pub(super) form: StoredForm,
    /// The columns that say which user wrote a row, by the OID of their table.
    pub(super) tracking: BTreeMap<u32, i16>,
}

struct KeptForm {
    version: RowVersion,
    watch: CatalogWatch,
    placed: Rc<PlacedForm>,
}

thread_local! {
    static KEPT: RefCell<RecentlyUsed<[u8; 16], Rc<KeptForm>>> = RefCell::default();
}

/// The version of the row of a form.
struct FormVersion(RowVersion);

impl CatalogRow for FormVersion {
    const SOURCE: RowSource = RowSource::Own(&FORMS);
    const COLUMNS: &'static [&'static str] = &[];
    fn from_scan(row: &ScannedRow<'_>) -> Self {
        Self(row.version())
    }
}

/// The form of a token, published or not. `None`: there is none, or what it speaks of is gone.
pub(super) fn find_kept_form(token: &Uuid) -> Result<Option<Rc<PlacedForm>>, Error> {
    server::catalog_changes();
    let key = [("token", ScanKey::uuid(token.as_bytes()))];
    let rows = Reader::new(Snapshot::latest()).by_own_index(c"stored_forms_token_key", &key);
    let Some(FormVersion(version)) = rows.into_iter().next() else {
        return Ok(None);
    };
    let kept = KEPT.with_borrow_mut(|kept| kept.find(token.as_bytes()));
    if let Some(kept) = kept.filter(|kept| kept.version == version && !kept.watch.is_over()) {
        return Ok(Some(Rc::clone(&kept.placed)));
    }
    let watch = CatalogWatch::begin();
    let argument = json!({"token": token.to_string()});
    let found: Option<StoredForm> =
        storage::write_as_owner(|statements| statements.query(store::FORM_BY_TOKEN, &argument))?;
    let Some(mut form) = found else {
        return Ok(None);
    };
    let stored = tables_of(&form);
    if form.place(Placement::SameDatabase).is_err() {
        return Ok(None);
    }
    let tables = tables_of(&form);
    let catalog = Catalog::new(Snapshot::latest());
    let mut tracking = BTreeMap::new();
    for &table in &tables {
        if let Some(attnum) = metadata::user_tracking_column(&catalog, Oid::from(table))? {
            tracking.insert(table, attnum);
        }
    }
    let placed = Rc::new(PlacedForm { form, tracking });
    // Other numbers than the stored ones were found by names, which no message is about.
    if tables == stored {
        let mut watched: FxHashSet<u32> = catalog.reader.asked();
        watched.extend(FORMS.find().map(Oid::to_u32));
        for &table in &tables {
            watched.insert(table);
            watched.extend(names::schema_of(Oid::from(table)).map(Oid::to_u32));
        }
        watch.narrow(&watched);
        let kept = Rc::new(KeptForm {
            version,
            watch,
            placed: Rc::clone(&placed),
        });
        KEPT.with_borrow_mut(|all| all.insert(*token.as_bytes(), kept, MOST, |_| 0));
    }
    Ok(Some(placed))
}

/// The form of a token as far as what it speaks of is still there: of a form that [`find_kept_form`] does not give, because a column was
/// dropped.
pub(super) fn find_in_part(token: &Uuid) -> Result<Option<Rc<PlacedForm>>, Error> {
    let argument = json!({"token": token.to_string()});
    let found: Option<StoredForm> =
        storage::write_as_owner(|statements| statements.query(store::FORM_BY_TOKEN, &argument))?;
    let placed = found.and_then(|mut form| {
        place_what_is_left(&mut form).ok()?;
        let tracking = BTreeMap::new();
        Some(Rc::new(PlacedForm { form, tracking }))
    });
    Ok(placed)
}

/// Gives a form the numbers of now; columns that were dropped keep theirs, which no other column gets. Fails where a table is
/// gone, or is another one that was created again without them.
fn place_what_is_left(form: &mut StoredForm) -> Result<(), Error> {
    let placer = Placer::new(&form.refs, Placement::SameDatabase);
    let base = placer.table_oid(form.base_table_oid)?;
    place_fields_left(&mut form.fields, form.base_table_oid, &placer)?;
    form.base_table_oid = base;
    Ok(())
}

fn place_fields_left(fields: &mut [StoredField], table: u32, placer: &Placer<'_>) -> Result<(), Error> {
    for field in fields {
        match placer.column(table, field.column_attnum) {
            Ok(attnum) => field.column_attnum = attnum,
            Err(_) if placer.table_oid(table)? == table => {}
            Err(gone) => return Err(gone),
        }
        if let Some(related) = field.related_table_oid {
            place_fields_left(&mut field.child_fields, related, placer)?;
            field.related_table_oid = Some(placer.table_oid(related)?);
        }
    }
    Ok(())
}

/// The tables that a form writes to or picks from.
fn tables_of(form: &StoredForm) -> BTreeSet<u32> {
    fn add_tables(fields: &[StoredField], tables: &mut BTreeSet<u32>) {
        for field in fields {
            tables.extend(field.related_table_oid);
            add_tables(&field.child_fields, tables);
        }
    }
    let mut tables = BTreeSet::from([form.base_table_oid]);
    add_tables(&form.fields, &mut tables);
    tables
}
