//! Dependents of a relation or a column, and the preview of dropping it.

use crate::catalog::consistent;
use crate::describe::dependents;
use crate::error::Error;
use crate::pg::arguments::RegClass;
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/dependents.sql",
    name = "dependents_manual",
    requires = [get_dependents, preview_drop]
);

// PARALLEL UNSAFE: naming objects may need a subtransaction (see catalog::consistent), which parallel mode refuses.
#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_dependents(
    obj: Option<RegClass>,
    attnum: default!(Option<i32>, "NULL"),
    max_depth: default!(Option<i32>, 10),
) -> Result<Option<JsonbResult>, ErrorReport> {
    let Some(obj) = obj else { return Ok(None) };
    let max_depth = max_depth.unwrap_or(i32::MAX);
    if max_depth < 1 {
        Err(Error::InvalidArgument {
            argument: "max_depth",
            problem: format!("{max_depth} is less than 1"),
            hint: "Pass 1 for the direct dependents only, or NULL for all.",
        })?;
    }
    let dependents = consistent::read_consistently(|catalog| {
        dependents::list_dependents(catalog, obj.0, attnum, max_depth)
    })?;
    Ok(Some(JsonbResult::new(&dependents)?))
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn preview_drop(
    obj: Option<RegClass>,
    attnum: default!(Option<i32>, "NULL"),
) -> Result<Option<JsonbResult>, ErrorReport> {
    let Some(obj) = obj else { return Ok(None) };
    let dropped = consistent::read_consistently(|catalog| dependents::preview_drop(catalog, obj.0, attnum))?;
    Ok(Some(JsonbResult::new(&dropped)?))
}
