//! The claim's shell, as thin as the operator's is to be: it shows what a leader sees to the rules, and does what they
//! say. Whatever can go wrong between two lines of the operator goes wrong here.

use cobrowse_session::claim::{self, Doubt, Finish, Guard, Offer, Outcome, Pod, Seen, Step, Useless, guards};
use cobrowse_session::pool::{Life, Slot};
use cobrowse_session::{PodUid, SessionUid};

use crate::broken::Broken;
use crate::reached::kind;
use crate::server::{PodObject, Process, SessionObject, pod_index};
use crate::world::World;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    CrashBefore,
    CrashAfter,
    /// It never arrives.
    Lost,
    /// It is done, and the answer never arrives.
    AnswerLost,
    /// It arrives later, when nobody waits for its answer any more.
    Late,
    /// The same, and whoever sent it is dead.
    CrashLate,
}

/// A request on its way, whose sender has given it up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    uid: SessionUid,
    step: Step,
    /// The start of an operator that sent it.
    sender: u32,
}

/// The object in an answer.
enum Answer {
    Nothing,
    Pod(PodObject),
    Session(SessionObject),
}

impl World {
    /// A leader looks at a session and decides. True when there is something to do.
    pub(crate) fn decide(&mut self, leader: usize, uid: SessionUid) -> bool {
        if self.leaders[leader].step(uid).is_some() {
            return true;
        }
        let offer = self.offer(leader);
        self.gather(leader, uid);
        let known = &mut self.leaders[leader];
        let progress = *known.progress(uid);
        let session = known.session(uid).map(|object| object.state);
        let seen = Seen { session, pods: &self.scratch, offer, progress: &progress };
        let mut step = claim::next(&seen, self.now);
        if self.broken == Broken::DeletesBeforeFinish
            && step == Step::Finish(Finish::Ended)
            && let Some(pod) = self.scratch.iter().find(|pod| pod.life != Life::Leaving)
        {
            step = Step::DeletePod { uid: pod.uid, useless: Useless::SessionFinished };
        }
        if matches!(step, Step::Wait(_) | Step::Over) {
            return false;
        }
        let another = matches!(step, Step::ClaimPod(_)) && self.scratch.iter().any(|pod| is_ready(pod.life));
        self.reached.company += u64::from(another);
        if let Step::ClaimPod(pod) = step {
            *self.leaders[leader].claimed(uid) = Some(pod);
        }
        *self.leaders[leader].step(uid) = Some(step);
        self.tell(|| format!("leader {leader} for session {}: decides {step:?}", uid.as_u128()));
        true
    }

    fn offer(&mut self, leader: usize) -> Offer {
        // Mostly two leaders choose the same pod.
        let last = self.chance.one_in(4);
        let known = &self.leaders[leader];
        let mut free = known.free();
        let pod = if last { free.next_back() } else { free.next() };
        pod.map_or(Offer::Empty { room: known.total() < self.spec.max_total }, Offer::Pod)
    }

    /// Gathers the pods that name the session, as the leader sees them.
    fn gather(&mut self, leader: usize, uid: SessionUid) {
        self.scratch.clear();
        let known = &self.leaders[leader];
        for pod in known.pods.iter().flatten().filter(|pod| pod.session == Some(uid)) {
            let others = self.claimed_by[pod_index(pod.uid)] != known.incarnation;
            if !(others && self.broken == Broken::ForgetsOthersPods) {
                self.scratch.push(Pod { uid: pod.uid, life: pod.life });
            }
        }
    }

