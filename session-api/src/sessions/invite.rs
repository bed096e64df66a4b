//! One-use invitations for further people.

use super::Sessions;
use super::change::Actor;
use crate::caller::{Caller, Who};
use crate::clock;
use crate::refusal::Refusal;
use crate::store::SystemScope;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::secret::{Purpose, SessionSecret};
use cobrowse_session::waiting::Event;
use cobrowse_session::{ParticipantId, Role, SessionId};
use cobrowse_wire::timestamp;
use cobrowse_wire::v1::{AcceptInvitationRequest, CreateInvitationRequest, CreateInvitationResponse, Session};

impl Sessions {
    /// Answers `CreateInvitation`.
    pub(super) async fn invite(
        &self,
        caller: &Caller,
        request: CreateInvitationRequest,
    ) -> Result<CreateInvitationResponse, Refusal> {
        let role = Role::try_from(request.role()).ok().filter(|role| *role != Role::Recorder);
        let role =
            role.ok_or_else(|| Refusal::invalid("role", "must be ROLE_AGENT, ROLE_OBSERVER or ROLE_END_USER"))?;
        let (id, by) = self.inviter(caller, &request.session_id).await?;
        if by.is_some() && role == Role::EndUser {
            return Err(Refusal::invalid("role", "must be ROLE_AGENT or ROLE_OBSERVER: the end user is there"));
        }
        let secret = SessionSecret::mint(id.clone(), &mut clock::source()).map_err(|_| Refusal::Internal)?;
        let hash = secret.hash(Purpose::Invitation);
        let tenant = caller.scope()?.tenant().clone();
        let event = match by {
            Some(by) => Event::Invite { by, role, hash },
            None => Event::InviteFirst { tenant, role, hash },
        };
        let changed = self.change(caller.scope()?, &id, event, &Actor::caller(caller)).await?;
        let invitation = changed.stored.row.invitations.iter().find(|invitation| invitation.hash == hash);
        Ok(CreateInvitationResponse {
            invitation: secret.expose(),
            expires_at: invitation.map(|invitation| timestamp(invitation.expires_at)),
        })
    }

    /// Who invites: a person of the session, or, to one whose end user has not come, anybody who may at all of its tenant.
    async fn inviter(&self, caller: &Caller, id: &str) -> Result<(SessionId, Option<ParticipantId>), Refusal> {
        let id = SessionId::parse(id).map_err(|_| Refusal::SessionNotFound)?;
        let stored = self.parts.store.session(caller.scope()?, &id).await?;
        if stored.row.awaits_end_user && caller.person(&stored.row).is_none() {
            return Ok((id, None));
        }
        let (_, person) = self.find_allowed(caller, id.as_str()).await?;
        Ok((id, Some(person.participant.id)))
    }

    /// The end user comes by an invitation: without an account, and with a token from now on.
    async fn take_seat(&self, caller: &Caller, secret: &SessionSecret) -> Result<(Session, String), Refusal> {
        let (id, hash) = (secret.session(), secret.hash(Purpose::Invitation));
        let row = self.parts.store.row_for_proof(SystemScope::to_prove(), id).await?;
        let scope = row.and_then(|row| TenantScope::of_seat(&row, &hash));
        // Every other invitation is for an account.
        let scope = scope.ok_or(Refusal::Unauthenticated)?;
        let own = SessionSecret::mint(id.clone(), &mut clock::source()).map_err(|_| Refusal::Internal)?;
        let event = Event::TakeSeat { hash, token: own.hash(Purpose::EndUser) };
        let changed = self.change(&scope, id, event, &Actor::caller(caller)).await?;
        Ok((self.view_of_end_user(&changed.stored.row)?, own.expose()))
    }

    /// Answers `AcceptInvitation`.
    pub(super) async fn accept(
        &self,
        caller: &Caller,
        request: &AcceptInvitationRequest,
    ) -> Result<(Session, String), Refusal> {
        let secret = SessionSecret::parse(&request.invitation).map_err(|_| Refusal::InvitationInvalid)?;
        if matches!(caller.who, Who::Visitor) {
            return self.take_seat(caller, &secret).await;
        }
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
        Ok((self.view(caller, &changed.stored)?, String::new()))
    }
}
