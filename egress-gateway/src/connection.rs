//! What one pod's connection may ask: `PUT /v1/grant` with a grant, first and at each renewal, and CONNECT as often as the grant
//! allows. The grant is shown once, not with each CONNECT: it may be a hundred kilobytes long, and what was checked need not be
//! checked again.

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::metered::Moved;
use crate::open::{Refused, open};
use crate::refusal::Refusal;
use crate::terms::Terms;
use crate::tunnel::{self, Bounds};
use bytes::Bytes;
use cobrowse_identity::grant::{self, GRANT_BYTES_MAX};
use cobrowse_identity::name::PodUid;
use cobrowse_session::egress::{Admission, Target};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where a grant is shown.
pub const GRANT_PATH: &str = "/v1/grant";

/// One pod's connection.
pub struct Connection {
    gateway: Arc<Gateway>,
    pod: PodUid,
    standing: Mutex<Option<Standing>>,
    /// Connections to the outside.
    tunnels: TaskTracker,
    /// Whether the program ends.
    stop: CancellationToken,
}

/// What the newest grant made of the connection.
#[derive(Clone)]
struct Standing {
    terms: Arc<Terms>,
    ledger: Arc<Ledger>,
}

impl Connection {
    /// Of the pod that the certificate names.
    pub fn new(gateway: Arc<Gateway>, pod: PodUid, stop: CancellationToken) -> Self {
        Self { gateway, pod, standing: Mutex::default(), tunnels: TaskTracker::new(), stop }
    }

    /// Comes when the program ends and nothing is open to the outside any more. Until then grants are renewed here, or what is open
    /// would end with its grant.
    pub async fn drained(&self) {
        self.stop.cancelled().await;
        self.tunnels.close();
        self.tunnels.wait().await;
    }

    /// Answers one request.
    pub async fn answer(&self, mut request: Request<Incoming>) -> Response<Full<Bytes>> {
        let done = match *request.method() {
            Method::CONNECT => {
                let upgrade = on(&mut request);
                self.connect(request.uri().authority().map(http::uri::Authority::as_str), upgrade).await
            }
            Method::PUT if request.uri().path() == GRANT_PATH => self.renew(request.into_body()).await,
            _ => Err(Refusal::UnknownRequest),
        };
        match done {
            Ok(status) => {
                let mut response = Response::default();
                *response.status_mut() = status;
                response
            }
            Err(refusal) => refusal.response(),
        }
    }

    async fn renew(&self, body: Incoming) -> Result<StatusCode, Refusal> {
        let taken = match self.read(body).await {
            Ok(terms) => self.take(terms),
            Err(refusal) => Err(refusal),
        };
        let word = taken.map_or_else(Refusal::word, |_| "Accepted");
        self.gateway.metrics.granted(word);
        if let Err(refusal) = taken {
            tracing::warn!(pod = self.pod.as_str(), reason = refusal.word(), "a grant was refused");
        }
        taken
    }

