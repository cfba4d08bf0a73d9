//! Whoever may create a schema can plant code: in casts of their own types, in operators for them, in aggregates, in checks of
//! domains. This asks for everything that can be asked of columns of such types, as a superuser, and hears whether any of
//! that code runs.
//!
//! What the plain statement would run as well is no fault: the check of a domain where a value of it is written.

use mathesar_ext_client_tests::{Database, run, text};
use postgres::Client;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What the planted types can be converted to and from.
const BUILT_IN: [&str; 16] = [
    "text",
    "varchar",
    "name",
    "json",
    "jsonb",
    "integer",
    "bigint",
    "numeric",
    "float8",
    "boolean",
    "date",
    "timestamp",
    "timestamptz",
    "time",
    "interval",
    "bytea",
];
const OPERATORS: [&str; 14] = [
    "=", "<>", "<", "<=", ">", ">=", "||", "~~", "~~*", "~", "@>", "->", "->>", "+",
];
const AGGREGATES: [&str; 6] = ["min", "max", "sum", "avg", "array_agg", "jsonb_agg"];

/// The functions of a value, of a value and another one, in filters and in explorations.
const OF_ONE: [&str; 34] = [
    "null",
    "not_null",
    "json_array_length",
    "convert_to_json",
    "truncate_to_year",
    "truncate_to_month",
    "truncate_to_day",
    "uri_scheme",
    "uri_authority",
    "email_domain",
    "format_data",
    "negate",
    "abs",
    "round",
    "floor",
    "ceiling",
    "concat",
    "to_lowercase",
    "to_uppercase",
    "trim",
    "length",
    "to_text",
    "coalesce",
    "greatest",
    "least",
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "day_of_week",
    "day_of_year",
    "hour",
    "second",
];
const OF_TWO: [&str; 20] = [
    "equal",
    "lesser",
    "greater",
    "lesser_or_equal",
    "greater_or_equal",
    "in",
    "contains",
    "starts_with",
    "contains_case_insensitive",
    "starts_with_case_insensitive",
    "json_array_contains",
    "element_in_json_array_untyped",
    "add",
    "subtract",
    "multiply",
    "concat",
    "coalesce",
    "null_if",
    "greatest",
    "array_length",
];
const SUMMARIES: [&str; 12] = [
    "count",
    "sum",
    "mean",
    "min",
    "max",
    "median",
    "mode",
    "percentage_true",
    "peak_time",
    "peak_month",
    "aggregate_to_array",
    "distinct_aggregate_to_array",
];

