//! One-use invitations for further people.

use super::Sessions;
use super::change::Actor;
use crate::caller::Caller;
use crate::clock;
use crate::refusal::Refusal;
use cobrowse_session::secret::{Purpose, SessionSecret};
use cobrowse_session::waiting::Event;
use cobrowse_session::{ParticipantId, Role};
use cobrowse_wire::timestamp;
use cobrowse_wire::v1::{AcceptInvitationRequest, CreateInvitationRequest, CreateInvitationResponse, Session};

impl Sessions {
    /// Answers `CreateInvitation`.
    pub(super) async fn invite(
        &self,
        caller: &Caller,
        request: CreateInvitationRequest,
    ) -> Result<CreateInvitationResponse, Refusal> {
        let role = Role::try_from(request.role()).ok().filter(|role| matches!(role, Role::Agent | Role::Observer));
        let role = role.ok_or_else(|| Refusal::invalid("role", "must be ROLE_AGENT or ROLE_OBSERVER"))?;
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        let id = &stored.row.id;
        let secret = SessionSecret::mint(id.clone(), &mut clock::source()).map_err(|_| Refusal::Internal)?;
        let hash = secret.hash(Purpose::Invitation);
        let event = Event::Invite { by: person.participant.id, role, hash };
        let changed = self.change(caller.scope()?, id, event, &Actor::caller(caller)).await?;
        let invitation = changed.stored.row.invitations.iter().find(|invitation| invitation.hash == hash);
        Ok(CreateInvitationResponse {
            invitation: secret.expose(),
            expires_at: invitation.map(|invitation| timestamp(invitation.expires_at)),
        })
    }

    /// Answers `AcceptInvitation`.
    pub(super) async fn accept(&self, caller: &Caller, request: &AcceptInvitationRequest) -> Result<Session, Refusal> {
        let secret = SessionSecret::parse(&request.invitation).map_err(|_| Refusal::InvitationInvalid)?;
        let knocker = self.knocker(caller).await?;
        let scope = knocker.signed_in.scope();
        let event = Event::AcceptInvitation {
            tenant: scope.tenant().clone(),
            account: knocker.signed_in.account().clone(),
            participant: ParticipantId::from_random(clock::random()),
            name: knocker.name,
            company: knocker.company,
            hash: secret.hash(Purpose::Invitation),
        };
        // Another tenant's session is told apart from a wrong invitation by nobody.
        let changed = self.change(scope, secret.session(), event, &Actor::caller(caller)).await;
        let changed = changed.map_err(|refusal| match refusal {
            Refusal::SessionNotFound => Refusal::InvitationInvalid,
            other => other,
        })?;
        self.view(caller, &changed.stored)
    }
}
