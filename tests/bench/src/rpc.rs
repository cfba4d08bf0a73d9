//! `rpc`: calls by JSON-RPC against the same functions called by SQL, both as prepared statements of one session.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::{
    Result, generate,
    measure::{median, race},
    server::Server,
    table::Table,
};

const DATABASE: &str = "mathesar_ext_bench_rpc";
const ROWS: u32 = 1_000_000;
const TABLES: u32 = 100;

/// Rounds of which the median is printed, and sessions of which the first call is.
const ROUNDS: usize = 301;
const SESSIONS: usize = 31;

/// A method and the SQL that it stands for. `{db}` is the OID of the database.
struct Call {
    method: &'static str,
    params: &'static str,
    sql: &'static str,
    /// What a client without the extension would send, where the call reads as many rows as that.
    by_hand: Option<&'static str>,
}

const CALLS: [Call; 5] = [
    Call {
        method: "tables.list_with_metadata",
        params: r#"{"database_id": {db}, "schema_oid": "bench_100"}"#,
        sql: "SELECT jsonb_agg(t.info || jsonb_build_object('metadata', CASE WHEN m.options IS NOT NULL
                THEN __msar.rpc_table_metadata(m.options) END) ORDER BY t.at)
            FROM jsonb_array_elements(msar.get_table_info('bench_100'::regnamespace)) WITH ORDINALITY AS t(info, at)
            LEFT JOIN jsonb_array_elements(msar.list_table_metadata('bench_100'::regnamespace)) AS m(options)
              ON m.options -> 'oid' = t.info -> 'oid'",
        by_hand: None,
    },
    Call {
        method: "columns.list_with_metadata",
        params: r#"{"database_id": {db}, "table_oid": "bench_100.table_00004"}"#,
        sql: "SELECT jsonb_agg(c.info || jsonb_build_object('metadata', CASE WHEN m.options IS NOT NULL
                THEN __msar.rpc_column_metadata(m.options) END) ORDER BY c.at)
            FROM jsonb_array_elements(msar.get_column_info('bench_100.table_00004'::regclass)) WITH ORDINALITY AS c(info, at)
            LEFT JOIN jsonb_array_elements(msar.get_column_metadata('bench_100.table_00004'::regclass)) AS m(options)
              ON m.options -> 'attnum' = c.info -> 'id'",
        by_hand: None,
    },
    Call {
        method: "records.list",
        params: r#"{"database_id": {db}, "table_oid": "shop.item", "limit": 50, "offset": 0, "return_record_summaries": true}"#,
        sql: "SELECT msar.list_records_from_table('shop.item'::regclass, 50, 0, NULL, NULL, NULL, NULL, true, NULL)",
        by_hand: Some(
            "SELECT count(*), (SELECT jsonb_agg(page) FROM (SELECT * FROM shop.item ORDER BY id LIMIT 50) AS page) FROM shop.item",
        ),
    },
    Call {
        method: "tables.list_joinable",
        params: r#"{"database_id": {db}, "table_oid": "shop.item", "max_depth": 2}"#,
        sql: "SELECT msar.get_joinable_tables(2, 'shop.item'::regclass)",
        by_hand: None,
    },
    Call {
        method: "explorations.run",
        params: r#"{"database_id": {db}, "exploration_def": {exploration}, "limit": 50}"#,
        sql: "SELECT msar.run_exploration('{exploration}', '{\"compat\": true, \"limit\": 50, \"offset\": 0}')::jsonb",
        by_hand: Some(
            "WITH found AS MATERIALIZED (SELECT item.id, item.title, item.price, kind.label AS kind
                FROM shop.item LEFT JOIN shop.kind ON kind.id = item.kind_id WHERE item.title ILIKE '%copper lamp%')
             SELECT count(*), (SELECT jsonb_agg(page) FROM (SELECT * FROM found LIMIT 50) AS page) FROM found",
        ),
    },
];

