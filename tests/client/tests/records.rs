//! Reading records: what only a client sees of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mathesar_ext_client_tests::{Database, memory, resident, run, text};
use postgres::Client;
use serde_json::{Value, json};

fn value(client: &mut Client, query: &str) -> Value {
    let row = client
        .query_one(query, &[])
        .unwrap_or_else(|error| panic!("{query}\n{error}"));
    row.get(0)
}

/// The part of the schema under this name.
fn validator(schema: &Value, name: &str) -> jsonschema::Validator {
    let mut part = schema.clone();
    part["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::validator_for(&part).unwrap_or_else(|error| panic!("{error}"))
}

/// Options of every sort, over tables of every sort: both they and what they give are what the schema says.
#[test]
fn documents_are_what_the_schema_says() {
    let database = Database::from_template("library");
    let mut client = database.connect_as_superuser();
    let schema = value(&mut client, "SELECT msar.list_records_schema()");
    let (options_schema, result_schema) = (validator(&schema, "options"), validator(&schema, "result"));
    let by_title = json!({"type": "contains", "args": [{"type": "column", "value": "title"}, {"type": "literal", "value": "a"}]});
    let options = [
        json!({}),
        json!({"limit": null}),
        json!({"limit": 1, "offset": null, "after": null, "order": null, "filter": null, "group": null, "columns": null,
               "count": null, "previews": null, "record_summaries": null, "numbers": null, "dates": null}),
        json!({"limit": 0, "count": "none"}),
        json!({"limit": 3, "offset": 2, "count": "estimated", "previews": false}),
        json!({"limit": 3, "order": [{"attnum": 1, "direction": "desc", "nulls": "last"}], "record_summaries": true}),
        json!({"limit": 3, "group": {"columns": [2]}, "numbers": "text", "dates": "iso"}),
        json!({"limit": 3, "keys": "names", "display": true, "record_summaries": true, "dates": "contract"}),
        json!({"limit": 3, "links": true, "search": "a"}),
        json!({"limit": 3, "keys": "names", "links": null, "search": {"text": 1}}),
        json!({"limit": 2, "filter": {}, "order": []}),
        json!({"limit": 2, "columns": [1], "previews": [1], "filter": {"type": "not_null", "args": [{"type": "attnum", "value": 1}]}}),
    ];
    let tables = "SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace IN ('library'::regnamespace, 'staff'::regnamespace) AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1";
    let tables: Vec<String> = client
        .query(tables, &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(tables.len() > 20);
    for table in &tables {
        for options in &options {
            check(&mut client, &options_schema, &result_schema, table, options);
        }
        // As many pages as it takes.
        let mut after = Value::Null;
        loop {
            let options = json!({"limit": 20, "after": after});
            after = check(&mut client, &options_schema, &result_schema, table, &options)["next"].clone();
            if after.is_null() {
                break;
            }
        }
    }
    check(
        &mut client,
        &options_schema,
        &result_schema,
        "library.book",
        &json!({"filter": {"type": "and", "args": [by_title.clone(), {"type": "not", "args": [by_title]}]}}),
    );
    for filter in [
        json!({"title": "Emma"}),
        json!({"first_published": {">": 1800, "<=": 1900}, "language": ["en", "fr"], "original_title": null}),
        json!(["title", "=", "Emma"]),
        json!(["title", "not_null"]),
        json!([["title", "contains", "a"], {"language": "en"}]),
        json!(["or", ["title", "=", "Emma"], ["not", {"{category_code}": "x"}]]),
        json!({"category_code.name": "x"}),
    ] {
        let options = json!({"filter": filter, "order": [{"column": "{category_code}"}]});
        check(
            &mut client,
            &options_schema,
            &result_schema,
            "library.book",
            &options,
        );
    }

    for (wrong, reason) in [
        (json!({"limits": 1}), "an unknown option"),
        (
            json!({"filter": {"type": "equals", "args": []}}),
            "an unknown filter",
        ),
        (
            json!({"filter": {"type": "equal", "args": [{"type": "attnum", "value": 1}]}}),
            "an argument too few",
        ),
        (
            json!({"order": [{"attnum": 1, "direction": "up"}]}),
            "an unknown direction",
        ),
        (json!({"count": "roughly"}), "an unknown way to count"),
    ] {
        assert!(!options_schema.is_valid(&wrong), "{reason}");
        let refused = client.query_one("SELECT msar.list_records('library.book', $1)", &[&wrong]);
        let error = refused.expect_err(reason);
        assert_eq!(error.code().map(|code| code.code()), Some("22023"), "{reason}");
    }
}

/// Lists records of a table; gives the result.
fn check(
    client: &mut Client,
    options_schema: &jsonschema::Validator,
    result_schema: &jsonschema::Validator,
    table: &str,
    options: &Value,
) -> Value {
    if let Err(error) = options_schema.validate(options) {
        panic!("{options}: {error}");
    }
    let row = client
        .query_one(
            "SELECT msar.list_records($1::text::regclass, $2)",
            &[&table, options],
        )
        .unwrap_or_else(|error| panic!("{table} {options}\n{error:?}"));
    let result: Value = row.get(0);
    if let Err(error) = result_schema.validate(&result) {
        panic!("{table} {options}: {error}\n{result}");
    }
    result
}

const EXPORT: &str = "SELECT msar.get_table_columns_and_records('long'::regclass, NULL, NULL, NULL, NULL)";

fn long_table(client: &mut Client) {
    run(
        client,
        "CREATE TABLE long (id integer PRIMARY KEY, name text, at timestamptz);
         INSERT INTO long SELECT g, repeat('x', 200) || g, now() FROM generate_series(1, 100000) AS g",
    );
}

#[test]
fn an_export_takes_no_more_memory_for_more_rows() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    long_table(&mut client);
    run(&mut client, &format!("BEGIN; DECLARE export CURSOR FOR {EXPORT}"));
    let fetch = |client: &mut Client| client.query("FETCH 2000 FROM export", &[]).unwrap().len();
    let mut rows = fetch(&mut client) + fetch(&mut client);
    let (memory_before, resident_before) = (memory(&mut client), resident(&mut client));
    loop {
        match fetch(&mut client) {
            0 => break,
            fetched => rows += fetched,
        }
        let grown = memory(&mut client) - memory_before;
        assert!(grown < 64 * 1024, "PostgreSQL's memory grew by {grown} bytes");
    }
    let grown = resident(&mut client) - resident_before;
    assert!(grown < 2 * 1024, "the process grew by {grown} kB");
    assert_eq!(rows, 100_001);
}

#[test]
fn an_export_that_is_left_early_leaves_nothing_open() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    long_table(&mut client);
    let open = "SELECT count(*)::text FROM pg_cursors WHERE name <> ''";
    run(&mut client, "BEGIN");
    for _ in 0..3 {
        run(&mut client, &format!("{EXPORT} LIMIT 10"));
        assert_eq!(text(&mut client, open), "0", "cursors after a LIMIT");
        run(
            &mut client,
            &format!("DECLARE export CURSOR FOR {EXPORT}; FETCH 10 FROM export"),
        );
        assert_eq!(text(&mut client, open), "2", "the client's cursor and ours");
        run(&mut client, "CLOSE export");
        assert_eq!(text(&mut client, open), "0", "cursors after CLOSE");
    }
    // Within a subtransaction that fails, and when the whole transaction does.
    run(
        &mut client,
        &format!("SAVEPOINT s; DECLARE export CURSOR FOR {EXPORT}; FETCH 10 FROM export; ROLLBACK TO s"),
    );
    assert_eq!(text(&mut client, open), "0", "cursors after ROLLBACK TO");
    run(
        &mut client,
        &format!("DECLARE export CURSOR FOR {EXPORT}; FETCH 10 FROM export"),
    );
    assert!(client.batch_execute("SELECT 1 / 0").is_err());
    run(&mut client, "ROLLBACK; BEGIN");
    run(
        &mut client,
        &format!("DECLARE export CURSOR FOR {EXPORT}; FETCH 10 FROM export; COMMIT"),
    );
    assert_eq!(text(&mut client, open), "0", "cursors after COMMIT");
    // A cursor that outlives its transaction has read all rows by then.
    run(
        &mut client,
        &format!("BEGIN; DECLARE kept CURSOR WITH HOLD FOR {EXPORT} LIMIT 1000; FETCH 10 FROM kept; COMMIT"),
    );
    assert_eq!(client.query("FETCH ALL FROM kept", &[]).unwrap().len(), 990);
    // Rows are those of the moment when it began.
    run(
        &mut client,
        &format!(
            "BEGIN; DECLARE export CURSOR FOR {EXPORT}; FETCH 10 FROM export; DELETE FROM long WHERE id > 50000"
        ),
    );
    assert_eq!(client.query("FETCH ALL FROM export", &[]).unwrap().len(), 99_991);
}

