//! Stories of one row, each told as events and what comes of them.

mod claims;
mod ends;
mod joins;
mod queue;

use std::time::Duration;

use super::*;
use crate::id::{AccountId, ParticipantId, ReplicaId, SessionId, TenantId};
use crate::participant::{EndReason, Participant, Permissions, PersonName, Role};
use crate::pin::{JoinPin, PinHash, PinKey};
use crate::policy::SessionPolicy;
use crate::secret::SecretHash;
use crate::time::Timestamp;

/// A row and the time, in seconds since the session's start.
struct Story {
    row: Row,
    now: Timestamp,
}

const START: Timestamp = Timestamp::from_millis(1_000_000);

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn id(text: &str) -> ParticipantId {
    ParticipantId::parse(text).expect(text)
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect(text)
}

fn tenant(text: &str) -> TenantId {
    TenantId::parse(text).expect(text)
}

fn pin(digits: &str) -> PinHash {
    JoinPin::parse(digits).expect(digits).hash(&PinKey::new(&[9; 32]), &tenant("northwind"))
}

fn secret(byte: u8) -> SecretHash {
    SecretHash::from_bytes([byte; 32])
}

fn replica(text: &str) -> ReplicaId {
    ReplicaId::parse(text).expect(text)
}

/// `who` is both the account and the participant of an agent.
fn enters(who: &str, digits: &str) -> Event {
    Event::PinEntered {
        tenant: tenant("northwind"),
        account: AccountId::parse(who).expect(who),
        participant: id(who),
        name: name("Sam"),
        company: name("Northwind"),
        pin: pin(digits),
    }
}

fn accepts(who: &str, byte: u8) -> Event {
    Event::AcceptInvitation {
        tenant: tenant("northwind"),
        account: AccountId::parse(who).expect(who),
        participant: id(who),
        name: name("Kim"),
        company: name("Northwind"),
        hash: secret(byte),
    }
}

fn allows(who: &str) -> Event {
    Event::Allow { by: id("customer"), participant: id(who), permissions: Permissions::ALL }
}

fn denies(who: &str) -> Event {
    Event::Deny { by: id("customer"), participant: id(who) }
}

fn renews(digits: &str) -> Event {
    Event::RenewPin { by: id("customer"), pin: pin(digits) }
}

fn bound(by: &str) -> Event {
    Event::ClaimBound { by: replica(by), pod: format!("pod of {by}") }
}

impl Story {
    /// A new session with PIN 111111 and the end user "customer".
    fn new() -> Self {
        Self { row: Row::start(Self::facts(), START), now: START }
    }

    /// One that was made by hand, whose page is there at 2 s.
    fn adopted() -> Self {
        let mut story = Self { row: Row::adopt(Self::facts(), START), now: START };
        story.is(Phase::Starting).due_at(2);
        story.at(1).does(Event::ClaimStarted { by: replica("r1") }, &[Effect::Notify]);
        story.does(bound("r1"), &[Effect::Notify]);
        story.at(2).does(Event::WentLive { expires_at: at(7200) }, &[Effect::Notify]);
        story
    }

    fn facts() -> NewSession {
        NewSession {
            id: SessionId::from_random([1; 16]),
            tenant: tenant("northwind"),
            policy: SessionPolicy::default().waiting(),
            end_user: id("customer"),
            end_user_name: name("Customer"),
            end_user_token: secret(1),
            pin: pin("111111"),
        }
    }

    /// A session in which "agent" is in and the page is there, at 10 s.
    fn live() -> Self {
        let mut story = Self::new();
        story.at(1).does(enters("agent", "111111"), &[Effect::Notify]);
        story.at(2).does(allows("agent"), &[Effect::Notify, Effect::Claim]);
        story.at(3).does(Event::ClaimStarted { by: replica("r1") }, &[Effect::Notify]);
        story.at(5).does(bound("r1"), &[Effect::Notify, Effect::Admit(id("agent"))]);
        story.at(10).does(Event::WentLive { expires_at: at(7210) }, &[Effect::Notify]);
        story
    }

    fn at(&mut self, seconds: u64) -> &mut Self {
        self.now = at(seconds);
        self
    }

    /// The event is accepted, with these effects.
    #[track_caller]
    fn does(&mut self, event: Event, effects: &[Effect]) -> &mut Self {
        let decision =
            decide(&self.row, self.now, event.clone()).unwrap_or_else(|refusal| panic!("{event:?}: {refusal}"));
        assert_eq!(decision.effects, effects, "{event:?}");
        let changed = decision.row != self.row;
        assert_eq!(decision.row.version, self.row.version + u64::from(changed), "{event:?}");
        self.row = decision.row;
        self
    }

    /// The event is accepted and changes nothing.
    #[track_caller]
    fn ignores(&mut self, event: Event) -> &mut Self {
        let before = self.row.clone();
        self.does(event, &[]);
        assert_eq!(self.row, before);
        self
    }

    #[track_caller]
    fn refuses(&mut self, event: Event, refusal: Refusal) -> &mut Self {
        assert_eq!(decide(&self.row, self.now, event.clone()).err(), Some(refusal), "{event:?}");
        self
    }

    #[track_caller]
    fn is(&mut self, phase: Phase) -> &mut Self {
        assert_eq!(self.row.phase(), phase);
        self
    }

    #[track_caller]
    fn due_at(&mut self, seconds: u64) -> &mut Self {
        assert_eq!(next_deadline(&self.row), Some(at(seconds)));
        self
    }

    #[track_caller]
    fn ended(&mut self, reason: EndReason) -> &mut Self {
        assert_eq!((self.row.phase(), self.row.end_reason), (Phase::Ended, Some(reason)));
        assert_eq!(next_deadline(&self.row), None);
        self
    }
}
