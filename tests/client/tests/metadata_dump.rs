//! Metadata survives dump, restore and upgrade: it arrives on the right table and column by name, although OIDs and
//! attnums differ, and so do the numbers inside of its values.

use std::fs;
use std::process::Command;

use mathesar_ext_client_tests::dump::{pg_dump, pipe, psql};
use mathesar_ext_client_tests::{Database, Server, connect, finish, new_folder, program, run, text};
use postgres::Client;
use serde_json::{Value, json};

/// Tables whose columns have gaps, and metadata of all sorts.
const SAMPLE: &str = r#"
    CREATE SCHEMA app;
    CREATE TABLE app.author (junk text, id integer PRIMARY KEY, name text);
    CREATE TABLE app."Book ""1""" (junk integer, id integer PRIMARY KEY, title text, junk2 text,
        author_id integer REFERENCES app.author, lent boolean, price numeric, "été" date);
    ALTER TABLE app.author DROP junk;
    ALTER TABLE app."Book ""1""" DROP junk, DROP junk2;
    CREATE TABLE app.part (LIKE app."Book ""1""") PARTITION BY LIST (id);
    CREATE TABLE app.part_1 PARTITION OF app.part FOR VALUES IN (1);
    CREATE VIEW app.titles AS SELECT id, title FROM app."Book ""1""";
    SELECT msar.set_table_metadata('app."Book ""1"""', jsonb_build_object(
        'column_order', '[8, 3, 2]'::jsonb, 'preview_customized', true,
        'preview_template', '["No. ", {"path": [2], "raw": true}, ": ", [3], " by ", [5, 3]]'::jsonb,
        'import_target_oid', 'app.author'::regclass::oid::bigint,
        'mathesar_added_pkey_attnum', 2, 'user_tracking_attnum', 5));
    SELECT msar.set_column_metadata('app."Book ""1"""', '[
        {"name": "lent", "bool_true": "out", "bool_false": "in"}, {"name": "price", "num_min_frac_digits": 2},
        {"name": "été", "date_format": "DD.MM.YYYY"}]');
    SELECT msar.set_column_metadata('app.part_1', '[{"name": "price", "num_format": "swiss"}]');
    SELECT msar.set_column_metadata('app.titles', '[{"name": "title", "display_width": 400}]');
    SELECT msar.set_table_metadata('app.author', '{"import_verified": true}');
    CREATE TABLE app.former (id integer);
    SELECT msar.set_column_metadata('app.former', '[{"name": "id", "display_width": 50}]');
    DROP TABLE app.former"#;

/// All that is to arrive.
fn metadata(client: &mut Client) -> Value {
    let query = "SELECT jsonb_build_object('exported', msar.export_metadata(), 'unmatched', msar.check_metadata(),
        'triggers', (SELECT jsonb_agg(tgenabled ORDER BY tgrelid::regclass::text, tgname) FROM pg_trigger
                     WHERE tgrelid::regclass::text ~ '^msar_catalog.stored_(table|column|detached)_metadata' AND NOT tgisinternal),
        'kept', (SELECT jsonb_agg(d - 'owner' - 'detached_at') FROM jsonb_array_elements(msar.list_detached_metadata()) AS d))";
    client
        .query_one(query, &[])
        .map(|row| row.get(0))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A database with the sample, and what it returns.
fn source() -> (Database, Value) {
    let source = Database::with_extension();
    let mut client = source.connect_as_owner();
    run(&mut client, SAMPLE);
    let expected = metadata(&mut client);
    assert_eq!(
        expected["exported"]["schemas"]["app"]["Book \"1\""],
        json!({
            "table": {
                "column_order": ["été", "title", "id"], "preview_customized": true,
                "preview_template": ["No. ", {"path": ["id"], "raw": true}, ": ", ["title"], " by ",
                    ["author_id", {"schema": "app", "name": "author", "column": "name"}]],
                "import_target_oid": {"schema": "app", "name": "author"},
                "mathesar_added_pkey_attnum": "id", "user_tracking_attnum": "author_id",
            },
            "columns": {
                "lent": {"bool_true": "out", "bool_false": "in"}, "price": {"num_min_frac_digits": 2},
                "été": {"date_format": "DD.MM.YYYY"},
            },
        })
    );
    assert_eq!(expected["unmatched"], json!([]));
    assert_eq!(expected["triggers"], json!(vec!["A"; 10]));
    assert_eq!(expected["kept"][0]["table"], json!("former"));
    (source, expected)
}

