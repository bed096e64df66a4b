//! What is where on the one port.

use crate::accounts::{self, Accounts};
use crate::door::Security;
use crate::gate::Gate;
use crate::pages;
use crate::relay::Relay;
use crate::sessions::{Sessions, service};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use cobrowse_wire::v1::account_service_server::{self, AccountServiceServer};
use cobrowse_wire::v1::session_service_server::{self, SessionServiceServer};
use http::{HeaderValue, header};
use tonic::service::Routes;
use tonic_reflection::server::Error;

/// Bytes of one call's message. Files come in parts of 256 KiB, pastes are as large.
const MESSAGE_BYTES: usize = 1024 * 1024;

/// Pages, calls and streams.
pub(super) fn all(
    sessions: &Sessions,
    relay: &Relay,
    accounts: Accounts,
    gate: Gate,
    public_origin: Option<&str>,
) -> Result<Router, Error> {
    let metrics = sessions.parts().metrics.clone();
    let session_service = SessionServiceServer::new(service::Service::new(sessions.clone(), relay.clone()))
        .max_decoding_message_size(MESSAGE_BYTES);
    let account_service = AccountServiceServer::new(accounts::service::Service::new(accounts, metrics))
        .max_decoding_message_size(MESSAGE_BYTES);
    let (reporter, health) = tonic_health::server::health_reporter();
    // Nothing here is served before it can be; readiness for machines is on the admin port.
    drop(reporter);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(cobrowse_wire::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // The contract has services of pods too, which are not here.
        .with_service_name(session_service_server::SERVICE_NAME)
        .with_service_name(account_service_server::SERVICE_NAME)
        .with_service_name(tonic_health::pb::health_server::SERVICE_NAME)
        .build_v1()?;
    let mut calls = Routes::builder();
    calls.add_service(session_service).add_service(account_service).add_service(health).add_service(reflection);
    let calls = calls
        .routes()
        .into_axum_router()
        .reset_fallback()
        .layer(from_fn_with_state(gate, Gate::apply))
        .layer(tonic_web::GrpcWebLayer::new())
        .layer(from_fn(never_kept));
    Ok(Router::new()
        .route("/v1/attach", get(Relay::attach_websocket).with_state(relay.clone()))
        .merge(calls)
        .fallback(pages::serve)
        .layer(from_fn_with_state(Security::new(public_origin), Security::apply)))
}

/// Answers of calls are for their caller alone.
async fn never_kept(request: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
