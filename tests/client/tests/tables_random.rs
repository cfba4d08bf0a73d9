//! Definitions at random: what is right comes out as it went in; what is wrong is an error of the caller's, never one
//! of ours, and leaves everything as it was.
//!
//! The numbers are the same in every run. A failure names the document that it is about.

use mathesar_ext_client_tests::{Database, random, run, text};
use postgres::Client;
use serde_json::{Map, Value, json};

/// Random commands.
struct Random(random::Random);

impl Random {
    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    /// True once in `times` calls.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A name, hostile more often than not.
    fn name(&mut self) -> String {
        const PARTS: [&str; 22] = [
            "a", "B", "id", "select", "table", "\"", "'", ".", "$1", "$$", ";", "%s", "%", "\\", "--", "/*",
            "😀", "é", " ", "\t", "0", ")",
        ];
        let mut name = String::new();
        for _ in 0..=self.below(4) {
            name.push_str(PARTS[self.below(PARTS.len())]);
        }
        if self.once_in(12) {
            name.push_str(&"x".repeat(63 - name.len()));
        }
        name
    }
}

/// A type with the name that PostgreSQL gives it, a value, and the same as documents show it.
type TypeCase = (Value, &'static str, Value, Value);

fn type_cases() -> Vec<TypeCase> {
    vec![
        (json!("text"), "text", json!("it's \\ 1"), json!("it's \\ 1")),
        (
            json!({"name": "numeric", "options": {"precision": 8, "scale": 2}}),
            "numeric(8,2)",
            json!(-12.5),
            json!(-12.5),
        ),
        (
            json!({"name": "numeric(5,-1)"}),
            "numeric(5,-1)",
            Value::Null,
            Value::Null,
        ),
        (
            json!({"schema": "pg_catalog", "name": "int4"}),
            "integer",
            json!(7),
            json!(7),
        ),
        (
            json!({"id": 20}),
            "bigint",
            json!("9007199254740993"),
            json!(9_007_199_254_740_993_i64),
        ),
        (
            json!({"id": 1043, "modifier": 13}),
            "character varying(9)",
            json!("ab"),
            json!("ab"),
        ),
        (
            json!({"name": "varchar", "options": {"length": 5, "array": true}}),
            "character varying(5)[]",
            json!(["a", null, "\""]),
            json!(["a", null, "\""]),
        ),
        (json!("boolean"), "boolean", json!(true), json!(true)),
        (json!("date"), "date", json!("2024-02-29"), json!("2024-02-29 AD")),
        (
            json!({"name": "timestamptz", "options": {"precision": 3}}),
            "timestamp(3) with time zone",
            Value::Null,
            Value::Null,
        ),
        (
            json!({"name": "interval", "options": {"fields": "DAY TO SECOND", "precision": 2}}),
            "interval day to second(2)",
            json!("P3D"),
            json!("P0Y0M3DT0H0M0S"),
        ),
        (
            json!({"name": "bit", "options": {"length": 3}}),
            "bit(3)",
            json!("101"),
            json!("101"),
        ),
        (json!("app.mood"), "app.mood", json!("happy"), json!("happy")),
        (
            json!({"schema": "app", "name": "Odd \"type\""}),
            "app.\"Odd \"\"type\"\"\"",
            json!(5),
            json!(5),
        ),
        (
            json!("integer[]"),
            "integer[]",
            json!([[1, 2], [3, 4]]),
            json!([[1, 2], [3, 4]]),
        ),
        (
            json!("mathesar_types.email"),
            "mathesar_types.email",
            json!("a@b.example"),
            json!("a@b.example"),
        ),
        (
            json!("uuid"),
            "uuid",
            json!("00000000-0000-0000-0000-00000000000a"),
            json!("00000000-0000-0000-0000-00000000000a"),
        ),
        (
            json!("jsonb"),
            "jsonb",
            json!({"a": [1, "x"]}),
            json!("{\"a\": [1, \"x\"]}"),
        ),
    ]
}

/// What a column is to be described as.
struct Column {
    name: String,
    type_full: &'static str,
    nullable: bool,
    default: Value,
    description: Value,
}

/// Columns, as a caller defines them and as they are described then.
fn columns(random: &mut Random, cases: &[TypeCase]) -> (Vec<Value>, Vec<Column>) {
    let mut taken = vec!["id".to_owned()];
    let (mut definitions, mut columns) = (Vec::new(), Vec::new());
    for _ in 0..=random.below(6) {
        let name = random.name();
        if taken.contains(&name) || ["ctid", "xmin"].contains(&name.as_str()) {
            continue;
        }
        taken.push(name.clone());
        let (type_, type_full, value, shown) = random.of(cases).clone();
        let mut definition = json!({"name": name, "type": type_});
        let mut column = Column {
            name,
            type_full,
            nullable: true,
            default: Value::Null,
            description: Value::Null,
        };
        if random.once_in(2) && !value.is_null() {
            definition["default"] = value;
            column.default = json!({"value": shown, "is_dynamic": false});
        }
        if random.once_in(3) {
            definition["not_null"] = json!(true);
            column.nullable = false;
        }
        if random.once_in(3) {
            let description = random.name();
            definition["description"] = json!(description);
            column.description = json!(description);
        }
        definitions.push(definition);
        columns.push(column);
    }
    (definitions, columns)
}

fn database() -> (Database, Client) {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        r#"CREATE SCHEMA app;
           CREATE TYPE app.mood AS ENUM ('sad', 'happy');
           CREATE DOMAIN app."Odd ""type""" AS integer CHECK (VALUE > 0);"#,
    );
    (database, client)
}

