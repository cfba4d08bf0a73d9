//! Describing what other sessions are changing at that moment, and being told to stop.
//!
//! A writer repeats transactions that each take the schema from one good state to another. Whatever a reader catches
//! in between, it must get a whole document of one of those states, or the error that the object itself is gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mathesar_ext_client_tests::{Database, run, text};
use postgres::Client;
use serde_json::Value;

/// How long readers and writers run against each other in one test.
const CONTEST: Duration = Duration::from_secs(4);

/// Runs `read` again and again while another session repeats `changes`, each of them one transaction.
fn while_another_session_repeats(database: &Database, changes: &[&str], mut read: impl FnMut(&mut Client)) {
    let over = AtomicBool::new(false);
    let (rounds, reads) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut client = database.connect_as_owner();
            let mut rounds = 0;
            while !over.load(Ordering::Relaxed) {
                changes.iter().for_each(|change| run(&mut client, change));
                rounds += 1;
            }
            rounds
        });
        // Also when `read` fails, or the writer would never end.
        let _over = OnDrop(|| over.store(true, Ordering::Relaxed));
        let mut client = database.connect_as_owner();
        let start = Instant::now();
        let mut reads = 0;
        while start.elapsed() < CONTEST {
            assert!(!writer.is_finished(), "the writer failed");
            read(&mut client);
            reads += 1;
        }
        over.store(true, Ordering::Relaxed);
        (writer.join(), reads)
    });
    let rounds = rounds.unwrap_or_else(|_| panic!("the writer failed"));
    assert!(
        rounds > 10 && reads > 10,
        "{rounds} rounds of changes and {reads} readings are no contest"
    );
}

struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// The document that a query gives, or `None` if it failed with one of the `expected` errors.
fn document(client: &mut Client, query: &str, expected: &[&str]) -> Option<Value> {
    match client.query_one(query, &[]) {
        Ok(row) => Some(row.get(0)),
        Err(error) => {
            let known = error.code().is_some_and(|code| expected.contains(&code.code()));
            assert!(known, "{query}\n{:?}", error.as_db_error());
            None
        }
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no array: {value}"))
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no string: {value}"))
}

/// What holds in the description of any relation.
fn check_relation(relation: &Value) {
    let columns: HashMap<i64, &str> = array(&relation["columns"])
        .iter()
        .filter_map(|column| Some((column["id"].as_i64()?, string(&column["name"]))))
        .collect();
    for column in array(&relation["columns"]) {
        check_column(column);
        check_type(&column["type_full"], column);
        if !column["collation"].is_null() {
            check_name(&column["collation"], column);
        }
    }
    for key in array(&relation["primary_key"]) {
        assert!(
            columns.contains_key(&key.as_i64().unwrap_or_default()),
            "the key's column is there: {relation:#}"
        );
    }
    for constraint in array(&relation["constraints"]) {
        for attnum in array(&constraint["columns"]) {
            let name = columns.get(&attnum.as_i64().unwrap_or_default());
            assert!(name.is_some(), "the constraint's columns are there: {relation:#}");
            // Holds for what the tests here create: no constraint names a column through an expression of the row.
            assert!(
                name.is_some_and(|name| string(&constraint["definition"]).contains(name)),
                "the definition names the columns: {relation:#}"
            );
        }
        check_foreign_key(constraint, relation);
    }
    for constraint in array(&relation["incoming"]) {
        assert!(!constraint["foreign_key"].is_null(), "{relation:#}");
        check_foreign_key(constraint, relation);
    }
}

/// What holds in the description of any column, here and in `msar.get_column_info`.
fn check_column(column: &Value) {
    check_type(&column["type"], column);
    check_name(&column["name"], column);
    let options = &column["type_options"];
    if string(&column["type"]) == "_enum" {
        check_type(&options["original_type"], column);
        assert!(
            !array(&options["enum_values"]).is_empty(),
            "an enum has its labels: {column:#}"
        );
    }
    if string(&column["type"]) == "_array" {
        check_type(&options["item_type"], column);
    }
}

fn check_foreign_key(constraint: &Value, relation: &Value) {
    let key = &constraint["foreign_key"];
    if key.is_null() {
        return;
    }
    assert_eq!(
        array(&key["columns"]).len(),
        array(&constraint["columns"]).len(),
        "{relation:#}"
    );
    let definition = string(&constraint["definition"]);
    for pair in array(&key["columns"]) {
        for name in [&pair["name"], &pair["referent_name"]] {
            check_name(name, relation);
            assert!(
                definition.contains(string(name)),
                "the definition names the pairs: {relation:#}"
            );
        }
    }
    for table in [&key["table"], &key["referent"]] {
        check_name(&table["schema"], relation);
        check_name(&table["name"], relation);
    }
    assert!(
        definition.contains(string(&key["referent"]["name"])),
        "the definition names the referent: {relation:#}"
    );
}

/// The server prints `???` for a type, and a number for another object, that it does not find.
fn check_type(name: &Value, place: &Value) {
    check_name(name, place);
    assert!(!string(name).contains('?'), "{place:#}");
}

fn check_name(name: &Value, place: &Value) {
    let name = string(name);
    assert!(
        !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()),
        "{name} in {place:#}"
    );
}

