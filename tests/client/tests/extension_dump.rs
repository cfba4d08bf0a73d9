//! A database that has the extension, dumped and restored: without an error, and described as before.

use std::fs;
use std::process::Command;

use mathesar_ext_client_tests::dump::{pg_dump, pipe_with_messages, psql};
use mathesar_ext_client_tests::{Database, connect, finish, new_folder, program, run, text};
use postgres::Client;
use serde_json::Value;

/// Runs two programs, of which the second reads the output of the first, and which have nothing to say.
fn pipe_silently(source: &mut Command, sink: &mut Command) {
    for messages in pipe_with_messages(source, sink) {
        assert!(messages.is_empty(), "{messages}");
    }
}

/// By a script of SQL.
fn copy_by_psql(source: &str, target: &str) {
    pipe_silently(&mut pg_dump(source, &[]), &mut psql(target));
}

/// By an archive.
fn copy_by_pg_restore(source: &str, target: &str) {
    pipe_silently(
        &mut pg_dump(source, &["--format=custom"]),
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
    pipe_silently(
        &mut pg_dump(&source.url("postgres"), &["--schema=library", "--schema=staff"]),
        &mut psql(&target.url("postgres")),
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

/// Something of each sort that the extension stores, where one refers to another.
const STORED: &str = r#"
    CREATE SCHEMA app;
    CREATE TABLE app.book (id integer PRIMARY KEY, title text);
    INSERT INTO app.book VALUES (1, 'Orlando');
    SELECT msar.add_reflection('app.book', '{"table": "app.mirror"}');
    SELECT msar.run_reflections();
    SELECT msar.save_exploration(jsonb_build_object('name', 'books ' || n, 'base_table_oid', 'app.book'::regclass::oid::bigint,
        'initial_columns', '[{"alias": "t", "attnum": 2}]'::jsonb)) FROM generate_series(1, 3) AS n;
    SELECT msar.grant_exploration('viewer', 'pg_monitor', exploration_id => e.id) FROM msar_catalog.explorations AS e;
    SELECT msar.share_exploration(e.id, '{"privileged_role": true}') FROM msar_catalog.explorations AS e;
    SELECT msar.read_share(s.slug) FROM msar_catalog.shares AS s;
    SELECT msar.add_data_file('books.csv', E'id,title\n1,Orlando');
    SELECT msar.create_cache('studio', '{"entity_types": {"Shot": {"fields": {"code": "text"}}}}')"#;

/// How many rows are stored in each table, those that refer to no row left out.
fn stored_counts(client: &mut Client) -> String {
    text(
        client,
        "SELECT concat_ws(' ',
            (SELECT count(*) FROM msar_catalog.source_tables), (SELECT count(*) FROM msar_catalog.reflections),
            (SELECT count(*) FROM msar_catalog.explorations), (SELECT count(*) FROM msar_catalog.exploration_grants),
            (SELECT count(*) FROM msar_catalog.shares), (SELECT count(*) FROM msar_catalog.data_file_chunks),
            (SELECT count(*) FROM msar_catalog.caches), (SELECT count(*) FROM msar_catalog.stored_cache_feeds),
            (SELECT count(*) FROM msar_catalog.stored_share_uses))",
    )
}

/// Jobs load tables in any order.
#[test]
fn by_several_jobs() {
    let source = Database::with_extension();
    let mut client = source.connect_as_superuser();
    run(&mut client, STORED);
    let expected = stored_counts(&mut client);
    assert_eq!(expected, "1 1 3 3 3 1 1 1 3");
    let folder = new_folder();
    let archive = folder.join("dump").display().to_string();
    finish(&mut pg_dump(
        &source.url("postgres"),
        &["--format=directory", "--file", &archive],
    ));
    for _ in 0..6 {
        let target = Database::empty();
        finish(program("pg_restore").args([
            "--exit-on-error",
            "--jobs=4",
            "--dbname",
            &target.url("postgres"),
            &archive,
        ]));
        assert_eq!(stored_counts(&mut target.connect_as_superuser()), expected);
    }
    fs::remove_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
}

/// Foreign keys of an extension's tables exist before a restore loads their rows.
#[test]
fn no_stored_table_has_foreign_keys() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    let keys = "SELECT string_agg(conrelid::regclass::text, ' ') FROM pg_constraint
                WHERE contype = 'f' AND connamespace IN ('msar_catalog'::regnamespace, 'msar_reflector'::regnamespace)";
    assert_eq!(text(&mut client, &format!("SELECT coalesce(({keys}), '')")), "");
}

/// What is about a row goes with it.
#[test]
fn what_is_deleted_leaves_nothing_behind() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(&mut client, STORED);
    run(
        &mut client,
        "INSERT INTO msar_catalog.stored_dead_letters (reflection_id, seq, operation, error)
             SELECT id, 1, 'I', '{}' FROM msar_catalog.reflections;
         SELECT msar.drop_source_table('app.book', cascade => true);
         SELECT msar.delete_exploration(id) FROM msar_catalog.explorations;
         SELECT msar.delete_data_file(id) FROM msar_catalog.data_files;
         SELECT msar.drop_cache('studio')",
    );
    let left = "SELECT concat_ws(' ', (SELECT count(*) FROM msar_catalog.stored_reflections),
        (SELECT count(*) FROM msar_catalog.stored_dead_letters), (SELECT count(*) FROM msar_catalog.stored_exploration_grants),
        (SELECT count(*) FROM msar_catalog.stored_shares), (SELECT count(*) FROM msar_catalog.stored_share_uses),
        (SELECT count(*) FROM msar_catalog.stored_data_file_chunks), (SELECT count(*) FROM msar_catalog.stored_cache_feeds))";
    assert_eq!(text(&mut client, left), "0 0 0 0 0 0 0");
}
