//! What is counted. No label carries anything about a person or a session.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt;

/// A stable reason, as in errors.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reason {
    /// CamelCase.
    pub reason: String,
}

/// Every metric of this program.
pub struct Metrics {
    registry: Registry,
    /// Sessions started.
    pub starts: Counter,
    /// PINs that admitted.
    pub joins: Counter,
    /// Calls refused, by reason.
    pub refusals: Family<Reason, Counter>,
    /// Sessions ended, by reason.
    pub ends: Family<Reason, Counter>,
    /// Open live streams.
    pub streams: Gauge,
    /// Bytes of pictures relayed.
    pub picture_bytes: Counter,
    /// Pictures dropped after a Stop.
    pub pictures_blanked: Counter,
    /// Acts that never came to the audit.
    pub audit_lost: Counter,
    /// Browser pods that run.
    pub pods: Gauge,
    /// Browser pods that run and wait for a session.
    pub pods_warm: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("cobrowse"),
            starts: Counter::default(),
            joins: Counter::default(),
            refusals: Family::default(),
            ends: Family::default(),
            streams: Gauge::default(),
            picture_bytes: Counter::default(),
            pictures_blanked: Counter::default(),
            audit_lost: Counter::default(),
            pods: Gauge::default(),
            pods_warm: Gauge::default(),
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

    /// Counts under a reason.
    pub fn count(family: &Family<Reason, Counter>, reason: &str) {
        family.get_or_create(&Reason { reason: reason.to_owned() }).inc();
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("session_starts", "Sessions started", self.starts.clone());
        r.register("session_joins", "PINs that admitted", self.joins.clone());
        r.register("refusals", "Calls refused", self.refusals.clone());
        r.register("session_ends", "Sessions ended", self.ends.clone());
        r.register("streams", "Open live streams", self.streams.clone());
        r.register("picture_bytes", "Bytes of pictures relayed", self.picture_bytes.clone());
        r.register("pictures_blanked", "Pictures dropped after a Stop", self.pictures_blanked.clone());
        r.register("audit_lost", "Acts that never came to the audit", self.audit_lost.clone());
        r.register("pods", "Browser pods that run", self.pods.clone());
        r.register("pods_warm", "Browser pods that wait for a session", self.pods_warm.clone());
    }
}
