//! One-use tickets for the live stream.

use super::change::Change;
use super::event::{Effect, Refusal};
use super::limits::{TICKET_LIFE, TICKETS_MAX};
use super::row::{Claim, Ticket};
use crate::id::ParticipantId;
use crate::secret::SecretHash;

impl Change {
    pub(super) fn create_ticket(&mut self, by: ParticipantId, hash: SecretHash) -> Result<(), Refusal> {
        self.insider(&by)?;
        if !matches!(self.row.claim, Claim::Bound { .. }) {
            return Err(Refusal::NotReady);
        }
        let now = self.now;
        self.row.tickets.retain(|ticket| now < ticket.expires_at);
        if self.row.tickets.iter().filter(|ticket| ticket.participant == by).count() >= TICKETS_MAX {
            return Err(Refusal::TicketLimit);
        }
        self.row.tickets.push(Ticket { hash, participant: by, expires_at: now + TICKET_LIFE });
        Ok(())
    }

    pub(super) fn spend_ticket(&mut self, hash: SecretHash) -> Result<(), Refusal> {
        let place = self.row.tickets.iter().position(|ticket| ticket.hash == hash).ok_or(Refusal::TicketInvalid)?;
        let ticket = &self.row.tickets[place];
        if self.now >= ticket.expires_at {
            return Err(Refusal::TicketExpired);
        }
        self.insider(&ticket.participant)?;
        let ticket = self.row.tickets.remove(place);
        self.effects.push(Effect::Attach(ticket.participant));
        Ok(())
    }
}