/// What somebody who is no superuser plants, and tables that hold it.
fn plant(database: &Database) {
    let owner = database.owner();
    let body = |what: &str| {
        format!(
            "LANGUAGE plpgsql AS $$ BEGIN IF current_user <> '{owner}' THEN RAISE WARNING 'planted: {what} runs as %', current_user; END IF; \
             RETURN NULL; END $$"
        )
    };
    let mut planter = database.connect_as_owner();
    run(
        &mut planter,
        &format!(
            "CREATE SCHEMA planted;
             CREATE TYPE planted.mood AS ENUM ('glad', 'sad');
             CREATE TYPE planted.span AS RANGE (subtype = integer, multirange_type_name = planted.spans);
             CREATE TYPE planted.pair AS (mood planted.mood, number bigint, words text[]);
             CREATE FUNCTION planted.check_text(text) RETURNS boolean {check};
             CREATE FUNCTION planted.check_mood(planted.mood) RETURNS boolean {check};
             CREATE FUNCTION planted.check_number(numeric) RETURNS boolean {check};
             CREATE DOMAIN planted.state AS planted.mood CHECK (planted.check_mood(VALUE));
             CREATE DOMAIN planted.checked AS text CHECK (planted.check_text(VALUE));
             CREATE DOMAIN planted.amount AS numeric CHECK (planted.check_number(VALUE));
             CREATE TYPE planted.nested AS (checked planted.checked, amounts planted.amount[]);",
            check = body("a check")
        ),
    );
    let mut operator_planter = database.connect_as_owner();
    let mut operators = 0;
    let mut plant_operators = |left: &str, right: &str| {
        for operator in OPERATORS {
            operators += 1;
            let result = match operator {
                "||" | "->" | "->>" | "+" => "text",
                _ => "boolean",
            };
            run(
                &mut operator_planter,
                &format!(
                    "CREATE FUNCTION planted.op{operators}({left}, {right}) RETURNS {result} {};
                     CREATE OPERATOR planted.{operator} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = planted.op{operators})",
                    body(&format!("the operator {operator} of {left}"))
                ),
            );
        }
    };
    let mut number = 0;
    // Where casts of an enum are implicit, or several of another type, PostgreSQL finds no operator for it.
    for (planted, implicit) in [("mood", ""), ("span", "text"), ("spans", "varchar"), ("pair", "")] {
        for built_in in BUILT_IN {
            for (from, to) in [
                (format!("planted.{planted}"), built_in.to_owned()),
                (built_in.to_owned(), format!("planted.{planted}")),
            ] {
                number += 1;
                let context = if to == implicit { "IMPLICIT" } else { "ASSIGNMENT" };
                let what = format!("the cast from {from} to {to}");
                run(
                    &mut planter,
                    &format!(
                        "CREATE FUNCTION planted.cast{number}({from}) RETURNS {to} {};
                         CREATE CAST ({from} AS {to}) WITH FUNCTION planted.cast{number}({from}) AS {context}",
                        body(&what)
                    ),
                );
            }
        }
        for right in [
            format!("planted.{planted}"),
            "text".into(),
            "jsonb".into(),
            "integer".into(),
        ] {
            plant_operators(&format!("planted.{planted}"), &right);
        }
        for aggregate in AGGREGATES {
            number += 1;
            run(
                &mut planter,
                &format!(
                    "CREATE FUNCTION planted.step{number}(text, planted.{planted}) RETURNS text {};
                     CREATE AGGREGATE planted.{aggregate}(planted.{planted}) (SFUNC = planted.step{number}, STYPE = text)",
                    body(&format!("the aggregate {aggregate} of {planted}"))
                ),
            );
        }
        for (name, result) in [
            ("to_jsonb", "jsonb"),
            ("to_json", "json"),
            ("length", "integer"),
            ("lower", "text"),
            ("concat", "text"),
        ] {
            run(
                &mut planter,
                &format!(
                    "CREATE FUNCTION planted.{name}(planted.{planted}) RETURNS {result} {}",
                    body(&format!("the function {name} of {planted}"))
                ),
            );
        }
    }
    // And for PostgreSQL's own types, where the path names this schema first.
    for own in [
        "text", "varchar", "name", "integer", "bigint", "numeric", "boolean", "jsonb", "date", "oid",
    ] {
        plant_operators(own, own);
    }
    let columns = "mood planted.mood, span planted.span, spans planted.spans, pair planted.pair, state planted.state,
        checked planted.checked, amount planted.amount, moods planted.mood[], pairs planted.pair[], states planted.state[],
        nested planted.nested, words text, number integer, list integer[] DEFAULT '{1}'";
    let values = "'glad', '[1,3)', '{[1,3),[5,6)}', ROW('sad', 9007199254740993, '{a,\"b c\"}')::planted.pair, 'sad', 'x', 1.50,
        '{glad,NULL}', ARRAY[ROW('glad', 1, NULL)::planted.pair, NULL], '{sad}', ROW('x', '{1.0}')::planted.nested, 'glad', 1";
    run(
        &mut planter,
        &format!(
            "CREATE TABLE planted.anchor (id integer PRIMARY KEY, name text);
             INSERT INTO planted.anchor VALUES (1, 'glad');
             CREATE TABLE planted.trap (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, anchor_id integer REFERENCES planted.anchor, {columns});
             CREATE TABLE planted.keyed (mood planted.mood, pair planted.pair, checked planted.checked, words text, number integer DEFAULT 1, list integer[] DEFAULT '{{1}}',
               PRIMARY KEY (mood, pair), UNIQUE (checked));
             CREATE TABLE planted.refers (id integer PRIMARY KEY, mood planted.mood, pair planted.pair, checked planted.checked REFERENCES planted.keyed (checked),
               FOREIGN KEY (mood, pair) REFERENCES planted.keyed);
             CREATE TABLE planted.by_mood (mood planted.mood PRIMARY KEY, words text) PARTITION BY LIST (mood);
             CREATE TABLE planted.glad PARTITION OF planted.by_mood FOR VALUES IN ('glad');
             CREATE TABLE planted.of_mood (id integer PRIMARY KEY, mood planted.mood REFERENCES planted.by_mood);
             CREATE TYPE planted.code AS ENUM ('1');
             CREATE FUNCTION planted.code_to_integer(planted.code) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
             BEGIN IF current_user <> '{owner}' THEN RAISE WARNING 'planted: the cast of a key runs as %', current_user; END IF; RETURN 1; END $$;
             CREATE CAST (planted.code AS integer) WITH FUNCTION planted.code_to_integer(planted.code) AS IMPLICIT;
             CREATE TABLE planted.coded (id integer PRIMARY KEY, name text, code planted.code REFERENCES planted.anchor, list integer[] DEFAULT '{{1}}');
             SELECT msar.set_preview_template('planted.coded', '{{name}} {{code.name}}');
             CREATE VIEW planted.seen AS SELECT * FROM planted.trap;
             CREATE TABLE planted.empty (id integer PRIMARY KEY, {columns});
             INSERT INTO planted.trap ({names}) VALUES (1, {values}), (1, {values}), (NULL, {nulls});
             INSERT INTO planted.keyed VALUES ('glad', ROW('sad', 1, NULL), 'sad', 'glad'), ('sad', ROW('sad', 1, NULL), 'glad', 'x');
             INSERT INTO planted.refers VALUES (1, 'glad', ROW('sad', 1, NULL), 'sad');
             INSERT INTO planted.by_mood VALUES ('glad', 'x'); INSERT INTO planted.of_mood VALUES (1, 'glad');
             INSERT INTO planted.coded VALUES (1, 'x', '1');",
            names = "anchor_id, mood, span, spans, pair, state, checked, amount, moods, pairs, states, nested, words, number",
            nulls = ["NULL"; 13].join(", "),
        ),
    );
    // A table of a superuser, which refers to those.
    run(
        &mut database.connect_as_superuser(),
        "CREATE TABLE planted.own (id integer PRIMARY KEY, coded integer REFERENCES planted.coded, trap integer REFERENCES planted.trap);
         INSERT INTO planted.own VALUES (1, 1, 1)",
    );
}

