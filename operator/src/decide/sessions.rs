//! What is to be done for one session: the claim's next step, its end, or to tell that it waits.

use super::Decider;
use super::timers::Key;
use crate::pods::calls::Started;
use crate::pool;
use crate::seen;
use crate::session::adjust;
use crate::session::build::{self, Built, build};
use crate::session::dereference::{self, Found, dereference};
use crate::session::end::{self, Due};
use crate::session::update_status as status;
use crate::session::validate::{self, validate};
use crate::work::{Act, Job, Work};
use cobrowse_crds::kind::session::{FinishReason, WhenPoolEmpty};
use cobrowse_session::claim::{self, Doubt, Finish, Offer, Pod, Seen, Step, guards, next};
use cobrowse_session::policy::LONGEST_LIFE;
use cobrowse_session::site::PageUrl;
use cobrowse_session::{PodUid, SessionUid, Timestamp};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A session that waits longer is told why in its status. Most have their pod long before, and are spared the write.
const TELL_AFTER: Duration = Duration::from_secs(2);

impl Decider {
    /// What is to be done for a session now.
    pub(super) fn decide_session(&mut self, uid: SessionUid, offer: Offer, now: Timestamp) -> Option<Work> {
        let claim = self.claims.get(&uid)?;
        if claim.busy {
            return None;
        }
        let session = self.known.sessions.get(&uid);
        let pods = self.claim_pods(uid);
        if session.is_none() && pods.is_empty() {
            self.claims.remove(&uid);
            return None;
        }
        // An administrator holds it: it gets no pod, and its patience is not used up.
        let held = session.is_some_and(|session| session.paused && !session.ended && session.binding.is_none());
        if held && pods.is_empty() {
            return self.tell_waiting(uid, "Paused", "spec.lifecycle.paused is true", now);
        }
        let view = session.map(|session| self.view(session));
        let step = next(&Seen { session: view, pods: &pods, offer, progress: &claim.progress }, now);
        self.work(uid, step, now)
    }

    fn work(&mut self, uid: SessionUid, step: Step, now: Timestamp) -> Option<Work> {
        let job = match step {
            Step::Wait(at) => {
                if let Some(at) = at.filter(|at| *at > now) {
                    self.timers.set(at, Key::Session(uid));
                }
                return self.waits(uid, now);
            }
            Step::Over => return self.after_claim(uid, now),
            Step::Read(doubt) => self.read(uid, doubt)?,
            Step::ClaimPod(pod) => self.claim_job(uid, pod, now)?,
            Step::Cold => Job::Create(Box::new(self.cold(uid)?)),
            Step::DeletePod { uid: pod, .. } => {
                Job::DeletePod { pod: self.known.pods.get(&pod)?.clone(), exact: false }
            }
            Step::Start(pod) if self.must_pause_first(uid) => {
                let job = self.adjust_job(uid, pod)?;
                return Some(self.begin(uid, Act::Adjust, job));
            }
            Step::Bind(pod) | Step::Start(pod) => match self.call(uid, pod, &step) {
                Ok(job) => job,
                Err(error) => return self.cannot_go_on(uid, &step, &error, now),
            },
            Step::WriteBinding(_) | Step::WriteReady(_) => Job::Status(self.status(uid, &step)?),
            Step::Finish(finish) => {
                let (reason, message) = self.why(uid, finish);
                self.finished_patch(uid, guards(&step), reason, &message)?
            }
        };
        Some(self.begin(uid, Act::Claim(step), job))
    }