/// A page takes no more memory the hundredth time than the tenth, whether it succeeds or fails.
#[test]
fn repeated_calls_take_no_more_memory() {
    let database = Database::from_template("library");
    let mut client = database.connect_as_superuser();
    let round = |client: &mut Client, number: i32| {
        run(
            client,
            "SELECT msar.list_records('library.loan', '{\"record_summaries\": true}')",
        );
        run(
            client,
            &format!("SELECT msar.get_record_from_table('library.book'::regclass, {number})"),
        );
        // A shape that is new each time is forgotten some time.
        run(
            client,
            &format!(
                "SELECT msar.list_records('library.book', '{{\"limit\": {}}}')",
                number + 1000
            ),
        );
        assert!(
            client
                .batch_execute("SELECT msar.get_record_from_table('library.book'::regclass, 'x')")
                .is_err()
        );
        assert!(
            client
                .batch_execute("SELECT msar.list_records('library.book', '{\"filter\": {\"type\": \"x\"}}')")
                .is_err()
        );
    };
    for number in 0..400 {
        round(&mut client, number);
    }
    let (memory_before, resident_before) = (memory(&mut client), resident(&mut client));
    for number in 400..800 {
        round(&mut client, number);
    }
    let grown = memory(&mut client) - memory_before;
    assert!(grown < 1024 * 1024, "PostgreSQL's memory grew by {grown} bytes");
    let grown = resident(&mut client) - resident_before;
    assert!(grown < 8 * 1024, "the process grew by {grown} kB");
}

