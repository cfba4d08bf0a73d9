//! Metadata under concurrency, in hostile hands, and where PostgreSQL tells nothing of a change.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mathesar_ext_client_tests::{Database, Server, connect, error, role_without_rights, run, text};
use postgres::Client;

/// A database whose owner has a table with metadata on its columns `flag` and `price`.
fn database() -> Database {
    let database = Database::with_extension();
    run(
        &mut database.connect_as_owner(),
        "CREATE SCHEMA app;
         CREATE TABLE app.t (flag boolean, price numeric, note text);
         SELECT msar.set_column_metadata('app.t',
             '[{\"name\": \"flag\", \"bool_true\": \"x\"}, {\"name\": \"price\", \"display_width\": 80}]');
         SELECT msar.set_table_metadata('app.t', '{\"column_order\": [2, 1]}')",
    );
    database
}

fn exported(client: &mut Client) -> String {
    text(client, "SELECT msar.export_metadata()::text")
}

const NOTHING: &str = r#"{"schemas": {}}"#;

fn unmatched(client: &mut Client) -> String {
    text(client, "SELECT msar.check_metadata()::text")
}

fn kept_aside(client: &mut Client) -> String {
    text(
        client,
        "SELECT coalesce(string_agg(d->>'table', ' '), '') FROM jsonb_array_elements(msar.list_detached_metadata()) d",
    )
}

/// Runs `statements` in a session of its own until they wait for a lock, then `meanwhile`, then lets them end.
fn while_waiting(database: &Database, statements: &str, meanwhile: impl FnOnce()) {
    let mut waiting = database.connect_as_owner();
    let pid = text(&mut waiting, "SELECT pg_backend_pid()::text");
    let mut observer = database.connect_as_superuser();
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel();
        scope.spawn(move || {
            run(&mut waiting, statements);
            let _ = done.send(());
        });
        let is_waiting = format!("SELECT count(*)::text FROM pg_locks WHERE pid = {pid} AND NOT granted");
        while text(&mut observer, &is_waiting) == "0" {
            assert!(is_done.try_recv().is_err(), "{statements} did not wait");
            thread::sleep(Duration::from_millis(5));
        }
        meanwhile();
    });
}

#[test]
fn two_sessions_write_the_same_row() {
    let database = database();
    let mut first = database.connect_as_owner();
    run(
        &mut first,
        "BEGIN; SELECT msar.set_column_metadata('app.t', '[{\"name\": \"note\", \"display_width\": 1}]')",
    );
    let second = "SELECT msar.set_column_metadata('app.t', '[{\"name\": \"note\", \"user_display_field\": \"email\"}]')";
    while_waiting(&database, second, || run(&mut first, "COMMIT"));
    assert_eq!(
        text(
            &mut first,
            "SELECT display_width || ' ' || user_display_field FROM msar_catalog.column_metadata WHERE column_name = 'note'"
        ),
        "1 email"
    );
    assert_eq!(unmatched(&mut first), "[]");
}

/// Who drops or renames waits for who writes, and then finds what was written, in every isolation level. Nobody waits
/// to rename a schema, as without metadata: see `metadata_sessions`.
#[test]
fn one_session_writes_while_another_changes_the_table() {
    for isolation in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
        for (change, is_dropped) in [
            ("DROP TABLE app.t", true),
            ("ALTER TABLE app.t RENAME TO u", false),
            ("ALTER TABLE app.t RENAME note TO remark", false),
        ] {
            let database = database();
            let mut writer = database.connect_as_owner();
            run(
                &mut writer,
                "BEGIN; SELECT msar.set_column_metadata('app.t', '[{\"name\": \"note\", \"display_width\": 7}]')",
            );
            let changing =
                format!("BEGIN ISOLATION LEVEL {isolation}; SELECT count(*) FROM pg_class; {change}; COMMIT");
            while_waiting(&database, &changing, || run(&mut writer, "COMMIT"));
            assert_eq!(unmatched(&mut writer), "[]", "{changing}");
            let rows = text(
                &mut writer,
                "SELECT count(*)::text FROM msar_catalog.column_metadata",
            );
            assert_eq!(rows, if is_dropped { "0" } else { "3" }, "{changing}");
            let kept = text(&mut writer, "SELECT msar.list_detached_metadata()::text");
            assert_eq!(
                kept.contains("\"note\": {\"display_width\": 7}"),
                is_dropped,
                "{kept}"
            );
        }
    }
}

