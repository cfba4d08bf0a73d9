//! A table that is spread over two other servers by postgres_fdw, read and written through our functions: three
//! servers.

use mathesar_ext_client_tests::{Database, Server, connect, error, run, text};
use postgres::{Client, NoTls};
use std::sync::{Arc, Mutex};

/// Rows of each of the two servers.
const ROWS: i64 = 20_000;

/// A database with the table `measure`, whose partitions are on two servers.
struct Spread {
    database: Database,
    /// Ends with the value.
    _servers: [Server; 2],
}

impl Spread {
    fn new() -> Self {
        let database = Database::with_extension();
        let servers = [Server::create(&[]), Server::create(&[])];
        let mut hub = database.connect_as_superuser();
        run(
            &mut hub,
            "CREATE EXTENSION postgres_fdw;
             CREATE TABLE measure (id bigint NOT NULL, sensor_id integer NOT NULL, at timestamptz NOT NULL,
                                   value numeric(10,2), note text) PARTITION BY RANGE (id)",
        );
        for (number, server) in servers.iter().enumerate() {
            let first = i64::try_from(number).unwrap() * ROWS + 1;
            run(
                &mut connect(&server.config()),
                &format!(
                    "CREATE TABLE measure (id bigint PRIMARY KEY, sensor_id integer NOT NULL, at timestamptz NOT NULL,
                                           value numeric(10,2), note text);
                     INSERT INTO measure SELECT i, i % 7, '2026-01-01'::timestamptz + i * interval '1 minute',
                         i % 1000 / 10.0, 'note ' || i FROM generate_series({first}, {first} + {ROWS} - 1) AS i;
                     ANALYZE measure"
                ),
            );
            run(
                &mut hub,
                &format!(
                    "CREATE SERVER part_{number} FOREIGN DATA WRAPPER postgres_fdw
                         OPTIONS (host '{}', dbname 'postgres', use_remote_estimate 'true');
                     CREATE USER MAPPING FOR CURRENT_USER SERVER part_{number} OPTIONS (user 'postgres');
                     CREATE FOREIGN TABLE measure_{number} PARTITION OF measure
                         FOR VALUES FROM ({first}) TO ({}) SERVER part_{number} OPTIONS (table_name 'measure')",
                    server.folder().display(),
                    first + ROWS
                ),
            );
        }
        Self {
            database,
            _servers: servers,
        }
    }

    /// A session that tells which statements go to the other servers.
    fn explained(&self) -> (Client, Arc<Mutex<String>>) {
        let plans = Arc::new(Mutex::new(String::new()));
        let notices = Arc::clone(&plans);
        let mut config = self.database.config("postgres");
        config.notice_callback(move |notice| {
            notices.lock().unwrap().push_str(notice.message());
        });
        let mut client = config.connect(NoTls).unwrap();
        run(
            &mut client,
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
             SET auto_explain.log_verbose = on; SET auto_explain.log_analyze = on; SET client_min_messages = log",
        );
        (client, plans)
    }
}

/// The statements that a call sends to other servers.
fn remote(client: &mut Client, plans: &Mutex<String>, call: &str) -> Vec<String> {
    plans.lock().unwrap().clear();
    assert!(!text(client, call).is_empty());
    let plans = plans.lock().unwrap();
    // The plan of a scan that was not needed is there as well.
    plans
        .split("Foreign Scan")
        .skip(1)
        .filter(|scan| {
            !scan
                .split("Remote SQL")
                .next()
                .unwrap()
                .contains("never executed")
        })
        .filter_map(|scan| Some(scan.split("Remote SQL: ").nth(1)?.lines().next()?.to_owned()))
        .collect()
}