/// Calls every function that reads what the writers change, and checks what it gives. The schema stays, the relations
/// may go.
fn read_everything(client: &mut Client) {
    let schema = document(client, "SELECT msar.get_schema_table_details('app')", &[]);
    schema.iter().flat_map(array).for_each(check_relation);

    for relation in list_of_oids(client) {
        read_relation(client, relation);
    }
    for query in [
        "SELECT coalesce(jsonb_agg(j), '[]') FROM msar.get_joinable_tables(2) AS j",
        "SELECT msar.list_schemas()",
        "SELECT msar.get_object_counts()",
    ] {
        document(client, query, &[]);
    }
}

/// What holds in the definition of any table that inherits nothing.
fn check_definition(definition: &Value) {
    let columns = array(&definition["columns"]);
    for column in columns {
        check_type(&column["type"]["name"], column);
    }
    let constraints = definition["constraints"].as_array().into_iter().flatten();
    for constraint in
        constraints.filter(|_| definition["inherits"].is_null() && definition["bounds"].is_null())
    {
        for name in constraint["columns"].as_array().into_iter().flatten() {
            let is_there = columns.iter().any(|column| column["name"] == *name);
            assert!(is_there, "the constraint's columns are there: {definition:#}");
        }
    }
}

/// The calls for one relation, which may be gone by now.
fn read_relation(client: &mut Client, relation: u32) {
    let mut call = |call: &str, expected: &[&str]| {
        document(client, &format!("SELECT {call}"), expected).unwrap_or_default()
    };

    let details = call(&format!("msar.get_table_details({relation})"), &["42P01"]);
    if !details.is_null() {
        check_relation(&details);
    }
    let definition = call(
        &format!("msar.get_table_definition({relation})"),
        &["42P01", "42809"],
    );
    if definition["columns"].is_array() {
        check_definition(&definition);
    }
    let columns = call(&format!("msar.get_column_info({relation})"), &[]);
    array(&columns).iter().for_each(check_column);
    let map = call(
        &format!("msar.get_tab_col_info_map('{{\"{relation}\": [1, 2, 3, 4]}}')"),
        &[],
    );
    let columns = map[relation.to_string()]["columns"].as_object();
    columns
        .unwrap_or_else(|| panic!("no columns: {map}"))
        .values()
        .for_each(check_column);
    let constraints =
        format!("(SELECT coalesce(jsonb_agg(c), '[]') FROM msar.get_constraints_for_table({relation}) AS c)");
    for constraint in array(&call(&constraints, &[])) {
        check_name(&constraint["type"], constraint);
    }
    let joinable = call(&format!("msar.get_joinable_tables(3, {relation})"), &[]);
    for table in joinable["target_table_info"]
        .as_object()
        .into_iter()
        .flat_map(|tables| tables.values())
    {
        for column in table["columns"]
            .as_object()
            .into_iter()
            .flat_map(|columns| columns.values())
        {
            check_type(&column["type"], table);
        }
    }
    call(&format!("msar.list_table_privileges({relation})"), &[]);
    for query in ["msar.get_dependents", "msar.preview_drop"] {
        for object in call(&format!("{query}({relation})"), &["42P01"])
            .as_array()
            .into_iter()
            .flatten()
        {
            check_name(&object["identity"], object);
        }
    }
}

