//! `rpc.discover` and `system.*`: the document is one of OpenRPC, every method has an example, and every example runs
//! and returns what it says.
//!
//! What examples return is kept in `src/rpc/example_results.json`. `MATHESAR_EXT_RECORD=1 scripts/test 18 rpc_discovery`
//! writes that file anew.

use jsonschema::Registry;
use mathesar_ext_client_tests::Server;
use mathesar_ext_client_tests::rpc::{Rpc, create_examples, example_params};
use mathesar_ext_client_tests::{connect, run};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// A server of its own, with the sample and what the examples name: their roles belong to the whole of a server.
fn sample(server: &Server) -> Rpc {
    let mut admin = connect(&server.config());
    run(&mut admin, "CREATE DATABASE library TEMPLATE template0");
    let mut client = connect(server.config().dbname("library"));
    run(&mut client, "CREATE EXTENSION mathesar_ext");
    run(&mut client, include_str!("../../../sample/library.sql"));
    create_examples(&mut client);
    run(
        &mut client,
        include_str!("../../regress/include/function_examples.sql"),
    );
    Rpc::new(client)
}

const META_SCHEMA: &str = include_str!("../../data/openrpc/open-rpc-meta-schema.json");
const SCHEMA_OF_SCHEMAS: &str = include_str!("../../data/openrpc/json-schema-tools-meta-schema.json");

/// A schema of draft 7: what the two call themselves is a name that no validator knows.
fn parse_schema(text: &str) -> Value {
    let mut schema: Value = serde_json::from_str(text).expect("a schema");
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema.as_object_mut().expect("an object").remove("$id");
    schema
}

/// The problems that OpenRPC's schema finds.
fn problems(document: &Value) -> Vec<String> {
    let schemas = || jsonschema::Resource::from_contents(parse_schema(SCHEMA_OF_SCHEMAS));
    let registry = Registry::new()
        .add("https://meta.json-schema.tools/", schemas())
        .and_then(|registry| registry.add("https://meta.json-schema.tools", schemas()))
        .and_then(|registry| registry.prepare())
        .expect("a registry");
    let validator = jsonschema::options()
        .with_registry(&registry)
        .build(&parse_schema(META_SCHEMA))
        .expect("OpenRPC's schema can be read");
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn methods(document: &Value) -> &Vec<Value> {
    document["methods"].as_array().expect("methods")
}

/// OIDs, ids, times and texts differ from server to server; what they are does not.
fn has_form_of(actual: &Value, recorded: &Value, place: &str) -> Result<(), String> {
    match (actual, recorded) {
        (Value::Object(actual), Value::Object(recorded)) => {
            // Keys that are numbers are OIDs.
            let known = |map: &Map<String, Value>| -> Vec<String> {
                map.keys()
                    .filter(|key| key.parse::<u64>().is_err())
                    .cloned()
                    .collect()
            };
            if known(actual) != known(recorded) || actual.len() < recorded.len() {
                return Err(format!("{place}: {actual:?} has not the keys of {recorded:?}"));
            }
            recorded
                .iter()
                .filter(|(key, _)| actual.contains_key(*key))
                .try_for_each(|(key, value)| has_form_of(&actual[key], value, &format!("{place}.{key}")))
        }
        (Value::Array(actual), Value::Array(recorded)) => {
            if actual.len() < recorded.len() {
                return Err(format!("{place}: too few of {recorded:?}"));
            }
            recorded
                .iter()
                .zip(actual)
                .enumerate()
                .try_for_each(|(at, (recorded, actual))| {
                    has_form_of(actual, recorded, &format!("{place}[{at}]"))
                })
        }
        (Value::Number(_), Value::Number(_)) => Ok(()),
        (Value::String(_), Value::String(_)) => Ok(()),
        _ if actual == recorded => Ok(()),
        _ => Err(format!("{place}: {actual} instead of {recorded}")),
    }
}

/// Methods whose examples return something else in each database: which changes are the newest, and rows in no order.
const DIFFERING: [&str; 2] = ["msar.list_changes", "msar.get_joinable_tables(integer)"];

/// Long lists have their first two elements in an example.
fn shorten(value: Value) -> Value {
    match value {
        Value::Array(elements) => elements.into_iter().take(2).map(shorten).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key, shorten(value)))
            .collect::<Map<_, _>>()
            .into(),
        scalar => scalar,
    }
}

