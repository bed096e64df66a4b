//! Who leads: a Lease of the cluster, which one replica holds and renews. Whoever cannot renew it in time stops before another one may
//! take it. It is a courtesy between replicas; that two who lead at once do no harm, the rules of the claim see to.

use crate::cluster::{Failure, answer};
use crate::metrics::Metrics;
use crate::names;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, PostParams};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a lease holds after its last renewal.
const DURATION: Duration = Duration::from_secs(10);
/// So long before that its holder stops, since clocks and requests are not exact.
const GRACE: Duration = Duration::from_secs(3);
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(2);
/// How often the other one looks. A hand-over takes no longer.
const LOOK: Duration = Duration::from_millis(250);
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why this replica leads no more.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be renewed in time.
    #[error("failed to renew the lease in time")]
    Late,
    /// Another one has it.
    #[error("failed to keep the lease: {0} has it")]
    Taken(String),
}

/// The lease, as one replica sees it.
pub struct Hold {
    leases: Api<Lease>,
    identity: String,
    /// What was seen of another's, and since when by our own clock: theirs may differ.
    seen: Option<(String, Instant)>,
    metrics: Arc<Metrics>,
}

impl Hold {
    /// Of this replica.
    pub fn new(client: kube::Client, namespace: &str, identity: &str, metrics: Arc<Metrics>) -> Self {
        Self { leases: Api::namespaced(client, namespace), identity: identity.to_owned(), seen: None, metrics }
    }

    /// Waits until this replica holds the lease. Gives it as it is then, and since when it counts.
    pub async fn acquire(&mut self) -> (Lease, Instant) {
        loop {
            let asked = Instant::now();
            match self.attempt().await {
                Ok(Some(lease)) => return (lease, asked),
                Ok(None) => {}
                Err(failure) => tracing::debug!(error = crate::chain(&failure), "the lease could not be asked for"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn attempt(&mut self) -> Result<Option<Lease>, Failure> {
        let Some(lease) = request(self.leases.get_opt(names::MANAGER)).await? else {
            let lease = Lease {
                metadata: ObjectMeta { name: Some(names::MANAGER.to_owned()), ..ObjectMeta::default() },
                spec: Some(self.held(None)),
            };
            return lost(request(self.leases.create(&PostParams::default(), &lease)).await);
        };
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.clone().unwrap_or_default();
        if !holder.is_empty() && holder != self.identity && !self.is_over(&spec) {
            return Ok(None);
        }
        let moved = i32::from(holder != self.identity);
        let transitions = spec.lease_transitions.map(|transitions| transitions.saturating_add(moved));
        let taken = LeaseSpec { acquire_time: None, lease_transitions: transitions, ..spec };
        lost(self.replace(lease, self.held(Some(&taken))).await)
    }

    /// Whether another's lease is over: nothing changed it for as long as it holds, by our own clock.
    fn is_over(&mut self, spec: &LeaseSpec) -> bool {
        let text = format!("{:?} {:?} {:?}", spec.holder_identity, spec.renew_time, spec.lease_transitions);
        let lasts = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let lasts = lasts.map_or(DURATION, Duration::from_secs);
        match &self.seen {
            Some((seen, since)) if *seen == text => since.elapsed() >= lasts,
            _ => {
                self.seen = Some((text, Instant::now()));
                false
            }
        }
    }

    /// Renews the lease until it cannot.
    pub async fn keep(&self, mut lease: Lease, mut since: Instant) -> Error {
        loop {
            let renewed = Duration::from_millis(crate::now().as_millis()).saturating_sub(since.elapsed());
            self.metrics.lease_renewed.set(renewed.as_secs_f64());
            let late = since + (DURATION - GRACE);
            tokio::time::sleep_until((since + RENEW).min(late)).await;
            let asked = Instant::now();
            let renewed = self.replace(lease.clone(), self.held(lease.spec.as_ref()));
            match tokio::time::timeout_at(late, renewed).await {
                Ok(Ok(renewed)) => (lease, since) = (renewed, asked),
                // Another wrote it, or our own write before had no answer.
                Ok(Err(failure)) if failure.code() == 409 => match request(self.leases.get(names::MANAGER)).await {
                    Ok(found) => {
                        let holder = found.spec.as_ref().and_then(|spec| spec.holder_identity.clone());
                        if holder.as_deref() != Some(&self.identity) {
                            return Error::Taken(holder.unwrap_or_default());
                        }
                        lease = found;
                    }
                    Err(failure) => tracing::warn!(error = crate::chain(&failure), "the lease could not be read"),
                },
                Ok(Err(failure)) => {
                    tracing::warn!(error = crate::chain(&failure), "the lease could not be renewed");
                    // Not as fast as the machine can.
                    tokio::time::sleep(LOOK).await;
                }
                Err(_) => return Error::Late,
            }
            if since.elapsed() >= DURATION - GRACE {
                return Error::Late;
            }
        }
    }

    /// Gives the lease away, so that the other replica need not wait until it is over.
    pub async fn release(&self) {
        let Ok(lease) = request(self.leases.get(names::MANAGER)).await else { return };
        let spec = lease.spec.clone().unwrap_or_default();
        if spec.holder_identity.as_deref() != Some(&self.identity) {
            return;
        }
        let free = LeaseSpec { holder_identity: Some(String::new()), lease_duration_seconds: Some(1), ..spec };
        if let Err(failure) = self.replace(lease, free).await {
            tracing::warn!(error = crate::chain(&failure), "the lease could not be given away");
        }
    }

    /// In the version that was seen: of two who take it one is refused.
    async fn replace(&self, lease: Lease, spec: LeaseSpec) -> Result<Lease, Failure> {
        let lease = Lease { spec: Some(spec), ..lease };
        request(self.leases.replace(names::MANAGER, &PostParams::default(), &lease)).await
    }

    /// Held by this replica from now on, or still.
    fn held(&self, before: Option<&LeaseSpec>) -> LeaseSpec {
        let now = MicroTime(Timestamp::now());
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: before.and_then(|spec| spec.acquire_time.clone()).or_else(|| Some(now.clone())),
            renew_time: Some(now),
            lease_transitions: before.map_or(Some(0), |spec| spec.lease_transitions),
            ..LeaseSpec::default()
        }
    }
}

async fn request<T>(request: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Failure> {
    tokio::time::timeout(PATIENCE, answer(request)).await.unwrap_or(Err(Failure::Slow))
}

/// Who came second looks again.
fn lost(written: Result<Lease, Failure>) -> Result<Option<Lease>, Failure> {
    match written {
        Ok(lease) => Ok(Some(lease)),
        Err(failure) if failure.code() == 409 => Ok(None),
        Err(failure) => Err(failure),
    }
}