/// An empty database of the same owner, whose OIDs are others.
fn target(source: &Database) -> Database {
    let target = Database::empty();
    run(
        &mut target.connect_as_superuser(),
        &format!(
            "ALTER DATABASE {} OWNER TO {owner}; CREATE TABLE public.other (id integer PRIMARY KEY, b text);
             ALTER TABLE public.other OWNER TO {owner}",
            target.name(),
            owner = source.owner()
        ),
    );
    target
}

fn restore(url: &str, options: &[&str]) -> Command {
    let mut command = program("pg_restore");
    command.args(["--exit-on-error", "--dbname", url]).args(options);
    command
}

/// A target without the table that the others have in the way.
fn without_other(target: &Database) {
    run(&mut target.connect_as_superuser(), "DROP TABLE public.other");
}

#[test]
fn by_psql_as_a_database_owner() {
    let (source, expected) = source();
    let target = target(&source);
    without_other(&target);
    pipe(
        &mut pg_dump(&source.url(source.owner()), &[]),
        &mut psql(&target.url(source.owner())),
    );
    assert_eq!(metadata(&mut connect(&target.config(source.owner()))), expected);
}

#[test]
fn by_psql_as_superuser() {
    let (source, expected) = source();
    let target = target(&source);
    pipe(
        &mut pg_dump(&source.url("postgres"), &[]),
        &mut psql(&target.url("postgres")),
    );
    assert_eq!(metadata(&mut target.connect_as_superuser()), expected);
}

#[test]
fn by_archive() {
    let (source, expected) = source();
    let target = target(&source);
    let archive = &mut pg_dump(&source.url("postgres"), &["--format=custom"]);
    pipe(archive, &mut restore(&target.url("postgres"), &[]));
    assert_eq!(metadata(&mut target.connect_as_superuser()), expected);
}

#[test]
fn by_several_jobs() {
    let (source, expected) = source();
    let target = target(&source);
    let folder = new_folder();
    let archive = folder.join("dump").display().to_string();
    finish(&mut pg_dump(
        &source.url("postgres"),
        &["--format=directory", "--file", &archive],
    ));
    finish(&mut restore(&target.url("postgres"), &["--jobs=4", &archive]));
    fs::remove_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(metadata(&mut target.connect_as_superuser()), expected);
}

/// First all definitions, later all data; the second time without triggers, which leaves rows with numbers of the old
/// database behind until the triggers are enabled again.
#[test]
fn by_schema_and_data() {
    for options in [&["--data-only"][..], &["--data-only", "--disable-triggers"]] {
        let (source, expected) = source();
        let target = target(&source);
        let (from, to) = (source.url("postgres"), target.url("postgres"));
        pipe(&mut pg_dump(&from, &["--schema-only"]), &mut psql(&to));
        pipe(&mut pg_dump(&from, options), &mut psql(&to));
        assert_eq!(
            metadata(&mut target.connect_as_superuser()),
            expected,
            "{options:?}"
        );
    }
}

/// Over a database that has all of it, twice.
#[test]
fn with_clean() {
    let (source, expected) = source();
    let target = target(&source);
    for _ in 0..2 {
        pipe(
            &mut pg_dump(&source.url("postgres"), &["--clean", "--if-exists"]),
            &mut psql(&target.url("postgres")),
        );
        assert_eq!(metadata(&mut target.connect_as_superuser()), expected);
    }
}

/// A dump of one schema carries metadata when it names the extension.
#[test]
fn of_one_schema_with_the_extension() {
    let (source, expected) = source();
    let target = target(&source);
    let options = ["--schema=app", "--extension=mathesar_ext"];
    pipe(
        &mut pg_dump(&source.url("postgres"), &options),
        &mut psql(&target.url("postgres")),
    );
    assert_eq!(metadata(&mut target.connect_as_superuser()), expected);
}

