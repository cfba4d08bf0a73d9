//! Caches of an upstream service.

use crate::cache::{events, ingest, manage, scans, shadow, wire};
use crate::error::Error;
use crate::pg::arguments::{JsonArgument, TextArgument};
use crate::pg::plan::{JsonDatum, JsonbDatum};
use crate::pg::results::JsonbResult;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/install/caches.sql",
    name = "caches",
    requires = ["shares"]
);
extension_sql_file!(
    "../../sql/manual/caches.sql",
    name = "caches_manual",
    requires = [
        "caches",
        create_cache,
        alter_cache,
        drop_cache,
        get_cache_status,
        cache_read,
        cache_ingest,
        cache_event_plan,
        cache_apply_events,
        cache_scan_plan,
        cache_scan_result,
        cache_shadow_plan,
        cache_compare,
        api3
    ]
);

/// The argument `asked_at`, as the server prints it.
fn moment(asked_at: Option<TimestampWithTimeZone>) -> Option<String> {
    asked_at.map(|moment| moment.to_iso_string())
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn create_cache(sch_name: TextArgument, definition: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let definition = definition.value("definition")?;
    Ok(JsonbResult::new(&manage::create(&sch_name.0, &definition)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn alter_cache(cache: TextArgument, patch: JsonArgument) -> Result<JsonbResult, ErrorReport> {
    let patch = patch.value("patch")?;
    Ok(JsonbResult::new(&manage::alter(&cache.0, &patch)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn drop_cache(cache: TextArgument) -> Result<bool, ErrorReport> {
    Ok(manage::drop_cache(&cache.0)?)
}

#[pg_extern(schema = "msar", stable, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn get_cache_status(cache: default!(Option<TextArgument>, "NULL")) -> Result<JsonbResult, ErrorReport> {
    let status = manage::status(cache.as_ref().map(|cache| cache.0.as_str()))?;
    Ok(JsonbResult::new(&status)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_read(cache: TextArgument, request: JsonArgument) -> Result<JsonbDatum, ErrorReport> {
    let request = request.value("request")?;
    Ok(wire::read_entities(&cache.0, &request)?)
}

#[pg_extern(schema = "msar", stable, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn api3(cache: TextArgument, body: JsonArgument) -> Result<JsonDatum, ErrorReport> {
    let body = body.value("body")?;
    Ok(wire::api3(&cache.0, &body)?.into_json())
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_ingest(
    cache: TextArgument,
    request: JsonArgument,
    response: JsonArgument,
    asked_at: default!(Option<TimestampWithTimeZone>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    let (request, response) = (request.value("request")?, response.value("response")?);
    let asked_at = moment(asked_at);
    let result = ingest::ingest(&cache.0, &request, &response, asked_at.as_deref())?;
    Ok(JsonbResult::new(&result)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_event_plan(cache: TextArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&events::plan_event_requests(&cache.0)?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_apply_events(
    cache: TextArgument,
    events: JsonArgument,
    asked_at: default!(Option<TimestampWithTimeZone>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    let entries = events.value("events")?;
    let asked_at = moment(asked_at);
    let result: Result<_, Error> = events::apply_events(&cache.0, &entries, asked_at.as_deref());
    Ok(JsonbResult::new(&result?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_scan_plan(cache: TextArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&scans::plan_scans(&cache.0)?)?)
}

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_scan_result(
    cache: TextArgument,
    scan: JsonArgument,
    response: JsonArgument,
    asked_at: default!(Option<TimestampWithTimeZone>, "NULL"),
) -> Result<JsonbResult, ErrorReport> {
    let (scan, response) = (scan.value("scan")?, response.value("response")?);
    let asked_at = moment(asked_at);
    let result = scans::result(&cache.0, &scan, &response, asked_at.as_deref())?;
    Ok(JsonbResult::new(&result)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_shadow_plan(cache: TextArgument) -> Result<JsonbResult, ErrorReport> {
    Ok(JsonbResult::new(&shadow::plan_comparisons(&cache.0)?)?)
}

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
#[search_path(pg_catalog, pg_temp)]
fn cache_compare(
    cache: TextArgument,
    request: JsonArgument,
    response: JsonArgument,
) -> Result<JsonbResult, ErrorReport> {
    let (request, response) = (request.value("request")?, response.value("response")?);
    Ok(JsonbResult::new(&shadow::compare(
        &cache.0, &request, &response,
    )?)?)
}
