//! What goes out comes back the same; what makes no sense is refused by the name of its field.

use std::time::Duration;

use cobrowse_session::live::{Command, ControlAction, Input, Live};
use cobrowse_session::participant::{EndReason, Participant, Permissions, Role};
use cobrowse_session::policy::LivePolicy;
use cobrowse_session::site::HostPattern;
use cobrowse_session::{ParticipantId, Timestamp};

use super::*;
use crate::v1;
use crate::v1::command::Body;

fn sam() -> v1::Participant {
    v1::Participant {
        id: "p-1".to_owned(),
        role: v1::Role::Agent.into(),
        name: "Sam de Vries".to_owned(),
        company: "Northwind Support".to_owned(),
        permissions: Some(v1::Permissions { view: true, point: true, act: false, clipboard: false }),
        connected: true,
    }
}

fn policy() -> v1::Policy {
    let sites = vec![HostPattern::parse("*.northwind.example").expect("a pattern")];
    (&BoundPolicy { sites, mask_selectors: vec!["#a".to_owned()], live: LivePolicy::default() }).into()
}

#[test]
fn participants_come_back_the_same() {
    let read = Participant::try_from(sam()).expect("a right message");
    assert_eq!(v1::Participant::from(&read), sam());
    let customer = v1::Participant { company: String::new(), ..sam() };
    assert_eq!(v1::Participant::from(&Participant::try_from(customer.clone()).expect("no company")), customer);
}

#[test]
fn permissions_are_cut_to_the_role_and_none_when_missing() {
    let read = |message| Participant::try_from(message).map(|participant| participant.permissions);
    let observer = v1::Participant { role: v1::Role::Observer.into(), ..sam() };
    assert_eq!(read(observer), Ok(Permissions::VIEW));
    assert_eq!(read(v1::Participant { permissions: None, ..sam() }), Ok(Permissions::NONE));
}

#[test]
fn wrong_participants_name_the_field() {
    let cases = [
        (v1::Participant { role: 0, ..sam() }, "role"),
        (v1::Participant { role: 99, ..sam() }, "role"),
        (v1::Participant { id: String::new(), ..sam() }, "participant id"),
        (v1::Participant { name: "\n".to_owned(), ..sam() }, "name"),
        (v1::Participant { company: "x".repeat(81), ..sam() }, "company"),
    ];
    for (message, field) in cases {
        assert_eq!(Participant::try_from(message).expect_err(field).field(), field);
    }
}

#[test]
fn roles_and_reasons_come_back_the_same() {
    for role in [Role::EndUser, Role::Agent, Role::Observer, Role::Recorder] {
        assert_eq!(Role::try_from(v1::Role::from(role)), Ok(role));
    }
    for reason in EndReason::ALL {
        assert_eq!(EndReason::try_from(v1::EndReason::from(reason)), Ok(reason));
    }
    assert!(EndReason::try_from(v1::EndReason::Unspecified).is_err());
}

#[test]
fn policies_come_back_the_same() {
    let read = BoundPolicy::try_from(policy()).expect("a right message");
    assert_eq!(read.live, LivePolicy::default());
    assert_eq!(v1::Policy::from(&read), policy());
}

#[test]
fn wrong_policies_name_the_field() {
    let cases = [
        (v1::Policy { sites: vec![], ..policy() }, "policy.sites"),
        (v1::Policy { sites: vec!["*".to_owned()], ..policy() }, "policy.sites"),
        (v1::Policy { max_duration_ms: 0, ..policy() }, "policy.max_duration_ms"),
        (v1::Policy { idle_timeout_ms: u64::MAX, ..policy() }, "policy.idle_timeout_ms"),
        (v1::Policy { max_participants: 0, ..policy() }, "policy.max_participants"),
        (v1::Policy { max_tabs: 65, ..policy() }, "policy.max_tabs"),
    ];
    for (message, field) in cases {
        assert_eq!(BoundPolicy::try_from(message).expect_err(field).field(), field);
    }
}

#[test]
fn commands_of_the_rules() {
    let control = |action, participant: &str| {
        Body::Control(v1::ControlCommand { action, participant_id: participant.to_owned() })
    };
    let grant = v1::ControlAction::Grant.into();
    let permit = |permissions| v1::PermitCommand { participant_id: "sam".to_owned(), permissions };
    let sam = ParticipantId::parse("sam").expect("an id");
    let granted = Command::Control(ControlAction::Grant(sam.clone()));
    let cases = [
        (Some(Body::Pause(v1::PauseCommand {})), Ok(Some(Command::Pause))),
        (Some(Body::Resume(v1::ResumeCommand {})), Ok(Some(Command::Resume))),
        (Some(Body::End(v1::EndCommand {})), Ok(Some(Command::End))),
        (Some(Body::Extend(v1::ExtendCommand {})), Ok(Some(Command::Extend))),
        (Some(control(grant, "sam")), Ok(Some(granted))),
        (
            Some(Body::Permit(permit(Some(Permissions::VIEW.into())))),
            Ok(Some(Command::Permit { participant: sam, permissions: Permissions::VIEW })),
        ),
        (Some(Body::Navigate(v1::NavigateCommand::default())), Ok(None)),
        (Some(Body::ProtectedText(v1::ProtectedText::default())), Ok(None)),
        (None, Err("command.body")),
        (Some(control(0, "")), Err("control.action")),
        (Some(control(42, "")), Err("control.action")),
        (Some(control(grant, "")), Err("participant_id")),
        (Some(Body::Permit(permit(None))), Err("permit.permissions")),
    ];
    for (body, expected) in cases {
        let found = rule_command(&v1::Command { id: 1, body: body.clone() });
        assert_eq!(found.map_err(|error| error.field()), expected, "{body:?}");
    }
}

#[test]
fn the_state_of_a_live_session() {
    let customer = Participant::try_from(v1::Participant { role: v1::Role::EndUser.into(), ..sam() });
    let customer = customer.expect("a right message");
    let (id, now) = (customer.id.clone(), Timestamp::from_millis(1_000));
    let mut live = Live::new(now, LivePolicy::default(), vec![customer]).expect("one end user");
    live.handle(now, Input::Command { by: id, id: 1, command: Command::Pause });
    let state = v1::LiveState::from(&live.state(now + Duration::from_secs(10)));
    assert_eq!((state.paused, state.remaining_ms), (true, 7_190_000));
    assert_eq!((state.warning.as_str(), state.warning_ms), ("StopUnanswered", 20_000));
    assert_eq!(v1::Roster::from(&live).participants.len(), 1);
    assert_eq!(v1::ControlState::from(&live), v1::ControlState::default());
}
