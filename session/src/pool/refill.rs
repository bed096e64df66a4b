//! How many pods to start: what is missing, within budget, pending starts, rate, and after failures not at once again.

use std::time::Duration;

use super::facts::HeldBack;
use super::observed::{Life, Memory, Observed};
use super::plan::Why;
use super::spec::PoolSpec;
use crate::time::Timestamp;

/// The longest wait after a quota refused a pod. Nobody tells us when it has room again.
const QUOTA_WAIT_MAX: Duration = Duration::from_secs(60);
/// The longest wait after pods that exited before they were ready: an image that cannot start is not mended in seconds.
const CRASH_WAIT_MAX: Duration = Duration::from_secs(5 * 60);

/// Warm pods that should be there, and those that are, ready or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) warm: u32,
    pub(super) have: u32,
}

/// How many to start, why not more, and when it may be more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) create: u32,
    pub(super) held_back: Option<HeldBack>,
    pub(super) wake: Option<(Timestamp, Why)>,
}

/// Decides. `total` pods are there, and `unplaced` says that no node is found for some of them.
pub(super) fn refill(
    spec: &PoolSpec,
    observed: &Observed<'_>,
    wanted: &Wanted,
    memory: &Memory,
    (total, unplaced): (u32, bool),
    now: Timestamp,
) -> Start {
    let missing = wanted.warm.saturating_sub(wanted.have).saturating_sub(observed.in_flight);
    if missing == 0 {
        return Start::default();
    }
    if unplaced {
        return held(HeldBack::Unschedulable, None);
    }
    if let Some(until) = memory.quota.until(QUOTA_WAIT_MAX, now) {
        return held(HeldBack::Quota, Some((until, Why::Quota)));
    }
    if let Some(until) = memory.crashes.until(CRASH_WAIT_MAX, now) {
        return held(HeldBack::Crashing, Some((until, Why::Crashing)));
    }
    let pending = pending(observed);
    let limits = [
        (spec.max_total.saturating_sub(total).saturating_sub(observed.in_flight), HeldBack::Total),
        (spec.refill.max_pending.saturating_sub(pending), HeldBack::Pending),
        (memory.bucket.tokens(&spec.refill, now), HeldBack::Rate),
    ];
    let [first, second, third] = limits;
    // Of limits that bite alike the first is told: it is the hardest to move.
    let (most, limit) =
        [second, third].into_iter().fold(first, |least, next| if next.0 < least.0 { next } else { least });
    let create = missing.min(most);
    let held_back = (create < missing).then_some(limit);
    let next_token = memory.bucket.take(create, &spec.refill, now).next_at(&spec.refill, now);
    let wake = next_token.filter(|_| held_back == Some(HeldBack::Rate)).map(|at| (at, Why::Rate));
    Start { create, held_back, wake }
}

fn held(why: HeldBack, wake: Option<(Timestamp, Why)>) -> Start {
    Start { create: 0, held_back: Some(why), wake }
}

/// Pods of whatever slot that are being started, those not answered yet included.
fn pending(observed: &Observed<'_>) -> u32 {
    let unready = |life| matches!(life, Life::Starting { .. } | Life::Unschedulable { .. });
    let pending = observed.pods.iter().filter(|pod| unready(pod.life)).count();
    u32::try_from(pending).unwrap_or(u32::MAX).saturating_add(observed.in_flight)
}
