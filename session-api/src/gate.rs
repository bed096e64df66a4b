//! The one place where calls are admitted: rate, origin, who calls, and the permission table. A call without an entry in
//! `permission` does not exist.

use crate::admin::metrics::Metrics;
use crate::caller::Caller;
use crate::door::rate::Rate;
use crate::door::{Peer, Prefix, host};
use crate::refusal::Refusal;
use crate::status;
use crate::store::Store;
use crate::trace_span;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cobrowse_session::permission::{CallerRole, Permission, may};
use http::header;
use http::request::Parts;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::{Code, Status};
use tracing::Instrument;

/// A burst is this many times the rate: a page opens with several calls at once.
const BURST: u32 = 10;
/// Where the calls of the contract are.
const CONTRACT: &str = "/cobrowse.v1.";
/// Services that tell about the program and not about anybody.
const OPEN: [&str; 2] = ["/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/"];

/// Admits calls. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    store: Store,
    calls: Arc<Rate>,
    metrics: Arc<Metrics>,
    public_origin: Option<Arc<str>>,
}

impl Gate {
    /// With a rate of calls per second and address.
    pub fn new(store: Store, metrics: Arc<Metrics>, calls_per_second: u32, public_origin: Option<&str>) -> Self {
        let burst = calls_per_second.saturating_mul(BURST);
        let calls = Arc::new(Rate::new(burst, Duration::from_secs(u64::from(BURST))));
        Self { store, calls, metrics, public_origin: public_origin.map(Arc::from) }
    }

    /// Middleware for gRPC services. The services find the `Caller` in the request's extensions.
    pub async fn apply(State(gate): State<Self>, request: Request, next: Next) -> Response {
        let (mut parts, body) = request.into_parts();
        match gate.admit(&parts).await {
            Ok(caller) => {
                if let Some(caller) = caller {
                    parts.extensions.insert(caller);
                }
                let Some(call) = permission(parts.uri.path()) else {
                    return next.run(Request::from_parts(parts, body)).await;
                };
                let span = trace_span!("call", call = ?call, code = tracing::field::Empty);
                let mut response = next.run(Request::from_parts(parts, body)).instrument(span.clone()).await;
                if let Some(refusal) = status::explain(response.headers_mut()) {
                    Metrics::count(&gate.metrics.refusals, refusal.reason());
                }
                let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code());
                span.record("code", tracing::field::debug(code));
                response
            }
            Err(refusal) => {
                Metrics::count(&gate.metrics.refusals, refusal.reason());
                Status::from(refusal).into_http::<axum::body::Body>().into_response()
            }
        }
    }

    /// Whether this request comes from our own pages, or from a program that is no browser.
    pub fn is_own_origin(&self, request: &Parts) -> bool {
        let Some(origin) = request.headers.get(header::ORIGIN) else { return true };
        let own = match &self.public_origin {
            Some(origin) => Some(origin.to_string()),
            None => host(&request.uri, &request.headers).map(|host| format!("https://{host}")),
        };
        own.is_some_and(|own| own.as_bytes() == origin.as_bytes())
    }

    /// Takes one call of this address's rate.
    pub fn take_call(&self, prefix: Prefix) -> Result<(), Refusal> {
        self.calls.take(prefix, Instant::now()).map_err(Refusal::RateLimited)
    }

    async fn admit(&self, request: &Parts) -> Result<Option<Caller>, Refusal> {
        let prefix = prefix(request);
        self.take_call(prefix)?;
        if !self.is_own_origin(request) {
            return Err(Refusal::PermissionDenied);
        }
        let path = request.uri.path();
        if OPEN.iter().any(|service| path.starts_with(service)) {
            return Ok(None);
        }
        let permission = permission(path).ok_or(Refusal::UnknownMethod)?;
        let caller = Caller::of(&self.store, &request.headers, prefix).await?;
        authorize(caller.role(), permission)?;
        Ok(Some(caller))
    }
}

/// Asks the permission table.
pub fn authorize(role: CallerRole, permission: Permission) -> Result<(), Refusal> {
    // Ending any session of the tenant and ending one's own are one call; which it is, the handler sees from the row.
    let ends = permission == Permission::EndSession && may(role, Permission::EndAnySession);
    match (may(role, permission) || ends, role) {
        (true, _) => Ok(()),
        (false, CallerRole::Visitor) => Err(Refusal::Unauthenticated),
        (false, _) => Err(Refusal::PermissionDenied),
    }
}

