//! `/healthz` and `/metrics`: for those who watch the gateway.

use crate::app::App;
use crate::failure::Failure;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use std::sync::Arc;
use std::time::Instant;

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    open: IntGauge,
    active: IntGauge,
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new() -> prometheus::Result<Self> {
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(
                Opts::new("mathesar_gateway_requests_total", "Requests by route and status"),
                &["route", "status"],
            )?,
            seconds: HistogramVec::new(
                HistogramOpts::new(
                    "mathesar_gateway_request_seconds",
                    "Seconds until the head of the answer, by route",
                ),
                &["route"],
            )?,
            open: IntGauge::new(
                "mathesar_gateway_connections_open",
                "Open connections to the database",
            )?,
            active: IntGauge::new(
                "mathesar_gateway_connections_active",
                "Connections in use by requests",
            )?,
        };
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.seconds.clone()))?;
        metrics.registry.register(Box::new(metrics.open.clone()))?;
        metrics.registry.register(Box::new(metrics.active.clone()))?;
        Ok(metrics)
    }
}

/// Counts a request. Routes stand for paths, so the number of series is bounded.
pub(crate) async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".into());
    let start = Instant::now();
    let response = next.run(request).await;
    app.metrics
        .seconds
        .with_label_values(&[&route])
        .observe(start.elapsed().as_secs_f64());
    app.metrics
        .requests
        .with_label_values(&[route.as_str(), response.status().as_str()])
        .inc();
    response
}

/// `/metrics`: in the text format of Prometheus.
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    let (open, active) = app.database.count_connections();
    app.metrics.open.set(i64::try_from(open).unwrap_or(i64::MAX));
    app.metrics.active.set(i64::try_from(active).unwrap_or(i64::MAX));
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    encoder
        .encode(&app.metrics.registry.gather(), &mut text)
        .map_err(|_| Failure::Internal)?;
    Ok(([(header::CONTENT_TYPE, encoder.format_type().to_owned())], text).into_response())
}

/// `/healthz`: whether the gateway is there and the database server answers.
pub(crate) async fn health(State(app): State<Arc<App>>) -> Result<&'static str, Failure> {
    app.database.check_server().await.map(|()| "ok\n")
}
