//! Owners of the database, of schemas and of tables. The functions for clients are in `sql/install/owners.sql`.

use crate::pg::Oid;
use crate::roles::ownership;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/owners.sql",
    requires = [
        "databases",
        "schemas",
        get_table,
        transfer_database_ownership,
        transfer_schema_ownership,
        transfer_table_ownership
    ]
);
extension_sql_file!(
    "../../sql/manual/owners.sql",
    name = "owners_manual",
    requires = ["owners"]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn transfer_database_ownership(new_owner_oid: Oid) -> Result<(), ErrorReport> {
    Ok(ownership::transfer_database(new_owner_oid)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn transfer_schema_ownership(sch_id: Oid, new_owner_oid: Oid) -> Result<(), ErrorReport> {
    Ok(ownership::transfer_schema(sch_id, new_owner_oid)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn transfer_table_ownership(tab_id: Oid, new_owner_oid: Oid) -> Result<(), ErrorReport> {
    Ok(ownership::transfer_relation(tab_id, new_owner_oid)?)
}
