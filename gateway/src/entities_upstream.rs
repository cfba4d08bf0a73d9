//! The upstream service, over HTTP or HTTPS.

use crate::failure::Failure;
use crate::login::{SESSION_COOKIE, TOKEN_COOKIE, TOKEN_HEADER};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// How long a connection may take, and how long a reply.
const CONNECT: Duration = Duration::from_secs(10);
const REPLY: Duration = Duration::from_secs(300);

/// The largest reply that is held in memory.
const LARGEST: usize = 256 << 20;

/// Headers that the upstream gets as the client sent them.
const PASSED: [HeaderName; 4] = [
    header::USER_AGENT,
    header::CONTENT_TYPE,
    header::AUTHORIZATION,
    HeaderName::from_static("locale"),
];

/// What a file of the upstream may do in a browser, where it is one of ours: be shown. A script in it would act as whoever
/// opens it.
const SHOWN: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The upstream service.
pub(crate) struct Upstream {
    client: reqwest::Client,
    url: String,
}

/// What the upstream replied, or what its client is told instead.
pub(crate) struct UpstreamReply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<HeaderValue>,
    /// When to ask again, if it says so.
    pub(crate) retry_after: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

impl UpstreamReply {
    fn failure(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            content_type: Some(HeaderValue::from_static("text/plain")),
            retry_after: None,
            body: Bytes::from_static(message.as_bytes()),
        }
    }
}

impl Upstream {
    pub(crate) fn new(url: &str, authorities: Option<&Path>) -> Result<Self, Box<dyn std::error::Error>> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(REPLY)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(file) = authorities {
            let certificates = reqwest::Certificate::from_pem_bundle(&std::fs::read(file)?)?;
            builder = builder.tls_certs_only(certificates);
        }
        Ok(Self {
            client: builder.build()?,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// Sends a request of the protocol.
    pub(crate) async fn call(&self, headers: &HeaderMap, body: Bytes) -> UpstreamReply {
        let mut request = self.client.post(format!("{}/api3/json", self.url)).body(body);
        for name in PASSED {
            if let Some(value) = headers.get(&name) {
                request = request.header(name, value);
            }
        }
        let reply = match request.send().await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::warn!("the upstream does not answer: {error}");
                // A stock client sends a request again after 502, which is safe only where it has not been sent.
                return if error.is_connect() {
                    UpstreamReply::failure(StatusCode::BAD_GATEWAY, "the upstream cannot be reached")
                } else {
                    UpstreamReply::failure(StatusCode::INTERNAL_SERVER_ERROR, "the upstream did not answer")
                };
            }
        };
        let value = |name| reply.headers().get(name).cloned();
        let (content_type, retry_after) = (value(header::CONTENT_TYPE), value(header::RETRY_AFTER));
        let status = reply.status();
        let mut body = Vec::new();
        let mut chunks = reply.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) if body.len() + chunk.len() <= LARGEST => body.extend_from_slice(&chunk),
                _ => {
                    let message = "the upstream's answer broke off, or is too large";
                    return UpstreamReply::failure(StatusCode::INTERNAL_SERVER_ERROR, message);
                }
            }
        }
        UpstreamReply {
            status,
            content_type,
            retry_after,
            body: body.into(),
        }
    }

    /// Sends a read of the background tasks; gives the text of the reply, which is no fault.
    pub(crate) async fn read(&self, auth: &Value, parameters: &Value) -> Result<String, String> {
        let body = serde_json::json!({"method_name": "read", "params": [auth, parameters]}).to_string();
        self.read_body(body.into()).await
    }

    /// The same for a whole request.
    pub(crate) async fn read_body(&self, body: Bytes) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        let reply = self.call(&headers, body).await;
        if reply.status != StatusCode::OK {
            return Err(format!("the upstream answers {}", reply.status));
        }
        let document: Value = serde_json::from_slice(&reply.body).map_err(|error| error.to_string())?;
        if document.get("exception").and_then(Value::as_bool) == Some(true) {
            return Err(format!("the upstream refuses: {}", document["message"]));
        }
        String::from_utf8(reply.body.into()).map_err(|error| error.to_string())
    }

    /// Passes a request and its reply through, piece by piece. Neither do the credentials of a user of ours go there, nor
    /// does the upstream set cookies here.
    pub(crate) async fn stream(&self, request: Request) -> Response {
        if has_dots(request.uri().path()) {
            return Failure::NotFound.into_response();
        }
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let (mut parts, body) = request.into_parts();
        let cookies = foreign_cookies(&parts.headers);
        for ours in [header::HOST.as_str(), "authorization", "cookie", TOKEN_HEADER] {
            parts.headers.remove(ours);
        }
        let mut sent = self.client.request(parts.method, format!("{}{path}", self.url));
        if !cookies.is_empty() {
            sent = sent.header(header::COOKIE, cookies);
        }
        for (name, value) in &parts.headers {
            if is_passed(name) {
                sent = sent.header(name, value);
            }
        }
        let sent = sent.body(reqwest::Body::wrap_stream(body.into_data_stream()));
        match sent.send().await {
            Ok(reply) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = reply.status();
                for (name, value) in reply.headers() {
                    if is_passed(name) && name != header::SET_COOKIE {
                        response.headers_mut().append(name, value.clone());
                    }
                }
                for (name, value) in [
                    (header::CONTENT_SECURITY_POLICY, SHOWN),
                    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                ] {
                    let value = HeaderValue::from_static(value);
                    response.headers_mut().insert(name, value);
                }
                *response.body_mut() = Body::from_stream(reply.bytes_stream());
                response
            }
            Err(error) => {
                tracing::warn!("the upstream does not answer: {error}");
                (StatusCode::BAD_GATEWAY, "the upstream cannot be reached").into_response()
            }
        }
    }
}

/// The cookies of a request that are not those of our sessions.
fn foreign_cookies(headers: &HeaderMap) -> String {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let cookies = lines.flat_map(|line| line.split(';')).map(str::trim);
    let is_ours = |cookie: &str| {
        let name = cookie.split('=').next().unwrap_or_default().trim();
        name.is_empty() || [SESSION_COOKIE, TOKEN_COOKIE].contains(&name)
    };
    let foreign: Vec<&str> = cookies.filter(|cookie| !is_ours(cookie)).collect();
    foreign.join("; ")
}

/// Whether a path leads out of its folder, however that is written.
fn has_dots(path: &str) -> bool {
    let mut path = path.to_ascii_lowercase().replace('\\', "/");
    for (escape, plain) in [("%2e", "."), ("%2f", "/"), ("%5c", "/")] {
        path = path.replace(escape, plain);
    }
    path.split('/').any(|part| matches!(part, "." | ".."))
}

/// Whether a header is about the message, not about a connection.
fn is_passed(name: &HeaderName) -> bool {
    !matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "proxy-authorization"
    )
}
