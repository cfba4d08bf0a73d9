//! Shares and forms, opened by visitors: a document in, a document out. The database decides what they show.

use crate::app::{Answer, App, Shared};
use axum::extract::{Path, State};
use std::sync::Arc;

const READ: &str = "SELECT msar.read_share($1::text::uuid, $2::text::jsonb)::text";
const SHOW_FORM: &str = "SELECT msar.get_public_form($1::text::uuid)::text";
const SUBMIT_FORM: &str = "SELECT msar.submit_form($1::text::uuid, $2::text::jsonb)::text";
const LIST_RELATED: &str = "SELECT msar.list_form_related_records($1::text::uuid, $2::text::jsonb)::text";

/// `POST /api/shares/<slug>/`: records of a shared table, or results of a shared exploration.
pub(crate) async fn read(State(app): Shared, Path(slug): Path<String>, options: String) -> Answer {
    call(&app, READ, &slug, &options).await
}

/// `GET /api/forms/<token>/`: a form.
pub(crate) async fn show_form(State(app): Shared, Path(token): Path<String>) -> Answer {
    app.document(&app.visitor().await?, SHOW_FORM, &[&token]).await
}

/// `POST /api/forms/<token>/`: fills a form in.
pub(crate) async fn submit_form(State(app): Shared, Path(token): Path<String>, values: String) -> Answer {
    call(&app, SUBMIT_FORM, &token, &values).await
}

/// `POST /api/forms/<token>/related/`: the rows that a field of a form may link to.
pub(crate) async fn list_related(State(app): Shared, Path(token): Path<String>, options: String) -> Answer {
    call(&app, LIST_RELATED, &token, &options).await
}

async fn call(app: &Arc<App>, sql: &str, key: &str, document: &str) -> Answer {
    let document = if document.is_empty() { "{}" } else { document };
    app.document(&app.visitor().await?, sql, &[&key, &document]).await
}
