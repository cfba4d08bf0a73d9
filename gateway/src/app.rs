//! The routes, and what every request goes through.

use crate::database::{Database, Parameter, User};
use crate::entities::{self, Entities};
use crate::failure::{self, Failure};
use crate::login::Sessions;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::{changes, export, files, login, metrics, pages, rpc, shares};
use axum::error_handling::HandleErrorLayer;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{BoxError, Router, middleware};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// How long a client may pause while it sends a body.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// What handlers take, and what they give.
pub(crate) type Shared = State<Arc<App>>;
pub(crate) type Answer = Result<Response, Failure>;

/// Everything that requests share.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) database: Arc<Database>,
    pub(crate) sessions: Sessions,
    pub(crate) metrics: Metrics,
    /// A cached upstream service.
    pub(crate) entities: Option<Entities>,
}

impl App {
    /// The role of visitors.
    pub(crate) async fn visitor(&self) -> Result<Arc<User>, Failure> {
        let settings = &self.settings;
        let role = settings.anonymous_role.as_deref().ok_or(Failure::NoVisitors)?;
        let found = self
            .database
            .authenticate(role, &settings.anonymous_password, false);
        found.await.map_err(|failure| match failure {
            Failure::WrongPassword | Failure::Passwordless => {
                tracing::error!("the role for visitors cannot log in: {}", failure.message());
                Failure::NoVisitors
            }
            failure => failure,
        })
    }

    /// The document that a function returns to a user, as the answer to a request.
    pub(crate) async fn document(&self, user: &Arc<User>, sql: &str, arguments: &[&dyn Parameter]) -> Answer {
        let found = self.database.ask(user, sql, arguments).await?;
        found.map(rpc::answer).ok_or(Failure::NotFound)
    }
}

/// The routes of the gateway.
pub(crate) fn routes(app: Arc<App>) -> Router {
    let uploads = Router::new()
        .route("/api/db/v0/data_files/", get(files::list).post(files::upload))
        .route(
            "/api/db/v0/data_files/{id}/",
            get(files::show).patch(files::change),
        )
        .route("/bulk_insert/", post(files::bulk_insert))
        .layer(RequestBodyLimitLayer::new(app.settings.file_bytes));
    // What may take longer than a statement of a page.
    let streams = Router::new()
        .route("/api/export/v0/tables/", get(export::table))
        .route("/api/export/v0/explorations/", get(export::exploration))
        .route("/api/changes/{schema}", get(changes::stream));
    let calls = Router::new()
        .route("/api/rpc/v0/", post(rpc::call))
        .route("/auth/login/", get(pages::index).post(login::log_in))
        .route("/auth/logout/", post(login::log_out))
        .route("/auth/session/", get(login::show_session))
        .route("/api/shares/{slug}/", post(shares::read))
        .route(
            "/api/forms/{token}/",
            get(shares::show_form).post(shares::submit_form),
        )
        .route("/api/forms/{token}/related/", post(shares::list_related))
        .route("/shares/{slug}/", get(pages::visitor))
        .route("/shares/forms/{token}/", get(pages::visitor))
        .route("/healthz", get(metrics::health))
        .route("/metrics", get(metrics::show))
        .route("/", get(pages::index))
        .route("/web/{*path}", get(pages::asset))
        .layer(RequestBodyLimitLayer::new(app.settings.body_bytes));
    let limits = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_: BoxError| async {
            Failure::Busy.into_response()
        }))
        .load_shed()
        .concurrency_limit(app.settings.requests);
    Router::new()
        .merge(uploads)
        .merge(streams)
        .merge(calls)
        // The layers above are the limit.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::map_response(failure::in_promised_form))
        .merge(entities::routes(&app))
        .fallback(|| async { Failure::NotFound })
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), metrics::count))
        .layer(limits)
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Failure::Internal.into_response()
        }))
        .layer(fixed_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ))
        .layer(fixed_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed_header(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed_header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .with_state(app)
}

fn fixed_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
