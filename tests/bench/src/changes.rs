//! `changes`: what the change log costs commands that define something, and how fast a client gets back in step.
//!
//! - Commands with the log against the same commands without it. Both databases have the extension; in one of them the
//!   log's table has another name, so that nothing is logged. A command includes its commit, at which the log is written.
//!   Processor time of the server's process is compared, and instructions with `--instructions` (see [`instructions`]). The
//!   time of CREATE TABLE and DROP TABLE is mostly the kernel's, which looks longer for a free place in one folder than in
//!   another: where files come and go, only instructions tell what the log costs.
//! - `msar.sync_schema` in a schema among others, when nothing, one table, or a tenth of the tables has changed; the size of
//!   a token; `msar.reconcile_changes`. All this with a short log, and again with a long one.
//!
//! Before anything is timed, what a client holds after `msar.sync_schema` is compared with what the database describes.

mod instructions;

use std::time::{Duration, Instant};

use postgres::Client;

use crate::{
    Result,
    generate::{build_database, create_reader, drop_reader, schema_name, typical_table},
    measure::{Measured, median, processor_time, race},
    options::Changes,
    server::Server,
    table::Table,
};

const LOGGED: &str = "mathesar_ext_bench_logged";
const UNLOGGED: &str = "mathesar_ext_bench_unlogged";
const SYNCED: &str = "mathesar_ext_bench_synced";

/// How many tables one transaction creates.
const TOGETHER: usize = 300;

/// What makes a database one without a log.
const SWITCH_OFF: &str = "ALTER TABLE msar_catalog.stored_changes RENAME TO switched_off";

pub(crate) fn run(options: &Changes) -> Result<()> {
    let server = Server::from_environment()?;
    let outcome = if options.instructions {
        with_two_databases(&server, instructions::report)
    } else {
        with_two_databases(&server, |server| commands(server, options.rounds))
            .and_then(|()| in_step(&server, options))
    };
    // Also after a failure; its message is the one to see then.
    let cleaned = clean_up(&server);
    outcome.and(cleaned)
}

fn clean_up(server: &Server) -> Result<()> {
    for database in [LOGGED, UNLOGGED, SYNCED] {
        server.drop_database(database)?;
    }
    drop_reader(server)
}

fn with_two_databases(server: &Server, body: impl FnOnce(&Server) -> Result<()>) -> Result<()> {
    for database in [LOGGED, UNLOGGED] {
        server.create_database(database)?;
        server
            .connect_to(database)?
            .batch_execute("CREATE EXTENSION mathesar_ext; CREATE SCHEMA app")?;
    }
    server.connect_to(UNLOGGED)?.batch_execute(SWITCH_OFF)?;
    for database in [LOGGED, UNLOGGED] {
        server
            .connect_to(database)?
            .batch_execute("VACUUM FULL ANALYZE")?;
    }
    body(server)
}

/// What is compared: a name, and the statements in the order of a round. Each is a transaction of its own.
const COMMANDS: [(&str, &str); 3] = [
    (
        "CREATE TABLE",
        "CREATE TABLE app.fresh (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, born date,
           price numeric(12,2) DEFAULT 0)",
    ),
    (
        "ALTER TABLE ADD COLUMN",
        "ALTER TABLE app.fresh ADD added integer",
    ),
    ("DROP TABLE", "DROP TABLE app.fresh"),
];

/// The statements of one transaction that creates many tables.
fn many_creations() -> String {
    let each = |number| format!("CREATE TABLE app.many_{number} (id integer, name text)");
    let all: Vec<String> = (0..TOGETHER).map(each).collect();
    format!("BEGIN; {}; COMMIT", all.join("; "))
}

/// The statements that drop them, in transactions that need few locks.
fn drop_many() -> String {
    let all: Vec<String> = (0..TOGETHER).map(|number| format!("app.many_{number}")).collect();
    format!("DROP TABLE {}", all.join(", "))
}

/// A session, and the server's process that serves it.
struct Session {
    client: Client,
    pid: i32,
}

impl Session {
    fn open(server: &Server, database: &str) -> Result<Self> {
        let mut client = server.connect_to(database)?;
        let pid = client
            .query_one("SELECT pg_catalog.pg_backend_pid()", &[])?
            .get(0);
        Ok(Self { client, pid })
    }

    /// How long the client waited, and how long the process ran.
    fn time(&mut self, statements: &str) -> Result<(Duration, Duration)> {
        let before = processor_time(self.pid)?;
        let start = Instant::now();
        self.client.batch_execute(statements)?;
        let waited = start.elapsed();
        Ok((waited, processor_time(self.pid)?.saturating_sub(before)))
    }
}

/// Times of one command, of the session with the log and of that without.
type Pair = [(Vec<Duration>, Vec<Duration>); 2];

