//! The compiler's view of a relation, read once.

use crate::catalog::Catalog;
use crate::catalog::relation::Relation;
use crate::catalog::rows::{OfRelation, PgAttribute, PgNotNull};
use crate::error::Error;
use crate::metadata::read::{self, OfTable};
use crate::pg::Oid;
use crate::pg::catalog_row::Char;
use pgrx::pg_sys;
use std::cell::OnceCell;
use std::ops::Deref;

/// A relation whose rows are shown.
pub(crate) struct PreviewedRelation {
    relation: Relation,
    pub(crate) metadata: OfTable,
    is_nameable: bool,
    not_nulls_hold: OnceCell<bool>,
}

impl Deref for PreviewedRelation {
    type Target = Relation;

    fn deref(&self) -> &Relation {
        &self.relation
    }
}

impl PreviewedRelation {
    pub(crate) fn read_relation(catalog: &Catalog, oid: Oid) -> Result<Self, Error> {
        let relation = Relation::find(catalog, oid)?;
        // A role that may read nothing of the relation learns nothing of its template either.
        let metadata = match read::is_table_readable(catalog, &relation.row) {
            true => OfTable::from_row(catalog, &relation.row)?,
            false => OfTable::default(),
        };
        Ok(Self {
            metadata,
            is_nameable: relation.is_nameable(catalog)?,
            not_nulls_hold: OnceCell::new(),
            relation,
        })
    }

    /// Whether a statement of the role may name it, so that its rows can be joined.
    pub(crate) fn is_joinable(&self) -> bool {
        self.is_nameable
    }

    /// Whether no row has NULL there. What is declared NOT NULL in a table that is not a plain one may be NULL in a
    /// foreign table, and where the constraint was not validated.
    pub(crate) fn is_never_null(&self, catalog: &Catalog, column: &PgAttribute) -> bool {
        let hold = || {
            let holds = |constraint: &PgNotNull| constraint.contype != Char(b'n') || constraint.convalidated;
            self.row.relkind == Char(pg_sys::RELKIND_RELATION)
                && !self.has_children(catalog)
                && PgNotNull::of_relation(&catalog.reader, self.row.oid)
                    .iter()
                    .all(holds)
        };
        column.attnotnull && *self.not_nulls_hold.get_or_init(hold)
    }
}
