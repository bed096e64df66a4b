//! How a person comes in: PIN or invitation, then Allow.

use super::change::Change;
use super::event::{Effect, Refusal};
use super::limits::{INVITATION_LIFE, INVITATIONS_MAX, PINS_MAX};
use super::row::{Claim, Consent, Invitation, Person, Pin, Stage};
use crate::id::{AccountId, ParticipantId};
use crate::participant::{EndReason, Participant, Permissions, PersonName, Role};
use crate::pin::PinHash;
use crate::secret::SecretHash;

impl Change {
    pub(super) fn enter_pin(
        &mut self,
        account: AccountId,
        id: ParticipantId,
        name: PersonName,
        company: PersonName,
    ) -> Result<(), Refusal> {
        self.check_newcomer(&account, &id)?;
        if self.row.pin.used {
            return Err(Refusal::PinUsed);
        }
        if self.now >= self.row.pin.expires_at {
            return Err(Refusal::PinExpired);
        }
        if self.row.stage != Stage::Waiting {
            return Err(Refusal::AlreadyJoined);
        }
        self.check_room()?;
        self.row.pin.used = true;
        self.knock(account, id, Role::Agent, name, company);
        Ok(())
    }

    /// Idempotent: who has a place keeps it.
    pub(super) fn place_freed(&mut self) -> Result<(), Refusal> {
        if self.row.stage == Stage::Queued {
            self.row.stage = Stage::Waiting;
            self.row.placed_at = Some(self.now);
        }
        Ok(())
    }

    pub(super) fn renew_pin(&mut self, by: &ParticipantId, hash: PinHash) -> Result<(), Refusal> {
        self.require_end_user(by)?;
        match self.row.stage {
            Stage::Queued => return Err(Refusal::NotReady),
            Stage::Waiting => {}
            Stage::Starting | Stage::Live | Stage::Ended => return Err(Refusal::AlreadyJoined),
        }
        if self.row.pins_made >= PINS_MAX {
            return Err(Refusal::PinLimit);
        }
        self.row.pins_made += 1;
        self.row.pin = Pin { hash, expires_at: self.now + self.row.policy.pin_life, used: false };
        Ok(())
    }

    pub(super) fn allow(
        &mut self,
        by: &ParticipantId,
        id: &ParticipantId,
        permissions: Permissions,
    ) -> Result<(), Refusal> {
        self.require_end_user(by)?;
        let now = self.now;
        let person = self.person_mut(id)?;
        let permissions = permissions.within(person.participant.role);
        match person.consent {
            Consent::Asked if !permissions.view => return Err(Refusal::NothingAllowed),
            Consent::Asked => {
                person.consent = Consent::Allowed;
                person.since = now;
                person.participant.permissions = permissions;
            }
            // The same word again. What is allowed by now is the pod's matter.
            Consent::Allowed if person.participant.role != Role::EndUser => {}
            Consent::Allowed | Consent::Denied | Consent::Unanswered | Consent::Left => return Err(Refusal::NotAsked),
        }
        self.let_in(id.clone());
        Ok(())
    }

    fn let_in(&mut self, id: ParticipantId) {
        if self.row.stage == Stage::Waiting {
            self.row.stage = Stage::Starting;
            self.row.allowed_at = Some(self.now);
            self.row.claim = Claim::Wanted { since: self.now };
            self.effects.push(Effect::Claim);
        } else if matches!(self.row.claim, Claim::Bound { .. }) {
            self.effects.push(Effect::Admit(id));
        }
    }

    pub(super) fn deny(&mut self, by: &ParticipantId, id: &ParticipantId) -> Result<(), Refusal> {
        self.require_end_user(by)?;
        let now = self.now;
        let person = self.person_mut(id)?;
        match person.consent {
            Consent::Denied => return Ok(()),
            Consent::Asked => {
                person.consent = Consent::Denied;
                person.since = now;
            }
            Consent::Allowed | Consent::Unanswered | Consent::Left => return Err(Refusal::NotAsked),
        }
        self.end_if_locked();
        Ok(())
    }

