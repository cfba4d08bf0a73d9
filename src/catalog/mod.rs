//! PostgreSQL's catalogs, and facts that follow from them: relations with the role's privileges, types, links,
//! dependencies. The rooms above make documents for callers from these facts.
//!
//! [`Catalog`] is what one call works with: a reader bound to a snapshot, the current role, and what was looked up
//! once (types, names), so that a schema of thousands of tables asks for each only once.

pub(crate) mod acting;
pub(crate) mod comments;
pub(crate) mod consistent;
pub(crate) mod datetime;
pub(crate) mod dependency;
pub(crate) mod link;
pub(crate) mod plain_sql;
pub(crate) mod relation;
pub(crate) mod row_key;
pub(crate) mod rows;
pub(crate) mod types;

use crate::error::Error;
use crate::pg::acl::CurrentRole;
use crate::pg::catalog_row::Timestamp;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, deparse, names, quote, relations};
use link::ForeignKeyLink;
use rows::{PgAttribute, PgClass, PgNamespace, PgType};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;
use types::TypeInfo;

/// The catalogs as one call sees them.
pub(crate) struct Catalog {
    pub(crate) reader: Reader,
    pub(crate) role: CurrentRole,
    types: RefCell<FxHashMap<Oid, Rc<TypeInfo>>>,
    schema_names: RefCell<FxHashMap<Oid, Rc<str>>>,
    relation_names: RefCell<FxHashMap<Oid, RelationName>>,
    column_names: RefCell<FxHashMap<(Oid, i16), Rc<str>>>,
    type_names: RefCell<FxHashMap<(Oid, i32), Rc<str>>>,
    timestamps: RefCell<FxHashMap<Timestamp, Rc<str>>>,
    links: RefCell<FxHashMap<Oid, Rc<[ForeignKeyLink]>>>,
}

/// A relation as other objects refer to it.
#[derive(Clone, Serialize)]
pub(crate) struct RelationName {
    #[serde(serialize_with = "serialize_oid")]
    pub(crate) oid: Oid,
    schema: Rc<str>,
    name: Rc<str>,
}

impl RelationName {
    /// The names of the schema and the relation.
    pub(crate) fn parts(&self) -> (&str, &str) {
        (&self.schema, &self.name)
    }

    /// The same, for who keeps them.
    pub(crate) fn shared_parts(&self) -> (Rc<str>, Rc<str>) {
        (Rc::clone(&self.schema), Rc::clone(&self.name))
    }

    /// Whether it has these names.
    pub(crate) fn is(&self, schema: &str, name: &str) -> bool {
        self.parts() == (schema, name)
    }
}

