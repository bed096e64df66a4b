//! Every deadline, and that nothing outlives it.

use super::*;
use crate::policy::LONGEST_LIFE;

fn warn(warning: Warning, seconds: u64) -> [Output; 2] {
    [Output::Warn { warning, left: Duration::from_secs(seconds) }, Output::StateChanged]
}

/// What the end takes from "customer", "sam" and "kim", then the end.
fn end_of_all(reason: EndReason) -> Vec<Output> {
    let lost = ["customer", "sam", "kim"].into_iter().flat_map(|who| [pictures(who, false), release(who)]);
    lost.chain([Output::End(reason)]).collect()
}

#[test]
fn no_choice_after_stop() {
    let mut story = Story::connected();
    story.at(10).give(Input::Command { by: id("customer"), id: 1, command: Command::Pause });
    story.due_at(40, Why::StopChoice).at(39).gives(Input::Tick, &[]);
    let outputs = [pictures("customer", false), release("customer"), Output::End(EndReason::Stopped)];
    story.at(40).gives(Input::Tick, &outputs);
    assert_eq!((story.live.ended(), story.live.next_deadline()), (Some(EndReason::Stopped), None));
}

#[test]
fn the_end_users_grace() {
    let mut story = Story::connected();
    story.at(10).give(Input::Detached(id("customer")));
    story.due_at(130, Why::EndUserGrace).at(129).gives(Input::Tick, &[]);
    story.at(130).gives(Input::Tick, &[Output::End(EndReason::Disconnected)]);
    // One who never comes. The end comes before anybody else's grace.
    let mut never = Story::new();
    never.due_at(120, Why::EndUserGrace).at(300).gives(Input::Tick, &[Output::End(EndReason::Disconnected)]);
}

#[test]
fn an_end_user_who_is_never_let_in() {
    let mut story = Story::empty();
    story.due_at(120, Why::EndUserGrace).at(119).gives(Input::Tick, &[]);
    story.at(120).gives(Input::Tick, &[Output::End(EndReason::Disconnected)]);
    let late = person("customer", Role::EndUser, Permissions::ALL);
    story.gives(Input::Admit(late), &[Output::NotAdmitted { participant: id("customer"), reason: Refusal::Ended }]);
    // Let in within it, the end user has the grace of a link from then on.
    let mut story = Story::empty();
    story.at(100).give(Input::Admit(person("customer", Role::EndUser, Permissions::ALL)));
    story.due_at(220, Why::EndUserGrace);
}

#[test]
fn others_leave_after_their_grace_and_do_not_come_back() {
    let mut story = Story::connected();
    story.at(10).give(Input::Command { by: id("sam"), id: 1, command: Command::Control(ControlAction::Request) });
    story.give(Input::Detached(id("sam")));
    story.due_at(130, Why::ParticipantGrace);
    story.at(130).gives(Input::Tick, &[Output::Remove(id("sam")), Output::RosterChanged]);
    story.gives(Input::Attached(id("sam")), &[Output::Remove(id("sam"))]);
    let reason = Refusal::NotParticipant;
    let again = person("sam", Role::Agent, Permissions::ALL);
    story.gives(Input::Admit(again), &[Output::NotAdmitted { participant: id("sam"), reason }]);
    assert_eq!(story.live.roster().count(), 2);
}

#[test]
fn nobody_does_anything() {
    let mut story = Story::connected();
    story.due_at(600, Why::IdleWarning).at(600).gives(Input::Tick, &warn(Warning::Idle, 300));
    assert_eq!(story.live.state(at(700)).warning, Some((Warning::Idle, Duration::from_secs(200))));
    story.due_at(900, Why::Idle).at(700).gives(Input::Active(id("kim")), &[Output::StateChanged]);
    assert_eq!(story.live.state(at(700)).warning, None);
    story.gives(Input::Active(id("stranger")), &[]).due_at(1300, Why::IdleWarning);
    story.at(1300).gives(Input::Tick, &warn(Warning::Idle, 300));
    story.at(1600).gives(Input::Tick, &end_of_all(EndReason::Idle));
}

