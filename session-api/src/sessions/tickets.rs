//! One-use tickets: made by a call that proves who somebody is, spent by the first message of a stream.

use super::Sessions;
use super::change::Actor;
use crate::caller::Caller;
use crate::clock;
use crate::door::Prefix;
use crate::refusal::Refusal;
use crate::store::SystemScope;
use cobrowse_session::Participant;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::secret::{Purpose, SessionSecret};
use cobrowse_session::waiting::{Effect, Event, Row};
use cobrowse_wire::v1::{CreateTicketRequest, CreateTicketResponse};

/// Somebody whose ticket was good.
pub struct Admitted {
    /// The session.
    pub row: Row,
    /// The session's tenant.
    pub scope: TenantScope,
    /// Who.
    pub participant: Participant,
    /// The same, for the audit.
    pub actor: Actor,
}

impl Sessions {
    /// Answers `CreateTicket`.
    pub(super) async fn create_ticket(
        &self,
        caller: &Caller,
        request: CreateTicketRequest,
    ) -> Result<CreateTicketResponse, Refusal> {
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        let id = &stored.row.id;
        let secret = SessionSecret::mint(id.clone(), &mut clock::source()).map_err(|_| Refusal::Internal)?;
        let event = Event::CreateTicket { by: person.participant.id, hash: secret.hash(Purpose::Ticket) };
        self.change(caller.scope()?, id, event, &Actor::caller(caller)).await?;
        Ok(CreateTicketResponse { ticket: secret.expose() })
    }

    /// Spends a ticket. Every way in which it is not good looks the same.
    pub async fn spend_ticket(&self, ticket: &str, prefix: Prefix) -> Result<Admitted, Refusal> {
        let secret = SessionSecret::parse(ticket).map_err(|_| Refusal::TicketInvalid)?;
        let hash = secret.hash(Purpose::Ticket);
        let row = self
            .parts
            .store
            .row_for_proof(SystemScope::to_prove(), secret.session())
            .await?
            .ok_or(Refusal::TicketInvalid)?;
        let scope = TenantScope::of_ticket(&row, &hash).ok_or(Refusal::TicketInvalid)?;
        let ticket = row.tickets.iter().find(|ticket| ticket.hash == hash).ok_or(Refusal::TicketInvalid)?;
        let person = row.person(&ticket.participant).ok_or(Refusal::TicketInvalid)?;
        let actor = Actor::person(person, prefix);
        let changed = self.change(&scope, &row.id, Event::SpendTicket { hash }, &actor).await?;
        let attached = changed.effects.iter().find_map(|effect| match effect {
            Effect::Attach(id) => changed.stored.row.person(id),
            _ => None,
        });
        let participant = attached.ok_or(Refusal::TicketInvalid)?.participant.clone();
        Ok(Admitted { row: changed.stored.row, scope, participant, actor })
    }
}
