//! The background worker: it applies changes by itself, comes back when it is killed, and stops when it is told to.

use mathesar_ext_client_tests::{Server, run, text};
use postgres::Client;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Waits until a query gives `expected`. The server may restart meanwhile.
fn wait_for(server: &Server, user: &str, query: &str, expected: &str) {
    let start = Instant::now();
    loop {
        let found = server
            .config()
            .user(user)
            .connect(postgres::NoTls)
            .and_then(|mut client| client.query_one(query, &[]));
        if found
            .as_ref()
            .is_ok_and(|row| row.get::<_, Option<String>>(0).as_deref() == Some(expected))
        {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(40), "{query}: {found:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn connected(server: &Server, user: &str) -> Client {
    mathesar_ext_client_tests::connect(server.config().user(user))
}

#[test]
fn the_worker_of_a_role_does_what_is_due() {
    let server = Server::create(&["restart_after_crash = on", "fsync = off"]);
    let mut admin = connected(&server, "postgres");
    run(
        &mut admin,
        "CREATE EXTENSION mathesar_ext; CREATE ROLE mirror LOGIN; CREATE ROLE nobody; CREATE SCHEMA app AUTHORIZATION mirror",
    );
    let mut client = connected(&server, "mirror");
    run(
        &mut client,
        "CREATE TABLE app.t (id int PRIMARY KEY, v text); INSERT INTO app.t VALUES (1, 'copied');
         CREATE TABLE app.who (role name);
         SELECT msar.add_reflection('app.t', '{\"table\": \"app.copy\"}');
         SELECT msar.add_reflection('app.t', '{}', '{\"copy\": false, \"statement\": \"INSERT INTO app.who SELECT session_user\"}')",
    );
    let pid = text(&mut client, "SELECT msar.start_reflector()::text");
    wait_for(
        &server,
        "mirror",
        "SELECT string_agg(v, ' ' ORDER BY id) FROM app.copy",
        "copied",
    );
    assert_eq!(
        text(&mut client, "SELECT msar.start_reflector()::text"),
        pid,
        "one worker is enough"
    );
    run(
        &mut client,
        "INSERT INTO app.t VALUES (2, 'later'); UPDATE app.t SET v = v || '!'",
    );
    wait_for(
        &server,
        "mirror",
        "SELECT string_agg(v, ' ' ORDER BY id) FROM app.copy",
        "copied! later!",
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*) || min(role) || max(role) FROM app.who"
        ),
        "3mirrormirror"
    );
    wait_for(
        &server,
        "mirror",
        "SELECT (application_name ~ '^mathesar_ext reflector: [1-9]')::text FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'",
        "true",
    );

    // Killed with the whole server's processes, it comes back.
    assert!(
        Command::new("kill")
            .args(["-KILL", &pid])
            .status()
            .is_ok_and(|status| status.success())
    );
    wait_for(&server, "postgres", "SELECT 'up'", "up");
    let mut client = loop {
        if let Ok(mut client) = server.config().user("mirror").connect(postgres::NoTls)
            && client
                .batch_execute("INSERT INTO app.t VALUES (3, 'after')")
                .is_ok()
        {
            break client;
        }
        thread::sleep(Duration::from_millis(50));
    };
    wait_for(
        &server,
        "mirror",
        "SELECT string_agg(v, ' ' ORDER BY id) FROM app.copy",
        "copied! later! after",
    );

    assert_eq!(text(&mut client, "SELECT msar.stop_reflector()::text"), "true");
    wait_for(
        &server,
        "postgres",
        "SELECT count(*)::text FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'",
        "0",
    );
    assert_eq!(text(&mut client, "SELECT msar.stop_reflector()::text"), "false");
    run(&mut client, "INSERT INTO app.t VALUES (4, 'waits')");
    thread::sleep(Duration::from_millis(400));
    assert_eq!(text(&mut client, "SELECT count(*)::text FROM app.copy"), "3");
    let mut admin = connected(&server, "postgres");
    run(&mut admin, "SET ROLE nobody");
    assert_eq!(
        mathesar_ext_client_tests::error(&mut admin, "SELECT msar.start_reflector()")
            .code()
            .code(),
        "42501"
    );
}

