//! Reflections between servers: of other versions, by TLS, and what logical replication does instead of one.

use mathesar_ext_client_tests::tls::{TlsServer, vouch_for};
use mathesar_ext_client_tests::{Database, Server, admin_config, connect, error, run, text};
use postgres::{Client, config::Host};
use std::time::{Duration, Instant};

/// The run's outcome for each reflection: its state, or its error.
fn run_all(client: &mut Client) -> String {
    text(
        client,
        "SELECT coalesce(string_agg(concat_ws(' ', r->>'state', r->'error'->>'sqlstate', r->'error'->>'message', r->'error'->>'detail'), '; '), 'nothing')
         FROM jsonb_array_elements(msar.run_reflections()->'reflections') AS r",
    )
}

fn checksum(client: &mut Client, table: &str) -> String {
    text(
        client,
        &format!(
            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(x::text, 0)), 0) FROM {table} AS x"
        ),
    )
}

/// A partitioned source of many types follows a table of another server, through all operations.
fn reflect(here: &mut Client, there: &mut Client, host: &str, port: u16, database: &str) {
    run(
        here,
        &format!(
            "CREATE SERVER b FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host '{host}', port '{port}', dbname '{database}');
             CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'postgres');
             CREATE SCHEMA app;
             CREATE TYPE app.mood AS ENUM ('sad', 'glad');
             CREATE TABLE app.t (id integer, part text, title varchar(20), price numeric(8,2), tags text[], j jsonb,
               at timestamptz, took interval, b bytea, p point, m money, bits bit(3), span int4range, net inet, f float8,
               PRIMARY KEY (id, part)) PARTITION BY LIST (part);
             CREATE TABLE app.t_a PARTITION OF app.t FOR VALUES IN ('a');
             CREATE TABLE app.t_b PARTITION OF app.t FOR VALUES IN ('b');
             CREATE TABLE app.u (id integer PRIMARY KEY);
             INSERT INTO app.u VALUES (1);
             INSERT INTO app.t
             SELECT i, chr(97 + i % 2), 'row ' || i, i / 7.0, ARRAY[i::text, NULL], jsonb_build_object('i', i), '2026-01-01'::timestamptz + i * '1 h'::interval,
               make_interval(days => i), decode(lpad(to_hex(i), 8, '0'), 'hex'), point(i, -i), i, '101', int4range(i, i + 5), '10.0.0.0'::inet + i, i / 3.0
             FROM generate_series(1, 3000) AS i"
        ),
    );
    run(
        here,
        r#"SELECT msar.add_reflection('app.t', '{"server": "b", "table": "public.t"}');
           SELECT msar.add_reflection('app.u', '{"server": "b", "table": "public.u"}');
           SELECT msar.add_reflection('app.t', '{"server": "b"}', '{"copy": false, "statement": "SELECT public.count_event(:op)"}')"#,
    );
    let same = |here: &mut Client, there: &mut Client, after: &str| {
        assert_eq!(run_all(here), "active; active; active", "{after}");
        for table in ["t", "u"] {
            let (source, target) = (format!("app.{table}"), format!("public.{table}"));
            assert_eq!(
                checksum(there, &target),
                checksum(here, &source),
                "{table}: {after}"
            );
        }
    };
    same(here, there, "the copy");
    for step in [
        "UPDATE app.t SET title = title || '!', f = f * 2 WHERE id % 3 = 0; DELETE FROM app.t WHERE id % 50 = 0",
        // Rows that move to another partition, and other keys.
        "UPDATE app.t SET part = 'b' WHERE id < 100; UPDATE app.t SET id = id + 10000 WHERE id % 20 = 1",
        "TRUNCATE app.t_b",
        "INSERT INTO app.t_b (id, part) VALUES (1, 'b'), (2, 'b'); TRUNCATE app.t_a, app.u; INSERT INTO app.t (id, part) VALUES (1, 'a')",
        "BEGIN; INSERT INTO app.u VALUES (5); TRUNCATE app.t, app.u; INSERT INTO app.t (id, part) VALUES (7, 'a'); COMMIT",
        "TRUNCATE app.t",
    ] {
        run(here, step);
        same(here, there, step);
    }
    let letters = text(here, "SELECT count(*)::text FROM msar_catalog.dead_letters");
    assert_eq!(letters, "0");
}

