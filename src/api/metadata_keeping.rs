//! Keeping metadata: following what it is about, putting it aside and back, checks, and documents for other databases.

use crate::catalog::Catalog;
use crate::metadata::{announce, exchange, following, repair, restore, stored};
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace, TextArgument};
use crate::pg::event_trigger::EventTrigger;
use crate::pg::results::Jsonb;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(
    sql = "CREATE FUNCTION __msar.follow_command() RETURNS event_trigger LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn follow_command(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(following::follow(&EventTrigger::of_call(call)?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.follow_command() IS
$$Event trigger for ddl_command_end and sql_drop: metadata follows what it is about.
Returns: nothing.
Errors: none; what it cannot do is told by a WARNING.
Example: none, it serves event triggers only.$$;
"#,
    name = "comment_follow_command",
    requires = [follow_command]
);

#[pg_extern(
    sql = "CREATE FUNCTION __msar.announce_metadata_change() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn announce_metadata_change(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(announce::change(call)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.announce_metadata_change() IS
$$Trigger of msar_catalog.table_metadata and msar_catalog.column_metadata, after a change: what sessions compiled from the metadata of a table is out of date when the transaction commits.
Returns: nothing.
Errors: 39P01 when it is not called by a trigger.
Example: none, it serves triggers only.$$;
"#,
    name = "comment_announce_metadata_change",
    requires = [announce_metadata_change]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn place_restored_row(restored: JsonArgument) -> Result<Option<Jsonb>, ErrorReport> {
    Ok(restore::place(restored.value("restored")?)?
        .map(|fields| Jsonb::new(&fields))
        .transpose()?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.place_restored_row(jsonb) IS
$$Finds what a row of table_metadata or column_metadata that comes from a dump is about in this database, by its names.
Arguments: restored: the row.
Returns: the fields that change; NULL when what it is about is not here, after putting the row aside.
Errors: 42501 the caller is not the owner of the tables.
Example: none, it serves the triggers of these tables.$$;
"#,
    name = "comment_place_restored_row",
    requires = [place_restored_row]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn keep_restored_copy(restored: JsonArgument) -> Result<bool, ErrorReport> {
    Ok(restore::keep_copy(&restored.value("restored")?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.keep_restored_copy(jsonb) IS
$$Puts a row of detached_metadata that comes from a dump aside, together with what the same restore has put aside of that table.
Arguments: restored: the row.
Returns: whether it has been written; false when it is the bookkeeping that writes the row.
Errors: 42501 the caller is not the owner of the tables.
Example: none, it serves the trigger of this table.$$;
"#,
    name = "comment_keep_restored_copy",
    requires = [keep_restored_copy]
);

#[pg_extern(schema = "__msar", stable, strict, parallel_restricted)]
fn lost_placeholders(tab_id: pg_sys::Oid) -> Result<Vec<String>, ErrorReport> {
    Ok(stored::lost_placeholders(&Catalog::of_statement(), tab_id)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.lost_placeholders(oid) IS
$$What the preview template of a table names that is gone.
Arguments: tab_id: the table.
Returns: an array of the placeholders that are left out, without braces; {} if there are none, or the current role may read no column of the table.
Errors: none.
Example: SELECT __msar.lost_placeholders('public.book'::regclass);$$;
"#,
    name = "comment_lost_placeholders",
    requires = [lost_placeholders]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn repair_metadata() -> Result<Jsonb, ErrorReport> {
    Ok(Jsonb::new(&repair::by_caller()?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.repair_metadata() IS
$$Mends the metadata that msar.check_metadata lists, by the names that it was stored under.
Returns: {"mended": number of rows that match again, "kept_aside": number of those whose names mean nothing here (see msar.list_detached_metadata)}.
Errors: 42501 the caller has not the rights of the extension's owner.
Example: SELECT msar.repair_metadata();$$;
"#,
    name = "comment_repair_metadata",
    requires = [repair_metadata]
);

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn export_metadata(sch_id: default!(Option<RegNamespace>, "NULL")) -> Result<Jsonb, ErrorReport> {
    Ok(Jsonb::new(&exchange::export(sch_id.map(|schema| schema.0))?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.export_metadata(regnamespace) IS
$$The metadata of a schema, or of all schemas, as a document that means the same in every database: all by names.
Arguments: sch_id: the schema; NULL for all.
Returns: {"schemas": {"<schema>": {"<table>": {"table": options or null, "columns": {"<column>": options}}}}}, as far as the caller may see it.
Errors: none of its own.
Example: SELECT jsonb_pretty(msar.export_metadata('app'));$$;
"#,
    name = "comment_export_metadata",
    requires = [export_metadata]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn import_metadata(doc: JsonArgument, dry_run: default!(bool, "false")) -> Result<Jsonb, ErrorReport> {
    Ok(Jsonb::new(&exchange::import(doc.value("doc")?, dry_run)?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.import_metadata(jsonb, boolean) IS
$$Writes the metadata of a document of msar.export_metadata. Tables and columns that it names get these options and no others; the rest stays.
Arguments: doc: the document; dry_run: tell what would be done, and do nothing.
Returns: {"applied": [{"schema", "table", "options": whether the table got options, "columns": [names]}], "skipped": [{"schema", "table", "reason"}]}.
Errors: 22023 the document has another shape, an unknown option or a wrong value; then nothing is changed.
Example: SELECT msar.import_metadata(msar.export_metadata('app'), dry_run => true);$$;
"#,
    name = "comment_import_metadata",
    requires = [import_metadata]
);

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn attach_metadata(
    tab_id: Option<RegClass>,
    sch_name: default!(Option<TextArgument>, "NULL"),
    tab_name: default!(Option<TextArgument>, "NULL"),
) -> Result<Option<Jsonb>, ErrorReport> {
    let Some(table) = tab_id else {
        return Ok(None);
    };
    let [schema, name] = [sch_name, tab_name].map(|name| name.map(|name| name.0));
    Ok(Some(Jsonb::new(&exchange::attach(table.0, schema, name)?)?))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.attach_metadata(regclass, text, text) IS
$$Gives a table the metadata that is kept aside under a name. Options that the table has already stay as they are.
Arguments: tab_id: the table; sch_name, tab_name: schema and name under which the metadata is kept; NULL for those of the table.
Returns: {"applied": [...], "skipped": [...]} as msar.import_metadata; what is skipped stays aside.
Errors: 42P01 there is no such table; 42501 the caller has not the rights of its owner; 42704 nothing that the caller may see is kept under that name.
Example: SELECT msar.attach_metadata('app.customer', 'app', 'client');$$;
"#,
    name = "comment_attach_metadata",
    requires = [attach_metadata]
);
