//! What can happen to a row, what then has to be done, and why something is refused.

use thiserror::Error;

use super::row::Row;
use crate::id::{AccountId, ParticipantId, ReplicaId, TenantId};
use crate::participant::{EndReason, Participant, Permissions, PersonName, Role};
use crate::pin::PinHash;
use crate::secret::SecretHash;
use crate::time::Timestamp;

/// Something that happened, or that somebody asks for. Whoever is named in `by` was authenticated by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An account entered the PIN that the store found this row by.
    PinEntered {
        /// The account's tenant, from its `TenantScope`.
        tenant: TenantId,
        /// Which account.
        account: AccountId,
        /// A fresh id for this person.
        participant: ParticipantId,
        /// What the end user will read.
        name: PersonName,
        /// What the end user will read.
        company: PersonName,
        /// Hash of what was typed.
        pin: PinHash,
    },
    /// A place is free and it is this session's turn.
    PlaceFreed,
    /// The end user wants another PIN.
    RenewPin {
        /// The end user.
        by: ParticipantId,
        /// Hash of the new PIN.
        pin: PinHash,
    },
    /// The end user lets somebody in.
    Allow {
        /// The end user.
        by: ParticipantId,
        /// Who waits.
        participant: ParticipantId,
        /// What is allowed, cut to the person's role. Must have `view`.
        permissions: Permissions,
    },
    /// The end user turns somebody away.
    Deny {
        /// The end user.
        by: ParticipantId,
        /// Who waits.
        participant: ParticipantId,
    },
    /// The end user or an allowed agent wants one more person.
    Invite {
        /// Who invites.
        by: ParticipantId,
        /// Agent or observer.
        role: Role,
        /// Hash of the invitation's secret.
        hash: SecretHash,
    },
    /// An account of the tenant invites somebody to a session made by hand, the end user among them, while that one has not
    /// come.
    InviteFirst {
        /// The account's tenant, from its `TenantScope`.
        tenant: TenantId,
        /// Anybody but a recorder.
        role: Role,
        /// Hash of the invitation's secret.
        hash: SecretHash,
    },
    /// The end user of a session made by hand comes, by an invitation. From then on it is a session like any other.
    TakeSeat {
        /// Hash of the invitation's secret.
        hash: SecretHash,
        /// Hash of the end user's bearer token, `Purpose::EndUser`.
        token: SecretHash,
    },
    /// An account accepts an invitation, and then waits for Allow.
    AcceptInvitation {
        /// The account's tenant, from its `TenantScope`.
        tenant: TenantId,
        /// Which account.
        account: AccountId,
        /// A fresh id for this person.
        participant: ParticipantId,
        /// What the end user will read.
        name: PersonName,
        /// What the end user will read.
        company: PersonName,
        /// Hash of the secret presented.
        hash: SecretHash,
    },
    /// Somebody who is in wants to open the live stream.
    CreateTicket {
        /// Who.
        by: ParticipantId,
        /// Hash of the ticket's secret.
        hash: SecretHash,
    },
    /// Somebody presents a ticket.
    SpendTicket {
        /// Hash of the secret presented.
        hash: SecretHash,
    },
    /// A replica wants to make the browser, or goes on with it.
    ClaimStarted {
        /// Which replica.
        by: ReplicaId,
    },
    /// The browser is there and knows its session. Not loaded yet. Refused means: end that browser, it is not wanted.
    ClaimBound {
        /// Which replica.
        by: ReplicaId,
        /// Where it is.
        pod: String,
    },
    /// The browser could not be made, or not loaded. What it said last of its `Roster` comes before this, so that the next
    /// one begins with the same permissions.
    ClaimFailed {
        /// Which replica.
        by: ReplicaId,
        /// CamelCase reason.
        failure: String,
    },
    /// A replica died or went, and another goes on with the browser that it made or was making.
    TakenOver {
        /// Who had it.
        from: ReplicaId,
        /// Who has it now.
        by: ReplicaId,
    },
    /// The pod says that the page is there.
    WentLive {
        /// When the session ends by its maximum duration.
        expires_at: Timestamp,
    },
    /// The pod says that the maximum duration was moved.
    Extended {
        /// When the session ends by its maximum duration.
        expires_at: Timestamp,
    },
    /// The end user pressed Stop: the notice to all replicas. Also from the pod.
    Paused {
        /// The pod's count. For the end user's own call, before the pod has answered, what that count will be: the last one
        /// the caller saw, and one more unless the session was paused then. None when the caller saw none. The caller then
        /// goes on until the pod has paused too.
        epoch: Option<u32>,
    },
    /// The pod says that the end user continued.
    Resumed {
        /// The pod's count of pauses.
        epoch: u32,
    },
    /// The pod says who is in, and with what permissions.
    Roster {
        /// Everybody, the end user included.
        participants: Vec<Participant>,
    },
    /// A participant ends the session for all.
    End {
        /// The end user, or an allowed agent.
        by: ParticipantId,
    },
    /// The session ended for another reason: the pod says so, it was lost, an administrator, a suspended tenant.
    Ended {
        /// Why.
        reason: EndReason,
    },
    /// Time has passed: what is due by [`super::next_deadline`] happens.
    Deadline,
}

