//! How fast events that wait are applied, here and there, against a subscription that was disabled meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use postgres::Client;

use crate::Result;
use crate::measure::resident_bytes;
use crate::options::Reflector;
use crate::table::Table;

use super::{COLUMNS, Databases, VALUES, check_same, seconds, time, wait_for};

/// The names of the contestants' tables.
const TABLES: [&str; 3] = ["local", "remote", "native"];

pub(super) fn report(databases: &mut Databases, options: &Reflector) -> Result<()> {
    let rows = options.rows;
    for table in TABLES {
        databases
            .source
            .batch_execute(&format!("CREATE TABLE app.{table} ({COLUMNS})"))?;
    }
    databases.reflect("local", false, false)?;
    databases.reflect("remote", true, false)?;
    databases.replicate("native")?;
    databases.source.batch_execute("SELECT msar.run_reflections()")?;
    let operations = [
        (
            "INSERT",
            format!("INSERT INTO app.TABLE SELECT {VALUES} FROM generate_series(1, {rows}) AS i"),
        ),
        (
            "UPDATE",
            "UPDATE app.TABLE SET title = title || '!', amount = amount + 1".into(),
        ),
        ("DELETE", "DELETE FROM app.TABLE".into()),
    ];
    let mut times: [[Vec<Duration>; 3]; 3] = Default::default();
    for round in 0..options.rounds {
        eprintln!(
            "applying {rows} rows, round {} of {} ...",
            round + 1,
            options.rounds
        );
        for ((operation, statement), times) in operations.iter().zip(&mut times) {
            for (table, times) in TABLES.iter().zip(times) {
                let statement = statement.replace("TABLE", table);
                times.push(match *table {
                    "native" => native(databases, operation, &statement, rows)?,
                    _ => reflected(databases, &statement)?,
                });
                compare(databases, table)?;
            }
        }
        databases.source.batch_execute("VACUUM")?;
        databases.target.batch_execute("VACUUM")?;
    }
    let mut table = Table::new(
        format!(
            "Applying {rows} rows of one transaction: rows a second, medians of {} rounds; bar: 1 of the subscription",
            options.rounds
        ),
        &[
            "operation",
            "local",
            "remote",
            "subscription",
            "local/subscription",
            "remote/subscription",
        ],
    );
    for ((operation, _), mut times) in operations.iter().zip(times) {
        let rates = TABLES
            .iter()
            .enumerate()
            .map(|(at, _)| f64::from(rows) / seconds(&mut times[at]));
        let rates: Vec<f64> = rates.collect();
        table.row(vec![
            (*operation).into(),
            format!("{:.0}", rates[0]),
            format!("{:.0}", rates[1]),
            format!("{:.0}", rates[2]),
            format!("{:.2}", rates[0] / rates[2]),
            format!("{:.2}", rates[1] / rates[2]),
        ]);
    }
    table.print();
    memory(databases, rows)?;
    databases.drop_subscription()
}

/// What a run takes after the statement is committed.
fn reflected(databases: &mut Databases, statement: &str) -> Result<Duration> {
    databases.source.batch_execute(statement)?;
    time(&mut databases.source, "SELECT msar.run_reflections()")
}

/// What a subscription takes from the moment on that its worker is there.
fn native(databases: &mut Databases, operation: &str, statement: &str, rows: u32) -> Result<Duration> {
    databases
        .target
        .batch_execute("ALTER SUBSCRIPTION native DISABLE")?;
    databases.wait_for_subscription(false)?;
    databases.source.batch_execute(statement)?;
    databases
        .target
        .batch_execute("ALTER SUBSCRIPTION native ENABLE")?;
    wait_for(
        &mut databases.target,
        "SELECT EXISTS (SELECT FROM pg_stat_subscription WHERE pid IS NOT NULL) = $1",
        &true,
    )?;
    let start = Instant::now();
    // The last row: the transaction becomes visible as a whole.
    let row = "SELECT FROM app.native WHERE id = $1";
    let arrived = match operation {
        "INSERT" => format!("SELECT EXISTS ({row})"),
        "UPDATE" => format!("SELECT EXISTS ({row} AND title LIKE '%!')"),
        _ => format!("SELECT NOT EXISTS ({row})"),
    };
    wait_for(&mut databases.target, &arrived, &i64::from(rows))?;
    Ok(start.elapsed())
}

fn compare(databases: &mut Databases, table: &str) -> Result<()> {
    let source = format!("app.{table}");
    match table {
        "local" => {
            let mut other = databases.server.connect_to(super::SOURCE)?;
            check_same(
                (&mut databases.source, &source),
                (&mut other, "app.local_copy"),
                table,
            )
        }
        "remote" => check_same(
            (&mut databases.source, &source),
            (&mut databases.target, "app.remote_copy"),
            table,
        ),
        _ => check_same(
            (&mut databases.source, &source),
            (&mut databases.target, &source),
            table,
        ),
    }
}

/// Memory of the process that applies does not grow with the events.
fn memory(databases: &mut Databases, rows: u32) -> Result<()> {
    let mut table = Table::new(
        "Most memory of the process that applies events: MB",
        &["events", "local", "remote"],
    );
    for rows in [rows / 10, rows] {
        let mut cells = vec![rows.to_string()];
        for name in ["local", "remote"] {
            databases.source.batch_execute(&format!(
                "DELETE FROM app.{name}; SELECT msar.run_reflections();
                 INSERT INTO app.{name} SELECT {VALUES} FROM generate_series(1, {rows}) AS i"
            ))?;
            let mut client = databases.server.connect_to(super::SOURCE)?;
            let most = most_memory(&mut client, "SELECT msar.run_reflections()")?;
            cells.push(format!("{:.1}", most as f64 / 1e6));
        }
        table.row(cells);
    }
    table.print();
    Ok(())
}

/// Runs a statement, and looks at the memory of its process meanwhile.
pub(super) fn most_memory(client: &mut Client, statement: &str) -> Result<u64> {
    let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
    let (is_over, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let watch = {
        let (is_over, most) = (Arc::clone(&is_over), Arc::clone(&most));
        std::thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                most.fetch_max(resident_bytes(pid).unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        })
    };
    let outcome = client.batch_execute(statement);
    is_over.store(true, Ordering::Relaxed);
    watch
        .join()
        .map_err(|_| "the thread that watches memory has failed")?;
    outcome?;
    Ok(most.load(Ordering::Relaxed))
}
