//! Every public function of the extension as a method `msar.<name>`: its arguments, their names and defaults are those
//! of the catalog, so functions that an update adds become methods by themselves.
//!
//! The parameters of a call choose between functions of one name; `msar.<name>(<types>)` names one of them.

use crate::error::Error;
use crate::pg::jsonb_item::{JsonType, JsonbItem};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::Planning;
use crate::pg::{Oid, quote, watch::CatalogWatch};
use crate::rpc::binding::{self, Takes};
use crate::rpc::error::{self, RpcError};
use crate::rpc::kept;
use pgrx::pg_sys;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

const FUNCTIONS: &str = include_str!("../../sql/query/rpc/functions.sql");

/// A function that can be called.
#[derive(Debug, Deserialize)]
pub(crate) struct CallableFunction {
    #[serde(deserialize_with = "deserialize_oid")]
    oid: Oid,
    pub(crate) name: String,
    /// The types of its arguments, as PostgreSQL lists them.
    pub(crate) signature: String,
    pub(crate) comment: Option<String>,
    is_set: bool,
    is_composite: bool,
    /// Whether it returns a domain over JSON.
    is_json: bool,
    #[serde(deserialize_with = "deserialize_oid")]
    result: Oid,
    /// The columns of what it returns, where it declares them.
    columns: Vec<ResultColumn>,
    pub(crate) arguments: Vec<FunctionArgument>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct FunctionArgument {
    name: Option<String>,
    #[serde(rename = "type", deserialize_with = "deserialize_oid")]
    pub(crate) type_oid: Oid,
    pub(crate) type_name: String,
    /// The default as SQL; `None` where a call must give a value.
    pub(crate) default: Option<String>,
    is_variadic: bool,
}

impl FunctionArgument {
    /// The type of the value that is bound: an OID that means a table or a schema can be its name.
    fn bound_type(&self) -> Oid {
        match self.name.as_deref() {
            Some("tab_id" | "table_id" | "rel_id" | "frel_id") if self.type_oid == pg_sys::OIDOID => {
                pg_sys::REGCLASSOID
            }
            Some("sch_id") if self.type_oid == pg_sys::OIDOID => pg_sys::REGNAMESPACEOID,
            _ => self.type_oid,
        }
    }

    /// The JSON Schema of what it takes.
    pub(crate) fn schema(&self) -> Value {
        let mut schema = schema_of_type(self.bound_type());
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), json!(self.type_name));
        }
        schema
    }
}

/// The JSON Schema of values of a type; null is a value of every type.
fn schema_of_type(type_oid: Oid) -> Value {
    match Takes::of_type(type_oid) {
        Takes::Anything | Takes::JsonText | Takes::AnyType => json!({}),
        Takes::Boolean => json!({"type": ["boolean", "null"]}),
        Takes::Integer | Takes::Oid => json!({"type": ["integer", "null"]}),
        Takes::OidOrName => json!({"type": ["integer", "string", "null"]}),
        Takes::Number | Takes::Float => json!({"type": ["number", "string", "null"]}),
        Takes::Text | Takes::TextForm => json!({"type": ["string", "number", "null"]}),
        Takes::Array(_) => json!({"type": ["array", "null"]}),
    }
}

#[derive(Debug, Deserialize)]
struct ResultColumn {
    name: String,
    #[serde(rename = "type", deserialize_with = "deserialize_oid")]
    type_oid: Oid,
}

fn deserialize_oid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Oid, D::Error> {
    Ok(Oid::from(u32::deserialize(deserializer)?))
}

/// Functions of one name, as long as none of them changes.
struct Overloads {
    functions: Rc<Vec<CallableFunction>>,
    watch: CatalogWatch,
}

/// The most names of functions that a session keeps.
const MOST: usize = 256;

thread_local! {
    static KNOWN: RefCell<FxHashMap<Box<str>, Overloads>> = RefCell::default();
}

/// Calls a function by what stands behind `msar.` in the name of a method.
pub(crate) fn call_function(name: &str, params: Option<JsonbItem>) -> Result<JsonbValue, RpcError> {
    let (base, signature) = split_signature(name);
    let overloads = overloads(base)?;
    let candidates: Vec<&CallableFunction> = overloads
        .iter()
        .filter(|function| signature.is_none_or(|types| same_types(types, &function.signature)))
        .collect();
    if candidates.is_empty() {
        return Err(error::unknown_method(&format!("msar.{name}")));
    }
    choose(name, &candidates, params)?.run_function()
}

