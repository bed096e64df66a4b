//! Stories of one live session: inputs, and what comes out.

mod administered;
mod control;
mod limits;
mod rights;

use std::time::Duration;

use super::*;
use crate::participant::{Permissions, PersonName, Role};

const START: Timestamp = Timestamp::from_millis(1_000_000_000);

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn id(text: &str) -> ParticipantId {
    ParticipantId::parse(text).expect(text)
}

fn person(who: &str, role: Role, permissions: Permissions) -> Participant {
    let name = PersonName::parse(who).expect(who);
    Participant { id: id(who), role, name, company: None, permissions, connected: true }
}

fn pictures(who: &str, on: bool) -> Output {
    Output::PicturesFor(id(who), on)
}

fn release(who: &str) -> Output {
    Output::ReleaseHeld(id(who))
}

/// A live session and the time in seconds since its start. "customer" is the end user.
struct Story {
    live: Live,
    now: Timestamp,
}

impl Story {
    /// The end user and "sam", an agent who may do all. Nobody is connected.
    fn new() -> Self {
        let participants =
            vec![person("customer", Role::EndUser, Permissions::NONE), person("sam", Role::Agent, Permissions::ALL)];
        let live = Live::new(START, LivePolicy::default(), participants).expect("one end user, one agent");
        Self { live, now: START }
    }

    /// Nobody yet.
    fn empty() -> Self {
        Self { live: Live::new(START, LivePolicy::default(), Vec::new()).expect("nobody"), now: START }
    }

    /// The same as `new` with both connected, and "kim", another agent, too.
    fn connected() -> Self {
        let mut story = Self::new();
        story.give(Input::Admit(person("kim", Role::Agent, Permissions::ALL)));
        for who in ["customer", "sam", "kim"] {
            story.give(Input::Attached(id(who)));
        }
        story
    }

    fn at(&mut self, seconds: u64) -> &mut Self {
        self.now = at(seconds);
        self
    }

    fn give(&mut self, input: Input) -> Vec<Output> {
        self.live.handle(self.now, input)
    }

    #[track_caller]
    fn gives(&mut self, input: Input, outputs: &[Output]) -> &mut Self {
        assert_eq!(self.give(input.clone()), outputs, "{input:?}");
        self
    }

    /// The command is carried out, with these outputs around the answer, which is left out here.
    #[track_caller]
    fn does(&mut self, by: &str, command: Command, outputs: &[Output]) -> &mut Self {
        let mut found = self.give(Input::Command { by: id(by), id: 7, command: command.clone() });
        let answer = Output::Accepted { participant: id(by), command: 7 };
        let place = found.iter().position(|output| *output == answer);
        found.remove(place.unwrap_or_else(|| panic!("{by} {command:?}: {found:?}")));
        assert_eq!(found, outputs, "{by} {command:?}");
        self
    }

    /// The command is refused, and changes nothing.
    #[track_caller]
    fn refuses(&mut self, by: &str, command: Command, reason: Refusal) -> &mut Self {
        let refused = Output::Refused { participant: id(by), command: 7, reason };
        self.gives(Input::Command { by: id(by), id: 7, command }, &[refused])
    }

    #[track_caller]
    fn due_at(&mut self, seconds: u64, why: Why) -> &mut Self {
        assert_eq!(self.live.next_deadline(), Some((at(seconds), why)));
        self
    }

    fn permits(who: &str, permissions: Permissions) -> Command {
        Command::Permit { participant: id(who), permissions }
    }
}
