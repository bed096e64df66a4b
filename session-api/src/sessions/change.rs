//! The one way in which a session changes: read, decide, write over the version that was read, audit and report in the same
//! transaction, and only then tell.

use super::Sessions;
use crate::admin::metrics::Metrics;
use crate::caller::Caller;
use crate::clock;
use crate::door::Prefix;
use crate::refusal::Refusal;
use crate::store::{self, Act, Stored};
use crate::traces;
use cobrowse_session::SessionId;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::waiting::{self, Decision, Effect, Event, Person, Row};

/// How often a change is tried again when others were faster.
const TRIES: usize = 50;

/// Who makes a change, for the audit.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// `account:ID`, `end-user`, `system`.
    pub who: String,
    /// Address prefix; empty for our own acts.
    pub address: String,
}

/// A change that was written.
pub struct Changed {
    /// The session as it is now.
    pub stored: Stored,
    /// What `decide` wanted done; already on its way.
    pub effects: Vec<Effect>,
}

/// What one transaction writes beside the row.
struct Step<'a> {
    scope: &'a TenantScope,
    event: &'a Event,
    actor: &'a Actor,
    return_url: Option<&'a str>,
}

impl Actor {
    /// The caller of a call.
    pub fn caller(caller: &Caller) -> Self {
        Self { who: caller.audited(), address: caller.prefix.to_string() }
    }

    /// A person of a session, on a live stream.
    pub fn person(person: &Person, prefix: Prefix) -> Self {
        let who = person.account.as_ref().map_or_else(|| "end-user".to_owned(), |account| format!("account:{account}"));
        Self { who, address: prefix.to_string() }
    }

    /// This program itself.
    pub fn system() -> Self {
        Self { who: "system".to_owned(), address: String::new() }
    }
}

impl Sessions {
    /// Changes a session by an event.
    pub async fn change(
        &self,
        scope: &TenantScope,
        id: &SessionId,
        event: Event,
        actor: &Actor,
    ) -> Result<Changed, Refusal> {
        self.change_and_keep(scope, id, event, actor, None).await
    }

    /// As `change`, and keeps where the end user goes on, in the same transaction.
    pub async fn change_and_keep(
        &self,
        scope: &TenantScope,
        id: &SessionId,
        event: Event,
        actor: &Actor,
        return_url: Option<&str>,
    ) -> Result<Changed, Refusal> {
        for _ in 0..TRIES {
            let mut stored = self.parts.store.session(scope, id).await?;
            let now = clock::now();
            let decision = waiting::decide(&stored.row, now, event.clone()).map_err(Refusal::from)?;
            if decision.row.version == stored.row.version && return_url.is_none() {
                return Ok(Changed { stored, effects: decision.effects });
            }
            let sealed = return_url.map(|url| self.parts.sealer.seal(id, url)).transpose();
            let sealed = sealed.map_err(|_| Refusal::Internal)?;
            let step = Step { scope, event: &event, actor, return_url: sealed.as_deref() };
            match self.write(&stored, &decision, &step).await {
                Ok(()) => {
                    self.after(scope, &stored.row, &decision);
                    stored.row = decision.row;
                    stored.return_url = sealed.or(stored.return_url);
                    return Ok(Changed { stored, effects: decision.effects });
                }
                Err(store::Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Refusal::Conflict)
    }

    /// Keeps where the end user goes on, of a session that ended before this was known.
    pub async fn keep_return_url(&self, scope: &TenantScope, id: &SessionId, url: &str) -> Result<(), Refusal> {
        let sealed = self.parts.sealer.seal(id, url).map_err(|_| Refusal::Internal)?;
        let mut write = self.parts.store.write().await?;
        write.keep_return_url(scope, id, &sealed).await?;
        Ok(write.commit().await?)
    }

    async fn write(&self, read: &Stored, decision: &Decision, step: &Step<'_>) -> Result<(), store::Error> {
        let Step { scope, event, actor, return_url } = *step;
        let now = clock::now();
        let mut write = self.parts.store.write().await?;
        let row = &decision.row;
        if row.version != read.row.version {
            write.change_session(scope, read.row.version, row, now).await?;
        }
        if let Some(sealed) = return_url {
            write.keep_return_url(scope, &row.id, sealed).await?;
        }
        if is_audited(event, decision) {
            let detail = detail(event, row);
            let (who, address) = (actor.who.as_str(), actor.address.as_str());
            let act = Act { at: now, who, act: event.name(), session: Some(&row.id), detail: &detail, address };
            write.audit(scope, &act).await?;
            write.report(scope, row, &read.start.origin).await?;
        }
        write.commit().await
    }

    /// What follows a change that lasts.
    pub(super) fn after(&self, scope: &TenantScope, before: &Row, decision: &Decision) {
        let row = &decision.row;
        self.parts.hub.publish(row);
        if decision.effects.contains(&Effect::Claim) {
            // Only at the end of the program does nobody listen.
            let _ = self.parts.wanted.send((scope.clone(), row.id.clone(), traces::here()));
        }
        if let (None, Some(reason)) = (before.ended_at, row.end_reason) {
            Metrics::count(&self.parts.metrics.ends, reason.reason());
            tracing::info!(session_id = %row.id, reason = reason.reason(), "a session ended");
        }
    }
}

/// Facts that repeat, such as the roster, would drown the acts of people.
fn is_audited(event: &Event, decision: &Decision) -> bool {
    let quiet = matches!(event, Event::Roster { .. } | Event::Deadline | Event::CreateTicket { .. });
    !quiet || decision.row.ended_at.is_some()
}

/// What the audit says beside the event: ids and stable reasons alone.
fn detail(event: &Event, row: &Row) -> String {
    match event {
        Event::PinEntered { participant, .. }
        | Event::AcceptInvitation { participant, .. }
        | Event::Allow { participant, .. }
        | Event::Deny { participant, .. } => participant.to_string(),
        Event::ClaimFailed { failure, .. } => failure.clone(),
        _ => row.end_reason.map_or("", cobrowse_session::EndReason::reason).to_owned(),
    }
}

impl From<waiting::Refusal> for Refusal {
    fn from(refusal: waiting::Refusal) -> Self {
        use waiting::Refusal as Rule;
        match refusal {
            Rule::Ended => Self::SessionEnded,
            Rule::NotFound => Self::SessionNotFound,
            Rule::PinExpired | Rule::PinUsed => Self::PinInvalid,
            Rule::UnknownParticipant | Rule::NotAsked => Self::ParticipantNotFound,
            Rule::NotAllowed => Self::PermissionDenied,
            Rule::NothingAllowed => Self::invalid("permissions", "must have view"),
            Rule::InvitationInvalid | Rule::InvitationExpired => Self::InvitationInvalid,
            Rule::TicketInvalid | Rule::TicketExpired => Self::TicketInvalid,
            Rule::NotReady => Self::NotReady,
            Rule::PinLimit | Rule::InvitationLimit | Rule::TicketLimit | Rule::SessionFull => {
                Self::LimitReached(refusal.reason())
            }
            Rule::AlreadyJoined | Rule::AlreadyIn | Rule::IdTaken | Rule::NotWanted | Rule::ClaimHeld => {
                Self::WrongPhase(refusal.reason())
            }
        }
    }
}
