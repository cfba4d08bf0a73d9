//! A client that listens and redraws, and what may come between: a crash before the notification, a log that was pruned,
//! and databases in which its token means nothing.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use mathesar_ext_client_tests::synced::SyncedSchema;
use mathesar_ext_client_tests::{Database, Server, admin_config, connect, finish, program, run, text};
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Config};
use serde_json::Value;

/// What a client shows of one schema.
struct Screen {
    schema: String,
    shown: SyncedSchema,
}

impl Screen {
    fn new(schema: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            shown: SyncedSchema::default(),
        }
    }

    /// Asks what has changed, and draws it; returns whether all was drawn anew.
    fn redraw(&mut self, client: &mut Client) -> bool {
        let row = client
            .query_one(
                &format!("SELECT msar.sync_schema('{}', $1)::text", self.schema),
                &[&self.shown.token],
            )
            .unwrap();
        let answer: Value = serde_json::from_str(row.get(0)).unwrap();
        self.shown.apply(&answer)
    }

    fn shows(&self) -> String {
        let mut names: Vec<&str> = self
            .shown
            .relations
            .values()
            .map(|r| r["name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        names.join(" ")
    }
}

/// The payload of the next notification.
fn next_notification(client: &mut Client, wait: Duration) -> Option<Value> {
    let mut notifications = client.notifications();
    let next = notifications.timeout_iter(wait).next().unwrap();
    next.map(|notification| {
        assert_eq!(notification.channel(), "mathesar_ext_changes");
        serde_json::from_str(notification.payload()).unwrap()
    })
}

#[test]
fn changes_wake_a_client_that_listens() {
    let database = Database::with_extension();
    let mut other = database.connect_as_superuser();
    run(
        &mut other,
        "CREATE SCHEMA app; CREATE SCHEMA elsewhere; CREATE TABLE app.first (id integer)",
    );
    let app = text(&mut other, "SELECT 'app'::regnamespace::oid::bigint::text");
    let mut client = database.connect_as_owner();
    run(&mut client, "LISTEN mathesar_ext_changes");
    let mut screen = Screen::new("app");
    assert!(screen.redraw(&mut client));
    assert_eq!(screen.shows(), "first");

    // Once a transaction, with the schemas that it changed.
    run(
        &mut other,
        "BEGIN; CREATE TABLE app.second (id integer); ALTER TABLE app.first ADD a text; COMMIT",
    );
    let payload = next_notification(&mut client, Duration::from_secs(20)).unwrap();
    assert_eq!(payload.to_string(), format!("{{\"schemas\":[{app}]}}"));
    assert!(!screen.redraw(&mut client));
    assert_eq!(screen.shows(), "first second");
    assert!(next_notification(&mut client, Duration::from_millis(200)).is_none());

    // Nothing for what others do not see, nor where it is switched off; the token has it anyway.
    run(
        &mut other,
        "BEGIN; CREATE TABLE app.third (id integer); ROLLBACK; CREATE TEMP TABLE t (id integer)",
    );
    run(&mut other, "SET mathesar_ext.notify_changes = off");
    run(&mut other, "CREATE TABLE app.silent (id integer)");
    run(&mut other, "RESET mathesar_ext.notify_changes");
    assert!(next_notification(&mut client, Duration::from_millis(300)).is_none());
    assert!(!screen.redraw(&mut client));
    assert_eq!(screen.shows(), "first second silent");

    // Too many schemas for a payload.
    run(
        &mut other,
        "DO $$ BEGIN FOR i IN 1..1200 LOOP EXECUTE format('CREATE SCHEMA many_%s', i); END LOOP; END $$",
    );
    let payload = next_notification(&mut client, Duration::from_secs(60)).unwrap();
    assert_eq!(payload.to_string(), "{}");
}

/// A program that ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program of the documentation, which is written for psycopg: it listens, and shows what has changed.
#[test]
fn changes_are_shown_by_a_client_in_python() {
    let page = include_str!("../../../docs/changes.md");
    let (_, code) = page.split_once("```python\n").unwrap();
    let (code, _) = code.split_once("```").unwrap();
    let database = Database::with_extension();
    let mut other = database.connect_as_superuser();
    run(
        &mut other,
        "CREATE SCHEMA app; CREATE TABLE app.first (id integer); CREATE SCHEMA elsewhere",
    );
    let mut program = Command::new("python3");
    program
        .args(["-c", code, "app"])
        .env("DATABASE", database.url(database.owner()))
        .env("PYTHONPATH", std::env::var("MATHESAR_PSYCOPG_PATH").unwrap())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::piped());
    let mut program = Program(program.spawn().unwrap());
    let printed = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        printed
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
    });
    let next = || receiver.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(next(), "first (id)");
    run(&mut other, "CREATE TABLE app.second (n integer)");
    assert_eq!(next(), "first (id), second (n)");
    run(
        &mut other,
        "BEGIN; ALTER TABLE app.first RENAME id TO number; DROP TABLE app.second; COMMIT",
    );
    assert_eq!(next(), "first (number)");
    // What is rolled back, or changes other schemas, shows nothing new.
    run(&mut other, "BEGIN; CREATE TABLE app.gone (id integer); ROLLBACK");
    run(&mut other, "CREATE TABLE elsewhere.other (id integer)");
    run(&mut other, "ALTER TABLE app.first ADD extra text");
    assert_eq!(next(), "first (number, extra)");
}

