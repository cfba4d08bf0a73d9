//! `describe`: one call that describes a schema, against SQL that does; and one table among few and among many.
//!
//! Each document is first checked against the SQL statement's, as a superuser and as a role with few rights: a fast
//! wrong answer is not timed.

use postgres::Client;

use crate::{
    Result,
    documents::{assert_equal, equal_statement, our_call, reference_calls},
    generate::{READER, build_database, create_reader, drop_reader, schema_name, typical_table},
    measure::{Contestant, Measured, Memory, race},
    options::Describe,
    server::Server,
    table::Table,
};

/// Holds the schemas of all sizes, and only the smallest.
const ALL: &str = "mathesar_ext_bench_all";
const SMALLEST: &str = "mathesar_ext_bench_smallest";
/// One table takes about a millisecond: many rounds are cheap.
const ROUNDS_OF_ONE_TABLE: usize = 501;
const CALLS_BETWEEN_MEMORY: usize = 10;

pub(crate) fn run(options: &Describe) -> Result<()> {
    let server = Server::from_environment()?;
    let outcome = build(&server, options).and_then(|()| report(&server, options));
    // Also after a failure; its message is the one to see then.
    let cleaned = clean_up(&server);
    outcome.and(cleaned)
}

fn build(server: &Server, options: &Describe) -> Result<()> {
    clean_up(server)?;
    create_reader(server)?;
    build_database(server, ALL, &options.tables, options.metadata)?;
    build_database(server, SMALLEST, &options.tables[..1], options.metadata)
}

fn clean_up(server: &Server) -> Result<()> {
    server.drop_database(ALL)?;
    server.drop_database(SMALLEST)?;
    drop_reader(server)
}

fn report(server: &Server, options: &Describe) -> Result<()> {
    check_documents(server, options)?;
    print_server(server, options)?;
    whole_schemas(server, options)?.print();
    single_tables(server, options)?.print();
    memory(server, options)?.print();
    Ok(())
}

fn check_documents(server: &Server, options: &Describe) -> Result<()> {
    let mut client = server.connect_to(ALL)?;
    for &tables in &options.tables {
        eprintln!("comparing the documents of {} ...", schema_name(tables));
        assert_equal(&mut client, &schema_name(tables))?;
        client.batch_execute(&format!("SET ROLE {READER}"))?;
        assert_equal(&mut client, &schema_name(tables))?;
        client.batch_execute("RESET ROLE")?;
    }
    Ok(())
}

fn print_server(server: &Server, options: &Describe) -> Result<()> {
    let row = server.connect_to(ALL)?.query_one(
        "SELECT current_setting('server_version'), extversion FROM pg_catalog.pg_extension
         WHERE extname = 'mathesar_ext'",
        &[],
    )?;
    let (server_version, version): (String, String) = (row.get(0), row.get(1));
    let metadata = if options.metadata {
        ", all with metadata"
    } else {
        ""
    };
    println!(
        "mathesar_ext {version} on PostgreSQL {server_version}; 20 columns a table{metadata}; jit off; documents checked equal\n"
    );
    Ok(())
}

/// Times and sizes of whole schemas.
fn whole_schemas(server: &Server, options: &Describe) -> Result<Table> {
    let mut client = server.connect_to(ALL)?;
    let mut table = Table::new(
        "One schema: median round trip in ms, ratios of times, text received in kB",
        &[
            "tables",
            "rounds",
            "ours ms",
            "ours::jsonb ms",
            "reference ms",
            "equal ms",
            "ours/reference",
            "ours/equal",
            "ours/reference, CPU",
            "ours/equal, CPU",
            "ours kB",
            "ours::jsonb kB",
            "reference kB",
            "equal kB",
        ],
    );
    for &tables in &options.tables {
        let rounds = options.rounds.unwrap_or_else(|| rounds_for(tables));
        eprintln!("timing {}, {rounds} rounds ...", schema_name(tables));
        let contestants = schema_contestants(&mut client, &schema_name(tables))?;
        let [ours, jsonb, reference, equal] = race(&mut client, &contestants, rounds)?;
        let all = [&ours, &jsonb, &reference, &equal];
        let mut row = vec![tables.to_string(), rounds.to_string()];
        row.extend(all.map(|measured| format!("{:.2}", measured.milliseconds())));
        row.extend([&reference, &equal].map(|bar| format!("{:.2}", ratio(&ours, bar))));
        row.extend([&reference, &equal].map(|bar| format!("{:.2}", processor_ratio(&ours, bar))));
        row.extend(all.map(|measured| format!("{:.1}", measured.kilobytes())));
        table.row(row);
    }
    Ok(table)
}

