//! The rows of catalogs that only the definition of a table needs.

use crate::catalog::rows::{OfRelation, catalog_oid, index_oid};
use crate::catalog_row;
use crate::pg::Oid;
use crate::pg::catalog_row::{CatalogRow, Char, Text};
use crate::pg::scan::{Reader, ScanKey};

catalog_row!(
    /// A constraint, with its origin and its parts.
    ConstraintRow, catalog_oid::PG_CONSTRAINT, {
        oid: Oid,
        conname: String,
        contype: Char,
        condeferrable: bool,
        condeferred: bool,
        conenforced: Option<bool>,
        convalidated: bool,
        conislocal: bool,
        coninhcount: i16,
        connoinherit: bool,
        conparentid: Oid,
        conindid: Oid,
        confrelid: Oid,
        confupdtype: Char,
        confdeltype: Char,
        confmatchtype: Char,
        conkey: Vec<i16>,
        confkey: Vec<i16>,
        confdelsetcols: Option<Vec<i16>>,
        conexclop: Vec<Oid>,
        conperiod: Option<bool>,
        conbin: Option<Text>,
    }
);

impl OfRelation for ConstraintRow {
    const INDEX: u32 = index_oid::PG_CONSTRAINT_CONRELID_CONTYPID_CONNAME;
    fn keys(relation: Oid) -> Vec<(&'static str, ScanKey)> {
        vec![("conrelid", ScanKey::Oid(relation))]
    }
}

/// Rows that are found by one OID.
pub(in crate::tables) trait ByOid: CatalogRow {
    /// The index by which they are found.
    const INDEX: u32;
    /// Its column.
    const COLUMN: &'static str = "oid";

    fn by_oid(reader: &Reader, oid: Oid) -> Option<Self> {
        reader
            .by_index(Self::INDEX, &[(Self::COLUMN, ScanKey::Oid(oid))])
            .pop()
    }
}

catalog_row!(
    /// The bounds of a partition.
    BoundsRow, catalog_oid::PG_CLASS, { relpartbound: Option<Text> }
);

impl ByOid for BoundsRow {
    const INDEX: u32 = index_oid::PG_CLASS_OID;
}

catalog_row!(
    /// The access method of an index.
    IndexMethodRow, catalog_oid::PG_CLASS, { relam: Oid }
);

impl ByOid for IndexMethodRow {
    const INDEX: u32 = index_oid::PG_CLASS_OID;
}

catalog_row!(
    /// An index.
    IndexRow, catalog_oid::PG_INDEX, {
        indnkeyatts: i16,
        indnullsnotdistinct: Option<bool>,
        indkey: Vec<i16>,
        indcollation: Vec<Oid>,
        indclass: Vec<Oid>,
        indoption: Vec<i16>,
        indexprs: Option<Text>,
        indpred: Option<Text>,
    }
);

impl ByOid for IndexRow {
    const INDEX: u32 = index_oid::PG_INDEX_INDEXRELID;
    const COLUMN: &'static str = "indexrelid";
}

catalog_row!(
    /// How a table is divided.
    PartitionedTableRow, catalog_oid::PG_PARTITIONED_TABLE, {
        partstrat: Char,
        partattrs: Vec<i16>,
        partclass: Vec<Oid>,
        partcollation: Vec<Oid>,
        partexprs: Option<Text>,
    }
);

impl ByOid for PartitionedTableRow {
    const INDEX: u32 = index_oid::PG_PARTITIONED_TABLE_PARTRELID;
    const COLUMN: &'static str = "partrelid";
}

catalog_row!(
    /// A sequence.
    SequenceRow, catalog_oid::PG_SEQUENCE, {
        seqtypid: Oid,
        seqstart: i64,
        seqincrement: i64,
        seqmax: i64,
        seqmin: i64,
        seqcache: i64,
        seqcycle: bool,
    }
);

impl ByOid for SequenceRow {
    const INDEX: u32 = index_oid::PG_SEQUENCE_SEQRELID;
    const COLUMN: &'static str = "seqrelid";
}

catalog_row!(
    /// An index method.
    MethodRow, catalog_oid::PG_AM, { amname: String }
);

impl ByOid for MethodRow {
    const INDEX: u32 = index_oid::PG_AM_OID;
}

catalog_row!(
    /// An operator class.
    OperatorClassRow, catalog_oid::PG_OPCLASS, { opcname: String, opcnamespace: Oid, opcdefault: bool }
);

impl ByOid for OperatorClassRow {
    const INDEX: u32 = index_oid::PG_OPCLASS_OID;
}

catalog_row!(
    /// An operator.
    OperatorRow, catalog_oid::PG_OPERATOR, { oprname: String, oprnamespace: Oid }
);

impl ByOid for OperatorRow {
    const INDEX: u32 = index_oid::PG_OPERATOR_OID;
}

catalog_row!(
    /// A collation.
    CollationRow, catalog_oid::PG_COLLATION, { collname: String, collnamespace: Oid }
);

impl ByOid for CollationRow {
    const INDEX: u32 = index_oid::PG_COLLATION_OID;
}

catalog_row!(
    /// The comment on a constraint.
    ConstraintComment, catalog_oid::PG_DESCRIPTION, { description: Text }
);

impl ConstraintComment {
    pub(super) fn of_constraint(reader: &Reader, constraint: Oid) -> Option<String> {
        let keys = [
            ("objoid", ScanKey::Oid(constraint)),
            ("classoid", ScanKey::Oid(catalog_oid::PG_CONSTRAINT.into())),
        ];
        let row: Option<Self> = reader.by_index(index_oid::PG_DESCRIPTION_O_C_O, &keys).pop();
        row.map(|row| row.description.0)
    }
}