fn value(client: &mut Client, query: &str, arguments: &[&(dyn postgres::types::ToSql + Sync)]) -> Value {
    client
        .query_one(query, arguments)
        .unwrap_or_else(|error| panic!("{query} {arguments:?}\n{:?}", error.as_db_error()))
        .get(0)
}

/// Checks that a table's columns behind the first are described as expected.
fn check(client: &mut Client, table: u32, expected: &[Column], of: &str) {
    let details = value(
        client,
        "SELECT msar.get_table_details($1::oid::regclass)::jsonb",
        &[&table],
    );
    let described = details["columns"].as_array().expect("columns");
    assert_eq!(described.len(), expected.len() + 1, "{of}");
    for (described, column) in described[1..].iter().zip(expected) {
        assert_eq!(described["name"], column.name, "{of}");
        assert_eq!(described["type_full"], column.type_full, "{of}");
        assert_eq!(described["nullable"], column.nullable, "{of}");
        assert_eq!(described["default"], column.default, "{of}");
        assert_eq!(described["description"], column.description, "{of}");
    }
}

/// Checks that a table can be created again by its definition, in another schema.
fn check_copy(client: &mut Client, table: u32, of: &str) {
    let definition = value(
        client,
        "SELECT msar.get_table_definition($1::oid::regclass)",
        &[&table],
    );
    let mut in_copy = definition.clone();
    in_copy["schema"] = json!("copy");
    let steps = json!([{"create_schema": {"name": "copy"}}, {"create_table": in_copy}]);
    let applied = value(client, "SELECT msar.apply_definitions($1)", &[&steps]);
    let copy = applied["steps"][1]["oid"]
        .as_u64()
        .and_then(|oid| u32::try_from(oid).ok());
    let again = value(
        client,
        "SELECT msar.get_table_definition($1::oid::regclass)",
        &[&copy.expect("an OID")],
    );
    assert_eq!(again, in_copy, "{of}");
    let steps = json!([
        {"drop_table": {"table": {"schema": "copy", "name": definition["name"]}}},
        {"drop_schemas": {"schemas": ["copy"]}}
    ]);
    value(client, "SELECT msar.apply_definitions($1)", &[&steps]);
}

