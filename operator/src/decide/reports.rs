//! What was seen and what workers tell, taken in: each change says what is to be looked at again.

use super::{Claim, Decider};
use crate::metrics::Launch;
use crate::seen::{self, Over};
use crate::watch::Change;
use crate::work::{Act, Answer, Report, Trace};
use cobrowse_session::claim::{Outcome, Progress, Step, Tell};
use cobrowse_session::{PodUid, SessionUid, Timestamp};
use tokio_util::sync::CancellationToken;

impl Decider {
    pub(super) fn pod_changed(&mut self, change: Change<seen::Pod>, now: Timestamp) {
        match change {
            Change::Begin => self.known.pods.begin_listing(),
            Change::Seen(pod) => self.saw_pod(pod),
            Change::Gone(pod) => self.lost_pod(pod.uid, Some(pod.over), now),
            Change::End => {
                for uid in self.known.pods.end_listing() {
                    self.lost_pod(uid, None, now);
                }
            }
        }
    }

    pub(super) fn saw_pod(&mut self, pod: seen::Pod) {
        let (uid, session, pool) = (pod.uid, pod.session, pod.pool.clone());
        let (name, trouble) = (pod.session_name.clone(), pod.trouble);
        let told = (!pod.over.reached.is_nothing()).then(|| pod.clone());
        if !self.known.see_pod(pod) {
            return;
        }
        self.note_trouble(&pool, uid, trouble);
        if let Some(told) = told {
            self.note_reached(&told, &told.over, crate::now());
        }
        self.dirty.pods.insert(uid);
        self.dirty.pools.insert(pool);
        if let Some(session) = session {
            // A pod may be seen before its session is, and after it is gone.
            self.claim_entry(session, name.as_deref().unwrap_or_default(), crate::now());
            self.dirty.sessions.insert(session);
        }
    }

    fn lost_pod(&mut self, uid: PodUid, last: Option<Over>, now: Timestamp) {
        let lost = self.known.lose_pod(uid);
        self.enrollments.remove(&uid);
        self.unprobed.remove(&uid);
        self.grants.remove(&uid);
        self.taken.remove(&uid);
        let Some(pod) = lost else { return };
        self.note_reached(&pod, &last.unwrap_or(pod.over), now);
        self.dirty.pools.insert(pod.pool);
        if let Some(session) = pod.session {
            let claim = self.claim_entry(session, pod.session_name.as_deref().unwrap_or_default(), now);
            claim.gone = Some((uid, last.unwrap_or(pod.over)));
            self.dirty.sessions.insert(session);
            self.forget_if_gone(session);
        }
    }

    pub(super) fn session_changed(&mut self, change: Change<seen::Session>, now: Timestamp) {
        match change {
            Change::Begin => self.known.sessions.begin_listing(),
            Change::Seen(session) => self.saw_session(session, now),
            Change::Gone(session) => self.lost_session(session.uid),
            Change::End => {
                for uid in self.known.sessions.end_listing() {
                    self.lost_session(uid);
                }
            }
        }
    }

    fn saw_session(&mut self, session: seen::Session, now: Timestamp) {
        let (uid, name, ended) = (session.uid, session.name.clone(), session.ended);
        let freed = session.finished.is_some();
        self.dirty.pools.insert(session.pool.clone());
        // What was there before this replica looked has waited since it was made.
        let first_seen = if self.known.sessions.is_complete() { now } else { session.created_at };
        let was_paused = self.known.sessions.get(&uid).is_some_and(|before| before.paused);
        let (held, pausing) = (session.paused || was_paused, session.paused && !was_paused);
        if !self.known.see_session(session) {
            return;
        }
        let claim = self.claim_entry(uid, &name, first_seen);
        if held {
            claim.held_until = Some(now);
        }
        // A page that is loading still is not waited for.
        if ended || pausing {
            claim.abort.cancel();
        }
        self.dirty.sessions.insert(uid);
        if freed {
            self.freed();
        }
    }

    fn lost_session(&mut self, uid: SessionUid) {
        if let Some(session) = self.known.lose_session(uid) {
            self.dirty.pools.insert(session.pool);
            self.freed();
        }
        if let Some(claim) = self.claims.get(&uid) {
            claim.abort.cancel();
        }
        self.dirty.sessions.insert(uid);
        self.forget_if_gone(uid);
    }

