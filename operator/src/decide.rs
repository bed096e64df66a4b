//! The deciding task: it alone knows what was seen and what is being done, and says what to do next. It does nothing itself and waits
//! for nothing, so that one decision never rests on half of another.

mod grants;
mod known;
mod network;
mod offers;
mod pods;
mod pools;
mod reports;
mod sessions;
mod tenants;
mod timers;

pub use known::Known;
pub(crate) use network::{Network, told as network_told};

use crate::egress::Way;
use crate::events::Events;
use crate::metrics::Metrics;
use crate::pool::dereference::Installation;
use crate::seen;
use crate::session::adjust::Adjusted;
use crate::tenant;
use crate::watch::Change;
use crate::work::{Report, Trace, Work, Worker};
use cobrowse_crds::kind::session::Phase;
use cobrowse_identity::grant::GrantKey;
use cobrowse_session::claim::{Progress, Turns};
use cobrowse_session::{PodUid, SessionUid, TenantId, Timestamp};
use pools::PoolState;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use timers::{Key, Timers};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// As many events as are taken in before the next decision.
const BATCH_MAX: usize = 4096;
/// How often sessions are counted for the metrics: it looks at each.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// The longest rest, so that a clock that was set back is noticed.
const REST_MAX: Duration = Duration::from_secs(30);

/// What the deciding task is told.
#[derive(Debug)]
pub enum Event {
    /// Of sessions.
    Sessions(Change<seen::Session>),
    /// Of browser pods.
    Pods(Change<seen::Pod>),
    /// Of pools.
    Pools(Change<seen::Pool>),
    /// Of tenants.
    Tenants(Change<seen::Tenant>),
    /// The way out of pods, first or changed.
    Way(Way),
    /// A worker has done something, or not.
    Report(Box<Report>),
    /// Another authority signs pods from now on: its tag.
    Authority(String),
    /// This replica leads from now on.
    Lead,
    /// It decides no more. Answered when nothing more will be begun.
    Retire(oneshot::Sender<()>),
}

/// What is remembered of one session's claim, besides its object.
#[derive(Debug)]
struct Claim {
    name: String,
    progress: Progress,
    /// Something is being done for it.
    busy: bool,
    /// And that gives it a pod.
    taking: bool,
    /// The pod of the last claim, whose answer may have been lost.
    claimed: Option<(PodUid, String)>,
    /// When this replica first saw it.
    first_seen: Timestamp,
    /// Until when an administrator held it: its patience begins there.
    held_until: Option<Timestamp>,
    /// The generation of its object that its pod was bound with.
    told: Option<(PodUid, i64)>,
    /// What its pod was told of changes since.
    adjusted: Option<Adjusted>,
    /// What its pod said to `Start`.
    started: Option<crate::pods::calls::Started>,
    /// How its pod was when it went.
    gone: Option<(PodUid, seen::Over)>,
    /// Gives up a call that waits for a first picture.
    abort: CancellationToken,
    /// Handed on with each work, and of no account here.
    trace: Trace,
}

/// What is remembered of a pod, besides its object.
#[derive(Debug, Default)]
struct Enrollment {
    done_at: Option<Timestamp>,
    busy: bool,
    failures: u32,
    resume_at: Option<Timestamp>,
}

/// What changed since the last decision.
#[derive(Debug, Default)]
struct Dirty {
    sessions: BTreeSet<SessionUid>,
    pools: BTreeSet<String>,
    pods: BTreeSet<PodUid>,
    tenants: bool,
    /// Which policies are there.
    policies: bool,
}

