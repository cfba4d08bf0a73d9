//! Dumps that are restored at once: programs of PostgreSQL that write and read a script.

use crate::{Database, program};
use std::process::{Command, Stdio};

/// Runs two programs, of which the second reads the output of the first, or fails the test with their messages.
pub fn pipe(source: &mut Command, sink: &mut Command) {
    let _ = pipe_with_messages(source, sink);
}

/// The same; returns their messages.
#[must_use]
pub fn pipe_with_messages(source: &mut Command, sink: &mut Command) -> [String; 2] {
    let mut writer = source
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{source:?}: {error}"));
    let script = writer.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let read = sink
        .stdin(script)
        .output()
        .unwrap_or_else(|error| panic!("{sink:?}: {error}"));
    let written = writer
        .wait_with_output()
        .unwrap_or_else(|error| panic!("{source:?}: {error}"));
    [(&*source, written), (&*sink, read)].map(|(command, output)| {
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{command:?}\n{messages}");
        messages
    })
}

/// psql for a script: it ends at the first error, and prints no rows.
#[must_use]
pub fn psql(url: &str) -> Command {
    let mut command = program("psql");
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        "--dbname",
        url,
    ]);
    command
}

/// pg_dump of a database.
#[must_use]
pub fn pg_dump(url: &str, options: &[&str]) -> Command {
    let mut command = program("pg_dump");
    command.args(["--dbname", url]).args(options);
    command
}

/// Copies a database into an empty one by pg_dump and psql, both as `role`.
pub fn copy_database(source: &Database, target: &Database, role: &str, options: &[&str]) {
    pipe(
        &mut pg_dump(&source.url(role), options),
        &mut psql(&target.url(role)),
    );
}
