//! The next step of one session's claim. The order of the questions is the protocol: first certainty, then what the
//! session has, then what it could get.

use super::seen::{Offer, Pod, Seen, Session, WhenPoolEmpty};
use super::step::{Doubt, Finish, Step, Useless};
use crate::time::Timestamp;
use crate::uid::PodUid;

/// The next step for one session, now.
pub fn next(seen: &Seen<'_>, now: Timestamp) -> Step {
    if let Some(at) = seen.progress.resume_at.filter(|at| *at > now) {
        return Step::Wait(Some(at));
    }
    if seen.progress.doubts {
        return Step::Read(Doubt::Answer);
    }
    let Some(session) = &seen.session else { return without_session(seen) };
    if session.finished {
        return delete_or_over(seen, |_| true, Useless::SessionFinished);
    }
    match session.binding {
        Some(pod) => bound(seen, session, pod),
        None if session.ended => Step::Finish(Finish::Ended),
        None => unbound(seen, session, now),
    }
}

/// A pod may be seen before its session is: only the API server knows that a session is gone.
fn without_session(seen: &Seen<'_>) -> Step {
    if !seen.pods.is_empty() && !seen.progress.checked_session {
        return Step::Read(Doubt::Session);
    }
    delete_or_over(seen, |_| true, Useless::SessionGone)
}

fn bound(seen: &Seen<'_>, session: &Session, pod: PodUid) -> Step {
    let other = delete_or_over(seen, |other| other != pod, Useless::LostTie);
    // From the first picture on, and from the wish to end, the session is for others to look after.
    if other != Step::Over || session.ready || session.ended {
        return other;
    }
    let progress = seen.progress;
    match seen.pods.iter().find(|seen| seen.uid == pod) {
        None if progress.checked != Some(pod) => Step::Read(Doubt::Pod(pod)),
        None => Step::Finish(Finish::PodLost(pod)),
        Some(found) if !found.is_alive() => Step::Finish(Finish::PodLost(pod)),
        Some(_) if progress.failed == Some(pod) => Step::Finish(Finish::StartFailed(pod)),
        Some(_) if progress.started == Some(pod) => Step::WriteReady(pod),
        Some(_) => Step::Start(pod),
    }
}

fn unbound(seen: &Seen<'_>, session: &Session, now: Timestamp) -> Step {
    if let Some(step) = delete_dead(seen) {
        return step;
    }
    let deadline = session.requested_at + session.claim_deadline;
    match candidate(seen) {
        Some(pod) if pod.is_ready() && !seen.progress.is_silent(pod.uid) => go_on(seen, pod),
        _ if deadline <= now => Step::Finish(Finish::ClaimDeadline),
        // A second pod beside one that does not answer: whichever becomes the session's, the other is deleted.
        Some(pod) if pod.is_ready() => match seen.offer {
            Offer::Pod(another) => Step::ClaimPod(another),
            Offer::Empty { .. } | Offer::NotYet => go_on(seen, pod),
        },
        Some(_) => Step::Wait(Some(deadline)),
        None => without_pod(seen, session, deadline),
    }
}

fn go_on(seen: &Seen<'_>, pod: &Pod) -> Step {
    if seen.progress.bound == Some(pod.uid) { Step::WriteBinding(pod.uid) } else { Step::Bind(pod.uid) }
}

/// A pod that died may have become the session's before it died, which a look at the API server tells. After that look
/// it can become so no more to any effect: what is dead answers no `Start`.
fn delete_dead(seen: &Seen<'_>) -> Option<Step> {
    let refused = seen.progress.refused;
    let pods = || seen.pods.iter().filter(|pod| !is_leaving(pod));
    if let Some(pod) = pods().filter(|pod| Some(pod.uid) == refused).min_by_key(|pod| pod.uid) {
        return Some(Step::DeletePod { uid: pod.uid, useless: Useless::Refused });
    }
    let dead = pods().filter(|pod| !pod.is_alive()).map(|pod| pod.uid).min()?;
    if seen.progress.checked != Some(dead) {
        return Some(Step::Read(Doubt::Pod(dead)));
    }
    Some(Step::DeletePod { uid: dead, useless: Useless::Died })
}

/// The pod to go on with: the one that answered us, one that is ready and not silent, the first. Two leaders may choose
/// differently; the binding decides.
fn candidate<'a>(seen: &Seen<'a>) -> Option<&'a Pod> {
    let alive = seen.pods.iter().filter(|pod| pod.is_alive());
    let progress = seen.progress;
    alive.min_by_key(|pod| (progress.bound != Some(pod.uid), !pod.is_ready(), progress.is_silent(pod.uid), pod.uid))
}

fn without_pod(seen: &Seen<'_>, session: &Session, deadline: Timestamp) -> Step {
    match (seen.offer, session.when_pool_empty) {
        (Offer::Pod(pod), _) => Step::ClaimPod(pod),
        (Offer::Empty { room: true }, WhenPoolEmpty::Cold) => Step::Cold,
        (Offer::Empty { .. }, WhenPoolEmpty::Fail) => Step::Finish(Finish::PoolEmpty),
        (Offer::Empty { .. } | Offer::NotYet, _) => Step::Wait(Some(deadline)),
    }
}

fn delete_or_over(seen: &Seen<'_>, applies: impl Fn(PodUid) -> bool, useless: Useless) -> Step {
    let pods = seen.pods.iter().filter(|pod| !is_leaving(pod)).map(|pod| pod.uid);
    let first = pods.filter(|uid| applies(*uid)).min();
    first.map_or(Step::Over, |uid| Step::DeletePod { uid, useless })
}

fn is_leaving(pod: &Pod) -> bool {
    pod.life == crate::pool::Life::Leaving
}