#[test]
fn a_table_over_two_servers() {
    let spread = Spread::new();
    let mut hub = spread.database.connect_as_superuser();

    let kinds = "SELECT string_agg(t->>'kind', ' ' ORDER BY t->>'name')
                 FROM json_array_elements(msar.get_schema_table_details('public')) AS t";
    assert_eq!(text(&mut hub, kinds), "partitioned_table partition partition");

    // Pages, filters, searches and groups give what plain SQL gives.
    let same = |client: &mut Client, ours: &str, plain: &str| {
        assert_eq!(text(client, ours), text(client, plain), "{ours}")
    };
    same(
        &mut hub,
        "SELECT jsonb_path_query_array(msar.list_records('measure', '{\"limit\": 3, \"offset\": 19998,
             \"order\": [{\"column\": \"id\"}]}'), '$.results[*].\"1\"')::text",
        "SELECT jsonb_agg(id)::text FROM (SELECT id FROM measure ORDER BY id LIMIT 3 OFFSET 19998) AS page",
    );
    same(
        &mut hub,
        "SELECT (msar.list_records('measure', '{\"limit\": 0, \"filter\": {\"type\": \"lesser\", \"args\": [
             {\"type\": \"column\", \"value\": \"value\"}, {\"type\": \"literal\", \"value\": 1}]}}')->'count')::text",
        "SELECT count(*)::text FROM measure WHERE value < 1",
    );
    same(
        &mut hub,
        "SELECT (msar.search_records_from_table('measure'::regclass,
             '[{\"attnum\": 5, \"literal\": \"note 39999\"}]', 10, 0)->'results'->0->'1')::text",
        "SELECT id::text FROM measure WHERE note = 'note 39999'",
    );
    same(
        &mut hub,
        "SELECT (msar.list_records('measure', '{\"limit\": 1, \"columns\": [\"sensor_id\"], \"order\": [{\"column\": \"sensor_id\"}],
             \"group\": {\"columns\": [\"sensor_id\"]}}')->'grouping'->'groups'->0->'count')::text",
        "SELECT count(*)::text FROM measure WHERE sensor_id = 0",
    );

    // A row goes to the server that its key belongs to.
    run(&mut hub, "DELETE FROM measure WHERE id = 30000");
    let added = text(
        &mut hub,
        "SELECT msar.add_records('measure', '[{\"id\": 30000, \"sensor_id\": 3, \"at\": \"2026-02-02\", \"note\": \"new\"}]')::text",
    );
    assert!(added.contains("\"count\": 1"), "{added}");
    assert_eq!(
        text(&mut hub, "SELECT note FROM measure_1 WHERE id = 30000"),
        "new"
    );
    // Without a key, rows cannot be addressed: PostgreSQL allows none where partitions are foreign tables.
    let refused = error(
        &mut hub,
        "SELECT msar.delete_records_from_table('measure'::regclass, '[1]')",
    );
    assert_eq!(refused.code().code(), "55000");
}

#[test]
fn what_goes_to_the_other_servers() {
    let spread = Spread::new();
    let (mut client, plans) = spread.explained();

    // A filter by the partition key asks one server.
    let asked = remote(
        &mut client,
        &plans,
        "SELECT msar.list_records('measure', '{\"limit\": 3, \"count\": \"none\", \"filter\": {\"type\": \"greater\", \"args\": [
             {\"type\": \"column\", \"value\": \"id\"}, {\"type\": \"literal\", \"value\": 30000}]}}')::text",
    );
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(
        asked[0].contains("WHERE ((id > ") && asked[0].contains("ORDER BY id"),
        "{asked:?}"
    );

    // Other filters go to each, so that only rows that pass travel.
    for (filter, remote_filter) in [
        (
            r#"{"type": "equal", "args": [{"type": "column", "value": "sensor_id"}, {"type": "literal", "value": 3}]}"#,
            "sensor_id = ",
        ),
        (
            r#"{"type": "contains_case_insensitive", "args": [{"type": "column", "value": "note"}, {"type": "literal", "value": "999"}]}"#,
            "note ~~* ",
        ),
        (
            r#"{"type": "between", "args": [{"type": "column", "value": "value"}, {"type": "literal", "value": 1}, {"type": "literal", "value": 2}]}"#,
            "value >= ",
        ),
        (
            r#"{"type": "null", "args": [{"type": "column", "value": "note"}]}"#,
            "note IS NULL",
        ),
    ] {
        let call = format!(
            "SELECT msar.list_records('measure', '{{\"limit\": null, \"count\": \"none\", \"filter\": {filter}}}')::text"
        );
        let asked = remote(&mut client, &plans, &call);
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(asked.iter().all(|sql| sql.contains(remote_filter)), "{asked:?}");
    }

    // An order is made there, and a page in the order of the partition key ends with the first server that fills it.
    let asked = remote(
        &mut client,
        &plans,
        "SELECT msar.list_records('measure', '{\"limit\": 3, \"count\": \"none\", \"order\": [{\"column\": \"id\"}]}')::text",
    );
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("ORDER BY id ASC"), "{asked:?}");
}
