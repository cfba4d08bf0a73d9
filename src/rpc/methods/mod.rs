//! The methods of Mathesar's web service, a file a topic: names, parameters, defaults and results are that service's, the
//! work is done by the functions of schema `msar`.

mod analytics;
mod columns;
mod constraints;
mod data_modeling;
mod databases;
mod discovery;
mod records;
mod roles;
mod schemas;
mod tables;

use crate::rpc::method::{Method, MethodBody};
use crate::rpc::shape::{Shape, needed};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

const TOPICS: &[&[Method]] = &[
    analytics::METHODS,
    columns::METHODS,
    constraints::METHODS,
    data_modeling::METHODS,
    databases::METHODS,
    discovery::METHODS,
    records::METHODS,
    roles::METHODS,
    schemas::METHODS,
    tables::METHODS,
];

/// All methods, by topic.
pub(crate) fn all() -> impl Iterator<Item = &'static Method> {
    TOPICS.iter().copied().flatten()
}

/// The method of a name.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    static BY_NAME: LazyLock<FxHashMap<&str, &Method>> =
        LazyLock::new(|| all().map(|method| (method.name, method)).collect());
    BY_NAME.get(name).copied()
}

/// A method without parameters, whose first parameter is the database: what the others differ from.
const METHOD: Method = Method {
    name: "",
    summary: "",
    needs_database: true,
    parameters: &[],
    result: Shape::Null,
    body: MethodBody::Statement("SELECT NULL::pg_catalog.jsonb"),
    refuses_unknown: false,
    example: "{}",
};

/// Privileges that roles are to have.
const PRIVILEGES: Shape = Shape::List(&Shape::Object(&[
    needed("role_oid", Shape::Id),
    needed("direct", Shape::List(&Shape::Text)),
]));
