//! Creating, changing and dropping schemas. The functions for clients are in `sql/install/schemas.sql`.

use super::{not_null, parse_definition};
use crate::definition::object::JsonObject;
use crate::error::ManualPage;
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, OidArray, TextArgument};
use crate::roles::schema;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/schemas.sql",
    requires = [create_schema, patch_schema, drop_schemas]
);
extension_sql_file!(
    "../../sql/manual/schemas.sql",
    name = "schemas_manual",
    requires = ["schemas"]
);

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn create_schema(
    sch_name: Option<TextArgument>,
    own_id: Option<Oid>,
    description: Option<TextArgument>,
) -> Result<(), ErrorReport> {
    let name = not_null("sch_name", sch_name)?;
    let description = description.map(|description| description.0);
    Ok(schema::create_schema(&name.0, own_id, description.as_deref())?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn patch_schema(sch_id: Oid, patch: JsonArgument) -> Result<(), ErrorReport> {
    let JsonObject(patch) = parse_definition(ManualPage::Roles, "patch", &patch)?;
    Ok(schema::patch_schema(sch_id, &patch)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn drop_schemas(sch_ids: OidArray) -> Result<(), ErrorReport> {
    let ids = sch_ids
        .0
        .into_iter()
        .map(|id| not_null("sch_ids", id.map(Oid::to_u32)));
    Ok(schema::drop_schemas(&ids.collect::<Result<_, _>>()?)?)
}
