//! What is counted. No label carries anything about a person, a session or an address.

use cobrowse_session::claim::{Outcome, Step};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::exemplar::HistogramWithExemplars;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::{Duration, SystemTime};

/// Seconds. A claim's bar is 60 ms, so that the first of them tell apart what is good and what is not.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Seconds that the deciding task takes for one round: it is to be microseconds, and nobody else decides meanwhile.
const ROUND_BUCKETS: [f64; 9] = [0.00005, 0.0002, 0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 2.0];

/// A histogram for each of some labels.
type Timed<L> = Family<L, Histogram, fn() -> Histogram>;
/// The same of claims, each with the trace of one that fell into it, where there are traces.
type Traced = Family<Launch, HistogramWithExemplars<InTrace>, fn() -> HistogramWithExemplars<InTrace>>;

/// A trace by its id, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct InTrace {
    /// As in W3C's traceparent.
    pub trace_id: String,
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Pool {
    /// Its name.
    pub pool: String,
}

/// A pool, and where a session's pod came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Launch {
    /// Name of the pool.
    pub pool: String,
    /// Warm or Cold.
    pub launch: String,
}

/// Where sessions are in their life.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct InPhase {
    /// As in their status.
    pub phase: String,
}

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

/// A pool, and what its pods reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PoolReached {
    /// Name of the pool.
    pub pool: String,
    /// As in a pool's status: ApiServer, Metadata, Dns, Pod, Node or Outside.
    pub what: &'static str,
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

/// How a renewal of a grant went.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct GrantOutcome {
    /// Done or Failed.
    pub outcome: &'static str,
}

/// Every metric of this program.
pub struct Metrics {
    registry: Registry,
    /// Whether all objects were seen once.
    pub synced: AtomicBool,
    /// 1 while this replica leads.
    pub leader: Gauge,
    /// When this replica last renewed the lease, by its clock: seconds since 1970.
    pub lease_renewed: Gauge<f64, AtomicU64>,
    /// From the sight of a session to its binding.
    claim_seconds: Traced,
    /// From a session's creation to its binding; the creation is in whole seconds, by the API server's clock.
    pub bound_seconds: Timed<Launch>,
    /// From the sight of a session to its readiness.
    ready_seconds: Traced,
    /// One round of the deciding task.
    pub round_seconds: Histogram,
    /// Events that the deciding task has not taken yet.
    pub events_waiting: Gauge,
    /// Times that sessions began to wait for a pod of a pool.
    pub pool_empty: Family<Pool, Counter>,
    /// Pods that a pool may start at once.
    pub refill_tokens: Family<Pool, Gauge>,
    /// From a pod's creation to its enrollment; whole seconds, as the API server has them.
    pub warm_seconds: Histogram,
    /// 1 where the network holds a pool's policy, 0 where a pod reached what it must not.
    pub network_enforced: Family<Pool, Gauge>,
    /// Pods that reached what they must not, by what it was.
    pub network_reached: Family<PoolReached, Counter>,
    /// Failures that never should be.
    pub alarms: Counter,
    /// Sessions that wait since their tenant has as many as it may.
    pub over_limit: Gauge,
    pool_pods: Family<PoolPods, Gauge>,
    deletions: Family<PoolReason, Counter>,
    ends: Family<Reason, Counter>,
    steps: Family<StepOutcome, Counter>,
    grants: Family<GrantOutcome, Counter>,
    sessions: Family<InPhase, Gauge>,
    requests: Family<Request, Counter>,
    request_seconds: Timed<Asked>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("cobrowse"),
            synced: AtomicBool::new(false),
            leader: Gauge::default(),
            lease_renewed: Gauge::default(),
            claim_seconds: Family::new_with_constructor(traced),
            bound_seconds: Family::new_with_constructor(seconds),
            ready_seconds: Family::new_with_constructor(traced),
            round_seconds: Histogram::new(ROUND_BUCKETS),
            events_waiting: Gauge::default(),
            pool_empty: Family::default(),
            refill_tokens: Family::default(),
            warm_seconds: Histogram::new(BUCKETS),
            network_enforced: Family::default(),
            network_reached: Family::default(),
            alarms: Counter::default(),
            over_limit: Gauge::default(),
            pool_pods: Family::default(),
            deletions: Family::default(),
            ends: Family::default(),
            steps: Family::default(),
            grants: Family::default(),
            sessions: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
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

