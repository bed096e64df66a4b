//! The end of every history: nothing goes wrong any more, one operator works, and what was promised to become true
//! must.

use std::time::Duration;

use cobrowse_session::pool::{Life, Slot};
use cobrowse_session::{SessionUid, Timestamp};

use crate::claiming::Fate;
use crate::server::{PodObject, SessionObject, pod_index};
use crate::world::World;

/// How long a dead leader's lease holds.
const LEASE: Duration = Duration::from_secs(10);
/// One turn of the operator: a decision, a request and its answer, for each session.
const ROUND: Duration = Duration::from_millis(200);
/// Rounds in the five seconds after the lease, and in a minute.
const SOON: usize = 25;
const MINUTE: usize = 300;
/// Rounds after which what was sent before has arrived.
const EARLY: usize = 3;
/// Longer than any session waits for a pod.
const DEADLINES: Duration = Duration::from_secs(31);

impl World {
    pub(crate) fn settle(&mut self) {
        let leader = self.elect();
        let since = self.now;
        // Or they are taken for ready for some time still.
        if self.chance.one_in(2) {
            self.kill_what_is_cut_off();
        }
        // What is still on its way arrives, now or in between.
        let early = if self.chance.one_in(2) { 0 } else { EARLY };
        self.rounds(leader, early);
        while !self.network.is_empty() {
            self.arrive();
        }
        self.rounds(leader, SOON - early);
        self.check_nobody_waits(since);
        self.kill_what_is_cut_off();
        let rests = self.rounds(leader, MINUTE - SOON);
        self.check_no_pod_is_loose();
        self.now = self.now + DEADLINES;
        let rests_again = self.rounds(leader, MINUTE);
        self.ledger.demand(rests && rests_again, "the operator never comes to rest");
        self.check_no_pod_is_loose();
        self.check_all_decided();
    }

    /// Moves on until nothing moves any more, so many times at most. True when that was enough.
    fn rounds(&mut self, leader: usize, most: usize) -> bool {
        (0..most).any(|_| !self.round(leader) || self.ledger.violation.is_some())
    }

    /// Who has the lease goes on; if nobody is alive, another one takes it when it is over.
    fn elect(&mut self) -> usize {
        let alive = (0..2).find(|leader| self.leaders[*leader].alive);
        self.tell(|| "from now on all goes well".to_owned());
        if let Some(leader) = alive {
            self.leaders[1 - leader].alive = false;
            return leader;
        }
        self.reached.leaderless += 1;
        self.now = self.now + LEASE;
        self.start(0);
        0
    }

    /// A node without a link is given up; its pods are dead.
    fn kill_what_is_cut_off(&mut self) {
        for index in 0..self.server.pods.len() {
            let pod = &mut self.server.pods[index];
            if self.server.processes[index].cut_off && pod.exists && pod.life != Life::Leaving {
                pod.version += 1;
                self.server.exit(index, self.now);
            }
        }
    }

    /// Everything moves on by one. False when nothing did.
    fn round(&mut self, leader: usize) -> bool {
        self.now = self.now + ROUND;
        let mut busy = self.move_pods();
        self.leaders[leader].see_all(&self.server);
        busy |= self.plan(leader);
        while !self.leaders[leader].deletions.is_empty() {
            self.delete_planned(leader);
        }
        for session in 0..self.server.sessions.len() {
            let uid = SessionUid::from_u128(session as u128);
            if self.decide(leader, uid) {
                self.act(leader, uid, Fate::Answered);
                busy = true;
            }
            busy |= self.end(leader, uid) || self.is_pausing(leader, uid);
        }
        self.ledger.check(&self.server);
        busy
    }

    /// After a failure the rules wait a little; that is no rest.
    fn is_pausing(&mut self, leader: usize, uid: SessionUid) -> bool {
        use cobrowse_session::claim::{Offer, Seen, Step, next};
        let progress = *self.leaders[leader].progress(uid);
        let seen = Seen { session: None, pods: &[], offer: Offer::NotYet, progress: &progress };
        matches!(next(&seen, self.now), Step::Wait(_))
    }

    fn move_pods(&mut self) -> bool {
        let mut moved = false;
        for pod in self.server.pods.iter_mut().filter(|pod| pod.exists) {
            match pod.life {
                Life::Starting { .. } | Life::Unschedulable { .. } => pod.life = Life::Ready { since: self.now },
                Life::Leaving => pod.exists = false,
                Life::Ready { .. } | Life::Exited { .. } => continue,
            }
            pod.version += 1;
            moved = true;
        }
        moved
    }

    /// I5: five seconds after there is a leader, whoever could have a pod has it.
    fn check_nobody_waits(&mut self, since: Timestamp) {
        let cut_off = |pod: &PodObject| self.server.processes[pod_index(pod.uid)].cut_off;
        let ready = |pod: &&PodObject| pod.exists && matches!(pod.life, Life::Ready { since: at } if at <= since);
        let pods = || self.server.pods.iter().filter(ready);
        let has_pod = |uid| {
            let named = pods().filter(|pod| pod.slot == Slot::Warm || pod.session == Some(uid));
            named.filter(|pod| !cut_off(pod)).count() > 0
        };
        // Who has met two pods that do not answer, or has one for its own, waits until their nodes are given up.
        let unlucky = |object: &SessionObject| {
            let own = pods().filter(|pod| pod.session == Some(object.uid) && cut_off(pod));
            let bound = object.state.binding.is_some();
            own.filter(|pod| !bound || object.state.binding == Some(pod.uid)).count() > usize::from(!bound)
        };
        let waits = |object: &SessionObject| {
            let state = &object.state;
            let open = object.exists && !state.finished && !state.ready;
            let could = || state.binding.is_some() || state.ended || has_pod(object.uid);
            open && could() && !unlucky(object)
        };
        let waits = self.server.sessions.iter().any(waits);
        self.ledger.demand(!waits, "I5: a session waits though there is a pod");
    }

    /// I3: every bound pod is its session's.
    fn check_no_pod_is_loose(&mut self) {
        let sessions = &self.server.sessions;
        let has = |pod: &PodObject| {
            let mut open = sessions.iter().filter(|session| session.exists && !session.state.finished);
            open.any(|session| session.state.binding == Some(pod.uid))
        };
        let pods = self.server.pods.iter().filter(|pod| pod.exists && pod.slot == Slot::Bound);
        let waits = |pod: &PodObject| matches!(pod.life, Life::Starting { .. });
        let loose = pods.filter(|pod| !waits(pod)).any(|pod| !has(pod));
        self.ledger.demand(!loose, "I3: a bound pod is in no binding");
    }

    /// After all deadlines every session has its first picture or its end.
    fn check_all_decided(&mut self) {
        let open = |object: &SessionObject| object.exists && !object.state.finished && !object.state.ready;
        let open = self.server.sessions.iter().any(open);
        self.ledger.demand(!open, "a session waits for ever");
    }
}
