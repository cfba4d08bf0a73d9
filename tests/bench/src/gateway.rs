//! `gateway`: calls over HTTP on loopback, against the same SQL through a PostgreSQL client.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use ureq::Agent;

use crate::{Result, measure, server::Server, table::Table};

const DATABASE: &str = "mathesar_ext_bench_gateway";

/// How long each side calls in each turn, and the turns.
const TURN: Duration = Duration::from_millis(1500);
const TURNS: usize = 3;

const DATA: &str = "
CREATE SCHEMA many;
DO $$ BEGIN
  FOR i IN 1..100 LOOP
    EXECUTE format('CREATE TABLE many.t%s (id integer PRIMARY KEY, name text NOT NULL, amount numeric(10,2), day date)', i);
  END LOOP;
END $$;
CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO customer SELECT i, 'customer ' || i FROM generate_series(1, 10000) AS i;
CREATE TABLE sale (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer, amount numeric(10,2), day date);
INSERT INTO sale SELECT i, i % 10000 + 1, i % 1000, '2020-01-01'::date + i % 2000 FROM generate_series(1, 1000000) AS i;
CREATE EXTENSION mathesar_ext;
ANALYZE;
";

/// The gateway in front of a database. Ends with the value.
pub(crate) struct Gateway {
    process: Child,
    pub(crate) address: String,
}

