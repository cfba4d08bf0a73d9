//! What the role that created the extension, and everybody else, may do to it: neither code nor storage is theirs.

use mathesar_ext_client_tests::{Database, Server, connect, error, role_without_rights, run, text};
use postgres::Client;

/// A database with a table of its owner that has metadata of all sorts, and a copy that is kept aside.
fn database() -> Database {
    let database = Database::with_extension();
    fill(&mut database.connect_as_owner());
    database
}

fn fill(owner: &mut Client) {
    run(
        owner,
        "CREATE SCHEMA app;
         CREATE TABLE app.author (id integer PRIMARY KEY, name text);
         CREATE TABLE app.book (id integer PRIMARY KEY, title text, author_id integer REFERENCES app.author, price numeric,
             sold date, lent boolean);
         INSERT INTO app.author VALUES (1, 'Ada');
         INSERT INTO app.book VALUES (1, 'Notes', 1, 1.5, '2020-01-02', true);
         SELECT msar.set_preview_template('app.book', '{title} by {author_id.name}');
         SELECT msar.set_table_metadata('app.book', '{\"column_order\": [2, 1]}');
         SELECT msar.set_column_metadata('app.book', '[{\"name\": \"price\", \"num_min_frac_digits\": 2},
             {\"name\": \"sold\", \"date_format\": \"DD.MM.YYYY\"}, {\"name\": \"lent\", \"bool_true\": \"out\"}]');
         CREATE TABLE app.former (id integer);
         SELECT msar.set_column_metadata('app.former', '[{\"name\": \"id\", \"display_width\": 50}]');
         DROP TABLE app.former",
    );
}

/// Members of the extension that do not belong to the bootstrap superuser.
const OF_OTHERS: &str = "
    SELECT coalesce(string_agg(pg_describe_object(classid, objid, 0), ', '), '')
    FROM pg_depend,
      LATERAL (
        SELECT nspowner FROM pg_namespace WHERE classid = 'pg_namespace'::regclass AND oid = objid
        UNION ALL SELECT proowner FROM pg_proc WHERE classid = 'pg_proc'::regclass AND oid = objid
        UNION ALL SELECT relowner FROM pg_class WHERE classid = 'pg_class'::regclass AND oid = objid
        UNION ALL SELECT typowner FROM pg_type WHERE classid = 'pg_type'::regclass AND oid = objid
        UNION ALL SELECT evtowner FROM pg_event_trigger WHERE classid = 'pg_event_trigger'::regclass AND oid = objid
      ) AS o (owner)
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND owner <> 10
      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'mathesar_ext')";

#[test]
fn everything_belongs_to_the_bootstrap_superuser() {
    let database = database();
    let mut superuser = database.connect_as_superuser();
    assert_eq!(text(&mut superuser, OF_OTHERS), "");
    assert_eq!(
        text(
            &mut superuser,
            "SELECT extowner::regrole::text FROM pg_extension WHERE extname = 'mathesar_ext'"
        ),
        database.owner()
    );

    // Also when another superuser creates it, who may be none tomorrow.
    let other = role_without_rights();
    run(
        &mut superuser,
        &format!(
            "DROP SCHEMA app CASCADE; DROP EXTENSION mathesar_ext; ALTER ROLE {other} SUPERUSER;
             SET SESSION AUTHORIZATION {other}; CREATE EXTENSION mathesar_ext"
        ),
    );
    assert_eq!(text(&mut superuser, "SELECT current_user::text"), other);
    assert_eq!(text(&mut superuser, OF_OTHERS), "");
    fill(&mut superuser);
    run(
        &mut superuser,
        &format!(
            "RESET SESSION AUTHORIZATION; ALTER ROLE {other} NOSUPERUSER; SET SESSION AUTHORIZATION {other}"
        ),
    );
    assert!(
        text(&mut superuser, "SELECT msar.get_table_metadata('app.book')::text").contains("column_order")
    );
    assert_eq!(
        error(
            &mut superuser,
            "ALTER TABLE msar_catalog.stored_table_metadata ADD x text"
        )
        .code()
        .code(),
        "42501"
    );
}

/// Everything by which the role that created the extension could put something of its own where others run it.
#[test]
fn the_role_that_created_the_extension_changes_nothing_of_it() {
    let database = database();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE FUNCTION app.row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE FUNCTION app.yes(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    );
    for table in [
        "stored_table_metadata",
        "stored_column_metadata",
        "stored_detached_metadata",
    ] {
        for statement in [
            "ALTER TABLE msar_catalog.@ RENAME created_at TO x",
            "ALTER TABLE msar_catalog.@ ADD x text",
            "ALTER TABLE msar_catalog.@ DROP schema_name",
            "ALTER TABLE msar_catalog.@ ALTER schema_name TYPE text",
            "ALTER TABLE msar_catalog.@ ALTER schema_name SET DEFAULT 'x'",
            "ALTER TABLE msar_catalog.@ ADD CHECK (app.yes(schema_name::text))",
            "ALTER TABLE msar_catalog.@ RENAME TO x",
            "ALTER TABLE msar_catalog.@ SET SCHEMA app",
            "ALTER TABLE msar_catalog.@ DISABLE TRIGGER ALL",
            "ALTER TABLE msar_catalog.@ ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE msar_catalog.@ OWNER TO CURRENT_USER",
            "ALTER TABLE msar_catalog.@ INHERIT app.book",
            "CREATE TABLE app.child () INHERITS (msar_catalog.@)",
            "CREATE TRIGGER x BEFORE INSERT ON msar_catalog.@ FOR EACH ROW EXECUTE FUNCTION app.row()",
            "CREATE POLICY x ON msar_catalog.@ USING (true)",
            "CREATE RULE x AS ON INSERT TO msar_catalog.@ DO ALSO NOTHING",
            "CREATE INDEX ON msar_catalog.@ (app.yes(schema_name::text))",
            "CREATE STATISTICS app.x ON schema_name, table_name FROM msar_catalog.@",
            "CREATE PUBLICATION x FOR TABLE msar_catalog.@",
            "TRUNCATE msar_catalog.@",
            "DROP TABLE msar_catalog.@",
            "COMMENT ON TABLE msar_catalog.@ IS 'x'",
            "ALTER EXTENSION mathesar_ext DROP TABLE msar_catalog.@",
        ] {
            let statement = statement.replace('@', table);
            assert_eq!(
                error(&mut owner, &statement).code().code(),
                "42501",
                "{statement}"
            );
        }
    }
    for statement in [
        "CREATE FUNCTION msar.prepare_table_for_import(regnamespace, text, jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT $3'",
        "CREATE FUNCTION __msar.check_relation(regclass) RETURNS void LANGUAGE sql AS ''",
        "CREATE OR REPLACE FUNCTION msar.list_schemas() RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
        "ALTER FUNCTION msar.list_schemas() SECURITY DEFINER",
        "ALTER FUNCTION msar.list_schemas() SET search_path = app",
        "ALTER FUNCTION msar.list_schemas() RENAME TO x",
        "ALTER FUNCTION msar.list_schemas() OWNER TO CURRENT_USER",
        "DROP FUNCTION msar.list_schemas()",
        "ALTER EXTENSION mathesar_ext DROP FUNCTION msar.list_schemas()",
        "CREATE OPERATOR msar.-> (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        "CREATE TABLE msar_catalog.x (a integer)",
        "CREATE VIEW msar_catalog.x AS SELECT 1",
        "CREATE OR REPLACE VIEW msar_catalog.detached_metadata AS SELECT * FROM msar_catalog.stored_detached_metadata",
        "ALTER VIEW msar_catalog.table_metadata RESET (security_barrier)",
        "CREATE TYPE mathesar_types.x AS (a integer)",
        "ALTER DOMAIN mathesar_types.email DROP CONSTRAINT email_check",
        "ALTER DOMAIN mathesar_types.email ADD CHECK (app.yes(VALUE))",
        "ALTER TYPE mathesar_types.multicurrency_money ADD ATTRIBUTE x text",
        "CREATE CAST (mathesar_types.multicurrency_money AS text) WITH FUNCTION app.yes(text)",
        "ALTER SCHEMA msar RENAME TO x",
        "ALTER SCHEMA __msar OWNER TO CURRENT_USER",
        "DROP SCHEMA msar_catalog CASCADE",
        "ALTER EXTENSION mathesar_ext DROP SCHEMA msar",
        "ALTER EVENT TRIGGER mathesar_ext_drop DISABLE",
        "DROP EVENT TRIGGER mathesar_ext_command_end",
        "ALTER EXTENSION mathesar_ext SET SCHEMA app",
    ] {
        let error = error(&mut owner, statement);
        // Casts whose function does not fit, and extensions that do not move, are refused before rights are asked for.
        assert!(
            ["42501", "42P17", "0A000"].contains(&error.code().code()),
            "{statement}: {error}"
        );
    }
    // It can still take the extension away, with all that is stored.
    run(
        &mut owner,
        "DROP EXTENSION mathesar_ext; CREATE EXTENSION mathesar_ext",
    );
}

/// No other role reads or writes the tables, or takes a lock on them that keeps anybody waiting.
#[test]
fn others_do_not_reach_the_storage() {
    let database = database();
    let mut stranger = connect(&database.config(&role_without_rights()));
    for table in ["table_metadata", "column_metadata", "detached_metadata"] {
        for statement in [
            "SELECT FROM msar_catalog.stored_@",
            "INSERT INTO msar_catalog.stored_@ DEFAULT VALUES",
            "UPDATE msar_catalog.stored_@ SET schema_name = 'x'",
            "DELETE FROM msar_catalog.stored_@",
            "COPY msar_catalog.stored_@ TO STDOUT",
            "BEGIN; LOCK TABLE msar_catalog.stored_@ IN ACCESS SHARE MODE",
            "INSERT INTO msar_catalog.@ DEFAULT VALUES",
            "UPDATE msar_catalog.@ SET schema_name = 'x'",
            "DELETE FROM msar_catalog.@",
            "BEGIN; LOCK TABLE msar_catalog.@ IN ROW EXCLUSIVE MODE",
            "BEGIN; LOCK TABLE msar_catalog.@ IN ACCESS EXCLUSIVE MODE",
            "SELECT __msar.place_restored_row('{}')",
            "SELECT __msar.keep_restored_copy('{}')",
            "SELECT __msar.complete_table_metadata('{}', NULL)",
            "SELECT __msar.complete_column_metadata(NULL, NULL)",
        ] {
            let statement = statement.replace('@', table);
            assert_eq!(
                error(&mut stranger, &statement).code().code(),
                "42501",
                "{statement}"
            );
            run(&mut stranger, "ROLLBACK");
        }
        // To read a view takes locks too; they are the weakest, and end with the transaction.
        run(&mut stranger, &format!("BEGIN; SELECT FROM msar_catalog.{table}"));
        let strong =
            "SELECT count(*)::text FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL
            AND mode <> 'AccessShareLock'";
        assert_eq!(text(&mut stranger, strong), "0");
        run(&mut stranger, "COMMIT");
    }
    assert_eq!(text(&mut stranger, "SELECT msar.check_metadata()::text"), "[]");
    assert_eq!(
        text(
            &mut stranger,
            "SELECT msar.forget_detached_metadata('app', 'former')::text"
        ),
        r#"{"forgotten": 0}"#
    );
    for statement in [
        "SELECT msar.repair_metadata()",
        "SELECT msar.set_table_metadata('app.book', '{}')",
    ] {
        assert_eq!(
            error(&mut stranger, statement).code().code(),
            "42501",
            "{statement}"
        );
    }
}

/// A table of ours that has other columns than we read, another owner, or is not ours any more, is not read at all.
#[test]
fn a_storage_table_that_was_changed_is_not_read() {
    let database = database();
    let mut superuser = database.connect_as_superuser();
    let mut session = database.connect_as_owner();
    let reads = [
        "SELECT msar.get_table_metadata('app.book')::text",
        "SELECT msar.get_column_metadata('app.book')::text",
        "SELECT msar.get_table_details('app.book')::text",
        "SELECT msar.preview_rows('app.book', '[1]')::text",
        "SELECT msar.list_records('app.book', '{\"record_summaries\": true}')::text",
        "SELECT msar.set_table_metadata('app.book', '{\"column_order\": [2, 1]}')::text",
        "SELECT msar.set_column_metadata('app.book', '[]')::text",
    ];
    let before: Vec<_> = reads.iter().map(|read| answer(&mut session, read)).collect();
    assert!(before.iter().all(Result::is_ok), "{before:?}");
    let role = role_without_rights();
    for (change, undo, difference) in [
        (
            "ALTER TABLE msar_catalog.stored_column_metadata RENAME created_at TO x;
             ALTER TABLE msar_catalog.stored_column_metadata ADD created_at text DEFAULT 'not a time'",
            "ALTER TABLE msar_catalog.stored_column_metadata DROP created_at;
             ALTER TABLE msar_catalog.stored_column_metadata RENAME x TO created_at",
            "The type of column \"created_at\" is another one.",
        ),
        (
            "ALTER TABLE msar_catalog.stored_column_metadata RENAME bool_true TO x;
             ALTER TABLE msar_catalog.stored_column_metadata ADD bool_true bigint DEFAULT 4702111234474983745",
            "ALTER TABLE msar_catalog.stored_column_metadata DROP bool_true;
             ALTER TABLE msar_catalog.stored_column_metadata RENAME x TO bool_true",
            "The type of column \"bool_true\" is another one.",
        ),
        (
            "ALTER TABLE msar_catalog.stored_column_metadata RENAME attnum TO number",
            "ALTER TABLE msar_catalog.stored_column_metadata RENAME number TO attnum",
            "It has no column \"attnum\".",
        ),
        (
            "ALTER TABLE msar_catalog.stored_column_metadata RENAME CONSTRAINT stored_column_metadata_pkey TO p;
             ALTER TABLE msar_catalog.stored_column_metadata DROP CONSTRAINT p, ADD PRIMARY KEY (attnum, table_oid)",
            "ALTER TABLE msar_catalog.stored_column_metadata DROP CONSTRAINT stored_column_metadata_pkey,
               ADD PRIMARY KEY (table_oid, attnum)",
            "It has another primary key.",
        ),
        (
            &format!("ALTER TABLE msar_catalog.stored_column_metadata OWNER TO {role}"),
            "ALTER TABLE msar_catalog.stored_column_metadata OWNER TO postgres",
            &format!("It belongs to role \"{role}\", not to the bootstrap superuser."),
        ),
        (
            "ALTER EXTENSION mathesar_ext DROP TABLE msar_catalog.stored_column_metadata;
             COMMENT ON TABLE msar_catalog.stored_column_metadata IS 'x';
             ALTER TABLE msar_catalog.stored_column_metadata ADD y text;
             ALTER TABLE msar_catalog.stored_column_metadata DROP y",
            "ALTER EXTENSION mathesar_ext ADD TABLE msar_catalog.stored_column_metadata;
             ALTER TABLE msar_catalog.stored_column_metadata ADD y text;
             ALTER TABLE msar_catalog.stored_column_metadata DROP y",
            "It is no member of the extension.",
        ),
    ] {
        run(&mut superuser, change);
        for read in &reads[1..] {
            // This one writes to the other table, and reads that one.
            let (code, message, detail) = match answer(&mut session, read) {
                Err(error) => error,
                Ok(_) if read.contains("set_table_metadata") => continue,
                Ok(answer) => panic!("{change}\n{read}\n{answer}"),
            };
            assert_eq!(
                (code.as_str(), message.as_str(), detail.as_str()),
                ("55000", "table msar_catalog.stored_column_metadata is not as mathesar_ext created it", difference),
                "{change}\n{read}"
            );
        }
        run(&mut superuser, undo);
        let after: Vec<_> = reads[..5].iter().map(|read| answer(&mut session, read)).collect();
        assert_eq!(after, before[..5], "{undo}");
    }
}

type Refusal = (String, String, String);

fn answer(client: &mut Client, query: &str) -> Result<String, Refusal> {
    match client.query_one(query, &[]) {
        Ok(row) => Ok(row.get::<_, Option<String>>(0).unwrap_or_default()),
        Err(error) => {
            let error = error.as_db_error().unwrap_or_else(|| panic!("{query}\n{error}"));
            Err((
                error.code().code().to_owned(),
                error.message().to_owned(),
                error.detail().unwrap_or_default().to_owned(),
            ))
        }
    }
}

/// The role that created the extension may write to the tables, as a restore does. Whatever it writes, nobody is
/// harmed: no reader fails, and each reads of a table only what it may.
#[test]
fn hostile_rows_harm_nobody() {
    let database = database();
    let role = role_without_rights();
    let mut superuser = database.connect_as_superuser();
    run(
        &mut superuser,
        &format!(
            "CREATE SCHEMA other; GRANT USAGE ON SCHEMA other, app TO PUBLIC;
             CREATE TABLE other.secret (id integer PRIMARY KEY, word text);
             CREATE TABLE other.t (id integer PRIMARY KEY, a boolean, b numeric, c date, d interval, e text, f jsonb,
                 s integer REFERENCES other.secret);
             INSERT INTO other.secret VALUES (1, 'hidden'); INSERT INTO other.t VALUES (1, true, 1.5, 'now', '1 h', 'e', '{{}}', 1);
             ALTER TABLE other.t OWNER TO {role}; ALTER SCHEMA other OWNER TO {role}; GRANT ALL ON SCHEMA other TO {role}"
        ),
    );
    let mut owner = database.connect_as_owner();
    let mut victim = connect(&database.config(&role));
    let reads = [
        "SELECT msar.get_table_metadata('other.t')::text",
        "SELECT msar.list_table_metadata('other')::text",
        "SELECT msar.get_column_metadata('other.t')::text",
        "SELECT msar.get_table_details('other.t')::text",
        "SELECT msar.get_schema_table_details('other')::text",
        "SELECT msar.get_table_definition('other.t')::text",
        "SELECT msar.preview_rows('other.t', '[1]')::text",
        "SELECT msar.get_preview_template('other.t')::text",
        "SELECT msar.list_records('other.t', '{\"record_summaries\": true}')::text",
        "SELECT msar.export_metadata()::text",
        "SELECT msar.check_metadata()::text",
        "SELECT msar.list_detached_metadata()::text",
        "SELECT count(*)::text FROM msar_catalog.table_metadata",
        "SELECT msar.set_column_metadata('other.t', '[{\"name\": \"e\", \"display_width\": 7}]')::text",
        "SELECT msar.set_column_metadata('other.t', '[{\"name\": \"e\", \"display_width\": null}]')::text",
        "SELECT msar.set_table_metadata('other.t', '{\"is_temp\": true}')::text",
        "SELECT msar.set_table_metadata('other.t', '{\"is_temp\": null}')::text",
        "SELECT msar.attach_metadata('other.t')::text",
    ];
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let long = "x".repeat(100_000);
    let mut hostile: Vec<String> = [
        "[[1, 1, 1, 1]]",
        "[[8, 2]]",
        "[[8, 1, 2]]",
        "[[99]]",
        "[[-1]]",
        "[[0]]",
        "[[]]",
        "[{}]",
        "[{\"path\": 1}]",
        "[{\"path\": [\"e\"]}]",
        "[{\"path\": [8, 2], \"raw\": 7}]",
        "[1e400]",
        "[null, true, 1.5, \"\\u0007\"]",
        "[\"{\", \"}\"]",
        "[[1.5]]",
        "[[99999999999999999999]]",
        "[{\"path\": [6], \"raw\": true, \"x\": 1}]",
        "[\"'; DROP TABLE other.t; --\"]",
    ]
    .iter()
    .map(|template| format!("preview_template = '{}'", template.replace('\'', "''")))
    .collect();
    hostile.extend([
        format!("preview_template = '{deep}'"),
        format!("preview_template = '[\"{long}\"]'"),
        "column_order = '{}'".into(),
        "column_order = '{-1,0,99,32767,-32768,1,1,1}'".into(),
        "column_order = '[7:9]={3,2,1}'".into(),
        "column_order = '{{1,2},{3,4}}'".into(),
        "column_order = '{NULL}'".into(),
        "import_target_oid = 0".into(),
        "import_target_oid = 4294967295".into(),
        "import_target_oid = 'pg_authid'::regclass".into(),
        "mathesar_added_pkey_attnum = -7".into(),
        "user_tracking_attnum = 32767".into(),
        "preview_customized = NULL, preview_template = '[[1]]', refs = '[]'".into(),
        "preview_template = '[[8, 2]]', refs = jsonb_build_object('other.t'::regclass::oid, '{\"schema\": \"other\", \"name\": \"t\",
            \"columns\": {\"8\": \"s\"}, \"targets\": {\"8\": 1260}}'::jsonb, '1260',
            '{\"schema\": \"pg_catalog\", \"name\": \"pg_authid\", \"columns\": {\"2\": \"rolname\"}}'::jsonb)".into(),
        format!("refs = '{{\"1\": {deep}}}'"),
        "refs = '{\"x\": 1}'".into(),
        "created_at = 'infinity', updated_at = '-infinity'".into(),
        "created_at = '294276-12-31', updated_at = '4714-11-24 BC'".into(),
        "schema_name = 'pg_catalog', table_name = 'pg_authid'".into(),
        "owner_name = 'nobody'".into(),
        "table_oid = 'pg_authid'::regclass".into(),
    ]);
    let secret_is_kept =
        |answer: &str, change: &str| assert!(!answer.contains("hidden"), "{change}\n{answer}");
    for change in &hostile {
        run(
            &mut owner,
            "DELETE FROM msar_catalog.stored_table_metadata;
             INSERT INTO msar_catalog.stored_table_metadata (table_oid, is_temp) VALUES ('other.t'::regclass, true)",
        );
        let outcome = owner.batch_execute(&format!("UPDATE msar_catalog.stored_table_metadata SET {change}"));
        check_refusal(outcome, change);
        for read in reads {
            match answer(&mut victim, read) {
                Ok(answer) => secret_is_kept(&answer, change),
                Err((code, message, _)) => assert!(
                    code == "42704" && read.contains("attach"),
                    "{change}\n{read}\n{code} {message}"
                ),
            }
        }
    }
    for change in [
        format!("bool_true = '{long}'"),
        "bool_true = E'\\x01'".into(),
        "num_min_frac_digits = 20, num_max_frac_digits = 20".into(),
        "num_min_frac_digits = -1".into(),
        "num_min_frac_digits = 32767".into(),
        "mon_currency_symbol = ''';'".into(),
        "time_format = 'HH99\"'".into(),
        format!("date_format = '{long}'"),
        "date_format = '\"'".into(),
        "date_format = ''".into(),
        "duration_min = 'd', duration_max = 'ms'".into(),
        "display_width = -1".into(),
        "display_width = 2147483647".into(),
        "created_at = 'infinity'".into(),
        "attnum = 0".into(),
        "attnum = -1".into(),
        "attnum = 99".into(),
        "column_name = 'word'".into(),
        "table_oid = 4294967295".into(),
    ] {
        for attnum in 2..=8 {
            run(
                &mut owner,
                &format!(
                    "DELETE FROM msar_catalog.stored_column_metadata;
                          INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width)
                          VALUES ('other.t'::regclass, {attnum}, 7)"
                ),
            );
            let outcome = owner.batch_execute(&format!(
                "UPDATE msar_catalog.stored_column_metadata SET {change}"
            ));
            check_refusal(outcome, &change);
            for read in reads {
                match answer(&mut victim, read) {
                    Ok(answer) => secret_is_kept(&answer, &change),
                    Err((code, message, _)) => assert!(
                        code == "42704" && read.contains("attach"),
                        "{change}\n{read}\n{code} {message}"
                    ),
                }
            }
        }
    }
    // What is kept aside for a table that the victim is about to create, or to which it is given.
    run(
        &mut owner,
        "DELETE FROM msar_catalog.stored_table_metadata; DELETE FROM msar_catalog.stored_column_metadata",
    );
    for metadata in [
        r#"{"table": null, "columns": {"e": {"display_width": "x"}}}"#,
        r#"{"table": null, "columns": {"e": 1, "nothing": {}, "a": {"x": 1}}}"#,
        r#"{"table": {"x": 1}, "columns": {}}"#,
        r#"{"table": {"column_order": "e"}, "columns": {}}"#,
        r#"{"table": {"column_order": ["e", 1, null, "e"]}, "columns": {}}"#,
        r#"{"table": {"preview_template": [["s", {"schema": "other", "name": "secret", "column": "word"}]]}, "columns": {}}"#,
        r#"{"table": {"preview_template": [[1], [{}], {"path": {}}, {"raw": 1}]}, "columns": {}}"#,
        r#"{"table": {"import_target_oid": {"schema": 1, "name": []}}, "columns": {}}"#,
        r#"{"table": {}, "columns": {}, "more": 1}"#,
        r#"{"table": {"import_verified": "yes"}, "columns": {"b": {"num_min_frac_digits": 9, "num_max_frac_digits": 1}}}"#,
        r#"{"table": {"mathesar_added_pkey_attnum": 1e99}, "columns": {"b": {"num_min_frac_digits": 99999}}}"#,
        &format!(r#"{{"table": {{"preview_template": {deep}}}, "columns": {{}}}}"#),
    ] {
        run(&mut owner, "DELETE FROM msar_catalog.stored_detached_metadata");
        for write in ["INSERT", "UPDATE"] {
            let statement = match write {
                "INSERT" => format!("INSERT INTO msar_catalog.stored_detached_metadata VALUES ('other', 't', '{role}', '{metadata}', '', true)"),
                _ => format!("INSERT INTO msar_catalog.stored_detached_metadata VALUES ('other', 't', '{role}', '{{\"table\": null, \"columns\": {{}}}}', '', true);
                              UPDATE msar_catalog.stored_detached_metadata SET metadata = '{metadata}'"),
            };
            check_refusal(owner.batch_execute(&statement), metadata);
            run(
                &mut victim,
                "CREATE TABLE other.x (a integer); DROP TABLE other.x; ALTER TABLE other.t RENAME e TO e2; ALTER TABLE other.t RENAME e2 TO e",
            );
            for read in reads {
                match answer(&mut victim, read) {
                    Ok(answer) => secret_is_kept(&answer, metadata),
                    Err((code, message, _)) => assert!(
                        code == "42704" && read.contains("attach"),
                        "{metadata}\n{read}\n{code} {message}"
                    ),
                }
            }
        }
    }
}

/// What the tables refuse, they refuse for a reason of their own.
fn check_refusal(outcome: Result<(), postgres::Error>, change: &str) {
    if let Err(error) = outcome {
        let error = error
            .as_db_error()
            .unwrap_or_else(|| panic!("{change}: {error}"))
            .clone();
        let code = error.code().code();
        assert!(!code.starts_with("XX"), "{change}: {code} {error}");
    }
}

/// A server whose environment asks for Rust's backtraces tells clients none.
#[test]
fn errors_have_no_backtrace() {
    let server = Server::create_with_environment(&[("RUST_BACKTRACE", "full"), ("RUST_LIB_BACKTRACE", "1")]);
    let mut client = connect(&server.config());
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext; CREATE TABLE t (id integer PRIMARY KEY, a integer)",
    );
    for statement in [
        "SELECT msar.add_record_to_table('t'::regclass, '{\"2\": \"x\"}')",
        "SELECT msar.list_records('t', '{\"limit\": \"x\"}')",
        "SELECT msar.set_column_metadata('t', '[{\"name\": \"none\"}]')",
        "SELECT msar.add_columns('t'::regclass::oid, '[{\"name\": \"x\", \"type\": {\"name\": \"no_such_type\"}}]')",
    ] {
        let error = error(&mut client, statement);
        let said = format!("{:?} {:?}", error.detail(), error.where_());
        assert!(
            !said.contains("mathesar_ext") && !said.contains("pgrx") && !said.contains(".rs"),
            "{statement}\n{said}"
        );
    }
}
