//! `triggers`: what the extension's event triggers cost a command that defines something, against a database without
//! the extension.
//!
//! The difference is smaller than the noise of a busy machine. So both databases take turns command by command, medians
//! are told, and beside what the client waited the time that the server's process spent on a processor.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::{
    Result,
    measure::{median, processor_time},
    server::Server,
    table::Table,
};

const PLAIN: &str = "mathesar_ext_bench_plain";
const EXTENDED: &str = "mathesar_ext_bench_extended";

/// An odd number: the median is then a time that was measured.
const ROUNDS: usize = 2001;

/// A command, and what is to be there before. It is rolled back after each turn.
struct Command {
    name: &'static str,
    before: &'static str,
    command: &'static str,
}

const COMMANDS: [Command; 4] = [
    Command {
        name: "CREATE TABLE, 3 columns",
        before: "",
        command: "CREATE TABLE app.fresh (id integer, name text, born date)",
    },
    Command {
        name: "CREATE TABLE, 20 columns and a key",
        before: "",
        command: "CREATE TABLE app.fresh (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, c2 text NOT NULL, c3 text,
            c4 numeric(12,2) DEFAULT 0, c5 date, c6 timestamptz DEFAULT now(), c7 boolean DEFAULT true, c8 integer, c9 integer,
            c10 text, c11 text, c12 text, c13 text, c14 text, c15 text, c16 text, c17 text, c18 text, c19 text, c20 jsonb)",
    },
    Command {
        name: "ALTER TABLE ADD COLUMN",
        before: "",
        command: "ALTER TABLE app.ordinary ADD added integer",
    },
    Command {
        name: "DROP TABLE",
        before: "CREATE TABLE app.fresh (id integer, name text, born date)",
        command: "DROP TABLE app.fresh",
    },
];

/// How much there is for the triggers to look at: a name, and the statements that add it to the state before.
const STATES: [(&str, &str); 3] = [
    ("no metadata", ""),
    (
        "metadata of 200 tables",
        "DO $$ BEGIN FOR i IN 1..200 LOOP
           EXECUTE format('CREATE TABLE app.t%s (id integer, name text)', i);
           PERFORM msar.set_table_metadata(('app.t' || i)::regclass, '{\"column_order\": [2, 1]}'),
             msar.set_column_metadata(('app.t' || i)::regclass, '[{\"attnum\": 2, \"display_width\": 90}]');
         END LOOP; END $$",
    ),
    (
        "100 of them dropped, and kept aside",
        "DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE format('DROP TABLE app.t%s', i); END LOOP; END $$",
    ),
];

pub(crate) fn run() -> Result<()> {
    let server = Server::from_environment()?;
    server.create_database(PLAIN)?;
    server.create_database(EXTENDED)?;
    let outcome = report(&server);
    server.drop_database(PLAIN)?;
    server.drop_database(EXTENDED)?;
    outcome
}

fn report(server: &Server) -> Result<()> {
    server
        .connect_to(EXTENDED)?
        .batch_execute("CREATE EXTENSION mathesar_ext")?;
    let mut table = Table::new(
        format!(
            "A command with the extension's event triggers and without the extension: microseconds, median of {ROUNDS}"
        ),
        &[
            "there is",
            "command",
            "ours",
            "plain",
            "ratio",
            "ours, CPU",
            "plain, CPU",
            "ratio",
        ],
    );
    for database in [PLAIN, EXTENDED] {
        server
            .connect_to(database)?
            .batch_execute("CREATE SCHEMA app; CREATE TABLE app.ordinary (id integer, name text)")?;
    }
    for (state, preparation) in STATES {
        server.connect_to(EXTENDED)?.batch_execute(preparation)?;
        for database in [PLAIN, EXTENDED] {
            server
                .connect_to(database)?
                .batch_execute("VACUUM FULL ANALYZE")?;
        }
        let mut sessions = [Session::open(server, EXTENDED)?, Session::open(server, PLAIN)?];
        for command in &COMMANDS {
            eprintln!("timing {} with {state} ...", command.name);
            let [ours, plain] = alternate(&mut sessions, command)?;
            let mut row = vec![state.to_string(), command.name.to_string()];
            row.extend(compared(ours.waited, plain.waited));
            row.extend(compared(ours.processor, plain.processor));
            table.row(row);
        }
    }
    table.print();
    Ok(())
}

fn compared(ours: Duration, plain: Duration) -> [String; 3] {
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    [
        format!("{:.1}", microseconds(ours)),
        format!("{:.1}", microseconds(plain)),
        format!("{:.3}", microseconds(ours) / microseconds(plain)),
    ]
}

/// A session, and the server's process that serves it.
struct Session {
    client: Client,
    pid: i32,
}

/// Medians of one command in one session.
struct Times {
    waited: Duration,
    processor: Duration,
}

impl Session {
    fn open(server: &Server, database: &str) -> Result<Self> {
        let mut client = server.connect_to(database)?;
        let pid = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
        Ok(Self { client, pid })
    }

    /// Runs the command once; returns how long the client waited, and how long the process ran.
    fn turn(&mut self, command: &Command) -> Result<(Duration, Duration)> {
        self.client.batch_execute("BEGIN")?;
        self.client.batch_execute(command.before)?;
        let before = processor_time(self.pid)?;
        let start = Instant::now();
        self.client.batch_execute(command.command)?;
        let waited = start.elapsed();
        let processor = processor_time(self.pid)?.saturating_sub(before);
        self.client.batch_execute("ROLLBACK")?;
        Ok((waited, processor))
    }
}

fn alternate(sessions: &mut [Session; 2], command: &Command) -> Result<[Times; 2]> {
    const WARM_UP: usize = 20;
    let mut times: [(Vec<Duration>, Vec<Duration>); 2] = Default::default();
    for round in 0..WARM_UP + ROUNDS {
        for (session, (waited, processor)) in sessions.iter_mut().zip(&mut times) {
            let turn = session.turn(command)?;
            if round >= WARM_UP {
                waited.push(turn.0);
                processor.push(turn.1);
            }
        }
    }
    Ok(times.map(|(mut waited, mut processor)| Times {
        waited: median(&mut waited),
        processor: median(&mut processor),
    }))
}
