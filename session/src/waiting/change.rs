//! `decide`: one event, one new row. Each event's rule is in the file of its topic.

use super::event::{Decision, Effect, Event, Refusal};
use super::row::{Consent, Person, Row, Stage};
use crate::id::{ParticipantId, TenantId};
use crate::participant::Role;
use crate::time::Timestamp;

/// What the row becomes by this event, or why not. What was due before `now` happens first. When the event is refused
/// nothing is to be written; what was due stays due, and `Event::Deadline` does it. Write `Decision::row` over the version of
/// `row` only; when another was faster, read and decide again.
pub fn decide(row: &Row, now: Timestamp, event: Event) -> Result<Decision, Refusal> {
    let mut change = Change { row: row.clone(), now, effects: Vec::new() };
    change.refuse_foreigners(&event)?;
    change.run_due();
    change.refuse_after_end(&event)?;
    change.apply(event)?;
    Ok(change.finish(row))
}

/// A row on its way to the next version.
pub(super) struct Change {
    pub(super) row: Row,
    pub(super) now: Timestamp,
    pub(super) effects: Vec<Effect>,
}

impl Change {
    /// Tenants never meet: before anything else is told, the tenant must be the row's.
    fn refuse_foreigners(&self, event: &Event) -> Result<(), Refusal> {
        let is_ours = |tenant: &TenantId| *tenant == self.row.tenant;
        match event {
            Event::PinEntered { tenant, pin, .. } if !is_ours(tenant) || *pin != self.row.pin.hash => {
                Err(Refusal::NotFound)
            }
            Event::AcceptInvitation { tenant, .. } | Event::InviteFirst { tenant, .. } if !is_ours(tenant) => {
                Err(Refusal::NotFound)
            }
            _ => Ok(()),
        }
    }

    fn refuse_after_end(&self, event: &Event) -> Result<(), Refusal> {
        let idempotent = matches!(event, Event::End { .. } | Event::Ended { .. } | Event::Deadline);
        if self.row.stage == Stage::Ended && !idempotent { Err(Refusal::Ended) } else { Ok(()) }
    }

    fn apply(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::PinEntered { account, participant, name, company, .. } => {
                self.enter_pin(account, participant, name, company)
            }
            Event::PlaceFreed => self.place_freed(),
            Event::RenewPin { by, pin } => self.renew_pin(&by, pin),
            Event::Allow { by, participant, permissions } => self.allow(&by, &participant, permissions),
            Event::Deny { by, participant } => self.deny(&by, &participant),
            Event::Invite { by, role, hash } => self.invite(&by, role, hash),
            Event::InviteFirst { role, hash, .. } => self.invite_first(role, hash),
            Event::TakeSeat { hash, token } => self.take_seat(hash, token),
            Event::AcceptInvitation { account, participant, name, company, hash, .. } => {
                self.accept_invitation(account, participant, name, company, hash)
            }
            Event::CreateTicket { by, hash } => self.create_ticket(by, hash),
            Event::SpendTicket { hash } => self.spend_ticket(hash),
            Event::ClaimStarted { by } => self.claim_started(by),
            Event::ClaimBound { by, pod } => self.claim_bound(by, pod),
            Event::ClaimFailed { by, failure } => self.claim_failed(&by, failure),
            Event::TakenOver { from, by } => self.taken_over(&from, by),
            Event::WentLive { expires_at } => self.went_live(expires_at),
            Event::Extended { expires_at } => self.extended(expires_at),
            Event::Paused { epoch } => self.paused(epoch),
            Event::Resumed { epoch } => self.resumed(epoch),
            Event::Roster { participants } => self.roster(&participants),
            Event::End { by } => self.end_by(&by),
            Event::Ended { reason } => {
                self.end(reason);
                Ok(())
            }
            Event::Deadline => Ok(()),
        }
    }

    fn finish(mut self, before: &Row) -> Decision {
        if self.row != *before {
            self.row.version = before.version.saturating_add(1);
            self.effects.insert(0, Effect::Notify);
        }
        Decision { row: self.row, effects: self.effects }
    }

    /// Somebody who is in.
    pub(super) fn insider(&self, id: &ParticipantId) -> Result<&Person, Refusal> {
        let insider = self.row.person(id).filter(|person| person.consent == Consent::Allowed);
        insider.ok_or(Refusal::UnknownParticipant)
    }

    /// The end user, or a refusal.
    pub(super) fn require_end_user(&self, by: &ParticipantId) -> Result<(), Refusal> {
        let role = self.insider(by)?.participant.role;
        if role == Role::EndUser { Ok(()) } else { Err(Refusal::NotAllowed) }
    }

    pub(super) fn person_mut(&mut self, id: &ParticipantId) -> Result<&mut Person, Refusal> {
        let person = self.row.people.iter_mut().find(|person| person.participant.id == *id);
        person.ok_or(Refusal::UnknownParticipant)
    }
}