/// All functions that can be called, with their comments.
pub(crate) fn all_functions() -> Result<Vec<CallableFunction>, Error> {
    read_functions(r#"{"comments": true}"#)
}

/// The functions of a name, or of a name with the types of the arguments, with their comments.
pub(crate) fn with_name(name: &str) -> Result<Vec<CallableFunction>, Error> {
    let (base, signature) = split_signature(name);
    let selection = serde_json::json!({ "name": base, "comments": true }).to_string();
    let mut found = read_functions(&selection)?;
    found.retain(|function| signature.is_none_or(|types| same_types(types, &function.signature)));
    Ok(found)
}

/// The names of the methods that call these functions; those of one name have their types in it.
pub(crate) fn names_of_methods(functions: &[CallableFunction]) -> Vec<String> {
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    for function in functions {
        *counts.entry(&function.name).or_default() += 1;
    }
    functions
        .iter()
        .map(|function| match counts.get(&*function.name) {
            Some(1) => format!("msar.{}", function.name),
            _ => function.described(),
        })
        .collect()
}

/// The name of a function, and the types of its arguments where they follow.
fn split_signature(name: &str) -> (&str, Option<&str>) {
    match name.split_once('(') {
        Some((base, types)) => (base, types.strip_suffix(')')),
        None => (name, None),
    }
}

fn read_functions(selection: &str) -> Result<Vec<CallableFunction>, Error> {
    let selection = Some(JsonbValue::parse(selection).datum());
    let document = kept::run_kept(FUNCTIONS, &[JsonbValue::TYPE], &[selection], Planning::EachTime)?;
    serde_json::from_str(&document.to_text()).map_err(Error::Serialization)
}

fn overloads(name: &str) -> Result<Rc<Vec<CallableFunction>>, Error> {
    let known = KNOWN.with_borrow(|known| {
        let overloads = known.get(name)?;
        (!overloads.watch.is_over()).then(|| Rc::clone(&overloads.functions))
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let watch = CatalogWatch::begin();
    let selection = serde_json::json!({ "name": name, "comments": false }).to_string();
    let functions = Rc::new(read_functions(&selection)?);
    if functions.is_empty() {
        // It may be there a moment later, and wrong names need no memory.
        return Ok(functions);
    }
    watch.narrow(&functions.iter().map(|function| function.oid.to_u32()).collect());
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST {
            known.clear();
        }
        let functions = Rc::clone(&functions);
        known.insert(name.into(), Overloads { functions, watch });
    });
    Ok(functions)
}

fn same_types(written: &str, signature: &str) -> bool {
    let types = |list: &str| -> Vec<String> { list.split(',').map(|name| name.trim().to_owned()).collect() };
    types(written) == types(signature)
}

/// A function, and the value of each argument that a call gives.
struct ChosenFunction<'a> {
    function: &'a CallableFunction,
    given: Vec<(usize, JsonbItem<'a>)>,
}

/// Among functions of one name, the one that the parameters fit best.
fn choose<'a>(
    method: &str,
    candidates: &[&'a CallableFunction],
    params: Option<JsonbItem<'a>>,
) -> Result<ChosenFunction<'a>, RpcError> {
    if let [only] = candidates {
        return only.assign(params);
    }
    let mut fitting: Vec<(u32, ChosenFunction)> = candidates
        .iter()
        .filter_map(|candidate| candidate.assign(params).ok())
        .map(|chosen| (chosen.fit(), chosen))
        .collect();
    fitting.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    let forms = || {
        let forms: Vec<String> = candidates.iter().map(|function| function.described()).collect();
        format!("The forms are {}.", forms.join(", "))
    };
    let problem = match fitting.as_slice() {
        [] => format!("no form of \"msar.{method}\" takes these parameters"),
        [(best, _), (second, _), ..] if best == second => {
            format!("more than one form of \"msar.{method}\" takes these parameters")
        }
        _ => return Ok(fitting.swap_remove(0).1),
    };
    Err(RpcError::invalid_params(problem)
        .with_detail(forms())
        .with_hint("The types of the arguments behind the method's name choose one: \"msar.name(text)\"."))
}

impl CallableFunction {
    /// The name of its method where other functions have the same name.
    pub(crate) fn described(&self) -> String {
        format!("msar.{}({})", self.name, self.signature)
    }

    /// The JSON Schema of what it returns.
    pub(crate) fn result_schema(&self) -> Value {
        if self.is_set {
            return json!({"type": "array"});
        }
        match self.result {
            pg_sys::VOIDOID => json!({"type": "null"}),
            _ if self.is_json => json!({}),
            _ if self.is_composite => json!({"type": ["object", "null"]}),
            result => schema_of_type(result),
        }
    }

    /// The name of an argument; one without has its number.
    pub(crate) fn argument_name(&self, at: usize) -> String {
        match self
            .arguments
            .get(at)
            .and_then(|argument| argument.name.as_deref())
        {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => format!("argument_{}", at + 1),
        }
    }