    /// Notes that something is done for the session, so that nothing else is.
    fn begin(&mut self, uid: SessionUid, act: Act, job: Job) -> Work {
        let claim = self.claims.get_mut(&uid).expect("whoever is decided for has an entry");
        claim.busy = true;
        if let Act::Claim(Step::ClaimPod(pod)) = act {
            self.taken.insert(pod);
            claim.claimed = self.known.pods.get(&pod).map(|seen| (pod, seen.name.clone()));
        }
        if let (Act::Claim(Step::Bind(pod)), Some(session)) = (act, self.known.sessions.get(&uid)) {
            // A pod goes by what it was bound with first.
            claim.told = claim.told.filter(|(bound, _)| *bound == pod).or(Some((pod, session.generation)));
        }
        claim.taking = matches!(act, Act::Claim(Step::ClaimPod(_) | Step::Cold));
        if let Act::Claim(Step::Start(_)) = act {
            claim.abort = CancellationToken::new();
        }
        let (name, abort) = (claim.name.clone(), claim.abort.clone());
        let trace = claim.trace.of(self.known.sessions.get(&uid));
        if act == Act::Claim(Step::Cold) {
            self.count_cold(uid, 1);
        }
        Work::Session { uid, name, act, job: Box::new(job), trace, abort }
    }

    /// The session as the rules of the claim go by it.
    pub(super) fn view(&self, session: &seen::Session) -> claim::Session {
        let (claim_deadline, when) = session.patience();
        claim::Session {
            requested_at: self.waits_since(session),
            claim_deadline,
            when_pool_empty: match when {
                WhenPoolEmpty::Wait => claim::WhenPoolEmpty::Wait,
                WhenPoolEmpty::Cold => claim::WhenPoolEmpty::Cold,
                WhenPoolEmpty::Fail => claim::WhenPoolEmpty::Fail,
            },
            ended: session.ended,
            finished: session.finished.is_some(),
            binding: session.binding.as_ref().map(|binding| binding.pod),
            ready: session.ready,
        }
    }

    /// When a session's patience began.
    fn waits_since(&self, session: &seen::Session) -> Timestamp {
        let held = self.claims.get(&session.uid).and_then(|claim| claim.held_until);
        held.map_or(session.created_at, |held| held.max(session.created_at))
    }

    /// The pods that name a session.
    pub(super) fn claim_pods(&self, uid: SessionUid) -> Vec<Pod> {
        self.known.pods_of(uid).map(|pod| Pod { uid: pod.uid, life: self.life(pod) }).collect()
    }

    /// How long a session waits for a pod, and what it does meanwhile.
    pub(super) fn patience(&self, uid: SessionUid) -> (Duration, claim::WhenPoolEmpty) {
        let view = self.known.sessions.get(&uid).map(|session| self.view(session));
        view.map_or((Duration::ZERO, claim::WhenPoolEmpty::Wait), |view| (view.claim_deadline, view.when_pool_empty))
    }

    /// The page a session starts on, or why it cannot start.
    pub(super) fn page(&self, session: &seen::Session) -> Result<PageUrl, validate::Error> {
        validate(&self.found(session)?)
    }

    pub(super) fn found<'a>(&'a self, session: &'a seen::Session) -> Result<Found<'a>, dereference::Error> {
        // A session that has its pod needs the pool no more.
        let has_pool = session.binding.is_some() || self.known.pool(&session.pool).is_some();
        dereference(session, &self.tenants, has_pool)
    }

    /// How long a session of this pool may last at all. What is bound in a pool that is gone its pod keeps to it.
    fn cap(&self, pool: &str) -> Duration {
        let spec = self.known.pool(pool).and_then(|pool| pool::validate::validate(&pool.object).ok());
        spec.map_or(LONGEST_LIFE, |spec| spec.max_session)
    }

    /// What a pod is told of a session.
    fn built(&self, session: &seen::Session) -> Result<Built, validate::Error> {
        let found = self.found(session)?;
        let page = validate(&found)?;
        let tenant = found.tenant.parsed.as_ref().map_err(|error| validate::Error::Tenant(error.clone()))?;
        Ok(build(&found, tenant, &page, self.cap(&session.pool)))
    }