/// Few rounds where one takes seconds.
fn rounds_for(tables: u32) -> usize {
    match tables {
        0..100 => 51,
        100..1000 => 25,
        1000..3000 => 11,
        _ => 5,
    }
}

/// Our call, the same as jsonb (which parses the text and prints it again), the reference and the SQL statement.
fn schema_contestants(client: &mut Client, schema: &str) -> Result<[Contestant; 4]> {
    let ours = our_call(schema);
    let jsonb = format!("{ours}::jsonb");
    Ok([
        vec![ours],
        vec![jsonb],
        reference_calls(client, schema)?,
        vec![equal_statement(client, schema)?],
    ])
}

fn ratio(ours: &Measured, bar: &Measured) -> f64 {
    ours.milliseconds() / bar.milliseconds()
}

fn processor_ratio(ours: &Measured, bar: &Measured) -> f64 {
    ours.processor_milliseconds() / bar.processor_milliseconds()
}

/// Times of one table, among few and among many others.
fn single_tables(server: &Server, options: &Describe) -> Result<Table> {
    let (smallest, largest) = (options.tables[0], options.tables[options.tables.len() - 1]);
    let mut table = Table::new(
        format!("One table: median round trip in ms, {ROUNDS_OF_ONE_TABLE} rounds"),
        &[
            "tables in schema",
            "tables in database",
            "get_table_details ms",
            "get_column_info ms",
        ],
    );
    let together = options.tables.iter().sum();
    for (database, schema, others) in [
        (SMALLEST, smallest, smallest),
        (ALL, smallest, together),
        (ALL, largest, together),
    ] {
        eprintln!("timing one table among {others} ...");
        let oid = format!("'{}'::regclass::oid", typical_table(schema));
        let contestants = [
            vec![format!("SELECT msar.get_table_details({oid})")],
            vec![format!("SELECT msar.get_column_info({oid})")],
        ];
        let measured = race(
            &mut server.connect_to(database)?,
            &contestants,
            ROUNDS_OF_ONE_TABLE,
        )?;
        let mut row = vec![schema.to_string(), others.to_string()];
        row.extend(measured.map(|measured| format!("{:.3}", measured.milliseconds())));
        table.row(row);
    }
    Ok(table)
}

/// Memory of a backend: new, after the first call (which fills its caches of the catalogs), and after more calls.
fn memory(server: &Server, options: &Describe) -> Result<Table> {
    let mut table = Table::new(
        format!(
            "Memory of a backend in kB: new, after one call, after {CALLS_BETWEEN_MEMORY} more \
             (contexts = pg_backend_memory_contexts, resident = RssAnon)"
        ),
        &[
            "tables",
            "call",
            "contexts new",
            "after 1",
            "after 11",
            "resident new",
            "after 1",
            "after 11",
        ],
    );
    for &tables in &options.tables {
        eprintln!("measuring memory, {} ...", schema_name(tables));
        let mut client = server.connect_to(ALL)?;
        let [ours, _, reference, equal] = schema_contestants(&mut client, &schema_name(tables))?;
        for (name, contestant) in [("ours", ours), ("reference", reference), ("equal", equal)] {
            let states = memory_states(server, &contestant)?;
            let mut row = vec![tables.to_string(), name.to_string()];
            row.extend(states.iter().map(|state| (state.contexts / 1000).to_string()));
            row.extend(states.iter().map(|state| match state.resident {
                Some(bytes) => (bytes / 1000).to_string(),
                None => "unknown".to_string(),
            }));
            table.row(row);
        }
    }
    Ok(table)
}

fn memory_states(server: &Server, contestant: &Contestant) -> Result<[Memory; 3]> {
    let mut client = server.connect_to(ALL)?;
    // The first look loads what looking itself needs.
    Memory::of(&mut client)?;
    let new = Memory::of(&mut client)?;
    call(&mut client, contestant)?;
    let first = Memory::of(&mut client)?;
    for _ in 0..CALLS_BETWEEN_MEMORY {
        call(&mut client, contestant)?;
    }
    Ok([new, first, Memory::of(&mut client)?])
}

fn call(client: &mut Client, contestant: &Contestant) -> Result<()> {
    for statement in contestant {
        client.simple_query(statement)?;
    }
    Ok(())
}
