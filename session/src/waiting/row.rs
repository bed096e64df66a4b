//! The row: everything the rules keep about one session. All fields are plain, so that a store can write them down.

use crate::id::{AccountId, ParticipantId, ReplicaId, SessionId, TenantId};
use crate::participant::{EndReason, Participant, Role};
use crate::pin::PinHash;
use crate::policy::WaitingPolicy;
use crate::secret::SecretHash;
use crate::time::Timestamp;

/// One session. Its fields are changed by `decide` alone; a store writes and reads them as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The session's id, also its name in the cluster.
    pub id: SessionId,
    /// Whose session it is.
    pub tenant: TenantId,
    /// Rises by one with every change. A store writes only over the version it read.
    pub version: u64,
    /// The limits this session was started with.
    pub policy: WaitingPolicy,
    /// How far it is.
    pub stage: Stage,
    /// True from Stop until Continue.
    pub paused: bool,
    /// How often it was paused, the pod's count or more.
    pub pause_epoch: u32,
    /// When the present pause began.
    pub paused_at: Option<Timestamp>,
    /// The PIN in force.
    pub pin: Pin,
    /// PINs shown so far, the one in force included.
    pub pins_made: u32,
    /// Hash of the end user's bearer token, `Purpose::EndUser`.
    pub end_user_token: SecretHash,
    /// Nobody has that token: the session was made by hand, and its end user comes by an invitation.
    pub awaits_end_user: bool,
    /// Everybody who ever knocked, the end user first.
    pub people: Vec<Person>,
    /// Invitations that were not yet accepted.
    pub invitations: Vec<Invitation>,
    /// Invitations made so far.
    pub invitations_made: u32,
    /// Tickets that were not yet spent.
    pub tickets: Vec<Ticket>,
    /// How far the making of the browser is.
    pub claim: Claim,
    /// Browsers that failed to be made.
    pub claim_failures: u32,
    /// When the end user started it.
    pub created_at: Timestamp,
    /// Since when it holds a place.
    pub placed_at: Option<Timestamp>,
    /// When somebody was first allowed.
    pub allowed_at: Option<Timestamp>,
    /// When the page was first there.
    pub live_at: Option<Timestamp>,
    /// When it ends by its maximum duration, as the pod says. Set while live.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended. The first reason stays.
    pub end_reason: Option<EndReason>,
    /// Why the last browser could not be made, CamelCase; none once the page is there.
    pub failure: Option<String>,
}

/// How far a session is. Knocking and paused are seen in other fields; [`Row::phase`] puts them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// All places are taken: there is no PIN yet.
    Queued,
    /// Nobody was allowed yet.
    Waiting,
    /// Somebody was allowed and the browser is being made.
    Starting,
    /// The page is there.
    Live,
    /// Over, for ever.
    Ended,
}

/// Where a session is in its life, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// All places are taken: there is no PIN yet.
    Queued,
    /// The PIN is shown, nobody joined.
    Waiting,
    /// Somebody entered the PIN and waits for Allow.
    Knocking,
    /// Somebody was allowed and the browser is being made.
    Starting,
    /// The page is there.
    Live,
    /// The end user pressed Stop.
    Paused,
    /// Over.
    Ended,
}

/// The PIN in force, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Hash with the tenant's name in it. The store finds the row by it.
    pub hash: PinHash,
    /// From then on it admits nobody.
    pub expires_at: Timestamp,
    /// It let one person knock, so it admits nobody more.
    pub used: bool,
}

/// One person of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who, with the permissions that the end user allowed.
    pub participant: Participant,
    /// The account, for everybody but the end user.
    pub account: Option<AccountId>,
    /// What the end user said to this person.
    pub consent: Consent,
    /// Since when that is so.
    pub since: Timestamp,
    /// True once the pod has named this person as one of the session's.
    pub in_pod: bool,
}

/// What the end user said to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Nothing yet.
    Asked,
    /// Allow. The end user's own entry too.
    Allowed,
    /// No.
    Denied,
    /// Nothing in time.
    Unanswered,
    /// Was allowed, and has left.
    Left,
}

/// A one-use invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Hash of its secret, `Purpose::Invitation`.
    pub hash: SecretHash,
    /// What the person will be.
    pub role: Role,
    /// From then on it admits nobody.
    pub expires_at: Timestamp,
}

/// A one-use ticket for one live stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Hash of its secret, `Purpose::Ticket`.
    pub hash: SecretHash,
    /// Who may attach with it.
    pub participant: ParticipantId,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

