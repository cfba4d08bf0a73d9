//! `records`: pages of records with previews, single records, search, exports and writes, against SQL written by hand.
//!
//! A table of a million rows with three foreign keys, whose targets have foreign keys themselves. The SQL returns the
//! same document, which is checked; it is timed as a statement that is planned each time, and as a prepared one.

mod by_hand;

use std::time::{Duration, Instant};

use postgres::Client;

use crate::{
    Result,
    documents::assert_same,
    measure::{self, median, race, race_undone},
    server::Server,
    table::Table,
};
use by_hand::{Page, Previews};

const DATABASE: &str = "mathesar_ext_bench_records";
const ROWS: u32 = 1_000_000;

/// The parts, in the order in which they run; some can be chosen by name.
const PARTS: [(&str, Part); 7] = [
    ("pages", pages),
    ("options", page_options),
    ("one", one_record),
    ("search", search),
    ("summaries", summaries),
    ("export", export),
    ("add", add),
];

type Part = fn(&Server, &mut Client) -> Result<()>;

pub(crate) fn run(chosen: &[String]) -> Result<()> {
    if let Some(unknown) = chosen
        .iter()
        .find(|name| PARTS.iter().all(|(part, _)| part != name))
    {
        let parts = PARTS.map(|(part, _)| part).join(", ");
        return Err(format!("records has the parts {parts}, not \"{unknown}\"").into());
    }
    let server = Server::from_environment()?;
    server.create_database(DATABASE)?;
    let outcome = build(&server).and_then(|()| report(&server, chosen));
    server.drop_database(DATABASE)?;
    outcome
}

fn build(server: &Server) -> Result<()> {
    eprintln!("building a table of {ROWS} rows ...");
    let mut client = server.connect_to(DATABASE)?;
    client.batch_execute("CREATE EXTENSION mathesar_ext; CREATE EXTENSION pg_trgm")?;
    client.batch_execute(&format!("SET bench.rows = {ROWS}"))?;
    client.batch_execute(include_str!("../sql/generate_records.sql"))?;
    // Pages without dead rows, all marked as visible: both sides count as fast as they can.
    client.batch_execute("VACUUM ANALYZE")?;
    Ok(())
}

fn report(server: &Server, chosen: &[String]) -> Result<()> {
    let mut client = server.connect_to(DATABASE)?;
    let row = client.query_one(
        "SELECT current_setting('server_version'), extversion FROM pg_catalog.pg_extension WHERE extname = 'mathesar_ext'",
        &[],
    )?;
    let (server_version, version): (String, String) = (row.get(0), row.get(1));
    println!(
        "mathesar_ext {version} on PostgreSQL {server_version}; a table of {ROWS} rows with three foreign keys; jit off; \
         documents checked equal\n"
    );
    for (name, part) in PARTS {
        if chosen.is_empty() || chosen.iter().any(|wanted| wanted == name) {
            part(server, &mut client)?;
        }
    }
    Ok(())
}

const HEAD: [&str; 10] = [
    "",
    "rounds",
    "ours",
    "SQL",
    "prepared",
    "ours/SQL",
    "ours/prepared",
    "ours/SQL, CPU",
    "ours/prepared, CPU",
    "kB",
];

/// Times a call of the extension against SQL that returns the same document.
fn contest(
    client: &mut Client,
    table: &mut Table,
    name: &str,
    ours: &str,
    by_hand: &str,
    rounds: usize,
) -> Result<()> {
    eprintln!("timing {name} ...");
    assert_same(client, name, ours, by_hand)?;
    client.batch_execute(&format!("PREPARE by_hand AS {by_hand}"))?;
    let contestants = [ours, by_hand, "EXECUTE by_hand"].map(|statement| vec![statement.to_owned()]);
    let measured = race(client, &contestants, rounds)?;
    client.batch_execute("DEALLOCATE by_hand")?;
    let [ours, sql, prepared] = &measured;
    let mut row = vec![name.to_owned(), rounds.to_string()];
    row.extend(
        measured
            .each_ref()
            .map(|measured| format!("{:.2}", measured.milliseconds())),
    );
    row.extend([sql, prepared].map(|bar| format!("{:.2}", ours.milliseconds() / bar.milliseconds())));
    row.extend([sql, prepared].map(|bar| {
        format!(
            "{:.2}",
            ours.processor_milliseconds() / bar.processor_milliseconds()
        )
    }));
    row.push(format!("{:.0}", ours.kilobytes()));
    table.row(row);
    Ok(())
}