#[test]
fn deadlines_missed_together_all_happen() {
    let mut story = Story::connected();
    let outputs = story.at(100_000).give(Input::Active(id("sam")));
    assert_eq!(outputs.last(), Some(&Output::End(EndReason::Idle)));
    assert!(!story.live.sees(&id("customer")));
}

/// Keeps the session busy until the given second.
fn work_until(story: &mut Story, seconds: u64) {
    let now = story.now.since(START).as_secs();
    for second in (now..=seconds).step_by(300) {
        story.at(second).give(Input::Active(id("customer")));
    }
    story.at(seconds).give(Input::Active(id("customer")));
}

#[test]
fn the_maximum_duration() {
    let mut story = Story::connected();
    work_until(&mut story, 6899);
    story.due_at(6900, Why::MaxDurationWarning).at(6900).gives(Input::Tick, &warn(Warning::MaxDuration, 300));
    assert_eq!(story.live.state(at(7000)).remaining, Duration::from_secs(200));
    story.due_at(7200, Why::MaxDuration).does("sam", Command::Extend, &[Output::StateChanged]);
    assert_eq!(story.live.state(at(6900)).expires_at, at(9000));
    work_until(&mut story, 8699);
    story.at(8700).gives(Input::Tick, &warn(Warning::MaxDuration, 300));
    story.at(9000).gives(Input::Tick, &end_of_all(EndReason::MaxDuration));
}

#[test]
fn extensions_have_an_end() {
    let mut story = Story::connected();
    let extend = || Input::Command { by: id("customer"), id: 7, command: Command::Extend };
    let accepted = (0..100).filter(|_| !matches!(story.give(extend())[..], [Output::Refused { .. }])).count();
    assert_eq!(accepted, 20);
    assert_eq!(story.live.state(START).remaining, LONGEST_LIFE);
    story.refuses("customer", Command::Extend, Refusal::LimitReached);
}

#[test]
fn short_limits_do_not_warn_at_once() {
    let policy = LivePolicy {
        idle_timeout: Duration::from_secs(10),
        max_duration: Duration::from_secs(60),
        ..LivePolicy::default()
    };
    let live =
        Live::new(START, policy, vec![person("customer", Role::EndUser, Permissions::ALL)]).expect("one end user");
    assert_eq!(live.next_deadline(), Some((at(5), Why::IdleWarning)));
}

#[test]
fn ends_by_people_and_from_outside() {
    let mut story = Story::connected();
    story.does("sam", Command::End, &end_of_all(EndReason::Agent));
    let mut story = Story::connected();
    story.does("customer", Command::End, &end_of_all(EndReason::EndUser));
    let mut story = Story::connected();
    story.gives(Input::Ended(EndReason::BrowserCrashed), &end_of_all(EndReason::BrowserCrashed));
    // Nothing comes after.
    story.gives(Input::Ended(EndReason::Idle), &[]).gives(Input::Tick, &[]).gives(Input::Active(id("sam")), &[]);
    story.gives(Input::Attached(id("sam")), &[]).gives(Input::Detached(id("kim")), &[]);
    story.does("sam", Command::End, &[]).refuses("customer", Command::Resume, Refusal::Ended);
    story.refuses("stranger", Command::End, Refusal::NotParticipant);
    let late = person("late", Role::Agent, Permissions::ALL);
    story.gives(Input::Admit(late), &[Output::NotAdmitted { participant: id("late"), reason: Refusal::Ended }]);
    assert_eq!(story.live.ended(), Some(EndReason::BrowserCrashed));
}

#[test]
fn time_never_runs_backwards() {
    let mut story = Story::connected();
    story.at(500).give(Input::Active(id("sam")));
    story.at(100).give(Input::Active(id("sam")));
    story.due_at(1100, Why::IdleWarning);
}