/// A superuser's session, and the warnings that it was sent.
fn victim(database: &Database) -> (Client, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let mut config = database.config("postgres");
    config.notice_callback(move |notice| {
        if notice.message().starts_with("planted: ") {
            keep.lock().unwrap().push(notice.message().to_owned());
        }
    });
    let client = config
        .connect(postgres::NoTls)
        .unwrap_or_else(|error| panic!("{error}"));
    (client, heard)
}

/// A table, the columns of it, and a key of one of its rows.
struct Trap {
    name: String,
    oid: String,
    columns: Vec<(i16, String)>,
    key: Value,
}

fn traps(client: &mut Client) -> Vec<Trap> {
    let key = |name: &str| match name {
        "keyed" => json!({"mood": "glad", "pair": {"mood": "sad", "number": 1, "words": null}}),
        "by_mood" => json!("glad"),
        _ => json!(1),
    };
    [
        "trap", "seen", "keyed", "refers", "by_mood", "of_mood", "empty", "coded", "own",
    ]
    .into_iter()
    .map(|name| {
        let columns = client
            .query(
                "SELECT attnum, attname::text FROM pg_attribute
                     WHERE attrelid = $1::text::regclass AND attnum > 0 ORDER BY attnum",
                &[&format!("planted.{name}")],
            )
            .unwrap_or_else(|error| panic!("{error}"));
        Trap {
            name: format!("planted.{name}"),
            oid: text(client, &format!("SELECT 'planted.{name}'::regclass::oid::text")),
            columns: columns.iter().map(|row| (row.get(0), row.get(1))).collect(),
            key: key(name),
        }
    })
    .collect()
}

fn quoted(value: &Value) -> String {
    format!("'{}'", value.to_string().replace('\'', "''"))
}

/// Values that callers may send for a column of any of the types.
fn literals() -> [Value; 6] {
    [
        json!("glad"),
        json!(1),
        json!("[1,3)"),
        json!({"mood": "sad", "number": 1, "words": ["a"]}),
        json!(["glad", null]),
        Value::Null,
    ]
}

