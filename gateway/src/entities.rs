//! `/api3/json`: requests to an upstream service, answered from a cache in the database where that knows the answer, and
//! sent on where it does not. What the upstream replies goes into the cache.
//!
//! Whether an answer may be given, and to whom, is decided in the database. Nothing here reads filters or credentials.

use crate::app::{App, Shared};
use crate::database::User;
use crate::entities_upstream::{Upstream, UpstreamReply};
use crate::failure::Failure;
use crate::login::LoggedIn;
use crate::rpc::answer;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// What the operator decides of the cache of an upstream service.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct EntitySettings {
    /// Address of an upstream service whose entities are cached: https://site.example.com. None: there is no such cache.
    #[arg(
        long,
        env = "MATHESAR_ENTITY_UPSTREAM",
        value_name = "URL",
        requires = "entity_role"
    )]
    pub(crate) entity_upstream: Option<String>,

    /// Schema of the cache.
    #[arg(
        long,
        env = "MATHESAR_ENTITY_CACHE",
        value_name = "SCHEMA",
        default_value = "msar_cache"
    )]
    pub(crate) entity_cache: String,

    /// Role that owns the cache.
    #[arg(long, env = "MATHESAR_ENTITY_ROLE", value_name = "ROLE")]
    pub(crate) entity_role: Option<String>,

    /// Password of that role.
    #[arg(
        long,
        env = "MATHESAR_ENTITY_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true,
        default_value = ""
    )]
    pub(crate) entity_password: String,

    /// Name of a script of the upstream, as which its event log is read and its entities are scanned. None: nobody does that
    /// here.
    #[arg(
        long,
        env = "MATHESAR_ENTITY_SCRIPT",
        value_name = "NAME",
        requires = "entity_script_key"
    )]
    pub(crate) entity_script: Option<String>,

    /// Key of that script.
    #[arg(
        long,
        env = "MATHESAR_ENTITY_SCRIPT_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub(crate) entity_script_key: Option<String>,

    /// File with the certificates of the authorities that may vouch for the upstream; the system's if absent.
    #[arg(long, env = "MATHESAR_ENTITY_CA", value_name = "FILE")]
    pub(crate) entity_ca: Option<PathBuf>,

    /// Seconds between looks at the event log.
    #[arg(
        long = "entity-poll-seconds",
        env = "MATHESAR_ENTITY_POLL_SECONDS",
        value_name = "SECONDS",
        default_value_t = 5.0
    )]
    pub(crate) entity_poll: f64,
}

/// Requests that were answered and are to be compared.
pub(crate) type Samples = mpsc::Receiver<Bytes>;

/// The upstream and its cache.
pub(crate) struct Entities {
    pub(crate) upstream: Upstream,
    pub(crate) settings: EntitySettings,
    /// Hits so far, of which every so many is asked upstream as well (0: none).
    hits: AtomicU64,
    pub(crate) sampled: AtomicU64,
    /// Requests that were answered and are to be compared.
    pub(crate) samples: mpsc::Sender<Bytes>,
}

impl Entities {
    /// The upstream of the settings, if there is one, and the requests to be compared.
    pub(crate) fn new(
        settings: &EntitySettings,
    ) -> Result<Option<(Self, Samples)>, Box<dyn std::error::Error>> {
        let Some(url) = &settings.entity_upstream else {
            return Ok(None);
        };
        let (samples, receiver) = mpsc::channel(32);
        let entities = Self {
            upstream: Upstream::new(url, settings.entity_ca.as_deref())?,
            settings: settings.clone(),
            hits: AtomicU64::new(0),
            sampled: AtomicU64::new(0),
            samples,
        };
        Ok(Some((entities, receiver)))
    }

    /// The cache's owner.
    pub(crate) async fn owner(&self, app: &App) -> Result<Arc<User>, Failure> {
        let role = self.settings.entity_role.as_deref().unwrap_or_default();
        app.database
            .authenticate(role, &self.settings.entity_password, false)
            .await
    }

    /// Notes a hit, and takes some of them aside.
    fn sample(&self, body: &Bytes) {
        let every = self.sampled.load(Ordering::Relaxed);
        let number = self.hits.fetch_add(1, Ordering::Relaxed);
        if every > 0 && number.is_multiple_of(every) {
            // A sample that nobody has time for is left out.
            let _ = self.samples.try_send(body.clone());
        }
    }
}

/// How many requests were answered, and the paths of the upstream service, which only exist where there is one.
pub(crate) fn routes(app: &App) -> Router<Arc<App>> {
    let router = Router::new().route("/api/caches/v0/requests/", get(count_requests));
    if app.entities.is_none() {
        return router;
    }
    let mut router = router.route("/api3/json", post(call));
    for folder in ["upload", "file_serve", "thumbnail", "images"] {
        router = router.route(&format!("/{folder}/{{*path}}"), any(stream));
    }
    router.layer(DefaultBodyLimit::max(app.settings.file_bytes))
}

/// What the cache says of a request that it does not answer.
#[derive(Deserialize)]
struct Decision {
    forward: Box<RawValue>,
    ingest: bool,
    asked_at: String,
    keep: Option<Vec<String>>,
}