    fn read(&self, uid: SessionUid, doubt: Doubt) -> Option<Job> {
        let claim = self.claims.get(&uid)?;
        let named = self.known.pods_of(uid).map(|pod| (pod.uid, pod.name.clone()));
        let binding = self.known.sessions.get(&uid).and_then(|session| session.binding.clone());
        let bound = binding.map(|binding| (binding.pod, binding.name));
        let mut asked: Vec<(PodUid, String)> = named.chain(claim.claimed.clone()).chain(bound).collect();
        asked.sort_unstable();
        asked.dedup();
        if let Doubt::Pod(pod) = doubt {
            debug_assert!(asked.iter().any(|(uid, _)| *uid == pod), "a doubted pod is named by one of these");
        }
        Some(Job::Read(asked))
    }

    /// A pod's deadline is lowered to the longest session from now on; it may only ever be lowered.
    fn claim_job(&self, uid: SessionUid, pod: PodUid, now: Timestamp) -> Option<Job> {
        let (session, pod) = (self.known.sessions.get(&uid)?, self.known.pods.get(&pod)?);
        let age = now.since(pod.started_at.unwrap_or(pod.created_at));
        let lowest = age + self.cap(&session.pool) + crate::pool::validate::AFTERLIFE;
        let lowest = i64::try_from(lowest.as_secs()).unwrap_or(i64::MAX);
        let deadline = pod.deadline.filter(|deadline| lowest < *deadline).map(|_| lowest);
        Some(Job::ClaimPod { pod: pod.clone(), patch: status::claimed_pod(session, pod, deadline) })
    }

    fn cold(&self, uid: SessionUid) -> Option<k8s_openapi::api::core::v1::Pod> {
        let session = self.known.sessions.get(&uid)?;
        let pool = self.known.pool(&session.pool)?;
        let spec = self.pools.get(&session.pool)?.spec.as_ref().ok()?;
        let owner = crate::pool::build::pod::Owner::Session { name: &session.name, uid };
        Some(crate::pool::build::pod::pod(&pool.object, spec, &self.installation, &owner))
    }

    fn call(&self, uid: SessionUid, pod: PodUid, step: &Step) -> Result<Job, validate::Error> {
        let missing = || validate::Error::Tenant("it is not seen".to_owned());
        let session = self.known.sessions.get(&uid).ok_or_else(missing)?;
        let pod = self.known.pods.get(&pod).ok_or_else(missing)?.clone();
        let built = self.built(session)?;
        Ok(match step {
            Step::Bind(_) => Job::Bind { pod, request: Box::new(built.bind) },
            _ => {
                let granting = self.granting(session, &pod);
                // Who leads since a moment may not know the key yet. Without a grant the page would be refused, for good.
                if pod.by_gateway && granting.is_none() {
                    return Err(validate::Error::WayOut);
                }
                Job::Start { pod, granting, request: Box::new(built.start) }
            }
        })
    }

    fn status(&self, uid: SessionUid, step: &Step) -> Option<serde_json::Value> {
        let (session, claim) = (self.known.sessions.get(&uid)?, self.claims.get(&uid)?);
        let guards = guards(step).into_iter().flatten();
        match step {
            Step::WriteBinding(pod) => {
                Some(status::binding(session, self.known.pods.get(pod)?, guards, claim.first_seen))
            }
            _ => {
                let Started { first_picture, .. } = claim.started.clone().unwrap_or_default();
                let built = self.built(session).ok();
                let limited = built.as_ref().map(|built| built.limited.as_str()).unwrap_or_default();
                let lasts = (built.as_ref().map(|built| built.max_duration), limited);
                let told = (claim.told.map(|(_, told)| told), self.has_canary());
                Some(status::ready(session, guards, first_picture, lasts, told))
            }
        }
    }

