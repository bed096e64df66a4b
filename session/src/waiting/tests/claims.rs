//! The making of the browser, by replicas that may die at any moment.

use super::*;

const TOLD: &[Effect] = &[Effect::Notify];
const ASKED: &[Effect] = &[Effect::Notify, Effect::Claim];

fn starting() -> Story {
    let mut story = Story::new();
    story.at(1).does(enters("agent", "111111"), TOLD);
    story.at(2).does(allows("agent"), ASKED).is(Phase::Starting);
    story
}

fn starts(by: &str) -> Event {
    Event::ClaimStarted { by: replica(by) }
}

fn fails(by: &str) -> Event {
    Event::ClaimFailed { by: replica(by), failure: "ChromeMissing".to_owned() }
}

#[test]
fn one_replica_wins() {
    let mut story = starting();
    story.at(3).does(starts("r1"), TOLD).refuses(starts("r2"), Refusal::ClaimHeld);
    story.refuses(bound("r2"), Refusal::ClaimHeld).refuses(fails("r2"), Refusal::ClaimHeld);
    story.does(bound("r1"), &[Effect::Notify, Effect::Admit(id("agent"))]);
    story.ignores(bound("r1")).refuses(starts("r2"), Refusal::ClaimHeld).refuses(starts("r1"), Refusal::ClaimHeld);
}

#[test]
fn a_replica_that_dies_before_claiming_is_not_waited_for() {
    let mut story = starting();
    story.due_at(4).at(4).does(Event::Deadline, ASKED).due_at(6);
    story.does(starts("r2"), TOLD);
}

#[test]
fn a_replica_that_dies_while_claiming_loses_its_lease() {
    let mut story = starting();
    story.at(3).does(starts("r1"), TOLD).due_at(33);
    story.at(20).does(starts("r1"), TOLD).due_at(50);
    story.at(50).does(Event::Deadline, ASKED);
    story.at(51).does(starts("r2"), TOLD);
    // The first one wakes up: its browser is not wanted.
    story.refuses(bound("r1"), Refusal::ClaimHeld).refuses(starts("r1"), Refusal::ClaimHeld);
    story.does(bound("r2"), &[Effect::Notify, Effect::Admit(id("agent"))]);
}

#[test]
fn what_a_replica_left_is_taken_over_once() {
    let over = |from: &str, by: &str| Event::TakenOver { from: replica(from), by: replica(by) };
    let mut story = starting();
    story.at(3).refuses(over("r1", "r2"), Refusal::NotWanted).does(starts("r1"), TOLD);
    // While it was being made: the other one has the lease from now on.
    story.at(20).refuses(over("r3", "r2"), Refusal::ClaimHeld).does(over("r1", "r2"), TOLD).due_at(50);
    story.refuses(bound("r1"), Refusal::ClaimHeld).refuses(over("r1", "r3"), Refusal::ClaimHeld);
    story.does(bound("r2"), &[Effect::Notify, Effect::Admit(id("agent"))]);
    // Once it is there: it stays the same browser.
    story.does(over("r2", "r3"), TOLD).refuses(over("r2", "r4"), Refusal::ClaimHeld);
    assert_eq!(story.row.claim, Claim::Bound { by: replica("r3"), pod: "pod of r2".to_owned() });
    story.does(Event::Ended { reason: EndReason::PodLost }, &[Effect::Notify, Effect::EndPod(EndReason::PodLost)]);
    story.refuses(over("r3", "r1"), Refusal::Ended);
}

#[test]
fn failures_are_tried_again_and_counted() {
    let mut story = starting();
    for round in 1..=limits::CLAIM_FAILURES_MAX {
        story.at(2 + u64::from(round)).does(starts("r1"), TOLD);
        story.does(fails("r1"), TOLD);
        assert_eq!(story.row.failure.as_deref(), Some("ChromeMissing"));
    }
    story.ended(EndReason::NoCapacity).refuses(starts("r1"), Refusal::Ended).refuses(bound("r1"), Refusal::Ended);
}

#[test]
fn a_browser_whose_page_fails_is_replaced() {
    let mut story = starting();
    story.does(starts("r1"), TOLD).does(bound("r1"), &[Effect::Notify, Effect::Admit(id("agent"))]);
    story.does(Event::CreateTicket { by: id("agent"), hash: secret(3) }, TOLD);
    story.does(fails("r1"), TOLD).refuses(Event::SpendTicket { hash: secret(3) }, Refusal::TicketInvalid);
    story.due_at(4).does(starts("r2"), TOLD);
}

#[test]
fn no_browser_in_time() {
    let mut story = starting();
    story.at(3).does(starts("r1"), TOLD).does(bound("r1"), &[Effect::Notify, Effect::Admit(id("agent"))]);
    story.due_at(122).at(122).does(Event::Deadline, &[Effect::Notify, Effect::EndPod(EndReason::NoCapacity)]);
    story.ended(EndReason::NoCapacity);
}

#[test]
fn nothing_is_claimed_before_allow() {
    let mut story = Story::new();
    story.refuses(starts("r1"), Refusal::NotWanted).refuses(bound("r1"), Refusal::NotWanted);
    story.refuses(fails("r1"), Refusal::NotWanted);
    story.refuses(Event::WentLive { expires_at: at(100) }, Refusal::NotReady);
    let mut wanted = starting();
    wanted.refuses(bound("r1"), Refusal::NotWanted).refuses(fails("r1"), Refusal::NotWanted);
    wanted.refuses(Event::WentLive { expires_at: at(100) }, Refusal::NotReady);
    let mut live = Story::live();
    live.refuses(starts("r1"), Refusal::NotWanted);
}

#[test]
fn one_allowed_while_the_browser_is_made_is_admitted_later() {
    let mut story = starting();
    story.does(Event::Invite { by: id("customer"), role: Role::Agent, hash: secret(7) }, TOLD);
    story.does(starts("r1"), TOLD).does(accepts("kim", 7), TOLD).does(allows("kim"), TOLD);
    story.does(bound("r1"), &[Effect::Notify, Effect::Admit(id("agent")), Effect::Admit(id("kim"))]);
}

#[test]
fn long_texts_are_cut() {
    let mut story = starting();
    story.does(starts("r1"), TOLD);
    let failure = "é".repeat(limits::TEXT_BYTES_MAX);
    story.does(Event::ClaimFailed { by: replica("r1"), failure }, TOLD);
    assert_eq!(story.row.failure.as_ref().map(String::len), Some(limits::TEXT_BYTES_MAX));
}
