//! Files and pasted texts as rows.

use crate::error::Error;
use crate::import::file;
use crate::pg::arguments::JsonArgument;
use crate::pg::results::Jsonb;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn parse_file(data: &[u8], options: JsonArgument) -> Result<Jsonb, ErrorReport> {
    let hint = "Known are format (csv, tsv, json_lines, json), encoding, delimiter, quote, escape, header, null, \
        bad_rows (refuse, skip).";
    let options = options.decode("options", hint)?;
    Ok(Jsonb::new(&file::parse(data, &options).map_err(Error::from)?)?)
}