impl Catalog {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self {
            reader: Reader::new(snapshot),
            role: CurrentRole::current(),
            types: RefCell::default(),
            schema_names: RefCell::default(),
            relation_names: RefCell::default(),
            column_names: RefCell::default(),
            type_names: RefCell::default(),
            timestamps: RefCell::default(),
            links: RefCell::default(),
        }
    }

    /// The catalogs as the running statement sees them.
    pub(crate) fn of_statement() -> Self {
        Self::new(Snapshot::of_statement())
    }

    /// The name of a schema, unquoted.
    pub(crate) fn schema_name(&self, schema: Oid) -> Result<Rc<str>, Error> {
        once(&self.schema_names, schema, || {
            let row = PgNamespace::by_oid(&self.reader, schema).ok_or(Error::UnknownSchema(schema))?;
            Ok(row.nspname.into())
        })
    }

    /// The names of a relation and its schema. The session may know them from an earlier call.
    pub(crate) fn relation_name(&self, relation: Oid) -> Result<RelationName, Error> {
        once(&self.relation_names, relation, || {
            self.reader.depends_on(relation);
            let (schema, name) = names::schema_and_name(relation).ok_or(Error::UnknownRelation(relation))?;
            Ok(RelationName {
                oid: relation,
                schema: self.schema_name(schema)?,
                name: name.into(),
            })
        })
    }

    /// Keeps a name that was read with its relation.
    pub(crate) fn remember_relation_name(&self, row: &PgClass) -> Result<(), Error> {
        let schema = self.schema_name(row.relnamespace)?;
        let name = RelationName {
            oid: row.oid,
            schema,
            name: row.relname.as_str().into(),
        };
        self.relation_names.borrow_mut().insert(row.oid, name);
        Ok(())
    }

    /// Keeps a name that was read with its relation.
    pub(crate) fn remember_column_name(&self, row: &PgAttribute) {
        let name = row.attname.as_str().into();
        self.column_names
            .borrow_mut()
            .insert((row.attrelid, row.attnum), name);
    }

    /// The name of a column. The session may know it from an earlier call.
    pub(crate) fn column_name(&self, relation: Oid, attnum: i16) -> Result<Rc<str>, Error> {
        once(&self.column_names, (relation, attnum), || {
            self.reader.depends_on(relation);
            names::of_column(relation, attnum)
                .map(Rc::from)
                .ok_or(Error::Vanished)
        })
    }

    /// The facts of a type.
    pub(crate) fn type_info(&self, type_oid: Oid) -> Result<Rc<TypeInfo>, Error> {
        once(&self.types, type_oid, || {
            TypeInfo::look_up(self, type_oid).map(Rc::new)
        })
    }

    /// A moment as documents show it. Much is stored in one transaction, and has one time.
    pub(crate) fn timestamp(&self, moment: Timestamp) -> Rc<str> {
        let shown = self.timestamps.borrow().get(&moment).cloned();
        shown.unwrap_or_else(|| {
            let shown: Rc<str> = Rc::from(&*datetime::format_moment(moment.0));
            self.timestamps.borrow_mut().insert(moment, Rc::clone(&shown));
            shown
        })
    }

    /// The foreign keys of a relation along which a path goes on.
    pub(crate) fn links(&self, relation: Oid) -> Rc<[ForeignKeyLink]> {
        let known = self.links.borrow().get(&relation).cloned();
        known.unwrap_or_else(|| {
            let links: Rc<[ForeignKeyLink]> = ForeignKeyLink::of_relation(self, relation).into();
            self.links.borrow_mut().insert(relation, Rc::clone(&links));
            links
        })
    }

    /// Whether the role may look up names in a schema. Read with its name, so that who keeps the answer hears of
    /// changes.
    pub(crate) fn is_usable_schema(&self, schema: Oid) -> Result<bool, Error> {
        self.schema_name(schema)?;
        Ok(relations::is_usable_schema(schema))
    }

    /// A type's name as SQL that means the same on every search_path.
    pub(crate) fn qualified_type_name(&self, type_oid: Oid) -> Result<String, Error> {
        let row = PgType::by_oid(&self.reader, type_oid).ok_or(Error::Vanished)?;
        Ok(quote::qualified(
            &self.schema_name(row.typnamespace)?,
            &row.typname,
        ))
    }

    /// The name of a type with modifiers.
    pub(crate) fn type_name_with_modifiers(&self, type_oid: Oid, modifiers: i32) -> Result<Rc<str>, Error> {
        once(&self.type_names, (type_oid, modifiers), || {
            deparse::type_name_with_modifiers(type_oid, modifiers)
                .map(Rc::from)
                .ok_or(Error::Vanished)
        })
    }
}

/// The value that the cache has for a key, looked up the first time. A look-up may use the cache itself: a domain asks
/// for its base type.
fn once<K: Copy + Eq + Hash, V: Clone>(
    cache: &RefCell<FxHashMap<K, V>>,
    key: K,
    look_up: impl FnOnce() -> Result<V, Error>,
) -> Result<V, Error> {
    if let Some(value) = cache.borrow().get(&key) {
        return Ok(value.clone());
    }
    let value = look_up()?;
    cache.borrow_mut().insert(key, value.clone());
    Ok(value)
}

/// Serializes an OID as a JSON number.
pub(crate) fn serialize_oid<S: serde::Serializer>(oid: &Oid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(oid.to_u32())
}

/// Serializes an optional OID as a JSON number or null.
pub(crate) fn optional_oid<S: serde::Serializer>(
    oid: &Option<Oid>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    oid.map(Oid::to_u32).serialize(serializer)
}