#[test]
fn what_is_defined_is_described() {
    let (_database, mut client) = database();
    let mut random = Random(random::Random::new(1));
    let cases = type_cases();
    let schema: u32 = client
        .query_one("SELECT 'app'::regnamespace::oid", &[])
        .expect("a schema")
        .get(0);
    for _ in 0..150 {
        let (name, comment) = (random.name(), random.name());
        let (definitions, expected) = columns(&mut random, &cases);
        let definitions = Value::Array(definitions);
        // A key's name is that of its index, which must not be the table's.
        let constraint = if name.len() < 63 {
            format!("{name}u")
        } else {
            "u".into()
        };
        let constraints = match expected.first() {
            Some(first) if random.once_in(2) && first.type_full != "interval day to second(2)" => {
                json!([{"type": "u", "name": constraint, "columns": [first.name]}])
            }
            _ => json!([]),
        };
        let of = format!("{name}: {definitions} {constraints}");
        let mut transaction = client.transaction().expect("a transaction");
        let made: Value = transaction
            .query_one(
                "SELECT msar.add_mathesar_table($1, $2, NULL, $3, $4, NULL, $5)",
                &[&schema, &name, &definitions, &constraints, &comment],
            )
            .unwrap_or_else(|error| panic!("{of}\n{error:?}"))
            .get(0);
        transaction.commit().expect("a commit");
        assert_eq!(made["name"], name, "{of}");
        assert_eq!(made["renamed_columns"], json!({}), "{of}");
        let table = made["oid"]
            .as_u64()
            .and_then(|oid| u32::try_from(oid).ok())
            .expect("an OID");
        check(&mut client, table, &expected, &of);
        let comment_there = value(
            &mut client,
            "SELECT to_jsonb(obj_description($1::oid, 'pg_class'))",
            &[&table],
        );
        assert_eq!(comment_there, json!(comment), "{of}");
        check_copy(&mut client, table, &of);
        // Made of the same columns one by one, a table is the same.
        client.execute("SELECT msar.drop_columns($1, VARIADIC array_agg(attnum)) FROM pg_attribute WHERE attrelid = $1 AND attnum > 1 AND NOT attisdropped HAVING count(*) > 0", &[&table]).expect("no columns");
        for definition in definitions.as_array().expect("an array") {
            client
                .execute(
                    "SELECT msar.add_columns($1, jsonb_build_array($2::jsonb))",
                    &[&table, definition],
                )
                .unwrap_or_else(|error| panic!("{definition}\n{error:?}"));
        }
        check(&mut client, table, &expected, &of);
        client
            .execute("SELECT msar.drop_table($1, false)", &[&table])
            .expect("a table to drop");
    }
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*)::text FROM pg_class WHERE relnamespace = 'app'::regnamespace"
        ),
        "0"
    );
}

/// Any JSON.
fn any(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth > 4 { 8 } else { 10 }) {
        0 => Value::Null,
        1 => json!(random.once_in(2)),
        2 => json!(random.0.number() as i64),
        3 => json!(random.below(5)),
        4 => json!(random.0.number() as f64 / 3e15),
        5 => json!(random.name()),
        6 => json!(random.of(&[
            "",
            "a",
            "p",
            "u",
            "f",
            "c",
            "x",
            "IDENTITY",
            "always",
            "text",
            "1 + 1",
            "a, b",
            "pg_catalog",
            "app"
        ])),
        7 => json!("x".repeat(random.below(200))),
        8 => (0..random.below(4)).map(|_| any(random, depth + 1)).collect(),
        _ => Value::Object(
            (0..random.below(4))
                .map(|_| (key(random), any(random, depth + 1)))
                .collect(),
        ),
    }
}

