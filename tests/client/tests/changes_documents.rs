//! Options and results of the change log are what their JSON Schema says.

use mathesar_ext_client_tests::{Database, run};
use postgres::Client;
use serde_json::{Value, json};

fn value(client: &mut Client, query: &str) -> Value {
    client.query_one(query, &[]).unwrap().get(0)
}

fn validator(schema: &Value, name: &str) -> jsonschema::Validator {
    let mut part = schema.clone();
    part["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::validator_for(&part).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn changes_are_what_the_schema_says() {
    let database = Database::from_template("library");
    let mut client = database.connect_as_superuser();
    let schema = value(&mut client, "SELECT msar.list_changes_schema()");
    let (options_schema, result_schema, undone_schema) = (
        validator(&schema, "options"),
        validator(&schema, "result"),
        validator(&schema, "undone"),
    );
    let token = value(&mut client, "SELECT to_jsonb(msar.get_change_token())");
    run(
        &mut client,
        "CREATE SCHEMA app; CREATE TABLE app.t (id serial PRIMARY KEY, a text UNIQUE);
         ALTER TABLE app.t RENAME a TO b; ALTER TABLE app.t SET SCHEMA library; ALTER TABLE library.t OWNER TO pg_monitor;
         COMMENT ON COLUMN library.t.b IS 'b'; GRANT SELECT ON library.t TO PUBLIC; CREATE VIEW app.v AS SELECT * FROM library.t;
         CREATE MATERIALIZED VIEW app.m AS SELECT * FROM library.t; CREATE TYPE app.mood AS ENUM ('a'); ALTER TYPE app.mood ADD VALUE 'b';
         CREATE FUNCTION app.f() RETURNS integer RETURN 1; CREATE POLICY p ON library.t; CREATE INDEX ON library.t (b);
         SELECT msar.set_column_metadata('library.t', '[{\"attnum\": 2, \"display_width\": 3}]'); DROP VIEW app.v",
    );
    let schema_oid = value(&mut client, "SELECT to_jsonb('app'::regnamespace::oid::bigint)");
    let all = [
        json!({}),
        json!({"schemas": null, "relations": null, "kinds": null, "actions": null, "limit": null}),
        json!({"schemas": [schema_oid], "actions": ["created", "dropped"]}),
        json!({"kinds": ["column", "metadata"], "limit": 2}),
        json!({"limit": 0}),
    ];
    for options in all {
        assert!(options_schema.is_valid(&options), "{options}");
        for token in [&Value::Null, &token] {
            let row = client
                .query_one("SELECT msar.list_changes($1, $2)", &[&token.as_str(), &options])
                .unwrap();
            let result: Value = row.get(0);
            let errors: Vec<String> = result_schema
                .iter_errors(&result)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{options}: {errors:?}");
            if options == json!({}) {
                assert!(result["changes"].as_array().unwrap().len() > 10);
            }
        }
    }
    // What the schema refuses, the function refuses.
    for options in [
        json!({"kind": []}),
        json!({"limit": -1}),
        json!({"schemas": ["app"]}),
        json!({"actions": 1}),
        json!({"actions": ["made"]}),
        json!({"kinds": ["tables"]}),
    ] {
        assert!(!options_schema.is_valid(&options), "{options}");
        let error = client
            .query_one("SELECT msar.list_changes(NULL, $1)", &[&options])
            .unwrap_err();
        assert_eq!(error.code().unwrap().code(), "22023", "{options}");
    }
    let row = client
        .query_one(
            "SELECT msar.undo_changes(msar.list_changes($1)->'changes', true)",
            &[&token.as_str()],
        )
        .unwrap();
    let undone: Value = row.get(0);
    let errors: Vec<String> = undone_schema
        .iter_errors(&undone)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}