    async fn read(&self, body: Incoming) -> Result<Terms, Refusal> {
        let body = Limited::new(body, GRANT_BYTES_MAX).collect();
        let bytes = match timeout(self.gateway.times.hello, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) => return Err(Refusal::Grant(grant::Error::TooLong.reason())),
            Err(_) => return Err(Refusal::Grant(grant::Error::Cut.reason())),
        };
        let material = self.gateway.material.borrow().clone();
        let now = SystemTime::now();
        let grant = material.keys.verify(&bytes, &self.pod, now);
        let grant = grant.map_err(|error| Refusal::Grant(error.reason()))?;
        Terms::read(&grant, now).map_err(|error| {
            // Signed by the operator, and yet of no use: somebody must look.
            tracing::error!(error = crate::run::chain(&error), "a signed grant cannot be gone by");
            Refusal::Grant("GrantMalformed")
        })
    }

    fn take(&self, terms: Terms) -> Result<StatusCode, Refusal> {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = |old: &Standing| old.terms.session != terms.session || old.terms.tenant != terms.tenant;
        if standing.as_ref().is_some_and(differs) {
            return Err(Refusal::GrantOfOtherSession);
        }
        // An older one that comes late is no renewal.
        if standing.as_ref().is_some_and(|old| old.terms.expires > terms.expires + Duration::from_secs(1)) {
            return Ok(StatusCode::NO_CONTENT);
        }
        let ledger = self.gateway.sessions.enter(&terms.session, terms.limits, terms.expires);
        *standing = Some(Standing { terms: Arc::new(terms), ledger });
        Ok(StatusCode::NO_CONTENT)
    }

    async fn connect(&self, authority: Option<&str>, upgrade: OnUpgrade) -> Result<StatusCode, Refusal> {
        if self.stop.is_cancelled() {
            return Err(Refusal::Draining);
        }
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(standing) = standing else {
            self.gateway.metrics.decided("Refused", Refusal::GrantMissing.word());
            return Err(Refusal::GrantMissing);
        };
        let target = Target::parse(authority.unwrap_or_default());
        let done = match &target {
            Ok(target) => self.open(&standing, target, upgrade).await,
            Err(reason) => Err(Refusal::Rule(*reason).into()),
        };
        match &done {
            Ok(Admission { noted: None, .. }) => self.tell(&standing, target.as_ref().ok(), "Allowed", "Allowed", None),
            Ok(Admission { noted: Some(reason), .. }) => {
                self.tell(&standing, target.as_ref().ok(), "Noted", reason.as_str(), None);
            }
            Err(refused) => {
                self.tell(&standing, target.as_ref().ok(), "Refused", refused.refusal.word(), Some(refused));
            }
        }
        done.map(|_| StatusCode::OK).map_err(|refused| refused.refusal)
    }

    async fn open(&self, standing: &Standing, target: &Target, upgrade: OnUpgrade) -> Result<Admission, Refused> {
        let Standing { terms, ledger } = standing;
        if terms.expires <= Instant::now() {
            return Err(Refusal::Grant(grant::Error::Expired.reason()).into());
        }
        let slot = ledger.open()?;
        let began = Instant::now();
        let (outside, admission) = open(&self.gateway, terms, ledger, target).await?;
        self.gateway.metrics.open_seconds.observe(began.elapsed().as_secs_f64());
        let bounds = Bounds {
            target: target.clone(),
            protocol: admission.protocol,
            times: self.gateway.times,
            life: Duration::from_secs(terms.limits.connection_seconds.into()),
        };
        let (metrics, terms) = (self.gateway.metrics.clone(), terms.clone());
        self.tunnels.spawn(async move {
            let moved = Moved::new();
            metrics.open.inc();
            let end = match upgrade.await {
                Ok(pod) => tunnel::carry(TokioIo::new(pod), outside, slot, moved.clone(), &bounds).await,
                Err(_) => tunnel::End::Broken,
            };
            metrics.open.dec();
            let (out, back) = moved.bytes();
            metrics.moved(end, out, back);
            tracing::info!(
                target: "egress",
                session = terms.session.as_str(),
                tenant = terms.tenant.as_str(),
                host = bounds.target.host().as_str(),
                port = bounds.target.port(),
                decision = "Ended",
                reason = end.word(),
                bytes_out = out,
                bytes_back = back,
            );
        });
        Ok(admission)
    }

    /// Logs and counts a decision. Of what was no target nothing is told: it may be anything.
    fn tell(
        &self,
        standing: &Standing,
        target: Option<&Target>,
        decision: &'static str,
        reason: &'static str,
        refused: Option<&Refused>,
    ) {
        self.gateway.metrics.decided(decision, reason);
        if let Some(target) = target.filter(|_| decision != "Allowed") {
            self.gateway.noticed.note(&standing.terms, target, decision, reason, SystemTime::now());
        }
        let address = refused.and_then(|refused| refused.address).map(|address| address.to_string());
        tracing::info!(
            target: "egress",
            session = standing.terms.session.as_str(),
            tenant = standing.terms.tenant.as_str(),
            host = target.map(|target| target.host().as_str()),
            port = target.map(Target::port),
            decision,
            reason,
            address,
        );
    }
}
