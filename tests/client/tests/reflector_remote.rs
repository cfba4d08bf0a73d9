//! Reflections into tables of other databases: what arrives there, who may connect how, and that a run which is not committed
//! here counts once there.

use mathesar_ext_client_tests::{Database, Server, admin_config, connect, error, run, text};
use postgres::{Client, config::Host};

/// Makes `b` in the first database a server that is the second one.
fn link(client: &mut Client, name: &str, host: &str, port: u16, database: &str, user: &str) {
    run(
        client,
        &format!(
            "CREATE SERVER {name} FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host '{host}', port '{port}', dbname '{database}');
             CREATE USER MAPPING FOR CURRENT_USER SERVER {name} OPTIONS (user '{user}')"
        ),
    );
}

/// The test server's folder and port.
fn address() -> (String, u16) {
    let config = admin_config();
    let host = match config.get_hosts().first() {
        Some(Host::Unix(folder)) => folder.display().to_string(),
        Some(Host::Tcp(host)) => host.clone(),
        None => panic!("the test server has no host"),
    };
    (host, config.get_ports().first().copied().unwrap_or(5432))
}

/// Two databases, the superuser in both, the second one the server `b` of the first.
fn pair() -> (Database, Client, Database, Client) {
    let (source, target) = (Database::with_extension(), Database::empty());
    let mut here = source.connect_as_superuser();
    let (host, port) = address();
    link(&mut here, "b", &host, port, target.name(), "postgres");
    let there = target.connect_as_superuser();
    (source, here, target, there)
}

fn run_all(client: &mut Client) -> String {
    text(
        client,
        "SELECT coalesce(string_agg(concat_ws(' ', r->>'state', r->>'events', r->>'copied', r->>'dead_letters', r->'error'->>'sqlstate', r->'error'->>'message', r->'error'->>'detail'), '; '), 'nothing')
         FROM jsonb_array_elements(msar.run_reflections()->'reflections') AS r",
    )
}

