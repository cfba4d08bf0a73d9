//! Benchmarks of `mathesar_ext`: a client that times what a client waits for.
//!
//! The server is given by `MATHESAR_EXT_TEST_URL` (`key=value` pairs or a URL) and must have the extension's files
//! installed; the role must be a superuser. Databases, schemas and the role that a benchmark needs are built by it and
//! dropped at its end.
//!
//! ```text
//! mathesar_ext_bench describe [--tables 10,100,1000,5000] [--rounds N] [--metadata]
//! mathesar_ext_bench types                  casts, inference, import
//! mathesar_ext_bench define [PART...]       tables and columns from JSON
//! mathesar_ext_bench records [PART...]      pages of records with previews, search, export, writes
//! mathesar_ext_bench rpc                    JSON-RPC against the same functions by SQL
//! mathesar_ext_bench triggers               what event triggers cost a CREATE TABLE
//! mathesar_ext_bench changes [--tables N] [--log-rows N] [--rounds N] [--instructions]   the change log
//! mathesar_ext_bench explorations           explorations, shares and forms
//! mathesar_ext_bench cache [TASKS]          an upstream service answered from its cache
//! mathesar_ext_bench reflector [PART...] [--rows N] [--copy-rows N] [--seconds N] [--rounds N]   source tables and reflections
//! mathesar_ext_bench gateway [PART...]      calls over HTTP
//! mathesar_ext_bench writes                 rows from JSON
//! mathesar_ext_bench compare SCHEMA...      is our document what plain SQL says? (in the URL's own database)
//! ```

mod cache;
mod changes;
mod compare;
mod define;
mod describe;
mod documents;
mod explorations;
mod gateway;
mod generate;
mod links;
mod measure;
mod options;
mod records;
mod reflector;
mod rpc;
mod server;
mod table;
mod triggers;
mod types;
mod writes;

use std::process::ExitCode;

/// Any failure ends the run with its message; nobody reacts to its kind.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().ok_or(
        "say what to run: changes, describe, types, define, records, explorations, rpc, writes, triggers, cache, gateway, reflector or compare",
    )?;
    match command.as_str() {
        "describe" => describe::run(&options::Describe::parse(rest)?),
        "changes" => changes::run(&options::Changes::parse(rest)?),
        "compare" => compare::run(rest),
        "types" => types::run(),
        "cache" => cache::run(rest),
        "define" => define::run(rest),
        "records" => records::run(rest),
        "rpc" => rpc::run(),
        "writes" => writes::run(),
        "triggers" => triggers::run(),
        "explorations" => explorations::run(),
        "gateway" => gateway::run(rest),
        "reflector" => reflector::run(&options::Reflector::parse(rest)?),
        other => Err(format!(
            "unknown benchmark \"{other}\": changes, describe, types, define, records, explorations, rpc, writes, triggers, cache, gateway, reflector or compare"
        )
        .into()),
    }
}
