//! What is to be done for one pool: its policy first, then its pods, then its status.

use super::Decider;
use super::network::Network;
use super::timers::Key;
use crate::cluster::Untaken;
use crate::metrics;
use crate::pool::build::{pod, policy};
use crate::pool::update_status::{self, Known};
use crate::pool::validate::validate;
use crate::seen;
use crate::work::Work;
use cobrowse_session::pool::{self, Action, Backoff, Facts, Memory, Observed, PoolSpec, Revision, Trouble, plan};
use cobrowse_session::{PodUid, SessionUid, Timestamp};
use std::collections::{HashSet, VecDeque};
use std::time::Duration;

/// A pool is planned at most this often: what happens meanwhile is planned together.
pub(super) const PLAN_EVERY: Duration = Duration::from_millis(50);
/// And so much later for each of its pods: a plan looks at all of them, which takes some microseconds each, and is to take no more than a
/// tenth of a core at any number.
const PLAN_EVERY_POD: Duration = Duration::from_micros(20);
/// A status is written at most this often, so that it costs less than what it tells of.
const STATUS_EVERY: Duration = Duration::from_secs(1);
/// The longest wait after the API server refused a policy or a pod as wrong. A change of the pool ends it.
const REFUSED_WAIT_MAX: Duration = Duration::from_secs(300);
/// The longest wait after no answer, or one that says "later": a pool is to fill within seconds of the API server's return.
const UNANSWERED_WAIT_MAX: Duration = Duration::from_secs(2);
/// How often a policy is applied again though nothing is known to have changed it.
const POLICY_EVERY: Duration = Duration::from_secs(600);

/// What is remembered of one pool.
#[derive(Debug)]
pub(super) struct PoolState {
    /// The generation that the rest speaks of.
    generation: Option<i64>,
    pub(super) spec: Result<PoolSpec, String>,
    pub(super) revision: Revision,
    memory: Memory,
    /// Creations that are not answered yet.
    pub(super) in_flight: u32,
    /// Pods promised to sessions in this round.
    pub(super) promised: u32,
    /// Pods of sessions' own whose creation is not answered yet.
    pub(super) cold: u32,
    /// Sessions that wait for a pod.
    pub(super) waiting: u32,
    pub(super) over_limit: HashSet<SessionUid>,
    /// Some session found no pod at the last look.
    pub(super) empty: bool,
    pub(super) policy_at: Option<Timestamp>,
    policy_busy: bool,
    /// A policy of a pool that nobody of this program has seen: it went while no operator was there.
    policy_left: bool,
    refusals: Backoff,
    refused: Option<(&'static str, String)>,
    /// Requests in a row that had no answer.
    unanswered: Backoff,
    /// Whether the network holds its policy.
    pub(super) network: Network,
    /// The last pods that reached something: each is heard once, however often its end is seen.
    pub(super) reached_by: VecDeque<PodUid>,
    facts: Option<Facts>,
    /// What kept a pod from starting, since the last one that did.
    pub(super) trouble: Option<Trouble>,
    planned_at: Timestamp,
    status_busy: bool,
    status_at: Timestamp,
}

impl PoolState {
    fn new() -> Self {
        Self {
            generation: None,
            spec: Err("it is not seen".to_owned()),
            revision: Revision(0),
            memory: Memory::new(),
            in_flight: 0,
            promised: 0,
            cold: 0,
            waiting: 0,
            over_limit: HashSet::new(),
            empty: false,
            policy_at: None,
            policy_busy: false,
            policy_left: false,
            refusals: Backoff::new(),
            refused: None,
            unanswered: Backoff::new(),
            network: Network::Unknown,
            reached_by: VecDeque::new(),
            facts: None,
            trouble: None,
            planned_at: Timestamp::default(),
            status_busy: false,
            status_at: Timestamp::default(),
        }
    }

    /// What another leader did meanwhile is not known.
    pub(super) fn forget(&mut self) {
        let (in_flight, cold) = (self.in_flight, self.cold);
        let (generation, spec, revision) = (self.generation, self.spec.clone(), self.revision);
        *self = Self { generation, spec, revision, in_flight, cold, ..Self::new() };
    }

