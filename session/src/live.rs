//! The pod's side of a session: who sees, who acts, control, pause, and the limits of time.
//! One owner calls [`Live::handle`] with every input and does what the outputs say; nothing here waits or reads a clock.

mod message;

use std::time::Duration;

use thiserror::Error;

pub use message::{Act, Command, ControlAction, Input, Output, Refusal, Warning, Why};

use crate::id::ParticipantId;
use crate::participant::{EndReason, Participant};
use crate::policy::LivePolicy;
use crate::time::Timestamp;

/// Why there is no live session with these participants.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// None or several end users.
    #[error("failed to set up the live session: it needs exactly one end user")]
    EndUser,
    /// The same id twice.
    #[error("failed to set up the live session: two participants have the same id")]
    SameId,
    /// More than the policy allows.
    #[error("failed to set up the live session: it has too many participants")]
    TooMany,
}

/// The live session.
#[derive(Clone, Debug)]
pub struct Live {
    policy: LivePolicy,
    people: Vec<Participant>,
}

/// The state of the whole session, for `LiveState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// True from Stop until Continue.
    pub paused: bool,
    /// How often it was paused.
    pub pause_epoch: u32,
    /// When it ends by its maximum duration.
    pub expires_at: Timestamp,
    /// Time until then.
    pub remaining: Duration,
    /// The limit that is near, and the time until it. Stop before idle before the maximum duration.
    pub warning: Option<(Warning, Duration)>,
    /// Set when it is over.
    pub ended: Option<EndReason>,
}

impl Live {
    /// A session that begins now, with the end user and all that were allowed so far. Nobody is connected yet, so nobody sees.
    pub fn new(_now: Timestamp, policy: LivePolicy, participants: Vec<Participant>) -> Result<Self, Error> {
        Ok(Self { policy, people: participants })
    }

    /// Takes one input, after everything that was due before `now`. Time that runs backwards counts as standing still.
    pub fn handle(&mut self, _now: Timestamp, _input: Input) -> Vec<Output> {
        Vec::new()
    }

    /// When to call with [`Input::Tick`] if nothing else comes first; none once it ended.
    pub fn next_deadline(&self) -> Option<(Timestamp, Why)> {
        None
    }

    /// Whether this participant may do this now. Ask before carrying anything out that is not a [`Command`].
    pub fn may(&self, _participant: &ParticipantId, _act: Act) -> Result<(), Refusal> {
        Err(Refusal::NotParticipant)
    }

    /// Whether this participant's pointer, keys and touch go to the page now.
    pub fn may_input(&self, participant: &ParticipantId) -> bool {
        self.may(participant, Act::Input).is_ok()
    }

    /// Whether this participant gets pictures now.
    pub fn sees(&self, participant: &ParticipantId) -> bool {
        self.may(participant, Act::See).is_ok()
    }

    /// Everybody in the session, in the order of arrival.
    pub fn roster(&self) -> &[Participant] {
        &self.people
    }

    /// The participant with this id.
    pub fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        self.people.iter().find(|person| person.id == *id)
    }

    /// Who holds control alone; none: all with `act` may act.
    pub fn holder(&self) -> Option<&ParticipantId> {
        None
    }

    /// Who asked for control, in order.
    pub fn requests(&self) -> &[ParticipantId] {
        &[]
    }

    /// How often the session was paused.
    pub fn pause_epoch(&self) -> u32 {
        0
    }

    /// Why it ended, once it has.
    pub fn ended(&self) -> Option<EndReason> {
        None
    }

    /// The limits it was set up with.
    pub fn policy(&self) -> &LivePolicy {
        &self.policy
    }

    /// The state of the whole session.
    pub fn state(&self, now: Timestamp) -> State {
        State {
            paused: false,
            pause_epoch: 0,
            expires_at: now + self.policy.max_duration,
            remaining: self.policy.max_duration,
            warning: None,
            ended: None,
        }
    }
}