/// `POST /api3/json`.
async fn call(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Response, Failure> {
    let entities = app.entities.as_ref().ok_or(Failure::NotFound)?;
    let document = match ask(&app, entities, &body).await {
        Ok(document) => document,
        Err(failure) => {
            // The upstream answers on its own whatever the database says.
            tracing::warn!("the cache is not asked: {}", failure.message());
            app.metrics.entities.with_label_values(&["unasked"]).inc();
            return Ok(pass(entities.upstream.call(&headers, body).await));
        }
    };
    if document.starts_with("{\"results\"") {
        app.metrics.entities.with_label_values(&["hit"]).inc();
        entities.sample(&body);
        return Ok(json(StatusCode::OK, document.into()));
    }
    app.metrics.entities.with_label_values(&["miss"]).inc();
    let decision: Decision = serde_json::from_str(&document).map_err(|_| Failure::Internal)?;
    let forward = Bytes::from(decision.forward.get().to_owned());
    let reply = entities.upstream.call(&headers, forward).await;
    let UpstreamReply {
        status: StatusCode::OK,
        body: replied,
        ..
    } = &reply
    else {
        app.metrics.entities.with_label_values(&["failed"]).inc();
        return Ok(pass(reply));
    };
    if decision.ingest
        && let Ok(text) = std::str::from_utf8(replied)
        && let Err(failure) = ingest(&app, entities, decision.forward.get(), text, &decision.asked_at).await
    {
        tracing::warn!("a reply was not stored: {}", failure.message());
    }
    let Some(keep) = decision.keep else {
        return Ok(pass(reply));
    };
    match trim(replied, &keep) {
        Some(trimmed) => Ok(json(StatusCode::OK, trimmed.into())),
        None => Ok(pass(reply)),
    }
}

async fn ask(app: &App, entities: &Entities, body: &Bytes) -> Result<String, Failure> {
    let text = std::str::from_utf8(body).map_err(|error| Failure::Malformed(error.to_string()))?;
    let owner = entities.owner(app).await?;
    let answer = app
        .database
        .ask(
            &owner,
            "SELECT msar.api3($1, $2::text::jsonb)::text",
            &[&entities.settings.entity_cache, &text],
        )
        .await?;
    answer.ok_or(Failure::Internal)
}

/// Stores what a reply says.
pub(crate) async fn ingest(
    app: &App,
    entities: &Entities,
    request: &str,
    reply: &str,
    asked_at: &str,
) -> Result<(), Failure> {
    let owner = entities.owner(app).await?;
    let sql = "SELECT msar.cache_ingest($1, $2::text::jsonb, $3::text::jsonb, $4::text::timestamptz)::text";
    let cache = &entities.settings.entity_cache;
    app.database
        .ask(&owner, sql, &[cache, &request, &reply, &asked_at])
        .await
        .map(|_| ())
}

/// The reply without the fields that its caller did not ask for; `None` if it has another form.
fn trim(reply: &[u8], keep: &[String]) -> Option<Vec<u8>> {
    let mut document: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(reply).ok()?;
    let results = document.get("results")?;
    let trimmed =
        if let Ok(mut found) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(results.get()) {
            match found.get("entities") {
                Some(entities) => {
                    let mut rows: Vec<BTreeMap<String, Box<RawValue>>> =
                        serde_json::from_str(entities.get()).ok()?;
                    for row in &mut rows {
                        row.retain(|key, _| keep.contains(key));
                    }
                    found.insert("entities".into(), serde_json::value::to_raw_value(&rows).ok()?);
                }
                None => found.retain(|key, _| keep.contains(key)),
            }
            serde_json::value::to_raw_value(&found).ok()?
        } else {
            let mut rows: Vec<BTreeMap<String, Box<RawValue>>> = serde_json::from_str(results.get()).ok()?;
            for row in &mut rows {
                row.retain(|key, _| keep.contains(key));
            }
            serde_json::value::to_raw_value(&rows).ok()?
        };
    document.insert("results".into(), trimmed);
    serde_json::to_vec(&document).ok()
}

fn json(status: StatusCode, body: Body) -> Response {
    let mut response = (status, body).into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The upstream's reply as it is.
fn pass(reply: UpstreamReply) -> Response {
    let mut response = (reply.status, reply.body).into_response();
    match reply.content_type {
        Some(content_type) => response.headers_mut().insert(header::CONTENT_TYPE, content_type),
        None => response.headers_mut().remove(header::CONTENT_TYPE),
    };
    if let Some(moment) = reply.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, moment);
    }
    response
}

/// `GET /api/caches/v0/requests/`: how many requests the cache has answered since the gateway began, and how many it has
/// not; null where there is no cached service.
async fn count_requests(State(app): Shared, _user: LoggedIn) -> Response {
    let count = |outcome| app.metrics.entities.with_label_values(&[outcome]).get();
    let counted = app.entities.as_ref().map(|entities| {
        let cache = &entities.settings.entity_cache;
        serde_json::json!({"cache": cache, "hits": count("hit"), "misses": count("miss")})
    });
    answer(serde_json::json!(counted).to_string())
}

/// Uploads, downloads and thumbnails: streamed through in both directions.
async fn stream(State(app): State<Arc<App>>, request: Request) -> Result<Response, Failure> {
    let entities = app.entities.as_ref().ok_or(Failure::NotFound)?;
    Ok(entities.upstream.stream(request).await)
}

/// How long the background tasks wait after a failure: twice as long each time.
pub(crate) fn backoff(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.min(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_keep_what_was_asked_for() {
        let keep = ["type", "id", "code"].map(str::to_owned);
        let reply = br#"{"results":{"entities":[{"type":"Shot","id":1,"code":"a","x":1.0}],"paging_info":{"has_next_page":false}}}"#;
        let trimmed = trim(reply, &keep).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(
            trimmed.as_deref(),
            Some(
                r#"{"results":{"entities":[{"code":"a","id":1,"type":"Shot"}],"paging_info":{"has_next_page":false}}}"#
            )
        );
        let created = trim(br#"{"results":{"type":"Shot","id":1,"x":2}}"#, &keep);
        assert_eq!(
            created.as_deref(),
            Some(&br#"{"results":{"id":1,"type":"Shot"}}"#[..])
        );
        assert_eq!(trim(br#"{"exception":true,"error_code":103}"#, &keep), None);
    }
}