    /// No pod without its policy, none that was refused a moment ago, and none while nobody answers.
    pub(super) fn may_create(&self, now: Timestamp) -> bool {
        self.policy_at.is_some() && self.refused.is_none() && self.unanswered_until(now).is_none()
    }

    fn unanswered_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.unanswered.until(UNANSWERED_WAIT_MAX, now)
    }

    /// Something was not taken. Several at once count as one.
    fn note_untaken(&mut self, why: Untaken, (reason, message): (&'static str, String), now: Timestamp) {
        match why {
            Untaken::Unanswered if self.unanswered_until(now).is_none() => self.unanswered.note_failure(now),
            Untaken::Refused if self.refused.is_none() => {
                self.refusals.note_failure(now);
                self.refused = Some((reason, message));
            }
            Untaken::Quota if self.memory.quota.until(REFUSED_WAIT_MAX, now).is_none() => {
                self.memory.quota.note_failure(now);
            }
            _ => {}
        }
    }

    /// Something was taken: whatever failed before is over.
    fn note_taken(&mut self, now: Timestamp) {
        self.refusals.note_success(now);
        self.unanswered.note_success(now);
    }
}

impl Decider {
    pub(super) fn pool_state(&mut self, pool: &str) -> &mut PoolState {
        if !self.pools.contains_key(pool) {
            self.pools.insert(pool.to_owned(), PoolState::new());
        }
        self.pools.get_mut(pool).expect("it was put there")
    }

    /// What is to be done for a pool now.
    pub(super) fn decide_pool(&mut self, name: &str, now: Timestamp, works: &mut Vec<Work>) {
        let Some(seen) = self.known.pool(name).cloned() else { return self.decide_no_pool(name, now, works) };
        self.read_pool(&seen, now);
        self.restore_network(name);
        self.decide_policy(name, now, works);
        let pods = self.known.by_pool.get(name).map_or(0, std::collections::BTreeSet::len);
        let every = PLAN_EVERY.max(PLAN_EVERY_POD * u32::try_from(pods).unwrap_or(u32::MAX));
        let state = self.pool_state(name);
        if state.planned_at + every > now {
            let at = state.planned_at + every;
            return self.timers.set(at, Key::Pool(name.to_owned()));
        }
        state.planned_at = now;
        self.plan_pool(&seen, now, works);
        self.decide_pool_status(&seen, now, works);
    }

    /// A pool that is gone leaves its policy until its last pod is gone, too.
    fn decide_no_pool(&mut self, name: &str, now: Timestamp, works: &mut Vec<Work>) {
        if self.known.by_pool.contains_key(name) || self.known.open.contains_key(name) {
            return;
        }
        let Some(state) = self.pools.get_mut(name).filter(|state| state.in_flight == 0 && !state.policy_busy) else {
            return;
        };
        if state.generation.is_none() && !state.policy_left {
            self.pools.remove(name);
            return;
        }
        if let Some(at) = state.refusals.until(REFUSED_WAIT_MAX, now) {
            return self.timers.set(at, Key::Pool(name.to_owned()));
        }
        // A pool that is made again under this name waits until it is gone, and then gets its own.
        state.policy_busy = true;
        works.push(Work::NoPolicy(name.to_owned()));
    }

    /// Looks for policies whose pool went while nobody led. Nothing owns them: they must outlive their pool, as its pods may.
    pub(super) fn decide_policies(&mut self, now: Timestamp, works: &mut Vec<Work>) {
        self.timers.set(now + POLICY_EVERY, Key::Policies);
        works.push(Work::Policies);
    }

    /// Policies that are there, by their pools' names.
    pub(super) fn policies_found(&mut self, pools: Vec<String>) {
        for pool in pools {
            if self.known.pool(&pool).is_none() {
                self.pool_state(&pool).policy_left = true;
                self.dirty.pools.insert(pool);
            }
        }
    }

