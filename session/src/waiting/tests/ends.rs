//! Pause, the pod's facts, and every way to an end.

use super::*;
use crate::permission::TenantScope;

const TOLD: &[Effect] = &[Effect::Notify];

fn paused(epoch: Option<u32>) -> Event {
    Event::Paused { epoch }
}

fn blank(epoch: u32) -> [Effect; 2] {
    [Effect::Notify, Effect::Blank { epoch }]
}

#[test]
fn stop_is_told_at_once_and_once_only() {
    let mut story = Story::live();
    story.at(20).does(paused(Some(1)), &blank(1)).is(Phase::Paused).due_at(55);
    // The pod says the same.
    story.does(paused(Some(1)), &[Effect::Blank { epoch: 1 }]);
    story.does(paused(None), &[Effect::Blank { epoch: 1 }]);
    story.at(25).does(Event::Resumed { epoch: 1 }, TOLD).is(Phase::Live);
    // Late words change nothing.
    story.ignores(paused(Some(1))).ignores(Event::Resumed { epoch: 1 });
    story.at(30).does(paused(Some(2)), &blank(2)).ignores(Event::Resumed { epoch: 1 }).is(Phase::Paused);
    story.does(Event::Resumed { epoch: 2 }, TOLD).is(Phase::Live);
    story.does(paused(None), &blank(3));
    // A Stop that was over before the row heard of it counts; its notice, late, is another.
    story.does(Event::Resumed { epoch: 4 }, TOLD).does(Event::Resumed { epoch: 6 }, TOLD).is(Phase::Live);
    story.ignores(paused(Some(6))).does(paused(None), &blank(7));
}

#[test]
fn stop_while_the_browser_is_made() {
    let mut story = Story::new();
    story.refuses(paused(None), Refusal::NotReady);
    story.does(enters("agent", "111111"), TOLD).refuses(paused(None), Refusal::NotReady);
    story.does(allows("agent"), &[Effect::Notify, Effect::Claim]);
    story.does(paused(None), &blank(1)).is(Phase::Paused);
    story.does(Event::ClaimStarted { by: replica("r1") }, TOLD);
    story.does(bound("r1"), &[Effect::Notify, Effect::Admit(id("agent"))]);
    story.does(Event::WentLive { expires_at: at(7200) }, TOLD).is(Phase::Paused);
    story.does(Event::Resumed { epoch: 1 }, TOLD).is(Phase::Live);
}

#[test]
fn a_pod_that_hangs_does_not_keep_a_stopped_session() {
    let mut story = Story::live();
    story.at(20).does(paused(None), &blank(1));
    story.at(54).ignores(Event::Deadline);
    story.at(55).does(Event::Deadline, &[Effect::Notify, Effect::EndPod(EndReason::Stopped)]);
    story.ended(EndReason::Stopped);
}

#[test]
fn a_pod_that_hangs_does_not_live_for_ever() {
    let mut story = Story::live();
    story.due_at(7270);
    story.does(Event::Extended { expires_at: at(9000) }, TOLD).due_at(9060);
    story.does(Event::Extended { expires_at: Timestamp::from_millis(u64::MAX) }, TOLD);
    story.due_at(2 + 12 * 3600 + 120 + 60);
    story.at(20_000_000).does(Event::Deadline, &[Effect::Notify, Effect::EndPod(EndReason::MaxDuration)]);
    story.ended(EndReason::MaxDuration);
}

