//! `POST /api/rpc/v0/`: JSON-RPC, answered by the database.

use crate::app::{Answer, Shared};
use crate::failure::Failure;
use crate::login::LoggedIn;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The methods of `forms` that need no login: they ask for the token of a form.
const FOR_VISITORS: [&str; 4] = ["get", "get_source_info", "list_related_records", "submit"];

/// The content types below `application/` that JSON-RPC comes in. None of them can be sent by a plain HTML form.
const CONTENT_TYPES: [&str; 3] = ["json", "json-rpc", "jsonrequest"];

/// The answer to bytes that are no text.
const NOT_UTF8: &str = r#"{"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "Parse error, unable to read the request: it is not UTF-8"}}"#;

/// A request, as far as it matters here.
#[derive(Deserialize)]
#[serde(untagged)]
enum Call {
    One(Method),
    Batch(Vec<Method>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Method {
    method: String,
}

/// Passes a request on to `msar.rpc_text`, as the user who sends it.
pub(crate) async fn call(
    State(app): Shared,
    headers: HeaderMap,
    user: Result<LoggedIn, Failure>,
    body: Bytes,
) -> Answer {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .map_or("", |value| value.to_str().unwrap_or(""));
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    let kind = content_type.strip_prefix("application/").unwrap_or_default();
    if !CONTENT_TYPES.contains(&kind) {
        let problem = "JSON-RPC takes application/json";
        return Ok((StatusCode::UNSUPPORTED_MEDIA_TYPE, problem).into_response());
    }
    let Ok(request) = std::str::from_utf8(&body) else {
        return Ok(answer(NOT_UTF8.into()));
    };
    let user = match user {
        Ok(LoggedIn(user)) => user,
        Err(Failure::NotLoggedIn) if is_for_visitors(request) => app.visitor().await?,
        Err(failure) => return Err(failure),
    };
    // A NUL is no character of a text in PostgreSQL. Where JSON has none either, the database says so.
    let request = request.replace('\0', " \u{fffd} ");
    let sql = "SELECT msar.rpc_text($1)";
    let found = app.database.ask(&user, sql, &[&request]).await?;
    // Notifications alone have no answer.
    Ok(found.map_or_else(|| StatusCode::NO_CONTENT.into_response(), answer))
}

fn is_for_visitors(request: &str) -> bool {
    let is_free = |call: &Method| {
        let of_forms = call.method.strip_prefix("forms.");
        of_forms.is_some_and(|name| FOR_VISITORS.contains(&name))
    };
    match serde_json::from_str(request) {
        Ok(Call::One(call)) => is_free(&call),
        Ok(Call::Batch(calls)) => !calls.is_empty() && calls.iter().all(is_free),
        Ok(Call::Other(_)) | Err(_) => false,
    }
}

/// A document of the database as the body of an answer.
pub(crate) fn answer(document: String) -> Response {
    let kind = (header::CONTENT_TYPE, "application/json");
    ([kind, (header::CACHE_CONTROL, "no-store")], document).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_call_forms_only() {
        assert!(is_for_visitors(
            r#"{"method": "forms.get", "params": {"a": [1]}}"#
        ));
        assert!(is_for_visitors(
            r#"[{"method": "forms.get"}, {"method": "forms.submit"}]"#
        ));
        assert!(!is_for_visitors(
            r#"[{"method": "forms.get"}, {"method": "tables.list"}]"#
        ));
        assert!(!is_for_visitors(r#"{"method": "forms.list"}"#));
        // The last of two equal keys counts for PostgreSQL; a request that has two is none that we let pass.
        assert!(!is_for_visitors(
            r#"{"method": "forms.get", "method": "tables.list"}"#
        ));
        assert!(!is_for_visitors("[]"));
        assert!(!is_for_visitors("1"));
    }
}