    /// The tenant went, or its site, or the way out is not known yet, while the session was on its way. It may come until the session's
    /// patience is over.
    fn cannot_go_on(&mut self, uid: SessionUid, step: &Step, error: &validate::Error, now: Timestamp) -> Option<Work> {
        let session = self.known.sessions.get(&uid)?;
        let deadline = self.waits_since(session) + session.patience().0;
        if deadline > now {
            self.timers.set(deadline, Key::Session(uid));
            return None;
        }
        let finish = match step {
            Step::Start(pod) => Finish::StartFailed(*pod),
            _ => Finish::ClaimDeadline,
        };
        let reason = reason_of(error).unwrap_or(FinishReason::NoCapacity);
        let step = Step::Finish(finish);
        let job = self.finished_patch(uid, guards(&step), reason, &crate::chain(error))?;
        Some(self.begin(uid, Act::Claim(step), job))
    }

    fn finished_patch(
        &self,
        uid: SessionUid,
        guards: [Option<claim::Guard>; 4],
        reason: FinishReason,
        message: &str,
    ) -> Option<Job> {
        let session = self.known.sessions.get(&uid)?;
        Some(Job::Status(status::finished(session, guards.into_iter().flatten(), reason, message)))
    }

    /// Why a session ends that never lived.
    fn why(&self, uid: SessionUid, finish: Finish) -> (FinishReason, String) {
        let known = self.known.sessions.get(&uid).zip(self.claims.get(&uid));
        let error = known.and_then(|(session, _)| self.page(session).err());
        match finish {
            Finish::Ended => (FinishReason::Requested, String::new()),
            Finish::PoolEmpty => self.no_pod(uid, "the pool has no warm pod"),
            Finish::ClaimDeadline => match error {
                Some(error) => (reason_of(&error).unwrap_or(FinishReason::NoCapacity), crate::chain(&error)),
                None => self.no_pod(uid, "no pod within spec.claimDeadline"),
            },
            Finish::PodLost(pod) => {
                let seen = self.known.pods.get(&pod).map(|pod| pod.over);
                let gone = known.and_then(|(_, claim)| claim.gone).filter(|(uid, _)| *uid == pod).map(|(_, over)| over);
                (end::reason(&seen.or(gone).unwrap_or_default()), "its pod went before the first picture".to_owned())
            }
            Finish::StartFailed(_) => {
                let started = known.and_then(|(_, claim)| claim.started.clone()).unwrap_or_default();
                let word = started.failure.unwrap_or_else(|| "Refused".to_owned());
                (FinishReason::BrowserCrashed, format!("the pod could not show the first page: {word}"))
            }
        }
    }

    /// The claim is over: the session lives, or has ended.
    fn after_claim(&mut self, uid: SessionUid, now: Timestamp) -> Option<Work> {
        let session = self.known.sessions.get(&uid)?;
        if let Some(finished) = session.finished {
            let due = finished.at + session.time_to_live();
            if session.leaving || self.known.by_session.contains_key(&uid) {
                return None;
            }
            if due > now {
                self.timers.set(due, Key::Session(uid));
                return None;
            }
            let job = Job::DeleteSession(Box::new(session.clone()));
            return Some(self.begin(uid, Act::Expire, job));
        }
        let bound = session.binding.as_ref()?.pod;
        let gone = self.claims.get(&uid)?.gone.filter(|(pod, _)| *pod == bound).map(|(_, over)| over);
        match end::due(session, self.known.pods.get(&bound), gone.as_ref(), now) {
            Due::Nothing(at) => {
                if let Some(at) = at {
                    self.timers.set(at, Key::Session(uid));
                }
                self.adjust(uid, bound)
            }
            Due::Doubt => {
                let job = self.read(uid, Doubt::Pod(bound))?;
                Some(self.begin(uid, Act::Claim(Step::Read(Doubt::Pod(bound))), job))
            }
            Due::Finish(reason) => {
                let guards = [claim::Guard::SessionUid, claim::Guard::BindingIs(bound), claim::Guard::NotFinished];
                let [first, second, third] = guards.map(Some);
                let job = self.finished_patch(uid, [first, second, third, None], reason, "")?;
                Some(self.begin(uid, Act::End(reason), job))
            }
        }
    }

