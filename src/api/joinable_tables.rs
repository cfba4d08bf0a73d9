//! Join paths between tables: of all tables by a query in SQL, of one table by a walk along its foreign keys.

use crate::catalog::consistent;
use crate::describe::joinable;
use crate::pg::Oid;
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!("../../sql/install/joinable_tables.sql", requires = ["schemas"]);
extension_sql_file!(
    "../../sql/manual/joinable_tables.sql",
    name = "joinable_tables_manual",
    requires = ["joinable_tables", get_joinable_tables]
);

// PARALLEL UNSAFE as in describe.rs.
#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_joinable_tables(max_depth: i32, table_id: Oid) -> Result<JsonbResult, ErrorReport> {
    let found = consistent::read_consistently(|catalog| {
        joinable::find_joinable_tables(catalog, table_id, max_depth)
    })?;
    Ok(JsonbResult::new(&found)?)
}
