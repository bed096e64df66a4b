//! Why a call is refused, as people's programs see it. `status` makes gRPC errors of it.

use std::time::Duration;

/// A refusal with a stable reason. Messages are for developers; consoles show their own text for the reason.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody is signed in, or the token is not known any more.
    #[error("sign in first")]
    Unauthenticated,
    /// Wrong address or password. Which of them is not told.
    #[error("the address or the password is wrong")]
    SignInFailed,
    /// The caller may not do this.
    #[error("not allowed for this caller")]
    PermissionDenied,
    /// The call has no entry in the permission table.
    #[error("no such call")]
    UnknownMethod,
    /// A field is malformed or too long.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field, as in the contract.
        field: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The bytes are no message of the contract: cut short, no protobuf, or none at all.
    #[error("the bytes are no message of this call")]
    Malformed,
    /// The message is larger than any of the contract.
    #[error("the message is too large")]
    TooLarge,
    /// The message is compressed in a way that is not understood.
    #[error("messages must not be compressed")]
    UnknownEncoding,
    /// The tenant has no such account.
    #[error("no such account")]
    AccountNotFound,
    /// Another account has this address.
    #[error("this address is taken")]
    EmailTaken,
    /// No tenant supports this site.
    #[error("this site is not supported")]
    SiteNotSupported,
    /// The session does not exist, or not for this caller.
    #[error("no such session")]
    SessionNotFound,
    /// No such person in the session, or nobody of that name waits.
    #[error("no such participant")]
    ParticipantNotFound,
    /// The PIN does not admit: wrong, expired, used, or of another company. Which of them is not told.
    #[error("this PIN does not admit")]
    PinInvalid,
    /// The PIN was tried too often.
    #[error("too many wrong PINs")]
    PinLocked(Duration),
    /// The invitation does not admit.
    #[error("this invitation does not admit")]
    InvitationInvalid,
    /// The ticket is wrong, used or expired.
    #[error("this ticket does not open a stream")]
    TicketInvalid,
    /// The session is not in the phase for this. The rule that says so, CamelCase.
    #[error("not possible now: {0}")]
    WrongPhase(&'static str),
    /// The session has had all it may have of something. The rule that says so, CamelCase.
    #[error("no more of it: {0}")]
    LimitReached(&'static str),
    /// The end user said no, or nothing in time, or the caller has left.
    #[error("the end user did not allow it")]
    Denied,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The browser is not there yet.
    #[error("the browser is not ready")]
    NotReady,
    /// The pod refused a command.
    #[error("the session refused: {0}")]
    CommandRefused(String),
    /// The pod does not answer.
    #[error("the browser does not answer")]
    PodUnreachable,
    /// No room for another session.
    #[error("no capacity")]
    NoCapacity,
    /// Too often.
    #[error("too many calls")]
    RateLimited(Duration),
    /// Too many PINs wait: of this address, site or tenant.
    #[error("too many sessions wait for an agent")]
    TooManyWaiting,
    /// Others changed the same session all the time.
    #[error("the session was being changed")]
    Conflict,
    /// The store is full or does not answer.
    #[error("the store does not answer")]
    StoreUnavailable,
    /// A rule that should hold does not. The log has the rest.
    #[error("an error of ours")]
    Internal,
    /// This replica is going down.
    #[error("this replica is going down")]
    Draining,
}

impl Refusal {
    /// The stable reason: CamelCase, in ErrorInfo, logs and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "Unauthenticated",
            Self::SignInFailed => "SignInFailed",
            Self::PermissionDenied => "PermissionDenied",
            Self::UnknownMethod => "UnknownMethod",
            Self::Invalid { .. } => "Invalid",
            Self::Malformed => "Malformed",
            Self::TooLarge => "TooLarge",
            Self::UnknownEncoding => "UnknownEncoding",
            Self::AccountNotFound => "AccountNotFound",
            Self::EmailTaken => "EmailTaken",
            Self::SiteNotSupported => "SiteNotSupported",
            Self::SessionNotFound => "SessionNotFound",
            Self::ParticipantNotFound => "ParticipantNotFound",
            Self::PinInvalid => "PinInvalid",
            Self::PinLocked(_) => "PinLocked",
            Self::InvitationInvalid => "InvitationInvalid",
            Self::TicketInvalid => "TicketInvalid",
            Self::WrongPhase(_) => "WrongPhase",
            Self::LimitReached(_) => "LimitReached",
            Self::Denied => "Denied",
            Self::SessionEnded => "SessionEnded",
            Self::NotReady => "NotReady",
            Self::CommandRefused(_) => "CommandRefused",
            Self::PodUnreachable => "PodUnreachable",
            Self::NoCapacity => "NoCapacity",
            Self::RateLimited(_) => "RateLimited",
            Self::TooManyWaiting => "TooManyWaiting",
            Self::Conflict => "Conflict",
            Self::StoreUnavailable => "StoreUnavailable",
            Self::Internal => "Internal",
            Self::Draining => "Draining",
        }
    }

    /// A malformed field.
    pub fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}

impl From<crate::store::Error> for Refusal {
    fn from(error: crate::store::Error) -> Self {
        use crate::store::Error;
        match error {
            Error::Absent => Self::SessionNotFound,
            Error::Conflict => Self::Conflict,
            _ => {
                tracing::error!(error = %crate::chain(&error), "the store failed");
                Self::StoreUnavailable
            }
        }
    }
}