/// An exploration of the large table with a filter that few rows pass, and columns of tables that it refers to.
const EXPLORATION: &str = r#"{"base_table_oid": {item}, "initial_columns": [{"alias": "id", "attnum": 1}, {"alias": "title", "attnum": 2},
    {"alias": "price", "attnum": 4}, {"alias": "kind", "attnum": 2, "join_path": [[[{item}, 10], [{kind}, 1]]]}],
    "transformations": [{"type": "filter", "spec": {"contains": [{"column_name": ["title"]}, {"literal": ["copper lamp"]}]}}]}"#;

/// The calls of a table's page, as one batch.
const PAGE: [(&str, &str); 5] = [
    (
        "tables.get_with_metadata",
        r#"{"database_id": {db}, "table_oid": "shop.item"}"#,
    ),
    (
        "columns.list_with_metadata",
        r#"{"database_id": {db}, "table_oid": "shop.item"}"#,
    ),
    (
        "constraints.list",
        r#"{"database_id": {db}, "table_oid": "shop.item"}"#,
    ),
    (
        "tables.list_joinable",
        r#"{"database_id": {db}, "table_oid": "shop.item", "max_depth": 2}"#,
    ),
    (
        "records.list",
        r#"{"database_id": {db}, "table_oid": "shop.item", "limit": 50, "offset": 0, "return_record_summaries": true}"#,
    ),
];

const PAGE_SQL: [&str; 5] = [
    "SELECT msar.get_table('shop.item'::regclass) || jsonb_build_object('metadata',
        __msar.rpc_table_metadata(msar.get_table_metadata('shop.item'::regclass)))",
    "SELECT jsonb_agg(c.info || jsonb_build_object('metadata', CASE WHEN m.options IS NOT NULL
        THEN __msar.rpc_column_metadata(m.options) END) ORDER BY c.at)
     FROM jsonb_array_elements(msar.get_column_info('shop.item'::regclass)) WITH ORDINALITY AS c(info, at)
     LEFT JOIN jsonb_array_elements(msar.get_column_metadata('shop.item'::regclass)) AS m(options)
       ON m.options -> 'attnum' = c.info -> 'id'",
    "SELECT jsonb_agg(to_jsonb(c)) FROM msar.get_constraints_for_table('shop.item'::regclass) AS c",
    "SELECT msar.get_joinable_tables(2, 'shop.item'::regclass)",
    "SELECT msar.list_records_from_table('shop.item'::regclass, 50, 0, NULL, NULL, NULL, NULL, true, NULL)",
];

pub(crate) fn run() -> Result<()> {
    let server = Server::from_environment()?;
    generate::create_reader(&server)?;
    let outcome =
        generate::build_database(&server, DATABASE, &[TABLES], false).and_then(|()| measure_all(&server));
    server.drop_database(DATABASE)?;
    generate::drop_reader(&server)?;
    outcome
}

