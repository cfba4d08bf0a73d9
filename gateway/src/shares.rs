//! Shares and forms, opened by visitors: a document in, a document out. The database decides what they show.

use crate::app::App;
use crate::failure::Failure;
use crate::rpc::answer;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;
use tokio_postgres::types::ToSql;

/// `POST /api/shares/<slug>/`: records of a shared table, or results of a shared exploration.
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    options: String,
) -> Result<Response, Failure> {
    call(
        &app,
        "SELECT msar.read_share($1::text::uuid, $2::text::jsonb)::text",
        &slug,
        Some(&options),
    )
    .await
}

/// `GET /api/forms/<token>/`: a form.
pub(crate) async fn show_form(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    call(
        &app,
        "SELECT msar.get_public_form($1::text::uuid)::text",
        &token,
        None,
    )
    .await
}

/// `POST /api/forms/<token>/`: fills a form in.
pub(crate) async fn submit_form(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    values: String,
) -> Result<Response, Failure> {
    call(
        &app,
        "SELECT msar.submit_form($1::text::uuid, $2::text::jsonb)::text",
        &token,
        Some(&values),
    )
    .await
}

/// `POST /api/forms/<token>/related/`: the rows that a field of a form may link to.
pub(crate) async fn list_related(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    options: String,
) -> Result<Response, Failure> {
    call(
        &app,
        "SELECT msar.list_form_related_records($1::text::uuid, $2::text::jsonb)::text",
        &token,
        Some(&options),
    )
    .await
}

async fn call(app: &Arc<App>, sql: &str, key: &str, document: Option<&str>) -> Result<Response, Failure> {
    let visitor = app.visitor().await?;
    let document = document.map(|text| if text.is_empty() { "{}" } else { text });
    let arguments: &[&(dyn ToSql + Sync)] = match &document {
        Some(document) => &[&key, document],
        None => &[&key],
    };
    Ok(answer(
        app.database
            .ask(&visitor, sql, arguments)
            .await?
            .unwrap_or_else(|| "null".into()),
    ))
}