#[test]
fn a_failure_of_the_bookkeeping_does_not_stop_the_command() {
    let database = database();
    let mut owner = database.connect_as_superuser();
    run(
        &mut owner,
        "CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
         CREATE TRIGGER refuse BEFORE UPDATE ON msar_catalog.stored_column_metadata FOR EACH ROW EXECUTE FUNCTION app.refuse();
         ALTER TABLE app.t RENAME flag TO flagged",
    );
    assert!(!exported(&mut owner).contains("flagged"));
    assert!(unmatched(&mut owner).contains("the column with this attnum is flagged"));
    run(
        &mut owner,
        "DROP TRIGGER refuse ON msar_catalog.stored_column_metadata; DROP TABLE app.t",
    );
    assert_eq!(unmatched(&mut owner), "[]");
    assert_eq!(exported(&mut owner), NOTHING);
}

#[test]
fn a_timeout_stops_the_command() {
    let database = database();
    let mut owner = database.connect_as_superuser();
    run(
        &mut owner,
        "CREATE FUNCTION app.wait() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(60); RETURN NEW; END$$;
         CREATE TRIGGER wait BEFORE UPDATE ON msar_catalog.stored_column_metadata FOR EACH ROW EXECUTE FUNCTION app.wait();
         SET statement_timeout = '200ms'",
    );
    assert_eq!(
        error(&mut owner, "ALTER TABLE app.t RENAME flag TO flagged")
            .code()
            .code(),
        "57014"
    );
    run(&mut owner, "RESET statement_timeout");
    assert_eq!(unmatched(&mut owner), "[]");
    assert!(exported(&mut owner).contains("flag"));
}

/// The bookkeeping runs with a superuser's rights, whoever's command it follows: nothing of a user's runs there,
/// however it lies on the search_path.
#[test]
fn nothing_of_a_user_runs_in_the_bookkeeping() {
    let database = database();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE TABLE app.loot (who name);
         CREATE FUNCTION app.steal(jsonb, text) RETURNS jsonb LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO app.loot VALUES (current_user); RETURN pg_catalog.jsonb_object_field($1, $2); END$$;
         CREATE OPERATOR app.-> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = app.steal);
         CREATE FUNCTION app.to_jsonb(anyelement) RETURNS jsonb LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO app.loot VALUES (current_user); RETURN pg_catalog.to_jsonb($1); END$$;
         CREATE FUNCTION app.jsonb_populate_record(anyelement, jsonb) RETURNS anyelement LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO app.loot VALUES (current_user); RETURN pg_catalog.jsonb_populate_record($1, $2); END$$;
         CREATE FUNCTION app.pg_event_trigger_dropped_objects() RETURNS SETOF app.loot LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO app.loot VALUES (current_user); END$$",
    );
    for path in ["app, pg_catalog", "app, msar_catalog, msar, __msar, pg_catalog"] {
        let mut superuser = database.connect_as_superuser();
        run(
            &mut superuser,
            &format!(
                "SET search_path = {path};
                 CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE pg_namespace (oid oid);
                 ALTER TABLE app.t RENAME flag TO flagged; ALTER TABLE app.t RENAME flagged TO flag;
                 SELECT msar.set_column_metadata('app.t', '[{{\"name\": \"note\", \"display_width\": 7}}]');
                 ALTER TABLE app.t DROP price, ADD price numeric;
                 SELECT msar.export_metadata(), msar.check_metadata(), msar.repair_metadata();
                 DROP TABLE app.t; CREATE TABLE app.t (flag boolean, price numeric, note text);
                 SELECT msar.attach_metadata('app.t') FROM pg_catalog.jsonb_array_elements(msar.list_detached_metadata())"
            ),
        );
    }
    assert_eq!(text(&mut owner, "SELECT count(*)::text FROM app.loot"), "0");
}