/// A call, as SQL, and the column that it is about.
struct Call {
    sql: String,
    column: String,
}

/// Everything that is asked of a table.
fn calls(trap: &Trap) -> Vec<Call> {
    // A view and a table without rows have the columns of another table.
    let has_same = ["planted.seen", "planted.empty"].contains(&trap.name.as_str());
    let every = if has_same { 7 } else { 1 };
    let of_columns = trap.columns.iter().flat_map(|(attnum, column)| {
        let calls = calls_of_column(trap, *attnum, column);
        let call = |sql| Call {
            sql,
            column: column.clone(),
        };
        calls.into_iter().step_by(every).map(call)
    });
    let of_table = calls_of_table(trap).into_iter().map(|sql| Call {
        sql,
        column: String::new(),
    });
    of_table.chain(of_columns).collect()
}

fn list(trap: &Trap, options: &Value) -> String {
    format!("SELECT msar.list_records('{}', {})", trap.name, quoted(options))
}

fn explore(trap: &Trap, columns: &Value, transformations: &Value) -> String {
    let document = json!({"base_table": {"schema": "planted", "name": trap.name.trim_start_matches("planted.")},
        "initial_columns": columns, "transformations": transformations});
    format!(
        "SELECT msar.run_exploration({}, '{{\"display\": true, \"previews\": true}}')",
        quoted(&document)
    )
}

