//! Queueing for a place.

use super::*;
use crate::waiting::limits::{PLACE_LIFE, QUEUE_LIFE};

fn queued() -> Story {
    let Story { row, now } = Story::new();
    let new = NewSession {
        id: row.id.clone(),
        tenant: row.tenant.clone(),
        policy: row.policy,
        end_user: id("customer"),
        end_user_name: name("Customer"),
        end_user_token: secret(1),
        pin: pin("111111"),
    };
    Story { row: Row::queue(new, START), now }
}

#[test]
fn without_a_place_nobody_gets_in() {
    let mut story = queued();
    story.is(Phase::Queued);
    story.at(1).refuses(enters("agent", "111111"), Refusal::PinUsed);
    story.refuses(renews("222222"), Refusal::NotReady);
    story.refuses(Event::Invite { by: id("customer"), role: Role::Agent, hash: secret(2) }, Refusal::NotReady);
    assert!(!story.row.pin_is_live(story.now));
}

#[test]
fn a_place_brings_the_first_pin() {
    let mut story = queued();
    story.at(60).does(Event::PlaceFreed, &[Effect::Notify]).is(Phase::Waiting);
    story.refuses(enters("agent", "111111"), Refusal::PinUsed);
    story.at(61).ignores(Event::PlaceFreed);
    story.does(renews("222222"), &[Effect::Notify]);
    assert_eq!(story.row.pins_made, 1);
    story.at(62).does(enters("agent", "222222"), &[Effect::Notify]).is(Phase::Knocking);
}

#[test]
fn neither_the_queue_nor_an_unused_place_lasts_for_ever() {
    let mut story = queued();
    story.due_at(QUEUE_LIFE.as_secs());
    story.at(QUEUE_LIFE.as_secs()).does(Event::Deadline, &[Effect::Notify]).ended(EndReason::NoCapacity);
    let mut story = queued();
    story.at(10).does(Event::PlaceFreed, &[Effect::Notify]).due_at(10 + PLACE_LIFE.as_secs());
    story.at(10 + PLACE_LIFE.as_secs()).does(Event::Deadline, &[Effect::Notify]).ended(EndReason::PinExpired);
}

#[test]
fn who_queues_may_leave() {
    let mut story = queued();
    story.at(5).does(Event::End { by: id("customer") }, &[Effect::Notify]).ended(EndReason::EndUser);
}
