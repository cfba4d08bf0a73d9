//! Privileges of roles. The functions for clients are in `sql/install/privileges.sql`.

use super::parse_definition;
use crate::error::ManualPage;
use crate::pg::Oid;
use crate::pg::arguments::JsonArgument;
use crate::roles::privileges;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/privileges.sql",
    requires = [
        "schemas",
        replace_database_privileges_for_roles,
        replace_schema_privileges_for_roles,
        replace_table_privileges_for_roles
    ]
);
extension_sql_file!(
    "../../sql/manual/privileges.sql",
    name = "privileges_manual",
    requires = ["privileges"]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_database_privileges_for_roles(priv_spec: JsonArgument) -> Result<(), ErrorReport> {
    let spec = parse_definition(ManualPage::Roles, "priv_spec", &priv_spec)?;
    Ok(privileges::replace_on_database(&spec)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_schema_privileges_for_roles(sch_id: Oid, priv_spec: JsonArgument) -> Result<(), ErrorReport> {
    let spec = parse_definition(ManualPage::Roles, "priv_spec", &priv_spec)?;
    Ok(privileges::replace_on_schema(sch_id, &spec)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn replace_table_privileges_for_roles(tab_id: Oid, priv_spec: JsonArgument) -> Result<(), ErrorReport> {
    let spec = parse_definition(ManualPage::Roles, "priv_spec", &priv_spec)?;
    Ok(privileges::replace_on_relation(tab_id, &spec)?)
}
