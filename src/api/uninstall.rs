//! Leaving the extension. The function for callers is in `sql/install/uninstall.sql`.

use crate::catalog::consistent;
use crate::describe::dependents;
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/uninstall.sql",
    requires = [
        "schemas",
        "types",
        "metadata",
        "explorations",
        "forms",
        "shares",
        preview_extension_drop
    ]
);
extension_sql_file!(
    "../../sql/manual/uninstall.sql",
    name = "uninstall_manual",
    requires = ["uninstall"]
);

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn preview_extension_drop(extension: Oid) -> Result<JsonbResult, ErrorReport> {
    let dropped =
        consistent::read_consistently(|catalog| dependents::preview_extension_drop(catalog, extension))?;
    Ok(JsonbResult::new(&dropped)?)
}
