//! `/healthz` and `/metrics`: for those who watch the gateway.

use crate::app::{Answer, Shared};
use crate::failure::Failure;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus::register_int_gauge_with_registry;
use prometheus::{Encoder, HistogramVec, IntCounterVec, IntGauge, Registry, TextEncoder};
use prometheus::{register_histogram_vec_with_registry, register_int_counter_vec_with_registry};
use std::time::Instant;

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    open: IntGauge,
    active: IntGauge,
    /// Requests to a cached upstream service, by what became of them.
    pub(crate) entities: IntCounterVec,
    /// Scans of its entities under way.
    pub(crate) scans: IntGauge,
    /// Entities that scans have read, by scan.
    pub(crate) scanned: IntCounterVec,
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let named = |name| format!("mathesar_gateway_{name}");
        let gauge = |name, help| register_int_gauge_with_registry!(named(name), help, registry);
        let counter = |name, help, by: &[&str]| {
            register_int_counter_vec_with_registry!(named(name), help, by, registry)
        };
        let seconds =
            |name, help| register_histogram_vec_with_registry!(named(name), help, &["route"], registry);
        Ok(Self {
            requests: counter("requests_total", "Requests", &["route", "status"])?,
            seconds: seconds("request_seconds", "Seconds until the head of the answer")?,
            open: gauge("connections_open", "Open connections to the database")?,
            active: gauge("connections_active", "Connections in use by requests")?,
            entities: counter("entity_requests_total", "Requests to the cache", &["outcome"])?,
            scans: gauge("entity_scans", "Scans of the cached upstream service under way")?,
            scanned: counter("entity_scan_rows_total", "Entities that were scanned", &["scan"])?,
            registry,
        })
    }
}

/// Counts a request. Routes stand for paths, so the number of series is bounded.
pub(crate) async fn count(State(app): Shared, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str).to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let (seconds, status) = (start.elapsed().as_secs_f64(), response.status());
    app.metrics.seconds.with_label_values(&[&route]).observe(seconds);
    let labels = [&*route, status.as_str()];
    app.metrics.requests.with_label_values(&labels).inc();
    response
}

/// `/metrics`: in the text format of Prometheus.
pub(crate) async fn show(State(app): Shared) -> Answer {
    let (open, active) = app.database.count_connections();
    app.metrics.open.set(i64::try_from(open).unwrap_or(i64::MAX));
    app.metrics.active.set(i64::try_from(active).unwrap_or(i64::MAX));
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    let encoded = encoder.encode(&app.metrics.registry.gather(), &mut text);
    encoded.map_err(|_| Failure::Internal)?;
    Ok(([(header::CONTENT_TYPE, encoder.format_type().to_owned())], text).into_response())
}

/// `/healthz`: whether the gateway is there and the database server answers.
pub(crate) async fn health(State(app): Shared) -> Result<&'static str, Failure> {
    app.database.check_server().await.map(|()| "ok\n")
}