    /// Without a PIN that admits, one who waits, or a PIN to come, nobody can ever join.
    pub(super) fn end_if_locked(&mut self) {
        let row = &self.row;
        let hopeless = row.pin.used && row.pins_made >= PINS_MAX && row.asked().next().is_none();
        if row.stage == Stage::Waiting && hopeless {
            self.end(EndReason::PinLocked);
        }
    }

    pub(super) fn invite(&mut self, by: &ParticipantId, role: Role, hash: SecretHash) -> Result<(), Refusal> {
        let inviter = self.insider(by)?.participant.role;
        let may_invite = matches!(inviter, Role::EndUser | Role::Agent);
        if !may_invite || !matches!(role, Role::Agent | Role::Observer) {
            return Err(Refusal::NotAllowed);
        }
        // An invitation leads past the PIN, and must not lead past the queue.
        if self.row.stage == Stage::Queued {
            return Err(Refusal::NotReady);
        }
        self.add_invitation(role, hash)
    }

    /// Nobody is in who could invite: somebody of the tenant does.
    pub(super) fn invite_first(&mut self, role: Role, hash: SecretHash) -> Result<(), Refusal> {
        if !self.row.awaits_end_user || role == Role::Recorder {
            return Err(Refusal::NotAllowed);
        }
        self.add_invitation(role, hash)
    }

    /// The first who comes is the end user; other invitations of that role are void.
    pub(super) fn take_seat(&mut self, hash: SecretHash, token: SecretHash) -> Result<(), Refusal> {
        let for_seat = |invitation: &&Invitation| invitation.hash == hash && invitation.role == Role::EndUser;
        let invitation = self.row.invitations.iter().find(for_seat).ok_or(Refusal::InvitationInvalid)?;
        if self.now >= invitation.expires_at {
            return Err(Refusal::InvitationExpired);
        }
        self.row.invitations.retain(|invitation| invitation.role != Role::EndUser);
        self.row.awaits_end_user = false;
        self.row.end_user_token = token;
        Ok(())
    }

    fn add_invitation(&mut self, role: Role, hash: SecretHash) -> Result<(), Refusal> {
        if self.row.invitations_made >= INVITATIONS_MAX {
            return Err(Refusal::InvitationLimit);
        }
        self.row.invitations_made += 1;
        self.row.invitations.push(Invitation { hash, role, expires_at: self.now + INVITATION_LIFE });
        Ok(())
    }

    pub(super) fn accept_invitation(
        &mut self,
        account: AccountId,
        id: ParticipantId,
        name: PersonName,
        company: PersonName,
        hash: SecretHash,
    ) -> Result<(), Refusal> {
        let for_account = |invitation: &Invitation| invitation.hash == hash && invitation.role != Role::EndUser;
        let place = self.row.invitations.iter().position(for_account);
        let place = place.ok_or(Refusal::InvitationInvalid)?;
        let invitation = self.row.invitations[place];
        if self.now >= invitation.expires_at {
            return Err(Refusal::InvitationExpired);
        }
        self.check_newcomer(&account, &id)?;
        self.check_room()?;
        self.row.invitations.remove(place);
        self.knock(account, id, invitation.role, name, company);
        Ok(())
    }

    fn check_newcomer(&self, account: &AccountId, id: &ParticipantId) -> Result<(), Refusal> {
        if self.row.person_of(account).is_some() {
            return Err(Refusal::AlreadyIn);
        }
        if self.row.person(id).is_some() { Err(Refusal::IdTaken) } else { Ok(()) }
    }

    fn check_room(&self) -> Result<(), Refusal> {
        let there = self.row.allowed().count() + self.row.asked().count();
        let most = usize::try_from(self.row.policy.max_participants).unwrap_or(usize::MAX);
        if there < most { Ok(()) } else { Err(Refusal::SessionFull) }
    }

    fn knock(&mut self, account: AccountId, id: ParticipantId, role: Role, name: PersonName, company: PersonName) {
        let participant =
            Participant { id, role, name, company: Some(company), permissions: Permissions::NONE, connected: false };
        self.row.people.push(Person {
            participant,
            account: Some(account),
            consent: Consent::Asked,
            since: self.now,
            in_pod: false,
        });
    }
}
