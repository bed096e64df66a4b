//! What is to be done for one pod: to enroll it, and `grants` then renews what it may reach. And where it is in its life, which the cluster alone cannot say.

use super::Decider;
use super::timers::Key;
use crate::seen::{self, Stage};
use crate::work::Work;
use cobrowse_session::pool::{Life, Slot, Trouble};
use cobrowse_session::{PodUid, Timestamp};
use std::time::Duration;

/// The wait after a first failed enrollment: a pod listens some moments after its containers are told as started.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait. A pod that is never ready goes with the pool's readiness grace.
const WAIT_MAX: Duration = Duration::from_secs(5);
const DOUBLINGS_MAX: u32 = 6;

impl Decider {
    /// Where a pod is in its life.
    pub(super) fn life(&self, pod: &seen::Pod) -> Life {
        match pod.stage {
            Stage::Unschedulable(since) => Life::Unschedulable { since },
            Stage::Starting(since) => Life::Starting { since },
            Stage::Running(since) => match self.enrolled_at(pod) {
                Some(since) => Life::Ready { since },
                None => Life::Starting { since },
            },
            // In a network that is open one pod after another would end at once.
            Stage::Exited(at) if !pod.over.reached.is_nothing() => Life::Exited { at, was_ready: false },
            Stage::Exited(at) => Life::Exited { at, was_ready: pod.over.was_started || self.is_enrolled(pod.uid) },
            Stage::Leaving(_) => Life::Leaving,
        }
    }

    /// A pod that is in a binding has answered `Bind`, and whoever does has its certificate.
    fn enrolled_at(&self, pod: &seen::Pod) -> Option<Timestamp> {
        let own = self.enrollments.get(&pod.uid).and_then(|enrollment| enrollment.done_at);
        own.or_else(|| self.is_in_binding(pod).then_some(pod.created_at))
    }

    pub(super) fn is_in_binding(&self, pod: &seen::Pod) -> bool {
        let session = pod.session.filter(|_| pod.slot == Slot::Bound).and_then(|uid| self.known.sessions.get(&uid));
        session.and_then(|session| session.binding.as_ref()).is_some_and(|binding| binding.pod == pod.uid)
    }

    pub(super) fn is_enrolled(&self, pod: PodUid) -> bool {
        self.enrollments.get(&pod).is_some_and(|enrollment| enrollment.done_at.is_some())
    }

    /// Enrolls a pod that runs, and renews its grant.
    pub(super) fn decide_pod(&mut self, uid: PodUid, now: Timestamp) -> Option<Work> {
        let pod = self.known.pods.get(&uid)?;
        if !matches!(pod.stage, Stage::Running(_)) || self.enrolled_at(pod).is_some() {
            self.unprobed.remove(&uid);
            return self.decide_grant(uid, now);
        }
        let pod = pod.clone();
        // It is told again when it has an address.
        pod.address?;
        let enrollment = self.enrollments.entry(uid).or_default();
        if enrollment.busy {
            return None;
        }
        if let Some(at) = enrollment.resume_at.filter(|at| *at > now) {
            self.timers.set(at, Key::Pod(uid));
            return None;
        }
        enrollment.busy = true;
        Some(Work::Enroll(Box::new(pod)))
    }

    /// What keeps this pod from starting is why its pool has none, until one starts. One that had started has other troubles.
    pub(super) fn note_trouble(&mut self, pool: &str, pod: PodUid, trouble: Option<Trouble>) {
        if trouble.is_some() && !self.is_enrolled(pod) {
            self.pool_state(pool).trouble = trouble;
        }
    }

    /// What came of an enrollment.
    pub(super) fn enrolled(&mut self, uid: PodUid, error: Option<&str>, now: Timestamp) {
        self.unprobed.remove(&uid);
        let Some(pod) = self.known.pods.get(&uid).cloned() else {
            self.enrollments.remove(&uid);
            return;
        };
        self.dirty.pools.insert(pod.pool.clone());
        self.dirty.sessions.extend(pod.session);
        let enrollment = self.enrollments.entry(uid).or_default();
        enrollment.busy = false;
        let Some(error) = error else {
            enrollment.done_at = Some(now);
            let pool = pod.pool.clone();
            self.metrics.warm_seconds.observe(now.since(pod.created_at).as_secs_f64());
            self.pool_state(&pool).trouble = None;
            self.note_held(&pod);
            return;
        };
        enrollment.failures = enrollment.failures.saturating_add(1);
        let wait = FIRST_WAIT * (1 << (enrollment.failures - 1).min(DOUBLINGS_MAX));
        let at = now + wait.min(WAIT_MAX);
        enrollment.resume_at = Some(at);
        tracing::debug!(pod = pod.name, error, "a pod is not enrolled yet");
        self.timers.set(at, Key::Pod(uid));
    }
}
