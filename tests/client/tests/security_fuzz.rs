//! Random calls of all functions by three roles: the owner of the extension, a member with some rights on the data, and a
//! stranger with none. Documents are random, or ordinary ones with a random change; some calls are cancelled.
//!
//! After each call: the server is there and reports no internal error; a call that failed has changed nothing; no setting
//! of the session is another; nothing took longer than some seconds.
//!
//! The same seed gives the same calls. `scripts/fuzz CALLS SEED` runs more of them.

use mathesar_ext_client_tests::random::Random;
use mathesar_ext_client_tests::{Database, functions, reconnected, refusal, run, text};
use postgres::{Client, NoTls};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(5);

/// Of so many calls one is cancelled.
const CANCELS: usize = 20;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(default)
}

const WORDS: [&str; 40] = [
    "",
    "x",
    "id",
    "a",
    "b",
    "name",
    "title",
    "1",
    "2",
    "-1",
    "{",
    "{a}",
    "{b.id}",
    "text",
    "integer",
    "numeric(8,2)",
    "library",
    "zoo",
    "pg_catalog",
    "msar",
    "'; SELECT 1; --",
    "\" \"",
    "\\",
    "%",
    "NaN",
    "2024-02-29",
    "infinity",
    "1e400",
    "12:00",
    "equal",
    "asc",
    "both",
    "é😀",
    "\u{1}",
    "p",
    "f",
    "c",
    "u",
    "pg_temp",
    "animal",
];

/// Ordinary values of the arguments of these names.
fn examples(name: &str) -> Vec<Value> {
    match name {
        "col_defs" => vec![
            json!([{"name": "n", "type": {"name": "text"}}, {"name": "m", "type": {"name": "numeric",
            "options": {"precision": 5, "scale": 2}}, "default": {"value": "1.5"}, "not_null": true}]),
        ],
        "con_defs" => vec![
            json!([{"type": "u", "columns": [2], "name": "un"}]),
            json!([{"type": "f", "columns": [4], "fkey_relation_id": 1, "fkey_columns": [1], "fkey_update_action": "a"}]),
            json!([{"type": "c", "expression": "id > 0"}]),
        ],
        "rec_def" | "record" => vec![
            json!({"2": "text", "3": 5}),
            json!({"b": "x"}),
            json!({"c": [1, "a", null]}),
        ],
        "rows" => vec![json!([{"b": "x"}, {"b": null, "c": {"k": [1]}}, {}])],
        "rec_ids" | "keys" => vec![json!([1, 2, "3", null]), json!([{"1": 1}]), json!([])],
        "filter_" | "filter" => vec![
            json!({"type": "and", "args": [{"type": "equal", "args": [{"type": "attnum", "value": 1},
                {"type": "literal", "value": 1}]}, {"type": "contains", "args": [{"type": "attnum", "value": 2},
                {"type": "literal", "value": "x"}]}]}),
            json!({"type": "null", "args": [{"type": "attnum", "value": 2}]}),
        ],
        "order_" => vec![json!([{"attnum": 2, "direction": "asc"}, {"attnum": 1, "direction": "desc"}])],
        "group_" => vec![
            json!({"columns": [2], "preproc": ["truncate_to_month"]}),
            json!({"columns": [1]}),
        ],
        "search_" => vec![json!([{"attnum": 2, "literal": "x"}])],
        "options" => vec![
            json!({"limit": 3, "filter": {"title": {"like": "x"}}, "order": ["b"]}),
            json!({"limit": 2, "offset": 1, "count": "estimated", "previews": true}),
            json!({"format": "csv", "header": true, "bad_rows": "skip"}),
            json!({"integers": true, "enum_max_values": 3, "misfits": 2}),
            json!({"group_sep": ",", "decimal_p": ".", "date_order": "DMY"}),
        ],
        "tab_col_map" => vec![json!({"1": [1, 2]})],
        "patches" | "patch" => vec![
            json!([{"attnum": 2, "text_min_length": 1}, {"name": "b", "display_width": 100}]),
            json!({"import_verified": true, "column_order": [1, 2]}),
            json!({"name": "renamed", "description": null}),
        ],
        "defs" | "doc" | "steps" => vec![
            json!([{"create_table": {"name": "made", "schema": "zoo", "columns": [{"name": "a", "type": "text"}]}}]),
            json!({"schemas": {"zoo": {"animal": {"table": {"import_verified": true}, "columns": {"b": {"display_width": 9}}}}}}),
        ],
        "data_" | "alters" | "tab_alters" | "data" => vec![
            json!([{"attnum": 2, "name": "renamed", "type": {"name": "varchar"}}, {"attnum": 3, "delete": true}]),
            json!({"name": "other", "description": "x", "columns": [{"attnum": 2, "not_null": true}]}),
        ],
        "mappings" => vec![json!([{"src_table_attnum": 2, "dst_table_attnum": 2}])],
        "col_cast_def" => vec![json!([{"attnum": 2, "type": {"name": "text"}}])],
        "mapping_columns" => vec![json!([{"column_name": "l", "referent_table_oid": 1}])],
        "priv_spec" => vec![json!([{"role_oid": 1, "direct": ["SELECT", "INSERT"]}])],
        "request" => vec![
            json!({"jsonrpc": "2.0", "id": 1, "method": "tables.list", "params": {"schema_oid": 1}}),
            json!([{"jsonrpc": "2.0", "method": "system.listMethods", "id": 2}]),
        ],
        "values_" | "values" => vec![json!({"b": {"type": "insert", "value": "x"}})],
        _ => Vec::new(),
    }
}

