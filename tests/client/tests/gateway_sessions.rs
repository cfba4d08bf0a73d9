//! What a statement leaves behind in its session ends with its request: the next one on that connection starts anew.

use mathesar_ext_client_tests::gateway::{Caller, Gateway, basic_text, eventually};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What a role that is not the user may plant into views that the user reads, and a view that shows the session's state.
const PLANTED: &str = "
    CREATE ROLE desk; CREATE ROLE other; GRANT desk, other TO clerk;
    ALTER ROLE clerk IN DATABASE shop SET role = 'desk';
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.plant() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE 'CREATE TEMP TABLE left_over ()';
        EXECUTE 'DECLARE kept CURSOR WITH HOLD FOR SELECT 1';
        EXECUTE 'LISTEN gossip';
        EXECUTE 'PREPARE planted AS SELECT 1';
        PERFORM pg_advisory_lock(4711), set_config('my.note', 'x', false), set_config('statement_timeout', '0', false),
            set_config('DateStyle', 'German', false), set_config('search_path', 'evil', false);
        RETURN set_config('role', 'other', false);
    END $$;
    CREATE FUNCTION evil.swap() RETURNS text LANGUAGE plpgsql AS $$
    DECLARE ours name;
    BEGIN
        -- Names that clients of PostgreSQL use, and those of the gateway, if it has any.
        FOR ours IN
            SELECT p.name FROM pg_prepared_statements AS p WHERE NOT p.from_sql
            UNION SELECT format('s%s', i) FROM generate_series(0, 9) AS i
        LOOP
            IF EXISTS (SELECT FROM pg_prepared_statements AS p WHERE p.name = ours) THEN
                EXECUTE format('DEALLOCATE %I', ours);
            END IF;
            EXECUTE format('PREPARE %I (text) AS SELECT ''swapped''::text', ours);
        END LOOP;
        RETURN 'swapped';
    END $$;
    CREATE FUNCTION evil.forget() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN 'forgotten'; END $$;
    CREATE VIEW planted AS SELECT 1 AS id, evil.plant() AS text;
    CREATE VIEW swapping AS SELECT 1 AS id, evil.swap() AS text;
    CREATE VIEW forgetting AS SELECT 1 AS id, evil.forget() AS text;
    CREATE VIEW session_state AS SELECT 1 AS id, concat_ws('/', 'state', session_user, current_user,
        current_setting('search_path'), current_setting('statement_timeout'), current_setting('DateStyle'),
        coalesce(current_setting('my.note', true), ''),
        (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
        (SELECT count(*) FROM pg_cursors WHERE name = 'kept'),
        (SELECT count(*) FROM pg_prepared_statements WHERE from_sql), (SELECT count(*) FROM pg_listening_channels()),
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), 'end', pg_backend_pid(),
        'pid') AS text;
    GRANT USAGE ON SCHEMA evil TO desk, other;
    GRANT SELECT ON item, planted, swapping, forgetting, session_state TO desk, other;";

fn read(gateway: &Gateway, view: &str) -> String {
    let request = format!(
        r#"{{"jsonrpc": "2.0", "id": 7, "method": "msar.list_records", "params": {{"tab_id": "public.{view}"}}}}"#
    );
    let answer = Caller::clerk().rpc(gateway, &request);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!answer.body.contains(r#""error""#), "{}", answer.body);
    answer.body
}

/// The state of the session that a request finds, and the number of its process.
fn state(gateway: &Gateway) -> (String, String) {
    let body = read(gateway, "session_state");
    let (state, rest) = body[body.find("state/").unwrap()..].split_once("/end/").unwrap();
    (state.to_owned(), rest.split_once("/pid").unwrap().0.to_owned())
}

#[test]
fn nothing_is_left_to_the_next_request() {
    // One connection, so that the next request would find what is left.
    let gateway = Gateway::start(&["--user-connections", "1"]);
    gateway.admin().batch_execute(PLANTED).unwrap();
    let (fresh, process) = state(&gateway);
    assert!(fresh.starts_with("state/clerk/desk/"), "{fresh}");
    assert!(fresh.contains("/1min/ISO, MDY//0/0/0/0/0"), "{fresh}");
    for _ in 0..3 {
        read(&gateway, "planted");
        assert_eq!(state(&gateway), (fresh.clone(), process.clone()));
    }
    // A lock is not kept while nobody asks for anything.
    read(&gateway, "planted");
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711";
    let start = Instant::now();
    while gateway.admin().query_one(locks, &[]).unwrap().get::<_, i64>(0) > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "the lock is kept");
        std::thread::sleep(Duration::from_millis(20));
    }
    // An export, with functions in front of PostgreSQL's own.
    gateway
        .admin()
        .batch_execute(
            "CREATE FUNCTION public.jsonb_build_object(text, jsonb, text, jsonb) RETURNS jsonb LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'planted'; END $$",
        )
        .unwrap();
    let oid: u32 = gateway
        .admin()
        .query_one("SELECT 'planted'::regclass::oid", &[])
        .unwrap()
        .get(0);
    let export = gateway.url(&format!("/api/export/v0/tables/?table_oid={oid}"));
    assert_eq!(Caller::clerk().get(&export).status, 200);
    assert_eq!(state(&gateway).0, fresh);
}

