//! `GET /api/changes/<schema>`: what changes in a schema, as server-sent events. NOTIFY wakes, `msar.sync_schema` says.

use crate::app::App;
use crate::database::{Listener, Parameter, User};
use crate::failure::Failure;
use crate::login::LoggedIn;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

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
    let listener = app.database.listen(&user).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let token = last.map(str::to_owned).or(since.token);
    let mut follower = Follower {
        // An empty one is none.
        token: token.filter(|token| !token.is_empty()),
        wakes: listener.wakes.clone(),
        _listener: listener,
        app,
        user,
        schema,
    };
    // Before the answer begins, so that a token that is none gets an answer that says so.
    let (first, _) = follower.sync().await?;
    let later = futures_util::stream::unfold(follower, Follower::next_event);
    let events = futures_util::stream::once(async { Ok(first) }).chain(later);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// A client that holds the description of a schema.
struct Follower {
    app: Arc<App>,
    user: Arc<User>,
    schema: u32,
    token: Option<String>,
    wakes: watch::Receiver<()>,
    _listener: Arc<Listener>,
}

impl Follower {
    /// The next news, when it is there. Woken or not, we look; without a connection to wake us, the stream ends and the
    /// browser connects again.
    async fn next_event(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Ok(Err(_)) = tokio::time::timeout(LOOK, self.wakes.changed()).await {
                return None;
            }
            match self.sync().await {
                Ok((event, true)) => return Some((Ok(event), self)),
                Ok((_, false)) => {}
                Err(failure) => {
                    tracing::debug!("a stream of changes ends: {}", failure.message());
                    return None;
                }
            }
        }
    }

    /// What the client has not seen, and whether that is anything.
    async fn sync(&mut self) -> Result<(Event, bool), Failure> {
        let sql = "SELECT msar.sync_schema($1::oid::regnamespace, $2::text)::text";
        let arguments: [&dyn Parameter; 2] = [&self.schema, &self.token];
        let asked = self.app.database.ask(&self.user, sql, &arguments).await?;
        let document = asked.unwrap_or_default();
        let synced: Synced = serde_json::from_str(&document).map_err(|_| Failure::Internal)?;
        let is_news = synced.complete || !synced.relations.is_empty() || !synced.removed.is_empty();
        let event = Event::default().event("sync").id(&synced.token).data(document);
        self.token = Some(synced.token);
        Ok((event, is_news))
    }
}