    /// Tells the pod what an administrator changed, and then the status what the pod was told.
    fn adjust(&mut self, uid: SessionUid, bound: PodUid) -> Option<Work> {
        let (session, claim) = (self.known.sessions.get(&uid)?, self.claims.get(&uid)?);
        if !adjust::is_due(session) {
            return None;
        }
        let Some(adjusted) = claim.adjusted.filter(|adjusted| adjusted.generation == session.generation) else {
            let job = self.adjust_job(uid, bound)?;
            return Some(self.begin(uid, Act::Adjust, job));
        };
        let guards = [claim::Guard::SessionUid, claim::Guard::BindingIs(bound), claim::Guard::NotFinished];
        let limited = self.lasts(session).map(|(_, limited)| limited).unwrap_or_default();
        let patch = status::adjusted(session, guards.into_iter(), &adjusted, &limited);
        Some(self.begin(uid, Act::Tell, Job::Status(patch)))
    }

    /// A session that was paused on its way is paused before its page is loaded.
    fn must_pause_first(&self, uid: SessionUid) -> bool {
        let known = self.known.sessions.get(&uid).zip(self.claims.get(&uid));
        known.is_some_and(|(session, claim)| {
            session.paused && claim.adjusted.is_none_or(|adjusted| adjusted.generation != session.generation)
        })
    }

    fn adjust_job(&self, uid: SessionUid, pod: PodUid) -> Option<Job> {
        let (session, pod) = (self.known.sessions.get(&uid)?, self.known.pods.get(&pod)?.clone());
        let request = adjust::request(session, self.lasts(session).map(|(lasts, _)| lasts))?;
        Some(Job::Adjust { pod, request, generation: session.generation })
    }

    /// How long a session lasts, and why no longer. None while its tenant is suspended.
    fn lasts(&self, session: &seen::Session) -> Option<(Duration, String)> {
        let found = self.found(session).ok()?;
        let tenant = found.tenant.parsed.as_ref().ok()?;
        let cap = self.cap(&session.pool);
        Some((build::max_duration(found.wish, tenant, cap), build::limited(found.wish, tenant, cap)))
    }

    fn waits(&mut self, uid: SessionUid, now: Timestamp) -> Option<Work> {
        let session = self.known.sessions.get(&uid)?;
        if session.binding.is_some() || session.finished.is_some() || session.ended {
            return None;
        }
        let over_limit = self.pools.get(&session.pool).is_some_and(|state| state.over_limit.contains(&uid));
        let (reason, message) = match self.page(session) {
            Err(error) => (error.reason(), crate::chain(&error)),
            Ok(_) if self.known.by_session.contains_key(&uid) => ("PodStarts", String::new()),
            Ok(_) if over_limit => ("TenantLimit", "the tenant has as many sessions as it may at once".to_owned()),
            Ok(_) => match self.network_refusal(&session.pool) {
                Some(why) => ("NetworkNotEnforced", why),
                None => ("PoolEmpty", "the pool has no warm pod yet".to_owned()),
            },
        };
        self.tell_waiting(uid, reason, &message, now)
    }

    fn tell_waiting(&mut self, uid: SessionUid, reason: &str, message: &str, now: Timestamp) -> Option<Work> {
        let (session, claim) = (self.known.sessions.get(&uid)?, self.claims.get(&uid)?);
        let told = session.conditions.iter().find(|condition| condition.type_ == "Bound");
        if told.is_some_and(|condition| condition.reason == reason) {
            return None;
        }
        let at = claim.first_seen + TELL_AFTER;
        if at > now {
            self.timers.set(at, Key::Session(uid));
            return None;
        }
        let patch = status::waiting(session, reason, message);
        Some(self.begin(uid, Act::Tell, Job::Status(patch)))
    }
}

/// A tenant that went is a reason of its own.
fn reason_of(error: &validate::Error) -> Option<FinishReason> {
    let gone = matches!(error, validate::Error::Reference(dereference::Error::NoTenant(_)));
    gone.then_some(FinishReason::TenantSuspended)
}
