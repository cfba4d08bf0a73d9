//! Adding and dropping constraints.

use crate::definition::constraint::ConstraintDefinition;
use crate::definition::name::QualifiedName;
use crate::error::ManualPage;
use crate::pg::arguments::{JsonArgument, TextArgument};
use crate::pg::bytes::NewText;
use crate::tables::{add, drop};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!("../../sql/install/constraints.sql", requires = ["schemas"]);
extension_sql_file!(
    "../../sql/manual/constraints.sql",
    name = "constraints_manual",
    requires = [
        "constraints",
        add_constraints,
        drop_constraint,
        drop_constraint_by_name
    ]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_constraints(tab_id: Oid, con_defs: JsonArgument) -> Result<Vec<Oid>, ErrorReport> {
    let constraints: Vec<ConstraintDefinition> =
        super::parse_definition(ManualPage::Definitions, "con_defs", &con_defs)?;
    Ok(add::add_constraints(tab_id, &constraints)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_constraint(tab_id: Oid, con_id: Oid) -> Result<Option<NewText>, ErrorReport> {
    Ok(drop::drop_constraint(tab_id, con_id)?.map(|name| NewText::encode(&name)))
}

#[pg_extern(schema = "msar", name = "drop_constraint", volatile, strict, parallel_unsafe)]
fn drop_constraint_by_name(
    sch_name: TextArgument,
    tab_name: TextArgument,
    con_name: TextArgument,
) -> Result<NewText, ErrorReport> {
    let table = QualifiedName {
        schema: Some(sch_name.0),
        name: tab_name.0,
    };
    let name = con_name.0;
    drop::drop_constraint_by_name(&table, &name)?;
    Ok(NewText::encode(&name))
}