/// A world to call into, and what is drawn from it.
struct Draw {
    random: Random,
    tables: Vec<String>,
}

impl Draw {
    fn word(&mut self) -> String {
        if self.random.one_in(50) {
            return self.random.choose(&WORDS).repeat(5000);
        }
        self.random.choose(&WORDS).to_owned()
    }

    fn number(&mut self) -> i64 {
        match self.random.below(8) {
            0 => i64::from(i32::MAX),
            1 => -1,
            2 => i64::from(i16::MIN),
            3 => i64::MAX,
            _ => self.random.below(6) as i64,
        }
    }

    fn json(&mut self, depth: usize) -> Value {
        match self.random.below(if depth == 0 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => self.random.one_in(2).into(),
            2 => self.number().into(),
            3 | 4 => match self.random.one_in(3) {
                true => self.oid().parse::<i64>().unwrap_or_default().into(),
                false => self.word().into(),
            },
            5 | 6 => (0..self.random.below(4)).map(|_| self.json(depth - 1)).collect(),
            _ => {
                let members = (0..self.random.below(4)).map(|_| (self.word(), self.json(depth - 1)));
                Value::Object(members.collect())
            }
        }
    }

    /// An ordinary document for an argument of that name, with a change; or any document.
    fn document(&mut self, name: &str) -> Value {
        let mut examples = examples(name);
        if examples.is_empty() || self.random.one_in(6) {
            return self.json(4);
        }
        let mut document = examples.swap_remove(self.random.below(examples.len()));
        for _ in 0..self.random.below(3) {
            self.change(&mut document);
        }
        document
    }

    fn change(&mut self, document: &mut Value) {
        match document {
            Value::Array(elements) if !elements.is_empty() && !self.random.one_in(4) => {
                let at = self.random.below(elements.len());
                match self.random.below(6) {
                    0 => drop(elements.remove(at)),
                    1 => elements.push(elements[at].clone()),
                    _ => self.change(&mut elements[at]),
                }
            }
            Value::Object(members) if !members.is_empty() && !self.random.one_in(4) => {
                let names: Vec<_> = members.keys().cloned().collect();
                let name = &names[self.random.below(names.len())];
                match self.random.below(6) {
                    0 => drop(members.remove(name)),
                    1 => drop(members.insert(self.word(), self.json(2))),
                    _ => {
                        if let Some(member) = members.get_mut(name) {
                            self.change(member);
                        }
                    }
                }
            }
            other => *other = self.json(2),
        }
    }