    /// A session has its pod, so long after it was seen, in this trace.
    pub fn claimed(&self, launch: &Launch, took: Duration, trace: Option<String>) {
        observe(&self.claim_seconds, launch, took, trace);
    }

    /// A session can be used, so long after it was seen, in this trace.
    pub fn became_ready(&self, launch: &Launch, took: Duration, trace: Option<String>) {
        observe(&self.ready_seconds, launch, took, trace);
    }

    /// How many sessions are in each phase. Those that none is in any more have 0.
    pub fn count_sessions(&self, phases: &[(String, usize)]) {
        for (phase, count) in phases {
            let gauge = self.sessions.get_or_create(&InPhase { phase: phase.clone() });
            gauge.set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
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

    /// A grant was renewed, or not.
    pub fn granted(&self, done: bool) {
        self.grants.get_or_create(&GrantOutcome { outcome: if done { "Done" } else { "Failed" } }).inc();
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        let build =
            [("version", env!("CARGO_PKG_VERSION")), ("revision", option_env!("COBROWSE_REVISION").unwrap_or(""))];
        r.register("build", "What this program was built of", Info::new(build.to_vec()));
        r.register("leader", "1 while this replica leads", self.leader.clone());
        let renewed = "When this replica last renewed the lease, since 1970";
        r.register("lease_renewed_timestamp_seconds", renewed, self.lease_renewed.clone());
        r.register("session_claim_seconds", "From the sight of a session to its pod", self.claim_seconds.clone());
        r.register("session_bound_seconds", "From a session's creation to its pod", self.bound_seconds.clone());
        r.register(
            "session_ready_seconds",
            "From the sight of a session to its first picture",
            self.ready_seconds.clone(),
        );
        r.register("pod_warm_seconds", "From a pod's creation to its enrollment", self.warm_seconds.clone());
        r.register("claim_alarms", "Steps that failed and never should", self.alarms.clone());
        r.register("sessions_over_limit", "Sessions that wait for others of their tenant", self.over_limit.clone());
        r.register("sessions", "Sessions in a phase", self.sessions.clone());
        r.register("round_seconds", "One round of the deciding task", self.round_seconds.clone());
        r.register("events_waiting", "Events that are not taken yet", self.events_waiting.clone());
        r.register("pool_pods", "Pods of a pool", self.pool_pods.clone());
        r.register("pool_network_enforced", "1 where the network holds a pool's policy", self.network_enforced.clone());
        r.register("network_reached", "Pods that reached what they must not", self.network_reached.clone());
        r.register("pool_empty", "Times that sessions began to wait for a pod", self.pool_empty.clone());
        r.register("pool_refill_tokens", "Pods that may be started at once", self.refill_tokens.clone());
        r.register("pool_deletions", "Warm pods deleted", self.deletions.clone());
        r.register("session_end", "Sessions ended", self.ends.clone());
        r.register("claim_steps", "Steps of claims", self.steps.clone());
        r.register("grant_renewals", "Renewals of egress grants", self.grants.clone());
        r.register("apiserver_requests", "Requests of the API server", self.requests.clone());
        r.register(
            "apiserver_request_seconds",
            "From a request of the API server to its answer",
            self.request_seconds.clone(),
        );
    }
}

fn seconds() -> Histogram {
    Histogram::new(BUCKETS)
}

fn traced() -> HistogramWithExemplars<InTrace> {
    HistogramWithExemplars::new(BUCKETS.into_iter())
}

fn observe(family: &Traced, launch: &Launch, took: Duration, trace: Option<String>) {
    let example = trace.map(|trace_id| InTrace { trace_id });
    let at = example.is_some().then(SystemTime::now);
    family.get_or_create(launch).observe(took.as_secs_f64(), example, at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_names_its_trace_where_there_is_one() {
        let metrics = Metrics::default();
        let launch = Launch { pool: "shop".to_owned(), launch: "Warm".to_owned() };
        metrics.claimed(&launch, Duration::from_millis(60), None);
        assert!(!metrics.encode().expect("text").contains("trace_id"));
        metrics.claimed(&launch, Duration::from_millis(60), Some("0af7651916cd43dd8448eb211c80319c".to_owned()));
        let text = metrics.encode().expect("text");
        let line = text.lines().find(|line| line.contains("trace_id")).expect("an exemplar");
        assert!(
            line.starts_with("cobrowse_session_claim_seconds_bucket{le=\"0.075\",pool=\"shop\",launch=\"Warm\"} 2 # {"),
            "{line}"
        );
    }
}
