//! Instructions that the server executes for a command, with the log and without.
//!
//! Many machines, virtual ones above all, do not count instructions for programs. So the server runs in valgrind, whose
//! tool callgrind counts those of each process until it ends, and writes the sum to a file. A session runs a command a
//! few times, another session runs it more often: the difference of their sums is what the commands cost, without what
//! it takes to start a session and to fill its caches.
//!
//! An ALTER TABLE that is repeated finds the table as the one before left it, and what a table costs that was altered
//! depends on that. So each is of a table of its own, all of which are there before.
//!
//! `scripts/bench changes --instructions` starts the server so, and names the folder of the files in the environment.

use std::{fs, path::PathBuf, thread, time::Duration};

use super::{COMMANDS, LOGGED, TOGETHER, UNLOGGED, drop_many, many_creations};
use crate::{Result, server::Server, table::Table};

/// How often a session runs a command at least, and how much more often the other session does.
const FEW: usize = 10;
const WARM_UP: usize = 2;
const MORE: usize = 20;

/// What is counted together: its name, what is run once before, and what is repeated.
struct Counted {
    name: String,
    statements: Vec<String>,
    repeats: usize,
}

pub(crate) fn report(server: &Server) -> Result<()> {
    let folder = std::env::var("MATHESAR_EXT_BENCH_CALLGRIND")
        .map_err(|_| "MATHESAR_EXT_BENCH_CALLGRIND is not set: run scripts/bench changes --instructions")?;
    let folder = PathBuf::from(folder);
    let [create, _, drop] = COMMANDS.map(|(_, command)| command.to_owned());
    let counted = [
        Counted {
            name: "CREATE TABLE and DROP TABLE".to_owned(),
            statements: vec![create.clone(), drop],
            repeats: MORE,
        },
        Counted {
            name: "ALTER TABLE ADD COLUMN".to_owned(),
            statements: vec![format!("ALTER TABLE {OWN} ADD added integer")],
            repeats: MORE,
        },
        Counted {
            name: format!("{TOGETHER} CREATE TABLE in one transaction, and their DROP"),
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
            if counted.statements.iter().any(|statement| statement.contains(OWN)) {
                create_own_tables(server, database, &create, repeats.iter().sum())?;
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

/// The table of a round.
const OWN: &str = "app.own_{number}";

/// As many tables like the one that `create` makes.
fn create_own_tables(server: &Server, database: &str, create: &str, count: usize) -> Result<()> {
    let mut client = server.connect_to(database)?;
    for number in 0..count {
        let name = OWN.replace("{number}", &number.to_string());
        client.batch_execute(&create.replace("app.fresh", &name))?;
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
