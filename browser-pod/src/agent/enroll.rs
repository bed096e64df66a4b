//! `EnrollmentService`: how a new pod proves itself and gets the certificate for it alone. Served once.

use std::sync::Mutex;

use cobrowse_identity::CertificateDer;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::mutual;
use cobrowse_identity::name::PeerName;
use cobrowse_identity::{ClientConfig, ServerConfig};
use cobrowse_wire::v1::{self, enrollment_service_server::EnrollmentService};
use std::sync::Arc;
use tokio::sync::oneshot;
use tonic::{Request, Response, Status};

use super::status;
use super::token::Token;

/// Certificates in a chain.
const CHAIN: usize = 4;

/// A pod that is nobody yet.
pub(super) struct Enrollment {
    pub(super) key: Arc<PodKey>,
    pub(super) token: Token,
    /// Gets the configuration that is served from now on.
    pub(super) certified: Mutex<Option<oneshot::Sender<Certified>>>,
}

/// What a pod does with its certificate.
pub(super) struct Configurations {
    /// Serves `PodService`.
    pub(super) serve: Arc<ServerConfig>,
    /// Dials the egress gateway.
    pub(super) dial: Arc<ClientConfig>,
}

/// What holds from now on, and where to say that no new connection is served otherwise.
pub(super) struct Certified {
    pub(super) config: Configurations,
    pub(super) taken: oneshot::Sender<()>,
}

#[tonic::async_trait]
impl EnrollmentService for Enrollment {
    async fn enroll(&self, _request: Request<v1::EnrollRequest>) -> Result<Response<v1::EnrollResponse>, Status> {
        let signing_request = self.key.signing_request().map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "no signing request could be made");
            Status::internal("failed to make a signing request")
        })?;
        let token = self.token.read().map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "no token could be read");
            Status::unavailable("failed to read the enrollment token")
        })?;
        Ok(Response::new(v1::EnrollResponse { token: token.to_string(), signing_request }))
    }

    async fn certify(&self, request: Request<v1::CertifyRequest>) -> Result<Response<v1::CertifyResponse>, Status> {
        let config = self.configuration(request.into_inner())?;
        let certified = self.certified.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let certified = certified.ok_or_else(|| Status::already_exists("the pod is certified already"))?;
        let (taken, done) = oneshot::channel();
        certified.send(Certified { config, taken }).map_err(|_| status::ended())?;
        // Whoever dials after the answer meets mutual TLS.
        done.await.map_err(|_| status::ended())?;
        Ok(Response::new(v1::CertifyResponse {}))
    }
}

impl Enrollment {
    /// The mutual TLS configurations, if the certificate is for a pod of the name given and for this pod's key.
    fn configuration(&self, request: v1::CertifyRequest) -> Result<Configurations, Status> {
        let chain: Vec<_> = request.certificates.into_iter().map(CertificateDer::from).collect();
        if chain.is_empty() || chain.len() > CHAIN {
            return Err(status::invalid("certificates"));
        }
        let name = PeerName::of_peer(Some(&chain)).map_err(|_| status::invalid("certificates"))?;
        if !matches!(name, PeerName::Pod(_)) || name.to_string() != request.name {
            return Err(status::invalid("name"));
        }
        let authority = CertificateDer::from(request.client_authority);
        let dial = mutual::pod_client(&self.key, chain.clone(), authority.clone());
        let dial = dial.map_err(|_| status::invalid("certificates"))?;
        let serve = mutual::server(&self.key, chain, authority).map_err(|_| status::invalid("certificates"))?;
        Ok(Configurations { serve, dial })
    }
}