/// Whatever another session makes of the tables meanwhile, a page is of one state.
#[test]
fn pages_while_another_session_alters_the_tables() {
    const CONTEST: Duration = Duration::from_secs(4);
    let database = Database::with_extension();
    run(
        &mut database.connect_as_owner(),
        "CREATE TABLE author (id integer PRIMARY KEY, name text);
         CREATE TABLE book (id integer PRIMARY KEY, title text, author_id integer REFERENCES author);
         INSERT INTO author VALUES (1, 'Woolf');
         INSERT INTO book VALUES (1, 'Orlando', 1)",
    );
    let changes = [
        "ALTER TABLE book RENAME title TO renamed",
        "ALTER TABLE author RENAME name TO renamed",
        "ALTER TABLE author RENAME TO writer",
        "ALTER TABLE book ADD more integer DEFAULT 7",
        "ALTER TABLE book DROP more",
        "ALTER TABLE writer RENAME TO author",
        "ALTER TABLE author RENAME renamed TO name",
        "ALTER TABLE book DROP CONSTRAINT book_author_id_fkey",
        "ALTER TABLE book RENAME renamed TO title",
        "ALTER TABLE book ADD FOREIGN KEY (author_id) REFERENCES author",
    ];
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut client = database.connect_as_owner();
            let mut rounds = 0;
            while !over.load(Ordering::Relaxed) {
                changes.iter().for_each(|change| run(&mut client, change));
                rounds += 1;
            }
            rounds
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = database.connect_as_owner();
                    let (start, mut reads, mut linked) = (Instant::now(), 0, 0);
                    while start.elapsed() < CONTEST {
                        let page = value(&mut client, "SELECT msar.list_records('book')");
                        let row = &page["results"][0];
                        assert_eq!(row["2"], "Orlando", "{page}");
                        assert!(
                            row["4"].is_null() || row.as_object().is_some_and(|row| row.len() == 4),
                            "{page}"
                        );
                        let preview = &page["linked_record_summaries"];
                        let has_previews = preview.as_object().is_some_and(|links| !links.is_empty());
                        assert!(!has_previews || preview["3"]["1"] == "Woolf", "{page}");
                        linked += usize::from(has_previews);
                        reads += 1;
                    }
                    (reads, linked)
                })
            })
            .collect();
        let counts: Vec<_> = readers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        let rounds = writer.join().unwrap_or_else(|_| panic!("the writer failed"));
        for count in counts {
            let (reads, linked) = count.unwrap_or_else(|_| panic!("a reader failed"));
            assert!(
                rounds > 5 && reads > 50 && linked > 5,
                "{rounds} rounds, {reads} pages, {linked} with links"
            );
        }
    });
}

/// An export that is read through a cursor ends with all rows or with an error, whatever becomes of savepoints; and
/// nothing that a caller puts in the place of the cursor inside is read as if it were that.
#[test]
fn an_export_through_a_cursor_is_whole_or_fails() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        "CREATE TABLE many (id integer PRIMARY KEY); INSERT INTO many SELECT generate_series(1, 499)",
    );
    const EXPORT: &str = "DECLARE c CURSOR FOR SELECT msar.get_table_columns_and_records('many'::regclass::oid, NULL, NULL, NULL, NULL)::text";
    let rest = |client: &mut Client| client.query("FETCH ALL FROM c", &[]).map(|rows| rows.len());
    run(
        &mut client,
        &format!("BEGIN; {EXPORT}; SAVEPOINT s; FETCH 62 FROM c; ROLLBACK TO s"),
    );
    let error = rest(&mut client).unwrap_err();
    let error = error.as_db_error().unwrap();
    assert_eq!(
        (error.code().code(), error.message()),
        ("24000", "the rest of the rows is lost")
    );
    run(&mut client, "ROLLBACK");

    run(
        &mut client,
        &format!("BEGIN; {EXPORT}; FETCH 1 FROM c; SAVEPOINT s; FETCH 61 FROM c; ROLLBACK TO s"),
    );
    assert_eq!(rest(&mut client).unwrap(), 500 - 62);
    run(&mut client, "ROLLBACK");

    // The portal inside has a name that can be guessed.
    run(
        &mut client,
        &format!("BEGIN; {EXPORT}; SAVEPOINT s; FETCH 1 FROM c"),
    );
    let names = "SELECT string_agg(name, ',') FROM pg_cursors WHERE name ~ '^<unnamed portal'";
    let names = text(&mut client, names);
    run(&mut client, "ROLLBACK TO s");
    for name in names.split(',') {
        run(
            &mut client,
            &format!(
                "DECLARE \"{name}\" CURSOR FOR SELECT 4702111234474983745::bigint FROM generate_series(1, 1000)"
            ),
        );
    }
    let error = rest(&mut client).unwrap_err();
    assert_eq!(error.as_db_error().unwrap().code().code(), "24000");
    run(&mut client, "ROLLBACK");
}
