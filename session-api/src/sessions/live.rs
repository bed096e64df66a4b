//! Live acts by call: Stop, Continue, end, navigate, guidance. The pod decides; a Stop also goes to the store as a notice.

use super::Sessions;
use super::acts::Asked;
use super::change::Actor;
use crate::caller::{Caller, Who};
use crate::refusal::Refusal;
use crate::store::Stored;
use crate::traces::carry;
use cobrowse_session::permission::{Permission, TenantScope, may};
use cobrowse_session::waiting::{Event, Person, Row, Stage};
use cobrowse_session::{EndReason, SessionId};
use cobrowse_wire::v1::command::Body;
use cobrowse_wire::v1::{
    Command, EndCommand, ExecuteRequest, Guidance, NavigateRequest, PauseCommand, ResumeCommand, SendGuidanceRequest,
};
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use tonic::Status;

/// A pod that answers a command later than this does not answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// From the pod's yes to the fact that says so in the row; the last one has the page they were on.
const FACT: Duration = Duration::from_secs(2);

/// What is asked of a pod.
enum What {
    Command(Body),
    Guidance(Guidance),
}

impl Sessions {
    /// Answers `PauseSession`: the notice and the command go out at the same time, and either is enough.
    pub(super) async fn pause(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let (stored, person) = self.find_allowed(caller, id).await?;
        let (this, scope, actor, row) =
            (self.clone(), caller.scope()?.clone(), Actor::caller(caller), stored.row.clone());
        let notice = async move { this.note_pause(&scope, &row.id, &actor).await };
        let (this, caller) = (self.clone(), caller.clone());
        let pause = What::Command(Body::Pause(PauseCommand {}));
        let command = async move { this.execute(&caller, &stored.row, &person, pause).await };
        // Tasks of their own: the slower one goes on when the faster has answered.
        first_ok(tokio::spawn(notice), tokio::spawn(command)).await
    }

    /// Writes the notice of a Stop; viewers of this replica see it even before.
    pub async fn note_pause(&self, scope: &TenantScope, id: &SessionId, actor: &Actor) -> Result<(), Refusal> {
        self.parts.hub.stop(id);
        let noted = self.change(scope, id, Event::Paused { epoch: None }, actor).await.map(drop);
        if matches!(noted, Err(Refusal::NotReady | Refusal::SessionEnded)) {
            // There is nothing to stop.
            self.parts.hub.lift(id);
        }
        noted
    }

    /// Answers `ResumeSession`. Who comes in after the answer sees the page.
    pub(super) async fn resume(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let (stored, person) = self.find_allowed(caller, id).await?;
        if stored.row.stage == Stage::Live {
            let mut known = self.parts.hub.watch(stored.row.clone());
            // The notice of the Stop that this undoes must not come after it.
            let noted = known.wait_for(|known| known.stop_epoch <= known.row.pause_epoch);
            let _ = tokio::time::timeout(FACT, noted).await;
            self.execute(caller, &stored.row, &person, What::Command(Body::Resume(ResumeCommand {}))).await?;
            if !stored.row.paused {
                // The store never heard of this Stop, so it will not say that it is over.
                self.parts.hub.lift(&stored.row.id);
            }
            let goes_on = known.wait_for(|known| !known.row.paused || known.row.stage == Stage::Ended);
            // The pod has said yes: whoever drives it tells the row, if later than this.
            let _ = tokio::time::timeout(FACT, goes_on).await;
            return Ok(());
        }
        let event = Event::Resumed { epoch: stored.row.pause_epoch };
        self.change(caller.scope()?, &stored.row.id, event, &Actor::caller(caller)).await.map(drop)
    }

