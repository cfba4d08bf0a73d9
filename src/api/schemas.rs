//! What creates, changes and drops schemas. The functions for clients are in `sql/install/schema_changes.sql`.

use super::{not_null, read};
use crate::definition::object::Object;
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, TextArgument};
use crate::roles::schema;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn create_schema(
    sch_name: Option<TextArgument>,
    own_id: Option<Oid>,
    description: Option<TextArgument>,
) -> Result<(), ErrorReport> {
    let name = not_null("sch_name", sch_name)?;
    let description = description.map(|description| description.0);
    Ok(schema::create(&name.0, own_id, description.as_deref())?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn patch_schema(sch_id: Oid, patch: JsonArgument) -> Result<(), ErrorReport> {
    let Object(patch) = read("patch", &patch)?;
    Ok(schema::patch(sch_id, &patch)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn drop_schemas(sch_ids: Vec<Option<Oid>>) -> Result<(), ErrorReport> {
    let ids = sch_ids
        .into_iter()
        .map(|id| not_null("sch_ids", id.map(Oid::to_u32)));
    Ok(schema::drop(&ids.collect::<Result<_, _>>()?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.create_schema(text, oid, text) IS
$$Does what msar.create_schema tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.patch_schema(oid, jsonb) IS
$$Does what msar.patch_schema tells; returns nothing.$$;
COMMENT ON FUNCTION __msar.drop_schemas(oid[]) IS
$$Does what msar.drop_schemas tells.$$;
"#,
    name = "comment_schema_changes",
    requires = [create_schema, patch_schema, drop_schemas]
);
