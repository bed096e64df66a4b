//! Who sees and who may do what: roles, Allow, Stop, and absence.

use super::*;

#[test]
fn a_session_needs_one_end_user() {
    let customer = person("customer", Role::EndUser, Permissions::ALL);
    let other = person("other", Role::EndUser, Permissions::ALL);
    let sam = person("sam", Role::Agent, Permissions::ALL);
    let few = LivePolicy { max_participants: 2, ..LivePolicy::default() };
    let make = |people: &[&Participant]| {
        Live::new(START, few, people.iter().map(|person| (*person).clone()).collect()).map(|live| live.roster().count())
    };
    assert_eq!(make(&[&customer, &sam]), Ok(2));
    assert_eq!(make(&[]), Ok(0));
    assert_eq!(make(&[&sam]), Err(Error::EndUser));
    assert_eq!(make(&[&customer, &other]), Err(Error::EndUser));
    assert_eq!(make(&[&customer, &sam, &sam]), Err(Error::SameId));
    assert_eq!(make(&[&customer, &sam, &person("kim", Role::Agent, Permissions::ALL)]), Err(Error::TooMany));
}

#[test]
fn a_session_may_begin_with_nobody_and_its_end_user_comes_first() {
    let mut story = Story::empty();
    let admit = |who: &str, role| Input::Admit(person(who, role, Permissions::ALL));
    let refused = |who: &str, reason| Output::NotAdmitted { participant: id(who), reason };
    story.gives(admit("sam", Role::Agent), &[refused("sam", Refusal::EndUserAway)]);
    story.gives(Input::Attached(id("customer")), &[Output::Remove(id("customer"))]);
    story.at(119).gives(admit("customer", Role::EndUser), &[Output::RosterChanged]);
    story.gives(admit("customer", Role::EndUser), &[]);
    story.gives(admit("other", Role::EndUser), &[refused("other", Refusal::NotAllowed)]);
    story.gives(admit("sam", Role::Agent), &[Output::RosterChanged]);
    story.gives(Input::Attached(id("customer")), &[Output::RosterChanged, pictures("customer", true)]);
    story.gives(Input::Attached(id("sam")), &[Output::RosterChanged, pictures("sam", true)]);
}

#[test]
fn pictures_go_to_those_allowed_once_the_end_user_is_here() {
    let mut story = Story::new();
    story.gives(Input::Attached(id("sam")), &[Output::RosterChanged]);
    story.gives(
        Input::Attached(id("customer")),
        &[Output::RosterChanged, pictures("customer", true), pictures("sam", true)],
    );
    // A second stream starts anew.
    story.gives(Input::Attached(id("sam")), &[release("sam"), Output::RosterChanged, pictures("sam", true)]);
    story.gives(Input::Attached(id("stranger")), &[Output::Remove(id("stranger"))]);
}

#[test]
fn stop_blanks_before_anything_else() {
    let mut story = Story::connected();
    let lost = [pictures("sam", false), release("sam"), pictures("kim", false), release("kim")];
    let left = Duration::from_secs(30);
    let told =
        [Output::Blank { epoch: 1 }, Output::Warn { warning: Warning::StopUnanswered, left }, Output::StateChanged];
    story.at(5).does("customer", Command::Pause, &[&lost[..], &told[..]].concat());
    assert_eq!(story.live.state(at(15)).warning, Some((Warning::StopUnanswered, Duration::from_secs(20))));
    story.does("customer", Command::Pause, &[]);
    for act in [Act::See, Act::Input, Act::Point, Act::Navigate, Act::Clipboard, Act::AnswerDialog, Act::Extend] {
        assert_eq!(story.live.may(&id("sam"), act), Err(Refusal::Paused), "{act:?}");
        assert_eq!(story.live.may(&id("customer"), act), Ok(()), "{act:?}");
    }
    story.refuses("sam", Command::Resume, Refusal::NotAllowed).refuses("sam", Command::Pause, Refusal::NotAllowed);
    story.gives(Input::Attached(id("sam")), &[Output::RosterChanged]);
    story.does("customer", Command::Resume, &[Output::StateChanged, pictures("sam", true), pictures("kim", true)]);
    assert_eq!(story.live.pause_epoch(), 1);
}

#[test]
fn without_the_end_user_agents_see_and_do_nothing() {
    let mut story = Story::connected();
    let outputs = [
        pictures("customer", false),
        release("customer"),
        pictures("sam", false),
        release("sam"),
        pictures("kim", false),
        release("kim"),
        Output::RosterChanged,
    ];
    story.gives(Input::Detached(id("customer")), &outputs).gives(Input::Detached(id("customer")), &[]);
    assert_eq!(story.live.may(&id("sam"), Act::Point), Err(Refusal::EndUserAway));
    let back = [Output::RosterChanged, pictures("customer", true), pictures("sam", true), pictures("kim", true)];
    story.gives(Input::Attached(id("customer")), &back);
}

