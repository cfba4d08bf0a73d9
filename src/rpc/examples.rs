//! Examples of methods for the OpenRPC document: calls on the sample database, and what they return there.
//!
//! In the parameters of an example, `{"example": X}` stands for an object that is known only in the database. Where it
//! does not exist, the method has no example there.

use crate::error::Error;
use crate::pg::plan::Planning;
use crate::rpc::function::CallableFunction;
use crate::rpc::kept;
use crate::rpc::method::{DATABASE, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Objects that examples name, as far as the database has them.
const KNOWN: &str = include_str!("../../sql/query/rpc/known_objects.sql");

/// What the examples return on the sample database, by method. A test records and compares them.
static RESULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("example_results.json")).unwrap_or_default());

/// Calls of functions.
static FUNCTIONS: LazyLock<FunctionExamples> =
    LazyLock::new(|| serde_json::from_str(include_str!("function_examples.json")).unwrap_or_default());

#[derive(Default, Deserialize)]
struct FunctionExamples {
    /// Parameters by the function's name, with the types of its arguments where several have that name.
    calls: BTreeMap<String, Map<String, Value>>,
    /// A value of each type that can be cast.
    cast_values: BTreeMap<String, Value>,
    /// A text for each function `cast_to_<type>` that does not take every text.
    cast_texts: BTreeMap<String, String>,
}

impl FunctionExamples {
    fn call_of(&self, function: &CallableFunction) -> Option<Map<String, Value>> {
        let with_types = format!("{}({})", function.name, function.signature);
        let known = self.calls.get(&function.name).or(self.calls.get(&with_types));
        known.cloned().or_else(|| self.cast(function))
    }

    /// Casts of one value differ by the types alone.
    fn cast(&self, function: &CallableFunction) -> Option<Map<String, Value>> {
        let to = function.name.strip_prefix("cast_to_")?;
        let from = function.arguments.first()?.type_name.as_str();
        let text = self.cast_texts.get(to);
        let value = match from {
            "text" => json!(text.map_or("a", String::as_str)),
            "json" | "jsonb" => text
                .and_then(|text| serde_json::from_str(text).ok())
                .or_else(|| self.cast_values.get(from).cloned())?,
            _ => self.cast_values.get(from)?.clone(),
        };
        let separators = [
            ("date_order", json!("DMY")),
            ("group_sep", json!(",")),
            ("decimal_p", json!(".")),
            ("curr_pref", json!("$")),
            ("curr_suff", json!("")),
        ];
        let mut params = Map::new();
        params.insert("value".to_owned(), value);
        for at in 1..function.arguments.len() {
            let name = function.argument_name(at);
            let (_, value) = separators.iter().find(|(known, _)| *known == name)?;
            params.insert(name, value.clone());
        }
        Some(params)
    }
}

/// The objects of the database that examples name.
pub(crate) struct KnownObjects(Map<String, Value>);

impl KnownObjects {
    pub(crate) fn find() -> Result<Self, Error> {
        let known = kept::run_kept(KNOWN, &[], &[], Planning::Once)?;
        serde_json::from_str(&known.to_text())
            .map(Self)
            .map_err(Error::Serialization)
    }

    /// A value with the objects that it names; `None` if one of them is not there.
    fn fill(&self, value: &Value) -> Option<Value> {
        if let Some(object) = value.get("example").and_then(Value::as_str) {
            return self.0.get(object).filter(|id| !id.is_null()).cloned();
        }
        Some(match value {
            Value::Array(elements) => elements
                .iter()
                .map(|element| self.fill(element))
                .collect::<Option<_>>()?,
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| Some((key.clone(), self.fill(value)?)));
                Value::Object(members.collect::<Option<_>>()?)
            }
            scalar => scalar.clone(),
        })
    }

    fn example(&self, method: &str, params: impl IntoIterator<Item = (String, Value)>) -> Option<Value> {
        let params: Option<Vec<Value>> = params
            .into_iter()
            .map(|(name, value)| Some(json!({"name": name, "value": self.fill(&value)?})))
            .collect();
        let mut example = json!({"name": "on the sample database", "params": params?});
        if let Some(result) = RESULTS.get(method) {
            example["result"] = json!({"name": "result", "value": result});
        }
        Some(example)
    }

    /// A call of a method of the web service.
    pub(crate) fn of_method(&self, method: &Method) -> Option<Value> {
        let given: Map<String, Value> = serde_json::from_str(method.example).ok()?;
        let database = method
            .needs_database
            .then(|| (DATABASE.to_owned(), json!({"example": "database"})));
        self.example(method.name, database.into_iter().chain(given))
    }

    /// A call of a function, as the method of that name.
    pub(crate) fn of_function(&self, function: &CallableFunction, method: &str) -> Option<Value> {
        self.example(method, FUNCTIONS.call_of(function)?)
    }
}