/// Only a restore puts rows aside under names that it is given.
#[test]
fn nobody_plants_metadata_for_another() {
    let database = database();
    let stranger = role_without_rights();
    let mut other = connect(&database.config(&stranger));
    for statement in [
        "SELECT __msar.place_restored_row('{\"table_oid\": \"1\", \"schema_name\": \"app\", \"table_name\": \"x\",
             \"column_name\": \"c\", \"owner_name\": \"postgres\", \"display_width\": 1}')",
        "INSERT INTO msar_catalog.stored_detached_metadata (schema_name, table_name, owner_name, metadata, reason)
         VALUES ('app', 'x', 'postgres', '{\"table\": null, \"columns\": {}}', '')",
        "INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, schema_name, table_name, column_name)
         VALUES (1, 1, 'app', 'x', 'c')",
    ] {
        assert_eq!(error(&mut other, statement).code().code(), "42501", "{statement}");
    }
    assert_eq!(kept_aside(&mut database.connect_as_superuser()), "");
}

/// What the events do not tell of is hidden, told by the check, and mended by name.
#[test]
fn changes_that_nobody_told_of() {
    let database = database();
    let mut superuser = database.connect_as_superuser();
    let before = exported(&mut superuser);
    run(
        &mut superuser,
        &format!(
            "ALTER EVENT TRIGGER mathesar_ext_command_end DISABLE; ALTER EVENT TRIGGER mathesar_ext_drop DISABLE;
             DROP TABLE app.t; CREATE TABLE app.t (junk text, price numeric, flag boolean);
             ALTER TABLE app.t OWNER TO {};
             ALTER EVENT TRIGGER mathesar_ext_command_end ENABLE ALWAYS; ALTER EVENT TRIGGER mathesar_ext_drop ENABLE ALWAYS",
            database.owner()
        ),
    );
    assert_eq!(exported(&mut superuser), NOTHING);
    assert_eq!(
        text(
            &mut superuser,
            "SELECT string_agg(r->>'reason', '; ') FROM jsonb_array_elements(msar.check_metadata()) r"
        ),
        ["there is no relation with this OID"; 3].join("; ")
    );
    let stranger = role_without_rights();
    assert_eq!(
        error(
            &mut connect(&database.config(&stranger)),
            "SELECT msar.repair_metadata()"
        )
        .code()
        .code(),
        "42501"
    );
    assert_eq!(
        text(
            &mut database.connect_as_owner(),
            "SELECT msar.repair_metadata()::text"
        ),
        r#"{"mended": 3, "kept_aside": 0}"#
    );
    assert_eq!(unmatched(&mut superuser), "[]");
    assert_eq!(exported(&mut superuser), before);
}

#[test]
fn replicas_and_functions_are_followed_too() {
    let database = database();
    let mut superuser = database.connect_as_superuser();
    run(
        &mut superuser,
        "SET session_replication_role = replica; ALTER TABLE app.t RENAME flag TO flagged",
    );
    assert!(exported(&mut superuser).contains("flagged"));
    assert_eq!(unmatched(&mut superuser), "[]");
}

#[test]
fn typed_tables_temporary_tables_and_extensions() {
    let database = database();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE TYPE app.pair AS (a integer, b text); CREATE TABLE app.typed OF app.pair;
         SELECT msar.set_column_metadata('app.typed', '[{\"name\": \"a\", \"display_width\": 1}, {\"name\": \"b\", \"display_width\": 2}]');
         ALTER TYPE app.pair RENAME ATTRIBUTE a TO c CASCADE;
         ALTER TYPE app.pair DROP ATTRIBUTE b CASCADE;
         CREATE TEMP TABLE t (flag boolean); ALTER TABLE pg_temp.t RENAME flag TO x; DROP TABLE pg_temp.t",
    );
    assert_eq!(
        text(
            &mut owner,
            "SELECT string_agg(column_name, ' ') FROM msar_catalog.column_metadata WHERE table_name = 'typed'"
        ),
        "c"
    );
    assert_eq!(unmatched(&mut owner), "[]");
    assert_eq!(error(&mut owner, "CREATE TEMP TABLE t (a integer); SELECT msar.set_table_metadata('pg_temp.t', '{\"is_temp\": true}')").code().code(), "0A000");
}