fn calls_of_table(trap: &Trap) -> Vec<String> {
    let (name, oid) = (&trap.name, &trap.oid);
    let list = |options: &Value| list(trap, options);
    vec![
        list(&json!({"previews": true, "record_summaries": true, "display": true})),
        list(&json!({"keys": "names", "numbers": "text", "dates": "contract", "large_values": 3})),
        list(&json!({"limit": 1, "search": "glad"})),
        list(
            &json!({"joined_columns": [{"alias": "there", "join_path": [[["planted.refers", 2], ["planted.keyed", 1]]], "template": true}]}),
        ),
        list(&json!({"filter": {"code.name": "x"}, "order": [{"column": "code.name"}], "search": "x"})),
        list(&json!({"filter": {"coded.code.name": "x"}, "order": [{"column": "{coded}"}], "search": "x"})),
        format!("SELECT msar.list_records('planted.coded', jsonb_build_object('joined_columns', jsonb_build_array(jsonb_build_object('alias', 'a',
            'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array('planted.coded'::regclass::oid, 3), jsonb_build_array('planted.anchor'::regclass::oid, 1))),
            'column', 'name'))))"),
        format!("SELECT msar.get_linked_records('planted.anchor', '1', '{{\"previews\": true}}')"),
        format!("SELECT msar.update_records('{name}', '{{\"code.name\": \"x\"}}', '{{\"name\": \"y\"}}')"),
        format!("SELECT msar.list_records_from_table({oid}, 5, 0, NULL, NULL, NULL, NULL, true)"),
        format!("SELECT msar.list_by_record_summaries({oid}, 5, 0, 'glad')"),
        format!("SELECT r FROM msar.get_table_columns_and_records({oid}, 5, 0, NULL, NULL) AS r"),
        format!("SELECT msar.get_export_query('{name}')"),
        format!(
            "SELECT msar.get_linked_records('{name}', {}, '{{\"previews\": true}}')",
            quoted(&trap.key)
        ),
        format!(
            "SELECT msar.get_record_from_table({oid}, {}::text)",
            quoted(&trap.key)
        ),
        format!(
            "SELECT msar.preview_rows('{name}', '[{}]')",
            trap.key.to_string().replace('\'', "''")
        ),
        format!("SELECT msar.preview_template_sql('{name}')"),
        format!(
            "SELECT msar.update_records('{name}', NULL, '{{\"words\": \"y\"}}', '{{\"keys\": [{}], \"return\": \"records\"}}')",
            trap.key
        ),
        format!(
            "SELECT msar.delete_records('{name}', NULL, '{{\"keys\": [{}], \"return\": \"keys\"}}')",
            trap.key
        ),
        format!("SELECT msar.delete_records_from_table({oid}, '[{}]')", trap.key),
        format!("SELECT msar.link_column('{name}', 'words', 'planted.anchor', '{{\"by\": \"name\", \"on_missing\": \"null\", \"compare\": \"caseless\", \"dry_run\": true}}')"),
        format!("SELECT msar.link_column('{name}', 'words', 'planted.anchor', '{{\"by\": \"name\", \"on_missing\": \"create\"}}')"),
        format!("SELECT msar.extract_columns_from_table({oid}, ARRAY[(SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = {oid} AND attname OPERATOR(pg_catalog.=) 'words')], 'words of {oid}', NULL)"),
        format!("SELECT msar.alter_columns({oid}, '[{{\"column\": \"words\", \"type\": \"integer\"}}]', '{{\"on_error\": \"null\"}}')"),
        format!("SELECT msar.alter_columns({oid}, '[{{\"column\": \"number\", \"type\": \"text\"}}]', '{{\"dry_run\": true}}')"),
        format!("SELECT msar.add_records('{name}', '[{{\"words\": \"x\", \"id\": 9}}]', '{{\"input\": \"display\", \"on_error\": \"report\"}}')"),
        format!("SELECT msar.delete_records('{name}', NULL, '{{\"keys\": [{{\"id\": 1}}, 1]}}')"),
        format!("SELECT msar.rpc(pg_catalog.jsonb_build_object('jsonrpc', '2.0', 'id', 1, 'method', m, 'params', pg_catalog.jsonb_build_object('table_oid', {oid}, 'database_id',
            (SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))))
          FROM pg_catalog.unnest(ARRAY['columns.list', 'columns.list_with_metadata', 'constraints.list', 'tables.get', 'tables.get_with_metadata', 'records.list', 'tables.list_joinable']) AS m"),
        format!("SELECT msar.import_text('planted', NULL, E'a,b\\n1,x\\n2,y\\n'::text)"),
        format!("SELECT msar.export_metadata('planted')"),
        format!("SELECT msar.sync_schema('planted')"),
        format!("SELECT msar.get_schema_diagram('planted', 'mermaid')"),
        format!("SELECT msar.undo_changes((SELECT pg_catalog.jsonb_agg(c) FROM pg_catalog.jsonb_array_elements(msar.list_changes()->'changes') AS c), true)"),
        format!("SELECT msar.set_column_metadata('{name}', '[{{\"name\": \"words\", \"label\": \"w\"}}]')"),
        format!("SELECT msar.get_table_details('{name}')"),
        format!("SELECT msar.get_table_definition('{name}')"),
        format!("SELECT msar.get_column_info({oid})"),
        format!("SELECT msar.get_constraints_for_table({oid})"),
        format!("SELECT msar.get_dependents('{name}', NULL)"),
        format!("SELECT msar.get_preview({oid}, '[]', 2)"),
        format!("SELECT msar.infer_types('{name}')"),
        format!("SELECT msar.infer_table_column_data_types({oid})"),
        format!("SELECT msar.read_share(msar.share_table('{name}')->>'slug')"),
        format!("SELECT msar.register_view_as_exploration('{name}', 'seen')"),
        format!("SELECT msar.add_records('{name}', '[{{\"words\": \"x\"}}]', '{{\"return\": \"records\"}}')"),
    ]
}

