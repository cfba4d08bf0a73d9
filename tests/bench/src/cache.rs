//! `cache [TASKS]`: an upstream service answered from its cache, against the same SQL written by hand, and over HTTP through
//! the gateway; events and ingest. 100,000 tasks and a tenth as many shots by default.

use crate::Result;
use crate::gateway::Gateway;
use crate::measure::median;
use crate::server::Server;
use postgres::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const DATABASE: &str = "mathesar_ext_bench_cache";
const ROUNDS: usize = 101;

const DEFINITION: &str = r#"{"entity_types": {
  "HumanUser": {"fields": {"name": "text"}},
  "Shot": {"fields": {"code": "text", "updated_at": "date_time"}},
  "Task": {"fields": {"content": {"data_type": "text", "indexed": true}, "status": "status_list", "duration": "number",
    "entity": {"data_type": "entity", "entity_types": ["Shot"]},
    "task_assignees": {"data_type": "multi_entity", "entity_types": ["HumanUser"]}}}},
  "settings": {"order": {"collation": "C", "nulls": "last"}, "equal_credentials": ["s"], "max_staleness": null,
    "credential_lifetime": 100000}}"#;

/// An answer of the cache, and the same by hand.
struct Comparison {
    name: &'static str,
    request: Value,
    sql: &'static str,
    bar: f64,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let tasks: i64 = arguments.first().map_or(Ok(100_000), |number| number.parse())?;
    let server = Server::from_environment()?;
    server.create_database(DATABASE)?;
    let outcome = server
        .connect_to(DATABASE)
        .and_then(|mut client| measure(&server, &mut client, tasks));
    server.drop_database(DATABASE)?;
    outcome
}

/// The cache with its rows, complete.
fn fill(client: &mut Client, tasks: i64) -> Result<()> {
    client.batch_execute("CREATE EXTENSION mathesar_ext")?;
    client.batch_execute(&format!("SELECT msar.create_cache('bench', '{DEFINITION}')"))?;
    client.batch_execute(
        "SELECT msar.cache_apply_events('bench', '[]');
         DO $$
         DECLARE
           scan jsonb;
         BEGIN
           FOR i IN 1 .. 2 LOOP
             FOR scan IN SELECT * FROM jsonb_array_elements(msar.cache_scan_plan('bench')->'scans') LOOP
               PERFORM msar.cache_scan_result('bench', scan, '{\"entities\": []}');
             END LOOP;
           END LOOP;
         END $$;
         SELECT msar.cache_ingest('bench', '{\"method_name\": \"read\", \"params\": [{\"script_name\": \"s\", \"script_key\": \"k\"}, {\"type\": \"Shot\"}]}', '{\"results\": {\"entities\": []}}')",
    )?;
    client.batch_execute(&format!(
        "INSERT INTO bench.humanuser (id, name, _active) SELECT i, 'User ' || i, true FROM generate_series(1, 50) AS i;
         INSERT INTO bench.shot (id, code, updated_at, _active, _stamp)
         SELECT i, 'shot ' || i, '2024-01-01', true, '2024-01-01' FROM generate_series(1, {shots}) AS i;
         INSERT INTO bench.task (id, content, status, duration, entity__type, entity__id, _active, _stamp)
         SELECT i, 'task ' || md5(i::text), 'ip', i % 100, 'Shot', 1 + i % {shots}, true, '2024-01-01'
         FROM generate_series(1, {tasks}) AS i;
         INSERT INTO bench.task_task_assignees (parent_id, child_type, child_id, _position)
         SELECT i, 'HumanUser', 1 + (i + n) % 50, n FROM generate_series(1, {tasks}) AS i, generate_series(0, 1) AS n",
        shots = tasks / 10
    ))?;
    client.batch_execute("VACUUM ANALYZE")?;
    Ok(())
}

