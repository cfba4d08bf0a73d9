//! Our tables, as bookkeeping needs them: are they there, does it matter, who owns them.

use crate::catalog::rows::PgClass;
use crate::error::Error;
use crate::pg::scan::{CatalogRow, Reader, RowSource, ScanKey, ScannedRow};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, relation_size};

/// The tables that hold metadata, attached and detached.
pub(crate) struct Store {
    tables: [Oid; 2],
    detached: Oid,
}

impl Store {
    /// Looks for the tables: while the extension is created or dropped, they may not be there.
    pub(crate) fn find() -> Option<Self> {
        let table = |name| names::relation("msar_catalog", name);
        let tables = [table("table_metadata")?, table("column_metadata")?];
        let detached = table("detached_metadata")?;
        Some(Self { tables, detached })
    }

    /// Who owns the tables: the extension's owner.
    pub(crate) fn owner(&self) -> Result<Oid, Error> {
        let reader = Reader::new(Snapshot::latest());
        let table = PgClass::by_oid(&reader, self.detached).ok_or(Error::Vanished)?;
        Ok(table.relowner)
    }

    /// The table of what is kept aside.
    pub(crate) fn detached_table(&self) -> Oid {
        self.detached
    }

    /// Whether no table can have metadata. Rows that were deleted, or are not committed, may make it seem to have some.
    pub(crate) fn has_no_attached(&self) -> bool {
        self.tables.iter().all(|&table| relation_size::is_zero(table))
    }

    /// Whether something is kept aside that a new relation of that name might get, or that might wait for it.
    pub(crate) fn awaits(&self, schema: &str, name: &str) -> bool {
        let reader = Reader::new(Snapshot::latest());
        let keys = [
            ("schema_name", ScanKey::name(schema)),
            ("table_name", ScanKey::name(name)),
        ];
        !reader.by_primary_key::<DetachedName>(&keys).is_empty() || self.has_waiting()
    }

    /// Whether something is kept aside that waits for what it speaks of.
    pub(crate) fn has_waiting(&self) -> bool {
        let reader = Reader::new(Snapshot::latest());
        let waiting = names::relation("msar_catalog", "detached_metadata_waiting");
        waiting.is_some_and(|index| !reader.by_index::<DetachedName>(index.to_u32(), &[]).is_empty())
    }

    /// Whether nothing can be detached.
    pub(crate) fn has_no_detached(&self) -> bool {
        relation_size::is_zero(self.detached)
    }
}

/// That there is a row of `detached_metadata`.
struct DetachedName;

impl CatalogRow for DetachedName {
    const SOURCE: RowSource = RowSource::Own(c"detached_metadata");
    const COLUMNS: &'static [&'static str] = &[];
    fn read(_row: &ScannedRow<'_>) -> Self {
        Self
    }
}
