//! The database as a whole. Most is in `sql/install/databases.sql`.

use crate::ddl::DdlError;
use crate::error::Error;
use crate::pg::bytes::NewText;
use crate::pg::{Oid, names, quote};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!("../../sql/install/databases.sql", requires = ["schemas"]);
extension_sql_file!(
    "../../sql/manual/databases.sql",
    name = "databases_manual",
    requires = ["databases", drop_database_query]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_safe)]
fn drop_database_query(dat_id: Oid) -> Result<NewText, ErrorReport> {
    let name =
        names::of_database(dat_id).ok_or_else(|| Error::from(DdlError::UnknownDatabase(dat_id.to_u32())))?;
    Ok(NewText::encode(&format!(
        "DROP DATABASE {}",
        quote::identifier(&name)
    )))
}
