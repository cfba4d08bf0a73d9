//! Whole tables as definitions, and many definitions at once.

use crate::catalog::{consistent, table_definition};
use crate::pg::arguments::RegClass;
use crate::pg::results::Jsonb;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_table_definition(tab_id: RegClass) -> Result<Jsonb, ErrorReport> {
    let definition =
        consistent::read_relation(tab_id.0, |catalog| table_definition::read(catalog, tab_id.0))?;
    Ok(Jsonb::new(&definition)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_table_definition(regclass) IS
$$A table as the JSON that would create it again, by a step of msar.apply_definitions.
Arguments: tab_id: an ordinary or partitioned table, or a partition.
Returns: a JSON object with those of "schema", "name", "description", "unlogged", "columns", "constraints", "inherits", "partition_of", "bounds", "partition_by", "partitions" and "metadata" that it has: docs/definitions.md tells the form of each. Everything is named by names with schemas, no OID or attnum is among it. Left out are what a table inherits, its owner, privileges, indexes that belong to no constraint, triggers, rules, policies, and storage options.
Errors: 42P01 unknown relation OID; 42809 a view, an index, a sequence or another relation that is no table.
Example: SELECT jsonb_pretty(msar.get_table_definition('public.book'));$$;
"#,
    name = "comment_get_table_definition",
    requires = [get_table_definition]
);
