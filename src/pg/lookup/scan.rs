//! Reading catalogs, and tables of the extension: index scans with one snapshot, rows as the structs of `catalog_row`.
//!
//! A row type names the columns that it wants; their places are looked up in the running server's catalog once,
//! so one build of the source fits every version, and a column that a version does not have reads as `None`.

use super::catalog_row::{CatalogRow, RowSource, RowVersion, ScannedRow};
use super::row_layout::{RowLayout, RowRoom, RowTuple};
use crate::pg::{server, snapshot::Snapshot, text, tuple};
use pgrx::pg_sys::{self, Datum, Oid};
use rustc_hash::{FxHashMap, FxHashSet};
use std::any::TypeId;
use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;

/// A value that an index is searched for.
#[derive(Clone, Copy)]
pub(crate) enum ScanKey {
    Oid(Oid),
    Int2(i16),
    Int8(i64),
    /// An int2 above 0.
    Positive,
    /// An xid8 that is not below this one.
    TransactionFrom(u64),
    /// Made by [`ScanKey::name`].
    Name(Datum),
    /// Made by [`ScanKey::uuid`].
    Uuid(Datum),
}

impl ScanKey {
    /// A name, kept in the current memory context.
    pub(crate) fn name(name: &str) -> Self {
        // SAFETY: a name has NAMEDATALEN bytes, of which the rest are zero; longer text is cut off, and so finds
        // nothing.
        unsafe {
            let text = pg_sys::text_to_cstring(text::to_text_datum(name).cast_mut_ptr());
            let value = pg_sys::palloc0(pg_sys::NAMEDATALEN as usize);
            pg_sys::namestrcpy(value.cast(), text);
            Self::Name(Datum::from(value))
        }
    }

    /// A uuid, kept in the current memory context.
    pub(crate) fn uuid(uuid: &[u8; 16]) -> Self {
        // SAFETY: room for the bytes, which are copied into it.
        unsafe {
            let value = pg_sys::palloc(uuid.len()).cast::<[u8; 16]>();
            value.write(*uuid);
            Self::Uuid(Datum::from(value))
        }
    }

    /// The object that it names.
    fn oid(self) -> Option<u32> {
        match self {
            ScanKey::Oid(oid) => Some(oid.to_u32()),
            _ => None,
        }
    }

    /// The comparison that it stands for: B-tree strategy, the strategy's function, argument.
    fn comparison(self) -> (u32, u32, Datum) {
        match self {
            ScanKey::Oid(oid) => (pg_sys::BTEqualStrategyNumber, pg_sys::F_OIDEQ, oid.into()),
            ScanKey::Int2(number) => (pg_sys::BTEqualStrategyNumber, pg_sys::F_INT2EQ, number.into()),
            ScanKey::Int8(number) => (pg_sys::BTEqualStrategyNumber, pg_sys::F_INT8EQ, number.into()),
            ScanKey::Name(name) => (pg_sys::BTEqualStrategyNumber, pg_sys::F_NAMEEQ, name),
            ScanKey::Uuid(uuid) => (pg_sys::BTEqualStrategyNumber, pg_sys::F_UUID_EQ, uuid),
            ScanKey::TransactionFrom(transaction) => (
                pg_sys::BTGreaterEqualStrategyNumber,
                pg_sys::F_XID8GE,
                Datum::from(transaction),
            ),
            ScanKey::Positive => (pg_sys::BTGreaterStrategyNumber, pg_sys::F_INT2GT, 0_i16.into()),
        }
    }
}

/// Reads catalogs by one snapshot. Each catalog is opened once and closed when the reader goes.
pub(crate) struct Reader {
    snapshot: Snapshot,
    open: RefCell<FxHashMap<TypeId, Option<Rc<OpenCatalog>>>>,
    indexes: RefCell<FxHashMap<u32, OpenIndex>>,
    /// The objects that it was asked about.
    asked: RefCell<FxHashSet<u32>>,
}