/// How far the making of the browser is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody was allowed yet.
    None,
    /// Some replica should make one.
    Wanted {
        /// Since when, or when replicas were last told.
        since: Timestamp,
    },
    /// A replica is making one. When its lease runs out another may.
    Claiming {
        /// Which replica.
        by: ReplicaId,
        /// When it last said so.
        at: Timestamp,
    },
    /// There is one.
    Bound {
        /// Which replica made it.
        by: ReplicaId,
        /// Where it is, in words that only session-api reads.
        pod: String,
    },
}

/// What is needed to start a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// A fresh id.
    pub id: SessionId,
    /// The tenant that owns the start page's site.
    pub tenant: TenantId,
    /// The tenant's limits.
    pub policy: WaitingPolicy,
    /// A fresh id for the end user.
    pub end_user: ParticipantId,
    /// How others see the end user, for example "Customer".
    pub end_user_name: crate::participant::PersonName,
    /// Hash of the end user's token, `Purpose::EndUser`.
    pub end_user_token: SecretHash,
    /// Hash of the first PIN.
    pub pin: PinHash,
}

impl Row {
    /// A new session, waiting with its first PIN. Its version is 0: not written yet.
    pub fn start(new: NewSession, now: Timestamp) -> Row {
        let end_user = Participant {
            id: new.end_user,
            role: Role::EndUser,
            name: new.end_user_name,
            company: None,
            permissions: crate::participant::Permissions::ALL,
            connected: true,
        };
        let person =
            Person { participant: end_user, account: None, consent: Consent::Allowed, since: now, in_pod: false };
        Row {
            id: new.id,
            tenant: new.tenant,
            version: 0,
            policy: new.policy,
            stage: Stage::Waiting,
            paused: false,
            pause_epoch: 0,
            paused_at: None,
            pin: Pin { hash: new.pin, expires_at: now + new.policy.pin_life, used: false },
            pins_made: 1,
            end_user_token: new.end_user_token,
            awaits_end_user: false,
            people: vec![person],
            invitations: Vec::new(),
            invitations_made: 0,
            tickets: Vec::new(),
            claim: Claim::None,
            claim_failures: 0,
            created_at: now,
            placed_at: Some(now),
            allowed_at: None,
            live_at: None,
            expires_at: None,
            ended_at: None,
            end_reason: None,
            failure: None,
        }
    }

    /// A new session that queues for a place. The PIN that came with it is shown to nobody and admits nobody: the first one
    /// that does is made once it has its place.
    pub fn queue(new: NewSession, now: Timestamp) -> Row {
        let row = Row::start(new, now);
        let pin = Pin { used: true, expires_at: now, ..row.pin };
        Row { stage: Stage::Queued, pin, pins_made: 0, placed_at: None, ..row }
    }

    /// A session that somebody made by hand, on a cluster: its browser is there or comes, without PIN and Allow. The token and
    /// the PIN that came with it are nobody's.
    pub fn adopt(new: NewSession, now: Timestamp) -> Row {
        let row = Row::start(new, now);
        let pin = Pin { used: true, expires_at: now, ..row.pin };
        let (stage, claim, allowed_at) = (Stage::Starting, Claim::Wanted { since: now }, Some(now));
        Row { stage, claim, allowed_at, pin, pins_made: 0, awaits_end_user: true, ..row }
    }

    /// Where the session is, as people see it.
    pub fn phase(&self) -> Phase {
        match self.stage {
            Stage::Queued => Phase::Queued,
            Stage::Waiting if self.asked().next().is_some() => Phase::Knocking,
            Stage::Waiting => Phase::Waiting,
            Stage::Starting | Stage::Live if self.paused => Phase::Paused,
            Stage::Starting => Phase::Starting,
            Stage::Live => Phase::Live,
            Stage::Ended => Phase::Ended,
        }
    }

    /// The person with this id.
    pub fn person(&self, id: &ParticipantId) -> Option<&Person> {
        self.people.iter().find(|person| person.participant.id == *id)
    }

    /// The person of this account who waits or is in: one at most.
    pub fn person_of(&self, account: &AccountId) -> Option<&Person> {
        let there = |person: &&Person| matches!(person.consent, Consent::Asked | Consent::Allowed);
        self.people.iter().filter(there).find(|person| person.account.as_ref() == Some(account))
    }

    /// The end user's entry.
    pub fn end_user(&self) -> Option<&Person> {
        self.people.iter().find(|person| person.participant.role == Role::EndUser)
    }

    /// Those who wait for Allow.
    pub fn asked(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.consent == Consent::Asked)
    }

    /// Those who are in, the end user included: whom the pod is told about.
    pub fn allowed(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.consent == Consent::Allowed)
    }

    /// Whether the PIN would let somebody knock now: counts as live for the length rule.
    pub fn pin_is_live(&self, now: Timestamp) -> bool {
        self.stage == Stage::Waiting && !self.pin.used && now < self.pin.expires_at
    }
}