const LISTED: &str = "msar.list_records_from_table('shop.item'::regclass::oid";

/// A call of `msar.list_records`, with dates in the form of the other functions.
fn own_call(options: &str) -> String {
    let options = options.replacen('{', r#"{"dates": "contract", "#, 1);
    format!("SELECT msar.list_records('shop.item'::regclass, '{options}')")
}

/// Options of `msar.list_records`, each against SQL that returns the same.
fn page_options(_server: &Server, client: &mut Client) -> Result<()> {
    let mut table = Table::new("Options of pages of 50 rows: ms, median", &HEAD);
    client.batch_execute(Previews::Default.set_up())?;
    client.batch_execute(by_hand::DISPLAY_OPTIONS)?;
    for option in &by_hand::PAGE_OPTIONS {
        let rounds = if option.options.contains("search") || option.options.contains("filter") {
            11
        } else {
            201
        };
        contest(
            client,
            &mut table,
            option.name,
            &format!(
                r#"SELECT msar.list_records('shop.item'::regclass, '{{"keys": "names", {}}}')"#,
                option.options
            ),
            &option.sql(),
            rounds,
        )?;
    }
    table.print();
    Ok(())
}

fn pages(_server: &Server, client: &mut Client) -> Result<()> {
    let mut table = Table::new("Pages with previews of three links: ms, median", &HEAD);
    for previews in [Previews::Default, Previews::Custom] {
        client.batch_execute(previews.set_up())?;
        for limit in [50, 500] {
            let page = Page {
                limit,
                previews,
                ..Page::default()
            };
            contest(
                client,
                &mut table,
                &format!("{limit} rows, {} previews, exact count", previews.name()),
                &format!("SELECT {LISTED}, {limit}, 0, NULL, NULL, NULL)"),
                &page.listed(),
                51,
            )?;
            contest(
                client,
                &mut table,
                &format!("{limit} rows, {} previews, no count", previews.name()),
                &own_call(&format!(r#"{{"limit": {limit}, "count": "none"}}"#)),
                &page.own(),
                201,
            )?;
        }
        let deep = Page {
            offset: 500_000,
            previews,
            ..Page::default()
        };
        contest(
            client,
            &mut table,
            &format!("50 rows at 500,000, {} previews, exact count", previews.name()),
            &format!("SELECT {LISTED}, 50, 500000, NULL, NULL, NULL)"),
            &deep.listed(),
            31,
        )?;
        contest(
            client,
            &mut table,
            &format!("50 rows at 500,000, {} previews, no count", previews.name()),
            &own_call(r#"{"limit": 50, "offset": 500000, "count": "none"}"#),
            &deep.own(),
            31,
        )?;
        let after = Page {
            after: Some(500_000),
            previews,
            ..Page::default()
        };
        contest(
            client,
            &mut table,
            &format!("50 rows after the key 500,000, {} previews", previews.name()),
            &own_call(r#"{"limit": 50, "after": 500000, "count": "none"}"#),
            &after.own(),
            201,
        )?;
    }
    table.print();
    first_and_deep_page(client)
}

/// A page by its key, against the first page.
fn first_and_deep_page(client: &mut Client) -> Result<()> {
    let first = own_call(r#"{"limit": 50, "count": "none"}"#);
    let after = own_call(r#"{"limit": 50, "after": 500000, "count": "none"}"#);
    let [first, after] = race(client, &[vec![first], vec![after]], 201)?;
    let mut table = Table::new(
        "A page by its key, deep in the table: ms, median of 201",
        &["first page", "after the key 500,000", "ratio"],
    );
    table.row(vec![
        format!("{:.2}", first.milliseconds()),
        format!("{:.2}", after.milliseconds()),
        format!("{:.2}", after.milliseconds() / first.milliseconds()),
    ]);
    table.print();
    Ok(())
}

fn one_record(server: &Server, client: &mut Client) -> Result<()> {
    client.batch_execute(Previews::Custom.set_up())?;
    let mut table = Table::new("One record by its key, with previews: ms, median", &HEAD);
    let page = Page {
        only: Some(654_321),
        previews: Previews::Custom,
        ..Page::default()
    };
    let ours = "SELECT msar.get_record_from_table('shop.item'::regclass::oid, 654321)";
    let by_hand = page.one();
    contest(client, &mut table, "warm", ours, &by_hand, 1001)?;
    table.print();

    let mut table = Table::new(
        format!("The same as the first statement of a session: ms, median of {SESSIONS}"),
        &["", "waited", "CPU"],
    );
    // What loading the library takes, with a call that reads nothing.
    let library = "SELECT msar.cast_to_boolean('t'::text)";
    for (name, statement) in [("ours", ours), ("SQL", &by_hand), ("the library alone", library)] {
        let [waited, processor] = first_statement(server, client, statement)?;
        table.row(vec![
            name.into(),
            format!("{:.2}", milliseconds(waited)),
            format!("{:.2}", milliseconds(processor)),
        ]);
    }
    table.print();
    Ok(())
}

const SESSIONS: usize = 41;

/// How long a client waits for the first statement of a session, and how long the server's process runs for it.
fn first_statement(server: &Server, observer: &mut Client, statement: &str) -> Result<[Duration; 2]> {
    let mut times: [Vec<Duration>; 2] = Default::default();
    for _ in 0..SESSIONS {
        let mut client = server.connect_to(DATABASE)?;
        let newest = "SELECT pid FROM pg_catalog.pg_stat_activity
             WHERE datname = pg_catalog.current_database() AND backend_type = 'client backend'
             ORDER BY backend_start DESC LIMIT 1";
        let pid = observer.query_one(newest, &[])?.get(0);
        let before = measure::processor_time(pid)?;
        let start = Instant::now();
        client.simple_query(statement)?;
        times[0].push(start.elapsed());
        times[1].push(measure::processor_time(pid)?.saturating_sub(before));
    }
    Ok(times.map(|mut times| median(&mut times)))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn search(_server: &Server, client: &mut Client) -> Result<()> {
    client.batch_execute(Previews::Custom.set_up())?;
    let mut table = Table::new("Search, 10 best of all rows, with previews: ms, median", &HEAD);
    let cases: [(&str, &[(u8, &str)]); 4] = [
        ("one column, 1 row in 56", &[(2, "copper lamp")]),
        ("one column, 1 row in 8", &[(2, "oak")]),
        ("two columns", &[(2, "copper lamp"), (3, "remark on ab")]),
        ("one column, few rows", &[(2, "walnut box 3f")]),
    ];
    for (name, terms) in cases {
        contest_search(client, &mut table, name, terms)?;
    }
    client.batch_execute(
        "CREATE INDEX ON shop.item USING gin (title gin_trgm_ops);
         CREATE INDEX ON shop.item USING gin (note gin_trgm_ops)",
    )?;
    client.batch_execute("VACUUM ANALYZE shop.item")?;
    for (name, terms) in cases {
        contest_search(client, &mut table, &format!("{name}, pg_trgm index"), terms)?;
    }
    client.batch_execute("DROP INDEX shop.item_title_idx, shop.item_note_idx")?;
    table.print();
    Ok(())
}

fn contest_search(client: &mut Client, table: &mut Table, name: &str, terms: &[(u8, &str)]) -> Result<()> {
    let literals: Vec<String> = terms
        .iter()
        .map(|(attnum, text)| format!(r#"{{"attnum": {attnum}, "literal": "{text}"}}"#))
        .collect();
    contest(
        client,
        table,
        name,
        &format!(
            "SELECT msar.search_records_from_table('shop.item'::regclass::oid, '[{}]', 10)",
            literals.join(", ")
        ),
        &by_hand::search(terms, Previews::Custom),
        11,
    )
}

fn summaries(_server: &Server, client: &mut Client) -> Result<()> {
    let mut table = Table::new(
        "Summaries, the first 20 of those that contain a text: ms, median",
        &HEAD,
    );
    for previews in [Previews::Default, Previews::Custom] {
        client.batch_execute(previews.set_up())?;
        for text in ["copper lamp", "walnut box 3f"] {
            contest(
                client,
                &mut table,
                &format!("\"{text}\", {} previews", previews.name()),
                &format!("SELECT msar.list_by_record_summaries('shop.item'::regclass::oid, 20, 0, '{text}')"),
                &by_hand::summaries(text, previews),
                11,
            )?;
        }
    }
    table.print();
    Ok(())
}

/// All rows through a cursor, 1,000 at a time: how long, and how much memory the server's process has at most.
fn export(server: &Server, _client: &mut Client) -> Result<()> {
    let mut table = Table::new(
        format!(
            "Export of {ROWS} rows through a cursor: s, and memory of the server's process in kB (RssAnon)"
        ),
        &["", "s", "before", "after 1,000 rows", "most", "after"],
    );
    let ours =
        "SELECT msar.get_table_columns_and_records('shop.item'::regclass::oid, NULL, NULL, NULL, NULL)";
    let by_hand = by_hand::export();
    let mut digests = Vec::new();
    for (name, statement) in [("ours", ours), ("SQL", by_hand.as_str())] {
        eprintln!("exporting, {name} ...");
        let mut client = server.connect_to(DATABASE)?;
        let exported = Exported::run(&mut client, statement)?;
        let resident =
            |bytes: Option<u64>| bytes.map_or("unknown".into(), |bytes| (bytes / 1000).to_string());
        table.row(vec![
            name.into(),
            format!("{:.2}", exported.time.as_secs_f64()),
            resident(exported.before),
            resident(exported.begun),
            resident(exported.most),
            resident(exported.after),
        ]);
        digests.push((exported.rows, exported.bytes));
    }
    if digests[0] != digests[1] {
        return Err(format!("the exports differ: (rows, bytes) {digests:?}").into());
    }
    table.print();
    Ok(())
}

struct Exported {
    time: Duration,
    before: Option<u64>,
    begun: Option<u64>,
    most: Option<u64>,
    after: Option<u64>,
    rows: usize,
    bytes: usize,
}

impl Exported {
    fn run(client: &mut Client, statement: &str) -> Result<Self> {
        let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
        let before = measure::resident_bytes(pid);
        let (mut begun, mut most) = (None, before);
        let (mut rows, mut bytes) = (0, 0);
        let start = Instant::now();
        client.batch_execute(&format!("BEGIN; DECLARE export NO SCROLL CURSOR FOR {statement}"))?;
        loop {
            let fetched = client.simple_query("FETCH 1000 FROM export")?;
            let texts: Vec<usize> = fetched.iter().filter_map(measure::text_length).collect();
            if texts.is_empty() {
                break;
            }
            rows += texts.len();
            bytes += texts.iter().sum::<usize>();
            let resident = measure::resident_bytes(pid);
            begun = begun.or(resident);
            most = most.max(resident);
        }
        client.batch_execute("COMMIT")?;
        Ok(Self {
            time: start.elapsed(),
            before,
            begun,
            most,
            after: measure::resident_bytes(pid),
            rows,
            bytes,
        })
    }
}

/// A thousand rows in one call, rolled back each time.
fn add(_server: &Server, client: &mut Client) -> Result<()> {
    const ROUNDS: usize = 51;
    let rows: String = client.query_one(by_hand::NEW_ROWS, &[])?.get(0);
    let ours = format!("SELECT msar.add_records('shop.item'::regclass, '{rows}')");
    let [ours, by_hand] = race_undone(client, [&ours, &by_hand::add(&rows)], ROUNDS, by_hand::ADDED)?;
    let mut table = Table::new(
        format!("1,000 rows in one call: ms, median of {ROUNDS}"),
        &[
            "add_records",
            "INSERT ... SELECT FROM jsonb_to_recordset",
            "ratio",
            "ratio, CPU",
        ],
    );
    table.row(vec![
        format!("{:.2}", ours.milliseconds()),
        format!("{:.2}", by_hand.milliseconds()),
        format!("{:.2}", ours.milliseconds() / by_hand.milliseconds()),
        format!(
            "{:.2}",
            ours.processor_milliseconds() / by_hand.processor_milliseconds()
        ),
    ]);
    table.print();
    Ok(())
}
