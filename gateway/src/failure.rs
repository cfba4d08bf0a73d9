//! What a request is told when it fails: a status, and a JSON document with what PostgreSQL says.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
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
    /// PostgreSQL refuses what was asked.
    Refused(Box<DbError>),
    /// Anything else; the log has it.
    Internal,
}

/// The body of an answer to a failed request.
#[derive(Serialize)]
struct ErrorBody<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl Failure {
    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Failure::NotLoggedIn | Failure::WrongPassword | Failure::Passwordless => StatusCode::UNAUTHORIZED,
            Failure::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Failure::WrongToken => StatusCode::FORBIDDEN,
            Failure::NoVisitors | Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::Malformed(_) => StatusCode::BAD_REQUEST,
            Failure::Busy | Failure::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Refused(error) => match error.code() {
                &SqlState::INSUFFICIENT_PRIVILEGE => StatusCode::FORBIDDEN,
                &SqlState::QUERY_CANCELED => StatusCode::GATEWAY_TIMEOUT,
                &SqlState::UNDEFINED_FUNCTION | &SqlState::INVALID_SCHEMA_NAME => StatusCode::NOT_IMPLEMENTED,
                &SqlState::NO_DATA_FOUND | &SqlState::UNDEFINED_OBJECT | &SqlState::UNDEFINED_TABLE => {
                    StatusCode::NOT_FOUND
                }
                code if code.code().starts_with("57P") => StatusCode::SERVICE_UNAVAILABLE,
                code if code.code().starts_with("53") => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_REQUEST,
            },
        }
    }

    /// What is wrong, in a sentence.
    pub(crate) fn message(&self) -> &str {
        match self {
            Failure::NotLoggedIn => "nobody is logged in",
            Failure::WrongPassword => "PostgreSQL does not let this role in with this password",
            Failure::Passwordless => {
                "the database server asks for no password, so nobody can prove who they are"
            }
            Failure::TooManyAttempts => "too many failed logins; try again in a minute",
            Failure::WrongToken => "the CSRF token is missing or wrong",
            Failure::NoVisitors => "this gateway has no role for visitors",
            Failure::Malformed(problem) => problem,
            Failure::NotFound => "there is no such page",
            Failure::Busy => "all connections to the database are in use",
            Failure::Unreachable => "the database server cannot be reached",
            Failure::Refused(error) => error.message(),
            Failure::Internal => "the gateway failed; its log says more",
        }
    }

    /// The error that PostgreSQL raised, if it was PostgreSQL.
    pub(crate) fn from_postgres(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(database) if is_refused_login(database) => Failure::WrongPassword,
            Some(database) => Failure::Refused(Box::new(database.clone())),
            None if error.is_closed() || error.to_string().contains("connect") => Failure::Unreachable,
            None => {
                // The error speaks of values only where we encode them wrongly ourselves.
                tracing::error!("unexpected answer of the database server: {error}");
                Failure::Internal
            }
        }
    }
}

fn is_refused_login(error: &DbError) -> bool {
    [
        &SqlState::INVALID_PASSWORD,
        &SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
    ]
    .contains(&error.code())
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Failure::from_postgres(&error)
    }
}

impl From<deadpool_postgres::PoolError> for Failure {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Timeout(_) => Failure::Busy,
            deadpool_postgres::PoolError::Backend(error) => match Failure::from_postgres(&error) {
                Failure::Internal => Failure::Unreachable,
                failure => failure,
            },
            _ => Failure::Unreachable,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let database = match &self {
            Failure::Refused(error) => Some(error),
            _ => None,
        };
        let body = ErrorBody {
            message: self.message(),
            sqlstate: database.map(|error| error.code().code()),
            detail: database.and_then(|error| error.detail()),
            hint: database.and_then(|error| error.hint()),
        };
        let mut response = (self.status(), Json(serde_json::json!({ "error": body }))).into_response();
        let headers = response.headers_mut();
        match self {
            Failure::TooManyAttempts => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60")),
            Failure::Busy | Failure::Unreachable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"))
            }
            _ => None,
        };
        response
    }
}
