//! The web page: files that are part of the program.

use crate::app::Answer;
use crate::failure::Failure;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use include_dir::{Dir, include_dir};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web");

/// The page for users.
pub(crate) async fn index() -> Answer {
    send("index.html")
}

/// The page for visitors: a share or a form.
pub(crate) async fn visitor() -> Answer {
    send("visitor.html")
}

/// What the pages are made of.
pub(crate) async fn asset(Path(path): Path<String>) -> Answer {
    send(&path)
}

/// Only what is compiled in can be sent, so no path leads out of it.
fn send(path: &str) -> Answer {
    let file = FILES.get_file(path).ok_or(Failure::NotFound)?;
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, file.contents()).into_response())
}
