//! Data files: uploads that are kept in the database until they are imported.

use crate::app::{Answer, App, Shared};
use crate::database::{Parameter, User};
use crate::failure::Failure;
use crate::login::LoggedIn;
use crate::rpc::answer;
use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// A file that came with a request, and the fields beside it.
#[derive(Default)]
struct Upload {
    name: String,
    content: Bytes,
    fields: HashMap<String, String>,
}

/// A file as the body of a JSON request: text that somebody pasted.
#[derive(Deserialize)]
struct Pasted {
    paste: String,
    #[serde(default)]
    header: Option<bool>,
}

const LIST: &str = "SELECT msar.list_data_files()::text";
const SHOW: &str = "SELECT msar.get_data_file($1)::text";
const CHANGE: &str = "SELECT msar.set_data_file($1, $2::text::jsonb)::text";
const ADD: &str = "SELECT msar.add_data_file($1, $2, $3::text::jsonb)::text";
const INSERT: &str = "SELECT msar.insert_data_file($1, $2::oid::regclass, $3::text::jsonb, $4)::text";

/// `GET /api/db/v0/data_files/`: the user's files.
pub(crate) async fn list(State(app): Shared, LoggedIn(user): LoggedIn) -> Answer {
    app.document(&user, LIST, &[]).await
}

/// `GET /api/db/v0/data_files/<id>/`: one of them.
pub(crate) async fn show(State(app): Shared, LoggedIn(user): LoggedIn, Path(id): Path<i64>) -> Answer {
    app.document(&user, SHOW, &[&id]).await
}

/// `PATCH /api/db/v0/data_files/<id>/`: whether its first line is a heading.
pub(crate) async fn change(
    State(app): Shared,
    LoggedIn(user): LoggedIn,
    Path(id): Path<i64>,
    patch: String,
) -> Answer {
    app.document(&user, CHANGE, &[&id, &patch]).await
}

/// `POST /api/db/v0/data_files/`: a file, as multipart/form-data or as pasted text.
pub(crate) async fn upload(State(app): Shared, LoggedIn(user): LoggedIn, request: Request) -> Answer {
    let (document, _) = Upload::read(request, &app).await?.store(&app, &user).await?;
    Ok((StatusCode::CREATED, answer(document)).into_response())
}

/// `POST /bulk_insert/`: a file into a table that is there.
pub(crate) async fn bulk_insert(State(app): Shared, LoggedIn(user): LoggedIn, request: Request) -> Answer {
    let upload = Upload::read(request, &app).await?;
    let target: u32 = upload
        .field("target_table_oid")?
        .parse()
        .map_err(|_| Failure::Malformed("the field \"target_table_oid\" is not a number".into()))?;
    let mappings = upload.field("mappings")?;
    let (_, id) = upload.store(&app, &user).await?;
    let has_header = upload.has_header(false);
    app.document(&user, INSERT, &[&id, &target, mappings, &has_header])
        .await
}

impl Upload {
    async fn read(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            let Json(pasted) = Json::<Pasted>::from_request(request, app)
                .await
                .map_err(|problem| Failure::Malformed(problem.body_text()))?;
            let header = pasted.header.unwrap_or(true).to_string();
            return Ok(Self {
                content: pasted.paste.into(),
                fields: [("created_from".into(), "paste".into()), ("header".into(), header)].into(),
                ..Self::default()
            });
        }
        let mut parts = Multipart::from_request(request, app)
            .await
            .map_err(|problem| Failure::Malformed(problem.body_text()))?;
        let mut upload = Self::default();
        let mut has_file = false;
        while let Some(part) = parts.next_field().await.map_err(malformed)? {
            let name = part.name().unwrap_or_default().to_owned();
            if matches!(&*name, "file" | "paste") && !has_file {
                has_file = true;
                upload.name = part.file_name().unwrap_or_default().to_owned();
                upload.fields.insert("created_from".into(), name);
                upload.content = part.bytes().await.map_err(malformed)?;
            } else {
                upload.fields.insert(name, part.text().await.map_err(malformed)?);
            }
        }
        let missing = || Failure::Malformed("there is no field \"file\" or \"paste\"".into());
        has_file.then_some(upload).ok_or_else(missing)
    }

    /// A field that must be there.
    fn field(&self, name: &str) -> Result<&String, Failure> {
        let missing = || Failure::Malformed(format!("the field \"{name}\" is missing"));
        self.fields.get(name).ok_or_else(missing)
    }

    /// Whether the first line is a heading: anything but an empty text and "false" says so.
    fn has_header(&self, default: bool) -> bool {
        self.fields.get("header").map_or(default, |text| {
            !text.is_empty() && !text.eq_ignore_ascii_case("false")
        })
    }

    /// Keeps it in the database. Gives the document about it, and its id.
    async fn store(&self, app: &Arc<App>, user: &Arc<User>) -> Result<(String, i64), Failure> {
        let origin = self.fields.get("created_from").map_or("file", String::as_str);
        let options =
            serde_json::json!({"header": self.has_header(true), "created_from": origin}).to_string();
        let arguments: [&dyn Parameter; 3] = [&self.name, &self.content.as_ref(), &options];
        let stored = app.database.ask(user, ADD, &arguments).await?;
        let document = stored.ok_or(Failure::Internal)?;
        let id = serde_json::from_str::<Value>(&document)
            .ok()
            .and_then(|stored| stored["id"].as_i64());
        Ok((document, id.ok_or(Failure::Internal)?))
    }
}

fn malformed(problem: MultipartError) -> Failure {
    Failure::Malformed(problem.body_text())
}