const WORKERS: &str =
    "SELECT count(*)::text FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'";

/// A database `shop` with a source and its copy, whose worker runs.
fn with_worker(settings: &[&str]) -> Server {
    let server = Server::create(settings);
    let mut admin = connected(&server, "postgres");
    run(&mut admin, "CREATE ROLE mirror LOGIN; CREATE ROLE writer LOGIN");
    run(&mut admin, "CREATE DATABASE empty");
    run(&mut admin, "CREATE DATABASE shop");
    let mut shop = mathesar_ext_client_tests::connect(server.config().dbname("shop"));
    run(
        &mut shop,
        "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app AUTHORIZATION mirror; GRANT USAGE ON SCHEMA app TO writer",
    );
    let mut client = mathesar_ext_client_tests::connect(server.config().dbname("shop").user("mirror"));
    run(
        &mut client,
        "CREATE TABLE app.t (id int PRIMARY KEY); GRANT INSERT ON app.t TO writer;
         SELECT msar.add_reflection('app.t', '{\"table\": \"app.copy\"}')",
    );
    run(&mut client, "SELECT msar.start_reflector()");
    server
}

fn shop(server: &Server, user: &str) -> Client {
    mathesar_ext_client_tests::connect(server.config().dbname("shop").user(user))
}

#[test]
fn it_comes_back_with_the_server() {
    let server = with_worker(&["shared_preload_libraries = mathesar_ext"]);
    wait_for(&server, "postgres", WORKERS, "1");
    server.restart();
    wait_for(&server, "postgres", WORKERS, "1");
    run(&mut shop(&server, "writer"), "INSERT INTO app.t VALUES (1)");
    let mut mirror = shop(&server, "mirror");
    let start = Instant::now();
    while text(&mut mirror, "SELECT count(*)::text FROM app.copy") != "1" {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(50));
    }
    // Stopped is stopped; a role that may not log in has no worker.
    run(&mut mirror, "SELECT msar.stop_reflector()");
    drop(mirror);
    server.restart();
    thread::sleep(Duration::from_secs(1));
    wait_for(&server, "postgres", WORKERS, "0");
    run(&mut shop(&server, "mirror"), "SELECT msar.start_reflector()");
    run(&mut shop(&server, "postgres"), "ALTER ROLE mirror NOLOGIN");
    server.restart();
    thread::sleep(Duration::from_secs(1));
    wait_for(&server, "postgres", WORKERS, "0");
    // DROP EXTENSION ends the worker, and nothing is left that would start it.
    run(&mut shop(&server, "postgres"), "ALTER ROLE mirror LOGIN");
    server.restart();
    wait_for(&server, "postgres", WORKERS, "1");
    // The worker may hold locks in another order: one of the two gives way.
    let mut admin = shop(&server, "postgres");
    while let Err(error) = admin.batch_execute("DROP EXTENSION mathesar_ext") {
        assert_eq!(error.code().map(|code| code.code()), Some("40P01"), "{error}");
    }
    wait_for(&server, "postgres", WORKERS, "0");
    server.restart();
    thread::sleep(Duration::from_secs(1));
    wait_for(&server, "postgres", WORKERS, "0");
}