/// The function that events of the third reflection call.
const COUNT_EVENTS: &str = "CREATE TABLE counted (op text PRIMARY KEY, n bigint);
    CREATE FUNCTION count_event(op text) RETURNS void LANGUAGE sql AS
      'INSERT INTO public.counted AS c VALUES ($1, 1) ON CONFLICT (op) DO UPDATE SET n = c.n + 1'";

fn counted(client: &mut Client) -> String {
    text(
        client,
        "SELECT string_agg(op || ' ' || n, ', ' ORDER BY op) FROM counted",
    )
}

/// The events of `reflect`: updates; rows of both partitions that move are a delete and an insert each.
fn check_counts(here: &mut Client, there: &mut Client) {
    let counted = counted(there);
    let applied = text(
        here,
        "SELECT applied::text FROM msar_catalog.reflections WHERE statement IS NOT NULL",
    );
    assert!(
        counted.contains("DELETE ") && counted.contains("INSERT ") && counted.contains("UPDATE "),
        "{counted}"
    );
    // A TRUNCATE of the whole table is an event of its own, which a statement is not called for.
    let calls: i64 = counted
        .split(", ")
        .filter_map(|part| part.split(' ').nth(1)?.parse::<i64>().ok())
        .sum();
    assert_eq!((calls + 2).to_string(), applied, "{counted}");
}

#[test]
fn of_other_versions() {
    let Some(newer) = Server::create_newer(&[]) else {
        eprintln!("not tested: there is no newer PostgreSQL with the extension");
        return;
    };
    let config = admin_config();
    let (host, port) = match config.get_hosts().first() {
        Some(Host::Unix(folder)) => (folder.display().to_string(), config.get_ports().first().copied()),
        other => panic!("{other:?}"),
    };
    let version = |client: &mut Client| text(client, "SHOW server_version_num");
    let newer_host = newer.folder().display().to_string();

    // From the older to the newer one.
    let source = Database::with_extension();
    let mut older = source.connect_as_superuser();
    let mut there = connect(&newer.config());
    assert!(version(&mut older) < version(&mut there));
    run(&mut there, "CREATE DATABASE target");
    let mut there = connect(newer.config().dbname("target"));
    run(&mut there, COUNT_EVENTS);
    reflect(&mut older, &mut there, &newer_host, 5432, "target");
    check_counts(&mut older, &mut there);

    // And back.
    let mut newer_source = connect(&newer.config());
    run(&mut newer_source, "CREATE DATABASE source");
    let mut newer_source = connect(newer.config().dbname("source"));
    run(&mut newer_source, "CREATE EXTENSION mathesar_ext");
    let target = Database::empty();
    let mut there = target.connect_as_superuser();
    run(&mut there, COUNT_EVENTS);
    reflect(
        &mut newer_source,
        &mut there,
        &host,
        port.unwrap_or(5432),
        target.name(),
    );
    check_counts(&mut newer_source, &mut there);
}

#[test]
fn of_the_same_version() {
    let other = Server::create(&[]);
    let source = Database::with_extension();
    let mut here = source.connect_as_superuser();
    let mut there = connect(&other.config());
    run(&mut there, COUNT_EVENTS);
    reflect(
        &mut here,
        &mut there,
        &other.folder().display().to_string(),
        5432,
        "postgres",
    );
    check_counts(&mut here, &mut there);
}

const PASSWORD: &str = "a 'secret' of mirror";

