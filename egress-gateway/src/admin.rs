//! The port for machines and administrators: metrics, liveness, readiness, and the hosts that were refused or noted, by plain HTTP on an
//! address that pods do not reach.

use crate::metrics::Metrics;
use crate::noticed::Noticed;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;
use tokio::net::TcpListener;

/// Serves until the program ends. A replica that drains is alive and not ready.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, noticed: Arc<Noticed>) {
    let app = Router::new()
        .route("/metrics", get(scrape))
        .route("/hosts", get(move || std::future::ready(hosts(&noticed))))
        .route("/livez", get(|| std::future::ready("ok\n")))
        .route("/readyz", get(ready))
        .with_state(metrics);
    if let Err(error) = axum::serve(listener, app).await {
        tracing::error!(%error, "the port for machines ended");
    }
}

async fn scrape(State(metrics): State<Arc<Metrics>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    match metrics.encode() {
        Ok(text) => (kind, text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn hosts(noticed: &Noticed) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/jsonl"), (header::CACHE_CONTROL, "no-store")];
    (headers, noticed.lines(SystemTime::now())).into_response()
}

async fn ready(State(metrics): State<Arc<Metrics>>) -> (StatusCode, &'static str) {
    if metrics.serving.load(Ordering::Relaxed) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no new connections are taken\n")
    }
}
