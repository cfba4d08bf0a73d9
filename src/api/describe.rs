//! Describing a whole schema, or one relation, in one call.

use crate::describe::details;
use crate::pg::arguments::{RegClass, RegNamespace};
use crate::pg::results::JsonResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/describe.sql",
    name = "describe_manual",
    requires = [get_schema_table_details, get_table_details]
);

// PARALLEL UNSAFE: reading expressions may need a subtransaction (see catalog::consistent), which parallel mode
// refuses.
#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_schema_table_details(sch_id: RegNamespace) -> Result<JsonResult, ErrorReport> {
    Ok(JsonResult::from(details::describe_schema(sch_id.0)?))
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_table_details(tab_id: RegClass) -> Result<JsonResult, ErrorReport> {
    Ok(JsonResult::from(details::describe_table(tab_id.0)?))
}
