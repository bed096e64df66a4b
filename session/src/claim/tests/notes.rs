//! What came of a step, and what follows from that.

use super::*;

struct Story {
    session: Session,
    pods: Vec<Pod>,
    offer: Offer,
    progress: Progress,
    now: Timestamp,
}

impl Story {
    fn new(pods: &[PodUid]) -> Self {
        let pods = pods.iter().map(|uid| Pod { uid: *uid, life: READY }).collect();
        Self { session: session(), pods, offer: NONE, progress: Progress::default(), now: START }
    }

    fn step(&self) -> Step {
        let seen = Seen { session: Some(self.session), pods: &self.pods, offer: self.offer, progress: &self.progress };
        next(&seen, self.now)
    }

    /// The next step is this one, and ends so.
    fn then(&mut self, step: Step, outcome: Outcome) -> &mut Self {
        self.then_tells(step, outcome, Tell::Nobody)
    }

    fn then_tells(&mut self, step: Step, outcome: Outcome, tell: Tell) -> &mut Self {
        assert_eq!(self.step(), step);
        assert_eq!(self.progress.note(&step, outcome, self.now), tell, "{step:?} {outcome:?}");
        self
    }

    /// The next step waits; the time passes.
    fn then_waits(&mut self, millis: u64) -> &mut Self {
        let until = self.now + Duration::from_millis(millis);
        assert_eq!(self.step(), Step::Wait(Some(until)));
        self.now = until;
        self
    }
}

const LOOK: Step = Step::Read(Doubt::Answer);

/// Of the eight writes that a session may cost, the claim has three, and on the usual way it reads nothing.
#[test]
fn the_usual_way_is_three_writes_and_two_calls() {
    let mut story = Story::new(&[]);
    story.offer = Offer::Pod(A);
    story.then(Step::ClaimPod(A), Outcome::Done);
    story.pods.push(Pod { uid: A, life: READY });
    story.then(Step::Bind(A), Outcome::Done).then(Step::WriteBinding(A), Outcome::Done);
    story.session.binding = Some(A);
    story.then(Step::Start(A), Outcome::Done).then(Step::WriteReady(A), Outcome::Done);
    story.session.ready = true;
    assert_eq!(story.step(), Step::Over);
}

#[test]
fn who_loses_a_race_looks() {
    for outcome in [Outcome::LostRace, Outcome::NotFound] {
        let mut story = Story::new(&[]);
        story.offer = Offer::Pod(A);
        story.then(Step::ClaimPod(A), outcome).then(LOOK, Outcome::Done);
        story.offer = Offer::Pod(B);
        story.then(Step::ClaimPod(B), Outcome::Done);
    }
}

#[test]
fn an_answer_that_never_came_may_have_been_a_yes() {
    let mut story = Story::new(&[]);
    story.offer = Offer::Pod(A);
    story.then(Step::ClaimPod(A), Outcome::Unavailable).then_waits(100).then(LOOK, Outcome::Unavailable);
    story.then_waits(200).then(LOOK, Outcome::Done);
    story.pods.push(Pod { uid: A, life: READY });
    story.then(Step::Bind(A), Outcome::Done).then(Step::WriteBinding(A), Outcome::Done);
}

#[test]
fn waits_grow_to_two_seconds() {
    let mut story = Story::new(&[]);
    story.session.claim_deadline = Duration::from_secs(3600);
    story.offer = Offer::Pod(A);
    story.then(Step::ClaimPod(A), Outcome::Unavailable);
    for millis in [100, 200, 400, 800, 1600, 2000, 2000] {
        story.then_waits(millis).then(LOOK, Outcome::Unavailable);
    }
}

#[test]
fn what_the_server_finds_wrong_is_told() {
    let mut story = Story::new(&[A]);
    story.then(Step::Bind(A), Outcome::Done);
    story.then_tells(Step::WriteBinding(A), Outcome::Invalid, Tell::Operators).then_waits(100);
    story.then(LOOK, Outcome::Done).then(Step::WriteBinding(A), Outcome::Done);
}

#[test]
fn a_pod_of_another_session_is_told_and_deleted() {
    let mut story = Story::new(&[A]);
    story.then_tells(Step::Bind(A), Outcome::Refused, Tell::Operators);
    story.then(Step::DeletePod { uid: A, useless: Useless::Refused }, Outcome::Done);
    story.pods[0].life = Life::Leaving;
    story.offer = Offer::Pod(B);
    story.then(Step::ClaimPod(B), Outcome::Done);
}

#[test]
fn a_page_that_does_not_come_is_the_end() {
    let mut story = Story::new(&[A]);
    story.session = bound_to(A);
    story.then(Step::Start(A), Outcome::Refused).then(Step::Finish(Finish::StartFailed(A)), Outcome::Done);
}

#[test]
fn a_silent_pod_gets_company() {
    let mut story = Story::new(&[A]);
    story.offer = Offer::Pod(B);
    for millis in [100, 100, 100] {
        story.then(Step::Bind(A), Outcome::Unavailable).then_waits(millis).then(LOOK, Outcome::Done);
    }
    story.then(Step::ClaimPod(B), Outcome::Done);
    story.pods.push(Pod { uid: B, life: READY });
    story.offer = NONE;
    story.then(Step::Bind(B), Outcome::Done).then(Step::WriteBinding(B), Outcome::Done);
    story.session = bound_to(B);
    story.then(Step::DeletePod { uid: A, useless: Useless::LostTie }, Outcome::Done);
}

#[test]
fn a_silent_pod_alone_is_called_until_the_deadline() {
    let mut story = Story::new(&[A]);
    for _ in 0..4 {
        story.then(Step::Bind(A), Outcome::Unavailable).then_waits(100).then(LOOK, Outcome::Done);
    }
    story.now = at(30);
    story.then(Step::Finish(Finish::ClaimDeadline), Outcome::Done);
}

#[test]
fn a_name_that_is_taken_is_not_tried_at_once_again() {
    let mut story = Story::new(&[]);
    story.session.when_pool_empty = WhenPoolEmpty::Cold;
    story.offer = ROOM;
    story.then(Step::Cold, Outcome::Conflict).then_waits(100).then(LOOK, Outcome::Done).then(Step::Cold, Outcome::Done);
}

#[test]
fn every_write_is_guarded() {
    let pod = A;
    let writes = [
        Step::ClaimPod(pod),
        Step::WriteBinding(pod),
        Step::WriteReady(pod),
        Step::DeletePod { uid: pod, useless: Useless::LostTie },
        Step::Finish(Finish::Ended),
        Step::Finish(Finish::PodLost(pod)),
    ];
    for step in writes {
        assert!(guards(&step).iter().flatten().any(|one| matches!(one, Guard::PodUid | Guard::SessionUid)), "{step:?}");
    }
}