/// All that the deciding task knows.
pub struct Decider {
    installation: Installation,
    metrics: Arc<Metrics>,
    events: Events,
    leading: bool,
    known: Known,
    claims: HashMap<SessionUid, Claim>,
    pools: BTreeMap<String, PoolState>,
    tenants: BTreeMap<TenantId, tenant::Known>,
    tenant_writes: HashMap<u128, tenants::Write>,
    enrollments: HashMap<PodUid, Enrollment>,
    /// What signs grants, where there is an egress gateway.
    grant_key: Option<Arc<GrantKey>>,
    grants: HashMap<PodUid, grants::Renewal>,
    /// Pods that ran when this replica began to lead, and that it has not asked yet whether they are enrolled.
    unprobed: HashSet<PodUid>,
    /// Warm pods that are being claimed or deleted.
    taken: HashSet<PodUid>,
    turns: Turns,
    dirty: Dirty,
    timers: Timers,
    counted_at: Timestamp,
}

impl Decider {
    /// Knows nothing yet.
    pub fn new(installation: Installation, metrics: Arc<Metrics>, events: Events) -> Self {
        Self {
            installation,
            metrics,
            events,
            leading: false,
            known: Known::default(),
            claims: HashMap::new(),
            pools: BTreeMap::new(),
            tenants: BTreeMap::new(),
            tenant_writes: HashMap::new(),
            enrollments: HashMap::new(),
            grant_key: None,
            grants: HashMap::new(),
            unprobed: HashSet::new(),
            taken: HashSet::new(),
            turns: Turns::new(),
            dirty: Dirty::default(),
            timers: Timers::default(),
            counted_at: Timestamp::default(),
        }
    }

