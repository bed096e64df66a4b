//! What is counted. No label carries anything about a person, a session or an address.

use cobrowse_session::claim::{Outcome, Step};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Seconds. A claim's bar is 60 ms, so that the first of them tell apart what is good and what is not.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// A pool, and which of its pods.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PoolPods {
    /// Name of the pool.
    pub pool: String,
    /// warm, warming, bound or leaving.
    pub state: String,
}

/// A pool, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PoolReason {
    /// Name of the pool.
    pub pool: String,
    /// CamelCase.
    pub reason: String,
}

/// What the API server was asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Request {
    /// As in a role: get, list, watch, create, update, patch, delete.
    pub verb: &'static str,
    /// As in a role, for example pods/status.
    pub resource: String,
    /// The HTTP status; 0 without an answer.
    pub code: u16,
}

/// What the API server was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Asked {
    /// As in a role.
    pub verb: &'static str,
    /// As in a role.
    pub resource: String,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reason {
    /// CamelCase.
    pub reason: String,
}

/// A step of a claim, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StepOutcome {
    /// Which.
    pub step: &'static str,
    /// How.
    pub outcome: &'static str,
}

/// Every metric of this program.
pub struct Metrics {
    registry: Registry,
    /// Whether all objects were seen once.
    pub synced: AtomicBool,
    /// 1 while this replica leads.
    pub leader: Gauge,
    /// From the sight of a session to its binding.
    pub claim_seconds: Histogram,
    /// From the sight of a session to its readiness.
    pub ready_seconds: Histogram,
    /// From a pod's creation to its enrollment; whole seconds, as the API server has them.
    pub warm_seconds: Histogram,
    /// Failures that never should be.
    pub alarms: Counter,
    /// Sessions that wait since their tenant has as many as it may.
    pub over_limit: Gauge,
    pool_pods: Family<PoolPods, Gauge>,
    deletions: Family<PoolReason, Counter>,
    ends: Family<Reason, Counter>,
    steps: Family<StepOutcome, Counter>,
    requests: Family<Request, Counter>,
    request_seconds: Family<Asked, Histogram, fn() -> Histogram>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("cobrowse"),
            synced: AtomicBool::new(false),
            leader: Gauge::default(),
            claim_seconds: Histogram::new(BUCKETS),
            ready_seconds: Histogram::new(BUCKETS),
            warm_seconds: Histogram::new(BUCKETS),
            alarms: Counter::default(),
            over_limit: Gauge::default(),
            pool_pods: Family::default(),
            deletions: Family::default(),
            ends: Family::default(),
            steps: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// All metrics as OpenMetrics text.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry).map(|()| text)
    }

    /// How many pods of a pool are in this state.
    pub fn pods(&self, pool: &str, state: &str) -> Gauge {
        self.pool_pods.get_or_create(&PoolPods { pool: pool.to_owned(), state: state.to_owned() }).clone()
    }

    /// A warm pod was deleted.
    pub fn deleted(&self, pool: &str, reason: &str) {
        self.deletions.get_or_create(&PoolReason { pool: pool.to_owned(), reason: reason.to_owned() }).inc();
    }

    /// The API server was asked, and has answered or not.
    pub fn asked(&self, verb: &'static str, resource: &str, code: u16, took: Duration) {
        let resource = resource.to_owned();
        // A watch lasts as long as it may; what counts is how soon it begins.
        self.request_seconds.get_or_create(&Asked { verb, resource: resource.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { verb, resource, code }).inc();
    }

    /// A session ended.
    pub fn ended(&self, reason: &str) {
        self.ends.get_or_create(&Reason { reason: reason.to_owned() }).inc();
    }

    /// A step of a claim was tried.
    pub fn stepped(&self, step: &Step, outcome: Outcome) {
        let step = match step {
            Step::Read(_) => "Read",
            Step::ClaimPod(_) => "ClaimPod",
            Step::Cold => "Cold",
            Step::Bind(_) => "Bind",
            Step::WriteBinding(_) => "WriteBinding",
            Step::Start(_) => "Start",
            Step::WriteReady(_) => "WriteReady",
            Step::DeletePod { .. } => "DeletePod",
            Step::Finish(_) => "Finish",
            Step::Wait(_) | Step::Over => "Other",
        };
        let outcome = match outcome {
            Outcome::Done => "Done",
            Outcome::LostRace => "LostRace",
            Outcome::Invalid => "Invalid",
            Outcome::NotFound => "NotFound",
            Outcome::Conflict => "Conflict",
            Outcome::Refused => "Refused",
            Outcome::Unavailable => "Unavailable",
        };
        self.steps.get_or_create(&StepOutcome { step, outcome }).inc();
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("leader", "1 while this replica leads", self.leader.clone());
        r.register("session_claim_seconds", "From the sight of a session to its pod", self.claim_seconds.clone());
        r.register(
            "session_ready_seconds",
            "From the sight of a session to its first picture",
            self.ready_seconds.clone(),
        );
        r.register("pod_warm_seconds", "From a pod's creation to its enrollment", self.warm_seconds.clone());
        r.register("claim_alarms", "Steps that failed and never should", self.alarms.clone());
        r.register("sessions_over_limit", "Sessions that wait for others of their tenant", self.over_limit.clone());
        r.register("pool_pods", "Pods of a pool", self.pool_pods.clone());
        r.register("pool_deletions", "Warm pods deleted", self.deletions.clone());
        r.register("session_end", "Sessions ended", self.ends.clone());
        r.register("claim_steps", "Steps of claims", self.steps.clone());
        r.register("apiserver_requests", "Requests of the API server", self.requests.clone());
        r.register(
            "apiserver_request_seconds",
            "From a request of the API server to its answer",
            self.request_seconds.clone(),
        );
    }
}