#[test]
fn by_tls() {
    let mut postgres = TlsServer::create(&format!(
        "CREATE ROLE mirror LOGIN PASSWORD '{}'; GRANT CREATE ON SCHEMA public TO mirror",
        PASSWORD.replace('\'', "''")
    ));
    let source = Database::with_extension();
    let mut superuser = source.connect_as_superuser();
    run(
        &mut superuser,
        &format!(
            "GRANT USAGE ON FOREIGN DATA WRAPPER mathesar_ext TO {}",
            source.owner()
        ),
    );
    // A role that is no superuser: the password has to go through.
    let mut here = source.connect_as_owner();
    run(
        &mut here,
        &format!(
            "CREATE SERVER b FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host 'localhost', port '{}', dbname 'postgres', sslmode 'verify-full');
             CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'mirror', password '{}');
             CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'one')",
            postgres.port,
            PASSWORD.replace('\'', "''")
        ),
    );
    let add = r#"SELECT msar.add_reflection('t', '{"server": "b", "table": "public.t"}')"#;
    let set =
        |client: &mut Client, options: &str| run(client, &format!("ALTER SERVER b OPTIONS ({options})"));

    // The operating system does not trust this authority, and another one does not vouch for the server.
    let unknown = error(&mut here, add);
    assert_eq!(unknown.code().code(), "08001");
    let detail = format!("{} {:?}", unknown.message(), unknown.detail());
    assert!(detail.contains("certificate"), "{detail}");
    assert!(!detail.contains("secret"), "{detail}");
    set(
        &mut here,
        &format!("ADD root_certificate '{}'", vouch_for("localhost").authority),
    );
    assert_eq!(error(&mut here, add).code().code(), "08001");
    // The right one, and the server's name.
    set(
        &mut here,
        &format!("SET root_certificate '{}'", postgres.vouched.authority),
    );
    run(&mut here, add);
    assert_eq!(run_all(&mut here), "active");
    assert_eq!(
        text(&mut postgres.admin, "SELECT string_agg(v, ',') FROM t"),
        "one"
    );
    postgres.assert_encrypted("mirror");

    // Another name than the certificate's: not by verify-full, but by verify-ca, and by require, which asks the authority
    // where one is given.
    for (options, succeeds) in [
        ("SET host '127.0.0.1'", false),
        ("SET sslmode 'verify-ca'", true),
        ("SET sslmode 'require'", true),
    ] {
        set(&mut here, options);
        run(&mut here, "INSERT INTO t SELECT count(*) + 1, 'more' FROM t");
        let outcome = text(
            &mut here,
            "SELECT r->>'state' FROM jsonb_array_elements(msar.run_reflections(
               (SELECT jsonb_build_object('reflection', id) FROM msar_catalog.reflections))->'reflections') AS r",
        );
        assert_eq!(outcome, if succeeds { "active" } else { "failed" }, "{options}");
    }
    set(
        &mut here,
        &format!("SET root_certificate '{}'", vouch_for("localhost").authority),
    );
    assert_eq!(
        error(
            &mut here,
            r#"SELECT msar.add_reflection('t', '{"server": "b", "table": "public.other"}')"#
        )
        .code()
        .code(),
        "08001",
        "require with an authority that does not vouch for the server"
    );
    set(&mut here, "DROP root_certificate");
    run(
        &mut here,
        r#"SELECT msar.add_reflection('t', '{"server": "b", "table": "public.other"}')"#,
    );
    // What is no certificate is refused at once, and the name of a file is none.
    for value in ["/etc/ssl/certs/ca.pem", ""] {
        let refused = error(
            &mut here,
            &format!("ALTER SERVER b OPTIONS (ADD root_certificate '{value}')"),
        );
        assert_eq!(refused.code().code(), "HV024", "{value}");
    }
    set(
        &mut here,
        "ADD root_certificate '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'",
    );
    assert_eq!(
        error(
            &mut here,
            r#"SELECT msar.add_reflection('t', '{"server": "b", "table": "public.third"}')"#
        )
        .code()
        .code(),
        "08001"
    );
}