fn measure_all(server: &Server) -> Result<()> {
    eprintln!("building a table of {ROWS} rows ...");
    let mut client = server.connect_to(DATABASE)?;
    client.batch_execute(&format!("SET bench.rows = {ROWS}"))?;
    client.batch_execute(include_str!("../sql/generate_records.sql"))?;
    client.batch_execute("VACUUM ANALYZE")?;
    let database: u32 = client
        .query_one(
            "SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()",
            &[],
        )?
        .get(0);
    let database = database.to_string();
    let mut oid_of = |table: &str| -> Result<String> {
        Ok(client
            .query_one(&format!("SELECT '{table}'::regclass::oid::text"), &[])?
            .get(0))
    };
    let exploration = EXPLORATION
        .replace("{item}", &oid_of("shop.item")?)
        .replace("{kind}", &oid_of("shop.kind")?);
    let fill_in = |text: &str| {
        text.replace("{db}", &database)
            .replace("{exploration}", &exploration)
    };

    let mut table = Table::new(
        format!("A call of a session that is warm: ms, median of {ROUNDS}"),
        &["", "msar.rpc", "SQL", "difference", "kB"],
    );
    let mut warm = Vec::with_capacity(CALLS.len());
    for (at, call) in CALLS.iter().enumerate() {
        let request = request(call.method, &fill_in(call.params), at);
        let row = compare(&mut client, call.method, &request, &[&fill_in(call.sql)])?;
        warm.extend(row.get(2).cloned());
        table.row(row);
    }
    let batch = page(&database);
    table.row(compare(
        &mut client,
        "a table's page, 5 calls in a batch",
        &batch,
        &PAGE_SQL,
    )?);
    table.print();

    let mut table = Table::new(
        format!("The first call of a session: ms, median of {SESSIONS}"),
        &[
            "",
            "msar.rpc",
            "SQL",
            "difference",
            "SQL when warm",
            "by hand",
            "by hand when warm",
        ],
    );
    for ((at, call), warm) in CALLS.iter().enumerate().zip(warm) {
        let rpc = format!(
            "SELECT msar.rpc('{}')",
            request(call.method, &fill_in(call.params), at)
        );
        let (ours, sql) = (first_call(server, &rpc)?, first_call(server, &fill_in(call.sql))?);
        let mut row = vec![
            call.method.to_owned(),
            milliseconds(ours),
            milliseconds(sql),
            format!("{:.2}", (ours.as_secs_f64() - sql.as_secs_f64()) * 1000.0),
            warm,
        ];
        // A session that reads a large table for the first time waits for its pages and for parallel workers, whoever asks.
        for wait in [first_call, second_call] {
            row.push(match call.by_hand {
                Some(statement) => milliseconds(wait(server, statement)?),
                None => String::new(),
            });
        }
        table.row(row);
    }
    table.print();
    Ok(())
}

fn request(method: &str, params: &str, id: usize) -> String {
    format!(r#"{{"jsonrpc": "2.0", "id": {id}, "method": "{method}", "params": {params}}}"#)
}

fn page(database: &str) -> String {
    let requests: Vec<String> = PAGE
        .iter()
        .enumerate()
        .map(|(id, (method, params))| request(method, &params.replace("{db}", database), id))
        .collect();
    format!("[{}]", requests.join(", "))
}

/// Both ways as prepared statements, so that neither is planned anew.
fn compare(client: &mut Client, name: &str, request: &str, sql: &[&str]) -> Result<Vec<String>> {
    client.batch_execute("DEALLOCATE ALL; PREPARE ours(jsonb) AS SELECT msar.rpc($1)")?;
    let answer: String = client
        .query_one(&format!("SELECT msar.rpc('{request}')::text"), &[])?
        .get(0);
    if answer.contains("\"error\"") {
        return Err(format!("{name}: {answer}").into());
    }
    let mut statements = Vec::new();
    for (at, sql) in sql.iter().enumerate() {
        client.batch_execute(&format!("PREPARE theirs_{at} AS {sql}"))?;
        statements.push(format!("EXECUTE theirs_{at}"));
    }
    let [ours, theirs] = race(
        client,
        &[vec![format!("EXECUTE ours('{request}')")], statements],
        ROUNDS,
    )?;
    Ok(vec![
        name.to_owned(),
        format!("{:.2}", ours.milliseconds()),
        format!("{:.2}", theirs.milliseconds()),
        format!("{:.2}", ours.milliseconds() - theirs.milliseconds()),
        format!("{:.0}", ours.kilobytes()),
    ])
}

fn first_call(server: &Server, statement: &str) -> Result<Duration> {
    call_after(0, server, statement)
}

fn second_call(server: &Server, statement: &str) -> Result<Duration> {
    call_after(1, server, statement)
}

/// The time of a statement in a new session that has run it so many times before.
fn call_after(before: usize, server: &Server, statement: &str) -> Result<Duration> {
    let mut times = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        let mut client = server.connect_to(DATABASE)?;
        for _ in 0..before {
            client.simple_query(statement)?;
        }
        let start = Instant::now();
        client.simple_query(statement)?;
        times.push(start.elapsed());
    }
    Ok(median(&mut times))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}