/// Commands with the log and without.
fn commands(server: &Server, rounds: Option<usize>) -> Result<()> {
    const WARM_UP: usize = 10;
    let rounds = rounds.unwrap_or(1001);
    let mut sessions = [Session::open(server, LOGGED)?, Session::open(server, UNLOGGED)?];
    let mut table = Table::new(
        format!(
            "A command and its commit, with the log and without: microseconds, medians of {rounds} rounds"
        ),
        &[
            "command",
            "log",
            "no log",
            "ratio",
            "log, CPU",
            "no log, CPU",
            "ratio, CPU",
        ],
    );
    eprintln!("timing commands with the log and without ...");
    let mut times: [Pair; 3] = Default::default();
    for round in 0..WARM_UP + rounds {
        for ((_, command), pair) in COMMANDS.iter().zip(&mut times) {
            // Each goes first as often as the other.
            for turn in 0..2 {
                let which = (round + turn) % 2;
                let (waited, processor) = sessions[which].time(command)?;
                if round >= WARM_UP {
                    pair[which].0.push(waited);
                    pair[which].1.push(processor);
                }
            }
        }
    }
    for ((name, _), pair) in COMMANDS.iter().zip(times) {
        table.row(compared(name, pair));
    }
    let mut pair = Pair::default();
    let (create, drop) = (many_creations(), drop_many());
    for round in 0..=(rounds / 30).max(3) {
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let (waited, processor) = sessions[which].time(&create)?;
            sessions[which].client.batch_execute(&drop)?;
            if round > 0 {
                pair[which].0.push(waited);
                pair[which].1.push(processor);
            }
        }
    }
    table.row(compared(
        &format!("{TOGETHER} CREATE TABLE in one transaction"),
        pair,
    ));
    table.print();
    check_logged(&mut sessions)
}

/// The one session was logged, the other was not.
fn check_logged(sessions: &mut [Session; 2]) -> Result<()> {
    for (session, (relation, is_logged)) in sessions
        .iter_mut()
        .zip([("stored_changes", true), ("switched_off", false)])
    {
        let count: i64 = session
            .client
            .query_one(
                &format!("SELECT count(*) FROM msar_catalog.{relation} WHERE schema_name = 'app' AND kind = 'table'"),
                &[],
            )?
            .get(0);
        if (count > 0) != is_logged {
            return Err(format!("the log has {count} changes of tables where logging is {is_logged}").into());
        }
    }
    Ok(())
}

fn compared(name: &str, pair: Pair) -> Vec<String> {
    let [mut logged, mut unlogged] = pair;
    let mut row = vec![name.to_owned()];
    for (ours, plain) in [(&mut logged.0, &mut unlogged.0), (&mut logged.1, &mut unlogged.1)] {
        let [ours, plain] = [ours, plain].map(|times| median(times).as_secs_f64() * 1e6);
        row.extend([
            format!("{ours:.1}"),
            format!("{plain:.1}"),
            format!("{:.3}", ours / plain),
        ]);
    }
    row
}

/// A client that gets back in step.
fn in_step(server: &Server, options: &Changes) -> Result<()> {
    let tables = options.tables;
    let others = [tables / 10, tables / 10 + 1];
    create_reader(server)?;
    build_database(server, SYNCED, &[tables, others[0], others[1]], false)?;
    let mut client = server.connect_to(SYNCED)?;
    let mut table = Table::new(
        format!(
            "A client of a schema of {tables} tables, of {} in the database: medians in ms",
            tables + others[0] + others[1]
        ),
        &[
            "rows of the log",
            "what",
            "ours",
            "compared with",
            "theirs",
            "ratio",
            "ratio, CPU",
        ],
    );
    for log_rows in [0, options.log_rows] {
        if log_rows > 0 {
            fill_log(&mut client, log_rows)?;
        }
        let rows: i64 = client
            .query_one("SELECT count(*) FROM msar_catalog.changes", &[])?
            .get(0);
        time_sync(&mut client, tables, rows, &mut table)?;
    }
    table.print();
    token_sizes(server, &mut client, tables)?.print();
    Ok(())
}

/// Rows as commands of older transactions would have left.
fn fill_log(client: &mut Client, rows: u32) -> Result<()> {
    eprintln!("adding {rows} rows to the log ...");
    // Transactions that every token covers, since they are older than the database.
    client.batch_execute(&format!(
        "INSERT INTO msar_catalog.stored_changes (transaction, number, happened_at, role_name, tag, kind, action, class_oid,
           object_oid, attnum, schema_oid, schema_name, object_name, relation_oid, found_by)
         SELECT (3 + i / 10000)::text::xid8, i % 10000 + 100000, now() - interval '1 day', 'postgres', 'ALTER TABLE', 'table',
           'altered', 1259, 100000000 + i % 5000, 0, 100000000, 'older', 't' || i % 5000, 100000000 + i % 5000, 'event'
         FROM generate_series(1, {rows}) AS i;
         ANALYZE msar_catalog.stored_changes"
    ))?;
    Ok(())
}

