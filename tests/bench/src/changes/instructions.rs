//! Instructions that the server executes for a command, with the log and without.
//!
//! Many machines, virtual ones above all, do not count instructions for programs. So the server runs in valgrind, whose
//! tool callgrind counts those of each process until it ends, and writes the sum to a file. A session runs a command a
//! few times, another session runs it more often: the difference of their sums is what the commands cost, without what
//! it takes to start a session and to fill its caches.
//!
//! An ALTER TABLE that is repeated finds the table as the one before left it, and what a table costs that was altered
//! depends on that. So each is of a table of its own, all of which are there before; so is each DROP TABLE.
//!
//! One transaction in 64 looks whether old changes are to be pruned: a command is repeated often enough to meet that. The
//! server runs without autovacuum, whose messages to sessions would be counted in one of two databases.
//!
//! `scripts/bench changes --instructions` starts the server so, and names the folder of the files in the environment.

use std::{fs, path::PathBuf, thread, time::Duration};

use super::{COMMANDS, LOGGED, TOGETHER, UNLOGGED, drop_many, many_creations};
use crate::{Result, server::Server, table::Table};

/// How often a session runs a command at least, and how much more often the other session does.
const FEW: usize = 10;
const WARM_UP: usize = 2;
const MORE: usize = 128;

/// What is counted together: its name, the tables that are there before, and what is repeated.
struct Counted {
    name: String,
    tables: Option<&'static str>,
    statements: Vec<String>,
    repeats: usize,
}

/// The table of a round: for a command that alters it, that creates it, that drops it.
const ALTERED: &str = "app.altered_{number}";
const CREATED: &str = "app.created_{number}";
const DROPPED: &str = "app.dropped_{number}";

/// The table that the commands of a round are written for.
const FRESH: &str = "app.fresh";

pub(crate) fn report(server: &Server) -> Result<()> {
    let folder = std::env::var("MATHESAR_EXT_BENCH_CALLGRIND")
        .map_err(|_| "MATHESAR_EXT_BENCH_CALLGRIND is not set: run scripts/bench changes --instructions")?;
    let folder = PathBuf::from(folder);
    let [create, alter, drop] = COMMANDS;
    let of_own_table = |(name, command): (&str, &str), table, is_there_before: bool| Counted {
        name: name.to_owned(),
        tables: is_there_before.then_some(table),
        statements: vec![command.replace(FRESH, table)],
        repeats: MORE,
    };
    let counted = [
        of_own_table(create, CREATED, false),
        of_own_table(alter, ALTERED, true),
        of_own_table(drop, DROPPED, true),
        Counted {
            name: format!("{TOGETHER} CREATE TABLE in one transaction, and their DROP"),
            tables: None,
            statements: vec![many_creations(), drop_many()],
            repeats: 2,
        },
    ];
    let mut table = Table::new(
        "Instructions in thousands, counted by callgrind: with the log and without",
        &["commands", "log", "no log", "ratio"],
    );
    for counted in counted {
        eprintln!("counting instructions of {} ...", counted.name);
        let few = FEW.min(counted.repeats);
        let repeats = [WARM_UP, few, few + counted.repeats];
        let mut costs = [0.0; 2];
        for (cost, database) in costs.iter_mut().zip([LOGGED, UNLOGGED]) {
            if let Some(tables) = counted.tables {
                create_tables(server, database, tables, repeats.iter().sum())?;
            }
            let mut first = 0;
            // The first session after that finds rows that nobody has read yet.
            let mut count = |repeats| {
                let numbers = first..first + repeats;
                first += repeats;
                session(server, &folder, database, &counted.statements, numbers)
            };
            let [_, less, more] = [count(repeats[0])?, count(repeats[1])?, count(repeats[2])?];
            *cost = more.saturating_sub(less) as f64 / counted.repeats as f64 / 1000.0;
        }
        table.row(row(counted.name, costs));
    }
    table.print();
    Ok(())
}

/// As many tables like the one that a round creates.
fn create_tables(server: &Server, database: &str, name: &str, count: usize) -> Result<()> {
    let mut client = server.connect_to(database)?;
    let [(_, create), ..] = COMMANDS;
    for number in 0..count {
        let name = name.replace("{number}", &number.to_string());
        client.batch_execute(&create.replace(FRESH, &name))?;
    }
    Ok(client.batch_execute("VACUUM FULL ANALYZE")?)
}

fn row(name: String, [log, plain]: [f64; 2]) -> Vec<String> {
    vec![
        name,
        format!("{log:.0}"),
        format!("{plain:.0}"),
        format!("{:.4}", log / plain),
    ]
}

/// Runs statements in a session of their own, once for each number; returns how many instructions its process has executed.
fn session(
    server: &Server,
    folder: &std::path::Path,
    database: &str,
    statements: &[String],
    numbers: std::ops::Range<usize>,
) -> Result<u64> {
    let mut client = server.connect_to(database)?;
    let pid: i32 = client
        .query_one("SELECT pg_catalog.pg_backend_pid()", &[])?
        .get(0);
    for number in numbers {
        for statement in statements {
            client.batch_execute(&statement.replace("{number}", &number.to_string()))?;
        }
    }
    drop(client);
    let file = folder.join(format!("callgrind.{pid}"));
    // The file is there when the process has ended.
    for _ in 0..600 {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let total = text.lines().find_map(|line| {
            line.strip_prefix("totals: ")
                .or_else(|| line.strip_prefix("summary: "))
        });
        if let Some(total) = total {
            return Ok(total.trim().parse()?);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(format!("callgrind wrote nothing to {}", file.display()).into())
}