fn key(random: &mut Random) -> String {
    const KEYS: [&str; 46] = [
        "serial",
        "changes",
        "table",
        "bounds",
        "create_table",
        "direct",
        "name",
        "type",
        "options",
        "schema",
        "id",
        "modifier",
        "array",
        "length",
        "precision",
        "scale",
        "fields",
        "not_null",
        "default",
        "default_expression",
        "identity",
        "generated",
        "collation",
        "description",
        "metadata",
        "columns",
        "fkey_relation_id",
        "fkey_relation",
        "fkey_columns",
        "fkey_delete_action",
        "expression",
        "elements",
        "predicate",
        "deferrable",
        "attnum",
        "column",
        "delete",
        "cast_options",
        "generation",
        "start",
        "kind",
        "column_name",
        "referent_table_oid",
        "operator",
        "not_valid",
        "include",
    ];
    if random.once_in(8) {
        random.name()
    } else {
        (*random.of(&KEYS)).to_owned()
    }
}

/// The same with something changed somewhere.
fn damaged(random: &mut Random, value: &Value) -> Value {
    match value {
        Value::Array(elements) if !elements.is_empty() && !random.once_in(6) => {
            let mut elements = elements.clone();
            let at = random.below(elements.len());
            if random.once_in(6) {
                elements.push(any(random, 2));
            } else {
                elements[at] = damaged(random, &elements[at]);
            }
            Value::Array(elements)
        }
        Value::Object(fields) if !fields.is_empty() && !random.once_in(6) => {
            let mut fields: Map<String, Value> = fields.clone();
            let keys: Vec<String> = fields.keys().cloned().collect();
            let chosen = random.of(&keys).clone();
            match random.below(4) {
                0 => drop(fields.remove(&chosen)),
                1 => drop(fields.insert(key(random), any(random, 2))),
                _ => {
                    let changed = damaged(random, &fields[&chosen]);
                    fields.insert(chosen, changed);
                }
            }
            Value::Object(fields)
        }
        _ => any(random, 1),
    }
}

