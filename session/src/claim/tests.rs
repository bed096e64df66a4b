//! Tables: what is seen, and the step that follows. That the steps together keep their promises is `tests/claims.rs`'.

mod notes;
mod turns;

use std::time::Duration;

use super::*;
use crate::pool::Life;
use crate::time::Timestamp;
use crate::uid::PodUid;

const START: Timestamp = Timestamp::from_millis(1_000_000);
const A: PodUid = PodUid::from_u128(1);
const B: PodUid = PodUid::from_u128(2);
const READY: Life = Life::Ready { since: START };
const STARTING: Life = Life::Starting { since: START };
const EXITED: Life = Life::Exited { at: START, was_ready: true };

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn session() -> Session {
    Session {
        requested_at: START,
        claim_deadline: Duration::from_secs(30),
        when_pool_empty: WhenPoolEmpty::Wait,
        ended: false,
        finished: false,
        binding: None,
        ready: false,
    }
}

fn bound_to(pod: PodUid) -> Session {
    Session { binding: Some(pod), ..session() }
}

/// One row: what is seen of the session, of its pods, of the pool, at which second, after which steps that went well.
type Row<'a> = (&'a str, Option<Session>, &'a [(PodUid, Life)], Offer, u64, &'a [Step], Step);

fn check(rows: &[Row<'_>]) {
    for (what, session, pods, offer, second, done, expected) in rows {
        let mut progress = Progress::default();
        done.iter().for_each(|step| assert_eq!(progress.note(step, Outcome::Done, START), Tell::Nobody));
        let pods: Vec<Pod> = pods.iter().map(|(uid, life)| Pod { uid: *uid, life: *life }).collect();
        let seen = Seen { session: *session, pods: &pods, offer: *offer, progress: &progress };
        assert_eq!(next(&seen, at(*second)), *expected, "{what}");
    }
}

const NONE: Offer = Offer::Empty { room: false };
const ROOM: Offer = Offer::Empty { room: true };

#[test]
fn without_a_pod() {
    let cold = Session { when_pool_empty: WhenPoolEmpty::Cold, ..session() };
    let fail = Session { when_pool_empty: WhenPoolEmpty::Fail, ..session() };
    let ended = Session { ended: true, ..session() };
    let wait = Step::Wait(Some(at(30)));
    check(&[
        ("a warm pod is claimed", Some(session()), &[], Offer::Pod(A), 0, &[], Step::ClaimPod(A)),
        ("also by one that would start its own", Some(cold), &[], Offer::Pod(A), 0, &[], Step::ClaimPod(A)),
        ("an empty pool is waited for", Some(session()), &[], ROOM, 0, &[], wait),
        ("or a pod started", Some(cold), &[], ROOM, 0, &[], Step::Cold),
        ("but not beyond the budget", Some(cold), &[], NONE, 0, &[], wait),
        ("or it ends at once", Some(fail), &[], NONE, 0, &[], Step::Finish(Finish::PoolEmpty)),
        ("a turn is waited for by all", Some(fail), &[], Offer::NotYet, 0, &[], wait),
        ("not for ever", Some(cold), &[], Offer::NotYet, 30, &[], Step::Finish(Finish::ClaimDeadline)),
        (
            "though a pod comes at last",
            Some(session()),
            &[],
            Offer::Pod(A),
            30,
            &[],
            Step::Finish(Finish::ClaimDeadline),
        ),
        ("who ends gets none", Some(ended), &[], Offer::Pod(A), 0, &[], Step::Finish(Finish::Ended)),
        ("and nothing is left of nobody", None, &[], Offer::Pod(A), 0, &[], Step::Over),
    ]);
}

#[test]
fn with_a_pod_that_names_it() {
    let ended = Session { ended: true, ..session() };
    let dead = Step::Read(Doubt::Pod(A));
    let died = Step::DeletePod { uid: A, useless: Useless::Died };
    check(&[
        ("a claimed pod is bound first", Some(session()), &[(A, READY)], Offer::Pod(B), 0, &[], Step::Bind(A)),
        ("then written", Some(session()), &[(A, READY)], NONE, 0, &[Step::Bind(A)], Step::WriteBinding(A)),
        ("also after the deadline", Some(session()), &[(A, READY)], NONE, 40, &[], Step::Bind(A)),
        ("the first of two", Some(session()), &[(B, READY), (A, READY)], NONE, 0, &[], Step::Bind(A)),
        (
            "or the one that answered",
            Some(session()),
            &[(A, READY), (B, READY)],
            NONE,
            0,
            &[Step::Bind(B)],
            Step::WriteBinding(B),
        ),
        (
            "a ready one before one that starts",
            Some(session()),
            &[(A, STARTING), (B, READY)],
            NONE,
            0,
            &[],
            Step::Bind(B),
        ),
        (
            "one that starts is waited for",
            Some(session()),
            &[(A, STARTING)],
            Offer::Pod(B),
            0,
            &[],
            Step::Wait(Some(at(30))),
        ),
        ("not for ever", Some(session()), &[(A, STARTING)], NONE, 30, &[], Step::Finish(Finish::ClaimDeadline)),
        ("a dead one may be the session's by now", Some(session()), &[(A, EXITED)], Offer::Pod(B), 0, &[], dead),
        ("and is deleted if not", Some(session()), &[(A, EXITED)], Offer::Pod(B), 0, &[dead], died),
        ("what leaves is left", Some(session()), &[(A, Life::Leaving)], Offer::Pod(B), 0, &[], Step::ClaimPod(B)),
        ("who ends is written down first", Some(ended), &[(A, READY)], NONE, 0, &[], Step::Finish(Finish::Ended)),
    ]);
}

#[test]
fn with_a_binding() {
    let session = Some(bound_to(A));
    let both = [(A, READY), (B, READY)];
    let tie = Step::DeletePod { uid: B, useless: Useless::LostTie };
    let lost = Step::Finish(Finish::PodLost(A));
    let look = Step::Read(Doubt::Pod(A));
    let ended = Some(Session { ended: true, ..bound_to(A) });
    let ready = Some(Session { ready: true, ..bound_to(A) });
    check(&[
        ("its pod is started", session, &[(A, READY)], NONE, 0, &[], Step::Start(A)),
        ("then told", session, &[(A, READY)], NONE, 0, &[Step::Start(A)], Step::WriteReady(A)),
        ("and that was it", ready, &[(A, READY)], NONE, 0, &[], Step::Over),
        ("the loser goes first", session, &both, NONE, 0, &[Step::Bind(B)], tie),
        ("also when all else is over", ready, &both, NONE, 0, &[], tie),
        ("a dead pod is an end", session, &[(A, EXITED)], Offer::Pod(B), 0, &[], lost),
        ("a leaving one too", session, &[(A, Life::Leaving)], Offer::Pod(B), 0, &[], lost),
        ("a missed one is looked for", session, &[], Offer::Pod(B), 0, &[], look),
        ("and then lost", session, &[], Offer::Pod(B), 0, &[look], lost),
        ("who ends keeps the pod until it is written", ended, &[(A, READY)], NONE, 0, &[], Step::Over),
        ("who lives is for others", ready, &[(A, EXITED)], NONE, 0, &[], Step::Over),
    ]);
}

#[test]
fn after_the_session() {
    let finished = Some(Session { finished: true, ..bound_to(A) });
    let unbound = Some(Session { finished: true, ..session() });
    let over = |uid| Step::DeletePod { uid, useless: Useless::SessionFinished };
    let gone = Step::DeletePod { uid: A, useless: Useless::SessionGone };
    let look = Step::Read(Doubt::Session);
    check(&[
        ("its pod goes", finished, &[(A, READY)], NONE, 0, &[], over(A)),
        ("whatever it does", finished, &[(A, EXITED)], NONE, 0, &[], over(A)),
        ("and others", finished, &[(A, Life::Leaving), (B, READY)], NONE, 0, &[], over(B)),
        ("without a binding too", unbound, &[(B, STARTING)], Offer::Pod(A), 0, &[], over(B)),
        ("and no other comes", unbound, &[], Offer::Pod(A), 0, &[], Step::Over),
        ("a session not seen is looked for", None, &[(A, READY)], NONE, 0, &[], look),
        ("and then gone", None, &[(A, READY)], NONE, 0, &[look], gone),
    ]);
}
