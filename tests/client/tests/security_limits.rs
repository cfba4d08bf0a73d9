//! What a call may cost: memory, time until a cancel is heard, statements that are kept. Out of memory is an error of the
//! call, never the end of the server.

use mathesar_ext_client_tests::{Database, limit_memory, peak, refusal, run, text};
use postgres::{Client, NoTls};
use std::time::{Duration, Instant};

/// 20 MB as bytea in table `file`, one million keys as jsonb in `ids`, and as many rows in `many`.
fn large_database() -> Database {
    let database = Database::with_extension();
    run(
        &mut database.connect_as_owner(),
        "CREATE TABLE file AS
           SELECT convert_to(E'a,b,c,d\\n' || string_agg(concat(n, ',', md5(n::text), ',2020-01-0', n % 9 + 1, ',', n * 0.5), E'\\n'), 'UTF8') AS csv,
                  convert_to('[' || string_agg(format('{\"a\": %s, \"b\": \"%s\"}', n, md5(n::text)), ',') || ']', 'UTF16LE') AS json
           FROM generate_series(1, 350000) AS n;
         CREATE TABLE many (id int PRIMARY KEY, b text DEFAULT 'some text', c date DEFAULT '2024-02-29');
         INSERT INTO many SELECT n FROM generate_series(1, 1000000) AS n;
         CREATE TABLE ids AS SELECT jsonb_agg(n) AS ids FROM generate_series(1, 1000000) AS n;
         CREATE TABLE new_rows AS SELECT jsonb_agg(jsonb_build_object('id', n, 'b', 'x')) AS rows FROM generate_series(1000001, 1300000) AS n;
         ANALYZE"
            .replace("'UTF16LE'", "'UTF8'")
            .as_str(),
    );
    database
}

/// The calls whose size their caller chooses.
const LARGE_CALLS: [&str; 9] = [
    "SELECT msar.import_text('public', 'imported', csv) FROM file",
    "SELECT msar.import_text('public', 'imported', json) FROM file",
    "SELECT __msar.inspect_file(csv, '{}') FROM file",
    "SELECT msar.delete_records_from_table('many'::regclass, ids) FROM ids",
    "SELECT msar.add_records('many', rows) FROM new_rows",
    "SELECT msar.list_records('many', '{}')",
    "SELECT msar.list_records_from_table('many'::regclass, NULL, NULL, NULL, NULL, NULL)",
    "SELECT msar.preview_rows('many', ids) FROM ids",
    "SELECT msar.add_columns('many'::regclass, ids) FROM ids",
];

fn in_rolled_back_transaction(client: &mut Client, call: &str) -> Result<(), postgres::Error> {
    let outcome = client.batch_execute(&format!("BEGIN; {call}"));
    if !client.is_closed() {
        run(client, "ROLLBACK");
    }
    outcome
}

#[test]
fn out_of_memory_is_an_error_of_the_call() {
    let database = large_database();
    let mut refused = 0;
    for call in LARGE_CALLS {
        for megabytes in [12, 25, 50, 100, 200] {
            let mut client = database.connect_as_owner();
            run(&mut client, "SELECT msar.get_object_counts()");
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
    }
    assert!(
        refused > LARGE_CALLS.len(),
        "only {refused} calls were refused: the limits are no limits"
    );
}

/// The highest that a call brings the memory of a new session to, in bytes, beyond what reading its argument takes.
fn cost(database: &Database, call: &str, argument: &str) -> f64 {
    let cost_of = |statement: &str| {
        // Who may read files of the server is the superuser.
        let mut client = database.connect_as_superuser();
        run(&mut client, "SELECT msar.get_object_counts()");
        let before = peak(&mut client);
        in_rolled_back_transaction(&mut client, statement)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
        (peak(&mut client) - before) as f64
    };
    cost_of(call)
        - cost_of(&format!(
            "SELECT length({argument}::text) FROM (SELECT NULL::text AS none) AS x WHERE none IS NOT NULL"
        ))
}

#[test]
fn memory_is_proportional_to_what_is_passed() {
    let database = large_database();
    // The buffers of the server are shared, and count as far as a session touches them.
    let buffers = 16e6;
    let size: f64 = text(
        &mut database.connect_as_owner(),
        "SELECT length(csv)::text FROM file",
    )
    .parse()
    .unwrap_or(f64::NAN);
    let import = cost(&database, LARGE_CALLS[0], "1") - buffers;
    println!("an import takes {:.1} times the file", import / size);
    assert!(import < 6.0 * size, "{import} bytes for a file of {size}");
    let deletes = cost(&database, LARGE_CALLS[3], "1") - buffers;
    println!("a delete takes {:.0} bytes a key", deletes / 1e6);
    assert!(deletes < 200.0 * 1e6, "{deletes} bytes for a million keys");
}

/// How long after a cancel the call ends; `None` if it was done before.
fn time_to_cancel(client: &mut Client, call: &str, after: Duration) -> Option<Duration> {
    let token = client.cancel_token();
    let (started, cancelled) = (Instant::now(), std::sync::Mutex::new(None));
    let outcome = std::thread::scope(|scope| {
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
    let (outcome, ended) = outcome;
    let cancelled = cancelled.into_inner().unwrap_or_else(|error| panic!("{error}"));
    run(client, "ROLLBACK");
    match (outcome, cancelled) {
        (Err(error), Some(cancelled)) if refusal(&error, call).as_deref() == Ok("57014") => {
            Some(ended.saturating_duration_since(cancelled))
        }
        (Ok(()), _) => {
            println!("{call} took {:?}", ended - started);
            None
        }
        (Err(error), _) => panic!("{error}: {call}"),
    }
}

#[test]
fn a_cancel_is_heard_at_once() {
    const LONGEST: Duration = Duration::from_millis(100);
    let database = large_database();
    let mut client = database.connect_as_owner();
    let mut late = Vec::new();
    for call in &LARGE_CALLS[..8] {
        let mut slowest = Duration::ZERO;
        for step in 1.. {
            let after = Duration::from_millis(170 * step);
            // On a machine with other work a time counts when it comes again.
            let times: Vec<_> = (0..3)
                .map_while(|_| {
                    let time = time_to_cancel(&mut client, call, after)?;
                    (time > LONGEST / 2).then_some(time)
                })
                .collect();
            let time = if times.len() == 3 {
                times.iter().min().copied().unwrap_or_default()
            } else {
                Duration::ZERO
            };
            slowest = slowest.max(time);
            if time > LONGEST {
                late.push(format!("{time:?} after {after:?}: {call}"));
            }
            if step >= 25 || time_to_cancel(&mut client, call, after + Duration::from_millis(85)).is_none() {
                break;
            }
        }
        println!("{slowest:?}: {call}");
    }
    assert!(late.is_empty(), "{}", late.join("\n"));
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