fn calls_of_column(trap: &Trap, attnum: i16, column: &str) -> Vec<String> {
    let (name, oid) = (&trap.name, &trap.oid);
    let list = |options: &Value| list(trap, options);
    let explore = |columns: &Value, transformations: &Value| explore(trap, columns, transformations);
    let leaf = json!({"type": "attnum", "value": attnum});
    let field = json!({"column_name": ["c"]});
    let columns = json!([{"alias": "c", "column": column}, {"alias": "first", "attnum": 1}]);
    let other = json!({"type": "attnum", "value": trap.columns[0].0});
    let mut calls = vec![
        list(&json!({"order": [{"column": column, "direction": "desc"}], "limit": 1, "columns": [column]})),
        list(&json!({"group": {"columns": [attnum]}})),
        list(&json!({"search": [{"column": column, "text": "glad"}]})),
        format!(
            "SELECT msar.search_records_from_table({oid}, '[{{\"attnum\": {attnum}, \"literal\": \"glad\"}}]', 5)"
        ),
        format!(
            "SELECT msar.search_records_from_table({oid}, '[{{\"attnum\": {attnum}, \"literal\": 1}}]', 5)"
        ),
        format!(
            "SELECT msar.set_preview_template('{name}', '{{{column}}} x'); SELECT msar.preview_rows('{name}', '[{}]')",
            trap.key
        ),
        explore(
            &columns,
            &json!([{"type": "order", "spec": [{"field": "c", "direction": "desc"}]}, {"type": "distinct"}]),
        ),
        explore(
            &columns,
            &json!([{"type": "top", "spec": {"per": ["first"], "order": [{"field": "c"}], "limit": 1}}]),
        ),
        explore(
            &columns,
            &json!([{"type": "pivot", "spec": {"rows": [{"input_alias": "first", "output_alias": "first"}], "column": "c",
            "values": [{"literal": "glad", "output_alias": "glad"}], "aggregation": {"input_alias": "c", "function": "max"}}}]),
        ),
        explore(
            &json!([{"alias": "c", "column": "words", "join_path": [[oid.parse::<u32>().ok(), [attnum]], [oid.parse::<u32>().ok(), [trap.columns.len()]]]}]),
            &json!([]),
        ),
        explore(
            &json!([{"alias": "c", "column": column, "join_path": [[oid.parse::<u32>().ok(), [attnum]], [oid.parse::<u32>().ok(), [attnum]]]}]),
            &json!([]),
        ),
    ];
    for literal in literals() {
        calls.extend([
            list(&json!({"filter": {column: literal}, "count": "exact"})),
            list(&json!({"after": {column: literal}, "order": [{"column": column}]})),
            format!(
                "SELECT msar.update_records('{name}', {}, {}, '{{\"return\": \"records\"}}')",
                quoted(&json!({column: literal})),
                quoted(&json!({column: literal}))
            ),
            format!(
                "SELECT msar.add_records('{name}', {}, '{{\"return\": \"records\"}}')",
                quoted(&json!([{column: literal, "id": 7}]))
            ),
            format!(
                "SELECT msar.delete_records('{name}', {}, '{{\"return\": \"keys\"}}')",
                quoted(&json!({column: literal}))
            ),
            format!(
                "SELECT msar.patch_record_in_table({oid}, {}::text, {})",
                quoted(&trap.key),
                quoted(&json!({column: literal}))
            ),
            format!(
                "SELECT msar.preview_rows('{name}', {})",
                quoted(&json!([literal, {column: literal}]))
            ),
        ]);
    }
    for function in OF_ONE {
        calls.extend([
            list(&json!({"filter": {"type": "not_null", "args": [{"type": function, "args": [leaf]}]}})),
            list(&json!({"group": {"columns": [attnum], "preproc": [function]}})),
            explore(
                &columns,
                &json!([{"type": "compute", "spec": {"alias": "x", "expression": {function: [field]}}}]),
            ),
        ]);
    }
    for function in OF_TWO {
        let others = [json!("glad"), json!(["glad"]), json!("(x,{1})")].map(|value| {
            (
                json!({"type": "literal", "value": value}),
                json!({"literal": [value]}),
            )
        });
        for (literal, in_exploration) in others
            .into_iter()
            .chain([(other.clone(), json!({"column_name": ["first"]}))])
        {
            calls.extend([
                list(&json!({"filter": {"type": function, "args": [leaf, literal]}})),
                explore(&columns, &json!([{"type": "compute", "spec": {"alias": "x", "expression": {function: [field, in_exploration]}}}])),
            ]);
        }
    }
    let one = json!({"column_name": ["first"]});
    for (function, parameters) in [
        ("round", json!([one, field])),
        ("array_length", json!([field, one])),
        ("array_length", json!([{"column_name": ["list"]}, field])),
        (
            "array_length_equals",
            json!([{"column_name": ["list"]}, field, one]),
        ),
        (
            "array_length_greater_than",
            json!([{"column_name": ["list"]}, one, field]),
        ),
        ("between", json!([one, field, field])),
        (
            "json_array_length_equals",
            json!([{"column_name": ["list"]}, field]),
        ),
        ("case", json!([{"equal": [one, one]}, field, one])),
    ] {
        let columns = json!([{"alias": "c", "column": column}, {"alias": "first", "attnum": 1}, {"alias": "list", "column": "list"}]);
        let computed =
            json!([{"type": "compute", "spec": {"alias": "x", "expression": {function: parameters}}}]);
        calls.push(explore(&columns, &computed));
    }
    for function in SUMMARIES {
        calls.push(explore(
            &columns,
            &json!([{"type": "summarize", "spec": {"base_grouping_column": "first",
                "grouping_expressions": [{"input_alias": "first", "output_alias": "first"}],
                "aggregation_expressions": [{"input_alias": "c", "output_alias": "x", "function": function}]}}]),
        ));
    }
    calls.push(explore(
        &columns,
        &json!([{"type": "summarize", "spec": {"base_grouping_column": "c", "grouping_expressions": [{"input_alias": "c", "output_alias": "c"}], "aggregation_expressions": []}}]),
    ));
    calls
}

