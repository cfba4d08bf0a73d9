//! Foreign keys as links from one row to another.

use super::Catalog;
use super::rows::{OfRelation, PgConstraint, PgForeignKey};
use crate::pg::Oid;
use crate::pg::scan::Char;

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