/// The relations that are there at this moment, and may be gone in the next.
fn list_of_oids(client: &mut Client) -> Vec<u32> {
    let tables = document(client, "SELECT msar.get_table_info('app')", &[]).unwrap_or_default();
    array(&tables)
        .iter()
        .map(|table| {
            check_name(&table["name"], table);
            assert_ne!(
                table["current_role_priv"],
                Value::Array(Vec::new()),
                "the owner has every privilege: {table:#}"
            );
            table["oid"]
                .as_u64()
                .and_then(|oid| u32::try_from(oid).ok())
                .unwrap_or_else(|| panic!("no OID: {table:#}"))
        })
        .collect()
}

/// A database in which its owner has the extension and runs `setup`.
fn database_with(setup: &str) -> Database {
    let database = Database::with_extension();
    run(
        &mut database.connect_as_owner(),
        &format!("CREATE SCHEMA app; {setup}"),
    );
    database
}

#[test]
fn tables_with_all_they_use_come_and_go() {
    let database = database_with("CREATE TABLE app.anchor (id integer PRIMARY KEY, other integer UNIQUE)");
    let changes = [
        "CREATE FUNCTION app.initial() RETURNS text LANGUAGE sql VOLATILE RETURN 'a' || random()::text;
         CREATE TYPE app.mood AS ENUM ('glad', 'sad');
         CREATE TYPE app.pair AS (x integer, y text);
         CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
         CREATE DOMAIN app.above_ten AS app.positive CONSTRAINT above CHECK (VALUE > 10);
         CREATE COLLATION app.plain (provider = libc, locale = 'C')",
        "CREATE TABLE app.parent (
             id integer PRIMARY KEY REFERENCES app.anchor,
             name text COLLATE app.plain DEFAULT app.initial(),
             mood app.mood DEFAULT 'glad',
             moods app.mood[] DEFAULT '{glad,sad}',
             size app.above_ten DEFAULT 11,
             pair app.pair DEFAULT ROW(1, 'a'),
             twice integer GENERATED ALWAYS AS (id * 2) STORED,
             made timestamptz DEFAULT now(),
             CONSTRAINT size_and_id CHECK (size > id)
         );
         COMMENT ON TABLE app.parent IS 'soon gone';
         COMMENT ON COLUMN app.parent.name IS 'soon gone';
         CREATE TABLE app.child (
             id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             parent integer REFERENCES app.parent ON DELETE CASCADE,
             anchor integer REFERENCES app.anchor (other)
         );
         CREATE VIEW app.seen AS SELECT p.name, p.mood, c.id FROM app.parent p JOIN app.child c ON c.parent = p.id;
         CREATE MATERIALIZED VIEW app.kept AS SELECT name, moods FROM app.parent",
        "DROP FUNCTION app.initial CASCADE",
        "DROP TABLE app.parent CASCADE",
        "DROP TYPE app.mood, app.pair CASCADE; DROP DOMAIN app.positive CASCADE; DROP TABLE app.child CASCADE;
         DROP COLLATION app.plain",
    ];
    while_another_session_repeats(&database, &changes, read_everything);
}

#[test]
fn types_go_from_under_a_table() {
    let database = database_with("CREATE TABLE app.stable (id integer PRIMARY KEY)");
    let changes = [
        "CREATE TYPE app.mood AS ENUM ('glad', 'sad');
         CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
         CREATE FUNCTION app.initial() RETURNS integer LANGUAGE sql RETURN 1;
         ALTER TABLE app.stable
             ADD COLUMN mood app.mood DEFAULT 'sad',
             ADD COLUMN moods app.mood[] DEFAULT '{sad}',
             ADD COLUMN size app.positive DEFAULT 3,
             ADD COLUMN number integer DEFAULT app.initial(),
             ADD CONSTRAINT number_is_known CHECK (number <> app.initial())",
        "DROP TYPE app.mood CASCADE",
        "DROP FUNCTION app.initial CASCADE",
        "DROP DOMAIN app.positive CASCADE",
        // A table that loses columns for ever has none left to give: they count among the 1,600.
        "DROP TABLE app.stable; CREATE TABLE app.stable (id integer PRIMARY KEY)",
    ];
    while_another_session_repeats(&database, &changes, |client| {
        let schema = document(client, "SELECT msar.get_schema_table_details('app')", &[]).unwrap_or_default();
        assert_eq!(array(&schema).len(), 1);
        check_relation(&schema[0]);
        read_everything(client);
    });
}

