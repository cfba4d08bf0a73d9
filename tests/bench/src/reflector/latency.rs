//! How long a row travels at 100 statements a second: from the end of its statement until another session sees it.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::Result;
use crate::options::Reflector;
use crate::server::Server;
use crate::table::Table;

use super::{COLUMNS, Databases, SOURCE, TARGET};

pub(super) fn report(databases: &mut Databases, options: &Reflector) -> Result<()> {
    let mut table = Table::new(
        format!(
            "From the commit of a row until it is seen, 100 a second for {} seconds: ms",
            options.seconds
        ),
        &["", "p50", "p95", "most"],
    );
    for name in ["near", "far", "straight"] {
        databases
            .source
            .batch_execute(&format!("CREATE TABLE app.{name} ({COLUMNS})"))?;
    }
    for (name, is_remote, database) in [("near", false, SOURCE), ("far", true, TARGET)] {
        eprintln!("timing the way of single rows: {name} ...");
        let id = databases.reflect(name, is_remote, false)?;
        databases.source.batch_execute("SELECT msar.start_reflector()")?;
        let times = travel(databases.server, name, database, &format!("{name}_copy"), options)?;
        databases.source.batch_execute(&format!(
            "SELECT msar.stop_reflector(); SELECT msar.drop_reflection({id})"
        ))?;
        table.row(percentiles(if is_remote { "remote" } else { "local" }, times));
    }
    eprintln!("timing the way of single rows: a subscription ...");
    databases.replicate("straight")?;
    let times = travel(databases.server, "straight", TARGET, "straight", options)?;
    table.row(percentiles("subscription", times));
    table.print();
    databases.drop_subscription()
}

/// Writes rows and waits for each in another session.
fn travel(
    server: &Server,
    table: &str,
    database: &str,
    target: &str,
    options: &Reflector,
) -> Result<Vec<Duration>> {
    const PAUSE: Duration = Duration::from_millis(10);
    let count = i64::from(options.seconds) * 100;
    let mut writer = server.connect_to(SOURCE)?;
    let mut reader = server.connect_to(database)?;
    let statement = format!("INSERT INTO app.{table} VALUES ($1, 'A title', 1.5, '2026-01-01')");
    // The first rows make all sessions look up what they need.
    for id in -50..=0_i64 {
        writer.execute(&statement, &[&id])?;
    }
    wait_until(&mut reader, target, 0)?;
    let target = target.to_owned();
    let watch = std::thread::spawn(move || -> std::result::Result<Vec<Instant>, String> {
        let query = format!("SELECT coalesce(max(id), 0) FROM app.{target}");
        let statement = reader.prepare(&query).map_err(|error| error.to_string())?;
        let (mut seen, start) = (Vec::new(), Instant::now());
        while (seen.len() as i64) < count {
            let row = reader
                .query_one(&statement, &[])
                .map_err(|error| error.to_string())?;
            let (last, now): (i64, _) = (row.get(0), Instant::now());
            seen.resize(last.max(0) as usize, now);
            if start.elapsed() > Duration::from_millis(count as u64 * 10) + Duration::from_secs(60) {
                return Err(format!("{} of {count} rows arrived", seen.len()));
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(seen)
    });
    let insert = writer.prepare(&statement)?;
    let (mut written, start) = (Vec::new(), Instant::now());
    for id in 1..=count {
        let due = PAUSE * id as u32;
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        writer.execute(&insert, &[&id])?;
        written.push(Instant::now());
    }
    let seen = watch
        .join()
        .map_err(|_| "the thread that waits for rows has failed")??;
    Ok(seen
        .iter()
        .zip(&written)
        .map(|(seen, written)| seen.saturating_duration_since(*written))
        .collect())
}

fn wait_until(reader: &mut Client, target: &str, id: i64) -> Result<()> {
    super::wait_for(
        reader,
        &format!("SELECT EXISTS (SELECT FROM app.{target} WHERE id = $1)"),
        &id,
    )
}

fn percentiles(name: &str, mut times: Vec<Duration>) -> Vec<String> {
    times.sort_unstable();
    let at =
        |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    vec![
        name.into(),
        format!("{:.1}", at(50)),
        format!("{:.1}", at(95)),
        format!("{:.1}", at(100)),
    ]
}