#[test]
fn the_end_user_switches_what_others_may() {
    let mut story = Story::connected();
    let look = Story::permits("sam", Permissions::VIEW);
    story.does("customer", look.clone(), &[release("sam"), Output::RosterChanged]);
    assert_eq!(story.live.may(&id("sam"), Act::Point), Err(Refusal::NotPermitted));
    assert_eq!(story.live.may(&id("sam"), Act::See), Ok(()));
    // Without view there is nothing.
    let blind = Permissions { view: false, ..Permissions::ALL };
    story.does("customer", Story::permits("sam", blind), &[pictures("sam", false), Output::RosterChanged]);
    assert_eq!(story.live.participant(&id("sam")).map(|sam| sam.permissions), Some(Permissions::NONE));
    // A late word of the first Allow does not bring it back.
    story.gives(Input::Admit(person("sam", Role::Agent, Permissions::ALL)), &[]);
    assert!(!story.live.sees(&id("sam")));
    story.refuses("sam", Story::permits("sam", Permissions::ALL), Refusal::NotAllowed);
    story.refuses("customer", Story::permits("nobody", Permissions::ALL), Refusal::UnknownParticipant);
    story.refuses("customer", Story::permits("customer", Permissions::NONE), Refusal::UnknownParticipant);
    story.does("customer", Story::permits("sam", Permissions::ALL), &[Output::RosterChanged, pictures("sam", true)]);
}

#[test]
fn what_each_role_may() {
    use Act::{AnswerDialog, AskControl, Clipboard, Download, End, Extend, Input as Act_, Navigate};
    use Act::{Pause, Permit, Point, Resize, See, TypeProtected, Upload};
    let mut story = Story::connected();
    for (who, role) in [("boss", Role::Observer), ("tape", Role::Recorder)] {
        story.give(Input::Admit(person(who, role, Permissions::ALL)));
        story.give(Input::Attached(id(who)));
    }
    let all = [
        See,
        Point,
        Act_,
        Navigate,
        AnswerDialog,
        AskControl,
        Clipboard,
        Upload,
        Download,
        TypeProtected,
        Resize,
        Permit,
        Pause,
        Extend,
        End,
    ];
    let agents = [See, Point, Act_, Navigate, AnswerDialog, AskControl, Clipboard, Extend, End];
    for act in all {
        let may = |who: &str| story.live.may(&id(who), act);
        let expected = |allowed: bool| if allowed { Ok(()) } else { Err(Refusal::NotAllowed) };
        assert_eq!(may("customer"), Ok(()), "{act:?}");
        assert_eq!(may("sam"), expected(agents.contains(&act)), "{act:?}");
        assert_eq!(may("boss"), expected(act == See), "{act:?}");
        assert_eq!(may("tape"), expected(act == See), "{act:?}");
        assert_eq!(may("stranger"), Err(Refusal::NotParticipant), "{act:?}");
    }
}

#[test]
fn the_recorder_stops_with_stop_and_is_no_participant_of_the_limit() {
    let mut story = Story::connected();
    story.gives(Input::Admit(person("tape", Role::Recorder, Permissions::VIEW)), &[Output::RosterChanged]);
    story.gives(Input::Attached(id("tape")), &[Output::RosterChanged, pictures("tape", true)]);
    for number in 0..5 {
        let admitted = story.give(Input::Admit(person(&format!("agent{number}"), Role::Agent, Permissions::VIEW)));
        assert_eq!(admitted, [Output::RosterChanged]);
    }
    let one_more = person("agent5", Role::Agent, Permissions::VIEW);
    let full = Output::NotAdmitted { participant: id("agent5"), reason: Refusal::SessionFull };
    story.gives(Input::Admit(one_more), &[full]);
    story.give(Input::Command { by: id("customer"), id: 1, command: Command::Pause });
    assert_eq!(story.live.may(&id("tape"), Act::See), Err(Refusal::Paused));
}

#[test]
fn who_is_not_admitted() {
    let mut story = Story::connected();
    let cases = [
        (person("second", Role::EndUser, Permissions::ALL), Refusal::NotAllowed),
        (person("blind", Role::Agent, Permissions::NONE), Refusal::NotPermitted),
    ];
    for (newcomer, reason) in cases {
        let participant = newcomer.id.clone();
        story.gives(Input::Admit(newcomer), &[Output::NotAdmitted { participant, reason }]);
    }
}
