//! The first copy of a table, against COPY from one psql to another.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;
use crate::options::Reflector;
use crate::table::Table;

use super::apply::most_memory;
use super::{COLUMNS, Databases, SOURCE, TARGET, VALUES, check_same, seconds};

pub(super) fn report(databases: &mut Databases, options: &Reflector) -> Result<()> {
    let rows = options.copy_rows;
    eprintln!("copying {rows} rows ...");
    databases.source.batch_execute(&format!(
        "CREATE TABLE app.big ({COLUMNS});
         INSERT INTO app.big SELECT {VALUES} FROM generate_series(1, {rows}) AS i;
         CREATE TABLE app.piped ({COLUMNS})"
    ))?;
    databases.source.batch_execute("VACUUM ANALYZE app.big")?;
    databases
        .target
        .batch_execute(&format!("CREATE TABLE app.piped ({COLUMNS})"))?;
    let mut table = Table::new(
        format!(
            "The first copy of {rows} rows: seconds, medians of {} rounds; bar: 1.5 of COPY through a pipe",
            options.rounds
        ),
        &["target", "copy", "COPY | COPY", "ratio", "most memory, MB"],
    );
    for (name, is_remote) in [("local", false), ("remote", true)] {
        let (mut ours, mut theirs): (Vec<Duration>, Vec<Duration>) = Default::default();
        let mut memory = 0;
        for _ in 0..options.rounds {
            let id = databases.reflect("big", is_remote, true)?;
            let mut client = databases.server.connect_to(SOURCE)?;
            let start = Instant::now();
            memory = memory.max(most_memory(&mut client, "SELECT msar.run_reflections()")?);
            ours.push(start.elapsed());
            let mut other = databases
                .server
                .connect_to(if is_remote { TARGET } else { SOURCE })?;
            check_same(
                (&mut databases.source, "app.big"),
                (&mut other, "app.big_copy"),
                name,
            )?;
            theirs.push(pipe(databases, if is_remote { TARGET } else { SOURCE })?);
            check_same(
                (&mut databases.source, "app.big"),
                (&mut other, "app.piped"),
                name,
            )?;
            databases
                .source
                .batch_execute(&format!("SELECT msar.drop_reflection({id})"))?;
            other.batch_execute("DROP TABLE app.big_copy; TRUNCATE app.piped")?;
        }
        let (ours, theirs) = (seconds(&mut ours), seconds(&mut theirs));
        table.row(vec![
            name.into(),
            format!("{ours:.2}"),
            format!("{theirs:.2}"),
            format!("{:.2}", ours / theirs),
            format!("{:.1}", memory as f64 / 1e6),
        ]);
    }
    table.print();
    Ok(())
}

fn pipe(databases: &mut Databases, target: &str) -> Result<Duration> {
    let psql = std::env::var("MATHESAR_EXT_TEST_PSQL").unwrap_or_else(|_| "psql".into());
    let host = databases.server.host_setting()?;
    let row = databases
        .source
        .query_one("SELECT current_setting('port'), current_user::text", &[])?;
    let (port, user): (String, String) = (row.get(0), row.get(1));
    let of = |database: &str| format!("\"$PSQL\" -X -q -v ON_ERROR_STOP=1 \"$SERVER dbname={database}\"");
    let command = format!(
        "set -o pipefail; {} -c 'COPY app.big TO STDOUT' | {} -c 'COPY app.piped FROM STDIN'",
        of(SOURCE),
        of(target)
    );
    let start = Instant::now();
    let status = Command::new("bash")
        .args(["-c", &command])
        .env("PSQL", psql)
        .env("SERVER", format!("{host} port={port} user={user}"))
        .status()?;
    if !status.success() {
        return Err("COPY through a pipe has failed".into());
    }
    Ok(start.elapsed())
}
