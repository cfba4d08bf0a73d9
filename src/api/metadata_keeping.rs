//! Keeping metadata with its table: following renames and drops, detaching and attaching, checking, export and import.

use crate::catalog::Catalog;
use crate::changes::record;
use crate::events;
use crate::explorations;
use crate::metadata::{following, read, repair, transfer, triggers};
use crate::pg::arguments::{JsonArgument, RegClass, RegNamespace, TextArgument};
use crate::pg::event_trigger::EventTrigger;
use crate::pg::results::JsonbResult;
use crate::pg::trigger::ChangedRows;
use crate::reflector;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/metadata_keeping.sql",
    requires = [
        "metadata",
        follow_command,
        place_restored_row,
        lost_placeholders,
        keep_restored_copy
    ]
);
extension_sql_file!(
    "../../sql/manual/metadata_keeping.sql",
    name = "metadata_keeping_manual",
    requires = [
        "metadata_keeping",
        follow_command,
        announce_metadata_change,
        place_restored_row,
        keep_restored_copy,
        lost_placeholders,
        repair_metadata,
        forget_detached_metadata,
        export_metadata,
        import_metadata,
        attach_metadata
    ]
);

#[pg_extern(
    sql = "CREATE FUNCTION __msar.follow_command() RETURNS event_trigger LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn follow_command(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(events::dispatch(
        EventTrigger::of_call(call)?,
        &[
            following::follow_metadata,
            explorations::following::follow_explorations,
            reflector::following::follow_reflections,
            record::record,
        ],
    )?)
}

#[pg_extern(
    sql = "CREATE FUNCTION __msar.announce_metadata_change() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn announce_metadata_change(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    match triggers::announce_change(call)? {
        ChangedRows::Row(relations) => record::record_metadata(&relations),
        ChangedRows::Everything => record::record_unknown_metadata(),
    }
    Ok(())
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn place_restored_row(restored: JsonArgument) -> Result<(), ErrorReport> {
    repair::place_restored_row(restored.value("restored")?)?;
    Ok(())
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn keep_restored_copy(restored: JsonArgument) -> Result<bool, ErrorReport> {
    Ok(repair::keep_copy(restored.value("restored")?)?)
}

#[pg_extern(schema = "__msar", stable, strict, parallel_restricted)]
fn lost_placeholders(tab_id: pg_sys::Oid) -> Result<Vec<String>, ErrorReport> {
    Ok(read::lost_placeholders(&Catalog::of_statement(), tab_id)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn repair_metadata() -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&repair::repair_by_caller()?)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn export_metadata(sch_id: default!(Option<RegNamespace>, "NULL")) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&transfer::export_metadata(
        sch_id.map(|schema| schema.0),
    )?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn import_metadata(doc: JsonArgument, dry_run: default!(bool, "false")) -> Result<JsonbResult, ErrorReport> {
    let export = doc.decode("doc", "Pass a document of msar.export_metadata.")?;
    Ok(JsonbResult::new(&transfer::import_metadata(&export, dry_run)?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn attach_metadata(
    tab_id: Option<RegClass>,
    sch_name: default!(Option<TextArgument>, "NULL"),
    tab_name: default!(Option<TextArgument>, "NULL"),
) -> Result<Option<JsonbResult>, ErrorReport> {
    let Some(table) = tab_id else {
        return Ok(None);
    };
    let [schema, name] = [sch_name, tab_name].map(|name| name.map(|name| name.0));
    Ok(Some(JsonbResult::new(&transfer::attach_metadata(
        table.0, schema, name,
    )?)?))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn forget_detached_metadata(
    sch_name: TextArgument,
    tab_name: TextArgument,
) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&transfer::forget_detached(
        &sch_name.0,
        &tab_name.0,
    )?)?)
}
