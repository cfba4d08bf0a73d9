//! What the compiler knows of a relation, read once.

use crate::catalog::rows::{OfRelation, PgAttribute, PgClass, PgInherits, PgNotNull};
use crate::catalog::{Catalog, column, relation};
use crate::error::Error;
use crate::metadata::stored::{self, OfTable};
use crate::pg::acl::Privileges;
use crate::pg::scan::Char;
use crate::pg::{Oid, quote};
use pgrx::pg_sys;
use std::cell::OnceCell;

/// A relation whose rows are shown.
pub(crate) struct Relation {
    pub(crate) row: PgClass,
    pub(crate) metadata: OfTable,
    /// Live columns.
    pub(crate) columns: Vec<PgAttribute>,
    privileges: Privileges,
    is_nameable: bool,
    not_nulls_hold: OnceCell<bool>,
}

impl Relation {
    pub(crate) fn read(catalog: &Catalog, oid: Oid) -> Result<Self, Error> {
        let row = relation::find(catalog, oid)?;
        // A role that may read nothing of the relation learns nothing of its template either.
        let metadata = match stored::is_table_readable(catalog, &row) {
            true => OfTable::read(catalog, &row)?,
            false => OfTable::default(),
        };
        Ok(Self {
            metadata,
            columns: PgAttribute::live(&catalog.reader, oid),
            privileges: relation::privileges(catalog, &row),
            is_nameable: catalog.is_usable_schema(row.relnamespace)?,
            not_nulls_hold: OnceCell::new(),
            row,
        })
    }

    /// Whether a statement of the role may name it, so that its rows can be joined.
    pub(crate) fn is_nameable(&self) -> bool {
        self.is_nameable
    }

    /// The columns that the role may read.
    pub(crate) fn readable<'a>(&'a self, catalog: &'a Catalog) -> impl Iterator<Item = &'a PgAttribute> {
        self.columns
            .iter()
            .filter(|column| self.may_read(catalog, column))
    }

    /// A column, if the role may read it.
    pub(crate) fn readable_column(&self, catalog: &Catalog, attnum: i16) -> Option<&PgAttribute> {
        let at = self
            .columns
            .binary_search_by_key(&attnum, |column| column.attnum)
            .ok()?;
        Some(&self.columns[at]).filter(|column| self.may_read(catalog, column))
    }

    fn may_read(&self, catalog: &Catalog, column: &PgAttribute) -> bool {
        column::privileges_on(catalog, column, self.row.relowner, self.privileges).includes_select()
    }

    /// Whether no row has NULL there. What is declared NOT NULL in a table that is not a plain one may be NULL in a foreign
    /// table, and where the constraint was not validated.
    pub(crate) fn is_never_null(&self, catalog: &Catalog, column: &PgAttribute) -> bool {
        let hold = || {
            let reader = &catalog.reader;
            let holds = |constraint: &PgNotNull| constraint.contype != Char(b'n') || constraint.convalidated;
            self.row.relkind == Char(pg_sys::RELKIND_RELATION)
                && PgInherits::children(reader, self.row.oid).is_empty()
                && PgNotNull::of_relation(reader, self.row.oid).iter().all(holds)
        };
        column.attnotnull && *self.not_nulls_hold.get_or_init(hold)
    }

    /// Its name as SQL.
    pub(crate) fn qualified_name(&self, catalog: &Catalog) -> Result<String, Error> {
        let schema = catalog.schema_name(self.row.relnamespace)?;
        Ok(quote::qualified(&schema, &self.row.relname))
    }
}
