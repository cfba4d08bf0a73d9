//! Six writers, a session or a worker that runs reflections and is killed again and again, servers that crash, and at the end
//! every row and every count is right.

use mathesar_ext_client_tests::{Server, run, text};
use postgres::{Client, NoTls};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SCHEMA: &str = r#"
    CREATE EXTENSION mathesar_ext;
    CREATE SCHEMA app;
    CREATE TABLE app.t (id integer, part text, v text, n integer NOT NULL DEFAULT 0, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
    CREATE TABLE app.t_a PARTITION OF app.t FOR VALUES IN ('a');
    CREATE TABLE app.t_b (n integer NOT NULL DEFAULT 0, gone text, part text NOT NULL, v text, id integer NOT NULL);
    ALTER TABLE app.t_b DROP gone;
    ALTER TABLE app.t ATTACH PARTITION app.t_b FOR VALUES IN ('b');
    CREATE TABLE app.t_c PARTITION OF app.t FOR VALUES IN ('c') PARTITION BY RANGE (id);
    CREATE TABLE app.t_c1 PARTITION OF app.t_c FOR VALUES FROM (MINVALUE) TO (250);
    CREATE TABLE app.t_c2 PARTITION OF app.t_c FOR VALUES FROM (250) TO (MAXVALUE);
    -- How many rows the committed statements have written.
    CREATE TABLE app.log (rows bigint NOT NULL);
    CREATE FUNCTION app.work(steps integer) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      what double precision;
      first integer;
      done bigint;
    BEGIN
      FOR step IN 1 .. steps LOOP
        what := random();
        first := (random() * 500)::integer;
        BEGIN
          IF what < 0.35 THEN
            INSERT INTO app.t (id, part, v) SELECT first + i, chr(97 + (random() * 2)::integer), 'new' || random()
            FROM generate_series(0, (random() * 6)::integer) AS i ON CONFLICT (id, part) DO UPDATE SET n = t.n + 1;
          ELSIF what < 0.55 THEN
            UPDATE app.t SET n = n + 1, v = v || '.' WHERE id BETWEEN first AND first + 5;
          ELSIF what < 0.6 THEN
            UPDATE app.t_b SET v = NULL WHERE id BETWEEN first AND first + 9;
          ELSIF what < 0.7 THEN
            UPDATE app.t SET part = chr(97 + (random() * 2)::integer) WHERE id BETWEEN first AND first + 3;
          ELSIF what < 0.8 THEN
            UPDATE app.t SET id = id + (random() * 300)::integer - 150 WHERE id BETWEEN first AND first + 3;
          ELSIF what < 0.96 THEN
            DELETE FROM app.t WHERE id BETWEEN first AND first + 4;
          ELSIF what < 0.98 THEN
            MERGE INTO app.t USING (SELECT id, part FROM app.t WHERE id BETWEEN first AND first + 8) AS s ON s.id = t.id AND s.part = t.part
            WHEN MATCHED AND t.id % 3 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET n = -1;
          ELSE
            LOCK TABLE app.t_c2 IN ACCESS EXCLUSIVE MODE;
            SELECT count(*) INTO done FROM app.t_c2;
            TRUNCATE app.t_c2;
          END IF;
          IF what < 0.98 THEN
            GET DIAGNOSTICS done = ROW_COUNT;
          END IF;
          INSERT INTO app.log VALUES (done);
          IF random() < 0.15 THEN
            RAISE EXCEPTION 'undone';
          END IF;
        EXCEPTION WHEN OTHERS THEN
          NULL;
        END;
      END LOOP;
    END $$;
"#;

/// What counts events, where the target is.
const COUNTER: &str = "CREATE SCHEMA IF NOT EXISTS app; CREATE TABLE app.counter (n bigint NOT NULL); INSERT INTO app.counter VALUES (0)";

/// Adds the reflections. `server` is a member of the target's document, with its comma, or nothing.
fn reflections(server: &str) -> String {
    format!(
        r#"SELECT msar.add_reflection('app.t', '{{{server} "table": "app.mirror"}}');
           SELECT msar.add_reflection('app.t', '{{{server} "table": "app.some"}}', '{{"filter": "n % 2 = 0", "fields": ["id", "part", "v"]}}');
           SELECT msar.add_reflection('app.t', '{{{}}}', '{{"copy": false, "statement": "UPDATE app.counter SET n = n + 1"}}')"#,
        server.trim_end_matches(',')
    )
}

/// Connects, as soon as the server lets us.
fn connected(server: &Server, name: &str) -> Client {
    let mut config = server.config();
    config.application_name(name);
    let start = Instant::now();
    loop {
        match config.connect(NoTls) {
            Ok(client) => return client,
            Err(error) if start.elapsed() > Duration::from_secs(60) => panic!("{error}"),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// A transaction of a writer. An error is one of the server's restarts, or of a lock: the transaction has not happened.
fn write(client: &mut Client, writer: u32, round: u32) -> Result<(), postgres::Error> {
    client.batch_execute("SET lock_timeout = '2s'; BEGIN")?;
    client.batch_execute(&format!("SELECT app.work({})", 3 + round % 5))?;
    match (round + writer) % 6 {
        0 => client.batch_execute("ROLLBACK"),
        1 => client.batch_execute("SAVEPOINT s; SELECT app.work(3); ROLLBACK TO s; COMMIT"),
        2 => {
            let name = format!("w{writer}_{round}");
            client.batch_execute(&format!("PREPARE TRANSACTION '{name}'"))?;
            thread::sleep(Duration::from_millis(30));
            let end = if round.is_multiple_of(4) {
                "ROLLBACK"
            } else {
                "COMMIT"
            };
            client.batch_execute(&format!("{end} PREPARED '{name}'"))
        }
        _ => client.batch_execute("COMMIT"),
    }
}

fn events(client: &mut Client) -> Result<i64, postgres::Error> {
    let row = client.query_one(
        "SELECT (r->>'events')::bigint + (r->>'copied')::bigint FROM msar.run_reflections('{\"max_events\": 40}') AS r",
        &[],
    )?;
    Ok(row.get(0))
}

/// How many events of committed statements a run must have, so that it proves something.
const ENOUGH: i64 = 500;

/// How often what runs the reflections must be killed, for the same reason.
const ENOUGH_KILLS: u32 = 2;

/// How many rows committed statements have written; none while the server restarts.
fn written(client: &mut Client) -> i64 {
    client
        .query_one("SELECT coalesce(sum(rows), 0)::bigint FROM app.log", &[])
        .map_or(0, |row| row.get(0))
}

/// Starts six writers, waits for their end, and returns. Each does its rounds, and goes on while there are too few events (on a
/// slow machine most transactions are ended by a crash) or too few kills (on a fast one the rounds are over before them).
fn write_all(server: &Arc<Server>, rounds: u32, late: String, kills: &Arc<AtomicU32>) {
    let late = Arc::new(late);
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let (server, late, kills) = (Arc::clone(server), Arc::clone(&late), Arc::clone(kills));
            thread::spawn(move || {
                let mut client = connected(&server, "writer");
                let end = Instant::now() + Duration::from_secs(300);
                for round in 0.. {
                    let is_late = Instant::now() > end;
                    let is_enough = || kills.load(Ordering::Relaxed) >= ENOUGH_KILLS;
                    if round >= rounds && (is_late || is_enough() && written(&mut client) > ENOUGH) {
                        break;
                    }
                    if write(&mut client, writer, round).is_err() {
                        // The server may be restarting.
                        client = connected(&server, "writer");
                    }
                    if writer == 0 && round == 12 {
                        let _ = client.batch_execute("ALTER TABLE app.t ADD COLUMN later integer DEFAULT 7");
                    }
                    if writer == 1 && round == 15 {
                        let _ = client.batch_execute(&late);
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap_or_else(|_| panic!("a writer failed"));
    }
}

fn late_reflection(server: &str) -> String {
    format!(
        r#"SELECT msar.add_reflection('app.t', '{{{server} "table": "app.late"}}', '{{"fields": ["id", "part", "v", "n"]}}')"#
    )
}

/// Ends prepared transactions, runs what is due, and compares.
fn check(client: &mut Client, target: &mut Client) {
    let prepared = client
        .query("SELECT gid FROM pg_prepared_xacts", &[])
        .unwrap_or_else(|error| panic!("{error}"));
    for row in prepared {
        let name: String = row.get(0);
        run(client, &format!("COMMIT PREPARED '{name}'"));
    }
    run(
        client,
        "SELECT msar.resume_reflection(id) FROM msar_catalog.reflections",
    );
    while events(client).unwrap_or_else(|error| panic!("{error:?}")) > 0 {}
    let problems = text(
        client,
        "SELECT coalesce(jsonb_agg(r), '[]')::text FROM jsonb_array_elements(msar.get_reflection_status()) AS r
         WHERE r->>'state' <> 'active' OR r->>'dead_letters' <> '0' OR r->>'events_waiting' <> '0' OR (r->>'recopy_needed')::boolean",
    );
    assert_eq!(problems, "[]");
    for (columns, name, condition) in [
        ("id, part, v, n", "mirror", "true"),
        ("id, part, v", "some", "n % 2 = 0"),
        ("id, part, v, n", "late", "true"),
    ] {
        let exists =
            format!("SELECT (count(*) > 0)::text FROM msar_catalog.reflections WHERE target_name = '{name}'");
        if text(client, &exists) == "false" {
            // The server was just restarting when it was added.
            continue;
        }
        let checksum = |what: String| {
            format!(
                "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(x::text, 0)), 0) FROM {what} AS x"
            )
        };
        let source = text(
            client,
            &checksum(format!("(SELECT {columns} FROM app.t WHERE {condition})")),
        );
        let copy = text(target, &checksum(format!("(SELECT {columns} FROM app.{name})")));
        assert_eq!(source, copy, "{name}");
    }
    let counter = text(target, "SELECT n::text FROM app.counter");
    assert_eq!(counter, text(client, "SELECT sum(rows)::text FROM app.log"));
    assert!(
        counter.parse::<i64>().is_ok_and(|count| count > ENOUGH),
        "{counter}"
    );
}

/// Sends a signal to the process that a query finds.
fn kill(server: &Server, signal: &str, query: &str) -> bool {
    let mut client = connected(server, "killer");
    let Ok(Some(row)) = client.query_opt(query, &[]) else {
        return false;
    };
    let pid: String = row.get(0);
    let status = Command::new("kill").args([signal, &pid]).status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn nothing_is_lost_and_nothing_counts_twice() {
    let server = Arc::new(Server::create(&[
        "max_prepared_transactions = 20",
        "restart_after_crash = on",
        "fsync = off",
    ]));
    let mut setup = connected(&server, "setup");
    run(&mut setup, SCHEMA);
    run(&mut setup, COUNTER);
    run(&mut setup, &reflections(""));
    let is_over = Arc::new(AtomicBool::new(false));

    let runner = {
        let (server, is_over) = (Arc::clone(&server), Arc::clone(&is_over));
        thread::spawn(move || {
            let mut runs = 0;
            while !is_over.load(Ordering::Relaxed) {
                let mut client = connected(&server, "runner");
                while !is_over.load(Ordering::Relaxed) && events(&mut client).is_ok() {
                    runs += 1;
                }
            }
            runs
        })
    };
    let kills = Arc::new(AtomicU32::new(0));
    let killer = {
        let (server, is_over, kills) = (Arc::clone(&server), Arc::clone(&is_over), Arc::clone(&kills));
        thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(700));
                let query = "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'runner'";
                let is_first = kills.load(Ordering::Relaxed).is_multiple_of(2);
                let signal = if is_first { "-KILL" } else { "-TERM" };
                kills.fetch_add(u32::from(kill(&server, signal, query)), Ordering::Relaxed);
            }
        })
    };
    write_all(&server, 24, late_reflection(""), &kills);
    is_over.store(true, Ordering::Relaxed);
    let runs = runner.join().unwrap_or_else(|_| panic!("the runner failed"));
    killer.join().unwrap_or_else(|_| panic!("the killer failed"));
    let kills = kills.load(Ordering::Relaxed);
    assert!(runs > 5 && kills >= ENOUGH_KILLS, "{runs} runs, {kills} kills");
    check(&mut connected(&server, "check"), &mut connected(&server, "check"));
}

/// A worker carries the changes to another server. It is killed, and both servers crash.
#[test]
fn two_servers_that_crash_agree_at_the_end() {
    let settings = [
        "max_prepared_transactions = 20",
        "restart_after_crash = on",
        "shared_preload_libraries = mathesar_ext",
    ];
    let (server, target) = (Arc::new(Server::create(&settings)), Server::create(&[]));
    let mut setup = connected(&server, "setup");
    run(&mut setup, SCHEMA);
    run(&mut connected(&target, "setup"), COUNTER);
    run(
        &mut setup,
        &format!(
            "CREATE SERVER b FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host '{}', dbname 'postgres');
             CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user 'postgres')",
            target.folder().display()
        ),
    );
    run(&mut setup, &reflections(r#""server": "b","#));
    run(&mut setup, "SELECT msar.start_reflector()");
    let is_over = Arc::new(AtomicBool::new(false));
    let kills = Arc::new(AtomicU32::new(0));
    let killer = {
        let (server, is_over, kills) = (Arc::clone(&server), Arc::clone(&is_over), Arc::clone(&kills));
        thread::spawn(move || {
            let mut turn = 0;
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(600));
                turn += 1;
                match turn % 4 {
                    0 => server.crash_and_restart(),
                    2 => target.crash_and_restart(),
                    _ => {
                        let query = "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'mathesar_ext reflector'";
                        let signal = if turn % 4 == 1 { "-KILL" } else { "-TERM" };
                        kills.fetch_add(u32::from(kill(&server, signal, query)), Ordering::Relaxed);
                    }
                }
            }
            target
        })
    };
    write_all(&server, 72, late_reflection(r#""server": "b","#), &kills);
    is_over.store(true, Ordering::Relaxed);
    let target = killer.join().unwrap_or_else(|_| panic!("the killer failed"));
    let kills = kills.load(Ordering::Relaxed);
    assert!(kills >= ENOUGH_KILLS, "{kills} kills");
    let mut client = connected(&server, "check");
    run(&mut client, "SELECT msar.stop_reflector()");
    check(&mut client, &mut connected(&target, "check"));
}