impl Gateway {
    pub(crate) fn start(server: &Server, database: &str, options: &[&str]) -> Result<Self> {
        let program =
            std::env::var("MATHESAR_GATEWAY_BIN").map_err(|e| format!("MATHESAR_GATEWAY_BIN: {e}"))?;
        let database = format!("{} dbname={database}", server.host_setting()?);
        let log = tempfile()?;
        let process = Command::new(program)
            .args([
                "--listen",
                "127.0.0.1:0",
                "--allow-passwordless",
                "--connections",
                "64",
                "--user-connections",
                "64",
            ])
            .args(["--database", &database])
            .args(options)
            .env("NO_COLOR", "1")
            .stderr(Stdio::from(log.1))
            .spawn()?;
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let text = std::fs::read_to_string(&log.0)?;
            if let Some((_, address)) = text.split_once("listening on ") {
                let address = address.lines().next().unwrap_or_default().trim().to_owned();
                return Ok(Self { process, address });
            }
            if Instant::now() > end {
                return Err(format!("the gateway does not start: {text}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn tempfile() -> Result<(std::path::PathBuf, std::fs::File)> {
    let path = std::env::temp_dir().join(format!("mathesar_ext_bench_gateway.{}.log", std::process::id()));
    let file = std::fs::File::create(&path)?;
    Ok((path, file))
}

/// What can be chosen by name: the calls, memory, and the export.
const PARTS: [&str; 7] = [
    "tables", "records", "columns", "page", "nothing", "memory", "export",
];

pub(crate) fn run(chosen: &[String]) -> Result<()> {
    if let Some(unknown) = chosen.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(format!("gateway has the parts {}, not \"{unknown}\"", PARTS.join(", ")).into());
    }
    let is_chosen = |part: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == part);
    let server = Server::from_environment()?;
    server.create_database(DATABASE)?;
    let outcome = measure_all(&server, &is_chosen);
    server.drop_database(DATABASE)?;
    outcome
}

fn measure_all(server: &Server, is_chosen: &dyn Fn(&str) -> bool) -> Result<()> {
    let mut client = server.connect_to(DATABASE)?;
    client.batch_execute(DATA)?;
    let oid =
        |client: &mut postgres::Client, sql: &str| -> Result<u32> { Ok(client.query_one(sql, &[])?.get(0)) };
    let database = oid(
        &mut client,
        "SELECT oid FROM pg_database WHERE datname = current_database()",
    )?;
    let many = oid(&mut client, "SELECT 'many'::regnamespace::oid")?;
    let sale = oid(&mut client, "SELECT 'sale'::regclass::oid")?;
    let call = |id: u32, method: &str, more: &str| {
        format!(
            r#"{{"jsonrpc": "2.0", "id": {id}, "method": "{method}", "params": {{"database_id": {database}, {more}}}}}"#
        )
    };
    let tables = call(1, "tables.list_with_metadata", &format!("\"schema_oid\": {many}"));
    let records = call(
        2,
        "records.list",
        &format!("\"table_oid\": {sale}, \"limit\": 50, \"return_record_summaries\": true"),
    );
    let columns = call(3, "columns.list_with_metadata", &format!("\"table_oid\": {sale}"));
    let page = format!(
        "[{}, {columns}, {}, {}, {records}]",
        call(4, "tables.get_with_metadata", &format!("\"table_oid\": {sale}")),
        call(5, "constraints.list", &format!("\"table_oid\": {sale}")),
        call(6, "tables.list_joinable", &format!("\"table_oid\": {sale}")),
    );
    let gateway = Gateway::start(server, DATABASE, &[])?;
    let mut table = Table::new(
        "calls over HTTP and the same SQL through a client, milliseconds",
        &[
            "call",
            "clients",
            "HTTP p50",
            "SQL p50",
            "p50 ratio",
            "HTTP p99",
            "SQL p99",
            "HTTP/s",
            "SQL/s",
        ],
    );
    let calls = [
        ("tables", "100 tables with metadata", &tables),
        ("records", "50 records with previews", &records),
        ("columns", "columns with metadata", &columns),
        ("page", "the five calls of a page", &page),
    ];
    for (_, name, body) in calls.into_iter().filter(|(part, ..)| is_chosen(part)) {
        compare(&mut table, name, &|| http_caller(&gateway, body), &|| {
            sql_caller(server, body)
        })?;
    }
    // What a call costs before it asks for anything: no answer over HTTP can come sooner from here.
    if is_chosen("nothing") {
        compare(&mut table, "nothing", &|| idle_http_caller(&gateway), &|| {
            idle_sql_caller(server)
        })?;
    }
    table.print();
    if is_chosen("memory") {
        measure_memory(&gateway, &records)?;
    }
    if is_chosen("export") {
        measure_export(&gateway, server, sale)?;
    }
    Ok(())
}

/// One caller: gives whether the answer is one.
type Caller = Box<dyn FnMut() -> Result<bool> + Send>;
type MakeCaller<'a> = &'a dyn Fn() -> Result<Caller>;

/// Adds the rows of one call, with few clients and many.
fn compare(table: &mut Table, name: &str, http: MakeCaller, sql: MakeCaller) -> Result<()> {
    for clients in [1, 16, 64] {
        let (mut http_times, mut sql_times) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            http_times.extend(load(clients, http)?);
            sql_times.extend(load(clients, sql)?);
        }
        let seconds = TURN.as_secs_f64() * TURNS as f64;
        let rate = |times: &[Duration]| format!("{:.0}", times.len() as f64 / seconds);
        let (http50, http99) = percentiles(&mut http_times);
        let (sql50, sql99) = percentiles(&mut sql_times);
        table.row(vec![
            name.into(),
            clients.to_string(),
            format!("{http50:.2}"),
            format!("{sql50:.2}"),
            format!("{:.2}", http50 / sql50),
            format!("{http99:.2}"),
            format!("{sql99:.2}"),
            rate(&http_times),
            rate(&sql_times),
        ]);
    }
    Ok(())
}

/// A client that keeps its connection. A timeout of whole requests would have it start a thread for each, to look up the
/// address, which takes as long as the gateway takes.
fn agent() -> Agent {
    let config = Agent::config_builder().timeout_recv_response(Some(Duration::from_secs(60)));
    config.build().into()
}

/// Asks the gateway for something that it answers without the database.
fn idle_http_caller(gateway: &Gateway) -> Result<Caller> {
    let (agent, url) = (agent(), format!("{}/auth/session/", gateway.address));
    Ok(Box::new(move || {
        let mut answer = agent.get(&url).call()?;
        Ok(answer.body_mut().read_to_string()?.contains("\"user\""))
    }))
}

/// Asks the database for a text that it is given.
fn idle_sql_caller(server: &Server) -> Result<Caller> {
    let mut client = server.connect_to(DATABASE)?;
    let statement = client.prepare("SELECT $1::text")?;
    Ok(Box::new(move || {
        let answer: String = client.query_one(&statement, &[&"user"])?.get(0);
        Ok(answer.contains("user"))
    }))
}

fn http_caller(gateway: &Gateway, body: &str) -> Result<Caller> {
    let agent = agent();
    let (url, body) = (format!("{}/api/rpc/v0/", gateway.address), body.to_owned());
    let authorization = authorization();
    Ok(Box::new(move || {
        let mut answer = agent
            .post(&url)
            .header("content-type", "application/json")
            .header("authorization", &authorization)
            .send(&body)?;
        Ok(answer.body_mut().read_to_string()?.contains("\"result\""))
    }))
}

fn sql_caller(server: &Server, body: &str) -> Result<Caller> {
    let mut client = server.connect_to(DATABASE)?;
    let statement = client.prepare("SELECT msar.rpc_text($1)")?;
    let body = body.to_owned();
    Ok(Box::new(move || {
        let answer: String = client.query_one(&statement, &[&body])?.get(0);
        Ok(answer.contains("\"result\""))
    }))
}

fn authorization() -> String {
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode("postgres:")
    )
}

