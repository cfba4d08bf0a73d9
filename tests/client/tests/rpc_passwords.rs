//! Where passwords go: into PostgreSQL's catalog as SCRAM verifiers, and nowhere else but where PostgreSQL itself shows the
//! statement of the client. docs/rpc.md says the same.

use mathesar_ext_client_tests::rpc::Rpc;
use mathesar_ext_client_tests::{Server, connect, run, text};
use serde_json::{Value, json};
use std::fs;

const QUIET: &[&str] = &[
    "shared_preload_libraries = 'pg_stat_statements'",
    "pg_stat_statements.track = all",
    "pg_stat_statements.track_utility = on",
    "log_statement = all",
    "log_min_duration_statement = 0",
    "log_min_error_statement = error",
    "log_min_messages = debug1",
    "log_error_verbosity = verbose",
    "log_parameter_max_length = 0",
    "log_parameter_max_length_on_error = 0",
    "password_encryption = scram-sha-256",
];

/// The calls that take a password; those that fail come to log lines of their own.
fn calls(word: &str) -> Vec<(&'static str, Value)> {
    let user = |name: &str| json!({"user_def": {"username": name, "password": word, "is_superuser": false}});
    vec![
        ("users.add", user("ada")),
        ("users.add", user("ada")),
        (
            "users.add",
            json!({"user_def": {"username": "eve", "password": word, "is_superuser": "perhaps"}}),
        ),
        (
            "users.password.revoke",
            json!({"user_id": "ada", "new_password": word}),
        ),
        (
            "users.password.revoke",
            json!({"user_id": "nobody", "new_password": word}),
        ),
        (
            "users.password.replace_own",
            json!({"old_password": word, "new_password": word}),
        ),
        (
            "roles.add",
            json!({"database_id": 0, "rolename": "bob", "password": word, "login": true}),
        ),
        (
            "roles.add",
            json!({"database_id": 0, "rolename": "bob", "password": word, "login": true}),
        ),
        (
            "databases.setup.connect_existing",
            json!({"host": "a.example", "database": "d", "role": "r", "password": word}),
        ),
        (
            "roles.configured.add",
            json!({"server_id": 1, "name": "r", "password": word}),
        ),
        (
            "roles.configured.add",
            json!({"server_id": 0, "name": "ada", "password": word}),
        ),
        (
            "roles.configured.set_password",
            json!({"configured_role_id": "ada", "password": word}),
        ),
        (
            "roles.configured.set_password",
            json!({"configured_role_id": "nobody", "password": word}),
        ),
        (
            "msar.add_user",
            json!({"user_def": {"username": "joe", "password": word, "is_superuser": false}}),
        ),
        (
            "msar.set_user_password",
            json!({"user_id": "joe", "new_password": word}),
        ),
        (
            "msar.create_role",
            json!({"rolename": "jim", "password_": word, "login_": true}),
        ),
        ("msar.nothing", json!({"password": word})),
    ]
}

/// What a search for a word finds: in the log, in the statements of sessions, in the statistics of statements.
fn found(server: &Server, word: &str) -> [bool; 3] {
    // In a session of its own, of which nothing is logged but the statement.
    let mut others = connect(server.config().dbname("app"));
    let activity = text(
        &mut others,
        &format!(
            "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%{word}%' AND pid <> pg_backend_pid()"
        ),
    );
    let statements = text(
        &mut others,
        &format!(
            "SELECT count(*)::text FROM pg_stat_statements WHERE query LIKE '%' || '{}' || '{}' || '%'",
            &word[..5],
            &word[5..]
        ),
    );
    // Without the search itself.
    let log = fs::read_to_string(server.folder().join("log")).expect("a log");
    let lines = log
        .lines()
        .filter(|line| line.contains(word) && !line.contains("pg_stat_activity WHERE query LIKE"));
    let lines: Vec<&str> = lines.collect();
    // A failed test shows where it was found.
    lines.iter().for_each(|line| println!("{line}"));
    [!lines.is_empty(), activity != "0", statements != "0"]
}

#[test]
fn passwords_are_in_no_log_and_no_statement() {
    let server = Server::create(QUIET);
    run(&mut connect(&server.config()), "CREATE DATABASE app");
    let mut rpc = Rpc::new(connect(server.config().dbname("app")));
    run(
        &mut rpc.client,
        "CREATE EXTENSION mathesar_ext; CREATE EXTENSION pg_stat_statements",
    );

    // As a parameter, whatever happens.
    let word = "hunter2Parameter";
    let mut succeeded = 0;
    for (method, mut params) in calls(word) {
        if params.get("database_id").is_some() {
            params["database_id"] = json!(rpc.database());
        }
        let answer = rpc.call(method, &params);
        assert!(!answer.to_string().contains(word), "{method}: {answer}");
        succeeded += usize::from(answer.get("result").is_some());
        assert_eq!(found(&server, word), [false; 3], "{method}: {answer}");
    }
    assert!(succeeded >= 8, "{succeeded}");
    // It is kept as a verifier, and where a user mapping has it.
    assert_eq!(
        text(
            &mut rpc.client,
            "SELECT bool_and(rolpassword ~ '^SCRAM-SHA-256')::text FROM pg_authid WHERE rolname IN ('ada', 'bob', 'joe', 'jim')"
        ),
        "true"
    );
    let tables = text(
        &mut rpc.client,
        "SELECT string_agg(oid::regclass::text, ' ') FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace <> 'information_schema'::regnamespace",
    );
    let holders: Vec<&str> = tables
        .split(' ')
        .filter(|table| {
            let count = text(
                &mut rpc.client,
                &format!("SELECT count(*)::text FROM {table} AS t WHERE t::text LIKE '%{word}%'"),
            );
            count != "0"
        })
        .collect();
    assert_eq!(holders, ["pg_user_mapping"]);

    // In a literal, PostgreSQL shows the client's statement, as it shows every statement; statistics have it without
    // constants.
    let word = "hunter2Literal";
    run(
        &mut rpc.client,
        &format!(
            r#"SELECT msar.rpc('{{"jsonrpc": "2.0", "id": 1, "method": "users.password.revoke", "params": ["ada", "{word}"]}}')"#
        ),
    );
    assert_eq!(found(&server, word), [true, true, false]);

    // So it shows parameters where it is told to log them.
    run(&mut rpc.client, "SET log_parameter_max_length = -1");
    let word = "hunter2Logged";
    rpc.call("users.password.revoke", &json!(["ada", word]));
    assert_eq!(found(&server, word), [true, false, false]);

    // auto_explain logs the parameters of nested statements, too, unless it is told not to.
    run(
        &mut rpc.client,
        "LOAD 'auto_explain'; SET log_parameter_max_length = 0; SET auto_explain.log_min_duration = 0;
         SET auto_explain.log_nested_statements = on",
    );
    let has_setting = text(
        &mut rpc.client,
        "SELECT count(*)::text FROM pg_settings WHERE name = 'auto_explain.log_parameter_max_length'",
    );
    if has_setting == "1" {
        run(&mut rpc.client, "SET auto_explain.log_parameter_max_length = 0");
    }
    let word = "hunter2Explained";
    rpc.call("users.password.revoke", &json!(["ada", word]));
    assert_eq!(found(&server, word), [false; 3]);
}
