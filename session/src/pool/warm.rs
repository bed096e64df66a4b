//! The warm pods of one plan, sorted, with those that the plan deletes taken out.

use super::observed::{Life, Observed, Pod, Slot};
use super::plan::{Action, Reason, Why};
use super::spec::{PoolSpec, Update};
use crate::time::Timestamp;
use crate::uid::PodUid;

/// How far a warm pod has come. In the order in which pods are given up when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// No node was found for it.
    Unplaced,
    /// Not ready yet.
    Starting,
    /// A session may claim it.
    Ready,
}

/// One warm pod that stays unless the plan decides otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct WarmPod {
    pub(super) uid: PodUid,
    pub(super) stage: Stage,
    /// Why another should take its place.
    pub(super) outdated: Option<Reason>,
}

/// The warm pods that stay, oldest first, and what the plan says about the others.
#[derive(Debug, Default)]
pub(super) struct Warm {
    pub(super) pods: Vec<WarmPod>,
    pub(super) deletions: Vec<Action>,
    /// Pods among the deletions that used the nodes' resources.
    pub(super) freed: u32,
    pub(super) wake: Option<(Timestamp, Why)>,
    unplaced: bool,
}

impl Warm {
    /// Sorts the warm pods, and deletes those that never will be of use.
    pub(super) fn sort_out(spec: &PoolSpec, observed: &Observed<'_>, now: Timestamp) -> Self {
        let mut pods: Vec<&Pod> = observed.pods.iter().filter(|pod| pod.slot == Slot::Warm).collect();
        pods.sort_unstable_by_key(|pod| (pod.created_at, pod.uid));
        let mut warm = Self::default();
        for pod in pods {
            let stale = pod.revision != observed.revision;
            match pod.life {
                Life::Leaving => {}
                Life::Exited { .. } => warm.deletions.push(delete(pod.uid, Reason::Exited)),
                Life::Ready { .. } => warm.sort_ready(spec, pod, stale, now),
                Life::Starting { .. } | Life::Unschedulable { .. } => warm.sort_unready(spec, pod, stale, now),
            }
        }
        warm
    }

    fn sort_ready(&mut self, spec: &PoolSpec, pod: &Pod, stale: bool, now: Timestamp) {
        let old_at = pod.created_at + spec.max_warm_age;
        if old_at > now {
            self.wake_at(old_at, Why::Age);
        }
        let old = (old_at <= now).then_some(Reason::Old);
        let outdated = if stale { Some(Reason::Stale) } else { old };
        self.pods.push(WarmPod { uid: pod.uid, stage: Stage::Ready, outdated });
    }

    fn sort_unready(&mut self, spec: &PoolSpec, pod: &Pod, stale: bool, now: Timestamp) {
        // Nobody can use it yet, so nothing is lost by starting over.
        if stale && spec.update != Update::OnReplenish {
            return self.drop_live(pod.uid, Reason::Stale);
        }
        let outdated = stale.then_some(Reason::Stale);
        match pod.life {
            Life::Starting { since } if since + spec.readiness_grace <= now => {
                self.drop_live(pod.uid, Reason::NeverReady);
            }
            Life::Starting { since } => {
                self.wake_at(since + spec.readiness_grace, Why::NeverReady);
                self.pods.push(WarmPod { uid: pod.uid, stage: Stage::Starting, outdated });
            }
            // Another pod would find no node either, so this one keeps its turn.
            Life::Unschedulable { since } => {
                let recheck_at = since + spec.unschedulable_recheck;
                self.unplaced |= recheck_at <= now;
                if recheck_at > now {
                    self.wake_at(recheck_at, Why::Unschedulable);
                }
                self.pods.push(WarmPod { uid: pod.uid, stage: Stage::Unplaced, outdated });
            }
            Life::Ready { .. } | Life::Exited { .. } | Life::Leaving => {}
        }
    }

    fn wake_at(&mut self, at: Timestamp, why: Why) {
        self.wake = self.wake.into_iter().chain([(at, why)]).min();
    }

    fn drop_live(&mut self, uid: PodUid, reason: Reason) {
        self.deletions.push(delete(uid, reason));
        self.freed += 1;
    }

    /// Deletes the pod at this place of the list.
    pub(super) fn give_up(&mut self, index: usize, reason: Reason) {
        let pod = self.pods.remove(index);
        self.drop_live(pod.uid, reason);
    }

    /// Ready or on the way.
    pub(super) fn supply(&self) -> u32 {
        count(self.pods.len())
    }

    /// Ready.
    pub(super) fn ready(&self) -> u32 {
        count(self.pods.iter().filter(|pod| pod.stage == Stage::Ready).count())
    }

    /// Whether no node was found for a pod for so long that starting others is of no use.
    pub(super) const fn is_unplaced(&self) -> bool {
        self.unplaced
    }
}

fn count(pods: usize) -> u32 {
    u32::try_from(pods).unwrap_or(u32::MAX)
}

fn delete(uid: PodUid, reason: Reason) -> Action {
    Action::DeletePod { uid, reason }
}
