//! Writing records while other sessions write as well, change the table, or hold a lock.

use mathesar_ext_client_tests::{Database, error, run, text};
use postgres::Client;
use std::thread;
use std::time::Duration;

/// A table with rows, and two sessions of its owner.
fn table_of_two_sessions() -> (Database, Client, Client) {
    let database = Database::with_extension();
    let mut one = database.connect_as_owner();
    run(
        &mut one,
        "CREATE TABLE item (id integer PRIMARY KEY, name text, amount integer DEFAULT 1);
         INSERT INTO item SELECT n, 'item ' || n FROM generate_series(1, 5) AS n;",
    );
    let other = database.connect_as_owner();
    (database, one, other)
}

/// Runs `statement` in `waiting`, which a lock of `holding` stops until it commits.
fn after_commit(
    holding: &mut Client,
    waiting: Client,
    statement: &'static str,
) -> (Client, Result<String, String>) {
    let waiter = thread::spawn(move || {
        let mut waiting = waiting;
        let outcome = waiting.query(statement, &[]);
        let outcome = outcome.map(|rows| rows[0].get(0)).map_err(|error| {
            error
                .code()
                .map(|code| code.code().to_owned())
                .unwrap_or_default()
        });
        (waiting, outcome)
    });
    thread::sleep(Duration::from_millis(300));
    assert!(!waiter.is_finished(), "nothing stopped {statement}");
    run(holding, "COMMIT");
    waiter.join().unwrap_or_else(|_| panic!("{statement} failed"))
}