#[test]
fn without_preload_a_writer_brings_it_back() {
    let server = with_worker(&[]);
    wait_for(&server, "postgres", WORKERS, "1");
    server.restart();
    thread::sleep(Duration::from_millis(500));
    wait_for(&server, "postgres", WORKERS, "0");
    run(
        &mut shop(&server, "postgres"),
        "ALTER DATABASE shop SET mathesar_ext.restart_reflector = off",
    );
    run(&mut shop(&server, "writer"), "INSERT INTO app.t VALUES (1)");
    thread::sleep(Duration::from_millis(500));
    wait_for(&server, "postgres", WORKERS, "0");
    // What a writer sets does not count, also where the library is not loaded yet.
    run(
        &mut shop(&server, "writer"),
        "SET mathesar_ext.restart_reflector = on; INSERT INTO app.t VALUES (2)",
    );
    thread::sleep(Duration::from_millis(500));
    wait_for(&server, "postgres", WORKERS, "0");
    run(
        &mut shop(&server, "postgres"),
        "ALTER DATABASE shop RESET mathesar_ext.restart_reflector",
    );
    run(&mut shop(&server, "writer"), "INSERT INTO app.t VALUES (3)");
    wait_for(&server, "postgres", WORKERS, "1");
    wait_for(
        &server,
        "postgres",
        "SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'",
        "mirror",
    );
}

/// A worker that has nothing to do writes nothing, but now and then that it is there.
#[test]
fn an_idle_worker_writes_rarely() {
    let server = with_worker(&[]);
    let mut writer = shop(&server, "writer");
    let mut admin = shop(&server, "postgres");
    run(&mut writer, "INSERT INTO app.t VALUES (1)");
    wait_in_shop(&server, "SELECT count(*)::text FROM app.copy", "1");
    wait_in_shop(&server, "SELECT state FROM msar_catalog.reflections", "active");
    let version = "SELECT xmin::text FROM msar_catalog.stored_reflections";
    let start = Instant::now();
    let (mut last, mut changes) = (text(&mut admin, version), 0);
    for _ in 0..40 {
        thread::sleep(Duration::from_millis(100));
        let now = text(&mut admin, version);
        changes += u64::from(now != last);
        last = now;
    }
    // One may come from before, and one every ten seconds.
    let most = 2 + start.elapsed().as_secs() / 10;
    assert!(changes <= most, "{changes} writes in {:?}", start.elapsed());
    // It is awake nevertheless; events that are done go, though nothing more comes.
    run(&mut writer, "INSERT INTO app.t VALUES (2)");
    wait_in_shop(&server, "SELECT count(*)::text FROM app.copy", "2");
}

/// Waits until a query of a superuser in the database of the shop gives `expected`.
fn wait_in_shop(server: &Server, query: &str, expected: &str) {
    let mut client = shop(server, "postgres");
    let start = Instant::now();
    loop {
        let found = text(&mut client, query);
        if found == expected {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{query}: {found}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// While the worker copies, `pg_stat_activity` says how far it is.
#[test]
fn the_progress_of_a_copy_is_shown() {
    let server = with_worker(&[]);
    let mut mirror = shop(&server, "mirror");
    // Each chunk takes long enough to be seen.
    run(
        &mut mirror,
        "CREATE TABLE app.big (id int PRIMARY KEY); INSERT INTO app.big SELECT generate_series(1, 70000); ANALYZE app.big;
         CREATE TABLE app.big_copy (id int PRIMARY KEY);
         CREATE FUNCTION app.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
         CREATE TRIGGER wait AFTER INSERT ON app.big_copy FOR EACH STATEMENT EXECUTE FUNCTION app.wait();
         SELECT msar.add_reflection('app.big', '{\"table\": \"app.big_copy\"}')",
    );
    wait_in_shop(
        &server,
        "SELECT coalesce(bool_or(application_name ~ '^mathesar_ext reflector: copy \\d+, \\d+ %, \\d+ s left$'), false)::text
         FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'",
        "true",
    );
    wait_in_shop(&server, "SELECT count(*)::text FROM app.big_copy", "70000");
    wait_in_shop(
        &server,
        "SELECT bool_and(application_name ~ '^mathesar_ext reflector: \\d+ events and rows$')::text
         FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'",
        "true",
    );
    let shown = "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()";
    run(
        &mut mirror,
        "SET application_name = 'mine'; SELECT msar.stop_reflector();
         SELECT msar.recopy_reflection(id) FROM msar_catalog.reflections",
    );
    run(&mut mirror, "SELECT msar.run_reflections()");
    assert_eq!(text(&mut mirror, shown), "mine");
}
