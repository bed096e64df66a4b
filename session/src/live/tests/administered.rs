//! What an administrator wishes: a pause that is OR-ed with the end user's own, and how long the session lasts.

use super::*;
use crate::policy::LONGEST_LIFE;

const HOUR: u64 = 3_600;

fn wish(paused: bool, seconds: u64) -> Input {
    Input::Administered { paused, max_duration: Some(Duration::from_secs(seconds)) }
}

fn hold() -> Input {
    wish(true, 2 * HOUR)
}

fn lift() -> Input {
    wish(false, 2 * HOUR)
}

/// What "sam" and "kim" lose, and what is told of it.
fn blanked(epoch: u32) -> Vec<Output> {
    let lost = ["sam", "kim"].into_iter().flat_map(|who| [pictures(who, false), release(who)]);
    lost.chain([Output::Blank { epoch }, Output::StateChanged]).collect()
}

#[test]
fn a_hold_blanks_all_but_the_end_user_who_goes_on_alone() {
    let mut story = Story::connected();
    story.at(10).gives(hold(), &blanked(0));
    assert!(story.live.paused() && story.live.held() && !story.live.stopped());
    assert!(story.live.sees(&id("customer")) && story.live.may_input(&id("customer")));
    assert_eq!(story.live.may(&id("sam"), Act::Input), Err(Refusal::Paused));
    // Again is nothing new, and nobody is asked to choose.
    story.gives(hold(), &[]).gives(Input::Administered { paused: true, max_duration: None }, &[]);
    story.due_at(600, Why::IdleWarning);
    story.at(20).gives(lift(), &[Output::StateChanged, pictures("sam", true), pictures("kim", true)]);
    assert!(!story.live.paused());
}

#[test]
fn neither_undoes_the_others_pause() {
    // The administrator first, then the end user; lifted in the same order.
    let mut story = Story::connected();
    story.at(10).give(hold());
    story.at(20).give(Input::Command { by: id("customer"), id: 1, command: Command::Pause });
    story.due_at(50, Why::StopChoice).at(30).gives(lift(), &[Output::StateChanged]);
    assert!(story.live.paused() && story.live.stopped() && !story.live.sees(&id("sam")));
    story.at(40).give(Input::Command { by: id("customer"), id: 2, command: Command::Resume });
    assert!(!story.live.paused() && story.live.sees(&id("sam")));
    // The end user first, and continues while it is held.
    let mut story = Story::connected();
    story.at(10).give(Input::Command { by: id("customer"), id: 1, command: Command::Pause });
    story.at(20).gives(hold(), &[Output::Blank { epoch: 1 }, Output::StateChanged]);
    story.at(30).does("customer", Command::Resume, &[Output::StateChanged]);
    assert!(story.live.paused() && !story.live.stopped() && !story.live.sees(&id("sam")));
    story.due_at(630, Why::IdleWarning).at(40).give(lift());
    assert!(story.live.sees(&id("sam")));
}

#[test]
fn a_session_that_is_held_from_the_first_moment_shows_nobody_anything() {
    let mut story = Story::new();
    story.gives(hold(), &[Output::Blank { epoch: 0 }, Output::StateChanged]);
    for who in ["customer", "sam"] {
        story.give(Input::Attached(id(who)));
    }
    assert!(story.live.sees(&id("customer")) && !story.live.sees(&id("sam")));
}

#[test]
fn the_maximum_moves_both_ways_and_what_people_added_stays() {
    let mut story = Story::connected();
    let ends = |story: &Story| story.live.state(story.now).expires_at;
    story.at(10).gives(wish(false, 3 * HOUR), &[Output::StateChanged]).gives(wish(false, 3 * HOUR), &[]);
    assert_eq!(ends(&story), at(3 * HOUR));
    story.does("sam", Command::Extend, &[Output::StateChanged]);
    assert_eq!(ends(&story), at(3 * HOUR + 1_800));
    story.gives(wish(false, HOUR), &[Output::StateChanged]);
    assert_eq!(ends(&story), at(HOUR + 1_800));
    // No further than any session ever lives.
    story.give(wish(false, 100 * HOUR));
    assert_eq!(ends(&story), START + LONGEST_LIFE);
}

#[test]
fn a_maximum_that_is_over_already_ends_the_session_at_once() {
    let mut story = Story::connected();
    story.at(500).give(Input::Active(id("sam")));
    let outputs = story.at(501).give(wish(false, 500));
    assert_eq!(outputs.last(), Some(&Output::End(EndReason::MaxDuration)));
    story.gives(hold(), &[]);
    assert!(!story.live.held(), "what has ended is not held");
}

#[test]
fn a_pools_cap_is_the_end_of_all_extensions() {
    let policy = LivePolicy { longest_life: Duration::from_secs(3 * HOUR), ..LivePolicy::default() };
    let people = vec![person("customer", Role::EndUser, Permissions::ALL)];
    let mut live = Live::new(START, policy, people).expect("one end user");
    let extend = || Input::Command { by: id("customer"), id: 7, command: Command::Extend };
    let accepted = (0..10).filter(|_| !matches!(live.handle(START, extend())[..], [Output::Refused { .. }])).count();
    assert_eq!((accepted, live.state(START).expires_at), (2, at(3 * HOUR)));
    live.handle(START, wish(false, 9 * HOUR));
    assert_eq!(live.state(START).expires_at, at(3 * HOUR));
}