/// Calls, each in a transaction that is undone. Returns those that ran planted code, and how many succeeded.
fn attack(client: &mut Client, heard: &Mutex<Vec<String>>, calls: &[&Call]) -> (Vec<String>, usize) {
    let (mut faults, mut succeeded) = (Vec::new(), 0);
    for call in calls {
        heard.lock().unwrap().clear();
        let outcome = client.batch_execute(&format!("BEGIN; {}", call.sql));
        run(client, "ROLLBACK");
        succeeded += usize::from(outcome.is_ok());
        // What the plain statement runs, too: to write a value of a domain is to check it, to compare with a row that has a
        // field of a domain is to check that, and PostgreSQL compares the keys of a row that is changed by their cast.
        let writes = ["add_records", "update_records", "patch_record_in_table"]
            .iter()
            .any(|function| call.sql.contains(function));
        let is_plain = |what: &str| {
            let checks = what.contains("a check") && (writes || call.column == "nested");
            checks || writes && what.contains("the cast of a key")
        };
        let heard = heard.lock().unwrap();
        let mut fault = heard.iter().filter(|what| !is_plain(what));
        if let Some(what) = fault.next() {
            faults.push(format!("{what}: {}", call.sql));
        }
    }
    (faults, succeeded)
}

#[test]
fn no_code_of_a_type_runs_as_who_reads_and_writes() {
    let database = Database::with_extension();
    plant(&database);
    let (mut client, heard) = victim(&database);
    // It is there, and does run where a statement asks for it.
    for statement in [
        "SELECT to_jsonb(mood) FROM planted.trap",
        "SELECT mood::text FROM planted.trap",
        "SELECT 'glad'::text::planted.mood",
        "SELECT pair OPERATOR(planted.=) pair FROM planted.trap",
        "SELECT planted.max(span) FROM planted.trap",
        "SELECT 'x'::planted.checked",
    ] {
        // A check that gives null lets the value pass, and so does a cast.
        let _ = client.batch_execute(statement);
        assert!(
            !std::mem::take(&mut *heard.lock().unwrap()).is_empty(),
            "{statement}"
        );
    }
    let calls: Vec<_> = traps(&mut client).iter().flat_map(calls).collect();
    // The path counts for names without a schema only: with others, a part of the calls will do.
    for (path, every) in [
        ("pg_catalog", 1),
        ("planted, pg_catalog", 7),
        ("pg_catalog, planted", 11),
    ] {
        let is_chosen = |(at, call): &(usize, &Call)| call.column.is_empty() || at % every == 0;
        let calls: Vec<_> = calls
            .iter()
            .enumerate()
            .filter(is_chosen)
            .map(|(_, call)| call)
            .collect();
        run(&mut client, &format!("SET search_path = {path}"));
        let (faults, succeeded) = attack(&mut client, &heard, &calls);
        println!(
            "search_path = {path}: {succeeded} of {} calls succeeded",
            calls.len()
        );
        assert!(
            faults.is_empty(),
            "search_path = {path}: {} of {} calls run planted code:\n{}",
            faults.len(),
            calls.len(),
            faults.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
        );
        assert!(
            succeeded * 4 > calls.len(),
            "only {succeeded} of {} calls succeeded",
            calls.len()
        );
    }
}