    /// What came of the deletion of a policy.
    pub(super) fn no_policy_done(&mut self, pool: &str, error: Option<String>, now: Timestamp) {
        self.dirty.pools.insert(pool.to_owned());
        let state = self.pool_state(pool);
        state.policy_busy = false;
        match error {
            None => {
                (state.generation, state.policy_at, state.policy_left) = (None, None, false);
                state.refusals.note_success(now);
            }
            Some(error) => {
                state.refusals.note_failure(now);
                tracing::warn!(pool, error, "the policy of a pool that is gone stays; it is tried again");
            }
        }
    }

    /// Pods of another authority are of another revision: each pool is read again.
    pub(super) fn authority_changed(&mut self, tag: String) {
        if std::mem::replace(&mut self.installation.authority, tag) == self.installation.authority {
            return;
        }
        self.pools.values_mut().for_each(|state| state.generation = None);
        self.dirty.pools.extend(self.pools.keys().cloned());
    }

    fn read_pool(&mut self, seen: &seen::Pool, now: Timestamp) {
        let generation = seen.object.metadata.generation;
        let state = self.pool_state(seen.name());
        if state.generation == generation && state.spec.is_ok() {
            return;
        }
        let revision = pod::revision(&seen.object, &self.installation);
        let state = self.pool_state(seen.name());
        state.generation = generation;
        state.spec = validate(&seen.object).map_err(|error| crate::chain(&error));
        state.revision = revision;
        // What was refused before, or kept pods from starting, may be right now.
        state.refusals.note_success(now);
        (state.refused, state.trouble) = (None, None);
    }

    fn decide_policy(&mut self, name: &str, now: Timestamp, works: &mut Vec<Work>) {
        let state = self.pool_state(name);
        let unanswered = state.unanswered_until(now);
        let resume = state.refusals.until(REFUSED_WAIT_MAX, now).max(unanswered);
        if let Some(at) = resume {
            self.timers.set(at, Key::Pool(name.to_owned()));
            return;
        }
        let state = self.pool_state(name);
        if state.refused.take().is_some() {
            state.planned_at = Timestamp::default();
        }
        let fresh = state.policy_at.is_some_and(|at| at + POLICY_EVERY > now);
        if fresh || state.policy_busy {
            return;
        }
        state.policy_busy = true;
        let pods = self.known.by_pool.get(name).into_iter().flatten().filter_map(|uid| self.known.pods.get(uid));
        let changes = policy::changes(name, &self.installation, pods.into_iter().any(|pod| !pod.by_gateway));
        works.push(Work::Policy { pool: name.to_owned(), changes });
    }

    fn plan_pool(&mut self, seen: &seen::Pool, now: Timestamp, works: &mut Vec<Work>) {
        let name = seen.name();
        let pods = self.known.by_pool.get(name).into_iter().flatten().filter_map(|uid| self.known.pods.get(uid));
        let pods: Vec<pool::Pod> = pods
            .map(|pod| pool::Pod {
                uid: pod.uid,
                slot: pod.slot,
                revision: pod.revision,
                created_at: pod.created_at,
                life: self.life(pod),
            })
            .collect();
        let state = self.pool_state(name);
        let Ok(spec) = state.spec.clone() else { return };
        let observed = Observed {
            pods: &pods,
            in_flight: state.in_flight,
            waiting: state.waiting,
            revision: state.revision,
            memory: state.memory,
        };
        let plan = plan(&spec, &observed, now);
        let may_create = state.may_create(now);
        // A plan counts its creations as done; those that must wait are not.
        state.memory = if may_create { plan.memory } else { Memory { crashes: plan.memory.crashes, ..state.memory } };
        state.facts = Some(plan.facts);
        let low = plan.facts.is_low();
        let tokens = i64::from(state.memory.bucket.tokens(&spec.refill, now));
        self.metrics.refill_tokens.get_or_create(&metrics::Pool { pool: name.to_owned() }).set(tokens);
        if let Some((at, _)) = plan.wake {
            self.timers.set(at, Key::Pool(name.to_owned()));
        }
        for action in plan.actions {
            match action {
                Action::DeletePod { uid, reason } => {
                    if let Some(pod) = self.known.pods.get(&uid).filter(|_| !self.taken.contains(&uid)).cloned() {
                        self.taken.insert(uid);
                        works.push(Work::DeleteWarm { pod: Box::new(pod), reason });
                    }
                }
                Action::CreatePods(count) if may_create => {
                    self.pool_state(name).in_flight += count;
                    for _ in 0..count {
                        let made = pod::pod(&seen.object, &spec, &self.installation, &pod::Owner::Pool);
                        works.push(Work::Create { pool: name.to_owned(), pod: Box::new(made), low });
                    }
                }
                Action::CreatePods(_) => {}
            }
        }
    }