    fn oid(&mut self) -> String {
        match self.random.below(10) {
            0 => self
                .random
                .choose(&["0", "1", "4294967295", "1259", "2615"])
                .to_owned(),
            _ => self.tables[self.random.below(self.tables.len())].clone(),
        }
    }

    /// An argument of that name and type, as SQL.
    fn argument(&mut self, name: &str, type_name: &str) -> String {
        if self.random.one_in(25) {
            return "NULL".into();
        }
        let quoted = |text: &str| format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        match type_name {
            "regclass" | "oid" => self.oid(),
            "regnamespace" => self
                .random
                .choose(&[
                    "'zoo'::regnamespace::oid",
                    "'library'::regnamespace::oid",
                    "0",
                    "'msar_catalog'::regnamespace::oid",
                ])
                .to_owned(),
            "regrole" => self
                .random
                .choose(&[
                    "(SELECT oid FROM pg_roles WHERE rolname = current_user)",
                    "1",
                    "10",
                ])
                .to_owned(),
            "regtype" => self
                .random
                .choose(&[
                    "'text'::regtype::oid",
                    "'integer'::regtype::oid",
                    "'date'::regtype::oid",
                    "'zoo.animal'::regtype::oid",
                    "'anyelement'::regtype::oid",
                    "'numeric'::regtype::oid",
                    "7",
                ])
                .to_owned(),
            "smallint" => format!("'{}'", self.number().clamp(i16::MIN.into(), i16::MAX.into())),
            "integer" => format!("'{}'", self.number().clamp(i32::MIN.into(), i32::MAX.into())),
            "bigint" | "numeric" | "money" | "real" | "double precision" => format!("'{}'", self.number()),
            "boolean" => self.random.choose(&["true", "false"]).to_owned(),
            "jsonb" | "json" => {
                let document = self.document(name).to_string();
                quoted(&document.replace("\\u0000", "x"))
            }
            "bytea" => {
                let lines: Vec<_> = (0..self.random.below(5))
                    .map(|_| format!("{},{}", self.word(), self.word()))
                    .collect();
                let file = match self.random.below(3) {
                    0 => self.json(3).to_string(),
                    1 => format!("a,b\n{}", lines.join("\n")),
                    _ => lines.join("\r\n"),
                };
                format!("convert_to({}, 'UTF8')", quoted(&file))
            }
            "text" | "character varying" | "character" | "name" | "\"char\"" => quoted(&self.word()),
            "anycompatible" | "anyelement" => self
                .random
                .choose(&["1", "2", "'x'::text", "'{\"1\": 1}'::jsonb", "NULL::int"])
                .to_owned(),
            "point" => "point(1,2)".into(),
            "interval" => "'1 day'".into(),
            "msar.pkey_kind" => self.random.choose(&["'IDENTITY'", "'UUIDv4'"]).to_owned(),
            _ if type_name.starts_with("time") => "'12:00'".into(),
            _ if type_name.ends_with("[]") => {
                let element = &type_name[..type_name.len() - 2];
                let elements: Vec<_> = (0..self.random.below(4))
                    .map(|_| self.argument(name, element))
                    .collect();
                format!("ARRAY[{}]", elements.join(", "))
            }
            _ => format!(
                "'{}'",
                self.random.choose(&[
                    "2024-02-29",
                    "x@example.org",
                    "https://example.org",
                    "1",
                    "[]",
                    "{}"
                ])
            ),
        }
    }
}

