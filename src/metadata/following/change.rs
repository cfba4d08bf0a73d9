//! A relation before and after a command.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::scan::Char;
use crate::pg::snapshot::Snapshot;
use pgrx::pg_sys;
use serde::Serialize;
use std::rc::Rc;

/// The catalogs before and after the running command.
pub(super) struct Catalogs {
    pub(super) before: Catalog,
    pub(super) after: Catalog,
}

impl Catalogs {
    /// `None` where no command runs that could have changed anything.
    pub(super) fn of_command() -> Option<Self> {
        Some(Self {
            before: Catalog::new(Snapshot::before_command()?),
            after: Catalog::new(Snapshot::latest()),
        })
    }
}

/// What of a relation matters for its metadata.
pub(crate) struct State {
    pub(crate) schema: Rc<str>,
    pub(crate) name: String,
    pub(crate) owner: Oid,
    pub(crate) columns: Vec<PgAttribute>,
}

/// How a row of `table_metadata` names its table.
#[derive(Serialize)]
pub(super) struct TableKey {
    pub(super) oid: u32,
    pub(super) schema: String,
    pub(super) name: String,
}

impl State {
    /// Reads the relation; `None` when it is not there, or is temporary.
    pub(crate) fn read(catalog: &Catalog, relation: Oid) -> Result<Option<Self>, Error> {
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

    pub(super) fn key(&self, relation: Oid) -> TableKey {
        TableKey {
            oid: relation.to_u32(),
            schema: self.schema.to_string(),
            name: self.name.clone(),
        }
    }

    pub(super) fn column(&self, attnum: i16) -> Option<&PgAttribute> {
        self.columns.iter().find(|column| column.attnum == attnum)
    }

    /// Whether relation and column go by the same names in both states, and belong to the same role.
    pub(super) fn is_named_as(&self, other: &Self) -> bool {
        self.schema == other.schema && self.name == other.name && self.owner == other.owner
    }
}
