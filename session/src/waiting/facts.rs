//! What the pod says about the live session, the notice of Stop, and the end.

use super::change::Change;
use super::event::{Effect, Refusal};
use super::limits::START_LIMIT;
use super::row::{Claim, Consent, Stage};
use crate::id::ParticipantId;
use crate::participant::{EndReason, Participant, Role};
use crate::policy::LONGEST_LIFE;
use crate::time::Timestamp;

impl Change {
    pub(super) fn went_live(&mut self, expires_at: Timestamp) -> Result<(), Refusal> {
        match self.row.stage {
            Stage::Starting if matches!(self.row.claim, Claim::Bound { .. }) => {
                self.row.stage = Stage::Live;
                self.row.live_at = Some(self.now);
                self.row.failure = None;
            }
            Stage::Live => {}
            Stage::Queued | Stage::Waiting | Stage::Starting | Stage::Ended => return Err(Refusal::NotReady),
        }
        self.extended(expires_at)
    }

    pub(super) fn extended(&mut self, expires_at: Timestamp) -> Result<(), Refusal> {
        if self.row.stage != Stage::Live {
            return Err(Refusal::NotReady);
        }
        // A pod that claims to live for ever is not believed.
        let latest = self.row.allowed_at.unwrap_or(self.row.created_at) + LONGEST_LIFE + START_LIMIT;
        self.row.expires_at = Some(expires_at.min(latest));
        Ok(())
    }

    pub(super) fn paused(&mut self, epoch: Option<u32>) -> Result<(), Refusal> {
        if !matches!(self.row.stage, Stage::Starting | Stage::Live) {
            return Err(Refusal::NotReady);
        }
        let next = epoch.unwrap_or_else(|| self.row.pause_epoch.saturating_add(u32::from(!self.row.paused)));
        // Each pause has an epoch of its own, so one that is not higher is an old word.
        if next > self.row.pause_epoch {
            self.row.pause_epoch = next;
            self.row.paused_at = self.row.paused_at.filter(|_| self.row.paused).or(Some(self.now));
            self.row.paused = true;
        }
        if self.row.paused {
            self.effects.push(Effect::Blank { epoch: self.row.pause_epoch });
        }
        Ok(())
    }

    pub(super) fn resumed(&mut self, epoch: u32) -> Result<(), Refusal> {
        // A word from before the present Stop must not undo it. A Stop that is over before the row heard of it still counts:
        // its notice, when that comes late, is a Stop of its own then, which the pod hears of and somebody can undo.
        if epoch >= self.row.pause_epoch {
            self.row.paused = false;
            self.row.paused_at = None;
            self.row.pause_epoch = epoch;
        }
        Ok(())
    }

    /// The pod is the only writer of permissions and links while live. It lets nobody in: who is not allowed stays out.
    pub(super) fn roster(&mut self, participants: &[Participant]) -> Result<(), Refusal> {
        let now = self.now;
        for person in self.row.people.iter_mut().filter(|person| person.consent == Consent::Allowed) {
            let role = person.participant.role;
            match participants.iter().find(|participant| participant.id == person.participant.id) {
                Some(seen) => {
                    person.in_pod = true;
                    person.participant.connected = seen.connected;
                    if role != Role::EndUser {
                        person.participant.permissions = seen.permissions.within(role);
                    }
                }
                None if person.in_pod && role != Role::EndUser => {
                    person.consent = Consent::Left;
                    person.since = now;
                    person.participant.connected = false;
                }
                None => {}
            }
        }
        Ok(())
    }

    pub(super) fn end_by(&mut self, by: &ParticipantId) -> Result<(), Refusal> {
        let reason = match self.insider(by)?.participant.role {
            Role::EndUser => EndReason::EndUser,
            Role::Agent => EndReason::Agent,
            Role::Observer | Role::Recorder => return Err(Refusal::NotAllowed),
        };
        self.end(reason);
        Ok(())
    }

    pub(super) fn end(&mut self, reason: EndReason) {
        if self.row.stage == Stage::Ended {
            return;
        }
        if matches!(self.row.claim, Claim::Claiming { .. } | Claim::Bound { .. }) {
            self.effects.push(Effect::EndPod(reason));
        }
        let now = self.now;
        for person in self.row.people.iter_mut().filter(|person| person.consent == Consent::Asked) {
            person.consent = Consent::Unanswered;
            person.since = now;
        }
        self.row.stage = Stage::Ended;
        self.row.ended_at = Some(now);
        self.row.end_reason = Some(reason);
        self.row.paused = false;
        self.row.paused_at = None;
        self.row.invitations.clear();
        self.row.tickets.clear();
    }
}