#[test]
fn a_row_travels() {
    let (_source, mut here, _target, mut there) = pair();
    run(
        &mut here,
        r#"CREATE SCHEMA app;
           CREATE TYPE app.mood AS ENUM ('sad', 'glad');
           CREATE TABLE app.t ("Odd ""name" integer PRIMARY KEY, title varchar(20), price numeric(8,2), tags text[], j jsonb, at timestamptz, b bytea, p point, m money, bits bit(3), gone text, ok boolean);
           ALTER TABLE app.t DROP gone;
           INSERT INTO app.t VALUES
             (1, 'a''b\c"{},NULL', 1.5, '{a,"b c",NULL,"NULL"}', '{"x": [1, 2.50]}', '2026-01-02 03:04:05.678+09', '\x00ff', '(1,2)', '12.34', '101', true),
             (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
             (3, '', 0, '{}', 'null', 'infinity', '', '(0,0)', '0', '000', false);
           INSERT INTO app.t SELECT i, 'row ' || i, i FROM generate_series(10, 25000) AS i"#,
    );
    let added = text(
        &mut here,
        r#"SELECT (msar.add_reflection('app.t', '{"server": "b", "table": "public.copy"}') -> 'target')::text"#,
    );
    assert_eq!(added, r#"{"name": "copy", "schema": "public", "server": "b"}"#);
    run(
        &mut here,
        r#"SELECT msar.add_reflection('app.t', '{"server": "b", "table": {"schema": "public", "name": "Long \"one"}}',
             '{"fields": {"id": "\"Odd \"\"name\"", "label": "upper(title) || '' '' || coalesce(price, 0)"}, "filter": "price > 5"}')"#,
    );
    assert_eq!(run_all(&mut here), "active 0 24994 0; active 0 24994 0");
    let checksum =
        |what: &str| format!("SELECT count(*) || ' ' || sum(hashtextextended(x::text, 0)) FROM {what} AS x");
    assert_eq!(
        text(&mut there, &checksum("public.copy")),
        text(&mut here, &checksum("app.t"))
    );
    assert_eq!(
        text(
            &mut there,
            r#"SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'public.copy'::regclass AND attnum > 0"#
        ),
        "integer, character varying(20), numeric(8,2), text[], jsonb, timestamp with time zone, bytea, point, money, bit(3), boolean"
    );
    run(
        &mut here,
        r#"UPDATE app.t SET price = price + 1 WHERE "Odd ""name" < 100; DELETE FROM app.t WHERE "Odd ""name" > 20000;
           UPDATE app.t SET "Odd ""name" = 500000 WHERE "Odd ""name" = 10; INSERT INTO app.t VALUES (7, 'seven', 7)"#,
    );
    assert_eq!(run_all(&mut here), "active 5095 0 0; active 5095 0 0");
    assert_eq!(
        text(&mut there, &checksum("public.copy")),
        text(&mut here, &checksum("app.t"))
    );
    assert_eq!(
        text(&mut there, &checksum(r#"public."Long ""one""#)),
        text(
            &mut here,
            &checksum(
                r#"(SELECT "Odd ""name" AS id, upper(title) || ' ' || coalesce(price, 0) AS label FROM app.t WHERE price > 5)"#
            )
        )
    );
    // Nothing is due: nobody connects, and the status says so.
    assert_eq!(run_all(&mut here), "active 0 0 0; active 0 0 0");
    assert_eq!(
        text(
            &mut here,
            "SELECT string_agg(concat_ws(' ', server, target_schema, target_name, state), ', ' ORDER BY id) FROM msar_catalog.reflections"
        ),
        r#"b public copy active, b public Long "one active"#
    );

    // A copy again removes rows that the source does not have, and brings back those that it lacks.
    run(
        &mut there,
        r#"INSERT INTO copy ("Odd ""name") VALUES (-1), (-2); DELETE FROM copy WHERE "Odd ""name" BETWEEN 5000 AND 9000"#,
    );
    run(
        &mut here,
        "SELECT msar.recopy_reflection(min(id)) FROM msar_catalog.reflections",
    );
    run(&mut here, r#"DELETE FROM app.t WHERE "Odd ""name" = 7"#);
    run_all(&mut here);
    assert_eq!(
        text(&mut there, &checksum("public.copy")),
        text(&mut here, &checksum("app.t"))
    );
    assert_eq!(
        text(&mut there, "SELECT count(*)::text FROM mathesar_progress_10"),
        "3",
        "two reflections, one of which was copied again"
    );

    run(&mut here, "TRUNCATE app.t; INSERT INTO app.t VALUES (1, 'after')");
    run_all(&mut here);
    assert_eq!(text(&mut there, "SELECT count(*)::text FROM copy"), "1");
}

#[test]
fn a_statement_of_ones_own_counts_once() {
    let (_source, mut here, _target, mut there) = pair();
    run(
        &mut there,
        "CREATE TABLE counter (op text PRIMARY KEY, n bigint); CREATE TABLE log (id integer, was text, becomes text CHECK (becomes <> 'bad'))",
    );
    run(
        &mut here,
        r#"CREATE TABLE t (id integer PRIMARY KEY, v text);
           SELECT msar.add_reflection('t', '{"server": "b"}', '{"copy": false, "statement":
             "INSERT INTO public.counter AS c VALUES (:op, 1) ON CONFLICT (op) DO UPDATE SET n = c.n + 1"}');
           SELECT msar.add_reflection('t', '{"server": "b"}', '{"copy": false, "statement":
             "INSERT INTO public.log VALUES (:new.id, :old.v, :new.v)", "delete_statement": "INSERT INTO public.log VALUES (:old.id, :old.v)"}')"#,
    );
    let wrong = error(
        &mut here,
        r#"SELECT msar.add_reflection('t', '{"server": "b"}', '{"statement": "INSERT INTO nowhere VALUES (:new.id)"}')"#,
    );
    assert_eq!(wrong.code().code(), "42P01");
    // Nothing there is found by the search_path of the role that connects.
    let unqualified = error(
        &mut here,
        r#"SELECT msar.add_reflection('t', '{"server": "b"}', '{"statement": "INSERT INTO log VALUES (:new.id)"}')"#,
    );
    assert_eq!(unqualified.code().code(), "42P01");
    run(
        &mut here,
        "INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 3000) AS i; UPDATE t SET v = v || '!' WHERE id <= 10; DELETE FROM t WHERE id = 3000; INSERT INTO t VALUES (9000, 'bad')",
    );

    // A run that is not committed here is one that the next run learns of.
    run(&mut here, "BEGIN");
    assert_eq!(run_all(&mut here), "active 3012 0 0; active 3012 0 1");
    assert_eq!(
        run_all(&mut here),
        "waits for the end of the transaction 0 0 0; waits for the end of the transaction 0 0 0"
    );
    run(&mut here, "ROLLBACK");
    assert_eq!(
        text(&mut here, "SELECT count(*)::text FROM msar_catalog.dead_letters"),
        "0"
    );
    run(&mut here, "INSERT INTO t VALUES (9001, 'later')");
    assert_eq!(run_all(&mut here), "active 1 0 0; active 1 0 0");
    let counted = "SELECT string_agg(op || ' ' || n, ', ' ORDER BY op) FROM counter";
    assert_eq!(text(&mut there, counted), "DELETE 1, INSERT 3002, UPDATE 10");
    assert_eq!(
        text(
            &mut there,
            "SELECT count(*) || ' ' || count(was) || ' ' || count(becomes) FROM log"
        ),
        "3012 11 3011"
    );
    assert_eq!(
        text(
            &mut here,
            "SELECT string_agg(concat_ws(' ', key, operation, sqlstate, attempts), ', ') FROM msar_catalog.dead_letters"
        ),
        "{9000} INSERT 23514 1"
    );
    // The same for letters that are tried again.
    run(&mut there, "ALTER TABLE log DROP CONSTRAINT log_becomes_check");
    let retry = "SELECT (msar.retry_dead_letters(max(id)))::text FROM msar_catalog.reflections";
    run(&mut here, "BEGIN");
    assert_eq!(text(&mut here, retry), r#"{"failed": 0, "applied": 1}"#);
    run(&mut here, "ROLLBACK");
    assert_eq!(text(&mut here, retry), r#"{"failed": 0, "applied": 0}"#);
    assert_eq!(
        text(&mut there, "SELECT count(*)::text FROM log WHERE becomes = 'bad'"),
        "1"
    );
    assert_eq!(
        text(&mut here, "SELECT count(*)::text FROM msar_catalog.dead_letters"),
        "0"
    );

    // Skipped is what is not done there.
    run(
        &mut here,
        "INSERT INTO t SELECT i, 'skip' FROM generate_series(10001, 10010) AS i",
    );
    run(
        &mut here,
        "BEGIN; SELECT msar.run_reflections('{\"max_events\": 4}'); ROLLBACK",
    );
    assert_eq!(
        text(
            &mut here,
            "SELECT string_agg(msar.skip_events(id)::text, ' ' ORDER BY id) FROM msar_catalog.reflections"
        ),
        "6 6"
    );
    run_all(&mut here);
    assert_eq!(text(&mut there, counted), "DELETE 1, INSERT 3006, UPDATE 10");
}

#[test]
fn a_target_of_another_shape() {
    let (_source, mut here, _target, mut there) = pair();
    run(
        &mut there,
        "CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
         CREATE TYPE mood AS ENUM ('glad', 'sad');
         CREATE TABLE parent (id positive PRIMARY KEY);
         INSERT INTO parent VALUES (1), (2);
         CREATE TABLE wide (k varchar(3) PRIMARY KEY, amount integer, feeling mood, parent positive REFERENCES parent DEFERRABLE INITIALLY DEFERRED, touched integer NOT NULL DEFAULT 0, id integer GENERATED ALWAYS AS IDENTITY);
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END';
         CREATE TRIGGER touch BEFORE UPDATE ON wide FOR EACH ROW EXECUTE FUNCTION touch()",
    );
    run(
        &mut here,
        r#"CREATE TYPE mood AS ENUM ('sad', 'glad');
           CREATE TABLE t (k text PRIMARY KEY, amount numeric, feeling mood, parent integer);
           INSERT INTO t VALUES ('a', 1.6, 'sad', 1), ('b', NULL, 'glad', 2), ('long', 1, NULL, NULL), ('c', 1, NULL, 3), ('d', 10000000000, NULL, 1);
           SELECT msar.add_reflection('t', '{"server": "b", "table": "wide"}')"#,
    );
    // A name that is too long, a parent that is missing, a number that is too large.
    assert_eq!(run_all(&mut here), "active 0 5 3");
    assert_eq!(
        text(
            &mut here,
            "SELECT string_agg(key::text || ' ' || sqlstate, ', ' ORDER BY key) FROM msar_catalog.dead_letters"
        ),
        "{c} 23503, {d} 22003, {long} 22001"
    );
    run(&mut here, "UPDATE t SET amount = 2.4 WHERE k IN ('a', 'b')");
    assert_eq!(run_all(&mut here), "active 2 0 0");
    assert_eq!(
        text(
            &mut there,
            "SELECT string_agg(concat_ws(' ', k, amount, feeling, parent, touched), ', ' ORDER BY k) FROM wide"
        ),
        "a 2 sad 1 1, b 2 glad 2 1"
    );
    // A table that is not there any more, and comes back.
    run(&mut there, "ALTER TABLE wide RENAME TO hidden");
    run(&mut here, "UPDATE t SET amount = 3 WHERE k = 'a'");
    assert!(run_all(&mut here).starts_with("failed 42P01"));
    run(&mut there, "ALTER TABLE hidden RENAME TO wide");
    run(
        &mut here,
        "SELECT msar.resume_reflection(id) FROM msar_catalog.reflections",
    );
    assert_eq!(run_all(&mut here), "active 1 0 0");
}

#[test]
fn progress_of_another_history_is_refused() {
    let (_source, mut here, _target, mut there) = pair();
    run(
        &mut here,
        r#"CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1);
           SELECT msar.add_reflection('t', '{"server": "b", "table": "copy"}')"#,
    );
    assert_eq!(run_all(&mut here), "active 0 1 0");
    // As after a restore of the other database from a backup.
    run(&mut there, "CREATE TABLE old AS TABLE mathesar_progress_10");
    run(&mut here, "INSERT INTO t VALUES (2)");
    assert_eq!(run_all(&mut here), "active 1 0 0");
    run(
        &mut there,
        "DELETE FROM mathesar_progress_10; INSERT INTO mathesar_progress_10 TABLE old; DELETE FROM copy WHERE id = 2",
    );
    run(&mut here, "INSERT INTO t VALUES (3)");
    assert!(run_all(&mut here).contains("55000 the progress of reflection"));
    run(&mut there, "DELETE FROM mathesar_progress_10");
    run(
        &mut here,
        "SELECT msar.resume_reflection(id) FROM msar_catalog.reflections",
    );
    assert!(run_all(&mut here).contains("55000 the progress of reflection"));
    run(
        &mut here,
        "SELECT msar.recopy_reflection(id) FROM msar_catalog.reflections",
    );
    assert_eq!(run_all(&mut here), "active 0 3 0");
    assert_eq!(
        text(
            &mut there,
            "SELECT string_agg(id::text, ' ' ORDER BY id) FROM copy"
        ),
        "1 2 3"
    );
}

#[test]
fn changes_do_not_run_in_circles() {
    let (source, target) = (Database::with_extension(), Database::with_extension());
    let (mut here, mut there) = (source.connect_as_superuser(), target.connect_as_superuser());
    let (host, port) = address();
    link(&mut here, "b", &host, port, target.name(), "postgres");
    link(&mut there, "a", &host, port, source.name(), "postgres");
    run(
        &mut here,
        r#"CREATE TABLE t (id integer PRIMARY KEY, v text); SELECT msar.add_reflection('t', '{"server": "b", "table": "t"}', '{"copy": false}')"#,
    );
    run(
        &mut there,
        r#"SELECT msar.add_reflection('t', '{"server": "a", "table": "t"}', '{"copy": false}')"#,
    );
    run(&mut here, "INSERT INTO t VALUES (1, 'from a')");
    run(&mut there, "INSERT INTO t VALUES (2, 'from b')");
    for expected in ["active 1 0 0", "active 0 0 0", "active 0 0 0"] {
        assert_eq!(
            (run_all(&mut here), run_all(&mut there)),
            (expected.into(), expected.into())
        );
    }
    for client in [&mut here, &mut there] {
        assert_eq!(
            text(client, "SELECT string_agg(v, ', ' ORDER BY id) FROM t"),
            "from a, from b"
        );
    }
    // Another role's table there: that database would not believe where changes come from.
    run(&mut there, &format!("ALTER TABLE t OWNER TO {}", target.owner()));
    run(
        &mut here,
        &format!(
            "CREATE SERVER c FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host '{host}', port '{port}', dbname '{}'); CREATE USER MAPPING FOR CURRENT_USER SERVER c OPTIONS (user '{}')",
            target.name(),
            source.owner()
        ),
    );
    run(
        &mut there,
        &format!(
            "GRANT ALL ON t TO {0}; GRANT CREATE ON SCHEMA public TO {0}",
            source.owner()
        ),
    );
    let refused = error(
        &mut here,
        r#"SELECT msar.add_reflection('t', '{"server": "c", "table": "public.t"}')"#,
    );
    assert_eq!(refused.code().code(), "42501");
    // A session that is not the owner's is not believed, and its change goes on.
    let mut stranger = connect(&target.config(source.owner()));
    run(
        &mut stranger,
        "SET mathesar_ext.event_origins = '-1,5,x'; INSERT INTO t VALUES (3, 'stranger')",
    );
    let origins = "SELECT coalesce(string_agg(origins::text, ' ' ORDER BY seq), 'none') FROM msar_reflector.events_1 WHERE new_row[1] = '3'";
    assert_eq!(text(&mut there, origins), "none");
}

/// The server's TCP port, where it listens and asks for passwords, and a trusting one.
fn guarded(rules: &str) -> (Server, u16) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap_or_else(|error| panic!("{error}"))
        .port();
    let server = Server::create(&[
        "listen_addresses = '127.0.0.1'",
        &format!("port = {port}"),
        "log_statement = all",
        "log_min_messages = debug1",
        "log_connections = on",
    ]);
    std::fs::write(
        server.folder().join("data/pg_hba.conf"),
        format!("local all postgres trust\n{rules}\n"),
    )
    .unwrap_or_else(|error| panic!("{error}"));
    let mut config = server.config();
    let mut admin = connect(config.port(port));
    run(&mut admin, "SELECT pg_reload_conf(), pg_sleep(0.5)");
    (server, port)
}

#[test]
fn a_role_connects_with_a_password_of_its_own() {
    const PASSWORD: &str = "correct horse";
    let (server, port) =
        guarded("host all trusted 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256");
    let mut config = server.config();
    let mut there = connect(config.port(port));
    run(
        &mut there,
        &format!(
            "CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE trusted LOGIN PASSWORD '{PASSWORD}'; CREATE SCHEMA clerk AUTHORIZATION clerk; CREATE SCHEMA trusted AUTHORIZATION trusted"
        ),
    );
    let source = Database::with_extension();
    let mut here = source.connect_as_owner();
    run(
        &mut here,
        &format!(
            "CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1);
             CREATE SERVER b FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host '127.0.0.1', port '{port}', dbname 'postgres')"
        ),
    );
    let add = r#"SELECT msar.add_reflection('t', '{"server": "b", "table": "copy"}')"#;
    let mut refused = |options: &str, sqlstate: &str| {
        run(
            &mut here,
            &format!("DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER b; {options}"),
        );
        let said = error(&mut here, add);
        assert_eq!(said.code().code(), sqlstate, "{options}: {said:?}");
        let said = format!("{said:?}");
        assert!(!said.contains(PASSWORD) && !said.contains("battery"), "{said}");
    };
    refused("", "42704");
    refused(
        "CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'trusted')",
        "2F003",
    );
    refused(
        "CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'trusted', password '')",
        "2F003",
    );
    // The other server lets it in whatever it says.
    refused(
        "CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'trusted', password 'battery')",
        "2F003",
    );
    refused(
        "CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'clerk', password 'battery')",
        "28P01",
    );
    run(
        &mut here,
        &format!("ALTER USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (SET password '{PASSWORD}')"),
    );
    run(&mut here, add);
    assert_eq!(run_all(&mut here), "active 0 1 0");
    assert_eq!(text(&mut there, "SELECT count(*)::text FROM clerk.copy"), "1");
    // Others see neither the password nor the reflection; without USAGE on the server it does not run.
    let admin = &mut source.connect_as_superuser();
    run(
        admin,
        &format!(
            "ALTER SERVER b OWNER TO postgres; REVOKE ALL ON FOREIGN SERVER b FROM {}",
            source.owner()
        ),
    );
    run(&mut here, "INSERT INTO t VALUES (2)");
    assert!(run_all(&mut here).starts_with("failed 42501"));
    run(
        admin,
        &format!("GRANT USAGE ON FOREIGN SERVER b TO {}", source.owner()),
    );
    run(
        &mut here,
        "SELECT msar.resume_reflection(id) FROM msar_catalog.reflections",
    );
    assert_eq!(run_all(&mut here), "active 1 0 0");
    let log = std::fs::read_to_string(server.folder().join("log")).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        log.contains("mathesar_progress") && !log.replace("PASSWORD 'correct horse'", "").contains(PASSWORD)
    );
    let document = text(
        &mut here,
        "SELECT msar.get_reflection_status()::text || (SELECT string_agg(r::text, '') FROM msar_catalog.reflections AS r)",
    );
    assert!(!document.contains(PASSWORD));

    // A server that is down holds up nobody else, and is tried again.
    run(
        &mut here,
        r#"SELECT msar.add_reflection('t', '{"table": "near"}')"#,
    );
    run_all(&mut here);
    server.shut_down();
    run(&mut here, "INSERT INTO t VALUES (3)");
    let outcome = run_all(&mut here);
    assert!(
        outcome.starts_with("failed 08") && outcome.contains("; active 1 0 0"),
        "{outcome}"
    );
}

/// On the other server somebody has functions, operators and types in a schema that comes first on the search_path of the role
/// that connects.
#[test]
fn what_others_created_there_is_not_used() {
    let (_source, mut here, target, mut there) = pair();
    run(
        &mut there,
        &format!(
            "CREATE SCHEMA planted; CREATE TABLE planted.ran (what text);
             CREATE FUNCTION planted.spy(what pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS
               $$ BEGIN INSERT INTO planted.ran VALUES (what); RETURN true; END $$;
             CREATE DOMAIN planted.text AS pg_catalog.text CHECK (planted.spy('text'));
             CREATE DOMAIN planted.uuid AS pg_catalog.uuid CHECK (planted.spy('uuid'));
             CREATE FUNCTION planted.same(integer, integer) RETURNS boolean LANGUAGE sql AS $$ SELECT planted.spy('=') $$;
             CREATE OPERATOR planted.= (FUNCTION = planted.same, LEFTARG = integer, RIGHTARG = integer);
             CREATE FUNCTION planted.same(oid, oid) RETURNS boolean LANGUAGE sql AS $$ SELECT planted.spy('= of oid') AND $1 OPERATOR(pg_catalog.=) $2 $$;
             CREATE OPERATOR planted.= (FUNCTION = planted.same, LEFTARG = oid, RIGHTARG = oid);
             CREATE TYPE public.colour AS ENUM ('red');
             CREATE FUNCTION planted.lower(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE sql AS
               $$ SELECT CASE WHEN planted.spy('lower') THEN $1 END $$;
             CREATE TABLE public.log (id integer, v pg_catalog.text, c public.colour);
             ALTER DATABASE {} SET search_path = planted, public, pg_catalog",
            target.name()
        ),
    );
    run(
        &mut here,
        r#"CREATE TYPE colour AS ENUM ('red');
           CREATE TABLE t (id integer PRIMARY KEY, v text, u uuid, c colour); INSERT INTO t VALUES (1, 'Copied');
           SELECT msar.add_reflection('t', '{"server": "b", "table": "public.copy"}');
           SELECT msar.add_reflection('t', '{"server": "b"}', '{"copy": false, "statement":
             "INSERT INTO public.log SELECT :new.id, lower(:new.v), :new.c WHERE :new.id = 2"}')"#,
    );
    run(&mut here, "SELECT msar.run_reflections()");
    run(
        &mut here,
        "INSERT INTO t VALUES (2, 'Later', gen_random_uuid(), 'red'), (3, 'Too', NULL, NULL); UPDATE t SET v = 'Changed' WHERE id = 1",
    );
    run(&mut here, "SELECT msar.run_reflections()");
    run(
        &mut here,
        "SELECT msar.recopy_reflection(id) FROM msar_catalog.reflections WHERE target_name = 'copy'",
    );
    run(&mut here, "SELECT msar.run_reflections()");
    assert_eq!(
        text(
            &mut there,
            "SELECT pg_catalog.string_agg(v, ' ' ORDER BY id) FROM public.copy"
        ),
        "Changed Later Too"
    );
    assert_eq!(text(&mut there, "SELECT v FROM public.log"), "later");
    assert_eq!(
        text(
            &mut there,
            "SELECT pg_catalog.count(*)::pg_catalog.text FROM planted.ran"
        ),
        "0"
    );
    assert_eq!(
        text(
            &mut there,
            "SELECT pg_catalog.string_agg(pg_catalog.format_type(atttypid, atttypmod), ' ' ORDER BY attnum)
             FROM pg_catalog.pg_attribute
             WHERE attrelid OPERATOR(pg_catalog.=) 'public.copy'::pg_catalog.regclass AND attnum OPERATOR(pg_catalog.>) 0"
        ),
        "integer text uuid colour"
    );
}
