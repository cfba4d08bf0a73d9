//! `GET /api/changes/<schema>`: what changes in a schema, as server-sent events. NOTIFY wakes, `msar.sync_schema` says.

use crate::app::App;
use crate::database::User;
use crate::failure::Failure;
use crate::login::LoggedIn;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A change may be committed by a session that did not notify: now and then we look without being woken.
const LOOK: Duration = Duration::from_secs(60);

/// Where a client goes on.
#[derive(Deserialize)]
pub(crate) struct Since {
    token: Option<String>,
}

/// What `msar.sync_schema` returns, as far as it matters here.
#[derive(Deserialize)]
struct Synced {
    token: String,
    complete: bool,
    relations: Vec<serde::de::IgnoredAny>,
    removed: Vec<serde::de::IgnoredAny>,
}

/// Sends an event `sync` with the result of `msar.sync_schema`, first at once, then after each change. Its id is the
/// token, so a browser that reconnects goes on where it was.
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    Path(schema): Path<u32>,
    Query(since): Query<Since>,
    headers: HeaderMap,
    LoggedIn(user): LoggedIn,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let (listener, notifications) = app.database.listen(&user, "mathesar_ext_changes").await?;
    let token = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let first = Follower {
        app,
        user,
        schema,
        token: token.or(since.token),
        is_first: true,
    };
    let notifications = Box::pin(notifications) as Pin<Box<dyn Stream<Item = String> + Send>>;
    let events = futures_util::stream::unfold(
        (first, notifications, listener),
        |(mut follower, mut notifications, listener)| async move {
            loop {
                if !follower.is_first {
                    // Woken or not, we look.
                    if let Ok(None) = tokio::time::timeout(LOOK, notifications.next()).await {
                        return None;
                    }
                }
                match follower.sync().await {
                    Ok(Some(event)) => return Some((Ok(event), (follower, notifications, listener))),
                    Ok(None) => {}
                    // The stream ends; the browser connects again.
                    Err(failure) => {
                        tracing::debug!("a stream of changes ends: {}", failure.message());
                        return None;
                    }
                }
            }
        },
    );
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// A client that holds the description of a schema.
struct Follower {
    app: Arc<App>,
    user: Arc<User>,
    schema: u32,
    token: Option<String>,
    is_first: bool,
}

impl Follower {
    /// What the client has not seen, if there is anything.
    async fn sync(&mut self) -> Result<Option<Event>, Failure> {
        let sql = "SELECT msar.sync_schema($1::oid::regnamespace, $2::text)::text";
        let document = self
            .app
            .database
            .ask(&self.user, sql, &[&self.schema, &self.token])
            .await?
            .unwrap_or_default();
        let synced: Synced = serde_json::from_str(&document).map_err(|_| Failure::Internal)?;
        let is_news =
            self.is_first || synced.complete || !synced.relations.is_empty() || !synced.removed.is_empty();
        self.is_first = false;
        let event = Event::default()
            .event("sync")
            .id(synced.token.clone())
            .data(document);
        self.token = Some(synced.token);
        Ok(is_news.then_some(event))
    }
}
