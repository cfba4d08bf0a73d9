//! Clients that are not ours: a library of JSON-RPC, and every method of the service once more over HTTP.

use mathesar_ext_client_tests::finish;
use mathesar_ext_client_tests::gateway::{Caller, Gateway, PASSWORD};
use mathesar_ext_client_tests::rpc::{Rpc, create_examples, example_params};
use mathesar_ext_client_tests::run;
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn a_library_of_json_rpc() {
    let gateway = Gateway::start(&[]);
    let library =
        std::env::var("MATHESAR_EXT_TEST_PYTHON").expect("scripts/test names the folder of jsonrpcclient");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/jsonrpc_client.py");
    let printed = finish(
        Command::new("python3")
            .args([script, &gateway.address, "clerk", PASSWORD])
            .env("PYTHONPATH", library)
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    );
    assert_eq!(printed, "ok\n");
}

/// Numbers and texts differ from one call to the next; what they are does not.
fn same_form(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((name, one), (other_name, other))| {
                    (name == other_name || name.parse::<u64>().is_ok()) && same_form(one, other)
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_form(one, other))
        }
        (Value::Number(_), Value::Number(_)) | (Value::String(_), Value::String(_)) => true,
        _ => one == other,
    }
}

#[test]
fn every_method_over_http() {
    let gateway = Gateway::start(&[]);
    let mut admin = gateway.admin();
    run(
        &mut admin,
        &format!("CREATE ROLE boss SUPERUSER LOGIN PASSWORD '{PASSWORD}'"),
    );
    run(&mut admin, include_str!("../../../sample/library.sql"));
    create_examples(&mut admin);
    // So that it sees the same as the role that has made the examples, whose data file is its own.
    let mut rpc = Rpc::new(admin);
    run(&mut rpc.client, "SET SESSION AUTHORIZATION boss");
    run(
        &mut rpc.client,
        "SELECT msar.add_data_file('towns.csv', E'name,founded\\nBergen,1070')",
    );
    let boss = Caller::basic("boss", PASSWORD);
    let document = rpc.discover();
    let mut succeeded = 0;
    for method in document["methods"].as_array().expect("methods") {
        let name = method["name"].as_str().expect("a name");
        if name.starts_with("msar.") {
            continue;
        }
        let params = example_params(method).unwrap_or_else(|| json!({}));
        // What the database answers by SQL, undone.
        let expected = rpc.try_call(name, &params);
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": name, "params": params});
        let answer = boss.rpc(&gateway, &request.to_string());
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/json");
        let answer: Value =
            serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            answer["error"]["code"], expected["error"]["code"],
            "{name}: {answer}"
        );
        assert!(
            answer.get("result").is_none() || same_form(&answer["result"], &expected["result"]),
            "{name}: {answer} and by SQL {expected}"
        );
        succeeded += usize::from(answer.get("result").is_some());
        // A parameter that is missing or unknown, too.
        let wrong = json!({"jsonrpc": "2.0", "id": 2, "method": name, "params": {"no such parameter": 1}});
        let answer = boss.rpc(&gateway, &wrong.to_string());
        assert!(answer.body.contains("-32602"), "{name}: {}", answer.body);
    }
    assert!(succeeded >= 85, "{succeeded}");
    // Others are refused what the database refuses them.
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "users.add",
        "params": {"user_def": {"username": "x", "password": "x", "is_superuser": true}}});
    let answer = Caller::clerk().rpc(&gateway, &request.to_string());
    assert!(answer.body.contains("-30101"), "{}", answer.body);
}
