//! The tables that statements change: whether the caller may change them, and the names of their columns.

use crate::catalog::Catalog;
use crate::catalog::relation::Relation;
use crate::catalog::rows::{OfRelation, PgAttrdef, PgAttribute, PgConstraint};
use crate::ddl::name::{check_length, check_schema};
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::ownership::{self, AlterLock, Refusal};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, quote, server};
use pgrx::pg_sys;
use std::ops::Deref;
use std::rc::Rc;

/// A relation that is locked for a change, as it is now.
pub(crate) struct Table {
    pub(crate) schema: Rc<str>,
    relation: Relation,
    catalog: Catalog,
}

impl Deref for Table {
    type Target = Relation;

    fn deref(&self) -> &Relation {
        &self.relation
    }
}

impl Table {
    /// Locks a relation that the current role may alter, until the transaction ends.
    pub(crate) fn lock(relation: Oid, lock: AlterLock) -> Result<Self, Error> {
        // Before the lock: no session should have to wait for a catalog.
        let (schema, _) = names::of_relation(relation).ok_or(Error::UnknownRelation(relation))?;
        check_schema(&schema)?;
        ownership::lock_for_alter(relation, lock).map_err(|refusal| match refusal {
            Refusal::Missing => Error::UnknownRelation(relation),
            Refusal::NotOwner { name } => Error::NotOwner { name },
        })?;
        let table = Self::read_relation(relation)?;
        // It may have moved meanwhile.
        check_schema(&table.schema)?;
        Ok(table)
    }

    /// A relation as it is now.
    pub(crate) fn read_relation(relation: Oid) -> Result<Self, Error> {
        let catalog = Catalog::new(Snapshot::latest());
        let relation = Relation::find(&catalog, relation)?;
        let schema = relation.row.relnamespace;
        Ok(Self {
            // The session's own caches know it, from the look-up of the relation.
            schema: names::of_schema(schema)
                .ok_or(Error::UnknownSchema(schema))?
                .into(),
            relation,
            catalog,
        })
    }

    pub(crate) fn oid(&self) -> Oid {
        self.row.oid
    }

    /// The relation as SQL, always with its schema.
    pub(crate) fn sql(&self) -> String {
        quote::qualified(&self.schema, self.name())
    }

    /// Whether statements about it say FOREIGN TABLE.
    pub(crate) fn is_foreign(&self) -> bool {
        self.row.relkind == Char(pg_sys::RELKIND_FOREIGN_TABLE)
    }

    /// A column that the caller names.
    pub(crate) fn column_of_ref(&self, column: &ColumnRef) -> Result<&PgAttribute, Error> {
        match column {
            ColumnRef::Attnum(attnum) => self.find_column((*attnum).into()),
            ColumnRef::Name(name) => self.find_column_named(name),
        }
    }

    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.attname == name)
    }

    pub(crate) fn constraints(&self) -> &[PgConstraint] {
        self.relation.constraints(&self.catalog)
    }

    /// The attnums of its primary key, in key order.
    pub(crate) fn primary_key(&self) -> &[i16] {
        self.relation.primary_key(&self.catalog)
    }

    pub(crate) fn defaults(&self) -> Vec<PgAttrdef> {
        PgAttrdef::of_relation(&self.catalog.reader, self.oid())
    }

    pub(crate) fn column_names(&self) -> ColumnNames {
        ColumnNames {
            relation: self.name().to_owned(),
            sql: self.sql(),
            names: self
                .columns
                .iter()
                .map(|column| (column.attnum, column.attname.clone()))
                .collect(),
        }
    }
}

/// The names of the columns of a relation.
pub(crate) struct ColumnNames {
    relation: String,
    sql: String,
    names: Vec<(i16, String)>,
}

impl ColumnNames {
    /// Those of a relation that is there.
    pub(super) fn of_relation(relation: Oid) -> Result<Self, Error> {
        Table::read_relation(relation).map(|table| table.column_names())
    }

    /// Those of a table that is to be created: numbered as they stand.
    pub(super) fn of_new(relation: &str, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            relation: relation.to_owned(),
            sql: String::new(),
            names: (1..).zip(names).collect(),
        }
    }

    /// For a relation that only PostgreSQL will look up: its columns must be given by name.
    pub(super) fn unknown(relation: String) -> Self {
        Self {
            relation,
            sql: String::new(),
            names: Vec::new(),
        }
    }

    pub(super) fn relation_sql(&self) -> &str {
        &self.sql
    }

    /// A column as an identifier. Whether a name is one of the columns is for PostgreSQL to say.
    pub(super) fn identifier(&self, column: &ColumnRef) -> Result<String, Error> {
        let name = match column {
            ColumnRef::Name(name) => name,
            ColumnRef::Attnum(attnum) => match self.names.iter().find(|(number, _)| number == attnum) {
                Some((_, name)) => name,
                None => {
                    return Err(Error::UnknownColumn {
                        relation: self.relation.clone(),
                        attnum: (*attnum).into(),
                    });
                }
            },
        };
        check_length(name)?;
        Ok(quote::identifier(name))
    }

    pub(super) fn list_identifiers(&self, columns: &[ColumnRef]) -> Result<Vec<String>, Error> {
        columns.iter().map(|column| self.identifier(column)).collect()
    }
}

/// A relation as `regclass` prints it: with its schema, where it is not found without.
pub(crate) fn print_relation(relation: Oid) -> Result<String, Error> {
    let (schema, name) = names::of_relation(relation).ok_or(Error::UnknownRelation(relation))?;
    Ok(if server::is_visible_relation(relation) {
        quote::identifier(&name)
    } else {
        quote::qualified(&schema, &name)
    })
}

/// The attnum of a column by its name, after a statement.
pub(crate) fn find_attnum(relation: Oid, name: &str) -> Result<i16, Error> {
    names::find_column(relation, name).ok_or(Error::Vanished)
}
