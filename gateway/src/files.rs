//! Data files: uploads that are kept in the database until they are imported.

use crate::app::App;
use crate::database::User;
use crate::failure::Failure;
use crate::login::LoggedIn;
use crate::rpc::answer;
use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_postgres::types::ToSql;

/// A file that came with a request, and the fields beside it.
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

/// `GET /api/db/v0/data_files/`: the user's files.
pub(crate) async fn list(State(app): State<Arc<App>>, LoggedIn(user): LoggedIn) -> Result<Response, Failure> {
    call(&app, &user, "SELECT msar.list_data_files()::text", &[]).await
}

/// `GET /api/db/v0/data_files/<id>/`: one of them.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    LoggedIn(user): LoggedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    call(&app, &user, "SELECT msar.get_data_file($1)::text", &[&id]).await
}

/// `PATCH /api/db/v0/data_files/<id>/`: whether its first line is a heading.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    LoggedIn(user): LoggedIn,
    Path(id): Path<i64>,
    patch: String,
) -> Result<Response, Failure> {
    call(
        &app,
        &user,
        "SELECT msar.set_data_file($1, $2::text::jsonb)::text",
        &[&id, &patch],
    )
    .await
}

/// `POST /api/db/v0/data_files/`: a file, as multipart/form-data or as pasted text.
pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    LoggedIn(user): LoggedIn,
    request: Request,
) -> Result<Response, Failure> {
    let upload = Upload::read(request, &app).await?;
    let (id_text, _) = upload.store(&app, &user).await?;
    Ok((StatusCode::CREATED, answer(id_text)).into_response())
}

/// `POST /bulk_insert/`: a file into a table that is there.
pub(crate) async fn bulk_insert(
    State(app): State<Arc<App>>,
    LoggedIn(user): LoggedIn,
    request: Request,
) -> Result<Response, Failure> {
    let upload = Upload::read(request, &app).await?;
    let field = |name: &str| {
        upload
            .fields
            .get(name)
            .cloned()
            .ok_or_else(|| Failure::Malformed(format!("the field \"{name}\" is missing")))
    };
    let target: u32 = field("target_table_oid")?
        .parse()
        .map_err(|_| Failure::Malformed("the field \"target_table_oid\" is not a number".into()))?;
    let mappings = field("mappings")?;
    let (_, id) = upload.store(&app, &user).await?;
    let sql = "SELECT msar.insert_data_file($1, $2::oid::regclass, $3::text::jsonb, $4)::text";
    call(
        &app,
        &user,
        sql,
        &[&id, &target, &mappings, &upload.has_header(false)],
    )
    .await
}

impl Upload {
    async fn read(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("application/json")) {
            let body = Bytes::from_request(request, app)
                .await
                .map_err(|problem| Failure::Malformed(problem.body_text()))?;
            let pasted: Pasted =
                serde_json::from_slice(&body).map_err(|e| Failure::Malformed(e.to_string()))?;
            let fields = [
                ("created_from".to_owned(), "paste".to_owned()),
                ("header".to_owned(), pasted.header.unwrap_or(true).to_string()),
            ];
            return Ok(Self {
                name: String::new(),
                content: pasted.paste.into(),
                fields: fields.into(),
            });
        }
        let mut parts = Multipart::from_request(request, app)
            .await
            .map_err(|problem| Failure::Malformed(problem.body_text()))?;
        let mut upload = Self {
            name: String::new(),
            content: Bytes::new(),
            fields: HashMap::new(),
        };
        let mut has_file = false;
        while let Some(part) = parts.next_field().await.map_err(malformed)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" && !has_file {
                has_file = true;
                upload.name = part.file_name().unwrap_or_default().to_owned();
                upload.content = part.bytes().await.map_err(malformed)?;
            } else if name == "paste" && !has_file {
                has_file = true;
                upload.fields.insert("created_from".into(), "paste".into());
                upload.content = part.bytes().await.map_err(malformed)?;
            } else {
                upload.fields.insert(name, part.text().await.map_err(malformed)?);
            }
        }
        if has_file {
            Ok(upload)
        } else {
            Err(Failure::Malformed(
                "there is no field \"file\" or \"paste\"".into(),
            ))
        }
    }

    /// Whether the first line is a heading: anything but an empty text and "false" says so.
    fn has_header(&self, default: bool) -> bool {
        self.fields.get("header").map_or(default, |text| {
            !text.is_empty() && !text.eq_ignore_ascii_case("false")
        })
    }

    /// Keeps it in the database. Gives the document about it, and its id.
    async fn store(&self, app: &Arc<App>, user: &User) -> Result<(String, i64), Failure> {
        #[derive(Deserialize)]
        struct Stored {
            id: i64,
        }
        let origin = self.fields.get("created_from").map_or("file", String::as_str);
        let options =
            serde_json::json!({ "header": self.has_header(true), "created_from": origin }).to_string();
        let sql = "SELECT msar.add_data_file($1, $2, $3::text::jsonb)::text";
        let arguments: [&(dyn ToSql + Sync); 3] = [&self.name, &self.content.as_ref(), &options];
        let document = app
            .database
            .ask(user, sql, &arguments)
            .await?
            .ok_or(Failure::Internal)?;
        let stored: Stored = serde_json::from_str(&document).map_err(|_| Failure::Internal)?;
        Ok((document, stored.id))
    }
}

fn malformed(problem: MultipartError) -> Failure {
    Failure::Malformed(problem.body_text())
}

async fn call(
    app: &App,
    user: &User,
    sql: &str,
    arguments: &[&(dyn ToSql + Sync)],
) -> Result<Response, Failure> {
    app.database
        .ask(user, sql, arguments)
        .await?
        .map(answer)
        .ok_or(Failure::NotFound)
}
