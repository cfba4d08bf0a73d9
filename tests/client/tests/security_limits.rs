//! What a call may cost: memory, time until a cancel is heard, statements that are kept. Out of memory is an error of the
//! call, never the end of the server.

use mathesar_ext_client_tests::{
    Database, Server, connect, functions, limit_memory, peak, reconnected, refusal, run, text,
};
use postgres::{Client, NoTls};
use std::time::{Duration, Instant};

/// A superuser's session of the database, which has loaded what calls need.
fn session(server: &Server) -> Client {
    let mut client = connect(server.config().dbname("large"));
    run(
        &mut client,
        "BEGIN;
         SELECT msar.import_text('public', 'small', 'a,b');
         SELECT msar.add_records('small', '[{}]');
         SELECT msar.list_records('small', '{}');
         ROLLBACK",
    );
    client
}

/// A server with 20 MB as bytea in `file`, as CSV, as JSON and in another encoding; 168 MB in `large_file`; keys as jsonb
/// in `ids`; and a table of one million rows, `many`.
fn large_server() -> Server {
    let server = Server::create(&["fsync = off", "max_wal_size = 2GB", "shared_buffers = 16MB"]);
    run(&mut connect(&server.config()), "CREATE DATABASE large");
    run(
        &mut connect(server.config().dbname("large")),
        "CREATE EXTENSION mathesar_ext;
         -- Compressed values would be unpacked by PostgreSQL, which hears no cancel meanwhile.
         CREATE TABLE file (csv bytea, json bytea, latin bytea);
         CREATE TABLE large_file (csv bytea);
         CREATE TABLE ids (part jsonb, million jsonb, most jsonb);
         CREATE TABLE new_rows (rows jsonb);
         ALTER TABLE file ALTER csv SET STORAGE EXTERNAL, ALTER json SET STORAGE EXTERNAL, ALTER latin SET STORAGE EXTERNAL;
         ALTER TABLE large_file ALTER csv SET STORAGE EXTERNAL;
         ALTER TABLE ids ALTER part SET STORAGE EXTERNAL, ALTER million SET STORAGE EXTERNAL, ALTER most SET STORAGE EXTERNAL;
         ALTER TABLE new_rows ALTER rows SET STORAGE EXTERNAL;
         INSERT INTO file
           SELECT convert_to(E'a,b,c,d\\n' || string_agg(concat(n, ',', md5(n::text), ',2020-01-0', n % 9 + 1, ',', n * 0.5), E'\\n'), 'UTF8') AS csv,
                  convert_to('[' || string_agg(format('{\"a\": %s, \"b\": \"%s\"}', n, md5(n::text)), ',') || ']', 'UTF8') AS json,
                  convert_to(E'a,b\\n' || string_agg(concat(n, ',', repeat('é', 40)), E'\\n'), 'LATIN1') AS latin
           FROM generate_series(1, 350000) AS n;
         INSERT INTO large_file
           SELECT convert_to(E'a,b,c,d\\n' || string_agg(concat(n, ',', repeat(md5(n::text), 2), ',2020-01-0', n % 9 + 1, ',', n * 0.5), E'\\n'), 'UTF8') AS csv
           FROM generate_series(1, 1820000) AS n;
         CREATE TABLE many (id int PRIMARY KEY, b text DEFAULT 'some text', c date DEFAULT '2024-02-29');
         INSERT INTO many SELECT n FROM generate_series(1, 1000000) AS n;
         INSERT INTO ids
           SELECT jsonb_agg(n) FILTER (WHERE n <= 300000) AS part, jsonb_agg(n) FILTER (WHERE n <= 1000000) AS million, jsonb_agg(n) AS most
           FROM generate_series(1, 2500000) AS n;
         INSERT INTO new_rows SELECT jsonb_agg(jsonb_build_object('id', n, 'b', 'x')) AS rows FROM generate_series(1000001, 1300000) AS n;
         ANALYZE",
    );
    server
}

/// Calls whose size the caller chooses.
const LARGE_CALLS: [&str; 10] = [
    "SELECT msar.import_text('public', 'imported', csv) FROM file",
    "SELECT msar.import_text('public', 'imported', json) FROM file",
    "SELECT msar.import_text('public', 'imported', latin) FROM file",
    "SELECT __msar.inspect_file(csv, '{}') FROM file",
    "SELECT msar.delete_records_from_table('many'::regclass, part) FROM ids",
    "SELECT msar.add_records('many', rows) FROM new_rows",
    "SELECT msar.list_records('many', '{}')",
    "SELECT msar.list_records_from_table('many'::regclass, NULL, NULL, NULL, NULL, NULL)",
    "SELECT msar.preview_rows('many', part) FROM ids",
    "SELECT msar.add_columns('many'::regclass, part) FROM ids",
];

