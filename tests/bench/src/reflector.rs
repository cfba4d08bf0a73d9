//! The reflector, against what does the same by hand or in PostgreSQL itself.
//!
//! The other server is another database of the same one: processes and connections are the same, the network is not there for
//! either side. A native subscription reaches that database, too, as it cannot write to a table of another name in its own.

mod apply;
mod capture;
mod copy;
mod latency;
mod memory;

use std::time::{Duration, Instant};

use postgres::Client;

use crate::Result;
use crate::measure::median;
use crate::options::Reflector;
use crate::server::Server;

const SOURCE: &str = "mathesar_bench_source";
const TARGET: &str = "mathesar_bench_target";

/// The columns of all tables here.
const COLUMNS: &str = "id bigint PRIMARY KEY, title text NOT NULL, amount numeric(12,2), changed timestamptz";

/// Rows for them, as a list of SQL.
const VALUES: &str =
    "i, 'The title of row ' || i, (i % 100000) / 100.0, '2026-01-01'::timestamptz + make_interval(secs => i)";

pub(crate) fn run(options: &Reflector) -> Result<()> {
    let server = Server::from_environment()?;
    let outcome = Databases::build(&server).and_then(|mut databases| {
        let outcome = databases.run(options);
        let cleaned = databases.drop_subscription();
        outcome.and(cleaned)
    });
    // Also after a failure; its message is the one to see then.
    let cleaned = [TARGET, SOURCE].map(|database| server.drop_database(database));
    outcome.and(cleaned.into_iter().collect())
}

/// The two databases, with a session in each.
struct Databases<'a> {
    server: &'a Server,
    source: Client,
    target: Client,
}

impl<'a> Databases<'a> {
    fn build(server: &'a Server) -> Result<Self> {
        for database in [SOURCE, TARGET] {
            server.create_database(database)?;
        }
        let mut databases = Self {
            server,
            source: server.connect_to(SOURCE)?,
            target: server.connect_to(TARGET)?,
        };
        databases.target.batch_execute("CREATE SCHEMA app")?;
        databases
            .source
            .batch_execute("CREATE EXTENSION mathesar_ext; CREATE SCHEMA app")?;
        let host = server.host_setting()?;
        let (port, user): (String, String) = {
            let row = databases
                .source
                .query_one("SELECT current_setting('port'), current_user::text", &[])?;
            (row.get(0), row.get(1))
        };
        databases.source.batch_execute(&format!(
            "CREATE SERVER b FOREIGN DATA WRAPPER mathesar_ext
               OPTIONS (host '{}', port '{port}', dbname '{TARGET}');
             CREATE USER MAPPING FOR CURRENT_USER SERVER b OPTIONS (user '{user}')",
            host.trim_start_matches("host=")
        ))?;
        Ok(databases)
    }

    fn run(&mut self, options: &Reflector) -> Result<()> {
        let wants =
            |part: &str| options.parts.is_empty() || options.parts.iter().any(|wanted| wanted == part);
        if wants("capture") {
            capture::report(self, options)?;
        }
        if wants("apply") {
            apply::report(self, options)?;
        }
        if wants("latency") {
            latency::report(self, options)?;
        }
        if wants("copy") {
            copy::report(self, options)?;
        }
        if wants("memory") {
            memory::report(self, options)?;
        }
        Ok(())
    }

    /// Adds a reflection of a table into `app.<name>_copy`, here or there, and returns its number.
    fn reflect(&mut self, table: &str, is_remote: bool, copy: bool) -> Result<i64> {
        let server = if is_remote { "\"server\": \"b\", " } else { "" };
        Ok(self
            .source
            .query_one(
                &format!(
                    "SELECT (msar.add_reflection('app.{table}', '{{{server}\"table\": \"app.{table}_copy\"}}',
                       '{{\"copy\": {copy}}}') ->> 'id')::bigint"
                ),
                &[],
            )?
            .get(0))
    }

    /// Makes a table of the source's database one that a subscription of the other database follows.
    fn replicate(&mut self, table: &str) -> Result<()> {
        let host = self.server.host_setting()?;
        let (port, user): (String, String) = {
            let row = self
                .source
                .query_one("SELECT current_setting('port'), current_user::text", &[])?;
            (row.get(0), row.get(1))
        };
        self.target
            .batch_execute(&format!("CREATE TABLE app.{table} ({COLUMNS})"))?;
        self.source
            .batch_execute(&format!("CREATE PUBLICATION native FOR TABLE app.{table}"))?;
        // Of two databases of one server the slot is made first: CREATE SUBSCRIPTION would wait for itself.
        self.source
            .batch_execute("SELECT pg_create_logical_replication_slot('mathesar_bench', 'pgoutput')")?;
        self.target.batch_execute(&format!(
            "CREATE SUBSCRIPTION native CONNECTION '{host} port={port} user={user} dbname={SOURCE}' PUBLICATION native
               WITH (create_slot = false, slot_name = 'mathesar_bench', copy_data = false)"
        ))?;
        self.wait_for_subscription(true)
    }

    /// Waits until the worker of the subscription runs, or does not run any more.
    fn wait_for_subscription(&mut self, runs: bool) -> Result<()> {
        let query = "SELECT EXISTS (SELECT FROM pg_stat_subscription WHERE pid IS NOT NULL) = $1
            AND EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'mathesar_bench' AND active) = $1";
        wait_for(&mut self.target, query, &runs)
    }

    fn drop_subscription(&mut self) -> Result<()> {
        let is_there: bool = self
            .target
            .query_one(
                "SELECT EXISTS (SELECT FROM pg_subscription WHERE subname = 'native')",
                &[],
            )?
            .get(0);
        if is_there {
            for statement in [
                "ALTER SUBSCRIPTION native DISABLE",
                "ALTER SUBSCRIPTION native SET (slot_name = NONE)",
                "DROP SUBSCRIPTION native",
            ] {
                self.target.batch_execute(statement)?;
            }
            self.wait_for_subscription(false)?;
            self.source.batch_execute(
                "SELECT pg_drop_replication_slot('mathesar_bench'); DROP PUBLICATION native",
            )?;
        }
        Ok(())
    }
}

/// Asks again and again, a millisecond apart, until the answer is true.
fn wait_for(client: &mut Client, query: &str, argument: &(dyn postgres::types::ToSql + Sync)) -> Result<()> {
    let statement = client.prepare(query)?;
    let start = Instant::now();
    loop {
        if client.query_one(&statement, &[argument])?.get(0) {
            return Ok(());
        }
        if start.elapsed() > Duration::from_secs(600) {
            return Err(format!("waited for ten minutes: {query}").into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn time(client: &mut Client, statements: &str) -> Result<Duration> {
    let start = Instant::now();
    client.batch_execute(statements)?;
    Ok(start.elapsed())
}

/// Fails where two queries, each in its database, do not answer the same.
fn check_same(
    (here, ours): (&mut Client, &str),
    (there, theirs): (&mut Client, &str),
    what: &str,
) -> Result<()> {
    let checksum = |client: &mut Client, table: &str| -> Result<String> {
        Ok(client
            .query_one(
                &format!("SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(x::text, 0)), 0) FROM {table} AS x"),
                &[],
            )?
            .get(0))
    };
    let (source, target) = (checksum(here, ours)?, checksum(there, theirs)?);
    if source != target {
        return Err(format!("{what}: the source has {source}, the target {target}").into());
    }
    Ok(())
}

fn seconds(times: &mut [Duration]) -> f64 {
    median(times).as_secs_f64()
}