#[test]
fn partitions_follow_their_table() {
    let database = database();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE TABLE app.sale (day date, amount numeric) PARTITION BY RANGE (day);
         CREATE TABLE app.sale_1 PARTITION OF app.sale FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY RANGE (day);
         CREATE TABLE app.sale_11 PARTITION OF app.sale_1 FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
         CREATE TABLE app.sale_2 (amount numeric, day date);
         SELECT msar.set_column_metadata(oid, '[{\"name\": \"amount\", \"num_min_frac_digits\": 2}]')
         FROM pg_class WHERE relname LIKE 'sale%';
         ALTER TABLE app.sale ATTACH PARTITION app.sale_2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
         ALTER TABLE app.sale RENAME amount TO price",
    );
    let named =
        "SELECT string_agg(DISTINCT column_name || ' ' || num_min_frac_digits, ', ') || ' of ' || count(*)
         FROM msar_catalog.column_metadata WHERE table_name LIKE 'sale%'";
    assert_eq!(text(&mut owner, named), "price 2 of 4");
    run(
        &mut owner,
        "ALTER TABLE app.sale DETACH PARTITION app.sale_2; ALTER TABLE app.sale RENAME price TO amount;
         ALTER TABLE app.sale ALTER amount TYPE text",
    );
    // The detached one keeps its own; the others lose what a text does not take, and with it their only option.
    assert_eq!(
        text(
            &mut owner,
            "SELECT msar.get_column_metadata('app.sale_2')->0->>'name'"
        ),
        "price"
    );
    assert_eq!(
        text(&mut owner, "SELECT msar.get_column_metadata('app.sale_11')::text"),
        "[]"
    );
    assert_eq!(unmatched(&mut owner), "[]");
}

/// A new column changes nothing that is there; but something may wait for it, and a command can do more.
#[test]
fn columns_that_are_added() {
    let database = database();
    let mut owner = database.connect_as_owner();
    let tables = "CREATE TABLE app.town (id integer PRIMARY KEY);
                  CREATE TABLE app.house (id integer PRIMARY KEY, town_id integer REFERENCES app.town, price numeric)";
    run(&mut owner, tables);
    run(
        &mut owner,
        "ALTER TABLE app.town ADD name text;
         SELECT msar.set_preview_template('app.house', '{town_id.name}!');
         DROP TABLE app.house, app.town",
    );
    run(&mut owner, tables);
    let template = "SELECT msar.get_preview_template('app.house')";
    assert_ne!(text(&mut owner, template), "{town_id.name}!");
    run(&mut owner, "ALTER TABLE app.town ADD name text");
    assert_eq!(text(&mut owner, template), "{town_id.name}!");

    run(
        &mut owner,
        "SELECT msar.set_column_metadata('app.house', '[{\"name\": \"price\", \"num_min_frac_digits\": 2}]');
         ALTER TABLE app.house ADD sold date, ALTER price TYPE text",
    );
    assert_eq!(
        text(&mut owner, "SELECT msar.get_column_metadata('app.house')::text"),
        "[]"
    );
    assert_eq!(unmatched(&mut owner), "[]");
}

/// PostgreSQL takes commands for other kinds of relations as well.
#[test]
fn tables_renamed_by_other_commands() {
    let database = database();
    let mut owner = database.connect_as_owner();
    let before = exported(&mut owner);
    run(&mut owner, "ALTER INDEX app.t RENAME TO u");
    assert_eq!(unmatched(&mut owner), "[]");
    assert_eq!(exported(&mut owner), before.replace("\"t\":", "\"u\":"));
}

