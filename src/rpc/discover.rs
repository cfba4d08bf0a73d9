//! The description of all methods as an OpenRPC 1.3 document.

use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::Planning;
use crate::rpc::error::RpcError;
use crate::rpc::function::{self, CallableFunction};
use crate::rpc::method::{DATABASE, Method, MethodBody};
use crate::rpc::{kept, methods};
use serde_json::{Map, Value, json};

/// The shapes that results refer to by name.
const RESULT_SHAPES: &str = include_str!("result_shapes.json");

/// Objects that examples name.
const KNOWN: &str = "SELECT pg_catalog.jsonb_build_object(
    'database', pg_catalog.min(e.entry_id::bigint) FILTER (WHERE e.server_id OPERATOR(pg_catalog.=) 0::pg_catalog.oid),
    'server', pg_catalog.min(e.entry_id::bigint) FILTER (WHERE e.server_id OPERATOR(pg_catalog.<>) 0::pg_catalog.oid)
) OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object(
    'data_file', (SELECT pg_catalog.min(f.id) FROM msar_catalog.data_files AS f)
) FROM __msar.server_entries() AS e";

/// The document.
pub(crate) fn document() -> Result<JsonbValue, RpcError> {
    let functions = function::all()?;
    let known = kept::run(KNOWN, &[], &[], Planning::Once)?;
    let known: Map<String, Value> = serde_json::from_str(&known.to_text()).map_err(Error::Serialization)?;
    let mut described: Vec<Value> = methods::all()
        .map(|method| describe_method(method, &known))
        .collect();
    for function in &functions {
        let same_name = functions.iter().filter(|other| other.name == function.name);
        described.push(describe_function(function, same_name.count() > 1));
    }
    let schemas: Value = serde_json::from_str(RESULT_SHAPES).map_err(Error::Serialization)?;
    let document = json!({
        "openrpc": "1.3.2",
        "info": {
            "title": "mathesar_ext",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A data-application back end inside of a PostgreSQL database. Every method runs as the \
                current role: SELECT msar.rpc(request).",
            "license": {"name": "PostgreSQL"}
        },
        "methods": described,
        "components": {"schemas": schemas}
    });
    Ok(JsonbValue::parse(&document.to_string()))
}

fn describe_method(method: &Method, known: &Map<String, Value>) -> Value {
    let mut params = Vec::new();
    if method.needs_database {
        params.push(json!({
            "name": DATABASE, "required": true, "schema": {"type": "integer", "description": "OID of the current database"}
        }));
    }
    for parameter in method.parameters {
        let mut schema = parameter.shape.schema();
        if let (Some(default), Some(schema)) = (parameter.default, schema.as_object_mut()) {
            schema.insert(
                "default".into(),
                serde_json::from_str(default).unwrap_or_default(),
            );
        }
        params.push(json!({
            "name": parameter.name, "required": parameter.default.is_none(), "schema": schema
        }));
    }
    let errors: Vec<Value> = method
        .errors
        .iter()
        .map(|(sqlstate, code, name)| json!({"code": code, "message": format!("{name} (SQLSTATE {sqlstate})")}))
        .collect();
    let mut document = json!({
        "name": method.name,
        "summary": method.summary,
        "description": method.summary,
        "paramStructure": "either",
        "params": params,
        "result": {"name": "result", "schema": method.result.schema()},
        "errors": errors
    });
    if let MethodBody::Refusal { problem, .. } = &method.body {
        document["errors"] = json!([{"code": -30085, "message": format!("FeatureNotSupported: {problem}")}]);
    } else if let Some(example) = example_of(method, known) {
        document["examples"] = json!([example]);
    }
    document
}

/// A call on the sample database. A value `{"example": X}` stands for an object that is known only here; without one there
/// is no example.
fn example_of(method: &Method, known: &Map<String, Value>) -> Option<Value> {
    let given: Map<String, Value> = serde_json::from_str(method.example).ok()?;
    let database = method
        .needs_database
        .then(|| (DATABASE.to_owned(), json!({"example": "database"})));
    let params: Option<Vec<Value>> = database
        .into_iter()
        .chain(given)
        .map(|(name, value)| {
            let value = match value.get("example").and_then(Value::as_str) {
                Some(object) => known.get(object).filter(|id| !id.is_null())?.clone(),
                None => value,
            };
            Some(json!({"name": name, "value": value}))
        })
        .collect();
    Some(json!({"name": "on the sample database", "params": params?}))
}

fn describe_function(function: &CallableFunction, is_overloaded: bool) -> Value {
    let name = if is_overloaded {
        function.described()
    } else {
        format!("msar.{}", function.name)
    };
    let params: Vec<Value> = function
        .arguments
        .iter()
        .enumerate()
        .map(|(at, argument)| {
            let mut schema = argument.schema();
            if let (Some(default), Some(schema)) = (&argument.default, schema.as_object_mut()) {
                schema.insert(
                    "description".into(),
                    json!(format!("{}; default {default}", argument.type_name)),
                );
            }
            json!({
                "name": function.argument_name(at),
                "required": argument.default.is_none(),
                "schema": schema
            })
        })
        .collect();
    let comment = function.comment.as_deref().unwrap_or_default();
    let summary = comment
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    json!({
        "name": name,
        "summary": summary,
        "description": comment,
        "paramStructure": "either",
        "params": params,
        "result": {"name": "result", "schema": function.result_schema()}
    })
}
