//! Explorations: running them, and the SQL that they are compiled to.

use crate::explorations::result::Titles;
use crate::explorations::run;
use crate::pg::arguments::JsonArgument;
use crate::pg::bytes::NewText;
use crate::pg::plan::JsonDatum;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/explorations.sql",
    name = "explorations_manual",
    requires = [run_exploration, exploration_sql]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn run_exploration(
    exploration: JsonArgument,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonDatum, ErrorReport> {
    Ok(run::run(exploration.text(), options.text())?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn exploration_sql(
    exploration: JsonArgument,
    options: default!(JsonArgument, "'{}'"),
) -> Result<NewText, ErrorReport> {
    let (sql, _) = run::sql(exploration.text(), Some(options.text()), Titles::Aliases)?;
    Ok(NewText::encode(&sql))
}
