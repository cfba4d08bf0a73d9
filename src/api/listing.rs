//! Tables and columns in the shapes that clients of Mathesar's SQL layer know.

use crate::catalog::relation::{self, TableInfo};
use crate::catalog::rows::PgClass;
use crate::catalog::{Catalog, consistent};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace};
use crate::pg::results::Jsonb;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

#[pg_extern(schema = "msar", stable, strict, parallel_safe)]
fn get_table_info(sch_id: RegNamespace) -> Result<Jsonb, ErrorReport> {
    let catalog = Catalog::of_statement();
    let relations = relation::of_schema(&catalog, sch_id.0);
    let infos: Vec<_> = relations
        .iter()
        .filter_map(|row| TableInfo::read(&catalog, row))
        .collect();
    Ok(Jsonb::new(&infos)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_table_info(regnamespace) IS
$$Lists the relations of a schema.
Arguments: sch_id: the schema.
Returns: a JSON array of {"oid", "name", "schema", "description", "owner_oid", "current_role_priv", "current_role_owns", "type"}, ordered by name; "type" is table (ordinary, partitioned and foreign tables, partitions), view or materialized_view; [] for a schema without relations or an unknown one.
Errors: none of its own.
Example: SELECT t->>'name' FROM jsonb_array_elements(msar.get_table_info('public')) t;$$;
"#,
    name = "comment_get_table_info",
    requires = [get_table_info]
);

#[pg_extern(schema = "msar", stable, strict, parallel_safe)]
fn get_table(tab_id: RegClass) -> Result<Option<Jsonb>, ErrorReport> {
    Ok(table_info(&Catalog::of_statement(), tab_id.0)
        .map(|info| Jsonb::new(&info))
        .transpose()?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_table(regclass) IS
$$Tells about one relation.
Arguments: tab_id: the relation.
Returns: a JSON object as in the array of msar.get_table_info; NULL for an unknown OID, an index, a sequence or a composite type.
Errors: none of its own.
Example: SELECT msar.get_table('public.book')->>'type';$$;
"#,
    name = "comment_get_table",
    requires = [get_table]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_column_info(tab_id: RegClass) -> Result<Jsonb, ErrorReport> {
    let columns = consistent::read_relation(tab_id.0, |catalog| relation::column_infos(catalog, tab_id.0))?;
    Ok(Jsonb::new(&columns)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_column_info(regclass) IS
$$Lists the columns of a relation.
Arguments: tab_id: the relation.
Returns: a JSON array of {"id": attnum, "name", "type", "type_options", "nullable", "primary_key", "default": null or {"value", "is_dynamic"}, "has_dependents", "description", "current_role_priv"} in attnum order; [] for an unknown OID.
Errors: none of its own.
Example: SELECT c->>'name', c->>'type' FROM jsonb_array_elements(msar.get_column_info('public.book')) c;$$;
"#,
    name = "comment_get_column_info",
    requires = [get_column_info]
);

/// What `msar.get_tab_col_info_map` tells about one table.
#[derive(Serialize)]
struct TableWithColumns {
    table_info: [Option<TableInfo>; 1],
    columns: BTreeMap<i16, relation::ColumnInfo>,
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_tab_col_info_map(tab_col_map: JsonArgument) -> Result<Jsonb, ErrorReport> {
    let wanted: HashMap<u32, Vec<i16>> = tab_col_map.decode(
        "tab_col_map",
        "Pass an object whose keys are table OIDs and whose values are arrays of attnums: {\"16400\": [1, 2]}.",
    )?;
    let map = consistent::read(|catalog| {
        wanted
            .iter()
            .map(|(&oid, attnums)| Ok((oid, table_with_columns(catalog, oid.into(), attnums)?)))
            .collect::<Result<BTreeMap<_, _>, Error>>()
    })?;
    Ok(Jsonb::new(&map)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_tab_col_info_map(jsonb) IS
$$Tells about chosen columns of several tables at once.
Arguments: tab_col_map: an object of table OIDs and arrays of attnums, {"16400": [1, 2]}.
Returns: {"<oid>": {"table_info": [object of msar.get_table, or null for an unknown OID], "columns": {"<attnum>": object of msar.get_column_info}}}; unknown attnums are left out.
Errors: 22023 the argument is of another shape.
Example: SELECT msar.get_tab_col_info_map(jsonb_build_object('public.book'::regclass::oid::text, '[1, 2]'::jsonb));$$;
"#,
    name = "comment_get_tab_col_info_map",
    requires = [get_tab_col_info_map]
);

fn table_info(catalog: &Catalog, oid: Oid) -> Option<TableInfo> {
    PgClass::by_oid(&catalog.reader, oid).and_then(|row| TableInfo::read(catalog, &row))
}

fn table_with_columns(catalog: &Catalog, oid: Oid, attnums: &[i16]) -> Result<TableWithColumns, Error> {
    let columns = relation::column_infos(catalog, oid)?;
    Ok(TableWithColumns {
        table_info: [table_info(catalog, oid)],
        columns: columns
            .into_iter()
            .filter(|column| attnums.contains(&column.id))
            .map(|column| (column.id, column))
            .collect(),
    })
}
