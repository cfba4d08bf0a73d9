//! A session that describes again and again needs no more memory for it.

use mathesar_ext_client_tests::{Database, memory, resident, run, text};
use postgres::Client;

/// Repeats `call`; after the first rounds memory must stay where it is.
fn check_steady(client: &mut Client, mut call: impl FnMut(&mut Client)) {
    for _ in 0..20 {
        call(client);
    }
    let (memory_before, resident_before) = (memory(client), resident(client));
    for _ in 0..180 {
        call(client);
    }
    let grown = memory(client) - memory_before;
    assert!(grown < 16 * 1024, "PostgreSQL's memory grew by {grown} bytes");
    let grown = resident(client) - resident_before;
    assert!(grown < 2 * 1024, "the process grew by {grown} kB");
}

const DESCRIBE: &str = "SELECT msar.get_schema_table_details('library')";

#[test]
fn of_repeated_calls() {
    let database = Database::from_template("library");
    check_steady(&mut database.connect_as_superuser(), |client| {
        run(client, DESCRIBE)
    });
}

#[test]
fn of_repeated_calls_in_one_transaction() {
    let database = Database::from_template("library");
    let mut client = database.connect_as_superuser();
    run(&mut client, "BEGIN");
    check_steady(&mut client, |client| run(client, DESCRIBE));
}

#[test]
fn of_calls_that_fail_inside_and_go_on() {
    let database = Database::with_extension();
    // Only a superuser may look at the backend's memory.
    let mut client = database.connect_as_superuser();
    // The casts fail when they are folded; each failure is that of a subtransaction.
    run(
        &mut client,
        "CREATE TABLE t (
             a integer DEFAULT 'x'::text::integer,
             b varchar(2) DEFAULT ('too long'::text)::varchar(2),
             c numeric(2,1) DEFAULT 1234::numeric(2,1),
             d date DEFAULT 'never'::text::date
         )",
    );
    let description = text(
        &mut client,
        "SELECT msar.get_table_details('t')->'columns'->2->'default'->>'is_dynamic'",
    );
    assert_eq!(description, "true", "this cast fails");
    check_steady(&mut client, |client| {
        run(client, "SELECT msar.get_table_details('t')");
    });
    run(&mut client, "BEGIN");
    check_steady(&mut client, |client| {
        run(client, "SELECT msar.get_table_details('t')");
    });
}

#[test]
fn of_calls_that_fail() {
    let database = Database::from_template("library");
    let mut client = database.connect_as_superuser();
    // A session of someone else holds the lock that the description of a check constraint waits for.
    let mut other = database.connect_as_superuser();
    run(&mut other, "BEGIN; LOCK library.publisher");
    run(&mut client, "SET lock_timeout = '1ms'");
    check_steady(&mut client, |client| {
        for (query, sqlstate) in [
            (DESCRIBE, "55P03"),
            ("SELECT msar.get_schema_table_details(1)", "3F000"),
            ("SELECT msar.get_table_details(1)", "42P01"),
        ] {
            let error = mathesar_ext_client_tests::error(client, query);
            assert_eq!(error.code().code(), sqlstate, "{error:?}");
        }
    });
}
