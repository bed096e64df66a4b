//! One plan: first what must go, then what may be started with what is left, then when to look again.

use super::facts::Facts;
use super::observed::{Life, Memory, Observed, Slot};
use super::refill;
use super::spec::PoolSpec;
use super::warm::Warm;
use crate::time::Timestamp;
use crate::uid::PodUid;

/// One thing for the operator to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Delete this pod, which was warm when it was seen. The deletion must be bound to the UID **and the resource
    /// version** that were seen: a claim made since has changed the version, and then the pod is a session's and stays.
    DeletePod {
        /// Which.
        uid: PodUid,
        /// Why, for the event and the metric.
        reason: Reason,
    },
    /// Create so many pods of the present revision.
    CreatePods(u32),
}

/// Why a warm pod is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It exited.
    Exited,
    /// It had a node and was not ready within the grace.
    NeverReady,
    /// Its revision is not the present one.
    Stale,
    /// It is older than warm pods may grow.
    Old,
    /// There are more pods than the pool may have.
    OverBudget,
    /// There are more warm pods than the pool may keep.
    Surplus,
}

/// Why to look again at a certain time, though nothing was seen to change until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A pod's readiness grace ends.
    NeverReady,
    /// No node was found for a pod for long enough to stop starting others.
    Unschedulable,
    /// A warm pod has grown old.
    Age,
    /// The next token comes.
    Rate,
    /// The quota may be asked again.
    Quota,
    /// Another pod may be tried after others exited.
    Crashing,
}

/// What to do about a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Deletions first, then at most one creation; the same for the same observation.
    pub actions: Vec<Action>,
    /// For the next plan. It takes the plan's creations as done.
    pub memory: Memory,
    /// When to plan again at the latest, and why.
    pub wake: Option<(Timestamp, Why)>,
    /// For the status.
    pub facts: Facts,
}

/// What to do about a pool now.
pub fn plan(spec: &PoolSpec, observed: &Observed<'_>, now: Timestamp) -> Plan {
    let mut facts = Facts::count(spec, observed);
    let mut memory = Memory { crashes: crashes(observed), ..observed.memory };
    let mut warm = Warm::sort_out(spec, observed, now);
    warm.trim(spec, observed.waiting, &facts);
    let extra = warm.renew(spec, observed, &facts);
    let wanted = refill::Wanted { warm: facts.wanted.saturating_add(extra), have: warm.supply() };
    let refill = refill::refill(spec, observed, &wanted, &memory, (facts.total, warm.is_unplaced()), now);
    facts.held_back = refill.held_back;
    let mut actions = warm.deletions;
    if refill.create > 0 {
        actions.push(Action::CreatePods(refill.create));
        memory.bucket = memory.bucket.take(refill.create, &spec.refill, now);
    }
    let wake = warm.wake.into_iter().chain(refill.wake).min();
    Plan { actions, memory, wake, facts }
}

/// Counts warm pods that exited before they were ready, since the last success. Those counted before count no second
/// time.
fn crashes(observed: &Observed<'_>) -> super::Backoff {
    let mut crashes = observed.memory.crashes;
    let mut exits: Vec<Timestamp> = Vec::new();
    for pod in observed.pods {
        match pod.life {
            Life::Ready { since } => crashes.note_success(since),
            Life::Exited { at, was_ready: false } if pod.slot == Slot::Warm => exits.push(at),
            _ => {}
        }
    }
    exits.sort_unstable();
    exits.into_iter().for_each(|at| crashes.note_failure(at));
    crashes
}
