//! Which warm pods go: those too many, and those to be replaced. Never more than the pool can spare at once.

use std::cmp::Reverse;

use super::facts::Facts;
use super::observed::Observed;
use super::plan::Reason;
use super::spec::{PoolSpec, Update};
use super::warm::{Stage, Warm};

impl Warm {
    /// Deletes what is beyond the budget, and what is more than the pool keeps.
    pub(super) fn trim(&mut self, spec: &PoolSpec, waiting: u32, facts: &Facts) {
        // Those being deleted free their places without our help.
        let living = facts.total.saturating_sub(facts.leaving).saturating_sub(self.freed);
        for _ in spec.max_total..living {
            self.give_up_least(Reason::OverBudget);
        }
        for _ in spec.kept(waiting)..self.supply() {
            self.give_up_least(Reason::Surplus);
        }
    }

    /// Deletes the pod that is missed least: not placed, not ready, outdated, old. Of those not ready the youngest
    /// goes, which has the longest way to go; of the others the oldest.
    fn give_up_least(&mut self, reason: Reason) {
        let places = self.pods.iter().enumerate();
        let least = places.min_by_key(|(index, pod)| match pod.stage {
            Stage::Ready => (pod.stage, pod.outdated.is_none(), Reverse(0), *index),
            Stage::Unplaced | Stage::Starting => (pod.stage, false, Reverse(*index), 0),
        });
        if let Some((index, _)) = least {
            self.give_up(index, reason);
        }
    }

    /// Deletes outdated pods as far as the pool can spare them. Says how many more than wanted should be started, so
    /// that the next can be spared.
    pub(super) fn renew(&mut self, spec: &PoolSpec, observed: &Observed<'_>, facts: &Facts) -> u32 {
        if let Update::Recreate { max_unavailable_percent } = spec.update {
            self.recreate(facts.wanted, max_unavailable_percent);
        }
        while self.ready() > facts.wanted && self.give_up_outdated(|_| true) {}
        let outdated = self.pods.iter().any(|pod| pod.outdated.is_some());
        let moving = self.supply() > self.ready() || observed.in_flight > 0;
        // A budget that others use up may never allow as many as wanted; that must not keep old pods for ever.
        let full = facts.total >= spec.max_total && facts.leaving == 0 && self.freed == 0;
        if !outdated || moving || (self.ready() < facts.wanted && !full) {
            return 0;
        }
        if self.supply() < spec.kept(observed.waiting) && facts.total < spec.max_total {
            return 1;
        }
        // Without room for one more, one less for a moment is the only way.
        self.give_up_outdated(|_| true);
        0
    }

    fn recreate(&mut self, wanted: u32, max_unavailable_percent: u32) {
        let missing_max = u64::from(wanted) * u64::from(max_unavailable_percent.min(100)) / 100;
        let missing_max = u32::try_from(missing_max).unwrap_or(wanted).max(1);
        while self.ready() > wanted.saturating_sub(missing_max) && self.give_up_outdated(|why| why == Reason::Stale) {}
    }

    /// Deletes the oldest ready pod that is outdated for such a reason; false when there is none.
    fn give_up_outdated(&mut self, applies: impl Fn(Reason) -> bool) -> bool {
        let found = self.pods.iter().enumerate().find_map(|(index, pod)| {
            let why = pod.outdated.filter(|why| pod.stage == Stage::Ready && applies(*why))?;
            Some((index, why))
        });
        if let Some((index, why)) = found {
            self.give_up(index, why);
        }
        found.is_some()
    }
}