/// Calls that take long.
const LONG_CALLS: [&str; 10] = [
    "SELECT __msar.inspect_file(csv, '{}') FROM file",
    "SELECT __msar.inspect_file(json, '{}') FROM file",
    "SELECT __msar.inspect_file(latin, '{}') FROM file",
    LARGE_CALLS[0],
    LARGE_CALLS[4],
    LARGE_CALLS[5],
    LARGE_CALLS[6],
    LARGE_CALLS[7],
    LARGE_CALLS[8],
    "SELECT count(__msar.display_number(n::text, 16383, NULL, NULL, NULL, NULL, NULL, NULL)) FROM generate_series(1, 20000) AS n",
];

/// The largest of all.
const LARGEST_CALLS: [&str; 3] = [
    "SELECT msar.import_text('public', 'imported', csv) FROM large_file",
    "SELECT __msar.inspect_file(csv, '{}') FROM large_file",
    "SELECT msar.delete_records_from_table('many'::regclass, most) FROM ids",
];

fn in_rolled_back_transaction(client: &mut Client, call: &str) -> Result<(), postgres::Error> {
    let outcome = client.batch_execute(&format!("BEGIN; {call}"));
    if !client.is_closed() {
        run(client, "ROLLBACK");
    }
    outcome
}

/// Calls with less and less memory than they need. Returns how often they were refused.
fn refusals(server: &Server, call: &str, megabytes: &[i64]) -> usize {
    let mut refused = 0;
    for &megabytes in megabytes {
        let mut client = session(server);
        limit_memory(&mut client, megabytes << 20);
        match in_rolled_back_transaction(&mut client, call) {
            // More memory will not make it worse.
            Ok(()) => break,
            Err(error) => {
                let sqlstate =
                    refusal(&error, call).unwrap_or_else(|failure| panic!("{megabytes} MB: {failure}"));
                assert!(
                    ["53200", "54000", "22023"].contains(&sqlstate.as_str()),
                    "{megabytes} MB, {sqlstate}: {error}\n{call}"
                );
                refused += 1;
            }
        }
        // The session goes on.
        assert_eq!(text(&mut client, "SELECT 'still there'"), "still there");
    }
    refused
}

#[test]
fn calls_are_bounded_whatever_is_passed() {
    let server = large_server();
    memory_is_proportional_to_what_is_passed(&server);
    cancels_and_timeouts_are_heard_at_once(&server);
    out_of_memory_is_an_error_of_the_call(&server);
}

fn out_of_memory_is_an_error_of_the_call(server: &Server) {
    let refused: usize = LARGE_CALLS
        .iter()
        .map(|call| refusals(server, call, &[12, 50]))
        .sum();
    assert!(
        refused >= LARGE_CALLS.len(),
        "only {refused} of the calls were refused: the limits are no limits"
    );
    for call in LARGEST_CALLS {
        let refused = refusals(server, call, &[60, 200]);
        assert!(refused > 0, "not refused: {call}");
    }
}

/// The most memory that a call takes in a new session, in bytes, without the argument's first copy.
fn cost(server: &Server, call: &str) -> f64 {
    let mut client = session(server);
    let before = peak(&mut client);
    in_rolled_back_transaction(&mut client, call).unwrap_or_else(|error| panic!("{error}: {call}"));
    (peak(&mut client) - before) as f64
}

fn memory_is_proportional_to_what_is_passed(server: &Server) {
    // The buffers of the server are shared, and count as far as a session touches them.
    let buffers = 16e6;
    for (column, most) in [("csv", 6.0), ("json", 6.0), ("latin", 6.0)] {
        let size: f64 = text(
            &mut session(server),
            &format!("SELECT length({column})::text FROM file"),
        )
        .parse()
        .unwrap_or(f64::NAN);
        let call = format!("SELECT msar.import_text('public', 'imported', {column}) FROM file");
        let import = cost(server, &call) - buffers;
        println!("an import of {column} takes {:.1} times the file", import / size);
        assert!(import < most * size, "{import} bytes for a file of {size}");
    }
    let deletes = cost(
        server,
        "SELECT msar.delete_records_from_table('many'::regclass, million) FROM ids",
    ) - buffers;
    println!("a delete takes {:.0} bytes a key", deletes / 1e6);
    assert!(deletes < 200.0 * 1e6, "{deletes} bytes for a million keys");
}