#[test]
fn partitions_views_and_keys_change() {
    let database = database_with("CREATE TABLE app.target (id integer PRIMARY KEY, other integer UNIQUE)");
    let changes = [
        "CREATE TABLE app.whole (id integer, day integer, target integer REFERENCES app.target, PRIMARY KEY (id, day))
             PARTITION BY RANGE (day);
         CREATE TABLE app.first PARTITION OF app.whole FOR VALUES FROM (1) TO (10);
         CREATE TABLE app.second (LIKE app.whole INCLUDING ALL);
         CREATE TABLE app.referring (id integer, day integer, FOREIGN KEY (id, day) REFERENCES app.whole);
         CREATE VIEW app.seen AS SELECT id, day FROM app.whole",
        "ALTER TABLE app.whole ATTACH PARTITION app.second FOR VALUES FROM (10) TO (20)",
        "CREATE OR REPLACE VIEW app.seen AS SELECT id, day, target FROM app.whole",
        "ALTER TABLE app.whole ADD COLUMN extra numeric(8,2) DEFAULT 1.5, DROP COLUMN target CASCADE",
        "ALTER TABLE app.whole ALTER COLUMN extra TYPE text USING 'x', ALTER COLUMN extra SET DEFAULT 'y'",
        "ALTER TABLE app.referring DROP CONSTRAINT referring_id_day_fkey",
        "ALTER TABLE app.whole DETACH PARTITION app.second",
        "ALTER TABLE app.second RENAME TO third; ALTER TABLE app.third ADD FOREIGN KEY (id) REFERENCES app.target (other)",
        "DROP TABLE app.whole, app.third, app.referring",
    ];
    while_another_session_repeats(&database, &changes, |client| {
        for relation in
            array(&document(client, "SELECT msar.get_schema_table_details('app')", &[]).unwrap_or_default())
        {
            assert_eq!(
                relation["kind"] == "partition",
                !relation["partition_of"].is_null(),
                "{relation:#}"
            );
            if relation["name"] == "whole" || relation["name"] == "first" {
                assert_eq!(array(&relation["primary_key"]).len(), 2, "{relation:#}");
            }
        }
        read_everything(client);
    });
}

/// Names, types and definitions that one transaction changes together are read together.
mod one_state {
    use super::*;

    /// In one state all names here begin with `a_`, in the other with `b_`.
    const OBJECTS: &str = "CREATE SCHEMA a_app;
        CREATE TYPE a_app.a_mood AS ENUM ('a_glad');
        CREATE DOMAIN a_app.a_number AS integer CONSTRAINT a_positive CHECK (VALUE > 0);
        CREATE FUNCTION a_app.a_initial() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';
        CREATE TABLE a_app.a_t (
            a_id integer CONSTRAINT a_pkey PRIMARY KEY,
            a_one integer DEFAULT a_app.a_initial(),
            a_two a_app.a_number,
            a_sum integer GENERATED ALWAYS AS (a_one + a_two) STORED,
            a_mood a_app.a_mood DEFAULT 'a_glad',
            a_moods a_app.a_mood[],
            CONSTRAINT a_check CHECK (a_one > a_two),
            CONSTRAINT a_unique UNIQUE (a_one, a_id)
        );
        CREATE TABLE a_app.a_u (
            a_x integer,
            a_y integer,
            CONSTRAINT a_key FOREIGN KEY (a_x, a_y) REFERENCES a_app.a_t (a_one, a_id)
        )";

