//! Definitions while other sessions change the same tables, in a database that is not in UTF-8, and where nothing may
//! be written.

use mathesar_ext_client_tests::{Database, connect, error, run, text};
use postgres::Client;
use std::thread;
use std::time::Duration;

/// Runs `call` in a session of the owner while another one has not yet committed `changes`; gives what it then gets:
/// the first column of its row as text, or the SQLSTATE of its error.
fn meanwhile(database: &Database, changes: &str, call: &str) -> Result<String, String> {
    let mut other = database.connect_as_owner();
    run(&mut other, &format!("BEGIN; {changes}"));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let row = database.connect_as_owner().query_one(call, &[]);
            row.map(|row| row.get(0)).map_err(|error| {
                error
                    .code()
                    .map_or_else(|| error.to_string(), |code| code.code().to_owned())
            })
        });
        wait_for_lock(database);
        run(&mut other, "COMMIT");
        waiting.join().expect("a session")
    })
}

/// Waits until a session of the database waits for another one.
fn wait_for_lock(database: &Database) {
    let mut observer = database.connect_as_superuser();
    let waiting = format!(
        "SELECT (count(*) > 0)::text FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = '{}'",
        database.name()
    );
    for _ in 0..200 {
        if text(&mut observer, &waiting) == "true" {
            return;
        }
        thread::sleep(Duration::from_millis(25));
    }
    panic!("nobody waits");
}

fn oid(client: &mut Client, table: &str) -> String {
    text(client, &format!("SELECT '{table}'::regclass::oid::text"))
}

#[test]
fn who_waits_finds_what_is_there_then() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        "CREATE TABLE book (id integer, title text, price text)",
    );
    let book = oid(&mut client, "book");
    let altered = meanwhile(
        &database,
        "ALTER TABLE book RENAME TO volume; ALTER TABLE volume RENAME title TO called; ALTER TABLE volume DROP price",
        &format!(
            r#"SELECT msar.alter_columns({book}, '[{{"attnum": 2, "not_null": true, "description": "x"}}]')::text"#
        ),
    );
    assert_eq!(altered, Ok("{2}".into()));
    assert_eq!(
        text(&mut client, "SELECT col_description('volume'::regclass, 2)"),
        "x"
    );
    let altered = meanwhile(
        &database,
        "ALTER TABLE volume DROP called",
        &format!(r#"SELECT msar.alter_columns({book}, '[{{"attnum": 2, "name": "x"}}]')::text"#),
    );
    assert_eq!(altered, Err("42703".into()));
}

#[test]
fn what_is_gone_or_given_away_meanwhile_is_told() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(&mut client, "CREATE TABLE given (id integer)");
    let given = oid(&mut client, "given");
    for call in [
        "add_columns({}, '[{}]')",
        "drop_columns({}, 1)",
        "add_constraints({}, '[]')",
        "alter_columns({}, '[]')",
    ] {
        run(&mut client, "CREATE TABLE gone (id integer)");
        let gone = oid(&mut client, "gone");
        let call = format!("SELECT msar.{}::text", call.replacen("{}", &gone, 1));
        assert_eq!(
            meanwhile(&database, "DROP TABLE gone", &call),
            Err("42P01".into()),
            "{call}"
        );
    }
    let mut superuser = database.connect_as_superuser();
    run(&mut superuser, "BEGIN; ALTER TABLE given OWNER TO postgres");
    let outcome = thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            error(
                &mut database.connect_as_owner(),
                &format!("SELECT msar.drop_columns({given}, 1)"),
            )
            .code()
            .code()
            .to_owned()
        });
        wait_for_lock(&database);
        run(&mut superuser, "COMMIT");
        waiting.join().expect("a session")
    });
    assert_eq!(outcome, "42501");
}

#[test]
fn names_and_errors_are_in_the_encoding_of_the_database() {
    let database = Database::with_encoding("LATIN1");
    let mut client = database.connect_as_owner();
    run(&mut client, "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app");
    // 63 bytes there, 126 in UTF-8.
    let name = "é".repeat(63);
    let made = text(
        &mut client,
        &format!(
            r#"SELECT msar.add_mathesar_table('app'::regnamespace, '{name}', NULL,
                '[{{"name": "ä", "default": "ö", "description": "ü"}}, {{"name": "ä"}}]', '[{{"type": "c", "expression": "\"ä\" <> ''ß''", "name": "ñ"}}]', NULL, 'å')::text"#
        ),
    );
    assert!(made.contains(&name) && made.contains(r#""ä": "ä 1""#), "{made}");
    run(&mut client, &format!("INSERT INTO app.\"{name}\" DEFAULT VALUES"));
    assert_eq!(
        text(&mut client, &format!("SELECT \"ä\" FROM app.\"{name}\"")),
        "ö"
    );
    let numbered = text(
        &mut client,
        &format!(
            "SELECT msar.add_mathesar_table('app'::regnamespace, '{name}', NULL, NULL, NULL, NULL, NULL) ->> 'name'"
        ),
    );
    assert_eq!(numbered, format!("{} 2", "é".repeat(61)));
    let too_long = error(
        &mut client,
        &format!(
            "SELECT msar.add_mathesar_table('app'::regnamespace, '{name}x', NULL, NULL, NULL, NULL, NULL)"
        ),
    );
    assert_eq!(too_long.code().code(), "42622");
    let violated = error(
        &mut client,
        &format!(
            r#"SELECT msar.add_constraints('app."{name}"'::regclass, '[{{"type": "c", "name": "ô", "expression": "\"ä\" = ''ÿ''"}}]')"#
        ),
    );
    assert_eq!(violated.constraint(), Some("ô"));
    assert!(
        violated.message().contains('ô') && violated.message().contains(&name),
        "{violated:?}"
    );
    // What the encoding has no letter for.
    let untranslatable = error(
        &mut client,
        r#"SELECT msar.add_mathesar_table('app'::regnamespace, 'x', NULL, jsonb_build_array(jsonb_build_object('name', U&'\20AC')), NULL, NULL, NULL)"#,
    );
    assert_eq!(&untranslatable.code().code()[..2], "22");
}

#[test]
fn where_nothing_may_be_written_postgresql_says_so() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        "CREATE TABLE book (id integer); SET default_transaction_read_only = on",
    );
    for call in [
        "add_columns('book'::regclass, '[{}]')",
        "alter_columns('book'::regclass, '[{\"attnum\": 1, \"not_null\": true}]')",
        "add_mathesar_table('public'::regnamespace, 'x', NULL, NULL, NULL, NULL, NULL)",
        "drop_table('book'::regclass, false)",
    ] {
        let refused = error(&mut client, &format!("SELECT msar.{call}"));
        assert_eq!(refused.code().code(), "25006", "{call} {refused:?}");
    }
    // A stranger learns no more than that.
    let stranger = mathesar_ext_client_tests::role_without_rights();
    let mut stranger = connect(&database.config(&stranger));
    let refused = error(&mut stranger, "SELECT msar.drop_table('book'::regclass, false)");
    assert_eq!(refused.code().code(), "42501");
}
