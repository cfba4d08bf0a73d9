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

const TABLE: &str = "SELECT msar.get_export_query($1::oid::regclass, pg_catalog.jsonb_build_object(
    'filter', $2::text::jsonb, 'order', $3::text::jsonb))";
const EXPLORATION: &str =
    "SELECT msar.get_exploration_export_query($1, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'limit', $2::bigint, 'offset', $3::bigint)))";

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
    let query = connection.query_text(sql, arguments).await?;
    let query = query.ok_or(Failure::NotFound)?;
    let copy = format!("COPY ({query}) TO STDOUT (FORMAT csv, HEADER)");
    let copy = connection.copy_out(&copy).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(copy)).into_response())
}