/// A former table's metadata is for its owner alone.
#[test]
fn never_for_another_owner() {
    let database = database();
    let mut owner = database.connect_as_owner();
    let before = exported(&mut owner);
    let stranger = role_without_rights();
    let mut other = connect(&database.config(&stranger));
    run(
        &mut owner,
        &format!("DROP TABLE app.t; GRANT ALL ON SCHEMA app TO {stranger}"),
    );
    let table = "CREATE TABLE app.t (flag boolean, price numeric)";
    run(&mut other, table);
    assert_eq!(exported(&mut owner), NOTHING);
    assert_eq!(kept_aside(&mut other), "");
    assert_eq!(
        error(&mut other, "SELECT msar.attach_metadata('app.t')")
            .code()
            .code(),
        "42704"
    );
    assert_eq!(
        text(
            &mut other,
            "SELECT msar.forget_detached_metadata('app', 't')::text"
        ),
        r#"{"forgotten": 0}"#
    );

    // What the other one leaves behind does not take the place of what the owner has.
    run(
        &mut other,
        "SELECT msar.set_column_metadata('app.t', '[{\"name\": \"flag\", \"bool_true\": \"mine\"}]'); DROP TABLE app.t",
    );
    assert_eq!(kept_aside(&mut other), "t");
    run(&mut owner, table);
    assert_eq!(exported(&mut owner), before);
    assert_eq!(kept_aside(&mut other), "t");
}

#[test]
fn as_the_setting_says() {
    let database = database();
    let mut owner = database.connect_as_owner();
    let before = exported(&mut owner);
    run(
        &mut owner,
        "SET mathesar_ext.reattach_by_name = off; DROP TABLE app.t; CREATE TABLE app.t (price numeric, flag boolean)",
    );
    assert_eq!(exported(&mut owner), NOTHING);
    assert_eq!(kept_aside(&mut owner), "t");
    run(&mut owner, "SELECT msar.attach_metadata('app.t')");
    assert_eq!(exported(&mut owner), before);
    run(
        &mut owner,
        "DROP TABLE app.t; CREATE TABLE app.u (flag boolean); SELECT msar.attach_metadata('app.u', 'app', 't')",
    );
    assert_eq!(
        exported(&mut owner),
        r#"{"schemas": {"app": {"u": {"table": {"column_order": ["flag"]}, "columns": {"flag": {"bool_true": "x"}}}}}}"#
    );
    assert_eq!(kept_aside(&mut owner), "t");
    assert_eq!(
        text(
            &mut owner,
            "SELECT msar.forget_detached_metadata('app', 't')::text"
        ),
        r#"{"forgotten": 1}"#
    );
    assert_eq!(kept_aside(&mut owner), "");
}

#[test]
fn owners_that_come_and_go() {
    let database = database();
    let mut superuser = database.connect_as_superuser();
    let owner = database.owner();
    let other = role_without_rights();
    run(
        &mut superuser,
        &format!(
            "GRANT ALL ON SCHEMA app TO {other}; ALTER TABLE app.t OWNER TO {other}; DROP OWNED BY {other};
             GRANT ALL ON SCHEMA app TO {other};
             CREATE TABLE app.t (flag boolean, price numeric)"
        ),
    );
    assert_eq!(exported(&mut superuser), NOTHING);
    assert!(text(&mut superuser, "SELECT msar.list_detached_metadata()::text").contains(&other));
    run(&mut superuser, &format!("ALTER TABLE app.t OWNER TO {owner}"));
    assert_eq!(exported(&mut superuser), NOTHING);
    run(&mut superuser, &format!("ALTER TABLE app.t OWNER TO {other}"));
    assert!(exported(&mut superuser).contains("\"flag\": {\"bool_true\": \"x\"}"));
    assert_eq!(unmatched(&mut superuser), "[]");

    // Of this one PostgreSQL tells nothing; the rows are about the same table all the same.
    run(
        &mut superuser,
        &format!("REASSIGN OWNED BY {other} TO {owner}; DROP TABLE app.t"),
    );
    assert!(text(&mut superuser, "SELECT msar.list_detached_metadata()::text").contains(owner));
    run(
        &mut superuser,
        &format!("CREATE TABLE app.t (flag boolean); ALTER TABLE app.t OWNER TO {owner}"),
    );
    assert!(exported(&mut superuser).contains("\"flag\": {\"bool_true\": \"x\"}"));
}

