//! The methods of Mathesar's web service, a file a topic: names, parameters, defaults and results are that service's, the
//! work is done by the functions of schema `msar`.

mod analytics;
mod collaborators;
mod columns;
mod constraints;
mod data_modeling;
mod databases;
mod discovery;
mod explorations;
mod forms;
mod records;
mod roles;
mod schemas;
mod servers;
mod tables;
mod users;

use crate::pg::error_fields::Failure;
use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::RpcError;
use crate::rpc::method::{ErrorCounting, Method, MethodBody, ServiceError};
use crate::rpc::shape::{JsonShape, needed};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

const TOPICS: &[&[Method]] = &[
    analytics::METHODS,
    collaborators::METHODS,
    columns::METHODS,
    constraints::METHODS,
    data_modeling::METHODS,
    databases::METHODS,
    discovery::METHODS,
    explorations::METHODS,
    forms::METHODS,
    records::METHODS,
    roles::METHODS,
    schemas::METHODS,
    servers::METHODS,
    tables::METHODS,
    users::METHODS,
];

/// All methods, by topic.
pub(crate) fn all_methods() -> impl Iterator<Item = &'static Method> {
    TOPICS.iter().copied().flatten()
}

/// The method of a name.
pub(crate) fn find_method(name: &str) -> Option<&'static Method> {
    static BY_NAME: LazyLock<FxHashMap<&str, &Method>> =
        LazyLock::new(|| all_methods().map(|method| (method.name, method)).collect());
    BY_NAME.get(name).copied()
}

/// A method without parameters, whose first parameter is the database: what the others differ from.
const METHOD: Method = Method {
    name: "",
    summary: "",
    needs_database: true,
    parameters: &[],
    result: JsonShape::Null,
    body: MethodBody::Statement("SELECT NULL::pg_catalog.jsonb"),
    refuses_unknown: false,
    errors: &[],
    compat_errors: &[],
    other_errors: ErrorCounting::BySqlstate,
    document: None,
    example: "{}",
};

/// Privileges that roles are to have.
const PRIVILEGES: JsonShape = JsonShape::List(&JsonShape::Object(&[
    needed("role_oid", JsonShape::Id),
    needed("direct", JsonShape::List(&JsonShape::Text)),
]));

/// The web service's number for a name that is taken.
const TAKEN: ServiceError = ServiceError::new("42710", -29042, "IntegrityError");

/// Its number for a key of metadata that it does not know.
const UNKNOWN_OPTION: ServiceError = ServiceError::saying("22023", "metadata option", -29031, "FieldError");

/// Its number for what is not there.
const NO_ROW: ServiceError = ServiceError::new("42704", -28009, "DoesNotExist");

/// Refuses a result that is null.
fn must_exist(result: JsonbValue) -> Result<JsonbValue, RpcError> {
    if !result.item().is_null() {
        return Ok(result);
    }
    let failure = Failure {
        sqlstate: "42704".to_owned(),
        message: "there is no such object".to_owned(),
        ..Failure::default()
    };
    Err(failure.into())
}