fn world() -> (Database, String, String) {
    let database = Database::from_template("library");
    let [member, stranger] = [(); 2].map(|()| mathesar_ext_client_tests::role_without_rights());
    let owner = database.owner();
    run(
        &mut database.connect_as_superuser(),
        &format!(
            "CREATE SCHEMA zoo AUTHORIZATION {owner};
             SET ROLE {owner};
             CREATE TABLE zoo.animal (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, b text, c jsonb, d int REFERENCES zoo.animal);
             INSERT INTO zoo.animal (b, c, d) SELECT 'animal ' || n, '{{\"k\": 1}}', 1 + n / 7 FROM generate_series(0, 60) AS n;
             CREATE TABLE zoo.pair (a int, b text, c date, PRIMARY KEY (a, b));
             INSERT INTO zoo.pair SELECT n, 'x', '2024-02-29' FROM generate_series(1, 20) AS n;
             CREATE TABLE zoo.loose (a text, b text);
             INSERT INTO zoo.loose VALUES ('1', '2024-01-02'), ('2', NULL);
             CREATE VIEW zoo.seen AS SELECT id, b FROM zoo.animal;
             CREATE TABLE zoo.part (a int, b text) PARTITION BY LIST (a);
             CREATE TABLE zoo.part1 PARTITION OF zoo.part FOR VALUES IN (1);
             CREATE SEQUENCE zoo.seq;
             CREATE TYPE zoo.comp AS (x int, y text);
             GRANT USAGE, CREATE ON SCHEMA zoo TO {member};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA zoo TO {member};
             RESET ROLE;
             GRANT USAGE ON SCHEMA library TO {member};
             GRANT SELECT ON ALL TABLES IN SCHEMA library TO {member};"
        ),
    );
    (database, member, stranger)
}