/// A command that runs functions may end under another search_path than it began under, or in no schema at all.
#[test]
fn a_command_that_changes_the_search_path() {
    let database = database();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE SCHEMA other; CREATE TABLE other.t (flag boolean); DROP TABLE app.t",
    );
    let before = kept_aside(&mut owner);
    assert_eq!(before, "t");
    for (path, name) in [("nowhere", "m"), ("", "m2"), ("other", "m3"), ("other", "t")] {
        run(
            &mut owner,
            &format!(
                "SET search_path = app;
                 CREATE TABLE {name} AS SELECT true AS flag, 1.5 AS price, set_config('search_path', '{path}', false);
                 RESET search_path"
            ),
        );
    }
    assert!(exported(&mut owner).contains("\"flag\": {\"bool_true\": \"x\"}"));
    assert_eq!(kept_aside(&mut owner), "");
    assert_eq!(unmatched(&mut owner), "[]");
}

/// A reference that died unnoticed does not show, and is noted as lost by a repair: until then a dump would carry it
/// over by its name.
#[test]
fn references_that_nobody_told_of() {
    let database = database();
    let mut superuser = database.connect_as_superuser();
    run(
        &mut superuser,
        "ALTER EVENT TRIGGER mathesar_ext_command_end DISABLE; ALTER EVENT TRIGGER mathesar_ext_drop DISABLE;
         ALTER TABLE app.t DROP flag, ADD flag boolean;
         ALTER EVENT TRIGGER mathesar_ext_command_end ENABLE ALWAYS; ALTER EVENT TRIGGER mathesar_ext_drop ENABLE ALWAYS",
    );
    let order = "SELECT (msar.get_table_metadata('app.t')->'column_order')::text";
    assert_eq!(text(&mut superuser, order), "[2]");
    run(&mut superuser, "SELECT msar.repair_metadata()");
    assert_eq!(text(&mut superuser, order), "[2]");
    let lost = "SELECT r.value->'lost'->>'1' FROM msar_catalog.table_metadata, jsonb_each(refs) AS r";
    assert_eq!(text(&mut superuser, lost), "flag");
}

/// What a prepared transaction wrote is looked at when it has committed, by the next transaction that changes something.
#[test]
fn a_prepared_transaction_and_a_rename() {
    let server = Server::create(&["max_prepared_transactions = 2"]);
    let mut client = connect(&server.config());
    let mut other = connect(&server.config());
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app; CREATE TABLE app.t (a integer, b text)",
    );
    run(
        &mut client,
        "BEGIN; SELECT msar.set_table_metadata('app.t', '{\"column_order\": [2, 1]}'); PREPARE TRANSACTION 'writer'",
    );
    // Neither sees the other, and the rename waits for nobody.
    run(
        &mut other,
        "SET statement_timeout = '10s'; ALTER SCHEMA app RENAME TO renamed",
    );
    run(&mut client, "COMMIT PREPARED 'writer'");
    run(&mut other, "CREATE TABLE public.unrelated (a integer)");
    assert_eq!(unmatched(&mut client), "[]");
    assert_eq!(
        text(
            &mut client,
            "SELECT msar.get_table_metadata('renamed.t')->>'column_order'"
        ),
        "[2, 1]"
    );
    // One that is rolled back leaves nothing.
    run(
        &mut client,
        "BEGIN; ALTER TABLE renamed.t RENAME TO u; PREPARE TRANSACTION 'renamer'",
    );
    run(&mut client, "ROLLBACK PREPARED 'renamer'");
    run(&mut client, "CREATE TABLE public.other (a integer)");
    assert_eq!(unmatched(&mut client), "[]");
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*)::text FROM msar_catalog.stored_prepared_checks"
        ),
        "0"
    );
}