    /// Decides until the last sender of events is gone.
    pub async fn run(mut self, mut events: mpsc::Receiver<Event>, worker: Worker) {
        loop {
            let rest = self.timers.next().map_or(REST_MAX, |at| at.since(crate::now()).min(REST_MAX));
            tokio::select! {
                event = events.recv() => {
                    let Some(event) = event else { return };
                    self.take(event, crate::now());
                    self.take_more(&mut events);
                }
                () = tokio::time::sleep(rest) => {}
            }
            self.metrics.events_waiting.set(i64::try_from(events.len()).unwrap_or(i64::MAX));
            let (now, began) = (crate::now(), Instant::now());
            let works = self.decide(now);
            self.count_sessions(now);
            self.metrics.round_seconds.observe(began.elapsed().as_secs_f64());
            for work in works {
                worker.begin(work);
            }
            self.metrics.synced.store(self.is_complete(), std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn take_more(&mut self, events: &mut mpsc::Receiver<Event>) {
        for _ in 0..BATCH_MAX {
            let Ok(event) = events.try_recv() else { return };
            self.take(event, crate::now());
        }
    }

    /// Takes in one event.
    pub fn take(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Sessions(change) => self.session_changed(change, now),
            Event::Pods(change) => self.pod_changed(change, now),
            Event::Pools(change) => self.pool_changed(change),
            Event::Tenants(change) => self.tenant_changed(change),
            Event::Way(way) => self.way_changed(way),
            Event::Report(report) => self.reported(*report, now),
            Event::Authority(tag) => self.authority_changed(tag),
            Event::Lead => self.lead(true, now),
            Event::Retire(done) => {
                self.lead(false, now);
                let _ = done.send(());
            }
        }
    }

    /// What is to be done now. Nothing, while another replica leads or not all was seen yet.
    pub fn decide(&mut self, now: Timestamp) -> Vec<Work> {
        for key in self.timers.due(now) {
            self.mark(key);
        }
        let mut works = Vec::new();
        if !self.leading {
            // All is looked at when this replica leads.
            self.dirty = Dirty::default();
            return works;
        }
        if !self.is_complete() {
            return works;
        }
        if std::mem::take(&mut self.dirty.tenants) {
            self.decide_tenants(now, &mut works);
        }
        if std::mem::take(&mut self.dirty.policies) {
            self.decide_policies(now, &mut works);
        }
        for pod in std::mem::take(&mut self.dirty.pods) {
            works.extend(self.decide_pod(pod, now));
        }
        let pools = std::mem::take(&mut self.dirty.pools);
        let mut offers = HashMap::new();
        for pool in &pools {
            self.offer(pool, now, &mut offers);
        }
        let mut sessions = std::mem::take(&mut self.dirty.sessions);
        sessions.extend(offers.keys());
        for session in sessions {
            let offer = offers.get(&session).copied().unwrap_or(cobrowse_session::claim::Offer::NotYet);
            works.extend(self.decide_session(session, offer, now));
        }
        for pool in &pools {
            self.decide_pool(pool, now, &mut works);
        }
        works
    }

    /// Whether all was seen once, and the way out is known if there is to be one: no pod is made without it.
    fn is_complete(&self) -> bool {
        self.known.is_complete() && (self.installation.gateways.is_none() || self.grant_key.is_some())
    }

    /// Tells the metrics how many sessions there are in each phase, now and then.
    fn count_sessions(&mut self, now: Timestamp) {
        if !self.leading || self.counted_at + COUNT_EVERY > now {
            return;
        }
        self.counted_at = now;
        let phases = [Phase::Pending, Phase::Binding, Phase::Active, Phase::Draining, Phase::Finished, Phase::Failed];
        let mut counts = phases.map(|phase| (phase, 0));
        for (_, session) in self.known.sessions.iter() {
            let phase = session.phase.unwrap_or(Phase::Pending);
            counts.iter_mut().filter(|(of, _)| *of == phase).for_each(|(_, count)| *count += 1);
        }
        self.metrics.count_sessions(&counts.map(|(phase, count)| (format!("{phase:?}"), count)));
    }

    fn mark(&mut self, key: Key) {
        match key {
            Key::Session(session) => {
                // A session that waits is offered a pod together with all that wait.
                if let Some(seen) = self.known.sessions.get(&session) {
                    self.dirty.pools.insert(seen.pool.clone());
                }
                self.dirty.sessions.insert(session);
            }
            Key::Pool(pool) => {
                self.dirty.pools.insert(pool);
            }
            Key::Pod(pod) => {
                self.dirty.pods.insert(pod);
            }
            Key::Tenants => self.dirty.tenants = true,
            Key::Policies => self.dirty.policies = true,
        }
    }

    /// What this replica remembers counts only while it leads; what it saw stays.
    fn lead(&mut self, leading: bool, now: Timestamp) {
        self.leading = leading;
        self.metrics.leader.set(i64::from(leading));
        for claim in self.claims.values_mut() {
            (claim.progress, claim.claimed, claim.started) = (Progress::default(), None, None);
            (claim.told, claim.adjusted, claim.trace) = (None, None, Trace::new(claim.first_seen));
        }
        self.turns = Turns::new();
        self.grants.clear();
        self.pools.values_mut().for_each(PoolState::forget);
        self.metrics.network_enforced.clear();
        if !leading {
            self.claims.values().for_each(|claim| claim.abort.cancel());
            return;
        }
        self.look_at_networks(now);
        let running = self.known.pods.iter().filter(|(_, pod)| matches!(pod.stage, seen::Stage::Running(_)));
        self.unprobed = running.map(|(uid, _)| *uid).filter(|uid| !self.is_enrolled(*uid)).collect();
        (self.dirty.tenants, self.dirty.policies) = (true, true);
        self.dirty.pods.extend(self.known.pods.iter().map(|(uid, _)| *uid));
        self.dirty.sessions.extend(self.known.sessions.iter().map(|(uid, _)| *uid));
        self.dirty.sessions.extend(self.known.by_session.keys());
        self.dirty.pools.extend(self.pools.keys().cloned());
        self.dirty.pools.extend(self.known.pools.iter().map(|(_, pool)| pool.name().to_owned()));
        self.dirty.pools.extend(self.known.open.keys().chain(self.known.by_pool.keys()).cloned());
        tracing::info!(at = now.as_millis(), "this replica leads");
    }
}

#[cfg(test)]
mod tests;