/// The peer's address prefix. Only a connection without an address, which there is none of, would have the fallback.
pub fn prefix(request: &Parts) -> Prefix {
    let unknown = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    Prefix::of(request.extensions.get::<Peer>().map_or(unknown, |peer| peer.0).ip())
}

/// The permission that a call needs.
pub fn permission(path: &str) -> Option<Permission> {
    let (service, method) = path.strip_prefix(CONTRACT)?.split_once('/')?;
    Some(match (service, method) {
        ("SessionService", "ResolveSite") => Permission::ResolveSite,
        ("SessionService", "StartSession") => Permission::StartSession,
        ("SessionService", "RenewPin") => Permission::RenewPin,
        ("SessionService", "JoinSession") => Permission::JoinSession,
        ("SessionService", "AllowParticipant") => Permission::AllowParticipant,
        ("SessionService", "DenyParticipant") => Permission::DenyParticipant,
        ("SessionService", "GetSession") => Permission::GetSession,
        ("SessionService", "WatchSession") => Permission::WatchSession,
        ("SessionService", "CreateTicket") => Permission::CreateTicket,
        ("SessionService", "CreateInvitation") => Permission::CreateInvitation,
        ("SessionService", "AcceptInvitation") => Permission::AcceptInvitation,
        ("SessionService", "Attach") => Permission::Attach,
        ("SessionService", "PauseSession") => Permission::PauseSession,
        ("SessionService", "ResumeSession") => Permission::ResumeSession,
        ("SessionService", "EndSession") => Permission::EndSession,
        ("SessionService", "Navigate") => Permission::Navigate,
        ("SessionService", "SendGuidance") => Permission::SendGuidance,
        ("SessionService", "UploadFile") => Permission::UploadFile,
        ("SessionService", "DownloadFile") => Permission::DownloadFile,
        ("AccountService", "SignIn") => Permission::SignIn,
        ("AccountService", "SignOut") => Permission::SignOut,
        ("AccountService", "SetUpAdministrator") => Permission::SetUpAdministrator,
        ("AccountService", "GetAccount") => Permission::GetAccount,
        ("AccountService", "ListReports") => Permission::ListReports,
        ("AccountService", "ListAccounts") => Permission::ListAccounts,
        ("AccountService", "CreateAccount") => Permission::CreateAccount,
        ("AccountService", "DisableAccount") => Permission::DisableAccount,
        ("AccountService", "ResetPassword") => Permission::ResetPassword,
        ("AccountService", "ChangeRole") => Permission::ChangeRole,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use prost_types::FileDescriptorSet;

    /// Services of pods are never served here.
    const ELSEWHERE: [&str; 2] = ["PodService", "EnrollmentService"];

    #[test]
    fn every_method_of_the_contract_has_a_permission() {
        let set = FileDescriptorSet::decode(cobrowse_wire::DESCRIPTORS).expect("our own descriptors");
        let services = set.file.iter().flat_map(|file| file.service.iter().map(move |s| (file.package(), s)));
        let mut seen = 0;
        for (package, service) in services.filter(|(_, s)| !ELSEWHERE.contains(&s.name())) {
            for method in &service.method {
                let path = format!("/{package}.{}/{}", service.name(), method.name());
                assert!(permission(&path).is_some(), "{path} has no entry in gate::permission");
                seen += 1;
            }
        }
        assert_eq!(seen, 29);
        for path in ["/cobrowse.v1.PodService/Bind", "/cobrowse.v1.SessionService/", "/", "/v1/attach"] {
            assert!(permission(path).is_none(), "{path}");
        }
    }

    #[test]
    fn visitors_sign_in_first() {
        let refused = authorize(CallerRole::Visitor, Permission::JoinSession).expect_err("needs a sign-in");
        assert_eq!(refused.reason(), "Unauthenticated");
        let refused = authorize(CallerRole::EndUser, Permission::JoinSession).expect_err("not for end users");
        assert_eq!(refused.reason(), "PermissionDenied");
    }
}
