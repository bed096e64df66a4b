//! Exclusive control: at most one holder, and the end user wins.

use super::*;

const CHANGED: &[Output] = &[Output::ControlChanged];

fn request() -> Command {
    Command::Control(ControlAction::Request)
}

fn grant(who: &str) -> Command {
    Command::Control(ControlAction::Grant(id(who)))
}

const RELEASE: Command = Command::Control(ControlAction::Release);
const REVOKE: Command = Command::Control(ControlAction::Revoke);
const TAKE: Command = Command::Control(ControlAction::Take);

/// Who may act, of "customer", "sam" and "kim".
#[track_caller]
fn acts(story: &Story, expected: [bool; 3]) {
    let found = ["customer", "sam", "kim"].map(|who| story.live.may_input(&id(who)));
    assert_eq!(found, expected);
}

#[test]
fn both_may_act_until_somebody_holds_control() {
    let mut story = Story::connected();
    acts(&story, [true, true, true]);
    story.does("sam", request(), CHANGED).does("sam", request(), &[]).does("kim", request(), CHANGED);
    assert_eq!(story.live.requests(), [id("sam"), id("kim")]);
    acts(&story, [true, true, true]);
    story.does("customer", grant("sam"), &[release("kim"), Output::ControlChanged]);
    assert_eq!((story.live.holder(), story.live.requests()), (Some(&id("sam")), &[id("kim")][..]));
    acts(&story, [true, true, false]);
    assert_eq!(story.live.may(&id("kim"), Act::Point), Ok(()));
    assert_eq!(story.live.may(&id("kim"), Act::Navigate), Err(Refusal::ControlHeld));
    story.does("customer", grant("kim"), &[release("sam"), Output::ControlChanged]);
    acts(&story, [true, false, true]);
    story.does("sam", RELEASE, &[]).does("kim", RELEASE, CHANGED);
    acts(&story, [true, true, true]);
}

#[test]
fn the_end_user_takes_and_revokes() {
    let mut story = Story::connected();
    story.does("customer", TAKE, &[release("sam"), release("kim"), Output::ControlChanged]);
    acts(&story, [true, false, false]);
    story.does("sam", request(), CHANGED);
    story.does("customer", REVOKE, CHANGED).does("customer", REVOKE, &[]);
    assert_eq!((story.live.holder(), story.live.requests().len()), (None, 0));
    story.does("customer", TAKE, &[release("sam"), release("kim"), Output::ControlChanged]);
    story.does("customer", RELEASE, CHANGED);
    acts(&story, [true, true, true]);
}

#[test]
fn what_is_refused() {
    let mut story = Story::connected();
    for command in [grant("sam"), REVOKE, TAKE] {
        story.refuses("sam", command.clone(), Refusal::NotAllowed);
        story.refuses("stranger", command, Refusal::NotParticipant);
    }
    story.refuses("customer", request(), Refusal::NotAllowed);
    story.refuses("customer", grant("customer"), Refusal::UnknownParticipant);
    story.refuses("customer", grant("stranger"), Refusal::UnknownParticipant);
    story.give(Input::Admit(person("boss", Role::Observer, Permissions::VIEW)));
    story.give(Input::Attached(id("boss")));
    story.refuses("customer", grant("boss"), Refusal::UnknownParticipant);
    story.refuses("boss", request(), Refusal::NotAllowed);
    let point = Permissions { view: true, point: true, ..Permissions::NONE };
    story.does("customer", Story::permits("kim", point), &[release("kim"), Output::RosterChanged]);
    story.refuses("customer", grant("kim"), Refusal::NotPermitted).refuses("kim", request(), Refusal::NotPermitted);
}

#[test]
fn a_holder_who_loses_act_or_link_loses_control() {
    let mut story = Story::connected();
    story.does("customer", grant("sam"), &[release("kim"), Output::ControlChanged]);
    let outputs = [release("sam"), Output::RosterChanged, Output::ControlChanged];
    story.does("customer", Story::permits("sam", Permissions::VIEW), &outputs);
    story.does("customer", grant("kim"), CHANGED);
    let outputs = [pictures("kim", false), release("kim"), Output::RosterChanged, Output::ControlChanged];
    story.gives(Input::Detached(id("kim")), &outputs);
    assert_eq!(story.live.holder(), None);
    story.refuses("customer", grant("kim"), Refusal::UnknownParticipant);
}

#[test]
fn the_end_users_own_hold_outlives_a_short_absence() {
    let mut story = Story::connected();
    story.does("customer", TAKE, &[release("sam"), release("kim"), Output::ControlChanged]);
    story.give(Input::Detached(id("customer")));
    story.give(Input::Attached(id("customer")));
    acts(&story, [true, false, false]);
}
