//! Display metadata of tables and columns.

use crate::catalog::rows::PgClass;
use crate::catalog::{consistent, relation};
use crate::error::Error;
use crate::metadata::{row, set, stored};
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace};
use crate::pg::results::Jsonb;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::{Map, Value};

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_table_metadata(tab_id: RegClass) -> Result<Option<Jsonb>, ErrorReport> {
    let metadata = consistent::read_relation(tab_id.0, |catalog| {
        match PgClass::by_oid(&catalog.reader, tab_id.0) {
            Some(row) => stored::table(catalog, &row),
            None => Ok(None),
        }
    })?;
    Ok(metadata.map(|metadata| Jsonb::new(&metadata)).transpose()?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_table_metadata(regclass) IS
$$The display metadata of a table or view.
Arguments: tab_id: the relation.
Returns: a JSON object: {"oid", "name"}, those of import_verified, is_temp, import_target_oid, column_order, preview_customized, preview_template, mathesar_added_pkey_attnum, user_tracking_attnum that are set (see the comments on the columns of msar_catalog.table_metadata), "created_at" and "updated_at". NULL if there is none, if the current role may read no column of the relation and has not the rights of its owner, or for an unknown OID.
Errors: none of its own.
Example: SELECT msar.get_table_metadata('public.book')->'column_order';$$;
"#,
    name = "comment_get_table_metadata",
    requires = [get_table_metadata]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn list_table_metadata(sch_id: RegNamespace) -> Result<Jsonb, ErrorReport> {
    let metadata = consistent::read(|catalog| {
        relation::of_schema(catalog, sch_id.0)
            .iter()
            .filter_map(|row| stored::table(catalog, row).transpose())
            .collect::<Result<Vec<_>, _>>()
    })?;
    Ok(Jsonb::new(&metadata)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.list_table_metadata(regnamespace) IS
$$The display metadata of the tables and views of a schema.
Arguments: sch_id: the schema.
Returns: a JSON array of objects as msar.get_table_metadata gives them, ordered by name; relations without metadata, and those whose metadata the current role may not read, are left out; [] for an unknown schema.
Errors: none of its own.
Example: SELECT m->>'name', m->'column_order' FROM jsonb_array_elements(msar.list_table_metadata('public'::regnamespace)) m;$$;
"#,
    name = "comment_list_table_metadata",
    requires = [list_table_metadata]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_table_metadata(tab_id: RegClass, patch: JsonArgument) -> Result<Option<Jsonb>, ErrorReport> {
    let metadata = set::table(tab_id.0, patch.value("patch")?)?;
    Ok(metadata.map(|metadata| Jsonb::new(&metadata)).transpose()?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.set_table_metadata(regclass, jsonb) IS
$$Changes the display metadata of a table or view. Takes the rights of its owner.
Arguments: tab_id: the relation; patch: a JSON object with the options to change: those of msar.get_table_metadata. null clears an option, what is not named stays.
Returns: what msar.get_table_metadata returns afterwards.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42501 the current role has not the rights of the owner; 0A000 a temporary table; 22023 an unknown option, a value of the wrong type, or a path through a column that is no foreign key; 42703 an attnum that no column has. Nothing is changed then.
Example: SELECT msar.set_table_metadata('public.book', '{"column_order": [2, 1]}');$$;
"#,
    name = "comment_set_table_metadata",
    requires = [set_table_metadata]
);

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn get_column_metadata(tab_id: RegClass) -> Result<Jsonb, ErrorReport> {
    let metadata = consistent::read_relation(tab_id.0, |catalog| {
        match PgClass::by_oid(&catalog.reader, tab_id.0) {
            Some(row) => stored::columns(catalog, &row),
            None => Ok(Vec::new()),
        }
    })?;
    Ok(Jsonb::new(&metadata)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.get_column_metadata(regclass) IS
$$The display metadata of the columns of a table or view.
Arguments: tab_id: the relation.
Returns: a JSON array with an object for each column that has any and that the current role may read (or all, for the owner), by attnum: {"attnum", "name"}, those options that are set (see the comments on the columns of msar_catalog.column_metadata), "created_at" and "updated_at". [] for an unknown OID.
Errors: none of its own.
Example: SELECT m->>'name', m->>'date_format' FROM jsonb_array_elements(msar.get_column_metadata('public.book')) m;$$;
"#,
    name = "comment_get_column_metadata",
    requires = [get_column_metadata]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn set_column_metadata(tab_id: RegClass, patches: JsonArgument) -> Result<Jsonb, ErrorReport> {
    Ok(Jsonb::new(&set::columns(tab_id.0, patches.value("patches")?)?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.set_column_metadata(regclass, jsonb) IS
$$Changes the display metadata of columns of a table or view. Takes the rights of its owner.
Arguments: tab_id: the relation; patches: a JSON array with an object for each column to change: "attnum" or "name", and the options to change. null clears an option, what is not named stays.
Returns: what msar.get_column_metadata returns afterwards.
Errors: 42P01 unknown relation OID; 42809 an index, a sequence or a composite type; 42501 the current role has not the rights of the owner; 0A000 a temporary table; 42703 unknown column; 22023 an unknown option, a value of the wrong type, an option that a column of that ui_type does not take, or options that contradict each other. Nothing is changed then.
Example: SELECT msar.set_column_metadata('public.book', '[{"name": "published", "date_format": "YYYY-MM-DD"}]');$$;
"#,
    name = "comment_set_column_metadata",
    requires = [set_column_metadata]
);

// What the triggers of the metadata tables ask; see sql/install/metadata.sql.

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn complete_table_metadata(
    new_row: JsonArgument,
    old_row: Option<JsonArgument>,
) -> Result<Jsonb, ErrorReport> {
    let old_row = old_row.map(|row| object(&row, "old_row")).transpose()?;
    Ok(Jsonb::new(&row::complete_table(
        &object(&new_row, "new_row")?,
        old_row.as_ref(),
    )?)?)
}

#[pg_extern(schema = "__msar", volatile, parallel_unsafe)]
fn complete_column_metadata(
    new_row: JsonArgument,
    old_row: Option<JsonArgument>,
) -> Result<Jsonb, ErrorReport> {
    let old_row = old_row.map(|row| object(&row, "old_row")).transpose()?;
    Ok(Jsonb::new(&row::complete_column(
        &object(&new_row, "new_row")?,
        old_row.as_ref(),
    )?)?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_unsafe)]
fn unfit_column_options(
    tab_id: pg_sys::Oid,
    attnum: i16,
    options: JsonArgument,
) -> Result<Vec<&'static str>, ErrorReport> {
    Ok(row::unfit_options(tab_id, attnum, &object(&options, "options")?)?)
}

/// A row as its trigger passes it.
fn object(row: &JsonArgument, argument: &'static str) -> Result<Map<String, Value>, Error> {
    row.decode(argument, "Triggers pass to_jsonb of a row.")
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.complete_table_metadata(jsonb, jsonb) IS
$$What a row of msar_catalog.stored_table_metadata must say besides its options. Locks the table until the transaction ends.
Arguments: new_row: the row to write; old_row: the stored one, NULL for a new row.
Returns: a JSON object with schema_name, table_name, owner_name, refs, and updated_at if an option changes.
Errors: 42P01, 42809, 0A000, 42703, 22023 as msar.set_table_metadata.$$;

COMMENT ON FUNCTION __msar.complete_column_metadata(jsonb, jsonb) IS
$$What a row of msar_catalog.stored_column_metadata must say besides its options. Locks the table until the transaction ends.
Arguments: new_row: the row to write; old_row: the stored one, NULL for a new row.
Returns: a JSON object with schema_name, table_name, owner_name, column_name, updated_at if an option changes, and null for each old option that no longer fits the column's type.
Errors: 42P01, 42809, 0A000, 42703, 22023 as msar.set_column_metadata.$$;

COMMENT ON FUNCTION __msar.unfit_column_options(oid, smallint, jsonb) IS
$$Which options do not fit the type of a column.
Arguments: tab_id, attnum: the column; options: a JSON object whose keys are options.
Returns: the names of those that are set and that the column does not take; {} for an unknown column.
Errors: none.$$;
"#,
    name = "comment_metadata_rows",
    requires = [
        complete_table_metadata,
        complete_column_metadata,
        unfit_column_options
    ]
);
