//! PIN, Allow, invitations, tickets.

use super::*;

const TOLD: &[Effect] = &[Effect::Notify];

#[test]
fn a_pin_lets_one_person_knock() {
    let mut story = Story::new();
    story.is(Phase::Waiting).at(1).does(enters("agent", "111111"), TOLD).is(Phase::Knocking);
    story.refuses(enters("second", "111111"), Refusal::PinUsed);
    story.refuses(enters("agent", "111111"), Refusal::AlreadyIn);
    let agent = story.row.person(&id("agent")).expect("knocking");
    assert_eq!(agent.participant.permissions, Permissions::NONE);
    assert!(!story.row.pin_is_live(story.now));
}

#[test]
fn wrong_expired_and_foreign_pins_admit_nobody() {
    let mut story = Story::new();
    story.refuses(enters("agent", "222222"), Refusal::NotFound);
    let mut foreign = enters("agent", "111111");
    if let Event::PinEntered { tenant: of, .. } = &mut foreign {
        *of = tenant("contoso");
    }
    story.refuses(foreign.clone(), Refusal::NotFound);
    story.at(599).does(enters("other", "111111"), TOLD);

    let mut late = Story::new();
    late.at(600).refuses(enters("agent", "111111"), Refusal::PinExpired);
    late.at(600).refuses(foreign.clone(), Refusal::NotFound);

    let mut over = Story::new();
    over.at(1).does(Event::End { by: id("customer") }, TOLD);
    over.refuses(enters("agent", "111111"), Refusal::Ended).refuses(foreign, Refusal::NotFound);
}

#[test]
fn a_renewed_pin_takes_the_place_of_the_old() {
    let mut story = Story::new();
    story.at(650).does(renews("222222"), TOLD);
    story.refuses(enters("agent", "111111"), Refusal::NotFound);
    story.at(1249).does(enters("agent", "222222"), TOLD);
    story.refuses(Event::RenewPin { by: id("agent"), pin: pin("3333333") }, Refusal::UnknownParticipant);
    story.does(allows("agent"), &[Effect::Notify, Effect::Claim]);
    story.refuses(Event::RenewPin { by: id("agent"), pin: pin("3333333") }, Refusal::NotAllowed);
    story.refuses(renews("3333333"), Refusal::AlreadyJoined);
}

#[test]
fn pins_are_counted_and_the_last_one_denied_ends_it() {
    let mut story = Story::new();
    for round in 0..limits::PINS_MAX {
        if round > 0 {
            story.does(renews("111111"), TOLD);
        }
        let who = format!("agent{round}");
        story.does(enters(&who, "111111"), TOLD);
        if round + 1 == limits::PINS_MAX {
            story.refuses(renews("222222"), Refusal::PinLimit);
        }
        story.does(denies(&who), TOLD);
    }
    story.ended(EndReason::PinLocked);
}

#[test]
fn only_the_end_user_allows_and_only_who_asked() {
    let mut story = Story::new();
    story.at(1).does(enters("agent", "111111"), TOLD);
    let by_agent = Event::Allow { by: id("agent"), participant: id("agent"), permissions: Permissions::ALL };
    story.refuses(by_agent.clone(), Refusal::UnknownParticipant);
    story.refuses(allows("nobody"), Refusal::UnknownParticipant);
    story.refuses(allows("customer"), Refusal::NotAsked);
    let nothing = Permissions { view: false, ..Permissions::ALL };
    let nothing = Event::Allow { by: id("customer"), participant: id("agent"), permissions: nothing };
    story.refuses(nothing, Refusal::NothingAllowed);
    story.does(denies("agent"), TOLD).ignores(denies("agent"));
    story.refuses(allows("agent"), Refusal::NotAsked);

    let mut live = Story::live();
    live.refuses(by_agent, Refusal::NotAllowed).refuses(denies("agent"), Refusal::NotAsked);
    // The same Allow again is harmless, and told to the pod again.
    live.does(allows("agent"), &[Effect::Admit(id("agent"))]);
}

#[test]
fn nobody_answers() {
    let mut story = Story::new();
    story.at(100).does(enters("agent", "111111"), TOLD).due_at(400);
    story.at(399).ignores(Event::Deadline);
    story.at(400).does(Event::Deadline, TOLD).is(Phase::Waiting).due_at(900);
    story.refuses(allows("agent"), Refusal::NotAsked);
    story.at(401).does(renews("222222"), TOLD).does(enters("agent2", "222222"), TOLD);
}

#[test]
fn what_is_due_happens_before_the_event() {
    let mut story = Story::new();
    story.at(100).does(enters("agent", "111111"), TOLD);
    story.at(400).refuses(allows("agent"), Refusal::NotAsked);
    story.at(900).refuses(renews("222222"), Refusal::Ended);
}