    /// Whoever leads looks once more before it forgets; a replica that only watches need not.
    fn forget_if_gone(&mut self, uid: SessionUid) {
        if !self.leading && self.known.sessions.get(&uid).is_none() && !self.known.by_session.contains_key(&uid) {
            self.claims.remove(&uid);
        }
    }

    /// A tenant may have room again for one that waits, whatever its pool.
    fn freed(&mut self) {
        let waiting: Vec<String> = self.known.open.keys().cloned().collect();
        self.dirty.pools.extend(waiting);
    }

    pub(super) fn pool_changed(&mut self, change: Change<seen::Pool>) {
        match change {
            Change::Begin => self.known.pools.begin_listing(),
            Change::Seen(pool) => {
                let name = pool.name().to_owned();
                self.known.pools.see(pool.uid, pool.version, pool);
                self.pool_is_dirty(name);
            }
            Change::Gone(pool) => self.lost_pool(pool.uid),
            Change::End => {
                for uid in self.known.pools.end_listing() {
                    self.lost_pool(uid);
                }
            }
        }
    }

    fn lost_pool(&mut self, uid: u128) {
        if let Some(pool) = self.known.pools.lose(uid) {
            self.pool_is_dirty(pool.name().to_owned());
        }
    }

    fn pool_is_dirty(&mut self, name: String) {
        self.dirty.sessions.extend(self.known.open.get(&name).into_iter().flatten());
        self.dirty.pools.insert(name);
    }

    pub(super) fn tenant_changed(&mut self, change: Change<seen::Tenant>) {
        self.dirty.tenants = true;
        match change {
            Change::Begin => self.known.tenants.begin_listing(),
            Change::Seen(tenant) => {
                self.known.tenants.see(tenant.uid, tenant.version, tenant);
            }
            Change::Gone(tenant) => {
                self.known.tenants.lose(tenant.uid);
            }
            Change::End => {
                for uid in self.known.tenants.end_listing() {
                    self.known.tenants.lose(uid);
                }
            }
        }
    }

    fn claim_entry(&mut self, uid: SessionUid, name: &str, first_seen: Timestamp) -> &mut Claim {
        self.claims.entry(uid).or_insert_with(|| Claim {
            name: name.to_owned(),
            progress: Progress::default(),
            busy: false,
            taking: false,
            claimed: None,
            first_seen,
            held_until: None,
            told: None,
            adjusted: None,
            started: None,
            gone: None,
            abort: CancellationToken::new(),
            trace: Trace::new(first_seen),
        })
    }

    /// A worker has done something, or not.
    pub(super) fn reported(&mut self, report: Report, now: Timestamp) {
        match report {
            Report::Session { uid, act, outcome, answer, error } => {
                if act == Act::Claim(Step::Cold) {
                    self.count_cold(uid, -1);
                }
                self.answered(uid, answer, now);
                self.session_done(uid, &act, outcome, error.as_deref(), now);
            }
            Report::Created { pool, pod } => self.created(&pool, pod, now),
            Report::DeletedWarm { pod, reason, left, ok } => {
                self.taken.remove(&pod.uid);
                self.dirty.pools.insert(pod.pool.clone());
                match left {
                    Some(left) => self.saw_pod(left),
                    None if ok => self.lost_pod(pod.uid, None, now),
                    None => {}
                }
                if ok {
                    self.metrics.deleted(&pod.pool, &format!("{reason:?}"));
                }
            }
            Report::Enrolled { pod, error } => self.enrolled(pod, error.as_deref(), now),
            Report::Granted { pod, error } => self.granted(pod, error.as_deref(), now),
            Report::Policy { pool, error } => self.policy_done(&pool, error, now),
            Report::NoPolicy { pool, error } => self.no_policy_done(&pool, error, now),
            Report::Policies(pools) => self.policies_found(pools),
            Report::PoolStatus { pool, written } => self.pool_status_done(&pool, written),
            Report::TenantStatus { uid, written } => self.tenant_status_done(uid, written, now),
        }
    }

