//! Random requests: wrong, deep, huge and hostile ones are answered as JSON-RPC has it, and what fails leaves no trace.
//!
//! `MATHESAR_EXT_TEST_ROUNDS` sets how many requests each role sends, `MATHESAR_EXT_TEST_SEED` which ones.

use mathesar_ext_client_tests::random::Random;
use mathesar_ext_client_tests::rpc::{Rpc, create_library, example_params};
use mathesar_ext_client_tests::{Server, connect, run, text};
use serde_json::{Value, json};

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

/// Arrays in arrays.
fn deep(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

fn hostile(random: &mut Random) -> Value {
    match random.below(24) {
        0 => json!(null),
        1 => json!(true),
        2 => json!(-1),
        3 => json!(2_147_483_648_u64),
        4 => json!(9_223_372_036_854_775_807_i64),
        5 => serde_json::from_str("1e300").expect("a number"),
        6 => json!(0.5),
        7 => json!(""),
        8 => json!("\"; DROP TABLE library.book; --"),
        9 => json!("'); DROP SCHEMA library CASCADE; --"),
        10 => json!("x".repeat(100_000)),
        11 => json!("é".repeat(64)),
        12 => json!("\u{202e}\u{feff}\u{1}\\"),
        13 => deep(100),
        14 => json!({}),
        15 => json!([]),
        16 => json!(vec![json!({"a": 1}); 1000]),
        17 => json!({"$ref": "#/"}),
        18 => json!("pg_catalog.pg_authid"),
        19 => json!(1260),
        20 => json!("msar_catalog.stored_forms"),
        21 => {
            json!({"type": "equal", "args": [{"type": "column", "value": 1}, {"type": "literal", "value": 1}]})
        }
        22 => json!("library"),
        _ => json!("%s $1 {0} \\x00"),
    }
}

/// Changes some part of a document.
fn spoil(random: &mut Random, value: &mut Value) {
    if random.one_in(3) {
        *value = hostile(random);
        return;
    }
    match value {
        Value::Object(members) if !members.is_empty() => {
            let at = random.below(members.len());
            let key = members.keys().nth(at).expect("a key").clone();
            match random.below(5) {
                0 => {
                    members.remove(&key);
                }
                1 => {
                    let name = hostile(random).to_string();
                    members.insert(name, hostile(random));
                }
                _ => spoil(random, members.get_mut(&key).expect("a value")),
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let at = random.below(elements.len());
            spoil(random, &mut elements[at]);
        }
        other => *other = hostile(random),
    }
}

/// A request, most of them nearly right.
fn request(random: &mut Random, methods: &[(String, Value)]) -> Value {
    let (name, example) = random.pick(methods).clone();
    let mut request = json!({"jsonrpc": "2.0", "id": random.below(1000), "method": name, "params": example});
    for _ in 0..=random.below(2) {
        spoil(random, &mut request["params"]);
    }
    match random.below(12) {
        0 => request["id"] = hostile(random),
        1 => spoil(random, &mut request),
        _ => {}
    }
    request
}

/// Whether it is an answer of JSON-RPC to that request.
fn is_answer(request: &Value, answer: &Value) -> Result<bool, String> {
    let fail = |problem: &str| Err(format!("{problem}: {answer}"));
    let Some(members) = answer.as_object() else {
        return fail("no object");
    };
    if members.get("jsonrpc") != Some(&json!("2.0")) {
        return fail("no version");
    }
    let error = &answer["error"];
    if members.contains_key("result") != error.is_null() || members.len() != 3 {
        return fail("neither a result nor an error");
    }
    if !members.contains_key("id") || (answer["id"] != request["id"] && !answer["id"].is_null()) {
        return fail("not the id");
    }
    if error.is_null() {
        return Ok(true);
    }
    if !error["code"].is_i64() || error["message"].as_str().is_none_or(str::is_empty) {
        return fail("no error of JSON-RPC");
    }
    if error["data"]["sqlstate"] == "XX000" || error["code"] == -30107 {
        return fail("an internal error");
    }
    Ok(false)
}

/// What a failed call must leave as it is.
const TRACES: &str = "SELECT md5(string_agg(part::text, ' ')) FROM (
    SELECT count(*)::text || sum(hashtext(c.oid || c.relname || c.relnatts || c.relowner || COALESCE(c.relacl::text, ''))) AS part FROM pg_class AS c
    UNION ALL SELECT count(*)::text || sum(hashtext(a.attname || a.atttypid || a.attnotnull || a.attisdropped)) FROM pg_attribute AS a WHERE a.attrelid >= 16384
    UNION ALL SELECT count(*)::text || sum(hashtext(o.rolname)) FROM pg_roles AS o
    UNION ALL SELECT count(*)::text FROM pg_db_role_setting
    UNION ALL SELECT count(*)::text || COALESCE(sum(hashtext(n.nspname || n.nspowner || COALESCE(n.nspacl::text, ''))), 0) FROM pg_namespace AS n
    UNION ALL SELECT count(*)::text FROM pg_constraint
    UNION ALL SELECT count(*)::text FROM pg_description
    UNION ALL SELECT count(*)::text FROM pg_foreign_server
    UNION ALL SELECT count(*)::text FROM msar_catalog.explorations
    UNION ALL SELECT count(*)::text FROM msar_catalog.forms
    UNION ALL SELECT count(*)::text || COALESCE(sum(hashtext(m::text)), 0) FROM msar_catalog.column_metadata AS m
) AS t";

#[test]
fn every_request_is_answered_and_what_fails_leaves_no_trace() {
    let server = Server::create(&["shared_buffers = 64MB", "statement_timeout = 60s"]);
    let mut client = create_library(
        &server,
        "CREATE ROLE stranger LOGIN; CREATE ROLE owner LOGIN CREATEROLE",
    );
    run(
        &mut client,
        "GRANT ALL ON SCHEMA library TO owner; GRANT ALL ON ALL TABLES IN SCHEMA library TO owner; ALTER TABLE library.book OWNER TO owner",
    );
    let document = Rpc::new(client).discover();
    let methods: Vec<(String, Value)> = document["methods"]
        .as_array()
        .expect("methods")
        .iter()
        .map(|method| {
            let params = method["params"].as_array().expect("parameters");
            let example = example_params(method).unwrap_or_else(|| {
                let given = params.iter().map(|param| {
                    let name = param["name"].as_str().unwrap_or_default();
                    let value = match name {
                        "tab_id" | "tab" | "rel_id" => json!("library.book"),
                        "sch_id" => json!("library"),
                        _ => json!(1),
                    };
                    (name.to_owned(), value)
                });
                given.collect::<serde_json::Map<_, _>>().into()
            });
            (method["name"].as_str().expect("a name").to_owned(), example)
        })
        .collect();

    let rounds = variable("MATHESAR_EXT_TEST_ROUNDS", 1200);
    let seed = variable("MATHESAR_EXT_TEST_SEED", 20_261_129);
    let (mut succeeded, mut failed) = (0, 0);
    for (number, role) in ["postgres", "owner", "stranger"].into_iter().enumerate() {
        let mut random = Random::new(seed.wrapping_mul(2 * number as u64 + 1));
        let mut rpc = Rpc::new(connect(server.config().dbname("library").user(role)));
        run(&mut rpc.client, "SET client_min_messages = error");
        for round in 0..rounds {
            let request = request(&mut random, &methods);
            let shown: String = request.to_string().chars().take(1500).collect();
            let place = format!("seed {seed}, {role}, round {round}: {shown}");
            run(&mut rpc.client, "BEGIN");
            let before = text(&mut rpc.client, TRACES);
            // A call that cannot be read has no method, and one without "id" no answer.
            let answer = rpc.request(&request);
            if answer.is_null() {
                assert!(
                    request.get("id").is_none() || request.as_array().is_some(),
                    "{place}: no answer"
                );
            } else if let Some(answers) = answer.as_array() {
                for answer in answers {
                    is_answer(&json!({"id": answer["id"]}), answer)
                        .unwrap_or_else(|problem| panic!("{place}\n{problem}"));
                }
            } else {
                match is_answer(&request, &answer).unwrap_or_else(|problem| panic!("{place}\n{problem}")) {
                    true => succeeded += 1,
                    false => {
                        failed += 1;
                        assert_eq!(text(&mut rpc.client, TRACES), before, "{place}: {answer}");
                        // In a batch, the others stay.
                        if round % 10 == 0 {
                            in_a_batch(&mut rpc, &request, &place);
                        }
                    }
                }
            }
            run(&mut rpc.client, "ROLLBACK");
        }
    }
    assert!(
        succeeded > rounds / 10 && failed > rounds,
        "{succeeded} succeeded, {failed} failed"
    );

    // Text that is no JSON, or hardly any.
    let mut client = connect(server.config().dbname("library").user("stranger"));
    let mut random = Random::new(seed);
    let whole =
        r#"{"jsonrpc": "2.0", "id": 1, "method": "msar.list_schemas", "params": {"a": [1, "b", null]}}"#;
    for round in 0..300 {
        let mut bytes: Vec<u8> = whole.bytes().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            bytes[at] = b"{}[]\",:0a \\\x01"[random.below(12)];
        }
        bytes.truncate(bytes.len() - random.below(20));
        check_text(&mut client, &String::from_utf8_lossy(&bytes), round);
    }
    for levels in [1000, 20_000, 1_000_000] {
        check_text(&mut client, &"[".repeat(levels), levels);
        check_text(
            &mut client,
            &format!("{}1{}", "[".repeat(levels), "]".repeat(levels)),
            levels,
        );
    }
    check_text(&mut client, &format!("[{}1]", "1,".repeat(100_000)), 0);
}