fn token(client: &mut Client, schema: &str) -> Result<String> {
    Ok(client
        .query_one(&format!("SELECT msar.sync_schema('{schema}')->>'token'"), &[])?
        .get(0))
}

fn time_sync(client: &mut Client, tables: u32, log_rows: i64, table: &mut Table) -> Result<()> {
    let schema = schema_name(tables);
    let describe_all = format!("SELECT msar.get_schema_table_details('{schema}')");
    let mut add = |what: &str, bar: &str, [ours, theirs]: [Measured; 2]| {
        table.row(vec![
            log_rows.to_string(),
            what.to_owned(),
            format!("{:.3}", ours.milliseconds()),
            bar.to_owned(),
            format!("{:.3}", theirs.milliseconds()),
            format!("{:.3}", ours.milliseconds() / theirs.milliseconds()),
            format!(
                "{:.3}",
                ours.processor_milliseconds() / theirs.processor_milliseconds()
            ),
        ]);
    };
    eprintln!("timing sync_schema with {log_rows} rows in the log ...");
    let sync = |token: &str| format!("SELECT msar.sync_schema('{schema}', '{token}')");
    let one = format!(
        "SELECT msar.get_table_details('{}'::regclass)",
        typical_table(tables)
    );

    let unchanged = token(client, &schema)?;
    check_answer(client, &schema, &unchanged, 0)?;
    let measured = race(client, &[vec![sync(&unchanged)], vec![one.clone()]], 501)?;
    add("nothing changed", "get_table_details of one", measured);

    client.batch_execute(&format!(
        "COMMENT ON TABLE {} IS 'changed'",
        typical_table(tables)
    ))?;
    check_answer(client, &schema, &unchanged, 1)?;
    let measured = race(client, &[vec![sync(&unchanged)], vec![one]], 501)?;
    add("one table changed", "get_table_details of it", measured);

    let many = tables / 10;
    let unchanged = token(client, &schema)?;
    client.batch_execute(&format!(
        "DO $$ BEGIN
           FOR i IN 1..{many} LOOP EXECUTE format('COMMENT ON TABLE {schema}.table_%s IS %L', lpad(i::text, 5, '0'), 'Changed ' || i);
           END LOOP; END $$"
    ))?;
    check_answer(client, &schema, &unchanged, many as usize)?;
    let describe_many = format!("SELECT msar.get_schema_table_details('{}')", schema_name(many));
    let measured = race(client, &[vec![sync(&unchanged)], vec![describe_many]], 25)?;
    add(
        &format!("{many} tables changed"),
        &format!("get_schema_table_details of {many} others"),
        measured,
    );

    let reconcile = format!("SELECT msar.reconcile_changes('{schema}')");
    let measured = race(client, &[vec![reconcile], vec![describe_all]], 5)?;
    add(
        "reconcile_changes",
        &format!("get_schema_table_details of {tables}"),
        measured,
    );
    Ok(())
}

/// What a client holds after the answer is what the database describes.
fn check_answer(client: &mut Client, schema: &str, token: &str, expected: usize) -> Result<()> {
    let row = client.query_one(
        &format!(
            "WITH answer AS (SELECT msar.sync_schema('{schema}', $1)::jsonb AS s),
               described AS (
                 SELECT r FROM jsonb_array_elements(msar.get_schema_table_details('{schema}')::jsonb) AS r)
             SELECT (s->>'complete')::boolean, jsonb_array_length(s->'relations')::bigint, jsonb_array_length(s->'removed')::bigint,
               (SELECT count(*) FROM jsonb_array_elements(s->'relations') AS changed WHERE changed NOT IN (SELECT r FROM described))
             FROM answer"
        ),
        &[&token],
    )?;
    let found: (bool, i64, i64, i64) = (row.get(0), row.get(1), row.get(2), row.get(3));
    if found != (false, expected as i64, 0, 0) {
        return Err(format!("expected {expected} relations, the answer is {found:?}").into());
    }
    Ok(())
}

/// Tokens do not grow with the log, nor with the schema; a little with the transactions that run.
fn token_sizes(server: &Server, client: &mut Client, tables: u32) -> Result<Table> {
    let mut table = Table::new(
        "Length of a token in characters",
        &["schema", "transactions running", "length"],
    );
    for running in [0, 1, 50] {
        let mut others: Vec<Client> = Vec::new();
        for _ in 0..running {
            let mut other = server.connect_to(SYNCED)?;
            other.batch_execute("BEGIN; SELECT pg_catalog.pg_current_xact_id()")?;
            others.push(other);
        }
        for size in [tables / 10, tables] {
            let schema = schema_name(size);
            let length = token(client, &schema)?.len();
            table.row(vec![schema, running.to_string(), length.to_string()]);
        }
    }
    Ok(table)
}