#[test]
fn the_document_is_openrpc_and_its_examples_run() {
    let server = Server::create(&[]);
    let mut rpc = sample(&server);
    let document = rpc.discover();
    assert_eq!(problems(&document), Vec::<String>::new());
    // The schema can tell.
    let mut wrong = document.clone();
    wrong["methods"][0]["params"] = json!({});
    assert!(!problems(&wrong).is_empty());

    // What the schema cannot say: names of methods and numbers of their errors are unique.
    let names: HashSet<&Value> = methods(&document).iter().map(|method| &method["name"]).collect();
    assert_eq!(names.len(), methods(&document).len());
    for method in methods(&document) {
        let codes: Vec<&Value> = method["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| &error["code"])
            .collect();
        assert_eq!(
            codes.iter().collect::<HashSet<_>>().len(),
            codes.len(),
            "{}",
            method["name"]
        );
    }

    let mut recorded = Map::new();
    let mut faults = Vec::new();
    let mut without = Vec::new();
    for method in methods(&document) {
        let name = method["name"].as_str().expect("a name");
        let params = method["params"].as_array().expect("parameters");
        let is_optional = |param: &Value| !param["required"].as_bool().expect("a flag");
        assert!(
            params.is_sorted_by_key(is_optional),
            "{name}: optional parameters come last"
        );
        if is_about_methods(name) {
            continue;
        }
        let Some(example) = example_params(method) else {
            without.push(name);
            continue;
        };
        let answer = rpc.try_call(name, &example);
        let Some(result) = answer.get("result") else {
            faults.push(format!("{name}: {answer}"));
            continue;
        };
        // The result is what the document says of it.
        let mut schema = method["result"]["schema"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::draft7::new(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        faults.extend(
            validator
                .iter_errors(result)
                .map(|error| format!("{name}: {}: {error}", error.instance_path())),
        );
        recorded.insert(name.to_owned(), shorten(result.clone()));
        let shown = &method["examples"][0]["result"]["value"];
        if std::env::var_os("MATHESAR_EXT_RECORD").is_none()
            && !DIFFERING.contains(&name)
            && let Err(fault) = has_form_of(result, shown, name)
        {
            faults.push(fault);
        }
    }
    if std::env::var_os("MATHESAR_EXT_RECORD").is_some() {
        let lines: Vec<String> = recorded
            .iter()
            .map(|(name, value)| format!("  {}: {value}", json!(name)))
            .collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/rpc/example_results.json");
        std::fs::write(path, format!("{{\n{}\n}}\n", lines.join(",\n"))).expect("the file can be written");
    }
    assert_eq!(faults, Vec::<String>::new());
    // What is refused for good, and what needs the password of the role.
    assert_eq!(
        without,
        [
            "analytics.initialize",
            "columns.reset_mash",
            "databases.delete",
            "databases.setup.create_new",
            "users.password.replace_own",
            "msar.replace_own_password"
        ]
    );
    // A result that is missing from the file would pass as any other.
    for method in methods(&document) {
        let example = &method["examples"][0];
        assert!(
            example.is_null()
                || method["name"].as_str().is_some_and(is_about_methods)
                || example.get("result").is_some(),
            "{}",
            method["name"]
        );
    }
}

fn is_about_methods(name: &str) -> bool {
    matches!(name, "rpc.discover" | "system.listMethods")
}

#[test]
fn clients_can_ask_for_methods() {
    let database = mathesar_ext_client_tests::Database::with_extension();
    let mut rpc = Rpc::new(database.connect_as_owner());
    let document = rpc.discover();
    let mut names: Vec<&Value> = methods(&document).iter().map(|method| &method["name"]).collect();
    names.sort_by_key(|name| name.as_str());
    let listed = rpc.call("system.listMethods", &json!([]));
    assert_eq!(listed["result"], json!(names));
    // Each has a signature and a description.
    for name in &names {
        let types = rpc.call("system.methodSignature", &json!({"method_name": name}));
        let method = methods(&document)
            .iter()
            .find(|method| method["name"] == **name)
            .expect("it is there");
        let parameters = method["params"].as_array().map_or(0, Vec::len);
        assert_eq!(
            types["result"].as_array().map(Vec::len),
            Some(parameters + 1),
            "{name}: {types}"
        );
        let help = rpc.call("system.methodHelp", &json!([name]));
        assert!(
            help["result"].as_str().is_some_and(|help| help.len() > 10),
            "{name}: {help}"
        );
    }
    let call = |rpc: &mut Rpc, method: &str, name: &str| rpc.call(method, &json!([name]));
    assert_eq!(
        call(&mut rpc, "system.methodSignature", "tables.delete")["result"],
        json!(["string", "integer", "integer or string", "boolean"])
    );
    assert_eq!(
        call(
            &mut rpc,
            "system.methodSignature",
            "tables.privileges.list_direct"
        )["result"],
        json!(["array", "integer", "integer or string"])
    );
    // Several functions of one name are told apart.
    let overloaded = call(&mut rpc, "system.methodHelp", "msar.cast_to_numeric");
    assert_eq!(overloaded["error"]["code"], -32602, "{overloaded}");
    for method in ["system.methodSignature", "system.methodHelp"] {
        for unknown in ["nothing", "msar.nothing", "msar.", "msar.rpc", ""] {
            let answer = call(&mut rpc, method, unknown);
            assert_eq!(answer["error"]["code"], -32602, "{method} {unknown}: {answer}");
            assert_eq!(answer["error"]["data"]["parameter"], "method_name");
        }
        assert_eq!(rpc.call(method, &json!([1]))["error"]["code"], -32602);
        assert_eq!(rpc.call(method, &json!({}))["error"]["code"], -32602);
    }
    // A client of the web service finds what the web service lists.
    rpc.set_compat(true);
    let listed = rpc.call("system.listMethods", &json!([]));
    let listed = listed["result"].as_array().expect("names");
    assert_eq!(listed.len(), 106);
    assert!(
        listed
            .iter()
            .all(|name| !name.as_str().unwrap_or_default().starts_with("msar."))
    );
}