fn check_text(client: &mut postgres::Client, request: &str, round: usize) {
    let row = client
        .query_one("SELECT msar.rpc_text($1)", &[&request])
        .unwrap_or_else(|error| {
            panic!(
                "{round}: {}: {error:?}",
                request.chars().take(300).collect::<String>()
            )
        });
    let answer: Option<String> = row.get(0);
    let answer: Value =
        serde_json::from_str(&answer.unwrap_or_else(|| "[]".into())).expect("an answer is JSON");
    let all = answer.as_array().cloned().unwrap_or_else(|| vec![answer]);
    for answer in all {
        is_answer(&json!({"id": answer["id"]}), &answer)
            .unwrap_or_else(|problem| panic!("{request}\n{problem}"));
    }
}

/// Two elements that write stand around the failing one.
fn in_a_batch(rpc: &mut Rpc, failing: &Value, place: &str) {
    let note = |id: i32| {
        json!({"jsonrpc": "2.0", "id": id, "method": "msar.add_data_file",
            "params": {"name": "a.csv", "content": "\\x61", "options": {}}})
    };
    let files = "SELECT count(*)::text FROM msar_catalog.data_files";
    let before: i64 = text(&mut rpc.client, files).parse().expect("a number");
    let traces = text(&mut rpc.client, TRACES);
    let answer = rpc.request(&json!([note(1), failing, note(2)]));
    let answers = answer.as_array().expect("answers");
    assert!(answers[0].get("result").is_some(), "{place}: {answer}");
    assert!(
        answers.last().is_some_and(|last| last.get("result").is_some()),
        "{place}: {answer}"
    );
    let after: i64 = text(&mut rpc.client, files).parse().expect("a number");
    assert_eq!(after, before + 2, "{place}: {answer}");
    assert_eq!(text(&mut rpc.client, TRACES), traces, "{place}: {answer}");
}
