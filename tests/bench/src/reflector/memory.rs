//! The memory of a worker does not grow with what it has done: rows of a copy, then events, in ten parts.

use std::time::{Duration, Instant};

use crate::Result;
use crate::measure::{most_resident_bytes, resident_bytes};
use crate::options::Reflector;
use crate::table::Table;

use super::{COLUMNS, Databases, VALUES};

/// Into how many parts the work is cut.
const PARTS: u32 = 10;

pub(super) fn report(databases: &mut Databases, options: &Reflector) -> Result<()> {
    let part = (options.copy_rows / PARTS).max(1);
    let mut table = Table::new(
        format!("Memory of the worker after {part} rows copied, and after parts of {part} events: MB"),
        &["", "local", "most with shared", "remote", "most with shared"],
    );
    let (local, remote) = (
        watch(databases, "kept", false, part)?,
        watch(databases, "sent", true, part)?,
    );
    for (at, (local, remote)) in local.iter().zip(&remote).enumerate() {
        let name = match at {
            0 => "copy".to_owned(),
            _ => format!("{} events", at as u32 * part),
        };
        let mut cells = vec![name];
        cells
            .extend([local.0, local.1, remote.0, remote.1].map(|bytes| format!("{:.1}", bytes as f64 / 1e6)));
        table.row(cells);
    }
    table.print();
    Ok(())
}

/// The worker's own memory, the most meanwhile, and the most of all with what it shares (VmHWM), after each part.
fn watch(databases: &mut Databases, name: &str, is_remote: bool, part: u32) -> Result<Vec<(u64, u64)>> {
    eprintln!("watching the memory of a worker: {name} ...");
    databases.source.batch_execute(&format!(
        "CREATE TABLE app.{name} ({COLUMNS});
         INSERT INTO app.{name} SELECT {VALUES} FROM generate_series(1, {part}) AS i"
    ))?;
    let id = databases.reflect(name, is_remote, true)?;
    let pid: i32 = databases
        .source
        .query_one("SELECT msar.start_reflector()", &[])?
        .get(0);
    let mut seen = vec![most_until_done(databases, pid, id)?];
    for at in 1..=PARTS {
        databases.source.batch_execute(&match at % 2 {
            0 => format!("UPDATE app.{name} SET amount = amount + 1 WHERE id <= {part}"),
            _ => format!(
                "INSERT INTO app.{name} SELECT {VALUES} FROM generate_series({}::bigint, {}::bigint) AS i",
                u64::from(at) * u64::from(part) + 1,
                u64::from(at + 1) * u64::from(part)
            ),
        })?;
        seen.push(most_until_done(databases, pid, id)?);
    }
    databases.source.batch_execute(&format!(
        "SELECT msar.stop_reflector(); SELECT msar.drop_reflection({id}); DROP TABLE app.{name}"
    ))?;
    Ok(seen)
}

fn most_until_done(databases: &mut Databases, pid: i32, id: i64) -> Result<(u64, u64)> {
    let is_done = databases.source.prepare(
        "SELECT (r ->> 'state') = 'active' AND (r ->> 'events_waiting')::bigint = 0
         FROM jsonb_array_elements(msar.get_reflection_status()) AS r WHERE (r ->> 'id')::bigint = $1",
    )?;
    let (mut most, start) = (0, Instant::now());
    loop {
        for _ in 0..20 {
            most = most.max(resident_bytes(pid).ok_or("the worker is gone")?);
            std::thread::sleep(Duration::from_millis(5));
        }
        if databases.source.query_one(&is_done, &[&id])?.get(0) {
            return Ok((most, most_resident_bytes(pid).ok_or("the worker is gone")?));
        }
        if start.elapsed() > Duration::from_secs(600) {
            return Err("the worker has not done its work in ten minutes".into());
        }
    }
}