/// The server is killed when a transaction has committed, and nobody has heard of it yet.
#[test]
fn changes_survive_a_kill_before_the_notification() {
    let server = Server::create(&["restart_after_crash = on"]);
    let mut admin = connect(&server.config());
    run(
        &mut admin,
        "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let mut listener = connect(&server.config());
    run(&mut listener, "LISTEN mathesar_ext_changes");
    let mut screen = Screen::new("app");
    screen.redraw(&mut listener);
    // The process that would pass the notification on stands still.
    let pid = text(&mut listener, "SELECT pg_backend_pid()::text");
    finish(std::process::Command::new("kill").args(["-STOP", &pid]));
    run(&mut admin, "CREATE TABLE app.second (id integer)");
    finish(std::process::Command::new("kill").args(["-KILL", &pid]));
    drop(listener);
    // Until the server has noticed, it takes connections that it ends a moment later.
    wait_for_the_end(&mut admin);
    let mut listener = wait_for(&server.config());
    run(&mut listener, "LISTEN mathesar_ext_changes");
    assert!(next_notification(&mut listener, Duration::from_millis(300)).is_none());
    assert!(!screen.redraw(&mut listener), "the token is good after a crash");
    assert_eq!(screen.shows(), "first second");
}

/// Waits until the server has ended this session, as it does with all of them after a crash.
fn wait_for_the_end(client: &mut Client) {
    for _ in 0..300 {
        if client.simple_query("SELECT 1").is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the server goes on after a kill");
}

fn wait_for(config: &Config) -> Client {
    for _ in 0..300 {
        if let Ok(mut client) = config.connect(postgres::NoTls)
            && client.simple_query("SELECT 1").is_ok()
        {
            return client;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the server does not come back");
}

/// Runs commands until the log has been pruned: one transaction in 64 prunes.
fn wait_for_pruning(client: &mut Client, old: &str) {
    for number in 0..2000 {
        run(client, &format!("COMMENT ON SCHEMA app IS 'comment {number}'"));
        let left = text(
            client,
            &format!("SELECT count(*)::text FROM msar_catalog.changes WHERE {old}"),
        );
        if left == "0" {
            return;
        }
    }
    panic!("the log was not pruned");
}

/// Waits until each transaction of the server that is older than the last change is over. A token that is taken while one
/// runs, in whichever database, could have to tell its changes later, so it is as old as that transaction.
fn wait_for_others(client: &mut Client) {
    wait_until(
        client,
        "SELECT (pg_snapshot_xmin(pg_current_snapshot()) > max(transaction))::text FROM msar_catalog.stored_changes",
    );
}

#[test]
fn changes_pruned_make_answers_complete() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(
        &mut client,
        "CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let mut old = Screen::new("app");
    old.redraw(&mut client);
    run(
        &mut client,
        "CREATE TABLE app.second (id integer); DROP TABLE app.first",
    );
    let mut recent = Screen::new("app");
    wait_for_others(&mut client);
    recent.redraw(&mut client);

    // By age: what happened up to now is made 40 days old.
    run(
        &mut client,
        "UPDATE msar_catalog.stored_changes SET happened_at = now() - interval '40 days'",
    );
    wait_for_pruning(&mut client, "happened_at < now() - interval '30 days'");
    assert!(
        !recent.redraw(&mut client),
        "a token from behind the pruned changes is served"
    );
    assert!(
        old.redraw(&mut client),
        "a token from before them is not, and says so"
    );
    assert_eq!(
        (old.shows(), recent.shows()),
        ("second".to_owned(), "second".to_owned())
    );

    // By number.
    let mut old = Screen::new("app");
    old.redraw(&mut client);
    for number in 0..60 {
        run(
            &mut client,
            &format!("COMMENT ON TABLE app.second IS 'comment {number}'"),
        );
    }
    let last = text(
        &mut client,
        "SELECT max(transaction::text::bigint)::text FROM msar_catalog.changes",
    );
    run(
        &mut client,
        "ANALYZE msar_catalog.stored_changes; SET mathesar_ext.change_limit = 10",
    );
    wait_for_pruning(
        &mut client,
        &format!("transaction::text::bigint < {last}::bigint - 30"),
    );
    wait_for_others(&mut client);
    assert!(old.redraw(&mut client), "the log is too short for the token");
    let list = text(
        &mut client,
        &format!(
            "SELECT msar.list_changes('{}')->>'complete'",
            recent.shown.token.unwrap()
        ),
    );
    assert_eq!(list, "true");
    // Nothing is missed from here on.
    run(
        &mut client,
        "RESET mathesar_ext.change_limit; CREATE TABLE app.third (id integer)",
    );
    assert!(!old.redraw(&mut client));
    assert_eq!(old.shows(), "second third");
}

/// A log that misses something on purpose: the event triggers run into an error.
#[test]
fn changes_missing_in_the_log_make_the_next_answer_complete() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(
        &mut client,
        "CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let mut screen = Screen::new("app");
    screen.redraw(&mut client);
    run(
        &mut client,
        "ALTER TABLE msar_catalog.stored_changes RENAME kind TO sort",
    );
    run(&mut client, "CREATE TABLE app.unlogged (id integer)");
    run(
        &mut client,
        "ALTER TABLE msar_catalog.stored_changes RENAME sort TO kind",
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT (count(*) > 0)::text FROM msar_catalog.stored_change_gaps"
        ),
        "true"
    );
    assert!(screen.redraw(&mut client));
    assert_eq!(screen.shows(), "first unlogged");
    assert!(!screen.redraw(&mut client), "once");
}

/// Whether `msar.sync_schema` builds on a token.
fn is_served(client: &mut Client, token: &str) -> bool {
    let complete = text(
        client,
        &format!("SELECT msar.sync_schema('app', '{token}')->>'complete'"),
    );
    let listed = text(
        client,
        &format!("SELECT msar.list_changes('{token}')->>'complete'"),
    );
    assert_eq!(complete, listed);
    complete == "false"
}

fn token(client: &mut Client) -> String {
    text(client, "SELECT msar.get_change_token()")
}

#[test]
fn change_tokens_do_not_survive_a_restore_into_the_same_name() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(
        &mut client,
        "CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let before = token(&mut client);
    assert!(is_served(&mut client, &before));
    let dump = finish(program("pg_dump").arg(format!("--dbname={}", database.url("postgres"))));
    drop(client);
    let mut admin = connect(&admin_config());
    run(
        &mut admin,
        &format!("DROP DATABASE {} WITH (FORCE)", database.name()),
    );
    run(
        &mut admin,
        &format!(
            "CREATE DATABASE {} TEMPLATE template0 OWNER {}",
            database.name(),
            database.owner()
        ),
    );
    let file = mathesar_ext_client_tests::new_folder().join("dump.sql");
    std::fs::write(&file, dump).unwrap();
    finish(
        program("psql")
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
            .arg(&file)
            .arg(database.url("postgres")),
    );
    let mut client = database.connect_as_superuser();
    assert_eq!(
        text(&mut client, "SELECT to_regclass('app.first')::text"),
        "app.first"
    );
    assert!(!is_served(&mut client, &before));
    // Nor does the extension made anew know the tokens of the one before.
    let before = token(&mut client);
    run(
        &mut client,
        "DROP EXTENSION mathesar_ext; CREATE EXTENSION mathesar_ext",
    );
    assert!(!is_served(&mut client, &before));
}

#[test]
fn change_tokens_do_not_survive_pg_upgrade() {
    let server = Server::create(&[]);
    let mut client = connect(&server.config());
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let before = token(&mut client);
    assert!(is_served(&mut client, &before));
    drop(client);
    let server = server.upgraded();
    let mut client = connect(&server.config());
    assert!(!is_served(&mut client, &before));
    let after = token(&mut client);
    run(&mut client, "CREATE TABLE app.second (id integer)");
    assert!(is_served(&mut client, &after), "the log goes on");
}

/// A server recovered to a point in time repeats the numbers of the transactions that it does not have, with others in
/// them. Its timeline tells its tokens apart.
#[test]
fn change_tokens_do_not_survive_a_recovery_to_a_point_in_time() {
    let origin = Server::archiving();
    let mut client = connect(&origin.config());
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let recovered = origin.backup();
    run(&mut client, "CREATE TABLE app.second (id integer)");
    let before = token(&mut client);
    run(
        &mut client,
        "SELECT pg_create_restore_point('before the mistake')",
    );
    run(
        &mut client,
        "DROP TABLE app.first; CREATE TABLE app.lost (id integer)",
    );
    let lost = token(&mut client);
    let segment = text(&mut client, "SELECT pg_walfile_name(pg_switch_wal())");
    wait_until(
        &mut client,
        &format!("SELECT coalesce(last_archived_wal >= '{segment}', false)::text FROM pg_stat_archiver"),
    );
    recovered.recover(&origin, "before the mistake");
    let mut after = connect_when_writable(&recovered.config());
    let tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'app'::regnamespace";
    assert_eq!(text(&mut after, tables), "first second");
    // As many transactions as the origin has made since.
    run(
        &mut after,
        "CREATE TABLE app.third (id integer); CREATE TABLE app.fourth (id integer); CREATE TABLE app.fifth (id integer)",
    );
    assert!(!is_served(&mut after, &before));
    assert!(!is_served(&mut after, &lost));
    let mut screen = Screen::new("app");
    screen.shown.token = Some(lost.clone());
    assert!(screen.redraw(&mut after));
    assert_eq!(screen.shows(), "fifth first fourth second third");
    let new = token(&mut after);
    assert!(is_served(&mut after, &new));
    assert!(
        !is_served(&mut client, &new),
        "nor does the origin know the other way"
    );
    assert!(is_served(&mut client, &lost), "which goes on as before");
}

/// A server that is recovered takes connections before it takes changes.
fn connect_when_writable(config: &Config) -> Client {
    let mut client = wait_for(config);
    wait_until(&mut client, "SELECT (NOT pg_is_in_recovery())::text");
    client
}

/// Repeats a query until it says `true`.
fn wait_until(client: &mut Client, query: &str) {
    for _ in 0..300 {
        if text(client, query) == "true" {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("not within 30 seconds: {query}");
}

/// A standby serves tokens of its primary. Promoted, it goes another way and begins a new timeline, by which tokens are
/// told apart.
#[test]
fn change_tokens_do_not_survive_a_promotion() {
    let database = Database::with_extension();
    let mut primary = database.connect_as_superuser();
    run(
        &mut primary,
        "CREATE SCHEMA app; CREATE TABLE app.first (id integer)",
    );
    let before = token(&mut primary);
    let server = Server::standby();
    let mut config = server.config();
    config.dbname(database.name());
    let mut standby = connect(&config);
    assert_eq!(text(&mut standby, "SELECT pg_is_in_recovery()::text"), "true");
    assert!(is_served(&mut standby, &before));
    let of_standby = token(&mut standby);
    assert!(is_served(&mut primary, &of_standby));
    assert_eq!(text(&mut standby, "SELECT pg_promote()::text"), "true");
    let mut promoted = connect(&config);
    assert!(!is_served(&mut promoted, &before));
    assert!(!is_served(&mut promoted, &of_standby));
    let after = token(&mut promoted);
    run(&mut promoted, "CREATE TABLE app.second (id integer)");
    assert!(is_served(&mut promoted, &after));
    assert!(
        !is_served(&mut primary, &after),
        "nor does the primary know the other way"
    );
}

/// A session that has called `msar.reconcile_changes` and does not end holds up no other one, nor a command.
#[test]
fn reconciling_waits_for_nobody() {
    let database = Database::with_extension();
    let (mut first, _) = database.connect_impatiently();
    let (mut second, warned) = database.connect_impatiently();
    run(
        &mut first,
        "CREATE SCHEMA app; CREATE TABLE app.told (id integer)",
    );
    run(&mut first, "SELECT msar.reconcile_changes()");
    // By hand, of which nobody is told.
    run(
        &mut first,
        "SET allow_system_table_mods = on; UPDATE pg_class SET relname = 'unseen' WHERE relname = 'told'",
    );
    const FOUND: &str = "SELECT coalesce(string_agg(c->>'name', ' ' ORDER BY c->>'name'), '')
        FROM jsonb_array_elements(msar.reconcile_changes('app')) AS c";
    run(&mut first, "BEGIN");
    assert_eq!(text(&mut first, FOUND), "unseen");
    assert_eq!(text(&mut second, FOUND), "unseen");
    run(
        &mut second,
        "CREATE TABLE app.seen (id integer); DROP TABLE app.seen; SELECT msar.list_changes()",
    );
    run(&mut first, "ROLLBACK");
    assert_eq!(*warned.lock().unwrap(), Vec::<String>::new());
    // Whoever is alone remembers, so that it is found no more.
    assert_eq!(text(&mut first, FOUND), "unseen");
    assert_eq!(text(&mut second, FOUND), "");
    assert_eq!(
        text(
            &mut second,
            "SELECT count(*)::text FROM msar_catalog.stored_changes WHERE found_by = 'reconcile'"
        ),
        "2"
    );
    // A transaction counts ages from the newest one of its beginning; others begin meanwhile.
    run(&mut first, "BEGIN; SELECT age('3'::xid)");
    for _ in 0..20 {
        run(&mut second, "SELECT pg_current_xact_id()");
    }
    assert_eq!(text(&mut first, FOUND), "");
    run(&mut first, "COMMIT");
}

/// Any role can fill the server's queue of notifications, if another session listens and stays in a transaction.
#[test]
fn a_full_queue_of_notifications_fails_no_command() {
    let version: u32 = text(&mut connect(&admin_config()), "SHOW server_version_num")
        .parse()
        .unwrap();
    if version < 170_000 {
        // The queue has 8 GB.
        return;
    }
    let server = Server::create(&["max_notify_queue_pages = 64"]);
    let mut client = connect(&server.config());
    run(&mut client, "CREATE EXTENSION mathesar_ext");
    let mut listener = connect(&server.config());
    run(&mut listener, "LISTEN x");
    run(&mut listener, "BEGIN; SELECT 1");
    let mut filler = connect(&server.config());
    let is_full = (0..1000).any(|number| {
        let fill = format!("SELECT pg_notify('x', repeat('y', 7900) || {number})");
        filler.batch_execute(&fill).is_err()
    });
    assert!(is_full);
    run(&mut client, "CREATE TABLE t (id integer)");
    let log = text(&mut client, "SELECT msar.list_changes()::text");
    assert!(log.contains("CREATE TABLE"), "{log}");
}