/// A schema restored over itself, without metadata: the dropped tables' own comes back when pg_restore has created them
/// and given them their owner.
#[test]
fn of_one_schema_over_itself() {
    let (source, expected) = source();
    let url = source.url("postgres");
    pipe(
        &mut pg_dump(&url, &["--clean", "--schema=app", "--format=custom"]),
        &mut {
            let mut command = restore(&url, &["--clean"]);
            command.env("PGOPTIONS", "-c client_min_messages=error");
            command
        },
    );
    let actual = metadata(&mut source.connect_as_superuser());
    assert_eq!(actual, expected);
}

/// What cannot be placed is kept aside, and attached when its owner creates the table.
#[test]
fn without_one_of_the_tables() {
    let (source, expected) = source();
    let target = target(&source);
    pipe(
        &mut pg_dump(&source.url("postgres"), &["--exclude-table=app.part_1"]),
        &mut psql(&target.url("postgres")),
    );
    let mut superuser = target.connect_as_superuser();
    let kept = metadata(&mut superuser)["kept"].clone();
    assert!(
        kept.as_array().is_some_and(|kept| kept.iter().any(|copy| {
            copy["table"] == "part_1" && copy["reason"] == "there is no table \"app\".\"part_1\""
        })),
        "{kept}"
    );

    let table = "CREATE TABLE app.part_1 (price numeric)";
    run(&mut superuser, &format!("BEGIN; {table}"));
    assert_ne!(
        metadata(&mut superuser)["exported"],
        expected["exported"],
        "not for another owner"
    );
    run(
        &mut superuser,
        &format!("ALTER TABLE app.part_1 OWNER TO {}", source.owner()),
    );
    assert_eq!(metadata(&mut superuser)["exported"], expected["exported"]);
    run(&mut superuser, "ROLLBACK");
    run(&mut connect(&target.config(source.owner())), table);
    assert_eq!(metadata(&mut superuser)["exported"], expected["exported"]);
}

