//! The tables that statements are about: whether the caller may change them, and what their columns are called.

use super::DdlError;
use super::free_name::check_length;
use crate::catalog::rows::{OfRelation, PgAttrdef, PgAttribute, PgClass, PgConstraint, PgNamespace};
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::ownership::{self, AlterLock, Refusal};
use crate::pg::progress::Total;
use crate::pg::scan::{Char, Reader};
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names, quote, server};
use pgrx::pg_sys;

/// Schemas whose objects are not for callers to change.
const RESERVED: [&str; 6] = [
    "pg_catalog",
    "information_schema",
    "msar",
    "__msar",
    "msar_catalog",
    "mathesar_types",
];

/// Refuses the schemas of PostgreSQL and our own.
pub(crate) fn check_schema(name: &str) -> Result<(), DdlError> {
    if RESERVED.contains(&name) || name.starts_with("pg_toast") {
        return Err(DdlError::ReservedSchema {
            schema: name.to_owned(),
        });
    }
    Ok(())
}

/// The name of a schema to create in.
pub(crate) fn schema_name(schema: Oid) -> Result<String, Error> {
    let reader = Reader::new(Snapshot::latest());
    let row = PgNamespace::by_oid(&reader, schema).ok_or(Error::UnknownSchema(schema))?;
    check_schema(&row.nspname)?;
    Ok(row.nspname)
}

/// A relation that is locked for a change, as it is now.
pub(crate) struct Table {
    pub(crate) oid: Oid,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) kind: Char,
    pub(crate) columns: Vec<PgAttribute>,
    /// How many rows it has.
    pub(crate) estimate: Total,
    reader: Reader,
}

impl Table {
    /// Locks a relation that the current role may alter, until the transaction ends.
    pub(crate) fn lock(relation: Oid, lock: AlterLock) -> Result<Self, Error> {
        // Before the lock: nobody should have to wait for a catalog.
        let (schema, _) = names::of_relation(relation).ok_or(Error::UnknownRelation(relation))?;
        check_schema(&schema)?;
        ownership::lock(relation, lock).map_err(|refusal| match refusal {
            Refusal::Missing => Error::UnknownRelation(relation),
            Refusal::NotOwner { name } => DdlError::NotOwner { name }.into(),
        })?;
        let table = Self::read(relation)?;
        // It may have moved meanwhile.
        check_schema(&table.schema)?;
        Ok(table)
    }

    /// A relation as it is now.
    pub(crate) fn read(relation: Oid) -> Result<Self, Error> {
        let reader = Reader::new(Snapshot::latest());
        let row = PgClass::by_oid(&reader, relation).ok_or(Error::UnknownRelation(relation))?;
        if !matches!(row.relkind.0, b'r' | b'p' | b'f' | b'v' | b'm') {
            return Err(Error::NotDescribable { name: row.relname });
        }
        let schema =
            PgNamespace::by_oid(&reader, row.relnamespace).ok_or(Error::UnknownRelation(relation))?;
        Ok(Self {
            oid: relation,
            schema: schema.nspname,
            name: row.relname,
            kind: row.relkind,
            columns: PgAttribute::live(&reader, relation),
            estimate: Total::of_rows(row.reltuples),
            reader,
        })
    }

    /// The relation as SQL, always with its schema.
    pub(crate) fn sql(&self) -> String {
        quote::qualified(&self.schema, &self.name)
    }

    /// Whether statements about it say FOREIGN TABLE.
    pub(crate) fn is_foreign(&self) -> bool {
        self.kind == Char(pg_sys::RELKIND_FOREIGN_TABLE)
    }

    pub(crate) fn find(&self, attnum: i32) -> Option<&PgAttribute> {
        self.columns
            .iter()
            .find(|column| i32::from(column.attnum) == attnum)
    }

    /// A column of the caller's.
    pub(crate) fn column(&self, column: &ColumnRef) -> Result<&PgAttribute, Error> {
        match column {
            ColumnRef::Attnum(attnum) => self.column_by_number((*attnum).into()),
            ColumnRef::Name(name) => {
                let found = self.columns.iter().find(|column| column.attname == *name);
                found.ok_or_else(|| Error::UnknownColumnName {
                    relation: self.name.clone(),
                    name: name.clone(),
                })
            }
        }
    }

    pub(crate) fn column_by_number(&self, attnum: i32) -> Result<&PgAttribute, Error> {
        self.find(attnum).ok_or_else(|| Error::UnknownColumn {
            relation: self.name.clone(),
            attnum,
        })
    }

    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.attname == name)
    }

    pub(crate) fn constraints(&self) -> Vec<PgConstraint> {
        PgConstraint::of_relation(&self.reader, self.oid)
    }

    pub(crate) fn primary_key(&self) -> Option<PgConstraint> {
        self.constraints()
            .into_iter()
            .find(|constraint| constraint.contype == Char(b'p'))
    }

    pub(crate) fn defaults(&self) -> Vec<PgAttrdef> {
        PgAttrdef::of_relation(&self.reader, self.oid)
    }

    pub(crate) fn column_names(&self) -> ColumnNames {
        ColumnNames {
            relation: self.name.clone(),
            sql: self.sql(),
            names: self
                .columns
                .iter()
                .map(|column| (column.attnum, column.attname.clone()))
                .collect(),
        }
    }
}

/// What the columns of a relation are called.
pub(crate) struct ColumnNames {
    relation: String,
    sql: String,
    names: Vec<(i16, String)>,
}

impl ColumnNames {
    /// Those of a relation that is there.
    pub(super) fn of_relation(relation: Oid) -> Result<Self, Error> {
        Table::read(relation).map(|table| table.column_names())
    }

    /// Those of a table that is to be created: numbered as they stand.
    pub(super) fn of_new(relation: &str, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            relation: relation.to_owned(),
            sql: String::new(),
            names: (1..).zip(names).collect(),
        }
    }

    /// Of a relation that only PostgreSQL will look up: its columns must be given by name.
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

    pub(super) fn list(&self, columns: &[ColumnRef]) -> Result<Vec<String>, Error> {
        columns.iter().map(|column| self.identifier(column)).collect()
    }
}

/// A relation as `regclass` prints it: with its schema, where it is not found without.
pub(crate) fn as_printed(relation: Oid) -> Result<String, Error> {
    let (schema, name) = names::of_relation(relation).ok_or(Error::UnknownRelation(relation))?;
    Ok(if server::is_visible_relation(relation) {
        quote::identifier(&name)
    } else {
        quote::qualified(&schema, &name)
    })
}

/// The attnum of a column by its name, after a statement.
pub(crate) fn attnum(relation: Oid, name: &str) -> Result<i16, Error> {
    names::column(relation, name).ok_or(Error::Vanished)
}
