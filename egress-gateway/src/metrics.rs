//! What is counted. No label carries anything about a person, a session, a tenant, a host or an address.

use crate::tunnel::End;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::atomic::AtomicBool;

/// Seconds. A name that is known and a website nearby take a few milliseconds, a lost packet a second.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// A decision, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Decision {
    /// Allowed, Noted or Refused.
    pub decision: &'static str,
    /// CamelCase.
    pub reason: &'static str,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Why {
    /// CamelCase.
    pub reason: &'static str,
}

/// Which way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Direction {
    /// out or back.
    pub direction: &'static str,
}

/// Every metric of this program.
pub struct Metrics {
    registry: Registry,
    /// Whether new connections are taken.
    pub serving: AtomicBool,
    /// Pods' connections.
    pub connections: Gauge,
    /// Connections to the outside.
    pub open: Gauge,
    /// From a CONNECT to the connection.
    pub open_seconds: Histogram,
    /// Connections that showed no pod's certificate.
    pub handshake_failures: Counter,
    /// Changed files that could not be gone by.
    pub material_failures: Counter,
    decisions: Family<Decision, Counter>,
    grants: Family<Why, Counter>,
    ends: Family<Why, Counter>,
    bytes: Family<Direction, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("cobrowse_egress"),
            serving: AtomicBool::new(false),
            connections: Gauge::default(),
            open: Gauge::default(),
            open_seconds: Histogram::new(BUCKETS),
            handshake_failures: Counter::default(),
            material_failures: Counter::default(),
            decisions: Family::default(),
            grants: Family::default(),
            ends: Family::default(),
            bytes: Family::default(),
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

    /// A CONNECT was decided.
    pub fn decided(&self, decision: &'static str, reason: &'static str) {
        self.decisions.get_or_create(&Decision { decision, reason }).inc();
    }

    /// A grant was shown.
    pub fn granted(&self, reason: &'static str) {
        self.grants.get_or_create(&Why { reason }).inc();
    }

    /// A connection to the outside ended, having moved so many bytes out and back.
    pub fn moved(&self, end: End, out: u64, back: u64) {
        self.ends.get_or_create(&Why { reason: end.word() }).inc();
        self.bytes.get_or_create(&Direction { direction: "out" }).inc_by(out);
        self.bytes.get_or_create(&Direction { direction: "back" }).inc_by(back);
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("pod_connections", "Connections of pods", self.connections.clone());
        r.register("open", "Connections to the outside", self.open.clone());
        r.register("open_seconds", "From a CONNECT to the connection", self.open_seconds.clone());
        r.register("handshake_failures", "Connections without a certificate of a pod", self.handshake_failures.clone());
        r.register("material_failures", "Changed files of no use", self.material_failures.clone());
        r.register("decisions", "What pods asked for", self.decisions.clone());
        r.register("grants", "Grants that were shown", self.grants.clone());
        r.register("ends", "Connections to the outside that ended", self.ends.clone());
        r.register("bytes", "Bytes moved by connections that ended", self.bytes.clone());
    }
}