#[test]
fn invitations_bring_one_person_each() {
    let invite = |by: &str, role| Event::Invite { by: id(by), role, hash: secret(7) };
    let mut story = Story::live();
    story.refuses(invite("customer", Role::EndUser), Refusal::NotAllowed);
    story.refuses(invite("customer", Role::Recorder), Refusal::NotAllowed);
    story.refuses(invite("nobody", Role::Agent), Refusal::UnknownParticipant);
    story.at(20).does(invite("agent", Role::Observer), TOLD);
    story.refuses(accepts("boss", 8), Refusal::InvitationInvalid);
    story.at(620).refuses(accepts("boss", 7), Refusal::InvitationExpired);
    story.at(619).refuses(accepts("agent", 7), Refusal::AlreadyIn);
    story.does(accepts("boss", 7), TOLD).is(Phase::Live);
    story.refuses(accepts("other", 7), Refusal::InvitationInvalid);
    story.does(allows("boss"), &[Effect::Notify, Effect::Admit(id("boss"))]);
    let boss = story.row.person(&id("boss")).expect("let in");
    assert_eq!((boss.participant.role, boss.participant.permissions), (Role::Observer, Permissions::VIEW));
    story.refuses(invite("boss", Role::Agent), Refusal::NotAllowed);
    story.refuses(Event::End { by: id("boss") }, Refusal::NotAllowed);
}

#[test]
fn sessions_and_invitations_have_limits() {
    let mut story = Story::live();
    for round in 0..limits::INVITATIONS_MAX {
        let byte = 100 + u8::try_from(round).expect("few");
        story.does(Event::Invite { by: id("agent"), role: Role::Agent, hash: secret(byte) }, TOLD);
    }
    let more = Event::Invite { by: id("agent"), role: Role::Agent, hash: secret(99) };
    story.refuses(more, Refusal::InvitationLimit);
    for round in 0..6_u8 {
        story.does(accepts(&format!("kim{round}"), 100 + round), TOLD);
    }
    story.refuses(accepts("kim6", 106), Refusal::SessionFull);
    story.does(denies("kim0"), TOLD).does(accepts("kim6", 106), TOLD);
    story.refuses(accepts("kim0", 107), Refusal::IdTaken);
}

#[test]
fn tickets_open_one_stream_each_for_30_seconds() {
    let ticket = |by: &str, byte| Event::CreateTicket { by: id(by), hash: secret(byte) };
    let spend = |byte| Event::SpendTicket { hash: secret(byte) };
    let mut early = Story::new();
    early.refuses(ticket("customer", 3), Refusal::NotReady);

    let mut story = Story::live();
    story.refuses(ticket("nobody", 3), Refusal::UnknownParticipant);
    story.at(20).does(ticket("agent", 3), TOLD).does(ticket("customer", 4), TOLD);
    story.does(spend(3), &[Effect::Notify, Effect::Attach(id("agent"))]);
    story.refuses(spend(3), Refusal::TicketInvalid).refuses(spend(9), Refusal::TicketInvalid);
    story.at(50).refuses(spend(4), Refusal::TicketExpired);
    for byte in 0..u8::try_from(limits::TICKETS_MAX).expect("few") {
        story.does(ticket("agent", 10 + byte), TOLD);
    }
    story.refuses(ticket("agent", 60), Refusal::TicketLimit);
    story.does(ticket("customer", 60), TOLD);
}

#[test]
fn a_ticket_of_one_who_left_opens_nothing() {
    let mut story = Story::live();
    let agent = story.row.person(&id("agent")).expect("is in").participant.clone();
    story.does(Event::Roster { participants: vec![agent] }, TOLD);
    story.does(Event::CreateTicket { by: id("agent"), hash: secret(3) }, TOLD);
    story.does(Event::Roster { participants: vec![] }, TOLD);
    story.refuses(Event::SpendTicket { hash: secret(3) }, Refusal::UnknownParticipant);
    // The account may come back by a new invitation, and a new Allow.
    story.does(Event::Invite { by: id("customer"), role: Role::Agent, hash: secret(7) }, TOLD);
    let mut again = accepts("agent", 7);
    if let Event::AcceptInvitation { participant, .. } = &mut again {
        *participant = id("agent-again");
    }
    story.does(again, TOLD);
}

#[test]
fn a_session_made_by_hand_waits_for_its_end_user_who_comes_by_an_invitation() {
    let mut story = Story::adopted();
    let first = |role, number| Event::InviteFirst { tenant: tenant("northwind"), role, hash: secret(number) };
    story.refuses(
        Event::InviteFirst { tenant: tenant("contoso"), role: Role::EndUser, hash: secret(1) },
        Refusal::NotFound,
    );
    story.refuses(first(Role::Recorder, 1), Refusal::NotAllowed);
    story
        .at(3)
        .does(first(Role::EndUser, 1), TOLD)
        .does(first(Role::EndUser, 2), TOLD)
        .does(first(Role::Agent, 3), TOLD);
    let seat = |number| Event::TakeSeat { hash: secret(number), token: secret(9) };
    // An invitation leads to its own role alone.
    story.refuses(seat(3), Refusal::InvitationInvalid).refuses(accepts("kim", 1), Refusal::InvitationInvalid);
    story.at(603).refuses(seat(2), Refusal::InvitationExpired);
    story.at(602).does(seat(2), TOLD);
    assert_eq!((story.row.end_user_token, story.row.awaits_end_user), (secret(9), false));
    story.refuses(seat(1), Refusal::InvitationInvalid).refuses(first(Role::Agent, 4), Refusal::NotAllowed);
    story.does(accepts("kim", 3), TOLD);
    let mut ordinary = Story::new();
    ordinary.refuses(first(Role::EndUser, 1), Refusal::NotAllowed).refuses(seat(1), Refusal::InvitationInvalid);
}
