//! Source tables and reflections: tables that follow other tables.

use crate::pg::arguments::{JsonArgument, RegClass, TextArgument};
use crate::pg::extension;
use crate::pg::relations;
use crate::pg::results::JsonbResult;
use crate::reflector::{capture, definition, manage, publication, reflector_worker, run, source, status};
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/reflector/storage.sql",
    name = "reflector_storage",
    requires = ["metadata"]
);
extension_sql_file!(
    "../../sql/install/reflector/sources.sql",
    name = "reflector_sources",
    requires = ["reflector_storage"]
);
extension_sql_file!(
    "../../sql/install/reflector/capture.sql",
    name = "reflector_capture",
    requires = [
        "reflector_sources",
        capture_changes,
        has_rows,
        add_capture_trigger
    ]
);
extension_sql_file!(
    "../../sql/install/reflector/events.sql",
    name = "reflector_events",
    requires = ["reflector_capture", add_event_table, remove_event_table]
);
extension_sql_file!(
    "../../sql/install/reflector/views.sql",
    name = "reflector",
    requires = ["reflector_events"]
);
extension_sql_file!(
    "../../sql/manual/reflector.sql",
    name = "reflector_manual",
    requires = [
        "reflector",
        add_source_table,
        list_source_tables,
        drop_source_table,
        add_reflection,
        run_reflections,
        pause_reflection,
        resume_reflection,
        recopy_reflection,
        drop_reflection,
        skip_events,
        retry_dead_letters,
        get_reflection_status,
        reflection_as_publication,
        start_reflector,
        stop_reflector
    ]
);

#[pg_extern(
    sql = "CREATE FUNCTION __msar.capture_changes() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';"
)]
fn capture_changes(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(capture::capture(call)?)
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn has_rows(tab_id: pg_sys::Oid) -> bool {
    relations::has_rows(tab_id)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_source_table(
    tab_id: RegClass,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&source::add_source_table(
        tab_id.0,
        options.text(),
    )?)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn list_source_tables() -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&source::list_sources()?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_source_table(tab_id: RegClass, cascade: default!(bool, "false")) -> Result<(), ErrorReport> {
    Ok(source::drop_source_table(tab_id.0, cascade)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn add_reflection(
    source: RegClass,
    target: JsonArgument,
    options: default!(JsonArgument, "'{}'"),
) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&definition::add_reflection(
        source.0,
        target.text(),
        options.text(),
    )?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn run_reflections(options: default!(JsonArgument, "'{}'")) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&run::run_reflections(options.text())?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn pause_reflection(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&manage::pause(id)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn resume_reflection(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&manage::resume(id)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn recopy_reflection(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&manage::recopy(id)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_reflection(id: i64) -> Result<i64, ErrorReport> {
    Ok(manage::drop_reflection(id)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn skip_events(id: Option<i64>, count: default!(Option<i64>, "NULL")) -> Result<Option<i64>, ErrorReport> {
    let Some(id) = id else {
        return Ok(None);
    };
    Ok(Some(manage::skip_events(id, count)?))
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn retry_dead_letters(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&manage::retry_dead_letters(id)?)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
fn get_reflection_status() -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&status::get_status()?)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
fn reflection_as_publication(id: i64) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&publication::as_publication(id)?)?)
}

/// A part of an event table, which has just been created, is a member of the extension.
#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn add_event_table(tab_id: pg_sys::Oid) {
    if source::is_event_table(tab_id) {
        extension::add_relation(crate::EXTENSION, tab_id);
    }
}

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn remove_event_table(tab_id: pg_sys::Oid) {
    if source::is_event_table(tab_id) {
        extension::remove_relation(tab_id);
    }
}

/// A trigger that captures goes with the extension.
#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn add_capture_trigger(tab_id: pg_sys::Oid, trigger_name: TextArgument) {
    extension::drop_trigger_with(crate::EXTENSION, tab_id, &trigger_name.0);
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn start_reflector() -> Result<i32, ErrorReport> {
    Ok(reflector_worker::start()?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
fn stop_reflector() -> Result<bool, ErrorReport> {
    Ok(reflector_worker::stop()?)
}
