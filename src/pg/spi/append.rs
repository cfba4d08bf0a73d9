//! Appending rows to a table of our own past the executor: for what is written with each command that defines something.
//!
//! No SQL is planned and no code of a table runs: no triggers, defaults, policies or constraints (the tables have none). Nor
//! are the caller's privileges asked: only bookkeeping writes so.

use crate::pg::storage::StorageTable;
use crate::pg::watch::CatalogWatch;
use crate::pg::{Oid, bookkeeping, text, tuple};
use pgrx::pg_sys::{self, Datum};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;
use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;

/// A value of a row.
pub(crate) enum Cell<'a> {
    Null,
    Transaction(u64),
    Integer(i32),
    SmallInteger(i16),
    Oid(u32),
    Name(&'a str),
    Text(&'a str),
    /// Microseconds since 2000-01-01 UTC.
    Moment(i64),
    Oids(&'a [u32]),
    Json(&'a Value),
}

/// The values of a row while its tuple is formed. Text and names lie in one buffer, which serves all rows.
#[derive(Default)]
struct RowValues {
    values: Vec<Datum>,
    nulls: Vec<bool>,
    buffer: Vec<u8>,
    /// The values that lie in the buffer: their column, and where they begin. The buffer moves while it grows.
    in_buffer: Vec<(usize, usize)>,
    /// Whether Rust's text is the server's text as it is.
    is_utf8: bool,
}

impl RowValues {
    fn new(natts: usize) -> Self {
        Self {
            values: vec![Datum::null(); natts],
            nulls: vec![true; natts],
            // Enough for most rows.
            buffer: Vec::with_capacity(1024),
            in_buffer: Vec::with_capacity(natts),
            is_utf8: text::server_is_utf8(),
        }
    }

    /// Takes the cells of a row, which stand at these positions.
    fn fill(&mut self, positions: &[usize], cells: &[Cell<'_>]) {
        self.nulls.fill(true);
        self.buffer.clear();
        self.in_buffer.clear();
        for (&at, cell) in positions.iter().zip(cells) {
            if let Some(value) = self.datum(at, cell) {
                self.values[at] = value;
                self.nulls[at] = false;
            }
        }
        for &(at, begin) in &self.in_buffer {
            self.values[at] = Datum::from(self.buffer[begin..].as_ptr());
        }
    }

    fn datum(&mut self, at: usize, cell: &Cell<'_>) -> Option<Datum> {
        Some(match *cell {
            Cell::Null => return None,
            Cell::Transaction(number) => Datum::from(number),
            Cell::Integer(number) => Datum::from(number),
            Cell::SmallInteger(number) => Datum::from(number),
            Cell::Oid(oid) => Datum::from(Oid::from(oid)),
            Cell::Moment(moment) => Datum::from(moment),
            Cell::Text(value) => self.text(at, value),
            Cell::Name(name) => self.name(at, name),
            Cell::Oids(oids) => oid_array(oids),
            Cell::Json(value) => bookkeeping::jsonb(&value.to_string()),
        })
    }

    fn text(&mut self, at: usize, value: &str) -> Datum {
        // A value of up to 126 bytes has a header of one byte, which needs no alignment.
        const LONGEST: usize = 0x7f - pg_sys::VARHDRSZ_SHORT;
        if !self.is_utf8 || value.len() > LONGEST || value.contains('\0') {
            return text::to_text_datum(value);
        }
        let begin = self.buffer.len();
        self.buffer.push(0);
        self.buffer.extend_from_slice(value.as_bytes());
        let length = self.buffer.len() - begin;
        // SAFETY: the header is the first of the bytes of the value.
        unsafe { pgrx::set_varsize_short(self.buffer[begin..].as_mut_ptr().cast(), length as i32) };
        self.in_buffer.push((at, begin));
        Datum::null()
    }

    /// A name, cut off where PostgreSQL would.
    fn name(&mut self, at: usize, name: &str) -> Datum {
        const ROOM: usize = pg_sys::NAMEDATALEN as usize;
        let begin = self.buffer.len();
        if self.is_utf8 && name.len() < ROOM && !name.contains('\0') {
            self.buffer.extend_from_slice(name.as_bytes());
        } else {
            let bytes = text::to_server(name);
            // SAFETY: pointer and length belong together. Cutting looks for the start of a character.
            let length =
                unsafe { pg_sys::pg_mbcliplen(bytes.as_ptr().cast(), bytes.len() as i32, ROOM as i32 - 1) };
            self.buffer.extend_from_slice(&bytes[..length as usize]);
        }
        self.buffer.resize(begin + ROOM, 0);
        self.in_buffer.push((at, begin));
        Datum::null()
    }
}

fn oid_array(oids: &[u32]) -> Datum {
    let mut elements: Vec<Datum> = oids.iter().map(|&oid| Datum::from(Oid::from(oid))).collect();
    // SAFETY: an OID has four bytes, is passed by value and aligned as an integer.
    unsafe {
        Datum::from(pg_sys::construct_array(
            elements.as_mut_ptr(),
            elements.len() as i32,
            pg_sys::OIDOID,
            4,
            true,
            b'i' as std::ffi::c_char,
        ))
    }
}

/// Where each of the columns stands in the open table; `None` where one of them is missing, or has another type.
///
/// # Safety
/// The descriptor is that of an open table.
unsafe fn positions(descriptor: pg_sys::TupleDesc, columns: &[(&str, Oid)]) -> Option<Vec<usize>> {
    // SAFETY: promised by the caller.
    let attributes = unsafe { tuple::attributes(descriptor) };
    let is_it = |at: usize, name: &str, type_: Oid| {
        attributes.get(at).is_some_and(|attribute| {
            attribute.atttypid == type_ && !attribute.attisdropped && tuple::is_named(attribute, name)
        })
    };
    // Mostly they stand in the order in which they are declared.
    columns
        .iter()
        .enumerate()
        .map(|(number, &(name, type_))| {
            if is_it(number, name, type_) {
                return Some(number);
            }
            (0..attributes.len()).find(|&at| is_it(at, name, type_))
        })
        .collect()
}

/// What became of rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppendOutcome {
    Written,
    /// The table is not there.
    NoTable,
    /// It lacks one of its columns; nothing was written.
    NotAsCreated,
}

/// A row, and whether the partial indexes of its table have it: whoever declares such an index says so with each row.
pub(crate) struct AppendedRow<'a, const WIDTH: usize> {
    pub(crate) cells: [Cell<'a>; WIDTH],
    pub(crate) is_in_partial_indexes: bool,
}

/// What is known of an index beside its place.
#[derive(Clone)]
struct IndexLayout {
    oid: Oid,
    /// The attnums of its columns in the table.
    attnums: Rc<[i16]>,
    /// Whether values of all its columns are passed by value, so that they outlive the row that they are of.
    is_by_value: bool,
    is_partial: bool,
    is_btree: bool,
    check: pg_sys::IndexUniqueCheck::Type,
}

impl IndexLayout {
    /// `None` for an index on an expression.
    ///
    /// # Safety
    /// The table and the index, which is one of it, are open.
    unsafe fn read(table: pg_sys::Relation, index: pg_sys::Relation) -> Option<Self> {
        // SAFETY: an open index has its row of pg_index, with as many attnums as it says; an attnum is one of the table.
        unsafe {
            let row = &*(*index).rd_index;
            let attnums = (&raw const row.indkey.values).cast::<i16>();
            let attnums: Rc<[i16]> = std::slice::from_raw_parts(attnums, row.indnatts as usize).into();
            let columns = tuple::attributes((*table).rd_att);
            let is_by_value = |&attnum: &i16| {
                attnum > 0
                    && columns
                        .get(attnum as usize - 1)
                        .is_some_and(|column| column.attbyval)
            };
            (!attnums.contains(&0)).then(|| Self {
                oid: (*index).rd_id,
                is_by_value: attnums.iter().all(is_by_value),
                is_partial: !pg_sys::heap_attisnull(
                    (*index).rd_indextuple,
                    pg_sys::Anum_pg_index_indpred as i32,
                    std::ptr::null_mut(),
                ),
                is_btree: (*(*index).rd_rel).relam == pg_sys::BTREE_AM_OID,
                check: if row.indisunique {
                    pg_sys::IndexUniqueCheck::UNIQUE_CHECK_YES
                } else {
                    pg_sys::IndexUniqueCheck::UNIQUE_CHECK_NO
                },
                attnums,
            })
        }
    }
}

/// An open index of the table.
pub(in crate::pg) struct AppendedIndex {
    relation: pg_sys::Relation,
    info: *mut pg_sys::IndexInfo,
    layout: IndexLayout,
}

impl AppendedIndex {
    /// Opens the indexes of a table; `None` where one of them is on an expression.
    ///
    /// PostgreSQL's own way of opening them reads their expressions and conditions each time, and plans with them. Of these
    /// tables it is known which rows a partial index has, and B-tree asks nothing else.
    ///
    /// # Safety
    /// The table is open.
    pub(in crate::pg) unsafe fn open_all(table: pg_sys::Relation) -> Option<Vec<Self>> {
        // SAFETY: a fresh list of the indexes of an open table; they are locked as rows are written.
        unsafe {
            pgrx::PgList::<()>::from_pg(pg_sys::RelationGetIndexList(table))
                .iter_oid()
                .map(|index| pg_sys::index_open(index, pg_sys::RowExclusiveLock as i32))
                .filter_map(|relation| {
                    if !(*(*relation).rd_index).indisready {
                        // One that is just being built: CREATE INDEX CONCURRENTLY adds the rows of now itself.
                        pg_sys::index_close(relation, pg_sys::NoLock as i32);
                        return None;
                    }
                    Some(
                        IndexLayout::read(table, relation)
                            .map(|layout| Self::from_relation(relation, layout)),
                    )
                })
                .collect()
        }
    }

    /// Opens an index that is known. Its table is locked: without that lock nobody can drop an index or build it anew.
    ///
    /// # Safety
    /// The index is one of an open table that is locked.
    unsafe fn open_known(layout: &IndexLayout) -> Self {
        // SAFETY: the index is there as long as its table is locked.
        unsafe { Self::from_relation(pg_sys::RelationIdGetRelation(layout.oid), layout.clone()) }
    }

    /// # Safety
    /// The index is open.
    unsafe fn from_relation(relation: pg_sys::Relation, layout: IndexLayout) -> Self {
        // SAFETY: zeroed, a node of the server's memory is an empty one.
        unsafe {
            let info = if layout.is_btree {
                let info = pg_sys::palloc0(size_of::<pg_sys::IndexInfo>()).cast::<pg_sys::IndexInfo>();
                (*info).type_ = pg_sys::NodeTag::T_IndexInfo;
                info
            } else {
                pg_sys::BuildIndexInfo(relation)
            };
            Self {
                relation,
                info,
                layout,
            }
        }
    }

    /// The entry of a row, whose values are in the order of the table's columns.
    ///
    /// # Safety
    /// The index is one of the table; the row is in the table at that place, with these values.
    pub(in crate::pg) unsafe fn insert_row(
        &self,
        table: pg_sys::Relation,
        place: pg_sys::ItemPointer,
        row_values: &[Datum],
        row_nulls: &[bool],
    ) {
        let key = |&attnum: &i16| (row_values[attnum as usize - 1], row_nulls[attnum as usize - 1]);
        // SAFETY: promised by the caller.
        unsafe { self.insert(table, place, self.layout.attnums.iter().map(key)) }
    }

    /// The same of a tuple that stands in the table.
    ///
    /// # Safety
    /// The index is one of the table; the tuple is in the table, where it says.
    unsafe fn insert_tuple(&self, table: pg_sys::Relation, tuple: pg_sys::HeapTuple) {
        // SAFETY: promised by the caller.
        unsafe {
            let place = &raw mut (*tuple).t_self;
            let key = |&attnum: &i16| {
                let mut is_null = true;
                let value = pg_sys::heap_getattr(tuple, attnum.into(), (*table).rd_att, &mut is_null);
                (value, is_null)
            };
            self.insert(table, place, self.layout.attnums.iter().map(key));
        }
    }

    /// The entry of a row with the values and nulls of its key.
    ///
    /// # Safety
    /// The index is one of the table; the row is in the table at that place, and the key is of its values.
    unsafe fn insert(
        &self,
        table: pg_sys::Relation,
        place: pg_sys::ItemPointer,
        key: impl Iterator<Item = (Datum, bool)>,
    ) {
        const MOST: usize = pg_sys::INDEX_MAX_KEYS as usize;
        let (mut values, mut nulls) = ([Datum::null(); MOST], [true; MOST]);
        for (number, (value, is_null)) in key.enumerate() {
            values[number] = value;
            nulls[number] = is_null;
        }
        // SAFETY: promised by the caller.
        unsafe {
            pg_sys::index_insert(
                self.relation,
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
                place,
                table,
                self.layout.check,
                false,
                self.info,
            );
        }
    }
}

impl Drop for AppendedIndex {
    fn drop(&mut self) {
        // While an error unwinds, the abort of the (sub)transaction closes the index.
        if !std::thread::panicking() {
            // SAFETY: opened once. A lock that it has stays until the transaction ends, as that of the table does.
            unsafe { pg_sys::index_close(self.relation, pg_sys::NoLock as i32) }
        }
    }
}

/// How rows are put into a table: where its columns stand, and what its indexes are. A session works it out once, and
/// again when the table has changed: its rows are written with each command that defines something.
struct AppendLayout {
    table: Oid,
    positions: Vec<usize>,
    indexes: Vec<IndexLayout>,
    watch: CatalogWatch,
}

thread_local! {
    static LAYOUTS: RefCell<FxHashMap<&'static CStr, Rc<AppendLayout>>> = RefCell::default();
}

impl AppendLayout {
    /// The one that was worked out, if it still holds.
    fn known(table: &StorageTable) -> Option<Rc<Self>> {
        let is_valid = |layout: &&Rc<Self>| !layout.watch.is_over();
        LAYOUTS.with_borrow(|all| all.get(table.name).filter(is_valid).cloned())
    }

    /// `None` where the table lacks a column, is no ordinary one, or has an index on an expression.
    ///
    /// # Safety
    /// `relation` is the table, open and locked as rows are written.
    unsafe fn read(table: &StorageTable, relation: pg_sys::Relation) -> Option<Rc<Self>> {
        let watch = CatalogWatch::begin();
        // SAFETY: promised by the caller; the list of indexes is a fresh one.
        unsafe {
            let is_table = (*(*relation).rd_rel).relkind as u8 == pg_sys::RELKIND_RELATION;
            // Columns that are not declared, dropped ones among them, stay NULL.
            let positions = positions((*relation).rd_att, table.columns).filter(|_| is_table)?;
            let mut objects: FxHashSet<u32> =
                pgrx::PgList::<()>::from_pg(pg_sys::RelationGetIndexList(relation))
                    .iter_oid()
                    .map(Oid::to_u32)
                    .collect();
            let indexes = AppendedIndex::open_all(relation)?;
            let oid = (*relation).rd_id;
            objects.extend([oid.to_u32(), (*(*relation).rd_rel).relnamespace.to_u32()]);
            watch.narrow(&objects);
            let layout = Rc::new(Self {
                table: oid,
                positions,
                indexes: indexes.iter().map(|index| index.layout.clone()).collect(),
                watch,
            });
            LAYOUTS.with_borrow_mut(|all| all.insert(table.name, Rc::clone(&layout)));
            Some(layout)
        }
    }
}

/// Whether the table is there: while the extension is created or dropped, it may not be.
pub(crate) fn is_there(table: &StorageTable) -> bool {
    AppendLayout::known(table).is_some() || table.find().is_some()
}

/// Puts tuples into a table, and tells each where it stands.
///
/// # Safety
/// The table is open; the tuples are of its rows.
unsafe fn insert_tuples(table: pg_sys::Relation, tuples: &[pg_sys::HeapTuple]) {
    // SAFETY: promised by the caller. A slot that a tuple belongs to gives the tuple itself, and not a copy; the tuple is
    // taken out before the slot goes.
    unsafe {
        if let [tuple] = tuples {
            pg_sys::simple_heap_insert(table, *tuple);
            return;
        }
        let mut slots: Vec<_> = tuples
            .iter()
            .map(|&tuple| {
                let slot =
                    pg_sys::MakeSingleTupleTableSlot((*table).rd_att, &raw const pg_sys::TTSOpsHeapTuple);
                pg_sys::ExecStoreHeapTuple(tuple, slot, true)
            })
            .collect();
        let command = pg_sys::GetCurrentCommandId(true);
        pg_sys::heap_multi_insert(
            table,
            slots.as_mut_ptr(),
            slots.len() as i32,
            command,
            0,
            std::ptr::null_mut(),
        );
        for (&tuple, &slot) in tuples.iter().zip(&slots) {
            (*tuple).t_self = (*slot).tts_tid;
            (*slot).tts_flags &= !(pg_sys::TTS_FLAG_SHOULDFREE as u16);
            pg_sys::ExecDropSingleTupleTableSlot(slot);
        }
    }
}

/// How many rows are put into the table at a time.
const BATCH: usize = 256;

/// Appends rows, whose cells are in the order of the table's columns, all of which it declares. `are_partial`: whether some
/// of them are in its partial indexes.
pub(crate) fn append_rows<'a, const WIDTH: usize>(
    table: &StorageTable,
    are_partial: bool,
    rows: impl Iterator<Item = AppendedRow<'a, WIDTH>>,
) -> AppendOutcome {
    let known = AppendLayout::known(table);
    let Some(oid) = known.as_ref().map(|layout| layout.table).or_else(|| table.find()) else {
        return AppendOutcome::NoTable;
    };
    let lock = pg_sys::RowExclusiveLock as i32;
    // SAFETY: the table is open between the two calls. An error leaves what is open to the abort of the (sub)transaction.
    unsafe {
        let relation = pg_sys::table_open(oid, lock);
        // With the lock came the news of what others have changed.
        let layout = known.filter(|layout| !layout.watch.is_over());
        let layout = layout.or_else(|| AppendLayout::read(table, relation));
        let outcome = match layout {
            Some(layout) => {
                write_rows(relation, &layout, are_partial, rows);
                AppendOutcome::Written
            }
            None => AppendOutcome::NotAsCreated,
        };
        pg_sys::table_close(relation, pg_sys::NoLock as i32);
        outcome
    }
}

/// # Safety
/// The table is open, locked as rows are written, and has this layout; each row has a value for each position.
unsafe fn write_rows<'a, const WIDTH: usize>(
    relation: pg_sys::Relation,
    layout: &AppendLayout,
    are_partial: bool,
    rows: impl Iterator<Item = AppendedRow<'a, WIDTH>>,
) {
    // SAFETY: promised by the caller; a key is of the row that it follows.
    unsafe {
        let descriptor = (*relation).rd_att;
        let is_needed = |index: &&IndexLayout| are_partial || !index.is_partial;
        let indexes: Vec<AppendedIndex> = layout
            .indexes
            .iter()
            .filter(is_needed)
            .map(|index| AppendedIndex::open_known(index))
            .collect();
        let mut row_values = RowValues::new((*descriptor).natts as usize);
        let mut rows = rows.peekable();
        let mut tuples = Vec::new();
        // Values of index keys, in the order in which they will be needed, and which of them are null.
        let mut keys: Vec<(Datum, bool)> = Vec::new();
        let mut are_in_partial = Vec::new();
        while rows.peek().is_some() {
            for row in rows.by_ref().take(BATCH) {
                row_values.fill(&layout.positions, &row.cells);
                let (values, nulls) = (&mut row_values.values, &mut row_values.nulls);
                tuples.push(pg_sys::heap_form_tuple(
                    descriptor,
                    values.as_mut_ptr(),
                    nulls.as_mut_ptr(),
                ));
                are_in_partial.push(row.is_in_partial_indexes);
                for index in select_indexes(&indexes, row.is_in_partial_indexes) {
                    if index.layout.is_by_value {
                        let key = index.layout.attnums.iter().map(|&attnum| attnum as usize - 1);
                        keys.extend(key.map(|at| (values[at], nulls[at])));
                    }
                }
            }
            insert_tuples(relation, &tuples);
            let mut key = keys.drain(..);
            for (tuple, is_in_partial) in tuples.drain(..).zip(are_in_partial.drain(..)) {
                for index in select_indexes(&indexes, is_in_partial) {
                    if index.layout.is_by_value {
                        let key = key.by_ref().take(index.layout.attnums.len());
                        index.insert(relation, &raw mut (*tuple).t_self, key);
                    } else {
                        index.insert_tuple(relation, tuple);
                    }
                }
                pg_sys::heap_freetuple(tuple);
            }
        }
    }
}

/// The indexes that have a row.
fn select_indexes(indexes: &[AppendedIndex], is_in_partial: bool) -> impl Iterator<Item = &AppendedIndex> {
    indexes
        .iter()
        .filter(move |index| is_in_partial || !index.layout.is_partial)
}