impl Event {
    /// The stable CamelCase name, for the audit table.
    pub const fn name(&self) -> &'static str {
        match self {
            Event::PinEntered { .. } => "PinEntered",
            Event::PlaceFreed => "PlaceFreed",
            Event::RenewPin { .. } => "PinRenewed",
            Event::Allow { .. } => "Allowed",
            Event::Deny { .. } => "Denied",
            Event::Invite { .. } => "Invited",
            Event::InviteFirst { .. } => "InvitedFirst",
            Event::TakeSeat { .. } => "SeatTaken",
            Event::AcceptInvitation { .. } => "InvitationAccepted",
            Event::CreateTicket { .. } => "TicketCreated",
            Event::SpendTicket { .. } => "TicketSpent",
            Event::ClaimStarted { .. } => "ClaimStarted",
            Event::ClaimBound { .. } => "ClaimBound",
            Event::ClaimFailed { .. } => "ClaimFailed",
            Event::TakenOver { .. } => "TakenOver",
            Event::WentLive { .. } => "WentLive",
            Event::Extended { .. } => "Extended",
            Event::Paused { .. } => "Paused",
            Event::Resumed { .. } => "Resumed",
            Event::Roster { .. } => "Roster",
            Event::End { .. } => "EndAsked",
            Event::Ended { .. } => "Ended",
            Event::Deadline => "Deadline",
        }
    }
}

/// The row to write, and what to do once it is written. When `row.version` is what it was, there is nothing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The new row.
    pub row: Row,
    /// To do after the commit, in order.
    pub effects: Vec<Effect>,
}

/// What has to be done after the commit. Each may be done twice without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Tell everybody who watches, on all replicas.
    Notify,
    /// Make a browser: the first replica whose `ClaimStarted` is accepted does.
    Claim,
    /// Tell the bound pod about this participant.
    Admit(ParticipantId),
    /// Open the live stream for this participant.
    Attach(ParticipantId),
    /// Show nothing to all but the end user, at once.
    Blank {
        /// Pictures of earlier epochs are dropped.
        epoch: u32,
    },
    /// End the bound pod, and close all streams.
    EndPod(EndReason),
}

/// Why something is refused. Nothing was changed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The session is over.
    #[error("the session has ended")]
    Ended,
    /// Another tenant's session, or another PIN's. Told apart from no session at all by nobody.
    #[error("no such session")]
    NotFound,
    /// The PIN's life has run out.
    #[error("the PIN has expired")]
    PinExpired,
    /// The PIN let somebody knock before.
    #[error("the PIN has been used")]
    PinUsed,
    /// No more PINs for this session.
    #[error("the session has had all its PINs")]
    PinLimit,
    /// Somebody was allowed already, so there is nothing to do with a PIN.
    #[error("somebody has joined already")]
    AlreadyJoined,
    /// This account waits or is in already.
    #[error("this account is in the session already")]
    AlreadyIn,
    /// The id is not fresh.
    #[error("the participant id is taken")]
    IdTaken,
    /// Too many participants.
    #[error("the session is full")]
    SessionFull,
    /// No such participant, or not an allowed one.
    #[error("no such participant")]
    UnknownParticipant,
    /// The role does not allow it.
    #[error("not allowed")]
    NotAllowed,
    /// The person does not wait for Allow.
    #[error("this person does not wait for an answer")]
    NotAsked,
    /// Allow without `view`.
    #[error("nothing was allowed")]
    NothingAllowed,
    /// No such invitation, or it was used.
    #[error("no such invitation")]
    InvitationInvalid,
    /// Its life has run out.
    #[error("the invitation has expired")]
    InvitationExpired,
    /// Too many invitations.
    #[error("the session has had all its invitations")]
    InvitationLimit,
    /// No such ticket, or it was spent.
    #[error("no such ticket")]
    TicketInvalid,
    /// Its life has run out.
    #[error("the ticket has expired")]
    TicketExpired,
    /// Too many tickets wait to be spent.
    #[error("too many tickets are open")]
    TicketLimit,
    /// There is no browser yet.
    #[error("the browser is not ready")]
    NotReady,
    /// No browser is wanted.
    #[error("no browser is wanted")]
    NotWanted,
    /// Another replica makes the browser, or made it.
    #[error("another replica makes the browser")]
    ClaimHeld,
}

impl Refusal {
    /// The stable CamelCase reason, for error details and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Refusal::Ended => "Ended",
            Refusal::NotFound => "NotFound",
            Refusal::PinExpired => "PinExpired",
            Refusal::PinUsed => "PinUsed",
            Refusal::PinLimit => "PinLimit",
            Refusal::AlreadyJoined => "AlreadyJoined",
            Refusal::AlreadyIn => "AlreadyIn",
            Refusal::IdTaken => "IdTaken",
            Refusal::SessionFull => "SessionFull",
            Refusal::UnknownParticipant => "UnknownParticipant",
            Refusal::NotAllowed => "NotAllowed",
            Refusal::NotAsked => "NotAsked",
            Refusal::NothingAllowed => "NothingAllowed",
            Refusal::InvitationInvalid => "InvitationInvalid",
            Refusal::InvitationExpired => "InvitationExpired",
            Refusal::InvitationLimit => "InvitationLimit",
            Refusal::TicketInvalid => "TicketInvalid",
            Refusal::TicketExpired => "TicketExpired",
            Refusal::TicketLimit => "TicketLimit",
            Refusal::NotReady => "NotReady",
            Refusal::NotWanted => "NotWanted",
            Refusal::ClaimHeld => "ClaimHeld",
        }
    }
}
