//! A relation before and after a command, in outline: names, owner, columns.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::catalog_row::Char;
use pgrx::pg_sys;
use std::rc::Rc;

/// The parts of a relation by which others know it.
pub(crate) struct RelationOutline {
    pub(crate) schema: Rc<str>,
    pub(crate) name: String,
    pub(crate) owner: Oid,
    pub(crate) columns: Vec<PgAttribute>,
}

impl RelationOutline {
    /// Reads the relation; `None` when it is not there, or is temporary.
    pub(crate) fn read_relation(catalog: &Catalog, relation: Oid) -> Result<Option<Self>, Error> {
        let Some(row) = PgClass::by_oid(&catalog.reader, relation) else {
            return Ok(None);
        };
        if row.relpersistence == Char(pg_sys::RELPERSISTENCE_TEMP) {
            return Ok(None);
        }
        Ok(Some(Self {
            schema: catalog.schema_name(row.relnamespace)?,
            columns: PgAttribute::live(&catalog.reader, relation),
            name: row.relname,
            owner: row.relowner,
        }))
    }

    pub(crate) fn column(&self, attnum: i16) -> Option<&PgAttribute> {
        self.columns.iter().find(|column| column.attnum == attnum)
    }

    /// Whether the relation has the same names in both, and belongs to the same role.
    pub(crate) fn is_named_as(&self, other: &Self) -> bool {
        self.schema == other.schema && self.name == other.name && self.owner == other.owner
    }
}