fn measure(server: &Server, client: &mut Client, tasks: i64) -> Result<()> {
    eprintln!("building {tasks} tasks ...");
    fill(client, tasks)?;
    // Everything is a hit: there is no such upstream.
    let options = [
        "--entity-upstream",
        "http://127.0.0.1:9",
        "--entity-cache",
        "bench",
        "--entity-role",
        "postgres",
    ];
    let gateway = Gateway::start(server, DATABASE, &options)?;
    let page = (tasks / 500 * 19 / 20).max(2);
    let comparisons = [
        Comparison {
            name: "read by id",
            request: json!({"type": "Task", "return_fields": ["content", "status", "duration"],
                "filters": {"logical_operator": "and", "conditions": [{"path": "id", "relation": "is", "values": [tasks / 2]}]}}),
            sql: "SELECT json_build_object('results', json_build_object('entities', json_agg(json_build_object('type', 'Task', 'id', b.id,
                    'content', b.content, 'status', b.status, 'duration', b.duration))))::text
                FROM bench.task AS b WHERE b._active AND b.id = $1",
            bar: 0.2,
        },
        Comparison {
            name: "500 rows, a deep field and several links",
            request: json!({"type": "Task", "return_fields": ["content", "entity.Shot.code", "task_assignees"],
                "paging": {"entities_per_page": 500, "current_page": 1}}),
            sql: "SELECT json_build_object('results', json_build_object('entities', json_agg(json_build_object('type', 'Task', 'id', b.id,
                    'content', b.content, 'entity.Shot.code', s.code, 'task_assignees', COALESCE(l.links, '[]')) ORDER BY b.id)))::text
                FROM (SELECT * FROM bench.task WHERE _active AND id > $1::bigint - $1 ORDER BY id LIMIT 500) AS b
                LEFT JOIN bench.shot AS s ON b.entity__type = 'Shot' AND s.id = b.entity__id
                LEFT JOIN LATERAL (
                  SELECT json_agg(json_build_object('type', m.child_type, 'id', m.child_id, 'name', u.name) ORDER BY m._position) AS links
                  FROM bench.task_task_assignees AS m LEFT JOIN bench.humanuser AS u ON u.id = m.child_id WHERE m.parent_id = b.id
                ) AS l ON true",
            bar: 2.5,
        },
        Comparison {
            name: "a page near the end, sorted by text",
            request: json!({"type": "Task", "return_fields": ["content"], "sorts": [{"field_name": "content", "direction": "asc"}],
                "paging": {"entities_per_page": 500, "current_page": page}}),
            sql: "SELECT json_build_object('results', json_build_object('entities', json_agg(json_build_object('type', 'Task', 'id', b.id,
                    'content', b.content) ORDER BY b.place)))::text
                FROM (SELECT w.*, k.place FROM (SELECT i.id, row_number() OVER () AS place FROM (SELECT id FROM bench.task WHERE _active
                  ORDER BY content USING ~<~, id LIMIT 500 OFFSET ($1::bigint * 2 / 500 * 19 / 20 - 1) * 500) AS i) AS k
                  JOIN bench.task AS w ON w.id = k.id) AS b",
            bar: 8.0,
        },
    ];
    println!(
        "{:<45} {:>9} {:>9} {:>6} {:>8} {:>10}",
        "medians in ms", "api3", "by hand", "ratio", "bar", "over HTTP"
    );
    for comparison in &comparisons {
        compare(client, &gateway, comparison, tasks / 2)?;
    }
    events(client, tasks)?;
    ingest(client)
}

fn compare(client: &mut Client, gateway: &Gateway, comparison: &Comparison, id: i64) -> Result<()> {
    let body = json!({"method_name": "read", "params": [{"script_name": "s", "script_key": "k"}, comparison.request]});
    let ours = client.prepare("SELECT msar.api3('bench', $1)::text")?;
    let by_hand = client.prepare(comparison.sql)?;
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let answer: String = client.query_one(&ours, &[&body])?.get(0);
        let ours = start.elapsed();
        let start = Instant::now();
        let expected: String = client.query_one(&by_hand, &[&id])?.get(0);
        let theirs = start.elapsed();
        if round == 0 {
            let (answer, expected): (Value, Value) =
                (serde_json::from_str(&answer)?, serde_json::from_str(&expected)?);
            if answer != expected {
                return Err(format!(
                    "{}: the answers differ: {answer:.300} and {expected:.300}",
                    comparison.name
                )
                .into());
            }
        } else {
            our_times.push(ours);
            their_times.push(theirs);
        }
    }
    let (ours, theirs) = (
        milliseconds(median(&mut our_times)),
        milliseconds(median(&mut their_times)),
    );
    let http = over_http(gateway, &body)?;
    println!(
        "{:<45} {ours:>9.3} {theirs:>9.3} {:>6.2} {:>8.1} {http:>10.3}",
        comparison.name,
        ours / theirs,
        comparison.bar
    );
    Ok(())
}

/// The same request by a client that keeps its connection to the gateway.
fn over_http(gateway: &Gateway, body: &Value) -> Result<f64> {
    let agent = ureq::Agent::new_with_defaults();
    let (url, body) = (format!("{}/api3/json", gateway.address), body.to_string());
    let mut times = Vec::new();
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let mut answer = agent
            .post(&url)
            .header("content-type", "application/json")
            .send(&body)?;
        let text = answer.body_mut().with_config().limit(1 << 30).read_to_string()?;
        let time = start.elapsed();
        if !text.starts_with("{\"results\"") {
            return Err(format!("no hit over HTTP: {text:.300}").into());
        }
        if round > 0 {
            times.push(time);
        }
    }
    Ok(milliseconds(median(&mut times)))
}

