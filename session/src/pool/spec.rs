//! What a pool should be, as its `CoBrowsePool` says. Plain data: every mixture of numbers leads to a plan, a senseless
//! one to a small plan.

use std::time::Duration;

/// What a pool should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSpec {
    /// Warm pods to have, besides one for each session that waits.
    pub min_warm: u32,
    /// Warm pods above which some are deleted, besides one for each session that waits. Below `min_warm` it counts as
    /// that. One more than `min_warm` lets an old pod be replaced before it is deleted.
    pub max_warm: u32,
    /// Pods of all sorts at once, those being deleted included. No pod is started beyond it.
    pub max_total: u32,
    /// How fast pods are started.
    pub refill: Refill,
    /// How old a warm pod may grow, from its creation.
    pub max_warm_age: Duration,
    /// How long a session in one of its pods may last at all, extensions included.
    pub max_session: Duration,
    /// What a new revision does to warm pods of an old one.
    pub update: Update,
    /// How long a pod that has a node may take until it is ready.
    pub readiness_grace: Duration,
    /// How long no node may be found for a pod before no further pods are started.
    pub unschedulable_recheck: Duration,
}

/// How fast pods are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refill {
    /// Pods a second, in the long run. With 0 no pod is started after the burst.
    pub per_second: u32,
    /// Pods at once after a rest.
    pub burst: u32,
    /// Pods being started at once, so that the scheduler serves others too.
    pub max_pending: u32,
}

/// What a new revision does to warm pods of an old one. A bound pod is never touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// They serve on; those that are used are followed by new ones, and the rest is replaced one by one.
    OnReplenish,
    /// They are deleted, so many at once.
    Recreate {
        /// Percent of the wanted pods that may be missing meanwhile, rounded down, but at least one pod.
        max_unavailable_percent: u32,
    },
}

impl Default for PoolSpec {
    fn default() -> Self {
        Self {
            min_warm: 2,
            max_warm: 3,
            max_total: 50,
            refill: Refill { per_second: 20, burst: 20, max_pending: 50 },
            max_warm_age: Duration::from_secs(6 * 3600),
            max_session: crate::policy::LONGEST_LIFE,
            update: Update::OnReplenish,
            readiness_grace: Duration::from_secs(5 * 60),
            unschedulable_recheck: Duration::from_secs(60),
        }
    }
}

impl PoolSpec {
    /// Warm pods to have while so many sessions wait.
    pub(super) const fn wanted(&self, waiting: u32) -> u32 {
        self.min_warm.saturating_add(waiting)
    }

    /// Warm pods that may stay while so many sessions wait.
    pub(super) const fn kept(&self, waiting: u32) -> u32 {
        let max_warm = if self.max_warm > self.min_warm { self.max_warm } else { self.min_warm };
        max_warm.saturating_add(waiting)
    }
}
