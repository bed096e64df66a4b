//! What a pool's status tells: counts, and why there are fewer pods than wanted.

use super::observed::{Life, Observed, Slot};
use super::spec::PoolSpec;

/// Why no more pods are started though more are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBack {
    /// `max_total` is reached.
    Total,
    /// `max_pending` are being started.
    Pending,
    /// The refill rate.
    Rate,
    /// The API server refused a pod: a quota is used up.
    Quota,
    /// No node is found for those that there are.
    Unschedulable,
    /// Pods exit before they are ready.
    Crashing,
}

/// A pool as it was seen, before the plan's actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Warm pods that should be there.
    pub wanted: u32,
    /// Warm and ready.
    pub warm: u32,
    /// Warm and not ready yet, with or without a node.
    pub warming: u32,
    /// Of a session, until they are gone.
    pub bound: u32,
    /// Warm, ready or not, of another revision than the present one.
    pub stale: u32,
    /// All pods that may use the nodes' resources, those being deleted included, those that exited not.
    pub total: u32,
    /// Of `total`, those being deleted.
    pub leaving: u32,
    /// Why no more are started though more are wanted.
    pub held_back: Option<HeldBack>,
}

impl Facts {
    /// Whether fewer than half of the warm pods are there that should be: then no pod that is to be made can wait.
    pub fn is_low(&self) -> bool {
        self.warm < self.wanted.div_ceil(2)
    }

    /// Counts, once for a whole plan.
    pub(super) fn count(spec: &PoolSpec, observed: &Observed<'_>) -> Self {
        let wanted = spec.wanted(observed.waiting);
        let mut facts = Self { wanted, warm: 0, warming: 0, bound: 0, stale: 0, total: 0, leaving: 0, held_back: None };
        for pod in observed.pods {
            facts.bound += u32::from(pod.slot == Slot::Bound);
            facts.total += u32::from(!matches!(pod.life, Life::Exited { .. }));
            facts.leaving += u32::from(pod.life == Life::Leaving);
            let (warm, warming) = match (pod.slot, pod.life) {
                (Slot::Warm, Life::Ready { .. }) => (1, 0),
                (Slot::Warm, Life::Starting { .. } | Life::Unschedulable { .. }) => (0, 1),
                _ => (0, 0),
            };
            facts.warm += warm;
            facts.warming += warming;
            facts.stale += if pod.revision == observed.revision { 0 } else { warm + warming };
        }
        facts
    }
}