/// How long after a cancel the call ends; `None` if it was done before.
fn time_to_cancel(client: &mut Client, call: &str, after: Duration) -> Option<Duration> {
    let token = client.cancel_token();
    let cancelled = std::sync::Mutex::new(None);
    let (outcome, ended) = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(after);
            *cancelled.lock().unwrap_or_else(|error| panic!("{error}")) = Some(Instant::now());
            token
                .cancel_query(NoTls)
                .unwrap_or_else(|error| panic!("{error}"));
        });
        let outcome = client.batch_execute(&format!("BEGIN; {call}"));
        (outcome, Instant::now())
    });
    let cancelled = cancelled.into_inner().unwrap_or_else(|error| panic!("{error}"));
    // A cancel may come when the call is done.
    std::thread::sleep(Duration::from_millis(30));
    let _ = client.batch_execute("ROLLBACK");
    run(client, "ROLLBACK");
    match (outcome, cancelled) {
        (Err(error), Some(cancelled)) if refusal(&error, call).as_deref() == Ok("57014") => {
            Some(ended.saturating_duration_since(cancelled))
        }
        (Ok(()), _) => None,
        (Err(error), _) => panic!("{error}: {call}"),
    }
}

fn cancels_and_timeouts_are_heard_at_once(server: &Server) {
    const LONGEST: Duration = Duration::from_millis(100);
    let mut client = session(server);
    let mut late = Vec::new();
    for call in LONG_CALLS {
        let started = Instant::now();
        run(&mut client, &format!("BEGIN; {call}; ROLLBACK"));
        let whole = started.elapsed();
        let mut slowest = Duration::ZERO;
        for tenths in [1, 4, 8] {
            let after = whole * tenths / 10;
            // On a machine with other work a time counts when it comes again.
            let mut time = Duration::MAX;
            for _ in 0..4 {
                time = time.min(time_to_cancel(&mut client, call, after).unwrap_or_default());
                if time <= LONGEST {
                    break;
                }
            }
            slowest = slowest.max(time);
            if time > LONGEST {
                late.push(format!("{time:?} after {after:?} of {whole:?}: {call}"));
            }
        }
        println!("{slowest:?} of {whole:?}: {call}");
    }
    assert!(late.is_empty(), "{}", late.join("\n"));
    // A timeout takes the same way.
    run(&mut client, "SET statement_timeout = '50ms'");
    for call in [LONG_CALLS[0], LONG_CALLS[9]] {
        let error = in_rolled_back_transaction(&mut client, call).expect_err(call);
        assert_eq!(refusal(&error, call).as_deref(), Ok("57014"), "{call}");
    }
}

#[test]
fn statements_are_kept_in_limited_memory() {
    let database = Database::from_template("library");
    let mut client = database.connect_as_superuser();
    let kept = |client: &mut Client| -> i64 {
        text(
            client,
            "SELECT coalesce(sum(total_bytes), 0)::bigint::text FROM pg_backend_memory_contexts WHERE name LIKE 'CachedPlan%'",
        )
        .parse()
        .unwrap_or_default()
    };
    run(&mut client, "SET mathesar_ext.statement_memory = '1MB'");
    for limit in 1..80 {
        run(
            &mut client,
            &format!(
                "SELECT msar.list_records('library.book', '{{\"limit\": {limit}, \"previews\": true}}')"
            ),
        );
    }
    let of_one_megabyte = kept(&mut client);
    assert!(of_one_megabyte < 4 << 20, "{of_one_megabyte} bytes are kept");
    run(&mut client, "SET mathesar_ext.statement_memory = 0");
    run(
        &mut client,
        "SELECT msar.list_records('library.book', '{\"limit\": 90}')",
    );
    let of_none = kept(&mut client);
    assert!(
        of_none < of_one_megabyte,
        "{of_none} bytes are kept, before {of_one_megabyte}"
    );
}

#[test]
fn digits_are_limited() {
    let database = Database::with_extension();
    let start = Instant::now();
    let length = text(
        &mut database.connect_as_owner(),
        "SELECT length(__msar.display_number('1', 2147483647, NULL, NULL, NULL, NULL, NULL, NULL))::text",
    );
    assert_eq!(length, "16385");
    assert!(start.elapsed() < Duration::from_secs(1));
}

