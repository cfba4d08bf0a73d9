//! The description of all methods as an OpenRPC 1.3 document.

use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::RpcError;
use crate::rpc::examples::KnownObjects;
use crate::rpc::function::{self, CallableFunction};
use crate::rpc::method::{DATABASE, Method, MethodBody, ServiceError};
use crate::rpc::methods;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The shapes that results refer to by name.
static RESULT_SHAPES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("result_shapes.json")).unwrap_or_default());

/// The shape that a reference names: `#/components/schemas/<name>`.
pub(crate) fn result_shape(reference: &Value) -> Option<&'static Value> {
    let name = reference.as_str()?.rsplit('/').next()?;
    RESULT_SHAPES.get(name)
}

/// The document.
pub(crate) fn discovery_document() -> Result<JsonbValue, RpcError> {
    let functions = function::all_functions()?;
    let known = KnownObjects::find()?;
    let mut described: Vec<Value> = methods::all_methods()
        .map(|method| describe_method(method, &known))
        .collect();
    for function in &functions {
        let same_name = functions.iter().filter(|other| other.name == function.name);
        described.push(describe_function(function, same_name.count() > 1, &known));
    }
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
        "components": {"schemas": *RESULT_SHAPES}
    });
    Ok(JsonbValue::parse(&document.to_string()))
}

fn describe_method(method: &Method, known: &KnownObjects) -> Value {
    let mut params: Vec<Value> = Vec::new();
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
    // OpenRPC wants those that a call must give first. An array has them in the service's order.
    let in_order = params.is_sorted_by_key(is_optional);
    params.sort_by_key(is_optional);
    let errors = describe_errors(method.errors);
    let mut document = json!({
        "name": method.name,
        "summary": method.summary,
        "description": method.summary,
        "paramStructure": if in_order { "either" } else { "by-name" },
        "params": params,
        "result": {"name": "result", "schema": method.result.schema()},
        "errors": errors
    });
    if let MethodBody::Refusal { problem, .. } = &method.body {
        document["errors"] = json!([{"code": -30085, "message": format!("FeatureNotSupported: {problem}")}]);
    } else if let Some(example) = known.of_method(method) {
        document["examples"] = json!([example]);
    }
    document
}

fn is_optional(param: &Value) -> bool {
    param.get("required") == Some(&Value::Bool(false))
}

/// The errors by their numbers, which OpenRPC wants only once each.
fn describe_errors(errors: &[ServiceError]) -> Vec<Value> {
    let mut messages: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for error in errors {
        let which = match error.says.trim() {
            "" => String::new(),
            says => format!(": {}", says.trim_start_matches([':', '.', ']']).trim()),
        };
        let message = format!("{} (SQLSTATE {}{which})", error.name, error.sqlstate);
        messages.entry(error.number).or_default().push(message);
    }
    messages
        .into_iter()
        .map(|(number, messages)| json!({"code": number, "message": messages.join("; ")}))
        .collect()
}

fn describe_function(function: &CallableFunction, is_overloaded: bool, known: &KnownObjects) -> Value {
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
    let example = known.of_function(function, &name);
    let mut document = json!({
        "name": name,
        "summary": summary,
        "description": comment,
        "paramStructure": "either",
        "params": params,
        "result": {"name": "result", "schema": function.result_schema()}
    });
    if let Some(example) = example {
        document["examples"] = json!([example]);
    }
    document
}
