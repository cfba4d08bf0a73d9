//! The main job: one call describes a whole schema, or one relation.

use crate::catalog::describe;
use crate::pg::arguments::{RegClass, RegNamespace};
use crate::pg::results::Json;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

// PARALLEL UNSAFE: reading expressions may need a subtransaction (see catalog::consistent), which parallel mode refuses.
#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_schema_table_details(sch_id: RegNamespace) -> Result<Json, ErrorReport> {
    Ok(Json::from(describe::schema(sch_id.0)?))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_schema_table_details(regnamespace) IS
$$Describes every relation of a schema in one call.
Arguments: sch_id: the schema.
Returns: a JSON array with one object a relation (tables, partitioned tables, partitions, views, materialized views, foreign tables), ordered by name: what msar.get_table (OIDs, owner, privileges, comment) and msar.get_column_info (type, options, default, privileges) tell, and kind, partition_of, has_dependents, estimated_rows, primary_key, columns with type_full, ui_type, identity, generated, collation, domain and enum_values, constraints, incoming foreign keys, preview_settings, metadata.
Errors: 3F000 unknown schema OID.
Example: SELECT t->>'name', t->>'kind' FROM json_array_elements(msar.get_schema_table_details('public')) t;$$;
"#,
    name = "comment_get_schema_table_details",
    requires = [get_schema_table_details]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_table_details(tab_id: RegClass) -> Result<Json, ErrorReport> {
    Ok(Json::from(describe::table(tab_id.0)?))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_table_details(regclass) IS
$$Describes one relation.
Arguments: tab_id: a table, partitioned table, partition, view, materialized view or foreign table.
Returns: a JSON object, the same that msar.get_schema_table_details gives for the relation.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type.
Example: SELECT jsonb_pretty(msar.get_table_details('public.book')::jsonb);$$;
"#,
    name = "comment_get_table_details",
    requires = [get_table_details]
);