/// A server with the largest arguments: 150 MB of text, digits, jsonb, bytea and numbers, and 40 MB of a JSON array as text.
fn server_of_huge_arguments() -> Server {
    let server = Server::create(&["fsync = off", "max_wal_size = 2GB", "shared_buffers = 16MB"]);
    run(&mut connect(&server.config()), "CREATE DATABASE large");
    run(
        &mut connect(server.config().dbname("large")),
        "CREATE EXTENSION mathesar_ext;
         CREATE TABLE things (id int PRIMARY KEY, a text);
         CREATE TABLE huge (words text, digits text, elements text, scalar jsonb, list jsonb, file bytea, numbers int[]);
         ALTER TABLE huge ALTER words SET STORAGE EXTERNAL, ALTER digits SET STORAGE EXTERNAL,
           ALTER elements SET STORAGE EXTERNAL, ALTER scalar SET STORAGE EXTERNAL, ALTER list SET STORAGE EXTERNAL,
           ALTER file SET STORAGE EXTERNAL, ALTER numbers SET STORAGE EXTERNAL;
         INSERT INTO huge
           SELECT repeat('x', 150000000), repeat('9', 150000000), '[' || repeat('1,', 20000000) || '1]',
                  to_jsonb(repeat('x', 150000000)), ('[' || repeat('1, ', 4000000) || '1]')::jsonb,
                  convert_to(repeat('x', 150000000), 'UTF8'), array_fill(1, ARRAY[37500000])",
    );
    server
}

/// The huge values of a type, as expressions; none where a value cannot be large.
fn huge_values(type_name: &str, is_inner: bool) -> Vec<String> {
    let of = |values: &[&str]| values.iter().map(|value| format!("huge.{value}")).collect();
    match type_name {
        // What reads texts as something else is in the inner schema, or called by it.
        "text" if is_inner => of(&["words", "digits", "elements"]),
        "text" => of(&["words"]),
        "jsonb" => of(&["scalar", "list"]),
        "json" => vec!["to_json(huge.words)".into()],
        "bytea" => of(&["file"]),
        "anycompatible" => of(&["words", "scalar"]),
        "integer[]" => of(&["numbers"]),
        "oid[]" | "smallint[]" | "bigint[]" => vec![format!("huge.numbers::{type_name}")],
        _ => Vec::new(),
    }
}

/// An ordinary value of a type.
fn ordinary_value(argument: &str, type_name: &str) -> String {
    match type_name {
        "oid" | "regnamespace" if argument == "sch_id" => "'public'::regnamespace::oid".into(),
        "oid" | "regclass" => "'things'::regclass::oid".into(),
        "regnamespace" => "'public'::regnamespace::oid".into(),
        "regrole" => "10".into(),
        "regtype" => "25".into(),
        "text" => "'x'".into(),
        "json" | "jsonb" => "'{}'".into(),
        "bytea" => "'a,b'".into(),
        "boolean" => "false".into(),
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" => "1".into(),
        "anycompatible" => "1".into(),
        "\"char\"" => "','".into(),
        "msar.pkey_kind" => "'IDENTITY'".into(),
        "uuid" => "gen_random_uuid()".into(),
        other if other.ends_with("[]") => "'{}'".into(),
        _ => "NULL".into(),
    }
}

