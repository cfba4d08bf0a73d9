//! CSV of a table or an exploration, streamed as PostgreSQL writes it: memory stays flat, and when the client goes away
//! the statement is cancelled.

use crate::app::{Answer, App, Shared};
use crate::database::{Parameter, User};
use crate::failure::Failure;
use crate::login::LoggedIn;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::sync::Arc;

/// Which rows of a table.
#[derive(Deserialize)]
pub(crate) struct TableExport {
    table_oid: u32,
    filter: Option<String>,
    order: Option<String>,
}

/// Which exploration.
#[derive(Deserialize)]
pub(crate) struct ExplorationExport {
    exploration_id: i64,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// A name for the file, and the statement to copy.
const TABLE: &str = "SELECT pg_catalog.json_build_array(
    (SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) $1), msar.get_export_query(
    $1::oid::regclass, pg_catalog.jsonb_build_object('filter', $2::text::jsonb, 'order', $3::text::jsonb)))::text";
const EXPLORATION: &str = "SELECT pg_catalog.json_build_array(
    msar.get_exploration($1) OPERATOR(pg_catalog.->>) 'name', msar.get_exploration_export_query($1,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('limit', $2::bigint, 'offset', $3::bigint))))::text";

/// `GET /api/export/v0/tables/`: the rows of a table.
pub(crate) async fn table(
    State(app): Shared,
    LoggedIn(user): LoggedIn,
    Query(of): Query<TableExport>,
) -> Answer {
    send(&app, &user, TABLE, &[&of.table_oid, &of.filter, &of.order]).await
}

/// `GET /api/export/v0/explorations/`: the results of a saved exploration.
pub(crate) async fn exploration(
    State(app): Shared,
    LoggedIn(user): LoggedIn,
    Query(of): Query<ExplorationExport>,
) -> Answer {
    let arguments: [&dyn Parameter; 3] = [&of.exploration_id, &of.limit, &of.offset];
    send(&app, &user, EXPLORATION, &arguments).await
}

/// Copies the result of the statement that `sql` returns. The database has written it, with everything quoted; it runs
/// as the user.
async fn send(app: &Arc<App>, user: &Arc<User>, sql: &str, arguments: &[&dyn Parameter]) -> Answer {
    let mut connection = app.database.connect(user).await?;
    let found = connection.query_text(sql, arguments).await?.unwrap_or_default();
    // A table that has just gone has no name any more.
    let (name, query): (Option<String>, String) =
        serde_json::from_str(&found).map_err(|_| Failure::Internal)?;
    let copy = format!("COPY ({query}) TO STDOUT (FORMAT csv, HEADER)");
    let copy = connection.copy_out(&copy).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".into()),
        (header::CONTENT_DISPOSITION, as_file(&name.unwrap_or_default())),
        (header::CACHE_CONTROL, "no-store".into()),
    ];
    Ok((headers, Body::from_stream(copy)).into_response())
}

/// Says under which name a browser keeps an answer, as RFC 6266 has it: whatever the name is, nothing in it ends the header
/// or names a folder.
fn as_file(name: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let escaped: String = name.bytes().map(escape).collect();
    format!("attachment; filename*=UTF-8''{escaped}.csv")
}
