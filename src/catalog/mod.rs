//! What is there: rows of PostgreSQL's catalogs become the documents that we return.
//!
//! [`Catalog`] is what one call works with: a reader bound to a snapshot, the current role, and what was looked up
//! once (types, names), so that a schema of thousands of tables asks for each only once.

pub(crate) mod column;
pub(crate) mod consistent;
pub(crate) mod constraint;
mod datetime;
mod default;
pub(crate) mod dependency;
pub(crate) mod describe;
mod json_value;
mod preview;
pub(crate) mod relation;
pub(crate) mod rows;
pub(crate) mod types;

use crate::error::Error;
use crate::pg::Oid;
use crate::pg::acl::Role;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use rows::{PgClass, PgNamespace};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use types::TypeInfo;

/// The catalogs as one call sees them.
pub(crate) struct Catalog {
    pub(crate) reader: Reader,
    pub(crate) role: Role,
    types: RefCell<HashMap<Oid, Rc<TypeInfo>>>,
    schema_names: RefCell<HashMap<Oid, Rc<str>>>,
    relation_names: RefCell<HashMap<Oid, RelationName>>,
}

/// A relation as other objects refer to it.
#[derive(Clone, Serialize)]
pub(crate) struct RelationName {
    #[serde(serialize_with = "oid")]
    oid: Oid,
    schema: Rc<str>,
    name: Rc<str>,
}

impl Catalog {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self {
            reader: Reader::new(snapshot),
            role: Role::current(),
            types: RefCell::default(),
            schema_names: RefCell::default(),
            relation_names: RefCell::default(),
        }
    }

    /// The catalogs as the running statement sees them.
    pub(crate) fn of_statement() -> Self {
        Self::new(Snapshot::of_statement())
    }

    /// The name of a schema, unquoted.
    pub(crate) fn schema_name(&self, schema: Oid) -> Result<Rc<str>, Error> {
        if let Some(name) = self.schema_names.borrow().get(&schema) {
            return Ok(Rc::clone(name));
        }
        let row = PgNamespace::by_oid(&self.reader, schema).ok_or(Error::UnknownSchema(schema))?;
        let name: Rc<str> = row.nspname.into();
        self.schema_names.borrow_mut().insert(schema, Rc::clone(&name));
        Ok(name)
    }

    /// The names of a relation and its schema.
    pub(crate) fn relation_name(&self, relation: Oid) -> Result<RelationName, Error> {
        if let Some(name) = self.relation_names.borrow().get(&relation) {
            return Ok(name.clone());
        }
        let row = PgClass::by_oid(&self.reader, relation).ok_or(Error::UnknownRelation(relation))?;
        let schema = self.schema_name(row.relnamespace)?;
        let name = RelationName { oid: relation, schema, name: row.relname.into() };
        self.relation_names.borrow_mut().insert(relation, name.clone());
        Ok(name)
    }

    /// What there is to know about a type.
    pub(crate) fn type_info(&self, type_oid: Oid) -> Result<Rc<TypeInfo>, Error> {
        if let Some(info) = self.types.borrow().get(&type_oid) {
            return Ok(Rc::clone(info));
        }
        // Not borrowed while looking up: a domain asks for its base type.
        let info = Rc::new(TypeInfo::read(self, type_oid)?);
        self.types.borrow_mut().insert(type_oid, Rc::clone(&info));
        Ok(info)
    }
}

/// Serializes an OID as a JSON number.
pub(crate) fn oid<S: serde::Serializer>(oid: &Oid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(oid.to_u32())
}

/// Serializes an optional OID as a JSON number or null.
pub(crate) fn optional_oid<S: serde::Serializer>(oid: &Option<Oid>, serializer: S) -> Result<S::Ok, S::Error> {
    oid.map(Oid::to_u32).serialize(serializer)
}
