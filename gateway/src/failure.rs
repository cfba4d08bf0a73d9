//! What a request is told when it fails: a status, and a JSON document with what PostgreSQL says.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio_postgres::error::{DbError, SqlState};

/// A failed request.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody is logged in.
    NotLoggedIn,
    /// The role's password is wrong, or the role may not connect.
    WrongPassword,
    /// The database server asks for no password.
    Passwordless,
    /// Too many failed logins.
    TooManyAttempts,
    /// The CSRF token is missing or wrong.
    WrongToken,
    /// No password is asked for, and a web site may stand behind the name by which the gateway is called.
    ForeignName,
    /// There are no visitors here.
    NoVisitors,
    /// The request cannot be read.
    Malformed(String),
    /// No such page.
    NotFound,
    /// All connections are in use.
    Busy,
    /// The database server cannot be reached.
    Unreachable,
    /// A statement goes on after the time that it may take.
    TooLong,
    /// PostgreSQL refuses what was asked.
    Refused(Box<DbError>),
    /// Anything else; the log has it.
    Internal,
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotLoggedIn | Self::WrongPassword | Self::Passwordless => StatusCode::UNAUTHORIZED,
            Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Self::WrongToken | Self::ForeignName => StatusCode::FORBIDDEN,
            Self::NoVisitors | Self::NotFound => StatusCode::NOT_FOUND,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Busy | Self::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooLong => StatusCode::GATEWAY_TIMEOUT,
            Self::Refused(error) => status_of(error.code()),
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is wrong, in a sentence.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::NotLoggedIn => "nobody is logged in",
            Self::WrongPassword => "PostgreSQL does not let this role in with this password",
            Self::Passwordless => {
                "the database server asks for no password, so nobody can prove who they are"
            }
            Self::TooManyAttempts => "too many failed logins; try again in a minute",
            Self::WrongToken => "the CSRF token is missing or wrong",
            Self::ForeignName => {
                "where no password is asked for, the gateway is called by its address or localhost"
            }
            Self::NoVisitors => "this gateway has no role for visitors",
            Self::Malformed(problem) => problem,
            Self::NotFound => "there is no such page",
            Self::Busy => "all connections to the database are in use",
            Self::Unreachable => "the database server cannot be reached",
            Self::TooLong => "the statement took longer than it may, and was ended",
            Self::Refused(error) => error.message(),
            Self::Internal => "the gateway failed; its log says more",
        }
    }
}

/// The status for an error of PostgreSQL's.
fn status_of(code: &SqlState) -> StatusCode {
    match *code {
        SqlState::INSUFFICIENT_PRIVILEGE => StatusCode::FORBIDDEN,
        SqlState::QUERY_CANCELED => StatusCode::GATEWAY_TIMEOUT,
        // A database without the extension has no schema msar.
        SqlState::INVALID_SCHEMA_NAME => StatusCode::NOT_IMPLEMENTED,
        SqlState::NO_DATA_FOUND | SqlState::UNDEFINED_OBJECT | SqlState::UNDEFINED_TABLE => {
            StatusCode::NOT_FOUND
        }
        _ if ["57P", "53"].iter().any(|class| code.code().starts_with(class)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Whether the server could not be reached, its certificate was refused, or the connection broke.
fn is_about_connection(error: &tokio_postgres::Error) -> bool {
    let is_broken = std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
    is_broken || error.is_closed() || error.to_string().contains("connect")
}

fn is_refused_login(code: &SqlState) -> bool {
    matches!(
        *code,
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
    )
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(database) if is_refused_login(database.code()) => Failure::WrongPassword,
            Some(database) => Failure::Refused(Box::new(database.clone())),
            None if is_about_connection(&error) => Failure::Unreachable,
            None => {
                // The error speaks of values only where we encode them wrongly ourselves.
                tracing::error!("unexpected answer of the database server: {error}");
                Failure::Internal
            }
        }
    }
}

/// The failures that the framework finds by itself, such as a number that is none, in the form of the others.
pub(crate) async fn in_promised_form(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let kind = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_ours = kind.is_some_and(|kind| !kind.starts_with(b"text/plain"));
    if is_ours || !(head.status.is_client_error() || head.status.is_server_error()) {
        return Response::from_parts(head, body);
    }
    let text = axum::body::to_bytes(body, 0x10000).await.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&text);
    if text.is_empty() {
        text = head.status.canonical_reason().unwrap_or_default().into();
    }
    // The framework takes a body that stalls as one that cannot be read.
    if text.contains("within the designated timeout") {
        head.status = StatusCode::REQUEST_TIMEOUT;
    }
    let allowed = head.headers.remove(header::ALLOW);
    let allowed = allowed.map(|methods| [(header::ALLOW, methods)]);
    let document = serde_json::json!({ "error": { "message": text } });
    (head.status, allowed, Json(document)).into_response()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut error = serde_json::json!({ "message": self.message() });
        if let Self::Refused(refusal) = &self {
            error["sqlstate"] = refusal.code().code().into();
            for (name, text) in [("detail", refusal.detail()), ("hint", refusal.hint())] {
                if let Some(text) = text {
                    error[name] = text.into();
                }
            }
        }
        let wait = match self {
            Self::TooManyAttempts => Some("60"),
            Self::Busy | Self::Unreachable => Some("2"),
            _ => None,
        };
        let wait = wait.map(|seconds| [(header::RETRY_AFTER, seconds)]);
        (self.status(), wait, Json(serde_json::json!({ "error": error }))).into_response()
    }
}