    /// What was decided is done, or not.
    pub(crate) fn act(&mut self, leader: usize, uid: SessionUid, fate: Fate) {
        let Some(step) = self.leaders[leader].step(uid).take() else { return };
        let (mut outcome, mut answer) = (Outcome::Unavailable, Answer::Nothing);
        let sender = self.leaders[leader].incarnation;
        match (fate, step) {
            (Fate::Answered | Fate::CrashAfter | Fate::AnswerLost, Step::Read(doubt)) => {
                (outcome, answer) = self.read(leader, uid, doubt);
            }
            (Fate::Answered | Fate::CrashAfter | Fate::AnswerLost, _) => {
                (outcome, answer) = self.execute(sender, uid, &step);
                self.ledger.check(&self.server);
            }
            (Fate::Late | Fate::CrashLate, _) => self.network.push(Sent { uid, step, sender }),
            (Fate::CrashBefore | Fate::Lost, _) => {}
        }
        self.tell(|| format!("leader {leader} for session {}: {step:?} {fate:?} {outcome:?}", uid.as_u128()));
        self.count(sender, &step, fate, outcome);
        match fate {
            Fate::CrashBefore | Fate::CrashAfter | Fate::CrashLate => return self.leaders[leader].alive = false,
            Fate::AnswerLost => (outcome, answer) = (Outcome::Unavailable, Answer::Nothing),
            Fate::Answered | Fate::Lost | Fate::Late => {}
        }
        let known = &mut self.leaders[leader];
        match answer {
            Answer::Nothing => {}
            Answer::Pod(object) => known.see_pod(&object),
            Answer::Session(object) => known.see_session(&object),
        }
        known.progress(uid).note(&step, outcome, self.now);
    }

    /// A request arrives after all.
    pub(crate) fn arrive(&mut self) {
        if self.network.is_empty() {
            return;
        }
        let Sent { uid, step, sender } = self.network.swap_remove(self.chance.below(self.network.len()));
        let (outcome, _) = self.execute(sender, uid, &step);
        self.ledger.check(&self.server);
        self.tell(|| format!("late for session {}: {step:?} {outcome:?}", uid.as_u128()));
        if let Some(kind) = kind(&step).filter(|_| outcome == Outcome::Done) {
            self.reached.late[kind] += 1;
        }
    }

    fn execute(&mut self, sender: u32, uid: SessionUid, step: &Step) -> (Outcome, Answer) {
        match *step {
            Step::ClaimPod(pod) => self.claim_pod(sender, uid, pod),
            Step::Cold => {
                let process = Process { broken: self.chance.one_in(40), ..Process::default() };
                let created = self.server.create_pod(Some(uid), Life::Starting { since: self.now }, process, self.now);
                self.note_sender(sender, created.map(|pod| pod.uid).ok());
                pod_answer(created)
            }
            Step::Bind(pod) => (self.bind(sender, uid, pod), Answer::Nothing),
            Step::Start(pod) => (self.server.start(pod, uid, self.broken == Broken::PodLoadsAgain), Answer::Nothing),
            Step::DeletePod { uid: pod, useless } => self.delete(pod, useless),
            Step::WriteBinding(pod) => self.patch(uid, step, |session| session.state.binding = Some(pod)),
            Step::WriteReady(_) => self.patch(uid, step, |session| {
                session.state.ready = true;
                session.ready_writes += 1;
            }),
            Step::Finish(_) => self.patch(uid, step, |session| session.state.finished = true),
            Step::Read(_) | Step::Wait(_) | Step::Over => (Outcome::Done, Answer::Nothing),
        }
    }

    fn read(&mut self, leader: usize, uid: SessionUid, doubt: Doubt) -> (Outcome, Answer) {
        let trusts = match doubt {
            Doubt::Answer => false,
            Doubt::Session => self.broken == Broken::TrustsCacheOnGone,
            Doubt::Pod(_) => self.broken == Broken::TrustsCacheOnDead,
        };
        if !trusts {
            self.leaders[leader].read(&self.server, uid);
        }
        (Outcome::Done, Answer::Nothing)
    }

    fn guards(&self, step: &Step) -> impl Iterator<Item = Guard> + use<> {
        let (broken, step) = (self.broken, *step);
        guards(&step).into_iter().flatten().filter(move |guard| !broken.drops(*guard, &step))
    }

