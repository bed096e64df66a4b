//! The reference model of one session: what the end user said, and little else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cobrowse_session::pin::PinHash;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::{AccountId, ParticipantId, Permissions, Role, Timestamp};

pub(crate) struct ModelPin {
    pub(crate) hash: PinHash,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

pub(crate) struct ModelTicket {
    pub(crate) hash: SecretHash,
    pub(crate) of: ParticipantId,
    pub(crate) expires_at: Timestamp,
    pub(crate) spent: bool,
}

/// One session as the end user means it.
pub(crate) struct Model {
    /// All PINs ever given; the last one is in force.
    pub(crate) pins: Vec<ModelPin>,
    /// Everybody who knocked with a right.
    pub(crate) knocked: BTreeMap<ParticipantId, (AccountId, Role)>,
    /// What the end user last said to each who was allowed.
    pub(crate) permissions: BTreeMap<ParticipantId, Permissions>,
    pub(crate) tickets: Vec<ModelTicket>,
    /// In the pod, between Stop and Continue.
    pub(crate) paused: bool,
    /// In the pod, by an administrator.
    pub(crate) held: bool,
    pub(crate) holder: Option<ParticipantId>,
    pub(crate) in_pod: BTreeMap<ParticipantId, Role>,
    pub(crate) connected: BTreeSet<ParticipantId>,
    /// Removed by the pod: only a new knock and a new Allow bring that person back.
    pub(crate) left: BTreeSet<ParticipantId>,
    pub(crate) ended: bool,
}

impl Model {
    pub(crate) fn new(first: PinHash, now: Timestamp, life: Duration) -> Self {
        Self {
            pins: vec![ModelPin { hash: first, expires_at: now + life, used: false }],
            knocked: BTreeMap::new(),
            permissions: BTreeMap::new(),
            tickets: Vec::new(),
            paused: false,
            held: false,
            holder: None,
            in_pod: BTreeMap::new(),
            connected: BTreeSet::new(),
            left: BTreeSet::new(),
            ended: false,
        }
    }

    /// A knock with this PIN was accepted: it must have had the right to be.
    pub(crate) fn admit_knock(&mut self, pin: &PinHash, now: Timestamp) {
        let last = self.pins.last_mut().expect("a session has a PIN");
        assert!(last.hash == *pin, "a PIN that is not in force admitted");
        assert!(!last.used, "a used PIN admitted");
        assert!(now < last.expires_at, "an expired PIN admitted");
        last.used = true;
    }

    /// A ticket was spent: it must have had the right to be.
    pub(crate) fn spend(&mut self, hash: &SecretHash, of: &ParticipantId, now: Timestamp) {
        let ticket =
            self.tickets.iter_mut().find(|ticket| ticket.hash == *hash).expect("a ticket nobody made was spent");
        assert!(!ticket.spent, "a ticket was spent twice");
        assert!(now < ticket.expires_at, "an expired ticket was spent");
        assert_eq!(ticket.of, *of, "a ticket opened somebody else's stream");
        assert!(self.permissions.contains_key(of) || !self.knocked.contains_key(of), "a ticket of one not allowed");
        ticket.spent = true;
    }

    /// Forgets the pod, which is gone.
    pub(crate) fn lose_pod(&mut self) {
        self.paused = false;
        self.held = false;
        self.holder = None;
        self.in_pod.clear();
        self.connected.clear();
        self.left.clear();
        self.ended = false;
    }

    fn end_user_is_here(&self) -> bool {
        self.in_pod.iter().any(|(id, role)| *role == Role::EndUser && self.connected.contains(id))
    }

    fn said(&self, id: &ParticipantId) -> Permissions {
        self.permissions.get(id).copied().unwrap_or(Permissions::NONE)
    }

    /// Whether pictures should go to this person of the pod.
    pub(crate) fn sees(&self, id: &ParticipantId, role: Role) -> bool {
        let there = !self.ended && self.connected.contains(id);
        match role {
            Role::EndUser => there,
            _ => there && !self.paused && !self.held && self.end_user_is_here() && self.said(id).view,
        }
    }

    /// Whether this person's input should go to the page.
    pub(crate) fn acts(&self, id: &ParticipantId, role: Role) -> bool {
        let free = self.holder.as_ref().is_none_or(|holder| holder == id);
        match role {
            Role::EndUser => self.sees(id, role),
            Role::Agent => self.sees(id, role) && self.said(id).act && free,
            Role::Observer | Role::Recorder => false,
        }
    }
}