impl Reader {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            open: RefCell::default(),
            indexes: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Notes an object as read, if it came from the session's caches.
    pub(crate) fn depends_on(&self, object: Oid) {
        self.asked.borrow_mut().insert(object.to_u32());
    }

    /// The OIDs of the objects that it was asked about, and of the tables of our own that it looked into: what was read
    /// holds as long as none of them changes.
    pub(crate) fn asked(&self) -> FxHashSet<u32> {
        self.asked.borrow().clone()
    }

    /// The rows that match all keys, found through `index`; in the index's order.
    pub(crate) fn by_index<R: CatalogRow>(&self, index: u32, keys: &[(&str, ScanKey)]) -> Vec<R> {
        self.by_index_where(index, keys, |_| true)
    }

    /// The same, of these rows only those that are wanted.
    pub(crate) fn by_index_where<R: CatalogRow>(
        &self,
        index: u32,
        keys: &[(&str, ScanKey)],
        is_wanted: impl Fn(&ScannedRow<'_>) -> bool,
    ) -> Vec<R> {
        match self.catalog::<R>() {
            Some(catalog) => self.scan_index(&catalog, index, keys, ALL, is_wanted),
            None => Vec::new(),
        }
    }

    /// The row that matches all keys of a unique index.
    pub(crate) fn by_unique_index<R: CatalogRow>(&self, index: u32, keys: &[(&str, ScanKey)]) -> Option<R> {
        let catalog = self.catalog::<R>()?;
        self.scan_index(&catalog, index, keys, 1, |_| true).pop()
    }

    /// The same, found through the primary key of a table of our own.
    pub(crate) fn by_primary_key<R: CatalogRow>(&self, keys: &[(&str, ScanKey)]) -> Vec<R> {
        match self.catalog::<R>() {
            Some(table) => self.scan_index(&table, table.primary_key_index(), keys, ALL, |_| true),
            None => Vec::new(),
        }
    }

    /// The first row of a table of our own in the order of its primary key.
    pub(crate) fn first_by_primary_key<R: CatalogRow>(&self) -> Option<R> {
        let table = self.catalog::<R>()?;
        self.scan_index(&table, table.primary_key_index(), &[], 1, |_| true)
            .pop()
    }

    /// The same, found through an index of a table of our own.
    pub(crate) fn by_own_index<R: CatalogRow>(&self, index: &CStr, keys: &[(&str, ScanKey)]) -> Vec<R> {
        match (self.catalog::<R>(), R::SOURCE) {
            (Some(open), RowSource::Own(table)) => {
                // SAFETY: the table is open.
                let index = unsafe { table.index_named(open.relation, index) };
                self.scan_index(&open, index.to_u32(), keys, ALL, |_| true)
            }
            _ => Vec::new(),
        }
    }

    fn scan_index<R: CatalogRow>(
        &self,
        catalog: &OpenCatalog,
        index: u32,
        keys: &[(&str, ScanKey)],
        most: usize,
        is_wanted: impl Fn(&ScannedRow<'_>) -> bool,
    ) -> Vec<R> {
        self.asked
            .borrow_mut()
            .extend(keys.iter().filter_map(|(_, key)| key.oid()));
        let index = self.index(index);
        let mut keys: Vec<_> = keys
            .iter()
            .map(|(column, key)| catalog.scan_key(column, *key))
            .collect();
        // SAFETY: the catalog and its index are open, the keys name its columns.
        unsafe {
            let scan = pg_sys::systable_beginscan_ordered(
                catalog.relation,
                index,
                self.snapshot.as_ptr(),
                keys.len() as i32,
                keys.as_mut_ptr(),
            );
            let next = || pg_sys::systable_getnext_ordered(scan, pg_sys::ScanDirection::ForwardScanDirection);
            let rows = catalog.read_rows(next, most, is_wanted);
            pg_sys::systable_endscan_ordered(scan);
            rows
        }
    }

    /// The rows that match all keys, found by reading the whole catalog.
    pub(crate) fn by_full_scan<R: CatalogRow>(&self, keys: &[(&str, ScanKey)]) -> Vec<R> {
        let Some(catalog) = self.catalog::<R>() else {
            return Vec::new();
        };
        let mut keys: Vec<_> = keys
            .iter()
            .map(|(column, key)| catalog.scan_key(column, *key))
            .collect();
        // SAFETY: the catalog is open, the keys name its columns; no index is used.
        unsafe {
            let scan = pg_sys::systable_beginscan(
                catalog.relation,
                Oid::INVALID,
                false,
                self.snapshot.as_ptr(),
                keys.len() as i32,
                keys.as_mut_ptr(),
            );
            let rows = catalog.read_rows(|| pg_sys::systable_getnext(scan), ALL, |_| true);
            pg_sys::systable_endscan(scan);
            rows
        }
    }

    fn index(&self, oid: u32) -> pg_sys::Relation {
        self.indexes
            .borrow_mut()
            .entry(oid)
            .or_insert_with(|| OpenIndex::open(oid))
            .0
    }

    /// `None` for a table of our own that has no rows.
    fn catalog<R: CatalogRow>(&self) -> Option<Rc<OpenCatalog>> {
        let open = || {
            if let RowSource::Own(table) = R::SOURCE {
                self.asked.borrow_mut().extend(table.find().map(Oid::to_u32));
            }
            OpenCatalog::open::<R>().map(Rc::new)
        };
        self.open
            .borrow_mut()
            .entry(TypeId::of::<R>())
            .or_insert_with(open)
            .clone()
    }
}

/// As many rows as there are.
const ALL: usize = usize::MAX;

struct OpenCatalog {
    relation: pg_sys::Relation,
    /// Where the columns of the row type stand in this server's catalog.
    layout: Rc<RowLayout>,
    /// For the values of a row.
    room: RowRoom,
    /// The attnums of columns that indexes are searched by.
    searched: RefCell<Vec<(String, i16)>>,
}

thread_local! {
    /// The layouts of row types of catalogs: the columns of a catalog stay what they are as long as the server runs.
    static LAYOUTS: RefCell<FxHashMap<TypeId, Rc<RowLayout>>> = RefCell::default();
}

impl OpenCatalog {
    fn open<R: CatalogRow>() -> Option<Self> {
        let oid = match R::SOURCE {
            RowSource::Catalog(oid) => Oid::from(oid),
            RowSource::Own(table) => table.find()?,
        };
        // SAFETY: a catalog, which cannot be dropped, or a storage table (when another session drops the extension at
        // this moment, PostgreSQL says so by an error).
        let relation = unsafe {
            let relation = pg_sys::table_open(oid, pg_sys::AccessShareLock as i32);
            if let RowSource::Own(table) = R::SOURCE {
                table.assert_unchanged(relation);
            }
            relation
        };
        // SAFETY: the table is open.
        let find_layout = || Rc::new(unsafe { RowLayout::of(relation, R::COLUMNS) });
        let layout = match R::SOURCE {
            RowSource::Own(_) => find_layout(),
            RowSource::Catalog(_) => LAYOUTS
                .with_borrow_mut(|all| Rc::clone(all.entry(TypeId::of::<R>()).or_insert_with(find_layout))),
        };
        let catalog = Self {
            relation,
            room: layout.room(),
            layout,
            searched: RefCell::default(),
        };
        let is_needed = matches!(R::SOURCE, RowSource::Catalog(_)) || !catalog.is_empty();
        is_needed.then_some(catalog)
    }

    /// Whether the table was never written to: reading it can be skipped then.
    fn is_empty(&self) -> bool {
        // SAFETY: the relation is open.
        unsafe {
            pg_sys::RelationGetNumberOfBlocksInFork(self.relation, pg_sys::ForkNumber::MAIN_FORKNUM) == 0
        }
    }

    fn primary_key_index(&self) -> u32 {
        // SAFETY: the relation is open; asking for its indexes fills in which of them is the primary key's.
        unsafe {
            pg_sys::list_free(pg_sys::RelationGetIndexList(self.relation));
            (*self.relation).rd_pkindex.to_u32()
        }
    }

    /// Reads what `next` gives until it gives null or there are as many as asked for; keeps what is wanted.
    ///
    /// # Safety
    /// `next` gives tuples of this catalog, each valid until the next is asked for.
    unsafe fn read_rows<R: CatalogRow>(
        &self,
        next: impl Fn() -> pg_sys::HeapTuple,
        most: usize,
        is_wanted: impl Fn(&ScannedRow<'_>) -> bool,
    ) -> Vec<R> {
        let mut rows = Vec::new();
        loop {
            let tuple = next();
            if tuple.is_null() {
                return rows;
            }
            server::check_for_interrupts();
            // SAFETY: a tuple of this catalog, read before the next is asked for.
            let row = unsafe {
                let header = &*(*tuple).t_data;
                let is_frozen =
                    u32::from(header.t_infomask) & pg_sys::HEAP_XMIN_FROZEN == pg_sys::HEAP_XMIN_FROZEN;
                let writer = header.t_choice.t_heap.t_xmin.into_inner();
                ScannedRow {
                    tuple: RowTuple::new(tuple, (*self.relation).rd_att, &self.layout, &self.room),
                    writer: (!is_frozen).then_some(writer),
                    version: RowVersion::new(writer, (*tuple).t_self),
                }
            };
            if is_wanted(&row) {
                if rows.is_empty() {
                    rows.reserve(R::USUAL_NUMBER.min(most));
                }
                rows.push(R::from_scan(&row));
                if rows.len() == most {
                    return rows;
                }
            }
        }
    }

    /// The attnum of a column that an index is searched by: thousands of times, by few columns.
    fn searched_attnum(&self, column: &str) -> i16 {
        let mut searched = self.searched.borrow_mut();
        if let Some((_, attnum)) = searched.iter().find(|(name, _)| name == column) {
            return *attnum;
        }
        // A catalog's key column is there in every version.
        let attnum = position(self.relation, column).map_or(0, |at| at + 1) as i16;
        searched.push((column.to_owned(), attnum));
        attnum
    }

    fn scan_key(&self, column: &str, key: ScanKey) -> pg_sys::ScanKeyData {
        let attnum = self.searched_attnum(column);
        let (strategy, procedure, argument) = key.comparison();
        let mut entry = pg_sys::ScanKeyData::default();
        // SAFETY: fills in the entry; the procedure compares values of the column's type.
        unsafe {
            pg_sys::ScanKeyInit(&mut entry, attnum, strategy as u16, procedure.into(), argument);
        }
        entry
    }
}

/// Where a column stands in an open catalog.
fn position(relation: pg_sys::Relation, column: &str) -> Option<usize> {
    // SAFETY: the relation is open.
    let attributes = unsafe { tuple::attributes((*relation).rd_att) };
    attributes
        .iter()
        .position(|attribute| tuple::is_named(attribute, column))
}

impl Drop for OpenCatalog {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction closes the relation.
        if !std::thread::panicking() {
            // SAFETY: opened by `open`, closed once.
            unsafe { pg_sys::table_close(self.relation, pg_sys::AccessShareLock as i32) }
        }
    }
}

/// An index of a catalog.
struct OpenIndex(pg_sys::Relation);

impl OpenIndex {
    fn open(oid: u32) -> Self {
        // SAFETY: the OID is that of a catalog's index, which cannot be dropped.
        Self(unsafe { pg_sys::index_open(Oid::from(oid), pg_sys::AccessShareLock as i32) })
    }
}

impl Drop for OpenIndex {
    fn drop(&mut self) {
        // As for catalogs.
        if !std::thread::panicking() {
            // SAFETY: opened by `open`, closed once.
            unsafe { pg_sys::index_close(self.0, pg_sys::AccessShareLock as i32) }
        }
    }
}