/// Entries of the event log a second.
fn events(client: &mut Client, tasks: i64) -> Result<()> {
    let count = 10_000.min(tasks);
    let entries: Vec<Value> = (1..=count)
        .map(|number| {
            json!({"type": "EventLogEntry", "id": number, "event_type": "Shotgun_Task_Change", "attribute_name": "status",
                "entity": {"type": "Task", "id": number}, "created_at": "2024-06-01T00:00:00Z",
                "meta": {"type": "attribute_change", "attribute_name": "status", "new_value": format!("s{}", number % 7)}})
        })
        .collect();
    let entries = Value::Array(entries);
    let mut times = Vec::new();
    for _ in 0..5 {
        let mut transaction = client.transaction()?;
        let start = Instant::now();
        let applied: Value = transaction
            .query_one("SELECT msar.cache_apply_events('bench', $1)", &[&entries])?
            .get(0);
        times.push(start.elapsed());
        if applied["applied"] != count {
            return Err(format!("{applied}").into());
        }
        transaction.rollback()?;
    }
    let seconds = median(&mut times).as_secs_f64();
    println!(
        "{count} events: {:.0} a second (bar: 20,000)",
        count as f64 / seconds
    );
    Ok(())
}

/// Ingest of 500 entities against plain upserts of the same rows.
fn ingest(client: &mut Client) -> Result<()> {
    let entities: Vec<Value> = (1..=500)
        .map(|number| {
            json!({"type": "Task", "id": number, "content": format!("content {number}"), "status": "fin", "duration": number,
                "entity": {"type": "Shot", "id": 1 + number % 100, "name": "x"},
                "task_assignees": [{"type": "HumanUser", "id": 1 + number % 50, "name": "x"}, {"type": "HumanUser", "id": 1 + (number + 1) % 50, "name": "x"}]})
        })
        .collect();
    let reply = json!({"results": {"entities": entities}});
    let plain = "WITH given AS MATERIALIZED (
          SELECT (e->>'id')::bigint AS id, e->>'content' AS content, e->>'status' AS status, (e->>'duration')::bigint AS duration,
            e->'entity'->>'type' AS entity__type, (e->'entity'->>'id')::bigint AS entity__id, e->'task_assignees' AS links
          FROM jsonb_array_elements($1::jsonb->'results'->'entities') AS e
        ), rows AS (
          INSERT INTO bench.task AS t (id, content, status, duration, entity__type, entity__id, _active)
          SELECT id, content, status, duration, entity__type, entity__id, true FROM given
          ON CONFLICT (id) DO UPDATE SET content = excluded.content, status = excluded.status, duration = excluded.duration,
            entity__type = excluded.entity__type, entity__id = excluded.entity__id, _active = true
        ), links AS (
          SELECT g.id, l->>'type' AS child_type, (l->>'id')::bigint AS child_id, n FROM given AS g,
            jsonb_array_elements(g.links) WITH ORDINALITY AS l(l, n)
        ), gone AS (
          DELETE FROM bench.task_task_assignees AS a USING given AS g WHERE a.parent_id = g.id
            AND NOT EXISTS (SELECT FROM links AS l WHERE l.id = a.parent_id AND l.child_type = a.child_type AND l.child_id = a.child_id)
        )
        INSERT INTO bench.task_task_assignees AS a (parent_id, child_type, child_id, _position)
        SELECT id, child_type, child_id, n - 1 FROM links
        ON CONFLICT (parent_id, child_type, child_id) DO UPDATE SET _position = excluded._position WHERE a._position <> excluded._position";
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=31 {
        let mut transaction = client.transaction()?;
        let start = Instant::now();
        let stored: Value = transaction
            .query_one(
                "SELECT msar.cache_ingest('bench', '{\"type\": \"Task\"}', $1, clock_timestamp())",
                &[&reply],
            )?
            .get(0);
        let first = start.elapsed();
        if stored["stored"] != 500 {
            return Err(format!("{stored}").into());
        }
        transaction.rollback()?;
        let mut transaction = client.transaction()?;
        let start = Instant::now();
        transaction.execute(plain, &[&reply])?;
        let second = start.elapsed();
        transaction.rollback()?;
        if round > 0 {
            ours.push(first);
            theirs.push(second);
        }
    }
    let (ours, theirs) = (milliseconds(median(&mut ours)), milliseconds(median(&mut theirs)));
    println!(
        "ingest of 500 entities: {ours:.2} ms, plain upserts {theirs:.2} ms: {:.2} (bar: 1.3)",
        ours / theirs
    );
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
