//! `system.*`: what clients ask a server of JSON-RPC or XML-RPC for before they know it.

use crate::pg::jsonb_value::JsonbValue;
use crate::rpc::error::RpcError;
use crate::rpc::function::{self, CallableFunction};
use crate::rpc::method::{DATABASE, Method};
use crate::rpc::{discover, methods};
use crate::settings;
use serde_json::{Value, json};

/// The names of all methods, sorted. A client that wants all as the web service has it gets those of the web service.
pub(crate) fn list_methods() -> Result<JsonbValue, RpcError> {
    let is_compat = settings::rpc_compat();
    let mut names: Vec<String> = methods::all_methods()
        .map(|method| method.name.to_owned())
        .filter(|name| !is_compat || !name.starts_with("rpc."))
        .collect();
    if !is_compat {
        names.extend(function::names_of_methods(&function::all_functions()?));
    }
    names.sort_unstable();
    Ok(to_jsonb(&json!(names)))
}

/// The type of a method's result and those of its parameters.
pub(crate) fn method_signature(name: &str) -> Result<JsonbValue, RpcError> {
    let types = match find_callable(name)? {
        Found::Method(method) => {
            let database = method.needs_database.then(|| json!({"type": "integer"}));
            let parameters = method.parameters.iter().map(|parameter| parameter.shape.schema());
            std::iter::once(method.result.schema())
                .chain(database)
                .chain(parameters)
                .map(|schema| type_names(&schema))
                .collect::<Vec<_>>()
        }
        Found::Function(function) => std::iter::once(function.result_schema())
            .chain(function.arguments.iter().map(|argument| argument.schema()))
            .map(|schema| type_names(&schema))
            .collect(),
    };
    Ok(to_jsonb(&json!(types)))
}

/// The description of a method.
pub(crate) fn method_help(name: &str) -> Result<JsonbValue, RpcError> {
    let help = match find_callable(name)? {
        Found::Method(method) => {
            let mut help = method.summary.to_owned();
            let mut lines: Vec<String> = Vec::new();
            if method.needs_database {
                lines.push(format!("{DATABASE}: OID of the current database"));
            }
            for parameter in method.parameters {
                let default = match parameter.default {
                    Some(default) => format!("; default {default}"),
                    None => String::new(),
                };
                lines.push(format!(
                    "{}: {}{default}",
                    parameter.name,
                    type_names(&parameter.shape.schema())
                ));
            }
            if !lines.is_empty() {
                help.push_str(&format!("\n\nParameters:\n  {}", lines.join("\n  ")));
            }
            help
        }
        Found::Function(function) => function.comment.unwrap_or_default(),
    };
    Ok(to_jsonb(&json!(help)))
}

enum Found {
    Method(&'static Method),
    Function(Box<CallableFunction>),
}

fn find_callable(name: &str) -> Result<Found, RpcError> {
    if let Some(method) = methods::find_method(name) {
        return Ok(Found::Method(method));
    }
    let unknown = || {
        RpcError::wrong_parameter("method_name", format!("there is no method \"{name}\""))
            .with_hint("system.listMethods returns the names of all methods.")
    };
    let base = name.strip_prefix("msar.").ok_or_else(unknown)?;
    let mut forms = function::with_name(base)?;
    match forms.len() {
        0 => Err(unknown()),
        1 => Ok(Found::Function(Box::new(forms.swap_remove(0)))),
        _ => {
            let names: Vec<String> = forms.iter().map(CallableFunction::described).collect();
            Err(
                RpcError::wrong_parameter("method_name", format!("\"{name}\" has more than one form"))
                    .with_hint(format!("Its forms are {}.", names.join(", "))),
            )
        }
    }
}

fn to_jsonb(value: &Value) -> JsonbValue {
    JsonbValue::parse(&value.to_string())
}

/// The JSON types that a JSON Schema allows: "integer or string".
fn type_names(schema: &Value) -> String {
    let mut names = Vec::new();
    collect_types(schema, &mut names);
    match names.is_empty() {
        true => "any".to_owned(),
        false => names.join(" or "),
    }
}

fn collect_types(schema: &Value, names: &mut Vec<String>) {
    let mut add = |name: &str| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    match schema.get("type") {
        Some(Value::String(name)) => add(name),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).for_each(add),
        _ => {}
    }
    let members = |part| schema.get(part).and_then(Value::as_array).into_iter().flatten();
    for inner in members("oneOf").chain(members("anyOf")).chain(members("allOf")) {
        collect_types(inner, names);
    }
    if let Some(inner) = schema.get("$ref").and_then(discover::result_shape) {
        collect_types(inner, names);
    }
}