    /// The objects in an answer are in what is seen at once.
    fn answered(&mut self, uid: SessionUid, answer: Answer, now: Timestamp) {
        match answer {
            Answer::Nothing => {}
            Answer::Pod(pod) => self.saw_pod(*pod),
            Answer::PodGone(pod) => self.lost_pod(pod, None, now),
            Answer::Session(session) => self.saw_session(*session, now),
            Answer::SessionGone => self.lost_session(uid),
            Answer::Adjusted(adjusted) => {
                if let Some(claim) = self.claims.get_mut(&uid) {
                    claim.adjusted = Some(adjusted);
                }
            }
            Answer::Started(started) => {
                if let Some(claim) = self.claims.get_mut(&uid) {
                    claim.started = Some(started);
                }
            }
            Answer::Found(found) => {
                found.pods.into_iter().for_each(|pod| self.saw_pod(pod));
                for pod in found.gone {
                    self.lost_pod(pod, None, now);
                    if let Some(claim) = self.claims.get_mut(&uid)
                        && claim.gone.is_none_or(|(known, _)| known != pod)
                    {
                        claim.gone = Some((pod, Over::default()));
                    }
                }
                match found.session {
                    Some(session) => self.saw_session(session, now),
                    None => self.lost_session(uid),
                }
            }
        }
    }

    fn session_done(&mut self, uid: SessionUid, act: &Act, outcome: Outcome, error: Option<&str>, now: Timestamp) {
        self.dirty.sessions.insert(uid);
        let Some(claim) = self.claims.get_mut(&uid) else { return };
        (claim.busy, claim.taking) = (false, false);
        // What is no step of the claim is noted as one without a meaning of its own: it is looked at again, and not at once.
        let step = if let Act::Claim(step) = act { *step } else { Step::Over };
        if let Step::ClaimPod(pod) = step {
            self.taken.remove(&pod);
        }
        let tell = claim.progress.note(&step, outcome, now);
        let name = claim.name.clone();
        let pool = self.known.sessions.get(&uid).map(|session| session.pool.clone());
        self.dirty.pools.extend(pool);
        if tell == Tell::Operators {
            tracing::error!(session = name, ?step, ?outcome, error, "a step of a claim failed that never should");
            self.metrics.alarms.inc();
        } else if outcome != Outcome::Done {
            tracing::debug!(session = name, ?step, ?outcome, error, "a step is looked at again");
        }
        if let (Step::Start(pod), Outcome::Done) = (step, outcome) {
            self.note_started(pod, now);
        }
        self.metrics.stepped(&step, outcome);
        self.tell_of(uid, act, outcome, error);
    }

    /// Where a bound session's pod came from.
    fn launch(&self, session: &seen::Session) -> Launch {
        let pod = session.binding.as_ref().map(|binding| binding.name.as_str()).unwrap_or_default();
        Launch { pool: session.pool.clone(), launch: crate::names::launch(session.uid, pod).to_owned() }
    }

    /// Events for people, and counts.
    fn tell_of(&self, uid: SessionUid, act: &Act, outcome: Outcome, error: Option<&str>) {
        let Some(session) = self.known.sessions.get(&uid) else { return };
        match (act, outcome) {
            (Act::Claim(Step::WriteBinding(_)), Outcome::Done) => {
                self.events.session(session, "Bound", "the session has its pod");
                let launch = self.launch(session);
                let (created, now) = (session.created_at, crate::now());
                self.metrics.bound_seconds.get_or_create(&launch).observe(now.since(created).as_secs_f64());
                if let Some(claim) = self.claims.get(&uid) {
                    self.metrics.claimed(&launch, now.since(claim.first_seen), claim.trace.id());
                }
            }
            (Act::Claim(Step::WriteReady(_)), Outcome::Done) => {
                self.events.session(session, "Ready", "the session can be used");
                if let Some(claim) = self.claims.get(&uid) {
                    let took = crate::now().since(claim.first_seen);
                    self.metrics.became_ready(&self.launch(session), took, claim.trace.id());
                }
            }
            (Act::Adjust, Outcome::Done) => {
                let note =
                    if session.paused { "an administrator paused the session" } else { "the session was adjusted" };
                self.events.session(session, "Adjusted", note);
            }
            (Act::Claim(Step::Finish(_)) | Act::End(_), Outcome::Done) => {
                let reason = session.finished.map(|finished| format!("{:?}", finished.reason)).unwrap_or_default();
                self.events.session(session, "Finished", &format!("the session ended: {reason}"));
                self.metrics.ended(&reason);
            }
            (Act::Claim(step), Outcome::Invalid) => {
                self.events.alarm(session, "Refused", &format!("{step:?}: {}", error.unwrap_or_default()));
            }
            _ => {}
        }
    }
}