    /// Gives each parameter of a call to its argument.
    fn assign<'a>(&'a self, params: Option<JsonbItem<'a>>) -> Result<ChosenFunction<'a>, RpcError> {
        let mut given: Vec<(usize, JsonbItem)> = Vec::new();
        match params {
            None => {}
            Some(params) if params.json_type() == JsonType::Array => {
                given.extend(params.elements().enumerate());
                if given.len() > self.arguments.len() {
                    return Err(RpcError::invalid_params(format!(
                        "\"msar.{}\" takes {} parameters at most, not {}",
                        self.name,
                        self.arguments.len(),
                        given.len()
                    )));
                }
            }
            Some(params) => {
                for (name, item) in params.members() {
                    let name = String::from_utf8_lossy(name);
                    let at = (0..self.arguments.len()).find(|&at| self.argument_name(at) == name);
                    match at {
                        Some(at) => given.push((at, item)),
                        None => return Err(self.unknown_parameter(&name)),
                    }
                }
                given.sort_unstable_by_key(|&(at, _)| at);
            }
        }
        for (at, argument) in self.arguments.iter().enumerate() {
            let item = given.iter().find(|(given, _)| *given == at);
            match item {
                None if argument.default.is_none() => {
                    return Err(RpcError::missing_parameter(
                        &format!("msar.{}", self.name),
                        &self.argument_name(at),
                    ));
                }
                Some((_, item)) => {
                    let takes = Takes::of_type(argument.bound_type());
                    if takes.fit(*item).is_none() {
                        let name = self.argument_name(at);
                        return Err(binding::wrong_type(&name, takes.described(), *item));
                    }
                }
                None => {}
            }
        }
        Ok(ChosenFunction {
            function: self,
            given,
        })
    }

    fn unknown_parameter(&self, name: &str) -> RpcError {
        let known: Vec<String> = (0..self.arguments.len())
            .map(|at| self.argument_name(at))
            .collect();
        RpcError::unknown_parameter(&format!("msar.{}", self.name), name, &known)
    }

    /// The statement that calls it with values for these arguments.
    fn statement(&self, given: &[usize]) -> String {
        let by_name = self
            .arguments
            .iter()
            .all(|argument| argument.name.as_deref().is_some_and(|name| !name.is_empty()));
        let arguments: Vec<String> = given
            .iter()
            .enumerate()
            .filter_map(|(number, &at)| {
                let argument = self.arguments.get(at)?;
                let variadic = if argument.is_variadic { "VARIADIC " } else { "" };
                // The cast chooses between forms whose arguments are an OID and a name.
                let cast = match argument.bound_type() == argument.type_oid {
                    true => "",
                    false => "::pg_catalog.oid",
                };
                let value = format!("${}{cast}", number + 1);
                Some(match &argument.name {
                    Some(name) if by_name => {
                        format!("{variadic}{} => {value}", quote::identifier(name))
                    }
                    _ => format!("{variadic}{value}"),
                })
            })
            .collect();
        let call = format!("msar.{}({})", quote::identifier(&self.name), arguments.join(", "));
        if self.is_set {
            let (alias, value) = if !self.columns.is_empty() {
                let members: Vec<String> = self
                    .columns
                    .iter()
                    .map(|column| {
                        let value = format!("r.{}", quote::identifier(&column.name));
                        format!(
                            "{}, {}",
                            quote::literal(&column.name),
                            as_json(&value, column.type_oid)
                        )
                    })
                    .collect();
                (
                    "r",
                    format!("pg_catalog.jsonb_build_object({})", members.join(", ")),
                )
            } else if self.is_composite {
                ("r", "pg_catalog.to_jsonb(r)".to_owned())
            } else {
                ("r(value)", as_json("r.value", self.result))
            };
            return format!("SELECT COALESCE(pg_catalog.jsonb_agg({value}), '[]') FROM {call} AS {alias}");
        }
        match self.result {
            // The function is called for its own sake.
            pg_sys::VOIDOID => format!("SELECT CASE WHEN {call} IS NULL THEN NULL::pg_catalog.jsonb END"),
            result => format!("SELECT {}", as_json(&call, result)),
        }
    }
}

/// A value of a type as JSON: OIDs are numbers, as everywhere else in our documents.
fn as_json(value: &str, type_oid: Oid) -> String {
    match type_oid {
        pg_sys::JSONBOID => value.to_owned(),
        pg_sys::JSONOID => format!("{value}::pg_catalog.jsonb"),
        pg_sys::OIDOID => format!("pg_catalog.to_jsonb({value}::bigint)"),
        pg_sys::OIDARRAYOID => format!("pg_catalog.to_jsonb({value}::bigint[])"),
        _ => format!("pg_catalog.to_jsonb({value})"),
    }
}

impl ChosenFunction<'_> {
    fn fit(&self) -> u32 {
        let fit = |&(at, item): &(usize, JsonbItem)| {
            let argument = self.function.arguments.get(at)?;
            Takes::of_type(argument.bound_type()).fit(item)
        };
        self.given.iter().filter_map(fit).sum()
    }

    fn run_function(&self) -> Result<JsonbValue, RpcError> {
        let function = self.function;
        let places: Vec<usize> = self.given.iter().map(|&(at, _)| at).collect();
        let mut types = Vec::with_capacity(places.len());
        let mut values = Vec::with_capacity(places.len());
        for (at, item) in &self.given {
            let Some(argument) = function.arguments.get(*at) else {
                continue;
            };
            types.push(binding::parameter_type(argument.bound_type()));
            values.push(binding::bind(*item, argument.bound_type())?);
        }
        Ok(kept::run_kept(
            &function.statement(&places),
            &types,
            &values,
            Planning::Once,
        )?)
    }
}