#[test]
fn export_and_import() {
    let (source, _) = source();
    let target = target(&source);
    let from = &mut source.connect_as_owner();
    pipe(
        &mut pg_dump(&source.url("postgres"), &["--schema=app"]),
        &mut psql(&target.url("postgres")),
    );
    let mut client = connect(&target.config(source.owner()));
    run(&mut client, "CREATE EXTENSION mathesar_ext");
    let export = "SELECT msar.export_metadata('app'::regnamespace)::text";
    let document = text(from, export);
    let import = |client: &mut Client, dry_run: bool| -> Value {
        let document: Value = document.parse().unwrap_or_else(|error| panic!("{error}"));
        client
            .query_one("SELECT msar.import_metadata($1, $2)", &[&document, &dry_run])
            .map(|row| row.get(0))
            .unwrap_or_else(|error| panic!("{:?}", error.as_db_error()))
    };
    let announced = import(&mut client, true);
    assert_eq!(text(&mut client, export), r#"{"schemas": {}}"#);
    assert_eq!(import(&mut client, false), announced);
    assert_eq!(announced["skipped"], json!([]));
    assert_eq!(text(&mut client, export), document);
}

/// From an older PostgreSQL, by its own programs.
#[test]
fn to_a_newer_version() {
    let Some(newer) = Server::create_newer(&[]) else {
        eprintln!("not tested: there is no newer PostgreSQL with the extension");
        return;
    };
    let (source, expected) = source();
    let mut superuser = connect(&newer.config());
    run(&mut superuser, &format!("CREATE ROLE {}", source.owner()));
    let url = format!("host={} user=postgres dbname=postgres", newer.folder().display());
    pipe(&mut pg_dump(&source.url("postgres"), &[]), &mut psql(&url));
    assert_eq!(metadata(&mut superuser), expected);
    assert_ne!(
        text(&mut superuser, "SHOW server_version_num"),
        text(&mut source.connect_as_superuser(), "SHOW server_version_num")
    );
}

/// A dump that holds two things under one name: what is kept aside of a table, and rows of that table which are to be
/// put aside, as the table is left out. None of it gets lost, and the restore does not fail.
#[test]
fn kept_copies_and_rows_of_one_name() {
    let source = Database::with_extension();
    run(
        &mut source.connect_as_owner(),
        r#"CREATE SCHEMA app;
           CREATE TABLE app.t (a integer, b integer, c boolean);
           SELECT msar.set_column_metadata('app.t', '[{"name": "a", "display_width": 1}, {"name": "b", "display_width": 2},
               {"name": "c", "bool_true": "old"}]');
           DROP TABLE app.t;
           CREATE TABLE app.t (a integer, c text);
           SELECT msar.set_column_metadata('app.t', '[{"name": "c", "display_width": 3}]');
           SELECT msar.set_table_metadata('app.t', '{"column_order": [2, 1]}')"#,
    );
    for options in [&["--format=custom"][..], &["--format=plain"]] {
        let target = target(&source);
        let dump = &mut pg_dump(&source.url("postgres"), options);
        dump.arg("--exclude-table=app.t");
        let url = target.url("postgres");
        let mut sink = if options == ["--format=plain"] {
            psql(&url)
        } else {
            restore(&url, &[])
        };
        pipe(dump, &mut sink);
        let kept = text(
            &mut target.connect_as_superuser(),
            "SELECT jsonb_agg(d->'metadata' ORDER BY d->>'table')::text FROM jsonb_array_elements(msar.list_detached_metadata()) AS d",
        );
        assert_eq!(
            serde_json::from_str::<Value>(&kept).unwrap_or_default(),
            json!([{
                "table": {"column_order": ["c", "a"]},
                "columns": {"a": {"display_width": 1}, "b": {"display_width": 2}, "c": {"display_width": 3}},
            }]),
            "{options:?}"
        );
    }
}

#[test]
fn by_upgrade() {
    let server = Server::create(&[]);
    let mut client = connect(&server.config());
    run(&mut client, "CREATE EXTENSION mathesar_ext");
    run(&mut client, SAMPLE);
    let expected = metadata(&mut client);
    drop(client);
    let server = server.upgraded();
    let mut client = connect(&server.config());
    assert_eq!(metadata(&mut client), expected);
    run(&mut client, "ALTER SCHEMA app RENAME TO app2");
    assert_eq!(metadata(&mut client)["exported"]["schemas"]["app2"], {
        let mut renamed = expected["exported"]["schemas"]["app"].clone();
        rename_schema(&mut renamed);
        renamed
    });
}

/// The sample's schema has another name.
fn rename_schema(document: &mut Value) {
    match document {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key == "schema" {
                    *value = json!("app2");
                }
                rename_schema(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename_schema),
        _ => {}
    }
}

/// Rows that count for nobody, of each kind: of a table that was made anew and has no metadata, of one that has some
/// again (two rows of one name), and of a column that was made anew.
const STALE: [&str; 3] = [
    "CREATE TABLE app.once (id integer, a text); CREATE TABLE app.twice (id integer, a text); CREATE TABLE app.part_of (id integer, a text);
     ALTER TABLE app.part_of OWNER TO @;
     SELECT msar.set_table_metadata(t, CASE t WHEN 'app.part_of'::regclass THEN '{\"column_order\": [1]}' ELSE '{\"column_order\": [2, 1]}' END::jsonb),
       msar.set_column_metadata(t, '[{\"name\": \"a\", \"display_width\": 1}, {\"name\": \"id\", \"num_grouping\": \"never\"}]')
     FROM (VALUES ('app.once'::regclass), ('app.twice'), ('app.part_of')) AS v(t)",
    "ALTER EVENT TRIGGER mathesar_ext_command_end DISABLE; ALTER EVENT TRIGGER mathesar_ext_drop DISABLE;
     DROP TABLE app.once, app.twice; ALTER TABLE app.part_of DROP a, ADD a text;
     CREATE TABLE app.once (id integer, a text); CREATE TABLE app.twice (id integer, a text);
     ALTER EVENT TRIGGER mathesar_ext_command_end ENABLE ALWAYS; ALTER EVENT TRIGGER mathesar_ext_drop ENABLE ALWAYS",
    "ALTER TABLE app.once OWNER TO @; ALTER TABLE app.twice OWNER TO @;
     SELECT msar.set_table_metadata('app.twice', '{\"column_order\": [1]}'),
       msar.set_column_metadata('app.twice', '[{\"name\": \"a\", \"display_width\": 2}]')",
];

/// References that died: the columns and the table have got their names since, and are others.
const DEAD: &str = "
    CREATE TABLE app.place (id integer PRIMARY KEY, name text);
    CREATE TABLE app.dead (id integer PRIMARY KEY, a text, b text, place_id integer REFERENCES app.place);
    SELECT msar.set_table_metadata('app.dead', jsonb_build_object('column_order', '[3, 2]'::jsonb, 'user_tracking_attnum', 3,
        'import_target_oid', 'app.place'::regclass::oid::bigint));
    SELECT msar.set_preview_template('app.dead', '{a} ({b}) in {place_id.name}');
    INSERT INTO app.place VALUES (1, 'Here'); INSERT INTO app.dead VALUES (1, 'x', 'y', 1);
    ALTER TABLE app.dead DROP b;
    ALTER TABLE app.dead ADD b text DEFAULT 'z';
    DROP TABLE app.place CASCADE;
    CREATE TABLE app.place (id integer PRIMARY KEY, name text);
    INSERT INTO app.place VALUES (1, 'There');
    ALTER TABLE app.dead ADD FOREIGN KEY (place_id) REFERENCES app.place";

fn preview(client: &mut Client) -> String {
    text(
        client,
        "SELECT (msar.preview_rows('app.dead', '[1]')->0->>'preview') || '; ' || msar.get_preview_template('app.dead')
            || '; ' || (msar.get_table_metadata('app.dead') - 'oid' - 'created_at' - 'updated_at')::text",
    )
}

/// A database with rows that count for nobody, what it returns otherwise, and its previews.
fn stale_source() -> (Database, Value, String) {
    let (source, _) = source();
    let mut superuser = source.connect_as_superuser();
    for statements in STALE {
        run(&mut superuser, &statements.replace('@', source.owner()));
    }
    let mut client = source.connect_as_owner();
    run(&mut client, DEAD);
    let mut expected = metadata(&mut client);
    let stale = expected["unmatched"].to_string();
    for of in ["once", "twice", "part_of", "dead"] {
        assert!(stale.contains(&format!("\"table\":\"{of}\"")), "{stale}");
    }
    assert!(stale.contains("leaves out {b}"), "{stale}");
    // Lost placeholders are not carried over.
    expected["unmatched"] = json!([]);
    let expected_preview = preview(&mut client);
    assert_eq!(
        expected_preview,
        "x () in ; {a} () in ; {\"name\": \"dead\", \"column_order\": [2], \"preview_template\": [[2], \" (\", \") in \"], \
         \"preview_customized\": true}"
    );
    (source, expected, expected_preview)
}

/// The ways of dumping and restoring, as a database owner who is no superuser and as superuser, with rows that count
/// for nobody: none of them comes alive, none stops the restore, and nothing that counts is lost.
#[test]
fn stale_rows_and_dead_references() {
    for as_superuser in [false, true] {
        let (source, expected, expected_preview) = stale_source();
        let role = if as_superuser { "postgres" } else { source.owner() };
        let from = source.url(role);
        type Restore<'a> = (&'a str, &'a dyn Fn(&str));
        let ways: [Restore<'_>; 6] = [
            ("psql", &|to| pipe(&mut pg_dump(&from, &[]), &mut psql(to))),
            ("custom format", &|to| {
                pipe(&mut pg_dump(&from, &["--format=custom"]), &mut restore(to, &[]));
            }),
            ("inserts", &|to| {
                pipe(&mut pg_dump(&from, &["--inserts"]), &mut psql(to))
            }),
            ("parallel", &|to| {
                let folder = new_folder();
                let archive = folder.join("dump").display().to_string();
                finish(&mut pg_dump(
                    &from,
                    &["--format=directory", "--jobs=2", "--file", &archive],
                ));
                finish(&mut restore(to, &["--jobs=4", &archive]));
                fs::remove_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
            }),
            ("schema, then data", &|to| {
                pipe(&mut pg_dump(&from, &["--schema-only"]), &mut psql(to));
                pipe(&mut pg_dump(&from, &["--data-only"]), &mut psql(to));
            }),
            ("data twice", &|to| {
                pipe(&mut pg_dump(&from, &[]), &mut psql(to));
                run(&mut connect(&admin_of(to)), "TRUNCATE app.dead, app.place");
                pipe(&mut pg_dump(&from, &["--data-only"]), &mut psql(to));
            }),
        ];
        for (way, copy) in ways {
            let target = target(&source);
            without_other(&target);
            copy(&target.url(role));
            let mut client = connect(&target.config(role));
            assert_eq!(metadata(&mut client), expected, "{way} as {role}");
            assert_eq!(preview(&mut client), expected_preview, "{way} as {role}");
            let stored = "SELECT count(*)::text FROM msar_catalog.stored_table_metadata AS m
                WHERE NOT EXISTS (SELECT FROM msar_catalog.table_metadata AS v WHERE v.table_oid = m.table_oid)";
            assert_eq!(text(&mut client, stored), "0", "{way} as {role}");
        }
    }
}

fn admin_of(url: &str) -> postgres::Config {
    url.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// One owner dumps, another restores, none of them a superuser; with and without rows that count for nobody.
#[test]
fn by_another_owner() {
    for is_stale in [false, true] {
        let (source, expected, previews) = match is_stale {
            true => {
                let (source, expected, previews) = stale_source();
                (source, expected, Some(previews))
            }
            false => {
                let (source, expected) = source();
                (source, expected, None)
            }
        };
        for format in ["plain", "custom"] {
            let target = Database::empty();
            let url = target.url(target.owner());
            let archive = &mut pg_dump(
                &source.url(source.owner()),
                &["--no-owner", "--no-privileges", "--format", format],
            );
            let sink = &mut match format {
                "plain" => psql(&url),
                _ => restore(&url, &["--no-owner", "--no-privileges"]),
            };
            pipe(archive, sink);
            let mut client = target.connect_as_owner();
            assert_eq!(metadata(&mut client), expected, "{format}, stale: {is_stale}");
            if let Some(previews) = &previews {
                assert_eq!(&preview(&mut client), previews, "{format}");
            }
            assert_eq!(
                text(
                    &mut client,
                    "SELECT string_agg(DISTINCT owner_name, ' ') FROM msar_catalog.table_metadata"
                ),
                target.owner()
            );
        }
    }
}

/// Times are those of the source.
#[test]
fn times_are_carried_along() {
    let (source, _) = source();
    let times = "SELECT string_agg(concat_ws(' ', table_name, created_at, updated_at), ', ' ORDER BY table_name) FROM (
        SELECT table_name, created_at, updated_at FROM msar_catalog.table_metadata
        UNION ALL SELECT table_name || column_name, created_at, updated_at FROM msar_catalog.column_metadata) AS m";
    let expected = text(&mut source.connect_as_owner(), times);
    let target = target(&source);
    without_other(&target);
    pipe(
        &mut pg_dump(&source.url(source.owner()), &[]),
        &mut psql(&target.url(source.owner())),
    );
    assert_eq!(
        text(&mut connect(&target.config(source.owner())), times),
        expected
    );
}

/// Where there is metadata already, it stays, and what a dump brings is added to it.
#[test]
fn over_metadata_that_is_there() {
    let (source, expected) = source();
    run(
        &mut source.connect_as_owner(),
        "SELECT msar.set_column_metadata('app.titles', '[{\"name\": \"id\", \"display_width\": 9}]')",
    );
    let mut dumped = pg_dump(&source.url(source.owner()), &["--data-only"]);
    let data = finish(&mut dumped);
    run(
        &mut source.connect_as_owner(),
        "SELECT msar.set_column_metadata('app.titles', '[{\"name\": \"id\", \"display_width\": null}, {\"name\": \"title\", \"display_width\": 5}]')",
    );
    let file = new_folder().join("data.sql");
    fs::write(&file, data).unwrap_or_else(|error| panic!("{error}"));
    let mut sink = psql(&source.url(source.owner()));
    finish(sink.arg("--file").arg(&file));
    let columns =
        &metadata(&mut source.connect_as_owner())["exported"]["schemas"]["app"]["titles"]["columns"];
    assert_eq!(
        columns,
        &json!({"id": {"display_width": 9}, "title": {"display_width": 5}})
    );
    assert_ne!(
        columns,
        &expected["exported"]["schemas"]["app"]["titles"]["columns"]
    );
}