/// Calls with a document each, `$1`, and a document that is right.
fn calls() -> Vec<(&'static str, Value)> {
    let columns = json!([
        {"name": "n", "type": {"name": "numeric", "options": {"precision": 8, "scale": 2}}, "not_null": false, "default": 1, "description": "x"},
        {"name": "m", "type": {"schema": "app", "name": "mood"}, "default": "sad", "metadata": {"display_width": 5}},
        {"type": {"id": 1043, "modifier": 9}, "collation": {"schema": "pg_catalog", "name": "C"}},
        {"name": "g", "type": "integer", "generated": {"expression": "a * 2"}},
        {"name": "i", "type": "integer", "identity": {"generation": "always", "start": 5}},
        {"name": "l", "type": "text[]", "default": ["a", null]}
    ]);
    let constraints = json!([
        {"type": "u", "columns": ["a", 3], "name": "once", "deferrable": true, "description": "x"},
        {"type": "f", "columns": ["a"], "fkey_relation": {"schema": "app", "name": "other"}, "fkey_columns": ["id"], "fkey_delete_action": "c", "not_valid": true},
        {"type": "c", "expression": "a > 0", "name": "positive"},
        {"type": "x", "method": "btree", "elements": [{"column": "a", "operator": {"schema": "pg_catalog", "name": "="}}], "predicate": "a > 5"}
    ]);
    let changes = json!([
        {"attnum": 2, "type": {"name": "text"}, "cast_options": {"group_sep": ","}, "default": "1", "description": null},
        {"column": "b", "name": "c", "not_null": true, "metadata": {"display_width": 5}},
        {"attnum": 4, "delete": true}, {"attnum": 1, "identity": {"generation": "always"}, "generated": null}
    ]);
    let steps = json!([
        {"create_schema": {"name": "new", "description": "x", "owner": null}},
        {"create_table": {"schema": "new", "name": "t", "columns": [{"name": "a", "type": "integer", "serial": {"name": "s", "cache": 5}}, {"name": "b"}],
            "constraints": [{"type": "p", "columns": ["a"]}, {"type": "f", "columns": ["a"], "fkey_relation": {"schema": "new", "name": "p"}}],
            "metadata": {"preview_template": ["x", ["b"], ["a", {"schema": "new", "name": "p", "column": "d"}]], "column_order": ["b"]}}},
        {"create_table": {"schema": "new", "name": "p", "columns": [{"name": "a", "type": "integer"}, {"name": "d", "type": "date"}], "constraints": [{"type": "p", "columns": ["a"]}],
            "partition_by": {"strategy": "range", "key": [{"column": "a"}]}, "partitions": [{"name": "p1", "bounds": {"from": [{"bound": "minvalue"}], "to": [5]}}]}},
        {"alter_table": {"table": {"schema": "app", "name": "here"}, "changes": {"name": "there", "columns": changes}}},
        {"add_columns": {"table": {"schema": "new", "name": "t"}, "columns": columns}},
        {"add_constraints": {"table": {"schema": "app", "name": "other"}, "constraints": [{"type": "c", "name": "c", "expression": "id > 0"}]}},
        {"drop_constraint": {"table": {"schema": "app", "name": "other"}, "constraint": "c"}},
        {"drop_columns": {"table": {"schema": "new", "name": "t"}, "columns": ["b"]}},
        {"drop_table": {"table": {"schema": "new", "name": "t"}, "cascade": true}},
        {"alter_schema": {"schema": "new", "changes": {"name": "newer", "description": null}}},
        {"drop_schemas": {"schemas": ["newer"]}}
    ]);
    let privileges = json!([{"role_oid": 10, "direct": ["SELECT", "UPDATE"]}]);
    vec![
        ("SELECT msar.apply_definitions($1)", steps.clone()),
        ("SELECT msar.apply_definitions($1, true)", steps),
        (
            "SELECT msar.patch_schema('app'::regnamespace, $1)",
            json!({"name": "\"", "description": "x"}),
        ),
        (
            "SELECT msar.replace_table_privileges_for_roles('app.here'::regclass, $1)",
            privileges,
        ),
        (
            "SELECT msar.replace_schema_privileges_for_roles('app'::regnamespace, $1)",
            json!([{"role_oid": 10, "direct": ["USAGE"]}]),
        ),
        (
            "SELECT msar.replace_database_privileges_for_roles($1)",
            json!([{"role_oid": 10, "direct": ["CONNECT", "TEMPORARY"]}]),
        ),
        (
            "SELECT msar.add_mathesar_table('app'::regnamespace, NULL, NULL, $1, NULL, NULL, NULL)",
            json!([{"name": "a", "type": "integer"}, {"name": "g", "type": "integer", "generated": {"expression": "a", "kind": "stored"}}]),
        ),
        (
            "SELECT msar.add_mathesar_table('app'::regnamespace, 'x', $1, NULL, NULL, NULL, NULL)",
            json!({"name": "k", "type": "UUIDv4"}),
        ),
        (
            "SELECT msar.add_mathesar_table('app'::regnamespace, 'x', NULL, '[{\"name\": \"a\", \"type\": \"int\"}, {}]', $1, NULL, NULL)",
            constraints.clone(),
        ),
        (
            "SELECT msar.add_columns('app.here'::regclass, $1)",
            columns.clone(),
        ),
        (
            "SELECT msar.add_columns('app.here'::regclass, $1, true)",
            json!([{"name": "r", "type": "integer", "default": "1 + 1"}]),
        ),
        (
            "SELECT msar.add_constraints('app.here'::regclass, $1)",
            constraints.clone(),
        ),
        (
            "SELECT msar.alter_columns('app.here'::regclass, $1)",
            changes.clone(),
        ),
        (
            "SELECT msar.alter_table('app.here'::regclass, $1)",
            json!({"name": "there", "description": "x", "columns": changes, "schema": "app"}),
        ),
        (
            "SELECT msar.add_mapping_table('app'::regnamespace, 'map', jsonb_set($1, '{0,referent_table_oid}', to_jsonb('app.other'::regclass::oid::bigint), false))",
            json!([{"column_name": "a", "referent_table_oid": 1}]),
        ),
        ("SELECT count(*) FROM __msar.col_defs(NULL, $1)", columns),
        (
            "SELECT count(*) FROM __msar.con_defs('app.here'::regclass, $1)",
            constraints,
        ),
        (
            "SELECT __msar.type_in_full($1)",
            json!({"name": "interval", "options": {"fields": "day to second", "precision": 3}}),
        ),
        (
            "SELECT __msar.cast_expression('x', 'text', 'numeric', $1)",
            json!({"group_sep": ",", "decimal_p": "."}),
        ),
        (
            "SELECT msar.get_preview('app.here'::regclass, $1, 1)",
            json!([{"attnum": 2, "type": {"name": "text"}, "cast_options": {"group_sep": ","}}]),
        ),
    ]
}

