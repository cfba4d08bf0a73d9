//! What the client tests share: databases, roles and servers of a test's own.
//!
//! `scripts/test` starts a server that has the extension's files and names it in the environment:
//!
//! | variable | meaning |
//! |---|---|
//! | `MATHESAR_EXT_TEST_URL` | how to connect to it as superuser |
//! | `MATHESAR_EXT_TEST_BIN` | the folder of its programs (`psql`, `pg_basebackup`, ...) |
//! | `MATHESAR_EXT_TEST_NEWER_BIN` | the same of a newer PostgreSQL that has the extension's files; may be missing |
//! | `MATHESAR_EXT_TEST_OS_USER` | the operating system's user that runs servers; PostgreSQL refuses root |
//!
//! Tests run at the same time on one server: each makes the databases and roles it needs, under names of its own.
//! A helper that fails panics with PostgreSQL's message, which fails the test.

pub mod calendar;
pub mod dump;
pub mod functions;
pub mod gateway;
pub mod random;
pub mod rpc;
pub mod synced;
pub mod tls;
pub mod upstream;
pub mod upstream_http;

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use postgres::{Client, Config, NoTls};

/// A name that no other test of this server has.
fn unique_name(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!(
        "{prefix}_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run these tests by scripts/test"))
}

/// How to connect to the server as superuser, to its database `postgres`.
#[must_use]
pub fn admin_config() -> Config {
    let url = variable("MATHESAR_EXT_TEST_URL");
    Config::from_str(&url).unwrap_or_else(|error| panic!("MATHESAR_EXT_TEST_URL: {error}"))
}

/// Connects, or fails the test.
#[must_use]
pub fn connect(config: &Config) -> Client {
    config
        .connect(NoTls)
        .unwrap_or_else(|error| panic!("cannot connect: {}", explain(&error)))
}

/// Runs statements, or fails the test with what PostgreSQL said.
pub fn run(client: &mut Client, statements: &str) {
    client
        .batch_execute(statements)
        .unwrap_or_else(|error| panic!("{statements}\n{}", explain(&error)));
}

/// The first value of the first row, as text.
#[must_use]
pub fn text(client: &mut Client, query: &str) -> String {
    let rows = client
        .query(query, &[])
        .unwrap_or_else(|error| panic!("{query}\n{}", explain(&error)));
    rows.first().unwrap_or_else(|| panic!("no row: {query}")).get(0)
}

/// What the backend has in use, in bytes. Its caches grow during the first calls.
#[must_use]
pub fn memory(client: &mut Client) -> i64 {
    let bytes = text(
        client,
        "SELECT sum(used_bytes)::text FROM pg_backend_memory_contexts",
    );
    bytes.parse().unwrap_or_else(|error| panic!("{bytes}: {error}"))
}

/// What the operating system gave the backend, in kB: Rust's own allocations are in it too.
#[must_use]
pub fn resident(client: &mut Client) -> i64 {
    let pid = text(client, "SELECT pg_backend_pid()::text");
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_else(|error| panic!("{error}"));
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{status}"))
}

/// A line of what the operating system says of the backend, in bytes.
fn status(client: &mut Client, line: &str) -> i64 {
    let pid = text(client, "SELECT pg_backend_pid()::text");
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_else(|error| panic!("{error}"));
    let kilobytes = status
        .lines()
        .find_map(|other| other.strip_prefix(line)?.strip_prefix(':'))
        .and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<i64>().ok());
    kilobytes.unwrap_or_else(|| panic!("{status}")) * 1024
}

/// The most memory that the backend has had at a time, in bytes, with the buffers of the server that it has touched.
#[must_use]
pub fn peak(client: &mut Client) -> i64 {
    status(client, "VmHWM")
}

/// Lets the backend have so many bytes more than it has now, as `ulimit -v` does.
pub fn limit_memory(client: &mut Client, more: i64) {
    let pid = text(client, "SELECT pg_backend_pid()::text");
    let limit = status(client, "VmSize") + more;
    finish(as_server_user("prlimit").args([format!("--pid={pid}"), format!("--as={limit}")]));
}

/// The SQLSTATE of a call that may be refused; in `Err`, with the call, that the server has ended the session, or says
/// that it has an internal error.
pub fn refusal(error: &postgres::Error, call: &str) -> Result<String, String> {
    let call: String = call.chars().take(2000).collect();
    let Some(server) = error.as_db_error() else {
        return Err(format!("the session has ended: {error}\n{call}"));
    };
    let sqlstate = server.code().code();
    if sqlstate.starts_with("XX") || matches!(sqlstate, "57P01" | "57P02" | "57P03") {
        return Err(format!("{}\n{call}", explain(error)));
    }
    Ok(sqlstate.to_owned())
}