    fn decide_pool_status(&mut self, seen: &seen::Pool, now: Timestamp, works: &mut Vec<Work>) {
        let has_canary = self.has_canary();
        let state = self.pool_state(seen.name());
        if state.status_busy {
            return;
        }
        let spec = state.spec.as_ref().map_err(|message| ("Malformed", message.clone()));
        let (facts, refused, trouble) = (state.facts, state.refused.clone(), state.trouble);
        let network = has_canary.then_some(state.network);
        let revision = format!("{:016x}", state.revision.0);
        let known = Known { spec, facts, revision, refused, trouble, network };
        let status = update_status::status(&seen.object, &known);
        self.count_pods(seen.name(), facts);
        self.count_network(seen.name(), network.unwrap_or_default());
        if seen.object.status.as_ref() == Some(&status) {
            return;
        }
        let state = self.pool_state(seen.name());
        let at = state.status_at + STATUS_EVERY;
        if at > now {
            return self.timers.set(at, Key::Pool(seen.name().to_owned()));
        }
        (state.status_busy, state.status_at) = (true, now);
        works.push(Work::PoolStatus { pool: seen.name().to_owned(), status: Box::new(status) });
    }

    fn count_pods(&self, pool: &str, facts: Option<Facts>) {
        let Some(facts) = facts else { return };
        let counts =
            [("warm", facts.warm), ("warming", facts.warming), ("bound", facts.bound), ("leaving", facts.leaving)];
        for (state, count) in counts {
            self.metrics.pods(pool, state).set(i64::from(count));
        }
    }

    /// What came of a policy.
    pub(super) fn policy_done(&mut self, pool: &str, error: Option<(String, Untaken)>, now: Timestamp) {
        self.dirty.pools.insert(pool.to_owned());
        let state = self.pool_state(pool);
        state.policy_busy = false;
        match error {
            None => {
                state.policy_at = Some(now);
                state.planned_at = Timestamp::default();
                state.note_taken(now);
            }
            Some((error, why)) => {
                let told = format!("the pool's network policy was refused: {error}");
                state.note_untaken(why, ("PolicyRefused", told), now);
                tracing::warn!(pool, error, ?why, "a pool's network policy was not taken");
            }
        }
    }

    /// What came of a creation.
    pub(super) fn created(&mut self, pool: &str, pod: Result<seen::Pod, (String, Untaken)>, now: Timestamp) {
        self.dirty.pools.insert(pool.to_owned());
        let state = self.pool_state(pool);
        state.in_flight = state.in_flight.saturating_sub(1);
        match pod {
            Ok(pod) => {
                state.memory.quota.note_success(now);
                state.note_taken(now);
                self.saw_pod(pod);
            }
            Err((error, why)) => {
                let told = format!("the API server refused a pod: {error}");
                state.note_untaken(why, ("PodRefused", told), now);
                tracing::warn!(pool, error, ?why, "a pod was not taken");
            }
        }
    }

    /// What came of a status.
    pub(super) fn pool_status_done(&mut self, pool: &str, written: Option<seen::Pool>) {
        self.pool_state(pool).status_busy = false;
        if let Some(written) = written {
            self.known.pools.see(written.uid, written.version, written);
        } else {
            self.dirty.pools.insert(pool.to_owned());
        }
    }
}