    /// One transaction that takes everything from the state `from` to the state `to`.
    fn rename(from: char, to: char) -> String {
        let in_schema = [
            ("TABLE", "t", "COLUMN", "id"),
            ("TABLE", "t", "COLUMN", "one"),
            ("TABLE", "t", "COLUMN", "two"),
            ("TABLE", "t", "COLUMN", "sum"),
            ("TABLE", "t", "COLUMN", "mood"),
            ("TABLE", "t", "COLUMN", "moods"),
            ("TABLE", "t", "CONSTRAINT", "pkey"),
            ("TABLE", "t", "CONSTRAINT", "check"),
            ("TABLE", "t", "CONSTRAINT", "unique"),
            ("TABLE", "u", "COLUMN", "x"),
            ("TABLE", "u", "COLUMN", "y"),
            ("TABLE", "u", "CONSTRAINT", "key"),
            ("DOMAIN", "number", "CONSTRAINT", "positive"),
        ]
        .map(|(kind, name, part, old)| {
            format!("ALTER {kind} {from}_app.{from}_{name} RENAME {part} {from}_{old} TO {to}_{old};")
        });
        let objects = [
            ("TABLE", "t"),
            ("TABLE", "u"),
            ("TYPE", "mood"),
            ("DOMAIN", "number"),
            ("FUNCTION", "initial"),
        ]
        .map(|(kind, name)| format!("ALTER {kind} {from}_app.{from}_{name} RENAME TO {to}_{name};"));
        let label = format!("ALTER TYPE {from}_app.{from}_mood RENAME VALUE '{from}_glad' TO '{to}_glad';");
        let schema = format!("ALTER SCHEMA {from}_app RENAME TO {to}_app;");
        in_schema
            .into_iter()
            .chain([label])
            .chain(objects)
            .chain([schema])
            .collect()
    }

    /// A description must be whole, and all its names of one state.
    fn check(relation: &Value) {
        check_relation(relation);
        let text = relation.to_string();
        let words = text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
        let mut states: Vec<char> = words
            .filter(|word| word.chars().nth(1) == Some('_'))
            .filter_map(|word| word.chars().next())
            .collect();
        states.sort_unstable();
        states.dedup();
        assert_eq!(states.len(), 1, "names of the states {states:?}: {relation:#}");
    }

    struct Objects {
        database: Database,
        schema: u32,
        table: u32,
    }

    impl Objects {
        fn new() -> Self {
            let database = Database::with_extension();
            let mut owner = database.connect_as_owner();
            run(&mut owner, OBJECTS);
            let row = owner.query_one(
                "SELECT 'a_app'::regnamespace::oid, 'a_app.a_t'::regclass::oid",
                &[],
            );
            let row = row.unwrap_or_else(|error| panic!("{error}"));
            Self {
                schema: row.get(0),
                table: row.get(1),
                database,
            }
        }

        fn check_schema(&self, client: &mut Client) {
            let query = format!("SELECT msar.get_schema_table_details({})", self.schema);
            let schema = document(client, &query, &[]).unwrap_or_default();
            assert_eq!(array(&schema).len(), 2);
            array(&schema).iter().for_each(check);
        }

        fn check_table(&self, client: &mut Client) {
            let query = format!("SELECT msar.get_table_details({})", self.table);
            document(client, &query, &[]).iter().for_each(check);
        }
    }

    #[test]
    fn under_constant_change() {
        let objects = Objects::new();
        while_another_session_repeats(
            &objects.database,
            &[&rename('a', 'b'), &rename('b', 'a')],
            |client| {
                objects.check_schema(client);
                objects.check_table(client);
            },
        );
    }

    #[test]
    fn of_a_transaction_that_commits_while_we_wait_for_its_locks() {
        let objects = Objects::new();
        let mut writer = objects.database.connect_as_owner();
        run(&mut writer, &format!("BEGIN; {}", rename('a', 'b')));
        let checked = thread::scope(|scope| {
            let reader = scope.spawn(|| objects.check_schema(&mut objects.database.connect_as_owner()));
            wait_until(&mut writer, SOMEBODY_WAITS);
            run(&mut writer, "COMMIT");
            reader.join()
        });
        assert!(checked.is_ok());
    }

