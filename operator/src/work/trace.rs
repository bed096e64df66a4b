//! A session's claim as one trace: a span `claim` from its first step to its end, below the place that its object names, and a span
//! for each step. The deciding task hands a claim's trace from work to work and never looks into it.

use super::{Act, Job};
use crate::seen;
use crate::traces::{are_on, follow, id_of, trace_span};
use cobrowse_crds::trace::TraceParent;
use cobrowse_session::claim::{Finish, Outcome, Step};
use cobrowse_session::{SessionUid, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tracing::Span;
use tracing::field::{Empty, debug};

/// The trace of one claim. It ends with the claim, or with its last clone. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Trace(Arc<Claim>);

#[derive(Debug)]
struct Claim {
    /// When the session was first seen.
    since: Timestamp,
    /// What its object says. Nothing without traces.
    said: OnceLock<Said>,
    /// Its trace's, from its first step on.
    id: OnceLock<String>,
    stage: Mutex<Stage>,
}

#[derive(Debug)]
struct Said {
    from: Option<TraceParent>,
    pool: String,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Ahead,
    Begun(Span),
    Over,
}

impl Trace {
    /// Of a session that was first seen then.
    pub fn new(since: Timestamp) -> Self {
        Self(Arc::new(Claim { since, said: OnceLock::new(), id: OnceLock::new(), stage: Mutex::default() }))
    }

    /// The id of its trace, in hexadecimal. None without traces.
    pub fn id(&self) -> Option<String> {
        self.0.id.get().cloned()
    }

    /// For a work for this session.
    pub fn of(&self, session: Option<&seen::Session>) -> Self {
        if let Some(session) = session.filter(|_| are_on()) {
            self.0.said.get_or_init(|| Said { from: session.trace, pool: session.pool.clone() });
        }
        self.clone()
    }

    /// The span of a work; none when it is no part of the claim.
    pub(super) fn step(&self, (uid, name): (SessionUid, &str), act: &Act, job: &Job) -> Span {
        let Some(step) = name_of(act).filter(|_| are_on()) else { return Span::none() };
        let mut stage = self.stage();
        if matches!(*stage, Stage::Ahead) && begins(act) {
            *stage = Stage::Begun(self.begin(uid, name));
        }
        let span = match &*stage {
            Stage::Begun(claim) => trace_span!(parent: claim, "step", otel.name = step, pod = Empty, outcome = Empty),
            // What an administrator changes later is in the session's trace all the same.
            _ if *act == Act::Adjust => {
                let span = trace_span!(parent: None, "pod.adjust", session_id = name, pod = Empty, outcome = Empty);
                follow(&span, self.from());
                span
            }
            Stage::Ahead | Stage::Over => return Span::none(),
        };
        if let Some(pod) = pod_of(job) {
            span.record("pod", pod);
        }
        span
    }

    /// What came of a work. The last one ends the claim.
    pub(super) fn done(&self, step: &Span, act: &Act, outcome: Outcome) {
        if step.is_none() {
            return;
        }
        step.record("outcome", debug(outcome));
        let end = match act {
            Act::Claim(Step::WriteReady(_)) => "Ready",
            Act::Claim(Step::Finish(finish)) => word_of(*finish),
            // Its pod went, or somebody ended it, between binding and first picture.
            Act::End(_) => "Ended",
            _ => return,
        };
        if outcome == Outcome::Done
            && let Stage::Begun(claim) = std::mem::replace(&mut *self.stage(), Stage::Over)
        {
            claim.record("outcome", end);
        }
    }

    fn begin(&self, uid: SessionUid, name: &str) -> Span {
        let waited = u64::try_from(crate::now().since(self.0.since).as_millis()).unwrap_or(u64::MAX);
        let claim = trace_span!(
            parent: None, "claim", session_id = name, session_uid = %uid, pool = Empty, waited_ms = waited, outcome = Empty
        );
        if let Some(said) = self.0.said.get() {
            claim.record("pool", said.pool.as_str());
        }
        follow(&claim, self.from());
        if let Some(id) = id_of(&claim) {
            // A claim begins once.
            let _ = self.0.id.set(id);
        }
        claim
    }

    fn from(&self) -> Option<TraceParent> {
        self.0.said.get().and_then(|said| said.from)
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What no step begins: to look again, and to tidy up behind a claim that another leader had.
fn begins(act: &Act) -> bool {
    matches!(act, Act::Claim(step) if !matches!(step, Step::Read(_) | Step::DeletePod { .. }))
}

fn name_of(act: &Act) -> Option<&'static str> {
    let Act::Claim(step) = act else {
        return match act {
            Act::Adjust => Some("pod.adjust"),
            Act::End(_) => Some("end.write"),
            _ => None,
        };
    };
    match step {
        Step::Read(_) => Some("session.read"),
        Step::ClaimPod(_) => Some("pod.claim"),
        Step::Cold => Some("pod.create"),
        Step::Bind(_) => Some("pod.bind"),
        Step::WriteBinding(_) => Some("binding.write"),
        Step::Start(_) => Some("pod.start"),
        Step::WriteReady(_) => Some("ready.write"),
        Step::DeletePod { .. } => Some("pod.delete"),
        Step::Finish(_) => Some("end.write"),
        Step::Wait(_) | Step::Over => None,
    }
}

/// The name of the pod that a job is about, where it says so.
fn pod_of(job: &Job) -> Option<&str> {
    match job {
        Job::ClaimPod { pod, .. }
        | Job::DeletePod { pod, .. }
        | Job::Bind { pod, .. }
        | Job::Adjust { pod, .. }
        | Job::Start { pod, .. } => Some(&pod.name),
        Job::Create(pod) => pod.metadata.name.as_deref(),
        Job::Read(_) | Job::Status(_) | Job::DeleteSession(_) => None,
    }
}

/// Why there is no session, without the pod's UID.
fn word_of(finish: Finish) -> &'static str {
    match finish {
        Finish::Ended => "Ended",
        Finish::PoolEmpty => "PoolEmpty",
        Finish::ClaimDeadline => "ClaimDeadline",
        Finish::PodLost(_) => "PodLost",
        Finish::StartFailed(_) => "StartFailed",
    }
}

#[cfg(test)]
mod tests;
