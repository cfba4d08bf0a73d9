//! Foreign keys as links from one row to another.

use super::rows::{OfRelation, PgConstraint, PgDepend, PgForeignKey, catalog_oid};
use super::{Catalog, dependency};
use crate::pg::Oid;
use crate::pg::catalog_row::Char;

/// A foreign key that leads to at most one row.
#[derive(Clone)]
pub(crate) struct ForeignKeyLink {
    pub(crate) constraint: Oid,
    /// The table referred to.
    pub(crate) target: Oid,
    pub(crate) columns: Vec<ForeignKeyLinkColumn>,
}

/// A column of a foreign key, and the one that it refers to.
#[derive(Clone)]
pub(crate) struct ForeignKeyLinkColumn {
    pub(crate) attnum: i16,
    pub(crate) referenced: i16,
    /// The operator that compares the column referred to with this one.
    pub(crate) operator: Oid,
}

/// The constraints among the objects that depend on a relation, each once, ordered by OID: the foreign keys that refer
/// to it, and others.
pub(crate) fn constraints_that_depend(dependents: &[PgDepend]) -> Vec<Oid> {
    let mut constraints: Vec<Oid> = dependents
        .iter()
        .filter(|row| {
            row.classid == Oid::from(catalog_oid::PG_CONSTRAINT) && row.deptype == dependency::NORMAL
        })
        .map(|row| row.objid)
        .collect();
    constraints.sort_by_key(|oid| oid.to_u32());
    constraints.dedup();
    constraints
}

impl ForeignKeyLink {
    /// The foreign keys of a relation: those of fewer columns first, then by name. Which one a column leads along,
    /// where it is in several, is thereby the same in every database.
    pub(crate) fn of_relation(catalog: &Catalog, relation: Oid) -> Vec<Self> {
        let rows = PgForeignKey::of_relation(&catalog.reader, relation);
        let mut links: Vec<Self> = rows
            .into_iter()
            .filter(|row| row.contype == Char(b'f') && row.conperiod != Some(true))
            .filter(|row| !narrows_parent(catalog, row))
            .map(Self::from)
            .collect();
        links.sort_by_key(|link| link.columns.len());
        links
    }

    /// The foreign keys that refer to a relation, each once: those of partitions are the same as those of their tables.
    /// pg_constraint has no index by the table referred to, but each of them depends on the columns that it refers to.
    pub(crate) fn to_relation(catalog: &Catalog, relation: Oid) -> Vec<(PgConstraint, Self)> {
        let mut links = Vec::new();
        for candidate in constraints_that_depend(&PgDepend::of_relation(&catalog.reader, relation)) {
            let Some(constraint) = PgConstraint::by_oid(&catalog.reader, candidate) else {
                continue;
            };
            if constraint.confrelid != relation || is_of_partition(catalog, &constraint) {
                continue;
            }
            let rows = PgForeignKey::of_relation(&catalog.reader, constraint.conrelid);
            let row = rows
                .into_iter()
                .find(|row| row.oid == candidate && row.conperiod != Some(true));
            links.extend(row.map(|row| (constraint, Self::from(row))));
        }
        links
    }

    /// The first of `links` on which a column leads, to `target` if that is given.
    pub(crate) fn of_column(links: &[Self], attnum: i16, target: Option<Oid>) -> Option<&Self> {
        links.iter().find(|link| {
            link.columns.iter().any(|column| column.attnum == attnum)
                && target.is_none_or(|target| target == link.target)
        })
    }
}

impl From<PgForeignKey> for ForeignKeyLink {
    fn from(row: PgForeignKey) -> Self {
        let pairs = row.conkey.into_iter().zip(row.confkey).zip(row.conpfeqop);
        Self {
            constraint: row.oid,
            target: row.confrelid,
            columns: pairs
                .map(|((attnum, referenced), operator)| ForeignKeyLinkColumn {
                    attnum,
                    referenced,
                    operator,
                })
                .collect(),
        }
    }
}

/// Whether a foreign key is that of a table whose partition has it.
fn is_of_partition(catalog: &Catalog, constraint: &PgConstraint) -> bool {
    let mut parent = constraint.conparentid;
    while let Some(above) = PgConstraint::by_oid(&catalog.reader, parent) {
        if above.conrelid != constraint.conrelid {
            return true;
        }
        parent = above.conparentid;
    }
    false
}

/// Whether it is one of those by which PostgreSQL keeps a foreign key to a partitioned table: the same, to a partition.
fn narrows_parent(catalog: &Catalog, row: &PgForeignKey) -> bool {
    let mut parent = row.conparentid;
    while parent != Oid::INVALID {
        let Some(constraint) = PgConstraint::by_oid(&catalog.reader, parent) else {
            return true;
        };
        if constraint.confrelid != row.confrelid {
            return true;
        }
        parent = constraint.conparentid;
    }
    false
}