/// The statements of `msar.reflection_as_publication` run, and rows travel without a reflection.
#[test]
fn as_publication() {
    let (source, target) = (Server::create(&["wal_level = logical"]), Server::create(&[]));
    let (mut here, mut there) = (connect(&source.config()), connect(&target.config()));
    const COLUMNS: &str =
        r#"("Odd ""id" integer, part text, title text, secret text, PRIMARY KEY ("Odd ""id", part))"#;
    run(
        &mut here,
        &format!(
            "CREATE EXTENSION mathesar_ext; CREATE SCHEMA \"a pp\"; CREATE TABLE \"a pp\".t {COLUMNS} PARTITION BY LIST (part);
             CREATE TABLE \"a pp\".t_a PARTITION OF \"a pp\".t FOR VALUES IN ('a');
             CREATE TABLE \"a pp\".t_b PARTITION OF \"a pp\".t FOR VALUES IN ('b');
             INSERT INTO \"a pp\".t VALUES (1, 'a', 'first', 'x'), (2, 'b', 'second', 'y'), (900, 'b', 'filtered', 'z');
             CREATE TABLE local (\"Odd \"\"id\" integer, part text, title text)"
        ),
    );
    run(
        &mut there,
        &format!("CREATE SCHEMA \"a pp\"; CREATE TABLE \"a pp\".t {COLUMNS}"),
    );
    let id = text(
        &mut here,
        r#"SELECT msar.add_reflection('"a pp".t', '{"table": "public.local"}',
             '{"fields": ["Odd \"id", "part", "title"], "filter": "\"Odd \"\"id\" < 500"}')->>'id'"#,
    );
    let statement = |client: &mut Client, key: &str| {
        text(
            client,
            &format!("SELECT msar.reflection_as_publication({id})->>'{key}'"),
        )
    };
    let publication = statement(&mut here, "publication");
    let subscription = statement(&mut here, "subscription");
    run(&mut here, &publication);
    // The connection is the only thing that the function cannot know.
    let (port, rest) = ("port=", "user=... password=...");
    assert!(
        subscription.contains("host=... port=") && subscription.contains(rest),
        "{subscription}"
    );
    assert!(subscription.contains(port));
    let subscription = subscription
        .replace("host=...", &format!("host={}", source.folder().display()))
        .replace(rest, "user=postgres");
    run(&mut there, &subscription);
    let wait = |there: &mut Client, wanted: &str| {
        let query = r#"SELECT coalesce(string_agg(concat_ws(' ', "Odd ""id", part, title, secret), ', ' ORDER BY "Odd ""id"), 'nothing') FROM "a pp".t"#;
        let start = Instant::now();
        loop {
            let found = text(there, query);
            if found == wanted || start.elapsed() > Duration::from_secs(30) {
                assert_eq!(found, wanted);
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    wait(&mut there, "1 a first, 2 b second");
    run(
        &mut here,
        r#"INSERT INTO "a pp".t VALUES (3, 'a', 'third', 'x'), (901, 'a', 'filtered', 'x');
           UPDATE "a pp".t SET title = 'changed' WHERE "Odd ""id" = 1; DELETE FROM "a pp".t WHERE "Odd ""id" = 2"#,
    );
    wait(&mut there, "1 a changed, 3 a third");
    // The reflection itself, into another table of its own database, has the same rows.
    assert_eq!(run_all(&mut here), "active");
    assert_eq!(
        text(
            &mut here,
            r#"SELECT string_agg(concat_ws(' ', "Odd ""id", part, title), ', ' ORDER BY "Odd ""id") FROM local"#
        ),
        "1 a changed, 3 a third"
    );
    run(&mut here, r#"TRUNCATE "a pp".t"#);
    wait(&mut there, "nothing");
    run(&mut there, &format!("DROP SUBSCRIPTION mathesar_reflection_{id}"));
}
