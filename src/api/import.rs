//! Files and pasted texts as rows.

use crate::error::Error;
use crate::import::file;
use crate::pg::results::Jsonb;
use pgrx::JsonB;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn parse_file(data: &[u8], options: JsonB) -> Result<Jsonb, ErrorReport> {
    let options = serde_json::from_value(options.0).map_err(|problem| Error::InvalidArgument {
        argument: "options",
        problem: problem.to_string(),
        hint: "Known are format (csv, tsv, json_lines, json), encoding, delimiter, quote, escape, header, null, \
               bad_rows (refuse, skip).",
    })?;
    Ok(Jsonb::new(&file::parse(data, &options).map_err(Error::from)?)?)
}
