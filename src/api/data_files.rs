//! Files to import. The functions for clients are in `sql/install/data_files.sql`.

use crate::error::ManualPage;
use crate::import::data_file;
use crate::pg::arguments::{JsonArgument, TextArgument};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/data_files.sql",
    requires = [
        "users",
        "import",
        store_data_file,
        change_data_file,
        remove_data_file
    ]
);
extension_sql_file!(
    "../../sql/manual/data_files.sql",
    name = "data_files_manual",
    requires = ["data_files"]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn store_data_file(name: TextArgument, content: &[u8], options: JsonArgument) -> Result<i64, ErrorReport> {
    let options = super::parse_definition(ManualPage::Rpc, "options", &options)?;
    Ok(data_file::store_file(&name.0, content, &options)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn change_data_file(id: i64, patch: JsonArgument) -> Result<(), ErrorReport> {
    Ok(data_file::change_file(
        id,
        &super::parse_definition(ManualPage::Rpc, "patch", &patch)?,
    )?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn remove_data_file(id: i64) -> Result<(), ErrorReport> {
    Ok(data_file::remove_file(id)?)
}
