//! What goes into the live session and what comes out.

use std::time::Duration;

use thiserror::Error;

use crate::id::ParticipantId;
use crate::participant::{EndReason, Participant, Permissions};

/// One thing that happened to the live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// session-api says that the end user allowed this person, or who the end user is where the session began with nobody.
    /// Idempotent: who is in already keeps the permissions that the end user switched since.
    Admit(Participant),
    /// The participant's stream is open. A second stream of the same person replaces the first and says so again.
    Attached(ParticipantId),
    /// The participant's last stream is closed or has missed its keepalives.
    Detached(ParticipantId),
    /// The participant did something that was carried out: input, guidance, navigation.
    Active(ParticipantId),
    /// A command to decide on. Answered by `Output::Accepted` or `Output::Refused`.
    Command {
        /// Who.
        by: ParticipantId,
        /// The sender's number for it.
        id: u32,
        /// What.
        command: Command,
    },
    /// What an administrator wishes of the session from now on, whole. Idempotent.
    Administered {
        /// Others than the end user see nothing and can do nothing, whatever the end user says.
        paused: bool,
        /// How long it lasts from its begin; none: as it is. What people extended it by comes on top.
        max_duration: Option<Duration>,
    },
    /// The session ends for a reason from outside: Chrome died, session-api said so.
    Ended(EndReason),
    /// Time has passed.
    Tick,
}

/// What the rules alone decide and carry out. Everything else that people do is carried out by the pod after [`super::Live::may`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Stop.
    Pause,
    /// Continue.
    Resume,
    /// End for all.
    End,
    /// About exclusive control. `Grant` needs a participant.
    Control(ControlAction),
    /// Switches what a participant may do.
    Permit {
        /// Who.
        participant: ParticipantId,
        /// From now on.
        permissions: Permissions,
    },
    /// Moves the maximum duration by the policy's step.
    Extend,
}

/// About exclusive control. Without a holder everybody with `act` may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlAction {
    /// An agent asks for it.
    Request,
    /// The end user gives it to this participant.
    Grant(ParticipantId),
    /// The holder gives it back; one who asked takes the request back.
    Release,
    /// The end user takes it from whoever holds it, and turns all requests down.
    Revoke,
    /// The end user holds it alone.
    Take,
}

/// Something a participant may do or not, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Get pictures, and facts about the page.
    See,
    /// Point, highlight, draw, write messages.
    Point,
    /// Pointer, keys, text and touch.
    Input,
    /// Go to another address, back, forward, load again; change tabs.
    Navigate,
    /// Answer a page's dialog, or a picker.
    AnswerDialog,
    /// Ask for exclusive control.
    AskControl,
    /// Copy from and paste into the page. A paste needs `Input` too.
    Clipboard,
    /// Hand files to the page. End user only.
    Upload,
    /// Fetch files that the page offers. End user only.
    Download,
    /// Type into and read protected fields. End user only.
    TypeProtected,
    /// Change the page's size. End user only.
    Resize,
    /// Switch others' permissions. End user only.
    Permit,
    /// Stop, and continue. End user only.
    Pause,
    /// Move the maximum duration.
    Extend,
    /// End the session for all.
    End,
}

/// What the owner has to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// From now on pictures (and facts about the page) go to this participant, or no longer. A new stream gets none until
    /// told. When it begins, it begins with a picture made afterwards: nothing made while it was off is ever sent, also not
    /// from the log.
    PicturesFor(ParticipantId, bool),
    /// Tell all but the end user to show nothing and to drop pictures of earlier epochs. New pictures carry this epoch.
    Blank {
        /// The new pause epoch.
        epoch: u32,
    },
    /// Let go of all keys and buttons that this participant holds down.
    ReleaseHeld(ParticipantId),
    /// Close this participant's stream: it is no longer, or never was, in the session.
    Remove(ParticipantId),
    /// Tell everybody [`super::Live::roster`].
    RosterChanged,
    /// Tell everybody holder and requests.
    ControlChanged,
    /// Tell everybody [`super::Live::state`].
    StateChanged,
    /// A limit is near. `StateChanged` follows.
    Warn {
        /// Which.
        warning: Warning,
        /// Time until it.
        left: Duration,
    },
    /// The command was carried out.
    Accepted {
        /// Who sent it.
        participant: ParticipantId,
        /// The sender's number for it.
        command: u32,
    },
    /// The command was refused and changed nothing.
    Refused {
        /// Who sent it.
        participant: ParticipantId,
        /// The sender's number for it.
        command: u32,
        /// Why.
        reason: Refusal,
    },
    /// This person could not be let in.
    NotAdmitted {
        /// Who.
        participant: ParticipantId,
        /// Why.
        reason: Refusal,
    },
    /// It is over. The last output there ever is, but for refusals.
    End(EndReason),
}

/// A limit that is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// The maximum duration.
    MaxDuration,
    /// Nobody does anything.
    Idle,
    /// Stop was pressed and nothing chosen.
    StopUnanswered,
}

impl Warning {
    /// The stable CamelCase name, as in `LiveState.warning`.
    pub const fn reason(self) -> &'static str {
        match self {
            Warning::MaxDuration => "MaxDuration",
            Warning::Idle => "Idle",
            Warning::StopUnanswered => "StopUnanswered",
        }
    }
}

/// What a deadline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The end user has not chosen after Stop.
    StopChoice,
    /// The end user's link has been down too long.
    EndUserGrace,
    /// Another participant's link has been down too long.
    ParticipantGrace,
    /// Warn: idle.
    IdleWarning,
    /// Idle too long.
    Idle,
    /// Warn: maximum duration.
    MaxDurationWarning,
    /// The maximum duration.
    MaxDuration,
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The session is over.
    #[error("the session has ended")]
    Ended,
    /// Not one of the session.
    #[error("not a participant")]
    NotParticipant,
    /// The role never may.
    #[error("not allowed for this role")]
    NotAllowed,
    /// The end user has not allowed it.
    #[error("the end user has not allowed it")]
    NotPermitted,
    /// The end user pressed Stop, or an administrator holds the session.
    #[error("the session is stopped")]
    Paused,
    /// The end user's link is down.
    #[error("the end user is away")]
    EndUserAway,
    /// Somebody else holds control.
    #[error("somebody else holds control")]
    ControlHeld,
    /// The participant named is none, or cannot have it.
    #[error("no such participant")]
    UnknownParticipant,
    /// Too many participants.
    #[error("the session is full")]
    SessionFull,
    /// The session cannot be made any longer.
    #[error("the session cannot be extended further")]
    LimitReached,
}

impl Refusal {
    /// The stable CamelCase reason, as in `CommandResult.reason`.
    pub const fn reason(self) -> &'static str {
        match self {
            Refusal::Ended => "Ended",
            Refusal::NotParticipant => "NotParticipant",
            Refusal::NotAllowed => "NotAllowed",
            Refusal::NotPermitted => "NotPermitted",
            Refusal::Paused => "Paused",
            Refusal::EndUserAway => "EndUserAway",
            Refusal::ControlHeld => "ControlHeld",
            Refusal::UnknownParticipant => "UnknownParticipant",
            Refusal::SessionFull => "SessionFull",
            Refusal::LimitReached => "LimitReached",
        }
    }
}