/// Every function with each argument as large as PostgreSQL makes it, in sessions that may have 400 MB more than they have
/// when they begin: an answer or an error, soon, and the session goes on.
#[test]
fn no_argument_is_too_large_for_the_server() {
    const LONGEST: Duration = Duration::from_secs(10);
    let server = server_of_huge_arguments();
    let config = || {
        let mut config = server.config();
        config.dbname("large");
        config
    };
    let mut client = connect(&config());
    let functions = functions::all(&mut client);
    let limited = || {
        let mut client = reconnected(&config());
        run(
            &mut client,
            "SET statement_timeout = '5s'; SELECT msar.list_records('things', '{}')",
        );
        limit_memory(&mut client, 400 << 20);
        client
    };
    client = limited();
    let (mut calls, mut failures) = (0, Vec::new());
    for function in &functions {
        if matches!(function.result.as_str(), "trigger" | "event_trigger") {
            continue;
        }
        let named = |at: usize| function.names.get(at).map_or("", String::as_str);
        let ordinary: Vec<String> = (function.arguments.iter().enumerate())
            .map(|(at, type_name)| ordinary_value(named(at), type_name))
            .collect();
        for (at, type_name) in function.arguments.iter().enumerate() {
            for value in huge_values(type_name, function.name.starts_with("__msar.")) {
                calls += 1;
                let mut arguments = ordinary.clone();
                arguments[at] = value;
                let call = function.call(&arguments);
                let result = call.strip_prefix("SELECT ").unwrap_or(&call);
                let start = Instant::now();
                // Its result, which may be as large, stays there.
                let outcome = client.batch_execute(&format!("BEGIN; SELECT ({result}) IS NULL FROM huge"));
                if let Err(error) = outcome {
                    failures.extend(refusal(&error, &call).err());
                }
                if start.elapsed() > LONGEST {
                    failures.push(format!("{:?}: {call}", start.elapsed()));
                }
                if client.is_closed() || client.batch_execute("ROLLBACK").is_err() {
                    client = limited();
                }
            }
        }
    }
    assert!(calls > 200, "only {calls} calls");
    assert!(
        failures.is_empty(),
        "{} of {calls} calls failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// What takes long with what a caller passes, though it is not too large.
const SLOW_CALLS: [&str; 9] = [
    "SELECT __msar.array_literal(elements) FROM slow",
    "SELECT __msar.array_of_moments(moments, 'YMD') FROM slow",
    "SELECT __msar.display_number(digits, 2147483647, NULL, 'always', 'hindi', true, 'E', 'end-with-space') FROM slow",
    "SELECT msar.cast_to_numeric(digits) FROM slow",
    "SELECT msar.list_changes(digits) FROM slow",
    "SELECT msar.import_metadata(schemas) FROM slow",
    "SELECT msar.undo_changes(changes) FROM slow",
    "SELECT msar.import_text('public', 'imported', one_value) FROM slow",
    "SELECT msar.add_data_file('x.csv', one_value) FROM slow",
];

#[test]
fn cancels_are_heard_whatever_is_passed() {
    const LONGEST: Duration = Duration::from_millis(500);
    let server = Server::create(&["fsync = off", "max_wal_size = 2GB"]);
    run(&mut connect(&server.config()), "CREATE DATABASE large");
    run(
        &mut connect(server.config().dbname("large")),
        "CREATE EXTENSION mathesar_ext;
         CREATE TABLE slow (elements text, moments text, digits text, schemas jsonb, changes jsonb, one_value bytea);
         ALTER TABLE slow ALTER elements SET STORAGE EXTERNAL, ALTER moments SET STORAGE EXTERNAL,
           ALTER digits SET STORAGE EXTERNAL, ALTER schemas SET STORAGE EXTERNAL, ALTER changes SET STORAGE EXTERNAL,
           ALTER one_value SET STORAGE EXTERNAL;
         INSERT INTO slow
           SELECT '[' || repeat('1, ', 3000000) || '1]',
                  (SELECT jsonb_agg('2020-01-02'::text)::text FROM generate_series(1, 300000)),
                  repeat('9', 20000000),
                  jsonb_build_object('schemas', (SELECT jsonb_object_agg('s' || n, '{}'::jsonb) FROM generate_series(1, 100000) AS n)),
                  (SELECT jsonb_agg(jsonb_build_object('transaction', n, 'number', 1)) FROM generate_series(1, 10000) AS n),
                  convert_to('[{\"a\": \"' || repeat('x', 30000000) || '\"}]', 'UTF8')",
    );
    let mut client = session(&server);
    // Where a call ends with an error, it takes as long.
    run(&mut client, "SET statement_timeout = '60s'");
    let mut late = Vec::new();
    for call in SLOW_CALLS {
        let started = Instant::now();
        let _ = in_rolled_back_transaction(&mut client, call);
        let whole = started.elapsed();
        let mut slowest = Duration::ZERO;
        for eighths in 1..8 {
            let after = whole * eighths / 8;
            let mut time = Duration::MAX;
            for _ in 0..3 {
                time = time.min(time_until_end(&mut client, call, after));
                if time <= LONGEST {
                    break;
                }
            }
            slowest = slowest.max(time);
        }
        println!("{slowest:?} of {whole:?}: {call}");
        if slowest > LONGEST {
            late.push(format!("{slowest:?} of {whole:?}: {call}"));
        }
    }
    assert!(late.is_empty(), "{}", late.join("\n"));
}

/// How long after a cancel a call ends, by the cancel or by itself.
fn time_until_end(client: &mut Client, call: &str, after: Duration) -> Duration {
    let token = client.cancel_token();
    let started = Instant::now();
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(after);
            let _ = token.cancel_query(NoTls);
        });
        let _ = client.batch_execute(&format!("BEGIN; {call}"));
        Instant::now()
    });
    std::thread::sleep(Duration::from_millis(30));
    let _ = client.batch_execute("ROLLBACK");
    run(client, "ROLLBACK");
    ended.saturating_duration_since(started + after)
}