/// Calls by many clients at once for a while, after a call each that is not counted. Gives how long each call took.
fn load(clients: usize, make: impl Fn() -> Result<Caller>) -> Result<Vec<Duration>> {
    let callers = (0..clients).map(|_| make()).collect::<Result<Vec<_>>>()?;
    let times = std::thread::scope(|scope| {
        let threads: Vec<_> = callers
            .into_iter()
            .map(|mut caller| {
                scope.spawn(move || -> std::result::Result<Vec<Duration>, String> {
                    let mut times = Vec::new();
                    let problem = |error: Box<dyn std::error::Error>| error.to_string();
                    caller().map_err(problem)?;
                    let end = Instant::now() + TURN;
                    while Instant::now() < end {
                        let start = Instant::now();
                        if !caller().map_err(problem)? {
                            return Err("an answer has no result".into());
                        }
                        times.push(start.elapsed());
                    }
                    Ok(times)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a client failed".into())))
            .collect::<std::result::Result<Vec<_>, String>>()
    })?;
    Ok(times.into_iter().flatten().collect())
}

/// The median and the 99th percentile, in milliseconds.
fn percentiles(times: &mut [Duration]) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: f64| {
        let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    (at(0.5), at(0.99))
}

/// Whether memory grows with the number of requests.
fn measure_memory(gateway: &Gateway, body: &str) -> Result<()> {
    let mut caller = http_caller(gateway, body)?;
    for _ in 0..1000 {
        caller()?;
    }
    let before = resident(gateway.process.id())?;
    for _ in 0..10_000 {
        caller()?;
    }
    let after = resident(gateway.process.id())?;
    let mut table = Table::new(
        "memory of the gateway, kB",
        &["after 1,000 requests", "after 11,000"],
    );
    table.row(vec![before.to_string(), after.to_string()]);
    table.print();
    Ok(())
}

fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .ok_or("no RssAnon")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// A million rows as CSV, against COPY through psql.
fn measure_export(gateway: &Gateway, server: &Server, table_oid: u32) -> Result<()> {
    let url = format!("{}/api/export/v0/tables/?table_oid={table_oid}", gateway.address);
    let agent: Agent = Agent::new_with_defaults();
    let psql = std::env::var("MATHESAR_EXT_TEST_PSQL").unwrap_or_else(|_| "psql".into());
    let (mut http, mut copy) = (Vec::new(), Vec::new());
    let mut bytes = [0_u64; 2];
    for _ in 0..3 {
        let start = Instant::now();
        let mut answer = agent.get(&url).header("authorization", &authorization()).call()?;
        bytes[0] = std::io::copy(&mut answer.body_mut().as_reader(), &mut std::io::sink())?;
        http.push(start.elapsed());
        let start = Instant::now();
        let mut child = Command::new(&psql)
            .args([
                "-X",
                "-d",
                &format!("{} user=postgres dbname={DATABASE}", server.host_setting()?),
            ])
            .args([
                "-c",
                "COPY (SELECT * FROM sale ORDER BY id) TO STDOUT (FORMAT csv, HEADER)",
            ])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = child.stdout.take().ok_or("psql has no output")?;
        let mut buffer = vec![0; 1 << 16];
        bytes[1] = 0;
        loop {
            let read = output.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            bytes[1] += read as u64;
        }
        child.wait()?;
        copy.push(start.elapsed());
    }
    if bytes[0] != bytes[1] {
        return Err(format!("the exports differ: {} and {} bytes", bytes[0], bytes[1]).into());
    }
    let (http, copy) = (measure::median(&mut http), measure::median(&mut copy));
    let mut table = Table::new(
        "1,000,000 rows as CSV",
        &["HTTP ms", "psql COPY ms", "throughput ratio"],
    );
    table.row(vec![
        http.as_millis().to_string(),
        copy.as_millis().to_string(),
        format!("{:.2}", copy.as_secs_f64() / http.as_secs_f64()),
    ]);
    table.print();
    Ok(())
}
