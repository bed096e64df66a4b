//! Allow and deny.

use super::Sessions;
use super::change::Actor;
use crate::caller::Caller;
use crate::refusal::Refusal;
use cobrowse_session::waiting::Event;
use cobrowse_session::{ParticipantId, Permissions};
use cobrowse_wire::v1::{AllowParticipantRequest, DenyParticipantRequest, Session};

impl Sessions {
    /// Answers `AllowParticipant`.
    pub(super) async fn allow(&self, caller: &Caller, request: AllowParticipantRequest) -> Result<Session, Refusal> {
        let permissions = request.permissions.map(Permissions::from).unwrap_or_default();
        let participant = participant(&request.participant_id)?;
        let answer = |by| Event::Allow { by, participant, permissions };
        self.answer(caller, &request.session_id, answer).await
    }

    /// Answers `DenyParticipant`.
    pub(super) async fn deny(&self, caller: &Caller, request: DenyParticipantRequest) -> Result<Session, Refusal> {
        let participant = participant(&request.participant_id)?;
        self.answer(caller, &request.session_id, |by| Event::Deny { by, participant }).await
    }

    async fn answer(
        &self,
        caller: &Caller,
        session: &str,
        event: impl FnOnce(ParticipantId) -> Event,
    ) -> Result<Session, Refusal> {
        let (stored, person) = self.find_allowed(caller, session).await?;
        let event = event(person.participant.id);
        let changed = self.change(caller.scope()?, &stored.row.id, event, &Actor::caller(caller)).await?;
        self.view(caller, &changed.stored)
    }
}

fn participant(id: &str) -> Result<ParticipantId, Refusal> {
    ParticipantId::parse(id).map_err(|_| Refusal::ParticipantNotFound)
}
