//! A database that has the extension, dumped and restored: without an error, and described as before.

use std::process::{Command, Stdio};

use mathesar_ext_client_tests::{Database, connect, program, run, text};
use postgres::Client;
use serde_json::Value;

/// Runs `source` and `sink` with a pipe between them. Neither may say a word.
fn pipe(source: &mut Command, sink: &mut Command) {
    let mut writer = source
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{source:?}: {error}"));
    let dump = writer.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let read = sink
        .stdin(dump)
        .output()
        .unwrap_or_else(|error| panic!("{sink:?}: {error}"));
    let written = writer
        .wait_with_output()
        .unwrap_or_else(|error| panic!("{source:?}: {error}"));
    for (command, output) in [(source, written), (sink, read)] {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{command:?}\n{said}");
    }
}

/// By a script of SQL.
fn copy_by_psql(source: &str, target: &str) {
    pipe(
        program("pg_dump").args(["--dbname", source]),
        program("psql").args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            "--dbname",
            target,
        ]),
    );
}

/// By an archive.
fn copy_by_pg_restore(source: &str, target: &str) {
    pipe(
        program("pg_dump").args(["--format=custom", "--dbname", source]),
        program("pg_restore").args(["--exit-on-error", "--dbname", target]),
    );
}

/// What a copy of a database must return, too; only its OIDs differ.
fn description(client: &mut Client) -> Value {
    // A restored table and one that was filled by INSERT differ in what is known of their number of rows.
    run(client, "ANALYZE");
    let query = "SELECT jsonb_build_object(
            'library', msar.get_schema_table_details('library'),
            'staff', msar.get_schema_table_details('staff'),
            'schemas', msar.list_schemas(),
            'counts', msar.get_object_counts())";
    let mut document = client
        .query_one(query, &[])
        .unwrap_or_else(|error| panic!("{error}"))
        .get(0);
    remove_oids(&mut document);
    assert!(
        document["library"]
            .as_array()
            .is_some_and(|relations| relations.len() > 20),
        "{document:#}"
    );
    document
}

/// Replaces OIDs by null.
fn remove_oids(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(remove_oids),
        Value::Object(fields) => {
            for (key, value) in fields {
                if value.is_number() && matches!(key.as_str(), "oid" | "schema" | "partition_of") {
                    *value = Value::Null;
                }
                remove_oids(value);
            }
        }
        _ => {}
    }
}

#[test]
fn by_the_superuser() {
    let source = Database::from_template("library");
    let expected = description(&mut source.connect_as_superuser());
    for copy in [copy_by_psql, copy_by_pg_restore] {
        let target = Database::empty();
        copy(&source.url("postgres"), &target.url("postgres"));
        assert_eq!(description(&mut target.connect_as_superuser()), expected);
    }
}

#[test]
fn by_a_database_owner_who_is_no_superuser() {
    let source = Database::with_extension();
    let owner = source.owner();
    let mut client = source.connect_as_owner();
    run(&mut client, include_str!("../../../sample/library.sql"));
    let expected = description(&mut client);
    for copy in [copy_by_psql, copy_by_pg_restore] {
        let target = Database::empty();
        run(
            &mut target.connect_as_superuser(),
            &format!("ALTER DATABASE {} OWNER TO {owner}", target.name()),
        );
        copy(&source.url(owner), &target.url(owner));
        let mut client = connect(&target.config(owner));
        assert_eq!(description(&mut client), expected);
        assert_eq!(
            text(
                &mut client,
                "SELECT extowner::regrole::text FROM pg_extension WHERE extname = 'mathesar_ext'"
            ),
            owner
        );
    }
}

/// A schema dumped alone needs nothing of the extension, unless a column has one of its types.
#[test]
fn of_one_schema_into_a_database_without_the_extension() {
    let source = Database::from_template("library");
    let target = Database::empty();
    pipe(
        program("pg_dump").args([
            "--schema=library",
            "--schema=staff",
            "--dbname",
            &source.url("postgres"),
        ]),
        program("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--output=/dev/null",
            ])
            .args(["--dbname", &target.url("postgres")]),
    );
    let mut client = target.connect_as_superuser();
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*)::text FROM pg_extension WHERE extname = 'mathesar_ext'"
        ),
        "0"
    );

    run(&mut client, "CREATE EXTENSION mathesar_ext");
    assert_eq!(
        description(&mut client),
        description(&mut source.connect_as_superuser())
    );
}