    /// Answers `EndSession`.
    pub(super) async fn end(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let (stored, event) = match self.find_allowed(caller, id).await {
            Ok((stored, person)) => {
                let by = person.participant.id.clone();
                if stored.row.stage == Stage::Live && self.end_in_pod(caller, &stored.row, &person).await {
                    return Ok(());
                }
                (stored, Event::End { by })
            }
            Err(refusal) => {
                (self.find_any(caller, id, refusal).await?, Event::Ended { reason: EndReason::Administrator })
            }
        };
        match self.change(caller.scope()?, &stored.row.id, event, &Actor::caller(caller)).await {
            Ok(_) | Err(Refusal::SessionEnded) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    /// Answers `Navigate`.
    pub(super) async fn navigate(&self, caller: &Caller, request: NavigateRequest) -> Result<(), Refusal> {
        let navigate = request.navigate.ok_or_else(|| Refusal::invalid("navigate", "is missing"))?;
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        self.execute(caller, &stored.row, &person, What::Command(Body::Navigate(navigate))).await
    }

    /// Answers `SendGuidance`.
    pub(super) async fn guide(&self, caller: &Caller, request: SendGuidanceRequest) -> Result<(), Refusal> {
        let guidance = request.guidance.ok_or_else(|| Refusal::invalid("guidance", "is missing"))?;
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        self.execute(caller, &stored.row, &person, What::Guidance(guidance)).await
    }

    /// Has the pod carry out what one person asks for, and notes it with the pod's answer.
    async fn execute(&self, caller: &Caller, row: &Row, person: &Person, what: What) -> Result<(), Refusal> {
        let asked = match &what {
            What::Command(body) => Asked::command(body),
            What::Guidance(_) => Some(Asked::guidance()),
        };
        let said = self.send(row, person, what).await;
        if let Some(asked) = asked {
            self.note_answer(caller, row, person, asked, &said)?;
        }
        said
    }

    /// Notes what a caller asked for, with what became of it.
    pub(super) fn note_answer<T>(
        &self,
        caller: &Caller,
        row: &Row,
        person: &Person,
        asked: Asked,
        said: &Result<T, Refusal>,
    ) -> Result<(), Refusal> {
        let asked = match said {
            Ok(_) => asked,
            Err(Refusal::CommandRefused(reason)) => asked.refused(reason),
            Err(refusal) => asked.refused(refusal.reason()),
        };
        self.note(caller.scope()?, &row.id, (&Actor::caller(caller), &person.participant.id), asked);
        Ok(())
    }

    async fn send(&self, row: &Row, person: &Person, what: What) -> Result<(), Refusal> {
        let mut pod = self.parts.links.pod(row).await?;
        let (command, guidance) = match what {
            What::Command(body) => (Some(Command { id: 1, body: Some(body) }), None),
            What::Guidance(guidance) => (None, Some(guidance)),
        };
        let request = ExecuteRequest { participant_id: person.participant.id.to_string(), command, guidance };
        let answer = tokio::time::timeout(PATIENCE, pod.execute(carry(request))).await;
        let answer = answer.map_err(|_| Refusal::PodUnreachable)?.map_err(|status| refused(&status))?;
        match answer.into_inner().result {
            Some(result) if !result.ok => Err(Refusal::CommandRefused(result.reason)),
            _ => Ok(()),
        }
    }

    /// Whether the pod ended it and said so, with the page they were on.
    async fn end_in_pod(&self, caller: &Caller, row: &Row, person: &Person) -> bool {
        let mut known = self.parts.hub.watch(row.clone());
        if self.execute(caller, row, person, What::Command(Body::End(EndCommand {}))).await.is_err() {
            return false;
        }
        let ended = known.wait_for(|known| known.row.stage == Stage::Ended);
        tokio::time::timeout(FACT, ended).await.is_ok_and(|ended| ended.is_ok())
    }

    /// Any session of the tenant, for those who may end any.
    async fn find_any(&self, caller: &Caller, id: &str, refusal: Refusal) -> Result<Stored, Refusal> {
        let any = matches!(caller.who, Who::Account { .. }) && may(caller.role(), Permission::EndAnySession);
        let id = SessionId::parse(id).ok().filter(|_| any).ok_or(refusal)?;
        Ok(self.parts.store.session(caller.scope()?, &id).await?)
    }
}

type Answering = JoinHandle<Result<(), Refusal>>;

/// The first yes; when both say no, the notice's.
async fn first_ok(mut notice: Answering, mut command: Answering) -> Result<(), Refusal> {
    let read = |answer: Result<Result<(), Refusal>, JoinError>| answer.unwrap_or(Err(Refusal::Internal));
    tokio::select! {
        said = &mut notice => match read(said) {
            Ok(()) => Ok(()),
            Err(refusal) => read(command.await).map_err(|_| refusal),
        },
        said = &mut command => match read(said) {
            Ok(()) => Ok(()),
            Err(_) => read(notice.await),
        },
    }
}

/// What a pod's error means to people. The pod's own words stay in the log.
pub(super) fn refused(status: &Status) -> Refusal {
    use tonic::Code;
    match status.code() {
        Code::InvalidArgument => Refusal::invalid("command", status.message()),
        Code::PermissionDenied => Refusal::PermissionDenied,
        Code::NotFound => Refusal::ParticipantNotFound,
        Code::FailedPrecondition => Refusal::CommandRefused(status.message().to_owned()),
        Code::ResourceExhausted => Refusal::LimitReached("Pod"),
        _ => {
            tracing::warn!(code = ?status.code(), "a pod failed a call");
            Refusal::PodUnreachable
        }
    }
}