/// The state that an error must not change, as far as a failed statement could.
const CATALOGS: &str = "SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
    SELECT (c.oid, relname, relkind, relowner, relnatts, relchecks, relfilenode)::text FROM pg_class AS c WHERE relnamespace = 'app'::regnamespace
    UNION ALL SELECT a::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid AND relnamespace = 'app'::regnamespace
    UNION ALL SELECT c::text FROM pg_constraint AS c WHERE connamespace = 'app'::regnamespace
    UNION ALL SELECT m::text FROM msar_catalog.column_metadata AS m) AS v(x)";

#[test]
fn what_is_wrong_is_an_error_of_the_callers() {
    let (_database, mut client) = database();
    run(
        &mut client,
        "CREATE TABLE app.here (id integer GENERATED BY DEFAULT AS IDENTITY, a integer, b text, d date);
         CREATE TABLE app.other (id integer PRIMARY KEY);
         CREATE VIEW app.on_here AS SELECT a FROM app.here;
         INSERT INTO app.here (a, b) VALUES (1, 'x');",
    );
    let before = text(&mut client, CATALOGS);
    let mut random = Random(random::Random::new(2));
    let (mut right, mut wrong) = (0, 0);
    for (call, document) in calls() {
        let mut documents = vec![
            Value::Null,
            json!({}),
            json!([]),
            json!("x"),
            json!([[[[]]]]),
            nested(60),
            json!([{"name": "x".repeat(1_000_000)}]),
            Value::Array(vec![json!({}); 5_000]),
        ];
        documents.extend((0..60).map(|_| any(&mut random, 0)));
        documents.extend((0..250).map(|_| damaged(&mut random, &document)));
        for document in documents {
            let mut transaction = client.transaction().expect("a transaction");
            match transaction.query(call, &[&document]) {
                Ok(_) => right += 1,
                Err(error) => {
                    wrong += 1;
                    let shown: String = document.to_string().chars().take(500).collect();
                    let error = error
                        .as_db_error()
                        .unwrap_or_else(|| panic!("{call} {shown}: {error}"));
                    let class = &error.code().code()[..2];
                    // 0A: nothing that a table could be altered by; 23: its rows; 3F: no such schema; 54: too many
                    // columns; 55: not in a state for it; P0: a cast.
                    let is_callers = ["22", "42", "2B", "0A", "23", "3F", "54", "55", "P0"].contains(&class);
                    assert!(is_callers, "{call} {shown}\n{error:?}");
                }
            }
            transaction.rollback().expect("a connection");
        }
        assert_eq!(text(&mut client, CATALOGS), before, "{call}");
    }
    // Neither is a matter of course.
    assert!(right > 300 && wrong > 1500, "{right} right, {wrong} wrong");
}

/// Arrays and objects in one another.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("text"), |inner, at| {
        if at % 2 == 0 {
            json!([inner])
        } else {
            json!({"partitions": inner})
        }
    })
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let (_database, mut client) = database();
    run(&mut client, "CREATE TABLE app.here (id integer)");
    for depth in [200, 5_000] {
        let document = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let error = client
            .execute(
                "SELECT msar.add_columns('app.here'::regclass, $1::text::jsonb)",
                &[&document],
            )
            .expect_err("an error");
        let state = error.as_db_error().map(|error| error.code().code().to_owned());
        assert!(matches!(state.as_deref(), Some("22023" | "54001")), "{state:?}");
    }
}