#[test]
fn the_pod_says_who_is_in_but_lets_nobody_in() {
    let mut story = Story::live();
    story.does(Event::Invite { by: id("agent"), role: Role::Agent, hash: secret(7) }, TOLD);
    story.does(accepts("kim", 7), TOLD);
    let seen = |who: &str, role, permissions| Participant {
        id: id(who),
        role,
        name: name("X"),
        company: None,
        permissions,
        connected: true,
    };
    let less = Permissions { act: false, ..Permissions::ALL };
    let participants = vec![
        seen("customer", Role::EndUser, Permissions::NONE),
        seen("agent", Role::Agent, less),
        seen("kim", Role::Agent, Permissions::ALL),
        seen("stranger", Role::Agent, Permissions::ALL),
    ];
    story.does(Event::Roster { participants: participants.clone() }, TOLD).ignores(Event::Roster { participants });
    let permissions = |row: &Row, who: &str| row.person(&id(who)).map(|person| person.participant.permissions);
    assert_eq!(permissions(&story.row, "customer"), Some(Permissions::ALL));
    assert_eq!(permissions(&story.row, "agent"), Some(less));
    assert_eq!(permissions(&story.row, "kim"), Some(Permissions::NONE));
    assert_eq!(permissions(&story.row, "stranger"), None);
    assert_eq!(story.row.asked().count(), 1);
}

#[test]
fn who_has_not_reached_the_pod_yet_has_not_left() {
    let mut story = Story::live();
    let customer = story.row.end_user().expect("always").participant.clone();
    let roster = Event::Roster { participants: vec![customer] };
    story.does(roster.clone(), TOLD).ignores(roster);
    assert_eq!(story.row.allowed().count(), 2);
}

#[test]
fn ends_by_people_and_from_outside() {
    let by = |who: &str| Event::End { by: id(who) };
    let end_pod = |reason| [Effect::Notify, Effect::EndPod(reason)];
    Story::new().does(by("customer"), TOLD).ended(EndReason::EndUser);
    Story::live().does(by("customer"), &end_pod(EndReason::EndUser)).ended(EndReason::EndUser);
    Story::live().does(by("agent"), &end_pod(EndReason::Agent)).ended(EndReason::Agent);
    Story::live().refuses(by("nobody"), Refusal::UnknownParticipant);
    Story::new().does(enters("agent", "111111"), TOLD).refuses(by("agent"), Refusal::UnknownParticipant);
    let lost = Event::Ended { reason: EndReason::PodLost };
    let mut story = Story::live();
    story.does(lost.clone(), &end_pod(EndReason::PodLost)).ended(EndReason::PodLost);
    story.ignores(lost).ignores(by("agent")).ignores(Event::Ended { reason: EndReason::Idle }).ignores(Event::Deadline);
    for event in [paused(None), allows("agent"), renews("222222"), Event::WentLive { expires_at: at(1) }, bound("r1")] {
        story.refuses(event, Refusal::Ended);
    }
}

#[test]
fn an_end_answers_those_who_wait_and_clears_what_opens_doors() {
    let mut story = Story::live();
    story.does(Event::Invite { by: id("agent"), role: Role::Agent, hash: secret(7) }, TOLD);
    story.does(Event::Invite { by: id("agent"), role: Role::Agent, hash: secret(8) }, TOLD);
    story.does(accepts("kim", 7), TOLD);
    story.does(Event::CreateTicket { by: id("agent"), hash: secret(3) }, TOLD);
    story.does(Event::End { by: id("agent") }, &[Effect::Notify, Effect::EndPod(EndReason::Agent)]);
    assert_eq!(story.row.person(&id("kim")).map(|kim| kim.consent), Some(Consent::Unanswered));
    assert!(story.row.invitations.is_empty() && story.row.tickets.is_empty());
}

#[test]
fn an_unused_pin_ends_the_session() {
    let mut story = Story::new();
    story.due_at(900).at(900).does(Event::Deadline, TOLD).ended(EndReason::PinExpired);
}

#[test]
fn scopes_need_proof() {
    let mut story = Story::live();
    story.does(Event::CreateTicket { by: id("agent"), hash: secret(3) }, TOLD);
    let row = &story.row;
    assert!(TenantScope::of_end_user(row, &secret(1)).is_some());
    assert_eq!(TenantScope::of_end_user(row, &secret(2)), None);
    assert!(TenantScope::of_ticket(row, &secret(3)).is_some());
    assert_eq!(TenantScope::of_ticket(row, &secret(1)), None);
    assert_eq!(TenantScope::of_due_session(row, at(20)), None);
    assert!(TenantScope::of_due_session(row, at(7270)).is_some());
}
