//! Who is in the live session, whose link is up, and what each was last told.

use std::time::Duration;

use super::{Error, Refusal};
use crate::id::ParticipantId;
use crate::participant::{Participant, Permissions, Role};
use crate::policy::LivePolicy;
use crate::time::Timestamp;

/// Everybody let in over a session's life, those who left included: bounds what is remembered.
const EVER_MAX: usize = 64;

/// What a participant was last told it may.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rights {
    pub(super) sees: bool,
    pub(super) acts: bool,
}

#[derive(Clone, Debug)]
struct Link {
    away_since: Option<Timestamp>,
    told: Rights,
}

#[derive(Clone, Debug)]
pub(super) struct People {
    /// When the session began, until its end user is let in.
    awaited_since: Option<Timestamp>,
    people: Vec<(Participant, Link)>,
    /// Ids that left. They never come back: a late word of their Allow must not let them in again.
    left: Vec<ParticipantId>,
}

impl People {
    pub(super) fn new(now: Timestamp, policy: &LivePolicy, participants: Vec<Participant>) -> Result<Self, Error> {
        let end_users = participants.iter().filter(|p| p.role == Role::EndUser).count();
        if end_users != 1 && !participants.is_empty() {
            return Err(Error::EndUser);
        }
        let awaited_since = participants.is_empty().then_some(now);
        let mut people = Self { awaited_since, people: Vec::new(), left: Vec::new() };
        for participant in participants {
            if people.get(&participant.id).is_some() {
                return Err(Error::SameId);
            }
            people.people.push(entry(now, participant));
        }
        if people.persons() > limit(policy) {
            return Err(Error::TooMany);
        }
        Ok(people)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Participant> {
        self.people.iter().map(|(participant, _)| participant)
    }

    pub(super) fn get(&self, id: &ParticipantId) -> Option<&Participant> {
        self.iter().find(|participant| participant.id == *id)
    }

    pub(super) fn is_end_user(&self, id: &ParticipantId) -> bool {
        self.get(id).is_some_and(|participant| participant.role == Role::EndUser)
    }

    pub(super) fn end_user_is_here(&self) -> bool {
        self.iter().any(|participant| participant.role == Role::EndUser && participant.connected)
    }

    /// Lets a new person in. The end user comes once, and first where the session began with nobody.
    pub(super) fn admit(&mut self, now: Timestamp, policy: &LivePolicy, new: Participant) -> Result<(), Refusal> {
        match (new.role == Role::EndUser, self.awaited_since) {
            (true, None) => return Err(Refusal::NotAllowed),
            (false, Some(_)) => return Err(Refusal::EndUserAway),
            _ => {}
        }
        if self.left.contains(&new.id) {
            return Err(Refusal::NotParticipant);
        }
        if !new.permissions.within(new.role).view {
            return Err(Refusal::NotPermitted);
        }
        let full = new.role != Role::Recorder && self.persons() >= limit(policy);
        if full || self.people.len() + self.left.len() >= EVER_MAX {
            return Err(Refusal::SessionFull);
        }
        self.people.push(entry(now, new));
        self.awaited_since = None;
        Ok(())
    }

    /// A stream is open. True when it takes the place of one through which keys may be held.
    pub(super) fn attach(&mut self, id: &ParticipantId) -> bool {
        let Some((participant, link)) = self.find(id) else { return false };
        participant.connected = true;
        link.away_since = None;
        let held = link.told.acts;
        // The new stream was told nothing yet.
        link.told = Rights::default();
        held
    }

    /// The last stream is closed. False when none was open.
    pub(super) fn detach(&mut self, id: &ParticipantId, now: Timestamp) -> bool {
        let Some((participant, link)) = self.find(id).filter(|(participant, _)| participant.connected) else {
            return false;
        };
        participant.connected = false;
        link.away_since = Some(now);
        true
    }

    /// Sets what somebody may do. False when there is nobody whose permissions can be set.
    pub(super) fn permit(&mut self, id: &ParticipantId, permissions: Permissions) -> bool {
        match self.find(id) {
            Some((participant, _)) if matches!(participant.role, Role::Agent | Role::Observer) => {
                participant.permissions = permissions.within(participant.role);
                true
            }
            _ => false,
        }
    }

    /// Takes out whoever but the end user has been away since `moment` or before, and tells who.
    pub(super) fn remove_away(&mut self, moment: Timestamp) -> Vec<ParticipantId> {
        let (gone, here) = std::mem::take(&mut self.people).into_iter().partition(|(participant, link)| {
            participant.role != Role::EndUser && link.away_since.is_some_and(|since| since <= moment)
        });
        self.people = here;
        let gone: Vec<ParticipantId> = Vec::into_iter(gone).map(|(participant, _)| participant.id).collect();
        self.left.extend(gone.iter().cloned());
        gone
    }

    /// When the end user's grace, and the first other's, run out. One who was not let in yet is away like one whose link is
    /// down.
    pub(super) fn grace_ends(&self, grace: Duration) -> (Option<Timestamp>, Option<Timestamp>) {
        let first = |end_user: bool| {
            let people = self.people.iter().filter(|(participant, _)| (participant.role == Role::EndUser) == end_user);
            people.filter_map(|(_, link)| link.away_since).min().map(|since| since + grace)
        };
        (self.awaited_since.map(|since| since + grace).or_else(|| first(true)), first(false))
    }

    /// Notes what somebody is told now, and gives what was told before.
    pub(super) fn replace_rights(&mut self, id: &ParticipantId, sees: bool, acts: bool) -> Rights {
        match self.find(id) {
            Some((_, link)) => std::mem::replace(&mut link.told, Rights { sees, acts }),
            None => Rights::default(),
        }
    }

    fn find(&mut self, id: &ParticipantId) -> Option<(&mut Participant, &mut Link)> {
        self.people.iter_mut().find(|(participant, _)| participant.id == *id).map(|(p, l)| (p, l))
    }

    fn persons(&self) -> usize {
        self.iter().filter(|participant| participant.role != Role::Recorder).count()
    }
}

fn limit(policy: &LivePolicy) -> usize {
    usize::try_from(policy.max_participants).unwrap_or(usize::MAX)
}

fn entry(now: Timestamp, mut participant: Participant) -> (Participant, Link) {
    participant.permissions = match participant.role {
        Role::EndUser => Permissions::ALL,
        role => participant.permissions.within(role),
    };
    participant.connected = false;
    (participant, Link { away_since: Some(now), told: Rights::default() })
}