/// What the database holds: its objects and rows, without what only counts (sequences).
fn state(admin: &mut Client) -> String {
    let rows = text(
        admin,
        "SELECT coalesce(string_agg(format('SELECT %L || md5(coalesce(string_agg(t::text, '','' ORDER BY t::text), '''')) FROM %s AS t',
                                    c.oid, c.oid::regclass), ' UNION ALL ' ORDER BY c.oid), 'SELECT ''''')
         FROM pg_class AS c WHERE relkind = 'r' AND relnamespace IN (SELECT oid FROM pg_namespace
           WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema')",
    );
    let rows = text(
        admin,
        &format!("SELECT md5(string_agg(x, ',' ORDER BY x)) FROM ({rows}) AS r(x)"),
    );
    let catalogs = text(
        admin,
        "SELECT md5(concat(
           (SELECT string_agg(concat(oid, relname, relkind, relacl, relowner), ',' ORDER BY oid) FROM pg_class WHERE oid >= 16384),
           (SELECT string_agg(concat(attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attacl), ',' ORDER BY attrelid, attnum)
            FROM pg_attribute WHERE attrelid >= 16384),
           (SELECT string_agg(concat(oid, conname), ',' ORDER BY oid) FROM pg_constraint WHERE oid >= 16384),
           (SELECT string_agg(concat(objoid, objsubid, description), ',' ORDER BY objoid, objsubid) FROM pg_description WHERE objoid >= 16384),
           (SELECT string_agg(concat(oid, nspname, nspacl), ',' ORDER BY oid) FROM pg_namespace),
           (SELECT string_agg(concat(oid, rolname), ',' ORDER BY oid) FROM pg_roles WHERE rolname !~ '^(owner|stranger)_'),
           (SELECT string_agg(concat(datdba, datacl), ',') FROM pg_database WHERE datname = current_database())))",
    );
    format!("{rows} {catalogs}")
}

/// Whatever a session can set, and who it is.
fn settings(client: &mut Client) -> String {
    text(
        client,
        "SELECT md5(string_agg(name || '=' || coalesce(setting, ''), ',' ORDER BY name)) || current_user || session_user
         FROM pg_settings WHERE name NOT IN ('transaction_read_only')",
    )
}

/// A session that has loaded the library, and PL/pgSQL: each brings its settings.
fn session(database: &Database, role: &str) -> Client {
    let mut client = reconnected(&database.config(role));
    run(
        &mut client,
        "SELECT msar.list_records_schema(); DO $$ BEGIN END $$",
    );
    client
}

/// Runs a call, and cancels it after a while if that is wanted.
fn call(client: &mut Client, statement: &str, cancel_after: Option<Duration>) -> Result<(), postgres::Error> {
    let Some(delay) = cancel_after else {
        return client.batch_execute(statement);
    };
    let token = client.cancel_token();
    let outcome = std::thread::scope(|scope| {
        let (done, is_done) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            if is_done.recv_timeout(delay).is_err() {
                // A session that has ended meanwhile cannot be cancelled.
                let _ = token.cancel_query(NoTls);
            }
        });
        let outcome = client.batch_execute(statement);
        let _ = done.send(());
        outcome
    });
    // A cancel that came too late is for nobody else.
    let _ = client.batch_execute("SELECT pg_sleep(0.02)");
    outcome
}

#[test]
fn random_calls() {
    let calls = number("MATHESAR_EXT_FUZZ_CALLS", 3000);
    let seed = number("MATHESAR_EXT_FUZZ_SEED", 1);
    let (database, member, stranger) = world();
    let mut admin = database.connect_as_superuser();
    let roles = [database.owner().to_owned(), member, stranger];
    let mut sessions: Vec<Client> = roles.iter().map(|role| session(&database, role)).collect();
    let functions: Vec<_> = functions::all(&mut admin)
        .into_iter()
        .filter(|function| !matches!(function.result.as_str(), "trigger" | "event_trigger"))
        .collect();
    let mut draw = Draw {
        random: Random::new(seed),
        tables: Vec::new(),
    };
    let mut failures = Vec::new();
    let mut before = state(&mut admin);
    let (mut succeeded, mut refused, mut cancelled) = (0, 0, 0);
    for number in 0..calls {
        if number % 50 == 0 {
            draw.tables = text(
                &mut admin,
                "SELECT string_agg(oid::text, ',') FROM (SELECT oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace
                   WHERE nspname IN ('zoo', 'library')) ORDER BY oid) AS c",
            )
            .split(',')
            .map(str::to_owned)
            .collect();
        }
        let who = draw.random.below(sessions.len());
        let function = &functions[draw.random.below(functions.len())];
        let arguments: Vec<_> = function
            .arguments
            .iter()
            .enumerate()
            .map(|(at, type_name)| {
                draw.argument(function.names.get(at).map_or("", String::as_str), type_name)
            })
            .collect();
        let statement = function.call(&arguments);
        let cancel_after = draw
            .random
            .one_in(CANCELS)
            .then(|| Duration::from_micros(draw.random.below(4_000) as u64));
        let told = format!("seed {seed}, call {number} as role {who}: {statement}");
        let client = &mut sessions[who];
        let settings_before = settings(client);
        let start = Instant::now();
        let outcome = call(client, &statement, cancel_after);
        if start.elapsed() > LONGEST {
            failures.push(format!("it took {:?}: {told}", start.elapsed()));
        }
        if client.is_closed() {
            failures.push(format!("the session has ended: {told}"));
            *client = session(&database, &roles[who]);
            admin = reconnected(&database.config("postgres"));
            before = state(&mut admin);
            continue;
        }
        if settings(client) != settings_before {
            failures.push(format!("a setting has changed: {told}"));
            *client = session(&database, &roles[who]);
        }
        let after = state(&mut admin);
        match outcome {
            Ok(()) => succeeded += 1,
            Err(error) => {
                match refusal(&error, &told) {
                    Ok(sqlstate) if sqlstate == "57014" => cancelled += 1,
                    Ok(_) => refused += 1,
                    Err(failure) => failures.push(failure),
                }
                if after != before {
                    failures.push(format!("it failed ({error}) and changed something: {told}"));
                }
            }
        }
        before = after;
    }
    println!("{succeeded} calls succeeded, {refused} were refused, {cancelled} cancelled");
    let failures: Vec<_> = failures
        .iter()
        .map(|failure| failure.chars().take(3000).collect::<String>())
        .collect();
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    // Otherwise the documents are not even half right, and the calls test nothing.
    assert!(
        succeeded * 10 > calls,
        "only {succeeded} of {calls} calls succeeded"
    );
}