/// A session of a server that may be starting again after a crash.
#[must_use]
pub fn reconnected(config: &Config) -> Client {
    for _ in 0..100 {
        if let Ok(client) = config.connect(NoTls) {
            return client;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    connect(config)
}

/// Waits until the standby has replayed what the primary has written so far.
pub fn wait_for_replay(primary: &mut Client, standby: &mut Client) {
    let written = text(primary, "SELECT pg_current_wal_insert_lsn()::text");
    let start = Instant::now();
    while text(
        standby,
        &format!("SELECT (pg_last_wal_replay_lsn() >= '{written}')::text"),
    ) != "true"
    {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the standby does not follow"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The error of statements that are to fail.
#[must_use]
pub fn error(client: &mut Client, statements: &str) -> postgres::error::DbError {
    match client.batch_execute(statements) {
        Ok(()) => panic!("no error: {statements}"),
        Err(error) => error
            .as_db_error()
            .unwrap_or_else(|| panic!("{statements}\n{error}"))
            .clone(),
    }
}

/// An error of the client library with the server's words, which its own `Display` leaves out.
#[must_use]
pub fn explain(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(server) => format!(
            "{}: {} {} {}",
            server.code().code(),
            server.message(),
            server.detail().unwrap_or_default(),
            server.hint().unwrap_or_default()
        ),
        None => error.to_string(),
    }
}

/// A database for one test, owned by a role for the same test that is not a superuser. Dropped with the value.
pub struct Database {
    name: String,
    owner: String,
}

impl Database {
    /// An empty database, without the extension.
    #[must_use]
    pub fn empty() -> Self {
        Self::from_template("template0")
    }

    /// An empty database in which its owner has created the extension.
    #[must_use]
    pub fn with_extension() -> Self {
        let database = Self::empty();
        run(&mut database.connect_as_owner(), "CREATE EXTENSION mathesar_ext");
        database
    }

    /// A copy of a database of the server. `library`, `chinook` and `pagila` hold the extension and that schema,
    /// created by the superuser.
    #[must_use]
    pub fn from_template(template: &str) -> Self {
        Self::create(&format!("TEMPLATE {template}"))
    }

    /// An empty database of that encoding, without the extension.
    #[must_use]
    pub fn with_encoding(encoding: &str) -> Self {
        Self::create(&format!("TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"))
    }

    fn create(options: &str) -> Self {
        let database = Self {
            name: unique_name("client"),
            owner: unique_name("owner"),
        };
        let Self { name, owner } = &database;
        let mut admin = connect(&admin_config());
        run(&mut admin, &format!("CREATE ROLE {owner} LOGIN"));
        run(
            &mut admin,
            &format!("CREATE DATABASE {name} {options} OWNER {owner}"),
        );
        database
    }

    /// How to connect as `role`.
    #[must_use]
    pub fn config(&self, role: &str) -> Config {
        let mut config = admin_config();
        config.dbname(&self.name).user(role);
        config
    }

    /// How programs of PostgreSQL connect as `role`.
    #[must_use]
    pub fn url(&self, role: &str) -> String {
        // The last of several words for the same thing counts.
        format!(
            "{} dbname={} user={role}",
            variable("MATHESAR_EXT_TEST_URL"),
            self.name
        )
    }

    /// The name of the role that owns the database.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The name of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A session of the owner, which is not a superuser.
    #[must_use]
    pub fn connect_as_owner(&self) -> Client {
        connect(&self.config(&self.owner))
    }

    /// A session of the superuser.
    #[must_use]
    pub fn connect_as_superuser(&self) -> Client {
        connect(&self.config("postgres"))
    }

    /// A superuser's session that waits for no lock longer than a second, and keeps the warnings that the server sends it.
    #[must_use]
    pub fn connect_impatiently(&self) -> (Client, Arc<Mutex<Vec<String>>>) {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&warnings);
        let mut config = self.config("postgres");
        config.notice_callback(move |notice| {
            if notice.severity() == "WARNING" {
                heard.lock().unwrap().push(notice.to_string());
            }
        });
        let mut client = connect(&config);
        run(&mut client, "SET lock_timeout = '1s'");
        (client, warnings)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server is thrown away after the run: what a failed test leaves behind there hurts nobody.
        if let Ok(mut admin) = admin_config().connect(NoTls) {
            for statement in [
                format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
                format!("DROP ROLE IF EXISTS {}", self.owner),
            ] {
                if let Err(error) = admin.batch_execute(&statement) {
                    eprintln!("{statement}: {}", explain(&error));
                }
            }
        }
    }
}

/// A role that may log in and owns nothing. Dropped by nobody: the server is thrown away after the run.
#[must_use]
pub fn role_without_rights() -> String {
    let role = unique_name("stranger");
    run(
        &mut connect(&admin_config()),
        &format!("CREATE ROLE {role} LOGIN"),
    );
    role
}

/// A program of PostgreSQL, to be run as the user that runs servers.
#[must_use]
pub fn program(name: &str) -> Command {
    program_in(Path::new(&variable(BINARIES)), name)
}

const BINARIES: &str = "MATHESAR_EXT_TEST_BIN";

fn program_in(folder: &Path, name: &str) -> Command {
    as_server_user(folder.join(name).as_os_str())
}

fn as_server_user(program: impl AsRef<OsStr>) -> Command {
    let user = variable("MATHESAR_EXT_TEST_OS_USER");
    if std::env::var("USER").is_ok_and(|current| current == user) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([format!("--reuid={user}"), format!("--regid={user}")])
        .arg("--init-groups")
        .arg(program);
    command
}

/// Runs a command to its end and returns what it printed, or fails the test with what it said.
pub fn finish(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        printed(&output.stdout),
        printed(&output.stderr)
    );
    printed(&output.stdout)
}

/// A new folder that the user that runs servers may write to. Removed by nobody but those who clean /tmp.
#[must_use]
pub fn new_folder() -> PathBuf {
    // Below /tmp whatever TMPDIR says, for a socket's path may have 107 bytes.
    let folder = finish(as_server_user("mktemp").args(["-d", "/tmp/mathesar_ext.XXXXXX"]));
    PathBuf::from(folder.trim_end())
}

/// A second server in a folder of its own, reached by a Unix socket there. Stopped and removed with the value.
pub struct Server {
    folder: PathBuf,
    /// The folder of its programs.
    binaries: PathBuf,
}

impl Server {
    /// A new, empty server with the given lines for `postgresql.conf`.
    #[must_use]
    pub fn create(settings: &[&str]) -> Self {
        Self::create_in(variable(BINARIES).into(), settings)
    }

    /// A new, empty server of a newer PostgreSQL than that of the test server; `None` where `scripts/test` has none.
    #[must_use]
    pub fn create_newer(settings: &[&str]) -> Option<Self> {
        let binaries = std::env::var("MATHESAR_EXT_TEST_NEWER_BIN").ok()?;
        Some(Self::create_in(binaries.into(), settings))
    }

    /// A new, empty server whose environment has these variables.
    #[must_use]
    pub fn create_with_environment(environment: &[(&str, &str)]) -> Self {
        let server = Self {
            folder: new_folder(),
            binaries: variable(BINARIES).into(),
        };
        finish(&mut server.initdb());
        server.start_with(&[], environment);
        server
    }

    /// A new, empty server whose 32-bit transaction numbers begin anew after so many more transactions.
    #[must_use]
    pub fn before_wraparound(transactions: u32) -> Self {
        const TRANSACTIONS_A_SEGMENT: u32 = 1 << 20;
        let server = Self::create(&["autovacuum = off"]);
        // Rows that are not frozen would be of the future.
        run(&mut connect(&server.config()), "VACUUM FREEZE");
        server.stop();
        let next = 0u32.wrapping_sub(transactions);
        // The state of the transactions around it, which PostgreSQL expects to find.
        let segment = format!("data/pg_xact/{:04X}", next / TRANSACTIONS_A_SEGMENT);
        finish(
            as_server_user("truncate")
                .arg("--size=256K")
                .arg(server.folder.join(segment)),
        );
        finish(
            program("pg_resetwal")
                .arg(format!("--next-transaction-id={next}"))
                .arg(server.data_argument()),
        );
        server.start(&[]);
        server
    }

    fn create_in(binaries: PathBuf, settings: &[&str]) -> Self {
        let server = Self {
            folder: new_folder(),
            binaries,
        };
        finish(&mut server.initdb());
        server.start(settings);
        server
    }

    /// A hot standby of the test server.
    #[must_use]
    pub fn standby() -> Self {
        let server = Self::in_new_folder();
        let primary = variable("MATHESAR_EXT_TEST_URL");
        finish(
            program("pg_basebackup")
                .args([
                    "--write-recovery-conf",
                    "--checkpoint=fast",
                    "--no-sync",
                    "--dbname",
                    &primary,
                ])
                .arg(server.data_argument()),
        );
        server.start(&["hot_standby = on"]);
        server
    }

    /// A server that keeps its WAL, so that another one can be recovered from it.
    #[must_use]
    pub fn archiving() -> Self {
        Self::create(&[
            "archive_mode = on",
            "archive_command = 'mkdir -p ../archive && cp %p ../archive/%f'",
        ])
    }

    /// A base backup of it, not started.
    #[must_use]
    pub fn backup(&self) -> Self {
        let backup = Self::in_new_folder();
        finish(
            program_in(&self.binaries, "pg_basebackup")
                .args(["--checkpoint=fast", "--no-sync", "--username=postgres", "--host"])
                .arg(&self.folder)
                .arg(backup.data_argument()),
        );
        backup
    }

    /// Starts a base backup of `origin`, recovered to a restore point of it by the WAL that `origin` has archived.
    pub fn recover(&self, origin: &Self, restore_point: &str) {
        finish(as_server_user("touch").arg(self.folder.join("data/recovery.signal")));
        self.start(&[
            "archive_mode = off",
            &format!("restore_command = 'cp {}/archive/%f %p'", origin.folder.display()),
            &format!("recovery_target_name = '{restore_point}'"),
            "recovery_target_action = promote",
        ]);
    }

    /// How to connect to it as superuser, to its database `postgres`.
    #[must_use]
    pub fn config(&self) -> Config {
        let mut config = Config::new();
        config.host_path(&self.folder).user("postgres").dbname("postgres");
        config
    }

    /// Its folder, which is the host to connect to for programs of PostgreSQL.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new server to which `pg_upgrade` has brought all databases of this one, which is gone then.
    #[must_use]
    pub fn upgraded(self) -> Self {
        let successor = Self::in_new_folder();
        finish(&mut successor.initdb());
        self.stop();
        let binaries = variable(BINARIES);
        finish(
            program("pg_upgrade")
                .current_dir(&successor.folder)
                .args([
                    "--username=postgres",
                    "--old-bindir",
                    &binaries,
                    "--new-bindir",
                    &binaries,
                ])
                .arg("--old-datadir")
                .arg(self.folder.join("data"))
                .arg("--new-datadir")
                .arg(successor.folder.join("data")),
        );
        successor.start(&[]);
        successor
    }

    /// Stops it; it is gone with the value.
    pub fn shut_down(&self) {
        self.stop();
    }

    /// Stops it as an administrator does, and starts it again.
    pub fn restart(&self) {
        self.restart_in_mode("--mode=fast");
    }

    /// Stops it as a power failure does, and starts it again.
    pub fn crash_and_restart(&self) {
        self.restart_in_mode("--mode=immediate");
    }

    fn restart_in_mode(&self, mode: &str) {
        finish(
            program_in(&self.binaries, "pg_ctl")
                .args(["restart", "--silent", "--wait", mode])
                .arg(self.data_argument())
                .arg(format!("--log={}/log", self.folder.display())),
        );
    }

    fn in_new_folder() -> Self {
        Self {
            folder: new_folder(),
            binaries: variable(BINARIES).into(),
        }
    }

    fn initdb(&self) -> Command {
        let mut command = program_in(&self.binaries, "initdb");
        command
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg(self.data_argument());
        command
    }

    fn stop(&self) {
        finish(
            program_in(&self.binaries, "pg_ctl")
                .args(["stop", "--silent", "--wait", "--mode=fast"])
                .arg(self.data_argument()),
        );
    }

    fn data_argument(&self) -> String {
        format!("--pgdata={}", self.folder.join("data").display())
    }

    fn start(&self, settings: &[&str]) {
        self.start_with(settings, &[]);
    }

    fn start_with(&self, settings: &[&str], environment: &[(&str, &str)]) {
        let folder = self.folder.display();
        let ours = format!("listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = off\n");
        let file = self.folder.join("data/postgresql.conf");
        let before = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        fs::write(&file, format!("{before}\n{ours}{}\n", settings.join("\n")))
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        finish(
            program_in(&self.binaries, "pg_ctl")
                .envs(environment.iter().copied())
                .args(["start", "--silent", "--wait"])
                .arg(self.data_argument())
                .arg(format!("--log={folder}/log")),
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.folder.join("data/postmaster.pid").exists() {
            let stopped = program_in(&self.binaries, "pg_ctl")
                .args(["stop", "--silent", "--wait", "--mode=immediate"])
                .arg(self.data_argument())
                .status();
            report("pg_ctl stop", stopped);
        }
        report("removing the server's folder", fs::remove_dir_all(&self.folder));
    }
}

/// Says what went wrong while cleaning up, where a panic would hide why the test failed.
fn report<T>(what: &str, result: Result<T, impl Display>) {
    if let Err(error) = result {
        eprintln!("{what}: {error}");
    }
}