#[test]
fn patches_of_one_row_wait_for_each_other_and_both_stay() {
    let (_database, mut one, other) = table_of_two_sessions();
    run(
        &mut one,
        "BEGIN; SELECT msar.patch_record_in_table('item'::regclass, 1, '{\"name\": \"changed\"}')",
    );
    let statement =
        "SELECT (msar.patch_record_in_table('item'::regclass, 1, '{\"amount\": 7}')->'results')::text";
    let (_, patched) = after_commit(&mut one, other, statement);
    assert_eq!(patched.unwrap(), r#"[{"1": 1, "2": "changed", "3": 7}]"#);
}

#[test]
fn a_row_that_another_session_deletes_is_not_there() {
    let (_database, mut one, other) = table_of_two_sessions();
    run(&mut one, "BEGIN; DELETE FROM item WHERE id = 1");
    let statement = "SELECT msar.patch_record_in_table('item'::regclass, 1, '{\"amount\": 7}')::text";
    let (other, patched) = after_commit(&mut one, other, statement);
    assert_eq!(patched.unwrap_err(), "P0001");
    run(&mut one, "BEGIN; DELETE FROM item WHERE id = 2");
    let statement = "SELECT msar.delete_records_from_table('item'::regclass, '[3, 2, 4]')::text";
    let (_, deleted) = after_commit(&mut one, other, statement);
    assert_eq!(deleted.unwrap(), "[3, 4]");
}

#[test]
fn a_table_that_another_session_alters_is_taken_as_it_is_then() {
    let (_database, mut one, mut other) = table_of_two_sessions();
    let add = "SELECT (msar.add_record_to_table('item'::regclass, jsonb_build_object('id', 10 + (SELECT count(*) FROM item), 'amount', 5))->'results'->0)::text";
    assert_eq!(text(&mut other, add), r#"{"1": 15, "2": null, "3": 5}"#);
    // While the call waits for the lock ...
    run(
        &mut one,
        "BEGIN; ALTER TABLE item ALTER amount TYPE text USING 'was ' || amount, ADD note text DEFAULT 'new', DROP name",
    );
    let (mut other, added) = after_commit(&mut one, other, add);
    assert_eq!(added.unwrap(), r#"{"1": 16, "3": "5", "4": "new"}"#);
    // ... and between two calls.
    run(&mut one, "ALTER TABLE item RENAME TO thing");
    run(&mut one, "ALTER TABLE thing RENAME amount TO quantity");
    let patch = "SELECT msar.patch_record_in_table('thing'::regclass, 16, '{\"quantity\": \"six\"}')::text";
    assert!(text(&mut other, patch).contains(r#""3": "six""#));
    run(&mut one, "ALTER TABLE thing DROP quantity");
    assert_eq!(error(&mut other, patch).code().code(), "42703");
    run(&mut one, "DROP TABLE thing");
    assert_eq!(error(&mut other, patch).code().code(), "42P01");
}

#[test]
fn what_does_not_get_its_lock_in_time_changes_nothing() {
    let (_database, mut one, mut other) = table_of_two_sessions();
    run(&mut one, "BEGIN; SELECT FROM item WHERE id = 3 FOR UPDATE");
    run(&mut other, "SET lock_timeout = '200ms'");
    let delete = "SELECT msar.delete_records_from_table('item'::regclass, '[1, 2, 3]')";
    assert_eq!(error(&mut other, delete).code().code(), "55P03");
    run(&mut one, "COMMIT");
    assert_eq!(text(&mut one, "SELECT count(*)::text FROM item"), "5");
}

#[test]
fn errors_of_postgresql_arrive_whole() {
    let (_database, mut one, _) = table_of_two_sessions();
    run(
        &mut one,
        "ALTER TABLE item ADD CHECK (amount > 0), ALTER name SET NOT NULL",
    );
    let negative = error(
        &mut one,
        "SELECT msar.patch_record_in_table('item'::regclass, 1, '{\"amount\": 0}')",
    );
    assert_eq!(negative.table(), Some("item"));
    assert_eq!(negative.constraint(), Some("item_amount_check"));
    let missing = error(&mut one, "SELECT msar.add_records('item', '[{\"id\": 9}]')");
    assert_eq!(missing.column(), Some("name"));
    assert_eq!(missing.schema(), Some("public"));
    // An error that the call looked at first, and one of a subtransaction.
    run(
        &mut one,
        "ALTER TABLE item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON item USING (true)",
    );
    let again = error(
        &mut one,
        "SELECT msar.add_record_to_table('item'::regclass, '{\"id\": 1, \"name\": \"x\"}')",
    );
    assert_eq!(again.constraint(), Some("item_pkey"));
    // And nothing of it is left for the next error.
    let ours = error(
        &mut one,
        "SELECT msar.add_record_to_table('item'::regclass, '[]')",
    );
    assert_eq!(
        (ours.code().code(), ours.constraint(), ours.where_()),
        ("22023", None, None)
    );
}

#[test]
fn names_and_values_in_another_encoding() {
    let database = Database::with_encoding("LATIN1");
    let mut client = database.connect_as_superuser();
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext; CREATE TABLE \"Stück\" (\"größe\" text PRIMARY KEY, zahl integer DEFAULT 1)",
    );
    let added = text(
        &mut client,
        "SELECT msar.add_records('\"Stück\"', '[{\"größe\": \"ä\"}, {\"größe\": \"ö\", \"zahl\": 2}]')::text",
    );
    assert_eq!(added, r#"{"keys": ["ä", "ö"], "count": 2}"#);
    let patched = text(
        &mut client,
        "SELECT (msar.patch_record_in_table('\"Stück\"'::regclass, 'ö', '{\"größe\": \"ÿ\"}')->'results')::text",
    );
    assert_eq!(patched, r#"[{"1": "ÿ", "2": 2}]"#);
    let deleted = text(
        &mut client,
        "SELECT msar.delete_records_from_table('\"Stück\"'::regclass, '[\"ÿ\", \"ö\", \"ä\"]')::text",
    );
    assert_eq!(deleted, r#"["ÿ", "ä"]"#);
    let euro = error(
        &mut client,
        "SELECT msar.add_records('\"Stück\"', '[{\"größe\": \"€\"}]')",
    );
    assert_eq!(euro.code().code(), "22P05");
}