#[test]
fn statements_that_were_swapped_are_not_used() {
    let gateway = Gateway::start(&["--user-connections", "1"]);
    gateway.admin().batch_execute(PLANTED).unwrap();
    for view in ["swapping", "forgetting"] {
        let (fresh, process) = state(&gateway);
        assert_eq!(state(&gateway).1, process, "a connection serves many requests");
        let body = read(&gateway, view);
        assert!(body.contains("swapped") || body.contains("forgotten"), "{body}");
        assert_eq!(state(&gateway), (fresh, process), "the session is as it was");
    }
}

/// A statement that nobody waits for any more, and that does not end when it is cancelled, keeps its place.
#[test]
fn statements_without_a_client_count() {
    let gateway = Gateway::start(&["--user-connections", "1"]);
    gateway
        .admin()
        .batch_execute(
            "CREATE FUNCTION stubborn() RETURNS text LANGUAGE plpgsql AS $$
             BEGIN
               PERFORM pg_sleep(60);
               RETURN 'slept';
             EXCEPTION WHEN query_canceled THEN
               PERFORM pg_sleep(2);
               RETURN 'cancelled';
             END $$;
             CREATE VIEW stubborn AS SELECT 1 AS id, stubborn() AS text;
             CREATE VIEW quick AS SELECT 1 AS id, 'quick' AS text;
             GRANT SELECT ON stubborn, quick TO clerk",
        )
        .unwrap();
    let active = |gateway: &Gateway| -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'clerk' AND state = 'active'";
        gateway.admin().query_one(sql, &[]).unwrap().get(0)
    };
    let body = r#"{"jsonrpc": "2.0", "id": 7, "method": "msar.list_records", "params": {"tab_id": "public.stubborn"}}"#;
    let mut connection = TcpStream::connect(gateway.address.trim_start_matches("http://")).unwrap();
    write!(
        connection,
        "POST /api/rpc/v0/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        basic_text(),
        body.len()
    )
    .unwrap();
    eventually("the statement runs", || active(&gateway) > 0);
    drop(connection);
    assert!(read(&gateway, "quick").contains("quick"));
    assert_eq!(active(&gateway), 0, "the other statement has ended before");
}

/// What runs in a request may catch what cancels it, and put off the server's own limit: the gateway ends it all the same.
#[test]
fn statements_that_cannot_be_cancelled_end() {
    let gateway = Gateway::start(&["--user-connections", "1", "--statement-seconds", "1"]);
    gateway
        .admin()
        .batch_execute(
            "CREATE FUNCTION deaf() RETURNS text LANGUAGE plpgsql AS $$
             BEGIN
               LOOP
                 BEGIN
                   PERFORM pg_sleep(600);
                 EXCEPTION WHEN query_canceled THEN
                   NULL;
                 END;
               END LOOP;
             END $$;
             CREATE VIEW deaf AS SELECT 1 AS id, deaf() AS text;
             CREATE VIEW quick AS SELECT 1 AS id, 'quick' AS text;
             CREATE TABLE late (id int PRIMARY KEY);
             CREATE FUNCTION put_off() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
               PERFORM set_config('statement_timeout', '0', false);
               RETURN new;
             END $$;
             CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
               PERFORM pg_sleep(600);
               RETURN NULL;
             END $$;
             CREATE TRIGGER first BEFORE INSERT ON late FOR EACH ROW EXECUTE FUNCTION put_off();
             CREATE CONSTRAINT TRIGGER last AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION doze();
             GRANT SELECT ON deaf, quick TO clerk;
             GRANT SELECT, INSERT ON late TO clerk",
        )
        .unwrap();
    let requests = [
        r#"{"jsonrpc": "2.0", "id": 7, "method": "msar.list_records", "params": {"tab_id": "public.deaf"}}"#,
        r#"{"jsonrpc": "2.0", "id": 7, "method": "msar.add_records", "params": {"tab_id": "late", "rows": [{"id": 1}]}}"#,
    ];
    for request in requests {
        let answer = Caller::clerk().rpc(&gateway, request);
        assert_eq!(answer.status, 504, "{}", answer.body);
        let running = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'clerk' AND state = 'active'";
        eventually("nothing runs", || {
            gateway.admin().query_one(running, &[]).unwrap().get::<_, i64>(0) == 0
        });
        eventually("the connection is free", || {
            Caller::clerk()
                .rpc(&gateway, &requests[0].replace("deaf", "quick"))
                .status
                == 200
        });
    }
    let late: i64 = gateway
        .admin()
        .query_one("SELECT count(*) FROM late", &[])
        .unwrap()
        .get(0);
    assert_eq!(late, 0);
}

/// What is prepared on a connection does not outlive the functions that it calls, and is made anew with them.
#[test]
fn the_extension_may_go_and_come() {
    let gateway = Gateway::start(&["--user-connections", "1"]);
    let who = || {
        Caller::clerk().rpc(
            &gateway,
            r#"{"jsonrpc": "2.0", "id": 1, "method": "msar.get_current_role"}"#,
        )
    };
    assert_eq!(who().status, 200);
    for _ in 0..2 {
        gateway
            .admin()
            .batch_execute("DROP EXTENSION mathesar_ext")
            .unwrap();
        // On the connection that had it, and on a new one.
        for _ in 0..2 {
            let answer = who();
            assert_eq!(answer.status, 501, "{}", answer.body);
            assert!(answer.body.contains("3F000"), "{}", answer.body);
        }
        gateway
            .admin()
            .batch_execute("CREATE EXTENSION mathesar_ext")
            .unwrap();
        for _ in 0..3 {
            let answer = who();
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert!(answer.body.contains("clerk"), "{}", answer.body);
        }
    }
}