    fn claim_pod(&mut self, sender: u32, uid: SessionUid, pod: PodUid) -> (Outcome, Answer) {
        let guards = self.guards(&Step::ClaimPod(pod));
        let claimed = self.server.patch_pod(pod, guards, |pod| {
            (pod.slot, pod.session) = (Slot::Bound, Some(uid));
        });
        self.note_sender(sender, claimed.map(|pod| pod.uid).ok());
        let named = |pod: &&PodObject| pod.exists && pod.session == Some(uid);
        let named = self.server.pods.iter().filter(named).filter(|pod| is_ready(pod.life)).count();
        self.reached.two_pods += u64::from(claimed.is_ok() && named > 1);
        pod_answer(claimed)
    }

    fn bind(&mut self, sender: u32, uid: SessionUid, pod: PodUid) -> Outcome {
        let outcome = self.server.bind(pod, uid);
        if outcome == Outcome::Done {
            self.bound_by[pod_index(pod)] = sender;
            if self.broken == Broken::StartsBeforeBinding {
                self.server.start(pod, uid, false);
            }
        }
        outcome
    }

    fn delete(&mut self, pod: PodUid, useless: Useless) -> (Outcome, Answer) {
        if self.broken == Broken::ReusesBound && useless == Useless::LostTie {
            let back = self.server.patch_pod(pod, [].into_iter(), |pod| {
                (pod.slot, pod.session) = (Slot::Warm, None);
            });
            return pod_answer(back);
        }
        let deleted = self.server.delete_pod(pod, None);
        if deleted.is_ok() {
            self.ledger.check_deletion(&self.server, pod);
        }
        pod_answer(deleted)
    }

    fn patch(&mut self, uid: SessionUid, step: &Step, change: impl FnOnce(&mut SessionObject)) -> (Outcome, Answer) {
        let guards = self.guards(step);
        match self.server.patch_session(uid, guards, change) {
            Ok(object) => {
                self.ledger.check_patch(step, &object.state);
                (Outcome::Done, Answer::Session(object))
            }
            Err(outcome) => (outcome, Answer::Nothing),
        }
    }

    fn note_sender(&mut self, sender: u32, pod: Option<PodUid>) {
        let Some(pod) = pod.map(pod_index) else { return };
        self.claimed_by.resize(self.server.pods.len(), 0);
        self.bound_by.resize(self.server.pods.len(), 0);
        self.claimed_by[pod] = sender;
    }

    fn count(&mut self, sender: u32, step: &Step, fate: Fate, outcome: Outcome) {
        let Some(kind) = kind(step) else { return };
        let reached = &mut self.reached;
        match fate {
            Fate::CrashBefore => reached.crashes_before[kind] += 1,
            Fate::CrashAfter if outcome == Outcome::Done => reached.crashes_after[kind] += 1,
            Fate::AnswerLost if outcome == Outcome::Done => reached.answers_lost[kind] += 1,
            _ => {}
        }
        match outcome {
            Outcome::Done => reached.done[kind] += 1,
            Outcome::LostRace => reached.races_lost[kind] += 1,
            Outcome::Refused => reached.failures += 1,
            _ => {}
        }
        let others = |list: &[u32], pod: PodUid| u64::from(list[pod_index(pod)] != sender);
        match *step {
            Step::WriteBinding(pod) if outcome == Outcome::Done => {
                reached.recoveries += others(&self.claimed_by, pod);
            }
            Step::Start(pod) if outcome == Outcome::Done => reached.restarts += others(&self.bound_by, pod),
            _ => {}
        }
    }
}

fn is_ready(life: Life) -> bool {
    matches!(life, Life::Ready { .. })
}

fn pod_answer(result: Result<PodObject, Outcome>) -> (Outcome, Answer) {
    match result {
        Ok(object) => (Outcome::Done, Answer::Pod(object)),
        Err(outcome) => (outcome, Answer::Nothing),
    }
}