    #[test]
    fn in_a_transaction_with_an_older_snapshot() {
        let objects = Objects::new();
        let mut reader = objects.database.connect_as_owner();
        let mut writer = objects.database.connect_as_owner();
        for isolation in [
            "REPEATABLE READ",
            "SERIALIZABLE READ ONLY DEFERRABLE",
            "REPEATABLE READ READ ONLY",
        ] {
            run(
                &mut reader,
                &format!("BEGIN ISOLATION LEVEL {isolation}; SELECT 1"),
            );
            objects.check_schema(&mut reader);
            for (from, to) in [('a', 'b'), ('b', 'a')] {
                run(&mut writer, &rename(from, to));
                objects.check_schema(&mut reader);
                objects.check_table(&mut reader);
            }
            run(&mut reader, "COMMIT");
        }
    }
}

/// Ending a description from outside.
mod cancelled {
    use super::*;

    /// A database whose schema `app` takes a while to describe, and how long.
    fn slow_database() -> (Database, Duration) {
        let database = database_with("");
        let mut owner = database.connect_as_owner();
        for batch in 0..4 {
            let tables = format!(
                "DO $$ BEGIN
                     FOR number IN 1..150 LOOP
                         EXECUTE format('CREATE TABLE app.t{batch}_%s (a integer DEFAULT random() + 1, b integer, '
                             || 'c integer GENERATED ALWAYS AS (a * b) STORED, CHECK (a > b), CHECK (a + b <> 7))', number);
                     END LOOP;
                 END $$"
            );
            run(&mut owner, &tables);
        }
        let start = Instant::now();
        assert_eq!(
            array(&document(&mut owner, DESCRIBE, &[]).unwrap_or_default()).len(),
            600
        );
        (database, start.elapsed())
    }

    const DESCRIBE: &str = "SELECT msar.get_schema_table_details('app')";

    fn describe_until_cancelled(client: &mut Client, query: &str) -> Duration {
        let start = Instant::now();
        assert_eq!(document(client, query, &["57014"]), None, "not cancelled");
        start.elapsed()
    }

    #[test]
    fn while_it_reads() {
        let (database, whole) = slow_database();
        let mut client = database.connect_as_owner();

        run(
            &mut client,
            &format!("SET statement_timeout = {}", (whole / 5).as_millis().max(1)),
        );
        assert!(describe_until_cancelled(&mut client, DESCRIBE) < whole, "at once");
        run(&mut client, "RESET statement_timeout");

        let pid = text(&mut client, "SELECT pg_backend_pid()::text");
        let took = thread::scope(|scope| {
            scope.spawn(|| {
                let mut other = database.connect_as_owner();
                thread::sleep(whole / 5);
                run(&mut other, &format!("SELECT pg_cancel_backend({pid})"));
            });
            describe_until_cancelled(&mut client, DESCRIBE)
        });
        assert!(took < whole, "at once");

        let schema = document(&mut client, DESCRIBE, &[]).unwrap_or_default();
        assert_eq!(array(&schema).len(), 600, "the session goes on as before");
    }

    #[test]
    fn while_it_waits_for_a_lock() {
        let database = database_with("CREATE TABLE app.t (a integer CHECK (a > 0))");
        let mut writer = database.connect_as_owner();
        run(&mut writer, "BEGIN; LOCK app.t");
        let mut client = database.connect_as_owner();
        let pid = text(&mut client, "SELECT pg_backend_pid()::text");
        for query in [DESCRIBE, "SELECT msar.get_table_details('app.t')"] {
            thread::scope(|scope| {
                scope.spawn(|| describe_until_cancelled(&mut client, query));
                wait_until(&mut writer, SOMEBODY_WAITS);
                run(&mut writer, &format!("SELECT pg_cancel_backend({pid})"));
            });
        }
        run(&mut client, "SET lock_timeout = '10ms'");
        assert_eq!(
            document(&mut client, DESCRIBE, &["55P03"]),
            None,
            "the lock's own timeout passes too"
        );
    }
}

/// Whether a session of this database waits for a lock on a table.
const SOMEBODY_WAITS: &str = "EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND relation IS NOT NULL
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

/// Waits until a condition holds.
fn wait_until(client: &mut Client, condition: &str) {
    let start = Instant::now();
    while text(client, &format!("SELECT ({condition})::text")) != "true" {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it never comes: {condition}"
        );
        thread::sleep(Duration::from_millis(5));
    }
}
