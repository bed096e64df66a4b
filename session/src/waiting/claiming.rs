//! The making of the browser: one replica at a time, and another when it falls silent.

use super::change::Change;
use super::event::{Effect, Refusal};
use super::limits::{CLAIM_FAILURES_MAX, CLAIM_LEASE, TEXT_BYTES_MAX};
use super::row::{Claim, Stage};
use crate::id::{ParticipantId, ReplicaId};
use crate::participant::{EndReason, Role};

impl Change {
    pub(super) fn claim_started(&mut self, by: ReplicaId) -> Result<(), Refusal> {
        self.require_starting()?;
        let free = match &self.row.claim {
            Claim::None => return Err(Refusal::NotWanted),
            Claim::Wanted { .. } => true,
            Claim::Claiming { by: holder, at } => *holder == by || self.now >= *at + CLAIM_LEASE,
            Claim::Bound { .. } => false,
        };
        if !free {
            return Err(Refusal::ClaimHeld);
        }
        self.row.claim = Claim::Claiming { by, at: self.now };
        Ok(())
    }

    pub(super) fn claim_bound(&mut self, by: ReplicaId, pod: String) -> Result<(), Refusal> {
        self.require_starting()?;
        let pod = cut(pod);
        match &self.row.claim {
            Claim::Claiming { by: holder, .. } if *holder == by => {}
            Claim::Bound { by: holder, pod: bound } if *holder == by && *bound == pod => return Ok(()),
            Claim::None | Claim::Wanted { .. } => return Err(Refusal::NotWanted),
            Claim::Claiming { .. } | Claim::Bound { .. } => return Err(Refusal::ClaimHeld),
        }
        self.row.claim = Claim::Bound { by, pod };
        // Somebody may have been allowed since the pod was told who is in.
        self.effects.extend(self.agents_in().into_iter().map(Effect::Admit));
        Ok(())
    }

    pub(super) fn claim_failed(&mut self, by: &ReplicaId, failure: String) -> Result<(), Refusal> {
        self.require_starting()?;
        match &self.row.claim {
            Claim::Claiming { by: holder, .. } | Claim::Bound { by: holder, .. } if holder == by => {}
            Claim::None | Claim::Wanted { .. } => return Err(Refusal::NotWanted),
            Claim::Claiming { .. } | Claim::Bound { .. } => return Err(Refusal::ClaimHeld),
        }
        self.row.failure = Some(cut(failure));
        self.row.claim_failures += 1;
        // Tickets for the browser that failed open nothing.
        self.row.tickets.clear();
        self.row.claim = Claim::Wanted { since: self.now };
        if self.row.claim_failures >= CLAIM_FAILURES_MAX {
            self.end(EndReason::NoCapacity);
        }
        Ok(())
    }

    /// Of several that try, the first has it: afterwards it is no more `from`'s.
    pub(super) fn taken_over(&mut self, from: &ReplicaId, by: ReplicaId) -> Result<(), Refusal> {
        self.row.claim = match &self.row.claim {
            Claim::Claiming { by: holder, .. } if holder == from => Claim::Claiming { by, at: self.now },
            Claim::Bound { by: holder, pod } if holder == from => Claim::Bound { by, pod: pod.clone() },
            Claim::None | Claim::Wanted { .. } => return Err(Refusal::NotWanted),
            Claim::Claiming { .. } | Claim::Bound { .. } => return Err(Refusal::ClaimHeld),
        };
        Ok(())
    }

    fn require_starting(&self) -> Result<(), Refusal> {
        if self.row.stage == Stage::Starting { Ok(()) } else { Err(Refusal::NotWanted) }
    }

    fn agents_in(&self) -> Vec<ParticipantId> {
        let others = self.row.allowed().filter(|person| person.participant.role != Role::EndUser);
        others.map(|person| person.participant.id.clone()).collect()
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    text
}
